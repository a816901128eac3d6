"""Processes of this machine, as the tests look at them."""

from pathlib import Path


def is_running(pid: int) -> bool:
    """True for a process that is there and has not ended."""
    try:
        state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
    except FileNotFoundError:
        return False
    return state != "Z"
