"""What an article gains and loses by the coverage that it continues, and by its rivals.

It is drawn to what the earlier articles nearest to it scored by their own words, and away where
they are more like each other than like the incident. What a person decided about stands for itself:
a kept one counts as surely about the incident, a dismissed one as not at all, for what is more like
it than like the incident.

In a store a story is rare, and a text that has a country or a firm in common with it has nothing
but its coverage to be like. So stored coverage alone makes a follow-up only of what has its place
within: several of its neighbours are follow-ups themselves, and it is nearly as much like them as
they are like each other. Known mistake: in a long crisis many a report stays a candidate that way.
"""

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple

from pipelines.items import Reason
from pipelines.relevance.coverage import Coverage, Neighbour, Remembered
from pipelines.relevance.features import Features
from pipelines.relevance.numbers import (
    BACKERS,
    COVERAGE_BEND,
    COVERAGE_SHARE,
    HELD_SHARE,
    KEPT_LEVEL,
    LEAST_NEAR,
    NEIGHBOURS,
    PLACE_SHARE,
    RIVAL_SHARE,
)


class Judged(NamedTuple):
    """An earlier article as an incident sees it: how much a new one is like it, its score, and what
    a person decided."""

    article: Remembered
    likeness: float
    score: float
    decided: bool | None


class Continuing:
    """The coverage as some incidents see it. Scores are those of long articles.

    `scores` gives what each incident makes of an article's own words; `ids` and `thresholds` are
    those of the incidents, in the same order.
    """

    def __init__(
        self,
        coverage: Coverage,
        scores: Callable[[Features], list[float]],
        ids: Sequence[int],
        thresholds: Sequence[float],
    ) -> None:
        self._coverage = coverage
        self._scores = scores
        self._ids, self._thresholds = ids, thresholds
        self._known: dict[str, list[float]] = {}

    def remember(self, article: Remembered) -> None:
        """Make an article a neighbour of those that are judged later."""
        self._coverage.add(article)
        self._known.pop(article.id, None)

    def reasons(
        self, place: int, own: float, length: float, near: Sequence[Neighbour]
    ) -> tuple[Reason, ...]:
        """What its neighbours add to the score of an article, and take; `length` is how much of its
        score an article so short is given."""
        seen = [self._judged(place, own, neighbour) for neighbour in near]
        found = [*_drawn(own, seen), *_driven(seen)]
        lifted = own + math.fsum(reason.weight for reason in found)
        limit = self._thresholds[place] / length
        if own < limit <= lifted and not self._belongs(place, seen[:NEIGHBOURS]):
            held = max(own, HELD_SHARE * limit)
            found[0] = replace(found[0], weight=found[0].weight - lifted + held)
        return tuple(found)

    def _judged(self, place: int, own: float, neighbour: Neighbour) -> Judged:
        article, likeness = neighbour
        known = self._known.get(article.id)
        if known is None:
            known = self._known[article.id] = self._scores(article.features)
        # Few are decided about, and this is asked for each neighbour by each incident.
        decided = article.decisions.get(self._ids[place]) if article.decisions else None
        if decided is None or (not decided and likeness < own):
            return Judged(article, likeness, known[place], None)
        return Judged(article, likeness, KEPT_LEVEL * self._thresholds[place] * decided, decided)

    def _belongs(self, place: int, seen: Sequence[Judged]) -> bool:
        """True for an article that has its place within the coverage of the incident."""
        if not self._coverage.is_store:
            return True
        if sum(one.score >= self._thresholds[place] for one in seen) < BACKERS:
            return False
        closeness = [self._coverage.closeness(one.article) for one in seen]
        places = (one.likeness / close for one, close in zip(seen, closeness, strict=True) if close)
        return math.fsum(places) / NEIGHBOURS >= PLACE_SHARE


def _drawn(own: float, seen: Sequence[Judged]) -> Iterator[Reason]:
    """Towards the score of the nearest, in the name of the one that moves it most."""
    asked = [
        (one.likeness**2, one)
        for one in seen[:NEIGHBOURS]
        if one.score > LEAST_NEAR or one.decided is not None
    ]
    total = math.fsum(weight for weight, _ in asked)
    if total:
        moved = math.fsum(weight * (one.score - own) for weight, one in asked)
        _, first = max(asked, key=lambda each: abs(each[0] * (each[1].score - own)))
        kind = {None: "coverage", True: "kept", False: "dismissed"}[first.decided]
        yield _reason(first.article, kind, COVERAGE_SHARE * moved / (total + COVERAGE_BEND))


def _driven(seen: Sequence[Judged]) -> Iterator[Reason]:
    """Away from the nearest that are more like it than like the incident."""
    beyond = [(one.likeness - one.score, one.article) for one in seen if one.likeness > one.score]
    rivals = sorted(beyond, key=lambda rival: -rival[0])[:NEIGHBOURS]
    if rivals:
        nearer = math.fsum(more for more, _ in rivals) / NEIGHBOURS
        yield _reason(rivals[0][1], "rival", -RIVAL_SHARE * nearer)


def _reason(article: Remembered, kind: str, weight: float) -> Reason:
    return Reason(article.title or article.id, kind, weight)
