"""One article against all open incidents at once.

The score is the cosine of the profile's and the article's weights, less what the learned terms
against it weigh: each feature that both hold adds the product of the two, up to a bound, since one
word alone makes no follow-up; that product is the reason shown, a negative one for what speaks
against. The heaviest dozen is shown; the rest of the
score is made of features that are lighter than each of those. The terms of all profiles stand in
one index by key, so that an article is read once and meets only the terms that it holds: a hundred
incidents cost little more than one. What the incidents make of it does not depend on each other.
"""

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace

from pipelines.incident import Incident, Profile, Term
from pipelines.items import Article, Reason, Relevance
from pipelines.outcomes import Verdict
from pipelines.relevance.features import Features, Section, is_phrase, key_of, read_features
from pipelines.relevance.numbers import (
    EXPLAINED_SHARE,
    LEAST_NORM,
    MOST_OF_A_TERM,
    MOST_REASONS,
)

#: What a term adds to a score.
Part = tuple[float, Term]

#: The kind of a reason that speaks against an article.
AGAINST = "against"


class Index:
    """Terms of many profiles by key. A weight may be negative."""

    def __init__(self, profiles: Iterable[Sequence[Term]]) -> None:
        self._terms = [_by_key(terms) for terms in profiles]
        postings: defaultdict[str, list[tuple[int, float, float]]] = defaultdict(list)
        for place, by_key in enumerate(self._terms):
            for key, terms in by_key.items():
                postings[key] += ((place, term.weight, _most(term)) for term in terms)
        self._postings = dict(postings)
        self._phrases: defaultdict[str, list[list[str]]] = defaultdict(list)
        for key in postings:
            if is_phrase(key):
                words = key.split(" ")
                self._phrases[words[0]].append(words)

    def shares(self, features: Features) -> dict[str, float]:
        """The keys that a profile and the article have in common, each with its part of the
        article's weights, which are brought to length one."""
        vector = features.vector()
        norm = max(LEAST_NORM, math.hypot(*vector.values()))
        return {key: weight / norm for key, weight in self._shared(features, vector)}

    def scores(self, shares: Mapping[str, float]) -> list[float]:
        """Of each profile, by place."""
        scores = [0.0] * len(self._terms)
        for key, share in shares.items():
            for place, weight, most in self._postings[key]:
                part = weight * share
                scores[place] += part if part < most else most
        return scores

    def parts(self, shares: Mapping[str, float], place: int) -> list[Part]:
        """All that adds to a profile's score."""
        terms = self._terms[place]
        return [
            (min(term.weight * share, _most(term)), term)
            for key, share in shares.items()
            for term in terms.get(key, ())
        ]

    def _shared(
        self, features: Features, vector: Mapping[str, float]
    ) -> Iterator[tuple[str, float]]:
        for key, weight in vector.items():
            if weight and key in self._postings and not is_phrase(key):
                yield key, weight
        for key, count in self._phrase_counts(features.sections).items():
            yield key, features.weight(key, count)

    def _phrase_counts(self, sections: Iterable[Section]) -> dict[str, float]:
        """How often the phrases of the profiles stand in the article, in capitals or not."""
        counts: defaultdict[str, float] = defaultdict(float)
        for words, times in sections:
            for start, word in enumerate(words):
                if word in self._phrases:
                    for phrase in self._phrases[word]:
                        if words[start : start + len(phrase)] == phrase:
                            counts[" ".join(phrase)] += times
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


class Matcher:
    """Judges articles for the incidents given; prepare it once, and anew when a profile changes."""

    def __init__(self, incidents: Sequence[Incident]) -> None:
        self._incidents = tuple(incidents)
        self._index = Index(weighed(incident.profile) for incident in incidents)

    def judge(self, article: Article) -> tuple[Relevance, ...]:
        """One answer per incident, in the order given. An incident that is not stored yet has the
        id 0. Languages are taken from the article, else told by its script."""
        shares = self._index.shares(read_features(article.title, article.text, article.language))
        return tuple(
            self._relevance(place, score, shares, article)
            for place, score in enumerate(self._index.scores(shares))
        )

    def _relevance(
        self, place: int, score: float, shares: Mapping[str, float], article: Article
    ) -> Relevance:
        incident = self._incidents[place]
        verdict = verdict_of(incident, score)
        if verdict is not Verdict.OFF_TOPIC and not incident.window.holds(article.published_at):
            verdict = Verdict.OUT_OF_WINDOW
        reasons: tuple[Reason, ...] = ()
        if score >= EXPLAINED_SHARE * incident.profile.candidate_threshold:
            reasons = _heaviest(self._index.parts(shares, place))
        return Relevance(incident.id or 0, score, verdict, reasons)


def weighed(profile: Profile) -> list[Term]:
    """The terms by which a profile judges: its own, lighter by what was learned, the learned ones,
    and with negative weights those against."""
    learned = profile.learned
    if learned is None:
        return list(profile.terms)
    own = 1.0 - learned.share
    return [
        *(replace(term, weight=term.weight * own) for term in profile.terms),
        *learned.terms,
        *(replace(term, kind=AGAINST, weight=-term.weight) for term in learned.against),
    ]


def thresholds_of(profile: Profile) -> tuple[float, float]:
    """The scores from which an article is a follow-up, and a candidate, as things stand."""
    learned = profile.learned
    if learned is None or learned.threshold <= profile.threshold:
        return profile.threshold, profile.candidate_threshold
    raised = learned.threshold / profile.threshold
    return learned.threshold, profile.candidate_threshold * raised


def _heaviest(parts: Iterable[Part]) -> tuple[Reason, ...]:
    """Parts of the same term in one, those that weigh most either way first."""
    summed: defaultdict[tuple[str, str], list[float]] = defaultdict(list)
    for weight, term in parts:
        summed[term.text, term.kind].append(weight)
    reasons = [Reason(text, kind, math.fsum(some)) for (text, kind), some in summed.items()]
    reasons.sort(key=lambda reason: (-abs(reason.weight), reason.term))
    return tuple(reasons[:MOST_REASONS])


def verdict_of(incident: Incident, score: float) -> Verdict:
    """By the incident's own thresholds, whenever the article was published."""
    threshold, candidate = thresholds_of(incident.profile)
    if score >= threshold:
        return Verdict.FOLLOW_UP
    if score >= candidate:
        return Verdict.CANDIDATE
    return Verdict.OFF_TOPIC
