"""The learned trees: their table fits the features, and they are asked as trees are asked."""

import json
import math
import random
import tracemalloc
from importlib.resources import files
from typing import Any

import numpy as np
import pytest

from pipelines.clean import scorer
from pipelines.clean.features import COLUMNS

#: A tree as a question (column, limit, tree for "up to it", tree for "above it") or an answer.
Tree = float | tuple[int, float, "Tree", "Tree"]

LEAVES = 4
BALANCED: Tree = (0, 0.5, (1, -1.0, -2.0, -0.25), (2, 3.0, 0.5, 1.5))
LEANING: Tree = (2, 0.0, (0, 0.0, (1, 0.0, 0.1, 0.2), 0.4), 0.8)
SMALL: Tree = (1, 0.25, -0.6, 0.7)


def flatten(tree: Tree, questions: list[list[float]], leaves: list[float]) -> int:
    """Writes a tree as the table has it; the bits of its leaves."""
    if isinstance(tree, float):
        leaves.append(tree)
        return 1 << (len(leaves) - 1)
    column, limit, low, high = tree
    left = flatten(low, questions, leaves)
    questions.append([column, limit, ~left & 0xFFFFFFFF])
    return left | flatten(high, questions, leaves)


def table(*trees: Tree, bias: float = 0.0) -> dict[str, Any]:
    asked, answers = [], []
    for tree in trees:
        questions: list[list[float]] = []
        leaves: list[float] = []
        flatten(tree, questions, leaves)
        asked += questions + [[0, 1e30, 0xFFFFFFFF]] * (LEAVES - 1 - len(questions))
        answers.append(leaves + [0.0] * (LEAVES - len(leaves)))
    return {"names": list(COLUMNS), "questions": asked, "answers": answers, "bias": bias}


def walk(tree: Tree, row: Any) -> float:
    """What a tree answers, asked one question after the other."""
    while not isinstance(tree, float):
        column, limit, low, high = tree
        tree = high if row[column] > limit else low
    return tree


def rows(count: int, seed: int = 3) -> Any:
    """Rows whose values often lie at a limit, as flags do."""
    drawn = random.Random(seed)
    matrix = np.zeros((count, len(COLUMNS)), np.float32)
    for row in matrix:
        row[:3] = [drawn.choice((-2, -1, 0, 0.25, 0.5, 1, 3, 4)) for _ in range(3)]
    return matrix


def shipped() -> dict[str, Any]:
    text = files("pipelines.clean").joinpath("trees.json").read_text("utf-8")
    loaded: dict[str, Any] = json.loads(text)
    return loaded


def test_the_shipped_trees_fit_the_features() -> None:
    found = shipped()
    assert found["names"] == list(COLUMNS)
    leaves = {len(answers) for answers in found["answers"]}
    assert len(leaves) == 1
    most = leaves.pop()
    assert most <= 32  # a leaf is a bit of a mask
    assert len(found["questions"]) == len(found["answers"]) * (most - 1)
    for column, limit, mask in found["questions"]:
        assert 0 <= column < len(COLUMNS)
        assert math.isfinite(limit)
        assert 0 < mask <= 0xFFFFFFFF
    assert all(math.isfinite(answer) for answers in found["answers"] for answer in answers)


def test_trees_that_were_learned_from_other_columns_are_refused() -> None:
    wrong = shipped()
    wrong["names"][3], wrong["names"][4] = wrong["names"][4], wrong["names"][3]
    with pytest.raises(ValueError, match="other columns"):
        scorer.trees_of(wrong)


def test_probabilities_are_those_of_walks_down_the_trees() -> None:
    forest = (BALANCED, LEANING, SMALL)
    matrix = rows(700)
    found = scorer.probabilities(matrix, scorer.trees_of(table(*forest, bias=0.3)))
    wanted = [1 / (1 + math.exp(-0.3 - sum(walk(tree, row) for tree in forest))) for row in matrix]
    assert found == pytest.approx(wanted, abs=1e-12)
    assert len(set(wanted)) > 10


def test_a_value_at_the_limit_is_not_above_it() -> None:
    matrix = np.zeros((3, len(COLUMNS)), np.float32)
    matrix[:, 1] = 0.25, np.nextafter(np.float32(0.25), np.float32(1)), 0.2
    trees = scorer.trees_of(table(SMALL))
    assert scorer.likely(matrix, trees) == [False, True, False]


def test_every_leaf_of_a_full_tree_can_be_reached() -> None:
    chain: Tree = 31.0
    for step in range(30, -1, -1):
        chain = (0, float(step), float(step), chain)
    questions: list[list[float]] = []
    leaves: list[float] = []
    flatten(chain, questions, leaves)
    found = {"names": list(COLUMNS), "questions": questions, "answers": [leaves], "bias": 0.0}
    matrix = np.zeros((32, len(COLUMNS)), np.float32)
    matrix[:, 0] = range(32)
    odds = scorer.probabilities(matrix, scorer.trees_of(found))
    assert np.log(odds[:30] / (1 - odds[:30])) == pytest.approx(np.arange(30), rel=1e-3, abs=1e-9)
    assert len(leaves) == 32
    assert (np.diff(odds[:30]) > 0).all()


def test_rows_are_judged_alone_whatever_stands_beside_them() -> None:
    matrix = np.random.default_rng(5).random((2 * scorer.ROWS + 3, len(COLUMNS)), np.float32)
    trees = scorer.learned()
    whole = scorer.probabilities(matrix, trees)
    order = np.random.default_rng(6).permutation(len(matrix))
    assert (scorer.probabilities(matrix, trees) == whole).all()
    assert scorer.probabilities(matrix[order], trees) == pytest.approx(whole[order], abs=1e-12)
    assert scorer.probabilities(matrix[-1:], trees) == pytest.approx(whole[-1:], abs=1e-12)


def test_memory_does_not_grow_with_the_blocks_of_a_page() -> None:
    trees = scorer.learned()
    matrix = np.zeros((12_000, len(COLUMNS)), np.float32)
    peaks = []
    for count in (scorer.ROWS, len(matrix)):
        tracemalloc.start()
        scorer.probabilities(matrix[:count], trees)
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert peaks[1] < peaks[0] + 1_000_000


def test_other_trees_hold_only_while_they_are_put_in() -> None:
    row = np.zeros((1, len(COLUMNS)), np.float32)
    before = scorer.likely(row)
    for answer in (-5.0, 5.0):
        with scorer.judging_by(scorer.trees_of(table(answer))):
            assert scorer.likely(row) == [answer > 0]
        with (
            pytest.raises(RuntimeError),
            scorer.judging_by(scorer.trees_of(table(answer))),
        ):
            raise RuntimeError
    assert scorer.likely(row) == before
