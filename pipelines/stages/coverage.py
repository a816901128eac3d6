"""The stored articles beside which another one is judged."""

from collections.abc import Sequence

from pipelines import relevance
from pipelines.relevance import Coverage, Remembered
from pipelines.store import Connection, holdings


def stored_coverage(conn: Connection, incident_id: int) -> Coverage:
    """The latest articles that came near an incident, with what people decided about them."""
    ids = holdings.beside(conn, incident_id, relevance.STORED_COVERAGE, least=relevance.LEAST_NEAR)
    return _coverage(conn, ids)


def decided_coverage(conn: Connection) -> Coverage:
    """The latest articles that people decided about for the open incidents."""
    return _coverage(conn, holdings.decided(conn, relevance.STORED_COVERAGE))


def _coverage(conn: Connection, ids: Sequence[int]) -> Coverage:
    coverage = Coverage(is_store=True)
    decided = holdings.decisions(conn, ids)
    for held in holdings.read(conn, ids):
        article = held.article
        features = relevance.read_features(article.title, article.text, article.language)
        decisions = decided.get(held.id, {})
        coverage.add(Remembered(article.url, article.title or "", features, decisions))
    return coverage
