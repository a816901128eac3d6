"""The normal form of text in which the index is written and asked: words, and nothing else.

Words are parted by `pipelines.text` (unspaced scripts in overlapping pairs), case folded, Latin
letters without their accents, so that the databases' own tokenizers, which differ, have nothing
left to decide.
"""

import re
import unicodedata

from pipelines.text import words

#: Characters of a text that are indexed; PostgreSQL takes no more than a megabyte of lexemes.
INDEXED_CHARACTERS = 200_000
#: Combining marks on a Latin letter. Elsewhere (Indic, Hebrew) marks are part of the word.
_ACCENTS = re.compile("(?<=[a-z])[\u0300-\u036f]+")


def folded_words(text: str) -> list[str]:
    """The words of a text as they are indexed."""
    return words(_ACCENTS.sub("", unicodedata.normalize("NFKD", text.casefold())))


def folded(text: str) -> str:
    """The normal form that is indexed: words parted by single blanks."""
    return " ".join(folded_words(text[:INDEXED_CHARACTERS]))
