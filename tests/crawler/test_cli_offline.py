"""`followup clean`, `score` and `dedupe`: one stage each over files, JSON Lines out."""

import gzip
import json
from pathlib import Path
from typing import Any

import pytest

from tests.crawler.terminal import Terminal, has_keys

CLEANED = (
    "id url canonical_url title text authors published_at modified_at language outlet image outcome"
)


def write_lines(path: Path, *rows: Any) -> Path:
    path.write_text("".join(f"{json.dumps(row)}\n" for row in rows), "utf-8")
    return path


@pytest.fixture
def index(tmp_path: Path, seeds: list[Path]) -> Path:
    """Three saved pages, one of them packed, and two that cannot be read."""
    rows = []
    for number, seed in enumerate(seeds):
        name = f"{number}.html.gz" if number == 1 else f"{number}.html"
        body = seed.read_bytes()
        (tmp_path / name).write_bytes(gzip.compress(body) if number == 1 else body)
        rows.append({"id": number, "path": name, "url": f"https://example.org/{number}"})
    (tmp_path / "broken.html.gz").write_bytes(gzip.compress(body * 3)[:200])
    rows.insert(1, {"id": "missing", "path": "no.html", "url": "https://example.org/no"})
    rows.insert(3, {"id": "broken", "path": "broken.html.gz", "url": "https://example.org/b"})
    return write_lines(tmp_path / "index.jsonl", *rows)


def test_each_page_of_an_index_is_a_line_in_its_order(empty: Terminal, index: Path) -> None:
    done = empty("clean", "--index", index)
    assert done.status == 1, "two pages could not be read"
    assert [row["id"] for row in done.lines] == ["0", "missing", "1", "broken", "2"]
    assert all(has_keys(row, CLEANED) for row in done.lines)
    assert [row["outcome"] for row in done.lines] == [
        None,
        "parse_error",
        None,
        "parse_error",
        None,
    ]
    assert "No such file" in done.lines[1]["reason"]
    assert "2 of 5 pages could not be read" in done.err
    first = done.lines[0]
    assert first["url"] == "https://example.org/0"
    assert "\n\n" in first["text"], "a blank line parts paragraphs"
    assert first["published_at"].endswith("+00:00")
    assert first["modified_at"] is None


def test_two_processes_give_the_same_bytes(empty: Terminal, index: Path) -> None:
    assert empty("clean", "--index", index, "--jobs", 2).out == empty("clean", "--index", index).out


def test_pages_can_be_named_one_by_one(empty: Terminal, tmp_path: Path, seeds: list[Path]) -> None:
    saved = tmp_path / "saved.html"
    mark = b"<!-- saved from url=(0027)https://example.org/a/story -->"
    saved.write_bytes(mark + seeds[0].read_bytes())
    rows = empty.good("clean", saved, seeds[1], "--json").lines
    assert rows[0]["url"] == "https://example.org/a/story"
    assert rows[1]["url"] == seeds[1].as_uri()
    assert rows[1]["outlet"] is None, "unknown is null"
    assert not empty.home.exists(), "no data folder is needed"


@pytest.mark.parametrize(
    ("text", "said"),
    [
        (b'{"id": 1}\n', "line 1: 'path' is missing"),
        (b'{"id":1,"path":"a","url":"u"}\n{nonsense\n', "line 2: not JSON"),
        (b"[1, 2]\n", "line 1: not an object"),
        (b'{"id": "\xe9"}\n', "line 1: not UTF-8"),
    ],
)
def test_a_bad_line_of_an_index_is_named(
    empty: Terminal, tmp_path: Path, text: bytes, said: str
) -> None:
    path = tmp_path / "index.jsonl"
    path.write_bytes(text)
    refused = empty("clean", "--index", path)
    assert (refused.status, refused.out) == (1, "")
    assert said in refused.err
    assert empty("clean").status == 2
    assert empty("clean", path, "--index", path).status == 2
    assert empty("clean", "--index", tmp_path / "none.jsonl").status == 1


ABOUT = (
    "The ferry {} ran aground off Skarholm on Monday with {} people on board, the coast guard said."
)


def stream() -> list[dict[str, Any]]:
    rows = []
    for number, (day, text) in enumerate([
        (3, ABOUT.format("Aurora", 212) + " All were brought ashore by fishermen of Skarholm."),
        (2, "The parliament debated the price of milk. " * 6),
        (4, ABOUT.format("Aurora", 212) + " The captain of the Aurora has been questioned twice."),
    ]):  # fmt: skip
        url, when = f"https://example.org/{number}", f"2020-05-0{day}T10:00:00Z"
        row = {"id": f"a{number}", "url": url, "title": f"Report {number}", "text": text}
        rows.append({**row, "published_at": when, "outlet": "E", "language": "en"})
    return rows


def test_a_stream_is_judged_in_order_of_time(empty: Terminal, tmp_path: Path) -> None:
    rows = stream()
    seed = write_lines(tmp_path / "seed.jsonl", {**rows[0], "id": "seed"})
    judged = empty.good("score", "--seed", seed, write_lines(tmp_path / "s.jsonl", *rows)).lines
    assert [row["id"] for row in judged] == ["a0", "a1", "a2"], "the order of the file"
    verdicts = {row["id"]: row["verdict"] for row in judged}
    assert verdicts == {"a0": "follow_up", "a1": "off_topic", "a2": "follow_up"}
    assert all(has_keys(row, "id score verdict reasons") for row in judged)
    top = judged[0]["reasons"][0]
    assert has_keys(top, "term kind weight")
    total = sum(reason["weight"] for reason in judged[0]["reasons"])
    assert total <= judged[0]["score"] + 1e-6
    unlearnt = empty.good("score", "--seed", seed, "--no-learn", tmp_path / "s.jsonl", "--json")
    assert [row["id"] for row in unlearnt.lines] == ["a0", "a1", "a2"]


def test_copies_in_a_file_are_found_in_its_order(empty: Terminal, tmp_path: Path) -> None:
    text = " ".join(f"{ABOUT.format('Aurora', n)} Witness {n} saw it." for n in range(12))
    one, two = "https://one.example.org/1", "https://two.example.org/2"
    rows = [
        {"id": "x", "url": one, "title": "Aground", "text": text},
        {"id": "y", "url": two, "title": "Ferry aground", "text": text},
        {"id": "z", "url": f"{one}?utm_source=a", "title": "Aground", "text": text},
        {"id": "w", "url": f"{two}4", "title": "Milk", "text": "Milk is up. " * 9},
    ]
    found = empty.good("dedupe", write_lines(tmp_path / "d.jsonl", *rows)).lines
    assert [row["id"] for row in found] == ["x", "y", "z", "w"]
    assert [row["copy_of"] for row in found] == [None, "x", "x", None]
    assert [row["kind"] for row in found] == [None, "text", "url", None]
    assert found[0]["group"] == found[1]["group"] == found[2]["group"] != found[3]["group"]
    assert all(has_keys(row, "similarity") for row in found)


def test_articles_that_cannot_be_read_are_named(empty: Terminal, tmp_path: Path) -> None:
    bad = write_lines(tmp_path / "bad.jsonl", {"id": 1, "text": "fine"}, {"id": 2, "text": ""})
    for command in (("dedupe", bad), ("score", "--seed", bad, bad)):
        refused = empty(*command)
        assert (refused.status, refused.out) == (1, "")
        assert "bad.jsonl, line 2: 'text' is ''" in refused.err
    nothing = write_lines(tmp_path / "nothing.jsonl")
    assert empty.good("dedupe", nothing).out == ""
    assert "hold no article" in empty("score", "--seed", nothing, nothing).err


def test_half_a_character_does_not_break_the_output(empty: Terminal, tmp_path: Path) -> None:
    path = tmp_path / "half.jsonl"
    path.write_text('{"id": "h\\ud800", "text": "A lonely \\ud800 surrogate 中文 stands here."}\n')
    rows = [json.loads(line) for line in empty.good("dedupe", path).out.splitlines()]
    assert len(rows) == 1
