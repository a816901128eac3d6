"""Whether a text is the whole article or only its beginning, before a wall.

What a page says of its price alone decides nothing: of 110 recorded whole articles that JSON-LD
calls not free, 100 are there in full, for robots or by a meter. So a short text counts as a teaser
where the price is stated and nothing shows that the part it is for is there; a longer one only
where a line says that the rest is for subscribers and no story follows it.

https://developers.google.com/search/docs/appearance/structured-data/paywalled-content gives
isAccessibleForFree and hasPart with its cssSelector. Known mistake: a whole short report that must
be paid for, with no part marked, is taken for a teaser. Way out: a row of `TEASERS`.
"""

import re
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from itertools import islice
from typing import Any

from pipelines.clean import phrases
from pipelines.clean.body import Body
from pipelines.clean.document import Element
from pipelines.clean.head import Head, truth_of
from pipelines.text import count_words, squeeze

#: Of a text that is marked as not free, so little may be its teaser.
SHORT_WORDS = 200
#: A line that says that the rest is for subscribers ends a teaser of no more than this.
BROKEN_OFF_WORDS = 450
#: The same where the page also says that it is not free: two signs bear more.
BROKEN_OFF_PAID_WORDS = 800
#: The part that must be paid for is there if it has so many words.
PART_WORDS = 25

MAX_SELECTORS = 10
MAX_LINES = 4_000
_ENDING = re.compile(r"(?:…|\.\.\.|⋯)[\s\])」』]*$")
_SELECTOR = re.compile(r"([a-z][a-z0-9]*)?(?:\.([\w-]+)|#([\w-]+))?", re.IGNORECASE)
_LINE_TAGS = (
    *("p", "h2", "h3", "h4", "h5", "div", "span", "a", "strong", "b", "li", "section", "aside"),
)


@dataclass(frozen=True, slots=True)
class Offer:
    """A page's text and what the page says of its price; `free` None: it doesn't say."""

    head: Head
    body: Body
    free: bool | None
    metered: bool

    @property
    def priced(self) -> bool:
        """True where the page asks for money, if only after some pages a month."""
        return self.free is False or (self.metered and self.free is None)


@dataclass(frozen=True, slots=True)
class Teaser:
    """A row: what shows a text of at most so many words to be but a beginning."""

    most_words: int
    shows: Callable[[Offer], bool]


def is_teaser(head: Head, body: Body) -> bool:
    """True where the text is only the beginning of an article that must be paid for."""
    if body.words > BROKEN_OFF_PAID_WORDS:
        return False
    offer = Offer(head, body, *_price(head))
    return any(body.words <= row.most_words and row.shows(offer) for row in TEASERS.values())


def _price(head: Head) -> tuple[bool | None, bool]:
    """Whether the page says that its article is free, and whether it counts what is read."""
    tier = (head.meta("article:content_tier") or "").lower()
    given = truth_of(head.article.get("isAccessibleForFree"))
    if given is None and any(
        truth_of(part.get("isAccessibleForFree")) is False for part in _sold(head)
    ):
        given = False
    if given is None and tier in ("locked", "free"):
        given = tier == "free"
    return given, tier == "metered"


def _sold(head: Head) -> list[Mapping[str, Any]]:
    """The parts of the article that JSON-LD marks by a selector and doesn't call free."""
    parts = head.article.get("hasPart")
    return [
        part
        for part in (parts if isinstance(parts, list) else [parts])[:MAX_SELECTORS]
        if isinstance(part, dict)
        and part.get("cssSelector")
        and truth_of(part.get("isAccessibleForFree")) is not True
    ]


def _selectors(head: Head) -> list[str]:
    given: list[str] = []
    for part in _sold(head):
        value = part["cssSelector"]
        for text in value if isinstance(value, list) else [value]:
            if isinstance(text, str):
                given.extend(text[:500].split(","))
    return [text.strip() for text in given[:MAX_SELECTORS] if text.strip()]


def _part_words(head: Head, selectors: list[str]) -> int:
    """Words in what the selectors name; of a chain of names the last one is looked for."""
    words = 0
    for selector in selectors:
        match = _SELECTOR.fullmatch(selector.split()[-1])
        if match is None or not match.group():
            continue
        tag, name, ident = match.groups()
        for element in islice(head.root.iter(tag or "*"), 200_000):
            if ident is not None and element.get("id") != ident:
                continue
            if name is not None and name not in (element.get("class") or "").split():
                continue
            words += count_words(" ".join(element.itertext())[:20_000])
            if words >= PART_WORDS:
                return words
    return words


def _is_part_missing(offer: Offer) -> bool:
    selectors = _selectors(offer.head)
    return bool(selectors) and _part_words(offer.head, selectors) < PART_WORDS


def _asks(offer: Offer) -> bool:
    """True where any line of the page says that the rest is for subscribers."""
    if offer.body.broken_off:
        return True
    return "rest" in phrases.notices(islice(_lines(offer.head.root), MAX_LINES)).values()


def _lines(root: Element) -> Iterator[str]:
    for element in root.iter(*_LINE_TAGS):
        for text in (element.text, element.tail):
            if text and len(text) <= phrases.LINE_CHARS * 2 and (line := squeeze(text)):
                yield line


#: name -> row. Words are counted by `count_words`, so a Chinese or Thai text is held to the same.
TEASERS: dict[str, Teaser] = {
    # A line in the story's place says that the rest is for subscribers, and no story follows it.
    "breaks off at a pay line": Teaser(
        BROKEN_OFF_WORDS, lambda offer: offer.body.broken_off and offer.free is not True
    ),
    # The same on a page that says its price: statnews.com gives 391 words before its wall.
    "priced and breaks off": Teaser(
        BROKEN_OFF_PAID_WORDS, lambda offer: offer.priced and offer.body.broken_off
    ),
    # JSON-LD names the part that must be paid for, and the page does not have it, or empty.
    "marked part is missing": Teaser(
        SHORT_WORDS, lambda offer: offer.free is False and _is_part_missing(offer)
    ),
    # No part is named. A metered site calls every article not free and gives it whole.
    "not free, no part marked": Teaser(
        SHORT_WORDS,
        lambda offer: offer.free is False and not offer.metered and not _selectors(offer.head),
    ),
    # The offer stands beside the text, out of the story's container.
    "priced, and the page asks": Teaser(SHORT_WORDS, lambda offer: offer.priced and _asks(offer)),
    # Nothing states a price, but the text ends in the middle and the page asks for money.
    "ends in dots, and the page asks": Teaser(
        SHORT_WORDS,
        lambda offer: (
            offer.free is not True
            and _ENDING.search(offer.body.text[-40:]) is not None
            and _asks(offer)
        ),
    ),
}
