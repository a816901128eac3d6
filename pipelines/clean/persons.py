"""A raw byline -> the names in it: persons and agencies, as printed.

Method: what is no byline at all (an address, a mail, a sentence) is refused whole; "By" and its kin
go, then what stands behind a bar or a dash, brackets, degrees and roles; the rest is parted at
commas, "and" in several languages and the marks of other scripts. Names need no capitals: Chinese,
Japanese, Korean, Arabic, Hebrew, Hindi and Thai have none, agencies often not either ("dpa").

What the page declares (JSON-LD, meta tags) may be any name that it gives its author: a desk, a
user's handle, a site. What merely stands in a byline must look like a person's or agency's name.

Known mistakes: a place behind a comma ("Name, Lille") is taken for a second author where it is
declared; "Surname, Forename" is put in order only in the fields of libraries, which write so.
"""

import re
from collections.abc import Iterable, Iterator

from pipelines.clean.head import unescaped
from pipelines.text import is_unspaced, squeeze

MAX_AUTHORS = 12
NAME_WORDS = 6
NAME_CHARS = 60
BYLINE_CHARS = 300

#: Agencies that print their names in small letters or stand alone behind a comma.
AGENCIES = frozenset(
    {
        *("dpa", "afp", "ap", "apa", "sda", "sid", "reuters", "epd", "kna", "rtr", "pti", "ani"),
        *("ians", "uni", "efe", "ansa", "agi", "adnkronos", "lusa", "belga", "anp", "tt", "ntb"),
        *("ritzau", "stt", "pap", "čtk", "ctk", "mti", "agerpres", "tass", "ria", "interfax"),
        *("unian", "ukrinform", "aa", "dha", "iha", "anadolu", "xinhua", "kyodo", "jiji"),
        *("yonhap", "antara", "bernama", "aap", "cp", "pa", "ats", "keystone-sda", "bloomberg"),
        *("associated press", "agence france-presse", "canadian press", "press association"),
    }
)

_BY = re.compile(
    r"^(?:(?:written|posted|reported|published|edited|created|story|text|words|article|analysis|"
    r"opinion|review|report|interview|photos?|veröffentlicht|erstellt|geschrieben|verfasst|"
    r"(?:show|view|see) all (?:posts|articles)|(?:zeige )?alle (?:beiträge|artikel)|ein beitrag|"
    r"publi[ée]|posté|écrit|publicado|escrito|scritto|pubblicato|geplaatst|geschreven|skrevet|"
    r"skriven)\s+)?"
    r"(?:by|von|par|por|di|af|av|door|przez|autor(?:in|e|en|a)?|auteur|autore|author|text|texte|"
    r"tekst|reporter|автор|текст|автори?|yazar|yazan|haber|oleh|penulis|bởi|tác giả|"
    r"γράφει|συντάκτης|بقلم|كتب|كتبت|نویسنده|מאת|लेखक)\b\s*[:：]?\s+|"
    r"^(?:by|von|author|autor|redaktion)\s*[:：]\s*|^By(?=[A-Z][a-z])|"
    r"^(?:作者|記者|记者|本报记者|本報記者|文|撰文|編集|责任编辑|責任編輯|责编|文・)\s*[:：/／|]?\s*",
    re.IGNORECASE,
)
_AND = re.compile(
    r"\s*[;/•·、，；\n]\s*|\s*,\s*(?:and\s+)?|\s+(?:and|und|et|och|with|mit|avec|&|\+|ve|и)\s+|"
    r"(?<=[a-zà-ÿ])\s+(?:y|e|og|en|i|a)\s+(?=[A-ZÀ-Ý])"
)
#: Behind it stands what the person belongs to.
_BEHIND = re.compile(r"\s*[|｜]\s*|\s+[-–—]\s+(?=[^-–—]*\b(?:team|staff|editorial|desk)\b)", re.I)
_BRACKETS = re.compile(r"[(\[][^()\[\]]{0,80}[)\]]")
_ADDRESS = re.compile(r"://|^www\.|\S@\S+\.\S", re.IGNORECASE)
_FROM = re.compile(r"(?<=\w)\s+in\s+[A-ZÀ-Ý][\w.-]{1,30}(?:\s[A-ZÀ-Ý][\w.-]{1,30})?$")
_AGENCY_BEHIND = re.compile(
    r"(?<=[a-z])(?<!\bthe)\s+(?:(?:for\s+)?the\s+)?(?:associated\s+press|reuters)$", re.IGNORECASE
)
#: Degrees and titles behind a name, where a comma parts them or not.
_DEGREE = (
    r"(?:m\.?d|d\.?o|ph\.?\s?d|m\.?p\.?h|m\.?b\.?a|j\.?d|r\.?n|r\.?d|rdn|ld|ldn|dvm|vmd|bsn|msn|"
    r"m\.?sc?|m\.?a|b\.?a|b\.?sc|mba|cpa|cfp|cfa|cscs|cpt|esq|psy\.?d|dds|dmd|facp|faclm|facs|"
    r"fnp|aprn|np|pa-c|lcsw|lmft|pharm\.?d|ed\.?d|ll\.?m|msw|mrcvs|rd/n)\.?"
)
_DEGREES = re.compile(rf"(?:,?\s+{_DEGREE})+(?=\s*(?:,|;|$|\band\b))", re.IGNORECASE)
_KOREAN_ROLE = re.compile(r"\s*(?:기자|특파원|논설위원|선임기자|인턴기자|앵커)$")
_HAN_ROLE = re.compile(r"(?:\s*(?:記者|记者|特派员|編集委員|記者団|報導|报道|摄影))$")
_HANDLE = re.compile(r"[a-z0-9._-]+|\w*[\d_]\w*|\S+\.\S+")
_PARTICLE = frozenset(
    {
        *("de", "da", "do", "dos", "das", "del", "della", "di", "du", "la", "le", "van", "von"),
        *("der", "den", "zu", "zur", "ten", "ter", "bin", "ibn", "al", "el", "af", "av", "y", "e"),
    }
)

_NO_NAME = re.compile(
    r"""[<>={}\[\]"“”„\\#*%$€£§]|https?:|www\.|[!?…]|[.:：]$|^[\W\d_]*$|\bcookies?\b""",
    re.IGNORECASE,
)
_NO_SIGNED_NAME = re.compile(r"[@_\d:]|\.(?:com|org|net|de|co\.uk)\b", re.IGNORECASE)
_INITIAL = re.compile(r"(?:^|[\s.])(?:[A-ZÀ-Þ]|jr|sr|dr|st|ph\.?d|m\.?d)\.$", re.IGNORECASE)
_NOT_PERSONS = frozenset(
    {
        *("facebook", "twitter", "instagram", "linkedin", "youtube", "pinterest", "whatsapp"),
        *("reddit", "tiktok", "telegram", "google", "admin", "administrator", "editor"),
        *("editors", "newsroom", "webmaster", "unknown", "anonymous", "null", "none"),
        *("undefined", "author", "authors", "guest", "user", "share", "email", "home", "news"),
        *("editorial", "contributor", "read", "more", "updated", "published", "name"),
        *("follow", "subscribe", "comments", "reporter", "correspondent", "no author", "x"),
        *("about the author", "the author", "about the authors", "sponsored", "advertorial"),
        *("person", "organization", "n/a", "na", "root", "default", "autor", "autorin", "auteur"),
        *("false", "true", "object", "[object object]", "please enter your name here"),
    }
)
_ROLE = re.compile(
    r"\b(?:writer|reporter|correspondent|editor|columnist|contributor|producer|journalist|"
    r"bureau|chief|director|professor|analyst|photographer|fellow|expert|founder|co-founder|"
    r"redakteur\w*|korrespondent\w*|head of|officer|specialist|manager|president|news desk)\b|"
    r"(?:記者|记者)$",
    re.IGNORECASE,
)
_NEVER = re.compile(
    r"\b(?:minutes?|min read|ago|updated|published|posted|veröffentlicht|publiziert|publicado|"
    r"all (?:posts|articles)|alle (?:artikel|beiträge)|read more|reviewed by|comments?|antworten|"
    r"reply|says|sign in|log ?in|subscribe|follow)\b|"
    r"^(?:(?:mon|tues|wednes|thurs|fri|satur|sun)day|montag|dienstag|mittwoch|donnerstag|freitag|"
    r"samstag|sonntag|von|by|par|por)$",
    re.IGNORECASE,
)
_DAYS = re.compile(
    r"\s+(?:mon|tues|wednes|thurs|fri|satur|sun)day$|\s+alle artikel$|\s+all articles$",
    re.IGNORECASE,
)


def names(raws: Iterable[str], *, declared: bool = False) -> tuple[str, ...]:
    """The names in some raw bylines, each once, in order; `declared` where the page itself says
    that these are its authors."""
    found: dict[str, str] = {}
    for raw in raws:
        for part in _parts(raw, declared):
            found.setdefault(part.casefold(), part)
    return tuple(found.values())[:MAX_AUTHORS]


def in_order(raw: str) -> str:
    """ "Surname, Forename" as "Forename Surname"; anything else as it is."""
    surname, comma, forename = (part.strip() for part in raw[:BYLINE_CHARS].partition(","))
    simple = comma and forename and "," not in forename and " " not in surname
    return f"{forename} {surname}" if simple else raw


def _parts(raw: str, declared: bool) -> Iterator[str]:
    if _ADDRESS.search(raw[:BYLINE_CHARS]):
        return
    line = _without_belongings(raw[:BYLINE_CHARS])
    parts = [_bare(part) for part in _split(line)]
    kept = [_with_dot(part, line) for part in parts if part]
    fit = [part for part in kept if is_name(part, declared=declared)]
    persons = [part for part in fit if not _ROLE.search(part)]
    yield from persons or (fit if declared else ())


def _without_belongings(raw: str) -> str:
    line = _BRACKETS.sub(" ", squeeze(unescaped(raw)))
    line = _BY.sub("", line.strip(), count=1)
    line = _BEHIND.split(line, maxsplit=1)[0]
    return _DEGREES.sub("", line)


def _split(line: str) -> list[str]:
    return [part or "" for part in _AND.split(line)]


def _bare(part: str) -> str:
    part = _BY.sub("", squeeze(part), count=1)
    for ending in (_KOREAN_ROLE, _HAN_ROLE, _FROM, _DAYS, _AGENCY_BEHIND):
        part = ending.sub("", part) or part
    return part.strip(" ,.-–—'’:|")


def _with_dot(part: str, line: str) -> str:
    dotted = f"{part}."
    return dotted if _INITIAL.search(dotted) and dotted in line else part


def is_name(part: str, *, declared: bool = False) -> bool:
    """True for what can be the name of a person or an agency; with `declared`, also of a desk, a
    site or an account."""
    key = part.casefold()
    if key in AGENCIES:
        return True
    if not 2 <= len(part) <= NAME_CHARS or len(part.split()) > NAME_WORDS:
        return False
    bare = _INITIAL.sub("", part)
    if key in _NOT_PERSONS or _NO_NAME.search(bare) or _NEVER.search(part):
        return False
    if declared:
        return part[0].isalnum()
    return not _NO_SIGNED_NAME.search(bare) and not _ROLE.search(part) and _is_written_as_name(part)


def _is_written_as_name(part: str) -> bool:
    if part[0].islower():
        return any(word[0].isupper() for word in part.split())
    if is_unspaced(part[0]):
        return len(part) <= 20
    return part[0].isalpha()


def is_handle(name: str) -> bool:
    """True for what is an account's name rather than a person's or an agency's."""
    return name.casefold() not in AGENCIES and _HANDLE.fullmatch(name) is not None


def is_personal(name: str) -> bool:
    """True for what is written as the whole name of a person: it needs no other sign."""
    if is_unspaced(name[0]):
        return 2 <= len(name) <= 6
    parts = name.split()
    written = all(part[0].isupper() or part in _PARTICLE or not part[0].isascii() for part in parts)
    return 2 <= len(parts) <= 4 and written and not _ROLE.search(name)
