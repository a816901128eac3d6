"""Whether a page says, in any of the languages of `tongues`, that it is no article or not whole.

Parts of lines are looked for in text without case, accents and vowel points, so capitals without
accents (Greek, French) and both spellings of a word (Arabic, Hebrew) are read alike. No patterns:
a table of 1,400 phrases is tried on a text of 5,000 characters in about 1 ms. What asks for more
than a phrase (how short, how marked) is in `lookalikes` and `teasers`.
"""

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

from pipelines.clean.tongues import TONGUES
from pipelines.text import is_unspaced, squeeze

TITLE_CHARS = 300
#: A line that says that the rest is for subscribers is short; a story's paragraph may quote one.
LINE_CHARS = 200
TEXT_CHARS = 6_000

#: Accents of the alphabets, points of Hebrew and Arabic with its tatweel, joiners of Persian.
_MARKS = re.compile("[\u0300-\u036f\u0591-\u05c7\u0610-\u061a\u0640\u064b-\u065f\u200c\u200d]")
#: Typographers' marks are plain, which leaves most of Europe's text in ASCII, where the phrases of
#: other scripts are passed over in no time.
_PLAIN = str.maketrans({"’": "'", "‘": "'", "“": '"', "”": '"', "„": '"', "–": "-", "—": "-"})
_NUMBERS = re.compile(r"\d[\d.,]*+\s?")
_PARTS = re.compile(r"\s+[|–—·•»«:/\\-]{1,2}\s+|\s*\|\s*|:\s+|[!?。！]\s*|\.\s")


def fold(text: str) -> str:
    """Text as the phrases are looked for in it: no case, accents or points, plain quotes."""
    if text.isascii() and text.isprintable():
        return " ".join(text.lower().split())
    text = unicodedata.normalize("NFKD", text.translate(_PLAIN).casefold())
    return squeeze(_MARKS.sub("", text))


@lru_cache(maxsize=16)
def spoken(kind: str) -> dict[str, tuple[str, ...]]:
    """The folded phrases of one kind, by language. A test that takes a row out of `TONGUES` clears
    this cache."""
    return {
        language: tuple(fold(phrase) for phrase in row.split("|"))
        for language, tongue in TONGUES.items()
        if (row := getattr(tongue, kind))
    }


def titled(kind: str, titles: Iterable[str]) -> str | None:
    """The first title of which a part says such a phrase."""
    return next((title for title in titles if says(kind, title)), None)


def says(kind: str, title: str) -> bool:
    """True where a part of a title, or of a short line, says such a phrase."""
    title = fold(title[:TITLE_CHARS])
    parts = [title, *_PARTS.split(title)]
    return any(
        _is_in(phrase, part) for row in spoken(kind).values() for phrase in row for part in parts
    )


def begins(kind: str, title: str) -> bool:
    """True where a title begins with such a phrase as a word of its own."""
    title = fold(title[:TITLE_CHARS])
    return any(
        title.startswith(phrase) and not _goes_on(title[len(phrase) : len(phrase) + 1])
        for row in spoken(kind).values()
        for phrase in row
    )


def most_said(kind: str, text: str) -> int:
    """How many such phrases a text holds in the language of which it holds most, with those of any
    language; numbers in it are left out ("our 642 partners")."""
    text = _NUMBERS.sub("", fold(text[:TEXT_CHARS]))
    said = {
        language: sum(phrase in text for phrase in row) for language, row in spoken(kind).items()
    }
    anywhere = said.pop("und", 0)
    return max(said.values(), default=0) + anywhere


def notices(lines: Iterable[str]) -> dict[str, str]:
    """Of some lines those that a paywall says: "rest" where the rest is for subscribers, "offer"
    where a subscription is offered. Longer lines than a notice are left out."""
    short = {line: fold(line) for line in lines if len(line) <= LINE_CHARS}
    whole = "\n".join(short.values())
    found: dict[str, str] = {}
    for kind in ("offer", "rest"):
        rows = spoken(kind).values()
        heard = [phrase for row in rows for phrase in row if phrase.strip("^$") in whole]
        for line, key in short.items() if heard else ():
            if any(_is_in(phrase, key) for phrase in heard):
                found[line] = kind
    return found


def _is_in(phrase: str, text: str) -> bool:
    first, last = phrase[:1] == "^", phrase[-1:] == "$"
    bare = phrase[first : len(phrase) - last]
    if first and last:
        return text.rstrip(".!") == bare
    if first:
        return text.startswith(bare)
    return text.rstrip(".!").endswith(bare) if last else bare in text


def _goes_on(after: str) -> bool:
    """True where a word goes on; in scripts that part no words it never does."""
    return after.isalpha() and not is_unspaced(after)
