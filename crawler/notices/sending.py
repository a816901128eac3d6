"""Sending messages side by side: each has its time (REAL), and one that hangs holds nobody up.

A thread per message, a few at once. A webhook's ends itself; one that a chat's or mail's library
hangs in cannot be ended from outside. It is left alone, its answer counts no more, and nothing else
is sent to that address until it came back.
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

#: Threads of this process that are beyond their time, and the address that each sends to.
_hanging: dict[threading.Thread, str] = {}
_hanging_lock = threading.Lock()

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class Parcel(Generic[T]):
    """A message on its way; `what` is the caller's."""

    what: T
    target: Target
    message: Message


@dataclass(frozen=True, slots=True)
class _OnWay(Generic[T]):
    """A parcel whose answer is awaited until then (monotonic)."""

    until: float
    parcel: Parcel[T]
    thread: threading.Thread


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
    on_way: deque[_OnWay[T]] = deque()  # the one that has least time left is first

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
            if _hangs(parcel.target.address):
                yield parcel, Answer(Fate.REFUSED, "the message before still hangs")
                continue
            thread = threading.Thread(target=carry, args=(parcel,), daemon=True, name="notice")
            on_way.append(_OnWay(time.monotonic() + SECONDS, parcel, thread))
            thread.start()
        if not on_way:
            return
        try:
            left = on_way[0].until - time.monotonic()
            done, answer = answers.get(timeout=max(left, 0.01))
        except queue.Empty:
            done, answer = on_way[0].parcel, _overdue(on_way[0])
        if any(one.parcel is done for one in on_way):
            on_way = deque(one for one in on_way if one.parcel is not done)
            yield done, answer


def _hangs(address: str) -> bool:
    with _hanging_lock:
        for thread in [thread for thread in _hanging if not thread.is_alive()]:
            del _hanging[thread]
        return address in _hanging.values()


def _overdue(late: _OnWay[T]) -> Answer:
    """A webhook's receiver knows a second one by its key; a chat would be told twice."""
    address = late.parcel.target.address
    with _hanging_lock:
        _hanging[late.thread] = address
    said = f"no answer within {SECONDS:.0f} s"
    return Answer(Fate.REFUSED if addresses.is_webhook(address) else Fate.UNSURE, said)
