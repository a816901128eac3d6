"""An index of sketches in memory, and the groups of a whole collection without a store.

Every pair is judged, by the counts of all texts: what a store makes of the same articles, in
whatever order they came to it, must be this.
"""

from collections import Counter, defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from itertools import combinations

from pipelines.dedupe import Text, copies_of, judged, keys_of_sketch, sketch
from pipelines.items import COMMON_FROM

#: By id: headline and text.
Articles = Mapping[int, tuple[str | None, str]]


class MemoryIndex:
    """`dedupe.Index` over texts in memory."""

    def __init__(self, articles: Articles) -> None:
        self.wordings = {id: text for id, (_, text) in articles.items()}
        self.stored = {
            id: Text(id, title, sketch(text, title)) for id, (title, text) in articles.items()
        }
        self.found: dict[int, list[int]] = defaultdict(list)
        for id, text in self.stored.items():
            for key in keys_of_sketch(text.sketch):
                self.found[key].append(id)

    def common(self, keys: Collection[int]) -> Mapping[int, int]:
        counts = {key: len(self.found.get(key, ())) for key in keys}
        return {key: count for key, count in counts.items() if count >= COMMON_FROM}

    def holders(self, keys: Collection[int]) -> Mapping[int, Sequence[int]]:
        return {key: self.found[key] for key in keys if key in self.found}

    def first_holder(self, key: int, but: int | None) -> int | None:
        return min((id for id in self.found.get(key, ()) if id != but), default=None)

    def texts(self, ids: Collection[int]) -> Mapping[int, Text]:
        return {id: self.stored[id] for id in ids}

    def wording(self, id: int) -> str | None:
        return self.wordings[id]


def joined(ids: Iterable[int], links: Iterable[tuple[int, int]]) -> dict[int, int]:
    """For each id the lowest of its component."""
    lowest = {id: id for id in ids}
    for one, other in links:
        a, b = sorted((lowest[one], lowest[other]))
        lowest = {id: a if low == b else low for id, low in lowest.items()}
    return lowest


def found_groups(articles: Articles) -> dict[int, int]:
    """The groups that looking each article up makes, each by the lowest id in it."""
    index = MemoryIndex(articles)
    links = [
        (id, match.article_id) for id in articles for match in copies_of(index.stored[id], index)
    ]
    return joined(articles, links)


def all_pairs(articles: Articles) -> dict[int, int]:
    """The groups that judging every pair makes."""
    texts = MemoryIndex(articles).stored
    counts = Counter(key for text in texts.values() for key in set(keys_of_sketch(text.sketch)))
    common = {key: count for key, count in counts.items() if count >= COMMON_FROM}
    links = [
        (one, other)
        for one, other in combinations(articles, 2)
        if judged(texts[one], texts[other], common, lambda text: articles[text.id or 0][1])
    ]
    return joined(articles, links)
