"""What an incident makes of the articles that are stored already: shown before it is saved, and
written once it is.

What a person decided (kept, dismissed, forced) is left as it is, both ways. Nothing is fetched.
"""

from collections import Counter
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from crawler.home import Home
from crawler.services import judging
from crawler.services.judging import Seen
from pipelines.incident import Incident
from pipelines.items import Reason, Relevance
from pipelines.outcomes import Verdict
from pipelines.store import holdings
from pipelines.store.holdings import Held

#: Articles that are judged, the newest; they take a minute or two.
MOST_JUDGED = 20_000
#: Articles that are shown on either side of the threshold, and reasons of each.
MOST_NEAR, MOST_REASONS = 5, 4

_IN_WINDOW = (Verdict.FOLLOW_UP, Verdict.CANDIDATE, Verdict.OFF_TOPIC)


@dataclass(frozen=True, slots=True)
class Near:
    """An article with a score near the threshold. `group`: the origin of its copies, or itself;
    copies that nobody has compared yet have the same `digest`."""

    id: int
    group: int
    digest: str
    title: str | None
    outlet: str | None
    score: float
    verdict: Verdict
    reasons: tuple[Reason, ...]


@dataclass(slots=True)
class BackTest:
    """What an incident would make of the stored articles, its changed profile where it is stored.

    Attributes:
        counts: by verdict; without those that a person decided about.
        by_hand: articles that a person decided about; they stay as they are.
        held: articles that can be judged; more than were where it stopped at `MOST_JUDGED`.
        changes: whether the incident judged them before; `near` then holds what would change only.
        enters, leaves: those that would become follow-ups, and would be none any more.
        above, below: the nearest to the threshold, the nearest first; one of each copy group.
        overlaps: by the slug of another open incident, how many of the taken are its follow-ups.
        verdicts: by article id, the digest of the text that was judged, and the judgement.
    """

    held: int
    changes: bool
    counts: Counter[Verdict] = field(default_factory=Counter)
    by_hand: int = 0
    enters: int = 0
    leaves: int = 0
    above: list[Near] = field(default_factory=list)
    below: list[Near] = field(default_factory=list)
    overlaps: Mapping[str, int] = field(default_factory=dict)
    verdicts: dict[int, tuple[str, Relevance]] = field(default_factory=dict)

    @property
    def judged(self) -> int:
        """Articles that were judged."""
        return self.counts.total()

    @property
    def taken(self) -> list[int]:
        """Ids of the follow-ups."""
        return [id for id, (_, one) in self.verdicts.items() if one.verdict is Verdict.FOLLOW_UP]

    def add(self, held: Held, judged: Relevance) -> None:
        """Count one article that no person decided about."""
        self.verdicts[held.id] = (held.text_sha256, judged)
        self.counts[judged.verdict] += 1
        was = held.view is not None and held.view.verdict is Verdict.FOLLOW_UP
        now = judged.verdict is Verdict.FOLLOW_UP
        self.enters += now and not was
        self.leaves += was and not now
        is_near = was is not now if self.changes else judged.verdict in _IN_WINDOW
        if not (is_near and judged.reasons):
            return
        near = _near(held, judged)
        if now:
            self.above = _nearest([*self.above, near], key=lambda each: each.score)
        else:
            self.below = _nearest([*self.below, near], key=lambda each: -each.score)

    def record(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "judged": self.judged,
            "taken": self.counts[Verdict.FOLLOW_UP],
            "candidates": self.counts[Verdict.CANDIDATE],
            "left": self.counts[Verdict.OFF_TOPIC],
            "out_of_window": self.counts[Verdict.OUT_OF_WINDOW],
            "by_hand": self.by_hand,
            "enters": self.enters,
            "leaves": self.leaves,
            "stored": self.held,
            "nearest_above": [_near_record(near) for near in self.above],
            "nearest_below": [_near_record(near) for near in self.below],
            "overlaps": [
                {"incident": slug, "taken": number} for slug, number in self.overlaps.items()
            ],
        }


def _near(held: Held, judged: Relevance) -> Near:
    article = held.article
    return Near(
        held.id,
        held.copy_of or held.id,
        held.text_sha256,
        article.title,
        article.outlet,
        judged.score,
        judged.verdict,
        tuple(judged.reasons[:MOST_REASONS]),
    )


def _nearest(found: list[Near], key: Callable[[Near], float]) -> list[Near]:
    nearest: list[Near] = []
    for near in sorted(found, key=lambda each: (key(each), each.id)):
        if not any(near.group == one.group or near.digest == one.digest for one in nearest):
            nearest.append(near)
    return nearest[:MOST_NEAR]


def _near_record(near: Near) -> dict[str, Any]:
    return {
        "id": near.id,
        "title": near.title,
        "outlet": near.outlet,
        "score": round(near.score, 4),
        "verdict": str(near.verdict),
        "reasons": [{"term": r.term, "kind": r.kind, "weight": r.weight} for r in near.reasons],
    }


def run(home: Home, incident: Incident, *, seen: Seen) -> BackTest | None:
    """Judge what is stored, the newest `MOST_JUDGED`; None where nothing is. Changes nothing."""
    with home.database.read() as conn:
        held, ids = holdings.count(conn), sorted(holdings.newest(conn, MOST_JUDGED))
    if not ids:
        return None
    tested = BackTest(held, changes=incident.id is not None)
    for judged in judging.portions(home, incident, ids, seen):
        for article, relevance in judged:
            tested.add(article, relevance)
    tested.by_hand = len(ids) - tested.judged
    with home.database.read() as conn:
        others = holdings.followed_by(conn, tested.taken)
    others.pop(incident.slug, None)
    tested.overlaps = dict(others.most_common())
    return tested


@dataclass(frozen=True, slots=True)
class Written:
    """What judging the stored articles has changed: how many are follow-ups and candidates now that
    were none, and how many are no follow-ups any more."""

    taken: int = 0
    candidates: int = 0
    left: int = 0


def write(home: Home, incident: Incident, tested: BackTest | None, *, seen: Seen) -> Written:
    """Write down what a stored incident makes of the stored articles, and let in what it takes.

    What was judged in `tested` is not judged again, unless its text changed since. The oldest come
    first, as they would have come by themselves: the first of several copies is their origin.
    """
    with home.database.read() as conn:
        ids = sorted(holdings.newest(conn, MOST_JUDGED))
    known = tested.verdicts if tested else None
    changes = judging.judge_anew(home, incident.slug, ids, known=known, seen=seen)
    now = Counter(change.new for change in changes)
    left = sum(change.old is Verdict.FOLLOW_UP for change in changes)
    return Written(now[Verdict.FOLLOW_UP], now[Verdict.CANDIDATE], left)
