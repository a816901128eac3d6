"""Real Chromium on the desk: opened, watched, waited for, and looked over by axe."""

import shutil
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser")
OPTIONS = ["--no-sandbox", "--disable-gpu", "--no-first-run", "--disable-background-networking"]
#: Two busy cores: a crawl begins, a page is fetched again.
PATIENCE_SECONDS = 60.0


@contextmanager
def chromium() -> Iterator[Any]:
    """A headless browser; skips the test where there is none."""
    playwright = pytest.importorskip("playwright.sync_api", reason="playwright is not installed")
    if CHROMIUM is None:
        pytest.skip("there is no Chromium")
    with playwright.sync_playwright() as running:
        opened = running.chromium.launch(executable_path=CHROMIUM, args=OPTIONS)
        yield opened
        opened.close()


@contextmanager
def watched(browser: Any, url: str, **options: Any) -> Iterator[Any]:
    """A page that asks nobody but the desk at `url`, opens no dialog and complains of nothing."""
    context = browser.new_context(**options)
    complaints: list[str] = []
    context.on(
        "request",
        lambda sent: None if sent.url.startswith(f"{url}/") else complaints.append(sent.url),
    )
    context.on("console", lambda message: complaints.append(message.text))
    context.on("weberror", lambda error: complaints.append(str(error.error)))
    context.on("dialog", lambda shown: (complaints.append(shown.message), shown.dismiss()))
    page = context.new_page()
    page.complaints = complaints
    yield page
    context.close()
    assert complaints == []


def soon(page: Any, is_so: Callable[[], bool], seconds: float = PATIENCE_SECONDS) -> None:
    """Waits until it is so; the page's own policy lets the browser evaluate no text for that."""
    deadline = time.monotonic() + seconds
    while not is_so():
        assert time.monotonic() < deadline, page.inner_text("main")
        page.wait_for_timeout(50)
