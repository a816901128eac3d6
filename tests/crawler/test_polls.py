"""What a poll of a source writes down, while people change what is polled and when."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from crawler.config import Config
from crawler.discovery.documents import Reading
from crawler.documents import Document
from crawler.home import Home, open_home
from crawler.polls import Polls
from crawler.schedule.rules import read_rule
from crawler.services import schedule
from crawler.session import Session
from crawler.wanted import Wanted
from pipelines.incident import Incident, Profile, Source, SourceKind
from pipelines.store import crawl_sources, crawls, incidents, sources
from pipelines.store.crawls import Trigger

NOW = datetime(2014, 12, 20, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
FEED, SITEMAP = "https://lantern.test/feed", "https://herald.test/sitemap.xml"


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    """An incident is followed on two sources, which are due."""
    config = Config(home=tmp_path, database_url=f"sqlite:///{tmp_path / 'followup.db'}", now=NOW)
    with open_home(config) as opened:
        with opened.database.write() as conn:
            profile = Profile((), ("en",), 0.2, 0.1)
            incidents.add(conn, Incident("ferry", "Ferry", profile), NOW)
            for kind, url in ((SourceKind.FEED, FEED), (SourceKind.SITEMAP, SITEMAP)):
                sources.add(conn, Source(kind, url, due_at=NOW), now=NOW)
        yield opened


def found(home: Home, url: str) -> Source:
    with home.database.read() as conn:
        source = sources.find(conn, url)
    assert source is not None
    return source


def polls_of(home: Home, *urls: str) -> Polls:
    """Those of a crawl of the schedule's that is to poll these sources."""
    wanted = Wanted(due=True)
    ids = [found(home, url).id or 0 for url in urls]
    with home.database.write() as conn:
        id = crawls.request(conn, Trigger.SCHEDULE, "schedule", wanted.record(), now=NOW)
        crawl_sources.put(conn, id, ids, now=NOW, due=dict.fromkeys(ids, NOW))
        crawls.start(conn, id, pid=1, now=NOW, wall_now=home.clock.wall())
    return Polls(Session(home.config, home.clock, home.database, id, wanted, Trigger.SCHEDULE))


def set_rule(home: Home, every: str) -> datetime:
    """Set for all sources; its first time."""
    rule = read_rule(every=every, timezone="UTC", anchor=home.now())
    return schedule.set_rule(home, schedule.ALL, rule).next[0]


def test_a_rule_set_while_a_source_is_asked_for_keeps_its_due_time(home: Home) -> None:
    for url in (FEED, SITEMAP):
        with home.database.write() as conn:
            sources.set_due(conn, found(home, url).id or 0, NOW + 9 * HOUR)
    polls = polls_of(home, FEED, SITEMAP)
    feed, sitemap = found(home, FEED), found(home, SITEMAP)
    polls.took(Document(feed, FEED), {}, [], Reading())
    first = set_rule(home, "5m")
    polls.took(Document(sitemap, SITEMAP), {}, [], Reading())
    assert found(home, SITEMAP).due_at == first
    assert found(home, SITEMAP).polled_at is not None


def test_a_source_that_is_removed_while_its_files_are_asked_for_costs_nothing(home: Home) -> None:
    polls = polls_of(home, FEED, SITEMAP)
    sitemap = found(home, SITEMAP)
    with home.database.write() as conn:
        sources.remove(conn, sitemap.id or 0)
    polls.took(Document(sitemap, SITEMAP), {}, [], Reading(), is_last=False)
    polls.unchanged(Document(sitemap, f"{SITEMAP}?2014", depth=1))
    polls.took(Document(found(home, FEED), FEED), {}, [], Reading())
    assert found(home, FEED).polled_at is not None
