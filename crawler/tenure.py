"""Who keeps the schedule: one server at a time.

Within a data folder a locked file decides, which is free at the moment of a kill -9; between
folders on one database the row in it does (`pipelines.store.servers`).
"""

import fcntl
import os
import socket
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import IO

from crawler.config import Config
from crawler.home import Home, open_home
from pipelines.errors import FollowupError, HomeNotWritable
from pipelines.store import servers
from pipelines.store.servers import Holder

#: Servers before that the data folder's lock file names, and how much of it is read.
MOST_TOKENS, MOST_LOCK_BYTES = 100, 100_000


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


@contextmanager
def folder_lock(config: Config) -> Iterator[IO[str]]:
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


def take_schedule(home: Home, url: str, token: str, lock: IO[str]) -> None:
    """Take the schedule, and leave in the lock file what shows the folder's next server that this
    one was of the same folder; whenever this one is killed, the row's token stands there."""
    before = _tokens(lock)
    wall = home.clock.wall()
    me = Holder(
        token=token,
        home=str(home.config.home),
        machine=socket.gethostname(),
        pid=os.getpid(),
        url=url,
        since=wall,
        beat_at=wall,
    )
    with home.database.write() as conn:
        there = servers.acquire(conn, me, wall_now=wall, before=before)
        if there is not None:
            raise ServerRunning(there, home.config.home)
        lock.write(f"\n{token}\n")  # not in place of those before: the row may stay theirs
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
