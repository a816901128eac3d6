"""A day of 1,000 sources at intervals from 5 minutes to a day: what is missed, what it costs.

    python -m tests.bench.schedule [--sources 1000] [--hours 24]
    python -m tests.bench.schedule --real [--speed 30] [--sources 1000] [--hours 6]

Without --real the schedule looks once in each simulated second and its crawls poll in no time: that
is what the schedule itself costs and whether it misses anything. With it a real server has real
crawls on made-up feeds, in a time that runs `speed` times as fast; what the server uses is told for
hours as they would really pass.
"""

import argparse
import sqlite3
import statistics
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

from crawler.clock import Clock
from crawler.config import Config
from crawler.home import Home, open_home
from crawler.schedule.claiming import Claimer
from crawler.schedule.rules import read_rule
from crawler.services import incidents, schedule
from pipelines.incident import Source, SourceKind
from pipelines.store import crawl_sources, crawls, servers, sources
from pipelines.store.crawls import CrawlState
from tests.bench.latency import copied_seeds, environment, terminal
from tests.crawler.serving import Serving
from tests.crawler.strange_sites import Site, StrangeSites, answer, feed, served

BEGIN = datetime(2014, 12, 18, tzinfo=UTC)
#: Of a thousand sources so many are asked so often, in minutes.
SHARES = ((50, 5), (150, 15), (300, 30), (300, 60), (150, 360), (50, 1440))


class Papers(dict[str, Site]):
    """Every host has one feed that never changes and no article."""

    def __missing__(self, host: str) -> Site:
        def site(path: str) -> list[bytes]:
            if path == "/feed.xml":
                return [answer(feed(host, []), "application/rss+xml")]
            return [answer("", "text/plain", 404)]

        return site


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--real", action="store_true")
    parser.add_argument("--speed", type=float, default=30.0)
    parser.add_argument("--sources", type=int, default=1_000)
    parser.add_argument("--hours", type=float)
    options = parser.parse_args()
    hours = options.hours or (6.0 if options.real else 24.0)
    with tempfile.TemporaryDirectory(prefix="followup-schedule-") as name:
        folder = Path(name)
        if not options.real:
            return simulate(folder, options.sources, hours)
        with served(Papers()) as sites:
            serving = Serving(environment(folder / "home", sites.url))
            seeds = [str(path) for path in copied_seeds(folder)]
            terminal(serving, "incident", "new", "day", *[x for s in seeds for x in ("--seed", s)])
            intervals = set_up(folder / "home", options.sources)
            run(serving, options.speed, hours)
            tell(folder / "home", sites, intervals, hours)
    return None


def shares(count: int) -> Iterator[int]:
    """An interval in minutes for each source."""
    for share, minutes in SHARES:
        yield from [minutes] * (share * count // 1_000)


def set_up(folder: Path, count: int) -> dict[int, int]:
    """The sources with their schedules; interval in minutes by id."""
    intervals = {}
    config = Config(home=folder, database_url=f"sqlite:///{folder / 'followup.db'}", now=BEGIN)
    with open_home(config) as home:
        for number, minutes in enumerate(shares(count)):
            with home.database.write() as conn:
                url = f"http://paper{number}.test/feed.xml"
                id, _ = sources.add(conn, Source(SourceKind.FEED, url), now=BEGIN)
            rule = read_rule(every=f"{minutes}m", timezone="UTC", anchor=BEGIN)
            schedule.set_rule(home, schedule.Of(source=id), rule)
            intervals[id] = minutes
    return intervals


class Stepped(Clock):
    """A clock that goes on when it is told to."""

    def now(self) -> datetime:
        return moment[0]


#: The simulated time.
moment = [BEGIN]


def simulate(folder: Path, count: int, hours: float) -> None:
    moment[0] = BEGIN
    set_up(folder / "home", count)
    config = Config(home=folder / "home", database_url=f"sqlite:///{folder}/home/followup.db")
    with open_home(config) as opened:
        incidents.new(opened, "day", [str(path) for path in copied_seeds(folder)])
        home = replace(opened, clock=Stepped(BEGIN))
        wall = home.clock.wall()
        me = servers.Holder("bench", str(config.home), "here", 1, "", wall, wall)
        with home.database.write() as conn:
            servers.acquire(conn, me, wall_now=wall, before=())
        claimer = Claimer(home, "bench", monotonic=lambda: (moment[0] - BEGIN).total_seconds())
        used = [step(home, claimer) for _ in range(int(hours * 3_600))]
        idle = statistics.median(used)
        with home.database.read() as conn:
            states = Counter(str(row.state) for row in crawls.list_all(conn))
    print(f"the schedule: {sum(used):.1f} s of CPU in {hours:g} simulated hours,"
          f" {sum(used) / (hours * 36):.2f}% of a core; a look that finds nothing"
          f" {idle * 1_000:.1f} ms; crawls {dict(states)}")  # fmt: skip
    check_grid(folder / "home", count, hours)


def step(home: Home, claimer: Claimer) -> float:
    """One simulated second; CPU seconds of the schedule's look."""
    moment[0] += timedelta(seconds=1)
    began = time.process_time()
    claimed = claimer.look()
    used = time.process_time() - began
    for id in claimed:
        with home.database.write() as conn:
            now = home.now()
            crawls.start(conn, id, pid=1, now=now, wall_now=home.clock.wall())
            for source in crawl_sources.open_of(conn, id):
                ending = crawl_sources.Ending.POLLED
                crawl_sources.close(conn, id, source.id or 0, ending, None, now=now, links=0)
            crawls.finish(conn, id, CrawlState.FINISHED, now=now)
    return used


def check_grid(home: Path, count: int, hours: float) -> None:
    """Every due time of every source has exactly one poll."""
    with closing(sqlite3.connect(home / "followup.db")) as database:
        polls: Counter[int] = Counter()
        for source, due_at, times in database.execute(
            "SELECT source_id, due_at, count(*) FROM crawl_source GROUP BY source_id, due_at"
        ):
            assert times == 1, f"source {source} was polled twice for {due_at}"
            polls[source] += 1
    wrong = 0
    for number, minutes in enumerate(shares(count)):
        wrong += polls[number + 1] != int(hours * 60 / minutes)
    print(f"{sum(polls.values())} polls; sources with a run missed or doubled: {wrong}")


def run(serving: Serving, speed: float, hours: float) -> None:
    serving.start(FOLLOWUP_NOW=BEGIN.isoformat(), FOLLOWUP_SPEED=str(speed))
    began, resident = time.monotonic(), []
    while (time.monotonic() - began) * speed < hours * 3_600:
        time.sleep(10)
        resident.append(serving.resident_bytes() / 1e6)
    used, wall = serving.cpu_seconds(), time.monotonic() - began
    share, early = used / (hours * 36), resident[min(6, len(resident) - 1)]
    print(f"server: {used:.1f} s of CPU in {wall:.0f} s, {share:.2f}% of a core at real speed")
    print(f"  RSS {early:.0f} MB after a minute, {resident[-1]:.0f} MB at the end")
    assert serving.stop() == 0


def tell(home: Path, sites: StrangeSites, intervals: dict[int, int], hours: float) -> None:
    asked = Counter(host for host, path, _ in sites.asked if path == "/feed.xml")
    with closing(sqlite3.connect(home / "followup.db")) as database:
        states = dict(database.execute("SELECT state, count(*) FROM crawl GROUP BY state"))
        happened = Counter(
            row[0]
            for row in database.execute(
                "SELECT DISTINCT source_id, due_at FROM crawl_source WHERE due_at IS NOT NULL"
            )
        )
    wrong = 0
    for number, (id, minutes) in enumerate(intervals.items()):
        wanted = hours * 60 / minutes
        wrong += not wanted - 1 <= happened[id] <= wanted + 1
        wrong += not happened[id] - 1 <= asked[f"paper{number}.test"] <= happened[id]
    print(f"crawls: {states}; polls {sum(asked.values())};"
          f" sources with a run missed or doubled: {wrong}")  # fmt: skip
    print(f"simulated {timedelta(hours=hours)}")


if __name__ == "__main__":
    main()
