"""The server's connections: how many there may be, and how long each may keep us waiting.

Uvicorn sets no time limit to a request that is begun and never ended; a few hundred of those would
make the server deaf.
"""

import asyncio
import errno
import logging
import resource
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager

import h11
from uvicorn.protocols.http.h11_impl import H11Protocol

from pipelines.errors import BadInput, FollowupError

#: A request is here so soon, its head and its body; these are small, and Uvicorn waits for ever.
REQUEST_SECONDS = 10.0
#: Open files that are asked for, and connections at once; of few files, connections get half.
WANTED_FILES, MOST_CONNECTIONS = 4_096, 500
#: Connections that could not be taken are told once in so long: asyncio tells each try.
SELDOM_SECONDS = 60.0


@contextmanager
def listening(host: str, port: int) -> Iterator[socket.socket]:
    """A socket that is bound; requests that come before the server is ready wait in it."""
    name = host.strip("[]")
    try:
        family = socket.getaddrinfo(name, port, type=socket.SOCK_STREAM)[0][0]
        # asyncio sends an answer's head and body at once only where the protocol is named
        # (base_events._set_nodelay); else each body waits 40 ms for the reader's ACK.
        listener = socket.socket(family, socket.SOCK_STREAM, socket.IPPROTO_TCP)
    except OSError as error:
        raise BadInput(
            f"{host} is no address of this machine ({error.strerror}).",
            remedy="Give one, e.g. --host 127.0.0.1.",
        ) from error
    with listener:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listener.bind((name, port))
            listener.listen()
        except OSError as error:
            raise _not_bound(host, port, error) from error
        yield listener


def _not_bound(host: str, port: int, error: OSError) -> FollowupError:
    if error.errno == errno.EADDRINUSE:
        return FollowupError(
            f"Port {port} of {host} is taken by another program.",
            remedy="Give another one, e.g. --port 8766, or 0 for any that is free.",
        )
    return FollowupError(
        f"Port {port} of {host} cannot be listened on ({error.strerror}).",
        remedy="Give another one, e.g. --host 127.0.0.1 --port 8765.",
    )


def url_of(listener: socket.socket, host: str) -> str:
    """The address at which a server that listens there is found."""
    name = host.strip("[]")
    shown = f"[{name}]" if ":" in name else name
    return f"http://{shown}:{listener.getsockname()[1]}/"


def most_connections() -> int:
    """How many connections there may be at once, with as many open files as are allowed."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    files = WANTED_FILES if hard == resource.RLIM_INFINITY else min(WANTED_FILES, hard)
    if soft != resource.RLIM_INFINITY and soft < files:
        resource.setrlimit(resource.RLIMIT_NOFILE, (files, hard))
    return min(MOST_CONNECTIONS, files // 2)


class Connection(H11Protocol):
    """Uvicorn's, but closed where its request does not come. Where there are too many, whoever has
    been awaited for longest makes room."""

    _deadline: asyncio.TimerHandle | None = None

    def connection_made(self, transport: asyncio.Transport) -> None:  # type: ignore[override]
        super().connection_made(transport)
        if len(self.connections) >= (self.limit_concurrency or MOST_CONNECTIONS):
            self._make_room()
        self._await_request()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        self._await_request()

    def connection_lost(self, exc: Exception | None) -> None:
        self._await_no_more()
        super().connection_lost(exc)

    def _await_request(self) -> None:
        if self.conn.their_state not in (h11.IDLE, h11.SEND_BODY):
            self._await_no_more()
        elif self._deadline is None:
            self._deadline = self.loop.call_later(REQUEST_SECONDS, self.transport.abort)

    def _await_no_more(self) -> None:
        if self._deadline is not None:
            self._deadline.cancel()
            self._deadline = None

    def _make_room(self) -> None:
        awaited = [
            (one._deadline.when(), one)
            for one in self.connections
            if isinstance(one, Connection) and one._deadline is not None
        ]
        if awaited:
            _, longest = min(awaited, key=lambda pair: pair[0])
            longest._await_no_more()
            longest.transport.abort()
            self.connections.discard(longest)


class Seldom(logging.Filter):
    """Lets one line through in `SELDOM_SECONDS` that says that no connection can be taken."""

    _again_at = float("-inf")

    def filter(self, record: logging.LogRecord) -> bool:
        if "socket.accept()" not in record.getMessage():
            return True
        now = time.monotonic()
        if now < self._again_at:
            return False
        self._again_at = now + SELDOM_SECONDS
        return True
