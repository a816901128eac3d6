"""What decisions teach an incident, worked out after they were answered.

Learning from a decision takes longer than a person who goes through a list wants to wait. One
thread does it, once for all decisions that came within a moment, and keeps what it found for the
next page. What it had not come to when the server ended, the end of the next crawl does.
"""

import logging
import threading
from collections.abc import Callable, Iterable

from pipelines.errors import FollowupError

_log = logging.getLogger(__name__)

#: Decisions come in bursts: it waits for so long a pause. REAL seconds.
PAUSE_SECONDS = 1.5


class Afterthoughts:
    """The effect of decisions by the slug of an incident. Safe in threads."""

    def __init__(self, effect: Callable[[str], int]) -> None:
        self._effect = effect
        self._waiting: dict[str, bool] = {}
        self._found: dict[str, int] = {}
        self._changed = threading.Condition()
        self._thread: threading.Thread | None = None

    def think(self, slugs: Iterable[str]) -> None:
        """Something was decided for these incidents."""
        with self._changed:
            self._waiting.update(dict.fromkeys(slugs, True))
            if self._waiting and (self._thread is None or not self._thread.is_alive()):
                self._thread = threading.Thread(target=self._run, name="learning", daemon=True)
                self._thread.start()
            self._changed.notify_all()

    def of(self, slug: str) -> int | None:
        """How many articles near the threshold would get another verdict; None: not known yet."""
        with self._changed:
            return self._found.get(slug)

    def forget(self, slug: str) -> None:
        """Articles were judged anew: nothing would change now."""
        with self._changed:
            self._found.pop(slug, None)

    def settled(self, seconds: float) -> bool:
        """Waits until nothing is left to think about; False where that takes longer."""
        with self._changed:
            return self._changed.wait_for(lambda: not self._waiting, seconds)

    def _run(self) -> None:
        while True:
            with self._changed:
                while self._changed.wait(PAUSE_SECONDS):
                    pass
                if not self._waiting:
                    self._thread = None
                    return
                slugs = list(self._waiting)
                self._waiting = dict.fromkeys(slugs, False)
            for slug in slugs:
                self._think(slug)

    def _think(self, slug: str) -> None:
        found = None
        try:
            found = self._effect(slug)
        except FollowupError as error:  # deleted meanwhile, or the store is busy: it comes again
            _log.warning("learning failed incident=%s reason=%r", slug, str(error))
        with self._changed:
            if found is not None:
                self._found[slug] = found
            if self._waiting.get(slug) is False:
                del self._waiting[slug]
            self._changed.notify_all()
