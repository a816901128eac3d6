"""What is polled next: all sources of a time in one line, told without walking through all."""

import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from crawler.config import Config
from crawler.home import Home, open_home
from crawler.schedule.rules import read_rule
from crawler.services import schedule
from crawler.services.schedule import Of, upcoming
from pipelines.incident import Follows, Incident, Profile, Source, SourceKind
from pipelines.store import incidents, sources

NOW = datetime(2014, 12, 20, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    config = Config(home=tmp_path, database_url=f"sqlite:///{tmp_path / 'followup.db'}", now=NOW)
    with open_home(config) as opened:
        with opened.database.write() as conn:
            profile = Profile((), ("en",), 0.2, 0.1)
            follows = Follows(tags=("sea",))
            incidents.add(conn, Incident("ferry", "", profile, follows=follows), NOW)
        yield opened


def put(home: Home, names: list[str], due_at: datetime | None) -> list[int]:
    """Sources that are followed."""
    kind, tags = SourceKind.FEED, ("sea",)
    with home.database.write() as conn:
        some = [Source(kind, f"https://{n}/", outlet=n, tags=tags, due_at=due_at) for n in names]
        return [sources.add(conn, one, now=NOW)[0] for one in some]


def set_rule(home: Home, of: Of, every: str, **more: str) -> None:
    schedule.set_rule(home, of, read_rule(every=every, timezone="UTC", anchor=NOW, **more))


def minutes(home: Home, of: Of = schedule.ALL, n: int = 5) -> list[tuple[int, int, str]]:
    found = upcoming(home, of, n=n)
    return [(round((one.at - NOW) / MINUTE), one.sources, "".join(one.names)) for one in found]


def test_times_come_in_order_whatever_puts_them_there(home: Home) -> None:
    put(home, ["a"], None)
    put(home, ["b"], NOW + 7 * MINUTE)
    own, other = put(home, ["c", "d"], NOW + 90 * MINUTE)
    with home.database.write() as conn:
        sources.add(conn, Source(SourceKind.FEED, "https://nobody/"), now=NOW)
    set_rule(home, Of(source=own), "5m")
    assert minutes(home) == [(0, 1, "a"), (5, 1, "c"), (7, 1, "b"), (10, 1, "c"), (15, 1, "c")]
    assert minutes(home, Of(source=other)) == [(90, 1, "d")]
    assert minutes(home, Of(incident="ferry"), 2) == [(0, 1, "a"), (5, 1, "c")]


def test_sources_of_one_time_and_rule_are_one_line(home: Home) -> None:
    ids = put(home, ["a", "b", "c", "d", "e"], NOW + 90 * MINUTE)
    set_rule(home, schedule.ALL, "10m")
    set_rule(home, Of(source=ids[1]), "20m")
    set_rule(home, Of(source=ids[2]), "10m")
    assert minutes(home, n=4) == [(10, 4, "acd"), (20, 4, "acd"), (20, 1, "b"), (30, 4, "acd")]


def test_a_delay_of_its_own_gives_each_source_a_line(home: Home) -> None:
    put(home, ["a", "b", "c"], NOW)
    set_rule(home, schedule.ALL, "1h", jitter="30m")
    found = upcoming(home, n=6)
    assert [one.sources for one in found] == [1] * 6
    assert sorted(one.at for one in found) == [one.at for one in found]
    assert {one.names for one in found[:3]} == {one.names for one in found[3:]}


def test_many_times_of_many_sources_cost_little(home: Home) -> None:
    put(home, [f"s{number}" for number in range(400)], NOW)
    set_rule(home, schedule.ALL, "15m")
    before = time.process_time()
    found = upcoming(home, n=100)
    assert time.process_time() - before < 0.2
    assert {one.sources for one in found} == {400}
    assert found[-1].at == NOW + 1_500 * MINUTE
