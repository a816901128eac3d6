"""The made-up outlets as data: what stands in `outlets/*.toml`, read and checked.

An `Outlet` has feeds (also sitemaps and section pages: whatever names links) and pages. A page says
when it was published, how it was edited later, what it is about and which difficulty it holds; the
known answer is derived from these flags alone. Times carry the outlet's own offset.
"""

import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from enum import StrEnum
from functools import cache, cached_property
from importlib.resources import files
from typing import Any

from crawler.newsroom.markup import fold, plain

#: Entries that a feed or a section page carries at most.
FEED_LENGTH = 20


class About(StrEnum):
    """What a person would say that a page is about."""

    INCIDENT = "incident"
    SIBLING = "sibling"
    OTHER = "other"
    UNSURE = "unsure"


class Form(StrEnum):
    """What answers at a page's address."""

    ARTICLE = "article"
    LIVE = "live"
    GALLERY = "gallery"
    SOFT_404 = "soft-404"
    MISSING = "missing"
    BROKEN = "broken"
    PDF = "pdf"


class Wall(StrEnum):
    """What stands in front of a page."""

    CONSENT = "consent"
    CONSENT_REDIRECT = "consent-redirect"
    PAY = "pay"


class FeedKind(StrEnum):
    """How a list of links is written."""

    RSS = "rss"
    ATOM = "atom"
    JSON = "json"
    NEWS_SITEMAP = "news-sitemap"
    SITEMAP_INDEX = "sitemap-index"
    SECTION = "section"


@dataclass(frozen=True, slots=True)
class Edit:
    """A change of a page at a known time. `cosmetic` ones change no word of title or text."""

    at: datetime
    title: str | None = None
    replace: tuple[tuple[str, str], ...] = ()
    append: str | None = None
    cosmetic: bool = False


@dataclass(frozen=True, slots=True)
class Version:
    """A page's title and body (in the outlets' markup) as they stood at some time."""

    title: str
    body: str
    modified: datetime

    @property
    def text(self) -> str:
        """What a reader would call the article: paragraphs parted by a blank line."""
        return plain(self.body)


@dataclass(frozen=True, slots=True)
class Story:
    """One page of an outlet. `host` and `language` are the outlet's unless the page says else.

    Attributes:
        summary_words: length of the summary in feeds; 0 for none.
        wire: name of the agency text that it carries; the same at several outlets.
        amp: it has a twin under /amp.
        teaser: paragraphs shown in front of a paywall.
        gone: from when on it answers 410 and no feed names it.
        listed: whether feeds and section pages name it.
        denied: robots.txt refuses it, though the feed names it.
        charset, charset_label: how it is encoded, and what its header claims.
    """

    host: str
    path: str
    title: str
    published: datetime
    section: str
    body: str = ""
    author: str | None = None
    language: str = "en"
    about: About = About.OTHER
    form: Form = Form.ARTICLE
    edits: tuple[Edit, ...] = ()
    summary_words: int = 26
    wire: str | None = None
    amp: bool = False
    wall: Wall | None = None
    teaser: int = 0
    gone: datetime | None = None
    listed: bool = True
    denied: bool = False
    noarchive: bool = False
    before_window: bool = False
    charset: str = "utf-8"
    charset_label: str | None = None

    @property
    def url(self) -> str:
        """The address that the article gives for itself."""
        return f"http://{self.host}{self.path}"

    @property
    def amp_url(self) -> str:
        return f"http://{self.host}/amp{self.path}"

    def is_out(self, now: datetime) -> bool:
        """True from its publication on, and until it is taken down."""
        return self.published <= now and not self.is_gone(now)

    def is_gone(self, now: datetime) -> bool:
        return self.gone is not None and self.gone <= now

    def version(self, now: datetime) -> Version:
        """The page as it stands at `now`, with the edits made until then."""
        title, body, modified = self.title, self.body, self.published
        for edit in self.edits:
            if edit.at > now:
                break
            title, modified = edit.title or title, edit.at
            for old, new in edit.replace:
                body = body.replace(old, new)
            if edit.append:
                body = f"{body.rstrip()}\n\n{edit.append.strip()}\n"
        return Version(title, body, modified)

    def shown(self, now: datetime) -> str:
        """The markup that a visitor without an account sees."""
        body = self.version(now).body.strip()
        if self.wall is not Wall.PAY:
            return body
        return "\n\n".join(body.split("\n\n")[: self.teaser])


@dataclass(frozen=True, slots=True)
class Extra:
    """A feed entry that names something else than a page of the outlet, as it is written there.

    `stands_for` is the address of the article that the link leads to, if any does.
    """

    title: str
    link: str
    published: datetime
    summary: str | None = None
    stands_for: str | None = None
    outcome: str | None = None


@dataclass(frozen=True, slots=True)
class Fault:
    """A time in which a feed does not answer as one: with an error status, or as a web page."""

    since: datetime
    until: datetime
    status: int | None = None


@dataclass(frozen=True, slots=True)
class Feed:
    """Something that names links. With `section` it names those of one section only; `link_host`
    is the host that it writes into them."""

    path: str
    kind: FeedKind
    title: str
    section: str | None = None
    link_host: str | None = None
    dirty: bool = False
    is_source: bool = True
    extras: tuple[Extra, ...] = ()
    faults: tuple[Fault, ...] = ()

    def fault(self, now: datetime) -> Fault | None:
        """What ails the feed at `now`."""
        return next((f for f in self.faults if f.since <= now < f.until), None)


@dataclass(frozen=True)
class Outlet:
    """A publication: facts, feeds and pages, the newest page first.

    Attributes:
        zone: in which its times are printed.
        validators: which it sends, "etag", "last-modified" or both.
        section_path: where section pages lie, with {section} in it.
        aliases: further hosts under which it answers.
        robots: its robots.txt, None where it has none.
        slow: its lists keep the visitor waiting.
        live_sidebar: every page shows the newest headlines.
    """

    name: str
    host: str
    style: str
    tagline: str
    country: str
    zone: timezone
    validators: str
    sections: Mapping[str, str]
    section_path: str
    feeds: tuple[Feed, ...]
    stories: tuple[Story, ...]
    language: str = "en"
    aliases: tuple[str, ...] = ()
    robots: str | None = None
    slow: bool = False
    live_sidebar: bool = False

    @cached_property
    def by_path(self) -> Mapping[str, Story]:
        return {story.path: story for story in self.stories}

    @cached_property
    def feed_by_path(self) -> Mapping[str, Feed]:
        return {feed.path: feed for feed in self.feeds}

    def address(self, path: str) -> str:
        return f"http://{self.host}{path}"

    def section_of(self, path: str) -> str | None:
        """The section whose listing lies at `path`."""
        return next((key for key in self.sections if self.listing_path(key) == path), None)

    def listing_path(self, section: str | None) -> str:
        """Where a section is listed; None is the front page."""
        return self.section_path.format(section=section) if section else "/"

    def out(self, now: datetime, section: str | None = None) -> list[Story]:
        """The listed stories of all or one section at `now`, the newest first, `FEED_LENGTH` at
        most."""
        listed = (s for s in self.stories if s.listed and s.is_out(now))
        return [s for s in listed if section in (None, s.section)][:FEED_LENGTH]


@cache
def outlets() -> Mapping[str, Outlet]:
    """All outlets by host."""
    folder = files("crawler.newsroom") / "outlets"
    texts = sorted((f.name, f.read_text("utf-8")) for f in folder.iterdir())
    read = [read_outlet(text) for name, text in texts if name.endswith(".toml")]
    return {outlet.host: outlet for outlet in read}


def outlet_at(host: str) -> Outlet | None:
    """The outlet that answers under a host name, in any of its spellings."""
    host = host.lower()
    known = outlets()
    return known.get(host) or next((o for o in known.values() if host in o.aliases), None)


def read_outlet(text: str) -> Outlet:
    """An outlet from its TOML. A wrong or missing key is a TypeError, a wrong value a
    ValueError."""
    table = tomllib.loads(text)
    host, language = table["host"], table.get("language", "en")
    pages = [_story(row, host, language) for row in table.pop("pages")]
    pages.sort(key=lambda story: story.published, reverse=True)
    table["feeds"] = tuple(_feed(row) for row in table.get("feeds", ()))
    table["aliases"] = tuple(table.get("aliases", ()))
    hours, minutes = table["zone"].split(":")
    table["zone"] = timezone(timedelta(hours=int(hours), minutes=int(minutes)))
    return Outlet(**table, stories=tuple(pages))


def _story(row: dict[str, Any], host: str, language: str) -> Story:
    row["about"] = About(row.get("about", "other"))
    row["form"] = Form(row.get("form", "article"))
    row["wall"] = Wall(row["wall"]) if "wall" in row else None
    row["body"] = fold(row.get("body", ""))
    edits = sorted((_edit(edit) for edit in row.pop("edits", ())), key=lambda edit: edit.at)
    return Story(**{"host": host, "language": language, **row}, edits=tuple(edits))


def _edit(row: dict[str, Any]) -> Edit:
    row["replace"] = tuple((old, new) for old, new in row.get("replace", ()))
    return Edit(**row)


def _feed(row: dict[str, Any]) -> Feed:
    row["kind"] = FeedKind(row["kind"])
    row["extras"] = tuple(Extra(**extra) for extra in row.get("extras", ()))
    row["faults"] = tuple(Fault(**fault) for fault in row.get("faults", ()))
    return Feed(**row)
