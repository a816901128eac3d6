"""Digests and quiet hours by the clocks of a time zone, also on days on which clocks change."""

from datetime import UTC, datetime, timedelta

import pytest

from crawler.notices.hours import read_hours
from pipelines.errors import BadInput

BERLIN = "Europe/Berlin"  # summer time began 2015-03-29 at 01:00 UTC, ended 2015-10-25 at 01:00 UTC


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


def test_at_once_is_now() -> None:
    assert read_hours(None, None, "UTC").due(at("2014-12-20T12:00:30")) == at("2014-12-20T12:00:30")


@pytest.mark.parametrize(
    ("digest", "zone", "now", "due"),
    [
        ("1h", "UTC", "2014-12-20T12:00", "2014-12-20T13:00"),
        ("1d", "UTC", "2014-12-20T12:00", "2014-12-21T12:00"),
        ("08:00", BERLIN, "2014-12-20T06:59", "2014-12-20T07:00"),
        ("8:00", BERLIN, "2014-12-20T07:00", "2014-12-21T07:00"),
        ("08:00", BERLIN, "2015-03-28T08:00", "2015-03-29T06:00"),
        ("02:30", BERLIN, "2015-03-28T12:00", "2015-03-29T01:00"),  # skipped: 03:00 in its place
        ("02:30", BERLIN, "2015-10-24T12:00", "2015-10-25T00:30"),  # twice: the first
        ("02:30", BERLIN, "2015-10-25T00:30", "2015-10-26T01:30"),
        ("08:00", "Pacific/Kiritimati", "2014-12-20T12:00", "2014-12-20T18:00"),  # UTC+14
    ],
)
def test_a_digest_is_due_at_its_time(digest: str, zone: str, now: str, due: str) -> None:
    assert read_hours(digest, None, zone).due(at(now)) == at(due)


@pytest.mark.parametrize(
    ("now", "is_quiet"),
    [
        ("2014-12-20T20:59", False),
        ("2014-12-20T21:00", True),
        ("2014-12-20T23:30", True),
        ("2014-12-21T05:59", True),
        ("2014-12-21T06:00", False),
        ("2015-07-01T20:00", True),
        ("2015-07-01T05:00", False),
    ],
)
def test_quiet_hours_run_over_midnight(now: str, is_quiet: bool) -> None:
    assert read_hours(None, "22:00-07:00", BERLIN).is_quiet(at(now)) is is_quiet


@pytest.mark.parametrize(
    ("quiet", "now", "due"),
    [
        ("22:00-07:00", "2015-03-28T23:00", "2015-03-29T05:00"),  # an hour less of night
        ("22:00-07:00", "2015-10-24T23:00", "2015-10-25T06:00"),  # an hour more
        ("01:00-02:30", "2015-03-29T00:30", "2015-03-29T01:00"),  # its end is skipped
        ("01:00-02:30", "2015-10-25T00:10", "2015-10-25T00:30"),
        ("02:00-02:30", "2015-10-25T01:10", "2015-10-25T01:30"),  # quiet both times
        ("sat,sun 00:00-24:00", "2014-12-20T12:00", "2014-12-21T23:00"),
    ],
)
def test_what_comes_in_quiet_hours_is_due_after_them(quiet: str, now: str, due: str) -> None:
    hours = read_hours(None, quiet, BERLIN)
    assert hours.is_quiet(at(now))
    assert hours.due(at(now)) == at(due)


def test_a_digest_in_quiet_hours_waits_for_their_end() -> None:
    hours = read_hours("06:00", "22:00-07:00", "UTC")
    assert hours.due(at("2014-12-20T12:00")) == at("2014-12-21T07:00")


def test_what_comes_in_a_second_that_is_quiet_is_due_on_the_minute() -> None:
    hours = read_hours(None, "22:00-07:00", "UTC")
    now = at("2014-12-20T23:00") + timedelta(seconds=17, microseconds=5)
    assert hours.due(now) == at("2014-12-21T07:00")


@pytest.mark.parametrize(
    ("digest", "quiet", "zone", "said"),
    [
        ("soon", None, "UTC", "digest"),
        ("25:00", None, "UTC", "digest"),
        (None, "22-7", "UTC", "window"),
        (None, "00:00-24:00", "UTC", "quiet all week"),
        (None, None, "Mars/Phobos", "time zone"),
        ("1h", None, "../etc/passwd", "time zone"),
    ],
)
def test_what_is_no_time_is_refused_with_its_form(
    digest: str | None, quiet: str | None, zone: str, said: str
) -> None:
    with pytest.raises(BadInput, match=said) as refused:
        read_hours(digest, quiet, zone)
    assert refused.value.remedy
