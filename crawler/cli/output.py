"""How the command line speaks: data to standard output, progress and messages to standard error.

A terminal is drawn for its width and colours; a file or pipe gets whole lines, never folded or cut,
so that they can be searched and counted.
"""

import json
import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import Any, TextIO

from rich.console import Console, Group
from rich.table import Table
from rich.text import Text

from pipelines.errors import FollowupError

#: Columns of what is no terminal: nothing that is printed is as wide.
_UNBOUNDED = 10_000
#: Lines of prose are hard to read when longer.
PROSE_WIDTH = 100
#: Under this width columns that are named for it stand below another one.
_NARROW = 120
#: A long name is cut here where it stands in a narrow terminal.
_SHORT = 20


def screen() -> Console:
    """Standard output."""
    return _console(sys.stdout, stderr=False)


def messages() -> Console:
    """Standard error."""
    return _console(sys.stderr, stderr=True)


def _console(stream: TextIO, *, stderr: bool) -> Console:
    bounded = stream.isatty() or "COLUMNS" in os.environ
    return Console(
        stderr=stderr,
        highlight=False,
        width=None if bounded else _UNBOUNDED,
        color_system=None if "NO_COLOR" in os.environ else "auto",
    )


def put_json(data: Any) -> None:
    """One JSON document on standard output."""
    sys.stdout.write(_json(data, indent=2) + "\n")


def put_lines(rows: Iterable[Mapping[str, Any]]) -> int:
    """JSON Lines on standard output; gives how many."""
    number = 0
    for row in rows:
        sys.stdout.write(_json(row) + "\n")
        number += 1
    sys.stdout.flush()
    return number


def _json(data: Any, *, indent: int | None = None) -> str:
    """JSON in the stream's characters; half a surrogate pair, which no encoding has, is escaped."""
    written = json.dumps(data, ensure_ascii=False, indent=indent, default=str)
    try:
        written.encode(sys.stdout.encoding or "utf-8")
    except UnicodeEncodeError:
        return json.dumps(data, indent=indent, default=str)
    return written


def say(text: str, *, style: str | None = None) -> None:
    """A message for the person, on standard error."""
    messages().print(Text(plain(text)), style=style)


def show_error(error: FollowupError) -> None:
    """The sentence and the remedy."""
    line = Text("followup: ", style="bold red")
    line.append(plain(error.message), style="default not bold")
    messages().print(line)
    if error.remedy:
        messages().print(Text(f"  {plain(error.remedy)}"))


def counted(number: int, one: str, many: str | None = None) -> str:
    """A number with its noun: `1 link`, `2 links`."""
    return f"{number} {one if number == 1 else many or one + 's'}"


def table(
    title: str | None,
    columns: Sequence[str],
    rows: Iterable[Sequence[object]],
    *,
    below: Mapping[str, str] | None = None,
    last: Sequence[object] | None = None,
    to: Console | None = None,
) -> None:
    """Draw a quiet table on standard output, or on `to`.

    Columns that end in '#' are numbers, those that end in '~' names that may be cut. Where the
    terminal is narrow, the columns that `below` names stand under the one that it gives for each.
    Columns in which nothing stands are left out. `last` is a row apart: a sum.
    """
    console = to or screen()
    names = [column.rstrip("#~") for column in columns]
    cells = [_cells(row) for row in [*rows, *([last] if last is not None else [])]]
    under = dict(below or {}) if console.width < _NARROW else {}
    shown = [
        at
        for at, name in enumerate(names)
        if name not in under and (not cells or any(row[at].plain for row in cells))
    ]
    drawn = Table(title=title, box=None, pad_edge=False, header_style="dim", title_justify="left")
    for at in shown:
        _add_column(drawn, columns[at], console.width)
    for number, row in enumerate(cells):
        if last is not None and number == len(cells) - 1:
            drawn.add_row()
        lower = {
            at: [row[i] for i, name in enumerate(names) if under.get(name) == names[at]]
            for at in shown
        }
        drawn.add_row(*(_stacked(row[at], lower[at]) for at in shown))
    put(drawn, to=console)


def _add_column(drawn: Table, column: str, width: int) -> None:
    is_name = column.endswith("~")
    drawn.add_column(
        column.rstrip("#~"),
        justify="right" if column.endswith("#") else "left",
        overflow="ellipsis" if is_name else "fold",
        no_wrap=is_name,
        max_width=_SHORT if is_name and width < _NARROW else None,
    )


def _stacked(upper: Text, lower: Sequence[Text]) -> Text | Group:
    if not lower:
        return upper
    below = [Text(line.plain, style="dim") for line in lower if line.plain]
    return Group(upper, *below) if upper.plain else Group(*below or [upper])


def _cells(values: Sequence[object]) -> list[Text]:
    """Cells from anything; what came from a page cannot colour or command the terminal."""
    return [
        value if isinstance(value, Text) else Text("" if value is None else plain(str(value)))
        for value in values
    ]


def plain(text: str) -> str:
    """Text without control characters but newlines and tabs: pages may hold terminal escapes."""
    return "".join(char for char in text if char in "\n\t" or char.isprintable())


def put(renderable: Any, *, to: Console | None = None) -> None:
    """Something drawn, on standard output or on `to`. A file's lines have no blanks at the end."""
    console = to or screen()
    if isinstance(renderable, str):
        renderable = Text(plain(renderable))
    if console.is_terminal:
        console.print(renderable)
        return
    with console.capture() as drawn:
        console.print(renderable)
    lines = (line.rstrip() for line in drawn.get().splitlines())
    console.file.write("".join(f"{line}\n" for line in lines))


def put_line(text: Text) -> None:
    """A line that is not broken: commands and addresses can be copied whole."""
    screen().print(text, soft_wrap=True)
