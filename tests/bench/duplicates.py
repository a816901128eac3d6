"""How well copies are found: python tests/bench/duplicates.py [--mistakes] [FILE ...]

Pairwise precision, recall and F1 of the groups against the truth, by default of the labelled files
beside the project, and CPU time for each article.
"""

import json
import sys
import time
from collections import Counter
from collections.abc import Iterable
from itertools import combinations
from math import comb
from pathlib import Path

HERE = Path(__file__).resolve()
sys.path.insert(0, str(HERE.parents[1] / "pipelines" / "dedupe"))

from memory_index import MemoryIndex  # noqa: E402

from pipelines.dates import parse_time  # noqa: E402
from pipelines.dedupe import Entry, group  # noqa: E402
from pipelines.urls import canonical_key  # noqa: E402

SHARED = HERE.parents[3] / "shared" / "duplicates"


def grouped(rows: list[dict[str, str]]) -> list[int]:
    """The group of each row."""
    entries = [
        Entry(
            number,
            (canonical_key(row["url"]),),
            row["title"],
            row["text"],
            parse_time(row["published_at"] or ""),
        )
        for number, row in enumerate(rows)
    ]
    index = MemoryIndex({entry.id: (entry.title, entry.text) for entry in entries})
    return [found.group for found in group(entries, index)]


def agreement(truth: list[str], found: list[int]) -> dict[str, float]:
    """Precision, recall, F1 over pairs, and the adjusted Rand index (Hubert and Arabie, 1985)."""
    both = _pairs(zip(truth, found, strict=True))
    true, said, all_pairs = _pairs(truth), _pairs(found), comb(len(truth), 2)
    chance = true * said / all_pairs
    return {
        "precision": both / said,
        "recall": both / true,
        "f1": 2 * both / (said + true),
        "ari": (both - chance) / ((true + said) / 2 - chance),
    }


def _pairs(labels: Iterable[object]) -> int:
    return sum(comb(n, 2) for n in Counter(labels).values())


def mistakes(rows: list[dict[str, str]], found: list[int]) -> Iterable[str]:
    """Each wrong pair in a line, for a person who looks for the reason."""
    for a, b in combinations(range(len(rows)), 2):
        together, true = found[a] == found[b], rows[a]["group"] == rows[b]["group"]
        if together != true:
            kind = "joined" if together else "parted"
            yield f"{kind}: {rows[a]['id']} {rows[b]['id']} {rows[a]['title']} | {rows[b]['title']}"


def main() -> None:
    names = [name for name in sys.argv[1:] if name != "--mistakes"]
    for path in [Path(name) for name in names] or sorted(SHARED.glob("*.jsonl")):
        rows = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
        started = time.process_time()
        found = grouped(rows)
        cpu_ms = 1000 * (time.process_time() - started) / len(rows)
        figures = agreement([row["group"] for row in rows], found) | {"cpu_ms": cpu_ms}
        print(path.name, " ".join(f"{name}={value:.4f}" for name, value in figures.items()))
        if "--mistakes" in sys.argv:
            print(*mistakes(rows, found), sep="\n")


if __name__ == "__main__":
    main()
