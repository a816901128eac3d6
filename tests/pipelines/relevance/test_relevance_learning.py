import math
from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st
from invented import FOLLOW_UPS, SEEDS, SIBLINGS

from pipelines.incident import Seed
from pipelines.items import Article
from pipelines.relevance import Example, derive, is_near, learn, precision, teaches
from pipelines.relevance.learning import threshold_by
from pipelines.relevance.matching import thresholds_of
from pipelines.relevance.numbers import LEARNED_SHARE, MOST_ARTICLES_SHOWN, MOST_EXAMPLES

START = datetime(2031, 3, 4, tzinfo=UTC)
PROFILE = derive([Seed(SEEDS[0][1], title=SEEDS[0][0], language="en")])


def example(
    pair: tuple[str, str], day: int, *, taken: bool = True, by_hand: bool = False
) -> Example:
    url = f"https://a.test/{day}"
    when = START + timedelta(days=day)
    article = Article(url, url, pair[0], pair[1], published_at=when, language="en")
    return Example(str(day), article, when, taken, by_hand)


def examples(pairs: Sequence[tuple[str, str]], **marks: bool) -> list[Example]:
    return [example(pair, day, **marks) for day, pair in enumerate(pairs)]


#: The judge was named after the seed; three reports name her.
NEWS = [*FOLLOW_UPS, *[SEEDS[2]] * 3]
TAUGHT = learn(PROFILE, examples(NEWS), ())


def test_what_three_articles_say_is_learned_with_since_and_articles() -> None:
    assert TAUGHT.learned is not None
    named = {term.text: term for term in TAUGHT.learned.terms}
    learned = [term for term in named.values() if len(term.articles) >= 3]
    assert learned
    for term in learned:
        assert term.since == START + timedelta(days=int(term.articles[0]))
        assert len(term.articles) <= MOST_ARTICLES_SHOWN
        assert term.weight > 0


def test_two_articles_teach_nothing() -> None:
    assert learn(PROFILE, examples(FOLLOW_UPS[:2]), ()).learned is None


def test_own_terms_stay_and_keep_their_share_whatever_is_learned() -> None:
    flood = learn(PROFILE, [example(SIBLINGS[day % 3], day) for day in range(200)], ())
    assert flood.terms == PROFILE.terms
    assert flood.learned is not None
    assert flood.learned.share == LEARNED_SHARE <= 0.5
    assert math.hypot(*(term.weight for term in flood.learned.terms)) <= LEARNED_SHARE + 0.01
    assert flood.learned.accepted == MOST_EXAMPLES


def test_a_refused_term_is_not_learned_and_learning_can_be_switched_off() -> None:
    assert TAUGHT.learned is not None
    text = TAUGHT.learned.terms[0].text
    refused = learn(replace(PROFILE, refused=(text,)), examples(NEWS), ())
    assert refused.learned is not None
    assert text not in {term.text for term in refused.learned.terms}
    assert learn(replace(PROFILE, learns=False), examples(NEWS), (0.5,) * 9).learned is None


def test_what_the_dismissed_share_counts_against() -> None:
    against = learn(PROFILE, examples(SIBLINGS, taken=False, by_hand=True), ()).learned
    assert against is not None
    names = {term.text for term in against.against}
    assert any("Tolmin" in name for name in names)
    own = {term.text for term in PROFILE.terms[:5]}
    assert not own & names


@given(st.permutations(range(len(NEWS))))
def test_the_order_of_examples_changes_nothing(order: list[int]) -> None:
    given = examples(NEWS)
    assert learn(PROFILE, [given[place] for place in order], ()) == TAUGHT


def test_the_threshold_of_a_short_incident_is_higher_than_that_of_a_long_crisis() -> None:
    few = threshold_by(0.14, [0.5, 0.48, 0.47, 0.45, 0.45, 0.2, 0.1])
    many = threshold_by(0.14, [0.5, 0.48, 0.47, 0.45, 0.45, *[0.3] * 80])
    assert many < few
    assert 0.14 < few < 0.45


def test_a_threshold_needs_scores_and_a_fixed_one_stays() -> None:
    assert threshold_by(0.14, [0.5, 0.4]) == 0.14
    assert threshold_by(0.14, [0.01] * 50) == 0.14
    moved = learn(PROFILE, (), [0.5] * 9)
    assert thresholds_of(moved)[0] > PROFILE.threshold
    fixed = replace(moved, fixed=True)
    assert thresholds_of(fixed) == (PROFILE.threshold, PROFILE.candidate_threshold)


def test_only_what_is_sure_teaches_and_only_what_is_near_counts_against() -> None:
    threshold = PROFILE.threshold
    assert teaches(PROFILE, 2 * threshold)
    assert not teaches(PROFILE, 1.1 * threshold)
    assert is_near(PROFILE, 0.7 * threshold)
    assert not is_near(PROFILE, 1.1 * threshold)
    assert not is_near(PROFILE, 0.999 * threshold)
    assert not is_near(PROFILE, 0.1 * threshold)


def test_precision_moves_with_decisions_and_grows_sure() -> None:
    low, high = [PROFILE.threshold * 1.1] * 20, [PROFILE.threshold * 3] * 20
    before = precision(PROFILE, (), (), [*low, *high])
    praised = precision(PROFILE, low[:10], (), [*low, *high])
    blamed = precision(PROFILE, (), low[:10], [*low, *high])
    assert before is not None
    assert praised is not None
    assert blamed is not None
    assert 0 <= blamed.low < blamed.estimate < before.estimate < praised.estimate <= praised.high
    assert praised.high - praised.low < before.high - before.low
    assert (before.decided, praised.decided) == (0, 10)
    assert precision(PROFILE, (), (), ()) is None
