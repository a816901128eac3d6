"""What people decide about articles: keep, dismiss, star, labels, notes; and taking it back.

What is decided at once is one batch. A batch that is undone leaves everything as it was before, and
stands in the history with what undid it.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any
from uuid import uuid4

from crawler.home import Home
from crawler.services import articles, learning
from pipelines.errors import BadInput
from pipelines.store.matches import Decision

#: Articles that one batch may hold.
MOST_AT_ONCE = 1_000


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
    batch = uuid4().hex
    if decision is None:
        raise BadInput("A decision is missing.")
    told = [
        articles.mark(home, id, decision, note=note, incident=incident, by=by)["incident"]
        for id in ids
    ]
    changed = tuple(sorted(set(told)))
    return Decided(batch, tuple(ids), tuple(ids), changed, decision, note)


def annotate(
    home: Home, ids: Sequence[int], note: str, *, by: str, incident: str | None = None
) -> Decided:
    """Write a note on articles and decide nothing. Raises as `decide`."""
    raise BadInput("A note alone cannot be kept yet.")


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
    raise BadInput("Labels cannot be kept yet.")


def undo(home: Home, batch: str, *, by: str) -> Undone:
    """Take back what was decided at once. Raises UnknownThing for a batch that is not there."""
    raise BadInput("Nothing can be undone yet.")


def effect(home: Home, slug: str) -> int:
    """Let an incident learn from what was decided, and tell how many verdicts near its threshold
    would change if articles were judged anew. Takes as long as that takes: not for the answer to
    a decision. Raises UnknownThing."""
    return learning.after_decision(home, slug)
