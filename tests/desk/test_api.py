"""The API over HTTP: what it gives, what it takes, and each refusal."""

import json
from pathlib import Path
from typing import Any

import pytest
from fastapi.routing import APIRoute
from pydantic import TypeAdapter

from crawler.desk import api
from crawler.notices import targets
from crawler.services import access, copies, crawls, review
from pipelines.store.crawls import CrawlState, Trigger
from tests.desk.conftest import FAILED, FINISHED, MISSED, REQUESTED, RUNNING, SLUG
from tests.desk.serving import Desk, opened, serve
from tests.desk.stocked import stock

API = "/api/v1"


def refusal(desk: Desk, method: str, path: str, status: int, **more: Any) -> dict[str, Any]:
    """A problem details object, whole and without a trace of the program."""
    answer = desk.send(method, path, status, **more)
    assert answer.headers["content-type"] == "application/problem+json"
    told: dict[str, Any] = answer.json()
    assert told["status"] == status
    assert told["type"].startswith("urn:followup:problem:")
    assert told["title"]
    assert told["detail"]
    assert "Traceback" not in answer.text
    return told


def test_a_crawl_is_asked_for_and_answered_at_once(desk: Desk) -> None:
    answer = desk.send("POST", f"{API}/crawls", 202, json={"incident": SLUG, "all": False})
    told = answer.json()
    assert answer.headers["location"] == f"{API}/crawls/{told['id']}"
    assert told["state"] == "requested"
    assert desk.pulse.wakes == 1
    row = crawls.get(desk.home, told["id"])
    assert row.trigger is Trigger.API
    assert row.request == {"incident": SLUG}
    assert "127.0.0.1" in row.requested_by


def test_a_crawl_names_sources_and_addresses(desk: Desk) -> None:
    wanted = {"sources": [1, 2], "urls": ["example.org/a", "https://example.org/b"]}
    id = desk.send("POST", f"{API}/crawls", 202, json=wanted).json()["id"]
    told = crawls.get(desk.home, id).request
    assert told["sources"] == [1, 2]
    assert told["urls"] == ["https://example.org/a", "https://example.org/b"]


@pytest.mark.parametrize(
    ("body", "status", "said"),
    [
        ({"incident": "nope"}, 404, "nope"),
        ({"sources": [99]}, 404, "99"),
        ({"incident": "old"}, 422, "closed"),
        ({"urls": ["ftp://example.org/"]}, 422, "no address"),
        ({"sonny": 1}, 422, "no field 'sonny'. The fields are incident, sources, urls, all."),
        ({"all": "yes"}, 422, "'all'"),
        ({"sources": ["1"]}, 422, "'sources.0'"),
        ({"sources": [0]}, 422, "'sources.0'"),
        ({"sources": [2**70]}, 422, "'sources.0'"),
        ({"sources": list(range(1, 1002))}, 422, "'sources'"),
        ({"urls": ["https://example.org/" + "a" * 2000]}, 422, "'urls.0'"),
        ([], 422, "JSON object"),
    ],
)
def test_what_no_crawl_can_be_of_is_refused(desk: Desk, body: Any, status: int, said: str) -> None:
    assert said in refusal(desk, "POST", f"{API}/crawls", status, json=body)["detail"]
    assert desk.pulse.wakes == 0
    assert len(crawls.list_all(desk.home)) == REQUESTED


def test_a_body_that_is_no_json_is_refused(desk: Desk) -> None:
    headers = {"Content-Type": "application/json"}
    told = refusal(desk, "POST", f"{API}/crawls", 422, content=b'{"all":', headers=headers)
    assert "JSON" in told["detail"]


@pytest.mark.parametrize("type", [None, "application/x-www-form-urlencoded", "text/plain", "x"])
def test_a_body_that_is_not_called_json_is_refused_as_that(desk: Desk, type: str | None) -> None:
    headers = {} if type is None else {"Content-Type": type}
    told = refusal(desk, "POST", f"{API}/crawls", 415, content=b"{}", headers=headers)
    assert "Content-Type: application/json" in told["remedy"]
    assert len(crawls.list_all(desk.home)) == REQUESTED


def test_a_long_body_is_refused(desk: Desk) -> None:
    refusal(desk, "POST", f"{API}/crawls", 413, content=b"x" * 600_000)

    def pieces() -> Any:
        yield from [b" " * 100_000] * 8

    refusal(desk, "POST", f"{API}/crawls", 413, content=pieces())


def test_without_a_contact_no_crawl_is_asked_for(empty_desk: Desk, tmp_path: Path) -> None:
    with opened(tmp_path / "shy", contact=None) as home, serve(home) as desk:
        told = refusal(desk, "POST", f"{API}/crawls", 409, json={})
    assert "FOLLOWUP_CONTACT" in told["remedy"]
    told = refusal(empty_desk, "POST", f"{API}/crawls", 422, json={})
    assert told["remedy"]


def test_crawls_are_listed_in_pages(desk: Desk) -> None:
    first = desk.get(f"{API}/crawls?limit=2")
    assert [row["id"] for row in first.json()] == [REQUESTED, RUNNING]
    link = first.headers["link"]
    assert link.endswith('; rel="next"')
    second = desk.get(link.partition(">")[0].removeprefix("<"))
    assert [row["id"] for row in second.json()] == [FAILED, MISSED]
    third = desk.get(second.headers["link"].partition(">")[0].removeprefix("<"))
    assert [row["id"] for row in third.json()] == [FINISHED]
    assert "link" not in third.headers
    assert [row["state"] for row in desk.get(f"{API}/crawls?state=missed").json()] == ["missed"]


def test_the_list_is_that_of_the_command_line(desk: Desk) -> None:
    mine = desk.get(f"{API}/crawls").json()
    theirs = json.loads(json.dumps([crawls.record(row) for row in crawls.list_all(desk.home)]))
    ended = {FINISHED, MISSED, FAILED}
    assert [row for row in mine if row["id"] in ended] == [
        row for row in theirs if row["id"] in ended
    ]


@pytest.mark.parametrize("query", ["limit=0", "limit=501", "before=x", "state=odd", "page=2"])
def test_an_odd_page_is_refused(desk: Desk, query: str) -> None:
    refusal(desk, "GET", f"{API}/crawls?{query}", 422)


def test_a_running_crawl_is_shown_as_it_is_now(desk: Desk) -> None:
    told = desk.get(f"{API}/crawls/{RUNNING}").json()
    assert told["counts"] == {"off_topic": 1}
    assert told["open"] == 2
    assert told["links_found"] == 3
    assert told["progress"]["waiting"]["slow.example"] == 90.0
    assert told["endings"] == {"failed": 1, "open": 1, "polled": 1}
    assert [(one["id"], one["ending"]) for one in told["sources"]] == [
        (3, None),
        (2, "failed"),
        (1, "polled"),
    ]


def test_looking_writes_nothing(desk: Desk) -> None:
    """The running crawl has no process: a door that settled it would write."""
    for path in ("/", f"/crawls/{RUNNING}", f"{API}/crawls", f"{API}/crawls/{RUNNING}"):
        desk.get(path)
    desk.get("/listjobs.json")
    desk.get("/metrics")
    assert crawls.get(desk.home, RUNNING).state is CrawlState.RUNNING


def test_a_crawl_is_cancelled(desk: Desk) -> None:
    told = desk.send("POST", f"{API}/crawls/{RUNNING}/cancel").json()
    assert told == {"id": RUNNING, "was": "running", "state": "running"}
    assert crawls.get(desk.home, RUNNING).cancel_requested_at is not None
    told = desk.send("POST", f"{API}/crawls/{REQUESTED}/cancel").json()
    assert told == {"id": REQUESTED, "was": "requested", "state": "cancelled"}
    assert desk.pulse.wakes == 2
    told = desk.send("POST", f"{API}/crawls/{FINISHED}/cancel").json()
    assert told == {"id": FINISHED, "was": "finished", "state": "finished"}
    assert desk.pulse.wakes == 2


def test_a_log_is_told_from_its_end(desk: Desk) -> None:
    answer = desk.get(f"{API}/crawls/{RUNNING}/log?lines=2")
    assert answer.text == "line 299 <b>\nline 300 <b>\n"
    assert answer.headers["content-type"] == "text/plain; charset=utf-8"
    assert refusal(desk, "GET", f"{API}/crawls/{FINISHED}/log", 409)["remedy"]
    refusal(desk, "GET", f"{API}/crawls/{RUNNING}/log?lines=5001", 422)


@pytest.mark.parametrize("path", ["crawls/99", "crawls/99/log", "sources/99", "nothing"])
def test_what_is_not_there_is_404(desk: Desk, path: str) -> None:
    refusal(desk, "GET", f"{API}/{path}", 404)


def test_a_wrong_method_or_id_is_refused(desk: Desk) -> None:
    refusal(desk, "DELETE", f"{API}/crawls", 405)
    refusal(desk, "GET", f"{API}/crawls/{2**70}", 422)
    refusal(desk, "GET", f"{API}/crawls/x", 422)
    refusal(desk, "POST", f"{API}/crawls/99/cancel", 404)


def test_sources_and_incidents_are_listed(desk: Desk) -> None:
    rows = desk.get(f"{API}/sources").json()
    assert [row["id"] for row in rows] == [1, 2, 3, 4]
    assert rows[1]["health"] == "failing"
    assert [row["id"] for row in desk.get(f"{API}/sources?after=1&limit=2").json()] == [2, 3]
    assert desk.get(f"{API}/sources/2").json() == rows[1]
    assert [(one["slug"], one["open"]) for one in desk.get(f"{API}/incidents").json()] == [
        (SLUG, True),
        ("old", False),
    ]


def test_a_rule_is_shown_saved_and_cleared(desk: Desk) -> None:
    rule = {"cron": "0 6 * * 7", "timezone": "Asia/Seoul", "incident": SLUG}
    shown = desk.send("POST", f"{API}/schedule/preview", json=rule).json()
    assert len(shown["next"]) == 5
    assert desk.get(f"{API}/schedule").json()["rules"] == []
    assert desk.pulse.wakes == 0
    saved = desk.send("PUT", f"{API}/schedule", json=rule).json()
    assert saved["subject"] == f"incident {SLUG}"
    assert saved["next"] == shown["next"]
    assert desk.pulse.wakes == 1
    told = desk.get(f"{API}/schedule").json()
    assert told["rules"] == [saved]
    assert told["next"][0]["at"] == saved["next"][0]
    assert told["next"][0]["sources"] == 4
    desk.send("DELETE", f"{API}/schedule?incident={SLUG}")
    assert desk.get(f"{API}/schedule").json()["rules"] == []
    refusal(desk, "DELETE", f"{API}/schedule?incident={SLUG}", 404)


def test_a_schedule_is_paused_and_resumed(desk: Desk) -> None:
    assert desk.send("POST", f"{API}/schedule/pause").json()["paused_at"]
    told = desk.get(f"{API}/schedule").json()
    assert told["paused"]
    assert told["next"] == []
    assert desk.send("POST", f"{API}/schedule/resume", json={}).json()["paused_at"] is None
    told = desk.send("POST", f"{API}/schedule/pause", json={"source": 2}).json()
    assert told["subject"] == "source 2"
    assert not desk.get(f"{API}/schedule").json()["paused"]


@pytest.mark.parametrize(
    ("body", "status"),
    [
        ({}, 422),
        ({"every": "15x"}, 422),
        ({"every": "15m", "cron": "@daily"}, 422),
        ({"cron": "0 0 30 2 *"}, 422),
        ({"every": "15m", "timezone": "Mars/Phobos"}, 422),
        ({"every": "15m", "source": 99}, 404),
        ({"every": "15m", "incident": "nope"}, 404),
        ({"every": "15m", "incident": SLUG, "source": 1}, 422),
        ({"every": "15m", "often": True}, 422),
        ({"every": "15m", "windows": "mon-fri"}, 422),
    ],
)
def test_an_odd_rule_is_refused(desk: Desk, body: Any, status: int) -> None:
    for method, path in (("PUT", ""), ("POST", "/preview")):
        refusal(desk, method, f"{API}/schedule{path}", status, json=body)
    assert desk.get(f"{API}/schedule").json()["rules"] == []


def test_every_answer_is_as_its_description_says(desk: Desk) -> None:
    one, other = stock(desk.home, 2)
    copies.merge(desk.home, one, other, by="a test")
    access.new_token(desk.home, "Reader", ["read"])
    review.save_search(desk.home, "All", "", {}, by="a test")
    targets.add(desk.home, "https://hooks.example/newsroom")
    seen = 0
    for route in [route for router in api.ROUTERS for route in router.routes]:
        if not isinstance(route, APIRoute) or route.response_model is None:
            continue
        if "GET" not in route.methods:
            continue
        id = RUNNING if "/crawls/" in route.path else one
        more = f"?copy={other}" if route.path.endswith("/diff") else ""
        told = desk.get(route.path.format(id=id, slug=SLUG) + more).json()
        model = TypeAdapter(route.response_model).validate_python(told)
        for each in model if isinstance(model, list) else [model]:
            assert not each.model_extra, route.path
        assert told or route.path.endswith("/told"), route.path  # nobody was told anything yet
        seen += 1
    assert seen >= 20


def test_every_operation_is_told_with_its_answer_and_its_problems(desk: Desk) -> None:
    told = desk.get(f"{API}/openapi.json").json()
    assert told["openapi"].startswith("3.1")
    for path, methods in told["paths"].items():
        assert path.startswith(f"{API}/")
        for method, operation in methods.items():
            assert operation["description"], (method, path)
            assert {"401", "403", "404", "422", "503"} <= set(operation["responses"])
            good = next(of for at, of in operation["responses"].items() if at.startswith("2"))
            schemas = [one.get("schema") for one in good.get("content", {}).values()]
            assert all(schemas), (method, path)


def test_the_description_loads_nothing_from_elsewhere(desk: Desk) -> None:
    for path in ("/docs", "/redoc"):
        desk.get(path, 404)


def test_a_mistake_of_ours_shows_no_trace(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    def breaks(*given: Any) -> None:
        raise RuntimeError("secret")

    monkeypatch.setattr("crawler.services.listing.incidents", breaks)
    told = refusal(desk, "GET", f"{API}/incidents", 500)
    assert "secret" not in json.dumps(told)
    assert desk.client.get(f"{API}/incidents").headers["x-content-type-options"] == "nosniff"
