"""Outlets' pages as HTML: articles with the clutter that real ones have, listings, notices, walls.

Each outlet has a style: a template, and a way to write blocks (`styles.toml`). What a page shows of
its sisters depends on its own time only, so that its validators stay the same until it is edited;
an outlet with a live sidebar shows its newest headlines everywhere, and they change.
"""

import json
import tomllib
from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import cache
from html import escape
from importlib.resources import files
from string import Template
from typing import Any

from crawler.newsroom.markup import blocks
from crawler.newsroom.outlet import FeedKind, Form, Outlet, Story, Version, Wall

#: Every outlet's pages about itself: path, title, text.
NOTICES = {
    "/about": (
        "About us",
        "Who we are and how we work. Our reporters are made up, as is our town.",
    ),
    "/contact": ("Contact", "Letters and corrections are welcome. The counter opens at nine."),
    "/privacy": ("Privacy", "We keep no more than we must. This page explains what that is."),
    "/subscribe": ("Subscribe", "Read every story for the price of a cup of coffee a week."),
}
#: What an outlet says of a page that it does not have.
NOT_FOUND = (
    "Page not found",
    "Sorry, the page you were looking for can't be found. It may have been moved or deleted. Try"
    " our front page, or use the search box at the top to find what you want.",
)
GATE = (
    '<div class="paywall regwall"><h3>Subscribe to continue reading</h3><p>This article is for'
    ' subscribers only. Already a subscriber? <a href="/subscribe">Log in</a></p></div>'
)
_FEED_TYPES = {
    FeedKind.RSS: "application/rss+xml",
    FeedKind.ATOM: "application/atom+xml",
    FeedKind.JSON: "application/feed+json",
}


@cache
def template(name: str) -> Template:
    return Template((files("crawler.newsroom") / "templates" / f"{name}.html").read_text("utf-8"))


@cache
def styles() -> dict[str, Any]:
    return tomllib.loads((files("crawler.newsroom") / "styles.toml").read_text("utf-8"))


def article_page(outlet: Outlet, story: Story, now: datetime) -> str:
    """A story in its outlet's style, as a visitor without an account sees it at `now`."""
    return template(outlet.style).substitute(_article_words(outlet, story, now))


def amp_page(outlet: Outlet, story: Story, now: datetime) -> str:
    """The twin of a story."""
    words = _article_words(outlet, story, now)
    plain = "\n".join(f"<p>{b.html}</p>" for b in blocks(story.shown(now)) if b.kind != "pic")
    return template("amp").substitute(words | {"body": plain})


def listing_page(outlet: Outlet, section: str | None, now: datetime) -> str:
    """The front page (section None) or a section's page: headlines, the newest first."""
    name = "listing_table" if outlet.style == "table" else "listing"
    line = _TABLE_ITEM if outlet.style == "table" else _RIVER_ITEM
    items = [
        line.format(
            href=escape(story.path),
            title=escape(story.version(now).title),
            stamp=story.published.strftime(styles()[outlet.style]["date"]),
            summary=escape(summary_of(story, now) or ""),
        )
        for story in outlet.out(now, section)
    ]
    words = _frame(outlet) | {
        "headline": escape(outlet.sections[section] if section else outlet.name),
        "canonical": outlet.address(outlet.listing_path(section)),
        "items": "\n".join(items),
    }
    return template(name).substitute(words)


_RIVER_ITEM = (
    '<div class="teaser"><h2><a href="{href}">{title}</a></h2><span class="when">{stamp}</span>'
    "<p>{summary}</p></div>"
)
_TABLE_ITEM = '<A HREF="{href}"><B>{title}</B></A><BR><FONT SIZE="1">{stamp}</FONT><BR><BR>'


def notice_page(outlet: Outlet, title: str, text: str) -> str:
    """A page of the outlet about itself, or about what it does not have."""
    words = {"headline": escape(title), "body": f"<p>{escape(text)}</p>"}
    return template("notice").substitute(_frame(outlet) | words)


def gallery_page(outlet: Outlet, story: Story, now: datetime) -> str:
    """Pictures with their captions and no text."""
    slides = [
        f'<figure class="slide"><img src="/gallery/{number}.jpg" alt=""><figcaption>{block.html}'
        f"</figcaption><span>{number}</span></figure>"
        for number, block in enumerate(blocks(story.body), 1)
    ]
    body = f'<div class="gallery" data-slides="{len(slides)}">{"".join(slides)}</div>'
    words = {"headline": escape(story.version(now).title), "body": body}
    return template("notice").substitute(_frame(outlet) | words)


def consent_page(outlet: Outlet, path: str) -> str:
    """The wall that asks for consent before it leads on to `path`."""
    return template("consent").substitute(_frame(outlet) | {"next": escape(path)})


def summary_of(story: Story, now: datetime) -> str | None:
    """What lists say of a story: the first words of its text."""
    if not story.summary_words:
        return None
    words = story.version(now).text.split()
    cut = " ".join(words[: story.summary_words])
    return f"{cut} …" if len(words) > story.summary_words else cut


def related(outlet: Outlet, story: Story) -> list[Story]:
    """Four earlier stories, those of the same section first; the same at any time."""
    earlier = [s for s in outlet.stories if s.published < story.published and _lasting(s)]
    earlier.sort(key=lambda s: s.section != story.section)
    return earlier[:4]


def _lasting(story: Story) -> bool:
    return story.listed and story.form is Form.ARTICLE and not story.gone and not story.denied


def _article_words(outlet: Outlet, story: Story, now: datetime) -> dict[str, str]:
    version = story.version(now)
    newest = outlet.out(now) if outlet.live_sidebar else related(outlet, story)[1:]
    gated = story.wall is Wall.PAY
    words = {
        "lang": story.language,
        "headline": escape(version.title),
        "author": escape(story.author or "Staff"),
        "canonical": story.url,
        "published_iso": story.published.isoformat(),
        "modified_iso": version.modified.isoformat(),
        "published_printed": story.published.strftime(styles()[outlet.style]["date"]),
        "description": escape("" if gated else summary_of(story, now) or ""),
        "section": story.section,
        "section_name": escape(outlet.sections[story.section]),
        "section_path": outlet.listing_path(story.section),
        "body": _body(outlet.style, story.shown(now)),
        "gate": GATE if gated else "",
        "related": _items(related(outlet, story), story.published),
        "related_lines": "<BR><BR>".join(_anchors(related(outlet, story), story.published)),
        "sidebar": _items(newest[:5], now if outlet.live_sidebar else story.published),
        "jsonld": _json_ld(outlet, story, version),
        "amp_link": f'<link rel="amphtml" href="{story.amp_url}">\n' if story.amp else "",
    }
    words["robots_meta"] = '<meta name="robots" content="noarchive">\n' if story.noarchive else ""
    return _frame(outlet) | words


def _frame(outlet: Outlet) -> dict[str, str]:
    """What stands on all pages of an outlet."""
    nav = [(outlet.listing_path(key), name) for key, name in outlet.sections.items()]
    foot = [(path, title) for path, (title, _) in NOTICES.items()]
    feeds = "".join(
        f'<link rel="alternate" type="{_FEED_TYPES[feed.kind]}" title="{escape(feed.title)}"'
        f' href="{feed.path}">\n'
        for feed in outlet.feeds
        if feed.kind in _FEED_TYPES
    )
    return {
        "lang": outlet.language,
        "site": escape(outlet.name),
        "tagline": escape(outlet.tagline),
        "home": outlet.address(""),
        "nav": "".join(f"<li>{_anchor(*pair)}</li>" for pair in nav),
        "nav_plain": " | ".join(_anchor(*pair) for pair in nav),
        "nav_lines": "<BR>".join(_anchor(*pair) for pair in nav),
        "footer": "".join(f"<li>{_anchor(*pair)}</li>" for pair in foot),
        "footer_plain": " &middot; ".join(_anchor(*pair) for pair in foot),
        "feed_links": feeds,
    }


def _body(style: str, body: str) -> str:
    form = styles()[style]
    boxes = form["boxes"]
    out = []
    for number, block in enumerate(blocks(body), 1):
        out.append(form[block.kind].format(words=block.html))
        out.append(boxes.get(str(number), ""))
    return "\n".join(part for part in out if part)


def _items(stories: Iterable[Story], now: datetime) -> str:
    return "".join(f"<li>{anchor}</li>" for anchor in _anchors(stories, now))


def _anchors(stories: Iterable[Story], now: datetime) -> Sequence[str]:
    return [_anchor(story.path, story.version(now).title) for story in stories]


def _anchor(path: str, words: str) -> str:
    return f'<a href="{escape(path)}">{escape(words)}</a>'


def _json_ld(outlet: Outlet, story: Story, version: Version) -> str:
    organisation = story.author is None or "Agency" in story.author
    data: dict[str, object] = {
        "@context": "http://schema.org",
        "@type": "NewsArticle",
        "mainEntityOfPage": {"@type": "WebPage", "@id": story.url},
        "headline": version.title,
        "datePublished": story.published.isoformat(),
        "dateModified": version.modified.isoformat(),
        "author": {
            "@type": "Organization" if organisation else "Person",
            "name": story.author or outlet.name,
        },
        "publisher": {"@type": "Organization", "name": outlet.name},
    }
    if story.wall is Wall.PAY:
        data["isAccessibleForFree"] = False
    return json.dumps(data, ensure_ascii=False).replace("</", "<\\/")
