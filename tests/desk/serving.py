"""The desk as its users meet it: a real home, the real application, real HTTP on loopback."""

import shutil
import socket
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import uvicorn

from crawler.clock import Clock
from crawler.config import Config
from crawler.desk.app import create_app
from crawler.home import Home, open_home
from tests.crawler.terminal import NOW


@dataclass
class Beat:
    """A pulse that counts its wakes and is as unwell as it is told to be."""

    wakes: int = 0
    why: str | None = None

    def wake(self) -> None:
        self.wakes += 1

    def problem(self) -> str | None:
        return self.why


@dataclass
class Desk:
    """A running desk, its home, and a client of it."""

    home: Home
    pulse: Beat
    url: str
    client: httpx.Client
    app: Any

    @property
    def port(self) -> int:
        return int(self.url.rpartition(":")[2])

    def get(self, path: str, status: int = 200, **more: Any) -> httpx.Response:
        answer = self.client.get(path, **more)
        assert answer.status_code == status, answer.text
        return answer

    def send(self, method: str, path: str, status: int = 200, **more: Any) -> httpx.Response:
        answer = self.client.request(method, path, **more)
        assert answer.status_code == status, answer.text
        return answer

    def form_token(self) -> str:
        page = self.get("/crawls").text
        return page.partition('name="token" value="')[2].partition('"')[0]


@contextmanager
def serve(home: Home, host: str = "127.0.0.1") -> Iterator[Desk]:
    """The desk of an open home, on a free port."""
    pulse = Beat()
    app = create_app(home, pulse)
    with socket.create_server((host, 0)) as listening:
        # A body is sent after its head; held back until the head is acknowledged it is 40 ms late.
        listening.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        url = f"http://{host}:{listening.getsockname()[1]}"
        server = uvicorn.Server(
            uvicorn.Config(app, log_config=None, lifespan="off", timeout_graceful_shutdown=1)
        )
        thread = threading.Thread(target=server.run, args=([listening],), daemon=True)
        thread.start()
        while not server.started:
            assert thread.is_alive()
            time.sleep(0.01)
        try:
            with httpx.Client(base_url=url, timeout=30, trust_env=False) as client:
                yield Desk(home, pulse, url, client, app)
        finally:
            server.should_exit = True
            thread.join(10)


@contextmanager
def opened(folder: Path, **settings: Any) -> Iterator[Home]:
    """A home in a folder, its clock at the end of the demo."""
    values = {"contact": "tests@example.org", "now": NOW} | settings
    config = Config(home=folder, database_url=f"sqlite:///{folder / 'followup.db'}", **values)
    with open_home(config) as home:
        yield home


def copied(furnished: Path, folder: Path) -> Path:
    """A home of its own with what another one has."""
    shutil.copytree(furnished, folder)
    return folder


def standing(home: Home) -> Home:
    """The same home with a clock that hardly moves: times in words stay as they are."""
    return Home(home.config, Clock(NOW, 1e-9), home.database, home.environment)
