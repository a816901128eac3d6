"""Whether an article that was read again has changed.

Pure rules of the old and the new reading. A revision must be the outlet's doing: lines that a page
changes by itself (`cosmetic`), typography (`typography`), the order and the parting of paragraphs
are cosmetic, and an answer that was cut short is no edit. A word, a number, a quotation, a negation
in a sentence is real, however small, and so is a headline.

Known mistakes: an outlet that really takes the end of its article away looks like a cut answer;
once it says so in a line of its own, or edits what is left, it is a revision. A headline that only
changes its capitals or marks is the same.
"""

from collections import Counter

from pipelines.dedupe.cosmetic import is_cosmetic
from pipelines.dedupe.typography import headline_signs, signs
from pipelines.items import Change
from pipelines.text import squeeze

#: A new text shorter than this share of the old one may be a cut answer ...
CUT_BELOW = 0.7
#: ... if this share of it stands, word for word, at the beginning of the old one.
CUT_PREFIX = 0.95

#: Paragraphs as their signs, lines that a page changes by itself left out.
_Substance = list[tuple[str, ...]]


def change_between(
    old_title: str | None,
    old_text: str,
    new_title: str | None,
    new_text: str,
    *,
    closed: bool = True,
) -> Change:
    """What became of an article; both texts are clean, paragraphs parted by blank lines.

    A title that is missing on either side says nothing. CUT is an empty text, or a much shorter
    one that repeats the beginning of the old; with `closed` False, where the page stopped without
    its end tag, any shorter one that does.
    """
    if _same(old_title, new_title) and old_text == new_text:
        return Change.UNCHANGED
    old, new = _substance(old_text), _substance(new_text)
    if old and (not new or _is_cut(_flat(old), _flat(new), 1.0 if not closed else CUT_BELOW)):
        return Change.CUT
    if not _says_the_same(old, new) or not _titles_agree(old_title, new_title):
        return Change.REVISED
    same_letters = squeeze(old_text) == squeeze(new_text) and _same(old_title, new_title)
    return Change.UNCHANGED if same_letters else Change.COSMETIC


def _substance(text: str) -> _Substance:
    paragraphs = (
        signs(line) for line in text.splitlines() if line.strip() and not is_cosmetic(line)
    )
    return [paragraph for paragraph in paragraphs if paragraph]


def _says_the_same(old: _Substance, new: _Substance) -> bool:
    """The same paragraphs in any order, or the same words parted otherwise."""
    return old == new or _flat(old) == _flat(new) or Counter(old) == Counter(new)


def _flat(paragraphs: _Substance) -> list[str]:
    """Words in order; other signs, which stand at the end of a paragraph, at the end of all."""
    words = [sign for paragraph in paragraphs for sign in paragraph if sign[0].isalnum()]
    return words + sorted(s for paragraph in paragraphs for s in paragraph if not s[0].isalnum())


def _is_cut(old: list[str], new: list[str], below: float) -> bool:
    old, new = ([sign for sign in side if sign[0].isalnum()] for side in (old, new))
    if len(new) >= below * len(old):
        return False
    pairs = zip(old, new, strict=False)
    prefix = next((place for place, (a, b) in enumerate(pairs) if a != b), len(new))
    cut_in_a_word = prefix == len(new) - 1 > 0 and old[prefix].startswith(new[prefix])
    return cut_in_a_word or prefix >= CUT_PREFIX * len(new)


def _same(old: str | None, new: str | None) -> bool:
    return old is None or new is None or squeeze(old) == squeeze(new)


def _titles_agree(old: str | None, new: str | None) -> bool:
    return old is None or new is None or headline_signs(old) == headline_signs(new)
