"""How often somebody may try a password: few times for an address, not many in all.

In memory alone: a server that was started again forgives. Times are monotonic seconds.
"""

import threading
import time
from collections import OrderedDict
from dataclasses import dataclass, field

#: Wrong passwords within `WINDOW_SECONDS` from one address (a whole network of IPv6), and in all.
MOST_OF_ONE, MOST_OF_ALL = 5, 60
WINDOW_SECONDS = 300.0
#: Addresses that are remembered; those that tried longest ago are forgotten first.
_MOST_ADDRESSES = 10_000
#: Passwords that are looked at at once: Argon2 takes 64 MB for each.
AT_ONCE = 2


@dataclass(slots=True)
class Tries:
    """Wrong passwords of late. Safe in threads."""

    _of_one: OrderedDict[str, list[float]] = field(default_factory=OrderedDict)
    _of_all: list[float] = field(default_factory=list)
    _lock: threading.Lock = field(default_factory=threading.Lock)
    looking: threading.BoundedSemaphore = field(
        default_factory=lambda: threading.BoundedSemaphore(AT_ONCE)
    )

    def wait_seconds(self, address: str) -> float:
        """How long this address has to wait before its next try; 0: not at all."""
        now = time.monotonic()
        with self._lock:
            mine = _of_late(self._of_one.get(_network(address), []), now)
            self._of_all = _of_late(self._of_all, now)
            ends = [
                tries[-most] + WINDOW_SECONDS - now
                for tries, most in ((mine, MOST_OF_ONE), (self._of_all, MOST_OF_ALL))
                if len(tries) >= most
            ]
        return max(ends, default=0.0)

    def note(self, address: str) -> None:
        """Before a password is looked at: whoever tries many at once is not let through either."""
        now = time.monotonic()
        with self._lock:
            name = _network(address)
            self._of_one[name] = [*_of_late(self._of_one.pop(name, []), now), now]
            self._of_all = [*_of_late(self._of_all, now), now]
            while len(self._of_one) > _MOST_ADDRESSES:
                self._of_one.popitem(last=False)

    def forgive(self, address: str) -> None:
        """The password was right."""
        with self._lock:
            mine = self._of_one.pop(_network(address), [])
            self._of_all = [at for at in self._of_all if at not in mine]


def _of_late(tries: list[float], now: float) -> list[float]:
    return [at for at in tries if now - at < WINDOW_SECONDS]


def _network(address: str) -> str:
    """An IPv6 address by its /64, which one customer has whole."""
    return ":".join(address.split(":")[:4]) if ":" in address else address
