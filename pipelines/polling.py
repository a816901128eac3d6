"""When a source or an article is due again: pure rules of what was seen and of now."""

import re
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from itertools import pairwise

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)

#: A source is asked this often unless it says otherwise.
POLL_EVERY = timedelta(minutes=30)
#: A feed's own ttl is believed within these bounds.
POLL_LEAST, POLL_MOST = timedelta(minutes=15), timedelta(days=1)
#: A poll that brought so many new links is followed by one after `POLL_BUSY`, unless the feed asks
#: for longer. So many are about what a large outlet publishes in a quarter of an hour.
MANY_LINKS, POLL_BUSY = 10, timedelta(minutes=15)
#: With every so many polls in a row without a new link the wait doubles, up to `POLL_QUIET`: the
#: first report after a quiet night is found within that.
QUIET_STEP, POLL_QUIET = 3, timedelta(hours=4)
#: Due times are rounded up to this: starting a process costs as much as a hundred polls.
POLL_GRID = timedelta(minutes=5)
#: The wait doubles with each failure in a row, up to this many doublings (30 min to 16 h).
MOST_DOUBLINGS = 5

#: Steps of (age of the article up to which, how often it is read again), ages rising.
Ladder = tuple[tuple[timedelta, timedelta], ...]
#: Measured on NewsDiffs-like collections: most edits come within hours; a month later hardly any.
READ_AGAIN: Ladder = (
    (timedelta(hours=3), timedelta(minutes=15)),
    (timedelta(days=1), timedelta(hours=1)),
    (timedelta(days=7), timedelta(hours=3)),
    (timedelta(days=30), timedelta(days=1)),
)
#: No article is read again sooner than after this, and a ladder has no more steps.
READ_AGAIN_LEAST, MOST_STEPS = timedelta(minutes=1), 20
#: Ages and waits in a ladder are at most this: what is older is an archive.
READ_AGAIN_MOST = timedelta(days=3_650)

#: An article is taken down once so many good answers in a row came without its text (404, a listing
#: in its place), the first and the last of them so far apart: a site that is being moved or mended
#: answers so for an hour or two.
GONE_READS, GONE_SPAN = 3, timedelta(hours=3)
#: 410 is said on purpose and "likely to be permanent" (RFC 9110, 15.5.11): it takes less.
WITHDRAWN_READS, WITHDRAWN_SPAN = 2, timedelta(hours=1)
#: Until that is sure it is looked at again after this, whatever its age; once it is, as its age
#: asks for, but this often at most: a few come back.
GONE_AGAIN, VANISHED_AGAIN = timedelta(hours=1), timedelta(days=1)

#: A link that failed for now is tried again after this long, doubling with each try.
RETRY_AFTER = timedelta(minutes=15)
#: After so many tries a link is given up.
MOST_TRIES = 5
#: A link whose crawl crashed or hung while it was read need not be the cause: so often that costs
#: nothing but its place in line. Then it waits, and after `MOST_TRIES` it is given up.
MOST_FORGIVEN = 2
#: Retry-After is believed up to this; a server that asks for more is asked again after it. A stored
#: time that is further ahead was written before the clock was set back.
RETRY_AFTER_MOST = timedelta(days=1)


def next_poll(
    now: datetime,
    *,
    failures: int = 0,
    ttl_seconds: int | None = None,
    quiet_polls: int = 0,
    new_links: int = 0,
) -> datetime:
    """When a source is due after a poll at `now` that brought so many new links.

    `failures` and `quiet_polls` (without a new link) count those in a row. Due times lie on a grid,
    so that one crawl serves many sources.
    """
    is_busy = new_links >= MANY_LINKS
    every = POLL_BUSY if is_busy else POLL_EVERY
    if ttl_seconds is not None:
        every = timedelta(seconds=min(ttl_seconds, 86_400))
    every = min(max(every, POLL_LEAST), POLL_MOST)
    slowed: timedelta = every * 2 ** min(quiet_polls // QUIET_STEP, MOST_DOUBLINGS)
    every = max(every, min(slowed, POLL_QUIET))
    doublings: int = 2 ** min(failures, MOST_DOUBLINGS)
    return _on_grid(now + min(every * doublings, POLL_MOST))


def _on_grid(at: datetime) -> datetime:
    """The next of the moments that lie a whole number of `POLL_GRID` after 1970."""
    over = (at - _EPOCH) % POLL_GRID
    return at + (POLL_GRID - over) if over else at


def read_ladder(raw: str) -> Ladder:
    """Steps as people write them: "3h:15m 1d:1h 7d:3h 30d:1d" is every 15 minutes up to an age of
    three hours, hourly up to a day, and so on, then no more; "off" is never. Units are m, h and d.
    Raises ValueError with what is wrong.
    """
    if raw.strip().lower() == "off":
        return ()
    steps = tuple(_step(part) for part in re.split(r"[\s,]+", raw.strip()) if part)
    if not 0 < len(steps) <= MOST_STEPS:
        raise ValueError(f"not 1 to {MOST_STEPS} steps")
    ages = [up_to for up_to, _ in steps]
    if any(later <= age for age, later in pairwise(ages)):
        raise ValueError("the ages do not rise from step to step")
    return steps


def _step(part: str) -> tuple[timedelta, timedelta]:
    up_to, colon, every = part.partition(":")
    if not colon:
        raise ValueError(f"{part[:40]!r} is not AGE:WAIT")
    return _span(up_to), _span(every)


def _span(raw: str) -> timedelta:
    match = re.fullmatch(r"([0-9]{1,7})([mhd])", raw)
    if match is None:
        raise ValueError(f"{raw[:40]!r} is not a number with m, h or d")
    unit = {"m": timedelta(minutes=1), "h": timedelta(hours=1), "d": timedelta(days=1)}[match[2]]
    span: timedelta = int(match[1]) * unit
    if not READ_AGAIN_LEAST <= span <= READ_AGAIN_MOST:
        raise ValueError(f"{raw} is not between 1m and {READ_AGAIN_MOST.days}d")
    return span


def appeared_at(published_at: datetime | None, first_seen_at: datetime) -> datetime:
    """The moment from which an article's age counts: its publication, since that is what edits
    follow, where that lies before we first saw it; a backfilled story of last year is not read
    every quarter of an hour. A time after the first sight is another edition's or a slip."""
    return first_seen_at if published_at is None else min(published_at, first_seen_at)


def next_reading(appeared: datetime, now: datetime, ladder: Ladder = READ_AGAIN) -> datetime | None:
    """When a stored follow-up is read again after a reading at `now`; None once it is too old."""
    age = now - appeared
    for up_to, every in ladder:
        if age < up_to:
            return now + every
    return None


class Missing(StrEnum):
    """How a good answer says that an article's text is not there."""

    ABSENT = "absent"  # 404, or a page without it
    WITHDRAWN = "withdrawn"  # 410


def has_vanished(reads: int, span: timedelta, last: Missing) -> bool:
    """Whether so many good answers in a row without its text, the last of them as it is, over such
    a span say that an article was taken down."""
    is_said = last is Missing.WITHDRAWN
    least, at_least = (WITHDRAWN_READS, WITHDRAWN_SPAN) if is_said else (GONE_READS, GONE_SPAN)
    return reads >= least and span >= at_least


def next_look(
    appeared: datetime, now: datetime, ladder: Ladder = READ_AGAIN, *, vanished: bool
) -> datetime | None:
    """When an article whose text was not there at `now` is looked at again; None once it is too old
    to come back, or where nothing is read again at all."""
    due_at = next_reading(appeared, now, ladder)
    if vanished:
        return None if due_at is None else max(due_at, now + VANISHED_AGAIN)
    return now + GONE_AGAIN if ladder else None


def next_try(now: datetime, tries: int, *, gives_up: bool = True) -> datetime | None:
    """When a link that failed for now is due again after `tries` tries; None gives it up.

    Without `gives_up` it is tried for as long as it takes, once a day in the end.
    """
    if gives_up and tries >= MOST_TRIES:
        return None
    doublings: int = 2 ** min(max(tries - 1, 0), MOST_DOUBLINGS + 2)
    return now + min(RETRY_AFTER * doublings, POLL_MOST)
