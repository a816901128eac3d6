"""What is known of each block of text on a page, as a table of numbers: one row a block.

`scorer` judges the rows; `tests/bench/blocks.py` learns its trees from the same rows. A block has
columns of its own: its text; the elements around it and what their names say (`names`); its place
among all blocks, the headline and the container that the rules of `container` found; and how much
of the page's prose its parent, its grandparent and its like (same tag and class) hold. The columns
of `SEEN_AROUND` are told of its neighbours too, and as means over its siblings, its like and the
page. Everything is a share, a flag or a logarithm, so that long and short pages, and scripts with
and without spaces, have like rows.
"""

import re
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from math import log1p
from typing import Any

import numpy as np
import numpy.typing as npt

from pipelines.clean.container import Place, is_prose
from pipelines.clean.head import Head
from pipelines.clean.names import OTHER_THINGS, marks_lead, marks_story
from pipelines.clean.nodes import Node, TextBlock, key_of
from pipelines.clean.strip import LINES, line_reason, says_a_year

Matrix = npt.NDArray[np.float32]
Vector = npt.NDArray[Any]

TAGS = (
    *("p", "div", "li", "h1", "h2", "h3", "h4", "td", "blockquote", "section", "article", "dd"),
    *("dt", "pre", "figcaption", "body", "header", "aside", "figure", "form"),
)
AROUND = (
    *("figure", "blockquote", "table", "ul", "ol", "li", "article", "main", "section", "aside"),
    *("form", "header", "h1", "a", "p"),
)
REASONS = (*OTHER_THINGS, "form")
LINE_REASONS = tuple(LINES)
#: What stands beside a story says one of these, in small letters; the last ones as whole words.
_BESIDE = (
    *("©", "subscri", "newsletter", "sign up", "follow us", "click", "cookie", "copyright"),
    *("email", "e-mail", "http:", "https:", "www.", "@"),
)
_BESIDE_WORDS = re.compile(r"\b(?:all rights|read more)\b")
_DIGIT = re.compile(r"\d")
_DIGITS = re.compile(r"\d+")
#: Of a block's text so much is looked at.
LOOKED_AT = 500
CLASS_CHARS = 80
DESCRIPTION_CHARS = 80


@dataclass(slots=True)
class _Around:
    """What holds for all text inside an element: bits of `AROUND`, what the nearest name puts it
    beside the story for and how far up, and what marks it as the story."""

    depth: int = 0
    tags: int = 0
    reason: int = -1
    distance: int = 10
    beside: bool = False
    story: bool = False
    marked: bool = False
    lead: bool = False
    contained: bool = False


_OF_TEXT = (
    *("characters", "words", "linked", "is_links", "ends_as_prose", "ends_sentence", "ends_colon"),
    *("capital", "capitals", "digits", "commas", "word_length", "says_beside", "year"),
    *("question", "quote", "parted"),
)
_OF_PLACE = (
    "beside",
    "beside_distance",
    "beside_self",
    "story",
    "marked",
    "lead",
    "inside",
    "depth",
)
_OF_SHARES = (
    *("parent_share", "grandparent_share", "like_share", "best_parent", "parent_linked"),
    "parent_prose",
)
_OF_ORDER = (
    *("characters_before", "blocks_before", "has_headline", "after_headline", "headline_steps"),
    *("in_container", "before_container", "after_container", "is_title", "title_words", "repeated"),
    "is_description",
)
#: The columns of a block itself, in order.
OWN = (
    *_OF_TEXT,
    *(f"tag {tag}" for tag in TAGS),
    *(f"in {tag}" for tag in AROUND),
    *(f"beside {reason}" for reason in REASONS),
    *(f"line {reason}" for reason in LINE_REASONS),
    *_OF_PLACE,
    *_OF_SHARES,
    *_OF_ORDER,
)
#: Those that are told of the blocks around it, too.
SEEN_AROUND = (
    *("characters", "linked", "is_links", "ends_as_prose", "capitals", "says_beside", "tag p"),
    *("in article", "beside", "beside_distance", "story", "marked", "inside", "parent_share"),
    *("grandparent_share", "like_share", "best_parent", "is_title"),
)
NEIGHBOURS = (-3, -2, -1, 1, 2, 3)
COLUMNS = (
    *OWN,
    *(f"{name} {steps:+d}" for steps in NEIGHBOURS for name in SEEN_AROUND),
    *(f"{name} {around}" for around in ("siblings", "like", "page") for name in SEEN_AROUND),
    "blocks",
)
_SEEN = [OWN.index(name) for name in SEEN_AROUND]
_BITS = {tag: 1 << number for number, tag in enumerate(AROUND)}
_REASON_NUMBERS = {reason: number for number, reason in enumerate(REASONS)}
_LINE_NUMBERS = {reason: number for number, reason in enumerate(LINE_REASONS)}
_TAG_NUMBERS = {tag: number for number, tag in enumerate(TAGS)}


def rows_of(
    nodes: Sequence[Node],
    blocks: Sequence[TextBlock],
    place: Place,
    head: Head,
    titles: Sequence[str],
) -> Matrix:
    """The table of a page's blocks, one at least, with the columns `COLUMNS`; `place` is where the
    rules find the story."""
    around = _around(nodes, blocks, place)
    texts = np.array([_of_text(block) for block in blocks], np.float32)
    inside = [around[block.at] for block in blocks]
    codes = np.array([_codes(block, near) for block, near in zip(blocks, inside, strict=True)])
    shares, parents, likes = _shares(nodes, blocks)
    own = np.hstack(
        [
            texts,
            _one_hot(codes[:, 0], len(TAGS)),
            _bits(codes[:, 1], len(AROUND)),
            _one_hot(codes[:, 2], len(REASONS)),
            _one_hot(codes[:, 3], len(LINE_REASONS)),
            np.array([_of_place(near) for near in inside], np.float32),
            shares,
            _of_order(blocks, inside, head, titles),
        ]
    )
    return np.hstack([own, _surroundings(own[:, _SEEN], texts[:, :1], parents, likes)])


def _surroundings(seen: Matrix, weights: Matrix, parents: Vector, likes: Vector) -> Matrix:
    """The blocks before and after, and the means over siblings, like and page, each block with the
    logarithm of its length as its weight."""
    count = len(seen)
    padded = np.zeros((count + 6, seen.shape[1]), np.float32)
    padded[3:-3] = seen
    parts = [padded[3 + steps : 3 + steps + count] for steps in NEIGHBOURS]
    weighted = seen * weights
    for numbers in (parents, likes, np.zeros(count, np.intp)):
        parts.append((_sums(weighted, numbers) / _sums(weights, numbers))[numbers])
    parts.append(np.full((count, 1), log1p(count), np.float32))
    return np.hstack(parts)


def _sums(values: Matrix, numbers: Vector) -> Matrix:
    sums = np.zeros((int(numbers.max()) + 1, values.shape[1]), np.float32)
    np.add.at(sums, numbers, values)
    return sums


def _one_hot(codes: Vector, count: int) -> Matrix:
    """A column for each code; -1 has none."""
    return np.eye(count + 1, count, dtype=np.float32)[codes]


def _bits(codes: Vector, count: int) -> Matrix:
    return ((codes[:, None] >> np.arange(count)) & 1).astype(np.float32)


def _around(nodes: Sequence[Node], blocks: Sequence[TextBlock], place: Place) -> dict[int, _Around]:
    """What holds inside the blocks, and inside the elements around them."""
    holding: set[int] = set()
    for block in blocks:
        at = block.at
        while at not in holding:
            holding.add(at)
            at = nodes[at].parent
    found: dict[int, _Around] = {}
    for at in sorted(holding):
        node = nodes[at]
        above = found[node.parent] if at else _Around()
        found[at] = _inside(node, above, place.reasons[at], at == place.container)
    return found


def _inside(node: Node, above: _Around, reason: str | None, is_container: bool) -> _Around:
    """What holds inside an element; an element that says nothing adds nothing, not even depth."""
    name, bit = node.name, _BITS.get(node.tag, 0)
    if not (name or bit or reason or is_container or node.beside):
        return above
    return _Around(
        above.depth + 1,
        above.tags | bit,
        above.reason if reason is None else _REASON_NUMBERS[reason],
        above.distance + 1 if reason is None else 0,
        above.beside or node.beside,
        above.story or (bool(name) and marks_story(name)),
        above.marked or node.is_body,
        above.lead or (bool(name) and marks_lead(name)),
        above.contained or is_container,
    )


def _codes(block: TextBlock, near: _Around) -> tuple[int, int, int, int]:
    line = line_reason(block.text)
    return (
        _TAG_NUMBERS.get(block.tag, -1),
        near.tags,
        near.reason,
        -1 if line is None else _LINE_NUMBERS[line],
    )


def _of_place(near: _Around) -> tuple[float, ...]:
    return (
        near.beside,
        min(near.distance, 10) / 5,
        near.distance == 0,
        near.story,
        near.marked,
        near.lead,
        near.contained,
        near.depth / 10,
    )


def _of_text(block: TextBlock) -> tuple[float, ...]:
    text, folded = block.text[:LOOKED_AT], block.folded[:LOOKED_AT]
    size, words = len(block.text), max(len(block.words), 1)
    links = block.link_chars / size
    return (
        log1p(size),
        log1p(words),
        links,
        links > 0.5,
        block.ends_as_prose,
        block.text[-1] in ".。।؟!?",
        block.text[-1] == ":",
        text[0].isupper(),
        text.isupper(),
        len(_DIGIT.findall(text)) / len(text),
        5 * block.text.count(",") / words,
        size / words / 10,
        _says_beside(folded),
        says_a_year(text),
        "?" in text,
        '"' in text or "“" in text or "«" in text or "„" in text or "「" in text,
        "|" in text or "»" in text or "·" in text,
    )


def _says_beside(folded: str) -> bool:
    if any(word in folded for word in _BESIDE):
        return True
    says_words = "all rights" in folded or "read more" in folded
    return says_words and _BESIDE_WORDS.search(folded) is not None


def _shares(nodes: Sequence[Node], blocks: Sequence[TextBlock]) -> tuple[Matrix, Vector, Vector]:
    """Of all prose on the page, what stands under the block's parent, grandparent and in its like;
    with the numbers of the parents and of the likes."""
    own = [nodes[block.at] for block in blocks]
    parents = _numbered([node.parent for node in own])
    above = _numbered([nodes[node.parent].parent for node in own])
    likes = _numbered([_like(node, nodes[node.parent]) for node in own])
    chars = np.array([len(block.text) for block in blocks], np.float64)
    linked = np.array([block.link_chars for block in blocks], np.float64)
    unlinked = np.array([node.chars for node in own]) - linked
    prose = np.where([is_prose(node) for node in own], unlinked, 0)
    by_parent = np.bincount(parents, prose)
    total = prose.sum() or 1.0
    columns = (
        by_parent[parents] / total,
        np.bincount(above, prose)[above] / total,
        np.bincount(likes, prose)[likes] / total,
        by_parent[parents] == by_parent.max(),
        (np.bincount(parents, linked) / np.bincount(parents, chars))[parents],
        np.log1p(np.maximum(by_parent[parents], 0)),
    )
    return np.stack(columns, axis=1).astype(np.float32), parents, likes


def _numbered(values: Sequence[Hashable]) -> Vector:
    """Each value's number, in order of first appearance."""
    numbers: dict[Hashable, int] = {}
    return np.array([numbers.setdefault(value, len(numbers)) for value in values], np.intp)


def _like(node: Node, parent: Node) -> tuple[str, ...]:
    return (node.tag, _class_of(node.element), parent.tag, _class_of(parent.element))


def _class_of(element: Any) -> str:
    given = element.get("class")
    return _undigited(given[:CLASS_CHARS]) if given else ""


@lru_cache(maxsize=4096)
def _undigited(name: str) -> str:
    """A class with one number for all: "col-12" and "col-6" are alike."""
    return _DIGITS.sub("0", name)


def _of_order(
    blocks: Sequence[TextBlock], inside: Sequence[_Around], head: Head, titles: Sequence[str]
) -> Matrix:
    """Where a block stands: in the page, from the headline, from the container; and what it
    repeats."""
    keys = {key_of(title) for title in titles} - {""}
    title_words = {word for key in keys for word in key.split()}
    headline = _headline(blocks, inside, keys)
    contained = [at for at, near in enumerate(inside) if near.contained]
    first, last = (contained[0], contained[-1]) if contained else (0, 0)
    described = key_of(head.meta("description", "og:description") or "")[:DESCRIPTION_CHARS]
    total, before, seen = sum(len(block.text) for block in blocks), 0, set[str]()
    rows = []
    for at, block in enumerate(blocks):
        key, shared = block.key, len(title_words.intersection(block.words))
        steps = 0 if headline is None else max(-20, min(20, at - headline))
        within = inside[at].contained
        rows.append(
            (
                before / total,
                at / len(blocks),
                headline is not None,
                steps > 0,
                steps / 20,
                (at - first) / max(last - first, 1) if within else -1.0 if at < first else 2.0,
                at < first,
                at > last,
                key in keys,
                shared / len(set(block.words)) if shared else 0.0,
                key in seen,
                len(described) > 30 and key[:60] == described[:60],
            )
        )
        before += len(block.text)
        seen.add(key)
    return np.array(rows, np.float32)


def _headline(blocks: Sequence[TextBlock], inside: Sequence[_Around], keys: set[str]) -> int | None:
    """The first block in an <h1> that is a title, or in an <h1>, or that is a title."""
    large = [
        at for at, near in enumerate(inside) if near.tags & _BITS["h1"] or blocks[at].tag == "h1"
    ]
    named = [at for at, block in enumerate(blocks) if block.key in keys]
    for places in (sorted(set(large) & set(named)), large, named):
        if places:
            return places[0]
    return None
