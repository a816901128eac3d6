"""Times as the web writes them.

Only what is written is believed: no time is made up from the day of reading, and a time without a
zone is taken as UTC. Prose dates in many languages are read by `pipelines.clean`, which knows the
page's language; here are the forms that machines write (ISO 8601 and its habits, RFC 822).
"""

import re
from datetime import UTC, datetime, timedelta, timezone
from email.utils import parsedate_to_datetime

from pipelines.errors import BadInput

#: The first page of the web; nothing on it is older.
EARLIEST = datetime(1991, 8, 6, tzinfo=UTC)
#: How far ahead of now a time may lie: clocks and zones are set wrong, by a day at the most.
SKEW = timedelta(days=1)

_ISO = re.compile(
    r"\s*(\d{4})-?(\d{2})-?(\d{2})"
    r"(?:[T\s]\s*(\d{1,2}):?(\d{2})(?::?(\d{2})(?:[.,]\d+)?)?\s*(Z|UTC|GMT|[+-]\d{2}:?(?:\d{2})?)?)?"
    r"(?=$|\s|[^\d:])",
    re.ASCII | re.IGNORECASE,
)
_EPOCH = re.compile(r"\s*(\d{9,10})(\d{3})?\s*", re.ASCII)


def parse_time(raw: str) -> datetime | None:
    """The time that a machine wrote, with its own offset; None where it is none.

    Reads ISO 8601 (also with a blank for the T, without colons, with a date alone, which is
    midnight UTC), RFC 822 and epoch seconds or milliseconds.
    """
    raw = raw[:100]
    if match := _ISO.match(raw):
        return _from_iso(match)
    if match := _EPOCH.fullmatch(raw):
        return datetime.fromtimestamp(int(match.group(1)), UTC)
    try:
        parsed = parsedate_to_datetime(raw)
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return parsed if parsed.tzinfo is not None else parsed.replace(tzinfo=UTC)


def _from_iso(match: re.Match[str]) -> datetime | None:
    year, month, day, hour, minute, second = (int(part or 0) for part in match.groups()[:6])
    try:
        return datetime(
            year, month, day, hour % 24, minute, min(second, 59), tzinfo=_zone(match.group(7))
        )
    except (ValueError, OverflowError):
        return None


def _zone(raw: str | None) -> timezone:
    if raw is None or raw[0] not in "+-":
        return UTC
    digits = raw[1:].replace(":", "").ljust(4, "0")
    offset = timedelta(hours=int(digits[:2]), minutes=int(digits[2:]))
    if offset >= timedelta(hours=24):
        return UTC
    return timezone(offset if raw[0] == "+" else -offset) if offset else UTC


def plausible(when: datetime, now: datetime) -> bool:
    """False for what no page can have been published at: before the web, or in the future."""
    return EARLIEST <= when <= now + SKEW


def to_utc(when: datetime) -> datetime:
    """The same moment in UTC. The datetime must be aware."""
    return when.astimezone(UTC)


def parse_day(raw: str, *, end: bool = False) -> datetime:
    """A day or time that a person typed, as aware UTC; with `end`, a bare day is its last second.

    Raises BadInput where it is none.
    """
    when = parse_time(raw)
    if when is None:
        raise BadInput(
            f"{raw!r} is no date.", remedy="Write it as 2014-11-24 or 2014-11-24T18:00Z."
        )
    if end and re.fullmatch(r"\s*\d{4}-?\d{2}-?\d{2}\s*", raw):
        when += timedelta(days=1, seconds=-1)
    return to_utc(when)


def iso(when: datetime | None) -> str | None:
    """ISO 8601 to the second, UTC as +00:00; None stays None."""
    return None if when is None else when.isoformat(timespec="seconds")
