"""Each page in tests/pages has one difficulty; its expected.json says what must come of it."""

import json
import re
from collections import Counter
from datetime import UTC, datetime
from pathlib import Path
from statistics import fmean
from typing import Any

import pytest

from pipelines.clean import clean
from pipelines.dates import iso
from pipelines.items import Article, Cleaned, Page

PAGES = Path(__file__).resolve().parents[2] / "pages"
NOW = datetime(2015, 6, 1, 12, 0, tzinfo=UTC)
NAMES = sorted(folder.name for folder in PAGES.iterdir() if (folder / "page.html").is_file())

#: Least mean F1 of words over the pages whose text is known (1.0 was measured): how far trees that
#: are learned anew, or rules that changed, are from all of them.
LEAST_WORDS_F1 = 0.995


def expected(name: str) -> dict[str, Any]:
    loaded: dict[str, Any] = json.loads((PAGES / name / "expected.json").read_text("utf-8"))
    return loaded


def cleaned(name: str) -> Cleaned:
    wanted = expected(name)
    headers = (("content-type", wanted.get("content_type", "text/html; charset=utf-8")),)
    body = (PAGES / name / "page.html").read_bytes()
    return clean(Page(wanted["url"], wanted["url"], 200, headers, body, NOW), now=NOW)


def fields(article: Article) -> dict[str, Any]:
    return {
        "title": article.title,
        "text": article.text.split("\n\n"),
        "authors": list(article.authors),
        "published_at": iso(article.published_at),
        "published_raw": article.published_raw,
        "modified_at": iso(article.modified_at),
        "language": article.language,
        "outlet": article.outlet,
        "image": article.image,
        "canonical_url": article.canonical_url,
        "aliases": list(article.aliases),
        "partial": article.partial,
        "is_free": article.is_free,
        "entries": [
            {"at": iso(entry.at), "title": entry.title, "text": entry.text}
            for entry in article.entries
        ],
    }


@pytest.mark.parametrize("name", NAMES)
def test_page_becomes_what_is_expected_of_it(name: str) -> None:
    wanted, got = expected(name), cleaned(name)
    assert got.withhold_raw == wanted.get("withhold_raw", got.withhold_raw)
    assert got.outcome == wanted.get("outcome"), got.reason
    assert (got.article is None) == ("outcome" in wanted)
    if got.article is not None:
        found = fields(got.article)
        assert {key: found[key] for key in found if key in wanted} == {
            key: wanted[key] for key in found if key in wanted
        }
        for field, source in wanted.get("provenance", {}).items():
            assert got.article.provenance[field] == source


@pytest.mark.parametrize("name", NAMES)
def test_cleaning_twice_gives_the_same(name: str) -> None:
    assert cleaned(name) == cleaned(name)


def words_f1(found: str, wanted: str) -> float:
    ours, true = Counter(_words(found)), Counter(_words(wanted))
    return 2 * (ours & true).total() / (ours.total() + true.total())


def _words(text: str) -> list[str]:
    """Words; of scripts without spaces, letters."""
    return re.findall(r"[\u0e00-\u0eff\u3040-\u30ff\u3400-\u9fff]|\w+", text)


def test_words_of_all_texts_hold_their_floor() -> None:
    scores = {}
    for name in NAMES:
        if (wanted := expected(name).get("text")) is not None:
            article = cleaned(name).article
            scores[name] = words_f1(article.text if article else "", "\n".join(wanted))
    assert len(scores) >= 40
    assert fmean(scores.values()) >= LEAST_WORDS_F1, {n: f for n, f in scores.items() if f < 1}


def test_every_page_has_one_difficulty_of_its_own() -> None:
    difficulties = [expected(name)["difficulty"] for name in NAMES]
    assert len(set(difficulties)) == len(difficulties) >= 20


def test_pages_show_every_outcome_of_the_cleaner() -> None:
    outcomes = {expected(name).get("outcome") for name in NAMES}
    assert outcomes >= {None, "wall", "soft_404", "not_article", "no_text"}
