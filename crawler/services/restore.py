"""A backup put back: into an empty data folder, or into one and an empty PostgreSQL database.

The archive is held to its sums before anything is written. What is restored is made ready in a
folder within the data folder and moved up at the end, the database last: before that there is
nothing that looks like a store, and after a failure nothing at all. The data folder itself may be
a mount, or its parent closed to us; so it is not made beside and renamed. Its lock, which whoever
makes a database there takes too, is held all the while.
"""

import fcntl
import os
import re
import shutil
import tomllib
from collections.abc import Callable, Iterator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from crawler import life
from crawler.clock import Clock
from crawler.config import Config
from crawler.services import archive
from crawler.services.archive import Archive, Manifest, Member
from pipelines.dates import iso
from pipelines.errors import BadInput, HomeNotWritable
from pipelines.store import (
    Connection,
    copying,
    crawls,
    incidents,
    open_database,
    pages,
    sources,
)
from pipelines.store.crawls import CrawlState

Tell = Callable[[str], None]
_STAGING = ".restoring"
#: What may stand in a data folder in which nothing is: its own empty folders, a disk's own.
_NOTHING = frozenset({archive.RAW, archive.LOGS, "lost+found", _STAGING})
_ENDED = "it was running when the backup was made"
_LEFT = "still queued: the crawl ended with the backup"
#: In the restored settings, before a line that names another database.
_NOT_USED = "# of where the backup was made: "
#: Settings that cannot be kept as they are.
_SET_ASIDE = "config.toml.from-backup"


@dataclass(frozen=True, slots=True)
class Report:
    """What was restored. `ended` are crawls that ran when the backup was made, `lost` the raw pages
    that cannot be read; `notes` are for the person to look after."""

    home: Path
    made_at: str | None
    version: str
    articles: int
    raw_pages: int
    ended: tuple[int, ...]
    lost: tuple[str, ...]
    notes: tuple[str, ...]

    def record(self) -> dict[str, Any]:
        """As ``followup restore --json`` gives it."""
        return {
            "home": str(self.home),
            "made_at": self.made_at,
            "version": self.version,
            "articles": self.articles,
            "raw_pages": self.raw_pages,
            "crawls_ended": list(self.ended),
            "raw_pages_lost": list(self.lost),
            "notes": list(self.notes),
        }


def from_file(config: Config, file: Path, *, tell: Tell) -> Report:
    """Restore a backup into the data folder and the database of these settings.

    Raises BadInput where those are not empty or the file cannot be used, StoreTooNew for one of a
    newer version, HomeNotWritable where there is no room.
    """
    _check_home(config)
    _check_postgresql(config)
    with Archive(file.expanduser()) as backup:
        tell(f"Checking {len(backup.manifest.members)} files.")
        backup.check()
        try:
            return _restored(config, backup, tell)
        except OSError as error:
            raise HomeNotWritable(
                f"The backup cannot be restored into {config.home}: {error.strerror or error}.",
                remedy="Nothing is left of it. Make room, or set FOLLOWUP_HOME to another folder.",
            ) from error


def _is_postgresql(config: Config) -> bool:
    return config.database_path is None


def _is_empty(path: Path) -> bool:
    return path.is_dir() and not path.is_symlink() and not any(path.iterdir())


def _check_home(config: Config) -> None:
    there = sorted(path.name for path in config.home.iterdir()) if config.home.is_dir() else []
    filled = [
        name
        for name in there
        if name not in _NOTHING
        or (name in (archive.RAW, archive.LOGS) and not _is_empty(config.home / name))
        or (name == _STAGING and not (config.home / name).is_dir())
    ]
    if filled or (config.home.exists() and not config.home.is_dir()):
        raise BadInput(
            f"The data folder {config.home} is not empty: it has {', '.join(filled[:3]) or 'it'}.",
            remedy="Set FOLLOWUP_HOME to a new folder, or move the old one away.",
        )
    if (database := config.database_path) is not None and database.exists():
        raise BadInput(
            f"There is a database at {database} already.",
            remedy="Let FOLLOWUP_DATABASE_URL name another one, or none.",
        )


def _check_postgresql(config: Config) -> None:
    if _is_postgresql(config):
        with closing(open_database(config.database_url)) as database, database.read() as conn:
            _refuse_filled(conn)


def _refuse_filled(conn: Connection) -> None:
    if not copying.is_empty(conn):
        raise BadInput(
            "The PostgreSQL database is not empty.",
            remedy="Make a new one (createdb) and let FOLLOWUP_DATABASE_URL name that.",
        )


def _restored(config: Config, backup: Archive, tell: Tell) -> Report:
    manifest = backup.manifest
    with _staged(config) as staging:
        _check_room(staging, manifest.bytes)
        for member in manifest.members:
            _extract(backup, member, staging / member.name)
        tell(f"{manifest.bytes / 1e6:.1f} MB are here again; looking at each raw page.")
        notes = _adapt_settings(config, staging / archive.CONFIG)
        ready = _made_ready(config.clock(), staging, manifest)
        if _is_postgresql(config):
            with _filled_postgresql(config, staging / archive.DATABASE):
                (staging / archive.DATABASE).unlink()
                _move_up(config, staging)
        else:
            _move_up(config, staging)
    return Report(
        home=config.home,
        made_at=iso(manifest.made_at),
        version=manifest.version,
        articles=ready.counts["article"],
        raw_pages=ready.counts["page"],
        ended=ready.ended,
        lost=ready.lost,
        notes=(*notes, *_alive(ready.counts.get("notice_target", 0))),
    )


def _alive(targets: int) -> tuple[str, ...]:
    """What a copy does that is only meant to be looked at, beside a server that goes on."""
    if not targets:
        return ()
    return (
        "With 'followup serve' its schedule goes on and its notices are told, also beside the"
        " server that it is a copy of. To look at it only: followup schedule pause, and"
        " followup notify remove ID for each of followup notify list.",
    )


@contextmanager
def _staged(config: Config) -> Iterator[Path]:
    """The folder within the data folder in which all is made ready, and the data folder's lock.

    After an exception the data folder is as it was.
    """
    home = config.home
    is_new = not home.exists()
    home.mkdir(mode=0o700, parents=True, exist_ok=True)
    staging = home / _STAGING
    with closing(_Folder(home)):
        _check_home(config)  # once more, now that nobody else makes something there
        shutil.rmtree(staging, ignore_errors=True)  # of a restore that was killed
        staging.mkdir(mode=0o700)
        try:
            yield staging
            staging.rmdir()
        except BaseException:
            for name in (_STAGING, archive.RAW, archive.LOGS):
                shutil.rmtree(home / name, ignore_errors=True)
            for name in (archive.CONFIG, _SET_ASIDE, archive.DATABASE):
                (home / name).unlink(missing_ok=True)
            if is_new:
                home.rmdir()
            raise


class _Folder:
    """A folder's lock, as `open_database` takes it where it makes a database."""

    def __init__(self, folder: Path) -> None:
        self._handle = os.open(folder, os.O_RDONLY)
        try:
            fcntl.flock(self._handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            os.close(self._handle)
            raise BadInput(
                f"Another process is making a store in {folder} just now.",
                remedy="Wait for it, or set FOLLOWUP_HOME to another folder.",
            ) from error

    def close(self) -> None:
        os.close(self._handle)


def _check_room(folder: Path, wanted: int) -> None:
    free = shutil.disk_usage(folder).free
    if wanted > free:
        raise HomeNotWritable(
            f"The backup needs {wanted / 1e6:.0f} MB, and there is room for {free / 1e6:.0f} MB.",
            remedy="Nothing was changed. Set FOLLOWUP_HOME to a folder on a larger disk.",
        )


def _extract(backup: Archive, member: Member, path: Path) -> None:
    """Write a member to disk; it is read anew, and held to its sum once more."""
    path.parent.mkdir(exist_ok=True)
    mode = 0o600 if member.name in (archive.CONFIG, archive.DATABASE) else 0o644
    with os.fdopen(os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, mode), "wb") as file:
        for piece in backup.read(member):
            file.write(piece)
        file.flush()
        os.fsync(file.fileno())


def _adapt_settings(config: Config, path: Path) -> tuple[str, ...]:
    """Settings that name another database than the one restored into would lead away from it."""
    if not path.exists():
        return ()
    written = path.read_text("utf-8", "replace")
    if _named_database(written) in (None, config.database_url):
        return ()
    mended = re.sub(r"^(?=\s*[\"']?database_url)", _NOT_USED, written, flags=re.M)
    if _named_database(mended) is None:
        path.write_text(mended, "utf-8")
        return (f"{archive.CONFIG} named another database: that line is a comment now.",)
    path.rename(path.with_name(_SET_ASIDE))
    return (f"The settings name another database: they lie in {_SET_ASIDE} for you to look at.",)


def _named_database(written: str) -> str | None:
    """The database that settings name; "" where they cannot be read."""
    try:
        named = tomllib.loads(written).get("database_url")
    except tomllib.TOMLDecodeError:
        return ""
    return None if named is None else str(named)


@dataclass(frozen=True, slots=True)
class _Ready:
    """What the restored store holds."""

    ended: tuple[int, ...]
    lost: tuple[str, ...]
    counts: Mapping[str, int]


def _made_ready(clock: Clock, staging: Path, manifest: Manifest) -> _Ready:
    """Bring the restored store to this version and to rest; nothing in it runs any more."""
    path, raw = staging / archive.DATABASE, staging / archive.RAW
    copying.inspect_copy(path)
    with copying.opened(path) as database:
        copying.check_migrated(path)
        with _readable(), database.read() as conn:
            _check_rows(conn, manifest)
        with _readable(), database.write() as conn:
            ended = _settle(conn, clock, raw)
        with _readable(), database.read() as conn:
            lost = tuple(record.url for record in pages.unreadable(conn, raw))
            return _Ready(tuple(ended), lost, copying.counts(conn))


@contextmanager
def _readable() -> Iterator[None]:
    """Rows that no version of ours wrote are the backup's fault."""
    try:
        yield
    except (ValueError, TypeError, KeyError, AttributeError, OverflowError) as error:
        raise BadInput(
            f"The backup cannot be used: its rows cannot be read ({error}).",
            remedy="Nothing was changed. Take another backup.",
        ) from error


def _check_rows(conn: Connection, manifest: Manifest) -> None:
    """Read what every later look reads, so that no row is found wrong after the restore, and hold
    each raw page to its file. Raises ValueError, or what reading raises."""
    for read in (crawls.list_all, sources.list_all, incidents.list_all):
        read(conn)
    sizes = {
        member.name.removeprefix(f"{archive.RAW}/"): member.bytes for member in manifest.members
    }
    for name in manifest.lacking:  # what is not there, or cut, is told as lost
        sizes.pop(name, None)
    if (wrong := pages.misplaced(conn, sizes)) is not None:
        raise ValueError(f"the raw page of {wrong.url!r} lies beyond {wrong.warc_file}")


def _settle(conn: Connection, clock: Clock, raw: Path) -> list[int]:
    """End the crawls that ran then; nobody has the schedule."""
    begun = crawls.in_state(conn, CrawlState.REQUESTED) + crawls.running(conn)
    ids = [row.id for row in begun]
    life.end(conn, raw, ids, left=_LEFT, said=_ENDED, now=clock.now())
    copying.free_server(conn)
    return ids


@contextmanager
def _filled_postgresql(config: Config, path: Path) -> Iterator[None]:
    """All rows in PostgreSQL; they are there for others when the block has ended well."""
    with closing(open_database(config.database_url)) as target, target.write() as conn:
        _refuse_filled(conn)
        with copying.opened(path) as database, database.read() as source:
            copying.restore_rows(source, conn)
        yield


def _move_up(config: Config, staging: Path) -> None:
    """What is ready takes its place, the database last."""
    for name in (archive.RAW, archive.LOGS, archive.CONFIG, _SET_ASIDE):
        if (staging / name).exists():
            os.replace(staging / name, config.home / name)
    for folder in (config.raw_folder, config.log_folder):
        folder.mkdir(exist_ok=True)
    if (place := config.database_path) is not None:
        _place(staging / archive.DATABASE, place)


def _place(database: Path, place: Path) -> None:
    """Move the database to its place, on another disk perhaps; under its name it is whole."""
    part = place.with_name(f"{place.name}.part")
    try:
        if database.stat().st_dev != place.parent.stat().st_dev:
            part.unlink(missing_ok=True)
            part.touch(0o600)
            shutil.copyfile(database, part)
            database.unlink()
        else:
            os.replace(database, part)
        os.replace(part, place)
    finally:
        part.unlink(missing_ok=True)
