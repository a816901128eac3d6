"""Lines that ask the reader for something, or only mark a place, as patterns by kind.

The table is `lines.toml`: what such a line is, how it begins in the languages that are known, and
what may follow. `pipelines.dedupe.cosmetic` bounds its length and tells dates and counters.
"""

import re
import tomllib
from enum import StrEnum
from functools import cache
from importlib.resources import files
from typing import Any

from pipelines.dedupe.typography import plain


class Rest(StrEnum):
    """What may follow the beginning of such a line."""

    NOTHING = "nothing"  # the words alone, with marks or a number in brackets
    NAMED = "named"  # nothing, or a mark and whatever it names: "Related: the hack in pictures"
    PHRASE = "phrase"  # also more words, but no sentence: no full stop at the end
    SHORT = "short"  # the same in a script that parts no words
    ANYTHING = "anything"  # only a page says this to its reader


#: Only lines of at most so many words are a page's own: in longer ones a number or a date is news.
LINE_WORDS = 12
#: What asks the reader for something may be longer.
_MOST_WORDS = {Rest.ANYTHING: 30}


@cache
def read_lines() -> dict[str, Any]:
    """`lines.toml`: "words", a table of lists as text, and "prompts", a list of rows."""
    return tomllib.loads(files("pipelines.dedupe").joinpath("lines.toml").read_text("utf-8"))


#: The picture of how many it is.
_GALLERY = (
    r"(?:photo|image|picture|slide|bild|foto|photographie|imagen|immagine|imagem|afbeelding|zdjęcie"
    r"|фото|fotoğraf|صورة|图|图片|写真|사진)?\s*(?:no\.?|nr\.?|第)?\s*\d{1,3}\s*[张枚장]?\s*"
    r"(?:/|of|von|sur|de|di|van|z|из|من|共)\s*[/共]?\s*\d{1,3}\s*[张枚장]?"
)

#: How long it takes to read.
_READING_TIME = (
    r"(?:(?:reading time|lesezeit|temps de lecture|lecture|tiempo de lectura|tempo di lettura"
    r"|tempo de leitura|leestijd|czas czytania|время чтения|okuma süresi|مدة القراءة"
    r"|阅读时间|読了時間)\s*:?\s*(?:ca\.|约|約)?\s*)?\d{1,3}\s*-?\s*"
    r"(?:min(?:ute|uten|utes|uti|utos|uut|ut|uty)?s?\.?|мин(?:уты|ут)?\.?|dk\.?|dakika"
    r"|دقائق|دقيقة|分钟|分鐘|分|분)"
    r"(?:\s*(?:read|lesezeit|de lecture|de lectura|di lettura|de leitura|leestijd|czytania|чтения"
    r"|okuma|阅读|閱讀|で読めます|읽기))?"
)

#: A beginning ends with its word, or anywhere in a script that parts none.
_END = r"(?:(?![^\W_])|(?<=[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]))"
_MARKS = r"[\s»«→►▶➤>›•·*\-–—|:.!…\[\]()#]*"
#: What parts such a beginning from what it names.
_NAMES = r"\s*[:|»→►▶➤>›\-–—].*"
_RESTS = {
    Rest.NOTHING: rf"{_MARKS}(?:\d{{1,7}}\)?)?{_MARKS}",
    Rest.NAMED: rf"(?:{_MARKS}|{_NAMES})",
    Rest.PHRASE: rf"(?:{_MARKS}|{_NAMES}|.*(?:[^.。!؟?]|\.{{3}}))",
    Rest.SHORT: r"[^。.!?]{0,40}",
    Rest.ANYTHING: ".*",
}


def _compiled(rest: Rest, begins: str) -> re.Pattern[str]:
    known = sorted((plain(one.strip()) for one in begins.split("|")), key=len, reverse=True)
    return re.compile(rf"{_MARKS}(?:{'|'.join(map(re.escape, known))}){_END}{_RESTS[rest]}")


@cache
def patterns() -> tuple[tuple[re.Pattern[str], int], ...]:
    """The pattern that a line matches as a whole once it is `typography.plain`, and the words that
    it may have at most."""
    rows = [(Rest(row["rest"]), row["begins"]) for row in read_lines()["prompts"]]
    return (
        *((_compiled(rest, begins), _MOST_WORDS.get(rest, LINE_WORDS)) for rest, begins in rows),
        (re.compile(plain(_GALLERY)), LINE_WORDS),
        (re.compile(plain(_READING_TIME)), LINE_WORDS),
    )
