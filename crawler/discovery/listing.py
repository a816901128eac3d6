"""Section pages and homepages: which of their links lead to articles.

Method: a link scores for the shape of its address (a date, a long slug, a number) and for how the
page shows it (a headline's length, in a heading, a time beside it); `SCORES` has the numbers. Links
that share an address are one, however often the page repeats it.

Known mistakes: articles under bare one-word addresses are only found in headings with a time
beside them; long titles of guides and offers pass for headlines. What is no article is told from
its page, which costs a request. The way out is a feed or sitemap of the same site.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import datetime
from itertools import islice, pairwise
from urllib.parse import unquote, urlsplit

from lxml import etree

from crawler.discovery import limits, markup
from crawler.discovery.entries import read_time
from crawler.discovery.opening import open_document
from pipelines.items import Link
from pipelines.text import count_words
from pipelines.urls import absolute, canonical_key, same_site

#: What speaks for an article. It takes `ENOUGH` points.
SCORES = {
    "date": 3,  # a day or month in the path with something after it; hardly anything else has one
    "long slug": 3,  # five words and more: a headline
    "slug": 2,  # three words; sections have one or two
    "short slug": 1,  # two words: as often a section
    "number": 2,  # five digits and more, or an id in the query: the key of a database
    "page": 1,  # .html and its like; sections have it too on old sites
    "article segment": 1,  # /article/, /story/; also stands before slugs that are lists
    "headline": 2,  # five words and more in the anchor; menus have three
    "phrase": 1,  # three words
    "heading": 1,  # in or around an h1 to h6
    "time": 1,  # a time of its own beside it
}
ENOUGH = 4

_SCHEME = re.compile(r"\s*(?!https?:)[a-z][a-z0-9+.-]{0,30}:", re.IGNORECASE)
_FILE = re.compile(
    r"\.(?:pdf|jpe?g|png|gif|svg|webp|ico|mp[34]|m4a|wav|avi|mov|webm|zip|gz|docx?|xlsx?|pptx?|css|js"
    r"|json|xml|rss|atom|rdf|ics|exe|apk|dmg)(?:$|[?#])",
    re.IGNORECASE,
)
#: Segments of a path under which there are lists, films, accounts and the house's own affairs.
_NO_ARTICLES = re.compile(
    r"about(?:-us)?|abo|account|accessibility|ads|advertis(?:e|ing)|agb|apps?|aut(?:h|eu)?ore?n?s?"
    r"|auteurs?|bookmarks|byline|calendar|careers|cart|categor(?:y|ies|ia|ie)|checkout|comments"
    r"|compare|contact(?:-us|o)?|cookies?|datenschutz|events|faq|favorites|feeds?|filter|forums?"
    r"|help|hilfe|horoscopes?|imprint|impressum|jobs|kontakt|labels?|legal|listen|log(?:in|out)"
    r"|mentions-legales|my-account|newsletters?|page|person|photos?|pictures|player|playlist"
    r"|podcasts?|preferences|privacy|profiles?|programmes?|promo|puzzles|quiz(?:zes)?|register"
    r"|registr(?:ation|ieren)|rss|schedule|search|settings|share|shop|sign-?(?:in|up)|site-?map|staff"
    r"|store|subscri(?:be|ptions?)|suche|tags?|team|terms|themen?|topics?|tv-guide|users?|videos?"
    r"|watch|webcam|wp-(?:admin|content|json|login\.php)|writers?"
    r"|\w*(?:picture|photo)?(?:galler(?:y|ies)|slideshows?|newsvideo)"
)
_HOUSE = re.compile(
    r"about-(?:us|the|our)|contact-(?:us|the)|privacy-|cookies?-|terms-(?:of|and)|advertis\w{0,10}-"
    r"|subscri\w{1,10}-|newsletters?-|sign-(?:up|in)-|how-to-(?:contact|complain)|accessibility-"
    r"|editorial-(?:code|policy|standards|guidelines)|manage-|your-privacy"
)
_MONTHS = "jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec"
_DATE = re.compile(
    rf"(?:^|[/_-])(?:19|20)\d\d(?:[/_-]?(?:0?[1-9]|1[0-2])|[/_-](?:{_MONTHS})[a-z]{{0,6}})"
    r"(?:[/_-]?(?:0[1-9]|[12]\d|3[01]|[1-9]))?(?=[/_-](?P<rest>.+)|\.(?P<page>[a-z]{3,5}$))",
    re.IGNORECASE,
)
_DATE_LAST = re.compile(r"[a-z]{3,}[/_-](?:19|20)\d\d[_-]?\d\d[_-]?\d\d(?:\.[a-z]{3,5})?/?$", re.I)
_PAGE = re.compile(r"\.(?:s?html?|php\d?|aspx?|jsp|cfm|ece|do)$", re.IGNORECASE)
_NUMBER = re.compile(r"\d{5,}")
_QUERY_ID = re.compile(
    r"(?:^|&)(?:id|p|aid|sid|nid|idx?no|article|articleid|article_id|story|storyid|news|newsid|news_id"
    r"|itemid|docid|key|t)=[\w-]{0,20}\d{3,}[\w-]{0,20}(?:&|$)",
    re.IGNORECASE,
)
_ARTICLE_SEGMENT = re.compile(
    r"articles?|artikel|art[ií]culos?|stor(?:y|ies)|news-story|noticias?|notas?|posts?|blog|actualites?"
    r"|nachrichten|breaking-news|view|read"
)
_HEADINGS = frozenset(("h1", "h2", "h3", "h4", "h5", "h6"))
#: Blocks that hold menus and the house's own affairs.
_APART = ("nav", "footer")
_TIMES = etree.XPath("//time[@datetime]")
_BASE = etree.XPath("string(//head/base/@href)")
#: How far a time or heading may stand above a link's anchor.
_NEAR = 6
_DEPTH = 12
_PARAMETERS = 2


@dataclass(slots=True)
class _Candidate:
    """One address, gathered from all anchors that lead to it."""

    url: str
    shape: int
    title: str | None = None
    words: int = 0
    in_heading: bool = False
    when: datetime | None = None
    anchors: list[etree._Element] = field(default_factory=list)

    @property
    def score(self) -> int:
        shown = SCORES["headline"] if self.words >= 5 else SCORES["phrase"] * (self.words >= 3)
        heading = SCORES["heading"] * self.in_heading
        return self.shape + shown + heading + SCORES["time"] * (self.when is not None)


def read_listing(body: bytes, url: str, content_type: str | None) -> tuple[Link, ...]:
    """The links of a page that lead to articles of the same site, in the page's order.

    `url` is the page's own address. Never raises; a body without links gives none.
    """
    root = parse_page(body, content_type)
    if root is None:
        return ()
    candidates = _candidates(root, base_of(root, url), url)
    _date(root, candidates)
    found = (each for each in candidates.values() if each.score >= ENOUGH)
    return tuple(
        Link(url=each.url, title=each.title, published_at=each.when, found_in=url)
        for each in islice(found, limits.LISTING_LINKS)
    )


def parse_page(body: bytes, content_type: str | None) -> etree._Element | None:
    """The tree of an HTML page; None where there is nothing to parse."""
    document = open_document(body, content_type, max_bytes=limits.PAGE_BYTES)
    return markup.parse_html(document.data)


def base_of(root: etree._Element, url: str) -> str:
    """What the page's relative links are joined to: its base element, else its address."""
    base = str(_BASE(root)).strip()
    return absolute(url, base) or url if base else url


def _candidates(root: etree._Element, base: str, url: str) -> dict[str, _Candidate]:
    found: dict[str, _Candidate] = {}
    own = canonical_key(url)
    for anchor in islice(root.iter("a"), limits.LISTING_ANCHORS):
        href = anchor.get("href", "").strip()
        if not href or href[0] in "#?" or _SCHEME.match(href) or _FILE.search(href):
            continue
        address = absolute(base, href)
        shape = _shape(address) if address and same_site(address, url) else None
        if address is None or shape is None:
            continue
        key = canonical_key(address)
        if key != own and next(anchor.iterancestors(*_APART), None) is None:
            _note(found.setdefault(key, _Candidate(address, shape)), anchor)
    return found


def _shape(url: str) -> int | None:
    """Points for an address; None for one that cannot be an article's."""
    parts = urlsplit(url)
    segments = [segment.lower() for segment in parts.path.split("/") if segment]
    if not segments or len(segments) > _DEPTH or _repeats(segments):
        return None
    if any(_NO_ARTICLES.fullmatch(each) or _HOUSE.match(each) for each in segments):
        return None
    has_id = _QUERY_ID.search(parts.query) is not None
    if parts.query.count("&") >= _PARAMETERS and not has_id:
        return None
    path = "/".join(segments)
    points = SCORES["date"] if _has_date(path) else 0
    points += max(_slug(segment) for segment in segments[-2:])
    points += SCORES["number"] if has_id or _NUMBER.search(segments[-1]) else 0
    points += SCORES["page"] if _PAGE.search(segments[-1]) else 0
    is_under_article = any(_ARTICLE_SEGMENT.fullmatch(each) for each in segments[:-1])
    points += SCORES["article segment"] * is_under_article
    return points


def _repeats(segments: list[str]) -> bool:
    """True for the paths of a trap: a segment three times, or a pair of them twice."""
    pairs = list(pairwise(segments))
    return len(segments) - len({*segments}) >= 2 or len({*pairs}) < len(pairs)


def _has_date(path: str) -> bool:
    """True where a date is followed by what it dates: /2014/12/ alone is a month's list."""
    match = _DATE.search(path)
    if match is None:
        return _DATE_LAST.search(path) is not None
    return match["page"] is not None or re.search(r"[^\W\d]|\d{3}", match["rest"]) is not None


def _slug(segment: str) -> int:
    words = count_words(re.sub(r"[-_+.~]", " ", _PAGE.sub("", unquote(segment))))
    if words >= 5:
        return SCORES["long slug"]
    return SCORES["slug"] if words >= 3 else SCORES["short slug"] * (words == 2)


def _note(candidate: _Candidate, anchor: etree._Element) -> None:
    """Adds what one more anchor says: the headline of a heading goes before other text."""
    heading = next((each for each in anchor.iter(*_HEADINGS)), None)
    in_heading = heading is not None or any(
        above.tag in _HEADINGS for above in islice(anchor.iterancestors(), 3)
    )
    title = _text(anchor if heading is None else heading)
    if count_words(title or "") < 3:
        title = markup.line(anchor.get("title") or anchor.get("aria-label"), limits.TITLE_CHARS)
    words = count_words(title or "")
    if 2 <= words <= 40 and (in_heading, words) > (candidate.in_heading, candidate.words):
        candidate.title, candidate.words = title, words
    candidate.in_heading |= in_heading
    candidate.anchors.append(anchor)


def _text(element: etree._Element) -> str | None:
    pieces = islice(element.itertext(with_tail=False), 200)
    return markup.line(" ".join(pieces).replace("<", "&lt;"), limits.TITLE_CHARS)


def _date(root: etree._Element, candidates: dict[str, _Candidate]) -> None:
    """Gives each time of the page to the only candidate within the smallest block around it."""
    blocks: dict[etree._Element, set[str]] = {}
    for key, candidate in candidates.items():
        for anchor in candidate.anchors:
            for block in _around(anchor):
                blocks.setdefault(block, set()).add(key)
    for element in islice(_TIMES(root), limits.LISTING_ANCHORS):
        keys = next((blocks[block] for block in _around(element) if block in blocks), set())
        if len(keys) == 1:
            candidate = candidates[next(iter(keys))]
            candidate.when = candidate.when or read_time(element.get("datetime"))


def _around(element: etree._Element) -> Iterator[etree._Element]:
    yield element
    yield from islice(element.iterancestors(), _NEAR)
