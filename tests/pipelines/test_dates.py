from datetime import UTC, datetime, timedelta, timezone

import pytest

from pipelines.dates import parse_day, parse_time, plausible
from pipelines.errors import BadInput

EST = timezone(timedelta(hours=-5))


@pytest.mark.parametrize(
    ("raw", "when"),
    [
        ("2014-12-19T11:30:00-05:00", datetime(2014, 12, 19, 11, 30, tzinfo=EST)),
        ("2014-12-19T11:30:00-0500", datetime(2014, 12, 19, 11, 30, tzinfo=EST)),
        ("2014-12-19 11:30:15.123Z", datetime(2014, 12, 19, 11, 30, 15, tzinfo=UTC)),
        ("20141219T113000Z", datetime(2014, 12, 19, 11, 30, tzinfo=UTC)),
        ("2014-12-19", datetime(2014, 12, 19, tzinfo=UTC)),
        ("Fri, 19 Dec 2014 11:30:00 -0500", datetime(2014, 12, 19, 11, 30, tzinfo=EST)),
        ("Fri, 19 Dec 2014 11:30:00 EST", datetime(2014, 12, 19, 11, 30, tzinfo=EST)),
        ("1419006600", datetime(2014, 12, 19, 16, 30, tzinfo=UTC)),
        ("1419006600000", datetime(2014, 12, 19, 16, 30, tzinfo=UTC)),
    ],
)
def test_machine_times_keep_their_offset(raw: str, when: datetime) -> None:
    parsed = parse_time(raw)
    assert parsed == when
    assert parsed is not None
    assert parsed.utcoffset() == when.utcoffset()


@pytest.mark.parametrize(
    "raw", ["", "yesterday", "2014-13-40", "x" * 10_000, "12:30", "2014-12-192"]
)
def test_what_is_no_time_is_none(raw: str) -> None:
    assert parse_time(raw) is None


def test_impossible_times_are_not_plausible() -> None:
    now = datetime(2014, 12, 20, tzinfo=UTC)
    assert plausible(now + timedelta(hours=20), now)
    assert not plausible(now + timedelta(days=2), now)
    assert not plausible(datetime(1970, 1, 1, tzinfo=UTC), now)


def test_a_bare_last_day_ends_at_its_end() -> None:
    assert parse_day("2015-02-28", end=True) == datetime(2015, 2, 28, 23, 59, 59, tzinfo=UTC)
    with pytest.raises(BadInput, match="2014-11-24"):
        parse_day("soon")
