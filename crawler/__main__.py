"""The command ``followup``."""

import sys

from crawler.cli import run


def main() -> None:
    """Run the command line; the exit status is 0 done, 1 failed, 2 wrong use."""
    sys.exit(run())


if __name__ == "__main__":
    main()
