"""One crawl over all cases of the hostile catalogue, and what must hold after it.

It lies beside the project. Cases are taken from the server's own list: a new one is crawled and
judged by the general rules (no secret, no inner address, the plain page beside it read) without a
change here.
"""

import json
import shutil
import socket
import subprocess
import sys
import time
import urllib.request
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from sqlalchemy import create_engine, inspect, text

from crawler.config import read_config
from crawler.home import Home, open_home
from crawler.newsroom.answer import seed_files
from crawler.services import crawls, incidents
from crawler.services.crawls import Report
from crawler.wanted import Wanted
from pipelines.incident import Source, SourceKind
from pipelines.store import sources
from pipelines.store.crawls import Crawl

SHARED = Path(__file__).resolve().parents[3] / "shared" / "web"
pytestmark = pytest.mark.skipif(
    not (SHARED / "hostile" / "hostile_server.py").exists(),
    reason="the hostile server lies in ../shared, which is missing",
)

AT = datetime(2014, 12, 18, 12, tzinfo=UTC)
#: Of the large cases: 0.05 is a bomb of 51 MB, five times what is read of any page.
SCALE = "0.05"
REQUEST_SECONDS = 5.0

SECRETS = ("CANARYSECRET", "root:x:0")
#: robots.txt refuses everything, or cannot be read: nothing else is asked for.
CLOSED = {
    *("robots-5xx", "robots-429", "robots-timeout", "robots-reset", "robots-disallow-all"),
    *("robots-loop", "robots-redirect-file", "tls-self", "tls-expired", "tls-wronghost"),
}
#: The feed is none that could name the plain page.
NAMELESS = {"feed-is-html"}
#: Hosts whose page holds the mark and is an article of its own all the same.
MARKED_ARTICLES = {"canonical-hijack", "cookie-flood"}
OUTCOMES: dict[str, set[str]] = {
    "gzip-bomb": {"too_large"},
    "deflate-bomb": {"too_large"},
    "brotli-bomb": {"too_large"},
    "gzip-layers": {"too_large"},
    "declared-10gb": {"too_large"},
    "endless-chunked": {"too_large", "timeout"},  # whichever limit a busy machine meets first
    "server-push": {"not_html"},
    "slow-headers": {"timeout"},
    "mute": {"timeout"},
    "reset-mid-body": {"network_error"},
    "short-body": {"network_error"},
    "http09": {"network_error"},
    "junk": {"network_error"},
    "status-odd": {"http_error"},
    "header-flood": {"too_large", "no_text"},
    "header-huge": {"too_large"},
    "redirect-endless": {"http_error"},
    "redirect-metadata": {"blocked_address"},
    "robots-named": {"robots_denied"},
    "cookie-wall": {"wall"},
    "pdf-as-html": {"not_html"},
}
HEALTH = {
    "feed-is-html": "bad_feed",
    "tls-self": "tls_error",
    "tls-expired": "tls_error",
    "tls-wronghost": "tls_error",
    "robots-timeout": "robots_denied",
    "robots-disallow-all": "robots_denied",
    "robots-5xx": "robots_denied",
    "robots-reset": "network_error",
}


@dataclass
class Attacked:
    """What is left after the crawl."""

    home: Home
    report: Report
    cases: list[str]
    requests: list[dict[str, object]]
    canary: list[object]
    peak_megabytes: float
    longest_silence: float

    def rows(self, statement: str) -> list[tuple[object, ...]]:
        with self.home.database.read() as conn:
            return [tuple(row) for row in conn.execute(text(statement))]

    def case_of(self, url: object) -> str:
        host = urlsplit(str(url)).hostname or ""
        return host.removesuffix(".hostile.test").rpartition(".")[2]

    def asked(self, case: str) -> list[str]:
        return [str(row["path"]) for row in self.requests if row.get("case") == case]


@dataclass
class Pulse:
    """Watches the crawl's process: its memory, and how long its event loop stood still."""

    peak_kilobytes: int = 0
    longest: float = 0.0
    last_beat: datetime | None = None

    def look(self, row: Crawl) -> None:
        if row.heartbeat_at is not None:
            last = self.last_beat or row.heartbeat_at
            self.longest = max(self.longest, (row.heartbeat_at - last).total_seconds())
            self.last_beat = row.heartbeat_at
        try:
            status = Path(f"/proc/{row.pid}/status").read_text()
        except OSError:
            return
        peaks = [line.split()[1] for line in status.splitlines() if line.startswith("VmHWM:")]
        self.peak_kilobytes = max([self.peak_kilobytes, *map(int, peaks)])


@pytest.fixture(scope="module")
def attacked(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Attacked]:
    folder = tmp_path_factory.mktemp("hostile")
    web, log = folder / "web", folder / "requests.jsonl"
    (web / "hostile").mkdir(parents=True)
    shutil.copy(SHARED / "rawhttp.py", web)  # it keeps its certificates beside itself
    shutil.copy(SHARED / "hostile" / "hostile_server.py", web / "hostile")
    port, canary = _free_port(), _free_port()
    command = [sys.executable, str(web / "hostile" / "hostile_server.py"), "--scale", SCALE]
    command += ["--port", str(port), "--canary-port", str(canary), "--log", str(log)]
    server = subprocess.Popen(
        command, stderr=subprocess.DEVNULL, env={"HOSTILE_CACHE": str(folder / "cache")}
    )
    try:
        cases = _read(port, "/catalog.json")
        environment = _environment(folder, port, web / "ca" / "ca.pem")
        with open_home(read_config(environment), environment) as home:
            incidents.new(home, "sony", [str(seed) for seed in seed_files()])
            _add_sources(home, cases, canary)
            pulse = Pulse()
            report = crawls.run(home, Wanted(), watch=pulse.look)
            yield Attacked(
                home,
                report,
                [str(case["id"]) for case in cases],
                [json.loads(line) for line in log.read_text().splitlines()],
                list(_read(port, "/canary.json")),
                pulse.peak_kilobytes / 1024,
                pulse.longest,
            )
    finally:
        server.terminate()
        server.wait(10)


def _free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        port: int = found.getsockname()[1]
        return port


def _read(port: int, path: str) -> list[dict[str, object]]:
    direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
    deadline = time.monotonic() + 20
    while True:
        try:
            with direct.open(f"http://127.0.0.1:{port}{path}", timeout=20) as answer:
                found: list[dict[str, object]] = json.load(answer)
                return found
        except OSError:
            if time.monotonic() > deadline:
                raise
            time.sleep(0.1)


def _environment(folder: Path, port: int, authority: Path) -> dict[str, str]:
    proxy = f"http://127.0.0.1:{port}"
    return {
        "FOLLOWUP_HOME": str(folder / "home"),
        "FOLLOWUP_CONTACT": "tests@followup.test",
        "FOLLOWUP_MIN_GAP_SECONDS": "0.05",
        "FOLLOWUP_REQUEST_SECONDS": str(REQUEST_SECONDS),
        "FOLLOWUP_LINKS_PER_POLL": "60",
        "FOLLOWUP_NOW": AT.isoformat(),
        "SSL_CERT_FILE": str(authority),
        "http_proxy": proxy,
        "https_proxy": proxy,
        "no_proxy": "",
    }


def _add_sources(home: Home, cases: list[dict[str, object]], canary: int) -> None:
    urls = ["https://soft-404.hostile.test/feed.xml", f"http://127.0.0.1:{canary}/feed.xml"]
    for case in cases:
        scheme = "https" if str(case["id"]).startswith("tls-") else "http"
        seed = urlsplit(str(case["seed"]))
        urls += [f"{scheme}://{seed.hostname}{path}" for path in {seed.path, "/feed.xml"}]
    with home.database.write() as conn:
        for url in urls:
            sources.add(conn, Source(_kind(url), url), now=home.now())


def _kind(url: str) -> SourceKind:
    if url.endswith("/feed.xml"):
        return SourceKind.FEED
    return SourceKind.SITEMAP if url.endswith("/sitemap.xml") else SourceKind.SECTION


def test_the_crawl_ends_by_itself_within_bounds(attacked: Attacked) -> None:
    assert attacked.report.state == "finished"
    assert attacked.report.seconds < 90
    assert attacked.peak_megabytes < 500
    assert attacked.longest_silence < 6
    assert sum(attacked.report.counts.values()) == attacked.report.links_found


def test_no_inner_address_is_asked(attacked: Attacked) -> None:
    assert attacked.canary == []
    assert [row for row in attacked.requests if row.get("tag") == "canary"] == []


def test_no_secret_is_kept_in_any_table_or_file(attacked: Attacked) -> None:
    found = [
        (name, secret)
        for name, content in _everything(attacked.home)
        for secret in SECRETS
        if secret in content
    ]
    assert found == []


def _everything(home: Home) -> Iterator[tuple[str, str]]:
    engine = create_engine(home.config.database_url)
    with engine.connect() as conn:
        for table in inspect(engine).get_table_names():
            for row in conn.execute(text(f'SELECT * FROM "{table}"')):
                yield table, str(tuple(row))
    engine.dispose()
    for path in home.config.home.rglob("*"):
        if path.is_file() and path.suffix not in (".db", ".db-wal", ".db-shm"):
            yield str(path), path.read_bytes().decode("latin-1")


def test_no_text_of_a_hostile_page_is_stored_as_an_article(attacked: Attacked) -> None:
    rows = attacked.rows(
        "SELECT url FROM article JOIN revision ON article_id = id"
        " WHERE text LIKE '%BADMARK%' OR revision.title LIKE '%BADMARK%'"
    )
    assert {attacked.case_of(url) for (url,) in rows} <= MARKED_ARTICLES
    rows = attacked.rows("SELECT url FROM article WHERE canonical_url LIKE '%bbc.co.uk%'")
    assert rows == []


def test_every_plain_page_is_read_whatever_stands_beside_it(attacked: Attacked) -> None:
    rows = attacked.rows("SELECT url FROM article WHERE url LIKE '%/ok.html'")
    read = {attacked.case_of(url) for (url,) in rows}
    assert set(attacked.cases) - read == CLOSED | NAMELESS


@pytest.mark.parametrize("case", sorted(CLOSED))
def test_nothing_is_asked_for_where_robots_txt_refuses_or_fails(
    attacked: Attacked, case: str
) -> None:
    assert set(attacked.asked(case)) <= {"/robots.txt"}


@pytest.mark.parametrize("case", OUTCOMES)
def test_the_hostile_page_ends_in_its_outcome(attacked: Attacked, case: str) -> None:
    url = f"http://{case}.hostile.test/article.html"
    rows = attacked.rows(f"SELECT outcome, reason FROM link WHERE url = '{url}'")
    assert {outcome for outcome, _ in rows} <= OUTCOMES[case], rows
    assert rows


@pytest.mark.parametrize("case", HEALTH)
def test_the_sources_health_tells_what_is_wrong(attacked: Attacked, case: str) -> None:
    rows = attacked.rows(
        f"SELECT health_reason FROM source WHERE url LIKE '%//{case}.hostile.test/feed.xml'"
    )
    assert [str(reason).partition(":")[0] for (reason,) in rows] == [HEALTH[case]]


def test_https_through_the_proxy_trusts_the_further_authority(attacked: Attacked) -> None:
    rows = attacked.rows("SELECT health FROM source WHERE url LIKE 'https://soft-404.%'")
    assert rows == [("ok",)]


def test_only_web_addresses_of_bounded_length_enter_the_frontier(attacked: Attacked) -> None:
    rows = attacked.rows("SELECT url FROM link")
    assert {urlsplit(str(url)).scheme for (url,) in rows} <= {"http", "https"}
    assert max(len(str(url)) for (url,) in rows) <= 2_000


def test_traps_are_left_after_a_bounded_number_of_requests(attacked: Attacked) -> None:
    counts = Counter(str(row.get("case")) for row in attacked.requests)
    assert max(counts.values()) <= 70, counts.most_common(3)


def test_neither_cookies_nor_credentials_are_sent(attacked: Attacked) -> None:
    assert not any(row.get("cookie") or row.get("auth") for row in attacked.requests)


def test_the_log_holds_no_control_characters_and_no_traceback(attacked: Attacked) -> None:
    log = crawls.log(attacked.home, attacked.report.id)
    assert {char for char in log if not char.isprintable()} <= {"\n"}
    assert "Traceback" not in log
