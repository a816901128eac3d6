"""The command ``followup``."""

import signal
import sys
from types import FrameType


def main() -> None:
    """Run the command line; the exit status is 0 done, 1 failed, 2 wrong use.

    A closed terminal and a plain `kill` end a crawl as politely as Ctrl-C does. A server is ended
    by them in good order (0), however early they come.
    """
    end = _leave if sys.argv[1:2] == ["serve"] else signal.default_int_handler
    for number in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) is signal.SIG_DFL:  # nohup ignores SIGHUP: so it stays
            signal.signal(number, end)
    try:
        from crawler.cli import run  # takes a moment, and signals may come in it
    except KeyboardInterrupt:
        sys.exit(128 + signal.SIGINT)
    sys.exit(run())


def _leave(number: int, frame: FrameType | None) -> None:
    raise SystemExit(0)


if __name__ == "__main__":
    main()
