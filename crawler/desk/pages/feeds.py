"""Every list and search for other programs: Atom, RSS, JSON Feed, and CSV for spreadsheets.

The address of a list, with /feeds before it and a format behind, means the same list. Where
something has to be shown to come in, a token in the address does it here: feed readers can do
nothing else.
"""

import csv
import hashlib
import io
from collections.abc import Callable, Iterable, Iterator
from datetime import datetime
from email.utils import format_datetime, parsedate_to_datetime
from enum import StrEnum
from tempfile import SpooledTemporaryFile
from typing import IO, Annotated
from urllib.parse import urlencode

from fastapi import APIRouter, Query, Request
from starlette.background import BackgroundTask
from starlette.responses import Response, StreamingResponse

from crawler.desk.pages.articles import Slug
from crawler.desk.room import InRoom, Room
from crawler.desk.views import ListAsked, Shown, shown
from crawler.export import feeds, rows
from crawler.export.feeds import Channel, Entry
from crawler.services import export
from pipelines.dates import to_utc

router = APIRouter(include_in_schema=False)

#: A table that is larger waits on disk until it is sent.
_IN_MEMORY = 1_000_000
_PIECE = 64_000


class Format(StrEnum):
    """What a list is given as; `json` is JSON Feed."""

    ATOM = "atom"
    RSS = "rss"
    JSON = "json"
    CSV = "csv"


_TYPES = {
    Format.ATOM: "application/atom+xml",
    Format.RSS: "application/rss+xml",
    Format.JSON: "application/feed+json",
    Format.CSV: "text/csv; charset=utf-8; header=present",
}
_WRITERS: dict[Format, Callable[[Channel, Iterable[Entry]], Iterator[bytes]]] = {
    Format.ATOM: feeds.atom,
    Format.RSS: feeds.rss,
    Format.JSON: feeds.json_feed,
}


class FeedAsked(ListAsked):
    """A list. `full`: whole texts, else some words of each; `token` is looked at by the gate."""

    full: bool = False
    token: str | None = None


Asked = Annotated[FeedAsked, Query()]


@router.get("/feeds/articles.{format}")
def feed_of_all(request: Request, room: InRoom, format: Format, asked: Asked) -> Response:
    """A list over all incidents."""
    return _given(request, room, format, asked, shown(asked, None))


@router.get("/feeds/incidents/{slug}/articles.{format}")
def feed_of_incident(
    request: Request, room: InRoom, slug: Slug, format: Format, asked: Asked
) -> Response:
    """A list of an incident; without a choice what waits for a person, as its page has it."""
    return _given(request, room, format, asked, shown(asked, slug))


def _given(request: Request, room: Room, format: Format, asked: FeedAsked, view: Shown) -> Response:
    if format is Format.CSV:
        return _table(request, room, asked, view)
    found = export.listing(room.home, view.view, after=asked.after, full_text=asked.full)
    base = str(request.base_url).rstrip("/")
    channel = Channel(
        found.id,
        found.title,
        page_url=base + view.href,
        own_url=_own_url(request),
        next_url=_own_url(request, after=found.next) if found.next else None,
        is_full=asked.full,
    )
    body = b"".join(_WRITERS[format](channel, found.entries))
    headers = _marks(hashlib.sha256(body), found.changed_at)
    if _is_known(request, headers):
        return Response(status_code=304, headers=headers)
    return Response(body, media_type=_TYPES[format], headers=headers)


def _own_url(request: Request, after: str | None = None) -> str:
    """The address that was asked for, without the token: feeds are passed on."""
    pairs = [pair for pair in request.query_params.multi_items() if pair[0] != "token"]
    if after is not None:
        pairs = [*(pair for pair in pairs if pair[0] != "after"), ("after", after)]
    own = str(request.base_url).rstrip("/") + request.url.path
    return own + ("?" + urlencode(pairs) if pairs else "")


def _table(request: Request, room: Room, asked: FeedAsked, view: Shown) -> Response:
    told = export.table(room.home, view.view, after=asked.after, full_text=asked.full)
    spooled = SpooledTemporaryFile(_IN_MEMORY)  # noqa: SIM115 - closed once it was sent
    try:
        digest = _written(told.rows, spooled)
    except BaseException:
        spooled.close()
        raise
    headers = _marks(digest, told.end.changed_at)
    if told.end.next:
        headers["Link"] = f'<{_own_url(request, after=told.end.next)}>; rel="next"'
    if _is_known(request, headers):
        spooled.close()
        return Response(status_code=304, headers=headers)
    headers["Content-Disposition"] = 'attachment; filename="articles.csv"'
    return StreamingResponse(
        _pieces(spooled),
        media_type=_TYPES[Format.CSV],
        headers=headers,
        background=BackgroundTask(spooled.close),
    )


def _written(told: Iterable[dict[str, str]], target: IO[bytes]) -> "hashlib._Hash":
    """Writes rows with their heading; gives the sum of all bytes."""
    digest = hashlib.sha256()
    line = io.StringIO()
    writer = csv.DictWriter(line, rows.CSV_COLUMNS)
    writer.writeheader()
    for row in told:
        writer.writerow(row)
        if line.tell() > _PIECE:
            _flush(line, target, digest)
    _flush(line, target, digest)
    target.seek(0)
    return digest


def _flush(line: io.StringIO, target: IO[bytes], digest: "hashlib._Hash") -> None:
    piece = line.getvalue().encode("utf-8", "replace")
    target.write(piece)
    digest.update(piece)
    line.seek(0)
    line.truncate()


def _pieces(spooled: IO[bytes]) -> Iterator[bytes]:
    while piece := spooled.read(_PIECE):
        yield piece


def _marks(digest: "hashlib._Hash", changed_at: datetime | None) -> dict[str, str]:
    """By what a reader knows it again (RFC 9110, 8.8); weak, as it may be sent packed."""
    marks = {"ETag": f'W/"{digest.hexdigest()[:32]}"', "Cache-Control": "private, no-cache"}
    if changed_at is not None:
        marks["Last-Modified"] = format_datetime(to_utc(changed_at), usegmt=True)
    return marks


def _is_known(request: Request, marks: dict[str, str]) -> bool:
    """Whether the reader has it already (RFC 9110, 13.2.2)."""
    if (shown_tags := request.headers.get("if-none-match")) is not None:
        tags = {tag.strip().removeprefix("W/") for tag in shown_tags.split(",")}
        return "*" in tags or marks["ETag"].removeprefix("W/") in tags
    since, last = request.headers.get("if-modified-since"), marks.get("Last-Modified")
    if since is None or last is None:
        return False
    try:
        return parsedate_to_datetime(last) <= parsedate_to_datetime(since)
    except (ValueError, TypeError):  # no date, or one without a zone
        return False
