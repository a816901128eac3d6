from datetime import UTC, datetime, timedelta

import pytest
from invented import FOLLOW_UPS, SEEDS, SIBLINGS

from pipelines.incident import Seed
from pipelines.items import Article
from pipelines.outcomes import Verdict
from pipelines.relevance import follow
from pipelines.relevance.coverage import Remembered
from pipelines.relevance.features import Features, read_features
from pipelines.relevance.numbers import MOST_PARTED
from pipelines.relevance.siblings import Likeness, Nearby, begun, cosine, parted

#: Two arrests of the same goalkeeper: each is told in its own words, in turn, and with the same
#: standing line about who she is.
WHO = "Brennick is captain of the Quist Rovers."
CAR = (
    "Police stopped Brennick at the Tarn bridge at three in the night; her silver Vantor swerved, "
    "and a breath test showed twice the limit of alcohol for drivers.",
    "A breath test showed twice the limit for drivers when police stopped the silver Vantor of "
    "Brennick, which swerved at the Tarn bridge in the night.",
    "The silver Vantor swerved at the Tarn bridge. Police stopped Brennick at three in the night "
    "and the breath test showed alcohol, twice the limit for drivers.",
    "Twice the limit of alcohol: the breath test of Brennick, whose silver Vantor swerved at the "
    "Tarn bridge in the night until police stopped her at three.",
    "Drivers at the Tarn bridge saw the silver Vantor swerve in the night, then police stopped "
    "Brennick at three and took a breath test: alcohol at twice the limit.",
)
BETS = (
    "Prosecutors say that Brennick placed wagers on her own matches through bookmaker Gildhand, "
    "under the name of her cousin Ruvo, and hid the winnings in Saint Ombre.",
    "Wagers on her own matches: prosecutors found the winnings of Brennick in Saint Ombre, which "
    "bookmaker Gildhand had paid to her cousin Ruvo.",
    "Cousin Ruvo placed the wagers at bookmaker Gildhand, prosecutors say, and Brennick hid the "
    "winnings from her own matches in Saint Ombre.",
    "Bookmaker Gildhand told prosecutors of wagers by cousin Ruvo on matches of Brennick; the "
    "winnings were hidden in Saint Ombre.",
    "The winnings in Saint Ombre came of wagers at bookmaker Gildhand, which cousin Ruvo placed "
    "on matches of Brennick, prosecutors say.",
)
START = datetime(2031, 5, 1, tzinfo=UTC)


def article(name: str, text: str, day: int) -> Article:
    url = f"https://a.test/{name}"
    when = START + timedelta(days=day)
    return Article(url, url, "Brennick arrested", text, published_at=when, language="en")


def stream() -> list[tuple[str, Article]]:
    told = []
    for day, (car, bets) in enumerate(zip(CAR[1:], BETS, strict=False)):
        told.append((f"car{day}", article(f"car{day}", f"{car}\n\n{WHO}", 2 * day)))
        told.append((f"bets{day}", article(f"bets{day}", f"{bets}\n\n{WHO}", 2 * day + 1)))
    return told


SEED = [Seed(f"{CAR[0]}\n\n{WHO}", title="Brennick arrested", language="en")]


def test_a_sibling_is_told_from_the_incident_once_there_is_enough_of_both() -> None:
    scored = {each.id: each for each in follow(SEED, stream())}
    last = scored["bets3"]
    against = [reason for reason in last.reasons if reason.kind == "sibling"]
    assert scored["bets0"].verdict is Verdict.FOLLOW_UP
    assert [reason.term for reason in against] == ["Brennick arrested"]
    assert against[0].weight < 0
    assert scored["car3"].score > 1.5 * last.score
    assert not any(reason.kind == "sibling" for reason in scored["car3"].reasons)


def test_what_a_sibling_takes_leaves_a_candidate_a_candidate(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """However much it takes."""
    monkeypatch.setattr("pipelines.relevance.matching.SIBLING_POWER", 9.0)
    seeds = [*SEED, Seed(f"{CAR[1]}\n\n{WHO}", title="Brennick arrested", language="en")]
    last = {each.id: each for each in follow(seeds, stream()[1:])}["bets3"]
    assert any(reason.kind == "sibling" for reason in last.reasons)
    assert last.verdict is Verdict.CANDIDATE


def test_without_learning_nothing_is_parted() -> None:
    scored = follow(SEED, stream(), learns=False)
    assert not any(reason.kind == "sibling" for each in scored for reason in each.reasons)


def matrix(sizes: tuple[int, ...], within: float, across: float) -> Likeness:
    sides = [side for side, size in enumerate(sizes) for _ in range(size)]
    places = range(len(sides))
    likeness = [[within if sides[i] == sides[j] else across for j in places] for i in places]
    for place in places:
        likeness[place][place] = 0.0
    return likeness


def test_the_other_side_is_found_and_the_seeds_stay() -> None:
    other = parted(matrix((3, 4), 0.6, 0.3), seeds=1)
    assert other == [False] * 3 + [True] * 4


@pytest.mark.parametrize(
    ("sizes", "within", "across"),
    [
        ((3, 4), 0.6, 0.55),  # hardly apart: one incident
        ((3, 4), 0.25, 0.1),  # loose: parts of a long crisis
        ((6, 1), 0.6, 0.3),  # a single report is no sibling
        ((2, 5), 0.6, 0.3),  # too little of the incident is known
    ],
)
def test_no_sibling_is_seen(sizes: tuple[int, ...], within: float, across: float) -> None:
    assert parted(matrix(sizes, within, across), seeds=1) is None


def read(pair: tuple[str, str]) -> Features:
    return read_features(*pair, "en")


def with_all(nearby: Nearby, pairs: list[tuple[str, str]]) -> Nearby:
    """With articles by their place as id, each with its likeness to those before it."""
    features = [read(pair) for pair in pairs]
    for place, each in enumerate(features):
        likeness = {
            str(before): cosine(each.weights, features[before].weights) for before in range(place)
        }
        nearby = nearby.joined(Remembered(str(place), "", each), likeness, lambda _: True)
    return nearby


def test_likeness_is_kept_of_all_that_came_near() -> None:
    pairs = [*SEEDS[1:], *FOLLOW_UPS, *SIBLINGS]
    nearby = with_all(begun([read(SEEDS[0])]), pairs)
    vectors = [read(pair).weights for pair in (SEEDS[0], *pairs)]
    for one, row in zip(vectors, nearby.likeness, strict=True):
        expected = [0.0 if one is other else cosine(one, other) for other in vectors]
        assert row == pytest.approx(expected)


def test_an_article_that_comes_again_takes_its_old_place() -> None:
    nearby = with_all(begun([read(SEEDS[0])]), FOLLOW_UPS[:3])
    again = Remembered("1", "", read(SEEDS[1]))
    nearby = nearby.joined(again, {"0": 0.5, "2": 0.25}, lambda _: True)
    assert [each.id for each in nearby.articles] == ["0", "2", "1"]
    assert nearby.likeness[-1][1:] == [0.5, 0.25, 0.0]
    assert [row[-1] for row in nearby.likeness[1:]] == [0.5, 0.25, 0.0]
    assert [len(row) for row in nearby.likeness] == [4] * 4


def test_what_is_forgotten_and_what_is_old_is_left_out() -> None:
    nearby = begun([read(SEEDS[0])])
    each = read(SEEDS[1])
    for place in range(MOST_PARTED + 5):
        nearby = nearby.joined(Remembered(str(place), "", each), {}, lambda id: id != "20")
    kept = [int(each.id) for each in nearby.articles]
    assert len(kept) == MOST_PARTED
    assert kept[-1] == MOST_PARTED + 4
    assert 20 not in kept
    assert [len(row) for row in nearby.likeness] == [MOST_PARTED + 1] * (MOST_PARTED + 1)
