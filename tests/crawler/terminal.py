"""Commands as a person or a program types them, and what came of them."""

import json
import os
import pty
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from crawler.cli import run
from crawler.newsroom import DEMO_PASSES

ROOT = Path(__file__).resolve().parents[2]
NOW = DEMO_PASSES[-1]
SLUG = "sony-hack"
OWN = ("FOLLOWUP_", "http_proxy", "https_proxy", "HTTP_PROXY", "HTTPS_PROXY", "COLUMNS", "NO_COLOR")


def foreign() -> dict[str, str]:
    """The environment without what would change how Followup behaves."""
    return {name: value for name, value in os.environ.items() if not name.startswith(OWN)}


def environment(home: Path, proxy: str = "http://127.0.0.1:9") -> dict[str, str]:
    """A home on the newsroom's web, or on none: nothing listens on the discard port."""
    return {
        "FOLLOWUP_HOME": str(home),
        "FOLLOWUP_CONTACT": "tests@example.org",
        "FOLLOWUP_MIN_GAP_SECONDS": "0.01",
        "FOLLOWUP_NOW": NOW.isoformat(),
        "http_proxy": proxy,
        "https_proxy": proxy,
        "no_proxy": "",
    }


@dataclass(frozen=True)
class Ended:
    """How a command ended."""

    status: int
    out: str
    err: str

    @property
    def json(self) -> Any:
        return json.loads(self.out)

    @property
    def lines(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.out.splitlines()]


@dataclass(frozen=True)
class Demo:
    """What `followup demo --no-serve --json` printed, and where its folder is."""

    home: Path
    ended: Ended


@dataclass
class Terminal:
    """Runs commands in this process, with a home of its own; crawls are child processes."""

    home: Path
    capsys: pytest.CaptureFixture[str]
    monkeypatch: pytest.MonkeyPatch
    own: dict[str, str] = field(default_factory=dict)

    def __call__(self, *arguments: object, **settings: str) -> Ended:
        with self.monkeypatch.context() as patch:
            for name in [name for name in os.environ if name.startswith(OWN)]:
                patch.delenv(name)
            for name, value in {**self.own, **settings}.items():
                patch.setenv(name, value)
            self.capsys.readouterr()
            status = run([str(argument) for argument in arguments])
        said = self.capsys.readouterr()
        return Ended(status, said.out, said.err)

    def good(self, *arguments: object, **settings: str) -> Ended:
        """A command that must succeed."""
        ended = self(*arguments, **settings)
        assert ended.status == 0, ended.err
        return ended

    def child(self, *arguments: object, **settings: str) -> "subprocess.Popen[str]":
        """The command as a process of its own."""
        return subprocess.Popen(
            [sys.executable, "-m", "crawler", *map(str, arguments)],
            env={**foreign(), **self.own, **settings},
            cwd=ROOT,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )


def at_terminal(
    terminal: Terminal, answers: bytes, *arguments: str, **settings: str
) -> tuple[int, str]:
    """The status and the messages of a command whose input is a terminal at which somebody types
    the answers."""
    ours, theirs = pty.openpty()
    child = subprocess.Popen(
        [sys.executable, "-m", "crawler", *arguments],
        env={**foreign(), **terminal.own, "TERM": "dumb", **settings},
        cwd=ROOT, stdin=theirs, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True,
    )  # fmt: skip
    os.write(ours, answers)
    _, err = child.communicate(timeout=60)
    os.close(theirs)
    os.close(ours)
    return child.returncode, err


def has_keys(record: Mapping[str, Any], names: str) -> bool:
    """True where a JSON object holds at least these."""
    return set(names.split()) <= set(record)
