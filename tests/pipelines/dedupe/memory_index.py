"""An index of sketches in memory: the rules of the store's, without a store."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Known:
    """A `Candidate`."""

    shared: int
    sampled: int
    title: str | None
    text: str | None


class MemoryIndex:
    """`CopyIndex` over texts that are handed in beforehand as {id: (title, text)}."""

    def __init__(self, articles: Mapping[int, tuple[str | None, str]]) -> None:
        self.articles = articles
        self.sampled: dict[int, int] = {}
        self.holders: dict[int, list[int]] = defaultdict(list)
        self.texts: dict[str, list[int]] = defaultdict(list)

    def add(self, article_id: int, hashes: Sequence[int]) -> None:
        self.sampled[article_id] = len(hashes)
        self.texts[" ".join(self.articles[article_id][1].split())].append(article_id)
        for value in hashes:
            self.holders[value].append(article_id)

    def shared(self, hashes: Sequence[int], cap: int) -> Mapping[int, int]:
        counts: Counter[int] = Counter()
        for value in hashes:
            holders = self.holders.get(value, [])
            if len(holders) < cap:
                counts.update(holders)
        return counts

    def same_text(self, text: str) -> Sequence[int]:
        return self.texts.get(" ".join(text.split()), [])[:20]

    def candidates(self, shared: Mapping[int, int]) -> Mapping[int, Known]:
        return {
            id: Known(count, self.sampled[id], *self.articles[id]) for id, count in shared.items()
        }
