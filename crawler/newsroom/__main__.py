"""`python -m crawler.newsroom`: serve the made-up outlets until interrupted.

Prints one line with the address, to be given as http_proxy, once it can be asked.
"""

import argparse
import asyncio
import signal
import sys
from collections.abc import Sequence
from datetime import datetime

from crawler.newsroom.answer import DEMO_PASSES
from crawler.newsroom.server import Newsroom
from pipelines.dates import parse_day
from pipelines.errors import BadInput


def main(arguments: Sequence[str] | None = None) -> int:
    """Exit status 0 once told to end, 1 where the port cannot be had, 2 for wrong use."""
    parser = argparse.ArgumentParser(prog="python -m crawler.newsroom", description=__doc__)
    parser.add_argument("--port", type=int, default=8910, help="0 takes any free one")
    parser.add_argument("--now", type=_time, default=DEMO_PASSES[0], help="the newsroom's time")
    parser.add_argument("--speed", type=float, default=1.0, help="seconds per real second")
    parser.add_argument("--slow-seconds", type=float, default=2.0, help="the slow outlet's wait")
    given = parser.parse_args(arguments)
    room = Newsroom(now=given.now, speed=given.speed, slow_seconds=given.slow_seconds)
    try:
        asyncio.run(_serve(room, given.port))
    except OSError as error:
        sys.stderr.write(f"The newsroom cannot listen on port {given.port}: {error}\n")
        return 1
    return 0


async def _serve(room: Newsroom, port: int) -> None:
    def ready() -> None:
        sys.stdout.write(f"newsroom at {room.url}\n")
        sys.stdout.flush()

    stop = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(number, stop.set)
    await room.run(port, ready, stop)


def _time(raw: str) -> datetime:
    try:
        return parse_day(raw)
    except BadInput as error:
        raise argparse.ArgumentTypeError(error.message) from error


if __name__ == "__main__":
    sys.exit(main())
