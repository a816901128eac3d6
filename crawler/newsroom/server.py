"""The made-up web on loopback: an HTTP/1.1 server that works as a forward proxy and by Host header.

Its time is the newsroom's clock, which can be set and sped up while it runs; latency is real time.
`/__newsroom__/clock?set=ISO&speed=N`, `/__newsroom__/log` and `/__newsroom__/reset` answer under
every host. There is no TLS: CONNECT is refused.
"""

import asyncio
import gzip
import json
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from email.utils import format_datetime
from http import HTTPStatus
from urllib.parse import parse_qs, unquote, urlsplit

from crawler.newsroom.site import Reply, Request, respond
from pipelines.dates import iso, parse_time, to_utc

#: Longest request head, and longest body that is read and thrown away.
MAX_HEAD_BYTES = 16 * 1024
MAX_BODY_BYTES = 64 * 1024
#: Seconds after which an idle connection is closed.
IDLE_SECONDS = 30.0
#: Bodies below this go out as they are, also to those who take gzip.
MIN_GZIP_BYTES = 400
_CONTROL = "/__newsroom__/"


class Clock:
    """The newsroom's time: it starts at `now` and runs `speed` times as fast as real time."""

    def __init__(
        self, now: datetime, speed: float = 1.0, real: Callable[[], float] = time.monotonic
    ) -> None:
        self._real = real
        self._state = (to_utc(now), speed, real())

    def now(self) -> datetime:
        """The time, in UTC."""
        start, speed, since = self._state
        return start + timedelta(seconds=(self._real() - since) * speed)

    @property
    def speed(self) -> float:
        return self._state[1]

    def set(self, now: datetime | None = None, speed: float | None = None) -> None:
        """Go on from `now` at `speed`; what is None stays as it is."""
        start = self.now() if now is None else to_utc(now)
        self._state = (start, self.speed if speed is None else speed, self._real())


@dataclass(frozen=True, slots=True)
class Visit:
    """A line of the log. `t` is the newsroom server's real time in seconds, when the request was
    read; `now` is its made-up time."""

    t: float
    now: str
    method: str
    host: str
    path: str
    status: int
    conditional: bool
    user_agent: str | None


class Newsroom:
    """The server. Every way in but `serve` belongs to its event loop; `set_clock`, `log` and
    `reset` may be called from any thread."""

    def __init__(self, *, now: datetime, speed: float = 1.0, slow_seconds: float = 2.0) -> None:
        self._begin = (now, speed)
        self.clock = Clock(now, speed)
        self.slow_seconds = slow_seconds
        self.port = 0
        self._visits: list[Visit] = []
        self._connections: set[asyncio.Task[None]] = set()

    @property
    def url(self) -> str:
        """The address to give as http_proxy."""
        return f"http://127.0.0.1:{self.port}"

    def set_clock(self, now: datetime | None = None, speed: float | None = None) -> None:
        self.clock.set(now, speed)

    def log(self) -> tuple[Visit, ...]:
        """All requests so far, the control endpoints' own left out."""
        return tuple(self._visits)

    def reset(self) -> None:
        """Forget the log and go back to the time of the start."""
        self._visits.clear()
        self.clock.set(*self._begin)

    @classmethod
    @contextmanager
    def serve(
        cls, *, now: datetime, speed: float = 0.0, slow_seconds: float = 0.2, port: int = 0
    ) -> Iterator["Newsroom"]:
        """Run in a thread of its own for as long as the context lasts. The clock stands still
        unless a speed is given."""
        room = cls(now=now, speed=speed, slow_seconds=slow_seconds)
        loop, ready, stop = asyncio.new_event_loop(), threading.Event(), asyncio.Event()
        failure: list[OSError] = []

        def run() -> None:
            asyncio.set_event_loop(loop)
            try:
                loop.run_until_complete(room.run(port, ready.set, stop))
            except OSError as error:
                failure.append(error)
            finally:
                loop.close()
                ready.set()

        thread = threading.Thread(target=run, name="newsroom", daemon=True)
        thread.start()
        ready.wait()
        if failure:
            raise failure[0]
        try:
            yield room
        finally:
            loop.call_soon_threadsafe(stop.set)
            thread.join()

    async def run(self, port: int, ready: Callable[[], None], stop: asyncio.Event) -> None:
        """Serve on 127.0.0.1 until `stop` is set; `ready` is called once the port is known.

        Raises OSError where the port cannot be had.
        """
        server = await asyncio.start_server(self._accept, "127.0.0.1", port, limit=MAX_HEAD_BYTES)
        self.port = server.sockets[0].getsockname()[1]
        ready()
        try:
            await stop.wait()
        finally:
            server.close()
            open_ones = list(self._connections)
            for task in open_ones:
                task.cancel()
            await asyncio.gather(*open_ones, return_exceptions=True)
            await server.wait_closed()

    async def _accept(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        if task is not None:
            self._connections.add(task)
        try:
            while await self._exchange(reader, writer):
                pass
        except (OSError, EOFError, TimeoutError, asyncio.LimitOverrunError):
            pass  # the visitor left, or sent no request that could be answered
        except asyncio.CancelledError:
            pass  # the server is closing; the task ends here
        finally:
            if task is not None:
                self._connections.discard(task)
            writer.close()
            with suppress(OSError, asyncio.CancelledError):
                await writer.wait_closed()

    async def _exchange(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> bool:
        """Answer one request; False once the connection is at its end."""
        head = await asyncio.wait_for(reader.readuntil(b"\r\n\r\n"), IDLE_SECONDS)
        request, keeps = _read_head(head)
        if request is None:
            writer.write(_message(Reply(400, b"Bad request\n"), self.clock.now(), False, None))
            await writer.drain()
            return False
        length = request.headers.get("content-length", "0")
        if not length.isdecimal() or int(length) > MAX_BODY_BYTES:
            return False
        await reader.readexactly(int(length))
        reply = self._answer(request)
        if reply.is_slow:
            await asyncio.sleep(self.slow_seconds)
        writer.write(_message(reply, self.clock.now(), keeps, request))
        await writer.drain()
        return keeps

    def _answer(self, request: Request) -> Reply:
        if request.path.startswith(_CONTROL):
            return self._control(request)
        moment, now = time.time(), self.clock.now()
        if request.method == "CONNECT":
            reply = Reply(405, b"The newsroom speaks no TLS.\n")
        elif request.method not in {"GET", "HEAD", "POST"}:
            reply = Reply(501)
        else:
            reply = respond(request, now)
        headers = request.headers
        conditional = "if-none-match" in headers or "if-modified-since" in headers
        target = f"{request.path}?{request.query}" if request.query else request.path
        self._visits.append(
            Visit(moment, iso(now) or "", request.method, request.host, target, reply.status,
                  conditional, headers.get("user-agent"))
        )  # fmt: skip
        return reply

    def _control(self, request: Request) -> Reply:
        what = request.path.removeprefix(_CONTROL)
        if what == "log":
            return _json_reply([asdict(visit) for visit in self.log()])
        if what == "reset":
            self.reset()
        elif what != "clock":
            return Reply(404, b"No such control.\n")
        elif not self._set_by(request.query):
            return Reply(400, b"clock?set=2014-12-08T00:00Z&speed=1\n")
        return _json_reply({"now": iso(self.clock.now()), "speed": self.clock.speed})

    def _set_by(self, query: str) -> bool:
        """Set the clock as a query asks; False where it cannot be read."""
        asked = parse_qs(query)
        when = speed = None
        if "set" in asked and (when := parse_time(asked["set"][0])) is None:
            return False
        if "speed" in asked:
            try:
                speed = float(asked["speed"][0])
            except ValueError:
                return False
        self.clock.set(when, speed)
        return True


def _json_reply(value: object) -> Reply:
    return Reply(200, json.dumps(value).encode(), "application/json")


def _read_head(head: bytes) -> tuple[Request | None, bool]:
    """The request, None where it is none, and whether the connection is kept."""
    first, *lines = head.decode("latin-1").split("\r\n")
    parts = first.split(" ")
    if len(parts) != 3 or not parts[2].startswith("HTTP/1."):
        return None, False
    method, target, version = parts
    pairs = (line.split(":", 1) for line in lines if ":" in line)
    headers = {name.strip().lower(): value.strip() for name, value in pairs}
    wish = headers.get("connection", headers.get("proxy-connection", "")).lower()
    keeps = wish != "close" if version == "HTTP/1.1" else wish == "keep-alive"
    if method == "CONNECT":
        return Request(method, target.rsplit(":", 1)[0], "", headers=headers), keeps
    if "://" not in target:
        target = f"http://{headers.get('host', '')}{target}"
    try:
        url = urlsplit(target)
        host = url.hostname or ""
    except ValueError:
        return None, False
    return Request(method, host, unquote(url.path) or "/", url.query, headers), keeps


def _message(reply: Reply, now: datetime, keeps: bool, request: Request | None) -> bytes:
    body, headers = reply.body, [("Date", format_datetime(now, usegmt=True)), *reply.headers]
    if reply.status != 304:
        headers.append(("Content-Type", reply.content_type))
        takes = request.headers.get("accept-encoding", "") if request else ""
        if "gzip" in takes and len(body) >= MIN_GZIP_BYTES:
            body = gzip.compress(body, 6, mtime=0)
            headers += [("Content-Encoding", "gzip"), ("Vary", "Accept-Encoding")]
        headers.append(("Content-Length", str(len(body))))
    headers.append(("Connection", "keep-alive" if keeps else "close"))
    lines = "".join(f"{name}: {value}\r\n" for name, value in headers)
    head = f"HTTP/1.1 {reply.status} {HTTPStatus(reply.status).phrase}\r\n{lines}\r\n"
    if request is not None and request.method == "HEAD":
        body = b""
    return head.encode("latin-1") + body
