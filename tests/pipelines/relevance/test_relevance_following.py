import math
from datetime import UTC, datetime, timedelta

import pytest
from invented import FOLLOW_UPS, OTHERS, SEEDS, SIBLINGS

from pipelines.incident import Seed
from pipelines.items import Article
from pipelines.relevance import follow
from pipelines.relevance.numbers import MOST_REASONS

START = datetime(2031, 3, 4, tzinfo=UTC)
LONE = [Seed(SEEDS[0][1], title=SEEDS[0][0], language="en")]


def article(pair: tuple[str, str], day: int | None) -> Article:
    when = None if day is None else START + timedelta(days=day)
    url = f"https://a.test/{day}"
    return Article(url, url, pair[0], pair[1], published_at=when, language="en")


def stream() -> list[tuple[str, Article]]:
    pairs = [*SEEDS[1:], *FOLLOW_UPS, *SIBLINGS, *OTHERS]
    return [(str(day), article(pair, day)) for day, pair in enumerate(pairs)]


def test_answers_come_in_the_order_of_the_stream() -> None:
    backwards = stream()[::-1]
    assert [scored.id for scored in follow(LONE, backwards)] == [id for id, _ in backwards]


def test_articles_are_judged_in_order_of_time_whatever_their_order() -> None:
    forwards = {scored.id: scored for scored in follow(LONE, stream())}
    backwards = {scored.id: scored for scored in follow(LONE, stream()[::-1])}
    assert forwards == backwards


def test_without_learning_each_article_is_judged_by_the_seeds_alone() -> None:
    together = list(follow(LONE, stream(), learns=False))
    alone = [next(follow(LONE, [item], learns=False)) for item in stream()]
    assert together == alone


def test_learning_finds_what_only_other_follow_ups_know() -> None:
    """The judge was named months after the lone seed; by the end she is part of the story."""
    late = ("", article(("Judge Marchetti retires", "Judge Ysolde Marchetti is leaving."), 400))
    news = [*stream(), *((f"again{day}", article(SEEDS[2], 200 + day)) for day in range(6)), late]
    fixed = list(follow(LONE, news, learns=False))[-1]
    learned = list(follow(LONE, news))[-1]
    assert fixed.score == 0.0
    assert "Judge Ysolde Marchetti" in {reason.term for reason in learned.reasons}


def test_an_article_is_drawn_to_what_it_is_like_and_away_from_its_siblings() -> None:
    """Sparse reports of the dam and of the sibling, told apart by what each of them continues."""
    dam, sibling = FOLLOW_UPS[2], SIBLINGS[2]
    told = [*SEEDS[1:], *FOLLOW_UPS[:2], *SIBLINGS[:2]]
    known = [(str(day), article(pair, day)) for day, pair in enumerate(told)]
    news = [*known, ("dam", article(dam, 300)), ("sibling", article(sibling, 301))]
    alone = {each.id: each.score for each in follow(LONE, news, learns=False)}
    beside = {each.id: each for each in follow(LONE, news)}
    apart = beside["dam"].score - beside["sibling"].score
    assert apart > alone["dam"] - alone["sibling"]
    assert "coverage" in {reason.kind for reason in beside["dam"].reasons}


def test_what_continues_a_rival_says_so() -> None:
    bridge = (
        "Bridge closed",
        "Harwick engineers closed the Tarn bridge over cracks in its arches.",
    )
    again = (
        "Bridge cracks",
        "A fisherman felt the Tarn bridge shake under his lorry, and Harwick doubts him.",
    )
    rivals = [(f"rival{day}", article(bridge, day)) for day in range(1, 4)]
    told = list(follow(LONE, [*rivals, ("again", article(again, 9))]))[-1]
    alone = next(follow(LONE, [("again", article(again, 9))]))
    against = [reason for reason in told.reasons if reason.kind == "rival"]
    assert [reason.term for reason in against] == ["Bridge closed"]
    assert against[0].weight < 0
    assert told.score < alone.score


def test_the_sum_of_the_reasons_is_the_score() -> None:
    shown = [each for each in follow(LONE, stream()) if 0 < len(each.reasons) < MOST_REASONS]
    assert shown
    for each in shown:
        assert math.fsum(reason.weight for reason in each.reasons) == pytest.approx(each.score)


def test_articles_without_a_time_come_last() -> None:
    undated = ("undated", article(FOLLOW_UPS[0], None))
    first, *_ = follow(LONE, [undated, *stream()])
    *_, last = follow(LONE, [*stream(), undated])
    assert first == last
