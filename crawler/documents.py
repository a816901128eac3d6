"""The documents of sources that a crawl is still to ask for. They are in memory alone: a crawl that
is killed leaves its sources open in the store, and the next one polls them again.

A source is one document or several: a sitemap index names files. Its poll has ended when all of
them have.
"""

import time
from collections import Counter, deque
from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass, replace

from crawler.politeness import PATIENCE_SECONDS, HostHeld
from pipelines.incident import Source
from pipelines.urls import host_of

#: Files that are read of one source in one crawl: a sitemap index names every month since 1998.
MOST_DOCUMENTS = 12
#: Sitemap indexes are followed this deep (sitemaps.org allows one level; some nest two).
MOST_DEPTH = 3
#: A host that another crawl has is looked at again after this long.
HELD_SECONDS = 1.0


@dataclass(frozen=True, slots=True)
class Document:
    """One file of a source that is to be polled in this crawl. `first`: a person waits for it, and
    for what it names."""

    source: Source
    url: str
    depth: int = 0
    tries: int = 0
    first: bool = False

    @property
    def host(self) -> str:
        """Whose turn it needs."""
        return host_of(self.url)


@dataclass(slots=True)
class _Held:
    """Why a host is not asked, since when, and when it is looked at again (monotonic seconds)."""

    reason: str
    since: float
    again_at: float


class Documents:
    """A line of documents, those that a person waits for at its head.

    `wait` says how many seconds a host must be left alone by its own rules.
    """

    def __init__(self, wait: Callable[[str], float]) -> None:
        self._wait = wait
        self._line: deque[Document] = deque()
        self._files: set[str] = set()
        self._files_of: Counter[int] = Counter()
        self._open: Counter[int] = Counter()
        self._held: dict[str, _Held] = {}

    def __iter__(self) -> Iterator[Document]:
        return iter(tuple(self._line))

    def add(self, document: Document) -> bool:
        """Put a document into the line, unless its source has had enough of them or it was there
        already, through another source; False then."""
        id = document.source.id or 0
        is_enough = self._files_of[id] >= MOST_DOCUMENTS or document.depth > MOST_DEPTH
        if is_enough or document.url in self._files:
            return False
        self._files.add(document.url)
        self._files_of[id] += 1
        self._open[id] += 1
        self._stand(document)
        return True

    def give(self, document: Document, asking: Collection[Document]) -> bool:
        """Take a source's document over from another crawl, to be polled even if it was in this
        crawl already; False where it is in the line or being asked for."""
        there = [one for one in (*self._line, *asking) if one.url == document.url]
        for one in there:
            if one in self._line and document.first:
                self._line.remove(one)
                self._stand(replace(one, first=True))
        if there:
            return False
        self._files.discard(document.url)
        self._files_of[document.source.id or 0] = 0
        return self.add(document)

    def _stand(self, document: Document) -> None:
        if document.first:
            self._line.appendleft(document)
        else:
            self._line.append(document)

    def put_back(self, document: Document) -> None:
        """Ask for a document again within this crawl: its host asked us to wait."""
        self._stand(replace(document, tries=document.tries + 1))

    def hold(self, document: Document, held: HostHeld) -> bool:
        """Put a document back whose host may not be asked just now; False where that would be for
        too long, or it is another host that is in the way."""
        seconds = HELD_SECONDS if held.seconds is None else held.seconds
        if held.host != document.host or seconds > PATIENCE_SECONDS:
            return False
        now = time.monotonic()
        since = self._held[document.host].since if document.host in self._held else now
        self._held[document.host] = _Held(str(held), since, now + seconds)
        self._line.appendleft(document)
        return True

    def next(self, limit: int, is_asking: Callable[[str], bool], soon: float) -> list[Document]:
        """Up to so many documents whose hosts may be asked within `soon` seconds, each host once;
        they leave the line."""
        taken: dict[str, Document] = {}
        for _ in range(len(self._line)):
            document = self._line.popleft()
            host = document.host
            is_free = host not in taken and not is_asking(host) and self.wait_seconds(host) <= soon
            if len(taken) < limit and is_free:
                taken[host] = document
            else:
                self._line.append(document)
        for host in taken:
            if host in self._held:
                self._held[host].again_at = 0.0
        return list(taken.values())

    def wait_seconds(self, host: str) -> float:
        """How long a host must be left alone; over `PATIENCE_SECONDS` where another crawl has had
        it for longer than that."""
        if (held := self._held.get(host)) is None:
            return self._wait(host)
        now = time.monotonic()
        if now - held.since > PATIENCE_SECONDS:
            return PATIENCE_SECONDS + 1
        return max(self._wait(host), held.again_at - now, 0.0)

    def came_through(self, host: str) -> None:
        """A host answered: nobody else has it."""
        self._held.pop(host, None)

    def why_waiting(self, host: str) -> str:
        """The reason for which a host cannot be asked."""
        if host in self._held:
            return self._held[host].reason
        return "its host cannot be asked soon enough for this crawl"

    def hosts(self) -> set[str]:
        """Hosts that documents in the line are at."""
        return {document.host for document in self._line}

    def sources_at(self, host: str) -> list[Document]:
        """Documents in the line that can be polled by another crawl as well: whole sources."""
        return [one for one in self._line if one.host == host and one.depth == 0]

    def remove(self, documents: Collection[Document]) -> None:
        """Take documents out of the line; another crawl asks for them."""
        for document in documents:
            self._line.remove(document)
            self._files.discard(document.url)
            self.ended(document)

    def ended(self, document: Document) -> bool:
        """A document's part in its source's poll is over; True where it was the last one."""
        id = document.source.id or 0
        self._open[id] -= 1
        return self._open[id] <= 0
