"""How likely each block of text is the story's: trees of yes-or-no questions over `features`.

The trees are the table in `trees.json`: rows of questions (a column, a limit) and of answers (a
share of the log odds). `tests/bench/blocks.py` learns them from the development sets and scores
them by cross-validation. A tree is asked all its questions at once: every "no" strikes out the
leaves on its other side, and the first leaf left is the answer (QuickScorer: Lucchese et al.,
SIGIR 2015, https://doi.org/10.1145/2766462.2767733).
"""

import json
from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from dataclasses import dataclass
from functools import lru_cache
from importlib.resources import files
from typing import Any

import numpy as np
import numpy.typing as npt

from pipelines.clean.features import COLUMNS, Matrix

#: From this probability on a block is the story's: where the mean of F1 over the sets is best.
LIKELY = 0.45
#: Rows that are judged at a time, so that a page of thousands of blocks needs no more memory.
ROWS = 512
#: Answers that are asked for at a time, so that they stay in the processor's cache.
ANSWERS = 200_000


@dataclass(frozen=True, slots=True)
class Trees:
    """Of each tree as many questions, and one leaf more; a question's mask keeps the leaves that
    are left after a "no" (the value is above the limit)."""

    columns: npt.NDArray[np.intp]
    limits: Matrix
    masks: npt.NDArray[np.uint32]
    leaves: npt.NDArray[np.float64]
    bias: float

    @property
    def questions(self) -> int:
        """Questions of one tree."""
        return int(self.leaves.shape[1]) - 1


def trees_of(table: dict[str, Any]) -> Trees:
    """The trees of a table; ValueError where it was learned from other columns."""
    if tuple(table["names"]) != COLUMNS:
        raise ValueError("trees.json was learned from other columns: run tests/bench/blocks.py")
    return Trees(
        np.array([row[0] for row in table["questions"]], np.intp),
        np.array([row[1] for row in table["questions"]], np.float32),
        np.array([row[2] for row in table["questions"]], np.uint32),
        np.array(table["answers"], np.float64),
        float(table["bias"]),
    )


@lru_cache(maxsize=1)
def learned() -> Trees:
    """The trees that go with the product."""
    return trees_of(json.loads(files("pipelines.clean").joinpath("trees.json").read_text("utf-8")))


_others: ContextVar[Trees | None] = ContextVar("others", default=None)


@contextmanager
def judging_by(trees: Trees) -> Iterator[None]:
    """Meanwhile, pages are judged by these trees: those of a fold, for a cross-validation."""
    before = _others.set(trees)
    try:
        yield
    finally:
        _others.reset(before)


def probabilities(matrix: Matrix, trees: Trees) -> npt.NDArray[np.float64]:
    """Of each row, how likely it is the story's, 0 to 1."""
    parts = [_log_odds(matrix[at : at + ROWS], trees) for at in range(0, len(matrix), ROWS)]
    return np.asarray(1 / (1 + np.exp(-np.concatenate(parts))))


def judged(matrix: Matrix, trees: Trees | None = None) -> list[float]:
    """Of each block of a page, how likely it is the story's."""
    values = probabilities(matrix, trees or _others.get() or learned())
    return [float(value) for value in values]


def likely(matrix: Matrix, trees: Trees | None = None) -> list[bool]:
    """Of each block of a page, whether it is the story's."""
    return [chance >= LIKELY for chance in judged(matrix, trees)]


def _log_odds(rows: Matrix, trees: Trees) -> npt.NDArray[np.float64]:
    values = np.ascontiguousarray(rows.T)  # a column's values side by side, as they are compared
    total = np.full(len(rows), trees.bias)
    some = max(1, ANSWERS // (trees.questions * len(rows)))
    for first in range(0, len(trees.leaves), some):
        leaves = trees.leaves[first : first + some]
        asked = slice(first * trees.questions, (first + len(leaves)) * trees.questions)
        above = values.take(trees.columns[asked], axis=0) > trees.limits[asked, None]
        struck = np.multiply(above, ~trees.masks[asked, None], dtype=np.uint32)
        gone = np.bitwise_or.reduce(struck.reshape(len(leaves), -1, len(rows)), axis=1)
        lowest = ~gone & (gone + np.uint32(1))
        leaf = np.log2(lowest.astype(np.float32)).astype(np.intp)
        total += np.take_along_axis(leaves, leaf, axis=1).sum(axis=0)
    return total
