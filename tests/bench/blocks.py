"""Learns which blocks of a page are its story, and says how well by cross-validation.

    python -m tests.bench.blocks [--write] [--folds FOLDER] [--pages N]

Of each recorded page (`../shared/pages`, the development sets) every block is labelled by the true
text: a block of four words and more by the share of its 4-token shingles that stand there, a
shorter one as a line of its own or by the blocks around it; where only segments are known, the
blocks that hold one. Gradient-boosted trees (LightGBM) learn the labels from `features`, each page
with the same weight. Five folds, pages of one site kept together, are each judged by trees that
learned from the others; the scores are of block texts, before BeautifulSoup reads them.

`--write` learns from all pages and writes `pipelines/clean/trees.json`; `--folds` writes the trees
of each fold with the sites that it leaves out, which `tests.bench.cleaning --folds` puts in.
"""

import argparse
import json
import re
import sys
from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any

import numpy as np

from pipelines.clean import scorer
from pipelines.clean.container import locate, prune
from pipelines.clean.decode import decode
from pipelines.clean.document import parse
from pipelines.clean.features import COLUMNS, rows_of
from pipelines.clean.head import read_head
from pipelines.clean.nodes import TextBlock, nodes_of, text_blocks
from pipelines.clean.titles import headline, titles_of
from pipelines.urls import host_of
from tests.bench.recorded import SETS, Missing, Recorded, Truth, recorded
from tests.bench.recorded import scorer as page_scorer

TREES = Path(__file__).resolve().parents[2] / "pipelines" / "clean" / "trees.json"
FOLDS = 5
SETTINGS: dict[str, Any] = {
    **{"objective": "binary", "num_leaves": 20, "learning_rate": 0.06, "min_data_in_leaf": 40},
    **{"bagging_fraction": 0.7, "bagging_freq": 1, "feature_fraction": 0.3, "lambda_l2": 2.0},
    **{"max_bin": 63, "seed": 1, "num_threads": 2, "verbose": -1, "deterministic": True},
}
ROUNDS = 220
#: A page counts as one, however long; what is beside its story at most twice as much as the story.
BESIDE_AT_MOST = 2.0
#: A known segment of a page of which no more is known.
SEGMENT_WEIGHT = 0.12
SHINGLE = 4
_WORD = re.compile(r"\w+")


@dataclass(slots=True)
class Labelled:
    """A page's blocks: their rows, whether each is the story's (1, 0; -1: not known), weights."""

    page: Recorded
    site: str
    texts: list[str]
    rows: Any
    labels: Any
    weights: Any


def labelled(page: Recorded) -> Labelled | None:
    """None where the page has no text."""
    source = decode(page.body(), "text/html")
    root = parse(source)
    if root is None:
        return None
    head = read_head(root, source, page.url)
    found = headline(head, None, host_of(page.url))
    titles = titles_of(head, found[0] if found else None)
    prune(root)
    nodes = nodes_of(root)
    place = locate(nodes)
    blocks = text_blocks(nodes)
    if place is None or not blocks:
        return None
    labels = np.array(labels_of(blocks, page.truth), np.float32)
    return Labelled(
        page,
        page.site,
        [block.text for block in blocks],
        rows_of(nodes, blocks, place, head, titles),
        labels,
        _weights(blocks, labels, page.truth),
    )


def labels_of(blocks: Sequence[TextBlock], truth: Truth) -> list[float]:
    """1 for the story's, 0 for others, -1 where it is not known."""
    if "body" not in truth and "body_paragraphs" not in truth:
        return [_by_segments(block.text, truth) for block in blocks]
    lines = true_lines(truth)
    tokens = _WORD.findall("\n".join(lines))
    known = Counter(_shingles(tokens))
    whole = {" ".join(_WORD.findall(line)) for line in lines}
    labels: list[float | None] = [_by_text(block, known, whole) for block in blocks]
    pairs: set[tuple[str, ...]] = {*pairwise(tokens), *((token,) for token in tokens)}
    return [
        value if value is not None else _by_neighbours(blocks[at], labels, at, pairs)
        for at, value in enumerate(labels)
    ]


def true_lines(truth: Truth) -> list[str]:
    """The lines of the true text; optional paragraphs, in brackets, count as true."""
    paragraphs = truth.get("body_paragraphs")
    if paragraphs is None:
        return str(truth.get("body") or "").split("\n")
    return [p[1:-1] if p[:1] == "[" and p[-1:] == "]" else p for p in paragraphs]


def _by_segments(text: str, truth: Truth) -> float:
    if any(" ".join(segment.split()) in text for segment in truth["with"]):
        return 1
    return 0 if any(" ".join(s.split()) in text for s in truth.get("without", [])) else -1


def _shingles(tokens: Sequence[str]) -> list[tuple[str, ...]]:
    return [tuple(tokens[at : at + SHINGLE]) for at in range(len(tokens) - SHINGLE + 1)]


def _by_text(block: TextBlock, known: Counter[tuple[str, ...]], lines: set[str]) -> float | None:
    tokens = _WORD.findall(block.text)
    if not tokens:
        return 0
    if len(tokens) < SHINGLE:
        return 1 if " ".join(tokens) in lines else None
    shingles = _shingles(tokens)
    if sum(known[shingle] > 0 for shingle in shingles) <= 0.5 * len(shingles):
        return 0
    known.subtract(shingles)  # what is told twice is the story's once
    return 1


def _by_neighbours(
    block: TextBlock, labels: Sequence[float | None], at: int, pairs: set[tuple[str, ...]]
) -> float:
    tokens = _WORD.findall(block.text)
    parts: list[tuple[str, ...]] = [(tokens[0],)] if len(tokens) == 1 else list(pairwise(tokens))
    near = [labels[i] for i in (at - 1, at + 1) if 0 <= i < len(labels)]
    known = [label for label in near if label is not None]
    return float(all(p in pairs for p in parts) and bool(known) and min(known) > 0.5)


def _weights(blocks: Sequence[TextBlock], labels: Any, truth: Truth) -> Any:
    if "body" not in truth and "body_paragraphs" not in truth:
        return np.where(labels >= 0, SEGMENT_WEIGHT, 0)
    sizes = np.array([len(_WORD.findall(block.text)) for block in blocks], np.float64)
    weights = sizes / max(sizes[labels > 0.5].sum(), 20) + 0.002
    beside = weights[labels <= 0.5].sum()
    if beside > BESIDE_AT_MOST:
        weights = np.where(labels <= 0.5, weights * BESIDE_AT_MOST / beside, weights)
    return weights


def learn(pages: Iterable[Labelled]) -> dict[str, Any]:
    """The table of trees, as `scorer.trees_of` reads it."""
    import lightgbm  # type: ignore[import-not-found]

    pages = list(pages)
    labels = np.concatenate([page.labels for page in pages])
    weights = np.concatenate([page.weights for page in pages])
    used = (labels >= 0) & (weights > 0)
    rows = np.vstack([page.rows for page in pages])[used]
    data = lightgbm.Dataset(rows, labels[used], weight=200 * weights[used])
    booster = lightgbm.train(SETTINGS, data, ROUNDS)
    return table_of([tree["tree_structure"] for tree in booster.dump_model()["tree_info"]])


def table_of(trees: Sequence[dict[str, Any]]) -> dict[str, Any]:
    """LightGBM's trees as rows of questions [column, limit, mask] and of answers."""
    most = SETTINGS["num_leaves"]
    questions: list[list[float]] = []
    answers: list[list[float]] = []
    for tree in trees:
        asked: list[list[float]] = []
        leaves: list[float] = []
        _flatten(tree, asked, leaves)
        questions += asked + [[0, 1e30, 0xFFFFFFFF]] * (most - 1 - len(asked))
        answers.append(leaves + [0.0] * (most - len(leaves)))
    return {"names": list(COLUMNS), "questions": questions, "answers": answers, "bias": 0.0}


def _flatten(tree: dict[str, Any], asked: list[list[float]], leaves: list[float]) -> int:
    """Puts down a tree's questions and leaves from left to right; the bits of its leaves."""
    if "leaf_value" in tree:
        leaves.append(round(tree["leaf_value"], 5))
        return 1 << (len(leaves) - 1)
    left = _flatten(tree["left_child"], asked, leaves)
    limit = float(f"{tree['threshold']:.6g}")
    asked.append([tree["split_feature"], limit, ~left & 0xFFFFFFFF])
    return left | _flatten(tree["right_child"], asked, leaves)


def folds_of(pages: Sequence[Labelled]) -> dict[str, int]:
    """Of each site its fold; the folds have about as many pages."""
    sizes = Counter(page.site for page in pages)
    filled, folds = [0] * FOLDS, dict[str, int]()
    for site, size in sorted(sizes.items(), key=lambda item: (-item[1], item[0])):
        folds[site] = filled.index(min(filled))
        filled[folds[site]] += size
    return folds


def cross_validate(pages: Sequence[Labelled], folder: Path | None) -> dict[str, float]:
    """Body F1 (of segments where only these are known) by set."""
    folds = folds_of(pages)
    answers: list[dict[str, Any]] = []
    for fold in range(FOLDS):
        table = learn(page for page in pages if folds[page.site] != fold)
        if folder is not None:
            left = sorted({page.page.url for page in pages if folds[page.site] == fold})
            folder.mkdir(parents=True, exist_ok=True)
            text = json.dumps({"left_out": left, "trees": table})
            (folder / f"fold{fold}.json").write_text(text, "utf-8")
        trees = scorer.trees_of(table)
        answers += [_answer(p, trees) for p in pages if folds[p.site] == fold]
        print(f"fold {fold + 1} of {FOLDS}", file=sys.stderr)
    return scores(answers)


def _answer(page: Labelled, trees: scorer.Trees) -> dict[str, Any]:
    likely = scorer.likely(page.rows, trees)
    kept = [text for text, keep in zip(page.texts, likely, strict=True) if keep]
    return {"set": page.page.set, "id": page.page.id, "body": "\n\n".join(kept)}


def scores(answers: Iterable[dict[str, Any]]) -> dict[str, float]:
    """F1 by set of predictions as `score.py` reads them."""
    score = page_scorer()
    by_page = {(answer["set"], answer["id"]): answer for answer in answers}
    found = {}
    for name in SETS:
        truth = [page.truth for page in recorded(name) if (name, page.id) in by_page]
        result = score.score_set(name, truth, by_page, boot=0)
        found[name] = float(result.get("F1") or result["wF1"])
    return found


def write(table: dict[str, Any], path: Path) -> None:
    """One row a line, so that a change can be read."""
    parts = [f' "{key}": {json.dumps(table[key])}' for key in ("names", "bias")]
    for key in ("questions", "answers"):
        rows = ",\n  ".join(json.dumps(row) for row in table[key])
        parts.append(f' "{key}": [\n  {rows}\n ]')
    path.write_text("{\n" + ",\n".join(parts) + "\n}\n", "utf-8")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--write", action="store_true", help=f"write {TREES.name}")
    parser.add_argument("--folds", type=Path, help="a folder for the trees of each fold")
    parser.add_argument("--pages", type=int, help="at most so many of each set")
    options = parser.parse_args()
    try:
        found = [labelled(page) for name in SETS for page in recorded(name, options.pages)]
    except Missing as missing:
        print(missing, file=sys.stderr)
        return 1
    pages = [page for page in found if page is not None]
    result = cross_validate(pages, options.folds)
    print(json.dumps({**result, "mean": sum(result.values()) / len(result)}, indent=1))
    if options.write:
        write(learn(pages), TREES)
    return 0


if __name__ == "__main__":
    sys.exit(main())
