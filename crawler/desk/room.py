"""What every handler works with: the open home, the server's beat, its health, the forms' token."""

import asyncio
import hashlib
import hmac
import secrets
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from typing import Annotated

from fastapi import Depends, Request
from prometheus_client import CollectorRegistry

from crawler.desk.afterthoughts import Afterthoughts
from crawler.desk.identity import Caller
from crawler.desk.pulse import Pulse
from crawler.desk.tries import Tries
from crawler.home import Home
from crawler.services.health import Checkup, Problem
from pipelines.errors import StoreError

#: Writes under way at once. One waits for another anyway; more of them in a store that is locked
#: for long would use up the connections that reading needs.
MOST_WRITES = 4
#: A write that finds so many others before it waits for this long. REAL seconds.
WRITE_PATIENCE_SECONDS = 5.0
#: So many writes wait for their turn; each holds one of the 40 threads that answer all requests.
MOST_WAITING = 4
_FORM_BYTES = hashlib.sha256().digest_size
#: Crawls that are watched at once; each asks the store every second.
MOST_STREAMS = 20
#: Threads that only /healthz uses: it answers though all others wait.
HEALTH_THREADS = 2


@dataclass(frozen=True, slots=True)
class Room:
    """One for each application, and of that one for each request with its `caller`."""

    home: Home
    pulse: Pulse
    checkup: Checkup
    registry: CollectorRegistry
    afterthoughts: Afterthoughts
    caller: Caller | None = None
    tries: Tries = field(default_factory=Tries)
    streams: threading.BoundedSemaphore = field(
        default_factory=lambda: threading.BoundedSemaphore(MOST_STREAMS)
    )
    secret: bytes = field(default_factory=lambda: secrets.token_bytes(32))
    _writes: threading.BoundedSemaphore = field(
        default_factory=lambda: threading.BoundedSemaphore(MOST_WRITES)
    )
    _places: threading.BoundedSemaphore = field(
        default_factory=lambda: threading.BoundedSemaphore(MOST_WRITES + MOST_WAITING)
    )
    _watching: ThreadPoolExecutor = field(
        default_factory=lambda: ThreadPoolExecutor(HEALTH_THREADS, "healthz")
    )

    @property
    def person(self) -> str:
        """Who acts, as it stands in the history: by name where somebody logged in."""
        caller = self.caller
        return "the desk" if caller is None or caller.is_unnamed else caller.name

    @property
    def form_token(self) -> str:
        """What the desk's forms carry, and no page of another site can read; each session has its
        own. It looks different each time: pages are sent packed, and the size of a page that also
        repeats what was searched for could else tell a stranger what stands in it (BREACH)."""
        pad = secrets.token_bytes(_FORM_BYTES)
        return (pad + _masked(self._form_key(), pad)).hex()

    def is_form_token(self, shown: str) -> bool:
        """Compared in constant time."""
        try:
            both = bytes.fromhex(shown)
        except ValueError:
            return False
        pad, masked = both[:_FORM_BYTES], both[_FORM_BYTES:]
        return len(masked) == _FORM_BYTES and hmac.compare_digest(
            _masked(masked, pad), self._form_key()
        )

    def _form_key(self) -> bytes:
        session = (self.caller and self.caller.session) or ""
        return hmac.new(self.secret, b"form" + session.encode(), hashlib.sha256).digest()

    @contextmanager
    def writing(self) -> Iterator[None]:
        """Around a service that writes. Raises StoreError where too many wait already."""
        with (
            _held(self._places, patience_seconds=0.0),
            _held(self._writes, patience_seconds=WRITE_PATIENCE_SECONDS),
        ):
            yield

    async def look_after(self) -> tuple[Problem, ...]:
        """What `checkup` finds, whatever all other requests wait for."""
        loop = asyncio.get_running_loop()
        return await loop.run_in_executor(self._watching, self.checkup.problems)


def _masked(key: bytes, pad: bytes) -> bytes:
    return bytes(a ^ b for a, b in zip(key, pad, strict=True))


@contextmanager
def _held(places: threading.BoundedSemaphore, *, patience_seconds: float) -> Iterator[None]:
    if not places.acquire(timeout=patience_seconds):
        raise StoreError(
            "The database is busy, and others wait for it already.",
            remedy="Ask again in a moment.",
        )
    try:
        yield
    finally:
        places.release()


def room_of(request: Request) -> Room:
    """The room as whoever asks finds it."""
    room: Room = request.app.state.room
    return replace(room, caller=getattr(request.state, "caller", None))


async def _room(request: Request) -> Room:
    return room_of(request)


async def _caller(request: Request) -> Caller:
    caller: Caller = request.state.caller
    return caller


#: Parameters of handlers. Coroutines, as a plain function would be run in a thread of its own.
InRoom = Annotated[Room, Depends(_room)]
From = Annotated[Caller, Depends(_caller)]
