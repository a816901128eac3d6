"""Ways to find near copies beside ours: libraries that people use for it, as their pages show them.

Each gives the pairs that it takes for copies. A peer that is not installed is left out.
"""

from collections.abc import Callable, Iterator, Sequence
from importlib import import_module

#: Text by text, the places of earlier texts that it repeats.
Finder = Callable[[Sequence[str]], Iterator[tuple[int, int]]]
#: Share of shingles in common from which two texts are copies; below it precision falls.
THRESHOLD = 0.5
PERMUTATIONS = 128
#: Bits in which two simhashes may differ, of 64 (Manku, Jain and Das Sarma, 2007).
DISTANCE = 3


def finders() -> dict[str, Finder]:
    """The peers that are installed."""
    found = {"simhash": _simhash, "datasketch": _datasketch, "rensa": _rensa}
    return {name: finder for name, finder in found.items() if _is_there(name)}


def _is_there(name: str) -> bool:
    try:
        import_module(name)
    except ModuleNotFoundError:
        return False
    return True


def _shingles(text: str) -> list[str]:
    words = text.lower().split()
    runs = zip(*(words[start:] for start in range(5)), strict=False)
    return list(dict.fromkeys(" ".join(run) for run in runs)) or [text]


def _simhash(texts: Sequence[str]) -> Iterator[tuple[int, int]]:
    from simhash import Simhash, SimhashIndex

    index = SimhashIndex([], k=DISTANCE)
    for place, text in enumerate(texts):
        value = Simhash(_shingles(text))
        for other in index.get_near_dups(value):
            yield int(other), place
        index.add(str(place), value)


def _datasketch(texts: Sequence[str]) -> Iterator[tuple[int, int]]:
    from datasketch import MinHash, MinHashLSH

    index = MinHashLSH(threshold=THRESHOLD, num_perm=PERMUTATIONS)
    for place, text in enumerate(texts):
        value = MinHash(num_perm=PERMUTATIONS)
        value.update_batch([shingle.encode() for shingle in _shingles(text)])
        for other in index.query(value):
            yield int(other), place
        index.insert(place, value)


def _rensa(texts: Sequence[str]) -> Iterator[tuple[int, int]]:
    from rensa import RMinHash, RMinHashLSH

    index = RMinHashLSH(threshold=THRESHOLD, num_perm=PERMUTATIONS, num_bands=32)
    values = []
    for place, text in enumerate(texts):
        value = RMinHash(num_perm=PERMUTATIONS, seed=42)
        value.update(_shingles(text))
        for other in index.query(value):
            if values[other].jaccard(value) >= THRESHOLD:
                yield int(other), place
        index.insert(place, value)
        values.append(value)
