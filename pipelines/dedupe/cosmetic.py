"""Lines that a page changes by itself: dates, counters, prompts, bylines, tickers, marks of ads.

Told by their words alone, in the languages of `lines.toml`; a line in another one is text. Known
mistakes: a subheading that is a date ("5 December") counts as a date line, so that an edit of it
alone is missed; a related headline that stands without a word before it counts as text.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from functools import cache

from pipelines.dedupe.prompts import LINE_WORDS, patterns, read_lines
from pipelines.dedupe.typography import plain
from pipelines.text import count_words, is_unspaced, squeeze

#: A longer line is never cosmetic, and no pattern is tried on it.
LOOKED_AT = 240
#: Parts of one line that are looked at by themselves: "By Ada Quill | 3 hours ago | 5 min read".
MOST_PARTS = 8

_PARTS = re.compile(r"\s*[|·•‖¦/]\s+|\s+[–—]\s+|\t")
_TOKEN = re.compile(r"\d+|[^\W\d_]+(?:'[^\W\d_]+)?")
_SHAPE = re.compile(
    r"\d{4}[-/.]\d{1,2}[-/.]\d{1,2}|\d{1,2}[-/.]\d{1,2}[-/.]\d{2,4}|\d{1,2}[:h]\d{2}"
)
_MOVED = re.compile(r"[%▲▼△▽↑↓+±]|\d[.,]\d")


def _set(*tables: str) -> frozenset[str]:
    return frozenset(word for table in tables for word in plain(table).split())


def _runs(*tables: str) -> re.Pattern[str]:
    """A run that is put together from these terms; possessive, so that no input takes long."""
    terms = sorted(_set(*tables), key=len, reverse=True)
    return re.compile(f"(?:{'|'.join(map(re.escape, terms))})++")


class _Words:
    """`lines.toml` as sets of words, and as patterns of runs for scripts that part no words."""

    def __init__(self, words: Mapping[str, str]) -> None:
        self.updated, self.calendar = _set(words["updated"]), _set(words["calendar"])
        self.dates = self.updated | self.calendar | _set(words["connecting"])
        self.counted, self.none = _set(words["counted"]), _set(words["none"])
        self.counts = self.counted | self.none | _set(words["beside_counts"])
        self.traded, self.between = _set(words["traded"]), _set(words["between_names"])
        self.date_run = _runs(words["updated_terms"], words["calendar_terms"])
        self.updated_run = _runs(words["updated_terms"])
        self.count_run = _runs(words["counted_terms"])
        self.counted_terms = [term for term in _set(words["counted_terms"]) if len(term) > 1]


@cache
def _words() -> _Words:
    return _Words(read_lines()["words"])


def is_cosmetic(line: str) -> bool:
    """True for a line that a page changes by itself."""
    if len(line) > LOOKED_AT:
        return False
    raw = squeeze(unicodedata.normalize("NFKC", line))
    if _is_one(raw):
        return True
    parts = [part for part in _PARTS.split(raw) if part]
    return 1 < len(parts) <= MOST_PARTS and all(map(_is_one, parts))


def _is_one(raw: str) -> bool:
    line = squeeze(plain(raw)).strip()
    length = count_words(line)
    if any(pattern.fullmatch(line) for pattern, most in patterns() if length <= most):
        return True
    if length > LINE_WORDS:
        return False
    tokens = _TOKEN.findall(line)
    return (
        _is_date_line(line, tokens)
        or _is_counter(tokens)
        or _is_ticker(line, tokens)
        or is_byline(raw)
    )


def _is_date_line(line: str, tokens: list[str]) -> bool:
    known = _words()
    if not tokens or not all(_is_of(token, known.dates, known.date_run) for token in tokens):
        return False
    if any(token in known.updated or _has(token, known.updated_run) for token in tokens):
        return True
    is_dated = any(token in known.calendar or is_unspaced(token) for token in tokens)
    return any(map(str.isdecimal, tokens)) and (is_dated or bool(_SHAPE.search(line)))


def _is_counter(tokens: list[str]) -> bool:
    known = _words()
    if not any(token.isdecimal() or token in known.none for token in tokens):
        return False
    if not all(_is_of(token, known.counts, known.count_run) for token in tokens):
        return False
    return any(token in known.counted or _holds(token, known.counted_terms) for token in tokens)


def _is_ticker(line: str, tokens: list[str]) -> bool:
    traded = _words().traded
    if not all(token.isdecimal() or token in traded for token in tokens):
        return False
    is_traded = any(token in traded for token in tokens)
    return is_traded and any(map(str.isdecimal, tokens)) and bool(_MOVED.search(line))


def _is_of(token: str, known: frozenset[str], run: re.Pattern[str]) -> bool:
    return token.isdecimal() or token in known or run.fullmatch(token) is not None


def _has(token: str, run: re.Pattern[str]) -> bool:
    return is_unspaced(token) and run.search(token) is not None


def _holds(token: str, terms: Iterable[str]) -> bool:
    return is_unspaced(token) and any(term in token for term in terms)


#: Begins a byline of a script that has capitals; what follows must be names.
_BY = re.compile(
    r"(?:by|written by|reported by|von|par|por|di|a cura di|door|autor(?:ka|en|e|es)?|auteurs?"
    r"|автор|авторы|текст|yazan|haber|text|texte|texto|testo|tekst)\b\s*:?\s+",
    re.IGNORECASE,
)
#: Bylines of scripts without capitals.
_NAMED_BY = re.compile(
    r"(?:本报|本報|本刊|新华社|特约|見習|见习)?(?:记者|記者)\s*[:：/]?\s*[\u4e00-\u9fff·]{2,4}"
    r"(?:[\s、,，][\u4e00-\u9fff·]{2,4}){0,4}(?:\s*(?:报道|報道|報導|文))?"
    r"|(?:文|作者|撰文|编辑|編輯|责任编辑|責任編輯|责编|執筆|取材・文)\s*[:：/・]\s*[\w·・ ]{2,20}"
    r"|[(（【\[]?(?:责任编辑|責任編輯|编辑|記者|记者)\s*[:：]?\s*[\w·・ ]{2,12}[)）】\]]"
    r"|[(（【\[][\u3040-\u30ff\u4e00-\u9fff・ ]{2,12}(?:記者)?[)）】\]]"
    r"|[\[(]?[가-힣]{2,4}\s*(?:선임|수습|전문)?\s*(?:기자|특파원|논설위원)[\])]?(?:\s*\S{1,40}@\S{1,60})?"
    r"|(?:كتب|كتبت|إعداد|تحرير|اعداد)\s*[:\-–/]\s*(?:\w+\s?){1,5}|بقلم\s*:?\s*(?:\w+\s?){1,5}"
)


def is_byline(raw: str) -> bool:
    """True for a line that names who wrote, and says nothing else."""
    if _NAMED_BY.fullmatch(raw):
        return True
    begun = _BY.match(raw)
    if begun is None or raw[-1:] in "!?":
        return False
    rest = [word.strip(",;.()/") for word in raw[begun.end() :].split()]
    names = [word for word in rest if word.lower() not in _words().between and "@" not in word]
    return bool(names) and all(_is_name(word) for word in names) and not _is_time(names)


def _is_name(word: str) -> bool:
    return not word or (word[0].isupper() and not any(map(str.isdigit, word)))


def _is_time(names: list[str]) -> bool:
    """ "By Monday" names no author."""
    return all(plain(name) in _words().calendar for name in names)
