"""``followup clean``, ``score`` and ``dedupe``: one stage each over files."""

from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.progress import MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from crawler.cli import output
from crawler.cli.options import AlwaysJson
from crawler.config import read_config
from crawler.services import dedupe_files, offline, score_files
from pipelines.outcomes import Outcome


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
    pages = list(offline.read_index(index)) if index else list(offline.read_files(files or []))
    now = read_config().clock().now()
    unread: list[str] = []
    with _progress() as progress:
        task = progress.add_task("cleaned", total=len(pages))
        rows = offline.clean_all(
            pages, now=now, jobs=jobs, done=lambda number: progress.update(task, completed=number)
        )
        number = output.put_lines(_counted(rows, unread))
    if unread:
        output.say(f"{len(unread)} of {number} pages could not be read; {unread[0]}")
        raise typer.Exit(1)


def _counted(rows: Iterable[dict[str, Any]], unread: list[str]) -> Iterator[dict[str, Any]]:
    """The rows; `unread` gets the reasons of those that were no page to clean."""
    for row in rows:
        if row["outcome"] == Outcome.PARSE_ERROR:
            unread.append(str(row["reason"]))
        yield row


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


def _progress() -> Progress:
    console = output.messages()
    return Progress(
        TextColumn("{task.description}"),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=console,
        transient=True,
        disable=not console.is_terminal,
    )
