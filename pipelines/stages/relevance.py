"""Relevance: what the open incidents make of an article."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from pipelines import relevance
from pipelines.items import Cleaned, Judged
from pipelines.items import Relevance as Judgement
from pipelines.outcomes import Verdict
from pipelines.stages.coverage import decided_coverage
from pipelines.stages.session import Session, Stage
from pipelines.store import incidents


class Relevance(Stage):
    """Cleaned -> Judged, by all incidents at once that are open at that moment: a crawl may go on
    for hours.

    It judges beside what people decided about, and nothing else that is stored: neither the order
    in which pages come nor where a crawl is cut off and taken up again may change a verdict.
    """

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._stamp: Sequence[tuple[Any, ...]] = []
        self._matcher = relevance.Matcher([])
        self._coverage: relevance.Coverage | None = None

    def process_item(self, item: Cleaned) -> Judged:
        """The verdicts; an incident that a person named takes the article whatever its score."""
        if item.article is None:
            return Judged(item)
        self._look()
        judgements = self._matcher.judge(item.article)
        wanted = item.page.for_incident_id
        return Judged(item, tuple(_forced(j) if j.incident_id == wanted else j for j in judgements))

    def _look(self) -> None:
        """See whether people opened, closed or changed incidents."""
        with self.session.database.read() as conn:
            stamp = incidents.stamp(conn)
            if stamp != self._stamp:
                if self._coverage is None:
                    self._coverage = decided_coverage(conn)
                every = incidents.list_all(conn, open_only=True)
                self._matcher = relevance.Matcher(every, self._coverage)
                self._stamp = stamp


def _forced(judgement: Judgement) -> Judgement:
    return replace(judgement, verdict=Verdict.FOLLOW_UP, forced=True)
