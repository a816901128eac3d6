"""Kept raw pages as one WARC file (ISO 28500): their records as they lie, behind one that says
what the file is. Records are copied in pieces; one that is damaged is left out and told."""

import gzip
import os
import zlib
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import IO
from uuid import NAMESPACE_URL, uuid5

from crawler import __version__
from pipelines.dates import to_utc
from pipelines.store.pages import RawRecord

_PIECE = 1 << 16


@dataclass(slots=True)
class Copied:
    """How many records were written, and the addresses of those that are not on disk any more."""

    pages: int = 0
    lacking: list[str] = field(default_factory=list)


def write_warc(
    target: IO[bytes], folder: Path, records: Iterable[RawRecord], title: str, as_of: datetime
) -> Copied:
    """Writes the records, in their order, from the folder of raw pages."""
    target.write(_about(title, as_of))
    copied = Copied()
    for raw in records:
        if _is_whole(folder, raw):
            _copy(folder, raw, target)
            copied.pages += 1
        else:
            copied.lacking.append(raw.url)
    return copied


def _about(title: str, as_of: datetime) -> bytes:
    """The warcinfo record (6.2); the same for the same state."""
    at = f"{to_utc(as_of):%Y-%m-%dT%H:%M:%SZ}"
    said = " ".join(title.split())
    block = f"software: Followup {__version__}\r\nformat: WARC File Format 1.1\r\n"
    block += f"description: {said}\r\n"
    body = block.encode("utf-8", "replace")
    head = (
        "WARC/1.1",
        "WARC-Type: warcinfo",
        f"WARC-Record-ID: <{uuid5(NAMESPACE_URL, f'{said} {at}').urn}>",
        f"WARC-Date: {at}",
        "Content-Type: application/warc-fields",
        f"Content-Length: {len(body)}",
        "",
        "",
    )
    return gzip.compress("\r\n".join(head).encode() + body + b"\r\n\r\n", mtime=0)


def _is_whole(folder: Path, raw: RawRecord) -> bool:
    """Whether the record is one whole gzip member, by its own sum (RFC 1952)."""
    unpacking = zlib.decompressobj(16 + zlib.MAX_WBITS)
    try:
        with (folder / raw.warc_file).open("rb") as file:
            for piece in _pieces(file, raw):
                while piece:
                    unpacking.decompress(piece, _PIECE)
                    piece = unpacking.unconsumed_tail
    except (OSError, zlib.error):
        return False
    return unpacking.eof and not unpacking.unused_data


def _copy(folder: Path, raw: RawRecord, target: IO[bytes]) -> None:
    with (folder / raw.warc_file).open("rb") as file:
        for piece in _pieces(file, raw):
            target.write(piece)


def _pieces(file: IO[bytes], raw: RawRecord) -> Iterable[bytes]:
    file.seek(raw.warc_offset, os.SEEK_SET)
    left = raw.warc_length
    while left > 0 and (piece := file.read(min(_PIECE, left))):
        left -= len(piece)
        yield piece
