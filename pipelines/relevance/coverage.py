"""The latest articles that came near an incident, and which of them a new one is most like.

Two articles are alike by the cosine of their features' weights. An inverted index over the heaviest
features of each finds the nearest without comparing with all; the oldest make room for new ones.
"""

import heapq
import math
from collections import OrderedDict, defaultdict
from collections.abc import Mapping
from dataclasses import dataclass, field
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
        self._postings: defaultdict[str, dict[str, float]] = defaultdict(dict)

    @property
    def is_empty(self) -> bool:
        """Nothing was judged before."""
        return not self._known

    def add(self, article: Remembered) -> None:
        """Remember an article; one of the same id is replaced."""
        self._drop(article.id)
        vector = heaviest(article.features)
        self._known[article.id] = article, vector
        for key, weight in vector.items():
            self._postings[key][article.id] = weight
        if len(self._known) > self._most:
            self._drop(next(iter(self._known)))

    def _drop(self, id: str) -> None:
        _, vector = self._known.pop(id, (None, {}))
        for key in vector:
            holders = self._postings[key]
            del holders[id]
            if not holders:
                del self._postings[key]

    def __contains__(self, id: str) -> bool:
        return id in self._known

    def likeness(self, features: Features, *, but: str) -> dict[str, float]:
        """Of all articles that have any, by id, without `but`."""
        likeness: defaultdict[str, float] = defaultdict(float)
        if not self._known:
            return likeness
        for key, weight in heaviest(features).items():
            for id, other in self._postings.get(key, {}).items():
                likeness[id] += weight * other
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


def heaviest(features: Features) -> Mapping[str, float]:
    """The weights of the heaviest features."""
    if len(features.weights) <= MOST_WEIGHED:
        return features.weights
    return dict(heapq.nlargest(MOST_WEIGHED, features.weights.items(), key=_by_weight))


def _by_weight(item: tuple[str, float]) -> tuple[float, str]:
    return item[1], item[0]
