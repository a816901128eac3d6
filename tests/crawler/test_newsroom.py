"""The made-up outlets over real sockets, and their known answer."""

import gzip
import http.client
import json
import re
import socket
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from itertools import combinations, pairwise
from time import monotonic
from urllib.parse import urlsplit
from urllib.request import urlopen
from xml.etree import ElementTree

import pytest

from crawler.newsroom import (
    DEMO_PASSES,
    Clock,
    Newsroom,
    known_answer,
    seed_files,
    sources,
)
from crawler.newsroom.lists import entries
from crawler.newsroom.markup import links, plain
from crawler.newsroom.outlet import (
    FEED_LENGTH,
    About,
    FeedKind,
    Form,
    Outlet,
    Story,
    outlet_at,
    outlets,
    read_outlet,
)
from crawler.newsroom.pages import NOTICES, related
from crawler.newsroom.site import Request, respond
from pipelines.incident import SourceKind
from pipelines.outcomes import Outcome
from pipelines.text import count_words, words
from pipelines.urls import canonical_key

FIRST, SECOND, THIRD = DEMO_PASSES
OPENING = datetime(2014, 11, 24, tzinfo=UTC)
HARBOUR = "http://harbourpost.newsroom.test"
CHRISTMAS = f"{HARBOUR}/entertainment/2014/12/24/independent-theaters-open-interview"
THREATS = f"{HARBOUR}/entertainment/2014/12/05/sony-employees-threatened"
STORIES = [story for outlet in outlets().values() for story in outlet.stories]
TEXTS = [s for s in STORIES if s.form in {Form.ARTICLE, Form.LIVE}]


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


# The server


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


def test_port_that_is_taken_is_an_error(room: Newsroom) -> None:
    with pytest.raises(OSError, match="in use"), Newsroom.serve(now=FIRST, port=room.port):
        pass


# The outlets


def test_there_is_enough_to_follow() -> None:
    about = Counter(story.about for story in STORIES)
    assert len(outlets()) >= 8
    assert len(STORIES) >= 115
    assert about[About.INCIDENT] >= 55
    assert about[About.SIBLING] >= 6
    assert about[About.OTHER] >= 35
    kinds = {feed.kind for outlet in outlets().values() for feed in outlet.feeds}
    assert kinds == set(FeedKind)


def test_addresses_are_unique() -> None:
    assert len({canonical_key(story.url) for story in STORIES}) == len(STORIES)
    taken = set(NOTICES) | {"/", "/robots.txt", "/consent"}
    for outlet in outlets().values():
        others = taken | set(outlet.feed_by_path)
        assert not others & set(outlet.by_path)


@pytest.mark.parametrize("story", TEXTS, ids=lambda story: story.url)
def test_story_is_whole(story: Story) -> None:
    outlet = outlets()[story.host]
    assert story.section in outlet.sections
    assert OPENING <= story.published <= THIRD or story.before_window
    assert story.published.utcoffset() == outlet.zone.utcoffset(None)
    assert story.title
    assert story.author
    if story.wall is None and story.language == "en":
        assert 90 <= count_words(story.version(story.published).text) <= 350
    assert story.version(story.published).text.count("\n\n") >= (1 if story.wall else 2)


@pytest.mark.parametrize("story", [s for s in STORIES if s.edits], ids=lambda story: story.url)
def test_edit_changes_what_it_says(story: Story) -> None:
    assert [edit.at for edit in story.edits] == sorted(edit.at for edit in story.edits)
    assert story.published < story.edits[0].at
    for edit in story.edits:
        before = story.version(edit.at - timedelta(seconds=1))
        after = story.version(edit.at)
        for old, new in edit.replace:
            assert old in before.body
            assert new in after.body
        said = [words(f"{version.title} {version.text}") for version in (before, after)]
        straight = [[word.strip("'") for word in one] for one in said]
        assert (straight[0] == straight[1]) == edit.cosmetic
        assert before.body != after.body or before.title != after.title


def test_no_text_stands_at_two_addresses_by_accident() -> None:
    shingles = {}
    for story in TEXTS:
        said = words(story.version(THIRD).text)
        shingles[story.url] = {tuple(said[i : i + 5]) for i in range(len(said) - 4)}
    for one, other in combinations(TEXTS, 2):
        shared = len(shingles[one.url] & shingles[other.url])
        part = shared / min(len(shingles[one.url]), len(shingles[other.url]))
        if one.wire and one.wire == other.wire:
            assert part > 0.75, (one.url, other.url)
        else:
            assert part < 0.15, (one.url, other.url, part)


def test_every_link_on_every_page_resolves() -> None:
    when = {outlet.host: THIRD for outlet in outlets().values()}
    asked: dict[str, int] = {}
    for outlet in outlets().values():
        pages = ["/", *(s.path for s in outlet.stories if not s.gone), *NOTICES]
        for path in [*pages, *(outlet.listing_path(key) for key in outlet.sections)]:
            page = respond(Request("GET", outlet.host, path), when[outlet.host])
            html = page.body.decode("latin-1") if page.status == 200 else ""
            for target in re.findall(r'<a [^>]*href="(/[^"#]*)"', html, re.IGNORECASE):
                asked[f"{outlet.host}{target}"] = respond(
                    Request("GET", outlet.host, target), THIRD
                ).status
    assert len(asked) > 150
    broken = {url for url, status in asked.items() if status >= 400}
    missing = {s.url for s in STORIES if s.form in {Form.MISSING, Form.BROKEN}}
    assert {f"http://{url}" for url in broken} <= missing


def test_links_within_texts_lead_to_sister_pages() -> None:
    for story in STORIES:
        for target in links(story.body):
            assert target in outlets()[story.host].by_path


def test_related_stories_are_older_and_last() -> None:
    for story in TEXTS:
        for other in related(outlets()[story.host], story):
            assert other.published < story.published
            assert other.gone is None


OPEN_TEXTS = [story for story in TEXTS if not story.wall and not story.gone]


@pytest.mark.parametrize("story", OPEN_TEXTS, ids=lambda story: story.url)
def test_page_shows_its_text_amid_clutter(story: Story) -> None:
    reply = respond(Request("GET", story.host, story.path), THIRD)
    html = reply.body.decode(story.charset)
    shown = plain(re.sub(r"<[^>]+>", "", html)).replace("&amp;", "&")
    for paragraph in story.version(THIRD).text.split("\n\n"):
        assert " ".join(paragraph.split()) in " ".join(shown.split())
    assert html.count("<a ") + html.count("<A ") >= 5


def test_wrong_label_hides_the_right_letters() -> None:
    story = next(s for s in STORIES if s.charset_label)
    reply = respond(Request("GET", story.host, story.path), THIRD)
    assert reply.content_type.endswith("iso-8859-1")
    assert "“The Interview”" in reply.body.decode("utf-8")


def test_feed_lists_the_newest_first_and_no_more_than_it_holds() -> None:
    for outlet in outlets().values():
        for feed in outlet.feeds:
            for when in DEMO_PASSES:
                named = entries(outlet, feed, when)
                assert all(a.published >= b.published for a, b in pairwise(named))
                assert all(entry.published <= when for entry in named)
                assert len({e.stands_for for e in named if e.story}) <= FEED_LENGTH


def test_nothing_falls_out_of_the_lists_between_the_demo_s_visits() -> None:
    whole = known_answer(THIRD, DEMO_PASSES)
    seen = whole.follow_ups | whole.off_topic | whole.candidates_ok | set(whole.outcomes)
    named = {s.url for s in STORIES if s.listed}
    assert {url for url in named - seen if not url.startswith("http://northgate")} == set()
    unsourced = {s.section for s in STORIES if s.url in named - seen}
    assert unsourced <= {"business"}


def test_dirty_feed_has_every_kind_of_dirt() -> None:
    reply = respond(Request("GET", "screencourier.newsroom.test", "/feed/"), THIRD)
    found = [e.text or "" for e in ElementTree.fromstring(reply.body).iter("link")]
    for dirt in ("utm_source=", "#comments", "PHPSESSID=", "https://", "HTTP://", "javascript:"):
        assert any(dirt in link for link in found), dirt
    assert any("192.168." in link for link in found)
    assert any(link != link.strip() for link in found)
    keys = Counter(canonical_key(link) for link in found)
    assert max(keys.values()) == 2


def test_amp_twin_points_at_its_article(room: Newsroom) -> None:
    room.set_clock(SECOND)
    story = next(s for s in STORIES if s.amp)
    twin, whole = get(room, story.amp_url).text, get(room, story.url).text
    assert f'<link rel="canonical" href="{story.url}">' in twin
    assert f'<link rel="amphtml" href="{story.amp_url}">' in whole
    assert story.version(SECOND).text.split("\n\n")[-1] in twin


def test_www_answers_like_the_bare_host(room: Newsroom) -> None:
    room.set_clock(SECOND)
    path = "/showbiz/fax-machines-sony-lot-1192"
    bare = get(room, f"http://eveningbulletin.newsroom.test{path}")
    assert get(room, f"http://www.eveningbulletin.newsroom.test{path}").body == bare.body


def test_special_pages_answer_as_they_are_meant_to(room: Newsroom) -> None:
    room.set_clock(THIRD)
    answer = known_answer(THIRD, DEMO_PASSES)
    by_outcome = {next(iter(right)): get(room, url) for url, right in answer.outcomes.items()}
    assert by_outcome[Outcome.VANISHED].status == 410
    assert by_outcome[Outcome.SOFT_404].status == 200
    assert "can&#x27;t be found" in by_outcome[Outcome.SOFT_404].text
    assert by_outcome[Outcome.NOT_HTML].body.startswith(b"%PDF-")
    wall = get(
        room, "http://continentalobserver.newsroom.test/world/security-council-takes-up-north-korea"
    )
    assert wall.status == 302
    consent = get(room, wall.headers["location"])
    assert "Accept all" in consent.text
    assert "Security Council" not in consent.text
    paid = get(room, "http://pacificledger.newsroom.test/companies/interview-writedown-9225.html")
    assert "$44 million" not in paid.text
    assert "Subscribe to continue" in paid.text
    broken = [u for u, right in answer.outcomes.items() if Outcome.HTTP_ERROR in right]
    assert sorted(get(room, url).status for url in broken) == [404, 500]
    for _ in range(2):
        assert get(room, broken[0]).status == get(room, broken[0]).status


def test_noarchive_page_says_so(room: Newsroom) -> None:
    room.set_clock(THIRD)
    (url,) = known_answer(THIRD, DEMO_PASSES).noarchive
    assert '<meta name="robots" content="noarchive">' in get(room, url).text


def test_last_modified_is_the_time_of_the_last_edit(room: Newsroom) -> None:
    room.set_clock(SECOND)
    url = (
        "http://pacificledger.newsroom.test/technology/mandiant-letter-sony-unprecedented-9171.html"
    )
    modified = parsedate_to_datetime(get(room, url).headers["last-modified"])
    assert modified == datetime(2014, 12, 10, 14, tzinfo=UTC)


def test_wrong_key_in_an_outlet_is_refused() -> None:
    text = """
name = "X"
host = "x.newsroom.test"
style = "minimal"
tagline = ""
country = "US"
zone = "+00:00"
validators = "etag"
section_path = "/{section}"
sections = { a = "A" }
feeds = []
[[pages]]
path = "/a"
title = "A"
published = 2014-12-01T00:00:00Z
section = "a"
headlin = "typo"
"""
    with pytest.raises(TypeError, match="headlin"):
        read_outlet(text)
    assert read_outlet(text.replace('headlin = "typo"', "")).by_path["/a"].title == "A"


# The known answer


@pytest.mark.parametrize("count", [1, 2, 3])
def test_every_page_that_was_found_has_one_place_in_the_answer(count: int) -> None:
    answer = known_answer(DEMO_PASSES[count - 1], DEMO_PASSES)
    vanished = {u for u, right in answer.outcomes.items() if right == {Outcome.VANISHED}}
    assert vanished <= answer.follow_ups
    special = set(answer.outcomes) - vanished
    places = [answer.follow_ups, answer.candidates_ok, answer.off_topic, special]
    for one, other in combinations(places, 2):
        assert not set(one) & set(other)
    assert answer.siblings <= answer.off_topic
    assert answer.revisions | answer.partial <= answer.follow_ups
    assert all(group <= answer.follow_ups for group in answer.copies)
    assert set(answer.twins.values()) <= set().union(*places)
    assert not set(answer.twins) & set().union(*places)


def test_answer_of_the_demo() -> None:
    first, second, third = (known_answer(when, DEMO_PASSES) for when in DEMO_PASSES)
    assert first.follow_ups < second.follow_ups < third.follow_ups
    assert [len(a.follow_ups) for a in (first, second, third)] == [15, 41, 69]
    assert [len(a.revisions) for a in (first, second, third)] == [0, 3, 6]
    assert sorted(len(group) for group in third.copies) == [2, 3]
    assert len(third.siblings) == 7
    assert list(first.bad_sources.values()) == [Outcome.HTTP_ERROR]
    assert list(second.bad_sources.values()) == [Outcome.BAD_FEED]
    assert third.bad_sources == {}
    met = {next(iter(right)) for right in third.outcomes.values() if len(right) == 1}
    assert met == {
        Outcome.ROBOTS_DENIED,
        Outcome.WALL,
        Outcome.SOFT_404,
        Outcome.HTTP_ERROR,
        Outcome.VANISHED,
        Outcome.NOT_HTML,
        Outcome.BLOCKED_ADDRESS,
    }


def test_edit_is_a_revision_only_for_those_who_read_the_page_before() -> None:
    assert THREATS in known_answer(SECOND, [FIRST]).revisions
    assert THREATS not in known_answer(SECOND).revisions
    cosmetic = [s.url for s in STORIES if any(edit.cosmetic for edit in s.edits)]
    assert len(cosmetic) == 1
    assert not set(cosmetic) & known_answer(THIRD, DEMO_PASSES).revisions


def test_page_that_was_taken_down_counts_only_for_those_who_saw_it() -> None:
    (gone,) = (story.url for story in STORIES if story.gone)
    assert gone in known_answer(SECOND, [FIRST]).follow_ups
    late = known_answer(SECOND)
    assert gone not in late.follow_ups
    assert gone not in late.outcomes


def test_twins_have_the_key_of_their_article() -> None:
    twins = known_answer(THIRD, DEMO_PASSES).twins
    assert len(twins) >= 20
    for variant, url in twins.items():
        assert canonical_key(variant) == canonical_key(url)


def test_sources_answer(room: Newsroom) -> None:
    room.set_clock(THIRD)
    assert {source.kind for source in sources()} == {
        SourceKind.FEED,
        SourceKind.SITEMAP,
        SourceKind.SECTION,
    }
    for source in sources():
        assert get(room, source.url).status == 200


def test_sitemap_index_leads_to_every_story(room: Newsroom) -> None:
    room.set_clock(THIRD)
    home = "http://capitaldispatch.newsroom.test"
    index = ElementTree.fromstring(get(room, f"{home}/sitemap_index.xml").body)
    parts = [e.text or "" for e in index.findall(".//{*}loc")]
    assert len(parts) == 4
    found = {
        e.text
        for part in parts
        for e in ElementTree.fromstring(get(room, part).body).findall(".//{*}loc")
    }
    assert found == {s.url for s in outlets()["capitaldispatch.newsroom.test"].stories}


def test_seeds_are_three_texts_in_order_of_time() -> None:
    seeds = [seed.read_text("utf-8") for seed in seed_files()]
    assert len(seeds) == 3
    times = [re.search(r'published_time" content="([^"]+)', seed) for seed in seeds]
    assert sorted(t[1] for t in times if t) == [t[1] for t in times if t]
    for seed in seeds:
        body = re.sub(r"<[^>]+>", " ", seed.split("<article>")[1])
        assert 150 <= count_words(body) <= 280
