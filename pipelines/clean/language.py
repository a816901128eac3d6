"""The language of a page: as it says, else guessed from its text.

py3langid knows 97 languages and needs about a millisecond; it is asked only for texts of some
length, and its answer is taken only where it is sure.
"""

import re
from functools import lru_cache
from typing import TYPE_CHECKING

from pipelines.clean.document import Element
from pipelines.clean.head import Head, text_of
from pipelines.text import count_words

if TYPE_CHECKING:
    from py3langid.langid import LanguageIdentifier

MIN_GUESS_WORDS = 20
GUESS_CHARS = 4_000
#: Lower, and kin are mixed up (Danish and Norwegian, Chinese and Wu).
SURE = 0.7


@lru_cache(maxsize=1)
def _identifier() -> "LanguageIdentifier":
    """Loaded at the first guess: its library (numpy) takes 0.2 s, reading the model a second."""
    from py3langid.langid import MODEL_FILE, LanguageIdentifier

    return LanguageIdentifier.from_model_file(MODEL_FILE, norm_probs=True)


_TAG = re.compile(r"\s*([a-z]{2,3})(?=$|[\s_,;-])", re.IGNORECASE)
#: Tags that name no language, and names of one language.
_NONE = frozenset({"zxx", "und", "mul", "mis", "xx"})
_SAME = {"iw": "he", "in": "id", "nb": "no", "nn": "no", "wuu": "zh", "yue": "zh", "cmn": "zh"}
_SAME |= {"eng": "en", "deu": "de", "ger": "de", "fra": "fr", "fre": "fr", "spa": "es"}


def declared(head: Head) -> tuple[str, str] | None:
    """The language that the page gives for itself and where it was read."""
    root: Element = head.root
    for source, raw in (
        ("meta", root.get("lang") or root.get("{http://www.w3.org/XML/1998/namespace}lang")),
        ("meta", head.meta("content-language", "language", "dc.language", "inlanguage")),
        ("og", head.meta("og:locale")),
        ("json-ld", text_of(head.article.get("inLanguage"))),
    ):
        if raw and (language := primary(raw)):
            return language, source
    return None


def primary(tag: str) -> str | None:
    """The primary subtag of a BCP 47 tag in lower case, None where it is none."""
    match = _TAG.match(tag[:40])
    if match is None or (language := match.group(1).lower()) in _NONE:
        return None
    return _SAME.get(language, language)


def guessed(text: str) -> str | None:
    """The language of a text, None where it is too short or could be several."""
    if count_words(text[:GUESS_CHARS]) < MIN_GUESS_WORDS:
        return None
    label, share = _identifier().classify(text[:GUESS_CHARS])
    return primary(str(label)) if share >= SURE else None
