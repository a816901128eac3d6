"""Which stored texts a text repeats: exactly, or nearly.

Method: containment, the share of the shorter text's sampled shingles that stand in the other. It
finds an excerpt in a whole where resemblance (Jaccard, simhash) does not. Passages that stand in
many articles are boilerplate and don't count; without that, every page of a site is a copy. How
many articles have a passage is known of the keys by which texts are looked up; the samples between
them go by the nearest key of the same passage.

Whether two texts are copies follows from these two and from the counts of the keys of both alone,
and it is the same from either side: so the order in which texts arrive makes no difference, and
when a key crosses a cap, the articles that have it are all that must be compared anew.

Known mistakes: two reports written from the same agency text are joined where most of their words
are the agency's; of a story at `WIDESPREAD_FROM` outlets or more only what is the same to the word
is found; a short item that was cut and given a new headline is missed. The way out is joining and
parting by hand.
"""

from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Protocol

from pipelines.dedupe.sketch import LEAST_TITLE_WORDS, keys_of_sketch, numbers, title_words
from pipelines.items import COMMON_FROM, WIDESPREAD_FROM, Duplicate, DuplicateKind, Sketch

#: Keys in common, for the second look: a box has few, a story all.
LEAST_WIDE_KEYS = 2
#: Shorter texts are never compared: two teasers share their phrases by chance.
SHORTEST_SHINGLES = 20
#: Up to here a page's own words may be outweighed by its box ("sign up for our newsletter", 30
#: shingles; consent notices, 60 to 100): titles or numbers must agree as well.
SURE_SHINGLES = 100
#: Fewer samples in common say nothing: one in eight is kept, so this is a run of about 24 words.
LEAST_SHARED = 3
#: From here a text is a copy where titles or numbers agree. Own reports of one event that quote
#: the same speech reach .38 with the same headline.
NEAR_CONTAINMENT = 0.4
#: From here it is one whatever its headline. Bond issues and match reports, made from a template,
#: stay below.
SURE_CONTAINMENT = 0.6
#: Titles agree when so much of the shorter one's words stand in the other.
TITLE_AGREEMENT = 0.6
#: Numbers agree when so much of the smaller set stands in the other ...
NUMBER_AGREEMENT = 0.5
#: ... and it has so many: a year alone is in every article.
LEAST_NUMBERS = 2

#: Of keys: how many articles have each.
Counts = Mapping[int, int]


@dataclass(frozen=True, slots=True)
class Text:
    """An article as it is compared; `id` is None where it is not stored yet."""

    id: int | None
    title: str | None
    sketch: Sketch


class Index(Protocol):
    """Where stored sketches are looked up. Ids are the store's article ids."""

    def common(self, keys: Collection[int]) -> Counts:
        """Those of the keys that `COMMON_FROM` articles have or more, with how many."""

    def holders(self, keys: Collection[int]) -> Mapping[int, Sequence[int]]:
        """The articles that have each of the keys."""

    def first_holder(self, key: int, but: int | None) -> int | None:
        """The lowest id of the articles that have a key, of others than `but`."""

    def texts(self, ids: Collection[int]) -> Mapping[int, Text]:
        """The named articles; without those that are gone."""

    def wording(self, id: int) -> str | None:
        """The whole text of an article; None where it expired."""


def copies_of(new: Text, index: Index, wording: str | None = None) -> list[Duplicate]:
    """All stored articles that repeat a text, best first: the same text before a near one, the more
    similar before the less, the older id before the newer.

    An article that is not stored yet comes with its `wording`; the counts are then those that will
    be when it is.
    """
    if new.sketch.shingles < SHORTEST_SHINGLES:
        return []
    found = _Search(new, index, wording).found()
    return sorted(found, key=lambda d: (d.kind != DuplicateKind.TEXT, -d.similarity, d.article_id))


def judged(
    one: Text, other: Text, common: Counts, wording_of: Callable[[Text], str | None]
) -> tuple[DuplicateKind, float] | None:
    """What two texts are to each other, and the share of the shorter one's samples that stand in
    the other; None where neither is a copy. The same for (one, other) and (other, one).

    `common` has the keys of both that `COMMON_FROM` articles or more have, at least those that are
    samples of both; `wording_of` is asked where titles and containment don't decide.
    """
    if min(one.sketch.shingles, other.sketch.shingles) < SHORTEST_SHINGLES:
        return None
    is_long = min(one.sketch.shingles, other.sketch.shingles) >= SURE_SHINGLES
    if _same_words(one.sketch, other.sketch):
        kept = is_long or _agree(one, other, wording_of)
        return (DuplicateKind.TEXT, 1.0) if kept else None
    shorter, longer = _by_length(one.sketch, other.sketch)
    shared = set(shorter.samples).intersection(longer.samples)
    whole = len(shorter.samples)
    if len(shared) < max(LEAST_SHARED, NEAR_CONTAINMENT * whole):
        return None
    rare = _not_in(COMMON_FROM, shorter, shared, common)
    near = rare >= max(LEAST_SHARED, NEAR_CONTAINMENT * whole) and (
        (is_long and rare >= SURE_CONTAINMENT * whole) or _agree(one, other, wording_of)
    )
    if near or (is_long and _is_widespread(one, other, common)):
        return DuplicateKind.NEAR, len(shared) / whole
    return None


def is_same_long_text(one: Sketch, other: Sketch) -> bool:
    """True for texts that are the same to the word, and too long to be a box: these are copies
    whatever else the articles are, and however many have that text."""
    return _same_words(one, other) and one.shingles >= SURE_SHINGLES


def _is_widespread(one: Text, other: Text, common: Counts) -> bool:
    """A story that too many outlets carry for the first look. Where headlines differ, both must
    tell of what is in the text: that of a page with nothing but a box tells of something else."""
    shorter, longer = _by_length(one.sketch, other.sketch)
    shared = set(shorter.samples).intersection(longer.samples)
    left = _not_in(WIDESPREAD_FROM, shorter, shared, common)
    about = one.sketch.is_about_title and other.sketch.is_about_title
    return left >= SURE_CONTAINMENT * len(shorter.samples) and (about or _titles_agree(one, other))


def _same_words(one: Sketch, other: Sketch) -> bool:
    return one.digest == other.digest and one.samples == other.samples


def _by_length(one: Sketch, other: Sketch) -> tuple[Sketch, Sketch]:
    shorter, longer = sorted((one, other), key=lambda s: (len(s.samples), s.digest))
    return shorter, longer


def _not_in(cap: int, shorter: Sketch, shared: Collection[int], common: Counts) -> int:
    """How many shared samples stand in passages that fewer than `cap` articles have.

    A passage is a run of shared samples that follow each other in the shorter text. A sample that
    is no key has no count: it goes by the nearest key in its passage, by none where it has none.
    """
    if all(common.get(sample, 0) < cap for sample in shared):
        return len(shared)
    keys = set(keys_of_sketch(shorter))
    left, run = 0, list[int]()
    for sample in (*shorter.samples, None):
        if sample in shared and sample is not None:
            run.append(sample)
            continue
        left += _left_of(run, [common.get(s, 0) < cap if s in keys else None for s in run])
        run = []
    return left


def _left_of(run: Sequence[int], kept: Sequence[bool | None]) -> int:
    known = [at for at, keeps in enumerate(kept) if keeps is not None]
    if not known:
        return len(run)
    nearest = (min(known, key=lambda k: (abs(k - at), k)) for at in range(len(run)))
    return sum(kept[at] is True for at in nearest)


class _Search:
    """The search for copies of one text."""

    def __init__(self, new: Text, index: Index, wording: str | None) -> None:
        self._new, self._index, self._wording = new, index, wording
        self._keys = keys_of_sketch(new.sketch)
        self._whole = new.sketch.whole
        self._common = dict(index.common(self._keys))
        own = 1 if new.id is None else 0
        for key in self._keys:
            if key in self._common:
                self._common[key] += own
        narrow = [key for key in self._keys if self._common.get(key, 0) < WIDESPREAD_FROM]
        self._holders = {
            key: [id for id in ids if id != new.id] for key, ids in index.holders(narrow).items()
        }
        for key, ids in self._holders.items():
            if len(ids) + 1 >= COMMON_FROM:  # with this one
                self._common.setdefault(key, len(ids) + 1)

    def found(self) -> list[Duplicate]:
        candidates = self._candidates()
        if not candidates:
            return []
        texts = self._index.texts(candidates)
        others = self._index.common(set(self._new.sketch.samples) - set(self._keys))
        self._common.update(others)
        return [
            Duplicate(id, *verdict)
            for id, text in texts.items()
            if (verdict := judged(self._new, text, self._common, self._wording_of))
        ]

    def _candidates(self) -> set[int]:
        """Articles with a rare key in common, or several widespread ones; of those that have the
        same text in all too many others the first, which stands for all."""
        rare, narrow = set[int](), Counter[int]()
        for key, ids in self._holders.items():
            narrow.update(ids)
            if self._common.get(key, 0) < COMMON_FROM or key == self._whole:
                rare.update(ids)
        wanted = rare | {id for id, keys in narrow.items() if keys >= LEAST_WIDE_KEYS}
        if self._common.get(self._whole, 0) >= WIDESPREAD_FROM and (
            self._new.sketch.shingles >= SURE_SHINGLES
        ):
            first = self._index.first_holder(self._whole, self._new.id)
            wanted |= {first} if first is not None else set()
        return wanted

    def _wording_of(self, text: Text) -> str | None:
        return self._wording if text.id is None else self._index.wording(text.id)


def _agree(one: Text, other: Text, wording_of: Callable[[Text], str | None]) -> bool:
    if _titles_agree(one, other):
        return True
    mine, theirs = (numbers(text.title, wording_of(text) or "") for text in (one, other))
    return _overlap(mine, theirs, LEAST_NUMBERS) >= NUMBER_AGREEMENT


def _titles_agree(one: Text, other: Text) -> bool:
    mine, theirs = title_words(one.title), title_words(other.title)
    return _overlap(mine, theirs, LEAST_TITLE_WORDS) >= TITLE_AGREEMENT


def _overlap(a: frozenset[str], b: frozenset[str], least: int) -> float:
    """Share of the smaller set that stands in the other; 0 where it has fewer than `least`."""
    smaller = min(len(a), len(b))
    return len(a & b) / smaller if smaller >= least else 0.0
