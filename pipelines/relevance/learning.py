"""What coverage teaches about an incident: its own words beside those of the seeds.

A linear model over the features that are shown. Names that enough of the taken articles carry, and
the own terms don't know, are added: lighter than the own terms, which stay as they are, so that the
profile cannot drift away from the seeds, and scores of early and late articles are of one measure.
Words are not: those that the own terms lack are mostly those of any such event, and bring siblings
in. What articles say that came near and were not taken, and the profile does not, counts against. A
person's decision counts for several, and is taken whatever the score. (Rocchio, 1971.)

Known mistakes: a sibling that passes the margin unseen is learned along until a person dismisses
it; a long silence followed by something new needs three articles before it is learned.
"""

import heapq
import math
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from itertools import chain
from typing import NamedTuple

from pipelines.incident import Learned, Profile, Term
from pipelines.items import Article
from pipelines.relevance.features import Features, is_phrase, key_of, read_features, unit
from pipelines.relevance.matching import thresholds_of
from pipelines.relevance.numbers import (
    AGAINST_BY_HAND,
    AGAINST_WEIGHT,
    BREADTH,
    FULL_REJECTED,
    FULL_SHARE,
    FULL_TEACHERS,
    HAND_COUNTS,
    LEARNED_RARITY,
    LEARNED_SHARE,
    LEAST_SCORE,
    LEAST_SHARE,
    LEAST_TEACHERS,
    LEVEL_COUNT,
    LEVEL_OF,
    LEVEL_PRIOR,
    MOST_AGAINST,
    MOST_ARTICLES_SHOWN,
    MOST_EXAMPLES,
    MOST_OF_LEARNED,
    MOST_SHARE,
    NEAR_END,
    NEAR_LEVEL,
    NEAR_SHARE,
    TEACHING_MARGIN,
)
from pipelines.relevance.profile import flattened, spellings_of, term_of


@dataclass(frozen=True, slots=True)
class Example:
    """An article that was judged.

    Attributes:
        id: as `Term.articles` shows it.
        article: with its text.
        at: when it was taken, left or decided about; aware.
        taken: a follow-up, or not.
        by_hand: a person kept (taken) or dismissed (not taken) it.
    """

    id: str
    article: Article
    at: datetime
    taken: bool
    by_hand: bool = False


class Read(NamedTuple):
    """An example as it teaches: with its features, and for how many articles it counts."""

    example: Example
    features: Features
    counts: float


def teaches(profile: Profile, score: float) -> bool:
    """True where an undecided follow-up is sure enough to teach."""
    return score >= TEACHING_MARGIN * thresholds_of(profile)[0]


def is_near(profile: Profile, score: float) -> bool:
    """True where an undecided article that was not taken came near enough to count against."""
    threshold, _ = thresholds_of(profile)
    return NEAR_SHARE * threshold <= score < NEAR_END * threshold


def learn(profile: Profile, examples: Iterable[Example], scores: Sequence[float]) -> Profile:
    """The profile with `learned` as the examples teach it, None where they teach nothing or it does
    not learn; all else stays. The latest `MOST_EXAMPLES` of each side count, in whatever order they
    come. `scores` are what all articles so far scored: they tell the threshold of an incident with
    a lone seed. Several seeds tell it as well by themselves: then give none."""
    return learn_from(profile, [read(example) for example in examples], scores)


def learn_from(profile: Profile, examples: Iterable[Read], scores: Sequence[float]) -> Profile:
    """The same of examples that were read before."""
    if not profile.learns:
        return replace(profile, learned=None)
    ordered = sorted(examples, key=lambda each: (each.example.at, each.example.id))
    taken = [each for each in ordered if each.example.taken][-MOST_EXAMPLES:]
    left = [each for each in ordered if not each.example.taken][-MOST_EXAMPLES:]
    own = _vector(profile.terms)
    terms, share = _terms(profile, own, taken)
    against = _against(profile, own, own | _vector(terms), left)
    threshold = threshold_by(profile.threshold, scores)
    if not terms and not against and threshold == profile.threshold:
        return replace(profile, learned=None)
    return replace(profile, learned=Learned(terms, against, share, threshold, len(taken)))


def read(example: Example) -> Read:
    """The example as it teaches."""
    article = example.article
    features = read_features(article.title, article.text, article.language)
    return Read(example, features, HAND_COUNTS if example.by_hand else 1.0)


def _vector(terms: Iterable[Term]) -> dict[str, float]:
    summed: defaultdict[str, float] = defaultdict(float)
    for term in terms:
        summed[key_of(term.text)] += term.weight
    return dict(summed)


def _terms(
    profile: Profile, own: Mapping[str, float], taken: Sequence[Read]
) -> tuple[tuple[Term, ...], float]:
    """What the taken say together beside the own terms, and how heavy it is beside them."""
    counted = math.fsum(each.counts for each in taken)
    if counted < LEAST_TEACHERS:
        return (), 0.0
    refused = {key_of(text) for text in profile.refused}
    names = frozenset().union(*(each.features.named for each in taken))
    found = (
        key
        for key, count in _carried(taken).items()
        if count >= LEAST_TEACHERS
        and (is_phrase(key) or key in names)
        and key not in own
        and key not in refused
    )
    common = {
        key: math.fsum(each.counts * each.features.weights.get(key, 0.0) for each in taken)
        for key in found
        if (is_phrase(key) or _is_rare(key, taken)) and _is_said_by_several(key, taken)
    }
    share = LEARNED_SHARE * min(1.0, counted / FULL_TEACHERS) if common else 0.0
    spellings = spellings_of((each.features for each in taken), common)
    terms = (
        _dated(term_of(key, share * min(weight, MOST_OF_LEARNED), spellings), key, taken)
        for key, weight in flattened(common)
    )
    return tuple(term for term in terms if term.weight > 0), share


def _carried(read: Sequence[Read]) -> dict[str, float]:
    """By key, for how many articles those count that have it."""
    counts = Counter(chain.from_iterable(each.features.weights for each in read))
    carried: dict[str, float] = dict(counts)
    for each in read:
        if each.counts != 1.0:
            for key in each.features.weights:
                carried[key] += each.counts - 1.0
    return carried


def _summed(read: Iterable[tuple[Read, float]]) -> dict[str, float]:
    """The sum of the weights of articles, each times a number."""
    summed: defaultdict[str, float] = defaultdict(float)
    for each, times in read:
        for key, weight in each.features.weights.items():
            summed[key] += times * weight
    return summed


def _shared(own: Mapping[str, float], each: Read) -> float:
    """How much of an article the own terms know."""
    weights = each.features.weights.items()
    return max(0.0, math.fsum(weight * own[key] for key, weight in weights if key in own))


def _is_rare(key: str, taken: Iterable[Read]) -> bool:
    """True for a name that is no everyday word: Tuesday, South and Agency are written alike."""
    return all(
        each.features.background.rarity(key) >= LEARNED_RARITY
        for each in taken
        if key in each.features.weights
    )


def _is_said_by_several(key: str, taken: Iterable[Read]) -> bool:
    """True for what more than one article says, of more than one outlet where outlets are known:
    else an outlet's own name and standing lines would be learned."""
    outlets = [each.example.article.outlet for each in taken if key in each.features.weights]
    return len(outlets) > 1 and (not any(outlets) or len(set(outlets)) > 1)


def _dated(term: Term, key: str, taken: Iterable[Read]) -> Term:
    """The term with the articles that taught it, the first ones by name."""
    found = [each.example for each in taken if key in each.features.weights]
    return replace(
        term,
        since=found[0].at if found else None,
        articles=tuple(example.id for example in found[:MOST_ARTICLES_SHOWN]),
    )


def _against(
    profile: Profile,
    own: Mapping[str, float],
    mixed: Mapping[str, float],
    left: Sequence[Read],
) -> tuple[Term, ...]:
    """What those that came near say and the profile doesn't. A near one counts by the square of
    what it shares with the own terms."""
    counted = math.fsum(each.counts for each in left)
    summed = _summed((each, each.counts * _shared(own, each) ** 2) for each in left)
    norm, said = math.hypot(*summed.values()) or 1.0, unit(mixed)
    refused = {key_of(text) for text in profile.refused}
    times = AGAINST_WEIGHT * min(1.0, counted / FULL_REJECTED)
    times += AGAINST_BY_HAND * min(1.0, sum(each.example.by_hand for each in left) / LEAST_TEACHERS)
    beyond = {
        key: times * (summed[key] / norm - said.get(key, 0.0))
        for key, count in _carried(left).items()
        if count >= LEAST_TEACHERS and key not in refused
    }
    heaviest = sorted(
        (key for key, weight in beyond.items() if weight > 0),
        key=lambda key: (-round(beyond[key], 4), key),
    )[:MOST_AGAINST]
    spellings = spellings_of((each.features for each in left), frozenset(heaviest))
    terms = (_dated(term_of(key, beyond[key], spellings), key, left) for key in heaviest)
    return tuple(term for term in terms if term.weight > 0)


def threshold_by(own: float, scores: Sequence[float]) -> float:
    """The threshold that the scores so far suggest, where `own` is that of the seeds.

    Method: the best scores tell the level of reports that are surely about the incident, beginning
    with what the seeds suggest. Few near that level are a short incident, whose reports are alike:
    what scores half as much is a sibling. The more there are, the wider is what the story touches,
    and the lower the threshold, by the logarithm of their number; never lower than the seeds say.
    """
    best = heapq.nlargest(LEVEL_OF, (score for score in scores if score > LEAST_SCORE))
    if len(best) < LEAST_TEACHERS:
        return own
    level = (math.fsum(best) + LEVEL_PRIOR * own / FULL_SHARE) / (len(best) + LEVEL_PRIOR)
    near = sum(score > NEAR_LEVEL * level for score in scores)
    share = FULL_SHARE - BREADTH * math.log(max(near, 1) / LEVEL_COUNT)
    return round(max(own, min(MOST_SHARE, max(LEAST_SHARE, share)) * level), 3)
