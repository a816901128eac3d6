"""What decisions by hand tell: how many follow-ups are right, and which articles to ask about."""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from pipelines.incident import Profile
from pipelines.relevance.matching import thresholds_of
from pipelines.relevance.numbers import PRECISION_BANDS, PRIOR_DECISIONS

#: Standard deviations on either side that hold 90% of a normal distribution.
_NINETY = 1.645


@dataclass(frozen=True, slots=True)
class Precision:
    """The share of follow-ups that are right, with the interval that holds it 9 times in 10, and by
    how many decisions that was told."""

    estimate: float
    low: float
    high: float
    decided: int


def precision(
    profile: Profile,
    kept: Sequence[float],
    dismissed: Sequence[float],
    scores: Sequence[float],
) -> Precision | None:
    """From the scores of follow-ups that people kept and dismissed, and of all follow-ups; None
    where there is no follow-up.

    Method: people decide about doubtful articles more than about others, so decisions are counted
    in bands of score over threshold. Each band begins with what was measured in it on other
    incidents, as if that were `PRIOR_DECISIONS` decisions (a beta prior), and counts by its share
    of the follow-ups.
    """
    if not scores:
        return None
    threshold, _ = thresholds_of(profile)
    mean = variance = 0.0
    for lower, upper, measured in _bands():
        share = _within(scores, lower * threshold, upper * threshold) / len(scores)
        right = PRIOR_DECISIONS * measured + _within(kept, lower * threshold, upper * threshold)
        wrong = PRIOR_DECISIONS * (1.0 - measured) + _within(
            dismissed, lower * threshold, upper * threshold
        )
        total = right + wrong
        mean += share * right / total
        variance += share**2 * right * wrong / (total**2 * (total + 1.0))
    spread = _NINETY * math.sqrt(variance)
    low, high = max(0.0, mean - spread), min(1.0, mean + spread)
    return Precision(mean, low, high, len(kept) + len(dismissed))


def _bands() -> list[tuple[float, float, float]]:
    """Lower and upper end of each band, in thresholds, and what was measured in it."""
    lowers = [lower for lower, _ in PRECISION_BANDS]
    uppers = [*lowers[1:], math.inf]
    # What a person let in by hand may score below the threshold: it goes with the lowest band.
    lowers[0] = -math.inf
    measured = [share for _, share in PRECISION_BANDS]
    return list(zip(lowers, uppers, measured, strict=True))


def _within(scores: Sequence[float], lower: float, upper: float) -> int:
    return sum(lower <= score < upper for score in scores)


def to_ask(profile: Profile, scored: Sequence[tuple[str, float]], most: int) -> list[str]:
    """Ids of undecided articles, first the one whose decision teaches most: those whose score lies
    nearest to the threshold, by ratio (uncertainty sampling, Lewis and Gale, 1994)."""
    threshold, _ = thresholds_of(profile)
    near = [(abs(math.log(score / threshold)), id) for id, score in scored if score > 0]
    return [id for _, id in sorted(near)[:most]]
