"""The stored articles beside which a new one is judged."""

from datetime import datetime

from pipelines import relevance
from pipelines.relevance import Coverage, Remembered
from pipelines.store import Connection, holdings


def stored_coverage(
    conn: Connection, *, incident_id: int | None = None, until: datetime | None = None
) -> Coverage:
    """The latest articles that came near an open incident, or the one given, with what people
    decided about them; only what was stored by `until`, where that is given."""
    coverage = Coverage(is_store=True)
    ids = holdings.beside(
        conn,
        relevance.STORED_COVERAGE,
        least=relevance.LEAST_NEAR,
        incident_id=incident_id,
        until=until,
    )
    decided = holdings.decisions(conn, ids)
    for held in holdings.read(conn, ids):
        article = held.article
        features = relevance.read_features(article.title, article.text, article.language)
        decisions = decided.get(held.id, {})
        coverage.add(Remembered(article.url, article.title or "", features, decisions))
    return coverage
