"""Pictures of every page of the desk, as wide as a desk and as a telephone, light and dark.

    python -m tests.desk.screenshots [FOLDER]

The made-up newsroom of `followup demo` is crawled for them, and a few things are decided. What is
in the pictures nobody checks but the people who look at them. Those of the README, as much of a
page as a window shows, lie in `readme` there; docs/screens has copies of them.
"""

import re
import sys
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from crawler.config import Config
from crawler.home import Home
from crawler.life import log_path
from crawler.services import access, articles, decisions, demo, review
from crawler.services.review import View
from pipelines.store import crawls
from pipelines.store.crawls import Trigger
from pipelines.store.matches import Decision
from tests.desk.addresses import PROBLEMS, Places
from tests.desk.browsing import chromium
from tests.desk.serving import opened, serve

FOLDER = Path("build/screens")
WIDTHS = {"desk": (1280, 900), "phone": (390, 844)}
SCHEMES = ("light", "dark")
#: Those of the README: a name, the route of a page, which of its addresses, width and colours.
SHOWN = (
    ("list", "/incidents/{slug}", 0, "desk", "light"),
    ("article", "/articles/{id}", 1, "desk", "dark"),
    ("days", "/incidents/{slug}/days", 0, "desk", "light"),
    ("phone", "/incidents/{slug}", 0, "phone", "dark"),
)
_BY = "Ann"


def main(folder: Path) -> None:
    """All of them, into a folder."""
    with TemporaryDirectory() as kept:
        config = Config(home=Path(kept), database_url="sqlite:///")
        made = demo.run(config, tell=print, fast=True).home
        with opened(made) as home, chromium() as browser:
            places = furnished(home)
            with serve(home) as desk:
                _draw(browser, desk.url, places.all() + PROBLEMS[:1], folder)
                _draw(browser, desk.url, ["/crawls"], folder, "help", lambda page: _press(page))
                _show(browser, desk.url, places, folder / "readme")
            access.set_password(home, "four words nobody joins")
            with serve(home) as desk:
                _draw(browser, desk.url, ["/login"], folder)
        with opened(Path(kept) / "empty") as home, chromium() as browser, serve(home) as desk:
            paths = ("/", "/articles", "/sources", "/crawls")
            _draw(browser, desk.url, paths, folder, "empty")


def furnished(home: Home, slug: str = demo.SLUG) -> Places:
    """Decides a few things about a demo's articles, and begins a crawl that stands still."""
    lines = review.page(home, View(slug, chosen={"verdict": ("follow_up",)})).lines
    ids = [line.id for line in lines]
    for decision, some in (("keep", ids[2:14]), ("dismiss", ids[15:18]), ("star", ids[18:20])):
        decisions.decide(home, some, Decision(decision), by=_BY, incident=slug)
    decisions.label(home, ids[2:4], on=["lawsuit"], by=_BY, incident=slug)
    decisions.annotate(home, ids[3:4], "Ask the studio for the letter.", by=_BY, incident=slug)
    chosen = {"outlet": (lines[0].outlet or "",)}
    review.save_search(home, "Letters", "letter OR mail", chosen, by=_BY, incident=slug)
    edited = next(line.id for line in lines if line.revisions)
    copied = next(line for line in lines if line.copies)
    return Places(slug, ids[3], edited, copied.id, _copy_of(home, copied.id), 2, 3, _running(home))


def _copy_of(home: Home, id: int) -> int:

    return int(articles.show(home, id)["copies"][0]["id"])


def _running(home: Home) -> int:
    now, wall = home.now(), home.clock.wall()
    with home.database.write() as conn:
        id = crawls.request(conn, Trigger.HAND, "the desk", {}, now=now - timedelta(seconds=40))
        crawls.start(conn, id, pid=1, now=now - timedelta(seconds=38), wall_now=wall)
        progress = {
            "sources": 13,
            "sources_read": 9,
            "pages": 41,
            "remaining": 22,
            "rate": 1.4,
            "asking": ["harbour-ledger.test", "meridian.test"],
            "waiting": {"slow-courier.test": 12.0},
        }
        crawls.heartbeat(conn, id, wall_now=wall, requests=64, progress=progress)
    log_path(home.config, id).write_text(log_path(home.config, 3).read_text())
    return id


def _press(page: Any) -> None:
    page.keyboard.press("?")


def _draw(
    browser: Any,
    url: str,
    paths: Any,
    folder: Path,
    prefix: str = "",
    then: Callable[[Any], None] | None = None,
) -> None:
    folder.mkdir(parents=True, exist_ok=True)
    for width, (across, down) in WIDTHS.items():
        for scheme in SCHEMES:
            options = {"viewport": {"width": across, "height": down}, "color_scheme": scheme}
            context = browser.new_context(**options)
            page = context.new_page()
            for path in paths:
                page.goto(url + path)
                if then:
                    then(page)
                name = "-".join(filter(None, (prefix, _named(path), width, scheme)))
                page.screenshot(path=folder / f"{name}.png", full_page=True)
            context.close()


def _show(browser: Any, url: str, places: Places, folder: Path) -> None:
    for name, route, number, width, scheme in SHOWN:
        across, down = WIDTHS[width]
        options = {"viewport": {"width": across, "height": down}, "color_scheme": scheme}
        page = browser.new_page(**options)
        page.goto(url + places.of(route)[number])
        page.screenshot(path=folder / f"{name}.png")
        page.close()


def _named(path: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", path.lower()).strip("-") or "incidents"


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else FOLDER)
