"""ETag and Last-Modified: what makes a later request conditional, as far as it can be believed."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime

#: Validators over this length are not kept: some servers put whole pages into an ETag.
MOST_CHARACTERS = 1_000


@dataclass(frozen=True, slots=True)
class Validators:
    """What a conditional request sends back: ETag and Last-Modified as the server gave them."""

    etag: str | None = None
    last_modified: str | None = None


def validators_of(headers: Mapping[str, str]) -> Validators:
    """The validators in an answer (names in lower case) that are sent back another time: none too
    long or in other than ASCII, and no last change that lies after the answer, to which a server
    would say "not modified" for ever (RFC 9110, 8.8.2.1)."""
    changed, answered = _moment(headers.get("last-modified")), _moment(headers.get("date"))
    is_future = changed and answered and changed > answered + timedelta(days=1)
    modified = None if is_future else headers.get("last-modified")
    return Validators(_kept(headers.get("etag")), _kept(modified))


def _kept(value: str | None) -> str | None:
    if value is None or len(value) > MOST_CHARACTERS or not value.isascii():
        return None
    return value


def _moment(value: str | None) -> datetime | None:
    try:
        when = parsedate_to_datetime((value or "")[:60])
    except (ValueError, TypeError, IndexError, OverflowError):
        return None
    return when if when.tzinfo is not None else when.replace(tzinfo=UTC)
