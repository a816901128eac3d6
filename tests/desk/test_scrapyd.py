"""scrapyd's users: its own client library, and plain HTTP as its documentation shows it."""

from datetime import datetime

import pytest

from crawler.services import crawls
from tests.desk.conftest import FAILED, FINISHED, REQUESTED, RUNNING, SLUG
from tests.desk.serving import Desk

scrapyd_client = pytest.importorskip("scrapyd_client")


@pytest.fixture
def client(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> "scrapyd_client.ScrapydClient":
    for name in ("http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY"):
        monkeypatch.delenv(name, raising=False)
    return scrapyd_client.ScrapydClient(url=desk.url)


def test_its_client_schedules_watches_and_cancels(
    desk: Desk, client: "scrapyd_client.ScrapydClient"
) -> None:
    assert client.projects() == ["followup"]
    assert client.spiders("followup") == ["follow"]
    assert client.versions("followup") == []
    given = [("incident", SLUG), ("url", "https://example.org/a"), ("setting", "LOG_LEVEL=DEBUG")]
    job = client.schedule("followup", "follow", given)
    assert crawls.get(desk.home, int(job)).request == {
        "incident": SLUG,
        "urls": ["https://example.org/a"],
    }
    assert desk.pulse.wakes == 1
    assert client.status(job)["currstate"] == "pending"
    pending = client.jobs("followup")["pending"]
    assert pending[-1]["id"] == job
    assert pending[-1]["args"] == {"incident": SLUG, "urls": "https://example.org/a"}
    assert client.cancel("followup", job)["prevstate"] == "pending"
    assert client.status(job)["currstate"] == "finished"
    assert client.cancel("followup", job)["prevstate"] is None
    assert client.cancel("followup", str(RUNNING))["prevstate"] == "running"
    assert client.daemonstatus()["running"] == 1


def test_jobs_are_listed_as_scrapyd_lists_them(desk: Desk) -> None:
    told = desk.get("/listjobs.json?project=followup").json()
    assert set(told) == {"node_name", "status", "pending", "running", "finished"}
    assert [job["id"] for job in told["pending"]] == [str(REQUESTED)]
    assert [job["id"] for job in told["running"]] == [str(RUNNING)]
    assert [job["id"] for job in told["finished"]] == [str(FINISHED), str(FAILED)]
    assert set(told["pending"][0]) == {"id", "project", "spider", "version", "settings", "args"}
    begun = {"id", "project", "spider", "start_time", "log_url", "items_url"}
    assert set(told["running"][0]) == begun | {"pid"}
    assert told["running"][0]["pid"] == 14
    assert set(told["finished"][0]) == begun | {"end_time"}
    for name in ("start_time", "end_time"):
        assert datetime.fromisoformat(told["finished"][0][name]).tzinfo is None
    assert "line 300" in desk.get(told["running"][0]["log_url"]).text
    assert desk.get("/listjobs.json").json() == told


@pytest.mark.parametrize(
    ("method", "path", "form", "message"),
    [
        ("POST", "schedule", {"spider": "follow"}, "'project' parameter is required"),
        ("POST", "schedule", {"project": "followup"}, "'spider' parameter is required"),
        ("POST", "schedule", {"project": "x", "spider": "follow"}, "project 'x' not found"),
        ("POST", "schedule", {"project": "followup", "spider": "y"}, "spider 'y' not found"),
        (
            "POST",
            "schedule",
            {"project": "followup", "spider": "follow", "odd": "1"},
            "there is no spider argument 'odd' The arguments are incident, source, url, all.",
        ),
        (
            "POST",
            "schedule",
            {"project": "followup", "spider": "follow", "incident": "nope"},
            "There is no incident 'nope'. `followup incident list` shows them.",
        ),
        ("POST", "cancel", {"project": "followup"}, "'job' parameter is required"),
        ("POST", "cancel", {"project": "x", "job": "1"}, "project 'x' not found"),
        ("GET", "listspiders", {"project": "x"}, "project 'x' not found"),
        ("GET", "listjobs", {"project": "x"}, "project 'x' not found"),
        ("GET", "status", {}, "'job' parameter is required"),
    ],
)
def test_errors_are_told_as_scrapyd_tells_them(
    desk: Desk, method: str, path: str, form: dict[str, str], message: str
) -> None:
    sent = {"data": form} if method == "POST" else {"params": form}
    told = desk.send(method, f"/{path}.json", **sent).json()
    assert told["status"] == "error"
    assert told["message"] == message
    assert told["node_name"]
    assert len(crawls.list_all(desk.home)) == REQUESTED


def test_arguments_are_read_as_spider_arguments(desk: Desk) -> None:
    form = {"project": "followup", "spider": "follow", "source": "1,2", "all": "1", "jobid": "abc"}
    told = desk.send("POST", "/schedule.json", data=form).json()
    assert told["note"] == "left aside: jobid"
    assert crawls.get(desk.home, int(told["jobid"])).request == {
        "sources": [1, 2],
        "everything": True,
    }
    bad = desk.send("POST", "/schedule.json", data=form | {"source": "1,x"}).json()
    assert bad["status"] == "error"


@pytest.mark.parametrize("job", ["999", "abc", "-1", "9" * 30, "²"])
def test_a_job_that_is_not_there_was_in_no_state(desk: Desk, job: str) -> None:
    form = {"project": "followup", "job": job}
    assert desk.send("POST", "/cancel.json", data=form).json()["prevstate"] is None
    assert desk.get("/status.json", params={"job": job}).json()["currstate"] is None


def test_no_code_is_taken_from_outside(desk: Desk) -> None:
    told = desk.send("POST", "/addversion.json", files={"egg": b"PK"}).json()
    assert told["status"] == "error"
    assert "own code" in told["message"]
