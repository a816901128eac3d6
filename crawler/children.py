"""Crawls as child processes: when one is ended with force, and what its row says afterwards.

The rules are the same wherever a crawl was started, in the terminal or by the server. A crawl that
was asked to end has a few seconds to do so politely. One whose heart does not beat hangs: its row
tells, not its process, which may be stopped or spin for ever. Time in which nobody looked (the
machine slept, the store was locked) is not held against a crawl.
"""

import logging
import os
import re
import signal
import subprocess
import time
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import IO

from crawler import launcher, life
from crawler.config import Config
from crawler.home import Home
from crawler.wanted import Wanted
from pipelines.errors import FollowupError
from pipelines.store import crawls
from pipelines.store.crawls import Crawl, CrawlState

_log = logging.getLogger(__name__)

#: A crawl that was asked to end has so long, from the asking on; then it is ended with force.
POLITE_SECONDS = 4.5
#: The asking is believed to be this old at most when it is seen first; whoever looks, looks sooner.
MOST_UNSEEN_SECONDS = 1.0
#: Of the time between two looks so much counts as silence of the crawl, the rest as ours.
MOST_BETWEEN_SECONDS = 2.0

#: Time, logger and level, as Scrapy writes them before what a line says.
_LOG_HEAD = re.compile(r"^[\d-]{10} [\d:]{8} \[[\w.]+\] [A-Z]+: ")
_UNENDED = (CrawlState.REQUESTED, CrawlState.RUNNING)


@dataclass(frozen=True, slots=True)
class Watch:
    """What was seen of a crawl's row; seconds are REAL, `looked_at` and `asked_at` monotonic.

    `mark` is what changes when the crawl gives a sign of life, `silent_seconds` counts since it
    changed, `asked_at` is when somebody asked for its end, None while nobody did.
    """

    looked_at: float
    mark: tuple[CrawlState, datetime | None] | None = None
    silent_seconds: float = 0.0
    asked_at: float | None = None


@dataclass(frozen=True, slots=True)
class End:
    """How a crawl ends that is ended with force."""

    state: CrawlState
    reason: str


def observe(watch: Watch, row: Crawl, *, at: float, unseen_seconds: float = 0.0) -> Watch:
    """The watch after a look at the row. `unseen_seconds`: how old a new request to end is."""
    mark = (row.state, row.heartbeat_at)
    between = min(at - watch.looked_at, MOST_BETWEEN_SECONDS)
    silent = watch.silent_seconds + between if mark == watch.mark else 0.0
    asked_at = watch.asked_at
    if asked_at is None and row.cancel_requested_at is not None:
        asked_at = at - min(max(unseen_seconds, 0.0), MOST_UNSEEN_SECONDS)
    return Watch(at, mark, silent, asked_at)


def force(watch: Watch, row: Crawl, hang_seconds: float) -> End | None:
    """How a crawl is to be ended with force now; None while it may go on."""
    if watch.asked_at is not None and watch.looked_at - watch.asked_at >= POLITE_SECONDS:
        return End(CrawlState.CANCELLED, row.cancel_reason or "cancelled")
    if watch.silent_seconds >= hang_seconds:
        said = f"its process gave no sign of life for {hang_seconds:g} s"
        return End(CrawlState.FAILED, said)
    return None


@dataclass(slots=True)
class Child:
    """A crawl's process, and what was seen of it."""

    id: int
    process: "subprocess.Popen[bytes]"
    watch: Watch

    @property
    def is_alive(self) -> bool:
        """True until the process has ended, whatever its row says."""
        return self.process.poll() is None


def launch(home: Home, crawl_id: int, wanted: Wanted, lock: IO[str]) -> Child:
    """Start the process of a requested crawl, whose lock is held; raises FollowupError, and the
    crawl has failed, where that cannot be done."""
    try:
        return child_of(crawl_id, launcher.launch(home, crawl_id, wanted, lock))
    except OSError as error:
        said = f"its process cannot be started ({error.strerror})"
        with home.database.write() as conn:
            now, failed = home.now(), CrawlState.FAILED
            crawls.finish(conn, crawl_id, failed, now=now, end_reason=said)
        raise cannot_start(crawl_id, said) from error


def cannot_start(crawl_id: int, said: str) -> FollowupError:
    """What a person reads of a crawl that could not be started."""
    return FollowupError(
        f"Crawl {crawl_id} failed: {said}.",
        remedy="See that the data folder can be written and its disk has space.",
    )


def child_of(crawl_id: int, process: "subprocess.Popen[bytes]") -> Child:
    """The child that was just launched."""
    return Child(crawl_id, process, Watch(time.monotonic()))


def look_after(home: Home, child: Child, row: Crawl) -> None:
    """Look at a living child's row, and end the child with force where that is due."""
    child.watch = _seen(home, child.watch, row)
    end = force(child.watch, row, home.config.hang_seconds)
    if end is not None:
        end_with_force(home, child, end)


def _seen(home: Home, watch: Watch, row: Crawl) -> Watch:
    asked_at, unseen = row.cancel_requested_at, 0.0
    if asked_at is not None:
        unseen = (home.now() - asked_at).total_seconds() / home.clock.speed
    return observe(watch, row, at=time.monotonic(), unseen_seconds=unseen)


def end_with_force(home: Home, child: Child, end: End) -> None:
    """Kill a child, and close what it had in hand."""
    if end.state is CrawlState.FAILED:
        # Where the store takes no writes no heart can beat: StoreError here, and the child lives.
        with home.database.write():
            pass
    _log.warning("killing crawl=%d pid=%d reason=%r", child.id, child.process.pid, end.reason)
    kill(child.process)
    settle(home, child, end)


def kill(process: "subprocess.Popen[bytes]") -> None:
    """SIGKILL to a child and to what it started; it leads a session of its own."""
    if process.poll() is None:
        _kill_group(process.pid)
    process.wait()


def _kill_group(pid: int) -> None:
    try:
        os.killpg(pid, signal.SIGKILL)
    except ProcessLookupError:
        _log.info("gone already pid=%d", pid)


def settle(home: Home, child: Child, end: End | None = None) -> Crawl:
    """Write down how an ended child's crawl ended, where it did not do so itself; gives the row.

    `end` says how where it was killed. A child that ended before its row began failed with the last
    words of its log.
    """
    status = child.process.wait()
    with home.database.write() as conn:
        row = crawls.get(conn, child.id)
        if end is None and row.state is CrawlState.REQUESTED:
            end = End(CrawlState.FAILED, last_words(life.log_path(home.config, child.id)))
    if end is not None and row.state in _UNENDED:
        _close(home, row, end)
    with home.database.write() as conn:
        crawls.set_exit_status(conn, child.id, status)
    life.settle_dead(home.config, home.clock, home.database)
    with home.database.read() as conn:
        return crawls.get(conn, child.id)


def _close(home: Home, row: Crawl, end: End) -> None:
    """End a crawl's row whose process is gone; what it had in hand is queued again."""
    crashed = end.state is CrawlState.FAILED
    left = f"still queued: {end.reason if crashed else 'the crawl was cancelled'}"
    raw, now = home.config.raw_folder, home.now()
    with home.database.write() as conn:
        life.end(
            conn, raw, [row.id], end.state, left=left, said=end.reason, now=now, crashed=crashed
        )


def last_words(log: Path) -> str:
    """The last line of a log that says something: why a process could not begin."""
    try:
        lines = log.read_text("utf-8", "replace").splitlines()
    except OSError as error:
        return f"it could not be started ({error.strerror})"
    said = (_LOG_HEAD.sub("", line).strip()[:300] for line in reversed(lines))
    return next(filter(None, said), "it never began")


def look_after_stray(home: Home, watch: Watch, row: Crawl) -> Watch:
    """Look at a running crawl that is no child of this process (a server before it left it, or a
    terminal), and kill its process where it hangs; `life.settle_dead` writes down the rest."""
    watch = _seen(home, watch, row)
    hangs = watch.silent_seconds >= home.config.hang_seconds
    if hangs and row.pid is not None and _is_process_of(home.config, row):
        _log.warning("killing stray crawl=%d pid=%d", row.id, row.pid)
        _kill_group(row.pid)
        return replace(watch, silent_seconds=0.0)
    return watch


def _is_process_of(config: Config, row: Crawl) -> bool:
    """True where the process of that number is the crawl's: a number alone may be another's by
    now. Where there is no /proc nothing is killed."""
    try:
        command = Path(f"/proc/{row.pid}/cmdline").read_bytes().split(b"\0")
        environment = Path(f"/proc/{row.pid}/environ").read_bytes().split(b"\0")
    except OSError:
        return False
    home = f"FOLLOWUP_HOME={config.home}".encode()
    return f"crawl={row.id}".encode() in command and home in environment
