"""The API's doors to articles, decisions, searches and what an incident comes to."""

import json
from typing import Any

import pytest

from crawler.desk.gate import wanted_scope
from crawler.services import articles, standing
from crawler.services.access import Scope
from tests.desk.conftest import REQUESTED, SLUG
from tests.desk.serving import Desk
from tests.desk.stocked import stock
from tests.desk.test_api import API, refusal


def link(answer: Any) -> str:
    return str(answer.headers["link"].partition(">")[0].removeprefix("<"))


def test_articles_come_in_pages_that_the_header_links(desk: Desk) -> None:
    ids = stock(desk.home, 5)
    first = desk.get(f"{API}/articles?incident={SLUG}&limit=2&order=published")
    assert [one["id"] for one in first.json()["articles"]] == ids[:2]
    assert first.json()["total"] == {"n": 5, "more": False}
    assert f"incident={SLUG}" in link(first)
    second = desk.get(link(first))
    assert [one["id"] for one in second.json()["articles"]] == ids[2:4]
    last = desk.get(link(second))
    assert [one["id"] for one in last.json()["articles"]] == ids[4:]
    assert last.json()["next"] is None
    assert "link" not in last.headers


def test_a_list_is_narrowed_as_on_the_desk(desk: Desk) -> None:
    stock(desk.home, 8)
    told = desk.get(f"{API}/articles", params={"incident": SLUG, "outlet": "Outlet 0"}).json()
    assert {one["outlet"] for one in told["articles"]} == {"Outlet 0"}
    assert len(told["articles"]) == 2
    facets = desk.get(f"{API}/articles/facets?incident={SLUG}").json()
    outlets = next(one for one in facets if one["name"] == "outlet")
    assert {one["value"]: one["count"]["n"] for one in outlets["choices"]}["Outlet 0"] == 2


@pytest.mark.parametrize(
    ("query", "status"),
    [
        ("incident=nope", 404),
        ("limit=0", 422),
        ("limit=201", 422),
        ("q=%00", 422),
        ("page=2", 422),
        ("order=odd", 422),
        ("after=", 422),
        ("incident=" + "a" * 201, 422),
        ("q=" + "a" * 1001, 422),
        ("&".join(f"outlet={n}" for n in range(51)), 422),
    ],
)
def test_an_odd_list_is_refused(desk: Desk, query: str, status: int) -> None:
    refusal(desk, "GET", f"{API}/articles?{query}", status)


def test_one_article_is_told_whole(desk: Desk) -> None:
    (id,) = stock(desk.home, 1)
    known = json.loads(json.dumps(articles.show(desk.home, id)))
    assert desk.get(f"{API}/articles/{id}").json() == known
    text = desk.get(f"{API}/articles/{id}/text")
    assert text.text.startswith("Sony Pictures said on day 0")
    assert text.headers["content-type"] == "text/plain; charset=utf-8"
    assert [one["number"] for one in desk.get(f"{API}/articles/{id}/revisions").json()] == [1]
    assert desk.get(f"{API}/articles/{id}/copies").json()["carriers"] == []
    assert "not edited" in refusal(desk, "GET", f"{API}/articles/{id}/diff", 422)["detail"]
    refusal(desk, "GET", f"{API}/articles/{id}/diff?old=1", 422)
    refusal(desk, "GET", f"{API}/articles/{id}/diff?old=1&new=2", 404)
    refusal(desk, "GET", f"{API}/articles/{id}/raw", 409)
    for what in ("", "/text", "/raw", "/revisions", "/diff", "/copies"):
        refusal(desk, "GET", f"{API}/articles/{id + 99}{what}", 404)


def test_copies_are_joined_and_parted(desk: Desk) -> None:
    one, other = stock(desk.home, 2)
    told = desk.send("POST", f"{API}/articles/{one}/merge", json={"other": other}).json()
    assert told["articles"] == 2
    assert [c["id"] for c in desk.get(f"{API}/articles/{other}/copies").json()["carriers"]]
    diff = desk.get(f"{API}/articles/{one}/diff?copy={other}").json()
    assert diff["words_added"] == 1
    told = desk.send("POST", f"{API}/articles/{other}/split").json()
    assert told["parted_from"] == [one]
    refusal(desk, "POST", f"{API}/articles/{other}/split", 422)
    refusal(desk, "POST", f"{API}/articles/{one}/merge", 422, json={"other": one})
    refusal(desk, "POST", f"{API}/articles/{one}/merge", 404, json={"other": 99})


def test_a_batch_is_decided(desk: Desk) -> None:
    ids = stock(desk.home, 3)
    told = desk.send(
        "POST", f"{API}/decisions", json={"articles": ids[:2], "review": "keep", "incident": SLUG}
    ).json()
    assert told["ids"] == ids[:2]
    assert told["incidents"] == [SLUG]
    found = standing.of_articles(desk.home, ids, SLUG)
    assert [found[id].review for id in ids] == ["keep", "keep", None]
    assert "API (127.0.0.1)" in found[ids[0]].history[0].by


@pytest.mark.parametrize(
    ("body", "status", "said"),
    [
        ({}, 422, "articles"),
        ({"articles": [], "review": "keep"}, 422, "articles"),
        ({"articles": [1]}, 422, "review"),
        ({"articles": [1], "review": "love"}, 422, "review"),
        ({"articles": [2**63], "review": "keep"}, 422, "articles.0"),
        ({"articles": ["1"], "review": "keep"}, 422, "articles.0"),
        ({"articles": [True], "review": "keep"}, 422, "articles.0"),
        ({"articles": list(range(1, 1002)), "review": "keep"}, 422, "articles"),
        ({"articles": [99], "review": "keep"}, 404, "99"),
        ({"articles": [1], "review": "keep", "incident": "nope"}, 404, ""),
        ({"articles": [1], "review": "keep", "note": "a\x00b"}, 422, "NUL"),
        ([1], 422, "JSON object"),
    ],
)
def test_an_odd_decision_is_refused(desk: Desk, body: Any, status: int, said: str) -> None:
    assert said in refusal(desk, "POST", f"{API}/decisions", status, json=body)["detail"]


@pytest.mark.parametrize(
    "body",
    [
        b'{"articles": [1], "review": "keep", "note": "\\ud800"}',
        b'{"articles": [1], "review": "keep", "\\ud800": 1}',
        b'{"articles": [1], "review": "\\ud800"}',
        b'{"articles": [' + b"9" * 5_000 + b'], "review": "keep"}',
        b'{"articles": [1e999], "review": "keep"}',
        b'{"articles": [NaN], "review": "keep"}',
        b"[" * 100_000,
        b"\xff\xfe",
    ],
)
def test_what_is_no_text_and_no_number_is_refused(desk: Desk, body: bytes) -> None:
    answer = desk.client.post(
        f"{API}/decisions", content=body, headers={"Content-Type": "application/json"}
    )
    assert answer.status_code in (400, 422), answer.text
    assert answer.json()["detail"]


def test_a_search_is_kept_listed_and_removed(desk: Desk) -> None:
    wanted = {"name": "Waits", "query": "mail", "chosen": {"review": ["none"]}, "incident": SLUG}
    kept = desk.send("POST", f"{API}/searches", 201, json=wanted)
    told = kept.json()
    assert kept.headers["location"] == f"{API}/searches/{told['id']}"
    assert {name: told[name] for name in wanted} == wanted
    assert desk.get(f"{API}/searches?incident={SLUG}").json() == [told]
    assert desk.get(f"{API}/searches").json() == []
    refusal(desk, "POST", f"{API}/searches", 422, json=wanted)
    refusal(desk, "POST", f"{API}/searches", 422, json={"name": "x", "chosen": {"odd": []}})
    refusal(desk, "POST", f"{API}/searches", 422, json={"name": " "})
    desk.send("DELETE", f"{API}/searches/{told['id']}", 204)
    refusal(desk, "DELETE", f"{API}/searches/{told['id']}", 404)


def test_the_ledger_comes_in_pages_and_a_link_is_rescued(desk: Desk) -> None:
    first = desk.get(f"{API}/ledger/{SLUG}?limit=2")
    rows = first.json() + desk.get(link(first)).json()
    assert len({row["id"] for row in rows}) == len(rows) == 3
    counts = desk.get(f"{API}/ledger/{SLUG}/counts").json()
    assert sum(one["n"] for one in counts) == 3
    only = desk.get(f"{API}/ledger/{SLUG}?outcome=off_topic").json()
    assert [row["outcome"] for row in only] == ["off_topic"]
    told = desk.send("POST", f"{API}/ledger/links/{only[0]['id']}/rescue", json={}).json()
    assert told == {
        "id": only[0]["id"],
        "incident": SLUG,
        "article": None,
        "crawl": REQUESTED + 1,
    }
    assert desk.pulse.wakes == 1
    refusal(desk, "POST", f"{API}/ledger/links/99/rescue", 404, json={})
    refusal(desk, "GET", f"{API}/ledger/nope", 404)
    refusal(desk, "GET", f"{API}/ledger/%00", 422)


def test_days_and_news_are_told(desk: Desk) -> None:
    ids = stock(desk.home, 8)
    told = desk.get(f"{API}/timeline/{SLUG}").json()
    assert sum(day["n"] for day in told["days"]) == 8
    assert max(one["lag_seconds"] for one in told["outlets"]) == 6 * 3600
    assert desk.get(f"{API}/timeline/{SLUG}?as_of=2014-01-01").json()["outlets"] == []
    news = desk.get(f"{API}/news/{SLUG}").json()
    assert news["waiting"] == 8
    assert {one["id"] for one in news["new"]} <= set(ids)
    assert len(news["pulse"]) == 30
    desk.send("POST", f"{API}/news/{SLUG}/looked", 204)
    refusal(desk, "POST", f"{API}/news/nope/looked", 404)
    for day in ("0001-01-01", "9999-12-31", "x", "2014-02-30"):
        refusal(desk, "GET", f"{API}/timeline/{SLUG}?since={day}", 422)


def test_a_token_is_made_listed_and_revoked(desk: Desk) -> None:
    made = desk.send("POST", f"{API}/tokens", 201, json={"name": "Cron", "scopes": ["crawl"]})
    told = made.json()
    assert told.pop("key").startswith("fu_")
    assert made.headers["cache-control"] == "no-store"
    assert desk.get(f"{API}/tokens").json() == [told]
    desk.send("DELETE", f"{API}/tokens/{told['id']}", 204)
    assert desk.get(f"{API}/tokens").json()[0]["revoked_at"]
    refusal(desk, "DELETE", f"{API}/tokens/99", 404)
    refusal(desk, "POST", f"{API}/tokens", 422, json={"name": "x", "scopes": ["all"]})


@pytest.mark.parametrize(
    ("method", "path", "scope"),
    [
        ("GET", "articles", Scope.READ),
        ("POST", "articles/1/merge", Scope.DECIDE),
        ("POST", "decisions", Scope.DECIDE),
        ("POST", "ledger/links/1/rescue", Scope.DECIDE),
        ("POST", "news/x/looked", Scope.DECIDE),
        ("DELETE", "searches/1", Scope.DECIDE),
        ("POST", "crawls", Scope.CRAWL),
        ("POST", "incidents", Scope.ADMIN),
        ("DELETE", "sources/1", Scope.ADMIN),
        ("GET", "tokens", Scope.ADMIN),
        ("PUT", "schedule", Scope.ADMIN),
    ],
)
def test_each_door_takes_its_scope(method: str, path: str, scope: Scope) -> None:
    assert wanted_scope(method, f"{API}/{path}") is scope
