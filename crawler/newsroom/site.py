"""What the made-up web answers to a request at a time: pure, no socket and no clock.

A page that is not published yet is a 404 like any other, in lists and at its address. Validators
are as mixed as on the real web: some outlets send an ETag, some a Last-Modified, some both.
"""

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from urllib.parse import quote

from crawler.newsroom import lists, pages
from crawler.newsroom.outlet import Feed, FeedKind, Form, Outlet, Story, Wall, outlet_at

_HTML = "text/html; charset=utf-8"
_TEXT = "text/plain; charset=utf-8"


@dataclass(frozen=True, slots=True)
class Request:
    """What was asked for. Header names are in lower case."""

    method: str
    host: str
    path: str
    query: str = ""
    headers: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Reply:
    """What is answered. `modified` is None where the outlet would not know it; `is_slow` asks the
    server to keep the visitor waiting."""

    status: int
    body: bytes = b""
    content_type: str = _HTML
    headers: tuple[tuple[str, str], ...] = ()
    modified: datetime | None = None
    is_slow: bool = False


def respond(request: Request, now: datetime) -> Reply:
    """The answer of the whole made-up web, with the validators of the outlet that gives it."""
    outlet = outlet_at(request.host)
    if outlet is None:
        return Reply(502, b"The newsroom knows no such host.\n", _TEXT)
    path = request.path.split(";", 1)[0] or "/"
    reply = _route(outlet, path, now)
    return _validated(outlet, request, reply)


def _route(outlet: Outlet, path: str, now: datetime) -> Reply:
    if path == "/robots.txt":
        return _robots(outlet)
    if path in outlet.feed_by_path:
        return _feed(outlet, outlet.feed_by_path[path], now)
    if path == "/" or outlet.section_of(path):
        return _page(outlet, pages.listing_page(outlet, outlet.section_of(path), now))
    if path in pages.NOTICES:
        return _page(outlet, pages.notice_page(outlet, *pages.NOTICES[path]))
    if path == "/consent":
        return _page(outlet, pages.consent_page(outlet, "/"))
    if path.startswith("/sitemaps/") and (reply := _month(outlet, path, now)):
        return reply
    return _story(outlet, path, now)


def _robots(outlet: Outlet) -> Reply:
    if outlet.robots is None:
        return Reply(404, b"Not found\n", _TEXT)
    return Reply(200, outlet.robots.encode(), _TEXT)


def _feed(outlet: Outlet, feed: Feed, now: datetime) -> Reply:
    fault = feed.fault(now)
    if fault and fault.status:
        return Reply(fault.status, b"Service unavailable\n", _TEXT, (("Retry-After", "1"),))
    if fault:
        return _page(outlet, pages.listing_page(outlet, None, now))
    if feed.kind is FeedKind.SECTION:
        return _page(outlet, pages.listing_page(outlet, feed.section, now))
    modified = max((e.modified for e in lists.entries(outlet, feed, now)), default=None)
    body = lists.write(outlet, feed, now)
    kind = lists.CONTENT_TYPES[feed.kind]
    return Reply(200, body, kind, modified=modified, is_slow=outlet.slow)


def _month(outlet: Outlet, path: str, now: datetime) -> Reply | None:
    for feed in outlet.feeds:
        if feed.kind is not FeedKind.SITEMAP_INDEX:
            continue
        for month, named in lists.months(lists.entries(outlet, feed, now)).items():
            if path == lists.month_path(month):
                body = lists.sitemap(outlet, named).encode()
                modified = max(entry.modified for entry in named)
                return Reply(200, body, "application/xml", modified=modified, is_slow=outlet.slow)
    return None


def _story(outlet: Outlet, path: str, now: datetime) -> Reply:
    if path.startswith("/amp/"):
        story = outlet.by_path.get(path.removeprefix("/amp"))
        if story and story.amp and story.is_out(now):
            return _page(outlet, pages.amp_page(outlet, story, now), story, now)
        return _missing(outlet, 404)
    story = outlet.by_path.get(path)
    if story is None or story.published > now or story.form is Form.MISSING:
        return _missing(outlet, 404)
    if story.is_gone(now):
        return _missing(outlet, 410)
    return _published(outlet, story, now)


def _published(outlet: Outlet, story: Story, now: datetime) -> Reply:
    if story.form is Form.BROKEN:
        return Reply(500, b"<h1>Internal Server Error</h1><p>template: nil pointer</p>")
    if story.form is Form.SOFT_404:
        return _missing(outlet, 200)
    if story.form is Form.PDF:
        return Reply(200, _pdf(story.title), "application/pdf", modified=story.published)
    if story.form is Form.GALLERY:
        return _page(outlet, pages.gallery_page(outlet, story, now), story, now)
    if story.wall is Wall.CONSENT_REDIRECT:
        target = outlet.address(f"/consent?next={quote(story.path, safe='')}")
        return Reply(302, headers=(("Location", target),))
    if story.wall is Wall.CONSENT:
        return _page(outlet, pages.consent_page(outlet, story.path))
    return _page(outlet, pages.article_page(outlet, story, now), story, now)


def _page(
    outlet: Outlet, html: str, story: Story | None = None, now: datetime | None = None
) -> Reply:
    charset = story.charset if story else "utf-8"
    label = story.charset_label if story and story.charset_label else charset
    kind = f"text/html; charset={label}" if label != "none" else "text/html"
    modified = story.version(now).modified if story and now else None
    if outlet.live_sidebar:
        modified = None
    body = html.encode(charset, "xmlcharrefreplace")
    return Reply(200, body, kind, modified=modified, is_slow=outlet.slow and story is None)


def _missing(outlet: Outlet, status: int) -> Reply:
    return Reply(status, pages.notice_page(outlet, *pages.NOT_FOUND).encode())


def _validated(outlet: Outlet, request: Request, reply: Reply) -> Reply:
    """The reply with its validators, or 304 where the visitor holds it already (RFC 9110, 13)."""
    if reply.status != 200:
        return reply
    tag = f'"{hashlib.sha256(reply.body).hexdigest()[:16]}"'
    validators: list[tuple[str, str]] = []
    if "etag" in outlet.validators:
        validators.append(("ETag", tag))
    if "last-modified" in outlet.validators and reply.modified is not None:
        stamp = format_datetime(reply.modified.astimezone(UTC), usegmt=True)
        validators.append(("Last-Modified", stamp))
    headers = (*reply.headers, *validators)
    status = 304 if _is_fresh(request, dict(validators), reply.modified) else 200
    body = b"" if status == 304 else reply.body
    return Reply(status, body, reply.content_type, headers, reply.modified, reply.is_slow)


def _is_fresh(request: Request, validators: Mapping[str, str], modified: datetime | None) -> bool:
    held = request.headers.get("if-none-match")
    if held is not None:
        tags = {tag.strip().removeprefix("W/") for tag in held.split(",")}
        return "ETag" in validators and bool(tags & {validators["ETag"], "*"})
    since = request.headers.get("if-modified-since")
    if since is None or "Last-Modified" not in validators or modified is None:
        return False
    try:
        return modified <= parsedate_to_datetime(since)
    except (ValueError, TypeError):
        return False


def _pdf(title: str) -> bytes:
    """A PDF of one empty page."""
    name = title.encode("ascii", "ignore").translate(None, b"()\\")
    return (
        b"%PDF-1.4\n1 0 obj<</Type/Catalog/Pages 2 0 R>>endobj\n"
        b"2 0 obj<</Type/Pages/Kids[3 0 R]/Count 1>>endobj\n"
        b"3 0 obj<</Type/Page/Parent 2 0 R/MediaBox[0 0 595 842]>>endobj\n"
        b"4 0 obj<</Title(" + name + b")>>endobj\n"
        b"trailer<</Root 1 0 R/Info 4 0 R/Size 5>>\n%%EOF\n"
    )
