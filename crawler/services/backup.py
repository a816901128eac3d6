"""A backup while everything runs: one file that holds one moment of the data folder.

The database is copied first, then of each file of raw pages the bytes up to the last record that
this copy names: crawls only append, and whoever takes records off waits (`raw_lock`). So the two
belong together, whatever is written meanwhile.
"""

import os
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import IO, Any

from crawler.home import Home
from crawler.services import archive
from crawler.services.archive import Manifest, Writer
from pipelines.dates import iso
from pipelines.errors import BadInput, FollowupError
from pipelines.store import copying, raw_lock
from pipelines.store.migrations import REVISIONS

Tell = Callable[[str], None]
#: What SQLite calls a database and the files that it lays beside it.
_BESIDE = ("", "-journal", "-wal", "-shm")
#: How often it is told how far it is.
_TELL_SECONDS = 2.0


@dataclass(frozen=True, slots=True)
class Report:
    """What was backed up. `file` None: it went to standard output."""

    file: Path | None
    manifest: Manifest
    seconds: float

    def record(self) -> dict[str, Any]:
        """As ``followup backup --json`` gives it."""
        manifest = self.manifest
        return {
            "file": None if self.file is None else str(self.file),
            "bytes": None if self.file is None else self.file.stat().st_size,
            "made_at": iso(manifest.made_at),
            "version": manifest.version,
            "members": len(manifest.members),
            "unpacked_bytes": manifest.bytes,
            "articles": manifest.counts["article"],
            "raw_pages": manifest.counts["page"],
            "lacking": list(manifest.lacking),
            "seconds": round(self.seconds, 2),
        }


def to_file(home: Home, file: Path, *, force: bool, tell: Tell) -> Report:
    """Back up into a file that stands under its name only when it is whole and on disk.

    Raises BadInput where there is one already (unless `force`) or none can be, FollowupError where
    it cannot be written.
    """
    file = file.expanduser().absolute()
    _check_target(home, file, force)
    try:
        with _part_in(file.parent) as (part, stream):
            manifest, seconds = _make(home, stream, part.with_suffix(".db"), tell)
            stream.flush()
            os.fsync(stream.fileno())
            _check_target(home, file, force)  # another backup may have come there meanwhile
            os.replace(part, file)
        _sync(file.parent)
    except OSError as error:
        raise FollowupError(
            f"The backup cannot be written to {file}: {error.strerror or error}.",
            remedy="Nothing is left of it. Make room, or name a FILE on another disk.",
        ) from error
    return Report(file, manifest, seconds)


def to_stream(home: Home, stream: IO[bytes], *, tell: Tell) -> Report:
    """Back up into a pipe. The copy of the database lies in the data folder meanwhile."""
    try:
        copy = home.config.home / f".backup-{os.getpid()}.db"
        manifest, seconds = _make(home, stream, copy, tell)
        stream.flush()
    except BrokenPipeError:
        raise
    except OSError as error:
        raise FollowupError(f"The backup cannot be written: {error.strerror or error}.") from error
    return Report(None, manifest, seconds)


def _check_target(home: Home, file: Path, force: bool) -> None:
    config = home.config
    database = config.database_path or config.home / archive.DATABASE
    beside = (database.with_name(database.name + suffix) for suffix in _BESIDE)
    own = (*beside, config.home / archive.CONFIG, config.home / "serve.lock")
    within = [folder.resolve() for folder in (config.raw_folder, config.log_folder)]
    is_own = any(folder in file.resolve().parents for folder in within)
    if is_own or any(_is_same(file, path) for path in own):
        raise BadInput(f"{file} is a file of the data folder itself.", remedy="Name another.")
    if not file.parent.is_dir():
        raise BadInput(f"There is no folder {file.parent}.", remedy="Make it, or name another.")
    if file.exists() and not (force and file.is_file()):
        remedy = "Name another file" + (", or add --force." if file.is_file() else ".")
        raise BadInput(f"{file} is there already.", remedy=remedy)
    if file.exists() and not _is_zip(file):
        raise BadInput(f"{file} is no backup, so it is not replaced.", remedy="Name another file.")


def _is_same(file: Path, own: Path) -> bool:
    """Whether two paths lead to one place, where a file may not be yet."""
    is_linked = file.exists() and own.exists() and file.samefile(own)
    return is_linked or file.resolve() == own.resolve()


def _is_zip(file: Path) -> bool:
    with file.open("rb") as stream:
        return stream.read(2) == b"PK"


@contextmanager
def _part_in(folder: Path) -> Iterator[tuple[Path, IO[bytes]]]:
    """A new file of this backup's own, for this user's eyes alone; what stays under its name in the
    end goes."""
    handle, name = tempfile.mkstemp(prefix="followup-", suffix=".part", dir=folder)
    try:
        with os.fdopen(handle, "wb") as stream:
            yield Path(name), stream
    finally:
        with suppress(OSError):  # the disk may be gone; what went wrong before is what is told
            os.unlink(name)


def _sync(folder: Path) -> None:
    handle = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)


def _make(home: Home, stream: IO[bytes], copy: Path, tell: Tell) -> tuple[Manifest, float]:
    """Write the whole archive; `copy` is where the database's copy lies meanwhile."""
    began = time.monotonic()
    waiting = "Raw pages are being taken off; the backup waits for that."
    try:
        with raw_lock.still(home.config.raw_folder, waiting=lambda: tell(waiting)):
            _clear(copy)
            made_at = home.now()
            with home.database.read() as conn:
                copying.snapshot(conn, copy)
            manifest = _written_archive(home, stream, copy, made_at, tell)
    finally:
        _clear(copy)
    return manifest, time.monotonic() - began


def _clear(copy: Path) -> None:
    """Remove a copy of the database with what SQLite lays beside it."""
    for suffix in _BESIDE:
        copy.with_name(copy.name + suffix).unlink(missing_ok=True)


def _written_archive(
    home: Home, stream: IO[bytes], copy: Path, made_at: datetime, tell: Tell
) -> Manifest:
    with copying.opened(copy) as database, database.read() as conn:
        counts, files = copying.counts(conn), copying.named_files(conn)
    with Writer(stream) as writer:
        with copy.open("rb") as source:
            size = writer.add(archive.DATABASE, source, packed=False)
        tell(f"Database: {size / 1e6:.1f} MB, {counts['article']} articles.")
        _add_settings_and_logs(home, writer, tell)
        lacking = _add_raw_pages(home, writer, files, tell)
        return writer.finish(
            made_at=made_at, revision=REVISIONS[-1], counts=counts, lacking=lacking
        )


def _add_settings_and_logs(home: Home, writer: Writer, tell: Tell) -> None:
    config = home.config
    logs = sorted(config.log_folder.glob("*.log"))
    named = {f"{archive.LOGS}/{path.name}": path for path in logs if path.is_file()}
    known = {name: path for name, path in named.items() if archive.is_known(name)}
    if len(known) < len(logs):
        tell(f"{len(logs) - len(known)} files among the logs are none of Followup's: left out.")
    for name, path in {archive.CONFIG: config.home / archive.CONFIG, **known}.items():
        if (source := _plain(path)) is None:
            continue  # no settings of its own; a log whose time was over a moment ago
        with source:
            writer.add(name, source, packed=False, limit=os.fstat(source.fileno()).st_size)


def _add_raw_pages(home: Home, writer: Writer, files: dict[str, int], tell: Tell) -> list[str]:
    """Add what the database names; gives the files that were not there, or not so long."""
    lacking, told_at, done = [], time.monotonic(), 0
    for number, (name, end) in enumerate(sorted(files.items()), 1):
        if (source := _plain(home.config.raw_folder / name)) is None:
            lacking.append(name)
            continue
        with source:
            written = writer.add(f"{archive.RAW}/{name}", source, packed=True, limit=end)
        done += written
        if written < end:
            lacking.append(name)
        if time.monotonic() - told_at > _TELL_SECONDS:
            tell(f"Raw pages: {number} of {len(files)} files, {done / 1e6:.0f} MB.")
            told_at = time.monotonic()
    if lacking:
        tell(
            f"{len(lacking)} files of raw pages are not here as the database has them, the first is"
            f" {lacking[0]}. The articles themselves are whole."
        )
    return lacking


def _plain(path: Path) -> IO[bytes] | None:
    """A regular file, open; None where there is none: reading a pipe would never end."""
    if not path.is_file():
        return None
    try:
        return path.open("rb")
    except FileNotFoundError:
        return None


def stdout_stream() -> IO[bytes]:
    """Standard output for bytes. Raises BadInput where a person would see them."""
    if sys.stdout.isatty():
        raise BadInput(
            "A backup is no text for a terminal.",
            remedy="Name a FILE, or send it on: followup backup - > FILE",
        )
    return sys.stdout.buffer
