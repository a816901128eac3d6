"""The dossier from the desk, opened from the disk in a real browser: it runs and asks nothing."""

import io
import zipfile
from pathlib import Path
from typing import Any

import pytest

from tests.desk.conftest import SLUG
from tests.desk.serving import Desk
from tests.desk.stocked import HOSTILE, stock, stock_hostile


@pytest.fixture
def unpacked(desk: Desk, tmp_path: Path) -> Path:
    stock(desk.home, 2)
    stock_hostile(desk.home)
    answer = desk.get(f"/incidents/{SLUG}/dossier.zip?full=1")
    assert answer.headers["content-type"] == "application/zip"
    with zipfile.ZipFile(io.BytesIO(answer.content)) as packed:
        packed.extractall(tmp_path / "out")
    return tmp_path / "out" / f"{SLUG}-dossier"


def test_it_runs_and_asks_nothing(browser: Any, unpacked: Path) -> None:
    page = browser.new_page()
    asked: list[str] = []
    said: list[str] = []
    page.on("request", lambda sent: asked.append(sent.url))
    page.on("console", lambda message: said.append(message.text))
    files = [unpacked / "index.html", *sorted((unpacked / "articles").iterdir())]
    assert len(files) == 3 + len(HOSTILE)
    for file in files:
        page.goto(file.as_uri())
        assert page.evaluate("window.__xss") is None
        assert page.evaluate("document.scripts.length + document.images.length") == 0
        assert page.evaluate("document.querySelectorAll('svg, [onerror], [onload]').length") == 0
        links = page.evaluate("Array.from(document.links, link => link.protocol)")
        assert set(links) <= {"file:", "https:"}
    assert asked == [file.as_uri() for file in files]
    assert said == []
    page.goto(files[0].as_uri())
    assert page.evaluate("getComputedStyle(document.body).maxWidth") == "704px"
    page.set_viewport_size({"width": 390, "height": 800})
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    page.click("text=Report 0 on the attack")
    assert page.url == next(f.as_uri() for f in files[1:] if "Report 0 on" in f.read_text("utf-8"))
    page.close()


def test_nothing_of_it_stays_behind_and_unknown_ones_are_refused(desk: Desk) -> None:
    page = desk.get(f"/incidents/{SLUG}/profile").text
    assert f'action="/incidents/{SLUG}/dossier.zip"' in page
    desk.get(f"/incidents/{SLUG}/dossier.zip")
    desk.get("/incidents/nope/dossier.zip", 404)
    assert list(desk.home.config.home.glob(".*dossier-*")) == []
