"""A text as a few numbers, small enough to keep for every article and to look up by.

Shingles are runs of five words after NFKC and case folding. Scripts that part no words come as
overlapping pairs of characters, so that five pairs are a shingle of six characters. One shingle in
eight is kept, chosen by its own value: both sides of a comparison choose the same, and the share of
kept shingles in common estimates the share of all (Broder, "On the resemblance and containment of
documents", 1997).

Those would be too many rows to look up by. `keys_of_sketch` chooses about 16 of them by winnowing
(Schleimer, Wilkerson and Aiken, "Winnowing", 2003): the least of every eight neighbours. Two texts
that have eight sampled shingles in a row in common, about 70 words, have a key in common for
certain, wherever these stand in either and however long the rest is; the least of a whole text
(min-wise hashing) would find a short excerpt of a long text by luck only. Shorter texts have
narrower windows; what is least among many is least among few, so that their keys hold those of a
longer one.

The values are the same on every machine and in every process.
"""

import re
import unicodedata
from hashlib import blake2b
from zlib import crc32

from pipelines.items import Sketch
from pipelines.text import is_unspaced, words

#: Words in a shingle. Five tells texts of one event apart and still finds edited copies.
SHINGLE_WORDS = 5
#: One shingle in so many is kept: 8 finds .999 of what all would (measured on real articles).
KEPT_IN = 8
#: Neighbours of which the least is a key.
WINDOW = 8
#: A text of so many samples or fewer has narrower windows: 11 keys at least where it has so many.
_NARROW_UP_TO = 12 * (WINDOW - 1)
#: A text of more samples (2,300 words) has wider windows: about 64 keys.
_WIDE_FROM = 288
#: Fewer words are no headline: "Live updates".
LEAST_TITLE_WORDS = 3
_TITLE_SHARE = 0.5
_TITLE_SIGNS = 500
#: Words read of a text; longer ones are told by their beginning. Books are no articles.
MOST_WORDS = 50_000
#: Numbers kept of a text, the first ones: the news stands at the top.
MOST_NUMBERS = 64

_NUMBER = re.compile(r"\d+(?:[.,:]\d+)*")


def sketch(text: str, title: str | None = None) -> Sketch:
    """The sketch of a clean text. Never fails; a text without words has no samples."""
    tokens = words(text)[:MOST_WORDS]
    shingles = _shingles(tokens)
    samples = dict.fromkeys(_hash(s) for s in shingles if crc32(s) % KEPT_IN == 0)
    return Sketch(tuple(samples), len(shingles), _digest(tokens), _is_about(title, tokens))


def keys_of_sketch(found: Sketch) -> tuple[int, ...]:
    """By which numbers a text is looked up, 32 bits each: the least samples of its windows, in the
    order of the text, and at the end one that stands for the whole."""
    return (*_winnowed(found.samples), found.whole)


def numbers(title: str | None, text: str) -> frozenset[str]:
    """The first `MOST_NUMBERS` different numbers in title and text, as written."""
    found: set[str] = set()
    for part in (title or "", text):
        for match in _NUMBER.finditer(unicodedata.normalize("NFKC", part)):
            found.add(match.group())
            if len(found) == MOST_NUMBERS:
                return frozenset(found)
    return frozenset(found)


def _is_about(title: str | None, tokens: list[str]) -> bool:
    """True where a headline's longer words stand in the text. They do in nine of ten articles, in
    one of thirty under another article's headline, and in no box that stands in place of one."""
    told = {word for word in title_words(title) if len(word) >= 4 or is_unspaced(word)}
    stand = len(told.intersection(tokens))
    return len(told) >= LEAST_TITLE_WORDS and stand >= _TITLE_SHARE * len(told)


def title_words(title: str | None) -> frozenset[str]:
    """The words of a headline; none where there is none."""
    return frozenset(words(title[:_TITLE_SIGNS])) if title else frozenset()


def _winnowed(samples: tuple[int, ...]) -> tuple[int, ...]:
    """The least of every window of neighbours, in the order of the text, each once."""
    size = _window(len(samples))
    last = max(len(samples) - size, 0)
    return tuple(dict.fromkeys(min(samples[at : at + size]) for at in range(last + 1) if samples))


def _window(count: int) -> int:
    if count <= _NARROW_UP_TO:
        return 1 + count // 12
    return WINDOW if count <= _WIDE_FROM else count * WINDOW // _WIDE_FROM


def _shingles(tokens: list[str]) -> list[bytes]:
    """The different shingles in the order in which they first come."""
    runs = zip(*(tokens[start:] for start in range(SHINGLE_WORDS)), strict=False)
    return list(dict.fromkeys([" ".join(run).encode("utf-8", "surrogatepass") for run in runs]))


def _hash(shingle: bytes) -> int:
    return int.from_bytes(blake2b(shingle, digest_size=4).digest(), "big", signed=True)


def _digest(tokens: list[str]) -> int:
    whole = " ".join(tokens).encode("utf-8", "surrogatepass")
    return int.from_bytes(blake2b(whole, digest_size=8).digest(), "big", signed=True)
