"""A page that hangs, eats memory or kills its process is one outcome, and no process is left."""

import asyncio
import os
import re
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest

from pipelines.clean import clean
from pipelines.clean.pool import LIMITS, CannotStart, CleaningPool, Closed, Limits, Lost
from pipelines.items import Page
from pipelines.outcomes import Outcome
from tests.processes import is_running

ROOT = Path(__file__).resolve().parents[3]
QUICK = replace(LIMITS, cpu_seconds=0.3)
FOREVER = range(10**15)


@pytest.fixture
def pool() -> Iterator[CleaningPool]:
    with CleaningPool(limits=QUICK) as made:
        yield made


def reason(item: object, said: str) -> str:
    return said


def pid_of(pool: CleaningPool) -> int:
    return next(pool.each(eval, ["__import__('os').getpid()"], lost=reason))


def gone(pid: int, seconds: float = 5.0) -> bool:
    until = time.monotonic() + seconds
    while is_running(pid) and time.monotonic() < until:
        time.sleep(0.02)
    return not is_running(pid)


def test_a_page_comes_back_as_it_is_cleaned_in_process(
    page: Callable[..., Page], now: datetime, prose: str
) -> None:
    asked = page(f"<h1>Swing bridge closes</h1>{prose}")
    with CleaningPool() as pool:
        assert pool.clean(asked, now=now) == clean(asked, now=now)
        assert pool.clean(asked, now=now).page is asked


def test_what_hangs_in_a_library_is_lost_alone_and_the_order_is_kept(pool: CleaningPool) -> None:
    began = time.monotonic()
    given = [range(3), FOREVER, range(4), FOREVER, range(5)]
    assert list(pool.each(sum, given, lost=reason)) == [
        3,
        "it took more than 0.3 s",
        6,
        "it took more than 0.3 s",
        10,
    ]
    assert time.monotonic() - began < 15


def test_what_waits_for_ever_is_lost_alone() -> None:
    with CleaningPool(limits=replace(LIMITS, wall_seconds=0.2)) as pool:
        assert list(pool.each(time.sleep, [0, 60, 0], lost=reason)) == [
            None,
            "it took more than 0.2 s",
            None,
        ]


def test_what_kills_its_process_is_lost_alone(pool: CleaningPool) -> None:
    given = [signal.SIGSEGV, signal.SIGKILL, signal.SIGUSR1]
    assert list(pool.each(signal.raise_signal, given, lost=reason)) == [
        "the cleaner died (signal 11)",
        "the cleaner died (signal 9)",
        "the cleaner died (signal 10)",
    ]
    assert list(pool.each(sum, [range(3)], lost=reason)) == [3]


def test_a_lost_page_is_a_parse_error_that_says_why(
    page: Callable[..., Page], now: datetime, prose: str
) -> None:
    asked = page(f"<h1>Swing bridge closes</h1>{prose}")
    with CleaningPool(limits=replace(LIMITS, cpu_seconds=1e-6)) as pool:
        lost = pool.clean(asked, now=now)
    assert (lost.page, lost.article, lost.outcome) == (asked, None, Outcome.PARSE_ERROR)
    assert re.fullmatch(r"it took more than 1e-06 s", lost.reason or "")


@pytest.mark.skipif(sys.platform != "linux", reason="other kernels don't count a process's data")
def test_memory_is_bounded(pool: CleaningPool, capfd: pytest.CaptureFixture[str]) -> None:
    given = [3_000_000_000, 5]
    assert list(pool.each(bytes, given, lost=reason)) == [
        "the cleaner died (exit status 1)",
        bytes(5),
    ]
    assert "MemoryError" in capfd.readouterr().err


def test_a_worker_that_was_killed_meanwhile_costs_no_page(pool: CleaningPool) -> None:
    for number in (signal.SIGKILL, signal.SIGSEGV):
        pid = pid_of(pool)
        os.kill(pid, number)
        assert gone(pid)
        assert list(pool.each(sum, [range(3)], lost=reason)) == [3]


def test_signals_for_the_process_that_started_it_do_not_end_a_worker(pool: CleaningPool) -> None:
    pid = pid_of(pool)
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        os.kill(pid, number)
    assert pid_of(pool) == pid


def test_a_worker_that_keeps_too_much_memory_is_replaced() -> None:
    with CleaningPool(limits=Limits(keep_bytes=1)) as pool:
        first = pid_of(pool)
        assert pid_of(pool) != first
        assert gone(first)


def test_two_workers_keep_the_order_of_what_they_are_given() -> None:
    slow, fast = "__import__('time').sleep(0.3) or 'slow'", "'fast'"
    drawn: list[str] = []

    def items() -> Iterator[str]:
        for item in [slow, fast] * 20:
            drawn.append(item)
            yield item

    with CleaningPool(2, QUICK) as pool:
        results = pool.each(eval, items(), lost=reason)
        assert [next(results) for _ in range(3)] == ["slow", "fast", "slow"]
        assert len(drawn) < 12, "what is far ahead is not drawn yet"


def test_an_event_loop_goes_on_while_a_page_is_cleaned(
    page: Callable[..., Page], now: datetime, prose: str
) -> None:
    async def both(pool: CleaningPool) -> tuple[int, list[str]]:
        pages = [page(f"<h1>Bridge {number} closes</h1>{prose}") for number in range(3)]
        work = asyncio.gather(*(pool.clean_soon(each, now=now) for each in pages))
        ticks = 0
        while not work.done():
            await asyncio.sleep(0.01)
            ticks += 1
        return ticks, [each.article.title for each in await work if each.article]

    with CleaningPool() as pool:
        ticks, titles = asyncio.run(both(pool))
    assert titles == ["Bridge 0 closes", "Bridge 1 closes", "Bridge 2 closes"]
    assert ticks >= 5


def test_a_pool_that_is_closed_ends_what_is_under_way_and_begins_nothing(
    page: Callable[..., Page], now: datetime
) -> None:
    async def closing() -> list[BaseException]:
        pool = CleaningPool()
        sleeping = pool.each(time.sleep, [60, 60], lost=reason)
        busy = asyncio.create_task(asyncio.to_thread(list, sleeping))
        waiting = asyncio.create_task(pool.clean_soon(page("<p>x</p>"), now=now))
        await asyncio.sleep(1.0)
        began = time.monotonic()
        pool.close()
        assert time.monotonic() - began < 3
        done = await asyncio.gather(busy, waiting, return_exceptions=True)
        with pytest.raises(Closed):
            pool.clean(page("<p>x</p>"), now=now)
        return [each for each in done if isinstance(each, BaseException)]

    assert [type(each) for each in asyncio.run(closing())] == [Closed, Closed]


def test_a_pool_that_was_never_used_starts_no_process() -> None:
    before = set(Path(f"/proc/self/task/{os.getpid()}/children").read_text().split())
    with CleaningPool(2):
        pass
    assert set(Path(f"/proc/self/task/{os.getpid()}/children").read_text().split()) == before


def test_a_process_that_cannot_start_is_no_page_s_fault(
    page: Callable[..., Page], now: datetime, monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
) -> None:  # fmt: skip
    with CleaningPool() as pool, monkeypatch.context() as broken:
        broken.setattr(sys, "path", [])
        with pytest.raises(CannotStart):
            pool.clean(page("<p>x</p>"), now=now)
    assert "No module named" in capfd.readouterr().err
    assert not issubclass(CannotStart, Lost)


BEGUN = """
import os, sys, threading, time
from pipelines.clean.pool import CleaningPool, Limits
pool = CleaningPool(limits=Limits(cpu_seconds=1.0))
(pid,) = pool.each(eval, ["__import__('os').getpid()"], lost=lambda item, said: said)
busy = pool.each(*{work}, lost=lambda item, said: said)
threading.Thread(target=lambda: list(busy), daemon=True).start()
time.sleep(0.3)
print(pid, flush=True)
time.sleep(60)
"""


@pytest.mark.parametrize("work", ["(sum, [])", "(sum, [range(10**15)])"], ids=["idle", "busy"])
@pytest.mark.parametrize("number", [signal.SIGKILL, signal.SIGTERM, signal.SIGINT])
def test_no_worker_outlives_its_parent(work: str, number: signal.Signals) -> None:
    with subprocess.Popen(
        [sys.executable, "-c", BEGUN.format(work=work)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        start_new_session=True,
    ) as child:
        assert child.stdout is not None
        pid = int(child.stdout.readline())
        assert is_running(pid)
        if number is signal.SIGINT:
            os.killpg(child.pid, number)  # as a terminal does
        else:
            child.send_signal(number)
        _, said = child.communicate(timeout=30)
    assert gone(pid)
    assert said.count("Traceback") == (number is signal.SIGINT), said
