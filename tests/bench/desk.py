"""The desk over many articles, beside datasette over the same file: ``python -m tests.bench.desk
FILE [--requests N] [--make SIZE]``.

Both run as servers of their own on loopback. Of each view as many pages are asked for as wanted,
all different, from one and the other in turns, so that a busy machine hits both alike; told are the
median and the 95th percentile of the time from the request to the last byte, in milliseconds.
Datasette may take as long as it needs for a query, where its own limit would give no answer.
Decisions are real ones: they stay in the file. Then Chromium, where it is there: from the start of
the navigation until the first paint and until the page can be used, and the bytes of the first view
as they were sent.
"""

import argparse
import http.client
import json
import random
import re
import shutil
import socket
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from urllib.parse import quote, urlencode

from tests.bench import shelf

SLUG, INCIDENT = "harbour-fire", 1
DAY_MICROS = 86_400_000_000
FACETS = ("review", "verdict", "outlet", "country", "language", "day", "source", "copies",
          "changed", "label")  # fmt: skip
LOOKS = 5


@dataclass(frozen=True)
class View:
    """A page of the desk, and the same of datasette where it has one, by the number of the turn."""

    name: str
    ours: Callable[[int], str]
    theirs: Callable[[int], str] | None = None


class Client:
    """One connection that stays open, as a browser's does."""

    def __init__(self, port: int) -> None:
        self._port = port
        self._open = http.client.HTTPConnection("127.0.0.1", port, timeout=120)
        self._used = 0.0

    def ask(
        self, method: str, path: str, body: str | None = None, **headers: str
    ) -> tuple[float, bytes, http.client.HTTPResponse]:
        """Milliseconds, the body as sent, the answer. Raises ValueError for an error."""
        told = {"Accept-Encoding": "gzip", **headers}
        if time.monotonic() - self._used > 3:  # a server closes what is idle for five seconds
            self._open.close()
        begun = time.perf_counter()
        self._open.request(method, path, body, told)
        answer = self._open.getresponse()
        read = answer.read()
        took = (time.perf_counter() - begun) * 1e3
        self._used = time.monotonic()
        if answer.status >= 400:
            raise ValueError(f"{answer.status} {path} {read[:300]!r}")
        return took, read, answer


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as listening:
        return int(listening.getsockname()[1])


@contextmanager
def running(command: list[str], port: int, path: str) -> Iterator[None]:
    """A server child from when it answers to the end of the block."""
    with subprocess.Popen(command, stdout=subprocess.DEVNULL) as child:
        try:
            for _ in range(600):
                try:
                    Client(port).ask("GET", path)
                    break
                except OSError:
                    time.sleep(0.1)
            yield
        finally:
            child.terminate()


def serve(file: Path, port: int) -> None:
    """The desk of a file; its clock stands where the articles end."""
    import uvicorn

    from crawler.config import Config
    from crawler.desk.app import create_app
    from crawler.home import open_home

    class Still:
        def wake(self) -> None: ...

        def problem(self) -> str | None:
            return None

    now = shelf.FIRST + timedelta(days=shelf.DAYS)
    with tempfile.TemporaryDirectory() as folder:
        config = Config(home=Path(folder), database_url=f"sqlite:///{file}", now=now)
        with open_home(config) as home:
            uvicorn.run(
                create_app(home, Still()), port=port, log_level="error", lifespan="off"
            )  # fmt: skip


# ------------------------------------------------------------------------------------------- views


def views(file: Path) -> list[View]:
    rng = random.Random(5)
    words = shelf.vocabulary().latin
    with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as conn:
        rows = conn.execute(
            "SELECT l.article_id, l.listed_at, a.title, a.outlet, f.language FROM listed l"
            " JOIN article a ON a.id = l.article_id JOIN facet_count f ON f.id = l.facet_id"
            f" WHERE l.incident_id = {INCIDENT} AND l.article_id % 97 = 0"
        ).fetchall()
    rng.shuffle(rows)
    latin = [row for row in rows if " " in row[2] and row[2].isascii()]

    def place(n: int) -> str:
        at = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(microseconds=rows[n][1])
        return quote(f"{at.isoformat()}_{rows[n][0]}")

    def day(n: int) -> str:
        return f"{shelf.FIRST + timedelta(days=3 * n % shelf.DAYS):%Y-%m-%d}"

    def found(query: str) -> str:
        return f"/incidents/{SLUG}?{urlencode({'q': query})}"

    def searched(query: str) -> str:
        asked = {"_fts_table": "article_search", "_fts_pk": "id", "_search": query}
        return f"/desk/article?{urlencode(asked)}&_sort_desc=listed_at&_size=50"

    def both(name: str, query: Callable[[int], str]) -> View:
        return View(name, lambda n: found(query(n)), lambda n: searched(query(n)))

    def sql(text: str) -> str:
        return f"/desk?{urlencode({'sql': text})}"

    values = {
        "review": ["none", "keep", "dismiss", "star"],
        "verdict": ["follow_up", "candidate", "out_of_window", "off_topic"],
        "outlet": [row[3] for row in rows],
        "country": [each for _, _, of in shelf.LANGUAGES for each in of],
        "language": [each for each, _, _ in shelf.LANGUAGES],
        "day": [day(n) for n in range(100)],
        "source": [str(n) for n in range(1, 200)],
        "copies": ["alone", "several"],
        "changed": ["no", "edited", "vanished"],
        "label": ["lead", "check", "quoted"],
    }

    def under(facet: str) -> Callable[[int], str]:
        some = values[facet]

        def path(n: int) -> str:
            # Where a facet has few values, another day makes the page another one.
            more = "" if len(some) >= 100 else f"&order={('published', 'seen', 'score')[n % 3]}"
            later = f"&day=2014-01-01/{day(100 + n)}" if len(some) < 20 and n >= 12 else ""
            chosen = urlencode({facet: some[n % len(some)]})
            return f"/incidents/{SLUG}?{chosen}{more}{later}"

        return path

    def lines(extra: str) -> str:
        return f"/desk/listed?incident_id={INCIDENT}&_sort_desc=listed_at&_size=50{extra}"

    def feed(format: str) -> str:
        return f"/feeds/incidents/{SLUG}/articles.{format}?verdict=follow_up&day="

    of_days = f"SELECT listed_at / {DAY_MICROS} AS day, count(*) FROM listed WHERE incident_id ="
    return [
        View("incidents, pulse, since looked", lambda n: f"/?n={n}"),
        View("list, first page", lambda n: f"/incidents/{SLUG}?all=1&done=x{n}",
             lambda n: lines(f"&_nl={n}")),
        View("list, what waits", lambda n: f"/incidents/{SLUG}?done=x{n}"),
        View("list, deep page", lambda n: f"/incidents/{SLUG}?all=1&after={place(n)}",
             lambda n: lines(f"&listed_at__lt={rows[n][1]}")),
        View("all articles, deep page", lambda n: f"/articles?after={place(n)}",
             lambda n: f"/desk/article?_sort_desc=listed_at&_size=50&listed_at__lt={rows[n][1]}"),
        View("facets, unfiltered (API)", lambda n: f"/api/v1/articles/facets?incident={SLUG}",
             lambda n: f"/desk/article?_facet=outlet&_facet=language&_size=50&_nl={n}"),
        *(View(f"list under {name}", under(name)) for name in FACETS),
        both("search, rare word", lambda n: words[29_000 + n]),
        both("search, very common word", lambda n: words[n]),
        both("search, two words", lambda n: f"{words[50 + n]} {words[300 + n]}"),
        both("search, phrase", lambda n: '"{}"'.format(" ".join(latin[n][2].split()[:2]))),
        View("search, Chinese word", lambda n: found(chr(0x4E00 + n) + chr(0x4E00 + n // 2))),
        View("article", lambda n: f"/articles/{rows[n][0]}?in={SLUG}&all=1",
             lambda n: f"/desk/article/{rows[n][0]}"),
        View("changes", lambda n: f"/articles/{rows[n][0]}/changes",
             lambda n: f"/desk/revision?article_id={rows[n][0]}"),
        View("timeline", lambda n: f"/incidents/{SLUG}/days?n={n}",
             lambda n: sql(f"{of_days} {INCIDENT} AND {n} = {n} GROUP BY 1")),
        View("timeline, as of", lambda n: f"/incidents/{SLUG}/days?as_of={day(n)}"),
        View("ledger", lambda n: f"/incidents/{SLUG}/ledger?after={place(n)}",
             lambda n: f"/desk/link?_sort_desc=changed_at&_size=50&changed_at__lt={rows[n][1]}"),
        View("ledger of an outcome",
             lambda n: f"/incidents/{SLUG}/ledger?outcome=http_error&after={place(n)}",
             lambda n: "/desk/link?_sort_desc=changed_at&_size=50&outcome=http_error"
             f"&changed_at__lt={rows[n][1]}"),
        View("RSS, first page", lambda n: feed("rss") + day(n)),
        View("JSON Feed, first page", lambda n: feed("json") + day(n)),
    ]  # fmt: skip


# ---------------------------------------------------------------------------------------- measuring


def measured(view: View, ours: Client, theirs: Client, requests: int) -> None:
    times: list[float] = []
    others: list[float] = []
    for n in range(requests):
        times.append(ours.ask("GET", view.ours(n))[0])
        if view.theirs is not None:
            others.append(theirs.ask("GET", view.theirs(n))[0])
    row = f"{view.name:32}{_told(times)}"
    print(row + (_told(others) if others else "       -       -"), flush=True)


def _told(times: list[float]) -> str:
    last = statistics.quantiles(times, n=20)[-1] if len(times) > 1 else times[0]
    return f"{statistics.median(times):8.1f}{last:8.1f}"


def decided(ours: Client, ids: list[list[int]]) -> tuple[list[float], list[float]]:
    """Milliseconds of a decision about each batch, and of taking it back."""
    body = ours.ask("GET", "/crawls", **{"Accept-Encoding": "identity"})[1].decode()
    token = re.search(r'name="token" value="([0-9a-f]+)"', body)
    if token is None:
        raise ValueError("the page has no token")
    headers = {"Content-Type": "application/x-www-form-urlencoded", "Accept": "application/json"}
    headers["Origin"] = f"http://127.0.0.1:{ours._port}"
    headers["Accept-Encoding"] = "identity"
    done, undone = [], []
    for some in ids:
        pairs = [("token", token[1]), ("incident", SLUG), ("bulk", "keep")]
        form = urlencode([*pairs, *(("id", str(id)) for id in some)])
        took, answer, _ = ours.ask("POST", "/decisions", form, **headers)
        done.append(took)
        batch = {"token": token[1], "incident": SLUG, "batch": json.loads(answer)["batch"]}
        undone.append(ours.ask("POST", "/decisions/undo", urlencode(batch), **headers)[0])
    return done, undone


def decisions(file: Path, ours: Client, requests: int) -> None:
    with closing(sqlite3.connect(f"file:{file}?mode=ro", uri=True)) as conn:
        waiting = [row[0] for row in conn.execute(
            'SELECT article_id FROM "match" WHERE incident_id = ? AND verdict = ?'
            " AND review IS NULL AND article_id % 7 = 0 LIMIT ?",
            (INCIDENT, "follow_up", requests * 11),
        )]  # fmt: skip
    for name, size in (("decision", 1), ("decision about 100", 100)):
        some = [waiting[at : at + size] for at in range(0, len(waiting), size)]
        times = decided(ours, some[: requests if size == 1 else requests // 10])
        print(f"{name:32}{_told(times[0])}\n{'  taken back':32}{_told(times[1])}", flush=True)


def looked_at(port: int, pages: dict[str, str]) -> None:
    """In Chromium: each page is opened by a browser that has nothing of it yet."""
    from playwright.sync_api import sync_playwright

    found = shutil.which("chromium") or shutil.which("chromium-browser")
    with sync_playwright() as started:
        browser = started.chromium.launch(executable_path=found, args=["--no-sandbox"])
        for name, path in pages.items():
            paints, usable, sent, unpacked = [], [], 0, 0
            for _ in range(LOOKS):
                context = browser.new_context()
                page = context.new_page()
                page.goto(f"http://127.0.0.1:{port}{path}", wait_until="load")
                page.wait_for_function("performance.getEntriesByType('paint').length > 0")
                told = page.evaluate(_TIMING)
                paints.append(told["paint"])
                usable.append(told["usable"])
                sent, unpacked = told["sent"], told["unpacked"]
                context.close()
            print(f"{name:32}{statistics.median(paints):8.0f}{statistics.median(usable):8.0f}"
                  f"{sent:10,}{unpacked:10,}")  # fmt: skip
        browser.close()


_TIMING = """() => {
  const all = [...performance.getEntriesByType('navigation'),
               ...performance.getEntriesByType('resource')];
  const page = all[0];
  const paint = performance.getEntriesByName('first-contentful-paint')[0]
    || performance.getEntriesByType('paint')[0];
  return {paint: paint.startTime, usable: Math.max(page.domContentLoadedEventEnd, paint.startTime),
          sent: all.reduce((n, one) => n + one.encodedBodySize, 0),
          unpacked: all.reduce((n, one) => n + one.decodedBodySize, 0)};
}"""


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("file", type=Path)
    parser.add_argument("--requests", type=int, default=100)
    parser.add_argument("--make", type=int, help="make the file with so many articles first")
    parser.add_argument("--only", default="", help="views with this in their name")
    parser.add_argument("--serve", type=int, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.serve:
        serve(asked.file, asked.serve)
        return
    if asked.make:
        shelf.fill(asked.file, asked.make)
    mine, other = _free_port(), _free_port()
    own = [sys.executable, "-m", "tests.bench.desk", str(asked.file), "--serve", str(mine)]
    linked = Path(tempfile.mkdtemp()) / "desk.db"
    linked.symlink_to(asked.file.absolute())  # datasette calls the database as the file is called
    theirs = [sys.executable, "-m", "datasette", str(linked), "--port", str(other)]
    for name in ("sql_time_limit_ms", "facet_time_limit_ms"):
        theirs += ["--setting", name, "60000"]
    with running(own, mine, "/healthz"), running(theirs, other, "/-/versions.json"):
        ours, peer = Client(mine), Client(other)
        print(f"{'milliseconds':32}    desk     p95 datasette  p95", flush=True)
        for view in views(asked.file):
            if asked.only in view.name:
                measured(view, ours, peer, asked.requests)
        if asked.only in "Chromium":
            print(f"\n{'Chromium':32}   paint  usable      sent  unpacked")
            within = f"/incidents/{SLUG}"
            looked_at(mine, {"incidents": "/", "list": f"{within}?all=1", "waits": within,
                             "article": f"/articles/970?in={SLUG}", "timeline": f"{within}/days",
                             "ledger": f"{within}/ledger"})  # fmt: skip
        if asked.only in "decision":
            decisions(asked.file, ours, asked.requests)


if __name__ == "__main__":
    main()
