from datetime import UTC, datetime, timedelta

from invented import FOLLOW_UPS, OTHERS, SEEDS, SIBLINGS

from pipelines.incident import Seed
from pipelines.items import Article
from pipelines.outcomes import Verdict
from pipelines.relevance import follow
from pipelines.relevance.following import Follower

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
    together = list(follow(LONE, stream(), learn=False))
    alone = [next(follow(LONE, [item], learn=False)) for item in stream()]
    assert together == alone


def test_learning_finds_what_only_other_follow_ups_know() -> None:
    """The judge was named months after the lone seed; by the end she is part of the story."""
    late = ("", article(("Judge Marchetti retires", "Judge Ysolde Marchetti is leaving."), 400))
    news = [*stream(), *((f"again{day}", article(SEEDS[2], 200 + day)) for day in range(3)), late]
    fixed = list(follow(LONE, news, learn=False))[-1]
    learned = list(follow(LONE, news))[-1]
    assert fixed.score == 0.0
    assert "Judge Ysolde Marchetti" in {reason.term for reason in learned.reasons}


def test_seeds_keep_half_of_what_was_learned() -> None:
    follower = Follower(LONE)
    before = {term.text: term.weight for term in follower.profile.terms}
    for day in range(60):
        follower.accept(article(SIBLINGS[day % 3], day), 0.9)
    after = {term.text: term.weight for term in follower.profile.terms}
    assert "Hidrokor" in after
    seeded = sum(weight**2 for text, weight in after.items() if text in before)
    assert seeded >= 0.5
    assert follower.judge(article(SEEDS[0], 90)).verdict is Verdict.FOLLOW_UP


def test_the_threshold_rises_with_what_was_accepted_and_never_falls() -> None:
    follower = Follower(LONE)
    derived = follower.profile.threshold
    for day, score in enumerate([0.8] * 6):
        follower.accept(article(FOLLOW_UPS[day], day), score)
    assert follower.profile.threshold == 0.4
    for day in range(50):
        follower.accept(article(FOLLOW_UPS[0], day), derived)
    assert follower.profile.threshold == derived


def test_articles_without_a_time_come_last() -> None:
    undated = ("undated", article(FOLLOW_UPS[0], None))
    first, *_ = follow(LONE, [undated, *stream()])
    *_, last = follow(LONE, [*stream(), undated])
    assert first == last
