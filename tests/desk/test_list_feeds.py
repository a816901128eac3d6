"""Lists as feeds and tables: read by a reader of feeds, kept apart by lasting ids, harmless."""

import csv
import io
import json
import re
from html import unescape
from typing import Any
from urllib.parse import quote

import feedparser
import pytest

from crawler.export import quoting
from crawler.services import access
from pipelines.items import Article
from pipelines.store import articles
from tests.desk.conftest import SLUG
from tests.desk.serving import Desk
from tests.desk.stocked import HOSTILE, stock, stock_hostile

LIST = f"/feeds/incidents/{SLUG}/articles"
XML = ("atom", "rss")


def parsed(desk: Desk, address: str) -> Any:
    body = desk.get(address).content
    read = feedparser.parse(body)
    assert not read.bozo, read.get("bozo_exception")
    return read


@pytest.mark.parametrize("format", XML)
def test_a_list_is_a_feed_that_readers_read(desk: Desk, format: str) -> None:
    stock(desk.home, 3)
    read = parsed(desk, f"{LIST}.{format}")
    assert read.version == {"atom": "atom10", "rss": "rss20"}[format]
    first = read.entries[0]
    assert first.title == "Report 0 on the attack"
    assert first.link == "https://outlet0.example/report-0"
    assert first.author == "Ann Author"
    assert "Sony Pictures said on day 0" in first.summary
    assert first.published_parsed[:4] == (
        *desk.home.now().timetuple()[:3],
        (desk.home.now().hour - 1) % 24,
    )


def test_a_feed_holds_what_its_list_shows(desk: Desk) -> None:
    stock(desk.home, 4)
    page = desk.get(f"/incidents/{SLUG}?outlet=Outlet+2").text
    address = re.search(r'href="(/feeds/[^"]*\.atom[^"]*)">Atom', page)
    assert address is not None
    read = parsed(desk, unescape(address.group(1)))
    assert [one.title for one in read.entries] == ["Report 2 on the attack"]
    assert 'rel="alternate" type="application/atom+xml"' in page


def test_a_long_list_goes_on_where_its_feed_says(desk: Desk) -> None:
    stock(desk.home, 60)
    for format in XML:
        read = parsed(desk, f"{LIST}.{format}")
        assert len(read.entries) == 50
        following = next(link.href for link in read.feed.links if link.rel == "next")
        assert len(parsed(desk, following.removeprefix(desk.url)).entries) == 10
    told = desk.get(f"{LIST}.json").json()
    assert len(desk.get(told["next_url"].removeprefix(desk.url)).json()["items"]) == 10


@pytest.mark.parametrize("format", [*XML, "json"])
def test_ids_stay_through_a_revision_and_its_time_moves(desk: Desk, format: str) -> None:
    first, _ = stock(desk.home, 2)
    before = told_of(desk, format)
    later = desk.home.now().replace(year=desk.home.now().year + 1)
    with desk.home.database.write() as conn:
        known = articles.get(conn, first)
        new = Article(known.url, known.url, "Corrected", "Sony Pictures corrected it.")
        articles.revise(conn, first, new, seen_at=later)
    after = told_of(desk, format)
    assert [one[0] for one in after] == [one[0] for one in before]
    assert after[0][1] == "Corrected" != before[0][1]
    assert len({one[0] for one in after}) == 2
    assert all(one[0].startswith("urn:uuid:") for one in after)


def told_of(desk: Desk, format: str) -> list[tuple[str, str]]:
    if format == "json":
        items = desk.get(f"{LIST}.json").json()["items"]
        return [(one["id"], one["title"]) for one in items]
    return [(one.id, one.title) for one in parsed(desk, f"{LIST}.{format}").entries]


def test_a_json_feed_is_as_its_specification_says(desk: Desk) -> None:
    stock(desk.home, 2)
    answer = desk.get(f"{LIST}.json")
    assert answer.headers["content-type"] == "application/feed+json"
    told = answer.json()
    assert told["version"] == "https://jsonfeed.org/version/1.1"
    assert told["feed_url"] == f"{desk.url}{LIST}.json"
    for item in told["items"]:
        assert isinstance(item["id"], str)
        assert item["content_text"]
        assert all(isinstance(one["name"], str) for one in item["authors"])
        assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\+00:00", item["date_published"])
        assert item["_followup"]["verdict"] == "follow_up"


@pytest.mark.parametrize("format", ["atom", "rss", "json", "csv"])
def test_what_did_not_change_is_not_sent_again(desk: Desk, format: str) -> None:
    stock(desk.home, 2)
    first = desk.get(f"{LIST}.{format}")
    tag, last = first.headers["etag"], first.headers["last-modified"]
    for known in ({"If-None-Match": f'"other", {tag}'}, {"If-Modified-Since": last}):
        again = desk.get(f"{LIST}.{format}", 304, headers=known)
        assert (again.content, again.headers["etag"]) == (b"", tag)
    for other in ({"If-None-Match": '"other"'}, {"If-Modified-Since": "never"}):
        assert desk.get(f"{LIST}.{format}", headers=other).content == first.content
    stock(desk.home, 1, said="Other")
    assert desk.get(f"{LIST}.{format}", headers={"If-None-Match": tag}).headers["etag"] != tag


def test_texts_are_cut_unless_asked_for_and_then_say_whose_they_are(desk: Desk) -> None:
    (id,) = stock(desk.home, 1)
    long = " ".join(f"word{n}" for n in range(80))
    with desk.home.database.write() as conn:
        known = articles.get(conn, id)
        new = Article(known.url, known.url, "Long", long, outlet="Outlet 0")
        articles.revise(conn, id, new, seen_at=desk.home.now())
    cut = parsed(desk, f"{LIST}.atom").entries[0].summary
    assert cut == " ".join(long.split()[:50]) + " …"
    full = parsed(desk, f"{LIST}.atom?full=1&all=1").entries[0].content[0].value
    assert full == f"{long}\n\nText: Outlet 0, {known.url}"


def test_words_of_scripts_without_blanks_are_counted_too() -> None:
    assert quoting.quoted("電" * 300) == "電" * 100 + " …"
    assert quoting.quoted("電" * 100) == "電" * 100
    assert quoting.quoted(None) == ""


@pytest.mark.parametrize("format", [*XML, "json"])
def test_hostile_texts_are_text(desk: Desk, format: str) -> None:
    stock_hostile(desk.home)
    if format == "json":
        items = desk.get(f"{LIST}.json").json()["items"]
        assert HOSTILE[0] in {item["title"] for item in items}
        assert all(item.get("url", "https://").startswith("https://") for item in items)
        assert not any("content_html" in item for item in items)
        return
    read = parsed(desk, f"{LIST}.{format}")
    assert len(read.entries) == len(HOSTILE)
    for entry in read.entries:
        assert not entry.get("link", "").startswith("javascript")
        shown = entry.title_detail.value if entry.title_detail.type == "text/html" else ""
        for value in (shown, entry.summary if format == "rss" else ""):
            assert not re.search(r"<(?!/?p>)", value), value


def test_a_table_comes_back_as_it_went_and_runs_no_formula(desk: Desk) -> None:
    (id,) = stock(desk.home, 1)
    title = '＝1+1, "quoted",\nover two lines'
    with desk.home.database.write() as conn:
        known = articles.get(conn, id)
        new = Article(known.url, known.url, title, "=cmd|' /C calc'!A0", authors=("@Ann", "Bob"))
        articles.revise(conn, id, new, seen_at=desk.home.now())
    answer = desk.get(f"{LIST}.csv")
    assert "attachment" in answer.headers["content-disposition"]
    (row,) = csv.DictReader(io.StringIO(answer.content.decode(), newline=""))
    assert row["id"] == str(id)
    assert row["title"].startswith('\'＝1+1, "quoted",')
    assert (row["text"][:2], row["authors"]) == ("'=", "'@Ann; Bob")
    assert row["published_at"].endswith("+00:00")


def test_a_token_in_the_address_opens_feeds_and_nothing_else(desk: Desk) -> None:
    stock(desk.home, 1)
    key = access.new_token(desk.home, "reader", ["feed"])["key"]
    access.set_password(desk.home, "long enough to hold")
    desk.get(f"{LIST}.atom", 401)
    desk.get(f"{LIST}.atom?token=fu_wrong", 401)
    answer = desk.get(f"{LIST}.atom?token={quote(key)}")
    assert key not in answer.text
    assert len(feedparser.parse(answer.content).entries) == 1
    desk.get(f"/incidents/{SLUG}?token={quote(key)}", 401)
    desk.get(f"/api/v1/crawls?token={quote(key)}", 401)


@pytest.mark.parametrize(
    ("address", "status"),
    [
        ("/feeds/incidents/nope/articles.atom", 404),
        ("/feeds/incidents/nope/articles.csv", 404),
        ("/feeds/articles.pdf", 422),
        ("/feeds/articles.atom?nonsense=1", 422),
        (f"{LIST}.atom?after=nonsense", 422),
    ],
)
def test_what_is_no_list_is_refused(desk: Desk, address: str, status: int) -> None:
    answer = desk.client.get(address)
    assert answer.status_code == status
    assert json.loads(answer.text)["detail"]
