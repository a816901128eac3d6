"""A crawl by hand beside a backlog of 5,000 pages: how soon it begins and ends, and the API's p95.

    python -m tests.bench.latency [--pages 5000] [--times 20]

A real server, a real backlog crawl and made-up sites on loopback. Prints a table; ratios are of one
run on one machine.
"""

import argparse
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

from crawler.config import Config
from crawler.home import open_home
from crawler.newsroom.answer import seed_files
from pipelines.incident import Source, SourceKind
from pipelines.store import sources
from tests.crawler.serving import Serving
from tests.crawler.strange_sites import Site, StrangeSites, answer, feed, served, story
from tests.crawler.terminal import ROOT, foreign

#: The backlog lies at so many hosts; at a second between requests it lasts for minutes.
HOSTS = 250


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--pages", type=int, default=5_000)
    parser.add_argument("--times", type=int, default=20)
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="followup-latency-") as folder:
        run(Path(folder), options.pages, options.times)


def run(folder: Path, pages: int, times: int) -> None:
    with served(Papers(pages // HOSTS)) as sites:
        serving = Serving(environment(folder / "home", sites.url))
        seeds = [str(path) for path in copied_seeds(folder)]
        terminal(serving, "incident", "new", "backlog", *[x for s in seeds for x in ("--seed", s)])
        terminal(serving, "schedule", "pause")
        add_sources(serving.home)
        serving.start()
        try:
            measure(serving, sites, pages, times)
        finally:
            serving.stop()


def measure(serving: Serving, sites: StrangeSites, pages: int, times: int) -> None:
    paths = ("/api/v1/crawls?limit=20", "/api/v1/sources", "/api/v1/schedule", "/api/v1/health")
    for path in paths:
        serving.get(path)
    idle = [timed(lambda p=path: serving.get(p)) for _ in range(60) for path in paths]
    backlog = serving.post("/api/v1/crawls", {})["id"]
    wait_for_one_of(sites, {(f"host{n}.test", "/story/0") for n in range(HOSTS)}, 0)
    while queued(serving) < pages * 0.8:
        time.sleep(1)
    print(f"a backlog of {queued(serving)} pages at {HOSTS} hosts is being read")
    busy = [timed(lambda p=path: serving.get(p)) for _ in range(60) for path in paths]
    print(f"API p95: idle {p95(idle):.1f} ms, while a crawl runs {p95(busy):.1f} ms,"
          f" ratio {p95(busy) / p95(idle):.2f}")  # fmt: skip
    for name, host in (("a free host", "fresh{}.test"), ("a host of the backlog", "host{}.test")):
        hand(serving, sites, times, name, host)
    began = time.monotonic()
    serving.post(f"/api/v1/crawls/{backlog}/cancel")
    row = serving.wait_for(backlog)
    print(
        f"cancel of the backlog: {time.monotonic() - began:.1f} s, {row['state']}, {row['counts']}"
    )
    print(f"server: {serving.resident_bytes() / 1e6:.0f} MB")


def hand(serving: Serving, sites: StrangeSites, times: int, name: str, host: str) -> None:
    """How soon a crawl by hand is acknowledged and sends its first request.

    At a host of the backlog that is the page itself: others are being asked for all the time.
    """
    acknowledged, first = [], []
    for number in range(times):
        target, path = host.format(number + 3), f"/story/by-hand-{number}"
        seen = len(sites.asked)
        wanted = {(target, path)} | ({(target, "/robots.txt")} if "fresh" in host else set())
        began = time.monotonic()
        id = serving.post("/api/v1/crawls", {"urls": [f"http://{target}{path}"]})["id"]
        acknowledged.append(time.monotonic() - began)
        wait_for_one_of(sites, wanted, seen)
        first.append(time.monotonic() - began)
        serving.wait_for(id)
    print(f"by hand at {name}:")
    print(f"  acknowledged: median {statistics.median(acknowledged):.3f} s,"
          f" most {max(acknowledged):.3f} s")  # fmt: skip
    print(f"  first request: median {statistics.median(first):.2f} s, most {max(first):.2f} s")


def wait_for_one_of(sites: StrangeSites, wanted: set[tuple[str, str]], seen: int) -> None:
    """Wait until one of these was asked for after the first `seen` requests."""
    deadline = time.monotonic() + 60
    while not any(asked[:2] in wanted for asked in sites.asked[seen:]):
        if time.monotonic() > deadline:
            raise TimeoutError(f"nobody asked for {wanted}")
        time.sleep(0.02)


class Papers(dict[str, Site]):
    """Every host has a feed of so many stories; there is a story at every path."""

    def __init__(self, stories: int) -> None:
        self._stories = stories

    def __missing__(self, host: str) -> Site:
        def site(path: str) -> list[bytes]:
            if path == "/robots.txt":
                return [answer("", "text/plain", 404)]
            if path == "/feed.xml":
                paths = [f"/story/{number}" for number in range(self._stories)]
                return [answer(feed(host, paths), "application/rss+xml")]
            return [story(sum((host + path).encode()))]

        return site


def add_sources(folder: Path) -> None:
    config = Config(home=folder, database_url=f"sqlite:///{folder / 'followup.db'}")
    with open_home(config) as home, home.database.write() as conn:
        for number in range(HOSTS):
            url = f"http://host{number}.test/feed.xml"
            sources.add(conn, Source(SourceKind.FEED, url), now=home.now())


def queued(serving: Serving) -> int:
    """Links that wait to be read."""
    with closing(sqlite3.connect(serving.home / "followup.db")) as database:
        query = "SELECT count(*) FROM link WHERE state = 'queued'"
        return int(database.execute(query).fetchone()[0])


def environment(home: Path, proxy: str) -> dict[str, str]:
    return {
        "FOLLOWUP_HOME": str(home),
        "FOLLOWUP_CONTACT": "bench@example.org",
        "http_proxy": proxy,
        "https_proxy": proxy,
        "no_proxy": "",
    }


def copied_seeds(folder: Path) -> list[Path]:
    for seed in seed_files():
        (folder / seed.name).write_bytes(seed.read_bytes())
    return [folder / seed.name for seed in seed_files()]


def terminal(serving: Serving, *arguments: str) -> None:
    subprocess.run(
        [sys.executable, "-m", "crawler", *arguments],
        env={**foreign(), **serving.environment}, cwd=ROOT, check=True, capture_output=True,
    )  # fmt: skip


def timed(call: Callable[[], object]) -> float:
    """Milliseconds."""
    began = time.perf_counter()
    call()
    return (time.perf_counter() - began) * 1_000


def p95(values: list[float]) -> float:
    return statistics.quantiles(values, n=20)[-1]


if __name__ == "__main__":
    main()
