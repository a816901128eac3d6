"""The headline, without the outlet's name.

Method: the <h1> that shares words with what the head gives as title is the headline as readers see
it (exact on 90% of a public set, JSON-LD on 73%, og:title on 68%); without one the head decides. A
section's name that stands inside the <h1> before the headline is dropped where the head says the
rest alone.
"""

import re
from collections import Counter
from collections.abc import Iterator
from itertools import islice

from pipelines.clean.document import Element
from pipelines.clean.head import Head, line_of, text_of
from pipelines.text import squeeze, words
from pipelines.urls import host_of

#: An <h1> must share this much of its words (F1) with a title of the head to be the headline.
SHARED_WORDS = 0.35
MIN_CHARS = 2
MAX_HEADINGS = 30
OUTLET_WORDS = 5
TITLE_CHARS = 500

_PARTING = re.compile(r"\s+[|–—·•»«:~/\\-]{1,2}\s+|\s*\|\s*|\s+::\s+")
#: In <title> alone the outlet's name also stands before a colon; in a headline that is a source.
_COLON = re.compile(r":\s+")
_OUTLET_ENDING = re.compile(r"\.(?:com|org|net|de|co|uk|news|tv|fr|it|es)\b")


def headline(head: Head, outlet: str | None, host: str) -> tuple[str, str] | None:
    """The headline and where it was read; None where nothing gives one."""
    if printed := _printed(head):
        return printed, "visible"
    known = [(source, without_outlet(raw, outlet, host)) for source, raw in _of_head(head)]
    known = [(source, title) for source, title in known if len(title) >= MIN_CHARS]
    seen = _headings(head.root, outlet, host)
    if not known:
        return (seen[0], "visible") if seen else None
    best = max(seen, key=lambda title: _nearness(title, known), default=None)
    if best is None or _nearness(best, known) < SHARED_WORDS:
        return known[0][1], known[0][0]
    return _without_kicker(best, known), "visible"


def _printed(head: Head) -> str | None:
    """The <h1> that is word for word the headline of the head: it stays as the outlet prints it,
    even with the outlet's name in it ("BBC: ...")."""
    given = {squeeze(raw[:TITLE_CHARS]) for source, raw in _of_head(head) if source == "json-ld"}
    if not given:
        return None
    lines = (line_of(element) for element in islice(head.root.iter("h1"), MAX_HEADINGS))
    return next((line for line in lines if line in given and len(line) >= MIN_CHARS), None)


def titles_of(head: Head, title: str | None) -> list[str]:
    """All that the page calls itself, to know its headline in the text."""
    return [raw for raw in (title, *(raw for _, raw in _of_head(head))) if raw]


def without_outlet(title: str, outlet: str | None, host: str) -> str:
    """The title without the outlet's name before or after it."""
    title = squeeze(title[:TITLE_CHARS])
    partings = list(_PARTING.finditer(title))
    if not partings:
        return title
    last, first = partings[-1], partings[0]
    if _is_outlet(title[last.end() :], outlet, host) and len(title[: last.start()]) >= MIN_CHARS:
        return without_outlet(title[: last.start()], outlet, host)
    if _is_outlet(title[: first.start()], outlet, host) and len(title[first.end() :]) >= MIN_CHARS:
        return title[first.end() :]
    return title


def _is_outlet(part: str, outlet: str | None, host: str) -> bool:
    site = _squashed(host.removeprefix("www."))
    label = _squashed(_OUTLET_ENDING.split(host.removeprefix("www."))[0])
    name, key = _squashed(outlet or ""), _squashed(part)
    if key in ("", name, site, label):
        return True
    if len(key) < 4 or len(part.split()) > OUTLET_WORDS:
        return False
    if key in site or (len(label) > 3 and label in key):
        return True
    return bool(name) and (key in name or name in key)


def _squashed(text: str) -> str:
    return re.sub(r"[\W_]+", "", text.casefold())


def _of_head(head: Head) -> Iterator[tuple[str, str]]:
    if (raw := text_of(head.article.get("headline"))) or (raw := text_of(head.article.get("name"))):
        yield "json-ld", raw
    if raw := head.meta("og:title"):
        yield "og", raw
    if raw := head.meta("twitter:title", "dc.title", "title", "parsely-title", "sailthru.title"):
        yield "meta", raw
    for element in head.root.iter("title"):
        if raw := line_of(element):
            name, rest = [*_COLON.split(raw, maxsplit=1), ""][:2]
            yield "meta", rest if rest and _is_outlet(name, None, host_of(head.url)) else raw
        return


def _headings(root: Element, outlet: str | None, host: str) -> list[str]:
    found: list[str] = []
    for element in root.iter("h1"):
        title = without_outlet(line_of(element), outlet, host)
        if len(title) >= MIN_CHARS and not _is_outlet(title, outlet, host):
            found.append(title)
        if len(found) == MAX_HEADINGS:
            break
    return found


def _nearness(title: str, known: list[tuple[str, str]]) -> float:
    """The greatest share of words (F1) with any of the known titles."""
    mine = Counter(words(title))
    return max(_f1(mine, Counter(words(other))) for _, other in known)


def _f1(mine: Counter[str], other: Counter[str]) -> float:
    total = mine.total() + other.total()
    return 2 * (mine & other).total() / total if total else 0.0


def _without_kicker(title: str, known: list[tuple[str, str]]) -> str:
    mine = _squashed(title)
    for _, other in known:
        key = _squashed(other)
        if len(key) >= 15 and key != mine and mine.endswith(key) and len(key) > 0.5 * len(mine):
            return other
    return title
