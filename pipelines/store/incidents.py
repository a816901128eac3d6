"""Incidents and their seeds."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import asdict
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Text, and_, exists, insert, or_, select, type_coerce
from sqlalchemy import delete as delete_rows
from sqlalchemy import update as update_rows

from pipelines.dates import iso, parse_time
from pipelines.errors import BadInput, UnknownThing
from pipelines.incident import Follows, Incident, Learned, Profile, Seed, Term, Window
from pipelines.outcomes import Verdict
from pipelines.store.schema import article, incident, match, seed


def add(conn: Connection, new: Incident, now: datetime) -> int:
    """Stores an incident and gives its id. Raises BadInput where its slug is taken."""
    check_free(conn, new.slug)
    id = conn.execute(
        insert(incident)
        .values(slug=new.slug, is_open=new.is_open, created_at=now, **_told(new))
        .returning(incident.c.id)
    ).scalar_one()
    _put_seeds(conn, id, new.seeds)
    return int(id)


def check_free(conn: Connection, slug: str) -> None:
    """Raises BadInput where an incident has this slug."""
    if conn.execute(select(incident.c.id).where(incident.c.slug == slug)).first():
        raise BadInput(
            f"There is an incident {slug!r} already.",
            remedy=f"Choose another name, or see `followup incident show {slug}`.",
        )


def get(conn: Connection, slug: str) -> Incident:
    """Raises UnknownThing where there is none of that name."""
    row = conn.execute(select(incident).where(incident.c.slug == slug)).one_or_none()
    if row is None:
        raise UnknownThing("incident", slug, remedy="`followup incident list` shows them.")
    return _incident(conn, row)


def id_of(conn: Connection, slug: str) -> int:
    """Raises UnknownThing where there is none of that name."""
    id = conn.execute(select(incident.c.id).where(incident.c.slug == slug)).scalar()
    if id is None:
        raise UnknownThing("incident", slug, remedy="`followup incident list` shows them.")
    return int(id)


def list_all(conn: Connection, *, open_only: bool = False) -> list[Incident]:
    """Incidents by id."""
    wanted = select(incident).order_by(incident.c.id)
    if open_only:
        wanted = wanted.where(incident.c.is_open)
    return [_incident(conn, row) for row in conn.execute(wanted).all()]


def stamp(conn: Connection) -> Sequence[tuple[Any, ...]]:
    """By what articles are judged, not read further: another one where an incident was opened,
    closed, edited or deleted since."""
    return [tuple(row) for row in conn.execute(_STAMP)]


_STAMP = (
    select(
        incident.c.id,
        type_coerce(incident.c.profile, Text),
        incident.c.window_since,
        incident.c.window_until,
    )
    .where(incident.c.is_open)
    .order_by(incident.c.id)
)


def there(conn: Connection, ids: Collection[int]) -> frozenset[int]:
    """Those of the incidents that were not deleted, nor will be before this transaction ends."""
    wanted = select(incident.c.id).where(incident.c.id.in_(ids))
    return frozenset(conn.execute(wanted.with_for_update(read=True, key_share=True)).scalars())


def update(conn: Connection, changed: Incident) -> None:
    """Writes everything of an incident but its slug, by which it is found. Raises UnknownThing."""
    id = get(conn, changed.slug).id
    conn.execute(
        update_rows(incident)
        .where(incident.c.id == id)
        .values(is_open=changed.is_open, **_told(changed))
    )
    conn.execute(delete_rows(seed).where(seed.c.incident_id == id))
    _put_seeds(conn, int(id or 0), changed.seeds)


def set_open(conn: Connection, slug: str, is_open: bool) -> None:
    """Closes or reopens an incident. Raises UnknownThing."""
    id = get(conn, slug).id
    conn.execute(update_rows(incident).where(incident.c.id == id).values(is_open=is_open))


def delete(conn: Connection, slug: str, *, now: datetime) -> int:
    """Takes an incident away with its seeds, matches, reviews and notes. Raises UnknownThing.

    Articles that no other incident took or a person kept go the way of expired ones: their text
    goes at the next `expiry.expire`, address and title remain. How many these are.
    """
    id = get(conn, slug).id
    taken = or_(
        match.c.verdict.in_([Verdict.FOLLOW_UP, Verdict.CANDIDATE]),
        match.c.review.in_(["keep", "star"]),
    )
    of_article = match.c.article_id == article.c.id
    ours = exists().where(of_article, match.c.incident_id == id)
    others = exists().where(of_article, match.c.incident_id != id, taken)
    left = conn.execute(
        update_rows(article)
        .where(and_(ours, ~others, article.c.expired_at.is_(None)))
        .values(expires_at=now, due_at=None)
    ).rowcount
    conn.execute(delete_rows(incident).where(incident.c.id == id))
    return left


def _told(one: Incident) -> dict[str, Any]:
    return {
        "title": one.title,
        "brief": one.brief,
        "profile": _written_profile(one.profile),
        "window_since": one.window.since,
        "window_until": one.window.until,
        "follows": asdict(one.follows),
    }


def _written_profile(profile: Profile) -> dict[str, Any]:
    """A profile as JSON."""
    learned = profile.learned
    return asdict(profile) | {
        "terms": _written_terms(profile.terms),
        "learned": learned
        and asdict(learned)
        | {"terms": _written_terms(learned.terms), "against": _written_terms(learned.against)},
    }


def _written_terms(terms: Iterable[Term]) -> list[dict[str, Any]]:
    return [
        {"text": term.text, "kind": term.kind, "weight": term.weight}
        | ({"since": iso(term.since), "articles": term.articles} if term.articles else {})
        for term in terms
    ]


def _read_profile(told: Mapping[str, Any]) -> Profile:
    learned = told.get("learned")
    return Profile(
        terms=_read_terms(told["terms"]),
        languages=tuple(told["languages"]),
        threshold=told["threshold"],
        candidate_threshold=told["candidate_threshold"],
        learned=learned
        and Learned(
            **learned
            | {"terms": _read_terms(learned["terms"]), "against": _read_terms(learned["against"])}
        ),
        refused=tuple(told.get("refused", ())),
        learns=told.get("learns", True),
        fixed=told.get("fixed", False),
    )


def _read_terms(told: Iterable[Mapping[str, Any]]) -> tuple[Term, ...]:
    return tuple(
        Term(
            term["text"],
            term["kind"],
            term["weight"],
            parse_time(term["since"]) if term.get("since") else None,
            tuple(term.get("articles", ())),
        )
        for term in told
    )


def _put_seeds(conn: Connection, id: int, seeds: tuple[Seed, ...]) -> None:
    if seeds:
        conn.execute(insert(seed), [{"incident_id": id, **asdict(each)} for each in seeds])


def _incident(conn: Connection, row: Row[Any]) -> Incident:
    wanted = select(seed).where(seed.c.incident_id == row.id).order_by(seed.c.id)
    return Incident(
        slug=row.slug,
        title=row.title,
        profile=_read_profile(row.profile),
        brief=row.brief,
        seeds=tuple(
            Seed(each.text, each.title, each.url, each.published_at, each.language)
            for each in conn.execute(wanted)
        ),
        window=Window(row.window_since, row.window_until),
        follows=Follows(**{name: tuple(values) for name, values in row.follows.items()}),
        is_open=row.is_open,
        id=row.id,
        created_at=row.created_at,
    )
