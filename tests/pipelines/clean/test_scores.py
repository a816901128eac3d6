"""Floors of the cleaner on real pages that lie beside the project; they only move with a reason.

Every twelfth page of each set, to end within seconds. On all pages, body F1 of 4-token shingles
(for `traf` F1 of segments), exact titles, dates and authors were, trafilatura 2.3.1 in brackets:

    np4k_dataset      .929 (.918)   .948 (.684)   .840 (.838)   .822 (.739)
    fundus_tests      .940 (.945)   .798 (.686)   .984 (.965)   .822 (.779)
    wcxb_article_dev  .937 (.932)   .855 (.538)   .848 (.859)   .695 (.689)
    traf              .919 (.937)   .855 (.620)   .845 (.871)   .502 (.558)
"""

import gzip
import importlib.util
import json
from datetime import UTC, datetime
from pathlib import Path
from types import ModuleType
from typing import Any

import pytest

from pipelines.clean import clean_html

SHARED = Path(__file__).resolve().parents[4] / "shared"
PAGES = SHARED / "pages"
SONY = SHARED / "web" / "corpus" / "sony2014" / "index.jsonl"
EVERY = 12
#: set -> least body F1, title exact, date exact, authors exact; for `traf` F1 of its segments.
FLOORS = {
    "np4k_dataset": {"F1": 0.94, "title": 0.95, "date": 0.83, "auth": 0.80},
    "fundus_tests": {"F1": 0.90, "title": 0.88, "date": 0.97, "auth": 0.87},
    "wcxb_article_dev": {"F1": 0.915, "title": 0.76, "date": 0.90, "auth": 0.89},
    "traf": {"wF1": 0.915, "title": 0.79, "date": 0.86, "auth": 0.58},
}

pytestmark = [
    pytest.mark.shared,
    pytest.mark.skipif(not PAGES.is_dir(), reason="the recorded pages are not beside the project"),
]


def scorer() -> ModuleType:
    spec = importlib.util.spec_from_file_location("page_scorer", PAGES / "score.py")
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def predictions(name: str, truth: list[dict[str, Any]]) -> dict[tuple[str, str], dict[str, Any]]:
    found = {}
    for row in truth:
        body = gzip.decompress((PAGES / name / row["path"]).read_bytes())
        url = row.get("url") or "https://unknown.example/x"
        article = clean_html(body, url, content_type="text/html", now=NOW).article
        if article is not None:
            found[name, row["id"]] = {
                "title": article.title,
                "body": article.text,
                "date": article.published_at and article.published_at.isoformat(),
                "authors": list(article.authors),
            }
    return found


NOW = datetime(2026, 9, 1, tzinfo=UTC)


@pytest.mark.parametrize("name", FLOORS)
def test_scores_on_real_pages_hold_their_floor(name: str) -> None:
    score = scorer()
    lines = (PAGES / name / "truth.jsonl").read_text("utf-8").splitlines()
    truth = [json.loads(line) for line in lines[::EVERY]]
    result = score.score_set(name, truth, predictions(name, truth), boot=0)
    fallen = {key: result[key] for key, floor in FLOORS[name].items() if result[key] < floor}
    assert not fallen


def test_recorded_reports_of_the_sony_attack_are_read_exactly() -> None:
    rows = [json.loads(line) for line in SONY.read_text("utf-8").splitlines()]
    titles = texts = 0
    for row in rows:
        body = gzip.decompress((SONY.parents[1] / row["path"]).read_bytes())
        article = clean_html(body, row["url"], content_type="text/html", now=NOW).article
        if article is not None:
            titles += article.title == row["expected"]["title"]
            texts += article.text.split("\n\n") == row["expected"]["articleBody"].split("\n")
    assert min(titles, texts) >= len(rows) - 1
