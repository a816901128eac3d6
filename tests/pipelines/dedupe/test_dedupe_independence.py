"""How many sources do not repeat each other."""

from dataclasses import dataclass

from pipelines.dedupe import independent


@dataclass(frozen=True, slots=True)
class One:
    host: str
    credit: str | None = None
    origin_host: str | None = None
    origin_credit: str | None = None


def test_outlets_count_by_who_owns_their_address() -> None:
    assert independent([]) == 0
    assert independent([One("www.quay.example"), One("m.quay.example"), One("mole.example")]) == 2


def test_ten_papers_with_one_agencys_text_are_one_source() -> None:
    assert independent([One(f"paper{n}.example", "AP") for n in range(10)]) == 1
    assert independent([One("apnews.com"), One("quay.example", "AP")]) == 1
    assert independent([One("quay.example", "AFP"), One("quay.example", "AP")]) == 2


def test_copies_that_name_nobody_count_for_their_origin() -> None:
    copies = [One(f"paper{n}.example", None, "www.quay.example") for n in range(3)]
    assert independent([One("quay.example"), *copies]) == 1
    wired = [One(f"paper{n}.example", None, "quay.example", "AP") for n in range(3)]
    assert independent([One("quay.example", "AP"), *wired]) == 1


def test_agencys_credit_weighs_more_than_the_group() -> None:
    assert independent([One("quay.example"), One("mole.example", "AP", "quay.example")]) == 2


def test_outlet_that_is_named_counts_as_the_outlet() -> None:
    named = One("mole.example", "The Harbour Post")
    assert independent([One("www.harbour-post.example"), named]) == 1
    assert independent([One("quay.example"), named]) == 2
    copy = One("mole.example", "Someone Else", "quay.example")
    assert independent([One("quay.example"), copy]) == 1


def test_agency_that_no_row_has_is_one_source_too() -> None:
    carried = [One(f"paper{n}.example", "Meridian Press Agency") for n in range(3)]
    assert independent(carried) == 1


def test_own_work_with_an_agencys_help_counts_for_itself() -> None:
    assert independent([One("quay.example"), One("mole.example"), One("x.example", "AFP")]) == 3
