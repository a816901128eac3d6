"""When a source or an article is due again: pure rules of what was seen and of now."""

from datetime import datetime, timedelta

#: A source is asked this often unless it says otherwise.
POLL_EVERY = timedelta(minutes=30)
#: A feed's own ttl is believed within these bounds.
POLL_LEAST, POLL_MOST = timedelta(minutes=15), timedelta(days=1)
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


def next_poll(now: datetime, *, failures: int = 0, ttl_seconds: int | None = None) -> datetime:
    """When a source is due after a poll at `now`; `failures` counts those in a row."""
    every = POLL_EVERY if ttl_seconds is None else timedelta(seconds=min(ttl_seconds, 86_400))
    every = min(max(every, POLL_LEAST), POLL_MOST)
    doublings: int = 2 ** min(failures, MOST_DOUBLINGS)
    return now + min(every * doublings, POLL_MOST)


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
