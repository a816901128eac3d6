"""A real webhook receiver on loopback: takes, refuses, hangs, redirects, and keeps what came."""

import hashlib
import hmac
import json
import threading
import time
from dataclasses import dataclass, field
from functools import partial
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any


@dataclass
class Received:
    """One request as it came."""

    path: str
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> dict[str, Any]:
        return json.loads(self.body)

    def is_signed(self, secret: str) -> bool:
        """As a receiver checks it: the signature over the timestamp and the bytes that came."""
        stamp = self.headers["x-followup-timestamp"]
        assert abs(time.time() - int(stamp)) < 60
        mac = hmac.new(secret.encode(), f"{stamp}.".encode() + self.body, hashlib.sha256)
        return self.headers["x-followup-signature"] == f"sha256={mac.hexdigest()}"


@dataclass
class Receiver:
    """`answers` are what the next requests get, "ok" after that; see `_Handler` for the words."""

    answers: list[str] = field(default_factory=list)
    received: list[Received] = field(default_factory=list)
    over: threading.Event = field(default_factory=threading.Event)
    here: threading.Event = field(default_factory=threading.Event)
    is_left: threading.Event = field(default_factory=threading.Event)
    server: ThreadingHTTPServer | None = None

    def __enter__(self) -> "Receiver":
        handler = type("Handler", (_Handler,), {"receiver": self})
        self.server = ThreadingHTTPServer(("127.0.0.1", 0), handler)
        self.server.daemon_threads = True
        # How often it looks whether it is to end: half a second of each test if not said.
        serve = partial(self.server.serve_forever, poll_interval=0.02)
        threading.Thread(target=serve, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.over.set()
        assert self.server is not None
        self.server.shutdown()
        self.server.server_close()

    @property
    def port(self) -> int:
        assert self.server is not None
        return self.server.server_address[1]

    def url(self, path: str = "hook", scheme: str = "http") -> str:
        return f"{scheme}://127.0.0.1:{self.port}/{path}"

    @property
    def messages(self) -> list[dict[str, Any]]:
        return [one.json for one in self.received]

    def titles(self) -> list[str]:
        """Headlines of all items that came, sorted."""
        return sorted(item["title"] for told in self.messages for item in told["items"])


class _Handler(BaseHTTPRequestHandler):
    receiver: Receiver

    def do_GET(self) -> None:
        self.do_POST()

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers.get("content-length", 0)))
        headers = {name.lower(): value for name, value in self.headers.items()}
        mine = self.receiver
        mine.received.append(Received(self.path, headers, body))
        mine.here.set()
        word = mine.answers.pop(0) if mine.answers else "ok"
        if "hang" in self.path or word == "hang":
            mine.over.wait(30)
            self.close_connection = True
            return
        if word == "drip":
            self._drip()
            return
        if word == "big":
            self._big()
            return
        status = 302 if word == "redirect" else 200 if word == "ok" else int(word)
        self.send_response(status)
        if status == 302:
            self.send_header("Location", mine.url("elsewhere"))
        if status == 429:
            self.send_header("Retry-After", "7200")
        self.send_header("Content-Length", "0")
        self.end_headers()

    def _drip(self) -> None:
        """A head that never ends, a byte at a time; `is_left` says that the sender went."""
        self.close_connection = True
        try:
            while not self.receiver.over.wait(0.05):
                self.wfile.write(b"H")
        except OSError:
            self.receiver.is_left.set()

    def _big(self) -> None:
        self.send_response(200)
        self.end_headers()
        try:
            for _ in range(100_000):
                self.wfile.write(b"x" * 65_536)
        except OSError:
            self.close_connection = True

    def log_message(self, *_: object) -> None:
        """Says nothing."""
