"""/healthz: what makes a server unwell, and that asking never hangs."""

import sqlite3
import threading
import time
from concurrent.futures import ThreadPoolExecutor, as_completed
from dataclasses import replace
from pathlib import Path

import httpx
import pytest

from crawler.desk import room
from crawler.home import Home
from crawler.services import health
from crawler.services.health import Checkup
from tests.desk.serving import Desk, opened, serve


def test_a_server_that_does_its_work_is_well(desk: Desk) -> None:
    assert desk.get("/healthz").json()["status"] == "ok"
    assert desk.get("/api/v1/health").json()["problems"] == []
    assert desk.send("HEAD", "/healthz").content == b""


def test_a_schedule_that_does_not_tick_is_told(desk: Desk) -> None:
    desk.pulse.why = "it was last looked after 90 s ago"
    told = desk.get("/healthz", 503).json()
    assert told["problems"] == ["The schedule does not tick."]
    assert desk.get("/api/v1/health", 503).json()["problems"][0]["detail"] == desk.pulse.why
    assert "It was last looked after 90 s ago." in desk.get("/").text
    desk.pulse.why = None
    desk.get("/healthz")


def test_a_locked_database_is_told_within_its_patience(desk: Desk) -> None:
    path = desk.home.config.home / "followup.db"
    other = sqlite3.connect(path, isolation_level=None)
    try:
        other.execute("BEGIN IMMEDIATE")
        began = time.monotonic()
        with ThreadPoolExecutor(8) as pool:
            answers = list(pool.map(lambda _: desk.client.get("/healthz"), range(8)))
        assert time.monotonic() - began < health.PATIENCE_SECONDS + 2
        assert {answer.status_code for answer in answers} == {503}
        assert "database" in answers[0].json()["problems"][0]
        # Once it is known to be stuck, nobody waits for it again.
        began = time.monotonic()
        desk.get("/healthz", 503)
        assert time.monotonic() - began < 1
    finally:
        other.execute("ROLLBACK")
        other.close()
    deadline = time.monotonic() + 10
    while desk.client.get("/healthz").status_code != 200:
        assert time.monotonic() < deadline
        time.sleep(0.2)


def test_a_database_that_takes_no_write_is_told(home: Home) -> None:
    home.database.close()
    for file in home.config.home.glob("followup.db*"):
        file.unlink()
    (home.config.home / "followup.db").mkdir()
    problem = Checkup(home, lambda: None).problems()[0]
    assert problem.part == "database"
    assert str(home.config.home) not in problem.said
    assert str(home.config.home) in (problem.detail or "")


def test_the_trial_write_leaves_nothing(home: Home) -> None:
    path = home.config.home / "followup.db"
    before = sqlite3.connect(path).execute("SELECT count(*) FROM server").fetchone()
    assert Checkup(home, lambda: None).problems() == ()
    assert sqlite3.connect(path).execute("SELECT count(*) FROM server").fetchone() == before


def test_a_disk_that_is_nearly_full_is_told(tmp_path: Path) -> None:
    with opened(tmp_path / "home", min_free_megabytes=1 << 39) as home, serve(home) as desk:
        told = desk.get("/healthz", 503).json()
    assert "nearly full" in told["problems"][0]
    assert told["details"][0]["remedy"]


def test_the_disk_of_the_database_counts_too(home: Home, tmp_path: Path) -> None:
    gone = replace(home.config, database_url=f"sqlite:///{tmp_path / 'gone' / 'followup.db'}")
    elsewhere = Home(gone, home.clock, home.database)
    assert [problem.part for problem in Checkup(elsewhere, lambda: None).problems()] == ["disk"]


def test_what_was_found_holds_for_a_moment(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    looks = 0
    lock = threading.Lock()

    def counting(database: object) -> None:
        nonlocal looks
        with lock:
            looks += 1

    monkeypatch.setattr(health, "try_write", counting)
    checkup = Checkup(home, lambda: None)
    with ThreadPoolExecutor(8) as pool:
        list(pool.map(lambda _: checkup.problems(), range(40)))
    assert looks == 1


def test_a_busy_store_is_told_as_such_and_can_still_be_read(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(room, "WRITE_PATIENCE_SECONDS", 0.05)
    other = sqlite3.connect(desk.home.config.home / "followup.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    try:
        with ThreadPoolExecutor(room.MOST_WRITES + 1) as pool:
            waiting = [
                pool.submit(desk.client.post, "/api/v1/crawls", json={})
                for _ in range(room.MOST_WRITES + 1)
            ]
            refused = next(as_completed(waiting)).result()
            assert refused.status_code == 503
            assert int(refused.headers["retry-after"]) > 0
            assert "busy" in refused.json()["detail"]
            for path in ("/api/v1/crawls", "/api/v1/schedule", "/listjobs.json", "/metrics"):
                desk.get(path)
            other.execute("ROLLBACK")
        assert sorted(one.result().status_code for one in waiting) == [202] * 4 + [503]
    finally:
        other.close()


def test_many_writes_keep_nobody_else_waiting(desk: Desk) -> None:
    """More than the 40 threads that answer requests."""
    other = sqlite3.connect(desk.home.config.home / "followup.db", isolation_level=None)
    other.execute("BEGIN IMMEDIATE")
    try:
        with ThreadPoolExecutor(60) as pool:
            waiting = [
                pool.submit(httpx.post, f"{desk.url}/api/v1/crawls", json={}, timeout=30)
                for _ in range(60)
            ]
            began = time.monotonic()
            refused = [next(over).result() for over in [as_completed(waiting)] for _ in range(52)]
            assert {answer.status_code for answer in refused} == {503}
            desk.get("/api/v1/crawls")
            assert time.monotonic() - began < 4
            other.execute("ROLLBACK")
        assert sum(one.result().status_code == 202 for one in waiting) == 8
    finally:
        other.close()


def test_health_is_told_though_every_other_thread_waits(desk: Desk) -> None:
    free = threading.Event()
    desk.app.get("/waits")(free.wait)
    try:
        with ThreadPoolExecutor(45) as pool:
            for _ in range(45):
                pool.submit(httpx.get, f"{desk.url}/waits", timeout=30)
            time.sleep(1)
            with pytest.raises(httpx.ReadTimeout):
                desk.get("/api/v1/crawls", timeout=0.5)
            desk.get("/healthz", timeout=3)
            free.set()
    finally:
        free.set()
