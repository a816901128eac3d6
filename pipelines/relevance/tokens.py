"""The words of a text as they are compared, each prepared once.

A text is cut at its blanks, and what stands between two of them is looked up: news says the same
words again and again, with the same comma behind them. Cutting with the pattern of a word, telling
capitals and folding is done for what was not met lately.
"""

import re
import unicodedata
from collections.abc import Sequence
from functools import lru_cache
from itertools import chain
from typing import NamedTuple

from pipelines.relevance.caseless import is_arabic, stem
from pipelines.relevance.numbers import PREFIX_LETTERS
from pipelines.text import TOKEN, is_unspaced, pairs

#: Small words that stand inside a name: Guardians of Peace, Rio de Janeiro, Osama bin Laden.
_JOINERS = frozenset(
    ("of", "de", "del", "da", "do", "du", "des", "la", "le", "der", "den", "von", "van", "di")
).union(("al", "el", "bin", "ibn"))
#: What may part the words of a name.
_JOINTS = frozenset([" ", "-", "\u2010", "\u2011", "\u00a0"])
_LONGEST_WORD = 40
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


class Token(NamedTuple):
    """A word where it stands; one without a word stands for signs between blanks.

    Attributes:
        folded, written, capital: as of its `Word`.
        spelling: its first key, and how it is written.
        is_marked: begins with a capital or a digit.
        is_first: the first since a blank.
        joins: nothing but a hyphen is in front of it, or as first nothing.
        meets: nothing is behind it, as far as the next blank.
        goes_on: a name that ends in front of it goes on with it.
        starts, ends: signs that end a sentence lead to it, or follow it.
    """

    folded: tuple[str, ...]
    written: str
    capital: bool
    spelling: tuple[str, str]
    is_marked: bool
    is_first: bool
    joins: bool
    meets: bool
    goes_on: bool
    starts: bool
    ends: bool


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


def _read_piece(piece: str) -> tuple[Token, ...]:
    """The tokens of what stands between two blanks; of signs alone one without a word."""
    parts = _PIECES.split(piece)
    if len(parts) == 1:
        return (_signs(piece),)
    last = len(parts) - 2
    return tuple(
        _token(parts[place], parts[place - 1], parts[-1] if place == last else None, place == 1)
        for place in range(1, len(parts), 2)
    )


def _signs(piece: str) -> Token:
    none = ("", "")
    return Token((), "", False, none, False, True, False, False, False, False, _ends(piece))


def _token(token: str, before: str, behind: str | None, is_first: bool) -> Token:
    """With what stands in front of it, and behind the last."""
    word = _read_short_word(token) if len(token) < _SHORT else read_word(token)
    joins = before == "" if is_first else before in _JOINTS
    return Token(
        word.folded,
        word.written,
        word.capital,
        (word.keys[0] if word.keys else "", word.written),
        is_marked=word.capital or word.written[:1].isdecimal(),
        is_first=is_first,
        joins=joins,
        meets=not behind,
        goes_on=joins and (word.capital or word.written in _JOINERS),
        starts=_ends(before),
        ends=behind is not None and _ends(behind),
    )


def _ends(gap: str) -> bool:
    return gap != "" and _SENTENCE_END.search(gap) is not None


class _Pieces(dict[str, tuple[Token, ...]]):
    """What was met lately between two blanks."""

    MOST = 1 << 16

    def __missing__(self, piece: str) -> tuple[Token, ...]:
        tokens = _read_piece(piece)
        if len(piece) <= 2 * _SHORT:
            if len(self) >= self.MOST:
                self.clear()
            self[piece] = tokens
        return tokens


_PIECES_MET = _Pieces()


def read_tokens(text: str) -> list[Token]:
    """The tokens of a text in order."""
    # A line's end is no blank, and stands between two words that are met with one.
    pieces = text.replace("\n", " \n ").split(" ")
    return list(chain.from_iterable(map(_PIECES_MET.__getitem__, pieces)))


def is_joined(tokens: Sequence[Token], place: int) -> bool:
    """True where a single blank or hyphen parts a token from the one before it."""
    return tokens[place].joins and tokens[place - 1].meets


def opens(tokens: Sequence[Token], place: int) -> bool:
    """True where a token opens a sentence, or the text."""
    if tokens[place].starts:
        return True
    while place:
        place -= 1
        if tokens[place].ends:
            return True
        if tokens[place].written:
            return False
    return True
