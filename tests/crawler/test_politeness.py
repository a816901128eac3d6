import asyncio
import itertools
from datetime import UTC, datetime, timedelta

import pytest

from crawler.politeness import (
    CrawlStopping,
    Gate,
    HostHeld,
    Manners,
    read_robots,
    retry_after_seconds,
)

WALL = datetime(2026, 1, 1, tzinfo=UTC)


def gate(min_gap: float = 0.05, manners: Manners | None = None, notes: list[str] | None = None):
    return Gate(
        min_gap,
        recall=lambda _host: manners or Manners(),
        note=(notes if notes is not None else []).append,
        wall=lambda: WALL,
    )


def test_requests_to_one_host_keep_the_gap_and_never_overlap() -> None:
    async def run() -> list[tuple[float, float]]:
        turnstile, spans = gate(), []

        async def ask() -> None:
            async with turnstile.turn("a.example"):
                start = asyncio.get_running_loop().time()
                await asyncio.sleep(0.02)
                spans.append((start, asyncio.get_running_loop().time()))

        await asyncio.gather(ask(), ask(), ask())
        return spans

    spans = sorted(asyncio.run(run()))
    assert all(later[0] - earlier[1] >= 0.05 for earlier, later in itertools.pairwise(spans))


def test_other_hosts_do_not_wait() -> None:
    async def run() -> float:
        turnstile = gate(min_gap=5)
        start = asyncio.get_running_loop().time()
        for host in ("a.example", "b.example", "c.example"):
            async with turnstile.turn(host):
                pass
        return asyncio.get_running_loop().time() - start

    assert asyncio.run(run()) < 1


def test_the_gap_goes_on_from_an_earlier_crawl() -> None:
    async def run(manners: Manners) -> float:
        turnstile = gate(1, manners)
        turnstile.meet("a.example")
        return turnstile.wait_seconds("a.example")

    ago = WALL - timedelta(seconds=4)
    assert asyncio.run(run(Manners(last_request_at=ago))) == 0
    assert asyncio.run(run(Manners(ago, None, crawl_delay=10))) == pytest.approx(6, abs=0.1)
    assert asyncio.run(run(Manners(ago, WALL + timedelta(seconds=30)))) == pytest.approx(
        30, abs=0.1
    )


def test_a_request_of_before_the_clock_was_set_back_counts_as_one_just_now() -> None:
    async def run() -> float:
        turnstile = gate(1, Manners(last_request_at=WALL + timedelta(days=30)))
        turnstile.meet("a.example")
        return turnstile.wait_seconds("a.example")

    assert asyncio.run(run()) == pytest.approx(1, abs=0.1)


def test_a_held_host_is_not_asked() -> None:
    def held(_host: str) -> Manners:
        raise HostHeld("crawl 7", host=_host)

    async def run() -> None:
        turnstile = Gate(1, recall=held, note=lambda _host: None, wall=lambda: WALL)
        async with turnstile.turn("a.example"):
            pytest.fail("was let through")

    with pytest.raises(HostHeld):
        asyncio.run(run())


@pytest.mark.parametrize(
    ("status", "body", "allowed"),
    [
        (200, b"User-agent: *\nDisallow: /private", True),
        (200, b"User-agent: *\nDisallow: /", False),
        (200, b"User-agent: *\nDisallow: /\n\nUser-agent: followup\nDisallow: /x", True),
        (200, b"User-agent: Followup\nDisallow: /news", False),
        (200, b"\xef\xbb\xbfUser-agent: *\rDisallow: /", False),
        (200, "User-agent: *\nDisallow: /".encode("utf-16"), False),
        (200, b"<html><title>Welcome</title></html>", True),
        (404, b"", True),
        (403, b"User-agent: *\nDisallow: /", True),
        (429, b"", False),
        (503, b"User-agent: *\nAllow: /", False),
        (None, b"", False),
    ],
)
def test_robots_answers(status: int | None, body: bytes, allowed: bool) -> None:
    assert read_robots(status, body).allows("https://a.example/news/1") is allowed


@pytest.mark.parametrize(
    ("line", "seconds"),
    [
        ("Crawl-delay: 12", 12.0),
        ("Crawl-delay: 0.5", 0.5),
        ("Request-rate: 1/7", 7.0),
        ("Crawl-delay: 86400", 10.0),
        ("Crawl-delay: 1e308", 10.0),
        ("Crawl-delay: soon", None),
        ("Crawl-delay: -3", None),
        ("Crawl-delay: nan", None),
    ],
)
def test_crawl_delay_is_read_and_nonsense_is_mended(line: str, seconds: float | None) -> None:
    robots = read_robots(200, f"User-agent: *\n{line}\nDisallow: /x".encode())
    assert robots.crawl_delay == seconds
    assert (robots.delay_mended is not None) == (seconds == 10.0)


def test_many_wildcards_are_matched_quickly() -> None:
    body = b"User-agent: *\n" + b"Disallow: /" + b"*a" * 200 + b"$\n"
    assert read_robots(200, body).allows("https://a.example/" + "a" * 150 + "b")


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        (None, None),
        ("120", 120.0),
        ("Thu, 01 Jan 2026 00:01:00 GMT", 60.0),
        ("Wed, 31 Dec 2025 00:00:00 GMT", 0.0),
        ("999999999", 86_400.0),
        ("soon", None),
        ("-5", None),
    ],
)
def test_retry_after(value: str | None, seconds: float | None) -> None:
    assert retry_after_seconds(value, WALL) == seconds


def test_a_cancelled_crawl_lets_nobody_wait() -> None:
    async def run() -> float:
        turnstile = gate(min_gap=60)
        async with turnstile.turn("a.example"):
            pass
        start = asyncio.get_running_loop().time()
        asyncio.get_running_loop().call_later(0.05, turnstile.stop)
        with pytest.raises(CrawlStopping):
            async with turnstile.turn("a.example"):
                pytest.fail("was let through")
        return asyncio.get_running_loop().time() - start

    assert asyncio.run(run()) < 5


def test_the_slower_of_a_hosts_origins_sets_its_gap() -> None:
    async def run() -> list[float]:
        turnstile = gate(min_gap=1)
        assert turnstile.set_delay("a.example", "http://a.example", 3.0) == 3.0
        assert turnstile.set_delay("a.example", "https://a.example", None) == 3.0
        gaps = [turnstile.gap("a.example")]
        turnstile.set_delay("a.example", "http://a.example", None)
        return [*gaps, turnstile.gap("a.example")]

    assert asyncio.run(run()) == [3.0, 1]


def test_a_turn_that_is_far_away_is_not_waited_for() -> None:
    async def run() -> None:
        turnstile = gate(manners=Manners(WALL, None, crawl_delay=600))
        async with turnstile.turn("a.example"):
            pytest.fail("was let through")

    with pytest.raises(HostHeld, match="not to be asked"):
        asyncio.run(run())
