"""Groups of copies: what hangs together by links, and what a person said of it.

A group is a connected component of the links between articles. Links are taken by falling strength;
a union that would bring two articles together which a person keeps apart is refused. Equals are
taken in the order of the articles' addresses, so that neither the order of arrival nor ids make a
difference.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from pipelines.items import DuplicateKind

#: A person's word comes first, then the same address, the same text, and what is nearly the same.
_STRENGTH = {
    DuplicateKind.HAND: 0,
    DuplicateKind.URL: 1,
    DuplicateKind.TEXT: 2,
    DuplicateKind.NEAR: 3,
}


@dataclass(frozen=True, slots=True)
class CopyLink:
    """Two articles with one text; `similarity` is 0 to 1."""

    one: int
    other: int
    kind: DuplicateKind
    similarity: float


def components(
    ids: Iterable[int],
    links: Iterable[CopyLink],
    apart: Iterable[tuple[int, int]],
    keys: Mapping[int, str],
) -> list[list[int]]:
    """The groups that articles form, each and all of them in the order of the articles' `keys`;
    one that stands alone is a group too.

    `links` and `apart` are of these articles only.
    """
    place = {id: keys[id] for id in ids}
    members = {id: [id] for id in place}
    root = {id: id for id in place}
    enemies: dict[int, set[int]] = defaultdict(set)
    for one, other in apart:
        enemies[one].add(other)
        enemies[other].add(one)
    for link in sorted(links, key=lambda link: _rank(link, place)):
        a, b = root[link.one], root[link.other]
        if a == b or any(root[enemy] == b for id in members[a] for enemy in enemies.get(id, ())):
            continue
        small, large = sorted((a, b), key=lambda each: len(members[each]))
        for id in members[small]:
            root[id] = large
        members[large] += members.pop(small)
    found = [sorted(group, key=place.__getitem__) for group in members.values()]
    return sorted(found, key=lambda group: place[group[0]])


def strongest(
    members: Iterable[int], origin: int, links: Iterable[CopyLink], keys: Mapping[int, str]
) -> dict[int, CopyLink]:
    """For each member but the origin the link by which it is a copy: that to the origin, else its
    strongest one within the group."""
    inside, found = set(members), dict[int, CopyLink]()
    for link in sorted(links, key=lambda link: _rank(link, keys)):
        if not inside.issuperset((link.one, link.other)):
            continue
        if origin in (link.one, link.other):
            found[link.one if link.other == origin else link.other] = link
        else:
            found.setdefault(link.one, link)
            found.setdefault(link.other, link)
    return {id: link for id, link in found.items() if id != origin}


def _rank(link: CopyLink, keys: Mapping[int, str]) -> tuple[int, float, list[str]]:
    ends = sorted((keys[link.one], keys[link.other]))
    return _STRENGTH[link.kind], -link.similarity, ends
