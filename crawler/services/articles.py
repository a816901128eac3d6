"""Stored articles: found, shown, decided about, rescued, forgotten."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any

from crawler.home import Home
from crawler.services import copies as copy_groups
from crawler.services import crawls, revisions
from crawler.services.taking import take_in
from crawler.wanted import Wanted
from pipelines.dates import iso
from pipelines.errors import BadInput
from pipelines.items import Reason
from pipelines.outcomes import Outcome
from pipelines.records import told
from pipelines.relevance import marks, thresholds_of
from pipelines.relevance.matching import verdict_of
from pipelines.stages import MOST_ALONG, settle
from pipelines.store import (
    Connection,
    addresses,
    articles,
    copies,
    forgetting,
    incidents,
    matches,
    pages,
    raw_lock,
    sources,
    texts,
)
from pipelines.store import ledger as ledger_rows
from pipelines.store.known import Known


def show(home: Home, id: int) -> dict[str, Any]:
    """One article with all that is known of it."""
    with home.database.read() as conn:
        found = articles.get(conn, id)
        source = None if found.source_id is None else sources.get(conn, found.source_id).url
        raw = pages.of_article(conn, id)
        versions = revisions.history(conn, id)
        reasons = [
            reason
            for match in matches.of_article(conn, id)
            for reason in match.reasons
            if reason.weight > 0
        ]
        return {
            "id": found.id,
            "url": found.url,
            **told(found),
            "published_raw": found.published_raw,
            "first_seen_at": iso(found.first_seen_at),
            "read_at": iso(found.read_at),
            "reads": found.reads,
            "vanished_at": iso(found.vanished_at),
            "gone_reads": found.gone_reads,
            "gone_since": iso(found.gone_since),
            "cosmetic_changes": found.cosmetic_changes,
            "source": source,
            "marks": marks(found.text, reasons) if found.text else [],
            "aliases": addresses.urls_of(conn, id),
            "copies": _copies(conn, found.group, but=id),
            "versions": versions,
            "headlines": revisions.headlines(versions),
            "copy_of": found.copy_of,
            "similarity": found.similarity,
            **copy_groups.told_of(conn, id),
            "matches": _matches(conn, found),
            "unjudged": _unjudged(conn, id),
            "raw": f"{raw[-1].warc_file} at {raw[-1].warc_offset}" if raw else None,
        }


def _unjudged(conn: Connection, id: int) -> list[str]:
    """The open incidents that never judged an article."""
    unjudged = matches.unjudged(conn, id)
    return [one.slug for one in incidents.list_all(conn, open_only=True) if one.id in unjudged]


def _copies(conn: Connection, group: int | None, *, but: int) -> list[dict[str, Any]]:
    if group is None:
        return []
    return [
        {
            "id": member.article_id,
            "url": member.url,
            "outlet": member.outlet,
            "title": member.title,
            "published_at": iso(member.published_at),
            "kind": member.kind and str(member.kind),
            "similarity": member.similarity,
        }
        for member in copies.members(conn, group)
        if member.article_id != but
    ]


def _matches(conn: Connection, found: Known) -> list[dict[str, Any]]:
    history = matches.history(conn, found.id)
    told = []
    for match in matches.of_article(conn, found.id):
        incident = incidents.get(conn, match.slug)
        threshold, candidate_threshold = thresholds_of(incident.profile)
        is_inside = incident.window.holds(found.published_at)
        reviews = [one for one in history if one.incident_id == match.incident_id]
        told.append(
            {
                "incident": match.slug,
                "score": match.score,
                "threshold": threshold,
                "candidate_threshold": candidate_threshold,
                "verdict": str(match.verdict),
                "judged_at": iso(match.judged_at),
                "is_outdated": is_inside
                and not (match.forced or match.review)
                and match.verdict is not verdict_of(incident, match.score),
                "in_window": is_inside,
                "since": iso(incident.window.since),
                "until": iso(incident.window.until),
                "forced": match.forced,
                "review": match.review and str(match.review),
                "reviewed_at": iso(match.reviewed_at),
                "reviewed_by": reviews[-1].by if match.review and reviews else None,
                "reasons": [_reason(reason) for reason in match.reasons],
                "notes": [
                    {"note": one.note, "by": one.by, "at": iso(one.at)}
                    for one in reviews
                    if one.note
                ],
            }
        )
    return told


def _reason(reason: Reason) -> dict[str, Any]:
    return {"term": reason.term, "kind": reason.kind, "weight": reason.weight}


def without_text(home: Home, ids: Sequence[int]) -> dict[int, str]:
    """Those of the articles whose text is gone, with their address."""
    with home.database.read() as conn:
        found = [articles.get(conn, id) for id in ids]
    return {one.id: one.url for one in found if one.text is None}


def ledger(
    home: Home, slug: str, *, limit: int | None = None, outcomes: Sequence[Outcome] | None = None
) -> list[dict[str, Any]]:
    """Every link that was found, newest first, with the verdict of one incident."""
    with home.database.read() as conn:
        incident = incidents.get(conn, slug)
        rows = ledger_rows.ledger(conn, incident.id or 0, limit=limit, outcomes=outcomes)
    return [
        {
            "id": row.id,
            "url": row.url,
            "title": row.title,
            "source": row.source,
            "outcome": row.outcome and str(row.outcome),
            "verdict": row.verdict and str(row.verdict),
            "reason": row.reason,
            "at": iso(row.at),
        }
        for row in rows
    ]


@dataclass(frozen=True, slots=True)
class Rescue:
    """A link that was to be rescued. `article` None: its text is not stored, and its address has to
    be looked at again."""

    url: str
    slug: str
    article: int | None


def rescue(home: Home, id: int, *, incident: str | None, by: str) -> dict[str, Any]:
    """Take a link of the ledger into an incident: at once where its text is stored, else by
    looking at its address again. robots.txt, the guard and noarchive stay what they are."""
    taken = take_link(home, id, incident=incident)
    url, slug = taken.url, taken.slug
    if taken.article is not None:
        said = f"Article {taken.article} is a follow-up of {slug} now."
        return {"id": id, "article": taken.article, "done": True, "said": said}
    report = crawls.run(home, Wanted(incident=slug, urls=(url,)), by=by)
    done = any(report.counts.get(str(outcome)) for outcome in _TAKEN)
    return {"id": id, "article": None, "done": done, "said": _said(slug, url, done, report)}


def take_link(home: Home, id: int, *, incident: str | None) -> Rescue:
    """`rescue` as far as it goes without a crawl. Raises UnknownThing, or BadInput where no
    incident is named and several are open."""
    with home.database.read() as conn:
        row = ledger_rows.entry(conn, id)
        slug = incident or _only_incident(conn)
        chosen = incidents.get(conn, slug)
    if row.article_id is not None:
        with home.database.write() as conn:
            if texts.text_of(conn, row.article_id) is not None:
                take_in(conn, row.article_id, chosen, home.now())
                return Rescue(row.url, slug, row.article_id)
    return Rescue(row.url, slug, None)


def _said(slug: str, url: str, done: bool, report: crawls.Report) -> str:
    """What came of looking at an address that was to be rescued."""
    if done:
        return f"{url} was read and taken into {slug}."
    ends = [f"{end['outcome']}: {end['reason']}" for end in report.ends if end["url"] == url]
    why = next(iter(ends), report.end_reason)
    return (
        f"{url} could not be taken in ({why}). What a site refuses is not forced; save the page"
        f" in your browser and bring it in: followup ingest {slug} page.html"
    )


_TAKEN = (Outcome.STORED, Outcome.COPY, Outcome.REVISED, Outcome.UNCHANGED)


def _only_incident(conn: Connection) -> str:
    every = incidents.list_all(conn, open_only=True)
    if len(every) != 1:
        raise BadInput("Several incidents are open.", remedy="Name one: --incident SLUG")
    return every[0].slug


def forget(home: Home, what: str, *, waiting: Callable[[], None] | None = None) -> dict[str, Any]:
    """Remove an article (id), an address or a whole outlet (host or name) for good.

    While a backup is made, raw pages stay: `waiting` is called and its end waited for; without it
    StoreError is raised where there are some.
    """
    now, folder = home.now(), home.config.raw_folder
    with raw_lock.changing(folder, waiting=waiting), home.database.write() as conn:
        if what.isdecimal():
            done = forgetting.forget_article(conn, int(what), now=now, folder=folder)
        elif "://" in what:
            done = forgetting.forget_url(conn, what, now=now, folder=folder)
        else:
            done = forgetting.forget_outlet(conn, what, now=now, folder=folder)
        settle(conn, now=now, most=MOST_ALONG)
    home.database.scrub()
    return {"forgotten": what, "articles": len(done.articles), "raw_pages": done.raw_records}
