"""The server that is always on: schedule, desk and API in one process, crawls as its children.

The main thread runs Uvicorn, which never waits for the store; the schedule ticks beside it.
`crawler.tenure` sees to it that there is one such server, `crawler.connections` to its visitors.
"""

import ipaddress
import logging
import os
import secrets
import signal
import socket
import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from types import FrameType

import uvicorn

from crawler import life, logs
from crawler.config import Config
from crawler.connections import Connection, Seldom, listening, most_connections, url_of
from crawler.desk.app import create_app
from crawler.desk.identity import is_guarded
from crawler.home import Home, open_home
from crawler.schedule.ticking import Schedule
from crawler.services import dossier
from crawler.supervisor import Supervisor, within
from crawler.tenure import ServerRunning, folder_lock, take_schedule
from pipelines.errors import BadInput
from pipelines.store import servers

_log = logging.getLogger(__name__)

#: All children have ended so soon after the server was told to end (the rest is killed).
STOP_SECONDS = 8.0
#: Whoever is just being answered has so long to be answered.
ANSWER_SECONDS = 2
#: The process is gone by then, whatever still hangs: it was promised to end within 10 s.
LAST_SECONDS = 9.5
#: A signal may come to any thread and wakes no other (signal(7)); the main one, which alone heeds
#: it, looks up from its waiting so often.
LOOK_SECONDS = 0.1
#: How the end of the server reads in the rows of the crawls that it ends.
STOPPED = "the server was stopped"


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
        while self._stopping is not None and self._stopping.is_alive():
            self._stopping.join(LOOK_SECONDS)

    def _stop(self) -> None:
        self.schedule.stop()
        self.supervisor.stop_all(STOPPED, STOP_SECONDS - 1.0, self.hurry)
        within(1.0, lambda: self.schedule.release(STOPPED))


def serve(
    config: Config,
    *,
    host: str,
    port: int,
    tell: Callable[[Running], None],
    environment: Mapping[str, str] | None = None,
) -> None:
    """Serve until SIGTERM or SIGINT; `tell` is called once requests are answered. `environment` is
    what crawls get besides this process's own.

    Raises ServerRunning, ContactMissing, BadInput or another FollowupError before that.
    """
    config.require_contact()
    config.make_home()
    logs.set_up(config)
    with ExitStack() as held:
        lock = held.enter_context(folder_lock(config))
        home = held.enter_context(open_home(config, environment))
        _check_host(home, host)
        listener = held.enter_context(listening(host, port))
        running = Running(home, url_of(listener, host), secrets.token_hex(16), Supervisor(home))
        take_schedule(home, running.url, running.token, lock)
        life.settle_dead(config, home.clock, home.database)
        dossier.clear_away(config)
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
        http=Connection,
        limit_concurrency=most_connections(),
        host=host,
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=False,
        ws="none",
        timeout_graceful_shutdown=ANSWER_SECONDS,
    )
    server = _Server(settings, running, tell)
    logging.getLogger("asyncio").addFilter(Seldom())
    try:
        running.schedule.start()
        server.run(sockets=[listener])
    finally:
        running.wait_stopped()
    _log.info("ended")


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


def _check_host(home: Home, host: str) -> None:
    if not _is_loopback(host) and not is_guarded(home):
        raise BadInput(
            f"On {host} others could reach the server, and no password is set.",
            remedy="Set one (followup password set), or FOLLOWUP_TOKEN, or serve on 127.0.0.1.",
        )


def _is_loopback(host: str) -> bool:
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host.strip("[]")).is_loopback
    except ValueError:
        return False
