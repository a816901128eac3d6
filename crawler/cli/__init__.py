"""The command line: parse, call one service, render."""

import os
import signal
import sys
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from crawler import __version__
from crawler.cli import articles, crawls, demo, incidents, offline, sources, upkeep
from crawler.cli.output import show_error
from pipelines.errors import FollowupError

#: Commands in the order of `followup --help`: as a newcomer needs them.
_ORDER = (
    *("demo", "incident", "source", "crawl"),
    *("articles", "ledger", "rescue", "forget", "export", "ingest"),
    *("crawls", "manners", "check"),
    *("clean", "score", "dedupe"),
)


class _Ordered(TyperGroup):
    """The root command, whose help is in `_ORDER`."""

    def list_commands(self, ctx: Any) -> list[str]:
        return sorted(super().list_commands(ctx), key=_ORDER.index)


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
app.add_typer(incidents.app, name="incident", rich_help_panel="Follow")
app.add_typer(sources.app, name="source", rich_help_panel="Follow")
app.add_typer(articles.app, name="articles", rich_help_panel="Review")
app.add_typer(crawls.app, name="crawls", rich_help_panel="Look after")
for room in (crawls, articles, offline, demo, upkeep):
    room.add_commands(app)


@app.callback(invoke_without_command=True)
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
    try:
        app(args=arguments, prog_name="followup")
    except SystemExit as ended:
        return ended.code if isinstance(ended.code, int) else 1
    except FollowupError as error:
        show_error(error)
        return 1
    except KeyboardInterrupt:
        return 128 + signal.SIGINT
    return 0
