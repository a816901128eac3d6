"""Going through what waits in a real browser: by keys alone, and without a script."""

from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest

from crawler.services import standing
from tests.desk import browsing
from tests.desk.browsing import watched
from tests.desk.conftest import SLUG
from tests.desk.serving import Desk
from tests.desk.stocked import HOSTILE, stock, stock_hostile

LIST = f"/incidents/{SLUG}"
#: What is decided about the articles, in turn, by key and by its name.
KEYS = (("y", "keep"), ("n", "dismiss"), ("s", "star"))
soon = partial(browsing.soon, seconds=20.0)
COUNT = 100


@pytest.fixture
def page(browser: Any, desk: Desk) -> Iterator[Any]:
    """A page that asks nobody but the desk, and complains of nothing."""
    with watched(browser, desk.url, viewport={"width": 1280, "height": 900}) as opened:
        yield opened


def reviews(desk: Desk, ids: list[int]) -> list[str | None]:
    found = standing.of_articles(desk.home, ids, SLUG)
    return [found[id].review for id in ids]


def test_a_hundred_articles_by_keys_alone(page: Any, desk: Desk) -> None:
    """Each key decides about the row that is chosen and goes on to the next; at the end of a page
    j leads to the next one."""
    ids = stock(desk.home, COUNT)
    page.goto(desk.url)
    page.keyboard.press("Tab")  # into the page, as somebody without a mouse would
    page.goto(desk.url + LIST)
    page.keyboard.press("j")
    for number, id in enumerate(ids):
        soon(page, lambda id=id: page.get_attribute("[data-current]", "data-row") == str(id))
        key, _ = KEYS[number % len(KEYS)]
        page.keyboard.press(key)
        if number == 49:  # the last of its page
            page.wait_for_url("**after=**")
            page.keyboard.press("j")
    soon(page, lambda: reviews(desk, ids[-1:])[0] is not None)
    assert reviews(desk, ids) == [KEYS[n % 3][1] for n in range(COUNT)]
    page.keyboard.press("u")
    soon(page, lambda: reviews(desk, ids[-1:]) == [None])


def test_keys_open_search_help_and_places(page: Any, desk: Desk) -> None:
    ids = stock(desk.home, 3)
    page.goto(desk.url + LIST)
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("o")
    page.wait_for_url(f"**/articles/{ids[1]}?**")
    page.keyboard.press("y")
    soon(page, lambda: page.inner_text("[data-state]") == "kept")
    page.keyboard.press("j")
    page.wait_for_url(f"**/articles/{ids[2]}?**")
    page.keyboard.press("e")
    page.keyboard.type("call them")
    page.keyboard.press("Escape")
    page.keyboard.press("?")
    soon(page, lambda: page.locator("dialog[open]").count() == 1)
    page.keyboard.press("Escape")
    page.keyboard.press("g")
    page.keyboard.press("s")
    page.wait_for_url("**/sources")
    page.keyboard.press("g")
    page.keyboard.press("a")
    page.wait_for_url("**/articles")
    page.keyboard.press("/")
    page.keyboard.type("mail")
    page.keyboard.press("Enter")
    page.wait_for_url("**/articles?q=mail**")


def test_a_hundred_articles_without_a_script(browser: Any, desk: Desk) -> None:
    """Tick all of a page and keep them; twice."""
    ids = stock(desk.home, COUNT)
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(desk.url + LIST)
    page.locator(f'[data-row="{ids[0]}"] >> text=Dismiss').click()
    assert "Dismissed: 1 article." in page.inner_text("#done")
    for _ in range(2):
        for box in page.locator('[data-row] input[type="checkbox"]').all():
            box.check()
        page.locator('.bulk button[value="keep"]').click()
        assert "Kept: " in page.inner_text("#done")
    assert "Nothing waits for you." in page.inner_text("main")
    page.click("text=Undo")
    context.close()
    assert reviews(desk, ids)[0] == "dismiss"
    assert 0 < sum(state is None for state in reviews(desk, ids)) <= 50


def test_no_stored_text_runs(page: Any, desk: Desk) -> None:
    ids = stock_hostile(desk.home)
    for path in ("/", LIST, "/articles", f"{LIST}/days", f"{LIST}/ledger", f"{LIST}/profile"):
        page.goto(desk.url + path)
        assert page.evaluate("window.__xss") is None
    for id in ids:
        page.goto(f"{desk.url}/articles/{id}?in={SLUG}")
        assert page.evaluate("window.__xss") is None
    assert page.inner_text("h1") == HOSTILE[-1]
