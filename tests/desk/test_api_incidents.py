"""The API's doors to incidents and sources."""

import pytest

from crawler.services import incidents, sources
from tests.desk.conftest import SLUG
from tests.desk.serving import Desk
from tests.desk.stocked import stock
from tests.desk.test_api import API, refusal

SEED = (
    "Harbour bridge closed after crack is found\n\nThe Ostrava harbour bridge was closed on"
    " Monday after engineers from Velm Works found a crack in a pillar. Mayor Ilse Brandt said"
    " that repairs would take three weeks, and that ferries would carry people across the harbour"
    " until the bridge opens again."
)


def test_an_incident_is_drafted_made_edited_and_deleted(desk: Desk) -> None:
    stock(desk.home, 2)
    wanted = {"slug": "bridge", "seeds": [SEED], "since": "2015-01-01"}
    draft = desk.send("POST", f"{API}/incidents/draft", json=wanted).json()
    assert draft["tested"]["judged"] == 2
    assert draft["tested"]["taken"] == 0
    refusal(desk, "GET", f"{API}/incidents/bridge", 404)
    edited = draft["profile"].replace("title = ", 'title = "The bridge" #')
    made = desk.send("POST", f"{API}/incidents", 201, json=wanted | {"profile": edited})
    assert made.headers["location"] == f"{API}/incidents/bridge"
    assert made.json()["title"] == "The bridge"
    assert made.json()["since"] == "2015-01-01T00:00:00+00:00"
    refusal(desk, "POST", f"{API}/incidents", 422, json=wanted)
    text = desk.get(f"{API}/incidents/bridge/profile").json()["profile"]
    text = text.replace('brief = ""', 'brief = "On a crack."')
    tried = desk.send("POST", f"{API}/incidents/bridge/profile/test", json={"profile": text})
    assert tried.json() == {"tested": None}
    told = desk.send("PUT", f"{API}/incidents/bridge/profile", json={"profile": text}).json()
    assert told == desk.get(f"{API}/incidents/bridge").json()
    assert told["brief"] == "On a crack."
    refusal(desk, "DELETE", f"{API}/incidents/bridge", 422)
    refusal(desk, "DELETE", f"{API}/incidents/bridge?name=brigde", 422)
    desk.send("DELETE", f"{API}/incidents/bridge?name=bridge", 204)
    refusal(desk, "DELETE", f"{API}/incidents/bridge?name=bridge", 404)


@pytest.mark.parametrize(
    ("wanted", "said"),
    [
        ({"slug": "no slug", "seeds": [SEED]}, "cannot name"),
        ({"slug": "x", "seeds": ["few words"]}, "words"),
        ({"slug": "x", "seeds": ["/etc/passwd"]}, "words"),
        ({"slug": "x", "seeds": []}, "seeds"),
        ({"slug": "x", "seeds": [SEED] * 4}, "seeds"),
        ({"slug": "x", "seeds": [SEED], "profile": "=="}, "TOML"),
        ({"slug": "x", "seeds": [SEED], "since": "2016-01-01", "until": "2015-01-01"}, "window"),
    ],
)
def test_an_odd_incident_is_refused(desk: Desk, wanted: dict[str, object], said: str) -> None:
    assert said in refusal(desk, "POST", f"{API}/incidents", 422, json=wanted)["detail"]
    assert {one.slug for one in incidents.list_all(desk.home)} == {SLUG, "old"}


def test_an_incident_is_closed_and_opened(desk: Desk) -> None:
    for is_open in (False, False, True):
        told = desk.send("PUT", f"{API}/incidents/{SLUG}/state", json={"open": is_open}).json()
        assert told["state"] == ("open" if is_open else "closed")
    refusal(desk, "PUT", f"{API}/incidents/nope/state", 404, json={"open": True})
    refusal(desk, "PUT", f"{API}/incidents/{SLUG}/state", 422, json={"open": "yes"})


def test_learning_is_shown_refused_and_applied(desk: Desk) -> None:
    stock(desk.home, 3)
    told = desk.get(f"{API}/incidents/{SLUG}/learning").json()
    assert len(told["changes"]) == 3
    assert not told["applied"]
    body = {"refuse": ["christmas"], "learns": False, "apply": True}
    told = desk.send("POST", f"{API}/incidents/{SLUG}/learning", json=body).json()
    assert told["applied"]
    assert told["learns"] is False
    assert told["refused"] == ["christmas"]
    assert desk.get(f"{API}/incidents/{SLUG}/learning").json()["changes"] == []
    refusal(desk, "GET", f"{API}/incidents/nope/learning", 404)


def test_a_source_is_added_once_paused_and_removed(desk: Desk) -> None:
    wanted = {"url": "https://new.example/feed", "kind": "feed", "tags": ["local"]}
    (told,) = desk.send("POST", f"{API}/sources", json=wanted).json()
    assert told["new"]
    assert told["source"]["tags"] == ["local"]
    assert not desk.send("POST", f"{API}/sources", json=wanted).json()[0]["new"]
    id = told["source"]["id"]
    assert desk.send("POST", f"{API}/sources/{id}/pause").json()["paused_at"]
    assert desk.send("POST", f"{API}/sources/{id}/resume").json()["paused_at"] is None
    desk.send("DELETE", f"{API}/sources/{id}", 204)
    refusal(desk, "DELETE", f"{API}/sources/{id}", 404)
    refusal(desk, "POST", f"{API}/sources/{id}/pause", 404)
    refusal(desk, "POST", f"{API}/sources", 422, json={"url": "http://127.0.0.1/", "kind": "feed"})
    refusal(desk, "POST", f"{API}/sources", 422, json={"url": "ftp://x.example/", "kind": "feed"})
    refusal(desk, "POST", f"{API}/sources/99/check", 404)


def test_sources_go_out_and_in_as_opml(desk: Desk) -> None:
    text = desk.get(f"{API}/sources/opml").text
    for id in range(1, 5):
        desk.send("DELETE", f"{API}/sources/{id}", 204)
    told = desk.send("POST", f"{API}/sources/opml", json={"opml": text}).json()
    assert [one["new"] for one in told["added"]] == [True] * 4
    assert {one.url for one in sources.list_all(desk.home)} == {
        f"https://outlet{n}.example/feed.xml" for n in range(1, 5)
    }
    refusal(desk, "POST", f"{API}/sources/opml", 422, json={"opml": "<no"})


def test_sources_come_in_pages_and_known_outlets_are_found(desk: Desk) -> None:
    first = desk.get(f"{API}/sources?limit=3")
    assert first.headers["link"] == f'<{API}/sources?limit=3&after=3>; rel="next"'
    rows = desk.get(f"{API}/sources/catalogue?language=en&topic=news&limit=5").json()
    assert len(rows) == 5
    assert {row["language"] for row in rows} == {"en"}
