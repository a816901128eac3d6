import math
from dataclasses import replace
from datetime import UTC, datetime
from time import process_time

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from invented import FOLLOW_UPS, OTHERS, SCRIPTS, SEEDS, SIBLINGS
from sony_seeds import SETS
from sony_seeds import SIBLINGS as OTHER_ATTACKS

from pipelines.incident import Incident, Learned, Profile, Seed, Term, Window
from pipelines.items import Article
from pipelines.outcomes import Verdict
from pipelines.relevance import Matcher, derive, marks
from pipelines.relevance.features import read_features
from pipelines.relevance.matching import Index, thresholds_of
from pipelines.relevance.numbers import MOST_REASONS
from pipelines.text import count_words

ALL = [*SEEDS, *FOLLOW_UPS, *SIBLINGS, *OTHERS]


def article(
    title: str | None,
    text: str,
    language: str | None = "en",
    published_at: datetime | None = None,
) -> Article:
    return Article(
        "https://a.test/1",
        "https://a.test/1",
        title,
        text,
        language=language,
        published_at=published_at,
    )


def incident(pairs: list[tuple[str, str]], id: int = 1) -> Incident:
    seeds = [Seed(text, title=title, language="en") for title, text in pairs]
    return Incident("dam", "Dam", derive(seeds), id=id)


def with_terms(*terms: Term) -> Incident:
    return Incident("own", "Own", Profile(terms, ("en",), 0.15, 0.1), id=3)


DAM = incident(SEEDS)


def verdicts(matcher: Matcher, pairs: list[tuple[str, str]]) -> list[Verdict]:
    return [matcher.judge(article(*pair))[0].verdict for pair in pairs]


@pytest.mark.parametrize("seeds", [1, 2, 3])
def test_floor_follow_ups_are_found_and_the_sibling_is_left(seeds: int) -> None:
    """Of eight follow-ups at most one is but a candidate; no sibling and nothing else is taken."""
    matcher = Matcher([incident(SEEDS[:seeds])])
    found = verdicts(matcher, FOLLOW_UPS)
    assert found.count(Verdict.FOLLOW_UP) >= 7
    assert set(found) <= {Verdict.FOLLOW_UP, Verdict.CANDIDATE}
    assert set(verdicts(matcher, SIBLINGS)) == {Verdict.OFF_TOPIC}
    others = verdicts(matcher, OTHERS)
    assert others.count(Verdict.OFF_TOPIC) >= len(OTHERS) - (2 if seeds == 1 else 0)


def test_each_of_two_siblings_finds_its_own() -> None:
    matcher = Matcher([DAM, incident(SIBLINGS[:2], id=2)])
    orle, tolmin = matcher.judge(article(*FOLLOW_UPS[3]))
    assert (orle.verdict, tolmin.verdict) == (Verdict.FOLLOW_UP, Verdict.OFF_TOPIC)
    orle, tolmin = matcher.judge(article(*SIBLINGS[2]))
    assert (orle.verdict, tolmin.verdict) == (Verdict.OFF_TOPIC, Verdict.FOLLOW_UP)
    assert (orle.incident_id, tolmin.incident_id) == (1, 2)


@pytest.mark.parametrize("name", SETS)
def test_other_attacks_of_the_same_weeks_stay_below(name: str) -> None:
    matcher = Matcher([incident(SETS[name])])
    assert Verdict.FOLLOW_UP not in verdicts(matcher, OTHER_ATTACKS)


@pytest.mark.parametrize("name", SETS)
def test_two_seeds_never_leave_the_third_unseen(name: str) -> None:
    for held_back, pair in enumerate(SETS[name]):
        others = [*SETS[name][:held_back], *SETS[name][held_back + 1 :]]
        assert verdicts(Matcher([incident(others)]), [pair]) != [Verdict.OFF_TOPIC]


@pytest.mark.parametrize("script", SCRIPTS)
@pytest.mark.parametrize("told", [True, False])
def test_scripts_without_capitals_or_spaces_are_followed(script: str, told: bool) -> None:
    language = script if told else None
    seeds, follow_ups, others = SCRIPTS[script]
    profile = derive([Seed(text, language=language) for text in seeds])
    matcher = Matcher([Incident("sony", "Sony", profile)])
    for text in follow_ups:
        assert matcher.judge(article(None, text, language))[0].verdict is Verdict.FOLLOW_UP
    for text in others:
        assert matcher.judge(article(None, text, language))[0].verdict is Verdict.OFF_TOPIC


@pytest.mark.parametrize("place", [0, 2, 7])
def test_a_snippet_and_a_long_article_are_judged_alike(place: int) -> None:
    matcher = Matcher([DAM])
    title, text = FOLLOW_UPS[place]
    snippet = " ".join(text.split()[:22])
    long = "\n\n".join([text, SEEDS[2][1], *(text for _, text in FOLLOW_UPS), OTHERS[2][1]])
    assert count_words(long) > 300
    assert matcher.judge(article(title, snippet))[0].verdict is not Verdict.OFF_TOPIC
    assert matcher.judge(article(title, text))[0].verdict is not Verdict.OFF_TOPIC
    assert matcher.judge(article(title, long))[0].verdict is Verdict.FOLLOW_UP


def test_one_name_alone_makes_no_follow_up_of_a_notice() -> None:
    notice = article("Norvia opens a new office", "The company gave no further details on it.")
    assert Matcher([DAM]).judge(notice)[0].verdict is not Verdict.FOLLOW_UP


def test_words_of_the_headline_count_more() -> None:
    words = "Piet Lanfear and the spillway"
    rest = "Nothing else is known of what he has to say about it at this moment of time."
    headline = Matcher([DAM]).judge(article(words, rest))[0].score
    body = Matcher([DAM]).judge(article(None, f"{words}. {rest}"))[0].score
    assert headline > body


def test_the_window_makes_out_of_window_of_all_but_off_topic() -> None:
    window = Window(
        since=datetime(2031, 2, 1, tzinfo=UTC), until=datetime(2031, 12, 31, tzinfo=UTC)
    )
    matcher = Matcher([replace(DAM, window=window)])
    late = datetime(2032, 3, 3, tzinfo=UTC)

    def verdict(pair: tuple[str, str], when: datetime | None) -> Verdict:
        return matcher.judge(article(*pair, published_at=when))[0].verdict

    assert verdict(FOLLOW_UPS[0], late) is Verdict.OUT_OF_WINDOW
    assert verdict(FOLLOW_UPS[0], None) is Verdict.FOLLOW_UP
    assert verdict(FOLLOW_UPS[0], datetime(2031, 3, 9, tzinfo=UTC)) is Verdict.FOLLOW_UP
    assert verdict(OTHERS[4], late) is Verdict.OFF_TOPIC


def test_the_incidents_own_thresholds_decide() -> None:
    score = Matcher([DAM]).judge(article(*FOLLOW_UPS[0]))[0].score
    for threshold, candidate, verdict in (
        (score, 0.01, Verdict.FOLLOW_UP),
        (score + 0.01, score, Verdict.CANDIDATE),
        (score + 0.02, score + 0.01, Verdict.OFF_TOPIC),
    ):
        profile = replace(DAM.profile, threshold=threshold, candidate_threshold=candidate)
        matcher = Matcher([replace(DAM, profile=profile)])
        assert matcher.judge(article(*FOLLOW_UPS[0]))[0].verdict is verdict


def test_reasons_add_up_to_the_score_and_fall() -> None:
    short = with_terms(Term("dam", "term", 0.7), Term("Orle", "name", 0.5), Term("zinc", "term", 1))
    relevance = Matcher([short]).judge(article(*SEEDS[0]))[0]
    assert [reason.term for reason in relevance.reasons] == ["Orle", "dam"]
    assert math.fsum(reason.weight for reason in relevance.reasons) == relevance.score > 0


def test_what_is_not_shown_is_lighter_than_what_is_and_still_counts() -> None:
    relevance = Matcher([DAM]).judge(article(*SEEDS[0]))[0]
    shown = [reason.weight for reason in relevance.reasons]
    assert len(shown) == MOST_REASONS
    assert shown == sorted(shown, reverse=True)
    assert 0.5 * relevance.score < math.fsum(shown) < relevance.score
    one_term = [
        Matcher([with_terms(term)]).judge(article(*SEEDS[0]))[0].score for term in DAM.profile.terms
    ]
    assert math.fsum(one_term) == pytest.approx(relevance.score)
    assert sum(weight > shown[-1] + 1e-12 for weight in one_term) < MOST_REASONS


def test_an_alias_by_hand_matches_where_no_seed_word_does() -> None:
    korean = article(None, "소니 픽처스가 영화 인터뷰를 일부 극장에서 개봉하기로 했다.", "ko")
    english = article(None, "The house of sony pictures said so.")
    matcher = Matcher(
        [with_terms(Term("소니 픽처스", "alias", 2), Term("Sony Pictures", "alias", 2))]
    )
    for text, alias in ((korean, "소니 픽처스"), (english, "Sony Pictures")):
        relevance = matcher.judge(text)[0]
        assert [(reason.term, reason.kind) for reason in relevance.reasons] == [(alias, "alias")]
        assert relevance.verdict is Verdict.FOLLOW_UP


def test_a_name_of_several_words_needs_them_in_a_row() -> None:
    matcher = Matcher([with_terms(Term("Kim Jong-un", "name", 1))])
    assert matcher.judge(article(None, "kim jong un spoke"))[0].score > 0
    assert matcher.judge(article(None, "Kim met Jong, an old friend of un"))[0].score == 0
    assert matcher.judge(article("Of Kim", "Jong-un spoke"))[0].score == 0


def test_nothing_to_judge_gives_nothing() -> None:
    assert Matcher([]).judge(article(*SEEDS[0])) == ()
    empty = Matcher([DAM]).judge(article(None, ""))[0]
    assert (empty.score, empty.reasons, empty.verdict) == (0.0, (), Verdict.OFF_TOPIC)


texts = st.one_of(
    st.sampled_from([text for _, text in ALL]),
    st.text(max_size=400),
    st.lists(st.sampled_from(" ".join(text for _, text in ALL).split()), max_size=120).map(
        " ".join
    ),
)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(text=texts, title=st.none() | st.text(max_size=80), other=texts)
def test_another_incident_never_changes_a_verdict(text: str, title: str | None, other: str) -> None:
    judged = article(title, text)
    alone = Matcher([DAM]).judge(judged)[0]
    seeds = [Seed(f"{other} reservoir", language="en")]
    second = Incident("other", "Other", derive(seeds), id=2)
    assert Matcher([DAM, second]).judge(judged)[0] == alone
    assert Matcher([second, DAM]).judge(judged)[1] == alone
    assert 0.0 <= alone.score <= 1.6
    assert math.fsum(reason.weight for reason in alone.reasons) <= alone.score + 1e-9


def test_marks_are_where_the_terms_stand() -> None:
    text = "Hackers, says Sony Pictures (索尼影业), hacked it. Kim, Jong and others; F.B.I. agents."
    terms = [
        Term(word, "term", 1) for word in ("hacker", "Sony Pictures", "影业", "Kim Jong", "fbi")
    ]
    assert [text[start:end] for start, end in marks(text, terms)] == [
        "Hackers",
        "Sony Pictures",
        "影业",
        "Kim, Jong",
        "F.B.I.",
    ]
    reasons = Matcher([DAM]).judge(article(*SEEDS[0]))[0].reasons
    assert marks(SEEDS[0][1], reasons)
    assert marks("", reasons) == []


@pytest.mark.parametrize("piece", ["A.", "Aa ", "索", "'", "of A", "\u0301", "İ", "🙂", "1 "])
def test_hostile_repetition_takes_no_longer_than_an_article(piece: str) -> None:
    hostile = piece * 200_000
    start = process_time()
    Matcher([DAM]).judge(article(hostile, hostile))
    assert process_time() - start < 3.0


def test_a_day_is_told_from_another_in_either_order() -> None:
    matcher = Matcher([with_terms(Term("24 November", "number", 0.5))])
    found = [
        matcher.judge(article(None, text))[0].reasons
        for text in (
            "It came down on November 24 after the storm.",
            "It came down on 24 November.",
            "It came down on 23 November.",
            "They counted 24 sheep in November.",
        )
    ]
    assert [len(reasons) for reasons in found] == [1, 1, 0, 0]
    assert found[0][0].kind == "number"


def test_one_word_alone_makes_no_follow_up_but_an_alias_does() -> None:
    text = "Wexcombe " * 3 + "It was said that this would be so again and again in the autumn rain."
    for kind, verdict in (("name", Verdict.CANDIDATE), ("alias", Verdict.FOLLOW_UP)):
        judged = Matcher([with_terms(Term("Wexcombe", kind, 0.9))]).judge(article(None, text))[0]
        assert judged.verdict is verdict


def test_what_was_learned_counts_beside_the_own_terms_and_what_is_against_lowers() -> None:
    own = Term("Wexcombe", "name", 0.4)
    text = "Wexcombe sued Farrow at the Orle assizes over a bridge."
    bare = with_terms(own)
    learned = Learned(
        terms=(Term("Farrow", "name", 0.2, datetime(2031, 5, 3, tzinfo=UTC), ("7",)),),
        against=(Term("bridge", "term", 0.3),),
        share=0.5,
        threshold=0.2,
        accepted=12,
    )
    taught = replace(bare, profile=replace(bare.profile, learned=learned))
    plain = {r.term: r for r in Matcher([bare]).judge(article(None, text))[0].reasons}
    found = {r.term: r for r in Matcher([taught]).judge(article(None, text))[0].reasons}
    assert found["Wexcombe"] == plain["Wexcombe"]
    assert found["Farrow"].weight > 0
    assert (found["bridge"].kind, found["bridge"].weight < 0) == ("against", True)
    assert thresholds_of(bare.profile) == (0.15, 0.1)
    assert thresholds_of(taught.profile) == (0.2, pytest.approx(0.2 * 0.1 / 0.15))


def test_reasons_are_made_once_and_alike_whenever_looked_at() -> None:
    matcher = Matcher([DAM])
    early = matcher.judge(article(*SEEDS[0]))[0]
    late = matcher.judge(article(*SEEDS[0]))[0]
    matcher.judge(article(*SEEDS[1]))
    assert early == late
    assert hash(early) == hash(late)
    assert tuple(early.reasons) == early.reasons[:]
    assert early.reasons[0] is early.reasons[0]
    assert early.reasons != ()
    assert repr(early.reasons).startswith("(Reason(")


def test_phrases_count_where_they_stand_in_a_row() -> None:
    terms = ("quay of glass", "quay of", "quay quay")
    index = Index([[Term(text, "name", 0.5) for text in terms]])
    text = "quay of glass, quay of stone, quay of; quay quay quay"
    assert index._phrase_counts(read_features("Quay of", text, "en").sections) == {
        "quay of glass": 1.0,
        "quay of": 5.0,
        "quay quay": 2.0,
    }
