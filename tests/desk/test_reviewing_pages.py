"""Lists and articles at the desk: read, narrowed, decided about, undone."""

import json
import re
from html import unescape
from typing import Any

import pytest

from crawler.services import review, standing
from crawler.services.review import View
from tests.desk.conftest import SLUG
from tests.desk.serving import Desk
from tests.desk.stocked import HOSTILE, stock, stock_hostile

LIST = f"/incidents/{SLUG}"
AS_JSON = {"Accept": "application/json"}


def titles(page: str) -> list[str]:
    return [unescape(one) for one in re.findall(r"data-open[^>]*>([^<]*)</a>", page)]


def post(desk: Desk, path: str, status: int = 303, **fields: Any) -> Any:
    data = {"token": desk.form_token(), "back": LIST, "incident": SLUG, **fields}
    return desk.send("POST", path, status, data=data)


def state_of(desk: Desk, id: int) -> str | None:
    return standing.of_articles(desk.home, [id], SLUG)[id].review


def test_an_incident_begins_with_what_waits_and_goes_on_page_by_page(desk: Desk) -> None:
    ids = stock(desk.home, 70)
    first = desk.get(LIST).text
    assert "70 to review" in first
    following = re.search(r'<a href="([^"]*)" rel="next"', first)
    assert following is not None
    second = desk.get(unescape(following.group(1))).text
    assert titles(first) + titles(second) == [f"Report {n} on the attack" for n in range(70)]
    post(desk, "/decisions", keep=ids[0])
    assert titles(desk.get(LIST).text)[0] == "Report 1 on the attack"
    assert len(titles(desk.get(f"{LIST}?all=1").text)) == 50


def test_a_button_decides_and_the_page_says_so(desk: Desk) -> None:
    ids = stock(desk.home, 3)
    answer = post(desk, "/decisions", dismiss=ids[1], back=f"{LIST}?review=none")
    page = desk.get(answer.headers["location"]).text
    assert "Dismissed: 1 article." in page
    assert state_of(desk, ids[1]) == "dismiss"


def test_a_script_is_told_what_the_rows_are_now(desk: Desk) -> None:
    ids = stock(desk.home, 3)
    data = {"token": desk.form_token(), "back": LIST, "incident": SLUG, "star": ids[0]}
    told = desk.send("POST", "/decisions", data=data, headers=AS_JSON).json()
    assert told["said"] == "Starred: 1 article."
    assert told["articles"][str(ids[0])]["review_words"] == "starred"


def test_several_are_decided_at_once_and_undone_at_once(desk: Desk) -> None:
    ids = stock(desk.home, 5)
    answer = post(desk, "/decisions", bulk="keep", id=ids[:3])
    assert [state_of(desk, id) for id in ids] == ["keep"] * 3 + [None] * 2
    batch = answer.headers["location"].rpartition(".")[2]
    post(desk, "/decisions/undo", batch=batch)
    assert [state_of(desk, id) for id in ids] == [None] * 5


def test_labels_and_notes_stand_beside_the_article(desk: Desk) -> None:
    (id,) = stock(desk.home, 1)
    post(desk, "/labels", id=id, labels="lawsuit, to call back")
    post(desk, "/notes", id=id, note="Ask the <b>studio</b>")
    page = desk.get(f"/articles/{id}?in={SLUG}").text
    assert 'value="lawsuit, to call back"' in page
    assert "Ask the &lt;b&gt;studio&lt;/b&gt;" in page
    post(desk, "/labels", id=id, labels="lawsuit")
    assert standing.of_articles(desk.home, [id], SLUG)[id].labels == ("lawsuit",)


@pytest.mark.parametrize(
    "fields",
    [
        {"keep": "x"},
        {"keep": "-1"},
        {"keep": str(2**63)},
        {"bulk": "keep"},
        {"bulk": "burn", "id": "1"},
        {},
        {"keep": "²"},
    ],
)
def test_a_form_that_makes_no_sense_changes_nothing(desk: Desk, fields: dict[str, str]) -> None:
    stock(desk.home, 1)
    answer = post(desk, "/decisions", 422, **fields)
    assert answer.json()["detail"]


@pytest.mark.parametrize(
    "back", ["https://evil.example/", "//evil.example/", "/\\evil.example", ""]
)
def test_a_form_leads_back_to_the_desk_alone(desk: Desk, back: str) -> None:
    (id,) = stock(desk.home, 1)
    answer = post(desk, "/decisions", keep=id, back=back)
    assert answer.headers["location"].startswith("/?done=")


def test_without_the_pages_token_nothing_is_decided(desk: Desk) -> None:
    (id,) = stock(desk.home, 1)
    for path in ("/decisions", "/decisions/undo", "/labels", "/notes", "/searches"):
        desk.send("POST", path, 403, data={"keep": id, "id": id, "incident": SLUG})
    assert state_of(desk, id) is None


def test_a_wrong_query_gets_a_sentence(desk: Desk) -> None:
    stock(desk.home, 2)
    page = desk.get(f"{LIST}?q=date:someday", 422).text
    assert 'role="alert"' in page
    assert "someday" in page
    assert 'value="date:someday"' in page


def test_a_search_is_kept_and_taken_away(desk: Desk) -> None:
    stock(desk.home, 2)
    post(desk, "/searches", name="Mail", q="mail", outlet="Outlet 1")
    page = desk.get(LIST).text
    assert f'href="{LIST}?q=mail&amp;outlet=Outlet+1">Mail<' in page
    (saved,) = review.saved_searches(desk.home, SLUG)
    post(desk, "/searches/remove", id=saved.id)
    assert review.saved_searches(desk.home, SLUG) == []


def test_an_article_tells_why_it_is_here_and_who_stands_beside_it(desk: Desk) -> None:
    ids = stock(desk.home, 3)
    page = desk.get(f"/articles/{ids[1]}?in={SLUG}&verdict=follow_up").text
    assert "<mark>Sony</mark>" in page
    assert "+0.899" in page
    assert re.search(rf'href="/articles/{ids[0]}\?[^"]*" rel="prev"', page)
    assert re.search(rf'href="/articles/{ids[2]}\?[^"]*" rel="next"', page)
    assert "<li>one</li>" in page


def test_hostile_articles_are_characters(desk: Desk) -> None:
    ids = stock_hostile(desk.home)
    paths = [LIST, f"{LIST}?all=1", "/articles", "/", f"{LIST}/days", f"{LIST}/ledger"]
    for path in (*paths, *(f"/articles/{id}?in={SLUG}" for id in ids)):
        page = desk.get(path).text
        assert "<script>window" not in page
        assert "<img" not in page
        assert "onload=window.__xss=1>" not in page.replace("&#34;&gt;&lt;svg onload", "")
        assert 'href="javascript:' not in page
        assert "49" not in re.findall(r"<h1[^>]*>([^<]*)", page)
    for text in HOSTILE:
        answer = desk.client.get("/articles", params={"q": f'"{text[:900]}"'})
        assert answer.status_code in (200, 422)  # quotation marks within one part a phrase
        assert "<script>window" not in answer.text


def test_the_page_of_a_day_counts_and_links(desk: Desk) -> None:
    stock(desk.home, 30)
    told = review.timeline(desk.home, SLUG)
    page = desk.get(f"{LIST}/days").text
    for day in told.days:
        assert f"{day.day}: {day.n}" in page
    assert "Outlet 3" in page
    desk.get(f"{LIST}/days?as_of=2010-01-01")
    desk.get(f"{LIST}/days?as_of=soon", 422)


def test_the_first_page_tells_what_is_new_until_it_was_looked_at(desk: Desk) -> None:
    stock(desk.home, 4)
    assert "<b>4</b> wait for review" in desk.get("/").text
    post(desk, f"/incidents/{SLUG}/looked")
    assert "<b>0</b> new since you looked" in re.sub(r"\s+", " ", desk.get("/").text)


def test_unknown_things_are_not_found(desk: Desk) -> None:
    for path in ("/incidents/none", "/articles/999", "/articles/999/raw", "/incidents/none/days"):
        desk.get(path, 404)
    (id,) = stock(desk.home, 1)
    assert desk.get(f"/articles/{id}/raw", 409).json()["remedy"]


def test_what_the_list_shows_is_what_the_service_says(desk: Desk) -> None:
    stock(desk.home, 9)
    page = desk.get(f"{LIST}?all=1").text
    lines = review.page(desk.home, View(SLUG)).lines
    assert titles(page) == [line.title for line in lines]
    assert json.dumps([line.record()["id"] for line in lines])
