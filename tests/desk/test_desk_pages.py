"""The pages as a browser without a script meets them."""

import html
import re

import pytest

from crawler.schedule.rules import read_rule
from crawler.services import crawls, schedule
from crawler.services.schedule import Of
from pipelines.incident import Health, Source, SourceKind
from pipelines.store import sources
from pipelines.store.crawls import CrawlState, Trigger
from tests.desk.conftest import FAILED, MISSED, REQUESTED, RUNNING, SLUG
from tests.desk.serving import Desk

PAGE = {"Accept": "text/html,application/xhtml+xml"}


def text_of(page: str) -> str:
    """What a person reads: no tags, one blank between words."""
    return " ".join(html.unescape(re.sub(r"<[^>]*>", " ", page)).split())


def test_the_page_shows_what_runs_what_is_next_and_what_was(desk: Desk) -> None:
    page = desk.get("/crawls").text
    said = text_of(page)
    assert f"Crawl {RUNNING}" in said
    assert "2 of 3 sources" in said
    assert "1 page read" in said
    assert "3 remaining" in said
    assert "0.5 a second" in said
    assert "Waiting for slow.example (1 min 30 s)" in said
    assert "20 Feb 2015, 12:05 UTC in 5 min" in said
    assert "1 poll: Outlet 1 adaptive" in said
    assert "missed the server was not running" in said
    assert "failing status 503: <script>alert(1)</script>" in said
    assert "1 min 15 s" in said
    assert '<meta http-equiv="refresh" content="5">' in page


def test_what_comes_again_and_again_has_one_line_on_the_page(desk: Desk) -> None:
    rule = read_rule(every="30m", timezone="UTC", anchor=desk.home.now())
    schedule.set_rule(desk.home, Of(incident=SLUG), rule)
    own = read_rule(every="20m", timezone="UTC", anchor=desk.home.now())
    schedule.set_rule(desk.home, Of(source=2), own)
    page = desk.get("/crawls").text
    said = text_of(page[page.index("<h2>Next") : page.index("<h2>Done")])
    assert said.count("1 poll: Outlet 2 every 20 min, then in 40 min and in 1 h") == 1
    assert said.count("every 20 min") == 1
    assert said.count("3 polls: ") == 1
    assert said.count("every 30 min, then in 1 h and in 1 h 30 min") == 1


def test_nothing_that_was_fetched_becomes_markup(desk: Desk) -> None:
    for path in ("/", "/crawls", f"/crawls/{RUNNING}", f"/crawls/{FAILED}"):
        page = desk.get(path).text
        assert "<script>" not in page
        assert "<b>\n" not in page
        assert "<i>.example" not in page
        assert "<after>" not in page
        assert " style=" not in page
        assert " onclick" not in page


def test_a_page_loads_nothing_from_elsewhere(desk: Desk) -> None:
    page = desk.get("/crawls").text
    loaded = re.findall(r'(?:src|href)="([^"]*)"', page)
    own = [address for address in loaded if not address.startswith("https://outlet")]
    assert own
    assert all(address.startswith(("/", "#")) for address in own)
    for address in own:
        desk.get(address)


def test_an_address_that_is_not_of_the_web_is_no_link(desk: Desk) -> None:
    with desk.home.database.write() as conn:
        id, _ = sources.add(
            conn, Source(SourceKind.FEED, "javascript:alert(1)"), now=desk.home.now()
        )
        sources.set_health(conn, id, Health.FAILING, "odd", now=desk.home.now())
    page = desk.get("/crawls").text
    assert "javascript:alert(1)" in page
    assert 'href="javascript' not in page


def test_the_button_asks_for_a_crawl_and_shows_it(desk: Desk) -> None:
    form = {"token": desk.form_token(), "incident": SLUG}
    answer = desk.send("POST", "/crawls", 303, data=form)
    page = desk.get(answer.headers["location"])
    assert "requested" in text_of(page.text)
    row = crawls.get(desk.home, REQUESTED + 1)
    assert row.trigger is Trigger.HAND
    assert row.request == {"incident": SLUG}
    assert desk.pulse.wakes == 1


def test_the_button_cancels(desk: Desk) -> None:
    form = {"token": desk.form_token()}
    answer = desk.send("POST", f"/crawls/{RUNNING}/cancel", 303, data=form)
    assert "It is ending." in text_of(desk.get(answer.headers["location"]).text)
    desk.send("POST", f"/crawls/{REQUESTED}/cancel", 303, data=form)
    assert crawls.get(desk.home, REQUESTED).state is CrawlState.CANCELLED


@pytest.mark.parametrize("form", [{}, {"token": ""}, {"token": "ä"}, {"token": "0" * 64}])
def test_a_form_without_the_pages_token_is_refused(desk: Desk, form: dict[str, str]) -> None:
    for path in ("/crawls", f"/crawls/{RUNNING}/cancel"):
        answer = desk.send("POST", path, 403, data=form, headers=PAGE)
        assert "load the page again" in answer.text
    assert len(crawls.list_all(desk.home)) == REQUESTED


def test_a_problem_is_a_page_for_who_looks_at_pages(desk: Desk) -> None:
    answer = desk.get("/crawls/99", 404, headers=PAGE)
    assert answer.headers["content-type"].startswith("text/html")
    assert "There is no crawl" in text_of(answer.text)
    assert desk.get("/nothing", 404, headers=PAGE).headers["content-type"].startswith("text/html")
    desk.get("/crawls/x", 422, headers=PAGE)


def test_a_crawls_page_has_counts_that_add_up(desk: Desk) -> None:
    said = text_of(desk.get(f"/crawls/{RUNNING}").text)
    assert "off topic 1 " in said
    assert "open 2 not looked at yet" in said
    assert "links found 3" in said
    assert "Outlet 2" in said
    assert "failed status 503" in said
    assert "line 300 <b>" in said
    assert "line 240 " not in said


def test_a_missed_run_says_why_and_has_no_counts(desk: Desk) -> None:
    said = text_of(desk.get(f"/crawls/{MISSED}").text)
    assert "missed the server was not running" in said
    assert "Noticed 20 Feb 2015, 12:00 UTC" in said
    assert "links found" not in said


def test_older_crawls_are_on_further_pages(desk: Desk) -> None:
    for _ in range(30):
        desk.send("POST", "/api/v1/crawls", 202, json={})
    first = desk.get("/crawls").text
    earlier = re.search(r'href="(/crawls\?before=\d+)"', first)
    assert earlier is not None
    second = desk.get(earlier.group(1)).text
    assert re.search(r'href="/crawls/16">16<', first)
    assert re.search(r'href="/crawls/15">15<', second)
    assert not re.search(r'<td[^>]*><a href="/crawls/16">', second)


def test_a_pause_is_told(desk: Desk) -> None:
    schedule.pause(desk.home, schedule.ALL)
    said = text_of(desk.get("/crawls").text)
    assert "Nothing comes." in said
    assert "all sources." in said


def test_an_empty_home_says_what_to_do(empty_desk: Desk) -> None:
    page = empty_desk.get("/crawls").text
    said = text_of(page)
    assert "Nothing runs." in said
    assert "Nothing was crawled yet." in said
    assert "Add one: followup source add URL" in said
    assert "http-equiv" not in page
