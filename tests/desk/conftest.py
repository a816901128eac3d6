"""A home with something of everything in it, and the desk on it."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from crawler.home import Home
from crawler.life import log_path
from pipelines.incident import Health, Incident, Profile, Seed, Source, SourceKind, Term
from pipelines.items import Link
from pipelines.outcomes import Outcome
from pipelines.store import Connection, crawl_sources, crawls, incidents, sources
from pipelines.store.crawl_sources import Ending
from pipelines.store.crawls import CrawlState, Trigger
from pipelines.store.frontier import settle
from pipelines.store.offers import Offered, offer
from tests.desk.browsing import chromium
from tests.desk.serving import Desk, copied, opened, serve, standing

SLUG = "sony-hack"
#: Ids of the crawls of a furnished home.
FINISHED, MISSED, FAILED, RUNNING, REQUESTED = 1, 2, 3, 4, 5


@pytest.fixture(scope="module")
def browser() -> Iterator[Any]:
    """A headless Chromium; the test is skipped where there is none."""
    with chromium() as one:
        yield one


@pytest.fixture(scope="session")
def furnished(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A furnished home to copy; making one anew takes a while."""
    folder = tmp_path_factory.mktemp("furnished") / "home"
    with opened(folder) as made:
        furnish(made)
    return folder


@pytest.fixture
def home(furnished: Path, tmp_path: Path) -> Iterator[Home]:
    with opened(copied(furnished, tmp_path / "home")) as made:
        yield standing(made)


@pytest.fixture
def desk(home: Home) -> Iterator[Desk]:
    with serve(home) as served:
        yield served


@pytest.fixture
def empty_desk(tmp_path: Path) -> Iterator[Desk]:
    with opened(tmp_path / "empty") as made, serve(made) as served:
        yield served


def furnish(home: Home) -> None:
    """An open incident and a closed one, four sources, a crawl in every state but cancelled."""
    now = home.now()
    profile = Profile((Term("sony", "name", 1.0),), ("en",), 0.3, 0.2)
    with home.database.write() as conn:
        for slug, title in ((SLUG, "The attack & <after>"), ("old", "Over")):
            seeds = (Seed("Sony Pictures was attacked."),)
            new = Incident(slug=slug, title=title, profile=profile, seeds=seeds)
            incidents.add(conn, new, now)
        incidents.set_open(conn, "old", False)
        for number in range(1, 5):
            url = f"https://outlet{number}.example/feed.xml"
            source = Source(SourceKind.FEED, url, outlet=f"Outlet {number}")
            sources.add(conn, source, now=now)
            sources.mark_polled(conn, number, now=now, due_at=now + timedelta(minutes=5 * number))
        for _ in range(2):
            said = "status 503: <script>alert(1)</script>"
            sources.set_health(conn, 2, Health.FAILING, said, now=now - timedelta(days=2))
        _put_crawls(conn, now, home.clock.wall())
    log_path(home.config, RUNNING).write_text("".join(f"line {n} <b>\n" for n in range(1, 301)))


def _put_crawls(conn: Connection, now: datetime, wall: datetime) -> None:
    early = now - timedelta(hours=3)
    first = crawls.request(conn, Trigger.HAND, "command line", {}, now=early)
    crawls.start(conn, first, pid=11, now=early, wall_now=wall)
    crawls.finish(conn, first, CrawlState.FINISHED, now=early, end_reason="finished", seconds=75.0)
    why = "the server was not running"
    told = {"schedule": "all", "sources": 4}
    crawls.miss(conn, "the schedule", told, why, due_at=early, now=now)
    third = crawls.request(conn, Trigger.API, "API", {"sources": [1, 2]}, now=early)
    crawls.start(conn, third, pid=13, now=early, wall_now=wall)
    crawls.finish(conn, third, CrawlState.FAILED, now=now, end_reason="it broke <b>", seconds=1)
    fourth = crawls.request(conn, Trigger.HAND, "command line", {}, now=now)
    crawls.start(conn, fourth, pid=14, now=now, wall_now=wall)
    _put_work(conn, fourth, now, wall)
    crawls.request(conn, Trigger.API, "API", {"incident": SLUG}, now=now)


def _put_work(conn: Connection, id: int, now: datetime, wall: datetime) -> None:
    """Sources and links of a running crawl: some done, some open."""
    crawl_sources.put(conn, id, [1, 2, 3], now=now)
    crawl_sources.close(conn, id, 1, Ending.POLLED, None, now=now, links=3)
    crawl_sources.close(conn, id, 2, Ending.FAILED, "status 503", now=now, links=None)
    urls = [f"https://outlet1.example/{name}" for name in ("a", "b", "c")]
    offered = [Offered(Link(url), url.partition("//")[2], "outlet1.example") for url in urls]
    links = offer(conn, offered, id, now=now)
    settle(conn, id, links[0].link_id or 0, Outcome.OFF_TOPIC, None, now=now)
    progress = {
        "sources": 3,
        "sources_read": 2,
        "pages": 1,
        "remaining": 3,
        "rate": 0.5,
        "asking": ["outlet1.example"],
        "waiting": {"slow.example": 90.0, "<i>.example": 2.0},
    }
    crawls.heartbeat(conn, id, wall_now=wall, requests=4, progress=progress)
