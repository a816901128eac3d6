"""Sites that answer as no honest one does: raw bytes, pauses and silence, through one proxy port.

A site is a function from the path to what is written, piece by piece: bytes go onto the wire as
they are, a number is a pause in seconds, and after the last piece the connection is closed.
"""

import asyncio
import threading
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from urllib.parse import urlsplit

Piece = bytes | float
Site = Callable[[str], Sequence[Piece]]

WORDS = (
    "The signal box at Harrow Junction caught fire on Tuesday night, and trains stood still until"
    " noon. Engineers said that an old transformer had been the cause, and that passengers were"
    " never in danger. The railway will replace three more of its kind before the winter begins."
)


def answer(body: bytes | str, kind: str = "text/html", status: int = 200, **headers: str) -> bytes:
    """A whole answer, well formed."""
    data = body.encode() if isinstance(body, str) else body
    lines = {"Content-Type": kind, "Content-Length": str(len(data)), **headers}
    head = "".join(f"{name.replace('_', '-')}: {value}\r\n" for name, value in lines.items())
    return f"HTTP/1.1 {status} Status\r\n{head}\r\n".encode() + data


def story(number: int = 0) -> bytes:
    """A plain article."""
    title = f"Fire at the junction, part {number}"
    text = "".join(f"<p>{WORDS} This is paragraph {number}.{i}.</p>" for i in range(3))
    return answer(f"<title>{title}</title><article><h1>{title}</h1>{text}</article>")


def feed(host: str, paths: Sequence[str], padding: int = 0) -> str:
    """An RSS feed that names some paths of its host."""
    items = "".join(
        f"<item><title>{path}</title><link>http://{host}{path}</link></item>" for path in paths
    )
    return (
        f"<rss version='2.0'><channel><title>Paper</title>{items}</channel></rss>" + " " * padding
    )


@dataclass
class StrangeSites:
    """The running sites. `asked` has every request as (host, path, headers in lower case)."""

    sites: dict[str, Site]
    port: int = 0
    asked: list[tuple[str, str, str]] = field(default_factory=list)

    @property
    def url(self) -> str:
        """Of the proxy."""
        return f"http://127.0.0.1:{self.port}"

    def paths(self, host: str) -> list[str]:
        """What was asked of a host, in order, but for robots.txt."""
        found = [path for name, path, _ in self.asked if name == host]
        return [path for path in found if path != "/robots.txt"]

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """Answer one request on a connection and close it."""
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
            address = urlsplit(head.split(" ", 2)[1])
            host, path = address.hostname or "", address.path
            self.asked.append((host, path, head.lower()))
            for piece in self.sites[host](path):
                if isinstance(piece, bytes):
                    writer.write(piece)
                    await writer.drain()
                else:
                    await asyncio.sleep(piece)
        except (OSError, EOFError):
            pass  # the visitor left
        finally:
            writer.close()


@contextmanager
def served(sites: dict[str, Site]) -> Iterator[StrangeSites]:
    """The sites, in a thread of their own for as long as the context lasts."""
    strange = StrangeSites(sites)
    loop, ready = asyncio.new_event_loop(), threading.Event()
    stop = asyncio.Event()

    async def run() -> None:
        server = await asyncio.start_server(strange.answer, "127.0.0.1", 0)
        strange.port = server.sockets[0].getsockname()[1]
        ready.set()
        await stop.wait()
        server.close()
        others = asyncio.all_tasks() - {asyncio.current_task()}
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)

    thread = threading.Thread(target=lambda: loop.run_until_complete(run()), daemon=True)
    thread.start()
    ready.wait()
    try:
        yield strange
    finally:
        loop.call_soon_threadsafe(stop.set)
        thread.join()
        loop.close()
