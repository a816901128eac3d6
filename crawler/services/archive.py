"""The file that a backup is: a ZIP archive whose last member is the manifest.

Raw pages and whatever else is packed already are stored, the rest is deflated: the archive is
written in one pass, to a pipe too, and any ZIP program opens it. The manifest says what belongs
into it, with the size and SHA-256 of each member; `Archive` takes nothing else and nothing more. A
file from elsewhere is hostile: no member names a path, a link or more bytes than are written down.
"""

import hashlib
import json
import re
import stat
import struct
import zipfile
import zlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import IO, Any, Self

from crawler import __version__
from pipelines.dates import iso, parse_time
from pipelines.errors import BadInput, FollowupError, StoreTooNew
from pipelines.store.copying import RAW_NAME

FORMAT = 1
DATABASE = "followup.db"
CONFIG = "config.toml"
RAW = "raw"
LOGS = "logs"
_MANIFEST = "manifest.json"
#: A year of crawls every five minutes, all with raw pages and logs, is 30 MB of manifest.
_MOST_MANIFEST_BYTES = 64_000_000
#: Deflate's level: 6 takes four times as long on a database and gains a tenth of its size.
_LEVEL = 1
_PIECE = 1 << 20
_LOG_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,200}\.log")
#: What reading a damaged or crafted archive raises, the last five out of its manifest.
_BROKEN = (
    zipfile.BadZipFile, zlib.error, struct.error, EOFError, NotImplementedError, RuntimeError,
    OSError, ValueError, TypeError, KeyError, AttributeError, OverflowError,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Member:
    """One file of the archive; `sha256` in hexadecimal."""

    name: str
    bytes: int
    sha256: str


@dataclass(frozen=True, slots=True)
class Manifest:
    """What a backup holds. `counts` are rows by table; `lacking` are files of raw pages that the
    database names and that were not there, or were shorter, when it was made."""

    version: str
    made_at: datetime
    revision: str
    counts: Mapping[str, int]
    members: tuple[Member, ...]
    lacking: tuple[str, ...] = ()

    @property
    def bytes(self) -> int:
        """Of all members, unpacked."""
        return sum(member.bytes for member in self.members)

    def record(self) -> dict[str, Any]:
        """As it stands in the archive."""
        return {
            "format": FORMAT,
            "product": "followup",
            "version": self.version,
            "made_at": iso(self.made_at),
            "database_revision": self.revision,
            "counts": dict(self.counts),
            "lacking": list(self.lacking),
            "members": [asdict(member) for member in self.members],
        }


class Writer:
    """Writes an archive to a stream, which need not be seekable; use it in a `with` block."""

    def __init__(self, stream: IO[bytes]) -> None:
        self._zip = zipfile.ZipFile(stream, "w", zipfile.ZIP_STORED, allowZip64=True)
        self.members: list[Member] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        """After an exception nothing more needs to be written, and perhaps can't be."""
        if error is not None:
            with suppress(OSError, ValueError):
                self._zip.close()

    def add(self, name: str, source: IO[bytes], *, packed: bool, limit: int | None = None) -> int:
        """Copies a file, its first `limit` bytes at most, as a member; how many bytes they were.
        `packed`: it would not shrink. Raises FollowupError for a name that none could restore."""
        if not is_known(name):
            raise FollowupError(f"{name!r} belongs into no backup.")
        info = zipfile.ZipInfo(name)
        info.compress_type = zipfile.ZIP_STORED if packed else zipfile.ZIP_DEFLATED
        info.external_attr = (stat.S_IFREG | 0o600) << 16
        info._compresslevel = _LEVEL  # type: ignore[attr-defined]
        digest, size = hashlib.sha256(), 0
        with self._zip.open(info, "w", force_zip64=True) as member:
            while piece := source.read(_PIECE if limit is None else min(_PIECE, limit - size)):
                digest.update(piece)
                size += len(piece)
                member.write(piece)
        self.members.append(Member(name, size, digest.hexdigest()))
        return size

    def finish(
        self, *, made_at: datetime, revision: str, counts: Mapping[str, int], lacking: list[str]
    ) -> Manifest:
        """Writes the manifest and the archive's end."""
        manifest = Manifest(
            __version__, made_at, revision, counts, tuple(self.members), tuple(lacking)
        )
        written = json.dumps(manifest.record(), indent=1)
        self._zip.writestr(_MANIFEST, written, zipfile.ZIP_DEFLATED, _LEVEL)
        self._zip.close()
        return manifest


class Archive:
    """An archive to read. Raises BadInput for what is none, or is damaged, when it is opened."""

    def __init__(self, path: Path) -> None:
        self._path = path
        with self._in_words():
            self._zip = zipfile.ZipFile(path)
        try:
            with self._in_words():
                self.manifest = self._checked_manifest()
        except BaseException:
            self._zip.close()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *error: object) -> None:
        self._zip.close()

    def check(self) -> None:
        """Reads every member and holds it to its size and sum. Raises BadInput."""
        for member in self.manifest.members:
            for _ in self.read(member):
                pass

    def read(self, member: Member) -> Iterator[bytes]:
        """A member's bytes in pieces; BadInput at the end where they are not those written down."""
        digest, size = hashlib.sha256(), 0
        with self._in_words(), self._zip.open(member.name) as source:
            while piece := source.read(_PIECE):
                size += len(piece)
                if size > member.bytes:
                    break
                digest.update(piece)
                yield piece
        if size != member.bytes or digest.hexdigest() != member.sha256:
            raise self._unusable(f"{member.name} in it is not what was backed up")

    def _checked_manifest(self) -> Manifest:
        infos = self._zip.infolist()
        names = [info.filename for info in infos]
        if len(set(names)) != len(names):
            raise self._unusable("a name stands in it twice")
        if _MANIFEST not in names:
            raise self._unusable("it has no manifest")
        for info in infos:
            self._check_info(info)
        manifest = self._manifest()
        wanted = {member.name: member.bytes for member in manifest.members}
        found = {info.filename: info.file_size for info in infos if info.filename != _MANIFEST}
        if len(wanted) != len(manifest.members) or wanted != found:
            raise self._unusable("its manifest and its members don't agree")
        if DATABASE not in wanted:
            raise self._unusable("it holds no database")
        return manifest

    def _check_info(self, info: zipfile.ZipInfo) -> None:
        mode = info.external_attr >> 16
        if stat.S_IFMT(mode) not in (0, stat.S_IFREG) or info.flag_bits & 1:
            raise self._unusable(f"{info.filename!r} in it is no plain file")
        if info.compress_type not in (zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED):
            raise self._unusable(f"{info.filename!r} in it is packed in a strange way")
        if info.filename != _MANIFEST and not is_known(info.filename):
            raise self._unusable(f"{info.filename!r} in it belongs into no backup")

    def _manifest(self) -> Manifest:
        with self._zip.open(_MANIFEST) as member:
            written = member.read(_MOST_MANIFEST_BYTES + 1)
        if len(written) > _MOST_MANIFEST_BYTES:
            raise self._unusable("its manifest is too large")
        told = json.loads(written)
        if not isinstance(told, dict) or told.get("product") != "followup":
            raise self._unusable("it is no backup of Followup")
        if not isinstance(told["format"], int) or told["format"] > FORMAT:
            raise StoreTooNew(
                "The backup was made by a newer version of Followup.",
                remedy="Install that version or a later one, then restore.",
            )
        made_at = parse_time(str(told["made_at"]))
        if made_at is None:
            raise self._unusable("its manifest does not say when it was made")
        return Manifest(
            version=str(told["version"]),
            made_at=made_at,
            revision=str(told["database_revision"]),
            counts={str(table): int(number) for table, number in told["counts"].items()},
            members=tuple(_member(one) for one in told["members"]),
            lacking=tuple(map(str, told["lacking"])),
        )

    @contextmanager
    def _in_words(self) -> Iterator[None]:
        try:
            yield
        except FileNotFoundError as error:
            raise BadInput(f"There is no file {self._path}.", remedy="Name the backup.") from error
        except _BROKEN as error:
            raise self._unusable(str(error) or type(error).__name__) from error

    def _unusable(self, why: str) -> BadInput:
        return BadInput(
            f"{self._path} cannot be restored: {why}.",
            remedy="Nothing was changed. Get the file again, or take another backup.",
        )


def _member(told: Any) -> Member:
    size = told["bytes"]
    if type(size) is not int or size < 0:
        raise ValueError(f"{size!r} is no size")
    return Member(str(told["name"]), size, str(told["sha256"]))


def is_known(name: str) -> bool:
    """Whether a member of a backup may be called so."""
    folder, _, file = name.rpartition("/")
    if folder == RAW:
        return RAW_NAME.fullmatch(file) is not None
    if folder == LOGS:
        return _LOG_NAME.fullmatch(file) is not None
    return name in (DATABASE, CONFIG)
