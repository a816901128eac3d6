"""What the doors know of the server that they belong to."""

from typing import Protocol


class Pulse(Protocol):
    """The server's beat. Safe to be called from any thread, and quick."""

    def wake(self) -> None:
        """Look at once for what is requested or due."""

    def problem(self) -> str | None:
        """Why the schedule does not tick; None: it does."""
