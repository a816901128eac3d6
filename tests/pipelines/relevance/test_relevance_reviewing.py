"""What decisions by hand do: which articles are asked about, the threshold, what is like them."""

import math
from collections.abc import Sequence
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from invented import FOLLOW_UPS, OTHERS, SEEDS, SIBLINGS

from pipelines.incident import Incident, Profile, Seed
from pipelines.items import Article, Relevance
from pipelines.outcomes import Verdict
from pipelines.relevance import (
    Coverage,
    Matcher,
    Remembered,
    calibrated,
    derive,
    follow,
    read_features,
    to_ask,
)
from pipelines.relevance.matching import thresholds_of

LONE = [Seed(SEEDS[0][1], title=SEEDS[0][0], language="en")]
PROFILE = derive(LONE)
THRESHOLD = PROFILE.threshold
Pair = tuple[str, str]


def article(pair: Pair) -> Article:
    url = f"https://a.test/{pair[0].replace(' ', '-')}"
    return Article(url, url, pair[0], pair[1], language="en")


def remembered(pair: Pair, kept: bool | None = None) -> Remembered:
    decisions = {} if kept is None else {0: kept}
    features = read_features(pair[0], pair[1], "en")
    return Remembered(article(pair).url, pair[0], features, decisions)


def beside(*known: Remembered, is_store: bool = True, profile: Profile = PROFILE) -> Matcher:
    coverage = Coverage(is_store=is_store)
    for each in known:
        coverage.add(each)
    return Matcher([Incident("dam", "Dam", profile)], coverage)


def judge(matcher: Matcher, pair: Pair) -> Relevance:
    return matcher.judge(article(pair))[0]


def at(*times: float) -> list[tuple[str, float]]:
    return [(str(each), THRESHOLD * each) for each in times]


def test_asked_is_first_what_lies_nearest_to_the_threshold() -> None:
    assert to_ask(PROFILE, at(0.0, 0.3, 0.9, 1.3, 4.0), 2)[0] == "0.9"


def test_asked_is_where_else_the_threshold_may_be_not_only_beside_it() -> None:
    crowd = at(*(1 + n / 1000 for n in range(50)), 0.5, 0.7, 1.5, 2.0)
    asked = to_ask(PROFILE, crowd, 10)
    assert len(asked) == len(set(asked)) == 10
    assert {"0.5", "0.7", "1.5", "2.0"} <= set(asked)


def test_what_is_far_below_is_not_asked_about_and_few_are_all_asked() -> None:
    assert to_ask(PROFILE, at(0.0, 0.1, 0.19, 0.9, 3.0), 10) == ["0.9", "3.0"]
    assert to_ask(PROFILE, [], 10) == []


def test_decisions_move_the_threshold_to_where_they_part() -> None:
    low = [(THRESHOLD * times, times > 0.6) for times in (0.3, 0.5, 0.55, 0.7, 0.8, 1.1)]
    high = [(THRESHOLD * times, times > 1.5) for times in (0.8, 1.1, 1.3, 1.4, 1.7, 2.0)]
    lower, _ = thresholds_of(calibrated(PROFILE, low))
    higher, _ = thresholds_of(calibrated(PROFILE, high))
    assert 0.5 * THRESHOLD < lower < 0.8 * THRESHOLD
    assert 1.2 * THRESHOLD < higher < 1.7 * THRESHOLD


def test_one_decision_moves_it_little_and_a_stray_one_hardly() -> None:
    one, _ = thresholds_of(calibrated(PROFILE, [(0.9 * THRESHOLD, True)]))
    stray, _ = thresholds_of(calibrated(PROFILE, [(0.001, True)]))
    assert 0.7 * THRESHOLD < one < THRESHOLD
    assert 0.85 * THRESHOLD < stray <= THRESHOLD


def test_fixed_thresholds_and_profiles_that_do_not_learn_stay() -> None:
    decided = [(0.5 * THRESHOLD, True)] * 5
    for profile in (replace(PROFILE, fixed=True), replace(PROFILE, learns=False)):
        assert calibrated(profile, decided) == profile
    assert calibrated(PROFILE, []) == PROFILE


@given(st.lists(st.tuples(st.floats(-1.0, 3.0), st.booleans()), min_size=1, max_size=60))
def test_whatever_is_decided_gives_a_threshold_above_zero(
    decided: list[tuple[float, bool]],
) -> None:
    threshold, candidate = thresholds_of(calibrated(PROFILE, decided))
    assert 0 < candidate < threshold
    assert math.isfinite(threshold)
    assert calibrated(PROFILE, decided) == calibrated(PROFILE, decided[::-1])


def test_an_article_leans_to_what_was_decided_about_its_like_and_says_so() -> None:
    plain, *others = SIBLINGS
    scores = {
        kept: judge(beside(*(remembered(pair, kept) for pair in others)), plain)
        for kept in (None, True, False)
    }
    assert scores[False].score < scores[None].score < scores[True].score
    titles = {pair[0] for pair in others}
    for kept, kind in ((True, "kept"), (False, "dismissed")):
        assert titles & {each.term for each in scores[kept].reasons if each.kind == kind}


def test_what_another_incident_decided_says_nothing() -> None:
    plain, *others = SIBLINGS
    elsewhere = [replace(remembered(pair), decisions={7: True}) for pair in others]
    nowhere = [remembered(pair) for pair in others]
    assert judge(beside(*elsewhere), plain) == judge(beside(*nowhere), plain)


def test_stored_coverage_alone_makes_no_follow_up_of_what_is_only_near() -> None:
    """A football report from the same valley has nothing but the dam's coverage to be like."""
    football = next(pair for pair in OTHERS if pair[0].startswith("Rovers"))
    known = [remembered(pair) for pair in (*SEEDS, *FOLLOW_UPS)]
    alone, drawn = judge(beside(), football), judge(beside(*known), football)
    assert judge(beside(*known, is_store=False), football).verdict is Verdict.FOLLOW_UP
    assert alone.verdict is drawn.verdict is Verdict.CANDIDATE
    assert alone.score < drawn.score < THRESHOLD
    assert math.fsum(reason.weight for reason in drawn.reasons) == pytest.approx(drawn.score)


def test_stored_coverage_lifts_what_has_its_place_within() -> None:
    lifted = 0
    for pair in FOLLOW_UPS:
        above = replace(PROFILE, threshold=1.1 * judge(beside(), pair).score)
        known = [remembered(other) for other in (*SEEDS, *FOLLOW_UPS) if other != pair]
        assert judge(beside(profile=above), pair).verdict is Verdict.CANDIDATE
        lifted += judge(beside(*known, profile=above), pair).verdict is Verdict.FOLLOW_UP
    assert lifted >= 6


def f1(verdicts: dict[str, bool], right: set[str]) -> float:
    taken = {title for title, is_taken in verdicts.items() if is_taken}
    return 2 * len(taken & right) / (len(taken) + len(right))


@pytest.mark.parametrize(("learns", "floor"), [(False, 0.95), (True, 0.8)])
def test_floor_a_stream_with_siblings_is_followed(learns: bool, floor: float) -> None:
    """The short reports of this stream share few words: telling siblings apart, which learning
    brings with it, leaves one or two of them as candidates."""
    pairs = [*SEEDS[1:], *FOLLOW_UPS, *SIBLINGS, *OTHERS]
    stream = [(pair[0], article(pair)) for pair in pairs]
    verdicts = {
        one.id: one.verdict is Verdict.FOLLOW_UP for one in follow(LONE, stream, learns=learns)
    }
    found = f1(verdicts, {pair[0] for pair in (*SEEDS[1:], *FOLLOW_UPS)})
    assert found >= floor


@pytest.mark.parametrize(("times", "before", "after"), [(0.4, 0.9, 0.8), (2.5, 0.8, 0.9)])
def test_floor_four_answers_mend_a_wrong_threshold(
    times: float, before: float, after: float
) -> None:
    """Of the product's own choice. One that is far too low is not paid for with the story."""
    wrong = replace(PROFILE, threshold=times * THRESHOLD, candidate_threshold=0.1 * THRESHOLD)
    pairs = {pair[0]: pair for pair in (*SEEDS[1:], *FOLLOW_UPS, *SIBLINGS, *OTHERS)}
    right = {pair[0] for pair in (*SEEDS[1:], *FOLLOW_UPS)}
    scores = {title: judge(beside(profile=wrong), pair).score for title, pair in pairs.items()}
    asked = to_ask(wrong, list(scores.items()), 4)
    mended = calibrated(wrong, [(scores[title], title in right) for title in asked])
    known = [remembered(pairs[title], title in right) for title in asked]

    def measured(matcher: Matcher, answers: Sequence[str]) -> float:
        verdicts = {title: judge(matcher, pair).verdict for title, pair in pairs.items()}
        taken = {title: verdict is Verdict.FOLLOW_UP for title, verdict in verdicts.items()}
        return f1(taken | {title: title in right for title in answers}, right)

    assert measured(beside(profile=wrong), ()) < before
    assert measured(beside(*known, profile=mended), asked) >= after
