"""A day of 1,000 sources at intervals from 5 minutes to a day: what is missed, what it costs.

    python -m tests.bench.schedule [--speed 60] [--sources 1000] [--hours 24]

A real server with real crawls on made-up feeds; time runs `speed` times as fast, so that a day
takes 24 minutes. What the server uses is told for a day as it would really pass.
"""

import argparse
import sqlite3
import tempfile
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from datetime import UTC, datetime, timedelta
from pathlib import Path

from crawler.config import Config
from crawler.home import open_home
from crawler.schedule.rules import read_rule
from crawler.services import schedule
from pipelines.incident import Source, SourceKind
from pipelines.store import sources
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
    parser.add_argument("--speed", type=float, default=60.0)
    parser.add_argument("--sources", type=int, default=1_000)
    parser.add_argument("--hours", type=float, default=24.0)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="followup-schedule-") as name:
        folder = Path(name)
        with served(Papers()) as sites:
            serving = Serving(environment(folder / "home", sites.url))
            seeds = [str(path) for path in copied_seeds(folder)]
            terminal(serving, "incident", "new", "day", *[x for s in seeds for x in ("--seed", s)])
            intervals = set_up(folder / "home", options.sources)
            run(serving, options.speed, options.hours)
            tell(folder / "home", sites, intervals, options.hours)


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
