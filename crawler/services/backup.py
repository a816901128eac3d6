"""A backup while everything runs: one file that holds one moment of the data folder.

The database is copied first, then of each file of raw pages the bytes up to the last record that
this copy names: crawls only append, and whoever takes records off waits (`raw_lock`). So the two
belong together, whatever is written meanwhile.
"""

import os
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
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
    part = file.with_name(f"{file.name}.part")
    try:
        with _written(part) as stream:
            manifest, seconds = _make(home, stream, part.with_name(f"{part.name}.db"), tell)
        os.replace(part, file)
        _sync(file.parent)
    except OSError as error:
        raise FollowupError(
            f"The backup cannot be written to {file}: {error.strerror or error}.",
            remedy="Nothing is left of it. Make room, or name a FILE on another disk.",
        ) from error
    finally:
        part.unlink(missing_ok=True)
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
    own = (config.home / archive.DATABASE, config.home / archive.CONFIG)
    within = (config.raw_folder, config.log_folder)
    is_own = any(folder in file.resolve().parents for folder in within)
    if is_own or any(path.exists() and file.exists() and path.samefile(file) for path in own):
        raise BadInput(f"{file} is a file of the data folder itself.", remedy="Name another.")
    if not file.parent.is_dir():
        raise BadInput(f"There is no folder {file.parent}.", remedy="Make it, or name another.")
    if file.exists() and not (force and file.is_file()):
        remedy = "Name another file" + (", or add --force." if file.is_file() else ".")
        raise BadInput(f"{file} is there already.", remedy=remedy)


@contextmanager
def _written(part: Path) -> Iterator[IO[bytes]]:
    """A new file for this user's eyes alone, on disk at the end."""
    part.unlink(missing_ok=True)
    with os.fdopen(os.open(part, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as stream:
        yield stream
        stream.flush()
        os.fsync(stream.fileno())


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
    for suffix in ("", "-journal", "-wal", "-shm"):
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
        _add_settings_and_logs(home, writer)
        lacking = _add_raw_pages(home, writer, files, tell)
        return writer.finish(
            made_at=made_at, revision=REVISIONS[-1], counts=counts, lacking=lacking
        )


def _add_settings_and_logs(home: Home, writer: Writer) -> None:
    config = home.config
    logs = sorted(config.log_folder.glob("*.log"))
    named = [(f"{archive.LOGS}/{path.name}", path) for path in logs]
    for name, path in [(archive.CONFIG, config.home / archive.CONFIG), *named]:
        try:
            source = path.open("rb")
        except FileNotFoundError:
            continue  # no settings of its own; a log whose time was over a moment ago
        with source:
            writer.add(name, source, packed=False, limit=os.fstat(source.fileno()).st_size)


def _add_raw_pages(home: Home, writer: Writer, files: dict[str, int], tell: Tell) -> list[str]:
    """Add what the database names; gives the files that were not there, or not so long."""
    lacking, told_at, done = [], time.monotonic(), 0
    for number, (name, end) in enumerate(sorted(files.items()), 1):
        try:
            source = (home.config.raw_folder / name).open("rb")
        except FileNotFoundError:
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


def stdout_stream() -> IO[bytes]:
    """Standard output for bytes. Raises BadInput where a person would see them."""
    if sys.stdout.isatty():
        raise BadInput(
            "A backup is no text for a terminal.",
            remedy="Name a FILE, or send it on: followup backup - > FILE",
        )
    return sys.stdout.buffer
