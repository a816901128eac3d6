"""JSON-LD of a page, read by a scan for its scripts and `json`, within bounds.

Pages write it by hand: what is broken, too large or too deep is passed over without a word, and
the page is read from its other marks. `@graph`, lists and references by `@id` are followed.
https://schema.org/NewsArticle names the fields; https://json-ld.org/spec/latest/json-ld/ the form.
"""

import json
import re
from collections.abc import Iterator, Mapping
from typing import Any

MAX_SCRIPTS = 30
MAX_SCRIPT_CHARS = 1_000_000
MAX_DEPTH = 40
MAX_THINGS = 2_000
MAX_DIGITS = 18

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


def article_of(found: list[Thing]) -> Thing:
    """The object that describes the page's article, empty where none does."""
    articles = [thing for thing in found if is_article(thing)]
    named = [thing for thing in articles if thing.get("headline")]
    return (named or articles or [{}])[0]


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
