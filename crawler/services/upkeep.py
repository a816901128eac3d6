"""What a server does daily for the store: what is over its time goes, the rest is put in order.

Crawls go on meanwhile. So rows go in portions, whose size follows from how long the last one took,
with pauses in which others write; files that a living process has in hand are left alone. All of it
can be cut off at any moment and is taken up on the next day.
"""

import fcntl
import re
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import TypeVar

from crawler.home import Home
from pipelines.stages import settle
from pipelines.store import Connection, expiry, pages, raw_lock, retention, sketches
from pipelines.store.database import Database
from pipelines.store.retention import Outdated

T = TypeVar("T")

#: A transaction should take no longer; a crawl may wait for it. REAL seconds.
AIM_SECONDS = 0.05
#: SQLite asks again after at most as long (its busy handler), so those who wait get their turn.
PAUSE_SECONDS = 0.1
_MOST_ROWS = 500
#: Steps of merging the search index in a day; what is left is of no harm.
_MOST_MERGES = 200
_MEGA = 1_000_000
_LOG = re.compile(r"crawl-(\d{6,18})\.log")
_LOCK = re.compile(r"crawl-(\d{6,18})\.lock")


def look_after(home: Home) -> list[str]:
    """Take away what is over its time and put the database in order; a line for each act."""
    acts: tuple[Callable[[Home, Pace], Iterator[str]], ...] = (
        _expire_texts,
        _compare_anew,
        _drop_raw_pages,
        _drop_logs,
        _drop_polls,
        _drop_robots,
        _drop_files,
        _optimise,
    )
    return [line for act in acts for line in act(home, Pace(home.database))]


class Pace:
    """Transactions short enough for others. `rows` is how many go in the next one."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self.rows = 8

    @contextmanager
    def step(self) -> Iterator[Connection]:
        """One transaction, and the pause after it."""
        with self._database.write() as conn:
            began = time.monotonic()
            yield conn
        took = time.monotonic() - began
        if took > AIM_SECONDS:
            self.rows = max(1, self.rows // 2)
        elif took < AIM_SECONDS / 3:
            self.rows = min(_MOST_ROWS, self.rows * 2)
        time.sleep(PAUSE_SECONDS)

    def portions(self, items: Sequence[T]) -> Iterator[list[T]]:
        """The items in lists of as many as go in the next step."""
        at = 0
        while at < len(items):
            rows = self.rows
            yield list(items[at : at + rows])
            at += rows


def _expire_texts(home: Home, pace: Pace) -> Iterator[str]:
    folder, count = home.config.raw_folder, 0
    while True:
        with pace.step() as conn:
            found = expiry.expire(conn, now=home.now(), folder=folder, limit=pace.rows)
        count += found
        if not found:
            break
    if count:
        yield f"texts whose time was over: {count}"


def _compare_anew(home: Home, pace: Pace) -> Iterator[str]:
    """Articles whose copies went, or that wait since a passage of theirs became common."""
    with home.database.read() as conn:
        if not sketches.has_queued(conn):
            return
    count = 0
    while True:
        with pace.step() as conn:
            found = settle(conn, now=home.now(), most=pace.rows)
        count += found
        if not found:
            break
    yield f"articles compared with others anew: {count}"


# --------------------------------------------------------------------------------------- raw pages


def _drop_raw_pages(home: Home, pace: Pace) -> Iterator[str]:
    config, folder = home.config, home.config.raw_folder
    if config.keep_raw_days is None and config.keep_raw_megabytes is None:
        return
    with raw_lock.changing(folder) as may_change:
        if not may_change:
            yield "raw pages were left as they are: a backup is being made"
            return
        _sweep(home, pace)
        number = size = 0
        for outdated in _outdated(home):
            gone = _take_off(folder, outdated, pace)
            number += gone
            size += outdated.bytes if gone else 0
    if number:
        yield f"raw pages {_limits(home)}: {number} ({size / _MEGA:.1f} MB)"


def _outdated(home: Home) -> list[Outdated]:
    config = home.config
    days, megabytes = config.keep_raw_days, config.keep_raw_megabytes
    before = None if days is None else home.now() - timedelta(days=days)
    most = None if megabytes is None else megabytes * _MEGA
    files = {path.name for path in config.raw_folder.glob("*.warc.gz")}
    with home.database.read() as conn:
        if not retention.holds_outdated(conn, before=before, most_bytes=most):
            return []
        return retention.outdated_pages(conn, files, before=before, most_bytes=most)


def _limits(home: Home) -> str:
    days, megabytes = home.config.keep_raw_days, home.config.keep_raw_megabytes
    said = [f"older than {days} days"] if days is not None else []
    said += [f"over {megabytes} MB in sum"] if megabytes is not None else []
    return " or ".join(said)


def _take_off(folder: Path, outdated: Outdated, pace: Pace) -> int:
    """Take raw pages of one file off; 0 where a living process writes it."""
    name, count = outdated.warc_file, 0
    with pages.alone(folder / name) as handle:
        if handle is None:
            return 0
        for some in pace.portions(outdated.ids):
            with pace.step() as conn:
                count += retention.take_off(conn, folder, some, erase=not outdated.is_whole)
        if outdated.is_whole:
            with pace.step() as conn:
                retention.unlink_unnamed(conn, folder, name)
    return count


def _sweep(home: Home, pace: Pace) -> None:
    """Remove files of which no row is left: taking off one was cut short on an earlier day."""
    folder = home.config.raw_folder
    with home.database.read() as conn:
        unnamed = retention.unnamed_files(conn, [p.name for p in folder.glob("*.warc.gz")])
    for name in unnamed:
        with pages.alone(folder / name) as handle:
            if handle is not None:
                with pace.step() as conn:
                    retention.unlink_unnamed(conn, folder, name)


# -------------------------------------------------------------------------------------------- logs


@dataclass(frozen=True, slots=True)
class _Log:
    """The log of a crawl that has ended, or that no row knows any more."""

    path: Path
    bytes: int
    ended_at: datetime


def _drop_logs(home: Home, pace: Pace) -> Iterator[str]:
    config = home.config
    found = _numbered(config.log_folder, _LOG)
    locks = _numbered(config.log_folder, _LOCK)
    with home.database.read() as conn:
        ended = retention.crawls_ended(conn, sorted({*found, *locks}))
    for id, path in locks.items():
        if ended.get(id) is not None:
            _unlink_lock(path)
    logs = _ended_logs(home, found, ended)
    before = home.now() - timedelta(days=config.keep_log_days)
    going = [log for log in logs if log.ended_at < before]
    going += _too_many(logs[len(going) :], found, config.keep_log_megabytes * _MEGA)
    for log in going:
        log.path.unlink(missing_ok=True)
    if going:
        size = sum(log.bytes for log in going) / _MEGA
        limits = f"{config.keep_log_days} days or over {config.keep_log_megabytes} MB in sum"
        yield f"logs of crawls older than {limits}: {len(going)} ({size:.1f} MB)"


def _numbered(folder: Path, form: re.Pattern[str]) -> dict[int, Path]:
    """Files of crawls by the crawl's id."""
    named = ((form.fullmatch(path.name), path) for path in folder.iterdir())
    return {int(match[1]): path for match, path in named if match is not None}


def _unlink_lock(path: Path) -> None:
    """Remove the lock file of a crawl that has ended, once its process has let go of it."""
    try:
        with path.open("r") as file:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            path.unlink(missing_ok=True)
    except (BlockingIOError, FileNotFoundError):
        return


def _ended_logs(
    home: Home, found: Mapping[int, Path], ended: Mapping[int, datetime | None]
) -> list[_Log]:
    """The logs that may go, the oldest first. A crawl that no row knows ended when its log was
    written last, on the machine's clock."""
    logs = []
    for id, path in found.items():
        try:
            status = path.stat()
        except FileNotFoundError:
            continue
        age = timedelta(seconds=time.time() - status.st_mtime)
        ended_at = ended[id] if id in ended else home.now() - age
        if ended_at is not None:
            logs.append(_Log(path, status.st_size, ended_at))
    return sorted(logs, key=lambda log: log.ended_at)


def _too_many(logs: list[_Log], found: Mapping[int, Path], most_bytes: int) -> list[_Log]:
    """The oldest logs that are too many to be kept in so many bytes, those of living crawls
    counted with them."""
    living = {*found.values()} - {log.path for log in logs}
    total = sum(log.bytes for log in logs) + sum(_size(path) for path in living)
    going = []
    for log in logs:
        if total <= most_bytes:
            break
        going.append(log)
        total -= log.bytes
    return going


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


# -------------------------------------------------------------------------------------- the rest


def _drop_polls(home: Home, pace: Pace) -> Iterator[str]:
    """Which sources a crawl polled is kept as long as its log, which tells of them too."""
    days, count = home.config.keep_log_days, 0
    before = home.now() - timedelta(days=days)
    with home.database.read() as conn:
        last = retention.last_ended(conn, before=before)
    while last is not None:
        with pace.step() as conn:
            found = retention.drop_polls(conn, last, before=before, limit=pace.rows)
        if not found:
            break
        count += found
    if count:
        yield f"sources on the lists of crawls that ended over {days} days ago: {count}"


def _drop_robots(home: Home, pace: Pace) -> Iterator[str]:
    with home.database.read() as conn:
        names = retention.outdated_robots(conn, now=home.now())
    count = 0
    for some in pace.portions(names):
        with pace.step() as conn:
            count += retention.drop_robots(conn, some, now=home.now())
    if count:
        days = retention.ROBOTS_KEPT_AFTER.days
        yield f"answers to robots.txt that ran out over {days} days ago: {count}"


def _drop_files(home: Home, pace: Pace) -> Iterator[str]:
    with home.database.read() as conn:
        files = retention.outdated_files(conn)
    count = 0
    for some in pace.portions(files):
        with pace.step() as conn:
            count += retention.drop_files(conn, some)
    if count:
        days = retention.DOCUMENTS_KEPT_AFTER.days
        yield f"files of sitemaps that were not read in {days} days: {count}"


def _optimise(home: Home, pace: Pace) -> Iterator[str]:
    merged = 0
    for _ in range(_MOST_MERGES):
        with pace.step() as conn:
            goes_on = retention.merge_index(conn)
        if not goes_on:
            break
        merged += 1
    with pace.step() as conn:
        retention.analyse(conn)
    folded = home.database.fold_log()
    if merged:
        yield f"the search index was merged in steps: {merged}"
    if folded:
        yield f"the database's log was folded in: {folded / _MEGA:.1f} MB"
