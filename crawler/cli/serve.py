"""``followup serve``: the schedule and the desk in one process."""

import typer


def add_commands(root: typer.Typer) -> None:
    """Put the verbs of this file on the root command."""
