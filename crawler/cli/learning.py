"""``followup incident learn``: what was learned, what is sure of it, what it would change."""

from collections.abc import Sequence
from typing import Annotated, Any

import typer

from crawler.cli import output, reading
from crawler.cli.options import AsJson, Slug
from crawler.cli.progress import progress
from crawler.home import open_home
from crawler.services import learning

#: Rows of a table that are shown, the heaviest or the first.
SHOWN_ROWS = 20

_STATE = {
    True: "learns from what it takes and leaves, and from your decisions",
    False: "learning is switched off; switch it on: followup incident learn SLUG --on",
}


def learn(
    slug: Slug,
    refuse: Annotated[
        list[str] | None,
        typer.Option(
            metavar="TERM", help="Never learn this term, nor propose this name; repeatable."
        ),
    ] = None,
    accept: Annotated[
        list[str] | None,
        typer.Option(
            metavar="TERM",
            help="Make a learned term, or a proposed name, one of its own; repeatable.",
        ),
    ] = None,
    learns: Annotated[
        bool | None,
        typer.Option("--on/--off", help="Learn from now on, or no more.", show_default=False),
    ] = None,
    apply: Annotated[
        bool,
        typer.Option("--apply", metavar="", help="Judge stored articles anew, and keep that."),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """What it has learned, and what judging the stored articles anew would change.

    What you decided yourself is never changed.
    """
    with open_home() as home, progress("judged") as seen:
        record = learning.learn(
            home,
            slug,
            refuse=refuse or (),
            accept=accept or (),
            learns=learns,
            apply=apply,
            seen=seen,
        ).record()
    if as_json:
        return output.put_json(record)
    draw_learned(record)
    _draw_aliases(record["aliases"])
    _draw_ask(record["ask"])
    return _draw_changes(record)


def draw_learned(record: dict[str, Any]) -> None:
    """What a profile has learned, and how many of the follow-ups are right."""
    learned = record["learned"]
    reading.draw_fields(
        ("learning", _STATE[record["learns"]]),
        ("taught by", _teachers(learned)),
        ("follow-up now", f"from score {record['now']['threshold']:.3f}"),
        ("candidate now", f"from score {record['now']['candidate_threshold']:.3f}"),
        ("right", _precision(record["precision"])),
        ("refused", ", ".join(record["refused"]) or None),
    )
    new = [term for term in learned["terms"] if not term["is_own"]]
    _draw_terms("New words of the coverage; refuse one with --refuse, keep it with --accept", new)
    _draw_terms("Speaks against: words of what came near and was left", learned["against"])


def _teachers(learned: dict[str, Any]) -> str:
    if not (learned["terms"] or learned["against"]):
        return "nothing yet; three articles that are surely about it teach the first terms"
    articles = output.counted(learned["accepted"], "article")
    return f"{articles}; {learned['share']:.0%} of the profile is what they say"


def _precision(found: dict[str, Any] | None) -> str | None:
    if found is None:
        return None
    decisions = output.counted(found["decided"], "decision")
    said = f"about {found['estimate']:.0%} of the follow-ups, by {decisions}"
    return f"{said} (nine times in ten {found['low']:.0%} to {found['high']:.0%})"


def _draw_terms(title: str, terms: Sequence[dict[str, Any]]) -> None:
    rows = [
        (
            term["term"],
            f"{term['weight']:.3f}",
            (term["since"] or "")[:10],
            ", ".join(map(str, term["articles"])),
        )
        for term in terms
    ]
    _draw(title, ("term", "weight#", "since", "first articles"), rows)


def _draw_aliases(aliases: Sequence[dict[str, Any]]) -> None:
    rows = [
        (one["alias"], one["name"], one["language"], ", ".join(one["articles"])) for one in aliases
    ]
    title = "Other names that its articles give; take one with --accept, refuse it with --refuse"
    _draw(title, ("name", "stands for", "language", "articles"), rows)


def _draw_ask(asked: Sequence[dict[str, Any]]) -> None:
    rows = [(one["id"], f"{one['score']:.3f}", one["title"]) for one in asked]
    title = "Teaches most, if you decide: followup articles mark ID keep|dismiss"
    _draw(title, ("id#", "score#", "title"), rows)


def _draw_changes(record: dict[str, Any]) -> None:
    changes, slug = record["changes"], record["slug"]
    number = output.counted(len(changes), "article")
    if not changes:
        done = "Judged anew" if record["applied"] else "Judging anew would change nothing"
        return output.say(f"{done}: every article has the verdict of the profile as it is now.")
    title = "Judged anew" if record["applied"] else "Judging anew would change"
    rows = [
        (one["id"], one["from"] or "not judged", one["to"], f"{one['score']:.3f}", one["title"])
        for one in changes
    ]
    _draw(f"{title} {number}", ("id#", "from", "to", "score#", "title"), rows)
    if record["applied"]:
        return output.say(f"{number} changed; what you decided stays as it was.")
    return output.say(f"Change them: followup incident learn {slug} --apply")


def _draw(title: str, columns: Sequence[str], rows: Sequence[Sequence[object]]) -> None:
    if not rows:
        return
    output.put(f"\n{title}:")
    output.table(None, columns, rows[:SHOWN_ROWS])
    if len(rows) > SHOWN_ROWS:
        output.put(f"and {len(rows) - SHOWN_ROWS} more (--json)")
