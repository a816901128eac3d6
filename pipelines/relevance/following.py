"""Following a stream: judged one article after the other, learning from what was accepted.

The learned part is the sum of the latest articles that scored well above the threshold, less what
only one or two of them say. The seeds keep at least half of the profile, so that it cannot drift
away from them. Known mistakes: a sibling (the same kind of event elsewhere) that passes the margin
is learned along; scores of early and late articles come of different profiles and rank less well
against each other than those of one profile.
"""

from collections import Counter, defaultdict, deque
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from statistics import median
from typing import NamedTuple

from pipelines.incident import Incident, Profile, Seed
from pipelines.items import Article, Reason, Relevance
from pipelines.outcomes import Verdict
from pipelines.relevance.features import Features, read_features
from pipelines.relevance.matching import Matcher
from pipelines.relevance.numbers import (
    ACCEPTED_SHARE,
    CANDIDATE_SHARE,
    FULL_TEACHERS,
    LEAST_TEACHERS,
    MOST_TEACHERS,
    RELEARN_EVERY,
    SEED_SHARE,
    TEACHING_MARGIN,
)
from pipelines.relevance.profile import derive, read_seeds, terms_of, total, unit

#: Articles without a time are judged last.
_LAST = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Scored:
    """What `followup score` says of one article of a stream."""

    id: str
    score: float
    verdict: Verdict
    reasons: tuple[Reason, ...]


def follow(
    seeds: Sequence[Seed], stream: Sequence[tuple[str, Article]], *, learn: bool = True
) -> Iterator[Scored]:
    """Judges the articles (each with its id) in order of time, and yields in the order given.

    Without `learn` all are judged by the profile of the seeds. Raises as `derive` does.
    """
    follower = Follower(seeds)
    judged: dict[int, Relevance] = {}
    for place in sorted(
        range(len(stream)), key=lambda place: stream[place][1].published_at or _LAST
    ):
        article = stream[place][1]
        judged[place] = follower.judge(article)
        if learn and judged[place].score >= follower.profile.threshold * TEACHING_MARGIN:
            follower.accept(article, judged[place].score)
    for place, (id_, _) in enumerate(stream):
        answer = judged[place]
        yield Scored(id_, answer.score, answer.verdict, answer.reasons)


class Teacher(NamedTuple):
    """An accepted article: its features, their weights at length one, and what it scored."""

    features: Features
    vector: Mapping[str, float]
    score: float


class Follower:
    """A profile that changes with what was accepted."""

    def __init__(self, seeds: Sequence[Seed]) -> None:
        self._seeds = read_seeds(seeds)
        self._core = total(features.vector() for features in self._seeds)
        self._derived = derive(seeds)
        self._teachers: deque[Teacher] = deque(maxlen=MOST_TEACHERS)
        self._accepted = 0
        self._take(self._derived)

    def _take(self, profile: Profile) -> None:
        self.profile = profile
        self._matcher = Matcher([Incident("stream", "stream", profile)])

    def judge(self, article: Article) -> Relevance:
        """By the profile as it stands now."""
        return self._matcher.judge(article)[0]

    def accept(self, article: Article, score: float) -> None:
        """Learns from an article that scored `score`."""
        features = read_features(article.title, article.text, article.language)
        self._teachers.append(Teacher(features, unit(features.vector()), score))
        self._accepted += 1
        if self._accepted >= LEAST_TEACHERS and (
            self._accepted <= FULL_TEACHERS or self._accepted % RELEARN_EVERY == 0
        ):
            self._take(self._learned())

    def _learned(self) -> Profile:
        share = min(1.0, self._accepted / FULL_TEACHERS) * (1.0 - SEED_SHARE)
        mixed = {key: (1.0 - share) * weight for key, weight in self._core.items()}
        for key, weight in self._common().items():
            mixed[key] = mixed.get(key, 0.0) + share * weight
        accepted = ACCEPTED_SHARE * median(teacher.score for teacher in self._teachers)
        threshold = max(self._derived.threshold, accepted)
        read = [*self._seeds, *(teacher.features for teacher in self._teachers)]
        return replace(
            self._derived,
            terms=terms_of(mixed, read),
            threshold=round(threshold, 3),
            candidate_threshold=round(threshold * CANDIDATE_SHARE, 3),
        )

    def _common(self) -> dict[str, float]:
        """What the accepted say together, of length one, without what neither the seeds nor enough
        of them say."""
        carried: Counter[str] = Counter()
        summed: defaultdict[str, float] = defaultdict(float)
        for teacher in self._teachers:
            carried.update(teacher.vector.keys())
            for key, weight in teacher.vector.items():
                summed[key] += weight
        known = self._core.keys()
        return unit(
            {
                key: weight
                for key, weight in summed.items()
                if key in known or carried[key] >= LEAST_TEACHERS
            }
        )
