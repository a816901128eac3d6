"""One crawl over sites that answer as no honest one does; each host is one difficulty."""

import gzip
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path

import pytest

from crawler.config import read_config
from crawler.home import Home, open_home
from crawler.services import articles, crawls, incidents
from crawler.services.crawls import Report
from crawler.wanted import Wanted
from pipelines.incident import Health, Source, SourceKind
from pipelines.outcomes import Outcome
from pipelines.store import sources
from tests.crawler.strange_sites import (
    WORDS,
    Piece,
    Site,
    StrangeSites,
    answer,
    feed,
    served,
    story,
)

AT = datetime(2021, 6, 1, 12, tzinfo=UTC)
#: Of one request; the server's pauses are longer.
SECONDS, LONG = 1.0, 30.0
PAGE_BYTES = 300_000

HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"


def site(page: Sequence[Piece] | bytes, robots: Sequence[Piece] | bytes = b"", **more: str) -> Site:
    """A host with /feed, which names /bad and /good; /bad answers `page`."""

    def reply(path: str) -> Sequence[Piece]:
        answers: dict[str, Sequence[Piece] | bytes] = {
            "/robots.txt": robots or answer("User-agent: *\nAllow: /\n", "text/plain"),
            "/feed": answer(feed(more["host"], ["/bad", "/good"]), "application/rss+xml"),
            "/bad": page,
            "/good": story(len(more["host"])),
        }
        found = answers.get(path, answer("nothing", status=404))
        return [found] if isinstance(found, bytes) else found

    return reply


def silent(path: str) -> Sequence[Piece]:
    """A host whose pages never come, and there are many of them."""
    if path.startswith("/page"):
        return [LONG]
    return [answer(feed("silent.test", [f"/page{i}" for i in range(40)]), "text/xml")]


_late = count()


def late(path: str) -> Sequence[Piece]:
    """Its page does not come the first time."""
    if path == "/page":
        return [LONG] if next(_late) == 0 else [story()]
    return [answer(feed("late.test", ["/page"]), "text/xml")]


def large(host: str) -> Site:
    """Its feed is far larger than a page may be, and comes slowly."""

    def reply(path: str) -> Sequence[Piece]:
        if path != "/feed":
            return [story(hash(host) % 1000)]
        whole = answer(feed(host, ["/page"], padding=2 * PAGE_BYTES), "application/rss+xml")
        return [whole[:-1000], 0.5, whole[-1000:]]

    return reply


PAGES: dict[str, Sequence[Piece] | bytes] = {
    "flood": [HEAD, *[b"X-%d: %s\r\n" % (i, b"v" * 900) for i in range(400)], LONG],
    "interim": [b"HTTP/1.1 100 Continue\r\n\r\n" * 20_000, story()],
    "longline": [HEAD + b"X: " + b"v" * 100_000, LONG],
    "film": [b"HTTP/1.1 200 OK\r\nContent-Type: video/mp4\r\n\r\n" + b"\0" * 1000, LONG],
    "stream": [b"HTTP/1.1 200 OK\r\nContent-Type: multipart/x-mixed-replace\r\n\r\n", LONG],
    "drip": [HEAD + b"Content-Length: 50\r\n\r\n", *[b"x", 0.2] * 40],
    "cut": HEAD + b"Content-Length: 5000\r\n\r\n<p>half of it",
    "chunk": HEAD + b"Transfer-Encoding: chunked\r\n\r\nFFFFFFFFFFFFFFFFF\r\nx\r\nzz\r\n",
    "nohttp": b"\x15\x03\x01\0\x02\x02\x50" * 20,
    "status": b"HTTP/1.1 999 \x1b[31mNo\r\nContent-Length: 0\r\n\r\n",
    "notmodified": b'HTTP/1.1 304 Not Modified\r\nETag: "x"\r\n\r\n',
    "scheme": answer("", status=302, Location="file:///etc/hostname"),
    "script": answer("", status=302, Location="javascript:alert(1)"),
    "inside": answer("", status=302, Location="http://127.0.0.1:9/"),
    "loop": answer("", status=302, Location="http://loop.test/bad"),
    "layers": answer(story(), Content_Encoding="gzip, gzip, gzip, gzip, gzip"),
    "mislabelled": answer(WORDS * 20, Content_Encoding="gzip"),
    "bomb": answer(gzip.compress(b" " * 20_000_000), Content_Encoding="gzip"),
    "big": [HEAD + b"Content-Length: 99999999\r\n\r\n", LONG],
}
ROBOTS: dict[str, Sequence[Piece] | bytes] = {
    "robotsbomb": answer(gzip.compress(b"#" * 9_000_000), "text/plain", Content_Encoding="gzip"),
    "robotsfile": answer("", status=302, Location="file:///etc/hostname"),
    "robotsloop": answer("", status=302, Location="http://robotsloop.test/robots.txt"),
    "robotsmute": [LONG],
}
OUTCOMES = {
    "flood": Outcome.TOO_LARGE,
    "interim": Outcome.TOO_LARGE,
    "longline": Outcome.TOO_LARGE,
    "film": Outcome.NOT_HTML,
    "stream": Outcome.NOT_HTML,
    "drip": Outcome.TIMEOUT,
    "cut": Outcome.NETWORK_ERROR,
    "chunk": Outcome.NETWORK_ERROR,
    "nohttp": Outcome.NETWORK_ERROR,
    "status": Outcome.HTTP_ERROR,
    "notmodified": Outcome.HTTP_ERROR,
    "scheme": Outcome.BLOCKED_ADDRESS,
    "script": Outcome.BLOCKED_ADDRESS,
    "inside": Outcome.BLOCKED_ADDRESS,
    "loop": Outcome.HTTP_ERROR,
    "layers": Outcome.TOO_LARGE,
    "bomb": Outcome.TOO_LARGE,
    "big": Outcome.TOO_LARGE,
}
LARGE = [f"large{i}.test" for i in range(6)]


@dataclass(frozen=True)
class Crawled:
    """The sites after the crawl, its report, and the ledger: address -> (outcome, reason)."""

    sites: StrangeSites
    report: Report
    ledger: dict[str, tuple[str, str]]
    health: dict[str, tuple[Health, str | None]]
    log: str


@pytest.fixture(scope="module")
def crawled(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Crawled]:
    sites = {f"{name}.test": site(page, host=f"{name}.test") for name, page in PAGES.items()}
    for name, robots in ROBOTS.items():
        sites[f"{name}.test"] = site(story(), robots, host=f"{name}.test")
    sites |= {"silent.test": silent, "late.test": late} | {host: large(host) for host in LARGE}
    folder = tmp_path_factory.mktemp("strange")
    with served(sites) as strange, opened(folder, strange) as home:
        follow(home, [f"http://{host}/feed" for host in sites])
        report = crawls.run(home, Wanted())
        rows = articles.ledger(home, "fire", limit=10_000)
        with home.database.read() as conn:
            known = {each.url: (each.health, each.health_reason) for each in sources.list_all(conn)}
        ledger = {str(row["url"]): (str(row["outcome"]), str(row["reason"])) for row in rows}
        yield Crawled(strange, report, ledger, known, crawls.log(home, report.id))


def opened(folder: Path, strange: StrangeSites, at: datetime = AT) -> AbstractContextManager[Home]:
    environment = {
        "FOLLOWUP_HOME": str(folder),
        "FOLLOWUP_CONTACT": "tests@followup.test",
        "FOLLOWUP_MIN_GAP_SECONDS": "0.02",
        "FOLLOWUP_REQUEST_SECONDS": str(SECONDS),
        "FOLLOWUP_MAX_PAGE_BYTES": str(PAGE_BYTES),
        "FOLLOWUP_NOW": at.isoformat(),
        "http_proxy": strange.url,
        "https_proxy": strange.url,
        "no_proxy": "",
    }
    return open_home(read_config(environment), environment)


def follow(home: Home, urls: Sequence[str]) -> None:
    seed = home.config.home / "seed.txt"
    seed.write_text(f"Fire at the junction\n\n{WORDS}\n\n{WORDS}\n")
    incidents.new(home, "fire", [str(seed)])
    with home.database.write() as conn:
        for url in urls:
            sources.add(conn, Source(SourceKind.FEED, url), now=home.now())


def test_the_crawl_ends_by_itself_and_its_counts_add_up(crawled: Crawled) -> None:
    assert crawled.report.state == "finished"
    assert sum(crawled.report.counts.values()) == crawled.report.links_found
    assert crawled.report.seconds < 40
    assert "Traceback" not in crawled.log


@pytest.mark.parametrize("name", OUTCOMES)
def test_a_strange_page_ends_in_its_outcome(crawled: Crawled, name: str) -> None:
    outcome, reason = crawled.ledger[f"http://{name}.test/bad"]
    assert outcome == OUTCOMES[name], reason
    assert reason.isprintable()


@pytest.mark.parametrize("name", PAGES)
def test_the_plain_page_beside_a_strange_one_is_read(crawled: Crawled, name: str) -> None:
    assert crawled.ledger[f"http://{name}.test/good"][0] in ("stored", "copy")


@pytest.mark.parametrize("name", ROBOTS)
def test_nothing_is_asked_where_robots_txt_cannot_be_read(crawled: Crawled, name: str) -> None:
    assert crawled.sites.paths(f"{name}.test") == []
    assert crawled.health[f"http://{name}.test/feed"][0] is Health.DENIED


def test_a_dead_host_is_left_alone_after_three_silences(crawled: Crawled) -> None:
    asked = [path for path in crawled.sites.paths("silent.test") if path != "/feed"]
    assert len(set(asked)) == 3
    assert len(asked) == 6  # each gets a second try
    ended = [
        row[0] for url, row in crawled.ledger.items() if url.startswith("http://silent.test/p")
    ]
    assert (ended.count("timeout"), ended.count("deferred")) == (3, 37)


def test_a_page_that_did_not_come_gets_a_second_try(crawled: Crawled) -> None:
    assert crawled.ledger["http://late.test/page"][0] in ("stored", "copy")


def test_large_feeds_are_read_a_few_at_a_time(crawled: Crawled) -> None:
    for host in LARGE:
        assert crawled.health[f"http://{host}/feed"][0] is Health.OK
        assert f"http://{host}/page" in crawled.ledger
    assert len([path for host in LARGE for path in crawled.sites.paths(host)]) > 2 * len(LARGE)


def test_a_feed_that_answers_not_modified_for_ever_is_read_whole_once_a_week(
    tmp_path: Path,
) -> None:
    def stale(path: str) -> Sequence[Piece]:
        if path != "/feed":
            return [answer("nothing", status=404)]
        asked = strange.asked[-1][2]
        if "if-none-match" in asked:
            return [b'HTTP/1.1 304 Not Modified\r\nETag: "1"\r\n\r\n']
        return [answer(feed("stale.test", []), "text/xml", ETag='"1"')]

    with served({"stale.test": stale}) as strange:
        for day in (0, 30, 31, 40, 41, 42):
            with opened(tmp_path, strange, AT + timedelta(days=day)) as home:
                if day == 0:
                    follow(home, ["http://stale.test/feed"])
                crawls.run(home, Wanted())
        whole = ["if-none-match" not in head for _, path, head in strange.asked if path == "/feed"]
    # A pause of a month is none of it; from day 30 to day 40 all answers were "not modified".
    assert whole == [True, False, False, False, True, False]
