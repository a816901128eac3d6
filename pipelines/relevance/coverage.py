"""The latest articles that came near an incident, and which of them a new one is most like.

Two articles are alike by the cosine of their features' weights. An inverted index over the heaviest
features of each finds the nearest without comparing with all; the oldest make room for new ones.
"""

import heapq
import math
from array import array
from collections import OrderedDict, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
from operator import itemgetter
from typing import NamedTuple

from pipelines.relevance.features import Features
from pipelines.relevance.numbers import (
    COPY_LIKENESS,
    MOST_COVERAGE,
    MOST_NEIGHBOURS,
    MOST_WEIGHED,
    NEIGHBOURS,
)


@dataclass(frozen=True, slots=True)
class Remembered:
    """An article that was judged before.

    Attributes:
        id: how it is known again.
        title: its headline.
        features: what it is compared by.
        decisions: by the id of an incident, whether a person kept it (true) or dismissed it.
    """

    id: str
    title: str
    features: Features
    decisions: Mapping[int, bool] = field(default_factory=dict)


class Neighbour(NamedTuple):
    """An earlier article and how alike it is, from 0 to 1."""

    article: Remembered
    likeness: float


class Coverage:
    """Articles by their features; the latest `most` of them.

    `is_store`: they are what a store holds, where a story is rare among other news; by these alone
    nothing becomes a follow-up that has no place within the story (see continuing.py).
    """

    def __init__(self, most: int = MOST_COVERAGE, *, is_store: bool = False) -> None:
        self.is_store = is_store
        self._most = most
        self._known: OrderedDict[str, tuple[Remembered, Mapping[str, float]]] = OrderedDict()
        self._index = _Index()
        self._latest: tuple[Features, Mapping[str, float]] | None = None

    def _vector(self, features: Features) -> Mapping[str, float]:
        """The heaviest weights; an article is compared and then remembered."""
        if self._latest is None or self._latest[0] is not features:
            self._latest = features, heaviest(features)
        return self._latest[1]

    @property
    def is_empty(self) -> bool:
        """Nothing was judged before."""
        return not self._known

    def add(self, article: Remembered) -> None:
        """Remember an article; one of the same id is replaced."""
        self._drop(article.id)
        vector = self._vector(article.features)
        self._known[article.id] = article, vector
        self._index.add(article.id, vector)
        if len(self._known) > self._most:
            self._drop(next(iter(self._known)))

    def _drop(self, id: str) -> None:
        if id in self._known:
            _, vector = self._known.pop(id)
            self._index.drop(id, vector)

    def __contains__(self, id: str) -> bool:
        return id in self._known

    def likeness(self, features: Features, *, but: str) -> dict[str, float]:
        """Of all articles that have any, by id, without `but`."""
        likeness = self._index.likeness(self._vector(features))
        likeness.pop(but, None)
        return likeness

    def nearest(self, likeness: Mapping[str, float]) -> list[Neighbour]:
        """The articles most alike, the nearest first, without copies."""
        found = heapq.nlargest(
            MOST_NEIGHBOURS,
            ((alike, id) for id, alike in likeness.items() if alike < COPY_LIKENESS),
        )
        return [Neighbour(self._known[id][0], alike) for alike, id in found]

    def closeness(self, article: Remembered) -> float:
        """How alike an article and the `NEIGHBOURS` nearest to it are, from 0 to 1."""
        likeness = self.likeness(article.features, but=article.id)
        near = self.nearest(likeness)[:NEIGHBOURS]
        return math.fsum(neighbour.likeness for neighbour in near) / NEIGHBOURS


class _Row(NamedTuple):
    """The articles that hold a feature, by place, and how much it is of them; the oldest first."""

    places: "array[int]"
    weights: "array[float]"


class _Index:
    """Vectors by feature. Each has a place among at most so many as were there at once."""

    def __init__(self) -> None:
        self._rows: defaultdict[str, _Row] = defaultdict(lambda: _Row(array("q"), array("d")))
        self._places: dict[str, int] = {}
        self._ids: list[str] = []
        self._free: list[int] = []

    def add(self, id: str, vector: Mapping[str, float]) -> None:
        """A vector that is not there yet."""
        if not self._free:
            self._free.append(len(self._ids))
            self._ids.append("")
        place = self._free.pop()
        self._places[id], self._ids[place] = place, id
        for key, weight in vector.items():
            row = self._rows[key]
            row.places.append(place)
            row.weights.append(weight)

    def drop(self, id: str, vector: Mapping[str, float]) -> None:
        """The vector goes, its place is free."""
        place = self._places.pop(id)
        self._free.append(place)
        for key in vector:
            row = self._rows[key]
            at = row.places.index(place)
            del row.places[at], row.weights[at]
            if not row.places:
                del self._rows[key]

    def likeness(self, vector: Mapping[str, float]) -> dict[str, float]:
        """Of a vector to all that have any, by id."""
        rows = [(weight, self._rows[key]) for key, weight in vector.items() if key in self._rows]
        if not rows:
            return {}
        # Takes 0.1 s to import: what only lists and shows should not pay it.
        import numpy

        places, weights = array("q"), array("d")
        for _, row in rows:
            places.extend(row.places)
            weights.extend(row.weights)
        times = numpy.repeat([weight for weight, _ in rows], [len(row.places) for _, row in rows])
        likeness = numpy.bincount(places, times * numpy.asarray(weights), len(self._ids)).tolist()
        return {id: alike for id, alike in zip(self._ids, likeness, strict=True) if alike}


def heaviest(features: Features) -> Mapping[str, float]:
    """The weights of the heaviest features, the heaviest first where some are left out."""
    if len(features.weights) <= MOST_WEIGHED:
        return features.weights
    ordered = sorted(features.weights.items(), key=_BY_WEIGHT, reverse=True)
    return dict(ordered[:MOST_WEIGHED])


_BY_WEIGHT = itemgetter(1, 0)
