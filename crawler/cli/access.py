"""``followup password`` and ``followup token``: who may come in."""

import sys
from typing import Annotated

import typer
from rich.text import Text

from crawler.cli import output
from crawler.cli.options import AsJson
from crawler.home import open_home
from crawler.services import access
from crawler.services.access import Scope
from pipelines.errors import BadInput

password = typer.Typer(help="The password of the desk: set, remove.", no_args_is_help=True)
token = typer.Typer(help="Keys for programs and feeds: new, list, revoke.", no_args_is_help=True)


def add_commands(root: typer.Typer) -> None:
    """Put the verbs of this file on the root command."""
    root.add_typer(password, name="password", rich_help_panel="Look after")
    root.add_typer(token, name="token", rich_help_panel="Look after")


@password.command("set")
def set_password(as_json: AsJson = False) -> None:
    """Set the password; it is asked for twice, or read as one line from standard input.

    From then on everybody logs in, also on this machine. Who was logged in no longer is.
    """
    given = _asked() if sys.stdin.isatty() else sys.stdin.readline().rstrip("\r\n")
    with open_home() as home:
        access.set_password(home, given)
    if as_json:
        return output.put_json({"set": True})
    return output.say("The password is set. Everybody has to log in now.")


def _asked() -> str:
    said: str = typer.prompt("Password", hide_input=True, err=True)
    again: str = typer.prompt("Once more", hide_input=True, err=True)
    if said != again:
        raise BadInput("These are two different passwords.", remedy="Type the same one twice.")
    return said


@password.command("remove")
def remove_password(as_json: AsJson = False) -> None:
    """Remove the password; the desk then answers on this machine only, and asks for nothing."""
    with open_home() as home:
        was_set = access.remove_password(home)
    if as_json:
        return output.put_json({"removed": was_set})
    return output.say("There is no password any more." if was_set else "There was none.")


@token.command("new")
def new_token(
    name: Annotated[str, typer.Argument(metavar="NAME", help="What it is for.")],
    scope: Annotated[
        list[Scope] | None,
        typer.Option(metavar="SCOPE", help=f"{', '.join(Scope)}; repeatable. [default: read]"),
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Make a key. It is shown this once: keep it well."""
    with open_home() as home:
        made = access.new_token(home, name, scope or [Scope.READ])
    if as_json:
        return output.put_json(made)
    output.put_line(Text(made["key"]))
    scopes = ", ".join(made["scopes"])
    return output.say(f"Token {made['id']} ({scopes}). Send it as Authorization: Bearer KEY")


@token.command("list")
def list_tokens(as_json: AsJson = False) -> None:
    """All keys that were given out, without the keys themselves."""
    with open_home() as home:
        rows = access.tokens(home)
    if as_json:
        return output.put_json(rows)
    if not rows:
        return output.say("There are no tokens. Make one: followup token new NAME")
    return output.table(
        None,
        ("id#", "name", "scopes", "made", "last used", "revoked"),
        [
            (
                row["id"],
                row["name"],
                ", ".join(row["scopes"]),
                row["created_at"],
                row["used_at"] or "never",
                row["revoked_at"],
            )
            for row in rows
        ],
    )


@token.command("revoke")
def revoke_token(
    id: Annotated[int, typer.Argument(metavar="ID", help="As `followup token list` shows it.")],
    as_json: AsJson = False,
) -> None:
    """From now on this key opens nothing."""
    with open_home() as home:
        access.revoke(home, id)
    if as_json:
        return output.put_json({"id": id, "revoked": True})
    return output.say(f"Token {id} opens nothing any more.")
