"""The process behind a place in the `pool`: does what comes through its standard input, one thing
at a time, until that is closed.

It is on its own: no signal that is meant for the process that started it (Ctrl-C, the end of a
terminal or of a service) ends it, the end of that process does. The kernel kills it where one thing
takes too many CPU seconds, also within a library that never comes back to Python.
"""

import os
import pickle
import resource
import signal
import sys
from pathlib import Path
from typing import BinaryIO

from pipelines.clean.pool import Limits

_FOR_OTHERS = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP, signal.SIGQUIT)


def main() -> None:
    """Work until the input ends."""
    _take_signals()
    answers = _own_output()
    orders = os.fdopen(0, "rb")
    limits: Limits = pickle.load(orders)
    _bound_memory(limits.memory_bytes)
    import pipelines.clean.cleaner  # noqa: F401 - what takes long to load, before the first page

    try:
        answers.write(b"!")
        answers.flush()
        while orders.peek(1):
            _do_one(orders, answers, limits)
    except BrokenPipeError:
        pass  # nobody is there any more to be told
    sys.stderr.flush()
    os._exit(0)  # taking a hundred modules down in order takes longer than a page


def _do_one(orders: BinaryIO, answers: BinaryIO, limits: Limits) -> None:
    function, given = pickle.load(orders)
    signal.setitimer(signal.ITIMER_PROF, limits.cpu_seconds)
    result = function(*given)
    answer = pickle.dumps((result, _resident_bytes() > limits.keep_bytes))
    signal.setitimer(signal.ITIMER_PROF, 0)
    answers.write(answer)
    answers.flush()


def _take_signals() -> None:
    for number in _FOR_OTHERS:
        signal.signal(number, signal.SIG_IGN)
    # Both may have been set otherwise by whoever started us, and a started process inherits that.
    signal.signal(signal.SIGPROF, signal.SIG_DFL)
    signal.pthread_sigmask(signal.SIG_UNBLOCK, {signal.SIGPROF, *_FOR_OTHERS})


def _own_output() -> BinaryIO:
    """Standard output for the answers alone: what a library prints goes to standard error."""
    answers = os.fdopen(os.dup(1), "wb")
    os.dup2(2, 1)
    return answers


def _bound_memory(most: int) -> None:
    _, hard = resource.getrlimit(resource.RLIMIT_DATA)
    if hard == resource.RLIM_INFINITY or hard > most:
        resource.setrlimit(resource.RLIMIT_DATA, (most, hard))


def _resident_bytes() -> int:
    """Memory in use now; where the platform does not tell, the most that ever was."""
    try:
        pages = int(Path("/proc/self/statm").read_bytes().split()[1])
    except OSError:
        most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return most if sys.platform == "darwin" else most * 1024
    return pages * resource.getpagesize()
