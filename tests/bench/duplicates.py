"""How well copies are found, and what that costs: python -m tests.bench.duplicates

    [--mistakes] [--alone] [FILE ...]     the groups against the truth of labelled files, by default
                                          of those beside the project: ours as `followup dedupe`
                                          makes them, and those of other libraries
    --grow 10000,100000 [--folder DIR]    a store that grows: CPU, bytes and memory (copy_growth)

Pairwise precision, recall, F1 and the adjusted Rand index; recall of copies by their kind; CPU.
"""

import argparse
import json
import tempfile
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from itertools import combinations
from math import comb
from pathlib import Path

from crawler.services.dedupe_files import dedupe
from pipelines.urls import canonical_key
from tests.bench.copy_growth import document, grown
from tests.bench.copy_peers import finders

SHARED = Path(__file__).resolve().parents[3] / "shared" / "duplicates"
Row = dict[str, str]


def agreement(truth: Sequence[str], found: Sequence[object]) -> dict[str, float]:
    """Precision, recall, F1 over pairs, and the adjusted Rand index (Hubert and Arabie, 1985)."""
    both = _pairs(zip(truth, found, strict=True))
    true, said, all_pairs = _pairs(truth), _pairs(found), comb(len(truth), 2)
    chance = true * said / all_pairs
    return {
        "precision": both / said if said else 1.0,
        "recall": both / true,
        "f1": 2 * both / (said + true),
        "ari": (both - chance) / ((true + said) / 2 - chance),
    }


def _pairs(labels: Iterable[object]) -> int:
    return sum(comb(n, 2) for n in Counter(labels).values())


def by_kind(rows: Sequence[Row], found: Sequence[object]) -> dict[str, float]:
    """For each kind of copy, the share that is in one group with its original; for what is no copy,
    the share that stands alone."""
    groups, sizes = Counter(row["group"] for row in rows), Counter(found)
    first = {row["group"]: at for at, row in enumerate(rows) if row.get("kind") == "original"}
    right, of = Counter[str](), Counter[str]()
    for at, row in enumerate(rows):
        kind = row.get("kind", "?")
        if groups[row["group"]] == 1:
            right[kind] += sizes[found[at]] == 1
        elif at == first.get(row["group"]) or row["group"] not in first:
            continue
        else:
            right[kind] += found[at] == found[first[row["group"]]]
        of[kind] += 1
    return {kind: right[kind] / count for kind, count in sorted(of.items())}


def mistakes(rows: Sequence[Row], found: Sequence[object]) -> Iterator[str]:
    """Each wrong pair in a line, for a person who looks for the reason."""
    for a, b in combinations(range(len(rows)), 2):
        together, true = found[a] == found[b], rows[a]["group"] == rows[b]["group"]
        if together != true:
            kind = "joined" if together else "parted"
            yield f"{kind}: {rows[a]['id']} {rows[b]['id']} {rows[a]['title']} | {rows[b]['title']}"


def joined(count: int, pairs: Iterable[tuple[int, int]]) -> list[int]:
    """For each of `count` places the component that it is in."""
    parent = list(range(count))

    def root(place: int) -> int:
        while parent[place] != place:
            parent[place] = parent[parent[place]]
            place = parent[place]
        return place

    for one, other in pairs:
        parent[root(one)] = root(other)
    return [root(place) for place in range(count)]


def show(name: str, figures: dict[str, float]) -> None:
    print(f"  {name:<11}", " ".join(f"{key}={value:.4f}" for key, value in figures.items()))


def labelled(path: Path, *, tells_mistakes: bool, alone: bool) -> None:
    rows: list[Row] = [json.loads(line) for line in path.read_text(encoding="utf-8").splitlines()]
    truth = [row["group"] for row in rows]
    print(f"{path.name}: {len(rows)} articles")
    began = time.process_time()
    found: list[object] = [answer["group"] for answer in dedupe(path)]
    cpu = {"cpu_ms": 1000 * (time.process_time() - began) / len(rows)}
    show("ours", agreement(truth, found) | cpu)
    show("", by_kind(rows, found))
    if tells_mistakes:
        print(*mistakes(rows, found), sep="\n")
    for name, finder in ({} if alone else finders()).items():
        first: dict[str, int] = {}
        same = [
            (at, first.setdefault(canonical_key(row["url"]), at)) for at, row in enumerate(rows)
        ]
        began = time.process_time()
        pairs = list(finder([row["text"] for row in rows]))
        cpu = {"cpu_ms": 1000 * (time.process_time() - began) / len(rows)}
        groups = joined(len(rows), [*same, *pairs])
        show(name, agreement(truth, groups) | cpu)
        show("", by_kind(rows, groups))


def growing(sizes: Sequence[int], folder: Path, peers_up_to: int) -> None:
    for count in sizes:
        for key, value in grown(folder, count).items():
            print(f"  {key}: {value}")
        if count > peers_up_to:
            continue
        texts = [document(number).text for number in range(count)]
        for name, finder in finders().items():
            began = time.process_time()
            pairs = sum(1 for _ in finder(texts))
            cpu = 1000 * (time.process_time() - began) / count
            print(f"  {name}: {cpu:.3f} ms a document in memory, {pairs} pairs")


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("files", nargs="*", type=Path)
    parser.add_argument("--mistakes", action="store_true")
    parser.add_argument("--alone", action="store_true", help="without other libraries")
    parser.add_argument("--grow", help="numbers of documents, parted by commas")
    parser.add_argument("--folder", type=Path, help="where the grown stores are kept")
    parser.add_argument("--peers-up-to", type=int, default=10_000)
    given = parser.parse_args()
    if given.grow:
        sizes = [int(size) for size in given.grow.split(",")]
        with tempfile.TemporaryDirectory() as made:
            growing(sizes, given.folder or Path(made), given.peers_up_to)
        return
    for path in given.files or sorted(SHARED.glob("*.jsonl")):
        labelled(path, tells_mistakes=given.mistakes, alone=given.alone)


if __name__ == "__main__":
    main()
