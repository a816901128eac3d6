"""Reading other people's WARC files: the answers in them as pages.

Only whole answers with status 200 are given. A record that lies about its length or its packing
ends the reading of that record, never of the file before it.
"""

import gzip
import zlib
from collections.abc import Iterator
from datetime import datetime
from io import BytesIO
from pathlib import Path

from warcio.archiveiterator import ArchiveIterator
from warcio.exceptions import ArchiveLoadFailed

from pipelines.dates import parse_time, to_utc
from pipelines.errors import BadInput
from pipelines.items import Page

#: A page over this size, unpacked, is not read, as in a crawl.
MOST_BYTES = 10_000_000
_TYPES = ("text/html", "application/xhtml+xml")


def read_warc(path: Path, *, now: datetime) -> Iterator[Page]:
    """The HTML answers of a WARC file, in its order; BadInput where it is none or breaks off."""
    found = 0
    try:
        with path.open("rb") as file:
            for record in ArchiveIterator(file):
                page = _page(record, now) if record.rec_type == "response" else None
                if page is not None:
                    found += 1
                    yield page
    except (OSError, EOFError, zlib.error, ArchiveLoadFailed, ValueError) as error:
        raise BadInput(
            f"{path} breaks off after {found} pages: {error}.",
            remedy="The pages before are taken; get the file again for the rest.",
        ) from error
    if not found:
        raise BadInput(f"{path} holds no web page.", remedy="Give a WARC file with HTML answers.")


def _page(record: object, now: datetime) -> Page | None:
    http = getattr(record, "http_headers", None)
    rec_headers = record.rec_headers  # type: ignore[attr-defined]
    url = rec_headers.get_header("WARC-Target-URI")
    if http is None or not url or http.get_statuscode() != "200":
        return None
    headers = tuple((name.lower(), value) for name, value in http.headers)
    content_type = dict(headers).get("content-type", "text/html").lower()
    if not content_type.startswith(_TYPES):
        return None
    body = _opened(record)
    if body is None or len(body) > MOST_BYTES:
        return None
    when = parse_time(rec_headers.get_header("WARC-Date") or "")
    plain = tuple(pair for pair in headers if pair[0] != "content-encoding")
    return Page(url, url, 200, plain, body, to_utc(when) if when else now)


def _opened(record: object) -> bytes | None:
    """The body with its content coding undone, bounded; None where it cannot be."""
    try:
        body: bytes = record.content_stream().read(MOST_BYTES + 1)  # type: ignore[attr-defined]
        if body[:2] == b"\x1f\x8b":
            with gzip.GzipFile(fileobj=BytesIO(body)) as packed:
                body = packed.read(MOST_BYTES + 1)
    except (OSError, EOFError, zlib.error):
        return None
    return body
