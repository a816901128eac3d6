"""Raw answers, kept as WARC records beside the database.

Each child process writes one file. A record is flushed to disk before the transaction that names
it; one whose transaction never came is cut off at the next start (`cut_orphans`). A record is
taken out by writing over it in place, with a padded empty record of the same length: no other
record moves, so no crash can part a row from its record, and a crawl may append meanwhile. The
file stays a WARC file (ISO 28500, gzip member by member, annex D). While a backup is made no record
is taken out (`raw_lock`).
"""

import fcntl
import hashlib
import os
import re
import zlib
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from io import BytesIO
from pathlib import Path
from uuid import uuid4

from sqlalchemy import Connection, delete, func, select
from warcio.archiveiterator import ArchiveIterator
from warcio.exceptions import ArchiveLoadFailed

from pipelines.errors import StoreError
from pipelines.items import Page
from pipelines.store import raw_lock
from pipelines.store.schema import page

#: Headers that no longer hold once the codings of the transport are undone.
_OF_TRANSPORT = frozenset({"content-encoding", "transfer-encoding", "content-length"})
_CONTROL = re.compile("[\x00-\x1f\x7f\ud800-\udfff]")
#: A header's name (RFC 9110, 5.6.2).
_TOKEN = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
#: What stands in the place of a record that was taken out.
_BLANK = (
    b"WARC/1.1\r\nWARC-Type: metadata\r\n"
    b"WARC-Record-ID: <urn:uuid:00000000-0000-4000-8000-000000000000>\r\n"
    b"WARC-Date: 1970-01-01T00:00:00Z\r\nContent-Length: 0\r\n\r\n\r\n\r\n"
)
#: RFC 1952, 2.3: magic, deflate, flag FCOMMENT, no time, no extra flags, unknown system.
_BLANK_HEAD = b"\x1f\x8b\x08\x10\x00\x00\x00\x00\x00\xff"


@dataclass(frozen=True, slots=True)
class RawRecord:
    """A record on disk that no row names yet. Offset and length in bytes of the file."""

    warc_file: str
    warc_offset: int
    warc_length: int
    url: str
    status: int
    content_type: str | None
    fetched_at: datetime
    sha256: str


class RawPages:
    """The raw pages of one process: `folder`/crawl-000012.warc.gz, or ingest-PID without a crawl.

    The file is made with the first record. While this object is open, others leave it alone.
    """

    def __init__(self, folder: Path, crawl_id: int | None = None) -> None:
        self._folder = folder
        self._name = f"ingest-{os.getpid():06d}" if crawl_id is None else f"crawl-{crawl_id:06d}"
        self._path = folder / f"{self._name}.warc.gz"
        self._handle: int | None = None

    def append(self, answer: Page) -> RawRecord:
        """Writes an answer and has it on disk. Raises StoreError where that cannot be done."""
        member = _member(answer)
        try:
            handle = self._opened()
            offset = os.lseek(handle, 0, os.SEEK_END)
            _write(handle, member, offset)
            os.fsync(handle)
        except OSError as error:
            raise StoreError(
                f"The raw page cannot be written to {str(self._path)!r}: {error.strerror}.",
                remedy="See that the data folder is there and has space.",
            ) from error
        return RawRecord(
            warc_file=self._path.name,
            warc_offset=offset,
            warc_length=len(member),
            url=answer.url,
            status=answer.status,
            content_type=answer.header("content-type"),
            fetched_at=answer.fetched_at,
            sha256=hashlib.sha256(answer.body).hexdigest(),
        )

    def _opened(self) -> int:
        """The file, in this process's hands alone; one in other hands is passed over."""
        number = 1
        while self._handle is None:
            suffix = "" if number == 1 else f"-{number}"
            self._path = self._folder / f"{self._name}{suffix}.warc.gz"
            self._folder.mkdir(parents=True, exist_ok=True)
            handle = os.open(self._path, os.O_RDWR | os.O_CREAT, 0o644)
            if _locked(handle) and os.fstat(handle).st_nlink > 0:
                self._handle = handle
            else:
                os.close(handle)
                number += 1
        return self._handle

    def close(self) -> None:
        """Lets go of the file."""
        if self._handle is not None:
            os.close(self._handle)
            self._handle = None


def record(
    conn: Connection,
    raw: RawRecord,
    *,
    article_id: int,
    link_id: int | None = None,
    crawl_id: int | None = None,
) -> int:
    """Names a record that is on disk; gives the page's id."""
    values = {name: getattr(raw, name) for name in RawRecord.__dataclass_fields__}
    made = page.insert().values(article_id=article_id, link_id=link_id, crawl_id=crawl_id, **values)
    return int(conn.execute(made.returning(page.c.id)).scalar_one())


def of_article(conn: Connection, article_id: int) -> list[RawRecord]:
    """Where the raw answers of an article lie, the oldest first."""
    names = RawRecord.__dataclass_fields__
    wanted = select(*(page.c[name] for name in names)).where(page.c.article_id == article_id)
    return [RawRecord(*row) for row in conn.execute(wanted.order_by(page.c.id))]


def read(conn: Connection, folder: Path, article_id: int) -> bytes | None:
    """The body of an article's latest raw answer; None where none was kept.

    Raises StoreError where the file or the record is not there any more.
    """
    kept = of_article(conn, article_id)
    return _read(folder, kept[-1]) if kept else None


def _read(folder: Path, raw: RawRecord) -> bytes:
    body = None
    try:
        with (folder / raw.warc_file).open("rb") as file:
            size = os.fstat(file.fileno()).st_size
            if not 0 <= raw.warc_offset < raw.warc_offset + raw.warc_length <= size:
                raise _lost(raw)
            file.seek(raw.warc_offset)
            member = BytesIO(file.read(raw.warc_length))
        for found in ArchiveIterator(member):
            if found.rec_type == "response":
                body = found.content_stream().read()
    # AttributeError: warcio stumbles over a record that ends within its lines of HTTP.
    except (OSError, ArchiveLoadFailed, ValueError, AttributeError, zlib.error) as error:
        raise _lost(raw) from error
    if body is None or hashlib.sha256(body).hexdigest() != raw.sha256:
        raise _lost(raw)
    return bytes(body)


def _lost(raw: RawRecord) -> StoreError:
    return StoreError(
        f"The raw page of {raw.url!r} is not in {raw.warc_file} any more.",
        remedy="Put the folder of raw pages back from a backup; the article itself is whole.",
    )


def misplaced(conn: Connection, sizes: Mapping[str, int]) -> RawRecord | None:
    """A record that a row places where none can be: before a file's beginning, or beyond its end
    for one of `sizes`, bytes by name. None where all is well."""
    names = RawRecord.__dataclass_fields__
    wanted = select(*(page.c[name] for name in names)).execution_options(yield_per=500)
    with closing(conn.execute(wanted)) as rows:
        for row in rows:
            raw = RawRecord(*row)
            if raw.warc_offset < 0 or raw.warc_length <= 0:
                return raw
            if raw.warc_offset + raw.warc_length > sizes.get(raw.warc_file, 1 << 62):
                return raw
    return None


def unreadable(conn: Connection, folder: Path) -> Iterator[RawRecord]:
    """The records that a row names and that are not on disk as they were written."""
    names = RawRecord.__dataclass_fields__
    wanted = select(*(page.c[name] for name in names)).order_by(
        page.c.warc_file, page.c.warc_offset
    )
    with closing(conn.execute(wanted.execution_options(yield_per=500))) as rows:
        for row in rows:
            raw = RawRecord(*row)
            try:
                _read(folder, raw)
            except StoreError:
                yield raw


def remove(conn: Connection, folder: Path, article_ids: Iterable[int]) -> int:
    """Takes the raw answers of articles off the disk, and their rows; how many they were.

    The disk is written at once, before the transaction ends: after a crash between the two the
    rows are still there, and doing it again is all that is needed. Raises StoreError while a
    backup is being made; hold `raw_lock.changing` to wait for its end before.
    """
    count = 0
    for article_id in article_ids:
        kept = of_article(conn, article_id)
        with raw_lock.changing(folder) as may_change:
            if kept and not may_change:
                raise StoreError(
                    "A backup is being made, and raw pages stay as they are until it is done.",
                    remedy="Try again when it has ended.",
                )
            for raw in kept:
                if (folder / raw.warc_file).exists():
                    blank(folder / raw.warc_file, [(raw.warc_offset, raw.warc_length)])
        count += len(kept)
        conn.execute(delete(page).where(page.c.article_id == article_id))
    return count


def cut_orphans(conn: Connection, folder: Path) -> int:
    """Takes records that no row names off the disk; how many bytes they were.

    What a crash left at the end of a file is cut off, what a failed transaction left in between is
    written over. Files that a living process writes are left alone. Call it in a write
    transaction, so that no row is added meanwhile.
    """
    rows = conn.execute(
        select(
            page.c.warc_file,
            func.max(page.c.warc_offset + page.c.warc_length),
            func.sum(page.c.warc_length),
        ).group_by(page.c.warc_file)
    )
    named = {name: (int(end), int(total)) for name, end, total in rows}
    gone = 0
    for path in sorted(folder.glob("*.warc.gz")):
        end, total = named.get(path.name, (0, 0))
        if not path.stat().st_size == end == total:
            gone += _cut(conn, path, end)
    return gone


@contextmanager
def alone(path: Path) -> Iterator[int | None]:
    """A file in this process's hands alone, as an open handle; None where a living process writes
    it, or it is gone."""
    try:
        handle = os.open(path, os.O_RDWR)
    except FileNotFoundError:
        yield None
        return
    try:
        yield handle if _locked(handle) else None
    finally:
        os.close(handle)


def _cut(conn: Connection, path: Path, end: int) -> int:
    with alone(path) as handle:
        if handle is None:
            return 0
        gone = os.fstat(handle).st_size - end
        if end == 0:
            path.unlink()
            return gone
        os.ftruncate(handle, end)
        os.fsync(handle)
        for offset, length in _gaps(conn, path.name):
            if os.pread(handle, len(_BLANK_HEAD), offset) != _BLANK_HEAD:
                blank(path, [(offset, length)])
                gone += length
        return gone


def _locked(handle: int) -> bool:
    """True if this process has the file alone; the lock goes with the handle or the process."""
    try:
        fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True


def _gaps(conn: Connection, name: str) -> Iterator[tuple[int, int]]:
    """Stretches of a file, offset and length, that belong to no row."""
    rows = conn.execute(
        select(page.c.warc_offset, page.c.warc_length)
        .where(page.c.warc_file == name)
        .order_by(page.c.warc_offset)
    )
    end = 0
    for offset, length in rows:
        if offset > end:
            yield end, offset - end
        end = offset + length


def blank(path: Path, stretches: Sequence[tuple[int, int]]) -> None:
    """Writes one gzip member over each stretch (offset, length): an empty record, its length made
    up by a comment. It is on disk then."""
    packer = zlib.compressobj(9, zlib.DEFLATED, -zlib.MAX_WBITS)
    packed = packer.compress(_BLANK) + packer.flush()
    tail = packed + zlib.crc32(_BLANK).to_bytes(4, "little") + len(_BLANK).to_bytes(4, "little")
    handle = os.open(path, os.O_RDWR)
    try:
        for offset, length in stretches:
            comment = length - len(_BLANK_HEAD) - 1 - len(tail)
            if comment < 0:
                raise ValueError(f"{length} bytes are no WARC record")
            _write(handle, _BLANK_HEAD + b" " * comment + b"\x00" + tail, offset)
        os.fsync(handle)
    finally:
        os.close(handle)


def _write(handle: int, data: bytes, offset: int) -> None:
    view = memoryview(data)
    while view:
        written = os.pwrite(handle, view, offset)
        view, offset = view[written:], offset + written


def _member(answer: Page) -> bytes:
    """The answer as one WARC record (ISO 28500, 6.3) in one gzip member."""
    head = [f"HTTP/1.1 {answer.status} "]
    head += [
        f"{name}: {_CONTROL.sub('', value)}"
        for name, value in answer.headers
        if _TOKEN.fullmatch(name) and name.lower() not in _OF_TRANSPORT
    ]
    head += [f"content-length: {len(answer.body)}", "", ""]
    block = "\r\n".join(head).encode("latin-1", "replace") + answer.body
    about = (
        "WARC/1.1",
        "WARC-Type: response",
        f"WARC-Record-ID: <urn:uuid:{uuid4()}>",
        f"WARC-Date: {answer.fetched_at.astimezone(UTC):%Y-%m-%dT%H:%M:%SZ}",
        f"WARC-Target-URI: {_CONTROL.sub('', answer.url)}",
        f"WARC-Payload-Digest: sha256:{hashlib.sha256(answer.body).hexdigest()}",
        "Content-Type: application/http; msgtype=response",
        f"Content-Length: {len(block)}",
        "",
        "",
    )
    whole = "\r\n".join(about).encode() + block + b"\r\n\r\n"
    packer = zlib.compressobj(6, zlib.DEFLATED, 16 + zlib.MAX_WBITS)
    return packer.compress(whole) + packer.flush()
