"""`followup schedule`: shown before it is saved, and at once in force."""

import os
import pty
import subprocess
import sys
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from tests.crawler.terminal import NOW, ROOT, Terminal, foreign, has_keys

FERRY = "The ferry Aurora ran aground off Skarholm with many passengers on board. " * 6


@pytest.fixture
def ferry(empty: Terminal, tmp_path: Path) -> Terminal:
    """An incident that follows what is tagged sea, and three sources, two of them so."""
    seed = tmp_path / "seed.txt"
    seed.write_text(f"Ferry aground\n\n{FERRY}")
    empty.good("incident", "new", "ferry", "--seed", seed)
    file = tmp_path / "follows.toml"
    told = empty.good("incident", "edit", "ferry", "--print").out
    file.write_text(told.replace("tags = []", 'tags = ["sea"]'))
    assert 'tags = ["sea"]' in file.read_text()
    empty.good("incident", "edit", "ferry", "--file", file)
    for name, tags in (("a", ("--tag", "sea")), ("b", ("--tag", "sea")), ("c", ())):
        empty.good("source", "add", f"https://{name}.example.org/", "--kind", "feed", *tags)
    return empty


def due(terminal: Terminal) -> list[datetime | None]:
    listed = terminal.good("source", "list", "--json").json
    return [one["due_at"] and datetime.fromisoformat(one["due_at"]) for one in listed]


def is_about(at: datetime | None, wanted: datetime) -> bool:
    return at is not None and abs(at - wanted) < timedelta(minutes=2)


def listed(terminal: Terminal) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = terminal.good("schedule", "list", "--json").json
    return rows


def test_a_rule_is_shown_with_its_next_five_times_and_saved(ferry: Terminal) -> None:
    told = ferry.good("schedule", "set", "--every", "15m")
    assert told.out.splitlines()[0] == "every 15 min"
    assert len(told.out.splitlines()) == 1 + 1 + 5
    assert "Saved for all sources: every 15 min" in told.err
    assert "No server is running" in told.err
    [line] = listed(ferry)
    assert has_keys(line, "subject rule words paused_at next")
    assert (line["subject"], line["words"], line["paused_at"]) == ("all", "every 15 min", None)
    assert len(line["next"]) == 5
    assert is_about(datetime.fromisoformat(line["next"][0]), NOW + timedelta(minutes=15))
    assert all(is_about(at, NOW + timedelta(minutes=15)) for at in due(ferry))


def test_a_rule_is_for_all_for_an_incident_or_for_a_source(ferry: Terminal) -> None:
    ferry.good("schedule", "set", "--every", "6h")
    ferry.good("schedule", "set", "--every", "2h", "--incident", "ferry")
    ferry.good("schedule", "set", "--every", "5s", "--source", 2)
    hours = (timedelta(hours=2), timedelta(seconds=5), timedelta(hours=6))
    assert all(is_about(at, NOW + wait) for at, wait in zip(due(ferry), hours, strict=True))
    names = [line["subject"] for line in listed(ferry)]
    assert names == ["all", "incident ferry", "source 2"]
    shown = ferry.good("schedule", "list", COLUMNS="80").out
    assert max(map(len, shown.splitlines())) <= 80
    assert all(word in shown for word in ("incident ferry", "every 2 h", "every 5 s"))
    ferry.good("schedule", "clear", "--incident", "ferry")
    assert is_about(due(ferry)[0], NOW + timedelta(hours=6))


@pytest.mark.parametrize(
    ("arguments", "named", "said"),
    [
        (("--every", "15"), "'--every'", "5s, 15m, 1h30m or 1d"),
        (("--cron", "0 0 30 2 *"), "'--cron'", "never comes"),
        (("--cron", "x"), "'--cron'", "five fields"),
        (("--every", "15m", "--window", "8-20"), "'--every' / '--window'", "mon-fri 08:00-20:00"),
        (("--cron", "@daily", "--timezone", "Berlin"), "'--cron' / '--timezone'", "Europe/Berlin"),
        (("--every", "15m", "--jitter", "15m"), "'--every' / '--jitter'", "--jitter 30s"),
        (("--timezone", "UTC"), "'--every' / '--cron'", "either --every 15m or --cron"),
    ],
)
def test_a_wrong_rule_is_wrong_use_and_shows_the_right_form(
    ferry: Terminal, arguments: tuple[str, ...], named: str, said: str
) -> None:
    refused = ferry("schedule", "set", *arguments)
    assert (refused.status, refused.out) == (2, "")
    told = " ".join(refused.err.replace("│", " ").split())
    assert f"Invalid value for {named}: " in told
    assert said in told
    assert listed(ferry) == []


def test_an_unknown_subject_is_told_before_anything_is_shown(ferry: Terminal) -> None:
    for subject, said in (
        (("--source", "9"), "followup source list"),
        (("--incident", "storm"), "followup incident list"),
        (("--incident", "ferry", "--source", "1"), "neither means all sources"),
    ):
        for verb in (("set", "--every", "5m"), ("clear",), ("pause",), ("resume",), ("next",)):
            refused = ferry("schedule", *verb, *subject)
            assert (refused.status, refused.out) == (1, "")
            assert said in refused.err
    missing = ferry("schedule", "clear")
    assert (missing.status, "no rule" in missing.err) == (1, True)


def test_a_dry_run_only_shows(ferry: Terminal) -> None:
    rule = ("--cron", "0 8 * * 5-7", "--timezone", "Asia/Seoul", "--jitter", "30s")
    shown = ferry.good("schedule", "set", *rule, "--dry-run")
    assert "Nothing is saved." in shown.err
    assert "Fri 2015" in shown.out
    assert "08:00:00 Asia/Seoul" in shown.out
    told = ferry.good("schedule", "set", *rule, "--dry-run", "--json").json
    assert (told["saved"], len(told["next"])) == (False, 5)
    assert listed(ferry) == []
    assert ferry.good("schedule", "next", *rule, "--json").json["next"] == told["next"]
    saved = ferry.good("schedule", "set", *rule, "--json").json
    assert (saved["saved"], saved["next"]) == (True, told["next"])


def test_a_pause_ends_where_it_began_and_is_shown(ferry: Terminal) -> None:
    ferry.good("schedule", "set", "--every", "15m")
    assert "Paused: incident ferry" in ferry.good("schedule", "pause", "--incident", "ferry").err
    both = {line["subject"]: line for line in listed(ferry)}
    assert datetime.fromisoformat(both["incident ferry"]["paused_at"]) >= NOW
    assert both["incident ferry"]["next"] == []
    assert "paused since Fri 2015" in ferry.good("schedule", "list").out
    assert ferry.good("schedule", "next", "--json").json == []
    assert "it is paused, or no open incident" in ferry.good("schedule", "next").err
    ferry.good("schedule", "resume", "--incident", "ferry")
    assert [line["subject"] for line in listed(ferry)] == ["all"]
    assert ferry.good("schedule", "next", "--json").json[0]["sources"] == 2
    paused = ferry.good("schedule", "pause", "--json").json
    again = ferry.good("schedule", "pause", "--json", FOLLOWUP_NOW="2015-01-01").json
    assert again["paused_at"] == paused["paused_at"], "it is paused since it was"
    assert "followup schedule resume" in ferry.good("schedule", "set", "--every", "1h").err


def test_what_is_next_over_all_and_for_one(ferry: Terminal) -> None:
    later = {"FOLLOWUP_NOW": (NOW + timedelta(minutes=1)).isoformat()}
    first = ferry.good("schedule", "next", "--json").json
    assert [(one["sources"], one["words"]) for one in first] == [(2, "adaptive")]
    assert first[0]["names"] == ["a.example.org", "b.example.org"]
    ferry.good("schedule", "set", "--every", "10m", "--source", 1)
    coming = ferry.good("schedule", "next", "--json", **later).json
    assert [one["words"] for one in coming] == ["adaptive", *["every 10 min"] * 4]
    assert coming[0]["sources"] == 1
    at = [datetime.fromisoformat(one["at"]) for one in coming]
    assert at == sorted(at)
    only = ferry.good("schedule", "next", "--source", 1, "--limit", 2, "--json").json
    assert [one["words"] for one in only] == ["every 10 min"] * 2
    assert ferry.good("schedule", "next", "--source", 3, "--json").json == []
    assert "every 10 min" in ferry.good("schedule", "next", COLUMNS="80").out
    assert ferry("schedule", "next", "--window", "08:00-20:00").status == 2


def test_a_closed_incident_stops_and_an_opened_one_goes_on(ferry: Terminal) -> None:
    ferry.good("schedule", "set", "--every", "1h", "--incident", "ferry")
    ferry.good("incident", "close", "ferry")
    assert ferry.good("schedule", "next", "--json").json == []
    days = {"FOLLOWUP_NOW": (NOW + timedelta(days=2)).isoformat()}
    ferry.good("incident", "reopen", "ferry", **days)
    first = ferry.good("schedule", "next", "--json", **days).json[0]
    assert first["sources"] == 2
    assert NOW + timedelta(days=2) < datetime.fromisoformat(first["at"])
    missed = [
        one for one in ferry.good("crawls", "list", "--json").json if one["state"] == "missed"
    ]
    assert missed == []


def answered(terminal: Terminal, answer: bytes, *more: str) -> "tuple[int, str]":
    """`schedule set` with a terminal as its input, on which somebody types."""
    ours, theirs = pty.openpty()
    child = subprocess.Popen(
        [sys.executable, "-m", "crawler", "schedule", "set", "--every", "15m", *more],
        env={**foreign(), **terminal.own, "TERM": "dumb"},
        cwd=ROOT, stdin=theirs, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    os.write(ours, answer)
    _, err = child.communicate(timeout=60)
    os.close(theirs)
    os.close(ours)
    return child.returncode, err


def test_a_person_at_a_terminal_is_asked_once(ferry: Terminal) -> None:
    status, err = answered(ferry, b"n\n")
    assert (status, err.count("Save this?")) == (1, 1)
    assert listed(ferry) == []
    status, err = answered(ferry, b"", "--yes")
    assert (status, err.count("Save this?")) == (0, 0)
    assert [line["words"] for line in listed(ferry)] == ["every 15 min"]


def test_clocks_are_those_of_the_settings_unless_a_zone_is_named(ferry: Terminal) -> None:
    rule = ("schedule", "next", "--cron", "0 6 * * *", "--json")
    for settings, zone, hour in (
        ({}, (), "T06:00"),
        ({"FOLLOWUP_TIMEZONE": "Asia/Seoul"}, (), "T21:00"),
        ({"FOLLOWUP_TIMEZONE": "Asia/Seoul"}, ("--timezone", "Europe/Berlin"), "T05:00"),
    ):
        assert hour in ferry.good(*rule, *zone, **settings).json["next"][0]
