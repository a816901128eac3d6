"""What a watcher is shown, again and again: crawls in pages, one crawl as it goes, logs' ends.

Reads alone. Whether a crawl's process is dead is for the server's tick to see, not for a page.
"""

import os
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from typing import Any

from crawler.home import Home
from crawler.life import log_path
from crawler.services import crawls
from pipelines.dates import iso
from pipelines.errors import FollowupError
from pipelines.store import crawl_sources, overview
from pipelines.store import crawls as store
from pipelines.store.crawls import Crawl, CrawlState
from pipelines.store.overview import Failing, Followed, Polled

#: Crawls that are not ended.
UNENDED = (CrawlState.REQUESTED, CrawlState.RUNNING)
#: Sources of one crawl that are listed one by one; the counts are of all.
MOST_SOURCES = 500
#: The end of a log that is read at most, in bytes.
MOST_LOG_BYTES = 1_000_000


@dataclass(frozen=True, slots=True)
class Shown:
    """One crawl as it is now.

    Attributes:
        counts: links by outcome, those that are known so far while it runs.
        open: links that have no outcome yet.
        sources: those on its list, the open ones first, as many as were asked for.
        endings: all of them by ending.
    """

    crawl: Crawl
    counts: Mapping[str, int]
    open: int
    sources: tuple[Polled, ...]
    endings: Mapping[str, int]

    @property
    def links_found(self) -> int:
        """All links, open ones too."""
        return sum(self.counts.values()) + self.open

    def record(self) -> dict[str, Any]:
        """As the API gives it: the crawl's row, with what is known so far of its counts."""
        return crawls.record(self.crawl) | {
            "counts": dict(self.counts),
            "links_found": self.links_found,
            "open": self.open,
            "cancel_requested_at": iso(self.crawl.cancel_requested_at),
            "result": dict(self.crawl.result or {}),
            "endings": dict(self.endings),
            "sources": [_polled_record(polled) for polled in self.sources],
        }


def _polled_record(polled: Polled) -> dict[str, Any]:
    return {
        "id": polled.source_id,
        "url": polled.url,
        "outlet": polled.outlet,
        "due_at": iso(polled.due_at),
        "given_by": polled.given_by,
        "ending": polled.ending,
        "reason": polled.reason,
        "links": polled.links,
        "at": iso(polled.at),
    }


def page(
    home: Home, *, limit: int, before: int | None = None, states: Collection[CrawlState] = ()
) -> list[Crawl]:
    """Crawls, the newest first, from the one before `before` on."""
    with home.database.read() as conn:
        return overview.crawls_page(conn, limit=limit, before=before, states=states)


def show(home: Home, id: int, *, sources: int = MOST_SOURCES) -> Shown:
    """One crawl as it is now, with so many of its sources. Raises UnknownThing."""
    with home.database.read() as conn:
        crawl = store.get(conn, id)
        counts, waiting = _counts(conn, crawl)
        polled = overview.sources_of_crawl(conn, id, limit=sources) if sources else []
        return Shown(crawl, counts, waiting, tuple(polled), crawl_sources.counts(conn, id))


def _counts(conn: Any, crawl: Crawl) -> tuple[Mapping[str, int], int]:
    if crawl.counts is not None or crawl.state not in UNENDED:
        return crawl.counts or {}, 0
    totals = store.counts(conn, crawl.id)
    return {str(outcome): count for outcome, count in totals.by_outcome.items()}, totals.open


def log_tail(home: Home, id: int, lines: int) -> str:
    """The last lines of a crawl's log, of which `MOST_LOG_BYTES` are read at most.

    Raises UnknownThing for a crawl that is not there, FollowupError for one without a log here.
    """
    crawls.get(home, id)
    tail = log_tail_or_none(home, id, lines)
    if tail is None:
        raise FollowupError(
            f"Crawl {id} has no log here.", remedy="It ran on another machine, or never began."
        )
    return tail


def log_tail_or_none(home: Home, id: int, lines: int) -> str | None:
    """As `log_tail`; None where there is no log."""
    try:
        with log_path(home.config, id).open("rb") as file:
            size = file.seek(0, os.SEEK_END)
            file.seek(max(0, size - MOST_LOG_BYTES))
            tail = file.read(MOST_LOG_BYTES)
    except FileNotFoundError:
        return None
    kept = tail.decode("utf-8", "replace").splitlines()[-lines:]
    return "".join(f"{line}\n" for line in kept)


def incidents(home: Home) -> list[Followed]:
    """All incidents, without what they are recognised by."""
    with home.database.read() as conn:
        return overview.incidents(conn)


def failing(home: Home, *, limit: int) -> list[Failing]:
    """Sources that cannot be read, those that fail for longest first."""
    with home.database.read() as conn:
        return overview.failing(conn, limit=limit)


def healths(home: Home) -> Mapping[str, int]:
    """Sources by health."""
    with home.database.read() as conn:
        return overview.healths(conn)
