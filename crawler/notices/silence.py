"""When a source has fallen silent: a pure rule of what its polls told.

Known mistakes: a source whose every link another one has first seems to have no news, and one that
brings little or nothing for months is not lively, so nobody is told when it dies without an error.
A source that spoke once between two looks and fails again is still in the silence that was told.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import pairwise
from statistics import median

from pipelines.incident import Health
from pipelines.store.happenings import Polled

# number, and its reason
#: Outages of a night mend themselves; a day of them is worth a look.
FAILING_FOR = timedelta(days=1)
#: One failed poll, however long ago, may be a failure of ours.
LEAST_FAILURES = 2
#: A source is lively if between two polls with news usually (median) lies no more than this.
LIVELY_WITHIN = timedelta(days=1)
#: Fewer polls with news say nothing of what is usual; more than the last ones are of another time.
LEAST_NEWS, MOST_NEWS = 10, 30
#: A lively source is silent after so many times the usual, and not before a long weekend is over.
TIMES_USUAL, LEAST_SILENCE = 10, timedelta(days=4)
#: So many polls without news are made before links are looked at.
LEAST_QUIET_POLLS = 3


@dataclass(frozen=True, slots=True)
class Silence:
    """`since` when nothing came, and when that became worth telling."""

    since: datetime
    told_from: datetime


def silence_of(polled: Polled, news: Sequence[datetime], now: datetime) -> Silence | None:
    """The silence that a source is in; None while it is not. `news` are the times of its last
    `MOST_NEWS` polls with new links, the last first."""
    if polled.health in (Health.FAILING, Health.DENIED):
        told_from = polled.health_since + FAILING_FOR
        is_silent = now >= told_from and polled.failures >= LEAST_FAILURES
        return Silence(polled.health_since, told_from) if is_silent else None
    if polled.quiet_polls < LEAST_QUIET_POLLS or len(news) < LEAST_NEWS:
        return None
    gaps = ((later - earlier).total_seconds() for later, earlier in pairwise(news))
    usual = timedelta(seconds=median(gaps))
    if usual > LIVELY_WITHIN:
        return None
    told_from = news[0] + max(TIMES_USUAL * usual, LEAST_SILENCE)
    # What was not polled is not silent.
    return Silence(news[0], told_from) if polled.polled_at >= told_from else None
