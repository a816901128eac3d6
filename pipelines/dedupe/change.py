"""Whether an article that was read again has changed.

Pure rules of the old and the new reading. A revision must be the outlet's doing: dates, counters,
white space, punctuation and "read more" lines are cosmetic, and an answer that was cut short is no
edit. Known mistake: an outlet that really takes the second half of its article away looks like a
cut answer; once it says so in a line of its own, or edits what is left, it is a revision.
"""

import re
import unicodedata

from pipelines.items import Change
from pipelines.text import squeeze, words

#: A new text shorter than this share of the old one may be a cut answer ...
CUT_BELOW = 0.7
#: ... if this share of it stands, word for word, at the beginning of the old one.
CUT_PREFIX = 0.95
#: Only paragraphs of at most so many words can be cosmetic as a whole: in longer ones a number or
#: a date is news.
COSMETIC_WORDS = 12
#: A longer line is never cosmetic, and no pattern is tried on it.
_LOOKED_AT = 200

_COUNTED = "comments?|shares?|views?|likes?|reads?|reactions?|retweets?|tweets|votes?"

#: Lines that a page changes by itself, each with what it is. Date lines are told by their words.
COSMETIC: tuple[tuple[re.Pattern[str], str], ...] = (
    (
        re.compile(r"(?:read|see|show|load|click|tap)\b.{0,20}\b(?:more|also|here)\b.{0,80}", re.I),
        "an invitation to read on",
    ),
    (re.compile(r"(?:continue|keep) reading.{0,80}", re.I), "an invitation to read on"),
    (re.compile(r"(?:related|recommended|more on this)(?:\s*:.{0,120})?", re.I), "other articles"),
    (re.compile(r"advertisement|anzeige|publicité|publicidad", re.I), "an advertisement's mark"),
    (re.compile(rf"(?:\d[\d.,]{{0,12}}[km]?|no)\s*(?:{_COUNTED})(?: so far)?", re.I), "a counter"),
    (re.compile(rf"(?:{_COUNTED})\s*[:(]?\s*\d[\d.,]{{0,12}}[km]?\)?", re.I), "a counter"),
    (re.compile(r"(?:reading time:?\s*)?\d+\s*-?\s*min(?:ute)?s?(?: read)?", re.I), "reading time"),
)

#: A line of these and numbers alone is a date line; "4:35 p.m." comes as 4, 35, p, m.
_DATE_WORDS = frozenset(
    words(
        """
    updated update published posted modified changed created first last at on by of the ago just now
    am pm a p m gmt utc z et est edt ct cst cdt mt mst mdt pt pst pdt bst cet cest jst kst ist
    jan january feb february mar march apr april may jun june jul july aug august sep sept september
    oct october nov november dec december
    mon monday tue tues tuesday wed wednesday thu thur thurs thursday fri friday sat saturday sun
    sunday today yesterday s sec secs seconds second min mins minute minutes h hr hrs hour hours
    d day days week weeks
    aktualisiert veröffentlicht stand uhr am um vor vom stunden minuten januar februar märz mai juni
    juli oktober dezember montag dienstag mittwoch donnerstag freitag samstag sonntag
    publié modifié mis à jour le il y janvier février mars avril juin juillet août septembre octobre
    novembre décembre lundi mardi mercredi jeudi vendredi samedi dimanche
    actualizado publicado el las de hace horas enero febrero marzo abril mayo junio julio agosto
    septiembre octubre noviembre diciembre lunes martes miércoles jueves viernes sábado domingo
    年 月 日 時 时 分 更新 发布 發布 更新日 公開 년 월 일 수정 입력
        """
    )
)
_DATE_NUMBER = re.compile(r"\d{1,8}(?:st|nd|rd|th|am|pm|z|s|m|h|d|min|mins|hr|hrs)?", re.ASCII)

_SYMBOL = re.compile("[$£€¥₩₹₽%°]")


def change_between(
    old_title: str | None, old_text: str, new_title: str | None, new_text: str
) -> Change:
    """What became of an article; both texts are clean, paragraphs parted by blank lines.

    A title that is missing on either side says nothing. CUT is an empty text, or a much shorter
    one that repeats the beginning of the old.
    """
    if _same(old_title, new_title) and old_text == new_text:
        return Change.UNCHANGED
    old, new = _substance(old_text), _substance(new_text)
    if old and (not new or _is_cut(old, new)):
        return Change.CUT
    if old != new or not _titles_agree(old_title, new_title):
        return Change.REVISED
    same_letters = squeeze(old_text) == squeeze(new_text) and _same(old_title, new_title)
    return Change.UNCHANGED if same_letters else Change.COSMETIC


def is_cosmetic(line: str) -> bool:
    """True for a line that a page changes by itself: a date line, a counter, "read more"."""
    if len(line) > _LOOKED_AT:
        return False
    line = squeeze(unicodedata.normalize("NFKC", line))
    tokens = words(line)
    if len(tokens) > COSMETIC_WORDS:
        return False
    return _is_date_line(tokens) or any(pattern.fullmatch(line) for pattern, _ in COSMETIC)


def _is_date_line(tokens: list[str]) -> bool:
    numbered = [_DATE_NUMBER.fullmatch(token) is not None for token in tokens]
    named = (number or token in _DATE_WORDS for number, token in zip(numbered, tokens, strict=True))
    return any(numbered) and all(named)


def _substance(text: str) -> list[str]:
    """The words and the signs of money and measure, cosmetic lines left out."""
    kept = [line for line in text.splitlines() if line.strip() and not is_cosmetic(line)]
    return [word for line in kept for word in _signs(line)]


def _signs(line: str) -> list[str]:
    return [*words(line), *_SYMBOL.findall(line)]


def _is_cut(old: list[str], new: list[str]) -> bool:
    if len(new) >= CUT_BELOW * len(old):
        return False
    pairs = zip(old, new, strict=False)
    prefix = next((place for place, (a, b) in enumerate(pairs) if a != b), len(new))
    cut_in_a_word = prefix == len(new) - 1 > 0 and old[prefix].startswith(new[prefix])
    return cut_in_a_word or prefix >= CUT_PREFIX * len(new)


def _same(old: str | None, new: str | None) -> bool:
    return old is None or new is None or squeeze(old) == squeeze(new)


def _titles_agree(old: str | None, new: str | None) -> bool:
    return old is None or new is None or _signs(old) == _signs(new)
