"""One article, one text, many outlets, many versions: what repeats what.

The room is handed what it compares with and knows no store. In the order of a page's way:
`keys_of` (is it an article that we have, under another address?), `change_between` (then: is it a
revision?), `sketch` and `compare` (else: is it a copy of another one?), `origin_of` (and which of
them is the first?). `group` does all of that for a whole file, `diff` shows what changed.
"""

from pipelines.dedupe.address import keys_of, same_article
from pipelines.dedupe.agencies import Credit, FoundIn, carrier_of, credit_of
from pipelines.dedupe.change import change_between
from pipelines.dedupe.diff import Op, Span, changed_words, diff, with_context
from pipelines.dedupe.differences import Difference, difference
from pipelines.dedupe.groups import CopyIndex, Entry, Grouped, Sketches, copies_of, group
from pipelines.dedupe.identity import Home, is_one_article, moves_home
from pipelines.dedupe.independence import Counted, independent
from pipelines.dedupe.near import (
    COMMON_FROM,
    WIDESPREAD_FROM,
    Candidate,
    compare,
    matches,
    worth_comparing,
)
from pipelines.dedupe.notes import Note, NoteKind, note_in
from pipelines.dedupe.origin import Carrier, Origin, origin_of
from pipelines.dedupe.sketch import Sketch, sketch
from pipelines.items import Change

__all__ = [
    "COMMON_FROM",
    "WIDESPREAD_FROM",
    "Candidate",
    "Carrier",
    "Change",
    "CopyIndex",
    "Counted",
    "Credit",
    "Difference",
    "Entry",
    "FoundIn",
    "Grouped",
    "Home",
    "Note",
    "NoteKind",
    "Op",
    "Origin",
    "Sketch",
    "Sketches",
    "Span",
    "carrier_of",
    "change_between",
    "changed_words",
    "compare",
    "copies_of",
    "credit_of",
    "diff",
    "difference",
    "group",
    "independent",
    "is_one_article",
    "keys_of",
    "matches",
    "moves_home",
    "note_in",
    "origin_of",
    "same_article",
    "sketch",
    "with_context",
    "worth_comparing",
]
