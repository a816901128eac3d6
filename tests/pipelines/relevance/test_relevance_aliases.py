from dataclasses import replace

import pytest

from pipelines.incident import Profile, Seed, Term
from pipelines.items import Article
from pipelines.relevance.aliases import Alias, proposed

PROFILE = Profile(
    terms=(
        Term("Velkor", "name", 0.5),
        Term("Velkor Exchange", "name", 0.3),
        Term("Idris Falkenrath", "name", 0.2),
        Term("Falkenrath", "name", 0.2),
        Term("withdr", "term", 0.1),
    ),
    languages=("en",),
    threshold=0.13,
    candidate_threshold=0.08,
)


def article(text: str, language: str, outlet: str | None = "A") -> Article:
    return Article(
        "https://a.test/", "https://a.test/", None, text, language=language, outlet=outlet
    )


def two(text: str, language: str, profile: Profile = PROFILE) -> list[Alias]:
    """What is proposed where two outlets write the same."""
    given = [(outlet, article(text, language, outlet)) for outlet in ("A", "B")]
    return proposed(profile, given)


def texts(aliases: list[Alias]) -> dict[str, str]:
    return {alias.text: alias.name for alias in aliases}


@pytest.mark.parametrize(
    ("text", "language", "alias", "name"),
    [
        ("벨코르 거래소(Velkor Exchange)의 출금", "ko", "벨코르 거래소", "Velkor Exchange"),
        ("平台维尔科交易所（Velkor Exchange）周四", "zh", "维尔科交易所", "Velkor Exchange"),
        ("平台《维尔科》（Velkor）周四", "zh", "维尔科", "Velkor"),
        ("業者ベルコア取引所（Velkor Exchange）が", "ja", "ベルコア取引所", "Velkor Exchange"),
        ("أعلنت منصة «فيلكور» (Velkor) إفلاسها", "ar", "فيلكور", "Velkor"),
        ("Биржа Велькор (Velkor) закрылась", "ru", "Велькор", "Velkor"),
        ("Shares of Velkor Exchange (维尔科交易所) fell", "en", "维尔科交易所", "Velkor Exchange"),
        ("by Idris Falkenrath (팔켄라트, 41)", "en", "팔켄라트", "Idris Falkenrath"),
        ("伊德里斯·法尔肯拉特（Idris Falkenrath）", "zh", "法尔肯拉特", "Falkenrath"),
    ],
)  # fmt: skip
def test_a_name_beside_one_of_the_profile_is_proposed(
    text: str, language: str, alias: str, name: str
) -> None:
    assert texts(two(text, language))[alias] == name


def test_a_last_name_is_proposed_for_a_last_name() -> None:
    found = texts(two("创始人伊德里斯·法尔肯拉特（Idris Falkenrath）", "zh"))
    assert found["法尔肯拉特"] == "Falkenrath"


def test_the_name_without_what_it_names_is_proposed() -> None:
    found = texts(two("平台维尔科交易所（Velkor Exchange）周四", "zh"))
    assert found == {"维尔科交易所": "Velkor Exchange", "维尔科": "Velkor"}
    assert "거래소" not in texts(two("벨코르 거래소(Velkor Exchange)", "ko"))


def test_a_profile_in_another_script_gets_its_latin_name() -> None:
    profile = replace(PROFILE, terms=(Term("索尔维航运", "name", 0.5),), languages=("zh",))
    assert texts(two("昨天索尔维航运(Solway Lines)报案", "zh", profile)) == {
        "Solway Lines": "索尔维航运"
    }
    english = "The hack of Solway Lines (索尔维航运) goes on"
    assert texts(two(english, "en", profile)) == {"Solway Lines": "索尔维航运"}


def test_what_outlets_begin_differently_is_cut_to_what_both_say() -> None:
    given = [
        ("1", article("أعلنت منصة فيلكور (Velkor Exchange) إفلاسها", "ar", "A")),
        ("2", article("قالت شركة فيلكور (Velkor Exchange) إنها", "ar", "B")),
    ]
    assert texts(proposed(PROFILE, given)) == {"فيلكور": "Velkor"}


def test_a_longer_alias_speaks_for_the_shorter_one_that_ends_it() -> None:
    given = [
        ("1", article("أعلنت «منصة فيلكور» (Velkor) إفلاسها", "ar", "A")),
        ("2", article("قالت شركة فيلكور (Velkor) إنها", "ar", "B")),
    ]
    assert proposed(PROFILE, given) == [Alias("فيلكور", "Velkor", "ar", ("2", "1"))]


def test_one_outlet_is_not_enough_and_one_seed_is() -> None:
    text = "벨코르(Velkor) 출금 중단"
    twice = [(str(id_), article(text, "ko", "A")) for id_ in range(2)]
    assert proposed(PROFILE, twice) == []
    seed = Seed(text, url="https://seed.test/", language="ko")
    assert proposed(PROFILE, [], [seed]) == [
        Alias("벨코르", "Velkor", "ko", ("https://seed.test/",))
    ]


def test_who_says_so_is_told() -> None:
    found = two("벨코르(Velkor) 출금 중단", "ko")
    assert found == [Alias("벨코르", "Velkor", "ko", ("A", "B"))]


def test_articles_without_an_outlet_stand_for_themselves() -> None:
    given = [(id_, article("벨코르(Velkor) 출금", "ko", None)) for id_ in ("1", "2")]
    assert texts(proposed(PROFILE, given)) == {"벨코르": "Velkor"}


def test_refused_and_known_names_are_not_proposed() -> None:
    text = "벨코르(Velkor) 출금 중단"
    assert two(text, "ko", replace(PROFILE, refused=("벨코르",))) == []
    known = replace(PROFILE, terms=(*PROFILE.terms, Term("벨코르", "alias", 1.0)))
    assert two(text, "ko", known) == []


@pytest.mark.parametrize(
    "text",
    [
        "Velkor (VLK) fell",
        "Velkor (the exchange) fell",
        "은행(Harbour Bank)이 문을 닫았다",
        "벨코르(Velkorian) 출금",
        "Velkor (2031) and Velkor ()",
        "(Velkor) 출금 중단",
    ],
)
def test_other_brackets_give_nothing(text: str) -> None:
    assert two(text, "ko") == []


@pytest.mark.parametrize(
    "text",
    [
        "(" * 500_000 + ")" * 500_000,
        "(Velkor" * 150_000,
        "벨코르(Velkor)" * 100_000,
        "가(((Velkor)))나" * 60_000,
        "«" * 1_000_000,
        "Velkor (" + "维" * 1_000_000,
    ],
)
def test_hostile_brackets_end(text: str) -> None:
    assert len(two(text, "ko")) <= 50


def test_the_order_of_articles_changes_nothing_but_the_order_of_ids() -> None:
    given = [
        ("1", article("벨코르 거래소(Velkor Exchange)", "ko", "A")),
        ("2", article("벨코르 거래소(Velkor Exchange)와 维尔科（Velkor）", "ko", "B")),
        ("3", article("平台维尔科（Velkor）", "zh", "C")),
    ]
    assert texts(proposed(PROFILE, given)) == texts(proposed(PROFILE, given[::-1]))
