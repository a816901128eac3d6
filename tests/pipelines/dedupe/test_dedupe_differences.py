"""How a copy differs from its original, in numbers and in words."""

import pytest

from pipelines.dedupe import difference

PARTS = [
    "The harbour office closed its doors at noon on Friday, and nobody was hurt in it.",
    "A spokeswoman said that the doors would open again on Monday at the earliest hour.",
    "Ships had to wait outside the mole, where the wind rose to nine during the night.",
    "The mayor asked all people to stay at home until the harbour was open again.",
]
TEXT = "\n\n".join(PARTS)
MORE = "Subscribers get our free letter each morning, with more news from Aldous than others print."

TOLD = [
    (TEXT, "the same"),
    ("\n\n".join(PARTS[:3]), "24% cut at the end"),
    ("\n\n".join(PARTS[1:]), "26% cut at the beginning"),
    ("\n\n".join([PARTS[0], *PARTS[2:]]), "24% cut within"),
    (PARTS[0], "only the beginning kept, 74% cut"),
    (f"{TEXT}\n\n{MORE}", "19% added"),
    (f"{PARTS[0]}\n\n{PARTS[1]}\n\n{MORE}", "50% cut at the end, 33% added"),
    (f"KIEL (dpa) - {TEXT}", "5% added"),
    (TEXT.replace("noon", "midday"), "a few words differ"),
    (f"{MORE} {MORE[::-1]}", "almost all in other words"),
]


@pytest.mark.parametrize(("text", "said"), TOLD)
def test_difference_is_told_in_words(text: str, said: str) -> None:
    assert difference("Doors closed", TEXT, "Doors closed", text).said == said


def test_words_and_shares_are_counted() -> None:
    found = difference("Doors closed", TEXT, "Harbour shut", "\n\n".join([*PARTS[:3], MORE]))
    assert (found.words, found.cut, found.added) == (62, 15, 15)
    assert found.copy_words == 62
    assert found.headline
    assert found.keeps_lead
    assert found.cut_at == "end"
    assert found.share_cut == pytest.approx(15 / 62)
    assert found.share_added == pytest.approx(15 / 62)


def test_words_in_common_by_chance_part_no_passage() -> None:
    end = "Readers of the paper can follow all of this at night in our own harbour letter."
    found = difference(None, TEXT, None, "\n\n".join([*PARTS[:3], end]))
    assert (found.cut_at, found.cut) == ("end", 15)


def test_lead_that_is_written_anew_is_not_kept() -> None:
    other = TEXT.replace(PARTS[0], "On Friday at twelve there was no way into any office here.")
    assert not difference(None, TEXT, None, other).keeps_lead


@pytest.mark.parametrize("headline", ["doors closed", "Doors  closed", "“Doors closed”", None])
def test_headline_in_another_spelling_is_the_same(headline: str | None) -> None:
    assert not difference("Doors closed", TEXT, headline, TEXT).headline


def test_scripts_without_blanks_are_compared_by_sign() -> None:
    whole = "港口办公室中午关门。没有人受伤。" * 3 + "船只在外面等候。夜里风力达到九级。" * 3
    found = difference(None, whole, None, "港口办公室中午关门。没有人受伤。" * 3)
    assert found.cut_at == "end"
    assert found.keeps_lead


def test_empty_texts_differ_in_nothing() -> None:
    assert difference(None, "", None, "").said == "the same"
    assert difference(None, TEXT, None, "").share_cut == 1.0
    assert difference(None, "", None, TEXT).share_added == 1.0


@pytest.mark.parametrize(
    ("old", "new"),
    [("x " * 50_000, "x " * 49_000), ("a b " * 25_000, "b a " * 25_000)],
)
def test_hostile_texts_come_to_an_end(old: str, new: str) -> None:
    found = difference(None, old, None, new)
    assert found.words == len(old.split())
    assert found.copy_words == len(new.split())
