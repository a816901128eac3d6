"""How a copy differs from the article that it repeats: its headline, what is cut, what is added.

Built on the word diff, whose time is bounded on any input. Where a copy is cut tells how it came to
be: outlets cut an agency's text from the end, teasers keep the lead alone.
"""

import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import takewhile

from pipelines.dedupe.diff import PARAGRAPH, Op, Span, diff
from pipelines.text import squeeze

#: Less of a text is no cut and no addition: spellings, a place for a dateline.
LEAST_SHARE = 0.02
#: At least so many words are, whatever the share.
LEAST_WORDS = 12
#: The lead: what stands of the original within its first share of words ...
LEAD_SHARE = 0.15
#: ... is kept where at least this part of it is.
LEAD_KEPT = 0.8
#: The end is cut where what is lost behind the last kept word is at least this part of all lost.
END_PART = 0.8

#: So many words in common between two changed passages are chance.
ISLAND_WORDS = 3
#: Where more than this is cut and more than this of the copy is its own, it is another text.
OTHER_SHARE = 0.6


@dataclass(frozen=True, slots=True)
class Difference:
    """How a copy differs from its original.

    Attributes:
        headline: it has another one; False also where either has none.
        words: of the original, and `copy_words` of the copy.
        cut, added: words that only the original has, and only the copy.
        keeps_lead: the beginning of the original stands in the copy.
        cut_at: "end", "beginning" or "middle" for where most of the lost words stood; None where
            nothing worth the name was cut.
    """

    headline: bool
    words: int
    copy_words: int
    cut: int
    added: int
    keeps_lead: bool
    cut_at: str | None

    @property
    def share_cut(self) -> float:
        """Of the original's words, 0 to 1."""
        return self.cut / self.words if self.words else 0.0

    @property
    def share_added(self) -> float:
        """Of the copy's words, 0 to 1."""
        return self.added / self.copy_words if self.copy_words else 0.0

    @property
    def said(self) -> str:
        """For people, without a full stop: "another headline, 40% cut at the end"."""
        return ", ".join(_said(self)) or "the same"


def difference(title: str | None, text: str, copy_title: str | None, copy_text: str) -> Difference:
    """How a copy differs from the original, which is given first. Texts are clean, paragraphs
    parted by blank lines."""
    spans = _without_islands([_worded(span) for span in diff(text, copy_text)])
    lost = _lost(spans)
    words = sum(len(span.words) for span in spans if span.op is not Op.INSERTED)
    cut = sum(end - start for start, end in lost)
    added = sum(len(span.words) for span in spans if span.op is Op.INSERTED)
    is_cut = _counts(cut, words)
    return Difference(
        headline=_is_other(title, copy_title),
        words=words,
        copy_words=words - cut + added,
        cut=cut,
        added=added,
        keeps_lead=_keeps_lead(lost, words),
        cut_at=_cut_at(lost, words, cut) if is_cut else None,
    )


def _worded(span: Span) -> Span:
    """Without the marks between paragraphs, which are no words."""
    return Span(span.op, tuple(word for word in span.words if word != PARAGRAPH))


def _without_islands(spans: Sequence[Span]) -> list[Span]:
    """A few words that two other passages have in common by chance ("of the") count as changed."""
    kept: list[Span] = []
    for place, span in enumerate(spans):
        before, after = spans[max(place - 2, 0) : place], spans[place + 1 : place + 3]
        around = min(_changed(reversed(before)), _changed(after))
        if span.op is Op.SAME and len(span.words) <= ISLAND_WORDS and around > len(span.words):
            kept += [Span(Op.DELETED, span.words), Span(Op.INSERTED, span.words)]
        else:
            kept.append(span)
    return kept


def _changed(neighbours: Iterable[Span]) -> int:
    """Words of the change that begins these neighbours, on both sides together."""
    return sum(len(span.words) for span in takewhile(lambda s: s.op is not Op.SAME, neighbours))


def _lost(spans: Sequence[Span]) -> list[tuple[int, int]]:
    """The runs of words that the copy lacks: from and to in the original."""
    lost: list[tuple[int, int]] = []
    at = 0
    for span in spans:
        if span.op is Op.INSERTED:
            continue
        end = at + len(span.words)
        if span.op is Op.DELETED and span.words:
            start = lost.pop()[0] if lost and lost[-1][1] == at else at
            lost.append((start, end))
        at = end
    return lost


def _counts(number: int, of: int) -> bool:
    return number >= LEAST_WORDS or (of > 0 and number > of * LEAST_SHARE and number > 2)


def _keeps_lead(lost: Sequence[tuple[int, int]], words: int) -> bool:
    lead = max(round(words * LEAD_SHARE), 1)
    gone = sum(min(end, lead) - start for start, end in lost if start < lead)
    return words > 0 and gone <= lead * (1 - LEAD_KEPT)


def _cut_at(lost: Sequence[tuple[int, int]], words: int, cut: int) -> str:
    behind = sum(end - start for start, end in lost if end == words)
    before = sum(end - start for start, end in lost if start == 0)
    if behind >= END_PART * cut:
        return "end"
    return "beginning" if before >= END_PART * cut else "middle"


def _is_other(title: str | None, other: str | None) -> bool:
    return bool(title and other) and _plain(title or "") != _plain(other or "")


def _plain(title: str) -> str:
    folded = squeeze(unicodedata.normalize("NFKC", title)).casefold()
    return "".join(filter(str.isalnum, folded))


def _said(difference: Difference) -> list[str]:
    said = ["another headline"] if difference.headline else []
    if min(difference.share_cut, difference.share_added) > OTHER_SHARE:
        return [*said, "almost all in other words"]
    if difference.cut_at is not None:
        if difference.keeps_lead and difference.share_cut > 1 - 2 * LEAD_SHARE:
            said.append(f"only the beginning kept, {_percent(difference.share_cut)} cut")
        else:
            said.append(f"{_percent(difference.share_cut)} cut {_WHERE[difference.cut_at]}")
    if _counts(difference.added, difference.copy_words):
        said.append(f"{_percent(difference.share_added)} added")
    elif difference.cut_at is None and (difference.cut or difference.added):
        said.append("a few words differ")
    return said


_WHERE = {"end": "at the end", "beginning": "at the beginning", "middle": "within"}


def _percent(share: float) -> str:
    return "all" if share >= 0.995 else f"{max(round(share * 100), 1)}%"
