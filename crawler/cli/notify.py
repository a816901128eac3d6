"""``followup notify``: who is told what."""

import typer


def add_commands(root: typer.Typer) -> None:
    """Put the verbs of this file on the root command."""
