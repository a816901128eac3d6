"""The pure rules of incidents, outcomes and polling."""

from datetime import UTC, datetime, timedelta

import pytest

from pipelines.errors import BadInput
from pipelines.incident import Follows, Seed, Window, check_slug, window_of
from pipelines.outcomes import MEANINGS, Outcome, Verdict, page_outcome
from pipelines.polling import MOST_TRIES, next_poll, next_reading, next_try

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
