"""Whether a server does its work: its schedule ticks, its database is written, its disk has room.

What may hang (a write into a locked database, a disk of another machine) is tried in a thread of
its own, one at a time, and waited for with a short patience; so asking never hangs.
"""

import shutil
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

from crawler.config import Config
from crawler.home import Home
from pipelines.errors import StoreError
from pipelines.store.trial import try_write

#: A database that takes no write for so long is told as unwell. REAL seconds.
PATIENCE_SECONDS = 2.0
#: What was found holds for so long: probes of several watchers cost one look.
HOLDS_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a server is not healthy.

    Attributes:
        part: "schedule", "database" or "disk".
        said: for everybody; names no path.
        detail: for those who may see the server's data; None where there is nothing to add.
        remedy: what can be done about it.
    """

    part: str
    said: str
    detail: str | None = None
    remedy: str | None = None


class _Look:
    """One look at database and disk, in its own thread."""

    def __init__(self, home: Home) -> None:
        self.began = time.monotonic()
        self.ended: float | None = None
        self.found: tuple[Problem, ...] = ()
        self._over = threading.Event()
        self._home = home
        threading.Thread(target=self._run, name="health", daemon=True).start()

    def _run(self) -> None:
        try:
            found = (_database(self._home), _disk(self._home.config))
            self.found = tuple(problem for problem in found if problem is not None)
        finally:
            self.ended = time.monotonic()
            self._over.set()

    def is_fresh(self) -> bool:
        """True while it goes on, and for a moment after."""
        return self.ended is None or time.monotonic() - self.ended < HOLDS_SECONDS

    def wait(self) -> bool:
        """True once it is over; False where its patience ended before."""
        return self._over.wait(max(0.0, self.began + PATIENCE_SECONDS - time.monotonic()))


class Checkup:
    """Looks after a running server. `ticking` says why the schedule does not tick, None: it does.

    Safe to be asked by several threads at once.
    """

    def __init__(self, home: Home, ticking: Callable[[], str | None]) -> None:
        self._home = home
        self._ticking = ticking
        self._lock = threading.Lock()
        self._look: _Look | None = None

    def problems(self) -> tuple[Problem, ...]:
        """What is wrong now; empty where all is well. Takes `PATIENCE_SECONDS` at most."""
        look = self._current()
        found = look.found if look.wait() else (_stuck(time.monotonic() - look.began),)
        why = self._ticking()
        if why is None:
            return found
        remedy = "See the server's log; if it says nothing, start the server again."
        return (Problem("schedule", "The schedule does not tick.", why, remedy), *found)

    def _current(self) -> _Look:
        with self._lock:
            if self._look is None or not self._look.is_fresh():
                self._look = _Look(self._home)
            return self._look


def _stuck(seconds: float) -> Problem:
    return Problem(
        "database",
        f"The database has taken no write for {seconds:.0f} s.",
        remedy="Another process has been writing for long: wait for it or stop it.",
    )


def _database(home: Home) -> Problem | None:
    try:
        try_write(home.database)
    except StoreError as error:
        return Problem("database", "The database cannot be written.", error.message, error.remedy)
    return None


def _disk(config: Config) -> Problem | None:
    """The data folder's disk, and that of the database file where it lies elsewhere."""
    database = config.database_path or config.home / "none"
    for folder in dict.fromkeys((config.home, database.parent)):
        try:
            free = shutil.disk_usage(folder).free
        except OSError as error:
            said = "The data folder cannot be looked at."
            return Problem("disk", said, f"{folder}: {error.strerror}.", "Is its disk there?")
        if free < config.min_free_megabytes * 1_000_000:
            return Problem(
                "disk",
                f"The disk is nearly full: {free / 1e6:.0f} MB are free,"
                f" {config.min_free_megabytes} MB should be.",
                f"It is the disk of {folder}.",
                "Make room, or let raw pages go sooner (FOLLOWUP_KEEP_RAW_MEGABYTES).",
            )
    return None
