"""The headline, without the outlet's name.

Method, in this order (measured on four sets of pages, no rule of it costs any of them):
1. an <h1> that is word for word the headline of JSON-LD, as the outlet prints it;
2. the headline that JSON-LD gives twice, as `headline` and `alternativeHeadline`: the newsroom's,
   where the <h1> is another for search engines;
3. the <h1> that shares words with what the head gives as title: the headline as readers see it
   (exact on 90% of a public set, JSON-LD on 73%, og:title on 68%). An overline inside it (named so,
   or a section's name that the head leaves out) is dropped, unless a colon joins it to the
   headline; where JSON-LD and og:title both put "Overline: " before it, it is taken along;
4. the page's only <h1>, if it is a sentence and no link to the front page: the head was written
   for search engines or is out of date;
5. what the head gives: JSON-LD, og:title, other meta tags, <title>.

Known mistake: of two headlines that an outlet gives in all places, readers' in the <h1> and
another in og:title, some sets mean the one and some the other; the readers' is taken.
"""

import re
from collections import Counter
from collections.abc import Iterator
from itertools import islice

from pipelines.clean.addresses import is_front
from pipelines.clean.document import Element
from pipelines.clean.head import Head, line_of, text_of, unescaped
from pipelines.clean.names import name_of
from pipelines.text import count_words, squeeze, words
from pipelines.urls import absolute, host_of

#: An <h1> must share this much of its words (F1) with a title of the head to be the headline.
SHARED_WORDS = 0.35
MIN_CHARS = 2
MAX_HEADINGS = 30
OUTLET_WORDS = 5
TITLE_CHARS = 500

#: An <h1> without words of the head's title is the headline from this many words.
SENTENCE_WORDS = 4

_PARTING = re.compile(r"\s+[|–—·•»«:~/\\-]{1,2}\s+|\s*[|｜丨ㅣ]\s*|\s+::\s+")
#: Outlets that write without blanks part with less: "标题-新华网", "제목-정치ㅣ한국일보".
_UNSPACED_OUTLET = re.compile(
    r"(?<=[^\W\da-zA-Z][^\s])\s*(?:[-_–—]{1,2}[^\s_|-]{1,6}){0,2}[-_–—]{1,2}"
    r"[^\s_|-]{0,8}(?:网|網|报|報|新闻|新聞|在线|频道|ニュース|オンライン|일보|신문|뉴스|통신)$"
)
_UNSPACED_SECTION = re.compile(r"(?<=[^\W\da-zA-Z])[-_][^\W\da-zA-Z_]{1,4}$")
#: What stands over a headline, by its names in the trade of several countries.
_OVERLINE = re.compile(
    r"-(?:over-?line|top-?line|kicker|dachzeile|roof-?line|top-?title|super-?title|super-?script|"
    r"over-?title|title-?header|spitzmarke|eye-?brow|ante-?titulo|volanta|occhiello|sur-?titre)-"
)
#: In <title> alone the outlet's name also stands before a colon; in a headline that is a source.
_COLON = re.compile(r":\s+")
_OUTLET_ENDING = re.compile(r"\.(?:com|org|net|de|co|uk|news|tv|fr|it|es)\b")


def headline(head: Head, outlet: str | None, host: str) -> tuple[str, str] | None:
    """The headline and where it was read; None where nothing gives one."""
    if printed := _printed(head):
        return printed, "visible"
    known = [(source, without_outlet(raw, outlet, host)) for source, raw in _of_head(head)]
    known = [(source, title) for source, title in known if len(title) >= MIN_CHARS]
    seen = _headings(head.root, outlet, host, known)
    if not known:
        return (seen[0], "visible") if seen else None
    if twice := _said_twice(head):
        return without_outlet(twice, outlet, host), "json-ld"
    best = max(seen, key=lambda title: _likeness(title, known), default=None)
    if best is not None and _nearness(best, known) >= SHARED_WORDS:
        best = _without_kicker(best, known)
        whole = _with_overline(best, known)
        return (whole, "og") if whole else (best, "visible")
    if only := _only_heading(head):
        return only, "visible"
    return known[0][1], known[0][0]


def _said_twice(head: Head) -> str | None:
    """The headline that JSON-LD gives in both of its fields."""
    headline = text_of(head.article.get("headline"))
    other = text_of(head.article.get("alternativeHeadline"))
    return headline if headline and other and _squashed(headline) == _squashed(other) else None


def _only_heading(head: Head) -> str | None:
    """The page's one <h1>, where it is a sentence and doesn't lead to the front page."""
    headings = [(line_of(element), element) for element in islice(head.root.iter("h1"), 5)]
    headings = [(unescaped(line), element) for line, element in headings if line]
    if not headings or len({line for line, _ in headings}) > 2:
        return None
    only, element = headings[0]
    if count_words(only) < SENTENCE_WORDS or only[-1] in ":：" or "+++" in only:
        return None
    around = [*element.iter("a"), *element.iterancestors("a")][:5]
    targets = [absolute(head.url, link.get("href") or "") for link in around]
    return None if any(target and is_front(target) for target in targets) else only


def _with_overline(title: str, known: list[tuple[str, str]]) -> str | None:
    """ "Overline: Headline" of og:title, where JSON-LD too has the overline before the headline."""
    mine = words(title)
    before = {
        source: other
        for source, other in known
        if source in ("json-ld", "og") and len(words(other)) > len(mine)
        if words(other)[-len(mine) :] == mine
    }
    if not mine or len(before) < 2:
        return None
    _, colon, rest = before["og"].partition(":")
    return before["og"] if colon and words(rest) == mine else None


def _printed(head: Head) -> str | None:
    """The <h1> that is word for word the headline of the head: it stays as the outlet prints it,
    even with the outlet's name in it ("BBC: ...")."""
    given = {squeeze(raw[:TITLE_CHARS]) for source, raw in _of_head(head) if source == "json-ld"}
    if not given:
        return None
    lines = (unescaped(line_of(element)) for element in islice(head.root.iter("h1"), MAX_HEADINGS))
    return next((line for line in lines if line in given and len(line) >= MIN_CHARS), None)


def titles_of(head: Head, title: str | None) -> list[str]:
    """All that the page calls itself, to know its headline in the text."""
    return [raw for raw in (title, *(raw for _, raw in _of_head(head))) if raw]


def without_outlet(title: str, outlet: str | None, host: str) -> str:
    """The title without the outlet's name before or after it."""
    title = squeeze(title[:TITLE_CHARS])
    title = _UNSPACED_OUTLET.sub("", title)
    partings = list(_PARTING.finditer(title))
    if not partings:
        return title
    last, first = partings[-1], partings[0]
    if _is_outlet(title[last.end() :], outlet, host) and len(title[: last.start()]) >= MIN_CHARS:
        return without_outlet(_UNSPACED_SECTION.sub("", title[: last.start()]), outlet, host)
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
        yield "og", unescaped(raw)
    if raw := head.meta("twitter:title", "dc.title", "title", "parsely-title", "sailthru.title"):
        yield "meta", unescaped(raw)
    for element in head.root.iter("title"):
        if raw := line_of(element):
            name, rest = [*_COLON.split(raw, maxsplit=1), ""][:2]
            yield "meta", rest if rest and _is_outlet(name, None, host_of(head.url)) else raw
        return


def _headings(
    root: Element, outlet: str | None, host: str, known: list[tuple[str, str]]
) -> list[str]:
    found: list[str] = []
    for element in root.iter("h1"):
        line = _without_overline(element, unescaped(line_of(element)), known)
        title = without_outlet(line, outlet, host)
        if len(title) >= MIN_CHARS and not _is_outlet(title, outlet, host):
            found.append(title)
        if len(found) == MAX_HEADINGS:
            break
    return found


def _without_overline(element: Element, line: str, known: list[tuple[str, str]]) -> str:
    """The heading without an overline named so, unless a colon makes it part of the headline."""
    for child in islice(element.iter("span", "div", "small", "strong", "em", "p"), 5):
        over = unescaped(line_of(child))
        if not over or len(over) >= len(line) or not line.startswith(over):
            continue
        rest = line[len(over) :].lstrip()
        joined = over[-1] in ":：" or rest[:1] in (":", "：", "")
        if joined or not _OVERLINE.search(name_of(child.items())):
            continue
        if any(_squashed(title) == _squashed(line) and ":" in title for _, title in known):
            continue
        return rest.lstrip("-–—|•· ")
    return line


def _likeness(title: str, known: list[tuple[str, str]]) -> tuple[float, bool]:
    """How near it is to a known title; alike near, a sentence goes before a section."""
    return _nearness(title, known), count_words(title) >= SENTENCE_WORDS


def _nearness(title: str, known: list[tuple[str, str]]) -> float:
    """The greatest share of words (F1) with any of the known titles."""
    mine = Counter(words(title))
    return max(_f1(mine, Counter(words(other))) for _, other in known)


def _f1(mine: Counter[str], other: Counter[str]) -> float:
    total = mine.total() + other.total()
    return 2 * (mine & other).total() / total if total else 0.0


def _without_kicker(title: str, known: list[tuple[str, str]]) -> str:
    mine = _squashed(title)
    if any(other == title for _, other in known):
        return title
    for _, other in known:
        key = _squashed(other)
        if len(key) >= 15 and key != mine and mine.endswith(key) and len(key) > 0.5 * len(mine):
            return other
    return title
