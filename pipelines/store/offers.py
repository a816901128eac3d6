"""Links that a source named, put before the frontier: which are to be read, which are known.

Offered links are taken in the order of their keys: two crawls that offer the same new links at the
same moment would otherwise wait for each other on PostgreSQL.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import Connection, case, func, select, update

from pipelines.items import Link
from pipelines.outcomes import Outcome
from pipelines.store.database import chunks, insert_into
from pipelines.store.frontier import LinkState
from pipelines.store.schema import alias, article, crawl, crawl_link, link, tombstone


@dataclass(frozen=True, slots=True)
class Offered:
    """A link that a crawl found.

    Attributes:
        link: the address as found, and what the source said of it.
        key: `urls.canonical_key` of the address.
        host: its host, the one to be leased.
        source_id: whose document named it; None by hand.
        priority: higher goes first.
        for_incident_id: to be taken into this incident whatever its score.
        force: asked for by hand: read again though it is known. Never what was forgotten by hand.
    """

    link: Link
    key: str
    host: str
    source_id: int | None = None
    priority: int = 0
    for_incident_id: int | None = None
    force: bool = False


@dataclass(frozen=True, slots=True)
class Offer:
    """What became of an offered link. `outcome` None: it is on the crawl's worklist, open.
    `link_id` None: it has no row, because its article was ingested or it was forgotten."""

    key: str
    link_id: int | None
    outcome: Outcome | None = None
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class _Known:
    """What the frontier holds of an address before it is offered."""

    link_id: int
    state: LinkState
    fetched_by: int | None
    is_listed: bool


def offer(
    conn: Connection, offered: Sequence[Offered], crawl_id: int, *, now: datetime
) -> list[Offer]:
    """One `Offer` for each offered link, in their order.

    New links and those still queued are put on the crawl's worklist; what another crawl is fetching
    is DEFERRED. ALREADY_KNOWN is what was read or failed before, what a stored article has as an
    address, what was forgotten by hand, and what this crawl was offered before: it gets no row, but
    is counted on the crawl here, in the same transaction.
    """
    first: dict[str, Offered] = {}
    for each in offered:
        first.setdefault(each.key, each)
    answers: dict[str, Offer] = {}
    waiting = sorted(first)
    while waiting:
        for keys in chunks(waiting):
            answers.update(_offer_some(conn, [first[key] for key in keys], crawl_id, now))
        # On PostgreSQL another crawl may have inserted a key between our look and our insert.
        waiting = [key for key in waiting if key not in answers]
    given = []
    for each in offered:
        given.append(answers[each.key])
        answers[each.key] = Offer(
            each.key, given[-1].link_id, Outcome.ALREADY_KNOWN, "found before in this crawl"
        )
    known = sum(answer.outcome is Outcome.ALREADY_KNOWN for answer in given)
    conn.execute(update(crawl).where(crawl.c.id == crawl_id).values(known=crawl.c.known + known))
    return given


def known_keys(conn: Connection, keys: Sequence[str]) -> set[str]:
    """Those of the keys that the frontier has met already, whatever became of them."""
    found: set[str] = set()
    for some in chunks(keys):
        found |= set(conn.execute(select(link.c.key).where(link.c.key.in_(some))).scalars())
    return found


def is_forgotten(conn: Connection, keys: Sequence[str], host: str) -> bool:
    """True where an article, by any of its keys, or its host was forgotten by hand."""
    first = Offered(Link(""), "", host)
    return bool(_forgotten(conn, [replace(first, key=key) for key in keys]))


def _offer_some(
    conn: Connection, offered: list[Offered], crawl_id: int, now: datetime
) -> dict[str, Offer]:
    """Answers by key; a key that another process inserted just now has none."""
    keys = [each.key for each in offered]
    forgotten = _forgotten(conn, offered)
    known = _known(conn, keys, crawl_id)
    articles = _articles(conn, [key for key in keys if key not in known])
    answers: dict[str, Offer] = {}
    new: dict[str, dict[str, object]] = {}
    for each in offered:
        article_id = articles.get(each.key)
        if each.key in forgotten:
            answers[each.key] = Offer(
                each.key, None, Outcome.ALREADY_KNOWN, "forgotten by hand; it is not fetched again"
            )
        elif each.key in known:
            answers[each.key] = _offer_known(conn, each, known[each.key], crawl_id, now)
        elif article_id is not None and not each.force:
            answers[each.key] = Offer(
                each.key, None, Outcome.ALREADY_KNOWN, f"the address of article {article_id}"
            )
        else:
            new[each.key] = _row(each, article_id, now)
    for key, link_id in _insert(conn, list(new.values())).items():
        _list(conn, crawl_id, link_id, str(new[key]["host"]), now)
        answers[key] = Offer(key, link_id)
    return answers


def _offer_known(
    conn: Connection, offered: Offered, known: _Known, crawl_id: int, now: datetime
) -> Offer:
    id = known.link_id
    if known.is_listed:
        return Offer(offered.key, id, Outcome.ALREADY_KNOWN, "found before in this crawl")
    if known.state is LinkState.FETCHING:
        reason = f"crawl {known.fetched_by} is fetching it"
        _list(conn, crawl_id, id, offered.host, now, Outcome.DEFERRED, reason)
        return Offer(offered.key, id, Outcome.DEFERRED, reason)
    if known.state is not LinkState.QUEUED and not offered.force:
        return Offer(offered.key, id, Outcome.ALREADY_KNOWN, "settled in an earlier crawl")
    _refresh(conn, offered, id)
    _list(conn, crawl_id, id, offered.host, now)
    return Offer(offered.key, id)


def _refresh(conn: Connection, offered: Offered, link_id: int) -> None:
    """What a queued link did not know yet; with force, it is asked for anew."""
    said = offered.link
    values: dict[str, object] = {
        "title": func.coalesce(link.c.title, said.title),
        "published_at": func.coalesce(link.c.published_at, said.published_at),
        "snippet": func.coalesce(link.c.snippet, said.snippet),
        "source_id": func.coalesce(link.c.source_id, offered.source_id),
    }
    if offered.priority > 0:
        values["priority"] = case(
            (link.c.priority < offered.priority, offered.priority), else_=link.c.priority
        )
    if offered.for_incident_id is not None:
        values["for_incident_id"] = offered.for_incident_id
    if offered.force:
        values |= {
            "state": LinkState.QUEUED,
            "priority": offered.priority,
            "tries": 0,
            "next_try_at": None,
        }
    conn.execute(update(link).where(link.c.id == link_id).values(**values))


def _known(conn: Connection, keys: list[str], crawl_id: int) -> dict[str, _Known]:
    """Links by key. One that a crawl was fetching which has ended counts as queued."""
    fetcher = crawl.alias("fetcher")
    rows = conn.execute(
        select(
            link.c.id,
            link.c.key,
            link.c.state,
            link.c.crawl_id,
            fetcher.c.ended_at,
            crawl_link.c.link_id.is_not(None).label("is_listed"),
        )
        .select_from(
            link.outerjoin(fetcher, fetcher.c.id == link.c.crawl_id).outerjoin(
                crawl_link,
                (crawl_link.c.link_id == link.c.id) & (crawl_link.c.crawl_id == crawl_id),
            )
        )
        .where(link.c.key.in_(keys))
    )
    known = {}
    for row in rows:
        state = LinkState(row.state)
        if state is LinkState.FETCHING and row.ended_at is not None:
            conn.execute(
                update(link)
                .where(link.c.id == row.id)
                .values(state=LinkState.QUEUED, crawl_id=None)
            )
            state = LinkState.QUEUED
        known[row.key] = _Known(row.id, state, row.crawl_id, bool(row.is_listed))
    return known


def _articles(conn: Connection, keys: list[str]) -> dict[str, int]:
    """Stored articles by their keys and those of their other addresses that were read: one that a
    page only named may be another article's."""
    found = {}
    for wanted in (
        select(alias.c.key, alias.c.article_id).where(alias.c.key.in_(keys), alias.c.is_read),
        select(article.c.key, article.c.id).where(article.c.key.in_(keys)),
    ):
        found.update(dict(conn.execute(wanted).all()))
    return found


def _forgotten(conn: Connection, offered: list[Offered]) -> set[str]:
    """Keys that were forgotten by hand, themselves or with their host or a domain above it."""
    keys = [each.key for each in offered]
    names = {name for each in offered for name in _with_domains_above(each.host)}
    gone = set(
        conn.execute(
            select(tombstone.c.value).where(
                tombstone.c.kind != "outlet", tombstone.c.value.in_(keys)
            )
        ).scalars()
    )
    for some in chunks(sorted(names)):
        dead = set(
            conn.execute(
                select(tombstone.c.value).where(
                    tombstone.c.kind == "outlet", tombstone.c.value.in_(some)
                )
            ).scalars()
        )
        gone |= {each.key for each in offered if dead.intersection(_with_domains_above(each.host))}
    return gone


def _with_domains_above(host: str) -> Iterable[str]:
    labels = host.split(".")
    return (".".join(labels[i:]) for i in range(len(labels)))


def _row(offered: Offered, article_id: int | None, now: datetime) -> dict[str, object]:
    said = offered.link
    return {
        "key": offered.key,
        "url": said.url,
        "host": offered.host,
        "title": said.title,
        "published_at": said.published_at,
        "snippet": said.snippet,
        "language": said.language,
        "found_in": said.found_in,
        "source_id": offered.source_id,
        "state": LinkState.QUEUED,
        "priority": offered.priority,
        "tries": 0,
        "for_incident_id": offered.for_incident_id,
        "found_at": now,
        "changed_at": now,
        "article_id": article_id,
    }


def _insert(conn: Connection, rows: list[dict[str, object]]) -> dict[str, int]:
    """Ids by key; a key that is there already is left out."""
    if not rows:
        return {}
    made = conn.execute(
        insert_into(conn, link)
        .on_conflict_do_nothing(index_elements=[link.c.key])
        .returning(link.c.key, link.c.id),
        rows,
    )
    return dict(made.all())


def _list(
    conn: Connection,
    crawl_id: int,
    link_id: int,
    host: str,
    now: datetime,
    outcome: Outcome | None = None,
    reason: str | None = None,
) -> None:
    row = {"crawl_id": crawl_id, "link_id": link_id, "host": host, "at": now}
    conn.execute(
        insert_into(conn, crawl_link).on_conflict_do_nothing(
            index_elements=[crawl_link.c.crawl_id, crawl_link.c.link_id]
        ),
        row | {"outcome": outcome, "reason": reason},
    )
