"""What a watcher sees of a running crawl; it stands in the crawl's row as JSON."""

import time
from collections import Counter, deque
from dataclasses import dataclass, field
from typing import Any

from crawler.politeness import Gate

#: Hosts that are named one by one; more cannot be read in a line.
MOST_NAMED = 12
#: The rate is that of the last half minute: steady enough to read, new enough to believe.
RATE_SECONDS = 30.0


@dataclass(slots=True)
class Progress:
    """How far a crawl is. `asking` are the hosts with a request under way; `handed` counts links
    and sources that were given to other crawls, by the crawl."""

    sources: int = 0
    sources_read: int = 0
    pages: int = 0
    asking: list[str] = field(default_factory=list)
    handed: Counter[int] = field(default_factory=Counter)
    _seen: deque[tuple[float, int]] = field(default_factory=deque)

    def record(self, gate: Gate, *, remaining: int) -> dict[str, Any]:
        """As JSON; `waiting` gives for each host that must wait the seconds that are left, `rate`
        is pages a second on real time, `remaining` links and sources without an ending."""
        waits = {host: gate.wait_seconds(host) for host in gate.hosts_waiting(1.0)}
        longest = sorted(waits, key=waits.__getitem__, reverse=True)
        return {
            "sources": self.sources,
            "sources_read": self.sources_read,
            "pages": self.pages,
            "remaining": remaining,
            "rate": round(self._rate(), 2),
            "asking": self.asking[:MOST_NAMED],
            "waiting": {host: round(waits[host], 1) for host in longest[:MOST_NAMED]},
            **({"handed": self.handed_over()} if self.handed else {}),
        }

    def handed_over(self) -> dict[str, int]:
        """`handed` as JSON, whose keys are texts."""
        return {str(crawl_id): count for crawl_id, count in sorted(self.handed.items())}

    def _rate(self) -> float:
        now = time.monotonic()
        self._seen.append((now, self.pages))
        while now - self._seen[0][0] > RATE_SECONDS:
            self._seen.popleft()
        began, pages = self._seen[0]
        return (self.pages - pages) / (now - began) if now > began else 0.0
