"""When a rule comes: on clocks that are set, in far zones, in windows, with jitter."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from zoneinfo import ZoneInfo

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from crawler.schedule.rules import Rule, read_rule
from crawler.schedule.times import next_time, times
from crawler.schedule.windows import holds, spans_of
from pipelines.errors import BadInput

LONG_AGO = datetime(2010, 1, 1, tzinfo=UTC)
FAR = timedelta(days=40 * 366)
SECOND = timedelta(seconds=1)


def rule(zone: str = "UTC", *, anchor: datetime = LONG_AGO, **given: object) -> Rule:
    return read_rule(timezone=zone, anchor=anchor, **given)  # type: ignore[arg-type]


def local(one: Rule, day: date, count: int) -> list[str]:
    """The first times from the beginning of a UTC day, as the rule's clocks show them."""
    begin = datetime(day.year, day.month, day.day, tzinfo=UTC) - SECOND
    zone = ZoneInfo(one.timezone)
    found = times(one, begin, begin + FAR, limit=count)
    return [f"{at.astimezone(zone):%m-%d %H:%M%z}" for at in found]


def test_an_interval_is_counted_from_its_anchor_without_drift() -> None:
    anchor = datetime(2014, 12, 20, 12, 0, 7, tzinfo=UTC)
    every = rule(anchor=anchor, every="15m")
    assert next_time(every, anchor) == anchor + timedelta(minutes=15)
    late = anchor + timedelta(days=300, minutes=14, seconds=59, microseconds=999_999)
    assert next_time(every, late) == anchor + timedelta(days=300, minutes=15)
    assert next_time(every, anchor + timedelta(days=300)) == anchor + timedelta(
        days=300, minutes=15
    )


def test_nothing_is_due_up_to_when_the_rule_was_set() -> None:
    anchor = datetime(2014, 12, 20, 12, tzinfo=UTC)
    for given_ in (
        {"every": "1h"},
        {"cron": "0 * * * *"},
        {"every": "1h", "windows": ["12:00-14:00"]},
    ):
        one = rule(anchor=anchor, **given_)
        assert next_time(one, anchor - timedelta(days=9)) == anchor + timedelta(hours=1)


def test_a_skipped_time_comes_after_the_gap_and_a_repeated_one_once() -> None:
    nightly = rule("Europe/Berlin", cron="30 2 * * *")
    spring = local(nightly, date(2014, 3, 29), 3)
    assert spring == ["03-29 02:30+0100", "03-30 03:00+0200", "03-31 02:30+0200"]
    autumn = local(nightly, date(2014, 10, 25), 3)
    assert autumn == ["10-25 02:30+0200", "10-26 02:30+0200", "10-27 02:30+0100"]


@pytest.mark.parametrize("minute", [0, 1, 7, 29, 31, 58, 59])
def test_whatever_is_skipped_comes_when_the_clocks_were_set(minute: int) -> None:
    begin = datetime(2014, 3, 29, 12, tzinfo=UTC)
    nightly = rule("Europe/Berlin", cron=f"{minute} 2 * * *")
    assert next_time(nightly, begin) == datetime(2014, 3, 30, 1, tzinfo=UTC)


def test_several_skipped_times_come_once() -> None:
    often = rule("Europe/Berlin", cron="*/15 1-3 * * *")
    begin = datetime(2014, 3, 30, 0, 40, tzinfo=UTC)
    found = times(often, begin, begin + timedelta(minutes=40), limit=9)
    assert [f"{at:%H:%M}" for at in found] == ["00:45", "01:00", "01:15"]


def test_every_clock_time_that_comes_twice_runs_the_first_time() -> None:
    often = rule("Europe/Berlin", cron="*/30 * * * *")
    begin = datetime(2014, 10, 25, 23, 45, tzinfo=UTC)
    found = times(often, begin, begin + timedelta(hours=3), limit=9)
    assert [f"{at:%H:%M}" for at in found] == ["00:00", "00:30", "02:00", "02:30"]
    in_the_second_pass = datetime(2014, 10, 26, 1, 10, tzinfo=UTC)
    assert next_time(often, in_the_second_pass) == datetime(2014, 10, 26, 2, tzinfo=UTC)


def test_an_interval_knows_nothing_of_clocks() -> None:
    hourly = rule("Europe/Berlin", every="1h")
    for begin in (datetime(2014, 3, 29, 20, tzinfo=UTC), datetime(2014, 10, 25, 20, tzinfo=UTC)):
        found = times(hourly, begin, begin + timedelta(hours=12), limit=99)
        assert [at - begin for at in found] == [timedelta(hours=n) for n in range(1, 13)]


def test_a_zone_that_sets_its_clocks_by_half_an_hour() -> None:
    nightly = rule("Australia/Lord_Howe", cron="15 2 * * *")
    assert local(nightly, date(2014, 10, 3), 3) == [
        "10-04 02:15+1030", "10-05 02:30+1100", "10-06 02:15+1100",
    ]  # fmt: skip
    nightly = rule("Australia/Lord_Howe", cron="45 1 * * *")
    assert local(nightly, date(2015, 4, 3), 3) == [
        "04-04 01:45+1100", "04-05 01:45+1100", "04-06 01:45+1030",
    ]  # fmt: skip


def test_a_day_that_a_zone_skipped_comes_at_the_next_midnight() -> None:
    noon = rule("Pacific/Apia", cron="0 12 * * *")
    assert local(noon, date(2011, 12, 28), 5) == [
        "12-28 12:00-1000", "12-29 12:00-1000", "12-31 00:00+1400", "12-31 12:00+1400",
        "01-01 12:00+1400",
    ]  # fmt: skip
    fridays = rule("Pacific/Apia", every="1h", windows=["fri 08:00-12:00"])
    assert local(fridays, date(2011, 12, 24), 2) == ["01-06 08:00+1400", "01-06 09:00+1400"]


@pytest.mark.parametrize(
    ("zone", "first"),
    [
        ("Pacific/Kiritimati", "2014-12-21T18:00"),  # Monday 08:00 at UTC+14 is Sunday
        ("Pacific/Pago_Pago", "2014-12-22T19:00"),  # and at UTC-11 it is nearly Tuesday
        ("Asia/Kathmandu", "2014-12-22T02:15"),
    ],
)
def test_weekdays_are_those_of_the_zone(zone: str, first: str) -> None:
    begin = datetime(2014, 12, 20, tzinfo=UTC)
    wanted = datetime.fromisoformat(first).replace(tzinfo=UTC)
    assert next_time(rule(zone, cron="0 8 * * mon"), begin) == wanted
    assert next_time(rule(zone, cron="0 8 * * 1"), begin) == wanted
    assert next_time(rule(zone, every="15m", windows=["mon 08:00-20:00"]), begin) == wanted


@pytest.mark.parametrize(
    ("cron", "days"),
    [
        ("0 0 * * 0", "21 28 04"), ("0 0 * * 7", "21 28 04"), ("0 0 * * 5-7", "21 26 27"),
        ("0 0 * * fri-mon", "21 22 26"), ("0 0 * * */2", "21 23 25"), ("0 0 * * 1-7/3", "21 22 25"),
        ("0 0 1 * mon", "22 29 01"), ("0 0 */10 * mon", "01 11 21"), ("0 0 31 * *", "31 31 31"),
    ],
)  # fmt: skip
def test_crontabs_days_are_put_right(cron: str, days: str) -> None:
    begin = datetime(2014, 12, 20, 12, tzinfo=UTC)
    found = times(rule(cron=cron), begin, begin + FAR, limit=3)
    if "*/10" in cron:
        assert all(at.weekday() == 0 and at.day in (1, 11, 21, 31) for at in found)
    else:
        assert " ".join(f"{at:%d}" for at in found) == days


def test_a_leap_day_is_waited_for_over_a_century() -> None:
    leap = rule(cron="30 2 29 2 *")
    found = times(leap, datetime(2092, 3, 1, tzinfo=UTC), datetime(2110, 1, 1, tzinfo=UTC), limit=9)
    assert [at.year for at in found] == [2096, 2104, 2108]
    on_monday = rule(cron="30 2 29 2 *", windows=["mon 00:00-04:00"])
    begin = datetime(2014, 12, 20, tzinfo=UTC)
    assert [at.year for at in times(on_monday, begin, begin + FAR, limit=2)] == [2016, 2044]


def test_intervals_in_windows_count_from_the_opening() -> None:
    nights = rule("Europe/Berlin", every="5h", windows=["22:00-06:00"])
    assert local(nights, date(2014, 12, 20), 4) == [
        "12-20 03:00+0100", "12-20 22:00+0100", "12-21 03:00+0100", "12-21 22:00+0100",
    ]  # fmt: skip
    daily = rule(every="1d", windows=["mon-fri 08:00-20:00"])
    assert [day[:5] for day in local(daily, date(2014, 12, 19), 3)] == ["12-19", "12-22", "12-23"]


def test_a_window_over_a_change_of_clocks_lasts_as_long_as_it_does() -> None:
    night = rule("Europe/Berlin", every="1h", windows=["00:00-06:00"])
    for day, hours in ((date(2014, 3, 29), 5), (date(2014, 10, 25), 7), (date(2014, 11, 1), 6)):
        begin = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)
        assert len(times(night, begin, begin + timedelta(hours=24), limit=99)) == hours


def test_a_cron_expression_comes_within_its_windows_only() -> None:
    one = rule(cron="*/20 * * * *", windows=["sat 23:30-00:30"])
    assert [day[:11] for day in local(one, date(2014, 12, 19), 4)] == [
        "12-20 23:40", "12-21 00:00", "12-21 00:20", "12-27 23:40",
    ]  # fmt: skip


def test_times_end_at_until_or_at_their_limit() -> None:
    begin = datetime(2014, 12, 20, tzinfo=UTC)
    every = rule(every="10m")
    assert len(times(every, begin, begin + timedelta(hours=1), limit=99)) == 6
    assert len(times(every, begin, begin + timedelta(hours=1), limit=4)) == 4
    assert times(every, begin, begin, limit=9) == []


def test_jitter_spreads_sources_the_same_each_time() -> None:
    every = rule(every="1h", jitter="30m")
    begin = datetime(2014, 12, 20, 0, 30, tzinfo=UTC)
    delays = [next_time(every, begin, key=key) for key in range(1, 401)]
    assert delays == [next_time(every, begin, key=key) for key in range(1, 401)]
    spread = sorted(at - begin - timedelta(minutes=30) for at in delays if at is not None)
    assert len(set(spread)) > 300
    assert timedelta(0) <= spread[0] < timedelta(minutes=1)
    assert timedelta(minutes=29) < spread[-1] <= timedelta(minutes=30)
    assert next_time(every, begin) == begin + timedelta(minutes=30), "the rule's own time has none"


def test_jitter_never_reaches_the_next_time_nor_the_end_of_a_window() -> None:
    # 02:30 is skipped and comes at 03:00, ten minutes before 03:10 instead of forty.
    near = rule("Europe/Berlin", cron="10,30 2,3 * * *", jitter="19m")
    after = datetime(2014, 3, 30, 0, 59, 59, tzinfo=UTC)
    short = rule(every="1h", windows=["08:00-08:05"], jitter="20m")
    opens = datetime(2014, 12, 20, 8, tzinfo=UTC)
    for key in range(1, 100):
        first, second = times(near, after, after + timedelta(hours=1), key=key, limit=2)
        assert after < first < after + timedelta(minutes=10, seconds=1) <= second
        at = next_time(short, opens - SECOND, key=key)
        assert at is not None
        assert opens <= at < opens + timedelta(minutes=5)


ZONES = (
    "UTC", "Europe/Berlin", "Pacific/Kiritimati", "Pacific/Pago_Pago", "Australia/Lord_Howe",
    "Pacific/Apia", "America/New_York", "Asia/Kathmandu", "America/Sao_Paulo", "Asia/Amman",
)  # fmt: skip
#: Both sides of changes of clocks, Apia's among them, and anywhere.
MOMENTS = st.one_of(
    st.sampled_from([date(2011, 12, 30), date(2014, 3, 30), date(2014, 10, 26), date(2014, 10, 5),
                     date(2014, 4, 6), date(2014, 11, 2), date(2016, 2, 29), date(2014, 12, 31)]),
    st.dates(date(2011, 1, 1), date(2040, 1, 1)),
).flatmap(
    lambda day: st.integers(-200_000, 200_000).map(
        lambda seconds: datetime(day.year, day.month, day.day, tzinfo=UTC) + seconds * SECOND
    )
)  # fmt: skip
DAYS = ("", "mon-fri ", "sat,sun ", "fri-mon ", "wed ")
WINDOWS = st.lists(
    st.tuples(st.sampled_from(DAYS), st.integers(0, 95), st.integers(1, 95)).map(
        lambda drawn: (
            f"{drawn[0]}{drawn[1] // 4:02}:{drawn[1] % 4 * 15:02}"
            f"-{(drawn[1] + drawn[2]) % 96 // 4:02}:{(drawn[1] + drawn[2]) % 4 * 15:02}"
        )
    ),
    max_size=3,
).map(tuple)


def field(least: int, most: int) -> st.SearchStrategy[str]:
    number = st.integers(least, most)
    ordered = st.tuples(number, number).map(sorted)
    return st.one_of(
        st.just("*"),
        number.map(str),
        st.lists(number, min_size=1, max_size=4).map(lambda some: ",".join(map(str, some))),
        ordered.map(lambda ends: f"{ends[0]}-{ends[1]}"),
        ordered.map(lambda ends: f"{ends[0]}-{ends[1]}/3"),
        st.integers(1, most).map(lambda step: f"*/{step}"),
    )


CRONS = st.tuples(
    field(0, 59), field(0, 23), field(1, 28), field(1, 12), field(0, 7)
).map(" ".join)  # fmt: skip


@st.composite
def rules(draw: st.DrawFn) -> Rule:
    zone, windows = draw(st.sampled_from(ZONES)), draw(WINDOWS)
    spec: dict[str, object] = {"windows": windows}
    if draw(st.booleans()):
        spec["every"] = f"{draw(st.sampled_from([60, 300, 900, 3_600, 5_400, 86_400]))}s"
    else:
        spec["cron"] = draw(CRONS)
    try:
        if draw(st.booleans()):
            return rule(zone, jitter=draw(st.sampled_from(["5s", "50s", "20m"])), **spec)
        return rule(zone, **spec)
    except BadInput:
        return draw(st.nothing())


@given(one=rules(), after=MOMENTS, key=st.integers(0, 50))
@settings(deadline=None, max_examples=300)
def test_times_rise_strictly_and_are_what_next_time_gives(
    one: Rule, after: datetime, key: int
) -> None:
    found = times(one, after, after + FAR, key=key, limit=12)
    assert len(found) == 12 or one.cron is not None
    assert found
    assert found[0] == next_time(one, after, key=key)
    for earlier, later in pairwise([after, *found]):
        assert earlier < later
        assert later.tzinfo is UTC
        assert later.microsecond == 0
        between = earlier + (later - earlier) / 2
        assert next_time(one, between, key=key) == later, "each time is there from anywhere before"


@given(one=rules(), after=MOMENTS, key=st.integers(1, 50))
@settings(deadline=None, max_examples=200)
def test_jitter_keeps_to_its_slot(one: Rule, after: datetime, key: int) -> None:
    slots = times(one, after, after + FAR, limit=8)
    begin = slots[0] - SECOND
    delayed = times(
        one, begin - timedelta(seconds=one.jitter_seconds), after + FAR, key=key, limit=9
    )
    delayed = [at for at in delayed if at >= slots[0]]
    for slot, following in pairwise(slots):
        here = [at for at in delayed if slot <= at < following]
        assert len(here) == 1, "each slot has one run"
        assert here[0] - slot <= timedelta(seconds=one.jitter_seconds)


@given(one=rules(), after=MOMENTS, key=st.integers(0, 50))
@settings(deadline=None, max_examples=200)
@example(one=rule("Europe/Berlin", every="1m", windows=["02:00-02:30"]),
         after=datetime(2014, 3, 29, 22, tzinfo=UTC), key=0)  # fmt: skip
def test_times_lie_within_the_windows(one: Rule, after: datetime, key: int) -> None:
    spans, zone = spans_of(one.windows), ZoneInfo(one.timezone)
    for at in times(one, after, after + FAR, key=key, limit=6):
        clock = at.astimezone(zone)
        if holds(spans, clock.weekday() * 1_440 + clock.hour * 60 + clock.minute):
            continue
        # What was skipped within a window comes when the clocks have been set.
        just_before = (at - SECOND).astimezone(zone)
        assert just_before.utcoffset() != clock.utcoffset()


@given(cron=CRONS, zone=st.sampled_from(ZONES), after=MOMENTS)
@settings(deadline=None, max_examples=60)
def test_a_cron_expression_means_what_cron_means(cron: str, zone: str, after: datetime) -> None:
    """Against a count of every minute by the clock, two days long."""
    one = rule(zone, cron=cron)
    until = after + timedelta(days=2)
    assert times(one, after, until, limit=9_999) == expected(cron, zone, after, until)


def expected(cron: str, zone: str, after: datetime, until: datetime) -> list[datetime]:
    """Somebody watches a clock from two days before, minute by minute, and runs what it shows or
    has jumped over; what it shows again was run already."""
    minute, hour, day, month, weekday = cron.split()
    is_either = not day.startswith("*") and not weekday.startswith("*")

    def is_meant(clock: datetime) -> bool:
        if not (meant(minute, clock.minute, 0) and meant(hour, clock.hour, 0)):
            return False
        on_day = meant(day, clock.day, 1)
        number = clock.isoweekday()
        on_weekday = meant(weekday, number, 0) or meant(weekday, number % 7, 0)
        is_day = on_day or on_weekday if is_either else on_day and on_weekday
        return is_day and meant(month, clock.month, 1)

    at = after.replace(second=0) - timedelta(days=2)
    watched = at.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
    found = []
    while at <= until:
        shown = at.astimezone(ZoneInfo(zone)).replace(tzinfo=None)
        is_run = False
        while watched < shown:
            watched += timedelta(minutes=1)
            is_run = is_run or is_meant(watched)
        if is_run and at > after:
            found.append(at)
        at += timedelta(minutes=1)
    return found


def meant(field_: str, value: int, least: int) -> bool:
    """True where a value is on a field's list."""
    for part in field_.split(","):
        whole, _, step = part.partition("/")
        first, _, last = whole.partition("-")
        begin, end = (least, 99) if whole == "*" else (int(first), int(last or first))
        if begin <= value <= end and (value - begin) % int(step or 1) == 0:
            return True
    return False
