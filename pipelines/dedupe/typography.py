"""A text as its words and the few signs that carry meaning, however it was typeset.

Equal for one text set in two ways: quotation marks, dashes, ligatures, soft hyphens, zero-width and
direction marks, composed and decomposed letters, full-width forms, digits of other scripts, escaped
entities, UTF-8 read as cp1252. What is left tells texts apart: words, numbers, the signs of money
and measure, a minus, where a quotation begins and ends.
"""

import html
import re
import unicodedata

from pipelines.text import words

#: UTF-8 read as cp1252 begins with one of these ("donâ€™t", "EspaÃ±a").
_MOJIBAKE = re.compile("[Ââ€Ã][\u0080-\u00bf€‚ƒ„…†‡ˆ‰Š‹ŒŽ‘’“”•–—˜™š›œžŸ]")
_ENTITY = re.compile(r"&(?:amp;)?#?\w{1,10};")
#: Soft hyphen, zero-width and direction marks, Arabic tatweel, vowel marks of Hebrew and Arabic,
#: the dot that case folding leaves of a Turkish capital I, variation selectors.
_UNSEEN = re.compile(
    "[\u00ad\u034f\u0307\u0591-\u05bd\u05bf-\u05c7\u061c\u0640\u064b-\u0652\u0670\u180e"
    "\u200b-\u200f\u202a-\u202e\u2060-\u2069\ufe00-\ufe0f\ufeff\ufffc\ufffd]"
)
#: Letters that are typed in two ways: ligatures that NFKC keeps, Russian yo, Persian yeh and kaf.
_ALIKE = str.maketrans({"œ": "oe", "æ": "ae", "ё": "е", "ی": "ي", "ى": "ي", "ک": "ك", "ı": "i"})
_FOREIGN_DIGIT = re.compile(r"(?![0-9])\d")
#: Thousands: "1,204", "1.204", "1 204", "1'204".
_GROUPED = re.compile(r"(?<=\d)[,.'’ ](?=\d{3}(?!\d))")
_QUOTE = re.compile(
    r"[\"“”„‟«»「」『』〝〞〟]|(?:''|’’|‘‘|``|´´)|(?<![^\W_])['’‘‚‛`´‹›]|['’‘‛`´‹›](?![^\W_])"
)
_MINUS = re.compile(r"(?<![^\s(])[-−–](?=\d)")
_SYMBOL = re.compile("[$£€¥₩₹₽₺₴฿%°]")
#: A question in a headline says less than the same words without it.
_QUESTION = re.compile("[?;؟](?=\\s*$)")


def plain(text: str) -> str:
    """The text in lower case, as `signs` reads it."""
    if _MOJIBAKE.search(text):
        text = _mended(text)
    if "&" in text and _ENTITY.search(text):
        text = html.unescape(html.unescape(text))
    text = unicodedata.normalize("NFKC", text).casefold()
    text = unicodedata.normalize("NFC", _UNSEEN.sub("", text)).translate(_ALIKE)
    return _FOREIGN_DIGIT.sub(lambda match: str(unicodedata.digit(match.group(), "")), text)


def signs(line: str) -> tuple[str, ...]:
    """The words of one line in order, then its other signs."""
    line = plain(line)
    others = ["-"] * len(_MINUS.findall(line)) + sorted(_SYMBOL.findall(line))
    others += ['"'] * (len(_QUOTE.findall(line)) // 2)
    return (*words(_GROUPED.sub("", line)), *others)


def headline_signs(title: str) -> tuple[str, ...]:
    """The same for a headline, in which a question mark counts too."""
    asks = _QUESTION.search(plain(title)) is not None
    return (*signs(title), *(["?"] if asks else []))


def _mended(text: str) -> str:
    """UTF-8 that was read as cp1252, read again; as it is where that is not what happened."""
    return " ".join(_mended_word(word) for word in text.split(" "))


def _mended_word(word: str) -> str:
    try:
        return word.encode("cp1252").decode("utf-8")
    except UnicodeError:
        return word
