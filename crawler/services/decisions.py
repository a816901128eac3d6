"""What people decide about articles: keep, dismiss, star, labels, notes; and taking it back.

What is decided at once is one batch. A batch that is undone leaves everything as it was before, and
stands in the history with what undid it.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import uuid4

from crawler.home import Home
from crawler.services import learning
from crawler.services.taking import is_follow_up, take_in
from pipelines.errors import BadInput, UnknownThing
from pipelines.incident import Incident
from pipelines.store import Connection, articles, deeds, incidents, matches
from pipelines.store.deeds import Done
from pipelines.store.matches import Decision

#: Articles that one batch may hold.
MOST_AT_ONCE = 1_000
#: Signs of a label, and of a note.
MOST_LABEL = 60
MOST_NOTE = 4_000


@dataclass(frozen=True, slots=True)
class Decided:
    """What was decided at once. `batch` undoes it; `changed` are the articles for which something
    is new now, `incidents` those that learn from it."""

    batch: str
    ids: tuple[int, ...]
    changed: tuple[int, ...]
    incidents: tuple[str, ...]
    decision: Decision | None = None
    note: str | None = None

    def record(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "batch": self.batch,
            "ids": list(self.ids),
            "changed": list(self.changed),
            "incidents": list(self.incidents),
            "review": self.decision and str(self.decision),
            "note": self.note,
        }


@dataclass(frozen=True, slots=True)
class Undone:
    """What came of taking a batch back: `restored` articles are as they were before; `left` ones
    were decided about again since, and stay. `batch` undoes the undoing."""

    batch: str
    restored: tuple[int, ...]
    left: tuple[int, ...]
    incidents: tuple[str, ...]

    def record(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "batch": self.batch,
            "restored": list(self.restored),
            "left": list(self.left),
            "incidents": list(self.incidents),
        }


def decide(
    home: Home,
    ids: Sequence[int],
    decision: Decision | None,
    *,
    note: str | None = None,
    by: str,
    incident: str | None = None,
) -> Decided:
    """Keep, dismiss or star articles, None: take the decision back, as one batch.

    Without `incident` each is decided about for the incident that it stands best with. Learning
    goes on afterwards (`effect`). Raises UnknownThing for an article or incident that is not there,
    BadInput for too many at once or an article that belongs to none.
    """
    batch, now = uuid4().hex, home.now()
    changed: list[int] = []
    slugs: set[str] = set()
    with home.database.write() as conn:
        for id, chosen in _each(conn, ids, incident):
            slugs.add(chosen.slug)
            was = _decision_on(conn, id, chosen)
            if was is decision and note is None:
                continue
            of = chosen.id or 0
            matches.decide(conn, id, of, decision, note=note, by=by, now=now, batch=batch)
            is_kept = decision in (Decision.KEEP, Decision.STAR)
            if is_kept and not is_follow_up(conn, id, chosen):
                take_in(conn, id, chosen, now)
            changed.append(id)
    return Decided(batch, tuple(ids), tuple(changed), tuple(sorted(slugs)), decision, note)


def annotate(
    home: Home, ids: Sequence[int], note: str, *, by: str, incident: str | None = None
) -> Decided:
    """Write a note on articles and decide nothing. Raises as `decide`, and BadInput for a note that
    is empty or too long."""
    note = note.strip()
    if not 0 < len(note) <= MOST_NOTE:
        raise BadInput(f"A note has 1 to {MOST_NOTE:,} signs.")
    batch, now = uuid4().hex, home.now()
    with home.database.write() as conn:
        for id, chosen in _each(conn, ids, incident):
            deeds.record(conn, id, chosen.id or 0, note=note, batch=batch, by=by, now=now)
    return Decided(batch, tuple(ids), tuple(ids), (), None, note)


def label(
    home: Home,
    ids: Sequence[int],
    *,
    on: Sequence[str] = (),
    off: Sequence[str] = (),
    by: str,
    incident: str | None = None,
) -> Decided:
    """Put labels on articles and take labels off, as one batch. Raises as `decide`, and BadInput
    for a label that is empty or too long."""
    wanted = [(_label(name), True) for name in on] + [(_label(name), False) for name in off]
    batch, now = uuid4().hex, home.now()
    changed = []
    with home.database.write() as conn:
        for id, chosen in _each(conn, ids, incident):
            done = [one for one in wanted if _put(conn, id, chosen.id or 0, *one)]
            for name, is_on in done:
                told: dict[str, Any] = {"label": name, "labelled": is_on, "batch": batch}
                deeds.record(conn, id, chosen.id or 0, **told, by=by, now=now)
            if done:
                changed.append(id)
    return Decided(batch, tuple(ids), tuple(changed), ())


def undo(home: Home, batch: str, *, by: str) -> Undone:
    """Take back what was decided at once: articles, labels and notes are as they were before; what
    undid it can be undone. That a kept article was found to be a copy stays: it is one.

    Raises UnknownThing for a batch that is not there, BadInput for one that was taken back.
    """
    undoing, now = uuid4().hex, home.now()
    restored: set[int] = set()
    left: set[int] = set()
    with home.database.write() as conn:
        done = deeds.of_batch(conn, batch)
        if not done:
            raise UnknownThing("batch of decisions", batch)
        if deeds.is_undone(conn, batch):
            raise BadInput("This was taken back already.")
        for one in reversed(done):
            holds = deeds.is_note(one) or deeds.is_latest(conn, one)
            (restored if holds else left).add(one.article_id)
            if holds:
                _take_back(conn, one, undoing, by, now)
        named = incidents.list_all(conn)
    learning = {one.incident_id for one in done if one.before is not None}
    slugs = sorted(one.slug for one in named if one.id in learning)
    return Undone(undoing, tuple(sorted(restored - left)), tuple(sorted(left)), tuple(slugs))


def _take_back(conn: Connection, one: Done, undoing: str, by: str, now: datetime) -> None:
    told: dict[str, Any] = {"batch": undoing, "undoes": one.batch, "by": by, "now": now}
    if one.label is not None:
        is_on = not one.labelled
        _put(conn, one.article_id, one.incident_id, one.label, is_on)
        told |= {"label": one.label, "labelled": is_on}
    elif one.before is not None:
        told["before"] = deeds.standing(conn, one.article_id, one.incident_id)
        deeds.restore(conn, one)
        told["decision"] = deeds.decision_of(conn, one.article_id, one.incident_id)
    deeds.record(conn, one.article_id, one.incident_id, **told)


def effect(home: Home, slug: str) -> int:
    """Let an incident learn from what was decided, and tell how many verdicts near its threshold
    would change if articles were judged anew. Takes as long as that takes: not for the answer to
    a decision. Raises UnknownThing."""
    return learning.after_decision(home, slug)


def _each(conn: Connection, ids: Sequence[int], slug: str | None) -> Iterator[tuple[int, Incident]]:
    """Articles, each with the incident that is meant."""
    if not 0 < len(set(ids)) <= MOST_AT_ONCE:
        raise BadInput(f"Choose 1 to {MOST_AT_ONCE:,} articles at once.")
    named = {one.id: one for one in incidents.list_all(conn)} if slug is None else {}
    given = None if slug is None else incidents.get(conn, slug)
    for id in dict.fromkeys(ids):
        articles.get(conn, id)
        yield id, given or _meant(conn, id, named)


def _meant(conn: Connection, id: int, named: Mapping[int | None, Incident]) -> Incident:
    best = deeds.stands_best_with(conn, id)
    if best is None:
        judged = matches.of_article(conn, id)
        best = judged[0].incident_id if judged else None
    if best is not None:
        return named[best]
    if len(named) == 1:
        return next(iter(named.values()))
    raise BadInput(f"No incident judged article {id}.", remedy="Name one: --incident SLUG")


def _decision_on(conn: Connection, id: int, of: Incident) -> Decision | None:
    found = deeds.decision_of(conn, id, of.id or 0)
    return None if found is None else Decision(found)


def _label(name: str) -> str:
    name = " ".join(name.split())
    if not 0 < len(name) <= MOST_LABEL:
        raise BadInput(f"A label has 1 to {MOST_LABEL} signs.")
    return name


def _put(conn: Connection, id: int, incident_id: int, name: str, is_on: bool) -> bool:
    put = deeds.put_on if is_on else deeds.take_off
    return put(conn, id, incident_id, name)
