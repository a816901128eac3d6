"""A crawl by hand on a real site, in a real browser: started, seen to go on, cancelled."""

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from crawler.services import schedule
from tests.crawler.at_work import AT, Paper, opened, source
from tests.crawler.serving import Serving
from tests.crawler.strange_sites import StrangeSites, served
from tests.desk.browsing import PATIENCE_SECONDS, soon, watched

#: A page every tenth of a second: nobody waits for the end of them.
PAGES, PAGE_SECONDS = 400, 0.1


@pytest.fixture(scope="module")
def serving(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Serving]:
    """A server that follows one slow paper, polled only when somebody asks for it."""
    folder = tmp_path_factory.mktemp("live") / "home"
    folder.mkdir()
    paper = Paper("slow.test", {"feed": PAGES}, PAGE_SECONDS)
    with served({"slow.test": paper}) as sites:
        with opened(folder, sites) as home:
            source(home, "http://slow.test/feed")
            schedule.pause(home, schedule.ALL)
        one = Serving(_environment(folder, sites))
        try:
            yield one.start()
        finally:
            one.kill()


def test_a_crawl_is_started_watched_and_cancelled(browser: Any, serving: Serving) -> None:
    with watched(browser, serving.url) as page:
        # Without its timers the page never looks by itself: only the stream tells it.
        page.context.add_init_script("window.setTimeout = () => 0")
        streams: list[str] = []
        page.on("request", lambda sent: streams.append(sent.url) if "/events" in sent.url else None)
        id = _started(page, serving)
        page.evaluate("window.stays = true")
        soon(page, lambda: _read(page) >= 3)
        seen, lines = _read(page), page.inner_text("#log pre").count("\n")
        soon(page, lambda: _read(page) > seen and _links(page)["stored"] >= 3)
        soon(page, lambda: page.inner_text("#log pre").count("\n") >= lines > 0)
        page.click(f"#cancel-{id}")
        page.evaluate("window.stays = true")
        soon(page, lambda: "cancelled" in page.inner_text("h1"))
        assert page.evaluate("window.stays")
        assert streams == [f"{serving.url}/crawls/{id}/events"] * 2  # of the page, and after Cancel
        _adds_up(page, serving, id)


def test_the_same_without_a_script(browser: Any, serving: Serving) -> None:
    with watched(browser, serving.url, java_script_enabled=False) as page:
        id = _started(page, serving)
        # The page loads itself again, at any moment: it is looked for, not asked.
        read = re.compile(r"\b([3-9]|[1-9]\d+) pages read")
        page.locator("#crawl .figures", has_text=read).wait_for(timeout=PATIENCE_SECONDS * 1_000)
        page.click(f"#cancel-{id}")
        ended = page.locator("h1", has_text="cancelled")
        ended.wait_for(timeout=PATIENCE_SECONDS * 1_000)
        assert page.locator('meta[http-equiv="refresh"]').count() == 0
        _adds_up(page, serving, id)


def _environment(folder: Path, sites: StrangeSites) -> dict[str, str]:
    return {
        "FOLLOWUP_HOME": str(folder),
        "FOLLOWUP_CONTACT": "tests@followup.test",
        "FOLLOWUP_MIN_GAP_SECONDS": "0.02",
        "FOLLOWUP_NOW": AT.isoformat(),
        "http_proxy": sites.url,
        "https_proxy": sites.url,
        "no_proxy": "",
    }


def _started(page: Any, serving: Serving) -> int:
    page.goto(f"{serving.url}/crawls")
    page.select_option("#incident", "fire")
    page.click("text=Crawl now")
    page.wait_for_url("**/crawls/*")
    return int(page.url.rpartition("/")[2])


def _read(page: Any) -> int:
    """Pages read, as the figures tell it; 0 before there are any."""
    for text in page.locator("#crawl .figures span").all_inner_texts():
        if text.endswith(("page read", "pages read")):
            return int(text.split()[0].replace(",", ""))
    return 0


def _links(page: Any) -> dict[str, int]:
    """The rows of the table of links, its foot among them."""
    rows = page.locator("#counts tr").all_inner_texts()
    cells = [row.split("\t") for row in rows]
    return {"stored": 0} | {name.strip(): int(n.replace(",", "")) for name, n, *_ in cells}


def _adds_up(page: Any, serving: Serving, id: int) -> None:
    page.reload()
    told = serving.get(f"/api/v1/crawls/{id}")
    rows = _links(page)
    found = rows.pop("links found")
    assert sum(rows.values()) == found == told["links_found"] >= PAGES
    assert {name: n for name, n in rows.items() if n} == {
        name.replace("_", " "): n for name, n in told["counts"].items()
    }
    assert told["state"] == "cancelled"
