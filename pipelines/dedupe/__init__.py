"""One article, one text, many outlets, many versions: what repeats what.

The room is handed what it compares with and knows no store. In the order of a page's way:
`keys_of` (is it an article that we have, under another address?), `change_between` (then: is it a
revision?), `sketch` and `copies_of` (else: of which ones is it a copy?), `components` (which groups
do such links make?), `origin_of` (and which of them is the first?). `diff` shows what changed.
"""

from pipelines.dedupe.address import keys_of, same_article
from pipelines.dedupe.agencies import Credit, FoundIn, carrier_of, credit_of
from pipelines.dedupe.change import change_between
from pipelines.dedupe.diff import Op, Span, changed_words, diff, with_context
from pipelines.dedupe.differences import Difference, difference
from pipelines.dedupe.groups import CopyLink, components, strongest
from pipelines.dedupe.identity import Home, is_one_article, moves_home
from pipelines.dedupe.independence import Counted, independent
from pipelines.dedupe.near import (
    SURE_SHINGLES,
    Index,
    Text,
    copies_of,
    is_same_long_text,
    judged,
)
from pipelines.dedupe.notes import Note, NoteKind, note_in
from pipelines.dedupe.origin import Carrier, Origin, origin_of
from pipelines.dedupe.sketch import keys_of_sketch, sketch
from pipelines.items import Change

__all__ = [
    "SURE_SHINGLES",
    "Carrier",
    "Change",
    "CopyLink",
    "Counted",
    "Credit",
    "Difference",
    "FoundIn",
    "Home",
    "Index",
    "Note",
    "NoteKind",
    "Op",
    "Origin",
    "Span",
    "Text",
    "carrier_of",
    "change_between",
    "changed_words",
    "components",
    "copies_of",
    "credit_of",
    "diff",
    "difference",
    "independent",
    "is_one_article",
    "is_same_long_text",
    "judged",
    "keys_of",
    "keys_of_sketch",
    "moves_home",
    "note_in",
    "origin_of",
    "same_article",
    "sketch",
    "strongest",
    "with_context",
]
