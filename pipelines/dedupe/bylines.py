"""Whom a byline names: an agency, a person at one, another outlet.

A byline that names the outlet's own staff beside an agency says that the text is its own; so does
"with AFP". An agency that no row has is told by its own words.
"""

import re
import unicodedata
from collections.abc import Iterable

from pipelines.dedupe.agency_names import NAME_CHARS, agency_called, is_ambiguous
from pipelines.dedupe.origin import is_named
from pipelines.text import squeeze, words

#: The outlet by name, where it has one, and its registrable domain.
Own = tuple[str | None, str]

BEGINS = re.compile(
    r"(?:by|von|par|por|di|da|door|av|af|fra|od|przez|от|oleh|yazar|text|texte|texto|testo|tekst)"
    r"\s*:?\s+(?=\S)|(?:作者|記者|记者|文)\s*[/:／：]\s*",
    re.IGNORECASE,
)
PICTURE = re.compile(
    r"\W*(?:photos?|photograph\w*|picture|image|foto\w*|bild|imagen|imagem|immagine|afbeelding|"
    r"billede|bilde|kuva|zdjęcie|фото|写真|照片|图片|圖片|사진|صورة)\b|[写照图圖]",
    re.IGNORECASE,
)
#: "with AFP", "mit dpa", "con información de EFE": what follows had a share in it.
_WITH = re.compile(
    r"[(,;/|–—-]?\s*\b(?:with|mit|avec|con|com|met|med|ja|z|s|с|ile|dengan|cu|и|and|und|et|e|y|og|och|"
    r"en|i|oraz|&|\+)\b\s+"
    r"(?:(?:files?|inputs?|reporting|reports?|material|informations?|información|informações|"
    r"agenturmaterial|materiaal|materialem?) (?:from|by|of|von|de|da|van|d['’])?\s*)?(?=\S)",
    re.IGNORECASE,
)
_PART = re.compile(r"\s*(?:[,;|/·•]|\s[-–—]\s|[()（）\[\]]|\bof the\b|\bof\b|\bfor\b|\bat\b)\s*")
_ROLE = frozenset(
    words(
        """
    staff writer writers reporter reporters correspondent correspondents journalist sports sport
    business technology tech political politics national international security entertainment film
    movie science health medical education diplomatic white house media editor editors news agency
    bureau desk service wire wires newswire photographer chief senior special foreign world economic
    economics legal affairs environment religion travel the in contributor contributors redaktion
    redakteur redakteurin korrespondent korrespondentin agentur agence agencia agência agenzia
    rédaction redacción redação redazione redactie redaktionen
        """
    )
)
_STAFF = re.compile(
    r"\b(?:staff|newsroom|reporters?|redaktion|redacci[oó]n|redação|rédaction|redazione|redactie)\b",
    re.IGNORECASE,
)
#: Names that say by themselves that they are an agency's, where no row has them.
_SAYS_AGENCY = re.compile(
    r"(?:[\w'’.-]+ ){1,4}(?:news|press|wire) (?:agency|service|association)"
    r"|(?:nachrichtenagentur|presseagentur|agence de presse|agencia de noticias|agência de notícias"
    r"|agenzia di stampa|информационное агентство|haber ajansı|وكالة أنباء|وكالة الأنباء)"
    r"(?: [\w'’.-]+){1,4}|[^\W\d_]{2,12}(?:通讯社|通訊社|通信社|통신사)",
    re.IGNORECASE,
)
#: Outlets that a byline names beside a person: "Jane Roe, The Harbour Post".
_SAYS_OUTLET = re.compile(
    r"The (?:[A-Z][\w'’.&-]* ){1,4}(?:Post|Star|Sun|Mirror|Globe|Standard|Guardian|Independent|"
    r"Record|Mail|Echo|Ledger|Review|Republic|Press|Bee|Citizen|Sentinel|{times})"
    r"|(?:[A-Z][\w'’.&-]* ){1,4}(?:{times})".replace(
        "{times}",
        "Times|News|Herald|Tribune|Gazette|Journal|Chronicle|Telegraph|Dispatch|Courier|Examiner|"
        "Inquirer|Bulletin|Register|Observer",
    )
)


def agency_of_authors(authors: Iterable[str], own: Own, language: str | None) -> str | None:
    """The agency, or the other outlet, of the first author who is one or belongs to one; None where
    the outlet's own staff is named beside."""
    names = [squeeze(unicodedata.normalize("NFKC", name[: 2 * NAME_CHARS])) for name in authors]
    if any(is_named(name, *own) or _is_own_staff(name, own) for name in names):
        return None
    return next(filter(None, (agency_of_byline(name, own, language) for name in names)), None)


def _is_own_staff(name: str, own: Own) -> bool:
    """True for "Harbour Post Staff", the outlet's own."""
    bare = _STAFF.sub("", name)
    return bare != name and (not bare.strip(" ,-") or is_named(bare, *own))


def agency_of_byline(line: str, own: Own = (None, ""), language: str | None = None) -> str | None:
    """The agency, or the other outlet, that a byline names as its writers'; None for nobody."""
    if PICTURE.match(line):
        return None
    line = BEGINS.sub("", line, count=1) if BEGINS.match(line) else line
    if agency := agency_called(line, language) or agency_called(without_role(line), language):
        return agency.name
    if _SAYS_AGENCY.fullmatch(line):
        return line
    parts = [part for part in _PART.split(_alone(line)) if part]
    if any(is_named(part, *own) or _is_own_staff(part, own) for part in parts):
        return None
    for part in parts:
        if found := _part_of_byline(part, own, language):
            return found
    return None


def _part_of_byline(part: str, own: Own, language: str | None) -> str | None:
    bare = part if agency_called(part, language) else without_role(part)
    if agency := agency_called(bare, language):
        return agency.name
    if _SAYS_AGENCY.fullmatch(part):
        return part
    is_other = _SAYS_OUTLET.fullmatch(part) is not None and not _is_kin(part, own)
    return part if is_other else None


def _alone(line: str) -> str:
    """The line without those who had a share only: agencies behind "with" or "and", as long as
    not all who are named are agencies."""
    match = _WITH.search(line)
    if match is None:
        return line
    before, after = line[: match.start()], line[match.end() :]
    shared = any(agency_called(part) or is_ambiguous(part) for part in _PART.split(after))
    wired = any(agency_called(part) for part in _PART.split(before))
    return before if shared and not wired else line


def without_role(name: str) -> str:
    """ "AP" for "AP National Security Writer"."""
    left = name.split()
    while left and left[-1].casefold().strip(".") in _ROLE:
        left.pop()
    while left and left[0].casefold() in _ROLE:
        left.pop(0)
    return " ".join(left)


def _is_kin(name: str, own: Own) -> bool:
    """True where one of both names holds the other: "BBC" and "BBC News"."""
    mine = ["".join(filter(str.isalnum, (each or "").casefold())) for each in own]
    other = "".join(filter(str.isalnum, name.casefold()))
    return any(one and (one in other or other in one) for one in (*mine, own[1].partition(".")[0]))
