"""What the bench of copies rests on: its figures of agreement, its documents, and its filled store,
in which copies are found among ten thousand."""

import sqlite3
from collections import Counter
from pathlib import Path

import pytest

from pipelines.store import open_database
from tests.bench import copy_growth
from tests.bench.copy_growth import document, fill, measure
from tests.bench.duplicates import agreement, by_kind, joined

TABLES = ("sketch", "sketch_key", "common_key")


def rows(path: Path) -> dict[str, list[tuple[object, ...]]]:
    with sqlite3.connect(path) as conn:
        found = {name: sorted(conn.execute(f"SELECT * FROM {name}")) for name in TABLES}
    conn.close()
    return found


def test_agreement_counts_pairs() -> None:
    found = agreement(["a", "a", "a", "b", "c"], [1, 1, 2, 2, 3])
    assert (found["precision"], found["recall"], found["f1"]) == (0.5, 1 / 3, 0.4)
    assert agreement(["a", "a", "b"], [7, 7, 8])["ari"] == 1
    assert joined(4, [(2, 0), (2, 3)]) == [joined(4, [(2, 0), (2, 3)])[3], 1, *[3] * 2]
    kinds = ("original", "cut", "cut", "box")
    labelled = [{"group": group, "kind": kind} for group, kind in zip("aaab", kinds, strict=True)]
    assert by_kind(labelled, [1, 1, 2, 3]) == {"cut": 0.5, "box": 1.0}


def test_a_filled_store_has_the_rows_of_one_that_was_written_by_the_product(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(copy_growth, "BOXES", 1)
    monkeypatch.setattr(copy_growth, "KINDS", ("boilerplate", "exact"))
    fill(tmp_path / "filled.db", 200, workers=1)
    open_database(f"sqlite:///{tmp_path / 'stored.db'}").close()
    monkeypatch.setattr(copy_growth, "MEASURED", 200)
    measure(tmp_path / "stored.db", 0)
    assert rows(tmp_path / "filled.db") == rows(tmp_path / "stored.db")
    assert rows(tmp_path / "filled.db")["common_key"]


def test_documents_are_the_same_each_time_and_one_in_five_is_a_copy() -> None:
    kinds = Counter(document(number).kind for number in range(300))
    assert 40 <= 300 - kinds[None] <= 80
    assert set(kinds) == {None, *copy_growth.KINDS}
    assert document(77) == document(77) != document(77, seed=2)


def test_every_copy_is_found_among_ten_thousand_and_nothing_else(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(copy_growth, "REACH", 300)
    monkeypatch.setattr(copy_growth, "MEASURED", 200)
    fill(tmp_path / "grown.db", 10_000, workers=1)
    figures = measure(tmp_path / "grown.db", 10_000)
    found = {kind: told.split("/") for kind, told in figures["found"].items()}
    assert found.keys() == {"original", *copy_growth.KINDS}
    for kind, (right, count) in found.items():
        assert right == ("0" if kind in ("original", "boilerplate") else count), kind
    assert figures["index_bytes_a_document"] < 1_000
