"""Lines that stand above or below a text and say whose it is: "(dpa)", "Source: Xinhua".

Names have to stand alone: a line that speaks of a share ("contributed to this report") is no
credit, nor is a picture's.
"""

import re
import unicodedata
from collections.abc import Iterator

from pipelines.dedupe.agency_names import NAME_CHARS, agency_called
from pipelines.dedupe.bylines import BEGINS, PICTURE, Own, agency_of_byline, without_role
from pipelines.text import squeeze

#: Paragraphs at the end of a text among which a credit line is looked for ...
TAIL = 4
#: ... and those of them whose last words can be one.
ENDINGS = 2
#: A longer paragraph is no credit line; of it only its last words are looked at.
LINE_CHARS = 250
#: Longest name behind the last sentence of a text.
ENDING_CHARS = 45

#: Reuters' own ending names its reporters and editors; others name one of both.
_REPORTED = re.compile(
    r"\(?\s*(?:reporting|writing|reporte|reportaje|reportage|bericht|reportagem|por|redacción|"
    r"redaction|escrito|narración|информацию подготовил\w*)\b.{2,200}?\b(?:edit(?:ing|ado|ada|é|ée|"
    r"ed|ing and writing)|editado|edição|édité|redigiert|edición|редактор)\b",
    re.IGNORECASE,
)
_RIGHTS = re.compile(
    r"\W*(?:©|\(c\)|copyright)\s*(?:©|\(c\)|by)?[\s,:]*(?:\d{4}(?:\s?[-–]\s?\d{4})?)?[\s,:]*"
    r"(?:by\s+)?(?P<who>[^\d\s].{0,80})",
    re.IGNORECASE,
)
_SOURCE = re.compile(
    r"\W*(?:sources?|quellen?|fuentes?|fontes?|källa|källor|kilder?|bron(?:nen)?|źródł[oa]|zdroje?|"
    r"forrás|источники?|джерело|източник|izvor|kaynak|sumber|nguồn|theo|sursa|lähde|lähteet|πηγή|"
    r"स्रोत|ที่มา|来源|來源|消息来源|稿源|出典|提供|출처|자료|المصدر|منبع|מקור)\s*(?:[:：]|(?<=theo))\s*(?P<who>.{2,80})",
    re.IGNORECASE,
)
_LISTED = re.compile(r"\s*(?:[,;/、|&+]|\s(?:and|und|et|y|e|og|och|и|та|ve|dan|와|과)\s)\s*")
_ENDS_SENTENCE = re.compile(r"[.!?。！？…”\"»」』*)]\s+|[。」]")
_WRAPPED_END = re.compile(r"[.!?。！？…”\"»]\s*([(\[/](?:©\s*)?[^()\[\]/]{2,40}[)\]/])[.\s]*$")
_WRAPPED = "()[]（）［］【】/／=-–—―*©.:_~<> \t"
_INITIALS = re.compile(r"[a-zäöü]{2,4}\d{0,3}")


def agencies_above(text: str, own: Own, language: str | None) -> Iterator[str]:
    """Of the first two paragraphs, where one is a byline or an agency's name alone."""
    for part in text.split("\n\n", 2)[:2]:
        if len(part) <= NAME_CHARS and (found := _in_head(_folded(part), own, language)):
            yield found


def agencies_below(text: str, language: str | None) -> Iterator[str]:
    """Of the last paragraphs, the last one first: whole lines of credit, and last words."""
    for place, part in enumerate(reversed(_last(text))):
        if PICTURE.match(part):
            continue
        line = _folded(part[-LINE_CHARS:])
        found = _in_tail(line, language) if len(part) <= LINE_CHARS else None
        if found is None and place < ENDINGS:
            found = _in_ending(line, language)
        if found:
            yield found


def _last(text: str) -> list[str]:
    return [part for part in text[-LINE_CHARS * 2 * TAIL :].split("\n\n")[-TAIL:] if part]


def _folded(part: str) -> str:
    return squeeze(unicodedata.normalize("NFKC", part))


def _in_head(line: str, own: Own, language: str | None) -> str | None:
    """Above the text: a byline that says so, or an agency's name alone."""
    if BEGINS.match(line) and not line.endswith((".", "!", "?")):
        return agency_of_byline(line, own, language)
    return _agencies_in(line, language)


def _in_tail(line: str, language: str | None) -> str | None:
    """Below the text: who reported and edited, whose rights, which source."""
    if _REPORTED.match(line):
        return "Reuters"
    for pattern in (_RIGHTS, _SOURCE):
        if match := pattern.match(line):
            who = match.group("who")
            return _holder(who, language) if pattern is _RIGHTS else _agencies_in(who, language)
    return _agencies_in(line, language)


def _in_ending(line: str, language: str | None) -> str | None:
    """Behind the last sentence: "(dpa)", "- Bernama", "/ritzau/"."""
    *_, start = [0, *(match.end() for match in _ENDS_SENTENCE.finditer(line))]
    wrapped = _WRAPPED_END.search(line)
    ending = wrapped.group(1) if wrapped else line[start:]
    if not (start or wrapped) or len(ending) > ENDING_CHARS:
        return None
    return _agencies_in(ending, language)


def _holder(who: str, language: str | None) -> str | None:
    """Of a line of rights: the name before the next sentence or sign."""
    pieces = [who, re.split(r"[.,;:|/(]|\s[-–—]\s|\ball\b|\btous\b|\balle\b", who, maxsplit=1)[0]]
    found = (agency_called(piece.strip(_WRAPPED), language) for piece in pieces)
    return next((agency.name for agency in found if agency), None)


def _agencies_in(line: str, language: str | None) -> str | None:
    """The first agency of a line of agencies alone: "(dpa/AFP)", "AP, Reuters". Initials of who
    handled it may follow; who stands before an agency is its outlet's own."""
    if len(line) > NAME_CHARS:
        return None
    bare = line.strip(_WRAPPED)
    if agency := agency_called(bare, language) or agency_called(without_role(bare), language):
        return agency.name
    first, *rest = _LISTED.split(bare)
    agency = agency_called(first.strip(_WRAPPED), language)
    handled = all(_INITIALS.fullmatch(each) or agency_called(each, language) for each in rest)
    return agency.name if agency and rest and handled else None
