"""`followup serve` as a real process on the newsroom: started, refused, stopped, killed."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from io import TextIOWrapper
from pathlib import Path
from typing import Any

import pytest

from crawler.config import Config
from crawler.home import Home, open_home
from crawler.newsroom import Newsroom
from crawler.services import demo
from crawler.tenure import take_schedule
from pipelines.store import crawls, incidents
from pipelines.store.crawls import Crawl, CrawlState
from tests.crawler.serving import Serving
from tests.crawler.terminal import ROOT, foreign

AT = datetime(2014, 12, 18, tzinfo=UTC)
#: A quarter of an hour in a real second: rules of hours come within the test.
SPEED = 900.0


@pytest.fixture
def serving(tmp_path: Path) -> Iterator[Serving]:
    """A home that follows the newsroom, not started yet."""
    folder = tmp_path / "home"
    folder.mkdir()
    with Newsroom.serve(now=AT) as room:
        with demo.open_visit(folder, room, AT) as home:
            demo.set_up(home)
        one = Serving({**demo.visit_environment(folder, room), "FOLLOWUP_NOW": AT.isoformat()})
        try:
            yield one
        finally:
            if one.process is not None and one.process.poll() is None:
                one.kill()


def command(
    serving: Serving, *arguments: str, **settings: str
) -> "subprocess.CompletedProcess[str]":
    return subprocess.run(
        [sys.executable, "-m", "crawler", *arguments],
        env={**foreign(), **serving.environment, **settings},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
        timeout=120,
    )


def opened(serving: Serving) -> Any:
    home = serving.home
    config = Config(home=home, database_url=f"sqlite:///{home / 'followup.db'}", contact="t@e.org")
    return open_home(config)


def rows(serving: Serving) -> list[Crawl]:
    """All crawls, the oldest first."""
    with opened(serving) as home, home.database.read() as conn:
        return crawls.list_all(conn)[::-1]


def wait(until: Callable[[], Any], seconds: float = 90.0) -> Any:
    deadline = time.monotonic() + seconds
    while not (found := until()):
        assert time.monotonic() < deadline
        time.sleep(0.2)
    return found


def ended(serving: Serving, state: CrawlState = CrawlState.FINISHED) -> list[Crawl]:
    return [row for row in rows(serving) if row.state is state]


def only_by_hand(serving: Serving) -> None:
    """Nothing is due for years: what runs was asked for."""
    assert command(serving, "schedule", "set", "--every", "300d").returncode == 0


def test_a_rule_is_kept_and_crawls_run_as_children(serving: Serving) -> None:
    assert command(serving, "schedule", "set", "--every", "2h").returncode == 0
    soon = AT + timedelta(minutes=110)
    serving.start(FOLLOWUP_NOW=soon.isoformat(), FOLLOWUP_SPEED=str(SPEED))
    crawl = wait(lambda: next(iter(ended(serving)), None))
    assert (crawl.trigger, crawl.requested_by) == ("schedule", "schedule")
    assert crawl.request["due"]
    assert crawl.requested_at >= AT + timedelta(hours=2)
    wait(lambda: len(ended(serving)) >= 2)
    assert serving.resident_bytes() < 200_000_000


def test_an_api_crawl_is_a_child_within_a_moment(serving: Serving) -> None:
    only_by_hand(serving)
    serving.start()
    time.sleep(1.5)
    began = time.monotonic()
    id = serving.post("/api/v1/crawls", {"sources": [1]})["id"]
    assert time.monotonic() - began < 1.0
    wait(serving.children, 3.0)
    assert serving.wait_for(id)["state"] == "finished"
    assert serving.get("/healthz")["status"] == "ok"


def test_the_second_server_names_the_first(serving: Serving) -> None:
    only_by_hand(serving)
    serving.start()
    refused = command(serving, "serve", "--port", "0")
    assert refused.returncode == 1
    for told in (socket.gethostname(), str(serving.pid), serving.url, "since", "stop it first"):
        assert told in refused.stderr
    assert "Traceback" not in refused.stderr


def test_a_crawl_from_the_terminal_runs_beside_the_server(serving: Serving) -> None:
    only_by_hand(serving)
    serving.start()
    done = command(serving, "crawl", "--source", "1", "--json")
    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["state"] == "finished"
    (row,) = rows(serving)
    assert row.trigger == "hand"
    assert f"launched crawl={row.id}" not in serving.log.read_text()


def test_sigterm_ends_the_server_and_its_crawls_in_time(serving: Serving) -> None:
    only_by_hand(serving)
    serving.start()
    id = serving.post("/api/v1/crawls", {})["id"]
    wait(lambda: serving.get(f"/api/v1/crawls/{id}")["requests"])
    began = time.monotonic()
    assert serving.stop() == 0
    assert time.monotonic() - began < 10
    row = rows(serving)[-1]
    assert (row.state, row.end_reason) == (CrawlState.CANCELLED, "the server was stopped")
    assert sum((row.counts or {}).values()) == row.links_found
    assert "Traceback" not in serving.log.read_text()
    serving.start()
    assert serving.stop() == 0, "the next one starts at once"


def test_a_second_ctrl_c_ends_it_at_once(serving: Serving) -> None:
    only_by_hand(serving)
    serving.start()
    id = serving.post("/api/v1/crawls", {})["id"]
    wait(lambda: serving.get(f"/api/v1/crawls/{id}")["requests"])
    (child,) = serving.children()
    os.kill(child, signal.SIGSTOP)
    os.kill(serving.pid, signal.SIGINT)
    time.sleep(0.5)
    began = time.monotonic()
    os.kill(serving.pid, signal.SIGINT)
    assert serving.stop() == 0
    assert time.monotonic() - began < 4
    assert rows(serving)[-1].state is CrawlState.CANCELLED


def test_what_a_killed_server_left_is_settled_and_caught_up_once(serving: Serving) -> None:
    assert command(serving, "schedule", "set", "--every", "2h").returncode == 0
    soon = AT + timedelta(minutes=110)
    serving.start(FOLLOWUP_NOW=soon.isoformat(), FOLLOWUP_SPEED=str(SPEED))
    wait(lambda: [row for row in rows(serving) if row.state is CrawlState.RUNNING])
    serving.kill()
    before = {row.id for row in rows(serving)}
    later = AT + timedelta(days=3, hours=1)  # between two runs: the last one is late
    serving.start(FOLLOWUP_NOW=later.isoformat())
    caught = wait(lambda: [row for row in ended(serving) if row.request.get("caught_up")])
    assert serving.stop() == 0
    everything = rows(serving)
    assert all(row.ended_at is not None for row in everything)
    missed = [row for row in everything if row.state is CrawlState.MISSED and row.id not in before]
    assert 30 <= len(missed) <= 36, "two-hourly in three days, up to now"
    assert all("the server was not running from" in str(row.end_reason) for row in missed)
    assert len({row.requested_at for row in missed}) == len(missed)
    assert len(caught) == 1
    shown = command(serving, "crawls", "show", str(missed[0].id))
    assert "did not happen: the server was not running" in shown.stdout
    assert "missed" in command(serving, "crawls", "list").stdout


def test_a_server_killed_while_it_took_the_schedule_holds_up_nobody(tmp_path: Path) -> None:
    config = Config(home=tmp_path, database_url=f"sqlite:///{tmp_path / 'f.db'}", contact="t@e.org")
    with open_home(config) as home:

        def take(token: str, *, cut_off: bool = False) -> None:
            with (tmp_path / "serve.lock").open("a+", encoding="ascii") as lock:
                if cut_off:
                    monkeypatch.setattr(lock, "flush", lambda: _cut_off(lock))
                take_schedule(home, "http://x/", token, lock)

        with pytest.MonkeyPatch.context() as monkeypatch:
            take("one")
            for token in ("two", "three"):
                with pytest.raises(InterruptedError):
                    take(token, cut_off=True)
        take("four")


def _cut_off(lock: TextIOWrapper) -> None:
    TextIOWrapper.flush(lock)
    raise InterruptedError


def test_the_server_loads_nothing_that_only_a_crawl_needs(serving: Serving) -> None:
    only_by_hand(serving)
    serving.start()
    serving.get("/api/v1/sources")
    serving.get("/healthz")
    time.sleep(2)
    libraries = Path(f"/proc/{serving.pid}/maps").read_text()
    loaded = {name for name in ("numpy", "twisted", "regex") if f"/{name}/" in libraries}
    assert loaded == set()
    heavy = ["scrapy", "twisted", "bs4", "wordfreq", "numpy", "py3langid"]
    asked = (
        "import sys, crawler.server, crawler.cli.serve;"
        f"print([name for name in {heavy} if name in sys.modules])"
    )
    found = subprocess.run(
        [sys.executable, "-c", asked], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert found.stdout.strip() == "[]"


@pytest.mark.parametrize(
    ("arguments", "settings", "said"),
    [
        ([], {"FOLLOWUP_CONTACT": ""}, "FOLLOWUP_CONTACT"),
        (["--host", "0.0.0.0"], {}, "FOLLOWUP_TOKEN"),
        (["--host", "203.0.113.7"], {"FOLLOWUP_TOKEN": "x" * 20}, "cannot be listened on"),
    ],
)
def test_a_server_that_cannot_serve_says_why(
    serving: Serving, arguments: list[str], settings: dict[str, str], said: str
) -> None:
    refused = command(serving, "serve", "--port", "0", *arguments, **settings)
    assert refused.returncode == 1
    assert said in refused.stderr
    assert "Traceback" not in refused.stderr


def test_a_taken_port_is_told(serving: Serving) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = str(taken.getsockname()[1])
        refused = command(serving, "serve", "--port", port)
    assert (refused.returncode, f"Port {port}" in refused.stderr) == (1, True)


def test_only_one_with_the_token_gets_in_and_no_log_has_it(serving: Serving) -> None:
    only_by_hand(serving)
    serving.start(FOLLOWUP_TOKEN="correct-horse", FOLLOWUP_LOG_FORMAT="json")
    with pytest.raises(Exception, match="401"):
        serving.get("/api/v1/crawls?token=correct-horse")
    assert serving.stop() == 0
    log = serving.log.read_text()
    assert "correct-horse" not in log
    lines = [json.loads(line) for line in log.splitlines() if line.startswith("{")]
    assert any(line["msg"] == "ready" and line["url"].startswith("http") for line in lines)


def test_a_closed_incident_lets_its_sources_rest(serving: Serving) -> None:
    with opened(serving) as home:
        _close(home)
    serving.start()
    time.sleep(3)
    assert serving.stop() == 0
    assert rows(serving) == []


def _close(home: Home) -> None:
    with home.database.write() as conn:
        incidents.set_open(conn, demo.SLUG, False)
