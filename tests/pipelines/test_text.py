from pipelines.text import (
    TOKEN,
    count_words,
    is_unspaced,
    pairs,
    paragraphs,
    segment,
    squeeze,
    words,
)


def test_white_space_and_controls_are_squeezed() -> None:
    assert squeeze(" a\u00a0b\r\n\tc\x00d\u200b ") == "a b cd"


def test_paragraphs_are_parted_by_one_blank_line() -> None:
    assert paragraphs("one\n line\n\n\n \n two \r\n\r\nthree") == "one line\n\ntwo\n\nthree"


def test_words_fold_case_and_width_and_keep_apostrophes() -> None:
    assert words("Sony’s ＨＡＣＫ, #GOP_2") == ["sony's", "hack", "gop", "2"]


def test_unspaced_scripts_become_overlapping_pairs() -> None:
    assert words("索尼影业 hack 소니") == ["索尼", "尼影", "影业", "hack", "소니"]
    assert pairs("中") == ["中"]
    assert is_unspaced("ソニー")
    assert not is_unspaced("Sony")


def test_segmented_text_finds_a_word_inside_a_run() -> None:
    assert "影业" in segment("索尼影业遭攻击").split()
    assert segment("Sony hack") == "Sony hack"


def test_two_unspaced_characters_count_as_a_word() -> None:
    assert count_words("Sony was hacked") == 3
    assert count_words("索尼影业") == 2


def test_tokens_keep_dotted_capitals_and_unspaced_runs_whole() -> None:
    text = "The F.B.I. in the U.S, J.Smith's 索尼影业 e-mail"
    expected = ["The", "F.B.I.", "in", "the", "U.S", "J", "Smith's", "索尼影业", "e", "mail"]
    assert TOKEN.findall(text) == expected
