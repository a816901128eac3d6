"""What is told of, what is not, and that nothing is told twice."""

from datetime import timedelta

import pytest

from pipelines.incident import Health
from pipelines.outcomes import Verdict
from pipelines.store import forgetting, matches, sources
from pipelines.store.crawls import Trigger
from pipelines.store.matches import Decision
from pipelines.store.notices import Event
from tests.crawler.notices.daily_paper import DAY, HOUR, MINUTE, Newspaper
from tests.crawler.notices.receiver import Receiver

ALL = tuple(Event)


def test_a_new_follow_up_is_told_once(paper: Newspaper, receiver: Receiver) -> None:
    incident = paper.incident()
    paper.target(receiver.url())
    id = paper.article(incident, "The studio hires investigators")
    assert paper.tell() == 1
    assert paper.tell() == 0
    told = receiver.messages[0]
    assert (told["event"], told["incident"], told["more"]) == ("new_follow_up", "sony-hack", 0)
    item = told["items"][0]
    assert (item["title"], item["article"]) == ("The studio hires investigators", id)
    assert (item["url"], item["outlet"]) == ("https://lantern.test/1", "The Lantern")
    assert item["published_at"]
    assert len(receiver.received) == 1


def test_a_follow_up_that_is_judged_again_is_not_new(paper: Newspaper, receiver: Receiver) -> None:
    incident = paper.incident()
    old = paper.article(incident)
    paper.target(receiver.url())
    new = paper.article(incident)
    paper.tell()
    paper.passes(3 * DAY)
    with paper.home.database.write() as conn:
        for id in (old, new):
            again = [matches.Relevance(incident, 0.4, Verdict.FOLLOW_UP)]
            matches.save(conn, id, again, now=paper.clock.at)
    assert paper.tell() == 0
    assert receiver.titles() == ["Part 2"]


def test_the_backlog_is_never_told(paper: Newspaper, receiver: Receiver) -> None:
    incident = paper.incident()
    paper.target(receiver.url("first"))
    paper.article(incident)
    paper.tell()
    paper.article(incident)
    paper.passes(MINUTE)
    paper.target(receiver.url("second"), events=ALL)
    paper.tell()
    paper.article(incident)
    paper.tell()
    second = [one for one in receiver.received if one.path == "/second"]
    assert [item["title"] for one in second for item in one.json["items"]] == ["Part 3"]


def test_what_no_incident_takes_is_told_once_it_is_kept(
    paper: Newspaper, receiver: Receiver
) -> None:
    incident = paper.incident()
    paper.target(receiver.url())
    kept = paper.article(incident, verdict=Verdict.CANDIDATE)
    paper.article(incident, verdict=Verdict.OFF_TOPIC)
    assert paper.tell() == 0
    paper.decides(kept, incident, Decision.KEEP)
    assert paper.tell() == 1
    paper.decides(kept, incident, Decision.STAR)
    assert paper.tell() == 0
    assert receiver.titles() == ["Part 1"]


def test_a_target_of_one_incident_hears_of_that_one(paper: Newspaper, receiver: Receiver) -> None:
    sony, other = paper.incident("sony-hack"), paper.incident("other")
    paper.target(receiver.url(), incident="other")
    paper.article(sony)
    paper.article(other, "About the other")
    paper.tell()
    assert receiver.titles() == ["About the other"]


def test_copies_of_a_told_text_are_not_told(paper: Newspaper, receiver: Receiver) -> None:
    incident = paper.incident()
    paper.target(receiver.url())
    origin = paper.article(incident, "Origin")
    paper.article(incident, "Copy in the same look", copy_of=origin)
    paper.tell()
    paper.article(incident, "Copy later", copy_of=origin)
    paper.tell()
    assert receiver.titles() == ["Origin"]


def test_a_copy_is_told_where_its_origin_is_no_follow_up(
    paper: Newspaper, receiver: Receiver
) -> None:
    incident = paper.incident()
    paper.target(receiver.url())
    origin = paper.article(incident, "Origin", verdict=Verdict.OUT_OF_WINDOW)
    paper.article(incident, "First copy", copy_of=origin)
    paper.article(incident, "Second copy", copy_of=origin)
    paper.tell()
    assert receiver.titles() == ["First copy"]


def test_first_report_by_an_outlet(paper: Newspaper, receiver: Receiver) -> None:
    incident = paper.incident()
    paper.article(incident, "Lantern before", outlet="The Lantern")
    paper.target(receiver.url(), events=(Event.FIRST_REPORT,))
    origin = paper.article(incident, "Lantern after", outlet="The Lantern")
    paper.article(incident, "Beacon first", outlet="The Beacon", copy_of=origin)
    paper.article(incident, "Beacon second", outlet="The Beacon")
    paper.article(incident, "Nameless first", outlet=None, url="https://nameless.test/1")
    paper.article(incident, "Nameless second", outlet=None, url="https://nameless.test/2")
    paper.tell()
    paper.article(incident, "Beacon third", outlet="The Beacon")
    paper.tell()
    assert receiver.titles() == ["Beacon first", "Nameless first"]
    assert {told["event"] for told in receiver.messages} == {"first_report"}


def test_a_revision_of_a_kept_article_says_what_its_headline_was(
    paper: Newspaper, receiver: Receiver
) -> None:
    incident = paper.incident()
    paper.target(receiver.url(), events=(Event.REVISION,))
    kept, other = paper.article(incident, "Before"), paper.article(incident)
    paper.revises(kept, "In between", "It was revised before it was kept.")
    paper.decides(kept, incident, Decision.KEEP)
    paper.revises(kept, "After", "The studio has its network back.")
    paper.revises(other, "Nobody kept this", "Another text altogether.")
    assert paper.tell() == 1
    assert paper.tell() == 0
    item = receiver.messages[0]["items"][0]
    assert (item["title"], item["old_title"], item["revision"]) == ("After", "In between", 3)


def test_a_dismissed_or_forgotten_article_is_dropped_while_it_waits(
    paper: Newspaper, receiver: Receiver
) -> None:
    incident = paper.incident()
    paper.target(receiver.url(), digest="1h")
    told, gone, dismissed = (paper.article(incident) for _ in range(3))
    assert paper.tell() == 0
    paper.decides(dismissed, incident, Decision.DISMISS)
    with paper.home.database.write() as conn:
        folder = paper.home.config.raw_folder
        forgetting.forget_article(conn, gone, now=paper.clock.at, folder=folder)
    paper.passes(HOUR)
    assert paper.tell() == 1
    assert [item["article"] for item in receiver.messages[0]["items"]] == [told]
    assert sorted(state for _, state in paper.states()) == ["dropped", "dropped", "told"]


def test_a_message_of_which_nothing_is_left_is_not_sent(
    paper: Newspaper, receiver: Receiver
) -> None:
    incident = paper.incident()
    paper.target(receiver.url())
    receiver.answers = ["500"]
    id = paper.article(incident)
    paper.tell()
    paper.decides(id, incident, Decision.DISMISS)
    paper.passes(HOUR)
    assert paper.tell() == 0
    assert len(receiver.received) == 1
    assert paper.states() == [("new_follow_up", "dropped")]


@pytest.mark.parametrize("health", [Health.FAILING, Health.DENIED])
def test_a_source_that_fails_for_a_day_is_told_of_once_and_again_after_it_spoke(
    paper: Newspaper, receiver: Receiver, health: Health
) -> None:
    paper.incident()
    id = paper.source()
    paper.target(receiver.url(), events=(Event.SOURCE_SILENT,))
    for _ in range(4):
        paper.polls(id, health)
        assert paper.tell() == 0
        paper.passes(6 * HOUR)
    assert paper.tell() == 1
    item = receiver.messages[0]["items"][0]
    assert (item["source"], item["health"]) == (id, health)
    assert item["reason"] == f"{health}: said so"
    other = Health.DENIED if health is Health.FAILING else Health.FAILING
    for _ in range(6):
        paper.polls(id, other)
        paper.passes(8 * HOUR)
        assert paper.tell() == 0
    paper.polls(id, Health.OK)
    paper.passes(HOUR)
    paper.tell()
    for _ in range(6):
        paper.polls(id, health)
        paper.passes(8 * HOUR)
        paper.tell()
    assert len(receiver.received) == 2


def test_a_source_that_failed_before_the_target_was_added_is_old_news(
    paper: Newspaper, receiver: Receiver
) -> None:
    paper.incident()
    id = paper.source()
    for _ in range(3):
        paper.polls(id, Health.FAILING)
        paper.passes(DAY)
    paper.target(receiver.url(), events=(Event.SOURCE_SILENT,))
    paper.passes(HOUR)
    assert paper.tell() == 0


def test_a_lively_source_without_new_links_is_told_of(paper: Newspaper, receiver: Receiver) -> None:
    paper.incident()
    lively, slow = paper.source(), paper.source("https://slow.test/feed")
    paper.target(receiver.url(), events=(Event.SOURCE_SILENT,))
    for day in range(48):
        paper.polls(lively, links=3)
        if day % 4 == 0:
            paper.polls(slow, links=1)
        paper.passes(12 * HOUR)
    quiet_since = paper.clock.at - 12 * HOUR
    for _ in range(9):
        paper.polls(lively)
        paper.polls(slow)
        assert paper.tell() == 0
        paper.passes(12 * HOUR)
    paper.polls(lively)
    paper.passes(HOUR)
    assert paper.tell() == 1
    paper.passes(DAY)
    assert paper.tell() == 0
    item = receiver.messages[0]["items"][0]
    assert (item["source"], item["health"], item["since"]) == (lively, "ok", iso(quiet_since))
    paper.polls(lively, links=1)
    paper.passes(HOUR)
    paper.tell()
    with paper.home.database.read() as conn:
        assert sources.get(conn, lively).health is Health.OK
    for _ in range(12):
        paper.polls(lively)
        paper.passes(12 * HOUR)
        paper.tell()
    assert [told["items"][0]["source"] for told in receiver.messages] == [lively, lively]


def test_a_source_that_nobody_follows_or_polls_is_not_silent(
    paper: Newspaper, receiver: Receiver
) -> None:
    paper.incident()
    id = paper.source()
    paper.target(receiver.url(), events=(Event.SOURCE_SILENT,))
    for _ in range(24):
        paper.polls(id, links=1)
        paper.passes(HOUR)
    for _ in range(4):
        paper.polls(id)
        paper.passes(HOUR)
    paper.passes(10 * DAY)  # not polled since
    assert paper.tell() == 0


def test_failed_crawls_in_a_row_are_one_notice(paper: Newspaper, receiver: Receiver) -> None:
    paper.incident()
    paper.target(receiver.url(), events=(Event.CRAWL_FAILED,))
    first = paper.crawl_fails()
    paper.tell()
    for _ in range(5):
        paper.passes(HOUR)
        paper.crawl_fails()
        assert paper.tell() == 0
    paper.passes(2 * HOUR)
    again = paper.crawl_fails()
    paper.tell()
    items = [told["items"][0] for told in receiver.messages]
    assert [item["crawl"] for item in items] == [first, again]
    assert items[0]["reason"] == "its process ended without a word"


def test_failures_that_wait_for_the_digest_are_counted(
    paper: Newspaper, receiver: Receiver
) -> None:
    paper.target(receiver.url(), events=(Event.CRAWL_FAILED,), digest="1h")
    for _ in range(4):
        paper.crawl_fails()
        paper.tell()
        paper.passes(10 * MINUTE)
    paper.passes(HOUR)
    assert paper.tell() == 1
    assert receiver.messages[0]["items"][0]["runs"] == 4


def test_a_crawl_that_a_person_watches_is_not_told_of(paper: Newspaper, receiver: Receiver) -> None:
    paper.target(receiver.url(), events=(Event.CRAWL_FAILED,))
    paper.crawl_fails(trigger=Trigger.HAND)
    assert paper.tell() == 0
    paper.crawl_fails(trigger=Trigger.API)
    assert paper.tell() == 1


def test_a_failed_crawl_of_another_incident_is_not_told(
    paper: Newspaper, receiver: Receiver
) -> None:
    paper.incident("sony-hack")
    paper.incident("other")
    paper.target(receiver.url(), events=(Event.CRAWL_FAILED,), incident="sony-hack")
    paper.crawl_fails(incident="other")
    paper.passes(MINUTE)
    of_all = paper.crawl_fails()
    paper.passes(MINUTE)
    own = paper.crawl_fails(incident="sony-hack")
    paper.tell()
    assert [item["crawl"] for item in receiver.messages[0]["items"]] == [of_all, own]


def test_missed_runs_are_one_notice_for_each_gap(paper: Newspaper, receiver: Receiver) -> None:
    paper.target(receiver.url(), events=(Event.MISSED,))
    paper.passes(DAY)
    due = [paper.clock.at - number * HOUR for number in range(600, 0, -1)]
    paper.misses(due)
    paper.misses([due[0]], runs=20)
    assert paper.tell() == 1
    assert paper.tell() == 0
    item = receiver.messages[0]["items"][0]
    assert (item["runs"], item["reason"]) == (620, "the server was down")
    assert (item["since"], item["until"]) == (iso(due[0]), iso(due[-1]))
    paper.passes(HOUR)
    paper.misses([paper.clock.at - 20 * MINUTE])
    assert paper.tell() == 1


def test_what_is_written_late_is_told_still(paper: Newspaper, receiver: Receiver) -> None:
    """A transaction that took its time commits with a time that was looked at already."""
    incident = paper.incident()
    paper.target(receiver.url())
    paper.passes(HOUR)
    paper.article(incident)
    paper.tell()
    paper.clock.at -= timedelta(minutes=3)
    paper.article(incident, "Late")
    paper.clock.at += timedelta(minutes=3)
    paper.tell()
    assert receiver.titles() == ["Late", "Part 1"]


def test_many_at_once_are_one_message(paper: Newspaper, receiver: Receiver) -> None:
    incident = paper.incident()
    paper.target(receiver.url())
    for _ in range(250):
        paper.article(incident)
    assert paper.tell() == 250
    assert len(receiver.received) == 1
    told = receiver.messages[0]
    assert (len(told["items"]), told["more"]) == (100, 150)


def iso(at: object) -> str:
    return at.isoformat(timespec="seconds")  # type: ignore[attr-defined]
