"""How the command line speaks: data to standard output, progress and messages to standard error."""

import json
import sys
from collections.abc import Iterable, Mapping
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table
from rich.text import Text

from pipelines.errors import FollowupError

messages = Console(stderr=True, highlight=False, soft_wrap=True)
screen = Console(highlight=False)

AsJson = Annotated[bool, typer.Option("--json", help="Print JSON instead of text.")]


def put_json(data: Any) -> None:
    """One JSON document on standard output."""
    sys.stdout.write(json.dumps(data, ensure_ascii=False, indent=2, default=str) + "\n")


def put_lines(rows: Iterable[Mapping[str, Any]]) -> int:
    """JSON Lines on standard output; gives how many."""
    number = 0
    for row in rows:
        sys.stdout.write(json.dumps(row, ensure_ascii=False, default=str) + "\n")
        number += 1
    sys.stdout.flush()
    return number


def say(text: str, *, style: str | None = None) -> None:
    """A message for the person, on standard error."""
    messages.print(Text(plain(text)), style=style)


def show_error(error: FollowupError) -> None:
    """The sentence and the remedy."""
    messages.print(f"[bold red]followup:[/] {escape(plain(error.message))}")
    if error.remedy:
        messages.print(f"  {escape(plain(error.remedy))}")


def table(title: str | None, *columns: str) -> Table:
    """A quiet table; columns that end in '#' are numbers."""
    made = Table(title=title, box=None, pad_edge=False, header_style="dim", title_justify="left")
    for column in columns:
        name = column.removesuffix("#")
        made.add_column(name, justify="right" if column.endswith("#") else "left", overflow="fold")
    return made


def cells(*values: object) -> list[Text]:
    """Table cells from anything; what came from a page cannot colour or command the terminal."""
    return [Text("" if value is None else plain(str(value))) for value in values]


def plain(text: str) -> str:
    """Text without control characters but newlines and tabs: pages may hold terminal escapes."""
    return "".join(char for char in text if char in "\n\t" or char.isprintable())


def put(renderable: Any) -> None:
    """Something drawn, on standard output."""
    screen.print(renderable)
