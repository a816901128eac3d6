"""``followup clean``, ``score`` and ``dedupe``: one stage each over files."""

import sys
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.progress import MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from crawler.cli import output
from crawler.cli.options import AlwaysJson
from crawler.config import read_config
from crawler.services import dedupe_files, offline, score_files
from pipelines.errors import BadInput
from pipelines.outcomes import Outcome

#: Bad lines of an index that are told one by one.
MOST_TOLD = 20
#: Pages between two lines of progress in a log.
LINE_EVERY = 250


def add_commands(root: typer.Typer) -> None:
    """Put the verbs of this file on the root command."""
    for command in (clean, score, dedupe):
        root.command(rich_help_panel="One stage over files, JSON Lines out")(command)


def clean(
    files: Annotated[
        list[Path] | None, typer.Argument(metavar="FILE", help=".html or .html.gz; or --index.")
    ] = None,
    index: Annotated[
        Path | None,
        typer.Option(
            metavar="INDEX.jsonl",
            help='A line each {"id", "path", "url"}, paths relative to the index.',
        ),
    ] = None,
    jobs: Annotated[int, typer.Option(min=1, max=64, metavar="N", help="Processes.")] = 1,
    as_json: AlwaysJson = False,
) -> None:
    """Clean saved pages, in their order."""
    if (index is None) == (not files):
        raise typer.BadParameter("Name either files or an index.", param_hint="'FILE' / '--index'")
    problems: list[BadInput] = []
    total: int | None
    if index is None:
        pages, total = offline.read_files(files or []), len(files or [])
    else:
        pages, total = offline.read_index(index, problems.append), offline.count_lines(index)
    rows = offline.clean_all(pages, now=read_config().clock().now(), jobs=jobs)
    lost: list[str] = []
    number = output.put_lines(_with_progress(_noted(rows, lost), total))
    for problem in problems[:MOST_TOLD]:
        output.say(str(problem))
    if problems:
        output.say(f"{output.counted(len(problems), 'line')} of {index} cannot be used.")
    if lost:
        output.say(f"{len(lost)} of {number} pages could not be cleaned; {lost[0]}")
    if lost or problems:
        raise typer.Exit(1)


def _noted(rows: Iterable[dict[str, Any]], lost: list[str]) -> Iterator[dict[str, Any]]:
    """The rows; `lost` gets the reasons of those that were no page to clean."""
    for row in rows:
        if row["outcome"] == Outcome.PARSE_ERROR:
            lost.append(f"{row['id']}: {row['reason']}")
        yield row


def _with_progress(rows: Iterable[dict[str, Any]], total: int | None) -> Iterator[dict[str, Any]]:
    """The rows, with progress on standard error: drawn on a terminal, else a line now and then. A
    terminal that shows the rows themselves needs none."""
    console = output.messages()
    if not console.is_terminal:
        yield from _with_lines(rows, total)
    elif sys.stdout.isatty():
        yield from rows
    else:
        columns = TextColumn("{task.description}"), MofNCompleteColumn(), TimeElapsedColumn()
        # Left to itself it would take standard output, too, for what is meant for the terminal.
        with Progress(*columns, console=console, transient=True, redirect_stdout=False) as drawn:
            yield from drawn.track(rows, total=total, description="cleaned")


def _with_lines(rows: Iterable[dict[str, Any]], total: int | None) -> Iterator[dict[str, Any]]:
    for number, row in enumerate(rows, 1):
        yield row
        if number % LINE_EVERY == 0:
            output.say(f"cleaned {number}" + (f" of {total}" if total is not None else ""))


def score(
    stream: Annotated[Path, typer.Argument(metavar="STREAM.jsonl", help="Articles, a line each.")],
    seed: Annotated[
        list[Path],
        typer.Option("--seed", metavar="SEEDS.jsonl", help="Each line is a seed; repeatable."),
    ],
    no_learn: Annotated[
        bool,
        typer.Option("--no-learn", metavar="", help="Don't learn from what was accepted."),
    ] = False,
    as_json: AlwaysJson = False,
) -> None:
    """Judge a stream of articles, one after the other in order of time."""
    output.put_lines(score_files.score(seed, stream, learn=not no_learn))


def dedupe(
    stream: Annotated[Path, typer.Argument(metavar="STREAM.jsonl", help="Articles, a line each.")],
    as_json: AlwaysJson = False,
) -> None:
    """Find copies in a file of articles."""
    output.put_lines(dedupe_files.dedupe(stream))
