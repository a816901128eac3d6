"""The pages in a real browser: they follow what happens, fit a telephone, and load nothing odd."""

from collections.abc import Iterator
from functools import partial
from typing import Any

import pytest

from pipelines.store import crawls, worklists
from pipelines.store.crawls import CrawlState
from tests.desk import browsing
from tests.desk.browsing import watched
from tests.desk.conftest import REQUESTED, RUNNING
from tests.desk.serving import Desk

#: The script looks every 2 s while something runs.
soon = partial(browsing.soon, seconds=15.0)


@pytest.fixture
def page(browser: Any, desk: Desk) -> Iterator[Any]:
    """A page that is not to complain, nor to ask anybody but the desk."""
    with watched(browser, desk.url, viewport={"width": 1000, "height": 900}) as opened:
        yield opened


def test_the_page_follows_a_crawl_without_loading_again(page: Any, desk: Desk) -> None:
    page.goto(f"{desk.url}/crawls")
    page.evaluate("window.stays = true")
    page.focus(f"#cancel-{REQUESTED}")
    assert f"Crawl {RUNNING}" in page.inner_text("#running")
    with desk.home.database.write() as conn:
        now = desk.home.now()
        worklists.close(conn, RUNNING, "it ended", now=now)
        crawls.finish(conn, RUNNING, CrawlState.FAILED, now=now, end_reason="told to")
    soon(page, lambda: f"Crawl {RUNNING}" not in page.inner_text("#running"))
    assert "told to" in page.inner_text("#crawls")
    assert page.evaluate("window.stays")
    assert page.evaluate("document.activeElement.id") == f"cancel-{REQUESTED}"


def test_the_buttons_work_with_the_script(page: Any, desk: Desk) -> None:
    page.goto(f"{desk.url}/crawls")
    page.click("text=Crawl now")
    page.wait_for_url(f"**/crawls/{REQUESTED + 1}")
    page.click("text=Cancel")
    soon(page, lambda: "cancelled" in page.inner_text("h1"))
    with desk.home.database.read() as conn:
        assert crawls.get(conn, REQUESTED + 1).state is CrawlState.CANCELLED


def test_the_buttons_work_without_a_script(browser: Any, desk: Desk) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.goto(f"{desk.url}/crawls")
    page.select_option("#incident", index=1)
    page.click("text=Crawl now")
    page.wait_for_url(f"**/crawls/{REQUESTED + 1}")
    assert "incident sony-hack" in page.inner_text("#crawl")
    context.close()


@pytest.mark.parametrize("path", ["/", "/crawls", f"/crawls/{RUNNING}"])
def test_a_page_fits_a_telephone(page: Any, desk: Desk, path: str) -> None:
    with desk.home.database.write() as conn:
        told = {"urls": ["https://example.org/" + "without-a-blank" * 20]}
        crawls.request(conn, crawls.Trigger.HAND, "x" * 200, told, now=desk.home.now())
    page.set_viewport_size({"width": 380, "height": 800})
    page.goto(desk.url + path)
    assert page.evaluate("document.documentElement.scrollWidth") <= 380


def test_a_crawls_page_is_told_what_changes(page: Any, desk: Desk) -> None:
    """Its stream says so at once; nothing is waited for that a second look would bring."""
    streams: list[str] = []
    page.on("request", lambda sent: streams.append(sent.url) if "/events" in sent.url else None)
    page.goto(f"{desk.url}/crawls/{RUNNING}")
    soon(page, lambda: bool(streams))
    with desk.home.database.write() as conn:
        crawls.finish(
            conn, RUNNING, CrawlState.FINISHED, now=desk.home.now(), end_reason="done", seconds=2
        )
    soon(page, lambda: "finished" in page.inner_text("h1"))
    assert streams == [f"{desk.url}/crawls/{RUNNING}/events"]


def test_a_stream_ends_with_its_crawl_and_its_place_is_free_again(desk: Desk) -> None:
    cancel = f"/api/v1/crawls/{REQUESTED}/cancel"
    with desk.client.stream("GET", f"/crawls/{REQUESTED}/events") as stream:
        lines = stream.iter_lines()
        assert next(lines) == "event: changed"
        desk.send("POST", cancel)
        assert "event: over" in list(lines)
    desk.get("/crawls/999/events", 404)
