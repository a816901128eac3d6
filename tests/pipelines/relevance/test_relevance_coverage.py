"""The articles nearest to a new one: as by comparing with each, whatever came and went."""

import math

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from invented import FOLLOW_UPS, OTHERS, SEEDS, SIBLINGS

from pipelines.relevance.coverage import Coverage, Remembered, heaviest
from pipelines.relevance.features import Features, read_features
from pipelines.relevance.numbers import COPY_LIKENESS, MOST_NEIGHBOURS, MOST_WEIGHED

READ = [
    read_features(title, text, "en") for title, text in [*SEEDS, *FOLLOW_UPS, *SIBLINGS, *OTHERS]
]


def likeness(one: Features, other: Features) -> float:
    mine, theirs = heaviest(one), heaviest(other)
    return math.fsum(weight * theirs.get(key, 0.0) for key, weight in mine.items())


# numpy is imported on the way.
@settings(deadline=None)
@given(st.lists(st.tuples(st.integers(0, 40), st.integers(0, len(READ) - 1)), max_size=60))
def test_the_nearest_are_those_that_comparing_with_each_finds(added: list[tuple[int, int]]) -> None:
    coverage = Coverage(most=25)
    known: dict[str, int] = {}
    for name, which in added:
        id = f"https://a.test/{name}"
        coverage.add(Remembered(id, "", READ[which]))
        known.pop(id, None)
        known[id] = which
        known = dict(list(known.items())[-25:])
    new, but = READ[0], "https://a.test/7"
    alike = {id: likeness(new, READ[which]) for id, which in known.items() if id != but}
    wanted = [each for each in alike.values() if 0 < each < COPY_LIKENESS]
    found = coverage.nearest(coverage.likeness(new, but=but))
    assert [each.likeness for each in found] == pytest.approx(
        sorted(wanted, reverse=True)[:MOST_NEIGHBOURS]
    )
    assert all(alike[each.article.id] == pytest.approx(each.likeness) for each in found)


def test_nothing_in_common_has_no_neighbour() -> None:
    coverage = Coverage()
    coverage.add(Remembered("https://a.test/", "", READ[0]))
    assert coverage.likeness(read_features(None, "Zyx quv", "en"), but="") == {}


def test_the_heaviest_features_are_kept() -> None:
    text = " ".join(f"word{chr(97 + n % 26)}{chr(97 + n // 26)}x" for n in range(400))
    features = read_features("Wordaax", text, "en")
    kept = heaviest(features)
    assert len(kept) == MOST_WEIGHED
    assert min(kept.values()) >= max(
        weight for key, weight in features.weights.items() if key not in kept
    )
