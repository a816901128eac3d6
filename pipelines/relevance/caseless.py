"""Words and names of scripts that part words but have no capitals, Arabic above all.

An Arabic word carries the article and small words in front (والعبارة: and the ferry), so its first
letters are not the word's. `stem` takes them off, as light stemmers do; endings stay, they are cut
with the rest after the first letters of a word. What no list of words knows is mostly a name; two
words side by side twice in one article are one (نعيم الشرواني).
"""

import re
from collections import Counter
from collections.abc import Iterable
from typing import NamedTuple

#: The stroke that lengthens a word to fill a line.
_TATWEEL = "\u0640"
#: Letters that are written one way or the other; Persian yeh and kaf.
_ALIKE = str.maketrans("أإآٱىیکة", "ااااييكه")
_PREFIX = re.compile("(?:[وف]?[بكل]?ال|و?لل)(?=...)|و(?=....)")


def is_arabic(word: str) -> bool:
    """True where a word begins in Arabic letters."""
    return "\u0600" <= word[0] <= "\u06ff"


def stem(word: str) -> str:
    """An Arabic word without article, and, by, for, as in front of it, in one spelling. The stem of
    a stem is the same."""
    word = word.replace(_TATWEEL, "").translate(_ALIKE)
    while prefix := _PREFIX.match(word):
        word = word[prefix.end() :]
    return word


def is_caseless(word: str) -> bool:
    """True for a word of letters that are neither small nor capital."""
    return word[0].isalpha() and word[0].lower() == word[0].upper()


class Neighbours(NamedTuple):
    """Two words with a blank between them: their key, how they are written, and what they count."""

    key: str
    written: str
    times: float


def repeated(neighbours: Iterable[Neighbours]) -> list[Neighbours]:
    """Those that stand in the article twice or more."""
    given = list(neighbours)
    counts = Counter(pair.key for pair in given)
    return [pair for pair in given if counts[pair.key] > 1]
