"""Cleaning in processes of their own: a page that never ends, or that kills its process, is one
outcome, and the pages beside it are cleaned.

Method: a worker (`worker`) does one thing at a time and is killed when that takes too long: by the
kernel, which counts its CPU seconds, else from here, after more seconds than any page needs on a
machine that is busy. Another is started for what comes next, so nothing is lost but the page. A
worker reads from a pipe and ends when that is closed, hence with the process that started it,
whatever ended that one. Nothing is started before the first page.

Known mistake: a page that is cleaned while its worker is killed from outside, as by a machine out
of memory, is tried once more; the second time it is taken for the cause.
"""

import asyncio
import json
import os
import pickle
import select
import signal
import subprocess
import sys
import threading
from collections import deque
from collections.abc import Callable, Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import suppress
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from queue import SimpleQueue
from types import TracebackType
from typing import Any, BinaryIO, Self, TypeVar, cast

from pipelines.clean import clean, clean_saved
from pipelines.items import Cleaned, Page
from pipelines.outcomes import Outcome

_Item = TypeVar("_Item")
_Result = TypeVar("_Result")


@dataclass(frozen=True, slots=True)
class Limits:
    """What a page may use. The only place where it is said.

    Attributes:
        cpu_seconds: of 1,617 recorded pages the slowest needed 0.45, half of them 0.03; the first
            whose language is guessed a second more, since that loads the model.
        wall_seconds: for a process that waits or stands still; a busy machine may take its time.
        memory_bytes: of a worker's data, where the platform counts it.
        keep_bytes: a worker that holds more than this after a page is replaced; 1,000 recorded
            pages need one or two of them, and parent and worker 280 MB at most.
    """

    cpu_seconds: float = 4.0
    wall_seconds: float = 20.0
    memory_bytes: int = 1_000_000_000
    keep_bytes: int = 190_000_000


LIMITS = Limits()
#: A worker has loaded its libraries by then, on whatever machine.
START_SECONDS = 60.0
#: So many things are handed in ahead of the one that is waited for, for each worker.
AHEAD = 3

_BEGIN = (
    "import json, sys; sys.path[:] = json.loads(sys.argv[1])\n"
    "from pipelines.clean.worker import main; main()"
)


class Lost(Exception):
    """What was given to a worker did not come back; the message says why."""


class Closed(Exception):
    """The pool was closed before or while the work was done."""


class CannotStart(OSError):
    """No worker could be started: nothing is wrong with the page."""


class CleaningPool:
    """Some workers, each started when it is needed first; use it in a `with` block, or close it.

    Its methods may be called from any thread.
    """

    def __init__(self, workers: int = 1, limits: Limits = LIMITS) -> None:
        self._size = workers
        self._limits = limits
        self._workers = [_Worker(limits) for _ in range(workers)]
        self._free: SimpleQueue[_Worker] = SimpleQueue()
        for worker in self._workers:
            self._free.put(worker)
        self._threads = ThreadPoolExecutor(workers, "cleaner")

    def clean(self, page: Page, *, now: datetime) -> Cleaned:
        """What became of a page, as `pipelines.clean.clean`. Raises Closed, CannotStart."""
        try:
            return replace(self._submit(_clean, (page, now)).result(), page=page)
        except Lost as lost:
            return _lost(page, lost)

    def clean_saved(self, body: bytes, place: str, *, now: datetime) -> Cleaned:
        """The same for a page that a person saved, as `pipelines.clean.clean_saved`."""
        try:
            cleaned = self._submit(_clean_saved, (body, place, now)).result()
        except Lost as lost:
            return _lost(Page(place, place, 200, (), body, now.astimezone(UTC)), lost)
        return replace(cleaned, page=replace(cleaned.page, body=body))

    async def clean_soon(self, page: Page, *, now: datetime) -> Cleaned:
        """The same, while the event loop goes on."""
        try:
            cleaned = await asyncio.wrap_future(self._submit(_clean, (page, now)))
        except Lost as lost:
            return _lost(page, lost)
        return replace(cleaned, page=page)

    def each(
        self,
        function: Callable[[_Item], _Result],
        items: Iterable[_Item],
        lost: Callable[[_Item, str], _Result],
    ) -> Iterator[_Result]:
        """The results of a module's function for each item, in their order; `lost` makes those of
        items that did not come back, of the reason. Items are drawn as workers come free."""
        ahead: deque[tuple[_Item, Future[_Result]]] = deque()

        def first() -> _Result:
            item, work = ahead.popleft()
            try:
                return work.result()
            except Lost as error:
                return lost(item, str(error))

        for item in items:
            ahead.append((item, self._submit(function, (item,))))
            if len(ahead) >= AHEAD * self._size:
                yield first()
        while ahead:
            yield first()

    def close(self) -> None:
        """End all workers at once; what is under way or waits raises Closed."""
        for worker in self._workers:
            worker.kill()
        self._threads.shutdown()
        for worker in self._workers:
            worker.end()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def _submit(self, function: Callable[..., _Result], given: tuple[Any, ...]) -> Future[_Result]:
        try:
            return self._threads.submit(self._do, function, given)
        except RuntimeError as error:  # its threads were shut down
            raise Closed from error

    def _do(self, function: Callable[..., _Result], given: tuple[Any, ...]) -> _Result:
        work = pickle.dumps((function, given), pickle.HIGHEST_PROTOCOL)
        worker = self._free.get()
        try:
            return cast(_Result, worker.do(work))
        finally:
            self._free.put(worker)


def _clean(page: Page, now: datetime) -> Cleaned:
    """In the worker. The bytes are known where they came from; what was made of them goes back."""
    return _without_bytes(clean(page, now=now))


def _clean_saved(body: bytes, place: str, now: datetime) -> Cleaned:
    return _without_bytes(clean_saved(body, place, now=now))


def _without_bytes(cleaned: Cleaned) -> Cleaned:
    return replace(cleaned, page=replace(cleaned.page, body=b""))


def _lost(page: Page, lost: Lost) -> Cleaned:
    return Cleaned(page, None, Outcome.PARSE_ERROR, str(lost))


class _Worker:
    """A worker's process, or the place of one. One thread at a time uses it; any may kill it."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._process: subprocess.Popen[bytes] | None = None
        self._lock = threading.Lock()
        self._is_closed = False

    def do(self, work: bytes) -> Any:
        """Have something done; raises Lost, Closed, CannotStart."""
        for is_last_try in (False, True):
            process = self._waiting() or self._start()
            try:
                answer, retires = self._ask(process, work)
            except (EOFError, OSError, pickle.UnpicklingError):
                status = self.end()
                if self._is_closed:
                    raise Closed from None
                if status != -signal.SIGKILL or is_last_try:
                    raise Lost(self._why(status)) from None
            else:
                if retires:
                    self.end()
                return answer
        raise AssertionError("the last try returns or raises")

    def _waiting(self) -> "subprocess.Popen[bytes] | None":
        """The process, unless it died while it had nothing to do: no page is to blame for that."""
        process = self._process
        if process is not None and process.poll() is not None and not self._is_closed:
            self.end()
        return self._process

    def _ask(self, process: "subprocess.Popen[bytes]", work: bytes) -> tuple[Any, bool]:
        """Raises EOFError or OSError where the process ended before it answered."""
        asked, answered = _pipes(process)
        asked.write(work)
        asked.flush()
        if not _comes(answered, self._limits.wall_seconds):
            process.kill()
            self.end()
            raise Lost(f"it took more than {self._limits.wall_seconds:g} s")
        answer: tuple[Any, bool] = pickle.load(answered)
        return answer

    def _why(self, status: int) -> str:
        if status == -signal.SIGPROF:
            return f"it took more than {self._limits.cpu_seconds:g} s"
        died = f"signal {-status}" if status < 0 else f"exit status {status}"
        return f"the cleaner died ({died})"

    def _start(self) -> "subprocess.Popen[bytes]":
        process = self._launched()
        asked, answered = _pipes(process)
        try:
            pickle.dump(self._limits, asked)
            asked.flush()
            ready = _comes(answered, START_SECONDS) and answered.read(1)
        except OSError:
            ready = b""
        if ready:
            return process
        status = self.end()
        if self._is_closed:
            raise Closed
        raise CannotStart(f"the cleaner's process does not start (exit status {status})")

    def _launched(self) -> "subprocess.Popen[bytes]":
        """A process that no Ctrl-C reaches before it can say that it is not meant."""
        with self._lock:
            if self._is_closed:
                raise Closed
            mask = signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
            try:
                self._process = subprocess.Popen(
                    [sys.executable, "-c", _BEGIN, json.dumps(sys.path)],
                    stdin=subprocess.PIPE,
                    stdout=subprocess.PIPE,
                    # A second thread of the linear algebra would gain nothing and cost memory.
                    env=os.environ | {"OPENBLAS_NUM_THREADS": "1"},
                )
            finally:
                signal.pthread_sigmask(signal.SIG_SETMASK, mask)
            return self._process

    def kill(self) -> None:
        """End what it does, from any thread; nothing is begun any more."""
        with self._lock:
            self._is_closed = True
            if self._process is not None:
                self._process.kill()

    def end(self) -> int:
        """Close the pipes of the process, see it end, and give its status (negative: the signal);
        0 where there is none."""
        with self._lock:
            process, self._process = self._process, None
        if process is None:
            return 0
        asked, answered = _pipes(process)
        with suppress(OSError):  # what was not written does not matter to a process that is gone
            asked.close()
        answered.close()
        try:
            return process.wait(_PARTING_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            return process.wait()


#: A worker whose pipes are closed ends within milliseconds; one that ran out of memory has a lot
#: to give back.
_PARTING_SECONDS = 5.0


def _pipes(process: "subprocess.Popen[bytes]") -> tuple[BinaryIO, BinaryIO]:
    return cast(BinaryIO, process.stdin), cast(BinaryIO, process.stdout)


def _comes(stream: BinaryIO, seconds: float) -> bool:
    """True where something can be read, or the end was reached, within so many seconds."""
    waiting = select.poll()
    waiting.register(stream, select.POLLIN)
    return bool(waiting.poll(seconds * 1000))
