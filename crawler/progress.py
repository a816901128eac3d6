"""What a watcher sees of a running crawl; it stands in the crawl's row as JSON."""

from dataclasses import dataclass, field
from typing import Any

from crawler.politeness import Gate

#: Hosts that are named one by one; more cannot be read in a line.
MOST_NAMED = 12


@dataclass(slots=True)
class Progress:
    """How far a crawl is. `asking` are the hosts with a request under way."""

    sources: int = 0
    sources_read: int = 0
    pages: int = 0
    asking: list[str] = field(default_factory=list)

    def record(self, gate: Gate) -> dict[str, Any]:
        """As JSON; `waiting` gives for each host that must wait the seconds that are left."""
        waits = {host: gate.wait_seconds(host) for host in gate.hosts_waiting(1.0)}
        longest = sorted(waits, key=waits.__getitem__, reverse=True)
        return {
            "sources": self.sources,
            "sources_read": self.sources_read,
            "pages": self.pages,
            "asking": self.asking[:MOST_NAMED],
            "waiting": {host: round(waits[host], 1) for host in longest[:MOST_NAMED]},
        }
