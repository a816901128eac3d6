"""Who may ask: names, tokens, pages of other sites."""

import base64
import socket
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from crawler.services import crawls
from tests.desk.conftest import REQUESTED
from tests.desk.serving import Desk, copied, opened, serve

API = "/api/v1"
TOKEN = "a token with signs: äß"


@pytest.fixture
def guarded(furnished: Path, tmp_path: Path) -> Iterator[Desk]:
    """A desk that asks for a token."""
    with opened(copied(furnished, tmp_path / "home"), token=TOKEN) as home, serve(home) as desk:
        yield desk


@pytest.mark.parametrize("host", ["localhost", "127.0.0.1", "[::1]", "LOCALHOST.", "192.0.2.7"])
def test_own_names_are_answered(desk: Desk, host: str) -> None:
    desk.get("/", headers={"Host": f"{host}:{desk.port}"})
    desk.get(f"{API}/crawls", headers={"Host": host})


@pytest.mark.parametrize("host", ["evil.example", "127.0.0.1.evil.example", "localhost.evil", ""])
def test_a_name_that_was_made_to_point_here_is_refused(desk: Desk, host: str) -> None:
    for path in ("/", f"{API}/crawls", "/metrics", "/listjobs.json", "/static/live.js"):
        answer = desk.get(path, 403, headers={"Host": host})
        assert "name" in answer.json()["detail"]


@pytest.mark.parametrize(
    "headers",
    [
        {"Origin": "https://evil.example"},
        {"Origin": "null"},
        {"Origin": "http://127.0.0.1:1"},
        {"Origin": "http://["},
        {"Sec-Fetch-Site": "cross-site"},
        {"Sec-Fetch-Site": "same-site"},
        {"Sec-Fetch-Site": "cross-site", "Origin": "https://evil.example"},
    ],
)
def test_a_page_of_another_site_changes_nothing(desk: Desk, headers: dict[str, str]) -> None:
    token = desk.form_token()
    sent = [
        ("POST", f"{API}/crawls", {"json": {}}),
        ("POST", f"{API}/crawls/{REQUESTED}/cancel", {}),
        ("PUT", f"{API}/schedule", {"json": {"every": "1h"}}),
        ("DELETE", f"{API}/schedule", {}),
        ("POST", "/schedule.json", {"data": {"project": "followup", "spider": "follow"}}),
        ("POST", "/crawls", {"data": {"token": token}}),
    ]
    for method, path, body in sent:
        answer = desk.send(method, path, 403, headers=headers, **body)
        assert "another site" in answer.json()["detail"]
    assert len(crawls.list_all(desk.home)) == REQUESTED
    assert desk.pulse.wakes == 0


def test_own_pages_and_programs_may_change_things(desk: Desk) -> None:
    for headers in (
        {},
        {"Origin": desk.url},
        {"Sec-Fetch-Site": "same-origin", "Origin": desk.url},
        {"Sec-Fetch-Site": "none"},
    ):
        desk.send("POST", f"{API}/crawls", 202, json={}, headers=headers)
    behind_a_proxy = {"Host": "localhost", "Origin": "https://localhost"}
    desk.send("POST", f"{API}/crawls", 202, json={}, headers=behind_a_proxy)


def test_a_token_is_asked_for_everywhere(guarded: Desk) -> None:
    for path in (
        "/",
        "/crawls/1",
        f"{API}/crawls",
        "/metrics",
        "/listjobs.json",
        "/static/live.js",
    ):
        answer = guarded.get(path, 401)
        assert answer.headers["www-authenticate"].startswith("Basic ")
        assert "token" in answer.json()["detail"]
    guarded.send("POST", f"{API}/crawls", 401, json={})
    wrong = {"Authorization": "Bearer wrong"}
    guarded.get("/", 401, headers=wrong)
    guarded.get("/", 401, auth=("me", "wrong"))
    for odd in ("Bearer", "Basic", "Basic !!!", "Basic dG9rZW4=", "Basic \xe4", "Digest x"):
        guarded.get("/", 401, headers={"Authorization": odd.encode("latin-1")})


def test_the_token_opens(guarded: Desk) -> None:
    bearer = {"Authorization": f"Bearer {TOKEN}".encode()}
    guarded.get("/", headers=bearer)
    guarded.get("/", auth=("anyone", TOKEN))
    told = guarded.send("POST", f"{API}/crawls", 202, json={}, auth=("ada", TOKEN)).json()
    assert told["requested_by"] == "API (ada)"
    guarded.get("/", headers=bearer | {"Host": "followup.example"})


def test_a_user_name_is_on_one_line(guarded: Desk) -> None:
    login = base64.b64encode(f"ada\r\n\x1b[2J\u202e  forged:{TOKEN}".encode()).decode()
    headers = {"Authorization": f"Basic {login}"}
    told = guarded.send("POST", f"{API}/crawls", 202, json={}, headers=headers).json()
    assert told["requested_by"] == "API (ada [2J forged)"


@pytest.mark.parametrize(
    "head",
    [
        f"POST {API}/schedule/pause HTTP/1.1\r\nHost: localhost\r\nContent-Length: 30\r\n\r\n",
        f"POST {API}/schedule/pause HTTP/1.1\r\nHost: localhost\r\n"
        "Transfer-Encoding: chunked\r\n\r\n",
    ],
)
def test_a_request_that_was_cut_off_changes_nothing(desk: Desk, head: str) -> None:
    with socket.create_connection(("127.0.0.1", desk.port)) as cut_off:
        cut_off.sendall(head.encode())
        desk.get("/healthz")  # by now the server waits for the body
    time.sleep(0.3)
    assert desk.get(f"{API}/schedule").json()["paused"] is False
    assert desk.pulse.wakes == 0


def test_a_login_that_the_browser_sends_by_itself_is_no_leave(guarded: Desk) -> None:
    """Browsers send what was typed into their login along with requests of other sites' pages."""
    headers = {"Sec-Fetch-Site": "cross-site"}
    guarded.send("POST", f"{API}/crawls", 403, json={}, auth=("me", TOKEN), headers=headers)


def test_strangers_see_health_and_no_more(guarded: Desk) -> None:
    guarded.pulse.why = "the database /home/ada/followup.db is locked"
    told = guarded.get("/healthz", 503, headers={"Host": "balancer.example"}).json()
    assert told == {"status": "failing", "problems": ["The schedule does not tick."]}
    told = guarded.get("/healthz", 503, auth=("me", TOKEN)).json()
    assert told["details"][0]["detail"] == guarded.pulse.why


def test_every_answer_carries_the_headers_of_safety(desk: Desk) -> None:
    for path in ("/", f"{API}/crawls", f"{API}/crawls/99", "/static/desk.css", "/metrics", "/no"):
        headers = desk.client.get(path).headers
        policy = headers["content-security-policy"]
        assert "default-src 'none'" in policy
        assert "unsafe" not in policy
        assert "frame-ancestors 'none'" in policy
        assert headers["x-content-type-options"] == "nosniff"
        assert headers["referrer-policy"] == "same-origin"
        assert "access-control-allow-origin" not in headers
