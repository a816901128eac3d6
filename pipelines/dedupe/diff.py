"""Two texts word by word: what went, what came, what stayed.

Patience diff (Bram Cohen): words that stand once on each side anchor the comparison, else runs of
words that do; what lies between two anchors is compared by the longest common subsequence where it
is small, and replaced as a whole where it is not. Scripts that part no words are compared by sign.
Time is bounded by `MOST_WORDS * PATCH_WORDS` steps on any input, where difflib takes cubic time on
texts made for it.
"""

from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum

from pipelines.text import is_unspaced

#: Between two anchors, a patch of at most so many words on either side is compared word by word.
PATCH_WORDS = 200
#: Words of a text that are compared; what lies behind them is one span.
MOST_WORDS = 20_000
#: Lengths of the runs of words that are tried as anchors, one after the other.
ANCHOR_WORDS = (1, 3, 8)
#: Stands in `words` where one paragraph ends and the next begins.
PARAGRAPH = "¶"
#: Begins a word that follows the one before it without a blank (U+2060, word joiner).
GLUE = "\u2060"


class Op(StrEnum):
    """SAME and GAP stand in both texts; a GAP is left out when shown."""

    SAME = "same"
    DELETED = "deleted"
    INSERTED = "inserted"
    GAP = "gap"


@dataclass(frozen=True, slots=True)
class Span:
    """Consecutive words with one fate. All but INSERTED, read in order, are the old text."""

    op: Op
    words: tuple[str, ...]

    @property
    def text(self) -> str:
        """The words as they are read, paragraphs parted by a blank line."""
        line = " ".join(self.words).replace(f" {GLUE}", "").removeprefix(GLUE)
        return line.replace(f" {PARAGRAPH} ", "\n\n")


def diff(old: str, new: str) -> list[Span]:
    """The whole of both texts as spans; neighbours have different ops, none is empty."""
    a, b = _tokens(old), _tokens(new)
    steps = _compare(a[:MOST_WORDS], b[:MOST_WORDS])
    return _joined([*steps, *_replaced(a[MOST_WORDS:], b[MOST_WORDS:])])


def with_context(spans: list[Span], around: int = 12) -> list[Span]:
    """The spans with only `around` words of what stayed beside each change, GAP for the rest."""
    shown: list[Span] = []
    for place, span in enumerate(spans):
        before = around if place > 0 else 0
        after = around if place < len(spans) - 1 else 0
        if span.op is not Op.SAME or len(span.words) <= before + after:
            shown.append(span)
            continue
        end = len(span.words) - after
        cut = [
            Span(Op.SAME, span.words[:before]),
            Span(Op.GAP, span.words[before:end]),
            Span(Op.SAME, span.words[end:]),
        ]
        shown += [part for part in cut if part.words]
    return shown


def _tokens(text: str) -> list[str]:
    parts = [part.split() for part in text.replace("\r\n", "\n").split("\n\n")]
    tokens: list[str] = []
    for part in filter(None, parts):
        tokens += [PARAGRAPH] if tokens else []
        tokens += [piece for word in part for piece in _pieces(word)]
    return tokens


def _pieces(word: str) -> list[str]:
    """The word itself, or its signs where its script parts no words."""
    if word.isascii() or not any(map(is_unspaced, word)):
        return [word]
    return [word[0], *(GLUE + sign for sign in word[1:])]


def _compare(a: list[str], b: list[str]) -> Iterator[Span]:
    """Spans in order. A stack in place of recursion: untrusted texts can nest anchors deeply."""
    todo: list[tuple[list[str], list[str]] | Span] = [(a, b)]
    while todo:
        item = todo.pop()
        if isinstance(item, Span):
            yield item
        elif min(map(len, item)) == 0:
            yield from _replaced(*item)
        else:
            todo += reversed(_split(*item))


def _split(a: list[str], b: list[str]) -> list[tuple[list[str], list[str]] | Span]:
    """The beginning and the end that both have, and what lies between in smaller pieces."""
    head = _common(a, b)
    tail = _common(a[head:][::-1], b[head:][::-1])
    inner_a, inner_b = a[head : len(a) - tail], b[head : len(b) - tail]
    parts: list[tuple[list[str], list[str]] | Span] = [Span(Op.SAME, tuple(a[:head]))]
    if max(len(inner_a), len(inner_b)) <= PATCH_WORDS:
        parts += _patch(inner_a, inner_b)
    elif anchors := _anchors(inner_a, inner_b):
        parts += _between(inner_a, inner_b, anchors)
    else:
        parts += _replaced(inner_a, inner_b)
    return [*parts, Span(Op.SAME, tuple(a[len(a) - tail :]))]


def _common(a: list[str], b: list[str]) -> int:
    pairs = zip(a, b, strict=False)
    return next((place for place, (x, y) in enumerate(pairs) if x != y), min(len(a), len(b)))


def _between(
    a: list[str], b: list[str], anchors: list[tuple[int, int]]
) -> list[tuple[list[str], list[str]] | Span]:
    parts: list[tuple[list[str], list[str]] | Span] = []
    from_a = from_b = 0
    for at_a, at_b in anchors:
        parts += [(a[from_a:at_a], b[from_b:at_b]), Span(Op.SAME, (a[at_a],))]
        from_a, from_b = at_a + 1, at_b + 1
    return [*parts, (a[from_a:], b[from_b:])]


def _anchors(a: list[str], b: list[str]) -> list[tuple[int, int]]:
    """Places of runs that stand once in each, in the longest order that both agree on."""
    for size in ANCHOR_WORDS:
        place_a, place_b = _single(a, size), _single(b, size)
        pairs = [(place, place_b[run]) for run, place in place_a.items() if run in place_b]
        if pairs:
            return _rising(pairs)
    return []


def _single(tokens: list[str], size: int) -> dict[tuple[str, ...], int]:
    """The runs of so many words that stand once, and where, in order."""
    runs = list(zip(*(tokens[start:] for start in range(size)), strict=False))
    counts = Counter(runs)
    return {run: place for place, run in enumerate(runs) if counts[run] == 1}


def _rising(pairs: list[tuple[int, int]]) -> list[tuple[int, int]]:
    """The longest subsequence that rises in the second place too (patience sorting)."""
    tops: list[int] = []
    piles: list[int] = []
    before: list[int] = []
    for number, (_, value) in enumerate(pairs):
        pile = bisect_left(tops, value)
        before.append(piles[pile - 1] if pile else -1)
        tops[pile : pile + 1] = [value]
        piles[pile : pile + 1] = [number]
    chain: list[tuple[int, int]] = []
    number = piles[-1] if piles else -1
    while number >= 0:
        chain.append(pairs[number])
        number = before[number]
    return chain[::-1]


def _patch(a: list[str], b: list[str]) -> Iterator[Span]:
    """Longest common subsequence of two short runs, deletions before insertions."""
    longest = _lengths(a, b)
    i = j = 0
    while i < len(a) and j < len(b):
        if a[i] == b[j]:
            yield Span(Op.SAME, (a[i],))
            i, j = i + 1, j + 1
        elif longest[i + 1][j] >= longest[i][j + 1]:
            yield Span(Op.DELETED, (a[i],))
            i += 1
        else:
            yield Span(Op.INSERTED, (b[j],))
            j += 1
    yield from _replaced(a[i:], b[j:])


def _lengths(a: list[str], b: list[str]) -> list[list[int]]:
    """`[i][j]`: length of the longest common subsequence of a[i:] and b[j:]."""
    longest = [[0] * (len(b) + 1) for _ in range(len(a) + 1)]
    for i in range(len(a) - 1, -1, -1):
        row, below, word = longest[i], longest[i + 1], a[i]
        for j in range(len(b) - 1, -1, -1):
            row[j] = below[j + 1] + 1 if word == b[j] else max(below[j], row[j + 1])
    return longest


def _replaced(a: list[str], b: list[str]) -> Iterator[Span]:
    yield Span(Op.DELETED, tuple(a))
    yield Span(Op.INSERTED, tuple(b))


def _joined(spans: Iterable[Span]) -> list[Span]:
    """Empty spans left out, neighbours of one fate made one, within a change the deleted first."""
    joined: list[Span] = []
    gone: list[str] = []
    come: list[str] = []
    same: list[str] = []
    for span in spans:
        if not span.words:
            continue
        if span.op is Op.SAME:
            joined += _flush(Op.DELETED, gone) + _flush(Op.INSERTED, come)
            same += span.words
        else:
            joined += _flush(Op.SAME, same)
            (gone if span.op is Op.DELETED else come).extend(span.words)
    return joined + _flush(Op.SAME, same) + _flush(Op.DELETED, gone) + _flush(Op.INSERTED, come)


def _flush(op: Op, words: list[str]) -> list[Span]:
    if not words:
        return []
    span = Span(op, tuple(words))
    words.clear()
    return [span]
