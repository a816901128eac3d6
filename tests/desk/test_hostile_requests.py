"""What only somebody asks who looks for holes: no answer is a mistake of ours, none is endless."""

from urllib.parse import quote

import pytest

from crawler.services import incidents
from crawler.services.incident_file import read_incident
from pipelines.errors import BadInput
from tests.desk.conftest import SLUG
from tests.desk.serving import Desk
from tests.desk.stocked import stock

API = "/api/v1"
HUGE = "9" * 25


@pytest.mark.parametrize(
    "path",
    [
        f"/articles/1/changes?copy={HUGE}",
        f"/articles/1/changes?a={HUGE}&b=1",
        f"/articles?source={HUGE}",
        f"{API}/articles?source={HUGE}",
        f"/feeds/articles.atom?source={HUGE}",
        f"/incidents/{SLUG}/days?since=0001-01-01&until=9999-12-31",
        f"/articles?q={'(' * 900}",
        f"/articles?q={quote('-(' * 400)}",
        f"/articles?q={quote('date:P' + '9' * 900 + 'D')}",
        f"/articles?q={quote('date:9999-12-31/P9999Y')}",
        f"/articles?after={quote('{}')}",
        "/feeds/articles.csv?q=(",
    ],
)
def test_an_address_that_means_nothing_is_refused(desk: Desk, path: str) -> None:
    stock(desk.home, 1)
    for accept in ("text/html", "*/*"):
        assert desk.client.get(path, headers={"Accept": accept}).status_code == 422


@pytest.mark.parametrize("back", ["//[", "http://[::", "//evil.example/articles", "https:/\\evil"])
def test_a_form_leads_back_to_the_desk_only(desk: Desk, back: str) -> None:
    (id,) = stock(desk.home, 1)
    form = {"token": desk.form_token(), "keep": str(id), "back": back}
    went = desk.send("POST", "/decisions", 303, data=form).headers["location"]
    assert went.startswith(("/?", "/articles?"))


#: TOML that takes its reader hours, its stack or its patience, each within what may be sent.
BOMBS = (
    "a." * 50_000 + "b = 1",
    "[" + "a." * 50_000 + "b]",
    "x = {" + '"a".' * 50_000 + "b = 1}",
    '# """\n' + "a." * 50_000 + "b = 1",
    'x = {y = """a\n""", ' + "a." * 50_000 + "b = 1}",
    "'\\'." + "a." * 50_000 + "b = 1",
    '"\\' * 50_000,
    "x = " + "[" * 50_000,
    "x = " + "{a=" * 50_000,
    "x = 9" + "9" * 5_000,
    "since = 0001-01-01T00:00:00+14:00\n[names]\n'A' = 1.0",
    "until = 9999-12-31\n[names]\n'A' = 1.0",
)


@pytest.mark.parametrize("bomb", BOMBS, ids=lambda bomb: bomb[:12])
def test_a_profile_that_would_hold_the_server_is_refused(desk: Desk, bomb: str) -> None:
    form = {"token": desk.form_token(), "file": bomb}
    desk.send("POST", f"/incidents/{SLUG}/profile", 422, data=form)
    desk.send("PUT", f"{API}/incidents/{SLUG}/profile", 422, json={"profile": bomb})


def test_texts_with_many_dots_are_no_such_key(desk: Desk) -> None:
    was = incidents.get(desk.home, SLUG)
    brief = "Well. " + "No. " * 60 + "a.b.c" + ".d" * 20
    assert read_incident(f'brief = "{brief}"\n[names]\n"Velm" = 1.0', was).brief == brief
    with pytest.raises(BadInput):
        read_incident("a." * 41 + "b = 1", was)
