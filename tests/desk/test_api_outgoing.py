"""The API's doors to what goes out, to who is told, and to the marks of sources."""

import io
import zipfile
from pathlib import Path

import feedparser
import pytest

from crawler.config import Config
from crawler.services import access, dossier, incidents, sources
from pipelines.store import sources as store
from tests.desk.conftest import SLUG
from tests.desk.serving import Desk, copied, opened, serve
from tests.desk.stocked import stock
from tests.desk.test_api import API, refusal

HOOK = "https://hooks.example/T1?key=verysecret"


def test_a_lists_feeds_are_named_and_hold_that_list(desk: Desk) -> None:
    stock(desk.home, 3)
    asked = f"incident={SLUG}&verdict=follow_up&q=intitle:report"
    told = desk.get(f"{API}/feeds?{asked}").json()
    assert set(told) == {"atom", "rss", "json", "csv"}
    listed = desk.get(f"{API}/articles?{asked}").json()["articles"]
    found = feedparser.parse(desk.get(told["atom"]).content)
    assert not found.bozo
    assert [entry.title for entry in found.entries] == [one["title"] for one in listed]
    assert len(desk.get(told["csv"]).text.splitlines()) == 4
    refusal(desk, "GET", f"{API}/feeds?incident=nope", 404)


def test_a_dossier_is_given_whole(desk: Desk) -> None:
    stock(desk.home, 1)
    answer = desk.get(f"{API}/dossiers/{SLUG}?full=true")
    assert answer.headers["content-type"] == "application/zip"
    assert zipfile.ZipFile(io.BytesIO(answer.content)).testzip() is None
    refusal(desk, "GET", f"{API}/dossiers/nope", 404)


def test_what_a_kill_left_of_a_dossier_is_cleared_away_alone(tmp_path: Path) -> None:
    config = Config(home=tmp_path, database_url=f"sqlite:///{tmp_path / 'followup.db'}")
    left = tmp_path / f"{dossier.SENT}x1"
    (left / "articles").mkdir(parents=True)
    (left / ".a-dossier.zip-1.part").write_bytes(b"half")
    mine = tmp_path / ".dossier-of-somebody"
    mine.mkdir()
    assert dossier.clear_away(config) == 1
    assert not left.exists()
    assert mine.exists()
    assert dossier.clear_away(config) == 0


def test_somebody_is_told_and_told_no_more(desk: Desk) -> None:
    wanted = {"address": HOOK, "incident": SLUG, "events": ["revision"], "quiet": "22:00-07:00"}
    made = desk.send("POST", f"{API}/targets", 201, json=wanted)
    told = made.json()
    assert made.headers["location"] == f"{API}/targets/{told['id']}"
    assert told["events"] == ["revision"]
    assert desk.get(f"{API}/targets").json() == [told]
    assert desk.get(f"{API}/targets/{told['id']}").json() == told
    assert "verysecret" not in made.text
    assert desk.get(f"{API}/targets/told").json() == []
    refusal(desk, "POST", f"{API}/targets", 422, json=wanted)
    refusal(desk, "POST", f"{API}/targets", 422, json={"address": "nowhere"})
    refusal(desk, "POST", f"{API}/targets", 404, json=wanted | {"incident": "nope"})
    desk.send("DELETE", f"{API}/targets/{told['id']}", 204)
    refusal(desk, "DELETE", f"{API}/targets/{told['id']}", 404)


def test_who_may_only_read_does_not_see_who_is_told(furnished: Path, tmp_path: Path) -> None:
    with opened(copied(furnished, tmp_path / "home"), token="t") as home, serve(home) as desk:
        keys = {
            scope: {"Authorization": f"Bearer {access.new_token(home, scope, [scope])['key']}"}
            for scope in ("read", "decide", "crawl", "feed", "admin")
        }
        for scope, shown in keys.items():
            desk.get(f"{API}/targets", 200 if scope == "admin" else 403, headers=shown)
            desk.get(f"{API}/feeds", 403 if scope == "feed" else 200, headers=shown)


def test_a_source_gets_marks_and_keeps_the_others(desk: Desk) -> None:
    told = desk.send("PATCH", f"{API}/sources/1", json={"tags": ["local", "local"]}).json()
    assert told["tags"] == ["local"]
    assert told["outlet"] == "Outlet 1"
    told = desk.send("PATCH", f"{API}/sources/1", json={"country": "KR"}).json()
    assert (told["tags"], told["country"]) == (["local"], "KR")
    assert desk.pulse.wakes == 2
    assert desk.send("PATCH", f"{API}/sources/1", json={"tags": []}).json()["tags"] == []
    refusal(desk, "PATCH", f"{API}/sources/99", 404, json={})
    refusal(desk, "PATCH", f"{API}/sources/1", 422, json={"url": "https://a.example/"})


def test_a_poll_under_way_does_not_undo_marks(desk: Desk) -> None:
    sources.edit(desk.home, 1, tags=["local"], outlet="The Outlet")
    with desk.home.database.write() as conn:
        store.name_unnamed(conn, 1, outlet="Feed of an outlet", language="en")
    now = sources.get(desk.home, 1)
    assert (now.outlet, now.language, now.tags) == ("The Outlet", "en", ("local",))


@pytest.mark.parametrize("limit", [1, 2])
def test_incidents_come_in_pages(desk: Desk, limit: int) -> None:
    found, path = [], f"{API}/incidents?limit={limit}"
    while path:
        answer = desk.get(path)
        found += [one["slug"] for one in answer.json()]
        path = answer.links.get("next", {}).get("url", "")
    assert found == [one.slug for one in incidents.list_all(desk.home)]
