"""Which member of a copy group the others repeat: a test a rule, and none hangs on the order."""

import random
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from pipelines.dedupe import Carrier, FoundIn, Origin, carrier_of, origin_of

NOON = datetime(2014, 12, 19, 12, 0, tzinfo=UTC)


def carrier(id: int, minutes: int | None = 0, **told: object) -> Carrier:
    """Published so many minutes after noon (None: undated), seen an hour later, by Quay ID."""
    published = None if minutes is None else NOON + timedelta(minutes=minutes)
    plain = Carrier(
        id=id,
        outlet=f"Quay {id}",
        site=f"quay{id}.example",
        title="Doors closed",
        published_at=published,
        first_seen_at=NOON + timedelta(hours=1),
        credit=None,
        is_agency=False,
        says_first=None,
        partial=False,
        words=100,
        key=f"quay{id}.example/doors",
    )
    return replace(plain, **told)  # type: ignore[arg-type]


def origin(*carriers: Carrier) -> Origin:
    """The same in any order, or the test fails."""
    found = {origin_of(random.Random(n).sample(carriers, len(carriers))) for n in range(8)}
    assert len(found) == 1
    return found.pop()


def test_agencys_own_report_is_the_origin_though_printed_earlier_elsewhere() -> None:
    own = carrier(1, 9, credit="AP", is_agency=True)
    assert origin(own, carrier(2, 0), carrier(3, -400, credit="AP")) == Origin(
        1, "the agency's own report"
    )


def test_agency_that_nobody_credits_yields_to_one_that_had_it_long_before() -> None:
    own = carrier(1, 90, credit="AP", is_agency=True)
    assert origin(own, carrier(2, 0)).id == 2
    assert origin(own, carrier(2, 80)).id == 1


def test_of_two_agencies_the_one_that_most_are_credited_to() -> None:
    ap = carrier(1, 0, credit="AP", is_agency=True)
    afp = carrier(2, 30, credit="AFP", is_agency=True)
    others = [carrier(n, 60, credit="AFP") for n in (3, 4)]
    assert origin(ap, afp, carrier(5, 60, credit="AP"), *others).id == 2


def test_named_first_publisher_is_the_origin_though_it_gives_a_later_time() -> None:
    found = origin(carrier(1, 0, says_first="the Quay 3"), carrier(2, 5), carrier(3, 500))
    assert found == Origin(3, "named as the first publisher by another one")


def test_first_publisher_is_known_by_its_address_too() -> None:
    named = carrier(2, 10, outlet="The Evening Molehill", site="molehill.example")
    assert origin(carrier(1, 0, says_first="molehill.example"), named).id == 2


def test_chain_of_first_publishers_ends_at_the_one_that_names_nobody() -> None:
    chain = carrier(1, 0, says_first="Quay 2"), carrier(2, 5, says_first="Quay 3"), carrier(3, 9)
    assert origin(*chain).id == 3


def test_outlet_that_others_are_credited_to_is_the_origin() -> None:
    found = origin(carrier(1, 0, credit="Quay 3"), carrier(2, 1, credit="Quay 3"), carrier(3, 9))
    assert found == Origin(3, "2 others are credited to it")


def test_own_site_in_another_dress_names_nobody() -> None:
    twin = carrier(1, 0, site="quay2.example", outlet="Quay 2", says_first="Quay 2")
    assert origin(twin, carrier(2, 5)) == Origin(1, "published first, 2014-12-19 12:00 UTC")


def test_few_minutes_are_no_evidence_against_an_agencys_credit() -> None:
    found = origin(carrier(1, 0), carrier(2, 10, credit="AP"), carrier(3, 60, credit="AP"))
    assert found == Origin(2, "the earliest that is credited to AP")


def test_long_before_all_that_are_credited_is_evidence() -> None:
    found = origin(carrier(1, -120), carrier(2, 10, credit="AP"), carrier(3, 0, credit="AP"))
    assert found == Origin(1, "the only one that is credited to nobody else")


def test_where_a_stranger_was_first_the_one_that_names_nobody_comes_nearest() -> None:
    found = origin(carrier(1, 0, says_first="Another Paper"), carrier(2, 50), carrier(3, 40))
    assert found == Origin(3, "the earliest that is credited to nobody else")


def test_published_first() -> None:
    assert origin(carrier(1, 5), carrier(2, 2), carrier(3, None)) == Origin(
        2, "published first, 2014-12-19 12:02 UTC"
    )


def test_day_without_a_time_is_taken_at_its_end() -> None:
    day = carrier(1, published_at=NOON.replace(hour=0))
    assert origin(day, carrier(2, 300)).id == 2
    next_day = carrier(2, published_at=NOON + timedelta(days=1))
    assert origin(day, next_day) == Origin(1, "published first, 2014-12-19")


def test_undated_are_told_by_when_they_were_seen() -> None:
    late = carrier(1, None, first_seen_at=NOON + timedelta(hours=2))
    assert origin(late, carrier(2, None)) == Origin(2, "seen first, 2014-12-19 13:00 UTC")


def test_of_equals_the_fuller_text_then_the_address() -> None:
    assert origin(carrier(1), carrier(2, words=101)).id == 2
    assert origin(carrier(1, words=999, partial=True), carrier(2)).id == 2
    assert origin(carrier(2), carrier(1)) == Origin(
        1, "nothing tells them apart; the first by address"
    )
    assert origin(carrier(1, key="z"), carrier(2, key="a")).id == 2


def test_group_of_one_and_of_none() -> None:
    assert origin(carrier(7)) == Origin(7, "the only one")
    with pytest.raises(ValueError, match="without members"):
        origin_of([])


def stored(url: str, credit: str | None, found: str | None) -> Carrier:
    return carrier_of(
        1,
        url=url,
        outlet="Quay",
        title=None,
        published_at=None,
        first_seen_at=NOON,
        credit=credit,
        credit_found=found,
        partial=False,
        words=10,
    )


def test_stored_article_becomes_a_carrier() -> None:
    own = stored("https://www.apnews.com/article/doors", "AP", FoundIn.DATELINE)
    assert own.is_agency
    assert (own.site, own.credit, own.says_first) == ("apnews.com", "AP", None)
    copy = stored("https://news.quay.example/doors", "Hafenblatt", FoundIn.FIRST)
    assert (copy.is_agency, copy.credit, copy.says_first) == (False, None, "Hafenblatt")
    assert not stored("https://www.apnews.com/article/doors", "AFP", FoundIn.DATELINE).is_agency
