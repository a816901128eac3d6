"""Each page in tests/pages has one difficulty; its expected.json says what must come of it."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from pipelines.clean import clean
from pipelines.dates import iso
from pipelines.items import Article, Cleaned, Page

PAGES = Path(__file__).resolve().parents[2] / "pages"
NOW = datetime(2015, 6, 1, 12, 0, tzinfo=UTC)
NAMES = sorted(folder.name for folder in PAGES.iterdir() if (folder / "page.html").is_file())


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


def test_every_page_has_one_difficulty_of_its_own() -> None:
    difficulties = [expected(name)["difficulty"] for name in NAMES]
    assert len(set(difficulties)) == len(difficulties) >= 20


def test_pages_show_every_outcome_of_the_cleaner() -> None:
    outcomes = {expected(name).get("outcome") for name in NAMES}
    assert outcomes >= {None, "wall", "soft_404", "not_article", "no_text"}
