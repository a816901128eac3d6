"""What a person types into the search field, read into a tree. The operators are FreshRSS's.

    words               all must stand somewhere in the article
    "a phrase"          its words must follow each other; 'this' after an operator too
    a OR b              one of both; binds weaker than words side by side
    -a, !a, -(a b)      not so
    ( )                 belongs together
    intitle:a intext:a author:a outlet:a      stands there; outlet: takes a name or a host
    label:a             a person put that label on
    date:2014-12-19     published then (else first read then); `intervals` has all forms
    seen:P1D            first read then

A wrong query is told with what is wrong and where, never guessed at.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from pipelines.errors import BadInput
from pipelines.store.folding import folded_words
from pipelines.store.intervals import Interval, parse_interval

#: Signs and words that a query may have; nobody types more.
MOST_SIGNS = 2_000
MOST_WORDS = 64
#: Parentheses within each other.
DEEPEST = 20


class Field(StrEnum):
    """Where a word stands."""

    TITLE = "title"
    TEXT = "text"
    OUTLET = "outlet"
    AUTHORS = "authors"


@dataclass(frozen=True, slots=True)
class Words:
    """Folded words that follow each other, in one field; None: in any."""

    words: tuple[str, ...]
    field: Field | None = None


@dataclass(frozen=True, slots=True)
class Host:
    """The article lies at that host."""

    name: str


@dataclass(frozen=True, slots=True)
class Labelled:
    """Somebody put that label on, for the incident that is looked at or for any."""

    name: str


@dataclass(frozen=True, slots=True)
class Within:
    """Published then, first read where that is unknown; `seen`: first read then."""

    interval: Interval
    seen: bool = False


@dataclass(frozen=True, slots=True)
class Not:
    """What must not hold."""

    part: "Tree"


@dataclass(frozen=True, slots=True)
class All:
    """What must hold together."""

    parts: tuple["Tree", ...]


@dataclass(frozen=True, slots=True)
class Either:
    """What must hold in part."""

    parts: tuple["Tree", ...]


Tree = Words | Host | Labelled | Within | Not | All | Either

_FIELDS = {
    "intitle": Field.TITLE,
    "intext": Field.TEXT,
    "author": Field.AUTHORS,
    "outlet": Field.OUTLET,
}
_DATES = {"date": False, "pubdate": False, "seen": True}
_NAMES = "|".join((*_FIELDS, *_DATES, "label"))
_TOKEN = re.compile(
    rf"""\s*(?:
    (?P<open>[-!]*\() | (?P<close>\)) | (?P<or>(?-i:OR)(?![^\s()]))
    | (?P<not>[-!]*)(?:(?P<name>{_NAMES})[:：])?
 (?:
        "(?P<quoted>[^"]*)(?P<end>"?) | (?(name)'(?P<single>[^']*)'(?=[\s()]|$)|(?!))
        | (?P<bare>[^\s()"]+) | (?P<empty>)
    ))""",
    re.VERBOSE | re.IGNORECASE,
)
#: As phones and input methods for Chinese write them.
_SIGNS = str.maketrans("“”„‟（）", '""""()')
_HOST = re.compile(r"[\w-]+(\.[\w-]+)+", re.ASCII)


def parse_query(query: str, now: datetime) -> Tree | None:
    """The tree of a query; None for an empty one, which does not narrow.

    `now` is where "the past three days" end. Raises BadInput, which says what is wrong and where.
    """
    if len(query) > MOST_SIGNS:
        raise BadInput(f"A search has at most {MOST_SIGNS:,} signs.")
    if not query.strip():
        return None
    reader = _Reader(query, now)
    tree = reader.either(0)
    if reader.at_close():
        raise _wrong(f"The parenthesis at sign {reader.place} closes none.")
    if tree is None:
        raise _wrong(f"There is no word in {query.strip()!r} to look for.")
    return tree


@dataclass(frozen=True, slots=True)
class _Token:
    kind: str  # "open", "close", "or", "term"
    place: int  # from 1, of its first sign
    is_not: bool = False
    name: str | None = None
    value: str = ""
    is_quoted: bool = False


class _Reader:
    """Reads tokens by falling strength: OR, words side by side, one term."""

    def __init__(self, query: str, now: datetime) -> None:
        self._tokens = list(_tokens(query))
        self._at = 0
        self._now = now
        self._words = 0

    @property
    def _next(self) -> _Token | None:
        return self._tokens[self._at] if self._at < len(self._tokens) else None

    @property
    def place(self) -> int:
        token = self._next
        return token.place if token else 0

    def at_close(self) -> bool:
        return self._next is not None and self._next.kind == "close"

    def either(self, depth: int) -> Tree | None:
        parts: list[Tree | None] = []
        while True:
            begun = self._next
            side = self._all(depth)
            joint = self._next
            if joint is None or joint.kind != "or":
                if parts and side is None:
                    raise _nothing_beside(self._tokens[self._at - 1])
                parts.append(side)
                break
            if side is None:
                raise _nothing_beside(begun if begun and begun.kind == "or" else joint)
            parts.append(side)
            self._at += 1
        found = tuple(part for part in parts if part is not None)
        return found[0] if len(found) == 1 else Either(found) if found else None

    def _all(self, depth: int) -> Tree | None:
        parts = []
        while (token := self._next) is not None and token.kind not in ("or", "close"):
            self._at += 1
            part = self._group(token, depth) if token.kind == "open" else self._term(token)
            if part is not None:
                parts.append(Not(part) if token.is_not else part)
        return parts[0] if len(parts) == 1 else All(tuple(parts)) if parts else None

    def _group(self, opened: _Token, depth: int) -> Tree | None:
        if depth >= DEEPEST:
            raise _wrong(f"Parentheses stand {DEEPEST} deep within each other at most.")
        inner = self.either(depth + 1)
        if not self.at_close():
            raise _wrong(f"The parenthesis at sign {opened.place} is not closed.")
        self._at += 1
        return inner

    def _term(self, token: _Token) -> Tree | None:
        """None for a sign that is no word: it does not narrow."""
        where = f"at sign {token.place}"
        if token.name and not token.value.strip():
            raise _wrong(f"After {token.name}: {where} something is missing.")
        if token.name == "label":
            return Labelled(" ".join(token.value.split()))
        if token.name in _DATES:
            return Within(self._interval(token), _DATES[token.name])
        found = tuple(folded_words(token.value))
        if token.name == "outlet" and _HOST.fullmatch(token.value):
            host = Host(token.value.lower())
            return Either((host, Words(found, Field.OUTLET)))
        self._words += 1
        if self._words > MOST_WORDS:
            raise _wrong(f"A search has at most {MOST_WORDS} words and phrases.")
        if found:
            return Words(found, _FIELDS.get(token.name or ""))
        if token.name:
            raise _wrong(f"There is no word in {token.value!r} {where} to look for.")
        return None

    def _interval(self, token: _Token) -> Interval:
        try:
            return parse_interval(token.value, self._now)
        except BadInput as error:
            said = f"{token.name}: at sign {token.place}: {error.message}"
            raise BadInput(said, remedy=error.remedy) from None


def _tokens(query: str) -> Iterator[_Token]:
    at = 0
    query = query.translate(_SIGNS)
    while at < len(query.rstrip()):
        match = _TOKEN.match(query, at)
        if match is None or match.end() == at:
            raise AssertionError(f"no token at {at} of {query!r}")
        yield _token(query, match)
        at = match.end()


def _token(query: str, match: re.Match[str]) -> _Token:
    place = match.end() - len(match.group().lstrip()) + 1
    if match["open"]:
        return _Token("open", place, len(match["open"]) % 2 == 0)
    if match["close"]:
        return _Token("close", place)
    if match["or"]:
        return _Token("or", place)
    name = match["name"] and match["name"].lower()
    is_not = len(match["not"]) % 2 == 1
    if match["quoted"] is not None and not match["end"]:
        quote = query.index('"', match.start())
        raise _wrong(f"The quotation mark at sign {quote + 1} is not closed.")
    value = next((match[kind] for kind in ("quoted", "single", "bare") if match[kind]), "")
    return _Token("term", place, is_not, name, value, match["bare"] is None)


def _nothing_beside(token: _Token) -> BadInput:
    return _wrong(f"OR at sign {token.place} has nothing on one of its sides.")


def _wrong(said: str) -> BadInput:
    return BadInput(
        said, remedy='Words, "a phrase", OR, -, (), intitle:, author:, date: are known.'
    )
