"""The features of a text: what it is compared by, and how much each counts.

A feature has a key: a word's first six letters, folded ("hacker"); a pair of characters of a script
that parts no words; a name of several words, folded, parted by blanks ("guardians of peace"); or a
number with the word beside it, number first ("18 septem" of September 18th, "27 year" of
27-year-old), by which days, ages and tolls are told apart. A year stands alone.
Names are runs of words in capitals; a single word is a name where it has its capital inside a
sentence. Scripts without capitals have a way of their own: unspaced.py, caseless.py. Known
mistakes: German writes every noun with a capital, so there a name counts no more than a noun; a
headline In Title Case gives no names. The way out is an alias given by hand.
"""

import math
import re
import unicodedata
from collections import Counter
from collections.abc import Container, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain
from operator import attrgetter
from typing import NamedTuple

from pipelines.relevance.background import RAREST, Background, background_for, is_year
from pipelines.relevance.caseless import Neighbours, is_arabic, is_caseless, repeated, stem
from pipelines.relevance.numbers import (
    CASELESS_NAME_RARITY,
    LEAST_RARITY,
    LOOSE_FACTOR,
    MOST_CHARACTERS,
    NAME_FACTOR,
    NUMBER_FACTOR,
    PHRASE_FACTOR,
    PREFIX_LETTERS,
    RARE_OPENING,
    REPEAT_FACTOR,
    TITLE_CASE_SHARE,
    TITLE_COUNTS,
    UNSPACED_NAME_FACTOR,
)
from pipelines.relevance.unspaced import RUN, Names, read_names
from pipelines.text import TOKEN, is_unspaced, pairs

#: Small words that stand inside a name: Guardians of Peace, Rio de Janeiro, Osama bin Laden.
_JOINERS = frozenset(
    ("of", "de", "del", "da", "do", "du", "des", "la", "le", "der", "den", "von", "van", "di")
).union(("al", "el", "bin", "ibn"))
#: What may part the words of a name.
_JOINTS = frozenset([" ", "-", "\u2010", "\u2011", "\u00a0"])
#: Words of a name at most; a longer run is a table or a heading.
_MOST_WORDS = 6
_LONGEST_WORD = 40
_LONGEST_NUMBER = 6
#: Splits a text into gap, token, gap, token ... gap.
_PIECES = re.compile(f"({TOKEN.pattern})")
_SENTENCE_END = re.compile(r"[.!?:;|•…\n]")


class Word(NamedTuple):
    """A token as it is compared: one folded word, or the pairs of an unspaced run; their keys; how
    it is written, and whether with a capital."""

    folded: tuple[str, ...]
    keys: tuple[str, ...]
    written: str
    capital: bool


_FOLDED = attrgetter("folded")
_KEYS = attrgetter("keys")


def read_word(token: str) -> Word:
    """The word that a token of `pipelines.text.TOKEN` stands for; an empty one where it is a single
    letter or digit."""
    if not token.isascii():
        token = unicodedata.normalize("NFKC", token).replace("’", "'")
    if is_unspaced(token):
        parts = tuple(pairs(token))
        return Word(parts, parts, token, False)
    written = token.replace(".", "")[:_LONGEST_WORD].removesuffix("'s")
    folded = written.casefold()
    if not folded.isascii() and folded.isdecimal():
        folded = "".join(str(unicodedata.decimal(digit)) for digit in folded)
    if len(folded) < 2:
        return Word((), (), written, False)
    if is_arabic(folded):
        folded = stem(folded) or folded
    return Word((folded,), (folded[:PREFIX_LETTERS],), written, written[0].isupper())


#: Words come again and again; the long runs of unspaced scripts don't, and would fill the memory.
_read_short_word = lru_cache(maxsize=1 << 14)(read_word)
_SHORT = 16


def key_of(text: str) -> str:
    """The key of what a person reads or types: "hackers" -> "hacker", "Kim Jong-un" -> "kim jong
    un", "索尼影业" -> "索尼 尼影 影业"; "" where it holds no word."""
    folded = [part for token in TOKEN.findall(text) for part in read_word(token).folded]
    if len(folded) == 2 and (counted := _counted(*folded) or _counted(*folded[::-1])):
        return counted
    return folded[0][:PREFIX_LETTERS] if len(folded) == 1 else " ".join(folded)


def is_phrase(key: str) -> bool:
    """True for the key of several words in a row, not of a number with its word."""
    return " " in key and not is_counted(key)


def is_counted(key: str) -> bool:
    """True for the key of a number with the word beside it."""
    number, blank, word = key.partition(" ")
    return blank != "" and number.isdecimal() and " " not in word


def _counted(number: str, word: str) -> str | None:
    """The key of a number and a word beside each other; None where they say nothing together."""
    if not number.isdecimal() or len(number) > _LONGEST_NUMBER or is_year(number):
        return None
    if len(word) < 3 or word[0].isdecimal():
        return None
    return f"{number} {word[:PREFIX_LETTERS]}"


class Capital(NamedTuple):
    """A word of a name, and whether it opens a sentence, where its capital says nothing."""

    word: Word
    opens: bool


class Section(NamedTuple):
    """Words of the headline or of the text in order, and what each of them counts."""

    words: Sequence[str]
    times: float


@dataclass(frozen=True, slots=True)
class Features:
    """What an article is compared by.

    Attributes:
        sections: headline and text.
        weights: of its features by key, brought to length one.
        length: of these weights before, by which short articles are known.
        named: keys of words that are written as names.
        spellings: each name's key and spelling, once for each occurrence.
        background: by which features are weighed.
    """

    sections: tuple[Section, ...]
    weights: Mapping[str, float]
    length: float
    named: frozenset[str]
    spellings: Sequence[tuple[str, str]]
    background: Background

    def weight(self, key: str, count: float) -> float:
        """Of `count` occurrences of a feature, as part of the whole."""
        return _weight(key, count, self.background, self.named) / (self.length or 1.0)


def _weight(key: str, count: float, background: Background, named: Container[str]) -> float:
    """A feature's rarity, more where repeated or a name; 0 where it says nothing."""
    if " " in key:
        weight = RAREST * _factor(key)
    else:
        weight = background.rarity(key)
        if weight < LEAST_RARITY:
            return 0.0
        if key in named:
            weight *= NAME_FACTOR
    return weight if count == 1.0 else weight * (1.0 + REPEAT_FACTOR * math.log(count))


def unit(vector: Mapping[str, float]) -> dict[str, float]:
    """The vector brought to length one."""
    norm = math.sqrt(math.fsum(weight * weight for weight in vector.values())) or 1.0
    return {key: weight / norm for key, weight in vector.items()}


def _factor(key: str) -> float:
    if is_counted(key):
        return NUMBER_FACTOR
    return UNSPACED_NAME_FACTOR if is_unspaced(key[:2]) else PHRASE_FACTOR


def read_features(title: str | None, text: str, language: str | None) -> Features:
    """The features of an article. A headline that is repeated as the text's first line counts
    once."""
    title = (title or "")[:MOST_CHARACTERS].strip()
    text = text[:MOST_CHARACTERS]
    if title and text.startswith(title):
        text = text[len(title) :]
    background = background_for(language, f"{title}\n{text}")
    reader = _Reader(background)
    reader.read(title, TITLE_COUNTS)
    reader.read(text, 1.0)
    if background.lexicon and RUN.search(text) is not None:
        reader.take(read_names([title, text], background.lexicon, background.rarity))
    return reader.features()


class _Reader:
    """Counts the words and names of the parts of one article."""

    def __init__(self, background: Background) -> None:
        self._background = background
        self._sections: list[Section] = []
        self._counts: dict[str, float] = {}
        self._named: set[str] = set()
        self._spellings: list[tuple[str, str]] = []
        self._neighbours: list[Neighbours] = []
        self._loose: frozenset[str] = frozenset()

    def read(self, text: str, times: float) -> None:
        pieces = _PIECES.split(text)
        words = [
            _read_short_word(token) if len(token) < _SHORT else read_word(token)
            for token in pieces[1::2]
        ]
        self._sections.append(Section(list(chain.from_iterable(map(_FOLDED, words))), times))
        keys = list(chain.from_iterable(map(_KEYS, words)))
        if times == 1.0 or not _is_title_case(words):
            for run in _runs(words, gaps=pieces[0::2]):
                keys.extend(self._read_run(run))
        keys.extend(self._read_numbers(words, gaps=pieces[0::2]))
        if self._background.is_caseless:
            self._read_caseless(words, pieces[0::2], times)
        for key, count in Counter(keys).items():
            self._counts[key] = self._counts.get(key, 0.0) + times * count

    def _read_run(self, run: list[Capital]) -> Iterator[str]:
        """Notes the names of one word; gives the key of the whole name where it has several."""
        for word, opens in run:
            if word.capital and not opens:
                self._named.add(word.keys[0])
                self._spellings.append((word.keys[0], word.written))
        first, opens = run[0]
        if opens and self._background.rarity(first.keys[0]) < RARE_OPENING:
            run = run[1:]
        while run and not run[-1].word.capital:
            run.pop()
        if 2 <= len(run) <= _MOST_WORDS:
            key = " ".join(word.folded[0] for word, _ in run)
            self._spellings.append((key, " ".join(word.written for word, _ in run)))
            yield key

    def _read_numbers(self, words: Sequence[Word], gaps: Sequence[str]) -> Iterator[str]:
        """The key of each number with the word after it, and with the one before it."""
        for place, word in enumerate(words):
            if not word.written[:1].isdecimal() or len(word.folded) != 1:
                continue
            for other in (place + 1, place - 1):
                if not 0 <= other < len(words) or gaps[max(place, other)] not in _JOINTS:
                    continue
                beside = words[other]
                if len(beside.folded) != 1 or self._is_common(beside.keys[0]):
                    continue
                if key := _counted(word.folded[0], beside.folded[0]):
                    first, last = sorted((place, other))
                    written = f"{words[first].written} {words[last].written}"
                    self._spellings.append((key, written))
                    yield key

    def _read_caseless(self, words: Sequence[Word], gaps: Sequence[str], times: float) -> None:
        """Notes words that no list knows as names, and which words stand beside each other."""
        rare = [self._rarity_of_caseless(word) for word in words]
        for place, word in enumerate(words):
            if rare[place] >= CASELESS_NAME_RARITY:
                self._named.add(word.keys[0])
                self._spellings.append((word.keys[0], word.written))
            if place and gaps[place] == " " and min(rare[place - 1 : place + 1]) >= LEAST_RARITY:
                both = (words[place - 1], word)
                key = " ".join(one.folded[0] for one in both)
                written = " ".join(one.written for one in both)
                self._neighbours.append(Neighbours(key, written, times))

    def _rarity_of_caseless(self, word: Word) -> float:
        if len(word.keys) != 1 or not is_caseless(word.keys[0]):
            return 0.0
        return self._background.rarity(word.keys[0])

    def take(self, names: Names) -> None:
        """Adds the names that an unspaced script has in the headline and in the text."""
        self._loose = names.loose
        for counts, section in zip(names.counts, self._sections, strict=True):
            for name, count in counts.items():
                key = " ".join(pairs(name))
                if len(name) == 2:
                    self._named.add(key)
                else:
                    self._counts[key] = self._counts.get(key, 0.0) + section.times * count
                self._spellings += [(key, name)] * count

    def _is_common(self, key: str) -> bool:
        return self._background.rarity(key) < LEAST_RARITY

    def features(self) -> Features:
        for key, written, times in repeated(self._neighbours):
            self._counts[key] = self._counts.get(key, 0.0) + times
            self._spellings.append((key, written))
        weights = {
            key: weight
            for key, count in self._counts.items()
            if (weight := _weight(key, count, self._background, self._named))
        }
        for key in weights.keys() & self._loose:
            weights[key] *= LOOSE_FACTOR
        return Features(
            tuple(self._sections),
            unit(weights),
            math.hypot(*weights.values()),
            frozenset(self._named),
            self._spellings,
            self._background,
        )


def _runs(words: Sequence[Word], gaps: Sequence[str]) -> Iterator[list[Capital]]:
    """Words in capitals with nothing but blanks or hyphens between them; small joining words inside
    are taken along. `gaps` are what stands before each word."""
    run: list[Capital] = []
    for place, word in enumerate(words):
        if not (run or word.capital):
            continue
        gap = gaps[place]
        if run and not (gap in _JOINTS and (word.capital or word.written in _JOINERS)):
            yield run
            run = []
        if run or word.capital:
            opens = place == 0 or (gap != " " and _SENTENCE_END.search(gap) is not None)
            run.append(Capital(word, opens))
    if run:
        yield run


def _is_title_case(words: Sequence[Word]) -> bool:
    capitals = sum(word.capital or word.written[:1].isdecimal() for word in words)
    return capitals > TITLE_CASE_SHARE * len(words)
