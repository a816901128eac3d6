"""The server that is always on: schedule, desk and API in one process, crawls as its children.

The main thread runs Uvicorn, which never waits for the store; the schedule ticks beside it. One
server keeps a schedule: within a data folder a locked file decides, between folders on one database
the row in it (`pipelines.store.servers`).
"""

import asyncio
import errno
import fcntl
import ipaddress
import logging
import os
import resource
import secrets
import signal
import socket
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from types import FrameType
from typing import IO

import h11
import uvicorn
from uvicorn.protocols.http.h11_impl import H11Protocol

from crawler import life, logs
from crawler.config import Config
from crawler.desk.app import create_app
from crawler.home import Home, open_home
from crawler.schedule.ticking import Schedule
from crawler.supervisor import Supervisor, within
from pipelines.errors import BadInput, FollowupError, HomeNotWritable
from pipelines.store import servers
from pipelines.store.servers import Holder

_log = logging.getLogger(__name__)

#: All children have ended so soon after the server was told to end (the rest is killed).
STOP_SECONDS = 8.0
#: Whoever is just being answered has so long to be answered.
ANSWER_SECONDS = 2
#: The process is gone by then, whatever still hangs: it was promised to end within 10 s.
LAST_SECONDS = 9.5
#: Servers before that the data folder's lock file names, and how much of it is read.
MOST_TOKENS, MOST_LOCK_BYTES = 100, 100_000
#: A request is here so soon, its head and its body; these are small, and Uvicorn waits for ever.
REQUEST_SECONDS = 10.0
#: Open files that are asked for, and connections at once; of few files, connections get half.
WANTED_FILES, MOST_CONNECTIONS = 4_096, 500
#: Connections that could not be taken are told once in so long: asyncio tells each try.
SELDOM_SECONDS = 60.0
#: How the end of the server reads in the rows of the crawls that it ends.
STOPPED = "the server was stopped"


class ServerRunning(FollowupError):
    """Another server keeps the schedule. `holder` is its row, None where it is not known yet."""

    def __init__(self, holder: Holder | None, home: Path) -> None:
        super().__init__(_names(holder, home), remedy="Use that one, or stop it first.")
        self.holder = holder


def _names(holder: Holder | None, home: Path) -> str:
    if holder is None:
        return f"A server is just starting on {home}."
    return (
        f"A server is running already: on {holder.machine}, process {holder.pid}, {holder.url},"
        f" since {holder.since:%Y-%m-%d %H:%M} UTC, with the data folder {holder.home}."
    )


@dataclass(slots=True)
class Running:
    """A server that runs. It is the desk's pulse too."""

    home: Home
    url: str
    token: str
    supervisor: Supervisor
    lost: threading.Event = field(default_factory=threading.Event)
    hurry: threading.Event = field(default_factory=threading.Event)
    schedule: Schedule = field(init=False)
    _stopping: threading.Thread | None = None

    def __post_init__(self) -> None:
        self.schedule = Schedule(self.home, self.supervisor, self.token, self.lost.set)

    def wake(self) -> None:
        """Look at once for what is requested or due."""
        self.schedule.wake()

    def problem(self) -> str | None:
        """Why the schedule does not tick; None: it does."""
        return self.schedule.problem()

    @property
    def last_tick_at(self) -> float:
        """When the schedule ticked last (monotonic)."""
        return self.schedule.last_tick_at

    def begin_to_stop(self) -> None:
        """Tick no more and end the crawls, beside whoever is still being answered."""
        if self._stopping is None:
            last_resort = threading.Timer(LAST_SECONDS, os._exit, [0])
            last_resort.daemon = True
            last_resort.start()
            self._stopping = threading.Thread(target=self._stop, name="stop", daemon=True)
            self._stopping.start()

    def wait_stopped(self) -> None:
        """Until all crawls have ended and the schedule is free."""
        self.begin_to_stop()
        if self._stopping is not None:
            self._stopping.join()

    def _stop(self) -> None:
        self.schedule.stop()
        self.supervisor.stop_all(STOPPED, STOP_SECONDS - 1.0, self.hurry)
        within(1.0, self.schedule.release)


def serve(
    config: Config,
    *,
    host: str,
    port: int,
    tell: Callable[[Running], None],
) -> None:
    """Serve until SIGTERM or SIGINT; `tell` is called once requests are answered.

    Raises ServerRunning, ContactMissing, BadInput or another FollowupError before that.
    """
    config.require_contact()
    _check_host(config, host)
    config.make_home()
    logs.set_up(config)
    with ExitStack() as held:
        lock = held.enter_context(_folder_lock(config))
        listener = held.enter_context(_listening(host, port))
        home = held.enter_context(open_home(config))
        running = Running(home, _url(listener, host), secrets.token_hex(16), Supervisor(home))
        _acquire(running, lock)
        life.settle_dead(config, home.clock, home.database)
        _run(running, host, listener, tell)
        if running.lost.is_set():
            with home.database.read() as conn:
                raise ServerRunning(servers.holder(conn), config.home)


def _run(
    running: Running, host: str, listener: socket.socket, tell: Callable[[Running], None]
) -> None:
    app = create_app(running.home, running)
    settings = uvicorn.Config(
        app,
        http=_Connection,
        limit_concurrency=_connections(),
        host=host,
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        ws="none",
        timeout_graceful_shutdown=ANSWER_SECONDS,
    )
    server = _Server(settings, running, tell)
    logging.getLogger("asyncio").addFilter(_Seldom())
    try:
        running.schedule.start()
        server.run(sockets=[listener])
    finally:
        running.wait_stopped()
    _log.info("ended")


def _connections() -> int:
    """How many connections there may be at once, with as many open files as are allowed."""
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    files = WANTED_FILES if hard == resource.RLIM_INFINITY else min(WANTED_FILES, hard)
    if soft != resource.RLIM_INFINITY and soft < files:
        resource.setrlimit(resource.RLIMIT_NOFILE, (files, hard))
    return min(MOST_CONNECTIONS, files // 2)


class _Connection(H11Protocol):
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
            if isinstance(one, _Connection) and one._deadline is not None
        ]
        if awaited:
            _, longest = min(awaited, key=lambda pair: pair[0])
            longest._await_no_more()
            longest.transport.abort()
            self.connections.discard(longest)


class _Seldom(logging.Filter):
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


class _Server(uvicorn.Server):
    """Uvicorn, which ends our children with itself, and does not die of the signal afterwards."""

    def __init__(
        self, config: uvicorn.Config, running: Running, tell: Callable[[Running], None]
    ) -> None:
        super().__init__(config)
        self._running, self._tell = running, tell

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """As Uvicorn's; then the door is told to be open."""
        await super().startup(sockets)
        if self.started:
            _log.info("ready url=%s home=%s", self._running.url, self._running.home.config.home)
            self._tell(self._running)

    async def on_tick(self, counter: int) -> bool:
        """As Uvicorn's; a server that lost the schedule ends too."""
        return await super().on_tick(counter) or self._running.lost.is_set()

    @contextmanager
    def capture_signals(self) -> Iterator[None]:
        """SIGTERM, SIGINT and a closed terminal end the server in good order; a second SIGINT does
        so at once."""
        before = {
            sig: signal.signal(sig, self.handle_exit)
            for sig in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP)
            if signal.getsignal(sig) is not signal.SIG_IGN  # as nohup has it
        }
        try:
            yield
        finally:
            self._running.begin_to_stop()
            self._running.wait_stopped()
            for sig, handler in before.items():
                signal.signal(sig, handler)

    def handle_exit(self, sig: int, frame: FrameType | None) -> None:
        """Note the end; what takes time is done elsewhere."""
        if self.should_exit and sig == signal.SIGINT:
            self.force_exit = True
            self._running.hurry.set()
        self.should_exit = True
        self._running.begin_to_stop()


def _check_host(config: Config, host: str) -> None:
    if config.token is None and not _is_loopback(host):
        raise BadInput(
            f"On {host} others could reach the server, and no token is set.",
            remedy="Set FOLLOWUP_TOKEN to a long random text, or serve on 127.0.0.1.",
        )


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False


@contextmanager
def _folder_lock(config: Config) -> Iterator[IO[str]]:
    """The data folder's lock, held while this process lives; its children don't get it."""
    path = config.home / "serve.lock"
    with ExitStack() as held:
        try:
            lock = held.enter_context(path.open("a+", encoding="ascii", errors="replace"))
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError as error:
            with open_home(config) as home, home.database.read() as conn:
                raise ServerRunning(servers.holder(conn), config.home) from error
        except OSError as error:
            raise HomeNotWritable(
                f"The lock file {path} cannot be used ({error.strerror or error}).",
                remedy="Remove it while no server runs; each server makes it anew.",
            ) from error
        yield lock


def _acquire(running: Running, lock: IO[str]) -> None:
    """Take the schedule, and leave in the lock file what shows the folder's next server that this
    one was of the same folder; whenever this one is killed, the row's token stands there."""
    home = running.home
    before = _tokens(lock)
    wall = home.clock.wall()
    me = Holder(
        token=running.token,
        home=str(home.config.home),
        machine=socket.gethostname(),
        pid=os.getpid(),
        url=running.url,
        since=wall,
        beat_at=wall,
    )
    with home.database.write() as conn:
        there = servers.acquire(conn, me, wall_now=wall, before=before)
        if there is not None:
            raise ServerRunning(there, home.config.home)
        lock.write(f"\n{running.token}\n")  # not in place of those before: the row may stay theirs
        lock.flush()


def _tokens(lock: IO[str]) -> list[str]:
    """The tokens of the folder's last servers, the latest last; a file grown long is cut."""
    lock.seek(0)
    tokens = lock.read(MOST_LOCK_BYTES).split()
    if len(tokens) > MOST_TOKENS:
        tokens = tokens[-MOST_TOKENS:]
        lock.truncate(0)
        lock.write("".join(f"{token}\n" for token in tokens))
        lock.flush()
    return tokens


@contextmanager
def _listening(host: str, port: int) -> Iterator[socket.socket]:
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


def _url(listener: socket.socket, host: str) -> str:
    name = host.strip("[]")
    shown = f"[{name}]" if ":" in name else name
    return f"http://{shown}:{listener.getsockname()[1]}/"
