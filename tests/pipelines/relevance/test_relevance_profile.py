import math
from itertools import permutations

import pytest
from invented import SCRIPTS, SEEDS

from pipelines.errors import BadInput, SeedWithoutText
from pipelines.incident import Seed
from pipelines.relevance import derive
from pipelines.relevance.background import background_for, language_of_script
from pipelines.relevance.features import key_of, read_features
from pipelines.relevance.numbers import LONE_THRESHOLD, MOST_TERMS, MOST_THRESHOLD

DAM = [Seed(text, title=title, language="en") for title, text in SEEDS]


def kinds(seeds: list[Seed]) -> dict[str, str]:
    return {term.text: term.kind for term in derive(seeds).terms}


def test_names_are_kept_as_written_and_words_by_their_first_letters() -> None:
    terms = kinds(DAM)
    assert terms["Norvia Water"] == "name"
    assert terms["Harwick"] == "name"
    assert terms["Lower Senning"] == "name"
    assert terms["reserv"] == "term"
    assert "the" not in terms


def test_a_common_word_that_opens_a_sentence_is_no_name() -> None:
    seed = Seed("The Orle Courier said so. After Norvia Water closed, the Orle Courier went on.")
    terms = kinds([seed])
    assert terms["Orle Courier"] == "name"
    assert "The Orle Courier" not in terms
    assert "After Norvia Water" not in terms


def test_a_work_with_an_article_in_its_name_keeps_it_inside_a_sentence() -> None:
    assert kinds([Seed('They drew the film "The Interview" from all cinemas.')])["The Interview"]


def test_small_words_stand_inside_a_name_but_not_at_its_end() -> None:
    terms = kinds([Seed("It was signed by the Guardians of Peace of course, the letter.")])
    assert terms["Guardians of Peace"] == "name"


def test_an_acronym_with_dots_is_the_one_without() -> None:
    assert "fbi" in read_features(None, "Agents of the F.B.I. came.", "en").named
    assert key_of("F.B.I.") == key_of("FBI") == "fbi"


def test_a_headline_in_title_case_gives_no_names() -> None:
    features = read_features("Hackers Leave Red Skull On Every Screen", "It glowed.", "en")
    assert not features.named


def test_a_headline_repeated_as_first_line_counts_once() -> None:
    title = "Harwick dam bursts"
    twice = read_features(title, f"{title}\nIt rained.", "en")
    assert twice.weights == read_features(title, "It rained.", "en").weights


def test_terms_are_the_heaviest_first_and_of_length_one() -> None:
    weights = [term.weight for term in derive(DAM).terms]
    assert weights == sorted(weights, reverse=True)
    assert len(weights) <= MOST_TERMS
    assert math.hypot(*weights) == pytest.approx(1.0, abs=0.02)


def test_the_order_of_seeds_changes_nothing() -> None:
    profiles = {derive(list(order)) for order in permutations(DAM)}
    assert len(profiles) == 1


def test_seeds_that_differ_make_a_lower_threshold_than_seeds_alike() -> None:
    other = Seed("Talks on fishing rights between Skar and Ondal went on in the port of Brevik.")
    alike = derive(DAM[:2]).threshold
    assert derive([DAM[0], other]).threshold < alike
    assert derive([DAM[0], DAM[0]]).threshold == MOST_THRESHOLD
    assert derive(DAM[:1]).threshold == LONE_THRESHOLD
    assert derive(DAM).candidate_threshold < derive(DAM).threshold


def test_languages_come_from_the_seeds_or_from_their_script() -> None:
    assert derive([Seed("Der Damm brach am Montag.", language="de-AT")]).languages == ("de",)
    for language, (seeds, _, _) in SCRIPTS.items():
        assert derive([Seed(text) for text in seeds]).languages == (language,)


def test_seeds_without_words_are_refused() -> None:
    with pytest.raises(BadInput):
        derive([])
    with pytest.raises(SeedWithoutText):
        derive([DAM[0], Seed("  ... 7 !", language="en")])


@pytest.mark.parametrize(
    ("typed", "key"),
    [
        ("hackers", "hacker"),
        ("Pyongyang's", "pyongy"),
        ("Kim Jong-un", "kim jong un"),
        ("索尼影业", "索尼 尼影 影业"),
        ("ＳＯＮＹ", "sony"),
        ("?!", ""),
    ],
)
def test_a_key_can_be_guessed_from_what_is_typed(typed: str, key: str) -> None:
    assert key_of(typed) == key


def test_common_words_are_less_rare_than_others_in_their_language() -> None:
    english, german = background_for("en-GB", ""), background_for("de", "")
    assert english.rarity("the") < 0.1 < 2 < english.rarity("skelet")
    assert german.rarity("und") < 0.1
    assert english.rarity("und") > 2
    assert background_for("zh", "").rarity("中国") < background_for("zh", "").rarity("骷髅")
    assert 0 < english.rarity("2014") < english.rarity("skelet")


@pytest.mark.parametrize("language", ["xx", "", "../etc", "english", None])
def test_a_language_without_a_list_is_no_error(language: str | None) -> None:
    assert background_for(language, "Den dæmning brast").rarity("qwxzva") > 2


def test_a_text_of_latin_letters_with_one_foreign_name_stays_english() -> None:
    assert language_of_script("The studio, 소니 in Korean, was hacked by people unknown.") == "en"
