"""One article against all open incidents at once.

The score is the cosine of the profile's and the article's weights, less what the learned terms
against it weigh: each feature that both hold adds the product of the two, up to a bound, since one
word alone makes no follow-up; that product is the reason shown, a negative one for what speaks
against. The heaviest dozen is shown; the rest of the score is made of features that are lighter
than each of those. The terms of all profiles stand in one index by key, so that an article is read
once and meets only the terms that it holds. What the incidents make of it does not depend on each
other.
"""

import heapq
import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, MutableMapping, Sequence
from dataclasses import replace
from typing import NamedTuple, overload

from pipelines.incident import Incident, Profile, Term
from pipelines.items import Article, Reason, Relevance
from pipelines.outcomes import Verdict
from pipelines.relevance.continuing import Continuing
from pipelines.relevance.coverage import Coverage, Neighbour, Remembered
from pipelines.relevance.features import Features, Section, is_phrase, key_of, read_features
from pipelines.relevance.numbers import (
    EXPLAINED_SHARE,
    KEPT_APART,
    LEAST_NEAR,
    LEAST_NORM,
    MOST_OF_A_TERM,
    MOST_REASONS,
    PARTED_NEAR,
    SIBLING_POWER,
)
from pipelines.relevance.siblings import Nearby

#: What a term adds to a score.
Part = tuple[float, Term]

#: The kind of a reason that speaks against an article.
AGAINST = "against"


class Phrase(NamedTuple):
    """A key of several words, and these."""

    key: str
    words: list[str]


class Index:
    """Terms of many profiles by key. A weight may be negative."""

    def __init__(self, profiles: Iterable[Sequence[Term]]) -> None:
        self._terms = [_by_key(terms) for terms in profiles]
        postings: defaultdict[str, list[tuple[int, float, float]]] = defaultdict(list)
        for place, by_key in enumerate(self._terms):
            for key, terms in by_key.items():
                postings[key] += ((place, term.weight, _most(term)) for term in terms)
        self._postings = dict(postings)
        self._words = {key for key in postings if not is_phrase(key)}
        self._phrases: defaultdict[str, defaultdict[str, list[Phrase]]]
        self._phrases = defaultdict(lambda: defaultdict(list))
        for key in postings:
            if key not in self._words:
                words = key.split(" ")
                self._phrases[words[0]][words[1]].append(Phrase(key, words))

    def shares(self, features: Features) -> tuple[dict[str, float], float]:
        """The keys that a profile and the article have in common, each with its part of the
        article's weights, which are brought to length one; and how much of its score an article so
        short is given."""
        return dict(self._shared(features)), min(1.0, features.length / LEAST_NORM)

    def scores(self, shares: Mapping[str, float], length: float) -> list[float]:
        """Of each profile, by place, as if the article were long."""
        scores = [0.0] * len(self._terms)
        for key, share in shares.items():
            for place, weight, most in self._postings[key]:
                part = weight * share
                scores[place] += part if part * length < most else most / length
        return scores

    def parts(self, shares: Mapping[str, float], length: float, place: int) -> list[Part]:
        """All that adds to a profile's score."""
        terms = self._terms[place]
        return [
            (min(term.weight * shares[key], _most(term) / length), term)
            for key in sorted(terms.keys() & shares.keys())
            for term in terms[key]
        ]

    def _shared(self, features: Features) -> Iterator[tuple[str, float]]:
        words = self._words
        for key, weight in features.weights.items():
            if key in words:
                yield key, weight
        for key, count in self._phrase_counts(features.sections).items():
            yield key, features.weight(key, count)

    def _phrase_counts(self, sections: Iterable[Section]) -> dict[str, float]:
        """How often the phrases of the profiles stand in the article, in capitals or not."""
        counts: defaultdict[str, float] = defaultdict(float)
        first = self._phrases
        for words, times in sections:
            places = [place for place, word in enumerate(words[:-1]) if word in first]
            for start in places:
                for phrase in first[words[start]].get(words[start + 1], ()):
                    if words[start : start + len(phrase.words)] == phrase.words:
                        counts[phrase.key] += times
        return counts


def _most(term: Term) -> float:
    """What a term may add: an alias was given to be taken at its word."""
    return math.inf if term.kind == "alias" else MOST_OF_A_TERM


def _by_key(terms: Iterable[Term]) -> dict[str, list[Term]]:
    by_key: defaultdict[str, list[Term]] = defaultdict(list)
    for term in terms:
        if term.weight:
            by_key[key_of(term.text)].append(term)
    return dict(by_key)


class _Met(NamedTuple):
    """An article as all incidents meet it: its features, those it shares with profiles and for how
    long an article it counts, the earlier articles nearest to it, and its likeness to each."""

    article: Remembered
    shares: Mapping[str, float]
    length: float
    near: Sequence[Neighbour]
    likeness: Mapping[str, float]


class Matcher:
    """Judges articles for the incidents given; prepare it once, and anew when a profile changes.

    `coverage` is what was judged before; `nearby`, by the id of an incident, what came near it. An
    incident that has none is not parted from its siblings.
    """

    def __init__(
        self,
        incidents: Sequence[Incident],
        coverage: Coverage | None = None,
        nearby: MutableMapping[int, Nearby] | None = None,
    ) -> None:
        self._incidents = tuple(incidents)
        self._index = Index(weighed(incident.profile) for incident in incidents)
        self._coverage = coverage if coverage is not None else Coverage()
        self._nearby = nearby if nearby is not None else {}
        self._ids = [incident.id or 0 for incident in incidents]
        self._continuing = Continuing(
            self._coverage,
            self._scores,
            self._ids,
            [thresholds_of(incident.profile)[0] for incident in incidents],
        )
        # Below both an article is not compared with others, and not explained.
        self._least = [
            min(LEAST_NEAR, EXPLAINED_SHARE * incident.profile.candidate_threshold)
            for incident in incidents
        ]

    def judge(
        self, article: Article, *, features: Features | None = None, remember: bool = False
    ) -> tuple[Relevance, ...]:
        """One answer per incident, in the order given. An incident that is not stored yet has the
        id 0. Languages are taken from the article, else told by its script; `features` are what was
        read of it before. To `remember` it where it came near makes it a neighbour of those that
        are judged later."""
        if features is None:
            features = read_features(article.title, article.text, article.language)
        shares, length = self._index.shares(features)
        own = self._index.scores(shares, length)
        met = _Met(Remembered(article.url, article.title or "", features), shares, length, (), {})
        if max(own, default=0.0) >= LEAST_NEAR:
            likeness = self._coverage.likeness(features, but=article.url)
            met = met._replace(near=self._coverage.nearest(likeness), likeness=likeness)
            if remember:
                self._continuing.remember(met.article)
        # Of a hundred incidents most have next to nothing to do with an article.
        return tuple(
            Relevance(id, score * length, Verdict.OFF_TOPIC)
            if score < least
            else self._relevance(place, score, met, article, remember=remember)
            for place, (score, id, least) in enumerate(
                zip(own, self._ids, self._least, strict=True)
            )
        )

    def _scores(self, features: Features) -> list[float]:
        """What an article scores by its own words, as if it were long."""
        return self._index.scores(*self._index.shares(features))

    def _relevance(
        self, place: int, own: float, met: _Met, article: Article, *, remember: bool
    ) -> Relevance:
        incident, length = self._incidents[place], met.length
        beside: list[Reason] = []
        if met.near and own >= LEAST_NEAR:
            beside += self._continuing.reasons(place, own, length, met.near)
        so_far = own + math.fsum(reason.weight for reason in beside)
        beside += self._parted(place, own * length, so_far, met, remember=remember)
        score = (own + math.fsum(reason.weight for reason in beside)) * length
        verdict = verdict_of(incident, score)
        if verdict is not Verdict.OFF_TOPIC and not incident.window.holds(article.published_at):
            verdict = Verdict.OUT_OF_WINDOW
        reasons: Sequence[Reason] = ()
        if max(own * length, score) >= EXPLAINED_SHARE * incident.profile.candidate_threshold:
            reasons = Reasons(self._index, met.shares, length, place, tuple(beside))
        return Relevance(incident.id or 0, score, verdict, reasons)

    def _parted(
        self, place: int, own: float, so_far: float, met: _Met, *, remember: bool
    ) -> Iterator[Reason]:
        """What a sibling takes from the score of an article that came near."""
        threshold, candidate = thresholds_of(self._incidents[place].profile)
        nearby = self._nearby.get(self._ids[place])
        if nearby is None or own < PARTED_NEAR * threshold:
            return
        nearby = nearby.joined(met.article, met.likeness, self._coverage.__contains__)
        if remember:
            self._nearby[self._ids[place]] = nearby
        sibling = nearby.sibling_of_last()
        if sibling is not None and so_far > 0:
            kept = min(1.0, sibling.share) ** SIBLING_POWER
            # Two threads of one incident look alike: a person is to see what is taken away.
            left = max(kept, min(1.0, KEPT_APART * candidate / (so_far * met.length)))
            name = sibling.article.title or sibling.article.id
            yield Reason(name, "sibling", -so_far * (1.0 - left))


def weighed(profile: Profile) -> list[Term]:
    """The terms by which a profile judges: its own, the learned ones, and with negative weights
    those against."""
    learned = profile.learned
    if learned is None:
        return list(profile.terms)
    return [
        *profile.terms,
        *learned.terms,
        *(replace(term, kind=AGAINST, weight=-term.weight) for term in learned.against),
    ]


def thresholds_of(profile: Profile) -> tuple[float, float]:
    """The scores from which an article is a follow-up, and a candidate, as things stand."""
    learned = profile.learned
    if learned is None or profile.fixed:
        return profile.threshold, profile.candidate_threshold
    moved = learned.threshold / profile.threshold
    return learned.threshold, profile.candidate_threshold * moved


class Reasons(Sequence[Reason]):
    """The heaviest parts of a score. They are made when somebody looks at them: an article has a
    word in common with many incidents, and is explained for few."""

    __slots__ = ("_given", "_made")

    def __init__(
        self,
        index: Index,
        shares: Mapping[str, float],
        length: float,
        place: int,
        beside: Sequence[Reason],
    ) -> None:
        self._given = index, shares, length, place, beside
        self._made: tuple[Reason, ...] | None = None

    def _reasons(self) -> tuple[Reason, ...]:
        if self._made is None:
            index, shares, length, place, beside = self._given
            self._made = _heaviest(index.parts(shares, length, place), beside, length)
            del self._given
        return self._made

    @overload
    def __getitem__(self, place: int) -> Reason: ...
    @overload
    def __getitem__(self, place: slice) -> tuple[Reason, ...]: ...
    def __getitem__(self, place: int | slice) -> Reason | tuple[Reason, ...]:
        return self._reasons()[place]

    def __len__(self) -> int:
        return len(self._reasons())

    def __eq__(self, other: object) -> bool:
        return isinstance(other, tuple | Reasons) and self._reasons() == tuple(other)

    def __hash__(self) -> int:
        return hash(self._reasons())

    def __repr__(self) -> str:
        return repr(self._reasons())


def _heaviest(parts: Iterable[Part], beside: Iterable[Reason], length: float) -> tuple[Reason, ...]:
    """Parts of the same term in one, those that weigh most either way first."""
    summed: dict[tuple[str, str], float] = {}
    for weight, term in parts:
        named = term.text, term.kind
        summed[named] = summed.get(named, 0.0) + weight
    for reason in beside:
        summed[reason.term, reason.kind] = reason.weight
    heaviest = heapq.nsmallest(
        MOST_REASONS, summed.items(), key=lambda item: (-abs(item[1]), item[0])
    )
    return tuple(Reason(text, kind, weight * length) for (text, kind), weight in heaviest)


def verdict_of(incident: Incident, score: float) -> Verdict:
    """By the incident's own thresholds, whenever the article was published."""
    threshold, candidate = thresholds_of(incident.profile)
    if score >= threshold:
        return Verdict.FOLLOW_UP
    if score >= candidate:
        return Verdict.CANDIDATE
    return Verdict.OFF_TOPIC
