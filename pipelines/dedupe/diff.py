"""Two texts word by word: what went, what came, what moved, what stayed.

Patience diff (Bram Cohen): words that stand once on each side anchor the comparison, else runs of
words that do; what lies between two anchors is compared by the longest common subsequence where it
is small, and replaced as a whole where it is not. Paragraphs that stand once in each and changed
places are told first, so that they are not shown as gone and come. Scripts that part no words are
compared by sign, Korean by word. Time is bounded by `MOST_WORDS * PATCH_WORDS` steps on any input,
where difflib takes cubic time on texts made for it.
"""

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from itertools import groupby

from pipelines.text import count_words

#: Between two anchors, a patch of at most so many words on either side is compared word by word.
PATCH_WORDS = 200
#: Words of a text that are compared; what lies behind them is one span.
MOST_WORDS = 20_000
#: Lengths of the runs of words that are tried as anchors, one after the other.
ANCHOR_WORDS = (1, 3, 8)
#: Shorter paragraphs are not told to have moved: "Advertisement" stands anywhere.
MOVED_WORDS = 5
#: Stands in `words` where one paragraph ends and the next begins.
PARAGRAPH = "¶"
#: Begins a word that follows the one before it without a blank (U+2060, word joiner).
GLUE = "\u2060"

#: Signs of Thai, Lao, Myanmar, Khmer, kana and ideographs with their marks; what lies between.
_SIGN = (
    "\u0e00-\u0eff\u1000-\u109f\u1780-\u17ff\u3005-\u3007\u3040-\u30ff\u31f0-\u31ff\u3400-\u4dbf"
)
_SIGN += "\u4e00-\u9fff\uf900-\ufaff\uff66-\uff9f\U00020000-\U0003134f"
#: Vowels and tones above and below their letter, sound marks of kana, variation selectors.
_ABOVE = (
    "\u0e31\u0e34-\u0e3a\u0e47-\u0e4e\u0eb1\u0eb4-\u0ebc\u0ec8-\u0ecd\u102b-\u103e\u17b4-\u17d3"
)
_ABOVE += "\u3099\u309a\uff9e\uff9f\ufe00-\ufe0f"
_PIECE = re.compile(f"[{_SIGN}][{_ABOVE}]*|[^{_SIGN}]+")
_HAS_SIGN = re.compile(f"[{_SIGN}]")


class Op(StrEnum):
    """SAME and GAP stand in both texts; a GAP is left out when shown. A paragraph that changed its
    place is MOVED_AWAY where it stood and MOVED_HERE where it stands."""

    SAME = "same"
    DELETED = "deleted"
    INSERTED = "inserted"
    MOVED_AWAY = "moved_away"
    MOVED_HERE = "moved_here"
    GAP = "gap"


#: What stands in only one of the two texts, at that place.
ONLY_NEW = frozenset({Op.INSERTED, Op.MOVED_HERE})
ONLY_OLD = frozenset({Op.DELETED, Op.MOVED_AWAY})


@dataclass(frozen=True, slots=True)
class Span:
    """Consecutive words with one fate. All but `ONLY_NEW`, read in order, are the old text."""

    op: Op
    words: tuple[str, ...]

    @property
    def text(self) -> str:
        """The words as they are read, paragraphs parted by a blank line."""
        line = " ".join(self.words).replace(f" {GLUE}", "").removeprefix(GLUE)
        return line.replace(f" {PARAGRAPH} ", "\n\n")


def diff(old: str, new: str) -> list[Span]:
    """The whole of both texts as spans; neighbours have different ops, none is empty."""
    from_old, to_new = _paragraphs(old), _paragraphs(new)
    moved = _moved(from_old, to_new)
    a, b = _tokens(from_old, moved, Op.MOVED_AWAY), _tokens(to_new, moved, Op.MOVED_HERE)
    steps = _compare(a[:MOST_WORDS], b[:MOST_WORDS])
    spans = [*steps, *_replaced(a[MOST_WORDS:], b[MOST_WORDS:])]
    named = {f"{op} {name}": Span(op, part) for part, name in moved.items() for op in _MOVES}
    return _joined(part for span in spans for part in _unfolded(span, named))


def changed_words(spans: Iterable[Span]) -> tuple[int, int]:
    """How many words came and how many went; what moved is not counted. Two signs of a script that
    parts no words are one."""
    counts: Counter[Op] = Counter()
    for span in spans:
        if span.op in (Op.INSERTED, Op.DELETED):
            counts[span.op] += count_words(span.text.replace(PARAGRAPH, " "))
    return counts[Op.INSERTED], counts[Op.DELETED]


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


_Paragraph = tuple[str, ...]


def _paragraphs(text: str) -> list[_Paragraph]:
    parts = (part.split() for part in text.replace("\r\n", "\n").split("\n\n"))
    return [tuple(piece for word in part for piece in _pieces(word)) for part in parts if part]


def _pieces(word: str) -> list[str]:
    """The word itself; where its script parts no words its signs, each with its marks."""
    if word.isascii() or _HAS_SIGN.search(word) is None:
        return [word]
    first, *others = _PIECE.findall(word)
    return [first, *(GLUE + piece for piece in others)]


def _moved(old: list[_Paragraph], new: list[_Paragraph]) -> dict[_Paragraph, str]:
    """The paragraphs that stand once in each, but not in the longest order that both agree on, with
    a name by which each is known meanwhile: a blank is in no word."""
    in_old, in_new = _once(old), _once(new)
    pairs = [(place, in_new[part]) for part, place in in_old.items() if part in in_new]
    stayed = {place for place, _ in _rising(pairs)}
    gone = [old[place] for place, _ in pairs if place not in stayed]
    return {part: f"moved {number}" for number, part in enumerate(gone)}


def _once(parts: list[_Paragraph]) -> dict[_Paragraph, int]:
    counts = Counter(parts)
    return {
        part: place
        for place, part in enumerate(parts)
        if counts[part] == 1 and len(part) >= MOVED_WORDS
    }


def _tokens(parts: list[_Paragraph], moved: dict[_Paragraph, str], op: Op) -> list[str]:
    tokens: list[str] = []
    for part in parts:
        tokens += [PARAGRAPH] if tokens else []
        tokens += [f"{op} {moved[part]}"] if part in moved else part
    return tokens


def _unfolded(span: Span, named: dict[str, Span]) -> Iterator[Span]:
    """A span with the paragraphs that moved in place of their names."""
    if not named or span.op is Op.SAME:
        yield span
        return
    for word in span.words:
        yield named.get(word) or Span(span.op, (word,))


_MOVES = (Op.MOVED_AWAY, Op.MOVED_HERE)


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
    """Empty spans left out, neighbours of one fate made one, within a change the old words first;
    a paragraph that moved is a span by itself."""
    joined: list[Span] = []
    old: list[Span] = []
    new: list[Span] = []
    same: list[Span] = []
    for span in spans:
        if not span.words:
            continue
        if span.op is Op.SAME:
            joined += _flush(old) + _flush(new)
            same.append(span)
        else:
            joined += _flush(same)
            (old if span.op in ONLY_OLD else new).append(span)
    return joined + _flush(same) + _flush(old) + _flush(new)


def _flush(spans: list[Span]) -> list[Span]:
    """The spans, neighbours of one fate made one; the end of a paragraph beside one that moved
    moved with it."""
    for place, span in enumerate(spans):
        beside = spans[max(place - 1, 0) : place + 2]
        move = next((other.op for other in beside if other.op in _MOVES), None)
        if move is not None and span.words == (PARAGRAPH,):
            spans[place] = Span(move, span.words)
    flushed = [
        Span(op, tuple(word for span in group for word in span.words))
        for op, group in groupby(spans, key=lambda span: span.op)
    ]
    spans.clear()
    return flushed
