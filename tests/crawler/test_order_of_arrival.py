"""The newsroom's pages come in any order, and what is stored in the end is the same and as known.

Versions of one article come in order of time, as an outlet shows them; articles, copies and twins
come as they like.
SEEDS in the environment makes it a bench: SEEDS=200 pytest tests/crawler/test_order_of_arrival.py
"""

import os
import random
from collections import defaultdict
from pathlib import Path

import pytest

from pipelines.store import open_database
from pipelines.urls import canonical_key
from tests.crawler.newsroom_pages import Reading, answer, follow, known, store, versions

SEEDS = int(os.environ.get("SEEDS", "4"))


def shuffled(seed: int) -> list[Reading]:
    """All readings, as a shuffled deck of the articles' names; those of one article in order of
    time, its twins at one time in any."""
    chance = random.Random(seed)
    left: dict[str, list[Reading]] = defaultdict(list)
    for url, read in versions().items():
        left[canonical_key(url)] += read
    deck = [key for key, read in left.items() for _ in read]
    chance.shuffle(deck)
    for read in left.values():
        chance.shuffle(read)
        read.sort(key=lambda each: each.at)
    return [left[key].pop(0) for key in deck]


def stored(folder: Path, readings: list[Reading]) -> dict[str, tuple[object, ...]]:
    folder.mkdir()
    database = open_database(f"sqlite:///{folder / 'followup.db'}")
    try:
        follow(database)
        store(database, folder, readings)
        return known(database)
    finally:
        database.close()


def in_time() -> list[Reading]:
    everything = [each for read in versions().values() for each in read]
    return sorted(everything, key=lambda each: each.at)


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, tuple[object, ...]]:
    return stored(tmp_path_factory.mktemp("order") / "in_time", in_time())


def test_in_order_of_time_all_comes_out_as_known(
    undisturbed: dict[str, tuple[object, ...]],
) -> None:
    right = answer()
    read = {canonical_key(url) for url in versions()}
    assert set(undisturbed) == read
    edited = {key for key, (_, _, revisions, *_) in undisturbed.items() if revisions}
    assert edited == {canonical_key(url) for url in right.revisions} & read
    groups = {group for *_, group in undisturbed.values() if group}
    assert groups == {frozenset(map(canonical_key, group)) for group in right.copies}


@pytest.mark.parametrize("seed", range(SEEDS))
def test_addresses_twins_revisions_and_groups_are_the_same_in_any_order(
    tmp_path: Path, undisturbed: dict[str, tuple[object, ...]], seed: int
) -> None:
    assert stored(tmp_path / "shuffled", shuffled(seed)) == undisturbed
