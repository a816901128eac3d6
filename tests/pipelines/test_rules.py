"""The pure rules of incidents, outcomes and polling."""

from datetime import UTC, datetime, timedelta

import pytest

from pipelines.errors import BadInput
from pipelines.incident import Follows, Seed, Window, check_slug, window_of
from pipelines.outcomes import MEANINGS, Outcome, Verdict, page_outcome
from pipelines.polling import (
    MOST_TRIES,
    READ_AGAIN,
    Missing,
    appeared_at,
    has_vanished,
    next_look,
    next_poll,
    next_reading,
    next_try,
    read_ladder,
)

NOW = datetime(2014, 12, 20, 12, tzinfo=UTC)
HOUR, DAY = timedelta(hours=1), timedelta(days=1)


def test_every_outcome_has_a_meaning() -> None:
    assert set(MEANINGS) == set(Outcome)


@pytest.mark.parametrize(
    ("verdicts", "outcome"),
    [
        ([Verdict.OFF_TOPIC, Verdict.FOLLOW_UP], Outcome.STORED),
        ([Verdict.CANDIDATE, Verdict.OUT_OF_WINDOW], Outcome.CANDIDATE),
        ([Verdict.OUT_OF_WINDOW, Verdict.OFF_TOPIC], Outcome.OUT_OF_WINDOW),
        ([Verdict.OFF_TOPIC], Outcome.OFF_TOPIC),
        ([], Outcome.OFF_TOPIC),
    ],
)
def test_the_best_verdict_of_any_incident_is_the_pages_outcome(
    verdicts: list[Verdict], outcome: Outcome
) -> None:
    assert page_outcome(verdicts) is outcome


@pytest.mark.parametrize("slug", ["", "Sony", "a b", "-a", "../x", "a" * 64, "ü"])
def test_a_slug_that_cannot_name_an_incident_is_refused(slug: str) -> None:
    with pytest.raises(BadInput, match="sony-hack"):
        check_slug(slug)


def test_a_window_opens_a_month_before_the_earliest_seed() -> None:
    seeds = (Seed("b", published_at=NOW), Seed("a", published_at=NOW - 3 * DAY), Seed("c"))
    assert window_of(seeds) == Window(NOW - 33 * DAY, None)
    assert window_of((Seed("undated"),)) == Window(None, None)
    with pytest.raises(BadInput, match="before it begins"):
        window_of(seeds, since=NOW, until=NOW - DAY)


def test_an_unknown_time_is_never_held_against_an_article() -> None:
    window = Window(NOW, NOW + DAY)
    assert window.holds(None)
    assert window.holds(NOW)
    assert not window.holds(NOW - timedelta(seconds=1))
    assert not window.holds(NOW + 2 * DAY)


def test_an_incident_follows_all_sources_unless_it_names_some() -> None:
    assert Follows().takes(1, (), None, None)
    named = Follows(ids=(1,), tags=("wire",), languages=("ko",), countries=("KR",))
    assert named.takes(1, (), None, None)
    assert named.takes(2, ("wire",), None, None)
    assert named.takes(2, (), "ko", None)
    assert named.takes(2, (), None, "KR")
    assert not named.takes(2, ("other",), "en", "US")


@pytest.mark.parametrize(
    ("age", "wait"),
    [
        (timedelta(0), timedelta(minutes=15)),
        (2 * HOUR, timedelta(minutes=15)),
        (3 * HOUR, HOUR),
        (23 * HOUR, HOUR),
        (2 * DAY, 3 * HOUR),
        (8 * DAY, DAY),
        (30 * DAY, None),
    ],
)
def test_an_article_is_read_again_less_and_less_often(
    age: timedelta, wait: timedelta | None
) -> None:
    assert next_reading(NOW - age, NOW) == (None if wait is None else NOW + wait)


def test_an_articles_age_counts_from_its_publication_unless_that_came_after_it_was_seen() -> None:
    assert appeared_at(NOW - DAY, NOW) == NOW - DAY
    assert appeared_at(NOW + DAY, NOW) == NOW
    assert appeared_at(None, NOW) == NOW


def test_a_month_of_readings_is_as_the_ladder_says() -> None:
    at, waits = NOW, []
    while (due := next_reading(NOW, at)) is not None:
        waits.append(due - at)
        at = due
    assert [waits.count(wait) for wait in (HOUR / 4, HOUR, 3 * HOUR, DAY)] == [12, 21, 48, 23]
    assert sum(waits, timedelta()) == 30 * DAY


@pytest.mark.parametrize(
    ("raw", "said"),
    [
        ("", "steps"),
        ("3h", "is not AGE:WAIT"),
        ("3h:15", "is not a number"),
        ("3h:0m", "between 1m"),
        ("3h:15s", "is not a number"),
        ("3h:-5m", "is not a number"),
        ("٣h:15m", "is not a number"),
        ("1d:1h 3h:15m", "do not rise"),
        ("1d:1h 1d:2h", "do not rise"),
        ("9999999d:1h", "between 1m"),
        (" ".join(f"{n}h:15m" for n in range(1, 30)), "1 to 20 steps"),
    ],
)
def test_a_wrong_ladder_says_what_is_wrong(raw: str, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        read_ladder(raw)


def test_a_ladder_is_read_as_it_is_written() -> None:
    assert read_ladder("3h:15m 1d:1h 7d:3h 30d:1d") == READ_AGAIN
    assert read_ladder(" 90m:5m, 2d:6h ") == ((1.5 * HOUR, HOUR / 12), (2 * DAY, 6 * HOUR))
    assert read_ladder("OFF") == ()
    assert next_reading(NOW, NOW, ()) is None


def test_an_article_has_vanished_after_several_good_answers_over_hours() -> None:
    assert not has_vanished(2, 9 * HOUR, Missing.ABSENT)
    assert not has_vanished(9, 2 * HOUR, Missing.ABSENT)
    assert has_vanished(3, 3 * HOUR, Missing.ABSENT)
    assert not has_vanished(1, 9 * HOUR, Missing.WITHDRAWN)
    assert not has_vanished(2, HOUR / 2, Missing.WITHDRAWN)
    assert has_vanished(2, HOUR, Missing.WITHDRAWN)


def test_what_is_gone_is_looked_at_until_that_is_sure_then_daily_while_it_is_young() -> None:
    assert next_look(NOW - 90 * DAY, NOW, vanished=False) == NOW + HOUR
    assert next_look(NOW, NOW, vanished=True) == NOW + DAY
    assert next_look(NOW - 90 * DAY, NOW, vanished=True) is None
    assert next_look(NOW, NOW, (), vanished=False) is None


def test_a_failing_source_is_asked_less_often_but_at_least_daily() -> None:
    waits = [next_poll(NOW, failures=count) - NOW for count in range(10)]
    assert waits[0] == timedelta(minutes=30)
    assert waits == sorted(waits)
    assert waits[-1] <= DAY


def test_a_feeds_ttl_is_believed_within_bounds() -> None:
    assert next_poll(NOW, ttl_seconds=3_600) - NOW == HOUR
    assert next_poll(NOW, ttl_seconds=1) - NOW == timedelta(minutes=15)
    assert next_poll(NOW, ttl_seconds=10**12) - NOW == DAY


def test_a_quiet_source_is_asked_less_and_less_often_but_every_four_hours() -> None:
    waits = [next_poll(NOW, quiet_polls=count) - NOW for count in range(40)]
    assert waits == sorted(waits)
    assert (waits[0], waits[2], waits[3]) == (HOUR / 2, HOUR / 2, HOUR)
    assert waits[-1] == 4 * HOUR
    assert next_poll(NOW, quiet_polls=40, ttl_seconds=6 * 3_600) - NOW == 6 * HOUR
    assert next_poll(NOW, quiet_polls=40, failures=5) - NOW == DAY


def test_a_source_with_many_new_links_is_asked_again_soon() -> None:
    assert next_poll(NOW, new_links=9) - NOW == HOUR / 2
    assert next_poll(NOW, new_links=10) - NOW == HOUR / 4
    assert next_poll(NOW, new_links=10, ttl_seconds=3_600) - NOW == HOUR


def test_adaptive_due_times_share_a_grid_and_are_never_too_soon() -> None:
    for seconds in (1, 61, 299, 300, 3_599):
        polled = NOW + timedelta(seconds=seconds, microseconds=7)
        due = next_poll(polled, new_links=50)
        assert due.timestamp() % 300 == 0
        assert timedelta(minutes=15) <= due - polled < timedelta(minutes=20)


def test_a_link_that_keeps_failing_is_given_up() -> None:
    waits = [next_try(NOW, tries) for tries in range(1, MOST_TRIES + 1)]
    assert waits[0] == NOW + timedelta(minutes=15)
    assert waits[-1] is None


def test_an_outage_uses_no_link_up() -> None:
    waits = [next_try(NOW, tries, gives_up=False) for tries in (1, 5, 50)]
    assert waits[0] == NOW + timedelta(minutes=15)
    assert waits[-1] == NOW + DAY
