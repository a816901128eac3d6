"""The command line: parse, call one service, render."""

import os
import signal
import sys
from importlib import import_module
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from crawler import __version__
from crawler.cli.output import show_error
from pipelines.errors import FollowupError

#: The commands in the order of `followup --help`, as a newcomer needs them, and the room of each.
_ROOMS = {
    "demo": "demo",
    "incident": "incidents",
    "source": "sources",
    "crawl": "crawls",
    "articles": "articles",
    "ledger": "articles",
    "rescue": "articles",
    "forget": "articles",
    "export": "export",
    "ingest": "articles",
    "serve": "serve",
    "schedule": "schedule",
    "notify": "notify",
    "crawls": "crawls",
    "manners": "crawls",
    "check": "upkeep",
    "backup": "safekeeping",
    "restore": "safekeeping",
    "password": "access",
    "token": "access",
    "clean": "offline",
    "score": "offline",
    "dedupe": "offline",
}


class _Ordered(TyperGroup):
    """The root command, whose help is in the order of `_ROOMS`."""

    def list_commands(self, ctx: Any) -> list[str]:
        return sorted(super().list_commands(ctx), key=list(_ROOMS).index)


def application(command: str | None = None) -> typer.Typer:
    """The command line with all its commands, or with the room of one of them alone.

    All rooms together take over a second to import; most commands need one of them.
    """
    app = typer.Typer(
        name="followup",
        cls=_Ordered,
        help="Follows an incident through the news: what it took, what it left and why.",
        epilog="Data goes to standard output, messages to standard error. Exit status: 0 done, 1"
        " failed, 2 wrong use. Settings are environment variables; the README lists them.",
        no_args_is_help=True,
        add_completion=False,
        rich_markup_mode="rich",
        pretty_exceptions_enable=False,
    )
    app.callback(invoke_without_command=True)(version)
    rooms = [_ROOMS[command]] if command in _ROOMS else dict.fromkeys(_ROOMS.values())
    for room in rooms:
        import_module(f"crawler.cli.{room}").add_commands(app)
    return app


def version(
    show: Annotated[
        bool,
        typer.Option("--version", metavar="", help="Print the version.", show_default=False),
    ] = False,
) -> None:
    """Follows an incident through the news: what it took, what it left and why."""
    if show:
        typer.echo(f"followup {__version__}")
        raise typer.Exit


def run(arguments: list[str] | None = None) -> int:
    """Run the command line; gives the exit status: 0 done, 1 failed, 2 wrong use."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")  # a terminal that has no such character
    try:
        status = _run(arguments)
        sys.stdout.flush()
    except BrokenPipeError:
        # The reader (head, less) has seen enough. Python would complain once more at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    return status


def _run(arguments: list[str] | None) -> int:
    given = sys.argv[1:] if arguments is None else arguments
    try:
        application(given[0] if given else None)(args=arguments, prog_name="followup")
    except SystemExit as ended:
        return ended.code if isinstance(ended.code, int) else 1
    except FollowupError as error:
        show_error(error)
        return 1
    except KeyboardInterrupt:
        return 128 + signal.SIGINT
    return 0
