"""Messages on their way: signed, refused, overdue, lost with their process, raced for."""

import logging
import multiprocessing
import os
import signal
import threading
import time
from datetime import timedelta
from multiprocessing.synchronize import Barrier
from pathlib import Path

import pytest

from crawler.clock import Clock
from crawler.config import Config
from crawler.home import Home
from crawler.notices import sending, targets, tell_due, webhook
from crawler.notices.telling import DEAD_AFTER, GIVE_UP_AFTER, TRY_AGAIN
from pipelines.store import open_database
from pipelines.store.notices import Event
from tests.crawler.notices.daily_paper import DAY, HOUR, MINUTE, Newspaper
from tests.crawler.notices.receiver import Receiver

SECRET = "0123456789abcdef"


@pytest.fixture
def hasty(monkeypatch: pytest.MonkeyPatch) -> None:
    """Time limits of a second."""
    monkeypatch.setattr(sending, "SECONDS", 1.0)
    monkeypatch.setattr(webhook, "SECONDS", 1.0)


def test_a_webhook_is_signed_over_timestamp_and_body(paper: Newspaper, receiver: Receiver) -> None:
    incident = paper.incident()
    added = paper.target(receiver.url("hook?x=1"), secret=SECRET)
    paper.article(incident, "索尼影业 — “déjà vu”")
    paper.clock.real = Clock.wall()
    paper.tell()
    one = receiver.received[0]
    assert one.is_signed(SECRET)
    assert not one.is_signed("another secret")
    assert one.path == "/hook?x=1"
    assert one.headers["user-agent"].startswith("Followup/")
    assert one.json["items"][0]["title"] == "索尼影业 — “déjà vu”"
    assert SECRET not in str(added)


def test_without_a_secret_nothing_is_signed(paper: Newspaper, receiver: Receiver) -> None:
    paper.target(receiver.url())
    assert targets.try_out(paper.home)[0]["ok"]
    assert "x-followup-signature" not in receiver.received[0].headers


def test_a_refused_message_is_tried_again_with_the_same_key(
    paper: Newspaper, receiver: Receiver
) -> None:
    incident = paper.incident()
    paper.target(receiver.url())
    receiver.answers = ["500", "503"]
    paper.article(incident)
    assert paper.tell() == 0
    paper.article(incident)  # must wait behind the first
    paper.passes(TRY_AGAIN[0] - 2 * MINUTE)
    assert paper.tell() == 0
    assert len(receiver.received) == 1
    listed = targets.list_all(paper.home)[0]
    assert listed["failing_why"] == "it answered 500"
    assert listed["waiting"] == 2
    paper.passes(2 * MINUTE)
    assert paper.tell() == 0
    paper.passes(TRY_AGAIN[1])
    assert paper.tell() == 1
    keys = {one.headers["x-followup-delivery"] for one in receiver.received}
    assert len(receiver.received) == 3
    assert len(keys) == 1
    assert len({one.body for one in receiver.received}) == 1
    assert paper.tell() == 1
    assert receiver.received[-1].headers["x-followup-delivery"] not in keys
    assert targets.list_all(paper.home)[0]["failing_since"] is None


def test_a_message_is_given_up_after_a_day(paper: Newspaper, receiver: Receiver) -> None:
    incident = paper.incident()
    paper.target(receiver.url())
    receiver.answers = ["500"] * 50
    paper.article(incident)
    began = paper.clock.real
    paper.tell()
    while paper.states() == [("new_follow_up", "waiting")]:
        paper.passes(HOUR)
        paper.tell()
    assert paper.states() == [("new_follow_up", "failed")]
    assert GIVE_UP_AFTER <= paper.clock.real - began <= GIVE_UP_AFTER + 2 * HOUR
    tries = len(receiver.received)
    assert 5 < tries < 15
    paper.passes(DAY)
    paper.tell()
    assert len(receiver.received) == tries


def test_a_receiver_that_asks_for_patience_gets_it(paper: Newspaper, receiver: Receiver) -> None:
    incident = paper.incident()
    paper.target(receiver.url())
    receiver.answers = ["429"]  # Retry-After: two hours
    paper.article(incident)
    paper.tell()
    paper.passes(HOUR)
    paper.tell()
    assert len(receiver.received) == 1
    paper.passes(HOUR)
    assert paper.tell() == 1


def test_a_redirect_is_not_followed(paper: Newspaper, receiver: Receiver) -> None:
    paper.target(receiver.url("secret-path"))
    receiver.answers = ["redirect"]
    tried = targets.try_out(paper.home)[0]
    assert not tried["ok"]
    assert "redirect" in tried["reason"]
    assert [one.path for one in receiver.received] == ["/secret-path"]


def test_a_large_answer_is_not_read(paper: Newspaper, receiver: Receiver) -> None:
    paper.target(receiver.url())
    receiver.answers = ["big"]
    began = time.monotonic()
    assert targets.try_out(paper.home)[0]["ok"]
    assert time.monotonic() - began < 5


@pytest.mark.usefixtures("hasty")
@pytest.mark.parametrize("way", ["hang", "drip"])
def test_a_receiver_that_hangs_holds_nobody_up(
    paper: Newspaper, receiver: Receiver, way: str
) -> None:
    incident = paper.incident()
    with Receiver() as hanging:
        hanging.answers = [way] * 20
        for number in range(sending.AT_ONCE - 1):
            paper.target(hanging.url(f"{number}"))
        for number in range(12):
            paper.target(receiver.url(f"{number}"))
        paper.article(incident)
        began = time.monotonic()
        assert paper.tell() == 12
        assert time.monotonic() - began < 6
    assert len(receiver.received) == 12
    why = {one["failing_why"] for one in targets.list_all(paper.home)} - {None}
    assert why == {"no answer within 1 s"}


def sending_threads() -> set[threading.Thread]:
    return {one for one in threading.enumerate() if one.name == "notice"}


@pytest.mark.usefixtures("hasty")
def test_a_dripping_webhook_is_left_at_its_time(paper: Newspaper, receiver: Receiver) -> None:
    before = sending_threads()
    paper.target(receiver.url())
    receiver.answers = ["drip"]
    targets.try_out(paper.home)
    for thread in sending_threads() - before:
        thread.join(10)
        assert not thread.is_alive()
    assert receiver.is_left.wait(10)


@pytest.mark.usefixtures("hasty")
def test_nothing_is_sent_to_a_chat_while_one_hangs(paper: Newspaper, receiver: Receiver) -> None:
    incident = paper.incident()
    before = sending_threads()
    paper.target(receiver.url("chat", "json") + "?rto=20&cto=20")
    receiver.answers = ["drip"]
    paper.article(incident)
    paper.tell()
    (hanging,) = sending_threads() - before
    paper.article(incident)
    assert paper.tell() == 0
    assert sending_threads() - before == {hanging}
    assert len(receiver.received) == 1
    assert paper.states() == [("new_follow_up", "unsure"), ("new_follow_up", "waiting")]
    assert "hangs" in targets.list_all(paper.home)[0]["failing_why"]
    receiver.over.set()
    hanging.join(10)
    paper.passes(TRY_AGAIN[0])
    assert paper.tell() == 1


@pytest.mark.usefixtures("hasty")
def test_a_webhook_that_timed_out_is_tried_again_and_a_chat_is_not(
    paper: Newspaper, receiver: Receiver
) -> None:
    incident = paper.incident()
    paper.target(receiver.url("hang-webhook"))
    paper.target(receiver.url("hang-chat", "json") + "?rto=20&cto=20")
    paper.article(incident)
    paper.tell()
    assert paper.states() == [("new_follow_up", "unsure"), ("new_follow_up", "waiting")]
    paper.passes(HOUR)
    paper.tell()
    paths = [one.path.partition("?")[0] for one in receiver.received]
    assert sorted(paths) == ["/hang-chat", "/hang-webhook", "/hang-webhook"]


def test_apprise_tells_in_words_with_links(paper: Newspaper, receiver: Receiver) -> None:
    incident = paper.incident()
    paper.target(receiver.url("chat", "json"))
    paper.article(incident, "The studio hires investigators")
    assert paper.tell() == 1
    told = receiver.messages[0]
    assert told["title"] == (
        "Followup: new follow-up: The studio hires investigators (The Lantern) · Sony-Hack"
    )
    assert "https://lantern.test/1" in told["message"]
    assert "2014-12-20 11:0" in told["message"]


def test_apprise_that_is_refused_is_tried_again(paper: Newspaper, receiver: Receiver) -> None:
    incident = paper.incident()
    paper.target(receiver.url("token-geheim", "json"))
    receiver.answers = ["500"]
    paper.article(incident)
    assert paper.tell() == 0
    why = targets.list_all(paper.home)[0]["failing_why"]
    assert "500" in why
    assert "geheim" not in why
    paper.passes(TRY_AGAIN[0])
    assert paper.tell() == 1


def test_without_apprise_it_is_said_how_to_install_it(
    paper: Newspaper, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    incident = paper.incident()
    paper.target(receiver.url("chat", "json"))
    monkeypatch.setitem(__import__("sys").modules, "apprise", None)
    paper.article(incident)
    assert paper.tell() == 0
    assert "followup[notices]" in targets.list_all(paper.home)[0]["failing_why"]


def test_a_digest_gathers_and_is_told_at_its_time(paper: Newspaper, receiver: Receiver) -> None:
    incident = paper.incident()
    paper.target(receiver.url(), digest="1h")
    for _ in range(3):
        paper.article(incident)
        paper.tell()
        paper.passes(20 * MINUTE - MINUTE)
    assert receiver.received == []
    paper.passes(MINUTE)
    assert paper.tell() == 3
    paper.article(incident)
    assert paper.tell() == 0
    assert len(receiver.received) == 1


def test_nothing_is_told_in_quiet_hours(paper: Newspaper, receiver: Receiver) -> None:
    incident = paper.incident()
    paper.target(receiver.url(), quiet="22:00-07:00", timezone="Asia/Seoul")  # 13:00-22:00 UTC
    paper.clock.at = paper.clock.at.replace(hour=12, minute=50)
    receiver.answers = ["500"]
    paper.article(incident)
    paper.tell()
    paper.passes(15 * MINUTE)  # due to be tried again, but it is quiet
    paper.article(incident)
    assert paper.tell() == 0
    assert len(receiver.received) == 1
    paper.clock.at = paper.clock.at.replace(hour=22, minute=0)
    assert paper.tell() == 1
    assert paper.tell() == 1


def test_the_ledger_says_what_waits_and_what_was_told(paper: Newspaper, receiver: Receiver) -> None:
    incident = paper.incident()
    paper.target(receiver.url("geheim"))
    paper.target(receiver.url(), digest="1d")
    paper.article(incident, "Told at once")
    paper.tell()
    later, now = targets.ledger(paper.home, limit=10)[::-1][::-1]
    assert {later["state"], now["state"]} == {"told", "waiting"}
    assert {later["what"], now["what"]} == {"Told at once"}
    assert "geheim" not in str((later, now))


class _Log(logging.Handler):
    """What a server's log would hold, at its most talkative."""

    def __init__(self) -> None:
        super().__init__(logging.DEBUG)
        self.lines: list[str] = []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(f"{record.name} {record.getMessage()} {record.exc_text}")


def test_no_secret_reaches_the_log(
    paper: Newspaper, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    log, root = _Log(), logging.getLogger()
    monkeypatch.setattr(root, "handlers", [log])
    monkeypatch.setattr(root, "level", logging.DEBUG)
    incident = paper.incident()
    paper.target(receiver.url("geheim-path"), secret=SECRET)
    paper.target(f"json://geheim-user:geheim-word@127.0.0.1:{receiver.port}/geheim-path")
    receiver.answers = ["500"] * 2
    paper.article(incident)
    paper.tell()
    paper.passes(HOUR)
    paper.tell()
    assert len(receiver.received) == 4
    said = "\n".join(log.lines)
    assert said.count("not told") == 2
    assert "geheim" not in said
    assert SECRET not in said


# ------------------------------------------------------------------ several processes, and crashes


def home_of(folder: str, url: str) -> Home:
    config = Config(home=Path(folder), database_url=url, contact="tests@example.org")
    return Home(config, Clock(), open_database(url))


def tell_alone(folder: str, url: str, start: Barrier) -> None:
    home = home_of(folder, url)
    start.wait(60)
    tell_due(home)
    home.database.close()


def test_a_message_whose_process_was_killed_is_unsure_and_not_sent_again(
    paper: Newspaper, receiver: Receiver, database_url: str
) -> None:
    incident = paper.incident()
    paper.clock.at = Clock.wall() - HOUR
    paper.target(receiver.url("hang"))
    paper.article(incident)
    context = multiprocessing.get_context("spawn")
    where, start = str(paper.home.config.home), context.Barrier(1)
    child = context.Process(target=tell_alone, args=(where, database_url, start))
    child.start()
    assert receiver.here.wait(60)
    os.kill(child.pid or 0, signal.SIGKILL)
    child.join(30)
    assert paper.states() == [("new_follow_up", "sending")]
    paper.clock.at = paper.clock.real = Clock.wall()
    assert paper.tell() == 0
    assert paper.states() == [("new_follow_up", "sending")]
    paper.passes(DEAD_AFTER + timedelta(seconds=15))
    assert paper.tell() == 0
    assert paper.states() == [("new_follow_up", "unsure")]
    assert "ended" in targets.ledger(paper.home, limit=1)[0]["reason"]
    paper.passes(2 * DAY)
    paper.tell()
    assert len(receiver.received) == 1


def test_processes_that_tell_at_once_tell_everything_once(
    paper: Newspaper, receiver: Receiver, database_url: str
) -> None:
    incident = paper.incident()
    paper.clock.at = Clock.wall() - 3 * HOUR
    for number in range(6):
        paper.target(receiver.url(str(number)), events=(Event.NEW_FOLLOW_UP, Event.FIRST_REPORT))
    for _ in range(60):
        paper.article(incident, outlet=None)
    context = multiprocessing.get_context("spawn")
    where, start = str(paper.home.config.home), context.Barrier(3)
    children = [
        context.Process(target=tell_alone, args=(where, database_url, start)) for _ in range(3)
    ]
    for child in children:
        child.start()
    for child in children:
        child.join(60)
    assert [child.exitcode for child in children] == [0, 0, 0]
    paper.clock.at = paper.clock.real = Clock.wall()
    paper.tell()
    told = [
        (one.path, item["event"], item["article"])
        for one in receiver.received
        for item in one.json["items"]
    ]
    assert len(told) == len(set(told)) == 6 * 61


def test_threads_of_one_process_tell_everything_once(paper: Newspaper, receiver: Receiver) -> None:
    incident = paper.incident()
    for number in range(3):
        paper.target(receiver.url(str(number)))
    for _ in range(10):
        paper.article(incident)
    threads = [threading.Thread(target=paper.tell) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    told = [(one.path, item["article"]) for one in receiver.received for item in one.json["items"]]
    assert len(told) == len(set(told)) == 30
