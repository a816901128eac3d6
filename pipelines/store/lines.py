"""Articles as lines of a list: what a person sees of each before opening it."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, and_, func, select, tuple_

from pipelines.dates import iso
from pipelines.items import Reason
from pipelines.outcomes import Outcome, Verdict
from pipelines.store import deeds, labels
from pipelines.store.listing import Spot
from pipelines.store.schema import article, incident, listed, match, revision

#: Reasons that a line names.
MOST_REASONS = 3


@dataclass(frozen=True, slots=True)
class Line:
    """An article as a line of a list; it stands for its group of copies.

    Attributes:
        incident: slug of the one whose score, verdict, review, labels and note these are: the one
            that was asked for, else the one that the article stands best with; None: none has it.
        published_at: with no offset; None: unknown. `first_seen_at` is never mixed up with it.
        reasons: the heaviest of the score, few.
        copies: how many other articles carry the text.
        independent: sources among these and itself that don't repeat each other; None: no copies.
        revisions: edits since it was first read.
        note: the latest that a person wrote.
        words: of its text. `expired_at`: the text went then.
    """

    id: int
    url: str
    canonical_url: str
    title: str | None
    outlet: str | None
    language: str | None
    published_at: datetime | None
    first_seen_at: datetime
    outcome: Outcome
    incident: str | None
    score: float | None
    verdict: Verdict | None
    review: str | None
    forced: bool
    reasons: tuple[Reason, ...]
    group: int | None
    copy_of: int | None
    copies: int
    independent: int | None
    revisions: int
    labels: tuple[str, ...]
    note: str | None
    partial: bool
    words: int
    vanished_at: datetime | None
    expired_at: datetime | None

    def record(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "id": self.id,
            "url": self.url,
            "canonical_url": self.canonical_url,
            "title": self.title,
            "outlet": self.outlet,
            "language": self.language,
            "published_at": iso(self.published_at),
            "first_seen_at": iso(self.first_seen_at),
            "outcome": str(self.outcome),
            "incident": self.incident,
            "score": self.score,
            "verdict": self.verdict and str(self.verdict),
            "review": self.review,
            "forced": self.forced,
            "reasons": [
                {"term": one.term, "kind": one.kind, "weight": one.weight} for one in self.reasons
            ],
            "group": self.group,
            "copy_of": self.copy_of,
            "copies": self.copies,
            "independent": self.independent,
            "revisions": self.revisions,
            "labels": list(self.labels),
            "note": self.note,
            "partial": self.partial,
            "words": self.words,
            "vanished_at": iso(self.vanished_at),
            "expired_at": iso(self.expired_at),
        }


def read(
    conn: Connection, spots: Sequence[Spot], *, incident_id: int | None = None
) -> tuple[Line, ...]:
    """The lines at these spots, in their order; `incident_id` where the list is of one."""
    of = {spot.id: incident_id or spot.of_incident_id for spot in spots}
    ids = list(of)
    rows = {row.id: row for row in conn.execute(_ARTICLES.where(article.c.id.in_(ids)))}
    judged = _judged(conn, of)
    copies = _copies(conn, {row.group_id for row in rows.values() if row.group_id is not None})
    edits = _edits(conn, ids)
    put_on = _labels(conn, of)
    notes = deeds.latest_notes(conn, of)
    return tuple(
        Line(
            **_told(rows[id]),
            **_opinion(judged.get(id)),
            copies=copies.get(rows[id].group_id, 1) - 1,
            independent=None,
            revisions=edits.get(id, 0),
            labels=put_on.get(id, ()),
            note=notes.get(id),
        )
        for id in ids
        if id in rows
    )


_ARTICLES = select(
    article.c.id,
    article.c.url,
    article.c.canonical_url,
    article.c.title,
    article.c.outlet,
    article.c.language,
    article.c.published_at,
    article.c.first_seen_at,
    article.c.group_id,
    article.c.copy_of,
    article.c.outcome,
    article.c.partial,
    article.c.words,
    article.c.vanished_at,
    article.c.expired_at,
)


def _told(row: Any) -> dict[str, Any]:
    told = dict(row._mapping)
    told["group"] = told.pop("group_id")
    told["outcome"] = Outcome(told["outcome"])
    return told


def _judged(conn: Connection, of: Mapping[int, int | None]) -> dict[int, Any]:
    pairs = [(id, incident_id) for id, incident_id in of.items() if incident_id is not None]
    rows = conn.execute(
        select(
            match.c.article_id,
            incident.c.slug,
            match.c.score,
            match.c.verdict,
            match.c.review,
            match.c.forced,
            match.c.reasons,
        )
        .join(incident, incident.c.id == match.c.incident_id)
        .where(tuple_(match.c.article_id, match.c.incident_id).in_(pairs))
    )
    return {row.article_id: row for row in rows}


def _opinion(row: Any) -> dict[str, Any]:
    if row is None:
        names = ("incident", "score", "verdict", "review")
        return dict.fromkeys(names) | {"forced": False, "reasons": ()}
    return {
        "incident": row.slug,
        "score": row.score,
        "verdict": Verdict(row.verdict),
        "review": row.review,
        "forced": row.forced,
        "reasons": tuple(Reason(*reason) for reason in row.reasons[:MOST_REASONS]),
    }


def _copies(conn: Connection, groups: Iterable[int]) -> dict[int, int]:
    """How many articles each group has."""
    wanted = and_(listed.c.incident_id == 0, listed.c.group_id.in_(list(groups)))
    n = select(listed.c.group_id, func.count()).where(wanted).group_by(listed.c.group_id)
    return {row[0]: int(row[1]) for row in conn.execute(n)}


def _edits(conn: Connection, ids: Sequence[int]) -> dict[int, int]:
    last = select(revision.c.article_id, func.max(revision.c.number) - 1)
    rows = conn.execute(last.where(revision.c.article_id.in_(ids)).group_by(revision.c.article_id))
    return {row[0]: int(row[1]) for row in rows}


def _labels(conn: Connection, of: Mapping[int, int | None]) -> dict[int, tuple[str, ...]]:
    by_incident: defaultdict[int, list[int]] = defaultdict(list)
    for id, incident_id in of.items():
        if incident_id is not None:
            by_incident[incident_id].append(id)
    found: dict[int, tuple[str, ...]] = {}
    for incident_id, ids in by_incident.items():
        found |= labels.of_articles(conn, incident_id, ids)
    return found


@dataclass(frozen=True, slots=True)
class Named:
    """An article by its headline and outlet."""

    id: int
    title: str | None
    outlet: str | None


def named(conn: Connection, ids: Iterable[int]) -> list[Named]:
    """Those of a few articles that are there."""
    wanted = select(article.c.id, article.c.title, article.c.outlet)
    return [Named(*row) for row in conn.execute(wanted.where(article.c.id.in_(set(ids))))]
