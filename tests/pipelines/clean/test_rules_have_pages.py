"""What is the story's text: every row of the tables that say so has a page that fails without it.

A page names its rows in its expected.json: "rules": ["strip.LINES: caption"].
"""

import json
import re
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from pipelines.clean import clean, container, names, strip
from pipelines.items import Page

PAGES = Path(__file__).resolve().parents[2] / "pages"
NOW = datetime(2015, 6, 1, 12, 0, tzinfo=UTC)
NOTHING = re.compile("(?!)")
MODULES = {"names": names, "strip": strip, "container": container}
TABLES: dict[str, dict[str, Any]] = {
    "names.OTHER_THINGS": names.OTHER_THINGS,
    "strip.LINES": strip.LINES,
    "strip.TAGS": strip.TAGS,
    "container.ASIDE_TAGS": container.ASIDE_TAGS,
    "container.MARKS": container.MARKS,
    "container.EMPTY_TAGS": dict.fromkeys(container.EMPTY_TAGS),
}
TakeOut = Callable[[str], None]
ROWS = [
    *(f"{table}: {row}" for table, rows in TABLES.items() for row in rows),
    "names.STORY",
    "names.LEAD",
]


def named_pages() -> dict[str, list[dict[str, Any]]]:
    """Row -> the expectations of the pages that name it, each with its page's markup."""
    found: dict[str, list[dict[str, Any]]] = {}
    for path in sorted(PAGES.glob("*/expected.json")):
        wanted = json.loads(path.read_text("utf-8"))
        wanted["body"] = path.with_name("page.html").read_bytes()
        for row in wanted.get("rules", ()):
            found.setdefault(row, []).append(wanted)
    return found


NAMED = named_pages()


def is_as_wanted(wanted: dict[str, Any]) -> bool:
    headers = (("content-type", "text/html; charset=utf-8"),)
    page = Page(wanted["url"], wanted["url"], 200, headers, wanted["body"], NOW)
    article = clean(page, now=NOW).article
    return article is not None and article.text.split("\n\n") == wanted["text"]


def forget() -> None:
    """What was read from the tables before."""
    for cached in (
        *(names.other_things, names.other_thing, names.marks_story, names.marks_lead),
        strip.beginnings,
    ):
        cached.cache_clear()


@pytest.fixture
def take_out(monkeypatch: pytest.MonkeyPatch) -> Iterator[TakeOut]:
    """Takes a row out of its table until the test's end."""

    def take(rule: str) -> None:
        table, _, row = rule.partition(": ")
        module, name = table.split(".")
        left: Any = {key: value for key, value in TABLES.get(table, {}).items() if key != row}
        monkeypatch.setattr(MODULES[module], name, left if row else NOTHING)
        forget()

    yield take
    monkeypatch.undo()
    forget()


@pytest.mark.parametrize("row", ROWS)
def test_every_row_has_a_page_that_fails_without_it(row: str, take_out: TakeOut) -> None:
    pages = NAMED.get(row, [])
    assert pages, "no page names this row"
    assert all(is_as_wanted(wanted) for wanted in pages)
    take_out(row)
    assert not any(is_as_wanted(wanted) for wanted in pages)


def test_pages_name_rows_that_there_are() -> None:
    assert NAMED.keys() <= set(ROWS)
