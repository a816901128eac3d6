"""Stored articles judged anew: what would change, and writing it down.

What a person decided stays as it is. Nothing is lost: an article that is no follow-up any more
stays stored, with its new verdict; one that has become a follow-up is kept and read again like any
other.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from crawler.home import Home
from crawler.services.taking import let_in
from pipelines.incident import Incident
from pipelines.items import Relevance
from pipelines.outcomes import Verdict
from pipelines.relevance import Coverage, Matcher
from pipelines.stages import stored_coverage
from pipelines.store import Connection, examples, holdings, incidents, ledger, matches
from pipelines.store.database import chunks
from pipelines.store.holdings import Held

#: Articles that are in memory at the same time, and that are written in one transaction.
PORTION = 100
#: A score that moved by less is the same.
_SAME = 1e-9

#: Is told how many of how many articles were judged.
Seen = Callable[[int, int], None]
Judged = list[tuple[Held, Relevance]]
#: By article id, the digest of a text and what was made of it: not judged a second time.
Known = Mapping[int, tuple[str, Relevance]]


@dataclass(frozen=True, slots=True)
class Change:
    """An article whose verdict would be another one, or is one now. `old` and `old_score` are None
    where the incident had not judged it yet."""

    id: int
    title: str | None
    outlet: str | None
    old: Verdict | None
    old_score: float | None
    new: Verdict
    score: float

    def record(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "id": self.id,
            "title": self.title,
            "outlet": self.outlet,
            "from": self.old and str(self.old),
            "to": str(self.new),
            "old_score": self.old_score and round(self.old_score, 4),
            "score": round(self.score, 4),
        }


def _unseen(done: int, total: int) -> None:
    """Nobody watches."""


def would_change(
    home: Home,
    incident: Incident,
    ids: Sequence[int] | None = None,
    *,
    coverage: Coverage | None = None,
    seen: Seen = _unseen,
) -> list[Change]:
    """What would change if stored articles, all or those given, were judged by the incident's
    profile as it is given here; nothing is written. `coverage`: as `portions` takes it."""
    found = []
    for judged in portions(home, incident, ids, seen, coverage=coverage):
        found += [change for each in judged if (change := _change(*each))]
    return found


def judge_anew(
    home: Home,
    slug: str,
    ids: Sequence[int] | None = None,
    *,
    known: Known | None = None,
    seen: Seen = _unseen,
) -> list[Change]:
    """Judge stored articles, all or those given, by an incident's profile and write the verdicts
    down; gives what changed. Of what people decided about only the score is. Raises UnknownThing.
    """
    with home.database.read() as conn:
        incident = incidents.get(conn, slug)
        coverage = _coverage(conn, incident)
    found = []
    for judged in portions(home, incident, ids, seen, known, coverage):
        with home.database.write() as conn:
            found += write_down(conn, incident, judged, home.now())
    _rescore(home, incident, Matcher([incident], coverage))
    return found


def _rescore(home: Home, incident: Incident, matcher: Matcher) -> None:
    with home.database.read() as conn:
        ids = holdings.by_hand(conn, incident.id or 0)
    for some in chunks(ids, PORTION):
        with home.database.read() as conn:
            held = holdings.read(conn, some, incident.id)
        judged = [(each, matcher.judge(each.article)[0]) for each in held]
        with home.database.write() as conn:
            for each, now in judged:
                if each.view is not None and abs(each.view.score - now.score) >= _SAME:
                    matches.rescore(conn, each.id, now, now=home.now())


def portions(
    home: Home,
    incident: Incident,
    ids: Sequence[int] | None,
    seen: Seen,
    known: Known | None = None,
    coverage: Coverage | None = None,
) -> Iterator[Judged]:
    """Undecided articles with what the incident makes of them now; all, the oldest first, or those
    given, a portion after the other. They are judged beside the `coverage`, else beside what is
    stored; for an incident that judged nothing yet, beside those that came before."""
    with home.database.read() as conn:
        if ids is None:
            ids = holdings.newest(conn)[::-1]
        if coverage is None:
            coverage = _coverage(conn, incident)
    matcher, is_first = Matcher([incident], coverage), coverage.is_empty
    done = 0
    for some in chunks(ids, PORTION):
        with home.database.read() as conn:
            held = holdings.read(conn, some, incident.id)
        yield [
            (each, _relevance(matcher, incident, each, known or {}, remember=is_first))
            for each in held
            if each.view is None or not each.view.by_hand
        ]
        done += len(some)
        seen(done, len(ids))


def _coverage(conn: Connection, incident: Incident) -> Coverage:
    if incident.id is None:
        return Coverage(is_store=True)
    return stored_coverage(conn, incident.id)


def _relevance(
    matcher: Matcher, incident: Incident, held: Held, known: Known, *, remember: bool
) -> Relevance:
    digest, judged = known.get(held.id, (None, None))
    if judged is None or digest != held.text_sha256:
        return matcher.judge(held.article, remember=remember)[0]
    return replace(judged, incident_id=incident.id or 0)


def _change(held: Held, now: Relevance) -> Change | None:
    """None where the verdict stays; one that is off topic for an incident that had not judged it
    is no news."""
    old, old_score = (held.view.verdict, held.view.score) if held.view else (None, None)
    if now.verdict is (old or Verdict.OFF_TOPIC):
        return None
    article = held.article
    return Change(held.id, article.title, article.outlet, old, old_score, now.verdict, now.score)


def write_down(conn: Connection, incident: Incident, judged: Judged, now: datetime) -> list[Change]:
    """Write what an incident makes of articles by now, follow-ups are let in; gives what changed.
    What a person decided about, or forgot, since it was read is left alone."""
    found = []
    still = examples.undecided(conn, incident.id or 0, [held.id for held, _ in judged])
    for held, relevance in judged:
        if held.id not in still or _is_same(held, relevance):
            continue
        matches.save(conn, held.id, [relevance], now=now)
        change = _change(held, relevance)
        if change is None:
            continue
        if relevance.verdict is Verdict.FOLLOW_UP:
            let_in(conn, held.id, now)
        ledger.judged_anew(conn, held.id, now=now)
        found.append(change)
    return found


def _is_same(held: Held, now: Relevance) -> bool:
    view = held.view
    if view is None or view.verdict is not now.verdict:
        return False
    return abs(view.score - now.score) < _SAME
