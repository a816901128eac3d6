"""Logging in: who may, who may not any more, and what tries get."""

import re
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from crawler.desk.tries import MOST_OF_ALL, MOST_OF_ONE, Tries
from crawler.services import access
from tests.desk.serving import Desk, copied, opened, serve

WORDS = "four words nobody joins"
PAGES = {"Accept": "text/html"}


@pytest.fixture
def locked(furnished: Path, tmp_path: Path) -> Iterator[Desk]:
    """A desk with a password."""
    with opened(copied(furnished, tmp_path / "home")) as home:
        access.set_password(home, WORDS)
        with serve(home) as desk:
            yield desk


def field_of(page: str) -> str:
    found = re.search(r'name="token" value="([0-9a-f]+)"', page)
    assert found is not None
    return found.group(1)


def log_in(desk: Desk, password: str = WORDS, **more: str) -> httpx.Response:
    token = field_of(desk.get("/login", headers=PAGES).text)
    data = {"token": token, "name": "ann", "password": password, **more}
    return desk.client.post("/login", data=data, headers=PAGES)


def test_who_has_not_logged_in_is_led_to_the_form_and_back(locked: Desk) -> None:
    away = locked.get("/crawls/1?x=%2Fy", 303, headers=PAGES)
    assert away.headers["location"] == "/login?next=/crawls/1%3Fx%3D%252Fy"
    page = locked.get(away.headers["location"], headers=PAGES).text
    assert 'name="next" value="/crawls/1?x=%2Fy"' in page
    answer = log_in(locked, next="/crawls/1?x=%2Fy")
    assert (answer.status_code, answer.headers["location"]) == (303, "/crawls/1?x=%2Fy")
    page = locked.get("/crawls/1", headers=PAGES).text
    assert "Logged in as ann" in page


def test_programs_are_told_and_not_led(locked: Desk) -> None:
    locked.get("/api/v1/crawls", 401)
    locked.send("POST", "/api/v1/crawls", 401, json={})
    locked.get("/healthz")
    locked.get("/static/desk.css")


@pytest.mark.parametrize(
    "away", ["https://evil.example/", "//evil.example", "/\\evil.example", "evil", "/\nx", ""]
)
def test_nobody_is_led_to_another_site(locked: Desk, away: str) -> None:
    assert log_in(locked, next=away).headers["location"] == "/"


def test_the_cookie_is_no_scripts_and_no_other_sites(locked: Desk) -> None:
    cookie = log_in(locked).headers["set-cookie"].lower()
    assert cookie.startswith("followup=")
    assert "httponly" in cookie
    assert "samesite=lax" in cookie
    assert "; secure" not in cookie
    token = field_of(locked.get("/login", headers=PAGES).text)
    data = {"token": token, "password": WORDS}
    headers = {"Origin": "https://localhost", "Host": "localhost"} | PAGES
    cookie = locked.client.post("/login", data=data, headers=headers).headers["set-cookie"].lower()
    assert cookie.startswith("__host-followup=")
    assert "; secure" in cookie
    assert "path=/" in cookie
    assert "domain" not in cookie


def test_a_session_that_was_there_before_is_not_taken_over(locked: Desk) -> None:
    """A cookie that somebody planted opens nothing, and logging in gives another one."""
    locked.client.cookies.set("followup", "planted", domain="127.0.0.1")
    log_in(locked)
    first = locked.client.cookies.get("followup", domain="127.0.0.1")
    assert access.session_of(locked.home, "planted") is None
    log_in(locked)
    assert access.session_of(locked.home, first or "") is None


def test_a_form_of_one_session_is_no_form_of_another(locked: Desk) -> None:
    stale = field_of(locked.get("/login", headers=PAGES).text)
    log_in(locked)
    assert locked.client.post("/crawls", data={"token": stale}).status_code == 403
    fresh = field_of(locked.get("/crawls", headers=PAGES).text)
    assert locked.client.post("/crawls", data={"token": fresh}).status_code == 303


def test_logging_out_ends_it(locked: Desk) -> None:
    log_in(locked)
    kept = dict(locked.client.cookies)
    token = field_of(locked.get("/crawls", headers=PAGES).text)
    locked.client.post("/logout", data={"token": token})
    locked.client.cookies.update(kept)
    locked.get("/crawls", 303, headers=PAGES)


def test_wrong_passwords_are_few_whoever_tries_right_ones_later(locked: Desk) -> None:
    for _ in range(MOST_OF_ONE):
        assert log_in(locked, "wrong").status_code == 403
    answer = log_in(locked)
    assert answer.status_code == 429
    assert int(answer.headers["retry-after"]) > 0
    assert "followup" not in locked.client.cookies


def test_tries_are_counted_by_network_and_in_all() -> None:
    tries = Tries()
    for _ in range(MOST_OF_ONE):
        tries.note("2001:db8:1:2::1")
    assert tries.wait_seconds("2001:db8:1:2:ffff::9") > 0
    assert tries.wait_seconds("2001:db8:1:3::1") == 0
    tries.forgive("2001:db8:1:2::2")
    assert tries.wait_seconds("2001:db8:1:2::1") == 0
    for number in range(MOST_OF_ALL):
        tries.note(f"192.0.2.{number}")
    assert tries.wait_seconds("198.51.100.1") > 0


def test_a_token_does_what_its_scope_says_and_no_more(locked: Desk) -> None:
    def asking(*scopes: str) -> dict[str, str]:
        key = access.new_token(locked.home, "program", scopes)["key"]
        return {"Authorization": f"Bearer {key}"}

    locked.get("/api/v1/crawls", headers=asking("read"))
    locked.send("POST", "/api/v1/crawls", 403, json={}, headers=asking("read", "decide"))
    locked.send("POST", "/api/v1/crawls", 202, json={}, headers=asking("crawl"))
    locked.send("POST", "/api/v1/schedule/pause", 403, headers=asking("crawl"))
    locked.get("/api/v1/crawls", 403, headers=asking("feed"))
    locked.get("/settings", 403, headers=asking("read"))


def test_a_key_in_an_address_opens_feeds_alone(locked: Desk) -> None:
    key = access.new_token(locked.home, "reader", ["admin"])["key"]
    locked.get(f"/crawls?token={key}", 401)
    assert locked.client.get(f"/feeds/none?token={key}").status_code == 404
    assert locked.client.get("/feeds/none?token=fu_wrong").status_code == 401


@pytest.mark.parametrize(
    ("proxies", "status"), [(("127.0.0.1/32",), 200), (("192.0.2.0/24",), 401), ((), 401)]
)
def test_a_proxy_is_believed_only_at_its_own_address(
    furnished: Path, tmp_path: Path, proxies: tuple[str, ...], status: int
) -> None:
    folder = copied(furnished, tmp_path / "home")
    with (
        opened(folder, proxy_user_header="Remote-User", proxies=proxies) as home,
        serve(home) as desk,
    ):
        desk.get("/api/v1/crawls", status, headers={"Remote-User": "ann"})
        desk.get("/api/v1/crawls", 401)
        desk.get("/api/v1/crawls", 401, headers=[("Remote-User", "ann"), ("Remote-User", "eve")])
        if status == 200:
            sent = {"json": {}, "headers": {"Remote-User": "ann"}}
            told = desk.send("POST", "/api/v1/crawls", 202, **sent).json()
            assert told["requested_by"] == "API (ann)"
