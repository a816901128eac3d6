"""The crawls of a server: all that are asked for are launched, minded and seen to their end.

A look (`mind`) comes from the schedule's tick, about once a second; the end (`stop_all`) from the
thread that was told to end. What the store cannot take at that moment, the next server settles.
"""

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from crawler import children, life
from crawler.children import Child, End, Watch
from crawler.home import Home
from crawler.wanted import wanted_of
from pipelines.errors import FollowupError, StoreError
from pipelines.store import crawls
from pipelines.store.crawls import Crawl, CrawlState

_log = logging.getLogger(__name__)

#: Crawls of one server at the same time, whoever asked: each takes over 100 MB of memory.
MOST_AT_ONCE = 16
#: At the end the store has so long for each thing that it is told.
PATIENCE_SECONDS = 2.0
#: How often the children are looked at while all are told to end.
LOOK_SECONDS = 0.05


@dataclass(frozen=True, slots=True)
class Ended:
    """A crawl that ended: its row, and how long its process lived (REAL)."""

    row: Crawl
    seconds: float


class Supervisor:
    """The children of this process, by the crawl's id."""

    def __init__(self, home: Home) -> None:
        self._home = home
        self._children: dict[int, tuple[Child, float]] = {}
        self._strays: dict[int, Watch] = {}
        self._lock = threading.Lock()
        self._is_stopping = False

    def launch_requested(self) -> list[int]:
        """Launch crawls that were asked for and that nobody has launched; their ids.

        A row whose lock file is there was launched by somebody else: by a terminal.
        """
        with self._home.database.read() as conn:
            requested = crawls.in_state(conn, CrawlState.REQUESTED)
        launched = []
        for row in requested:
            if len(self._children) >= MOST_AT_ONCE:
                break
            if row.id not in self._children and self._launch(row):
                launched.append(row.id)
        return launched

    def _launch(self, row: Crawl) -> bool:
        with self._lock:  # so that nothing is launched behind the back of `stop_all`
            if self._is_stopping:
                return False
            try:
                with life.take_new_lock(self._home.config, row.id) as lock:
                    child = children.launch(self._home, row.id, wanted_of(row.request), lock)
            except FileExistsError:
                return False
            except FollowupError as error:
                _log.error("not launched crawl=%d reason=%r", row.id, str(error))
                return False
            self._children[row.id] = (child, time.monotonic())
        _log.info("launched crawl=%d pid=%d", row.id, child.process.pid)
        return True

    def mind(self) -> list[Ended]:
        """Look at every crawl that runs: those that ended are settled, those that do not end when
        told to or give no sign of life are killed. Gives those of its own that ended."""
        ended = self._reap()
        with self._home.database.read() as conn:
            rows = crawls.in_state(conn, CrawlState.REQUESTED) + crawls.running(conn)
            mine = [crawls.get(conn, id) for id in self._children]
        for row in mine:
            child, _ = self._children[row.id]
            if child.is_alive:
                children.look_after(self._home, child, row)
        self._mind_strays([row for row in rows if row.id not in self._children])
        return ended + self._reap()

    def _reap(self) -> list[Ended]:
        ended = []
        for id, (child, began) in list(self._children.items()):
            if not child.is_alive:
                row = children.settle(self._home, child)
                with self._lock:
                    self._children.pop(id, None)
                _log.info("ended crawl=%d state=%s reason=%r", id, row.state, row.end_reason)
                ended.append(Ended(row, time.monotonic() - began))
        return ended

    def _mind_strays(self, rows: list[Crawl]) -> None:
        seen = {}
        for row in rows:
            if row.state is CrawlState.RUNNING:
                watch = self._strays.get(row.id) or Watch(time.monotonic())
                seen[row.id] = children.look_after_stray(self._home, watch, row)
        self._strays = seen
        if rows:
            mine = list(self._children)
            home = self._home
            for id in life.settle_dead(home.config, home.clock, home.database, but=mine):
                _log.warning("gone crawl=%d", id)

    @property
    def force_in(self) -> float | None:
        """Seconds until a child that was told to end will be killed; None: none was told."""
        told = [child.watch.asked_at for child, _ in list(self._children.values())]
        waits = [
            asked_at + children.POLITE_SECONDS - time.monotonic()
            for asked_at in told
            if asked_at is not None
        ]
        return max(min(waits), 0.0) if waits else None

    def stop_all(self, reason: str, seconds: float, hurry: threading.Event) -> None:
        """Ask every crawl to end, wait, kill the rest; in all within about so many seconds. `hurry`
        ends the waiting."""
        with self._lock:
            self._is_stopping = True
            mine = [child for child, _ in self._children.values()]
        deadline = time.monotonic() + seconds
        if mine and not within(PATIENCE_SECONDS, lambda: self._ask(mine, reason)):
            for child in mine:
                child.process.terminate()
        end_by = deadline - PATIENCE_SECONDS
        while any(child.is_alive for child in mine) and time.monotonic() < end_by:
            if hurry.wait(LOOK_SECONDS):
                break
        killed = [child for child in mine if child.is_alive]
        for child in killed:
            _log.warning("killing crawl=%d reason=%r", child.id, reason)
            children.kill(child.process)
        within(PATIENCE_SECONDS, lambda: self._settle(mine, killed, reason))

    def _ask(self, mine: list[Child], reason: str) -> None:
        with self._home.database.write() as conn:
            for child in mine:
                crawls.ask_cancel(conn, child.id, now=self._home.now(), reason=reason)

    def _settle(self, mine: list[Child], killed: list[Child], reason: str) -> None:
        for child in mine:
            forced = End(CrawlState.CANCELLED, reason) if child in killed else None
            row = children.settle(self._home, child, forced)
            _log.info("ended crawl=%d state=%s reason=%r", row.id, row.state, row.end_reason)


def within(seconds: float, act: Callable[[], None]) -> bool:
    """Do something that the store may hold up for long; False where it is not done by then, or the
    store refused it. Left behind, it holds nothing up: the process is about to end."""
    done = threading.Event()

    def run() -> None:
        try:
            act()
        except StoreError as error:
            _log.error("not written down reason=%r", str(error))
        else:
            done.set()

    thread = threading.Thread(target=run, name="last words", daemon=True)
    thread.start()
    thread.join(seconds)
    return done.is_set()
