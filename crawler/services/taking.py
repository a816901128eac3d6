"""A person's word that an article belongs to an incident, whatever its score."""

from datetime import datetime

from pipelines.incident import Incident
from pipelines.items import Relevance
from pipelines.outcomes import Verdict
from pipelines.polling import next_reading
from pipelines.store import Connection, articles, matches


def take_in(conn: Connection, article_id: int, incident: Incident, now: datetime) -> None:
    """Make a stored article a follow-up: it keeps its text and is read again like any other."""
    articles.rescue(conn, article_id, due_at=next_reading(now, now))
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
