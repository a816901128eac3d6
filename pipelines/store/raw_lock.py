"""Who takes raw pages off the disk, and a backup, keep out of each other's way.

A backup copies the database first and then the records that its rows name: none of them may be
written over in between. The lock is on the folder of raw pages itself; it goes with the process and
leaves no file behind. Crawls don't need it: they only append.
"""

import fcntl
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path


@contextmanager
def changing(folder: Path, *, waiting: Callable[[], None] | None = None) -> Iterator[bool]:
    """For those who take records off; any number of them at a time. False: a backup is being made.

    With `waiting`, which is called once before, its end is waited for and it is True. Wait outside
    a transaction only: others would wait for that one.
    """
    with _locked(folder, fcntl.LOCK_SH, waiting) as is_mine:
        yield is_mine


@contextmanager
def still(folder: Path, *, waiting: Callable[[], None]) -> Iterator[None]:
    """For a backup: nobody takes a record off meanwhile. Waits; `waiting` is called once before."""
    with _locked(folder, fcntl.LOCK_EX, waiting):
        yield


@contextmanager
def _locked(folder: Path, kind: int, waiting: Callable[[], None] | None) -> Iterator[bool]:
    try:
        handle = os.open(folder, os.O_RDONLY | os.O_DIRECTORY)
    except FileNotFoundError:
        yield True  # no folder, no records
        return
    try:
        yield _take(handle, kind, waiting)
    finally:
        os.close(handle)


def _take(handle: int, kind: int, waiting: Callable[[], None] | None) -> bool:
    try:
        fcntl.flock(handle, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        if waiting is None:
            return False
        waiting()
        fcntl.flock(handle, kind)
    return True
