"""``followup serve``: the schedule and the desk in one process."""

import os
from typing import TYPE_CHECKING, Annotated

import typer

from crawler.cli import output
from crawler.cli.options import AsJson
from crawler.config import read_config

if TYPE_CHECKING:
    from crawler.server import Running

DEFAULT_HOST, DEFAULT_PORT = "127.0.0.1", 8765


def add_commands(root: typer.Typer) -> None:
    """Put the verbs of this file on the root command."""
    root.command(rich_help_panel="Follow")(serve)


def serve(
    host: Annotated[
        str, typer.Option(metavar="H", help="Address to listen on; others need a token.")
    ] = DEFAULT_HOST,
    port: Annotated[
        int, typer.Option(min=0, max=65_535, metavar="P", help="0 takes any that is free.")
    ] = DEFAULT_PORT,
    as_json: AsJson = False,
) -> None:
    """Keep the schedule, and serve the desk and the API, until Ctrl-C.

    Crawls run as processes of their own. With --json one line is printed once the server is ready.
    """

    # Uvicorn and FastAPI take half a second to import, and `followup --help` needs neither.
    from crawler.server import serve as run

    def tell(running: "Running") -> None:
        home = str(running.home.config.home)
        if as_json:
            output.put_lines([{"url": running.url, "pid": os.getpid(), "home": home}])
        output.say(f"Followup serves {home} at {running.url} (Ctrl-C ends it)")

    run(read_config(), host=host, port=port, tell=tell)
