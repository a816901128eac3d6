"""JSON-LD of a page, read by a scan for its scripts and `json`, within bounds.

Pages write it by hand: what is broken, too large or too deep is passed over without a word, and
the page is read from its other marks. `@graph`, lists and references by `@id` are followed.
https://schema.org/NewsArticle names the fields; https://json-ld.org/spec/latest/json-ld/ the form.
"""

import html
import json
import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from pipelines.urls import canonical_key

MAX_SCRIPTS = 30
MAX_SCRIPT_CHARS = 1_000_000
MAX_DEPTH = 40
MAX_THINGS = 2_000
MAX_DIGITS = 18
MAX_ADDRESS_CHARS = 2_000
MAX_TITLE_CHARS = 500

_OPENING = re.compile(r"<script\b([^>]{0,500})>", re.IGNORECASE)
_LD_TYPE = re.compile(r"application/ld\+json", re.IGNORECASE)
_CLOSING = re.compile(r"</script", re.IGNORECASE)
_BRACKETS = re.compile(r'"(?:[^"\\]++|\\.)*+"|([\[{])|([\]}])', re.DOTALL)
_WRAPPING = re.compile(r"^\s*(?:<!--|/[/*]\s*<!\[CDATA\[(?:\s*\*/)?|<!\[CDATA\[)?\s*")
_LOOSE_COMMA = re.compile(r",(\s{0,200}[}\]])")

_ARTICLE_TYPE = re.compile(r"(?:article|posting|report|review|newsitem)$", re.IGNORECASE)

Thing = Mapping[str, Any]


def things(text: str) -> list[Thing]:
    """All objects that the page's JSON-LD describes at its top, in its lists and graphs."""
    found: list[Thing] = []
    for script in _scripts(text):
        found.extend(_flat(_load(script)))
        if len(found) >= MAX_THINGS:
            break
    return found[:MAX_THINGS]


def article_of(found: list[Thing], url: str = "", titles: Iterable[str] = ()) -> Thing:
    """The object that describes the page's article, empty where none does.

    Of several with a headline, the one that names the page's address, else the one whose headline
    is a title of the page, else the first: the others are of its teasers.
    """
    articles = [thing for thing in found if is_article(thing)]
    named = [thing for thing in articles if thing.get("headline")] or articles
    if len(named) > 1:
        keys = {_squashed(title) for title in titles}
        own = [thing for thing in named if url and canonical_key(url) in _addresses(thing)]
        own = own or [thing for thing in named if _squashed(thing.get("headline")) in keys]
        named = own or named
    return (named or [{}])[0]


def _addresses(thing: Thing) -> set[str]:
    """The keys of the addresses that an object gives for itself."""
    given: list[Any] = [thing.get("url"), thing.get("mainEntityOfPage"), thing.get("@id")]
    given = [value.get("@id") if isinstance(value, Mapping) else value for value in given]
    return {
        canonical_key(value)
        for value in given
        if isinstance(value, str) and value.startswith("http") and len(value) <= MAX_ADDRESS_CHARS
    }


def _squashed(text: Any) -> str:
    """What is left of a title when only its letters and digits count."""
    if not isinstance(text, str):
        return ""
    return re.sub(r"[\W_]+", "", html.unescape(text[:MAX_TITLE_CHARS]).casefold()) or "-"


def is_article(thing: Thing) -> bool:
    """True for NewsArticle and its kin."""
    return any(_ARTICLE_TYPE.search(name) for name in types_of(thing))


def types_of(thing: Thing) -> list[str]:
    """The names of an object's types."""
    kinds = thing.get("@type")
    return [
        kind for kind in (kinds if isinstance(kinds, list) else [kinds]) if isinstance(kind, str)
    ]


def resolved(value: Any, found: list[Thing]) -> Any:
    """The object that a bare reference means, else the value itself."""
    if isinstance(value, Mapping) and "@id" in value and "name" not in value:
        for thing in found:
            if thing.get("@id") == value["@id"] and "name" in thing:
                return thing
    return value


def _scripts(text: str) -> Iterator[str]:
    at = count = 0
    while count < MAX_SCRIPTS and (opening := _OPENING.search(text, at)):
        at = opening.end()
        if not _LD_TYPE.search(opening.group(1)):
            continue
        closing = _CLOSING.search(text, at)
        if closing is None:
            return
        count += 1
        if closing.start() - at <= MAX_SCRIPT_CHARS:
            yield text[at : closing.start()]
        at = closing.end()


def _load(script: str) -> Any:
    script = _WRAPPING.sub("", script, count=1)
    if not script or _depth(script) > MAX_DEPTH:
        return None
    for attempt in (script, _LOOSE_COMMA.sub(r"\1", script)):
        try:
            return _DECODER.raw_decode(attempt)[0]
        except (ValueError, RecursionError):
            continue
    return None


def _depth(script: str) -> int:
    """How deep its brackets are nested, or a bound of that where it is little."""
    if (most := script.count("{") + script.count("[")) <= MAX_DEPTH:
        return most
    depth = deepest = 0
    for match in _BRACKETS.finditer(script):
        if match.group(1):
            depth += 1
            deepest = max(deepest, depth)
        elif match.group(2):
            depth -= 1
    return deepest


def _bounded_int(digits: str) -> int | None:
    return int(digits) if len(digits) <= MAX_DIGITS else None


_DECODER = json.JSONDecoder(strict=False, parse_int=_bounded_int, parse_constant=lambda _: None)


def _flat(value: Any) -> Iterator[Thing]:
    waiting = [value]
    while waiting:
        item = waiting.pop(0)
        if isinstance(item, list):
            waiting = [*item[:MAX_THINGS], *waiting]
        elif isinstance(item, dict):
            if "@type" in item:
                yield item
            for key in ("@graph", "mainEntity"):
                if isinstance(item.get(key), list | dict):
                    waiting.append(item[key])
