"""Sources: added, checked, listed, carried in and out as OPML."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from crawler.catalogue import TOPICS, Row, find
from crawler.discovery.opml import read_opml, write_opml
from crawler.guard import BlockedAddress, check_url
from crawler.home import Home
from crawler.services import crawls, schedule
from crawler.wanted import Wanted, typed_address
from pipelines.dates import iso
from pipelines.errors import BadInput, FollowupError
from pipelines.incident import Source, SourceKind
from pipelines.store import sources as store
from pipelines.urls import host_of

__all__ = ["TOPICS", "Added", "Row"]


@dataclass(frozen=True, slots=True)
class Added:
    """A source in the store, and whether it was made now."""

    source: Source
    is_new: bool


def add(
    home: Home,
    url: str,
    *,
    kind: SourceKind | None = None,
    tags: Sequence[str] = (),
    outlet: str | None = None,
    language: str | None = None,
    country: str | None = None,
) -> list[Added]:
    """Add what is at an address. With `kind` nothing is asked; without, the address is looked at,
    and a homepage gives its feeds and news sitemaps, or is a section itself.

    Raises BadInput for an address that is never fetched, FollowupError where nothing came.
    """
    url = _checked(home, url)
    found = [Source(kind, url)] if kind is not None else _best(url, _probe(home, url))
    wanted = [
        Source(
            one.kind,
            one.url,
            outlet=outlet or one.outlet,
            language=language or one.language,
            country=country,
            tags=tuple(tags),
        )
        for one in found
    ]
    return _keep(home, wanted)


def _keep(home: Home, wanted: Sequence[Source]) -> list[Added]:
    """Store sources, in one transaction; those whose address is there already stay as they are."""
    added = []
    with home.database.write() as conn:
        for source in wanted:
            known = store.find(conn, source.url)
            if known is None:
                id, _ = store.add(conn, source, now=home.now())
                added.append(Added(store.get(conn, id), True))
            else:
                added.append(Added(known, False))
        schedule.wake(conn, home.now())
    return added


def _checked(home: Home, url: str) -> str:
    """A whole address that may be fetched, or BadInput."""
    url = typed_address(url)
    try:
        check_url(url, home.config.allow_private)
    except BlockedAddress as error:
        raise BadInput(
            f"{url[:200]} cannot be a source: {error}.",
            remedy="Sources are public http(s) addresses; a private site that is yours can be"
            " named in FOLLOWUP_ALLOW_PRIVATE as host:port.",
        ) from error
    return url


def _probe(home: Home, url: str) -> list[dict[str, Any]]:
    report = crawls.run(home, Wanted(probe=(url,)))
    found = list(report.result.get("found", []))
    if not any(row["kind"] for row in found):
        reason = next((row["reason"] for row in found if row.get("reason")), report.end_reason)
        raise FollowupError(
            f"Nothing was found at {url}: {reason}.",
            remedy="Check the address, or add it unseen with --kind feed, sitemap or section.",
        )
    return found


def _best(url: str, found: list[dict[str, Any]]) -> list[Source]:
    """Of a homepage its feeds, else its sitemaps, else itself; of a feed or sitemap itself."""
    by_kind: dict[str, list[Source]] = {}
    for row in found:
        if row["kind"]:
            source = Source(
                SourceKind(row["kind"]),
                row["url"],
                outlet=row.get("title") or host_of(url),
                language=row.get("language"),
            )
            by_kind.setdefault(row["kind"], []).append(source)
    feeds, sitemaps = by_kind.get("feed", []), by_kind.get("sitemap", [])
    if feeds or sitemaps:
        return feeds[:2] + [s for s in sitemaps if "news" in s.url or not feeds][:1]
    return by_kind["section"][:1]


def get(home: Home, id: int) -> Source:
    """One source."""
    with home.database.read() as conn:
        return store.get(conn, id)


def list_all(home: Home) -> list[Source]:
    """All sources."""
    with home.database.read() as conn:
        return store.list_all(conn)


def edit(
    home: Home,
    id: int,
    *,
    tags: Sequence[str] | None = None,
    outlet: str | None = None,
    language: str | None = None,
    country: str | None = None,
) -> Source:
    """Write what is given of a source's marks; the source as it is then. Raises UnknownThing."""
    with home.database.write() as conn:
        was = store.get(conn, id)
        store.set_marks(
            conn,
            id,
            outlet=outlet or was.outlet,
            language=language or was.language,
            country=country or was.country,
            tags=was.tags if tags is None else tuple(dict.fromkeys(tags)),
        )
        schedule.wake(conn, home.now())
        return store.get(conn, id)


def remove(home: Home, id: int) -> Source:
    """Take a source away; what was found through it stays."""
    with home.database.write() as conn:
        source = store.get(conn, id)
        store.remove(conn, id)
    return source


def check(home: Home, ids: Sequence[int]) -> list[dict[str, Any]]:
    """Look at sources now, all where none is named; what is there and if it is as it was added."""
    chosen = [get(home, id) for id in ids] or list_all(home)
    if not chosen:
        raise BadInput("There is no source to check.", remedy="Add one: followup source add URL")
    report = crawls.run(home, Wanted(probe=tuple(source.url for source in chosen)))
    found = report.result.get("found", [])
    return [_verdict(source, found, report.end_reason) for source in chosen]


def _verdict(
    source: Source, found: Sequence[dict[str, Any]], end_reason: str | None
) -> dict[str, Any]:
    rows = [row for row in found if row["asked_for"] == source.url]
    same = next((row for row in rows if row["kind"] == source.kind), None)
    first = rows[0] if rows else {"kind": None, "reason": end_reason or "no answer"}
    reason = None
    if same is None:
        is_other = f"it is a {first['kind']} now, no {source.kind}"
        reason = is_other if first["kind"] else first.get("reason")
    return {
        "id": source.id,
        "url": source.url,
        "kind": str(source.kind),
        "ok": same is not None,
        "links": None if same is None else same.get("links"),
        "reason": reason,
        "instead": sorted(
            {row["url"] for row in rows if row["kind"] and row.get("url") and same is None}
            - {source.url}
        ),
    }


def import_opml(home: Home, path: Path) -> tuple[list[Added], list[str]]:
    """Sources of an OPML file, and what could not be taken of it."""
    try:
        body = path.read_bytes()
    except OSError as error:
        raise BadInput(
            f"{path} cannot be read ({error.strerror}).", remedy="Give an OPML file."
        ) from error
    outlines, problems = read_opml(body)
    if not outlines:
        raise BadInput(
            f"{path} names no source{': ' if problems else ''}{'; '.join(problems[:3])}.",
            remedy="Give an OPML file as feed readers export it.",
        )
    wanted, refused = [], list(problems)
    for outline in outlines:
        try:
            url = _checked(home, outline.url)
        except BadInput as error:
            refused.append(error.message)
            continue
        source = Source(
            outline.kind,
            url,
            outlet=outline.title,
            language=outline.language,
            country=outline.country,
            tags=outline.tags,
        )
        wanted.append(source)
    return _keep(home, wanted), refused


def export_opml(home: Home) -> bytes:
    """All feeds and other sources as OPML 2.0."""
    return write_opml(list_all(home), "Followup's sources", home.now())


def catalogue(
    *, country: str | None = None, language: str | None = None, topic: str | None = None
) -> list[Row]:
    """Outlets that are known, by country, language and topic."""
    return list(find(country=country, language=language, topic=topic))


def add_rows(home: Home, rows: Sequence[Row]) -> list[Added]:
    """Add rows of the catalogue as sources."""
    return _keep(
        home,
        [
            Source(
                SourceKind(row.kind),
                row.url,
                outlet=row.outlet,
                language=row.language,
                country=row.country,
                tags=(row.topic,) if row.topic else (),
            )
            for row in rows
        ],
    )


def catalogue_record(row: Row) -> dict[str, Any]:
    """A row of the catalogue as ``followup source catalogue --json`` gives it."""
    return {
        "outlet": row.outlet,
        "kind": row.kind,
        "url": row.url,
        "country": row.country,
        "language": row.language,
        "topic": row.topic,
    }


def record(source: Source) -> dict[str, Any]:
    """A source as ``followup source list --json`` gives it."""
    return {
        "id": source.id,
        "kind": str(source.kind),
        "url": source.url,
        "outlet": source.outlet,
        "language": source.language,
        "country": source.country,
        "tags": list(source.tags),
        "health": str(source.health),
        "reason": source.health_reason,
        "since": iso(source.health_since),
        "due_at": iso(source.due_at),
        "polled_at": iso(source.polled_at),
    }
