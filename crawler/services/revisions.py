"""Versions of an article: which there are, the headlines it had, what changed between two."""

from typing import Any

from crawler.home import Home
from pipelines import dedupe
from pipelines.dates import iso
from pipelines.errors import BadInput, UnknownThing
from pipelines.store import Connection, articles, texts
from pipelines.store.texts import Revision


def history(conn: Connection, id: int) -> list[dict[str, Any]]:
    """The versions, the oldest first: `number`, `title`, `seen_at`, `modified_at` (as the page
    says), `words_added` and `words_removed` against the one before (null: the first, or not
    counted), `note` (its outlet's own words on the text) and `note_kind`."""
    return [
        {
            "number": version.number,
            "title": version.title,
            "seen_at": iso(version.seen_at),
            "modified_at": iso(version.modified_at),
            "words_added": version.words_added,
            "words_removed": version.words_removed,
            "note": version.note,
            "note_kind": version.note_kind,
        }
        for version in texts.of_article(conn, id)
    ]


def headlines(versions: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The headlines of `history`, each with since when and in which version it was first read; a
    version without one says nothing."""
    told: list[dict[str, Any]] = []
    for version in versions:
        title = version["title"]
        if title is not None and (not told or told[-1]["title"] != title):
            said = {"title": title, "since": version["seen_at"], "version": version["number"]}
            told.append(said)
    return told


def diff(
    home: Home, id: int, *, revisions: tuple[int, int] | None = None, copy: int | None = None
) -> dict[str, Any]:
    """Two versions of an article (the last two if none are named), or two copies, word by word.

    `{"old": {"label", "title"}, "new": {"label", "title"}, "headline": SPANS, "changes": SPANS,
    "words_added", "words_removed", "notes": [{"version", "kind", "text"}]}`. SPANS are
    `[{"op", "text"}]` in reading order with some words of context, [] where nothing differs; "op"
    is "same", "deleted", "inserted", "moved_away" (a paragraph that stood here), "moved_here" or
    "gap" (the same in both, left out when shown). "¶" in a text is the end of a paragraph. `notes`
    are the outlet's own words in the versions after the old one. Raises UnknownThing or BadInput.
    """
    with home.database.read() as conn:
        articles.get(conn, id)
        notes: list[dict[str, Any]] = []
        if copy is not None:
            old, new = _side_of(conn, id), _side_of(conn, copy)
        else:
            old, new, notes = _two_versions(conn, id, revisions)
    spans = dedupe.diff(old["text"], new["text"])
    added, removed = dedupe.changed_words(spans)
    return {
        "old": {"label": old["label"], "title": old["title"]},
        "new": {"label": new["label"], "title": new["title"]},
        "headline": _told(dedupe.diff(old["title"] or "", new["title"] or "")),
        "changes": _told(dedupe.with_context(spans)),
        "words_added": added,
        "words_removed": removed,
        "notes": notes,
    }


def _told(spans: list[dedupe.Span]) -> list[dict[str, str]]:
    if all(span.op in (dedupe.Op.SAME, dedupe.Op.GAP) for span in spans):
        return []
    return [{"op": str(span.op), "text": span.text} for span in spans]


def _side_of(conn: Connection, id: int) -> dict[str, Any]:
    found = articles.get(conn, id)
    text = texts.text_of(conn, id)
    if text is None:
        raise _gone(id)
    return {"label": f"{id} {found.outlet or found.url}", "title": found.title, "text": text}


def _two_versions(
    conn: Connection, id: int, wanted: tuple[int, int] | None
) -> tuple[dict[str, Any], dict[str, Any], list[dict[str, Any]]]:
    versions = {version.number: version for version in texts.of_article(conn, id)}
    if wanted is None:
        if len(versions) < 2:
            raise BadInput(
                f"Article {id} was not edited since it was first read.",
                remedy="Compare it with a copy: --copies ID.",
            )
        wanted = (max(versions) - 1, max(versions))
    old, new = (_version(versions, id, number) for number in wanted)
    notes = [
        {"version": number, "kind": version.note_kind, "text": version.note}
        for number, version in versions.items()
        if wanted[0] < number <= wanted[1] and version.note is not None
    ]
    return old, new, notes


def _version(versions: dict[int, Revision], id: int, number: int) -> dict[str, Any]:
    version = versions.get(number)
    if version is None:
        raise UnknownThing(
            "version", number, remedy=f"Article {id} has versions 1 to {max(versions)}."
        )
    if version.text is None:
        raise _gone(id)
    label = f"version {number}, seen {version.seen_at:%Y-%m-%d %H:%M}"
    return {"label": label, "title": version.title, "text": version.text}


def _gone(id: int) -> BadInput:
    return BadInput(
        f"The text of article {id} was kept for its time and is gone.",
        remedy="Look at the address again: followup crawl --url URL",
    )
