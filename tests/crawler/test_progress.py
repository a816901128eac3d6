"""How far something is, on a terminal and in a log."""

import pty
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import pytest

from crawler.cli.progress import progress


@contextmanager
def terminal(monkeypatch: pytest.MonkeyPatch) -> Iterator[list[bytes]]:
    """Standard error is a terminal meanwhile; gives what was drawn on it, at the end."""
    ours, theirs = pty.openpty()
    drawn: list[bytes] = []
    monkeypatch.setenv("TERM", "xterm")
    with open(theirs, "w", encoding="utf-8") as side:
        monkeypatch.setattr(sys, "stderr", side)
        yield drawn
    with open(ours, "rb", buffering=0) as screen, suppress(OSError):  # Linux ends it with EIO
        while piece := screen.read(10_000):
            drawn.append(piece)


def test_a_terminal_gets_a_bar_that_goes_at_the_end(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("crawler.cli.progress.PATIENCE_SECONDS", 0.0)
    with terminal(monkeypatch) as drawn, progress("articles judged") as tell:
        tell(300, 800)
        tell(600, 800)
        tell(800, 800)
    said = b"".join(drawn).decode()
    assert "articles judged" in said
    assert "600/800" in said
    assert said.rindex("\x1b[2K") > said.rindex("600/800"), "the line is wiped out"


def test_what_is_quick_says_nothing(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with progress("articles judged") as tell:
        tell(300, 800)
        tell(800, 800)
    assert capsys.readouterr() == ("", "")
    with terminal(monkeypatch) as drawn, progress("articles judged") as tell:
        tell(300, 800)
    assert drawn == []


def test_a_log_gets_a_line_now_and_then(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr("crawler.cli.progress.PATIENCE_SECONDS", 0.0)
    with progress("articles judged") as tell:
        tell(300, 800)
        tell(600, 800)
        tell(800, 800)
    assert capsys.readouterr() == ("", "articles judged 300 of 800\n"), "the next in ten seconds"
