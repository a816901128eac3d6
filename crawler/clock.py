"""The product's time, and real time beside it.

The product's clock (schedule, due-ness, windows, re-readings, first seen) can be set and sped up by
FOLLOWUP_NOW and FOLLOWUP_SPEED. Whatever concerns other people's machines or live processes (gaps,
Crawl-delay, Retry-After, time limits, leases, heartbeats) runs on real time, `wall`.
"""

import time
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta


@dataclass(frozen=True, slots=True)
class Clock:
    """`start` is the product's time when the clock was made, None for real time; `speed` counts
    the product's seconds in one real second."""

    start: datetime | None = None
    speed: float = 1.0
    made_at: float = field(default_factory=time.monotonic)

    def now(self) -> datetime:
        """The product's time, aware UTC."""
        if self.start is None:
            return self.wall()
        return self.start + timedelta(seconds=(time.monotonic() - self.made_at) * self.speed)

    @staticmethod
    def wall() -> datetime:
        """Real time, aware UTC."""
        return datetime.now(UTC)

    def environment(self) -> dict[str, str]:
        """What a child process needs in its environment to go on with this clock."""
        if self.start is None:
            return {}
        return {"FOLLOWUP_NOW": self.now().isoformat(), "FOLLOWUP_SPEED": str(self.speed)}
