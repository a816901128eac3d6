"""Names in scripts that have no capitals and part no words: Chinese, Japanese, Korean.

A run of such a script is parted into words by their frequencies alone (the likeliest sequence of
words of wordfreq's list; a character that no listed word covers stands alone). What is left over
beside each other is what no list knows, and that is mostly names: 澜|州, 樋|野, 팔|켄|라트. Words
that stand beside each other twice or more in one article are read as one: 索尔|维|航运. Katakana is
never parted: what is not listed is a foreign name. What fills a pair of brackets or quotation marks
is a name where it is more than one word.
Pairs of characters that only meet where two words do ("司订" in 公司订舱) are told as loose: they
say nothing.
Known mistakes: technical words that no list has (貯水池) pass for names; a name made of everyday
characters that stands once, unquoted, is not found. Languages without a list (Thai, Khmer) have no
names here, only pairs. The way out is an alias given by hand.
"""

import math
import re
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import pairwise
from typing import NamedTuple

from pipelines.relevance.numbers import (
    HANGUL_ENDING_SHARE,
    HANGUL_NAME_RARITY,
    JOINT_RARITY,
    UNSPACED_NAME_RARITY,
    WEAK_SHARE,
)

#: Kana, ideographs and Hangul: the scripts whose languages have a list of words.
RUN = re.compile(
    "[\u3005-\u3007\u3040-\u30ff\u3130-\u318f\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff"
    "\uac00-\ud7af\uf900-\ufaff\U00020000-\U0003134f]+"
)
_KATAKANA = re.compile("([\u30a1-\u30f4\u30fb\u30fc]{2,})")
_HIRAGANA = re.compile("[\u3041-\u309f]+")
#: Parts the words of a foreign name in Japanese.
_MIDDLE_DOT = "\u30fb"
_NUMERALS = frozenset("〇零一二三四五六七八九十百千万億亿兆两")
_QUOTES = dict(zip("《〈「『“‘（(\"'", "》〉」』”’）)\"'", strict=True))
_LONGEST_WORD = 8
_LONGEST_NAME = 16
_LONGEST_QUOTED = 10
#: Names of one article at most, the commonest first.
_MOST_NAMES = 200
#: Logarithm of the frequency of a character that no list has: seldomer than any that one has.
_UNKNOWN = -18.0


class Lexicon:
    """The listed words of a language that is written in runs. `simplified` are the characters that
    the list writes in another way, by code point: traditional Chinese ones."""

    def __init__(
        self, frequencies: Mapping[str, float], simplified: Mapping[int, str] | None = None
    ) -> None:
        self._simplified = simplified or {}
        self.logarithms = {word: math.log(share) for word, share in frequencies.items()}
        self._reach: dict[str, int] = {}
        for word in frequencies:
            length = min(len(word), _LONGEST_WORD)
            self._reach[word[0]] = max(length, self._reach.get(word[0], 1))
        self._weak = frozenset(
            word
            for word, share in frequencies.items()
            if len(word) == 1 and share >= (HANGUL_ENDING_SHARE if is_hangul(word) else WEAK_SHARE)
        )

    def __contains__(self, word: str) -> bool:
        return word.translate(self._simplified) in self.logarithms

    def __len__(self) -> int:
        return len(self.logarithms)

    def is_weak(self, word: str) -> bool:
        """True for what stands beside names but not in them: particles, endings, numerals."""
        plain = word.translate(self._simplified)
        return plain in self._weak or plain[0] in _NUMERALS or _HIRAGANA.fullmatch(word) is not None

    def words(self, run: str) -> list[str]:
        """A run of one script or several, parted."""
        parted: list[str] = []
        for place, piece in enumerate(_KATAKANA.split(run)):
            if place % 2 == 0:
                parted += self._likeliest(piece)
            elif piece in self:
                parted.append(piece)
            else:
                parted += filter(None, re.split(f"({_MIDDLE_DOT})", piece))
        return parted

    def _likeliest(self, run: str) -> list[str]:
        """The sequence of words whose frequencies multiply to most."""
        size = len(run)
        listed = run.translate(self._simplified)
        best = [0.0] + [-math.inf] * size
        last = [0] * (size + 1)
        known, reach = self.logarithms.get, self._reach.get
        for start in range(size):
            before = best[start]
            for end in range(start + 1, min(size, start + reach(listed[start], 1)) + 1):
                share = known(listed[start:end])
                if share is None:
                    if end > start + 1:
                        continue
                    share = _UNKNOWN
                if before + share > best[end]:
                    best[end] = before + share
                    last[end] = start
        parted: list[str] = []
        while size:
            parted.append(run[last[size] : size])
            size = last[size]
        return parted[::-1]


class Names(NamedTuple):
    """Of each section how often each name stands in it, and the pairs that stand in no word."""

    counts: tuple[Mapping[str, int], ...]
    loose: frozenset[str]


class _Run(NamedTuple):
    words: list[str]
    is_quoted: bool


def is_hangul(text: str) -> bool:
    """True where a text begins in Korean letters."""
    return "\uac00" <= text[0] <= "\ud7af"


def read_names(sections: Sequence[str], lexicon: Lexicon, rarity: Callable[[str], float]) -> Names:
    """The names of an article, of two characters or more, as its sections write them after NFKC.
    `rarity` is that of a pair. Takes time in proportion to the text's length, whatever it holds."""
    sections = [unicodedata.normalize("NFKC", section) for section in sections]
    runs = [run for section in sections for run in _runs(section, lexicon)]
    reader = _Reader(runs, lexicon, rarity)
    found: Counter[str] = Counter(name for run in runs for name in reader.names(run))
    sure = [
        name
        for name, count in found.items()
        if count > 1 or name in reader.quoted or not is_hangul(name)
    ]
    names = sorted(sure, key=lambda name: (-found[name], name))[:_MOST_NAMES]
    counts = [
        {name: count for name in names if (count := section.count(name))} for section in sections
    ]
    return Names(tuple(counts), frozenset(reader.met - reader.bound))


def _is_quoted_name(run: _Run) -> bool:
    return run.is_quoted and len(run.words) > 1 and sum(map(len, run.words)) <= _LONGEST_QUOTED


def _runs(text: str, lexicon: Lexicon) -> Iterator[_Run]:
    for match in RUN.finditer(text):
        start, end = match.span()
        closing = _QUOTES.get(text[start - 1]) if start else None
        yield _Run(
            lexicon.words(match.group()), closing is not None and text[end : end + 1] == closing
        )


class _Reader:
    """Reads the names of runs, knowing which words stand beside each other in all of them."""

    def __init__(
        self, runs: Sequence[_Run], lexicon: Lexicon, rarity: Callable[[str], float]
    ) -> None:
        self._lexicon = lexicon
        self._rarity = rarity
        self._joints = Counter(joint for run in runs for joint in pairwise(run.words))
        self.met: set[str] = set()
        self.bound: set[str] = set()
        self.quoted = frozenset("".join(run.words) for run in runs if _is_quoted_name(run))

    def names(self, run: _Run) -> Iterator[str]:
        """Notes the pairs of a run on the way."""
        self.met.update(left[-1] + right[0] for left, right in pairwise(run.words))
        for chain in [run.words] if _is_quoted_name(run) else self._chains(run.words):
            name = "".join(chain)
            self.bound.update(name[place : place + 2] for place in range(len(name) - 1))
            if 2 <= len(name) <= _LONGEST_NAME and (name in self.quoted or self._is_name(chain)):
                yield name
            if _MIDDLE_DOT in chain:
                yield from (word for word in chain if len(word) > 1)

    def _chains(self, words: Sequence[str]) -> Iterator[list[str]]:
        """Words that belong together."""
        chain = [words[0]]
        for place, (left, right) in enumerate(pairwise(words)):
            if self._joins(left, right, opens=place == 0):
                chain.append(right)
            else:
                yield chain
                chain = [right]
        yield chain

    def _joins(self, left: str, right: str, *, opens: bool) -> bool:
        if _MIDDLE_DOT in (left, right):
            return True
        # A Korean word carries its particles at its end: its first syllable is none.
        if self._lexicon.is_weak(right) or (
            self._lexicon.is_weak(left) and not (opens and is_hangul(left))
        ):
            return False
        if not len(left) == len(right) == 1 and self._joints[left, right] < 2:
            return False
        return self._rarity(left[-1] + right[0]) >= JOINT_RARITY

    def _is_name(self, chain: Sequence[str]) -> bool:
        least = HANGUL_NAME_RARITY if is_hangul(chain[0]) else UNSPACED_NAME_RARITY
        return any(
            self._rarity(left[-1] + right[0]) >= least for left, right in pairwise(chain)
        ) or any(_KATAKANA.fullmatch(word) and word not in self._lexicon for word in chain)


def last_name(run: str, lexicon: Lexicon, count: int) -> str:
    """The name that a run ends with: what no list knows, with the one or two listed words after it
    that say what is named (交易所, 公司). Where every word is listed, the last `count`; where there
    is no list, the whole run."""
    words = lexicon.words(run)
    start = len(words) - 1
    if start and len(words[start]) == 1 and len(words[start - 1]) > 1 and words[start] in lexicon:
        start -= 1
    for _ in range(2):
        if start and _is_known(words[start], lexicon):
            start -= 1
    if _is_known(words[start], lexicon) or lexicon.is_weak(words[start]):
        return "".join(words[-count:])
    while start and not _ends_before(words[start - 1], words[start], lexicon):
        start -= 1
    return "".join(words[start:])


def _is_known(word: str, lexicon: Lexicon) -> bool:
    return len(word) > 1 and word in lexicon


def _ends_before(left: str, right: str, lexicon: Lexicon) -> bool:
    """True where the word on the left belongs to no name that goes on on the right. A listed word
    may begin one: 索尔|维."""
    if _MIDDLE_DOT in (left, right):
        return False
    return lexicon.is_weak(left) or (len(left) > 1 and len(right) > 1)


def without_listed_ending(name: str, lexicon: Lexicon) -> str | None:
    """A name without the listed words at its end (索尔维 of 索尔维航运); None where nothing of two
    characters or more is left, or nothing is listed."""
    words = lexicon.words(name)
    end = len(words)
    while end and words[end - 1] in lexicon and len(words[end - 1]) > 1:
        end -= 1
    shorter = "".join(words[:end])
    return shorter if 2 <= len(shorter) < len(name) else None
