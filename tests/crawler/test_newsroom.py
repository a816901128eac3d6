"""The made-up outlets over real sockets."""

import gzip
import http.client
import json
import re
import socket
import subprocess
import sys
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from time import monotonic
from urllib.parse import urlsplit
from urllib.request import urlopen
from xml.etree import ElementTree

import pytest

from crawler.newsroom import DEMO_PASSES, Clock, Newsroom
from crawler.newsroom.outlet import FeedKind, Outlet, outlet_at, outlets

FIRST, SECOND, THIRD = DEMO_PASSES
HARBOUR = "http://harbourpost.newsroom.test"
CHRISTMAS = f"{HARBOUR}/entertainment/2014/12/24/independent-theaters-open-interview"
THREATS = f"{HARBOUR}/entertainment/2014/12/05/sony-employees-threatened"


class Got:
    """An answer: status, headers by lower-case name, body as sent."""

    def __init__(self, answer: http.client.HTTPResponse) -> None:
        self.status = answer.status
        self.headers = {name.lower(): value for name, value in answer.getheaders()}
        self.body = answer.read()

    @property
    def text(self) -> str:
        return self.body.decode("utf-8")


def ended(raw: socket.socket) -> bool:
    """True if the other side closes the connection without an answer."""
    try:
        return raw.recv(1000) == b""
    except ConnectionResetError:
        return True


def written_list(outlet: Outlet) -> str | None:
    """A feed or sitemap of the outlet that works at the second visit."""
    for feed in outlet.feeds:
        if feed.kind is not FeedKind.SECTION and not feed.fault(SECOND):
            return outlet.address(feed.path)
    return None


def get(
    room: Newsroom, url: str, headers: Mapping[str, str] | None = None, method: str = "GET"
) -> Got:
    """Ask through the newsroom as a proxy."""
    connection = http.client.HTTPConnection("127.0.0.1", room.port, timeout=10)
    try:
        connection.request(method, url, headers={"User-Agent": "test/1", **(headers or {})})
        return Got(connection.getresponse())
    finally:
        connection.close()


@pytest.fixture(scope="module")
def running() -> Iterator[Newsroom]:
    with Newsroom.serve(now=FIRST, slow_seconds=0.05) as room:
        yield room


@pytest.fixture
def room(running: Newsroom) -> Newsroom:
    running.reset()
    return running


def test_page_appears_when_it_is_published(room: Newsroom) -> None:
    assert get(room, CHRISTMAS).status == 404
    assert CHRISTMAS not in get(room, f"{HARBOUR}/feed.xml").text
    room.set_clock(datetime(2014, 12, 25, 2, tzinfo=UTC))
    assert "sell out" in get(room, CHRISTMAS).text
    assert CHRISTMAS in get(room, f"{HARBOUR}/feed.xml").text


def test_edit_appears_at_its_time(room: Newsroom) -> None:
    assert "some 37,000 people" in get(room, THREATS).text
    room.set_clock(SECOND)
    later = get(room, THREATS).text
    assert "some 47,000 people" in later
    assert "Correction, Dec. 9" in later


def test_host_header_and_proxy_form_give_the_same(room: Newsroom) -> None:
    by_host = get(room, "/feed.xml", {"Host": "harbourpost.newsroom.test"})
    assert by_host.status == 200
    assert by_host.body == get(room, f"{HARBOUR}/feed.xml").body


def test_connection_is_kept_for_the_next_request(room: Newsroom) -> None:
    connection = http.client.HTTPConnection("127.0.0.1", room.port, timeout=10)
    connection.request("GET", f"{HARBOUR}/")
    first = connection.getresponse()
    first.read()
    port = connection.sock.getsockname()[1]
    connection.request("GET", f"{HARBOUR}/about")
    assert connection.getresponse().read()
    assert connection.sock.getsockname()[1] == port
    connection.close()


def test_head_has_the_headers_of_get_and_no_body(room: Newsroom) -> None:
    full, head = get(room, THREATS), get(room, THREATS, method="HEAD")
    assert head.body == b""
    assert head.headers["content-length"] == str(len(full.body))


def test_gzip_is_sent_to_those_who_take_it(room: Newsroom) -> None:
    packed = get(room, THREATS, {"Accept-Encoding": "gzip, deflate"})
    assert packed.headers["content-encoding"] == "gzip"
    assert gzip.decompress(packed.body) == get(room, THREATS).body


def test_connect_is_refused(room: Newsroom) -> None:
    with socket.create_connection(("127.0.0.1", room.port), timeout=10) as raw:
        raw.sendall(b"CONNECT harbourpost.newsroom.test:443 HTTP/1.1\r\n\r\n")
        assert raw.recv(1000).startswith(b"HTTP/1.1 405 ")


@pytest.mark.parametrize(
    "line", [b"GET /\r\n\r\n", b"\x00\xff\r\n\r\n", b"GET http://[ HTTP/1.1\r\n\r\n"]
)
def test_what_is_no_request_is_answered_400(room: Newsroom, line: bytes) -> None:
    with socket.create_connection(("127.0.0.1", room.port), timeout=10) as raw:
        raw.sendall(line)
        assert raw.recv(1000).startswith(b"HTTP/1.1 400 ")


def test_head_without_end_is_cut_off(room: Newsroom) -> None:
    with socket.create_connection(("127.0.0.1", room.port), timeout=10) as raw:
        raw.sendall(b"GET / HTTP/1.1\r\nX: " + b"a" * 40_000)
        raw.shutdown(socket.SHUT_WR)
        assert ended(raw)
    assert get(room, f"{HARBOUR}/").status == 200


def test_unknown_host_is_a_bad_gateway(room: Newsroom) -> None:
    assert get(room, "http://elsewhere.test/").status == 502


def test_robots_texts_are_as_mixed_as_they_are(room: Newsroom) -> None:
    robots = get(room, f"{HARBOUR}/robots.txt")
    assert "Disallow: /members/" in robots.text
    assert robots.headers["content-type"].startswith("text/plain")
    ledger = get(room, "http://pacificledger.newsroom.test/robots.txt")
    assert "Crawl-delay: 0.2" in ledger.text


def test_slow_outlet_keeps_waiting_while_others_answer() -> None:
    with Newsroom.serve(now=FIRST, slow_seconds=0.4) as room:
        slow = http.client.HTTPConnection("127.0.0.1", room.port, timeout=10)
        start = monotonic()
        slow.request("GET", "http://capitaldispatch.newsroom.test/sitemap_index.xml")
        assert get(room, f"{HARBOUR}/").status == 200
        assert monotonic() - start < 0.35
        assert slow.getresponse().status == 200
        assert monotonic() - start >= 0.4
        slow.close()


def test_failing_feed_recovers(room: Newsroom) -> None:
    url = "http://continentalobserver.newsroom.test/rss/all"
    down = get(room, url)
    assert down.status == 503
    assert down.headers["retry-after"] == "1"
    room.set_clock(SECOND)
    assert ElementTree.fromstring(get(room, url).body).tag == "rss"


def test_feed_turns_into_a_web_page_and_back(room: Newsroom) -> None:
    url = "http://eveningbulletin.newsroom.test/latest.atom"
    assert get(room, url).text.startswith("<?xml")
    room.set_clock(SECOND)
    turned = get(room, url)
    assert turned.status == 200
    assert "<!DOCTYPE html>" in turned.text
    room.set_clock(THIRD)
    assert get(room, url).text.startswith("<?xml")


@pytest.mark.parametrize("outlet", outlets().values(), ids=lambda outlet: outlet.host)
def test_conditional_requests_save_the_body_until_something_changes(
    room: Newsroom, outlet: Outlet
) -> None:
    room.set_clock(SECOND)
    url = written_list(outlet) or outlet.out(SECOND)[0].url
    first = get(room, url)
    for name, condition in (("etag", "If-None-Match"), ("last-modified", "If-Modified-Since")):
        assert (name in first.headers) == (name in outlet.validators)
        if name in first.headers:
            again = get(room, url, {condition: first.headers[name]})
            assert again.status == 304
            assert again.body == b""
            assert again.headers[name] == first.headers[name]
    if "etag" in first.headers:
        assert get(room, url, {"If-None-Match": '"other"'}).status == 200
    else:
        early = "Mon, 24 Nov 2014 00:00:00 GMT"
        assert get(room, url, {"If-Modified-Since": early}).status == 200


def test_new_story_changes_the_feed_s_validators(room: Newsroom) -> None:
    for feed in (f"{HARBOUR}/feed.xml", "http://pacificledger.newsroom.test/atom.xml"):
        room.set_clock(FIRST)
        held = get(room, feed).headers
        asked = {"If-None-Match": held["etag"]} if "etag" in held else {}
        asked |= {"If-Modified-Since": held["last-modified"]} if "last-modified" in held else {}
        assert get(room, feed, asked).status == 304
        room.set_clock(SECOND)
        assert get(room, feed, asked).status == 200


def test_articles_answer_304_until_they_are_edited(room: Newsroom) -> None:
    tag = get(room, THREATS).headers["etag"]
    room.set_clock(datetime(2014, 12, 9, 18, 14, tzinfo=UTC))
    assert get(room, THREATS, {"If-None-Match": tag}).status == 304
    room.set_clock(datetime(2014, 12, 9, 18, 16, tzinfo=UTC))
    assert get(room, THREATS, {"If-None-Match": tag}).status == 200


def test_live_sidebar_changes_the_page_and_not_the_text(room: Newsroom) -> None:
    url = "http://eveningbulletin.newsroom.test/showbiz/fax-machines-sony-lot-1192"
    before = get(room, url)
    room.set_clock(THIRD)
    after = get(room, url)
    assert before.headers["etag"] != after.headers["etag"]
    assert "popular than the coffee" in before.text
    story = outlet_at("eveningbulletin.newsroom.test").by_path[urlsplit(url).path]
    assert story.version(FIRST).text == story.version(THIRD).text


def test_control_endpoint_sets_the_clock(room: Newsroom) -> None:
    told = get(room, f"{HARBOUR}/__newsroom__/clock?set=2014-12-25T02:00Z&speed=0")
    assert json.loads(told.body) == {"now": "2014-12-25T02:00:00+00:00", "speed": 0.0}
    assert get(room, CHRISTMAS).status == 200
    with urlopen(f"{room.url}/__newsroom__/clock", timeout=10) as answer:
        assert json.load(answer)["now"] == "2014-12-25T02:00:00+00:00"
    for wrong in ("set=yesterday", "speed=fast"):
        assert get(room, f"{HARBOUR}/__newsroom__/clock?{wrong}").status == 400
    assert get(room, f"{HARBOUR}/__newsroom__/coffee").status == 404


def test_log_tells_who_asked_for_what(room: Newsroom) -> None:
    get(room, f"{HARBOUR}/feed.xml?x=1", {"If-None-Match": '"a"'})
    get(room, CHRISTMAS)
    lines = json.loads(get(room, f"{HARBOUR}/__newsroom__/log").body)
    assert [(v["host"], v["path"], v["status"], v["conditional"]) for v in lines] == [
        ("harbourpost.newsroom.test", "/feed.xml?x=1", 200, True),
        ("harbourpost.newsroom.test", urlsplit(CHRISTMAS).path, 404, False),
    ]
    assert {v["user_agent"] for v in lines} == {"test/1"}
    assert lines[0]["t"] <= lines[1]["t"]
    assert [v.path for v in room.log()] == [v["path"] for v in lines]


def test_reset_forgets_the_log_and_the_clock(room: Newsroom) -> None:
    room.set_clock(THIRD)
    get(room, f"{HARBOUR}/")
    get(room, f"{HARBOUR}/__newsroom__/reset")
    assert room.log() == ()
    assert room.clock.now() == FIRST


def test_clock_runs_as_fast_as_it_is_told() -> None:
    ticks = [100.0]
    clock = Clock(FIRST, 3600, real=lambda: ticks[0])
    ticks[0] += 2
    assert clock.now() == FIRST + timedelta(hours=2)
    clock.set(speed=0)
    ticks[0] += 50
    assert clock.now() == FIRST + timedelta(hours=2)


def test_command_says_where_it_listens() -> None:
    command = [sys.executable, "-m", "crawler.newsroom", "--port", "0", "--now", "2014-12-01"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        line = process.stdout.readline()
        match = re.fullmatch(r"newsroom at (http://127\.0\.0\.1:\d+)\n", line)
        assert match, line
        with urlopen(f"{match[1]}/__newsroom__/clock", timeout=10) as answer:
            assert json.load(answer)["now"].startswith("2014-12-01T00:0")
        process.terminate()
        assert process.wait(timeout=10) == 0


def test_port_that_is_taken_is_an_error(room: Newsroom) -> None:
    with pytest.raises(OSError, match="in use"), Newsroom.serve(now=FIRST, port=room.port):
        pass
