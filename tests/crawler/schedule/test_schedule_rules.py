"""What people type as a rule, and what is refused with the right form."""

from datetime import UTC, datetime

import pytest

from crawler.schedule.crontab import read_crontab
from crawler.schedule.rules import Rule, in_words, read_rule, rule_of
from crawler.schedule.windows import holds, least_between_openings, spans_of
from pipelines.errors import BadInput

NOW = datetime(2014, 12, 20, 12, 0, 0, 123_456, tzinfo=UTC)
MON, TUE, WED, THU, FRI, SAT, SUN = 1, 2, 3, 4, 5, 6, 0


def read(zone: str = "UTC", **given: object) -> Rule:
    return read_rule(timezone=zone, anchor=NOW, **given)  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("typed", "seconds"),
    [
        ("5s", 5), ("15m", 900), ("1h30m", 5_400), ("1d", 86_400), ("366d", 31_622_400),
        (" 2H ", 7_200), ("90s", 90), ("1d1h1m1s", 90_061),
    ],
)  # fmt: skip
def test_an_interval_is_read(typed: str, seconds: int) -> None:
    assert read(every=typed).every_seconds == seconds


@pytest.mark.parametrize(
    "typed", ["", "5", "0s", "367d", "-5m", "m", "1.5h", "15m5", "1m1h", "9" * 400 + "s", "٥s"]
)
def test_what_is_no_interval_is_told_the_form(typed: str) -> None:
    with pytest.raises(BadInput, match="5s, 15m, 1h30m or 1d"):
        read(every=typed)


@pytest.mark.parametrize(
    ("field", "days"),
    [
        ("0", {SUN}), ("7", {SUN}), ("1", {MON}), ("5-7", {FRI, SAT, SUN}),
        ("0-2", {SUN, MON, TUE}),
        ("*/2", {SUN, TUE, THU, SAT}), ("1-7/2", {MON, WED, FRI, SUN}),
        ("mon-fri/2", {MON, WED, FRI}),
        ("fri-mon", {FRI, SAT, SUN, MON}), ("SAT-Sun", {SAT, SUN}), ("sun,wed", {SUN, WED}),
        ("6-1", {SAT, SUN, MON}), ("5/1", {FRI, SAT, SUN}),
    ],
)  # fmt: skip
def test_weekdays_are_crontabs(field: str, days: set[int]) -> None:
    assert set(read_crontab(f"0 0 * * {field}").weekdays) == days


def test_fields_are_lists_ranges_steps_and_names() -> None:
    read_ = read_crontab("5,*/20 8-11 1-31/10 jan,mar-apr *")
    assert read_.minutes == (0, 5, 20, 40)
    assert read_.hours == (8, 9, 10, 11)
    assert read_.days == (1, 11, 21, 31)
    assert read_.months == (1, 3, 4)
    assert read_crontab("10/25 */45 * * *").minutes == (10, 35)


@pytest.mark.parametrize(
    ("name", "fields"),
    [
        ("@hourly", "0 * * * *"), ("@daily", "0 0 * * *"), ("@Weekly", "0 0 * * 0"),
        ("@monthly", "0 0 1 * *"), ("@yearly", "0 0 1 1 *"),
    ],
)  # fmt: skip
def test_nicknames_stand_for_their_fields(name: str, fields: str) -> None:
    assert read_crontab(name) == read_crontab(fields)


def test_both_lists_of_days_are_either_only_where_both_are_restricted() -> None:
    assert read_crontab("0 0 1 * mon").is_either
    for both in ("0 0 * * mon", "0 0 1 * *", "0 0 */2 * mon", "0 0 1 * */2"):
        assert not read_crontab(both).is_either


@pytest.mark.parametrize(
    "typed",
    [
        "", "* * * *", "* * * * * *", "60 * * * *", "* 24 * * *", "* * 0 * *", "* * 32 * *",
        "* * * 13 *", "* * * * 8", "*/0 * * * *", "1-2-3 * * * *", "a * * * *", "* * * * mond",
        "mon * * * *", "1, * * * *", "@reboot", "* " * 400, "-1 * * * *", "*5 * * * *",
        "1/ * * * *",
    ],
)  # fmt: skip
def test_what_is_no_cron_expression_is_told_the_form(typed: str) -> None:
    with pytest.raises(BadInput, match="five fields"):
        read(cron=typed)


def test_a_range_that_runs_backwards_is_written_in_two() -> None:
    with pytest.raises(BadInput, match="22-23,0-6"):
        read(cron="0 22-6 * * *")


@pytest.mark.parametrize("typed", ["0 0 30 2 *", "0 0 31 2,4,6,9,11 *", "0 0 31 4 */2"])
def test_a_rule_that_never_comes_is_refused(typed: str) -> None:
    with pytest.raises(BadInput, match="never comes"):
        read(cron=typed)


@pytest.mark.parametrize("typed", ["0 0 29 2 *", "0 0 30 2 mon", "0 0 31 * *", "0 0 30 2,3 *"])
def test_a_rule_that_comes_seldom_is_kept(typed: str) -> None:
    assert read(cron=typed).cron == typed


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("mon-fri 08:00-20:00", "mon-fri 08:00-20:00"),
        ("Sat,Sun  9:00 - 14:00", "sat,sun 09:00-14:00"),
        ("22:00-06:00", "22:00-06:00"), ("00:00-24:00", "00:00-24:00"),
        ("Monday-wednesday 10:00-11:30", "monday-wednesday 10:00-11:30"),
    ],
)  # fmt: skip
def test_a_window_is_kept_as_it_is_shown(typed: str, kept: str) -> None:
    assert read(every="15m", windows=[typed]).windows == (kept,)


@pytest.mark.parametrize(
    "typed",
    [
        "", "mon", "08:00", "8-20", "mon-fri 08:00-25:00", "mon-fri 08:60-09:00", "fry 08:00-09:00",
        "08:00-08:00", "24:00-06:00", "mon-tue-wed 08:00-09:00", "mon-fri 08:00-20:00 x", "m" * 500,
    ],
)  # fmt: skip
def test_what_is_no_window_is_told_the_form(typed: str) -> None:
    with pytest.raises(BadInput, match=r"mon-fri 08:00-20:00|00:00-24:00"):
        read(every="15m", windows=[typed])


def test_windows_that_touch_are_one_and_a_whole_week_is_none() -> None:
    assert spans_of(("mon 08:00-12:00", "mon 10:00-14:00", "mon 14:00-15:00")) == ((480, 900),)
    assert spans_of(("sun 22:00-06:00",)) == ((9_960, 10_440),)
    assert spans_of(("00:00-24:00",)) == ()
    assert spans_of(("00:00-12:00", "12:00-00:00")) == ()


def test_a_window_over_midnight_belongs_to_the_day_it_begins() -> None:
    spans = spans_of(("sun,fri 22:00-06:00",))
    assert holds(spans, 6 * 1_440 + 23 * 60)
    assert holds(spans, 5 * 60 + 59)
    assert not holds(spans, 6 * 60)
    assert holds(spans, 5 * 1_440 + 60)
    assert not holds(spans, 4 * 1_440 + 60)
    assert least_between_openings(spans) == 2 * 1_440


@pytest.mark.parametrize(
    "zone", ["Europe/Berlyn", "Mars/Olympus", "", "../UTC", "Europe", "x" * 300]
)
def test_an_unknown_time_zone_is_told_a_name(zone: str) -> None:
    with pytest.raises(BadInput, match=r"Give a name such as .+/"):
        read(zone, every="15m")


def test_a_near_miss_of_a_time_zone_is_named() -> None:
    with pytest.raises(BadInput, match="Europe/Berlin"):
        read("europe/berlin", every="15m")


@pytest.mark.parametrize(
    "given",
    [
        {"every": "30s", "jitter": "30s"},
        {"every": "1d", "jitter": "2d"},
        {"cron": "*/5 * * * *", "jitter": "5m"},
        {"cron": "50,5 * * * *", "jitter": "15m"},
        {"cron": "0 8,20 * * *", "jitter": "12h"},
        {"cron": "0 8 * * *", "jitter": "1d"},
    ],
)
def test_jitter_stays_below_the_interval(given: dict[str, str]) -> None:
    with pytest.raises(BadInput, match="--jitter 30s"):
        read(**given)


def test_a_rule_says_one_of_two() -> None:
    for given in ({}, {"every": "5s", "cron": "* * * * *"}):
        with pytest.raises(BadInput, match="either --every 15m or --cron"):
            read(**given)


def test_an_interval_that_a_window_would_shorten_is_refused() -> None:
    for window in ("08:00-20:00", "mon-fri 08:00-20:00"):
        with pytest.raises(BadInput, match="with --cron"):
            read(every="2d", windows=[window])
        assert read(every="1d", windows=[window]).every_seconds == 86_400
    assert read(every="7d", windows=["mon 08:00-20:00"]).windows


@pytest.mark.parametrize(
    ("cron", "window"),
    [
        ("0 3 * * *", "08:00-20:00"),
        ("0 8 * * sun", "mon-sat 00:00-24:00"),
        ("0 20 * * *", "08:00-20:00"),
    ],
)
def test_a_cron_expression_outside_its_windows_is_refused(cron: str, window: str) -> None:
    with pytest.raises(BadInput, match="never comes within"):
        read(cron=cron, windows=[window])
    assert read(cron="0 8 29 2 *", windows=["mon 08:00-09:00"]).windows


def test_a_rule_survives_the_store() -> None:
    for given in (
        {"every": "1h30m", "windows": ["mon-fri 08:00-20:00", "sat 22:00-02:00"], "jitter": "30s"},
        {"cron": "0 6 * * MON-fri"},
    ):
        rule = read("Asia/Seoul", **given)
        assert rule_of(rule.record()) == rule
        assert rule.anchor == NOW.replace(microsecond=0)


def test_a_rule_is_told_in_words() -> None:
    assert read(every="15m").words() == "every 15 min"
    shown = read("Asia/Seoul", every="15m", windows=["mon-fri 08:00-20:00"], jitter="30s").words()
    assert shown == "every 15 min, mon-fri 08:00-20:00 Asia/Seoul, up to 30 s later"
    assert read("UTC", cron="@daily").words() == 'cron "@daily" UTC'
    told = [in_words(seconds) for seconds in (86_400, 172_800, 90_000, 5_401)]
    assert told == ["day", "2 days", "1 day 1 h", "1 h 30 min 1 s"]
