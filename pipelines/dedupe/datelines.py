"""Names in the dateline of an agency's text: "WASHINGTON (AP) —", "【ワシントン共同】".

A dateline stands at the very beginning: a place, often a day, and a name in brackets, between
strokes, or before a dash. Names are given as they stand; whether one is an agency is for
`agency_names` to say. A body that brackets its own short form ("... Association (APA) —") is none.
"""

import re
import unicodedata
from collections.abc import Iterator

from pipelines.dedupe.agency_names import agency_called
from pipelines.text import squeeze, words

#: A dateline is over after so many characters.
DATELINE_CHARS = 140
#: Places of a dateline, with its day, have no more words.
PLACE_WORDS = 9

_BRACKETED = re.compile(
    r"[(\[【（［/／]\s*([^()\[\]【】（）/／\n]{2,60}(?:/[^()\[\]【】\n]{1,20})?)\s*[)\]】）］/／]"
)
_OPEN = "【["
#: In brackets beside the name: place, day, writer, or a second agency.
_INNER = re.compile(r"\s*[=/,、|・\-–—]\s*|\s+")
#: Japanese and Chinese bind the place and the name together.
_TAIL_NAME = re.compile(r"(?:共同|時事|ロイター|新華社|新华社|聯合ニュース|AFP|AP)$")
_AFTER = re.compile(r"[\s.,]{0,3}(?:[\w.,]{1,12}\s){0,4}?\s?(?:[-–—―=:.،|·]|--)|\s*$")
_DASH = re.compile(r"\s?[–—―]\s|\s-{1,2}\s|\s?--\s?|\s?:\s|\.[-–—]\s?")
_COMMA = re.compile(r"[,.،]\s+")
_CHINESE = re.compile(
    r"[(（【\[]?[据據]?(?P<who>[\u4e00-\u9fff]{1,4}?社|中新[网網])(?:记者|記者)?"
    r"[^，。,、;；]{0,30}?[电電][\s)）】\]:：，,]?"
)
_WORD = re.compile(r"[^\W\d_]+")


def dateline_names(text: str) -> Iterator[str]:
    """What may be the name of an agency in the dateline of the first two paragraphs."""
    for part in text.split("\n\n", 2)[:2]:
        line = squeeze(unicodedata.normalize("NFKC", part[: 2 * DATELINE_CHARS]))
        line = line[:DATELINE_CHARS]
        yield from _chinese(line)
        yield from _in_brackets(line)
        yield from _before_dash(line)


def _chinese(line: str) -> Iterator[str]:
    """新华社北京12月22日电."""
    if match := _CHINESE.match(line):
        yield match.group("who")


def _in_brackets(line: str) -> Iterator[str]:
    place = ""
    for number, match in enumerate(_BRACKETED.finditer(line)):
        before, inside, after = line[: match.start()], match[1] or match[2], line[match.end() :]
        place = re.sub(r"[(\[【（].*?[)\]】）]", " ", before).strip()
        opened = match.group()[0] in _OPEN and not before
        if number < 3 and (opened or (_is_place(place, inside) and _goes_on(place, after))):
            yield from _inner_names(inside)


def _goes_on(place: str, after: str) -> bool:
    """True where a dash, colon or stop follows, or the place shows that it is one."""
    shown = bool(re.search(r"\d", place)) or (place.isupper() and len(place) > 2)
    return shown or not place or _AFTER.match(after) is not None


def _inner_names(inside: str) -> Iterator[str]:
    yield inside
    if match := _TAIL_NAME.search(inside):
        yield inside if inside.startswith("AFP") else match.group()
    pieces = [piece for piece in _INNER.split(inside) if piece]
    if 1 < len(pieces) <= 6 and _is_place(" ".join(pieces), ""):
        if "=" in inside or any(sign.isdigit() for sign in inside):
            pieces.reverse()
        yield from pieces


def _before_dash(line: str) -> Iterator[str]:
    """ "Tehran, Dec 19, IRNA –", "CANBERRA, AAP -", "МОСКВА, 22 дек — РИА Новости."."""
    match = _DASH.search(line)
    if match is None or match.start() == 0:
        return
    left, right = line[: match.start()], line[match.end() :]
    *places, last = _COMMA.split(left)
    if places and _is_place(" ".join(places), last):
        yield last.strip(" /.")
    if re.search(r"\d", left) and _is_place(left, ""):
        yield re.split(r"[.,:]\s|\s[-–—]\s", right, maxsplit=1)[0][:40]


def _is_place(place: str, short: str) -> bool:
    """True for what can be places and a day: names, numbers, and small words beside numbers."""
    named = place.replace("/", " ").split()
    if not named:
        return True
    if len(named) > PLACE_WORDS or re.search(r"[!?\"“”„«»;]", place):
        return False
    if agency_called(place) is not None or _abbreviates(short, named):
        return False
    return all(_fits(named, at) for at in range(len(named)))


def _fits(named: list[str], at: int) -> bool:
    word = named[at].strip(".,:-–—()[]")
    if not word or not word[0].isalpha() or not word[0].islower() or len(word) < 4:
        return word not in _SENTENCE_WORDS
    return any(any(map(str.isdigit, other)) for other in named[max(at - 2, 0) : at + 3])


#: Short words that stand in sentences and in no dateline.
_SENTENCE_WORDS = frozenset(
    words(
        "the and a an is was has his her its it he she but for who als ist war der die das ein une"
        " est un una een los las por"
    )
)


def _abbreviates(short: str, named: list[str]) -> bool:
    """True for "Psychological Association (PA)": the initials of what stands before it."""
    initials = "".join(word[0] for word in named if word[0].isupper())
    wanted = "".join(_WORD.findall(short))
    return len(wanted) > 1 and wanted.isupper() and initials.endswith(wanted)
