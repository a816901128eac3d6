"""The bench of the cleaner runs, compares with the best mode of its rival, and draws it."""

import json
import shutil
import subprocess
import sys
import xml.etree.ElementTree as ET
from importlib.util import find_spec
from pathlib import Path

import numpy as np
import pytest

from pipelines.clean import scorer
from pipelines.clean.features import COLUMNS
from tests.bench import folds
from tests.bench.cleaning import Score, Sum, chosen, duels, picture, share, wishes
from tests.bench.extractors import TOOLS, Tool
from tests.bench.recorded import PAGES, SETS, recorded
from tests.bench.scatter import Mark, scatter

ROOT = Path(__file__).resolve().parents[2]
SVG = "{http://www.w3.org/2000/svg}"
BY_KEY = {tool.key: tool for tool in TOOLS}
OWN, DEFAULT, PRECISE = (
    BY_KEY[key] for key in ("followup", "trafilatura", "trafilatura:precision")
)

needs_pages = pytest.mark.skipif(
    not PAGES.is_dir(), reason="the recorded pages are not beside the project"
)


def bench(*arguments: str, root: Path = ROOT) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "tests.bench.cleaning", *arguments]
    return subprocess.run(command, cwd=root, capture_output=True, text=True)


def scored(tool: Tool, name: str, body: float, ms: float = 10.0, **exact: float) -> Score:
    shares = {"title": None, "date": None, "authors": None} | exact
    return Score(tool, name, body, body, body, **shares, ms=(ms, ms), failed=0)


@pytest.mark.shared
@needs_pages
@pytest.mark.parametrize("key", BY_KEY)
def test_each_tool_reads_recorded_pages(key: str, tmp_path: Path) -> None:
    if find_spec(BY_KEY[key].package) is None:
        pytest.skip(f"{BY_KEY[key].name} is not installed: pip install -e '.[bench]'")
    done = bench("--tools", key, "--sets", "np4k_dataset", "--pages", "2", "--keep", str(tmp_path))
    assert done.returncode == 0, done.stderr
    row = next(line for line in done.stdout.splitlines() if line.startswith("| np4k_dataset |"))
    assert row.startswith("| np4k_dataset | body F1 | precision | recall |")
    kept = (tmp_path / f"{key.replace(':', '-')}.jsonl").read_text("utf-8").splitlines()
    assert len(kept) == 2
    assert not any('"error"' in line for line in kept)


@pytest.mark.shared
@needs_pages
def test_fewer_pages_are_spread_over_the_set() -> None:
    for name in SETS:
        whole, some = recorded(name), recorded(name, 5)
        assert len(some) == 5
        assert whole.index(some[-1]) > len(whole) // 2


def always(answer: float) -> dict[str, object]:
    """A table of one tree that gives each block the same log odds."""
    question = [0, 0.0, 0xFFFFFFFF]
    return {
        "names": list(COLUMNS),
        "questions": [question],
        "answers": [[answer, answer]],
        "bias": 0.0,
    }


def test_each_page_is_judged_by_trees_that_never_saw_its_site(tmp_path: Path) -> None:
    for number, url in enumerate(("https://www.one.example/a", "https://two.example/b")):
        fold = {"left_out": [url], "trees": always(-9.0 if number else 9.0)}
        (tmp_path / f"fold{number}.json").write_text(json.dumps(fold), "utf-8")
    found = folds.read(tmp_path)
    row = np.zeros((1, len(COLUMNS)), np.float32)
    shipped = scorer.likely(row)
    with found.judging("https://one.example/c"):
        assert scorer.likely(row) == [True]
    with found.judging("https://news.two.example/d"):
        assert scorer.likely(row) == [False]
    assert scorer.likely(row) == shipped


def test_folds_that_are_not_there_are_told(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="run tests"):
        folds.read(tmp_path)


def test_without_the_recorded_pages_the_bench_ends_and_says_so(
    tmp_path: Path,
) -> None:
    shutil.copytree(ROOT / "tests" / "bench", tmp_path / "project" / "tests" / "bench")
    done = bench(root=tmp_path / "project")
    assert done.returncode == 1
    assert done.stdout == ""
    assert "not beside the project, at ../shared/pages" in done.stderr


def test_a_bench_without_any_tool_ends_and_says_what_to_install(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr("tests.bench.cleaning.find_spec", lambda package: None)
    with pytest.raises(SystemExit, match="pip install"):
        chosen("newspaper4k")


def test_the_rival_is_its_best_mode_of_each_set() -> None:
    scores = [
        *(scored(OWN, "a", 0.95, 5), scored(DEFAULT, "a", 0.93), scored(PRECISE, "a", 0.94, 20)),
        *(scored(OWN, "b", 0.90), scored(DEFAULT, "b", 0.92), scored(PRECISE, "b", 0.91)),
    ]
    first, second = duels(scores)
    assert (first.rival.tool, second.rival.tool) == (PRECISE, DEFAULT)
    assert first.lead == pytest.approx(0.01)
    assert second.lead == pytest.approx(-0.02)
    assert first.cost == pytest.approx(0.25)


def test_what_was_wanted_is_told_with_what_was_found() -> None:
    scores = [
        *(scored(OWN, "traf", 0.94), scored(DEFAULT, "traf", 0.93)),
        scored(OWN, "fundus_tests", 0.97, title=0.85, authors=0.88, date=0.99),
        scored(DEFAULT, "fundus_tests", 0.95),
    ]
    totals = [Sum(OWN, 0.955, 20.0, 150.0), Sum(DEFAULT, 0.94, 50.0, 100.0)]
    found = {wish.what: (pytest.approx(wish.found), wish.holds) for wish in wishes(scores, totals)}
    assert found == {
        "body F1 above its best mode, mean of the sets": (0.015, True),
        "the same, the lowest of the sets": (0.01, True),
        "fundus_tests: title": (0.85, True),
        "fundus_tests: authors": (0.88, False),
        "fundus_tests: date": (0.99, True),
        "traf: F1 of segments": (0.94, True),
        "CPU a page beside its default mode's": (0.4, True),
        "most memory, MB": (150.0, True),
    }


def test_shares_are_written_as_the_docs_write_them() -> None:
    assert [share(x) for x in (0.9294, 1.0, 0.0, None)] == [".929", "1.000", ".000", ""]
    assert [share(x, "+") for x in (0.0121, -0.0031)] == ["+.012", "-.003"]


def test_the_picture_has_a_mark_and_a_name_for_each_tool() -> None:
    totals = [Sum(tool, 0.9 + i / 100, 20.0 * (i + 1), None) for i, tool in enumerate(TOOLS)]
    drawn = ET.fromstring(picture(totals, 1_617))
    assert len(drawn.findall(f"{SVG}circle")) == len(TOOLS)
    assert [mark.get("class") for mark in drawn.findall(f"{SVG}circle")].count("own") == 1
    names = {text.text for text in drawn.findall(f"{SVG}text")}
    assert {tool.title for tool in TOOLS} <= names
    assert "prefers-color-scheme: dark" in drawn.findtext(f"{SVG}style", "")


def test_names_in_the_picture_are_escaped() -> None:
    drawn = scatter([Mark("a<b>&c", 1, 0.5), Mark("d", 9, 0.7)], title="t", x="x", y="y")
    assert "a&lt;b&gt;&amp;c" in drawn
    ET.fromstring(drawn)


def test_marks_that_cost_more_stand_further_right_and_better_ones_higher() -> None:
    marks = [Mark("cheap", 10, 0.95, own=True), Mark("dear", 200, 0.90)]
    drawn = ET.fromstring(scatter(marks, title="t", x="x", y="y"))
    cheap, dear = drawn.findall(f"{SVG}circle")
    assert float(cheap.get("cx", "")) < float(dear.get("cx", ""))
    assert float(cheap.get("cy", "")) < float(dear.get("cy", ""))
