"""When a source or an article is due again: pure rules of what was seen and of now."""

from datetime import UTC, datetime, timedelta

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

#: (age of the article up to which, how often it is read again). Measured on NewsDiffs-like
#: collections: most edits come within hours; a month later hardly any.
READ_AGAIN: tuple[tuple[timedelta, timedelta], ...] = (
    (timedelta(hours=3), timedelta(minutes=15)),
    (timedelta(days=1), timedelta(hours=1)),
    (timedelta(days=7), timedelta(hours=3)),
    (timedelta(days=30), timedelta(days=1)),
)

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


def next_reading(first_seen_at: datetime, now: datetime) -> datetime | None:
    """When a stored follow-up is read again after a reading at `now`; None once it is too old."""
    age = now - first_seen_at
    for up_to, every in READ_AGAIN:
        if age < up_to:
            return now + every
    return None


def next_try(now: datetime, tries: int, *, gives_up: bool = True) -> datetime | None:
    """When a link that failed for now is due again after `tries` tries; None gives it up.

    Without `gives_up` it is tried for as long as it takes, once a day in the end.
    """
    if gives_up and tries >= MOST_TRIES:
        return None
    doublings: int = 2 ** min(max(tries - 1, 0), MOST_DOUBLINGS + 2)
    return now + min(RETRY_AFTER * doublings, POLL_MOST)
