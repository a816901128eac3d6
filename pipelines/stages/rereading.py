"""A stored article is read again and no text of it comes: is it gone, or did the reading fail?

Good answers without its text are counted until they say that its outlet took it down (404, 410, a
notice, a listing or an empty page in its place). What says something of the network, the site or
our own manners (5xx, timeouts, robots.txt, walls, pages cut short) counts nothing. Either way it is
due again later, and nothing that is stored is lost.
"""

from datetime import datetime

from pipelines.clean.whole import is_closed
from pipelines.items import Cleaned
from pipelines.outcomes import Outcome
from pipelines.polling import Ladder, Missing, appeared_at, next_look, next_reading
from pipelines.store import Connection, articles, readings
from pipelines.store.known import Known
from pipelines.store.readings import Gone
from pipelines.urls import same_site

#: Outcomes of a page that stands in an article's place.
_IN_ITS_PLACE = frozenset({Outcome.SOFT_404, Outcome.NOT_ARTICLE, Outcome.NO_TEXT})


def missing_of(cleaned: Cleaned) -> Missing | None:
    """What a page from which no article came says of the one that was at its address; None where it
    says nothing: an outcome of another kind, or a page that was cut short."""
    is_whole = is_closed(cleaned.page.body)
    return Missing.ABSENT if is_whole and cleaned.outcome in _IN_ITS_PLACE else None


def due_again(known: Known, now: datetime, ladder: Ladder) -> datetime | None:
    """When a stored article is read again after a reading at `now`."""
    return next_reading(appeared_at(known.published_at, known.first_seen_at), now, ladder)


def without_text(
    conn: Connection,
    article_id: int,
    outcome: Outcome,
    reason: str | None,
    missing: Missing | None,
    *,
    asked: str,
    now: datetime,
    ladder: Ladder,
) -> tuple[Outcome, str]:
    """Writes down a reading that brought no text; gives the outcome and the reason for the ledger.

    `missing` None: the reading failed, which says nothing of the article. Neither does an answer to
    the address `asked` at another site than its own, one that led to it once.
    """
    said, known = f"read again: {reason or outcome}", articles.get(conn, article_id)
    if missing is None or not same_site(asked, known.url):
        readings.set_due(conn, article_id, _after_failure(known, now, ladder))
        return outcome, said
    gone = readings.mark_gone(conn, article_id, now=now, missing=missing, ladder=ladder)
    counted = Outcome.VANISHED if gone.vanished_at is not None else outcome
    return counted, f"{said}; {_told(gone, now)}"


def came_back(said: str | None, known: Known) -> str | None:
    """What the ledger says of a reading that brought the article, `known` as it was before it."""
    if known.vanished_at is None:
        return said
    back = f"it is back; it was taken down, as found on {known.vanished_at:%Y-%m-%d}"
    return f"{said}; {back}" if said else back


def _after_failure(known: Known, now: datetime, ladder: Ladder) -> datetime | None:
    """An article of which it is not sure yet whether it is gone is looked at soon, old or not."""
    if known.gone_reads and known.vanished_at is None:
        appeared = appeared_at(known.published_at, known.first_seen_at)
        return next_look(appeared, now, ladder, vanished=False)
    return due_again(known, now, ladder)


def _told(gone: Gone, now: datetime) -> str:
    times = f"{gone.reads} times in a row" if gone.reads > 1 else "once"
    if gone.vanished_at is None:
        return f"its text was not there {times}; it counts as taken down when that lasts"
    if gone.vanished_at == now:
        return f"its text was not there {times} since {gone.since:%Y-%m-%d %H:%M} UTC"
    return f"taken down, as found on {gone.vanished_at:%Y-%m-%d}"
