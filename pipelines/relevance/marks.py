"""Where the terms of a profile stand in a text, for people who read it with them marked."""

from collections.abc import Iterable, Iterator
from typing import NamedTuple

from pipelines.incident import Term
from pipelines.items import Reason
from pipelines.relevance.features import is_phrase, key_of
from pipelines.relevance.numbers import MOST_CHARACTERS
from pipelines.relevance.tokens import read_word
from pipelines.text import TOKEN


class Place(NamedTuple):
    """A word or pair, its key, and where it stands."""

    folded: str
    key: str
    start: int
    end: int


def marks(text: str, terms: Iterable[Term | Reason]) -> list[tuple[int, int]]:
    """Start and end of each stretch of the text that a term, or the term of a reason, matches; in
    order, none overlapping. The same rule as in judging."""
    keys = {key_of(_text(term)) for term in terms}
    phrases = [key.split(" ") for key in keys if is_phrase(key)]
    places = list(_places(text[:MOST_CHARACTERS]))
    found = [(place.start, place.end) for place in places if place.key in keys]
    folded = [place.folded for place in places]
    for phrase in phrases:
        for start in range(len(folded) - len(phrase) + 1):
            if folded[start] == phrase[0] and folded[start : start + len(phrase)] == phrase:
                found.append((places[start].start, places[start + len(phrase) - 1].end))
    return _merged(found)


def _text(term: Term | Reason) -> str:
    return term.text if isinstance(term, Term) else term.term


def _places(text: str) -> Iterator[Place]:
    for match in TOKEN.finditer(text):
        word = read_word(match.group())
        if len(word.folded) == 1:
            yield Place(word.folded[0], word.keys[0], match.start(), match.end())
        for place, pair in enumerate(word.folded if len(word.folded) > 1 else ()):
            yield Place(pair, pair, match.start() + place, match.start() + place + 2)


def _merged(spans: list[tuple[int, int]]) -> list[tuple[int, int]]:
    merged: list[tuple[int, int]] = []
    for start, end in sorted(spans):
        if merged and start < merged[-1][1]:
            merged[-1] = (merged[-1][0], max(end, merged[-1][1]))
        else:
            merged.append((start, end))
    return merged
