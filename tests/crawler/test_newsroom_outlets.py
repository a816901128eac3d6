"""The made-up outlets as data, page by page, and the known answer that follows from them."""

import re
from collections import Counter
from datetime import UTC, datetime, timedelta
from email.utils import parsedate_to_datetime
from itertools import combinations, pairwise
from urllib.parse import urlsplit
from xml.etree import ElementTree

import pytest

from crawler.newsroom import DEMO_PASSES, known_answer, seed_files, sources
from crawler.newsroom.lists import entries
from crawler.newsroom.markup import links, plain
from crawler.newsroom.outlet import (
    FEED_LENGTH,
    About,
    FeedKind,
    Form,
    Story,
    outlets,
    read_outlet,
)
from crawler.newsroom.pages import NOTICES, related
from crawler.newsroom.site import Reply, Request, respond
from pipelines.incident import SourceKind
from pipelines.outcomes import Outcome
from pipelines.text import count_words, words
from pipelines.urls import canonical_key

FIRST, SECOND, THIRD = DEMO_PASSES
OPENING = datetime(2014, 11, 24, tzinfo=UTC)
THREATS = "http://harbourpost.newsroom.test/entertainment/2014/12/05/sony-employees-threatened"
WALLED = "http://continentalobserver.newsroom.test/world/security-council-takes-up-north-korea"
PAID = "http://pacificledger.newsroom.test/companies/interview-writedown-9225.html"
STORIES = [story for outlet in outlets().values() for story in outlet.stories]
TEXTS = [s for s in STORIES if s.form in {Form.ARTICLE, Form.LIVE}]


def ask(url: str, now: datetime) -> Reply:
    """What the outlets answer, without a socket."""
    parts = urlsplit(url)
    return respond(Request("GET", parts.hostname or "", parts.path), now)


def shown(url: str, now: datetime) -> str:
    return ask(url, now).body.decode("utf-8")


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
    asked: dict[str, int] = {}
    for outlet in outlets().values():
        paths = ["/", *NOTICES, *(story.path for story in outlet.stories)]
        for path in [*paths, *(outlet.listing_path(key) for key in outlet.sections)]:
            page = ask(outlet.address(path), THIRD).body.decode("latin-1")
            for target in re.findall(r'<a [^>]*href="(/[^"#]*)"', page, re.IGNORECASE):
                url = outlet.address(target)
                asked[url] = asked.get(url) or ask(url, THIRD).status
    assert len(asked) > 150
    missing = {s.url for s in STORIES if s.form in {Form.MISSING, Form.BROKEN}}
    assert {url for url, status in asked.items() if status >= 400} <= missing


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


def test_amp_twin_points_at_its_article() -> None:
    story = next(s for s in STORIES if s.amp)
    twin, whole = shown(story.amp_url, SECOND), shown(story.url, SECOND)
    assert f'<link rel="canonical" href="{story.url}">' in twin
    assert f'<link rel="amphtml" href="{story.amp_url}">' in whole
    assert story.version(SECOND).text.split("\n\n")[-1] in twin


def test_www_answers_like_the_bare_host() -> None:
    path = "/showbiz/fax-machines-sony-lot-1192"
    bare = ask(f"http://eveningbulletin.newsroom.test{path}", SECOND)
    assert ask(f"http://www.eveningbulletin.newsroom.test{path}", SECOND).body == bare.body


def test_special_pages_answer_as_they_are_meant_to() -> None:
    answer = known_answer(THIRD, DEMO_PASSES)
    by_outcome = {next(iter(right)): ask(url, THIRD) for url, right in answer.outcomes.items()}
    assert by_outcome[Outcome.VANISHED].status == 410
    assert by_outcome[Outcome.SOFT_404].status == 200
    assert b"can&#x27;t be found" in by_outcome[Outcome.SOFT_404].body
    assert by_outcome[Outcome.NOT_HTML].body.startswith(b"%PDF-")
    wall = ask(WALLED, THIRD)
    assert wall.status == 302
    consent = shown(dict(wall.headers)["Location"], THIRD)
    assert "Accept all" in consent
    assert "Security Council" not in consent
    paid = shown(PAID, THIRD)
    assert "$44 million" not in paid
    assert "Subscribe to continue" in paid
    broken = [u for u, right in answer.outcomes.items() if Outcome.HTTP_ERROR in right]
    assert sorted(ask(url, THIRD).status for url in broken) == [404, 500]


def test_noarchive_page_says_so() -> None:
    (url,) = known_answer(THIRD, DEMO_PASSES).noarchive
    assert '<meta name="robots" content="noarchive">' in shown(url, THIRD)


def test_last_modified_is_the_time_of_the_last_edit() -> None:
    url = (
        "http://pacificledger.newsroom.test/technology/mandiant-letter-sony-unprecedented-9171.html"
    )
    modified = parsedate_to_datetime(dict(ask(url, SECOND).headers)["Last-Modified"])
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
    when = DEMO_PASSES[count - 1]
    answer = known_answer(when, DEMO_PASSES)
    stories = [story for outlet in outlets().values() for story in outlet.stories]
    gone = {story.url for story in stories if story.is_gone(when)} & set(answer.outcomes)
    assert gone <= answer.follow_ups
    special = set(answer.outcomes) - gone
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


def test_a_page_that_answers_410_is_taken_down_from_the_second_such_answer_on() -> None:
    second, third = (known_answer(when, DEMO_PASSES) for when in DEMO_PASSES[1:])
    (gone,) = (u for u in third.follow_ups & set(third.outcomes))
    assert third.outcomes[gone] == {Outcome.VANISHED}
    assert second.outcomes[gone] == {Outcome.HTTP_ERROR}


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


def test_sources_answer() -> None:
    assert {source.kind for source in sources()} == {
        SourceKind.FEED,
        SourceKind.SITEMAP,
        SourceKind.SECTION,
    }
    for source in sources():
        assert ask(source.url, THIRD).status == 200


def test_sitemap_index_leads_to_every_story() -> None:
    home = "http://capitaldispatch.newsroom.test"
    index = ElementTree.fromstring(ask(f"{home}/sitemap_index.xml", THIRD).body)
    parts = [e.text or "" for e in index.findall(".//{*}loc")]
    assert len(parts) == 4
    found = {
        e.text
        for part in parts
        for e in ElementTree.fromstring(ask(part, THIRD).body).findall(".//{*}loc")
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
