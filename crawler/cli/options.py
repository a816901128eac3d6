"""Arguments and options that several commands share, and what is said where one is wrong."""

import getpass
from datetime import datetime
from typing import Annotated

import typer

from pipelines.dates import parse_day
from pipelines.errors import BadInput

AsJson = Annotated[
    bool, typer.Option("--json", metavar="", help="Print JSON instead of text.", show_default=False)
]
#: For verbs that print nothing but JSON Lines: every command takes --json.
AlwaysJson = Annotated[bool, typer.Option("--json", hidden=True)]
Slug = Annotated[str, typer.Argument(metavar="SLUG", help="Name of the incident.")]
OfIncident = Annotated[
    str | None, typer.Option("--incident", metavar="SLUG", help="Name of an incident.")
]
Yes = Annotated[
    bool, typer.Option("--yes", "-y", metavar="", help="Don't ask.", show_default=False)
]
DryRun = Annotated[bool, typer.Option("--dry-run", metavar="", help="Show it and save nothing.")]
Limit = Annotated[int, typer.Option(min=1, metavar="N", help="How many at most.")]

Id = Annotated[int, typer.Argument(metavar="ID", help="Of the article, as lists show it.")]


def me() -> str:
    """Who decides: the name of the person's account."""
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return "someone"


def day(option: str, raw: str | None, *, end: bool = False) -> datetime | None:
    """The time that an option names, None where it is not given; a wrong one is wrong use."""
    if raw is None:
        return None
    try:
        return parse_day(raw, end=end)
    except BadInput as error:
        raise wrong(option, error) from error


def wrong(option: str, error: BadInput) -> typer.BadParameter:
    """A refused value as wrong use of the command line (exit status 2)."""
    return typer.BadParameter(str(error), param_hint=f"'{option}'")


def confirm(question: str, *, yes: bool, is_terminal: bool) -> None:
    """Ask before what cannot be undone; where nobody can be asked, --yes is needed.

    Raises Abort where the answer is no.
    """
    if yes:
        return
    if not is_terminal:
        raise typer.BadParameter(
            f"{question} It cannot be undone, and there is nobody to ask. Add --yes.",
            param_hint="'--yes'",
        )
    typer.confirm(question, abort=True, err=True)
