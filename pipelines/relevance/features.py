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
from collections import Counter, defaultdict
from collections.abc import Container, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from itertools import chain
from operator import itemgetter, mul
from typing import NamedTuple

from pipelines.relevance.background import RAREST, SAMPLE, Background, background_for, is_year
from pipelines.relevance.caseless import Neighbours, is_caseless, repeated
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
from pipelines.relevance.tokens import Token, is_joined, opens, read_tokens, read_word
from pipelines.relevance.unspaced import RUN, Names, read_names
from pipelines.text import TOKEN, is_unspaced, pairs

#: Words of a name at most; a longer run is a table or a heading.
_MOST_WORDS = 6
_LONGEST_NUMBER = 6
_FOLDED = itemgetter(Token._fields.index("folded"))
_IS_MARKED = Token._fields.index("is_marked")


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
    weight = _weights_in(background)[key]
    if key in named:
        weight *= NAME_FACTOR
    return weight if count == 1.0 else weight * _REPETITIONS[count]


class _Weights(dict[str, float]):
    """What a feature counts that stands once and is no name, of those met lately."""

    MOST = 1 << 15

    def __init__(self, background: Background) -> None:
        super().__init__()
        self._background = background

    def __missing__(self, key: str) -> float:
        if len(self) >= self.MOST:
            self.clear()
        self[key] = weight = self._read(key)
        return weight

    def _read(self, key: str) -> float:
        if " " in key:
            return RAREST * _factor(key)
        weight = self._background.rarity(key)
        return weight if weight >= LEAST_RARITY else 0.0


@lru_cache(maxsize=12)
def _weights_in(background: Background) -> _Weights:
    return _Weights(background)


class _Repetitions(dict[float, float]):
    """What so many occurrences count beside one. There are no more than a text has words."""

    def __missing__(self, count: float) -> float:
        self[count] = times = 1.0 + REPEAT_FACTOR * math.log(count)
        return times


_REPETITIONS = _Repetitions()


def unit(vector: Mapping[str, float]) -> dict[str, float]:
    """The vector brought to length one."""
    weights = vector.values()
    norm = math.sqrt(math.fsum(map(mul, weights, weights))) or 1.0
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
    background = background_for(language, f"{title}\n{text[:SAMPLE]}")
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
        self._counts: defaultdict[str, float] = defaultdict(float)
        self._named: set[str] = set()
        self._spellings: list[tuple[str, str]] = []
        self._neighbours: list[Neighbours] = []
        self._loose: frozenset[str] = frozenset()

    def read(self, text: str, times: float) -> None:
        tokens = read_tokens(text)
        words = list(chain.from_iterable(map(_FOLDED, tokens)))
        self._sections.append(Section(words, times))
        counts = self._counts
        for word, count in Counter(words).items():
            counts[word[:PREFIX_LETTERS]] += times * count
        marked = [place for place, token in enumerate(tokens) if token[_IS_MARKED]]
        if times == 1.0 or not _is_title_case(tokens):
            for key in self._read_names(tokens, marked):
                counts[key] += times
        for key in self._read_numbers(tokens, marked):
            counts[key] += times
        if self._background.is_caseless:
            self._read_caseless(tokens, times)

    def _read_names(self, tokens: Sequence[Token], marked: Iterable[int]) -> Iterator[str]:
        """Notes the names of one word; gives the keys of those of several."""
        end, last = 0, len(tokens)
        for start in marked:
            word = tokens[start]
            if start < end or not word.capital:
                continue
            end = start + 1
            while end < last and tokens[end].goes_on and tokens[end - 1].meets:
                end += 1
            is_opening = opens(tokens, start)
            if end - start > 1:
                yield from self._read_run(tokens[start:end], is_opening)
            elif not is_opening:
                self._named.add(word.spelling[0])
                self._spellings.append(word.spelling)

    def _read_run(self, run: Sequence[Token], is_opening: bool) -> Iterator[str]:
        """Of words in capitals with nothing but blanks or hyphens between them, and the small
        joining words inside; the first may have its capital for opening a sentence."""
        for word in run[1:] if is_opening else run:
            if word.capital:
                self._named.add(word.spelling[0])
                self._spellings.append(word.spelling)
        if is_opening and self._background.rarity(run[0].spelling[0]) < RARE_OPENING:
            run = run[1:]
        while run and not run[-1].capital:
            run = run[:-1]
        if 2 <= len(run) <= _MOST_WORDS:
            key = " ".join([word.folded[0] for word in run])
            self._spellings.append((key, " ".join([word.written for word in run])))
            yield key

    def _read_numbers(self, tokens: Sequence[Token], marked: Iterable[int]) -> Iterator[str]:
        """The key of each number with the word after it, and with the one before it."""
        for place in marked:
            word = tokens[place]
            if word.capital or len(word.folded) != 1:
                continue
            for last in (place + 1, place):
                if not 0 < last < len(tokens) or not is_joined(tokens, last):
                    continue
                beside = tokens[last if last > place else last - 1]
                if len(beside.folded) != 1 or self._is_common(beside.spelling[0]):
                    continue
                if key := _counted(word.folded[0], beside.folded[0]):
                    written = f"{tokens[last - 1].written} {tokens[last].written}"
                    self._spellings.append((key, written))
                    yield key

    def _read_caseless(self, tokens: Sequence[Token], times: float) -> None:
        """Notes words that no list knows as names, and which words stand beside each other."""
        rare = [self._rarity_of_caseless(word) for word in tokens]
        for place, word in enumerate(tokens):
            if rare[place] >= CASELESS_NAME_RARITY:
                self._named.add(word.spelling[0])
                self._spellings.append(word.spelling)
            if not (word.is_first and place and is_joined(tokens, place)):
                continue
            if min(rare[place - 1 : place + 1]) >= LEAST_RARITY:
                both = (tokens[place - 1], word)
                key = " ".join(one.folded[0] for one in both)
                written = " ".join(one.written for one in both)
                self._neighbours.append(Neighbours(key, written, times))

    def _rarity_of_caseless(self, word: Token) -> float:
        if len(word.folded) != 1 or not is_caseless(word.spelling[0]):
            return 0.0
        return self._background.rarity(word.spelling[0])

    def take(self, names: Names) -> None:
        """Adds the names that an unspaced script has in the headline and in the text."""
        self._loose = names.loose
        for counts, section in zip(names.counts, self._sections, strict=True):
            for name, count in counts.items():
                key = " ".join(pairs(name))
                if len(name) == 2:
                    self._named.add(key)
                else:
                    self._counts[key] += section.times * count
                self._spellings += [(key, name)] * count

    def _is_common(self, key: str) -> bool:
        return self._background.rarity(key) < LEAST_RARITY

    def features(self) -> Features:
        for key, written, times in repeated(self._neighbours):
            self._counts[key] += times
            self._spellings.append((key, written))
        weights = self._weights()
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

    def _weights(self) -> dict[str, float]:
        """As `_weight` gives them, of all features that say something."""
        single, named = _weights_in(self._background), self._named
        weights = {}
        for key, count in self._counts.items():
            if weight := single[key]:
                if key in named:
                    weight *= NAME_FACTOR
                weights[key] = weight if count == 1 else weight * _REPETITIONS[count]
        return weights


def _is_title_case(tokens: Sequence[Token]) -> bool:
    marked = sum(token.is_marked for token in tokens)
    return marked > TITLE_CASE_SHARE * sum(token.written != "" for token in tokens)
