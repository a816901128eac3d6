"""What decisions by hand tell: how many follow-ups are right, where the threshold lies; and which
articles to ask about."""

import math
import operator
from collections.abc import Sequence
from dataclasses import dataclass, replace
from statistics import NormalDist

from pipelines.incident import Learned, Profile
from pipelines.relevance.matching import thresholds_of
from pipelines.relevance.numbers import (
    LEAST_ASKED,
    LEAST_SCORE,
    PRECISION_BANDS,
    PRIOR_DECISIONS,
    STRAY_SHARE,
    THRESHOLD_SPREAD,
    THRESHOLD_STEEPNESS,
)

#: Standard deviations on either side that hold 90% of a normal distribution.
_NINETY = 1.645
#: By which the threshold may move, as logarithms.
_SHIFTS = [step / 40 for step in range(-60, 61)]


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
    """Ids of undecided articles, first the one whose decision teaches most.

    Method: the first is the one nearest to the threshold, by ratio (uncertainty sampling, Lewis and
    Gale, 1994); the next ones lie where else the threshold may be, at the quantiles of what is
    believed of it, so that ten decisions at once tell it better than the ten nearest would.
    """
    threshold, _ = thresholds_of(profile)
    left = {id: math.log(score / threshold) for id, score in scored if score > 0}
    left = {id: apart for id, apart in left.items() if apart > math.log(LEAST_ASKED)}
    believed = NormalDist(0.0, THRESHOLD_SPREAD)
    places = sorted((believed.inv_cdf((n + 0.5) / most) for n in range(most)), key=abs)
    asked = []
    for place in places[: len(left)]:
        asked.append(min(left, key=lambda id: (abs(left[id] - place), id)))
        del left[asked[-1]]
    return asked


def calibrated(profile: Profile, decided: Sequence[tuple[float, bool]]) -> Profile:
    """The profile with a threshold that agrees with decisions by hand: the scores, as the profile
    gives them now, and whether the article was kept. As it is where nothing was decided, where the
    thresholds are fixed, and where it does not learn.

    Method: the mean of what is believed of the threshold's logarithm: first a normal distribution
    around where it is, then by each decision the likelihood of a logistic curve. So a few
    decisions move it little, and one that strays hardly at all.
    """
    if not decided or profile.fixed or not profile.learns:
        return profile
    threshold, _ = thresholds_of(profile)
    apart = [(math.log(max(score, LEAST_SCORE / 10) / threshold), kept) for score, kept in decided]
    believed = [_belief(shift, apart) for shift in _SHIFTS]
    highest = max(believed)
    weights = [math.exp(each - highest) for each in believed]
    shift = math.fsum(map(operator.mul, weights, _SHIFTS)) / math.fsum(weights)
    learned = profile.learned or Learned((), (), 0.0, threshold, 0)
    moved = round(threshold * math.exp(shift), 3)
    return replace(profile, learned=replace(learned, threshold=max(moved, LEAST_SCORE)))


def _belief(shift: float, decided: Sequence[tuple[float, bool]]) -> float:
    """The logarithm of how likely a threshold e**shift times as high is, up to a constant."""
    belief = -((shift / THRESHOLD_SPREAD) ** 2) / 2
    for apart, kept in decided:
        over = 1.0 / (1.0 + math.exp(-THRESHOLD_STEEPNESS * (apart - shift)))
        right = over if kept else 1.0 - over
        belief += math.log(STRAY_SHARE + (1.0 - 2 * STRAY_SHARE) * right)
    return belief
