"""Words and white space, the same for judging, comparing and searching.

Scripts that part no words (Chinese, Japanese, Korean, Thai and their neighbours) are cut into
overlapping pairs of characters: neither SQLite's unicode61 nor PostgreSQL's tsvector finds anything
in them otherwise, and pairs need no dictionary. A single character stands alone.
"""

import re
import unicodedata
from collections.abc import Iterator

#: Thai, Lao, Myanmar, Khmer; kana; CJK ideographs with extensions; Hangul; their full-width forms.
_UNSPACED = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005-\u3007\u3040-\u30ff\u3130-\u318f\u31f0-\u31ff"
    "\u3400-\u4dbf\u4e00-\u9fff\uac00-\ud7af\uf900-\ufaff\uff66-\uff9f\U00020000-\U0003134f"
)
_RUN = re.compile(f"[{_UNSPACED}]+")
_WORD = re.compile(rf"[{_UNSPACED}]+|[^\W_{_UNSPACED}]+(?:['’][^\W_{_UNSPACED}]+)*")
#: A word as written; an unspaced run whole, dotted capitals (F.B.I., U.S.) as one.
TOKEN = re.compile(rf"\b[A-Z](?:\.[A-Z](?![^\W_]))+\.?|{_WORD.pattern}")
#: C0 and C1 controls but for tab and newline; soft hyphens, zero-width and direction marks.
_INVISIBLE = re.compile(
    "[\x00-\x08\x0b-\x1f\x7f-\x9f\u00ad\u200b\u2060\ufeff\u202a-\u202e\u2066-\u2069]"
)
#: The bytes of western Europe's charset, in which words are counted in a third of the time: what is
#: in no word is a blank, and both apostrophes are one.
_WESTERN = "cp1252"
_PARTING = bytes(
    byte if _WORD.match(sign) else ord("'") if sign in "'’" else ord(" ")
    for byte in range(256)
    for sign in [bytes([byte]).decode(_WESTERN, "replace")]
)


def squeeze(text: str) -> str:
    """One line: every run of white space is one blank; controls and invisible marks are gone."""
    if not text.isprintable() and _INVISIBLE.search(text):
        text = _INVISIBLE.sub("", _LINE_ENDS.sub("\n", text))
    return " ".join(text.split())


_LINE_ENDS = re.compile("\r\n?|\x85|\u2028|\u2029")


def paragraphs(text: str) -> str:
    """Paragraphs parted by exactly one blank line, each with its white space squeezed."""
    text = _INVISIBLE.sub("", _LINE_ENDS.sub("\n", text))
    parts = (squeeze(part) for part in re.split(r"\n\s*\n", text))
    return "\n\n".join(part for part in parts if part)


def words(text: str) -> list[str]:
    """Words after NFKC and case folding, unspaced runs as overlapping pairs."""
    return list(_words(unicodedata.normalize("NFKC", text).casefold()))


def _words(text: str) -> Iterator[str]:
    for match in _WORD.finditer(text):
        word = match.group()
        if _RUN.fullmatch(word):
            yield from pairs(word)
        else:
            yield word.replace("’", "'")


def pairs(run: str) -> list[str]:
    """Overlapping pairs of an unspaced run: "索尼影业" gives 索尼, 尼影, 影业."""
    return [run] if len(run) < 2 else [run[i : i + 2] for i in range(len(run) - 1)]


def is_unspaced(word: str) -> bool:
    """True for a word or run of a script that parts no words."""
    return _RUN.fullmatch(word) is not None


def segment(text: str) -> str:
    """The text as it goes into the search index: unspaced runs parted into pairs."""
    text = unicodedata.normalize("NFKC", text)
    return _RUN.sub(lambda match: f" {' '.join(pairs(match.group()))} ", text)


def count_words(text: str) -> int:
    """Length of a text in words; two characters of an unspaced script count as one."""
    try:
        parted = text.encode(_WESTERN).translate(_PARTING)
    except UnicodeEncodeError:
        return _count_words(text)
    if b"''" in parted:  # two together end a word
        return _count_words(text)
    return len(parted.replace(b"'", b"").split())


def _count_words(text: str) -> int:
    if _RUN.search(text) is None:
        return len(_WORD.findall(text))
    spaced = unspaced = 0
    for match in _WORD.finditer(text):
        if _RUN.fullmatch(match.group()):
            unspaced += len(match.group())
        else:
            spaced += 1
    return spaced + (unspaced + 1) // 2
