"""Sending messages side by side: each has its time (REAL), and one that hangs holds nobody up.

A thread per message, a few at once. A thread cannot be ended from outside: where one hangs beyond
its time it is left alone, and its answer counts no more.
"""

import queue
import threading
import time
from collections import deque
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Generic, TypeVar

from crawler.notices import addresses, chat, webhook
from crawler.notices.answers import Answer, Fate
from crawler.notices.cleaning import line
from crawler.notices.wording import Message
from pipelines.store.notices import Target

#: A message must be gone within this time.
SECONDS = 10.0
#: Messages on their way at a time.
AT_ONCE = 8

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Parcel(Generic[T]):
    """A message on its way; `what` is the caller's."""

    what: T
    target: Target
    message: Message


def deliver(target: Target, message: Message, *, wall: datetime, user_agent: str) -> Answer:
    """Sends one message; the reason of a failure shows nothing of the address."""
    if addresses.is_webhook(target.address):
        answer = webhook.send(
            target.address,
            message,
            secret=target.secret,
            timestamp=int(wall.timestamp()),
            user_agent=user_agent,
        )
    else:
        answer = chat.send(target.address, message)
    if answer.reason is None:
        return answer
    said = line(addresses.without(target.address, answer.reason))
    return Answer(answer.fate, said, answer.wait_seconds)


def deliver_all(
    parcels: Iterator[Parcel[T]], *, wall: Callable[[], datetime], user_agent: str
) -> Iterator[tuple[Parcel[T], Answer]]:
    """Sends what `parcels` gives, `AT_ONCE` side by side, and yields each with its answer as they
    come. The next parcel is taken when there is room for it, not before."""
    answers: queue.SimpleQueue[tuple[Parcel[T], Answer]] = queue.SimpleQueue()
    on_way: deque[tuple[float, Parcel[T]]] = deque()  # the one that has least time left is first

    def carry(parcel: Parcel[T]) -> None:
        try:
            answer = deliver(parcel.target, parcel.message, wall=wall(), user_agent=user_agent)
        except Exception as error:  # noqa: BLE001  the edge: one target's failure is its own
            answer = Answer(Fate.REFUSED, f"it could not be sent ({type(error).__name__})")
        answers.put((parcel, answer))

    more = True
    while more or on_way:
        while more and len(on_way) < AT_ONCE:
            parcel = next(parcels, None)
            if parcel is None:
                more = False
                break
            on_way.append((time.monotonic() + SECONDS, parcel))
            threading.Thread(target=carry, args=(parcel,), daemon=True, name="notice").start()
        if not on_way:
            return
        try:
            left = on_way[0][0] - time.monotonic()
            done, answer = answers.get(timeout=max(left, 0.01))
        except queue.Empty:
            done, answer = on_way[0][1], _overdue(on_way[0][1].target)
        if any(parcel is done for _, parcel in on_way):
            on_way = deque(entry for entry in on_way if entry[1] is not done)
            yield done, answer


def _overdue(target: Target) -> Answer:
    """A webhook's receiver knows a second one by its key; a chat would be told twice."""
    said = f"no answer within {SECONDS:.0f} s"
    return Answer(Fate.REFUSED if addresses.is_webhook(target.address) else Fate.UNSURE, said)
