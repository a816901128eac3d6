"""Two incidents among the reports that came near one: its own, and a sibling of the same kind.

A sibling with the same club or the same company scores nearly what follow-ups score, so that no
threshold tells the two apart. What does is that the reports of each are more like each other than
like those of the other. So the latest that came near are parted in two by their likeness: the
seeds' side, and the side that begins with the report that is most like others and least like the
seeds; each goes over to the side that it is more like on average, until none does (two-means with
average linkage, the seeds held). What comes out is believed only where both sides are dense and
stand apart: a long crisis falls into parts as well, but loose ones. Nothing is labelled; a report
is parted anew, in memory, with each that comes, and what was judged stays.

Known mistakes: the first report or two of a sibling are taken, until there is a side to be on; two
threads of one incident, told in short reports that share few words, are taken for siblings. So what
is taken away leaves a candidate, for a person to see.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import compress

from pipelines.relevance.coverage import Remembered, heaviest
from pipelines.relevance.features import Features
from pipelines.relevance.numbers import (
    LEAST_DENSITY,
    LEAST_SIBLINGS,
    LEAST_STORY,
    MOST_ACROSS,
    MOST_PARTED,
    MOST_ROUNDS,
)

#: A symmetric matrix, row by row.
Likeness = Sequence[Sequence[float]]
Side = Sequence[bool]


@dataclass(frozen=True, slots=True)
class Sibling:
    """The report of the other side that an article is most like, and the article's mean likeness to
    its own incident's side as a share of that to the other."""

    article: Remembered
    share: float


@dataclass(frozen=True, slots=True)
class Nearby:
    """The seeds and the latest reports that came near one incident.

    Attributes:
        seeds: the heaviest features of each.
        articles: in the order they came.
        likeness: cosine of each two, the seeds first; 0 of one with itself.
    """

    seeds: tuple[Mapping[str, float], ...]
    articles: tuple[Remembered, ...]
    likeness: Likeness

    def joined(
        self, article: Remembered, likeness: Mapping[str, float], known: Callable[[str], bool]
    ) -> "Nearby":
        """With an article as the last, for an earlier one of the same id; `likeness` are those to
        earlier articles by their id, where they have any, of all that are still `known`."""
        start = len(self.seeds)
        kept = [
            place
            for place, other in enumerate(self.articles)
            if other.id != article.id and known(other.id)
        ][1 - MOST_PARTED :]
        others = [self.articles[place] for place in kept]
        vector = heaviest(article.features)
        row = [cosine(vector, seed) for seed in self.seeds]
        row += [likeness.get(other.id, 0.0) for other in others]
        places = [*range(start), *(start + place for place in kept)]
        matrix = [
            [*map(self.likeness[place].__getitem__, places), last]
            for place, last in zip(places, row, strict=True)
        ]
        return replace(self, articles=(*others, article), likeness=[*matrix, [*row, 0.0]])

    def sibling_of_last(self) -> Sibling | None:
        """What the last article belongs with, where that is a sibling."""
        other = parted(self.likeness, len(self.seeds))
        if other is None or not other[-1]:
            return None
        row = self.likeness[-1]
        to_other = sum(compress(row, other)) / (sum(other) - 1)
        to_story = (sum(row) - sum(compress(row, other))) / other.count(False)
        if to_other <= to_story:
            return None
        nearest = max(compress(range(len(row)), other), key=row.__getitem__) - len(self.seeds)
        return Sibling(self.articles[nearest], to_story / to_other)


def begun(seeds: Sequence[Features]) -> Nearby:
    """Of an incident that nothing has come near yet."""
    vectors = tuple(heaviest(seed) for seed in seeds)
    matrix = [[0.0 if one is other else cosine(one, other) for other in vectors] for one in vectors]
    return Nearby(vectors, (), matrix)


def cosine(one: Mapping[str, float], other: Mapping[str, float]) -> float:
    """Of vectors of length one."""
    return math.fsum(weight * other[key] for key, weight in one.items() if key in other)


def parted(likeness: Likeness, seeds: int) -> list[bool] | None:
    """True for those that belong with a sibling; None where there is none to be seen. `seeds` come
    first and stay."""
    if len(likeness) < LEAST_STORY + LEAST_SIBLINGS:
        return None
    totals = [sum(row) for row in likeness]
    other = _begin(likeness, seeds)
    for _ in range(MOST_ROUNDS):
        moved = _moved(likeness, totals, other, seeds)
        if moved == other:
            break
        other = moved
    if sum(other) < LEAST_SIBLINGS or other.count(False) < LEAST_STORY:
        return None
    return other if _are_apart(likeness, totals, other) else None


def _begin(likeness: Likeness, seeds: int) -> list[bool]:
    """The report that is most like its three nearest and least like the seeds, with all that are
    more like it than like the seeds."""
    to_seeds = [sum(row[:seeds]) / seeds for row in likeness]
    first = max(
        range(seeds, len(likeness)),
        key=lambda place: sum(sorted(likeness[place])[-3:]) / 3 - to_seeds[place],
    )
    return [
        place == first or (place >= seeds and alike > to_seeds[place])
        for place, alike in enumerate(likeness[first])
    ]


def _moved(likeness: Likeness, totals: Sequence[float], other: Side, seeds: int) -> list[bool]:
    """Each on the side that it is more like on average, itself left out; the seeds stay."""
    count = sum(other)
    moved = [False] * seeds
    for place in range(seeds, len(likeness)):
        inside = sum(compress(likeness[place], other))
        to_other = inside / max(1, count - other[place])
        to_story = (totals[place] - inside) / max(1, len(other) - count - (not other[place]))
        moved.append(to_other > to_story)
    return moved


def _are_apart(likeness: Likeness, totals: Sequence[float], other: Side) -> bool:
    """True where both sides are dense, and far less alike than within."""
    count, rest = sum(other), len(other) - sum(other)
    inside = sum(sum(compress(row, other)) for row in compress(likeness, other))
    between = sum(compress(totals, other)) - inside
    story = sum(totals) - inside - 2 * between
    within = inside / (count * (count - 1)), max(0.0, story) / (rest * (rest - 1))
    density = math.sqrt(math.prod(within))
    return density >= LEAST_DENSITY and between / (count * rest) <= MOST_ACROSS * density
