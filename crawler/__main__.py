"""The command ``followup``."""

import signal
import sys

from crawler.cli import run


def main() -> None:
    """Run the command line; the exit status is 0 done, 1 failed, 2 wrong use.

    A closed terminal and a plain `kill` end a crawl as politely as Ctrl-C does.
    """
    for number in (signal.SIGTERM, signal.SIGHUP):
        if signal.getsignal(number) is signal.SIG_DFL:  # nohup ignores SIGHUP: so it stays
            signal.signal(number, signal.default_int_handler)
    sys.exit(run())


if __name__ == "__main__":
    main()
