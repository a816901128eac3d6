"""`followup serve` that is ended or besieged at any moment: while it starts, while it runs."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest

from tests.crawler.serving import Serving
from tests.crawler.terminal import ROOT, foreign


@pytest.fixture
def serving(tmp_path: Path) -> Iterator[Serving]:
    """An empty home, not started yet."""
    settings = {"FOLLOWUP_HOME": str(tmp_path / "home"), "FOLLOWUP_CONTACT": "tests@example.org"}
    one = Serving(settings)
    try:
        yield one
    finally:
        if one.process is not None and one.process.poll() is None:
            one.kill()


def begun(serving: Serving) -> "subprocess.Popen[str]":
    """A server that is just starting."""
    return subprocess.Popen(
        [sys.executable, "-m", "crawler", "serve", "--port", "0", "--json"],
        env={**foreign(), **serving.environment},
        cwd=ROOT,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )


def heeds(pid: int, number: signal.Signals) -> bool:
    """True once the process catches a signal."""
    for line in Path(f"/proc/{pid}/status").read_text().splitlines():
        name, _, mask = line.partition(":")
        if name == "SigCgt":
            return bool(int(mask, 16) >> (number - 1) & 1)
    return False


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGHUP])
@pytest.mark.parametrize("seconds", [0.0, 0.3, 0.8, 1.3])
def test_a_server_that_is_told_to_end_while_it_starts_ends_well(
    serving: Serving, number: signal.Signals, seconds: float
) -> None:
    process = begun(serving)
    deadline = time.monotonic() + 20
    while not heeds(process.pid, number):
        assert time.monotonic() < deadline
        time.sleep(0.005)
    time.sleep(seconds)
    process.send_signal(number)
    _, said = process.communicate(timeout=20)
    assert (process.returncode, "Traceback" in said) == (0, False), said


def test_signals_are_heeded_before_anything_heavy_is_loaded() -> None:
    asked = (
        "import sys, crawler.__main__;"
        "print([name for name in ('typer', 'rich', 'sqlalchemy', 'crawler.cli')"
        " if name in sys.modules])"
    )
    found = subprocess.run(
        [sys.executable, "-c", asked], cwd=ROOT, capture_output=True, text=True, check=True
    )
    assert found.stdout.strip() == "[]"


def test_a_closed_terminal_ends_a_server_in_good_order(serving: Serving) -> None:
    serving.start()
    os.kill(serving.pid, signal.SIGHUP)
    assert serving.process is not None
    assert serving.process.wait(15) == 0
    serving.stop()
    log = serving.log.read_text()
    assert "msg=ended" in log
    assert "raceback" not in log


def test_a_server_under_nohup_stays(serving: Serving) -> None:
    before = signal.signal(signal.SIGHUP, signal.SIG_IGN)  # children inherit it
    try:
        serving.start()
    finally:
        signal.signal(signal.SIGHUP, before)
    os.kill(serving.pid, signal.SIGHUP)
    time.sleep(0.5)
    assert serving.get("/healthz")["status"] == "ok"
    assert serving.stop() == 0


def test_a_lock_file_that_holds_anything_is_no_obstacle(serving: Serving) -> None:
    (serving.home / "serve.lock").write_bytes(b"\xff\xfe\x00")
    serving.start()
    assert serving.stop() == 0


def test_a_lock_file_that_is_none_is_told(serving: Serving) -> None:
    (serving.home / "serve.lock").mkdir()
    process = begun(serving)
    _, said = process.communicate(timeout=20)
    assert (process.returncode, "Traceback" in said) == (1, False), said
    assert "serve.lock" in " ".join(said.split())


def test_connections_that_ask_for_nothing_do_not_make_a_server_deaf(serving: Serving) -> None:
    serving.start()
    port = int(serving.url.rpartition(":")[2])
    heads = (
        b"",
        b"GET / HT",
        b"POST /crawls HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\n",
    )
    with ExitStack() as held:
        idle = []
        for number in range(600):
            one = held.enter_context(socket.create_connection(("127.0.0.1", port)))
            one.sendall(heads[number % 3])
            idle.append(one)
        began = time.monotonic()
        assert serving.get("/healthz")["status"] == "ok"
        assert time.monotonic() - began < 5
        files = len(list(Path(f"/proc/{serving.pid}/fd").iterdir()))
        assert files < 560
        time.sleep(11)
        assert len(list(Path(f"/proc/{serving.pid}/fd").iterdir())) < 60
        assert _is_closed(idle[-1])
    assert serving.stop() == 0
    assert serving.log.read_bytes().count(b"\n") < 100


def _is_closed(one: socket.socket) -> bool:
    one.settimeout(1)
    try:
        return one.recv(1) == b""
    except ConnectionResetError:
        return True
