"""``followup notify`` as people type it."""

import io
from pathlib import Path

import pytest

from tests.crawler.conftest import empty  # noqa: F401
from tests.crawler.notices.receiver import Receiver
from tests.crawler.terminal import Terminal, has_keys

SECRET = "0123456789abcdef"


@pytest.fixture
def terminal(empty: Terminal, receiver: Receiver) -> Terminal:  # noqa: F811
    """A home in which nothing is; its proxy is not asked for this machine."""
    return empty


def test_a_target_is_added_listed_tried_and_removed(
    terminal: Terminal, receiver: Receiver, tmp_path: Path
) -> None:
    secret = tmp_path / "secret"
    secret.write_text(SECRET + "\n")
    url = receiver.url("geheim")
    wanted = ("--event", "revision", "--event", "crawl_failed", "--digest", "1h", "--quiet")
    hours = ("22:00-07:00", "--timezone", "Asia/Seoul", "--secret-file", secret)
    added = terminal.good("notify", "add", url, *wanted, *hours, "--json")
    assert "geheim" not in added.out + added.err
    assert has_keys(added.json, "id address incident events digest quiet timezone signed waiting")
    assert added.json["events"] == ["revision", "crawl_failed"]
    assert terminal.good("notify", "list", "--json").json == [added.json]
    tried = terminal.good("notify", "test", "--json").json
    assert [(one["id"], one["ok"], one["reason"]) for one in tried] == [(1, True, None)]
    assert receiver.received[0].is_signed(SECRET)
    assert receiver.messages[0]["event"] == "test"
    receiver.answers = ["500"]
    failed = terminal("notify", "test", "1")
    assert failed.status == 1
    assert "it answered 500" in failed.out
    assert "geheim" not in failed.out + failed.err
    assert "geheim" not in terminal.good("notify", "list").out
    terminal.good("notify", "remove", 1)
    assert terminal.good("notify", "list", "--json").json == []


def test_a_secret_comes_from_the_environment(terminal: Terminal, receiver: Receiver) -> None:
    terminal.good("notify", "add", receiver.url(), "--secret-env", "MY_SECRET", MY_SECRET=SECRET)
    terminal.good("notify", "test")
    assert receiver.received[0].is_signed(SECRET)
    assert terminal("notify", "add", receiver.url(), "--secret-env", "UNSET_SECRET").status == 1


def test_an_address_comes_from_standard_input(
    terminal: Terminal, receiver: Receiver, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(f"  {receiver.url('geheim')}\nmore\n"))
    added = terminal.good("notify", "add", "-")
    assert "geheim" not in added.out + added.err
    terminal.good("notify", "test")
    assert [one.path for one in receiver.received] == ["/geheim"]


def test_a_target_that_would_be_told_all_things_twice_is_refused(
    terminal: Terminal, receiver: Receiver
) -> None:
    add = ("notify", "add", receiver.url("geheim"))
    terminal.good(*add, "--event", "revision", "--event", "missed")
    again = terminal(
        *add,
        "--event",
        "missed",
        "--event",
        "revision",
        "--secret-env",
        "MY_SECRET",
        MY_SECRET=SECRET,
    )
    assert again.status == 1
    assert "followup notify remove 1" in again.err
    assert "geheim" not in again.err
    terminal.good(*add, "--event", "missed")
    terminal.good(*add, "--event", "revision", "--event", "missed", "--digest", "1d")
    assert len(terminal.good("notify", "list", "--json").json) == 3


@pytest.mark.parametrize("given", [b"", b"\n", b"https://example.org/\xff\n", b"h" * 9_000])
def test_standard_input_without_an_address_is_refused(
    terminal: Terminal, monkeypatch: pytest.MonkeyPatch, given: bytes
) -> None:
    monkeypatch.setattr("sys.stdin", io.TextIOWrapper(io.BytesIO(given), "utf-8"))
    ended = terminal("notify", "add", "-")
    assert ended.status == 1
    assert "Give" in ended.err
    assert "hhhh" not in ended.err


@pytest.mark.parametrize(
    ("words", "status"),
    [
        (("notify", "test"), 1),
        (("notify", "test", 7), 1),
        (("notify", "remove", 7), 1),
        (("notify", "add", "no address"), 1),
        (("notify", "add", "https://example.org/", "--incident", "none"), 1),
        (("notify", "add", "https://example.org/", "--event", "rain"), 2),
        (("notify", "add", "https://example.org/", "--digest", "soon"), 1),
        (("notify", "add", "https://example.org/", "--quiet", "always"), 1),
        (("notify", "add", "https://example.org/", "--timezone", "Mars/Phobos"), 1),
        (("notify", "add", "json://localhost", "--secret-env", "MY_SECRET"), 1),
    ],
)
def test_wrong_use_is_told_with_a_remedy(
    terminal: Terminal, words: tuple[object, ...], status: int
) -> None:
    ended = terminal(*words, MY_SECRET=SECRET)
    assert ended.status == status
    assert ended.err
    assert "Traceback" not in ended.err


def test_what_waits_stands_in_the_log_until_it_is_sent(
    terminal: Terminal, receiver: Receiver, tmp_path: Path
) -> None:
    seed = tmp_path / "seed.txt"
    text = "Sony Pictures was attacked by hackers, and its network is down in Culver City. " * 6
    seed.write_text("Hackers attack Sony Pictures\n\n" + text)
    terminal.good("incident", "new", "sony-hack", "--seed", seed)
    terminal.good("notify", "add", receiver.url(), "--incident", "sony-hack", "--digest", "1h")
    lines = tmp_path / "more.jsonl"
    lines.write_text(
        f'{{"url": "https://example.org/1", "title": "Sony news", "text": "{text}"}}\n'
    )
    later = "2016-12-30T12:00:00+00:00"
    terminal.good("ingest", "sony-hack", lines, FOLLOWUP_NOW=later)
    assert terminal.good("notify", "send", "--json", FOLLOWUP_NOW=later).json == {"told": 0}
    waiting = terminal.good("notify", "log", "--json").json
    assert [(one["event"], one["state"]) for one in waiting] == [("new_follow_up", "waiting")]
    assert "waiting" in terminal.good("notify", "log").out
    sent = terminal.good("notify", "send", "--json", FOLLOWUP_NOW="2016-12-30T13:30:00+00:00")
    assert sent.json == {"told": 1}
    assert receiver.titles() == ["Sony news"]
    assert terminal.good("notify", "log", "--json").json[0]["state"] == "told"
