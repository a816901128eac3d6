"""Groups of copies over a whole collection, the same whatever the order of arrival.

Links between articles (same address, same text, near copy) are found first, with the shingles of
all articles counted; a group is then a connected component of the links, and its origin the
earliest of its members. This is `followup dedupe`; a crawl compares one article at a time.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol

from pipelines.dates import to_utc
from pipelines.dedupe.near import (
    COMMON_FROM,
    WIDESPREAD_FROM,
    Candidate,
    matches,
    worth_comparing,
)
from pipelines.dedupe.sketch import Sketch, sketch
from pipelines.items import Duplicate, DuplicateKind


class Sketches(Protocol):
    """Where sketches are looked up. Ids are the store's article ids."""

    def shared(self, hashes: Sequence[int], cap: int) -> Mapping[int, int]:
        """Article id to number of `hashes` that it has; hashes in `cap` or more articles don't
        count. Articles with none are left out."""

    def same_text(self, text: str) -> Sequence[int]:
        """Articles whose whole text is the same, white space aside; a few of them will do."""

    def candidates(self, shared: Mapping[int, int]) -> Mapping[int, Candidate]:
        """The named articles, each with its number of `shared`."""


class CopyIndex(Sketches, Protocol):
    """Where sketches are kept as well."""

    def add(self, article_id: int, hashes: Sequence[int]) -> None:
        """Keep the hashes of an article's sketch."""


@dataclass(frozen=True, slots=True)
class Entry:
    """An article of a collection: its id in the index, its address keys, what is compared."""

    id: int
    keys: tuple[str, ...]
    title: str | None
    text: str
    published_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Grouped:
    """What became of an entry. `group` is the origin's id; `copy_of` too, None for the origin
    itself; `kind` and `similarity` are of the strongest link, that to the origin first."""

    id: int
    group: int
    copy_of: int | None = None
    kind: DuplicateKind | None = None
    similarity: float | None = None


def group(entries: Sequence[Entry], index: CopyIndex) -> list[Grouped]:
    """Groups of the entries, in the order of the entries. The index is filled with them."""
    sketches = {entry.id: sketch(entry.text, entry.title) for entry in entries}
    for entry in entries:
        index.add(entry.id, sketches[entry.id].hashes)
    links = _by_address(entries)
    for entry in entries:
        for match in copies_of(sketches[entry.id], entry.text, index, but=entry.id):
            links[entry.id].setdefault(match.article_id, match)
            links[match.article_id].setdefault(entry.id, replace(match, article_id=entry.id))
    origin_of = _origins(entries, links)
    return [_grouped(entry.id, origin_of[entry.id], links[entry.id]) for entry in entries]


def copies_of(
    found: Sketch, text: str, index: Sketches, *, but: int | None = None
) -> list[Duplicate]:
    """The indexed articles that repeat a text, best first; `but` is the article itself."""
    rare = _candidates(found, text, index, COMMON_FROM, but)
    common = _candidates(found, text, index, WIDESPREAD_FROM, but)
    best = matches(found, rare)
    seen = {match.article_id for match in best}
    return best + [m for m in matches(found, common, widespread=True) if m.article_id not in seen]


def _candidates(
    found: Sketch, text: str, index: Sketches, cap: int, but: int | None
) -> Mapping[int, Candidate]:
    shared = {id: n for id, n in index.shared(found.hashes, cap).items() if id != but}
    wanted = {id: shared[id] for id in worth_comparing(shared)}
    for id in index.same_text(text):
        if id != but:
            wanted.setdefault(id, shared.get(id, 0))
    return index.candidates(wanted) if wanted else {}


Links = dict[int, dict[int, Duplicate]]


def _by_address(entries: Iterable[Entry]) -> Links:
    """Links of entries that share a key, through the first that has it."""
    links: Links = defaultdict(dict)
    first: dict[str, int] = {}
    for entry in entries:
        for key in entry.keys:
            other = first.setdefault(key, entry.id)
            if other != entry.id:
                links[entry.id][other] = Duplicate(other, DuplicateKind.URL, 1.0)
                links[other][entry.id] = Duplicate(entry.id, DuplicateKind.URL, 1.0)
    return links


def _origins(entries: Sequence[Entry], links: Links) -> dict[int, int]:
    """The origin of each entry: the earliest of its component, undated ones last."""
    place = {
        entry.id: (entry.published_at is None, _moment(entry.published_at), number)
        for number, entry in enumerate(entries)
    }
    parent = {entry.id: entry.id for entry in entries}
    for id, found in links.items():
        for other in found:
            a, b = _root(parent, id), _root(parent, other)
            early, late = sorted((a, b), key=place.__getitem__)
            parent[late] = early
    return {entry.id: _root(parent, entry.id) for entry in entries}


def _root(parent: dict[int, int], id: int) -> int:
    while parent[id] != id:
        parent[id] = parent[parent[id]]
        id = parent[id]
    return id


def _moment(when: datetime | None) -> float:
    return to_utc(when).timestamp() if when else 0.0


def _grouped(id: int, origin: int, found: Mapping[int, Duplicate]) -> Grouped:
    if id == origin:
        return Grouped(id, origin)
    link = found.get(origin) or max(found.values(), key=lambda d: (d.similarity, -d.article_id))
    return Grouped(id, origin, origin, link.kind, link.similarity)
