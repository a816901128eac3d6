"""Every page of the desk in a real browser, full of what strangers may have written: axe finds
nothing serious, nothing runs, nobody else is asked, and no width makes it scroll sideways."""

from collections.abc import Iterator, Sequence
from typing import Any

import pytest

from crawler.services import access
from tests.desk.addresses import OTHERS, PAGES, PROBLEMS, Places, routes
from tests.desk.browsing import watched
from tests.desk.crowded import crowd
from tests.desk.serving import Desk, copied, opened, serve, standing

#: 1280 enlarged twice and four times (WCAG 2.2, 1.4.4 and 1.4.10), and the telephone.
NARROW = (640, 390, 320)
SERIOUS = ("serious", "critical")


@pytest.fixture(scope="module")
def crowded(
    furnished: Any, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[Desk, Places]]:
    folder = tmp_path_factory.mktemp("crowded") / "home"
    with opened(copied(furnished, folder)) as made:
        home = standing(made)
        places = crowd(home)
        with serve(home) as desk:
            yield desk, places


@pytest.fixture(scope="module")
def page(browser: Any, crowded: tuple[Desk, Places]) -> Iterator[Any]:
    with watched(browser, crowded[0].url) as one:
        yield one


def test_no_page_is_forgotten() -> None:
    assert set(PAGES) | OTHERS == routes("GET")
    assert not set(PAGES) & OTHERS


@pytest.mark.parametrize("route", [one for one in PAGES if one != "/login"])
def test_a_page_is_sound(page: Any, crowded: tuple[Desk, Places], route: str) -> None:
    desk, places = crowded
    for address in places.of(route):
        _is_sound(page, desk.url + address)


@pytest.mark.parametrize("address", PROBLEMS)
def test_a_page_that_says_what_is_wrong_is_sound(
    page: Any, crowded: tuple[Desk, Places], address: str
) -> None:
    _is_sound(page, crowded[0].url + address, is_problem=True)


def test_the_keys_are_shown_and_said(page: Any, crowded: tuple[Desk, Places]) -> None:
    page.goto(f"{crowded[0].url}/crawls")
    page.keyboard.press("?")
    assert page.locator("dialog[open]").count() == 1
    assert _found(page) == []


def test_where_nothing_is_yet(browser: Any, empty_desk: Desk) -> None:
    with watched(browser, empty_desk.url) as page:
        for address in ("/", "/articles", "/sources", "/crawls", "/settings", "/incidents/new"):
            _is_sound(page, empty_desk.url + address)


def test_logging_in(browser: Any, desk: Desk) -> None:
    access.set_password(desk.home, "four words nobody joins")
    with serve(desk.home) as locked, watched(browser, locked.url) as page:
        _is_sound(page, f"{locked.url}/")
        assert page.url == f"{locked.url}/login?next=/"
        page.fill("#password", "another")
        page.keyboard.press("Enter")
        page.locator('[role="alert"]').wait_for()
        assert _found(page) == []
        page.complaints[:] = [one for one in page.complaints if "403" not in one]


def _is_sound(page: Any, url: str, *, is_problem: bool = False) -> None:
    page.emulate_media(color_scheme="light")
    page.set_viewport_size({"width": 1280, "height": 900})
    answer = page.goto(url)
    assert answer.status < 500
    is_told = answer.status >= 400
    assert is_told == (is_problem or "someday" in url), url
    page.evaluate("document.querySelectorAll('details').forEach(one => { one.open = true })")
    assert _found(page) == []
    page.emulate_media(color_scheme="dark")
    assert _found(page, ["color-contrast"]) == []
    page.set_viewport_size({"width": 390, "height": 844})
    assert _found(page) == []
    page.emulate_media(color_scheme="light")
    assert _found(page, ["color-contrast"]) == []
    for width in NARROW:
        page.set_viewport_size({"width": width, "height": 800})
        assert page.evaluate("document.documentElement.scrollWidth") <= width, (url, width)
    assert page.evaluate("window.__xss") is None
    if is_told:  # the browser itself says so of every such answer
        page.complaints[:] = [one for one in page.complaints if "Failed to load" not in one]
    assert page.complaints == []


def _found(page: Any, rules: Sequence[str] = ()) -> list[str]:
    """What axe finds on the page as it stands, by rule and place."""
    base = pytest.importorskip("axe_playwright_python.base", reason="axe is not installed")
    if not page.evaluate("'axe' in window"):
        page.evaluate(base.AXE_SCRIPT)
    options: dict[str, Any] = {"resultTypes": ["violations"]}
    if rules:
        options["runOnly"] = {"type": "rule", "values": list(rules)}
    answer = page.evaluate("options => axe.run(document, options)", options)
    return [
        f"{one['id']} {page.url} {node['target']} {node.get('failureSummary', '')[:300]}"
        for one in answer["violations"]
        if one["impact"] in SERIOUS
        for node in one["nodes"][:2]
    ]
