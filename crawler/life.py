"""Whether a crawl's process lives, and what becomes of a crawl whose process is gone.

A crawl's life is a lock on its lock file that its process holds from its first moment on: it is
gone at the moment of kill -9, and no other process can have it by chance.
"""

import fcntl
import os
from collections.abc import Collection, Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import IO, Any

from crawler.clock import Clock
from crawler.config import Config
from pipelines.store import Connection, crawls, frontier, pages, worklists
from pipelines.store.crawls import Crawl, CrawlState, Trigger
from pipelines.store.database import Database

#: A host is leased for this long at a time; a living crawl renews its leases well before.
LEASE_SECONDS = 90.0
#: A crawl of another data folder whose heart did not beat for so long is dead.
SILENT_AFTER = timedelta(seconds=LEASE_SECONDS)
#: Names the open lock file that a launched process has from its launcher.
LOCK_VARIABLE = "FOLLOWUP_CRAWL_LOCK"
#: Names the process that launched a crawl. Where that was killed, nobody waits for its crawl: it
#: ends as if cancelled, and what is queued waits for the next one.
CALLER_VARIABLE = "FOLLOWUP_CALLER"


def take_lock(config: Config, crawl_id: int) -> IO[str]:
    """The crawl's lock file, locked for as long as it is open in any process.

    It comes into sight locked: one that is there and free is that of a dead process. Take it before
    others can see that the crawl was asked for, or where it is only about to be launched.
    """
    try:
        return take_new_lock(config, crawl_id)
    except FileExistsError:
        lock = lock_path(config, crawl_id).open("a")
        fcntl.flock(lock, fcntl.LOCK_EX)
        return lock


def take_new_lock(config: Config, crawl_id: int) -> IO[str]:
    """As `take_lock`; raises FileExistsError where another process made one for the crawl."""
    path = lock_path(config, crawl_id)
    own = path.with_suffix(f".{os.getpid()}.lock")
    lock = own.open("w")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        os.link(own, path)
    except FileExistsError:
        lock.close()
        raise
    except OSError:  # this file system knows no links
        lock.close()
        lock = path.open("x")
        fcntl.flock(lock, fcntl.LOCK_EX)
    finally:
        own.unlink()
    return lock


def request(
    config: Config,
    conn: Connection,
    trigger: Trigger,
    by: str,
    record: Mapping[str, Any],
    *,
    now: datetime,
) -> int:
    """The row of a crawl that the server is to launch; gives its id.

    A lock file of that number is of another database that was here: it would say "dead".
    """
    id = crawls.request(conn, trigger, by, record, now=now)
    lock_path(config, id).unlink(missing_ok=True)
    return id


def lock_path(config: Config, crawl_id: int) -> Path:
    """The file that a running crawl's process holds a lock on."""
    return config.log_folder / f"crawl-{crawl_id:06d}.lock"


def log_path(config: Config, crawl_id: int) -> Path:
    """Where a crawl's log is."""
    return config.log_folder / f"crawl-{crawl_id:06d}.log"


def settle_dead(
    config: Config, clock: Clock, database: Database, *, but: Collection[int] = ()
) -> list[int]:
    """Close the rows of crawls whose process is gone; what they had in hand is queued again, what
    the schedule wanted polled is due again.

    Gives the ids. A crawl lives while its process holds its lock file; those in `but` are left to
    whoever started them.
    """
    with database.read() as conn:
        begun = crawls.in_state(conn, CrawlState.REQUESTED) + crawls.running(conn)
    others = (row for row in begun if row.id not in but)
    dead = [row.id for row in others if is_dead(config, row, clock.wall())]
    if not dead:
        return []
    left = "still queued: the crawl's process ended"
    said = "its process ended without a word"  # also for the sources that it leaves
    now = clock.now()
    with database.write() as conn:
        end(conn, config.raw_folder, dead, left=left, said=said, now=now, crashed=True)
    return dead


def end(
    conn: Connection,
    raw: Path,
    crawl_ids: Collection[int],
    state: CrawlState = CrawlState.FAILED,
    *,
    left: str,
    said: str,
    now: datetime,
    crashed: bool = False,
) -> None:
    """End the rows of crawls that no process has; what they had in hand is queued again.

    `raw` is the folder of raw pages, `left` the reason of links still queued, `said` the crawl's;
    for `crashed` see `worklists.close`.
    """
    for crawl_id in crawl_ids:
        worklists.close(conn, crawl_id, left, now=now, crashed=crashed)
        crawls.finish(conn, crawl_id, state, now=now, end_reason=said)
    frontier.release(conn, crawl_ids)
    pages.cut_orphans(conn, raw)


def is_dead(config: Config, row: Crawl, wall: datetime) -> bool:
    """True where no process holds the crawl's lock.

    A crawl without a lock file waits for a server to launch it, or runs in another data folder on
    the same database: that one lives as long as its heart beats.
    """
    try:
        with lock_path(config, row.id).open("r") as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except FileNotFoundError:
        return row.heartbeat_at is not None and wall - row.heartbeat_at > SILENT_AFTER
    return True
