"""What holds for every command: where output goes, how it ends, what is said where it cannot."""

import os
import pty
import re
import shutil
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

import pytest
import typer

from crawler.cli import application
from tests.crawler.terminal import ROOT, SLUG, Terminal, at_terminal, foreign

#: Each command with arguments that do what it is for; none asks the network for anything.
COMMANDS = (
    ("incident", "list"),
    ("incident", "show", SLUG),
    ("incident", "edit", SLUG, "--print"),
    ("incident", "close", SLUG),
    ("incident", "reopen", SLUG),
    ("incident", "delete", SLUG, "--yes"),
    ("source", "add", "https://example.org/feed", "--kind", "feed"),
    ("source", "list"),
    ("source", "remove", "1"),
    ("source", "export"),
    ("source", "catalogue", "--language", "is"),
    ("articles", "list"),
    ("articles", "show", "1"),
    ("articles", "mark", "1", "keep"),
    ("articles", "search", "Sony"),
    ("ledger", SLUG),
    ("forget", "1", "--yes"),
    ("crawls", "list"),
    ("crawls", "show", "1"),
    ("crawls", "log", "1"),
    ("crawls", "cancel", "1"),
    ("manners", "patchbay.newsroom.test"),
)
#: These print JSON Lines with and without --json.
LINES = (("export", SLUG),)


def spelled(command: tuple[str, ...]) -> str:
    return " ".join(command)


@pytest.mark.parametrize("command", COMMANDS, ids=spelled)
def test_every_command_takes_json(followed: Terminal, command: tuple[str, ...]) -> None:
    assert followed.good(*command, "--json").json is not None


@pytest.mark.parametrize("command", LINES, ids=spelled)
def test_json_lines_stay_what_they_are(followed: Terminal, command: tuple[str, ...]) -> None:
    assert followed.good(*command, "--json").lines == followed.good(*command).lines


@pytest.mark.parametrize("command", COMMANDS, ids=spelled)
def test_what_is_no_terminal_gets_no_colours_and_no_blanks_at_the_end(
    followed: Terminal, command: tuple[str, ...]
) -> None:
    done = followed.good(*command)
    assert "\x1b" not in done.out + done.err
    if command[0] != "crawls" or command[1] != "log":
        assert [line for line in done.out.splitlines() if line != line.rstrip()] == []


def groups() -> dict[str, list[str]]:
    """The names of all commands, by group; those of the root under ''."""
    root = typer.main.get_command(application())
    found: dict[str, list[str]] = {"": []}
    for name, command in root.commands.items():  # type: ignore[attr-defined]
        if hasattr(command, "commands"):
            found[name] = list(command.commands)
        else:
            found[""].append(name)
    return found


def test_the_help_of_every_command_says_what_it_does(
    empty: Terminal, capsys: pytest.CaptureFixture[str]
) -> None:
    for group, names in groups().items():
        for name in names:
            words = [word for word in (group, name) if word]
            helped = empty.good(*words, "--help", COLUMNS="80").out
            said = re.sub(r"\s+", " ", helped)
            assert f"followup {' '.join(words)}" in said
            assert max(map(len, helped.splitlines())) <= 80
            assert "Optional[" not in said
    root = empty.good("--help").out
    assert all(name in root for name in [*groups(), *groups()[""]])


def test_wrong_use_ends_with_two_and_nothing_on_standard_output(empty: Terminal) -> None:
    for wrong in (
        ("crawl", "--nonsense"), ("nonsense",), ("articles", "show"), ("articles", "show", "x"),
        ("articles", "list", "--limit", "0"), ("source", "add"), ("clean", "--jobs", "0", "x"),
    ):  # fmt: skip
        refused = empty(*wrong)
        assert (refused.status, refused.out) == (2, ""), wrong
        assert "Usage:" in refused.err


def test_the_version_is_told(empty: Terminal) -> None:
    assert re.fullmatch(r"followup \d+\.\d+\.\d+\n", empty.good("--version").out)


def test_a_reader_that_has_seen_enough_is_no_error(followed: Terminal) -> None:
    child = followed.child("export", SLUG)
    assert child.stdout is not None
    assert child.stderr is not None
    child.stdout.readline()
    child.stdout.close()
    said = child.stderr.read()
    child.stderr.close()
    child.wait(30)
    assert said == ""


def on_terminal(terminal: Terminal, *arguments: str, **settings: str) -> str:
    """What a command writes where all of its streams are a terminal of 80 columns."""
    ours, theirs = pty.openpty()
    os.set_blocking(ours, False)
    child = subprocess.Popen(
        [sys.executable, "-m", "crawler", *arguments],
        env={**foreign(), **terminal.own, "TERM": "xterm", "COLUMNS": "80", **settings},
        cwd=ROOT, stdin=theirs, stdout=theirs, stderr=theirs, close_fds=True,
    )  # fmt: skip
    os.close(theirs)
    said, deadline = b"", time.monotonic() + 60
    while time.monotonic() < deadline:
        ended = child.poll() is not None
        try:
            said += os.read(ours, 65_536)
        except BlockingIOError:
            time.sleep(0.02)
        except OSError:  # the other end is closed: all is read
            break
        else:
            continue
        if ended:
            break
    child.wait(10)
    os.close(ours)
    return said.decode("utf-8")


def test_a_terminal_gets_colours_unless_it_asks_for_none(followed: Terminal) -> None:
    coloured = on_terminal(followed, "articles", "show", "1")
    assert "\x1b[1;33m" in coloured, "what matched is marked"
    plain = on_terminal(followed, "articles", "show", "1", NO_COLOR="1")
    assert "\x1b" not in plain
    assert re.search(r"\*\w", plain), "stars stand for the colour"


def test_a_person_at_a_terminal_is_asked_before_anything_is_kept(
    empty: Terminal, seeds: list[Path]
) -> None:
    status, err = at_terminal(empty, b"y\ny\n", "incident", "new", "hack", "--seed", str(seeds[0]))
    assert status == 0
    assert err.count("[Y/n]") == 2
    assert err.index("Save it?") < err.index("Add these 20 sources?")
    assert "20 sources added" in err


def test_wide_characters_keep_their_columns(empty: Terminal, tmp_path: Path) -> None:
    title = "索尼影業遭駭客攻擊後取消放映電影並向員工道歉北韓否認與此事有任何關係"
    text = "索尼影業在攻擊之後說，駭客偷走了員工的資料。" * 12
    seed = tmp_path / "seed.txt"
    seed.write_text(f"{title}\n\n{text}", "utf-8")
    empty.good("incident", "new", "suoni", "--seed", seed)
    lines = tmp_path / "a.jsonl"
    lines.write_text(f'{{"url": "https://example.org/1", "title": "{title}", "text": "{text}"}}\n')
    empty.good("ingest", "suoni", lines)
    listed = empty.good("articles", "list", COLUMNS="80").out
    assert title in listed.replace("\n", "").replace(" ", "")
    from rich.cells import cell_len

    assert max(map(cell_len, listed.splitlines())) <= 80
    assert title in empty.good("articles", "list").out


def test_what_a_page_wrote_cannot_command_the_terminal(empty: Terminal, tmp_path: Path) -> None:
    text = "The ferry Aurora ran aground off Skarholm. " * 12
    seed = tmp_path / "seed.txt"
    seed.write_text(text)
    empty.good("incident", "new", "ferry", "--seed", seed)
    lines = tmp_path / "a.jsonl"
    title = "\\u001b]0;owned\\u0007[bold]Ferry[/bold] \\u202eaground"
    lines.write_text(f'{{"url": "https://example.org/1", "title": "{title}", "text": "{text}"}}\n')
    empty.good("ingest", "ferry", lines)
    for command in (("articles", "list"), ("articles", "show", "1")):
        said = empty.good(*command).out
        assert "[bold]Ferry[/bold]" in said, "no markup is read out of a page"
        assert not set(said) & {"\x1b", "\x07", "\u202e"}


def test_a_database_of_a_newer_version_is_left_alone(followed: Terminal) -> None:
    with sqlite3.connect(followed.home / "followup.db") as newer:
        newer.execute("UPDATE alembic_version SET version_num = 'r9999'")
    newer.close()
    for command in (("articles", "list"), ("crawl",), ("check",)):
        refused = followed(*command)
        assert refused.status == 1
        assert "newer version of Followup" in refused.err
        assert "Install that version" in refused.err


@pytest.mark.parametrize(
    ("settings", "said"),
    [
        ({"FOLLOWUP_HOME": "/proc/followup"}, "The data folder /proc/followup cannot be written"),
        ({"FOLLOWUP_HOME": "/dev/null"}, "The data folder /dev/null cannot be written"),
        ({"FOLLOWUP_DATABASE_URL": "sqlite:////proc/x.db"}, "The database /proc/x.db"),
        ({"FOLLOWUP_DATABASE_URL": "mysql://x"}, "FOLLOWUP_DATABASE_URL cannot be used"),
        ({"FOLLOWUP_DATABASE_URL": "postgresql://u:secret@127.0.0.1:9/x"}, "cannot be used"),
        ({"FOLLOWUP_SPEED": "fast"}, "FOLLOWUP_SPEED: 'fast' cannot be used"),
        ({"FOLLOWUP_NOW": "then"}, "FOLLOWUP_NOW: 'then' cannot be used"),
        ({"FOLLOWUP_MIN_GAP_SECONDS": "-1"}, "FOLLOWUP_MIN_GAP_SECONDS: '-1' cannot be used"),
    ],
    ids=lambda value: value if isinstance(value, str) else "",
)
def test_a_home_or_setting_that_cannot_be_used_is_told_with_a_remedy(
    empty: Terminal, settings: dict[str, str], said: str
) -> None:
    refused = empty("articles", "list", **settings)
    assert (refused.status, refused.out) == (1, "")
    sentence, remedy = refused.err.splitlines()
    assert said in sentence
    assert remedy.startswith("  ")
    assert "secret" not in refused.err


@pytest.mark.parametrize(
    ("toml", "said"),
    [
        ("min_gap = 3", "there is no setting 'min_gap'"),
        ("min_gap_seconds = -3", "key min_gap_seconds: -3 cannot be used"),
        ("contact = [", "is not valid TOML"),
    ],
)
def test_a_wrong_setting_names_its_file_and_key(empty: Terminal, toml: str, said: str) -> None:
    empty.home.mkdir()
    (empty.home / "config.toml").write_text(toml)
    refused = empty("source", "list", FOLLOWUP_MIN_GAP_SECONDS="")
    assert refused.status == 1
    assert f"{empty.home}/config.toml" in refused.err
    assert said in refused.err


def test_a_store_that_is_none_or_cannot_be_written_is_told(followed: Terminal) -> None:
    if os.geteuid() != 0:
        (followed.home / "followup.db").chmod(0o400)
        refused = followed("check")
        assert (refused.status, "Let yourself write it" in refused.err) == (1, True)
        (followed.home / "followup.db").chmod(0o600)
    for path in followed.home.glob("followup.db*"):
        path.unlink()
    (followed.home / "followup.db").write_bytes(b"this is a letter, not a database " * 200)
    refused = followed("articles", "list")
    assert (refused.status, "file is not a database" in refused.err) == (1, True)
    shutil.rmtree(followed.home / "logs")
    (followed.home / "logs").write_text("in the way")
    refused = followed("crawl")
    assert refused.status == 1
    assert "logs cannot be written" in refused.err


def test_an_interrupt_ends_without_a_traceback(followed: Terminal, tmp_path: Path) -> None:
    fifo = tmp_path / "stream.jsonl"
    os.mkfifo(fifo)
    child = followed.child("dedupe", fifo)
    writer = os.open(fifo, os.O_WRONLY)  # returns once the command reads
    child.send_signal(signal.SIGINT)
    out, err = child.communicate(timeout=30)
    os.close(writer)
    assert (child.returncode, out) == (130, "")
    assert "Traceback" not in err


def test_check_says_what_is_amiss(empty: Terminal, followed: Terminal) -> None:
    amiss = followed("check", FOLLOWUP_CONTACT="")
    assert amiss.status == 1
    assert "amiss contact: none is set" in amiss.out
    assert "FOLLOWUP_CONTACT" in amiss.out
    told = followed("check", "--json").json
    assert {one["what"] for one in told} >= {"contact", "disk", "incidents", "sources"}
