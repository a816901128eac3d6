"""Following a stream: judged one article after the other, learning from what was taken and left.

Known mistake: scores of early and late articles come of different profiles and rank less well
against each other than those of one profile.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

from pipelines.incident import Incident, Profile, Seed
from pipelines.items import Article, Reason, Relevance
from pipelines.outcomes import Verdict
from pipelines.relevance.coverage import Coverage
from pipelines.relevance.features import Features, read_features
from pipelines.relevance.learning import Example, Read, is_near, learn_from, teaches
from pipelines.relevance.matching import Matcher
from pipelines.relevance.numbers import LEAST_SCORE, MOST_EXAMPLES, RELEARN_EVERY
from pipelines.relevance.profile import derive, read_seeds
from pipelines.relevance.siblings import begun

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
    seeds: Sequence[Seed], stream: Sequence[tuple[str, Article]], *, learns: bool = True
) -> Iterator[Scored]:
    """Judges the articles (each with its id) in order of time, and yields in the order given.

    Without `learns` all are judged by the profile of the seeds. Raises as `derive` does.
    """
    follower = Follower(derive(seeds), read_seeds(seeds), learns=learns)
    judged: dict[int, Scored] = {}
    for place in sorted(
        range(len(stream)), key=lambda place: stream[place][1].published_at or _LAST
    ):
        id_, article = stream[place]
        answer = follower.judge(id_, article)
        judged[place] = Scored(id_, answer.score, answer.verdict, tuple(answer.reasons))
    for place in range(len(stream)):
        yield judged[place]


class Follower:
    """A profile, that of the seeds at first, that changes with what was seen."""

    def __init__(self, profile: Profile, seeds: Sequence[Features], *, learns: bool = True) -> None:
        self._is_lone = len(seeds) == 1
        self._learns = learns
        self._taken: list[Read] = []
        self._left: list[Read] = []
        self._scores: list[float] = []
        self._unlearned = 0
        self._coverage = Coverage()
        self._nearby = {0: begun(seeds)} if learns else {}
        self._take(profile)

    def _take(self, profile: Profile) -> None:
        self.profile = profile
        incident = Incident("stream", "stream", profile)
        self._matcher = Matcher([incident], self._coverage, self._nearby)
        self._unlearned = 0

    def judge(self, id: str, article: Article) -> Relevance:
        """By the profile as it stands now, which then learns from the article."""
        features = read_features(article.title, article.text, article.language)
        judged = self._matcher.judge(article, features=features, remember=self._learns)[0]
        self._see(id, article, features, judged.score)
        return judged

    def _see(self, id: str, article: Article, features: Features, score: float) -> None:
        """Learns from an article that scored so, where it is sure or near enough to teach."""
        if not self._learns or score < LEAST_SCORE:
            return
        self._scores.append(score)
        taken = teaches(self.profile, score)
        if taken or is_near(self.profile, score):
            side = self._taken if taken else self._left
            example = Example(id, article, article.published_at or _LAST, taken)
            side.append(Read(example, features, counts=1.0))
            del side[:-MOST_EXAMPLES]
        self._unlearned += 1
        if self._unlearned >= min(RELEARN_EVERY, len(self._scores) // 2):
            scores = self._scores if self._is_lone else ()
            self._take(learn_from(self.profile, [*self._taken, *self._left], scores))
