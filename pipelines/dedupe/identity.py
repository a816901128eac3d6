"""Whether two readings under different addresses are one article, and at which it is at home.

What a page says of its other addresses is a claim. A template may name one canonical address for
all articles, or the section in place of the story, and a page of the same site may be anybody's. So
a claim only says where to look; that two are one is decided by their texts.

Known mistake: an article that is rewritten and moved to another address at once is taken for two.
"""

from collections.abc import Collection
from dataclasses import dataclass

from pipelines.text import words

_SHINGLE_WORDS = 5
#: Words read of a text.
_MOST_WORDS = 20_000
#: Of shorter texts runs of words say nothing: their headlines must be the same.
SHORTEST_WORDS = 25
#: Two are one from this share of the shorter one's shingles in the longer on. A site's own boxes
#: are less than that of an article.
SURE_SHARE = 0.6
#: So are they from this share on, where their headlines agree: a live page, an edited twin.
LIKELY_SHARE = 0.3
#: Headlines agree when so much of the shorter one's words stand in the other, and are so many.
_TITLE_SHARE, _TITLE_WORDS = 0.6, 3


@dataclass(frozen=True, slots=True)
class Home:
    """Where an article says that it is at home: the key it was read by, the key of its canonical
    address, and all further keys that it is known or named by."""

    key: str
    canonical: str
    others: Collection[str]


def is_one_article(
    one_title: str | None, one_text: str | None, title: str | None, text: str | None
) -> bool:
    """True where two texts are the same or near, or one is a part of the other. Where one is gone
    (None), the headlines must be the same."""
    headlines = words(one_title or ""), words(title or "")
    same_headline = headlines[0] == headlines[1] and len(headlines[0]) >= _TITLE_WORDS
    if one_text is None or text is None:
        return same_headline
    one, other = words(one_text)[:_MOST_WORDS], words(text)[:_MOST_WORDS]
    if one == other:
        return bool(one)
    if min(len(one), len(other)) < SHORTEST_WORDS:
        return same_headline
    share = _share(_shingles(one), _shingles(other))
    return share >= SURE_SHARE or (share >= LIKELY_SHARE and _agree(*headlines))


def moves_home(known: Home, read: Home) -> bool:
    """True where what was `read` is at the address at which the `known` article is at home.

    The canonical address that both name comes first; then that which names the other and is not
    named by it; then the shorter. The same whichever of the two was read first.
    """
    if read.key == known.key or read.canonical != read.key:
        return False
    if known.canonical != known.key:
        return known.canonical == read.key
    names, is_named = known.key in read.others, read.key in known.others
    if names and is_named:
        return (len(read.key), read.key) < (len(known.key), known.key)
    return names


def _shingles(tokens: list[str]) -> set[tuple[str, ...]]:
    return set(zip(*(tokens[start:] for start in range(_SHINGLE_WORDS)), strict=False))


def _share(one: set[tuple[str, ...]], other: set[tuple[str, ...]]) -> float:
    smaller = min(len(one), len(other))
    return len(one & other) / smaller if smaller else 0.0


def _agree(one: list[str], other: list[str]) -> bool:
    smaller = min(len(set(one)), len(set(other)))
    return smaller >= _TITLE_WORDS and len({*one} & {*other}) >= _TITLE_SHARE * smaller
