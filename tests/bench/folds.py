"""The trees of a cross-validation: each page is judged by those that learned from other sites."""

import json
from contextlib import AbstractContextManager
from dataclasses import dataclass
from pathlib import Path

from pipelines.clean import scorer
from tests.bench.recorded import site_of


@dataclass(frozen=True, slots=True)
class Folds:
    """The trees of each fold, and of each site the fold that left it out. A site that none left out
    is one that none learned from, so any will do."""

    trees: tuple[scorer.Trees, ...]
    left_out: dict[str, int]

    def judging(self, url: str) -> AbstractContextManager[None]:
        """While it is entered, the cleaner judges by trees that never saw the page's site."""
        return scorer.judging_by(self.trees[self.left_out.get(site_of(url), 0)])


def read(folder: Path) -> Folds:
    """What `tests.bench.blocks --folds` wrote. Raises FileNotFoundError; ValueError where its trees
    don't fit the features."""
    trees, left_out = [], dict[str, int]()
    for number, path in enumerate(sorted(folder.glob("fold*.json"))):
        fold = json.loads(path.read_text("utf-8"))
        trees.append(scorer.trees_of(fold["trees"]))
        left_out |= {site_of(url): number for url in fold["left_out"]}
    if not trees:
        raise FileNotFoundError(f"no fold*.json in {folder}: run tests.bench.blocks --folds")
    return Folds(tuple(trees), left_out)
