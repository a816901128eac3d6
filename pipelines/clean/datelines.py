"""The date that stands in sight: beside the headline or the byline, or with a word for it.

Method: every short text with a date in it gets points for what names it, for the words before it,
for its place after the headline and for being nothing but a date; it loses them in a footer, a
list of other stories, a comment. The best one counts, from a certain number of points on; a date
that nothing but its place in the open speaks for counts last. On 197 recorded pages without a time
in their markup it was right on 77%, htmldate in its extensive mode on 72%, at 2.6 ms against 70 ms
(and 5 s at its first page, for which it loads all languages of dateparser).

Known mistakes: a list of dated notes, of which the first is taken; the lone date of a footer.
Way out: a name in `_OTHER_NAME`.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import islice

from lxml import etree

from pipelines.clean.document import Element
from pipelines.clean.names import name_of
from pipelines.clean.written import Written, first_date

#: A longer text is a story's; a date in it belongs to what it tells,
#: unless it begins with it, as agencies do ("27.1.2022 - The ...").
TEXT_CHARS = 160
#: So much of a text is looked at.
HEAD_CHARS = 300
#: Texts with a date that are weighed at most.
MAX_CANDIDATES = 60
MAX_ELEMENTS = 40_000
#: Texts behind the headline among which a date is beside it.
NEAR = 40
#: Points from which a date is the page's.
ENOUGH = 1
#: With less the first of all with this many: a date in the open that nothing names.
BARELY = -1
#: A date of change counts only where no other has half as many points.
OF_CHANGE = 0.5
#: Characters beside a date that leave it a date and nothing else ("Published on ..., 10:15 GMT").
BESIDE_CHARS = 28

_YEAR = re.compile(r"\d{4}|\d[./-]\d{1,2}[./-]\d{2}")
_DATE_NAME = re.compile(
    r"-(?:date|datetime|dates|time|timestamp|published|publish|publication|posted|pubdate|pub|"
    r"dateline|datum|fecha|data|dato|created|creation|erstellt|postdate|updated|byline|meta|"
    r"postmeta|metadata|info|author)-"
)
_OTHER_NAME = re.compile(
    r"-(?:comments?|related|recent|popular|latest|sidebar|widgets?|event|events|teaser|card|"
    r"calendar|archive|copyright|footer|nav|menu|more|recommended|similar|next|prev|reply|"
    r"review|reviews|product|price)-"
)
_PUBLISHED = re.compile(
    r"\b(?:published|posted|publication date|first published|released|written on|created|issued|"
    r"veröffentlicht|erschienen|erstellt|datum|pressemitteilung vom|meldung vom|press release|"
    r"communiqu[ée]|comunicato|publi[ée]|posté|mis en ligne|publicado|publicada|"
    r"fecha|pubblicato|data|gepubliceerd|geplaatst|publicerad|publisert|udgivet|julkaistu|"
    r"opublikowano|dodano|publikováno|megjelent|publicat|yayınla\w*|tarih|"
    r"опубликован\w*|дата|опубліковано|δημοσι\w+|diterbitkan|đăng|نشر|פורסם)\b|"
    r"発行|公開|掲載|发布|發布|发表|时间|입력|등록|เผยแพร่|प्रकाशित",
    re.IGNORECASE,
)
_CHANGED = re.compile(
    r"\b(?:updated?|modified|revised|last (?:edited|reviewed)|aktualisiert|stand|geändert|"
    r"mis à jour|modifié|actualizad[oa]|aggiornat[oa]|bijgewerkt|uppdaterad|oppdatert|opdateret|"
    r"päivitetty|aktualizacja|güncelle\w*|обновлен\w*|оновлено|diperbarui|cập nhật)\b|"
    r"更新|修正|수정|अपडेट",
    re.IGNORECASE,
)
_NEVER = re.compile(r"©|\(c\)|copyright|all rights reserved|born|expires|deadline", re.IGNORECASE)
_BESIDE = frozenset({"aside", "nav", "footer"})


@dataclass(frozen=True, slots=True)
class Dateline:
    """A date in sight, what it is of ("published" or "modified"), its text and its points."""

    written: Written
    role: str
    raw: str
    points: int


def dateline(root: Element, language: str | None) -> Dateline | None:
    """The best date in sight; None where none has enough points."""
    found = list(islice(_datelines(root, language), MAX_CANDIDATES))
    best = max(found, key=lambda line: line.points, default=None)
    if best is None or best.points < ENOUGH:
        return next((line for line in found if line.points >= BARELY), None)
    if best.role == "modified":
        others = [line for line in found if line.role == "published"]
        other = max(others, key=lambda line: line.points, default=best)
        best = other if other.points >= OF_CHANGE * best.points else best
    return best


def _datelines(root: Element, language: str | None) -> Iterator[Dateline]:
    place: int | None = None
    for element in islice(root.iter(etree.Element), MAX_ELEMENTS):
        if element.tag in ("script", "style", "noscript"):
            continue
        if element.tag == "h1":
            place = 0
        elif place is not None and element.text and not element.text.isspace():
            place += 1
        for text, owner in ((element.text, element), (element.tail, element.getparent())):
            if text and _YEAR.search(text[:HEAD_CHARS]):
                line = _weighed(" ".join(text[:HEAD_CHARS].split()), owner, place, language)
                if line is not None:
                    yield line


def _weighed(
    text: str, element: Element, place: int | None, language: str | None
) -> Dateline | None:
    if _NEVER.search(text):
        return None
    written = first_date(text, language)
    if written is None:
        return None
    if len(text) > TEXT_CHARS and len(text[: written.begin].split()) > 1:
        return None
    before = _before(text, written, element)
    points = _of_place(place) + _of_names(element)
    points += 2 if len(text) - (written.end - written.begin) <= BESIDE_CHARS else -1
    changed = _CHANGED.search(before) is not None
    if _PUBLISHED.search(before):
        points += 4
        changed = False
    elif changed:
        points += 2
    role = "modified" if changed else "published"
    return Dateline(written, role, text[written.begin : written.end], points)


def _before(text: str, written: Written, element: Element) -> str:
    """The words before the date, also of the elements right before its own."""
    words = text[max(0, written.begin - 40) : written.begin]
    if len(words.strip()) > 3:
        return words
    sibling = element.getprevious()
    label = "".join(sibling.itertext())[-40:] if sibling is not None else ""
    parent = element.getparent()
    return f"{(parent.text or '')[-40:] if parent is not None else ''} {label} {words}"


def _of_place(place: int | None) -> int:
    if place is None:
        return 0
    return 3 if place <= NEAR // 4 else 2 if place <= NEAR else 0


def _of_names(element: Element) -> int:
    points = 2 if element.tag in ("time", "abbr") else 0
    for distance, around in enumerate((element, *islice(element.iterancestors(), 8))):
        if around.tag in _BESIDE:
            return points - 4
        if around.tag == "li" and distance <= 3:
            points -= 1
        name = name_of(around.items())
        if name and _OTHER_NAME.search(name):
            return points - 3
        if name and distance <= 2 and points < 2 and _DATE_NAME.search(name):
            points += 2
    return points
