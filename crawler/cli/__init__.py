"""The command line: parse, call one service, render."""

import os
import sys
from typing import Annotated

import typer

from crawler import __version__
from crawler.cli import articles, crawls, demo, incidents, offline, sources, upkeep
from crawler.cli.output import say, show_error
from pipelines.errors import FollowupError

app = typer.Typer(
    name="followup",
    help="Follows an incident through the news: what it took, what it left and why.",
    no_args_is_help=True,
    add_completion=False,
    rich_markup_mode="rich",
    pretty_exceptions_enable=False,
)
app.add_typer(incidents.app, name="incident")
app.add_typer(sources.app, name="source")
app.add_typer(articles.app, name="articles")
app.add_typer(crawls.app, name="crawls")
crawls.add_commands(app)
articles.add_commands(app)
offline.add_commands(app)
demo.add_commands(app)
upkeep.add_commands(app)


@app.callback(invoke_without_command=True)
def version(
    show: Annotated[bool, typer.Option("--version", help="Print the version.")] = False,
) -> None:
    """Follows an incident through the news."""
    if show:
        typer.echo(f"followup {__version__}")
        raise typer.Exit


def run(arguments: list[str] | None = None) -> int:
    """Run the command line; gives the exit status: 0 done, 1 failed, 2 wrong use."""
    try:
        app(args=arguments)
    except SystemExit as ended:
        return ended.code if isinstance(ended.code, int) else 1
    except FollowupError as error:
        show_error(error)
        return 1
    except KeyboardInterrupt:
        say("Stopped.")
        return 130
    except BrokenPipeError:
        # The reader (head, less) has seen enough. Python would complain once more at exit.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    return 0
