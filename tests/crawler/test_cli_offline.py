"""`followup clean`, `score` and `dedupe`: one stage each over files, JSON Lines out."""

import gzip
import json
import os
import pty
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from tests.crawler.terminal import ROOT, Terminal, environment, has_keys

CLEANED = (
    "id url canonical_url title text authors published_at modified_at language outlet image outcome"
    " html section is_free partial dates provenance reason"
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
    assert "2 of 5 pages could not be cleaned; missing: " in done.err
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
    ("line", "said"),
    [
        (b'{"id": 1}', "line 2: 'path' is missing"),
        (b'{"id": 1, "path": "0.html", "url": null}', "line 2: 'url' is missing"),
        (b"{nonsense", "line 2: not JSON"),
        (b"[1, 2]", "line 2: not an object"),
        (b'{"id": "\xe9"}', "line 2: not UTF-8"),
        (b"[" * 100_000, "line 2: not JSON"),
    ],
)
def test_a_bad_line_of_an_index_is_named_and_the_others_are_cleaned(
    empty: Terminal, tmp_path: Path, seeds: list[Path], line: bytes, said: str
) -> None:
    path = tmp_path / "index.jsonl"
    (tmp_path / "0.html").write_bytes(seeds[0].read_bytes())
    good = json.dumps({"id": 7, "path": "0.html", "url": "https://example.org/7"}).encode()
    path.write_bytes(b"\n".join([good, line, b"", good]))
    done = empty("clean", "--index", path)
    assert (done.status, [row["outcome"] for row in done.lines]) == (1, [None, None])
    assert said in done.err
    assert "1 line of " in done.err


def test_wrong_use_of_clean_is_told(empty: Terminal, tmp_path: Path) -> None:
    path = tmp_path / "index.jsonl"
    assert empty("clean").status == 2
    assert empty("clean", path, "--index", path).status == 2
    assert empty("clean", path, "--jobs", 0).status == 2
    assert empty("clean", "--index", tmp_path / "none.jsonl").status == 1
    assert empty("clean", "--index", tmp_path).status == 1


def test_a_page_over_the_size_limit_is_no_shortened_page(empty: Terminal, tmp_path: Path) -> None:
    (tmp_path / "large.html").write_bytes(b"<p>word " * 2_000_000)
    (tmp_path / "bomb.html.gz").write_bytes(gzip.compress(bytes(100_000_000)))
    rows = empty.good("clean", tmp_path / "large.html", tmp_path / "bomb.html.gz").lines
    assert [row["outcome"] for row in rows] == ["too_large", "too_large"]
    assert [row["text"] for row in rows] == [None, None]


def test_many_pages_are_told_of_now_and_then(
    empty: Terminal, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("crawler.cli.offline.LINE_EVERY", 2)
    (tmp_path / "x.html").write_text("<p>short</p>")
    row = {"id": 1, "path": "x.html", "url": "https://example.org/x"}
    index = write_lines(tmp_path / "index.jsonl", *[row] * 5)
    assert empty.good("clean", "--index", index).err == "cleaned 2 of 5\ncleaned 4 of 5\n"


@pytest.mark.parametrize("to", ["a file", "the same terminal"])
def test_progress_on_a_terminal_is_not_among_the_rows(tmp_path: Path, to: str) -> None:
    (tmp_path / "x.html").write_text("<p>short</p>")
    row = {"id": 1, "path": "x.html", "url": "https://example.org/x"}
    index = write_lines(tmp_path / "index.jsonl", *[row] * 5)
    main, side = pty.openpty()
    with (tmp_path / "out").open("wb") as file:
        done = subprocess.Popen(
            [sys.executable, "-m", "crawler", "clean", "--index", str(index)],
            stdout=file if to == "a file" else side,
            stderr=side,
            cwd=ROOT,
            env={**os.environ, **environment(tmp_path / "home"), "TERM": "xterm"},
        )
    os.close(side)
    drawn = b""
    with open(main, "rb", buffering=0) as terminal:
        try:
            while piece := terminal.read(10_000):
                drawn += piece
        except OSError:  # Linux says so that nobody writes any more
            assert done.wait(30) == 0
    if to == "a file":
        assert (tmp_path / "out").read_bytes().count(b"no_text") == 5
        assert b"no_text" not in drawn
        assert b"cleaned" in drawn
    else:
        assert drawn.count(b"no_text") == 5
        assert b"cleaned" not in drawn


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


def test_a_headline_alone_is_scored_and_a_line_without_both_is_told(
    empty: Terminal, tmp_path: Path
) -> None:
    seed = {"id": "s", "title": "Harwick dam bursts above Senning", "text": "", "language": "en"}
    same = {"id": "a", "title": "Harwick dam: Senning mourns", "language": "en"}
    seeds = write_lines(tmp_path / "seeds.jsonl", seed)
    scored = empty.good("score", "--seed", seeds, write_lines(tmp_path / "same.jsonl", same))
    (row,) = scored.lines
    assert row["score"] > 0
    assert row["reasons"]
    neither = write_lines(tmp_path / "neither.jsonl", {"id": "b", "title": "", "text": ""})
    told = empty("score", "--seed", seeds, neither)
    assert "line 1: 'text' is ''" in told.err


def test_headlines_without_text_are_no_copies_of_each_other(
    empty: Terminal, tmp_path: Path
) -> None:
    rows = [
        {"id": number, "url": f"https://{host}.example/{number}", "title": title, "text": ""}
        for number, (host, title) in enumerate(
            [("one", "Dam bursts above Senning"), ("two", "Strike ends"), ("three", "Rain")]
        )
    ]
    found = empty.good("dedupe", write_lines(tmp_path / "headlines.jsonl", *rows)).lines
    assert [row["copy_of"] for row in found] == [None, None, None]
    assert len({row["group"] for row in found}) == 3
