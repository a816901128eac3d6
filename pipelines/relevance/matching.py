"""One article against all open incidents at once.

The score is the cosine of the profile's and the article's weights: each feature that both hold adds
the product of the two, and that product is the reason shown. The heaviest dozen is shown; the rest
of the score is made of features that are lighter than each of those. The terms of all profiles
stand in one index by key, so that an article is read once and meets only the terms that it holds.
What the incidents make of it does not depend on each other.
"""

import math
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence

from pipelines.incident import Incident, Term
from pipelines.items import Article, Reason, Relevance
from pipelines.outcomes import Verdict
from pipelines.relevance.features import Features, Section, is_phrase, key_of, read_features
from pipelines.relevance.numbers import EXPLAINED_SHARE, LEAST_NORM, MOST_REASONS

#: What a term adds to a score. There are thousands of them for an article and a hundred incidents.
Part = tuple[float, Term]


class Index:
    """Terms of many profiles by key, each with the place of its profile."""

    def __init__(self, profiles: Iterable[Sequence[Term]]) -> None:
        self._postings: defaultdict[str, list[tuple[int, float, Term]]] = defaultdict(list)
        self._phrases: defaultdict[str, list[list[str]]] = defaultdict(list)
        for place, terms in enumerate(profiles):
            for term in terms:
                if term.weight:
                    self._add(place, term)

    def _add(self, place: int, term: Term) -> None:
        key = key_of(term.text)
        words = key.split(" ")
        if is_phrase(key) and words not in self._phrases[words[0]]:
            self._phrases[words[0]].append(words)
        self._postings[key].append((place, term.weight, term))

    def parts(self, features: Features) -> dict[int, list[Part]]:
        """For each place that shares a feature with the article: all that adds to its score."""
        vector = features.vector()
        norm = max(LEAST_NORM, math.hypot(*vector.values()))
        found: defaultdict[int, list[Part]] = defaultdict(list)
        for key, article_weight in self._shared(features, vector):
            share = article_weight / norm
            for place, weight, term in self._postings[key]:
                found[place].append((weight * share, term))
        return found

    def _shared(
        self, features: Features, vector: Mapping[str, float]
    ) -> Iterator[tuple[str, float]]:
        """The keys that a profile and the article have in common, with the article's weights."""
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


class Matcher:
    """Judges articles for the incidents given; prepare it once, and anew when a profile changes."""

    def __init__(self, incidents: Sequence[Incident]) -> None:
        self._incidents = tuple(incidents)
        self._index = Index(incident.profile.terms for incident in incidents)

    def judge(self, article: Article) -> tuple[Relevance, ...]:
        """One answer per incident, in the order given. An incident that is not stored yet has the
        id 0. Languages are taken from the article, else told by its script."""
        features = read_features(article.title, article.text, article.language)
        found = self._index.parts(features)
        return tuple(
            _relevance(incident, found.get(place, []), article)
            for place, incident in enumerate(self._incidents)
        )


def score_of(parts: Iterable[Part]) -> float:
    """The sum of the parts."""
    return math.fsum(part[0] for part in parts)


def _relevance(incident: Incident, parts: Sequence[Part], article: Article) -> Relevance:
    score = score_of(parts)
    verdict = verdict_of(incident, score)
    if verdict is not Verdict.OFF_TOPIC and not incident.window.holds(article.published_at):
        verdict = Verdict.OUT_OF_WINDOW
    explained = score >= EXPLAINED_SHARE * incident.profile.candidate_threshold
    reasons = _heaviest(parts) if explained else ()
    return Relevance(incident.id or 0, score, verdict, reasons)


def _heaviest(parts: Sequence[Part]) -> tuple[Reason, ...]:
    ordered = sorted(parts, key=lambda part: (-part[0], part[1].text))
    return tuple(Reason(term.text, term.kind, weight) for weight, term in ordered[:MOST_REASONS])


def verdict_of(incident: Incident, score: float) -> Verdict:
    """By the incident's own thresholds, whenever the article was published."""
    if score >= incident.profile.threshold:
        return Verdict.FOLLOW_UP
    if score >= incident.profile.candidate_threshold:
        return Verdict.CANDIDATE
    return Verdict.OFF_TOPIC
