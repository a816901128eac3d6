"""Real crawls on strange sites, looked at while they run: started, waited for, signalled."""

import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from subprocess import Popen

from crawler import launcher, life
from crawler.config import read_config
from crawler.home import Home, open_home
from crawler.services import crawls, incidents
from crawler.wanted import Wanted
from pipelines.incident import Source, SourceKind
from pipelines.store import crawl_sources, sources
from pipelines.store import crawls as crawl_rows
from pipelines.store.crawls import Crawl, CrawlState, Trigger
from tests.crawler.strange_sites import WORDS, Piece, StrangeSites, answer, feed, story

AT = datetime(2021, 6, 1, 12, tzinfo=UTC)
#: A crawl on two busy cores begins within this.
BEGINS_SECONDS = 40.0

Child = Popen[bytes]


class Paper:
    """A host whose feeds /feed, /second … name pages; every page takes `seconds` to come."""

    def __init__(self, host: str, feeds: Mapping[str, int], seconds: float = 0.0) -> None:
        self.host, self.seconds = host, seconds
        self.feeds = {
            f"/{name}": [f"/{name}/{number}" for number in range(count)]
            for name, count in feeds.items()
        }

    def __call__(self, path: str) -> Sequence[Piece]:
        if path in self.feeds:
            return [answer(feed(self.host, self.feeds[path]), "application/rss+xml")]
        if path == "/robots.txt":
            return [answer("User-agent: *\nAllow: /\n", "text/plain")]
        return [self.seconds, story(abs(hash((self.host, path))) % 100_000)]


@contextmanager
def opened(folder: Path, strange: StrangeSites, **settings: str) -> Iterator[Home]:
    """A home on the sites that follows a fire."""
    environment = {
        "FOLLOWUP_HOME": str(folder),
        "FOLLOWUP_CONTACT": "tests@followup.test",
        "FOLLOWUP_MIN_GAP_SECONDS": "0.02",
        "FOLLOWUP_REQUEST_SECONDS": "20",
        "FOLLOWUP_NOW": AT.isoformat(),
        "http_proxy": strange.url,
        "https_proxy": strange.url,
        "no_proxy": "",
        **settings,
    }
    with open_home(read_config(environment), environment) as home:
        seed = home.config.home / "seed.txt"
        seed.write_text(f"Fire at the junction\n\n{WORDS}\n\n{WORDS}\n")
        incidents.new(home, "fire", [str(seed)])
        yield home


def source(home: Home, url: str) -> int:
    """A feed that is followed."""
    with home.database.write() as conn:
        return sources.add(conn, Source(SourceKind.FEED, url), now=home.now())[0]


def start_due(home: Home, ids: Sequence[int], due_at: datetime) -> tuple[int, Child]:
    """A crawl as the schedule makes one: its sources stand on its list before it begins, and have
    their next time already."""
    wanted = Wanted(due=True)
    with home.database.write() as conn:
        id = crawl_rows.request(conn, Trigger.SCHEDULE, "schedule", wanted.record(), now=home.now())
        crawl_sources.put(conn, id, ids, now=home.now(), due=dict.fromkeys(ids, due_at))
        lock = life.take_lock(home.config, id)
    with lock:
        return id, launcher.launch(home, id, wanted, lock)


def until(what: Callable[[], bool], seconds: float = BEGINS_SECONDS) -> float:
    """Wait for something; how long that took."""
    began = time.monotonic()
    while not what():
        assert time.monotonic() - began < seconds, "it does not come"
        time.sleep(0.02)
    return time.monotonic() - began


def row(home: Home, id: int) -> Crawl:
    """A crawl's row."""
    return crawls.get(home, id)


def ended(home: Home, id: int, child: Child, seconds: float = BEGINS_SECONDS) -> Crawl:
    """The row of a crawl after its process ended; one that was killed is settled."""
    until(lambda: child.poll() is not None, seconds)
    life.settle_dead(home.config, home.clock, home.database)
    return row(home, id)


def endings(home: Home, id: int) -> dict[str, int]:
    """How the sources on a crawl's list ended."""
    with home.database.read() as conn:
        return dict(crawl_sources.counts(conn, id))


def due_at(home: Home, source_id: int) -> datetime | None:
    """When a source is due."""
    with home.database.read() as conn:
        return sources.get(conn, source_id).due_at


def outcomes(home: Home) -> dict[str, str]:
    """What became of every link: outcome by address."""
    from sqlalchemy import text

    with home.database.read() as conn:
        return dict(conn.execute(text("SELECT url, outcome FROM link")).all())


def assert_nothing_is_open(home: Home) -> None:
    """No crawl that has ended has anything in hand, and no host is held by one."""
    from sqlalchemy import text

    with home.database.read() as conn:
        for table, ending in (("crawl_link", "outcome"), ("crawl_source", "ending")):
            count = f"SELECT count(*) FROM {table} WHERE {ending} IS NULL"
            assert conn.execute(text(count)).scalar() == 0, table
        assert conn.execute(text("SELECT count(leased_by) FROM host")).scalar() == 0
        states = {each.state for each in crawl_rows.list_all(conn)}
        assert states.isdisjoint({CrawlState.RUNNING, CrawlState.REQUESTED})
