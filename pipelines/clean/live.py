"""Live blogs: their entries with headline, time and text, in the page's order.

Method: a page is a live blog where JSON-LD or microdata says so (LiveBlogPosting), or where three
elements that are named as entries of one, with times, hold a good share of its prose; repeated
times alone mean nothing (comments, listings and results have them). The entries are the elements so
named, else the largest group of like siblings that each have a time. What JSON-LD lists fills in
their times and headlines; its own texts are taken only where the page has none.

https://schema.org/LiveBlogPosting. Known mistake: a bare clock ("20:42") is taken for the zone of
the page's own date, which some pages give in UTC. Way out: JSON-LD, which is believed before it.
"""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from datetime import datetime
from html import escape, unescape
from itertools import islice
from typing import Any

from lxml import etree

from pipelines.clean import jsonld
from pipelines.clean.blocks import paragraph
from pipelines.clean.blocks import text_of as text_of_blocks
from pipelines.clean.body import Body, body_of, read_body
from pipelines.clean.clocks import clock_in, with_days
from pipelines.clean.document import Element, TooComplex, drop_tree, parse
from pipelines.clean.fragment import html_of
from pipelines.clean.head import Head, line_of, text_of
from pipelines.clean.names import name_of, other_thing
from pipelines.clean.story import Outline, Story
from pipelines.dates import parse_time
from pipelines.items import Entry
from pipelines.text import count_words, paragraphs, squeeze

MAX_ENTRIES = 1_000
#: Where the page calls itself a live blog, two entries are one; else so many, holding so much of
#: the words of story and entries together, so many of them with a time.
LEAST_MARKED, LEAST_NAMED = 2, 3
NAMED_SHARE = 0.5
TIMED_SHARE = 0.6
#: An element of a group that nothing names has so many words, its time and headline included.
GROUP_WORDS = 8
HEADLINE_CHARS = 300
#: Elements between an entry and its time.
MOST_LEVELS = 8
MAX_MARKS = 3_000
KEY_CHARS = 60

#: A page without any of these in its names is no live blog, and is not searched for one.
_HINTS = re.compile(
    r"live-?blog|live-?ticker|-ticker-|-live-(?:event|update|post|entry|feed|-)|"
    r"minute-by-minute|-block-time-"
)
#: What each of them has in it.
_HINTED = ("live", "ticker", "minute-by-minute", "-block-time-")
_SUSPECTS = etree.XPath(
    "//*[@itemprop='liveBlogUpdate' or contains(@itemtype,'LiveBlogPosting') or "
    "contains(@class,'live') or contains(@class,'Live') or contains(@class,'icker') or "
    "contains(@class,'minute-by-minute')]"
)
#: name of the convention -> words of an element's name, its last ones at the end of the name.
ENTRY_NAMES: dict[str, str] = {
    "live blog": r"live-?blog-(?:\w+-)?(?:entry|post|item|update|card|block|article|message)|"
    r"liveblogentry|liveblogpost",
    "ticker": r"(?:live-?)?ticker-(?:\w+-)?(?:entry|post|item|event|eintrag|beitrag|message)",
    "live event": r"live-?events?-(?!lead-|intro-|key-)(?:\w+-)?(?:entry|post|item|update)",
    "live update": r"live-?updates?-(?:\w+-)?(?:entry|post|item|card)|live-(?:update|entry|post)",
    "live feed": r"live-?(?:feed|stream|coverage|story|text)-(?:\w+-)?(?:entry|post|item|update)",
    "minute by minute": r"minute-by-minute-(?:\w+-)?(?:entry|post|item|moment)",
}
_CLOCK_NAME = re.compile(r"-(?:block-time|time-?stamp|entry-time|post-time|update-time|time)- ")
_NOT_ENTRIES = frozenset({"comments", "related", "most read", "sidebar", "navigation"})
_HEADINGS = ("h2", "h3", "h4", "h5", "h1", "h6")
_STAMPS = ("datetime", "data-datetime", "data-timestamp", "data-time", "data-date", "content")
_NOTHING_AROUND = Outline(0, 0, 0)


@dataclass(frozen=True, slots=True)
class LiveBlog:
    """A live blog's entries, and its whole text: what stands before the entries, then they."""

    entries: tuple[Entry, ...]
    body: Body


@dataclass(slots=True)
class _Read:
    """An entry as the markup gives it: `keys` are the names by which an address may point at it,
    `clock` an hour and minute without a day, `writers` who wrote it, as JSON-LD says."""

    keys: set[str]
    at: datetime | None
    clock: tuple[int, int] | None
    title: str | None
    body: Body
    writers: tuple[str, ...] = ()


def is_suspect(head: Head, names: Iterable[str]) -> bool:
    """True where JSON-LD, or a name on the page, has any word of a live blog; without one the page
    is none."""
    if any("LiveBlogPosting" in jsonld.types_of(thing) for thing in head.things):
        return True
    whole = "\n".join(names)
    return any(word in whole for word in _HINTED) and _HINTS.search(whole) is not None


def read_live(
    head: Head,
    story: Story | None,
    url: str,
    titles: list[str],
    published: datetime | None = None,
    modified: datetime | None = None,
) -> LiveBlog | None:
    """The live blog that the page is, None where it is none.

    `head.root` is pruned already; of a live blog the entries are taken out of it. `url` and
    `titles` are as for `read_body`, the times are the page's own, for entries with a bare clock.
    """
    suspects = _SUSPECTS(head.root)
    thing = next((it for it in head.things if "LiveBlogPosting" in jsonld.types_of(it)), None)
    blogs = [element for element in suspects if _is_microdata(element)]
    elements = _named(suspects)
    named = len(elements) >= LEAST_MARKED
    if not named and (blogs or thing is not None):
        elements = _with_untimed(_group(blogs[0])) if blogs else _group(head.root)
    sure = (named and thing is not None) or bool(blogs)
    if len(elements) < LEAST_MARKED or not _is_enough(elements, story, sure=sure):
        elements = []
    if not elements and thing is None:
        return None
    listed = list(_listed(thing, url)) if thing is not None else []
    writers = {name for entry in listed for name in entry.writers}
    read = [_read_entry(element, url, writers) for element in elements]
    kept = [entry for entry in read if entry.body.text or entry.title]
    if len(kept or listed) < LEAST_MARKED:
        return None
    intro = _intro(story, elements, url, titles)
    read = _timed(_filled(kept or listed, listed), published, modified)
    entries = tuple(Entry(entry.at, entry.title, entry.body.text) for entry in read)
    if not kept and _holds(intro.text, entries):
        return LiveBlog(entries, intro)
    return LiveBlog(entries, _joined(read, intro))


def _is_microdata(element: Element) -> bool:
    kind = element.get("itemtype") or ""
    return "LiveBlogPosting" in kind or element.get("itemprop") == "liveBlogUpdate"


def _entry_name() -> re.Pattern[str]:
    return re.compile(f"-(?:{'|'.join(ENTRY_NAMES.values())})- ")


def _named(suspects: list[Element]) -> list[Element]:
    """The outermost elements that are marked or named as entries, in the page's order."""
    pattern = _entry_name()
    found: dict[Element, None] = {}
    for element in suspects:
        is_entry = element.get("itemprop") == "liveBlogUpdate"
        if not is_entry and not pattern.search(name_of(element.items())):
            continue
        if not any(above in found for above in element.iterancestors()):
            found[element] = None
        if len(found) >= MAX_ENTRIES:
            break
    return [element for element in found if not _is_beside(element)]


def _is_beside(element: Element) -> bool:
    names = (name_of(above.items()) for above in element.iterancestors())
    return any(other_thing(name) in _NOT_ENTRIES for name in names if name)


def _marks(root: Element) -> Iterator[Element]:
    """Elements that show a time: <time>, and what is named so and holds a clock."""
    for element in root.iter(etree.Element):
        if element.tag == "time":
            yield element
        elif element.get("class") and _CLOCK_NAME.search(name_of(element.items())):
            line = line_of(element)
            if clock_in(line) or any(element.get(stamp) for stamp in _STAMPS):
                yield element


def _group(root: Element) -> list[Element]:
    """The like siblings, each with a time of its own, that hold most words."""
    groups: dict[tuple[Element, str], dict[Element, None]] = defaultdict(dict)
    for mark in islice(_marks(root), MAX_MARKS):
        element = mark
        for _ in range(MOST_LEVELS):
            above = element.getparent()
            if above is None:
                break
            groups[above, element.tag][element] = None
            element = above
    best: list[Element] = []
    most = 0
    for group in groups.values():
        if len(group) < LEAST_NAMED:
            continue
        words = [count_words(" ".join(element.itertext())[:20_000]) for element in group]
        full = sum(count for count in words if count >= GROUP_WORDS)
        filled = sum(count >= GROUP_WORDS for count in words)
        if full > most and 2 * filled >= len(words) and not _is_beside(next(iter(group))):
            best, most = list(group)[:MAX_ENTRIES], full
    return best


def _with_untimed(group: list[Element]) -> list[Element]:
    """A group with its like siblings that have no time: results, adverts of its own."""
    if not group:
        return group
    alike = group[0].getparent().iterchildren(group[0].tag)
    return [element for element in alike if line_of(element)][:MAX_ENTRIES]


def _is_enough(elements: list[Element], story: Story | None, *, sure: bool) -> bool:
    """True where they are entries surely, or are timed and a good share of the page's prose."""
    if sure or len(elements) < LEAST_NAMED:
        return sure
    timed = sum(next(_marks(element), None) is not None for element in elements)
    if timed < TIMED_SHARE * len(elements):
        return False
    inside = sum(len(" ".join(element.itertext()).split()) for element in elements)
    around = len(" ".join(story.container.itertext()).split()) if story else 0
    return inside >= NAMED_SHARE * max(around, inside)


def _read_entry(element: Element, url: str, writers: set[str]) -> _Read:
    keys = {key for key in (element.get("id"), element.get("data-id")) if key}
    keys.update((element.get("class") or "")[:500].split())
    at, clock = _time_of(element)
    for mark in list(_marks(element)):
        if mark is not element and len(line_of(mark)) <= HEADLINE_CHARS // 4:
            drop_tree(mark)
    for signed in [it for it in element.iter(etree.Element) if line_of(it) in writers]:
        if signed is not element and signed.getparent() is not None:
            drop_tree(signed)
    title = _title_of(element)
    body = read_body(Story(element, (), _NOTHING_AROUND), url, [title] if title else [])
    return _Read(keys, at, clock, title, body)


def _time_of(element: Element) -> tuple[datetime | None, tuple[int, int] | None]:
    clock = None
    for mark in (element, *islice(_marks(element), 5)):
        for stamp in _STAMPS:
            if (raw := mark.get(stamp)) and (at := parse_time(raw)):
                return at, None
        if clock is None and mark is not element:
            clock = clock_in(line_of(mark))
    return None, clock


def _title_of(element: Element) -> str | None:
    for heading in element.iter(*_HEADINGS):
        if line := line_of(heading)[:HEADLINE_CHARS]:
            return line
    return None


def _listed(thing: jsonld.Thing, url: str) -> Iterator[_Read]:
    """The entries that JSON-LD lists."""
    updates = thing.get("liveBlogUpdate")
    for update in (updates if isinstance(updates, list) else [updates])[:MAX_ENTRIES]:
        if not isinstance(update, dict):
            continue
        raw = text_of(update.get("datePublished")) or text_of(update.get("dateModified"))
        title = unescape(text_of(update.get("headline")) or text_of(update.get("name")) or "")
        address = text_of(update.get("url")) or text_of(update.get("@id")) or ""
        keys = {address.rpartition("#")[2]} if "#" in address else set()
        given = update.get("articleBody")
        body = _given_body(given, url) if isinstance(given, str) else body_of("")
        at = parse_time(raw) if raw else None
        yield _Read(keys, at, None, squeeze(title) or None, body, _writers(update.get("author")))


def _writers(value: Any) -> tuple[str, ...]:
    people = value if isinstance(value, list) else [value]
    names = (text_of(it.get("name") if isinstance(it, dict) else it) for it in people[:10])
    return tuple(name for name in names if name)


def _given_body(given: str, url: str) -> Body:
    text = unescape(given[:100_000])
    if "</" in text or "<br" in text or "<p" in text:
        try:
            root = parse(text)
        except TooComplex:
            return body_of("")
        return read_body(Story(root, (), _NOTHING_AROUND), url) if root is not None else body_of("")
    return body_of(paragraphs(text))


def _filled(read: list[_Read], listed: list[_Read]) -> list[_Read]:
    """The entries with the times and headlines that JSON-LD gives for them."""
    by_key = {key: entry for entry in listed for key in entry.keys if key}
    by_words = {
        _key(line): entry for entry in listed for line in (entry.body.text, entry.title or "")
    }
    by_words.pop("", None)
    for entry in read:
        known = next((by_key[key] for key in entry.keys if key in by_key), None)
        known = (
            known or by_words.get(_key(entry.title or "")) or by_words.get(_key(entry.body.text))
        )
        if known is not None:
            entry.at = known.at or entry.at
            entry.title = entry.title or known.title
    return read


def _key(text: str) -> str:
    return squeeze(text).casefold()[:KEY_CHARS]


def _timed(read: list[_Read], published: datetime | None, modified: datetime | None) -> list[_Read]:
    """The entries with the days of their clocks; one whose time is known gives its own clock."""
    clocks = [(entry.at.hour, entry.at.minute) if entry.at else entry.clock for entry in read]
    known = [entry.at for entry in read if entry.at]
    times = with_days(clocks, known[0] if known else published, known[0] if known else modified)
    for entry, when in zip(read, times, strict=True):
        entry.at = entry.at or when
    return read


def _intro(story: Story | None, elements: list[Element], url: str, titles: list[str]) -> Body:
    """What the story holds beside its entries, which are taken out of the tree."""
    inside = story is not None and any(
        story.container is element or element in story.container.iterancestors()
        for element in elements
    )
    for element in elements:
        if element.getparent() is not None:
            drop_tree(element)
    if story is None:
        return body_of("")
    if not inside:
        return read_body(replace(story, kept=None), url, titles)
    lead = [paragraph(line) for line in story.lead]
    return body_of(text_of_blocks(lead), html=html_of(lead, url))


def _holds(text: str, entries: tuple[Entry, ...]) -> bool:
    """True where the story has most of the entries already, and nothing parted them."""
    text = squeeze(text).casefold()
    return 2 * sum(_key(entry.text) in text for entry in entries) > len(entries)


def _joined(read: list[_Read], intro: Body) -> Body:
    parts = [intro.text, *(part for entry in read for part in (entry.title, entry.body.text))]
    text = "\n\n".join(part for part in parts if part)
    if any(entry.body.text and not entry.body.html for entry in read):
        return body_of(text, intro.broken_off)
    markup = [intro.html or ""]
    for entry in read:
        markup.append(f"<h3>{escape(entry.title, quote=False)}</h3>" if entry.title else "")
        markup.append(entry.body.html or "")
    return body_of(text, intro.broken_off, "".join(markup))
