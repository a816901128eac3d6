"""``followup notify``: add, list, remove, test, send, log."""

import os
import sys
from pathlib import Path
from typing import Annotated

import typer
from rich.text import Text

from crawler.cli import output
from crawler.cli.options import AsJson, Limit, OfIncident
from crawler.home import open_home
from crawler.notices import targets, tell_due
from pipelines.errors import BadInput
from pipelines.store.notices import Event

#: Signs read of an address; longer ones are refused.
_MOST_READ = 5_000

app = typer.Typer(help="Who is told what: by webhook, mail, chat or phone.", no_args_is_help=True)


def add_commands(root: typer.Typer) -> None:
    """Put the verbs of this file on the root command."""
    root.add_typer(app, name="notify", rich_help_panel="Look after")


@app.command()
def add(
    url: Annotated[
        str,
        typer.Argument(
            metavar="URL",
            help="An https webhook, or an address of Apprise (mailto://, slack://…);"
            " - reads it from standard input.",
        ),
    ],
    incident: OfIncident = None,
    event: Annotated[
        list[Event] | None,
        typer.Option(
            "--event",
            metavar="EVENT",
            help=f"{', '.join(Event)}; repeatable. All but {Event.FIRST_REPORT} if none.",
        ),
    ] = None,
    digest: Annotated[
        str | None,
        typer.Option(metavar="WHEN", help="Together, e.g. every 1h or 1d, or daily at 08:00."),
    ] = None,
    quiet: Annotated[
        str | None, typer.Option(metavar="HOURS", help="Nothing is told then, e.g. 22:00-07:00.")
    ] = None,
    timezone: Annotated[
        str | None,
        typer.Option(
            metavar="ZONE", help="Of both, e.g. Europe/Berlin; FOLLOWUP_TIMEZONE if none."
        ),
    ] = None,
    secret_file: Annotated[
        Path | None,
        typer.Option(metavar="FILE", help="Holds the key that signs a webhook's messages."),
    ] = None,
    secret_env: Annotated[
        str | None, typer.Option(metavar="NAME", help="Environment variable that holds it.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Tell somebody from now on; nothing that happened before is told."""
    secret = _secret(secret_file, secret_env)
    address = _read() if url == "-" else url
    with open_home() as home:
        added = targets.add(
            home,
            address,
            incident=incident,
            events=event or (),
            digest=digest,
            quiet=quiet,
            timezone=timezone,
            secret=secret,
        )
    if as_json:
        return output.put_json(added)
    output.say(f"Added target {added['id']}: {added['address']}")
    return output.say(f"Try it: followup notify test {added['id']}")


def _read() -> str:
    """The address from standard input, where neither the list of processes nor a history has it."""
    if sys.stdin.isatty():
        output.say("The address, then Enter:")
    try:
        return sys.stdin.readline(_MOST_READ).strip()
    except UnicodeDecodeError as error:
        raise BadInput(
            "Standard input is no text.", remedy="Give one line: the address."
        ) from error


def _secret(file: Path | None, name: str | None) -> str | None:
    """The secret, from where it is not seen by others. Raises BadInput where none is there."""
    if file is not None and name is not None:
        raise typer.BadParameter("Give one of them.", param_hint="'--secret-file', '--secret-env'")
    if file is not None:
        try:
            return file.read_text("utf-8").strip()
        except (OSError, UnicodeDecodeError) as error:
            raise BadInput(
                f"The secret in {file} cannot be read.", remedy="Give a file of text."
            ) from error
    if name is not None:
        if not (value := os.environ.get(name, "").strip()):
            raise BadInput(
                f"The environment variable {name[:60]!r} is not set.",
                remedy="Put the secret into it, and give its name.",
            )
        return value
    return None


@app.command("list")
def list_targets(as_json: AsJson = False) -> None:
    """All targets, and how they do."""
    with open_home() as home:
        found = targets.list_all(home)
    if as_json:
        return output.put_json(found)
    if not found:
        return output.say("Nobody is told anything yet: followup notify add URL")
    columns = ("id#", "address", "incident", "events", "when", "waiting#", "told", "failing")
    rows = [
        (
            one["id"],
            one["address"],
            one["incident"] or "all",
            ", ".join(one["events"]),
            _when(one["digest"], one["quiet"], one["timezone"]),
            one["waiting"],
            one["told_at"],
            one["failing_why"] and f"since {one['failing_since']}: {one['failing_why']}",
        )
        for one in found
    ]
    below = {"events": "address", "failing": "address", "when": "incident"}
    return output.table(None, columns, rows, below=below)


def _when(digest: str | None, quiet: str | None, timezone: str) -> str:
    said = "at once" if digest is None else f"digest {digest}"
    if quiet is not None:
        said += f", quiet {quiet}"
    return f"{said} {timezone}" if digest or quiet else said


@app.command()
def remove(
    id: Annotated[int, typer.Argument(metavar="ID", help="Of the target.")],
    as_json: AsJson = False,
) -> None:
    """Tell a target nothing more."""
    with open_home() as home:
        removed = targets.remove(home, id)
    if as_json:
        return output.put_json({"removed": removed})
    return output.say(f"Removed target {id}: {removed['address']}")


@app.command("test")
def try_out(
    id: Annotated[
        int | None, typer.Argument(metavar="ID", help="Of the target; all if none.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Tell a test to every target now, and say how each went."""
    with open_home() as home:
        tried = targets.try_out(home, id)
    if as_json:
        output.put_json(tried)
    else:
        for one in tried:
            sign = Text("ok     " if one["ok"] else "failed ")
            sign.stylize("green" if one["ok"] else "yellow")
            said = f"{one['id']} {one['address']}" + ("" if one["ok"] else f": {one['reason']}")
            output.put(sign.append(output.plain(said), style="default"))
    if not all(one["ok"] for one in tried):
        raise typer.Exit(1)


@app.command()
def send(as_json: AsJson = False) -> None:
    """Tell what is due now; a running server does so by itself."""
    with open_home() as home:
        number = tell_due(home)
    if as_json:
        return output.put_json({"told": number})
    return output.say(f"Told {output.counted(number, 'thing')}.")


@app.command()
def log(limit: Limit = 50, as_json: AsJson = False) -> None:
    """What was told to whom and when, what waits, what failed and why; the newest first."""
    with open_home() as home:
        lines = targets.ledger(home, limit=limit)
    if as_json:
        return output.put_json(lines)
    if not lines:
        return output.say("Nothing was told yet, and nothing waits.")
    columns = ("at", "state", "target#", "event", "incident", "what", "reason")
    rows = [
        (
            one["ended_at"] or one["due_at"],
            one["state"],
            one["target"],
            one["event"],
            one["incident"],
            one["what"],
            one["reason"],
        )
        for one in lines
    ]
    return output.table(None, columns, rows, below={"reason": "what", "incident": "event"})
