"""What hostile sites wrote, crawled, cleaned and stored as any page is, then read in a browser; and
forms that somebody else sends."""

import io
import socket
import socketserver
import subprocess
import sys
import threading
import time
import zipfile
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest

from crawler.config import read_config
from crawler.home import Home, open_home
from crawler.services import crawls, incidents, review
from crawler.services.review import View
from crawler.wanted import Wanted
from pipelines.incident import Source, SourceKind
from pipelines.store import sources
from tests.crawler.strange_sites import Piece, answer, feed, served
from tests.crawler.terminal import ROOT
from tests.desk.addresses import routes
from tests.desk.browsing import soon, watched
from tests.desk.conftest import SLUG
from tests.desk.crowded import WORST
from tests.desk.serving import Desk, serve
from tests.desk.stocked import HOSTILE

SITES = ROOT.parent / "shared" / "web" / "hostile" / "hostile_server.py"
CASES = ("xss-stored", "xss-url", "csrf-stored")
#: What the sites' pages tell between their traps.
STORY = (
    "Officials said on Wednesday that the inquiry into the breach would continue, and that part of"
    " the findings would be published once the studio had been told. The company gave no further"
    " details."
)


@pytest.fixture(scope="module")
def attacked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Desk]:
    """The desk after a real crawl of the hostile sites."""
    if not SITES.exists():
        pytest.skip("the hostile sites are not here")
    folder = tmp_path_factory.mktemp("attacked")
    with socket.socket() as one, socket.socket() as two:
        one.bind(("127.0.0.1", 0))
        two.bind(("127.0.0.1", 0))
        port, canary = one.getsockname()[1], two.getsockname()[1]
    sites = subprocess.Popen(
        [sys.executable, SITES, "--port", str(port), "--canary-port", str(canary)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    try:
        _until_answering(port)
        environment = _environment(folder, f"http://127.0.0.1:{port}")
        with open_home(read_config(environment), environment) as home:
            _crawl(home, *(f"http://{case}.hostile.test/feed.xml" for case in CASES))
            with serve(home) as desk:
                yield desk
    finally:
        sites.kill()
        sites.wait()


def _until_answering(port: int) -> None:
    deadline = time.monotonic() + 30
    while True:
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        assert time.monotonic() < deadline
        time.sleep(0.05)


def _environment(folder: Path, proxy: str) -> dict[str, str]:
    return {
        "FOLLOWUP_HOME": str(folder),
        "FOLLOWUP_CONTACT": "tests@followup.test",
        "FOLLOWUP_MIN_GAP_SECONDS": "0.01",
        "FOLLOWUP_NOW": "2014-12-18T12:00:00+00:00",
        "http_proxy": proxy,
        "https_proxy": proxy,
        "no_proxy": "",
    }


def _crawl(home: Home, *feeds: str) -> None:
    seed = home.config.home / "seed.txt"
    seed.write_text(f"The inquiry into the breach\n\n{STORY}\n\n{STORY}\n")
    incidents.new(home, SLUG, [str(seed)])
    with home.database.write() as conn:
        for url in feeds:
            sources.add(conn, Source(SourceKind.FEED, url), now=home.now())
    crawls.run(home, Wanted(), by="the test")


def test_what_hostile_sites_wrote_is_characters(
    browser: Any, attacked: Desk, tmp_path: Path
) -> None:
    lines = review.page(attacked.home, View(SLUG)).lines
    assert len(lines) > 10  # of thirty-odd pages of one text each, those that are articles
    with watched(browser, attacked.url) as page:
        for path in ("", "?all=1", "?q=window.__xss", "/days", "/ledger", "/profile"):
            _is_quiet(page, f"{attacked.url}/incidents/{SLUG}{path}")
        for path in ("/", "/articles", "/crawls", "/crawls/1", "/sources"):
            _is_quiet(page, attacked.url + path)
        for line in lines:
            _is_quiet(page, f"{attacked.url}/articles/{line.id}?in={SLUG}")
            _is_quiet(page, f"{attacked.url}/articles/{line.id}/changes")
    assert any("<" in (line.title or "") for line in lines)


def test_a_kept_page_of_theirs_does_nothing(browser: Any, attacked: Desk) -> None:
    """It is a stranger's page, shown in a sandbox: no script of it runs, and it is nobody's own."""
    context = browser.new_context()
    page = context.new_page()
    page.on("dialog", lambda shown: pytest.fail(shown.message))
    wanted = []
    for line in review.page(attacked.home, View(SLUG)).lines:
        url = f"{attacked.url}/articles/{line.id}/raw"
        if attacked.client.get(url).status_code == 200:
            wanted.append(url)
            page.goto(url)
            assert page.evaluate("window.__xss") is None
            assert page.evaluate("window.origin") == "null"
    context.close()
    assert len(wanted) > 10


TRAPS = """
    <img src="{url}/img"><img srcset="{url}/srcset 2x">
    <picture><source srcset="{url}/p"><img></picture>
    <link rel=stylesheet href="{url}/css"><link rel=preload as=image href="{url}/preload">
    <link rel=icon href="{url}/icon"><link rel=prefetch href="{url}/prefetch">
    <link rel=preconnect href="{url}"><link rel=dns-prefetch href="{url}">
    <link rel=manifest href="{url}/manifest"><link rel=modulepreload href="{url}/module">
    <style>@import "{url}/import"; body {{ background: url({url}/background) }}
    @font-face {{ font-family: x; src: url({url}/font) }} p {{ font-family: x }}</style>
    <iframe src="{url}/iframe"></iframe><iframe srcdoc="<img src='{url}/srcdoc'>"></iframe>
    <object data="{url}/object"></object><embed src="{url}/embed">
    <video src="{url}/video" poster="{url}/poster" autoplay></video>
    <audio src="{url}/audio"></audio>
    <svg><image href="{url}/image"/><use href="{url}/use#x"/></svg>
    <script src="{url}/script"></script><img src=x onerror="fetch('{url}/fetch')">
    <form action="{url}/form"><button autofocus onfocus="this.form.submit()">x</button></form>
    <meta http-equiv=refresh content="0;url={url}/refresh">
"""


@contextmanager
def listening() -> Iterator[tuple[str, list[bytes]]]:
    """An address of this machine, and what was asked of it; a connection counts, asked or not."""
    heard: list[bytes] = []

    class Ears(socketserver.BaseRequestHandler):
        def handle(self) -> None:
            heard.append(b"")
            heard.append(self.request.recv(200).partition(b"\r")[0])

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Ears) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        yield f"http://127.0.0.1:{server.server_address[1]}", heard
        server.shutdown()


def test_a_kept_page_asks_nobody_for_anything(browser: Any, tmp_path: Path) -> None:
    """Of what it names nothing is fetched, though the browser would for a page that may."""
    with listening() as (url, heard):
        traps = TRAPS.format(url=url)

        def site(path: str) -> Sequence[Piece]:
            if path == "/robots.txt":
                return [answer("User-agent: *\nAllow: /\n", "text/plain")]
            if path == "/feed":
                return [answer(feed("traps.test", ["/trap"]), "application/rss+xml")]
            text = "".join(f"<p>{STORY}</p>" for _ in range(3))
            title = "The inquiry into the breach goes on"
            head = f"<html><head><title>{title}</title></head><body><h1>{title}</h1>"
            return [answer(f"{head}{text}{traps}</body></html>")]

        with served({"traps.test": site}) as strange:
            environment = _environment(tmp_path / "home", strange.url)
            with open_home(read_config(environment), environment) as home:
                _crawl(home, "http://traps.test/feed")
                (line,) = review.page(home, View(SLUG)).lines
                with serve(home) as desk, closing(browser.new_context()) as context:
                    page = context.new_page()
                    page.goto(f"{desk.url}/articles/{line.id}/raw", wait_until="load")
                    assert "The inquiry" in page.inner_text("h1")
                    page.wait_for_timeout(500)
                    assert heard == []
        free = tmp_path / "free.html"
        free.write_text(traps)
        with closing(browser.new_context()) as context:
            context.new_page().goto(free.as_uri(), wait_until="commit")
            deadline = time.monotonic() + 30
            while len(heard) < 10:
                assert time.monotonic() < deadline, heard
                time.sleep(0.05)


def test_the_dossier_of_theirs_is_characters(browser: Any, attacked: Desk, tmp_path: Path) -> None:
    answer = attacked.get(f"/incidents/{SLUG}/dossier.zip?full=1")
    with zipfile.ZipFile(io.BytesIO(answer.content)) as packed:
        packed.extractall(tmp_path)
    folder = tmp_path / f"{SLUG}-dossier"
    with watched(browser, folder.as_uri()) as page:
        files = [folder / "index.html", *sorted((folder / "articles").iterdir())]
        assert len(files) > 10
        for file in files:
            _is_quiet(page, file.as_uri())


def test_a_hostile_draft_is_characters(browser: Any, desk: Desk) -> None:
    with watched(browser, desk.url) as page:
        page.goto(f"{desk.url}/incidents/new")
        page.fill("#seed1", f"{WORST}\n\n{STORY}\n\n" + "\n\n".join(HOSTILE[:-1]))
        page.fill("#slug", "hostile")
        page.fill("#title", WORST[:300])
        page.click("main button")
        soon(page, lambda: page.locator("#file").count() == 1 or page.locator(".alarm").count() > 1)
        assert page.evaluate("window.__xss") is None
        assert page.inner_text("h1").startswith(HOSTILE[0])


def test_no_form_is_taken_without_the_desks_token(desk: Desk) -> None:
    """Every door that changes something; with a token of another desk neither."""
    doors = routes("POST")
    assert len(doors) > 20
    for door in doors:
        path = door.format(slug=SLUG, id=1)
        for data in ({}, {"token": "ab" * 64}, {"token": "x", "id": "1", "keep": "1"}):
            answer = desk.client.post(path, data=data)
            assert (door, answer.status_code) == (door, 403)


def _is_quiet(page: Any, url: str) -> None:
    page.goto(url)
    assert page.evaluate("window.__xss") is None
    assert page.evaluate("document.querySelectorAll('img, iframe, object, base, math').length") == 0
    links = page.evaluate("Array.from(document.links, link => link.protocol)")
    assert set(links) <= {"http:", "https:", "file:"}
    assert page.complaints == []
