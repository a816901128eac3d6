"""A stored article becomes a follow-up: by an incident's judgement, or by a person's word."""

from datetime import datetime

from pipelines.incident import Incident
from pipelines.items import Relevance
from pipelines.outcomes import Outcome, Verdict
from pipelines.polling import next_reading
from pipelines.stages import place
from pipelines.store import Connection, articles, matches, sketches

#: Stored with these an article is a follow-up of some incident already.
_KEPT = (Outcome.STORED, Outcome.COPY)


def let_in(conn: Connection, article_id: int, now: datetime) -> None:
    """Keep a stored article as any follow-up is kept: its text stays, it is read again, and it is
    compared with the others, since it may be a copy of one. The verdict is the caller's."""
    sketches.lock(conn)
    known = articles.get(conn, article_id)
    if known.outcome in _KEPT and known.expires_at is None:
        return
    due_at = None if known.vanished_at is not None else known.due_at or next_reading(now, now)
    articles.rescue(conn, article_id, due_at=due_at)
    if known.text is not None:
        place(conn, article_id, known.title, known.text, now=now)


def take_in(conn: Connection, article_id: int, incident: Incident, now: datetime) -> None:
    """Make a stored article a follow-up by a person's word, whatever its score."""
    let_in(conn, article_id, now)
    old = next(
        (m for m in matches.of_article(conn, article_id) if m.incident_id == incident.id), None
    )
    forced = Relevance(
        incident.id or 0,
        old.score if old else 0.0,
        Verdict.FOLLOW_UP,
        old.reasons if old else (),
        forced=True,
    )
    matches.save(conn, article_id, [forced], now=now)


def is_follow_up(conn: Connection, article_id: int, incident: Incident) -> bool:
    """True where the incident has it already."""
    found = (m for m in matches.of_article(conn, article_id) if m.incident_id == incident.id)
    return any(match.verdict is Verdict.FOLLOW_UP for match in found)
