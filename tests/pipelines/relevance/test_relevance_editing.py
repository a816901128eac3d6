"""What people change of a profile."""

from dataclasses import replace

import pytest
from invented import SEEDS

from pipelines.errors import BadInput
from pipelines.incident import Incident, Learned, Profile, Seed, Term
from pipelines.items import Article
from pipelines.outcomes import Verdict
from pipelines.relevance import Matcher, derive
from pipelines.relevance.editing import (
    alias_weight,
    aliases_of,
    still_learned,
    with_aliases,
    without_aliases,
)

LONE = derive([Seed(SEEDS[0][1], title=SEEDS[0][0], language="en")])
LEARNED = Learned(
    (Term("Bredow", "name", 0.08), Term("sluice", "term", 0.05)),
    (Term("Norvik", "name", 0.2),),
    share=0.3,
    threshold=0.2,
    accepted=6,
)
#: Of usual length and without a name.
KOREAN = (
    "시장은 화요일 저녁 기자 회견을 열고 강가에 사는 주민 삼천 명이 집을 떠났다고 밝혔다. "
    "소방대는 밤새 모래주머니를 쌓았으며 다친 사람은 없는 것으로 알려졌다. "
    "기술자들은 물이 새는 곳을 찾기 위해 잠수부를 내려보냈다. "
    "학교와 가게는 문을 닫았고 버스는 다니지 않는다. "
    "주민들은 언제 돌아갈 수 있는지 묻고 있지만 아직 대답을 듣지 못했다. "
) * 4


def verdict(profile: Profile, title: str) -> Verdict:
    article = Article("u", "u", title, KOREAN, language="ko")
    return Matcher([Incident("dam", "dam", profile)]).judge(article)[0].verdict


def test_a_headline_with_an_alias_is_at_least_a_candidate() -> None:
    given = with_aliases(LONE, ["오를레 댐"])
    assert verdict(LONE, "오를레 댐 붕괴 우려") is Verdict.OFF_TOPIC
    assert verdict(given, "오를레 댐 붕괴 우려") in (Verdict.CANDIDATE, Verdict.FOLLOW_UP)
    assert verdict(given, "도시 축제 다음 주 개막") is Verdict.OFF_TOPIC


def test_an_alias_still_counts_where_much_was_learned() -> None:
    learned = replace(LONE, learned=replace(LEARNED, share=0.5, threshold=LONE.threshold))
    twice = 2 * alias_weight(LONE, "Presa de Orle")
    assert alias_weight(learned, "Presa de Orle") == pytest.approx(twice, rel=0.01)
    given = with_aliases(learned, ["오를레 댐"])
    assert verdict(given, "오를레 댐 붕괴 우려") in (Verdict.CANDIDATE, Verdict.FOLLOW_UP)


def test_an_alias_weighs_no_less_than_the_heaviest_term() -> None:
    heavy = replace(LONE, terms=(Term("Orle", "name", 7.5), *LONE.terms))
    assert alias_weight(heavy, "Presa de Orle") == 7.5
    assert alias_weight(LONE, "Presa de Orle") > LONE.terms[0].weight


@pytest.mark.parametrize(
    "alias", ["오를레 댐", "Presa de Orle", "Orlenskaja", "奥尔勒大坝", "オルレ"]
)
def test_a_headline_counts_about_the_same_in_every_script(alias: str) -> None:
    profile = replace(LONE, terms=(Term(alias, "alias", alias_weight(LONE, alias)),))
    words = " ".join(f"word{place}" for place in range(60))
    article = Article("u", "u", f"{alias} and what comes next", words, language="en")
    score = Matcher([Incident("dam", "dam", profile)]).judge(article)[0].score
    candidate = LONE.candidate_threshold
    assert candidate <= score < 4 * candidate, score / candidate


def test_aliases_are_given_once_and_taken_back() -> None:
    given = with_aliases(LONE, ["오를레 댐", " 오를레  댐 ", "Presa de Orle"])
    assert {term.text for term in aliases_of(given)} == {"오를레 댐", "Presa de Orle"}
    lighter = tuple(replace(t, weight=0.3) if t.kind == "alias" else t for t in given.terms)
    kept = with_aliases(replace(given, terms=lighter), ["오를레 댐"])
    assert {term.weight for term in aliases_of(kept)} == {0.3}, "it keeps its weight"
    assert without_aliases(given, ["presa de orle", "오를레 댐"]) == LONE


def test_a_name_of_the_seeds_is_not_taken_with_the_alias() -> None:
    name = next(term for term in LONE.terms if term.kind == "name")
    assert without_aliases(with_aliases(LONE, [name.text]), [name.text]) == LONE


@pytest.mark.parametrize("text", ["", " ", "?!", "the", "x" * 300])
def test_what_says_nothing_is_no_alias(text: str) -> None:
    with pytest.raises(BadInput, match="can be no alias") as caught:
        with_aliases(LONE, [text])
    assert "--alias" in (caught.value.remedy or "")


def test_an_alias_that_is_not_there_is_told_with_those_that_are() -> None:
    with pytest.raises(BadInput, match="'Orle' is no alias") as caught:
        without_aliases(with_aliases(LONE, ["오를레 댐"]), ["Orle"])
    assert caught.value.remedy == "The aliases are: 오를레 댐."


def test_what_is_refused_goes_and_the_rest_of_what_was_learned_stays() -> None:
    assert still_learned(LEARNED, LONE) == LEARNED
    left = still_learned(LEARNED, replace(LONE, refused=("SLUICES", "norvik")))
    assert left is not None
    assert [term.text for term in left.terms] == ["Bredow"]
    assert left.against == ()
    assert (left.share, left.threshold, left.accepted) == (0.3, 0.2, 6)


def test_a_profile_that_does_not_learn_keeps_nothing() -> None:
    assert still_learned(LEARNED, replace(LONE, learns=False)) is None
    assert still_learned(None, LONE) is None
