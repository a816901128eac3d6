"""A real `followup serve` as a child process: started, asked over HTTP, killed with its crawls."""

import json
import os
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from tests.crawler.terminal import ROOT, foreign

#: A server on two busy cores is up well within this.
UP_SECONDS = 30.0


class Serving:
    """One data folder and the server on it; `start` may be called again after an end."""

    def __init__(self, environment: Mapping[str, str]) -> None:
        self.environment = dict(environment)
        self.home = Path(environment["FOLLOWUP_HOME"])
        self.home.mkdir(parents=True, exist_ok=True)
        self.log = self.home.parent / f"{self.home.name}-server.log"
        self.process: subprocess.Popen[str] | None = None
        self.url = ""

    def start(self, **settings: str) -> "Serving":
        """Start it and wait until it is ready."""
        with self.log.open("ab") as log:
            self.process = subprocess.Popen(
                [sys.executable, "-m", "crawler", "serve", "--port", "0", "--json"],
                env={**foreign(), **self.environment, **settings},
                cwd=ROOT,
                stdout=subprocess.PIPE,
                stderr=log,
                text=True,
            )
        assert self.process.stdout is not None
        line = self.process.stdout.readline()
        assert line, f"the server ended: {self.log.read_text()[-2000:]}"
        self.url = json.loads(line)["url"].rstrip("/")
        return self

    @property
    def pid(self) -> int:
        assert self.process is not None
        return self.process.pid

    def children(self) -> list[int]:
        """Process ids of the crawls that it started and that live."""
        found = []
        for status in Path("/proc").glob("[0-9]*/stat"):
            try:
                fields = status.read_text().rpartition(")")[2].split()
            except OSError:
                continue  # it ended meanwhile
            if int(fields[1]) == self.pid and fields[0] != "Z":
                found.append(int(status.parent.name))
        return found

    def kill(self) -> None:
        """kill -9 of the server and, at the same moment, of its crawls."""
        assert self.process is not None
        for pid in [self.pid, *self.children()]:
            try:
                os.kill(pid, signal.SIGKILL)
            except ProcessLookupError:
                continue  # it ended meanwhile
        self.process.wait()
        self._close()

    def stop(self, seconds: float = 15.0) -> int:
        """SIGTERM; gives the exit status."""
        assert self.process is not None
        if self.process.poll() is None:
            self.process.terminate()
        status = self.process.wait(seconds)
        self._close()
        return status

    def _close(self) -> None:
        assert self.process is not None
        if self.process.stdout is not None:
            self.process.stdout.close()

    def resident_bytes(self) -> int:
        """Memory that the server itself holds, its crawls left out."""
        pages = int(Path(f"/proc/{self.pid}/statm").read_text().split()[1])
        return pages * os.sysconf("SC_PAGE_SIZE")

    def cpu_seconds(self) -> float:
        """CPU that the server itself has used, its crawls left out."""
        fields = Path(f"/proc/{self.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def get(self, path: str) -> Any:
        """The JSON at a path."""
        return self._ask(urllib.request.Request(self.url + path))

    def post(self, path: str, body: object = None, method: str = "POST") -> Any:
        """The JSON answer to JSON."""
        data = json.dumps({} if body is None else body).encode()
        head = {"Content-Type": "application/json"}
        return self._ask(urllib.request.Request(self.url + path, data, head, method=method))

    def _ask(self, request: urllib.request.Request) -> Any:
        with _direct.open(request, timeout=60) as answer:
            return json.loads(answer.read())

    def wait_for(self, crawl_id: int, seconds: float = 60.0) -> dict[str, Any]:
        """The crawl's row once it has ended."""
        deadline = time.monotonic() + seconds
        while time.monotonic() < deadline:
            row: dict[str, Any] = self.get(f"/api/v1/crawls/{crawl_id}")
            if row["state"] not in ("requested", "running"):
                return row
            time.sleep(0.1)
        raise TimeoutError(f"crawl {crawl_id} is still {row['state']}")


_direct = urllib.request.build_opener(urllib.request.ProxyHandler({}))
