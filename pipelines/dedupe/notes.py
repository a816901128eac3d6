"""What an outlet says about its own text: corrections, clarifications, updates, retractions.

Told by how such a paragraph begins ("Correction, Dec. 9:", "Korrektur:") or by words that only
speak of the article itself ("an earlier version of this article misstated"), in the languages of
`notes.toml`. A time stamp ("Updated 4:35 p.m.") says nothing and is no note. Known mistake: an
article about another outlet's correction that quotes it in a paragraph of its own has a note.
"""

import re
import tomllib
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import cache
from importlib.resources import files
from itertools import islice

from pipelines.dedupe.cosmetic import is_cosmetic
from pipelines.dedupe.typography import plain, signs
from pipelines.text import squeeze, words


class NoteKind(StrEnum):
    """What a note says became of the text."""

    CORRECTION = "correction"
    CLARIFICATION = "clarification"
    UPDATE = "update"
    RETRACTION = "retraction"
    EDITORS_NOTE = "editors_note"


@dataclass(frozen=True, slots=True)
class Note:
    """An outlet's own words on its text, paragraphs parted by a blank line, and the kind of the
    most serious of them."""

    kind: NoteKind
    text: str


#: Characters of all notes that are kept.
MOST_CHARS = 2_000
#: Paragraphs and sentences that are looked at, and characters of each: notes stand at the top or
#: the end, and are short.
MOST_PARAGRAPHS, LOOKED_AT = 2_000, 1_500
#: An update's head followed by fewer words says no more than its time.
_LEAST_WORDS = 3

_SENTENCE = re.compile(r"(?<=[.!?])[\"”’»)]*\s+(?=[^\W\d_a-zа-я])|(?<=[。！？])")
_OPEN = r"[\s\[(（【«\"“*•·■◆○※—–-]*"
#: What ends a head; a date or an hour may stand before it: "UPDATE (4:35 p.m.) –".
_MARK = re.compile(r"[:：\])】—–|/。]|\s-\s|\.(?=\s|$)|$")
_STAMP_CHARS, _MOST_MARKS = 50, 6


def note_in(text: str, before: str | None = None) -> Note | None:
    """The notes of a text that do not stand in its version `before`; None where there is none."""
    old = frozenset() if before is None else frozenset(signs(n) for _, n in _notes(before))
    new = [(kind, note) for kind, note in _notes(text) if signs(note) not in old]
    if not new:
        return None
    order = list(_rules())
    kind = min((kind for kind, _ in new), key=order.index)
    return Note(kind, "\n\n".join(dict.fromkeys(note for _, note in new))[:MOST_CHARS])


def _notes(text: str) -> list[tuple[NoteKind, str]]:
    lines = [squeeze(line) for line in text.splitlines() if line.strip()]
    return [found for line in _ends(lines) for found in _notes_of(line)]


def _ends(lines: Sequence[str]) -> Sequence[str]:
    """The first and the last ones of a very long text."""
    half = MOST_PARAGRAPHS // 2
    return lines if len(lines) <= MOST_PARAGRAPHS else [*lines[:half], *lines[-half:]]


def _notes_of(line: str) -> list[tuple[NoteKind, str]]:
    """A paragraph that begins as a note does is one as a whole; else the sentences that are."""
    if is_cosmetic(line):
        return []
    looked_at = plain(line[:LOOKED_AT])
    for kind, (head, _) in _rules().items():
        found = head.match(looked_at)
        if found and _says_something(_behind(looked_at[found.end() :]), kind):
            return [(kind, line)]
    if not any(phrase.search(looked_at) for _, phrase in _rules().values()):
        return []
    return [(told, sentence) for sentence in _SENTENCE.split(line) if (told := _told(sentence))]


def _behind(rest: str) -> str | None:
    """What follows the mark behind a head and its date; None where other words follow the head."""
    for mark in islice(_MARK.finditer(rest, 0, _STAMP_CHARS), _MOST_MARKS):
        between = rest[: mark.start()].strip(" ,.(（/")
        if not words(between) or is_cosmetic(between):
            return rest[mark.end() :]
    return None


def _says_something(rest: str | None, kind: NoteKind) -> bool:
    if rest is None:
        return False
    least = 0 if kind is NoteKind.RETRACTION else _LEAST_WORDS
    return len(words(rest)) >= least and (not words(rest) or not is_cosmetic(rest))


def _told(sentence: str) -> NoteKind | None:
    said = plain(sentence[:LOOKED_AT])
    return next((kind for kind, (_, phrase) in _rules().items() if phrase.search(said)), None)


@cache
def _rules() -> dict[NoteKind, tuple[re.Pattern[str], re.Pattern[str]]]:
    """The beginnings and the phrases of each kind, the most serious kind first."""
    table = tomllib.loads(files("pipelines.dedupe").joinpath("notes.toml").read_text("utf-8"))
    return {
        NoteKind(row["kind"]): (
            re.compile(f"{_OPEN}(?:{_any(row['heads'])})(?![^\\W_])"),
            re.compile(_any(row["phrases"]) or "(?!)"),
        )
        for row in table["notes"]
    }


def _any(listed: str) -> str:
    known = sorted((plain(one.strip()) for one in listed.split("|") if one.strip()), key=len)
    return "|".join(map(re.escape, reversed(known)))
