import pytest

from pipelines.incident import Seed, Term
from pipelines.relevance import derive
from pipelines.relevance.background import background_for
from pipelines.relevance.caseless import stem
from pipelines.relevance.features import key_of, read_features
from pipelines.relevance.marks import marks
from pipelines.relevance.numbers import MOST_CHARACTERS
from pipelines.relevance.unspaced import Names, last_name, read_names, without_listed_ending


def names_of(language: str, title: str, text: str) -> Names:
    background = background_for(language, text)
    return read_names([title, text], background.lexicon, background.rarity)


def spelled(language: str, text: str, title: str = "") -> set[str]:
    return {written for _, written in read_features(title, text, language).spellings}


def weights_of(language: str, text: str) -> dict[str, float]:
    terms = derive([Seed(text, language=language)]).terms
    return {key_of(term.text): term.weight for term in terms}


def test_characters_that_no_list_knows_are_a_name() -> None:
    assert "顾承远" in spelled("zh", "总裁顾承远当天举行记者会。")


def test_words_that_meet_twice_are_one_name() -> None:
    once = "索尔维航运已向警方报案。"
    assert "索尔维航运" in spelled("zh", f"{once}昨天,索尔维航运的系统恢复。")
    assert "索尔维航运" not in spelled("zh", once)


def test_headline_and_text_count_together() -> None:
    assert "도람건설" in spelled(
        "ko", "경찰은 도람건설을 불러 조사했다.", title="도람건설 압수수색"
    )
    assert "도람건설" not in spelled("ko", "경찰은 도람건설을 불러 조사했다.")


def test_a_korean_word_that_no_list_knows_must_come_twice() -> None:
    assert "띄웠" not in spelled("ko", "새벌시가 가온강에 나룻배를 띄웠다.")


def test_a_korean_name_leaves_its_particle() -> None:
    found = spelled("ko", "해솔대교가 무너졌다. 해솔대교는 새 다리다. 해솔대교의 상판.")
    assert "해솔대교" in found
    assert not found & {"해솔대교가", "해솔대교는", "해솔대교의"}


def test_katakana_that_is_not_listed_is_a_name_and_an_everyday_word_is_none() -> None:
    found = spelled("ja", "システムを調べるイドリス・ファルケンラート氏はビルを出た。")
    assert {"イドリス・ファルケンラート", "ファルケンラート"} <= found
    assert not found & {"システム", "ビル"}


def test_what_fills_quotation_marks_is_a_name() -> None:
    assert "和平卫士" in spelled("zh", "自称“和平卫士”的组织发出威胁。")
    assert "和平卫士" not in spelled("zh", "自称和平卫士的组织发出威胁。")
    assert "系统" not in spelled("zh", "所谓“系统”仍未恢复。")


def test_a_sentence_in_quotation_marks_is_no_name() -> None:
    assert not any(
        len(name) > 10 for name in spelled("zh", "他说“系统会一步一步恢复到原来的状态”。")
    )


def test_a_name_counts_more_than_a_word_and_a_chance_meeting_hardly() -> None:
    weights = weights_of("zh", "公司订舱系统,总裁顾承远查看起重机。")
    assert weights[key_of("顾承远")] > weights["起重"] > weights.get("司订", 0.0)


def test_an_alias_of_two_characters_is_found_where_it_meets_another_word() -> None:
    loose = names_of("zh", "", "公司订舱系统恢复").loose
    assert "司订" in loose
    assert weights_of("zh", "公司订舱系统恢复")["司订"] > 0


def test_traditional_characters_are_parted_as_simplified_ones() -> None:
    text = "索爾維航運週一證實碼頭調度系統遭到駭客攻擊。索爾維航運已報案,總裁顧承遠說明。"
    found = spelled("zh", text)
    assert {"索爾維航運", "顧承遠"} <= found
    assert not any("調度" in name or "證實" in name for name in found)


def test_half_width_katakana_is_the_same_name() -> None:
    assert weights_of("ja", "ﾄﾙﾈｽ社の倉庫") == weights_of("ja", "トルネス社の倉庫")


def test_a_name_is_marked_where_it_stands() -> None:
    text = "昨天,索尔维航运的系统恢复。"
    assert marks(text, [Term("索尔维航运", "name", 0.5)]) == [(3, 8)]


def test_languages_that_are_not_written_in_runs_part_none() -> None:
    assert not any(background_for(language, "").lexicon for language in ("en", "es", "ar", "th"))


def test_an_english_text_with_a_word_of_chinese_keeps_its_pairs() -> None:
    weights = weights_of("en", "The sign read 索尔维航运 in red.")
    assert {"索尔", "尔维", "维航", "航运"} <= weights.keys()


@pytest.mark.parametrize(
    "text",
    [
        "望澜" * MOST_CHARACTERS,
        "・ア" * MOST_CHARACTERS,
        "「『" * MOST_CHARACTERS,
        "".join(chr(0x4E00 + place * 7919 % 20_000) for place in range(MOST_CHARACTERS)),
        "가힣" * MOST_CHARACTERS,
    ],
)
def test_a_hostile_page_is_read_the_same_twice(text: str) -> None:
    one, other = (read_features("标题", text, "zh") for _ in range(2))
    assert one == other
    assert len(names_of("zh", "", text[:MOST_CHARACTERS]).counts[1]) <= 200


def test_arabic_words_lose_article_and_small_words() -> None:
    assert {stem(word) for word in ("العبارة", "والعبارة", "بالعبارة", "للعبارة", "عبارة")} == {
        "عباره"
    }
    assert stem("وقالت") == "قالت"
    assert stem("وزير") == "وزير"


def test_the_stem_of_a_stem_is_the_same() -> None:
    for word in ("والوالي", "وولد", "بالبال", "الالتزام", "للالتزام", "وواللل"):
        assert stem(stem(word)) == stem(word)


def test_arabic_spellings_of_one_letter_are_the_same() -> None:
    assert key_of("أوباما") == key_of("اوباما") == key_of("أوبـاما")
    assert key_of("الأفق البحري") == key_of("والأفق البحري")


def test_a_day_is_the_same_in_either_digits() -> None:
    assert key_of("١٨ ديسمبر") == key_of("18 ديسمبر") == key_of("ديسمبر ۱۸")
    assert key_of("18 ديسمبر") in weights_of("ar", "وقع الانفجار يوم ١٨ ديسمبر في رأس المرجان.")


def test_what_no_arabic_list_knows_is_a_name() -> None:
    features = read_features("", "قال نعيم الشرواني إن الشركة ستتعاون.", "ar")
    assert "الشرواني" in {written for _, written in features.spellings}
    assert "الشركة" not in {written for _, written in features.spellings}


def test_arabic_words_side_by_side_twice_are_one_name() -> None:
    twice = "أعلنت شركة الأفق البحري وقف رحلاتها. وقالت الأفق البحري إنها ستتعاون."
    assert "الأفق البحري" in spelled("ar", twice)
    assert "الأفق البحري" not in spelled("ar", "أعلنت شركة الأفق البحري وقف رحلاتها.")


def test_a_name_at_the_end_of_a_run_begins_after_the_words_that_are_known() -> None:
    chinese, japanese = (background_for(language, "").lexicon for language in ("zh", "ja"))
    assert last_name("数字货币平台维尔科交易所", chinese, 1) == "维尔科交易所"
    assert last_name("黑客攻击了索尼影业", chinese, 2) == "索尼影业"
    assert (
        last_name("創業者のイドリス・ファルケンラート", japanese, 1) == "イドリス・ファルケンラート"
    )
    assert last_name("交換業者ベルコア取引所", japanese, 1) == "ベルコア取引所"
    assert without_listed_ending("维尔科交易所", chinese) == "维尔科"
    assert without_listed_ending("交易所", chinese) is None
