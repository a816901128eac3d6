"""A revision is the outlet's doing; what a page does by itself is none."""

import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.dedupe import Change, change_between
from pipelines.dedupe.cosmetic import is_cosmetic
from tests.pipelines.dedupe.labelled_changes import LINES, TEXTS, Pair, pairs
from tests.pipelines.dedupe.labelled_changes import TITLE as FERRY

LEAD = (
    "The studio told its staff on Monday to leave their computers switched off while outside "
    "experts look for the way the intruders came in."
)
SECOND = (
    "About 47,000 files with names and salaries are said to be among what was taken, and the "
    "films of the coming season as well, two persons who know the matter said."
)
THIRD = "The bureau in Washington confirmed that it has been asked to help, and would not say more."
TEXT = "\n\n".join([LEAD, SECOND, THIRD])
TITLE = "Studio tells staff to stay off its network"


def change(new: str, old: str = TEXT, title: str | None = TITLE) -> Change:
    return change_between(TITLE, old, title, new)


def test_same_reading_is_unchanged() -> None:
    assert change(TEXT) is Change.UNCHANGED
    assert change(TEXT.replace(" ", "  ")) is Change.UNCHANGED
    assert change(TEXT, title=None) is Change.UNCHANGED


@pytest.mark.parametrize(
    "line",
    [
        "Updated: Dec. 2, 2014 4:35 p.m. ET",
        "Published at 10:15 GMT on Tuesday 2 December 2014",
        "Last updated 3 hours ago",
        "2014-12-02 18:04:11",
        "Aktualisiert am 5. Dezember 2014 um 18:04 Uhr",
        "2014年12月5日 更新",
        "5 min read",
        "1,204 comments",
        "Comments (17)",
        "2.3k shares",
        "No comments",
        "Read more: What the intruders want",
        "Click here for more on the studio",
        "Continue reading",
        "Related: A history of such attacks",
        "Advertisement",
    ],
)
def test_line_that_a_page_changes_by_itself_is_cosmetic(line: str) -> None:
    assert change(f"{line}\n\n{TEXT}") is Change.COSMETIC
    assert change(TEXT, old=f"{TEXT}\n\n{line}") is Change.COSMETIC


def test_punctuation_and_white_space_are_cosmetic() -> None:
    assert change(TEXT.replace(", ", " – ").replace("\n\n", " ")) is Change.COSMETIC


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("47,000", "48,000"),
        ("on Monday", "on Tuesday"),
        ("confirmed", "denied"),
        ("would not say more", "would say more"),
        (THIRD, THIRD + " Correction: an earlier version named another bureau."),
        (SECOND, ""),
        (LEAD, "A new beginning. " + LEAD),
    ],
)
def test_edit_is_a_revision(old: str, new: str) -> None:
    assert change(TEXT.replace(old, new)) is Change.REVISED


def test_sign_of_money_is_more_than_punctuation() -> None:
    assert change("It cost £5 million.", old="It cost $5 million.") is Change.REVISED


def test_new_headline_is_a_revision_and_a_missing_one_is_none() -> None:
    assert change(TEXT, title="Studio lets staff back on its network") is Change.REVISED
    assert change(TEXT, title=TITLE.upper() + "!") is Change.COSMETIC
    assert change(TEXT, title=None) is Change.UNCHANGED


@pytest.mark.parametrize("new", ["", " \n\n ", "Advertisement", LEAD, LEAD[:90], LEAD + " The"])
def test_empty_or_cut_answer_is_no_revision(new: str) -> None:
    assert change(new) is Change.CUT


def test_short_note_in_place_of_the_article_is_a_revision() -> None:
    assert change("This article was withdrawn by the editors.") is Change.REVISED


def test_text_where_there_was_none_is_a_revision() -> None:
    assert change(TEXT, old="") is Change.REVISED


def told_real(pair: Pair) -> bool:
    return change_between(FERRY, pair.old, FERRY, pair.new) is Change.REVISED


def test_labelled_pairs_are_told_apart_in_fourteen_languages() -> None:
    labelled = pairs()
    assert len(TEXTS) == 14
    assert len(labelled) >= 390
    assert sum(pair.real for pair in labelled) >= 85
    assert [pair.what for pair in labelled if told_real(pair) is not pair.real] == []


@given(st.data())
def test_any_lines_of_a_page_anywhere_and_any_order_of_paragraphs_are_cosmetic(
    data: st.DataObject,
) -> None:
    language = data.draw(st.sampled_from(sorted(TEXTS)))
    parts = TEXTS[language].split("\n\n")
    lines = data.draw(st.lists(st.sampled_from(LINES[language]), max_size=5))
    new = "\n\n".join(data.draw(st.permutations([*parts, *lines])))
    made = change_between(FERRY, TEXTS[language], FERRY, new)
    assert made in (Change.COSMETIC, Change.UNCHANGED)


@given(st.data())
def test_any_word_put_into_any_sentence_is_a_revision(data: st.DataObject) -> None:
    language = data.draw(st.sampled_from(["en", "de", "fr", "ru", "ar", "tr"]))
    words = TEXTS[language].split(" ")
    word = data.draw(st.sampled_from(["Orlan", "17", "Мост", "جسر"]))
    place = data.draw(st.integers(1, len(words) - 1))
    new = " ".join([*words[:place], word, *words[place:]])
    assert change_between(FERRY, TEXTS[language], FERRY, new) is Change.REVISED


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("Ferry strikes pier", "Ferry strikes pier?"),
        ("Ferry 'strikes' pier", "Ferry strikes pier"),
        ("Ferry strikes pier", "Ferry struck pier"),
        ("渡轮撞上码头", "渡轮撞上码头？"),
    ],
)
def test_headline_that_says_something_else_is_a_revision(old: str, new: str) -> None:
    assert change_between(old, TEXT, new, TEXT) is Change.REVISED


def test_a_minus_is_more_than_a_dash() -> None:
    assert change("It was −5 degrees.", old="It was 5 degrees.") is Change.REVISED
    assert change("It was 3–5 degrees.", old="It was 3-5 degrees.") is Change.COSMETIC


def test_a_page_without_its_end_tag_that_stops_short_is_cut_however_little_is_missing() -> None:
    short = TEXT.removesuffix(THIRD).strip()
    assert change(short) is Change.REVISED
    assert change_between(TITLE, TEXT, TITLE, short, closed=False) is Change.CUT
    assert change_between(TITLE, TEXT, TITLE, TEXT[:-9], closed=False) is Change.CUT
    edited = short.replace("47,000", "48,000")
    assert change_between(TITLE, TEXT, TITLE, edited, closed=False) is Change.REVISED


@given(st.text(max_size=300))
def test_any_line_can_be_looked_at(line: str) -> None:
    assert is_cosmetic(line) in (True, False)


@given(st.text(), st.text())
def test_any_two_texts_can_be_told(old: str, new: str) -> None:
    assert change_between(None, old, None, old) is Change.UNCHANGED
    assert change_between(old, old, new, new) in set(Change)


@pytest.mark.parametrize(
    "seed",
    [
        "1,",
        "read ",
        "ago 5 ",
        "comments (",
        "1 min ",
        "\n",
        "更",
        "更新",
        "By A ",
        "&amp;",
        "Ã©",
        "12/",
    ],
)
def test_hostile_texts_take_no_time(seed: str) -> None:
    started = time.process_time()
    change_between("a", seed * 100_000, "b", seed * 99_000 + "x")
    change_between("a", (seed * 40)[:199], "b", (seed * 39)[:198] + "!")
    assert time.process_time() - started < 5
