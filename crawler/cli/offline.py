"""``followup clean``, ``score`` and ``dedupe``: one stage each over files."""

from pathlib import Path
from typing import Annotated

import typer
from rich.progress import MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn

from crawler.cli import output
from crawler.config import read_config
from crawler.services import dedupe_files, offline, score_files
from pipelines.errors import BadInput


def add_commands(root: typer.Typer) -> None:
    """Put the verbs of this file on the root command."""
    root.command()(clean)
    root.command()(score)
    root.command()(dedupe)


def clean(
    files: Annotated[list[Path] | None, typer.Argument(metavar="[FILE]...")] = None,
    index: Annotated[
        Path | None,
        typer.Option(help='JSON Lines of {"id", "path", "url"}, paths relative to it.'),
    ] = None,
    jobs: Annotated[int, typer.Option(min=1, max=64, help="Processes.")] = 1,
) -> None:
    """Clean saved pages to JSON Lines, in their order."""
    if (index is None) == (not files):
        raise BadInput("There is nothing to clean.", remedy="Name files, or --index INDEX.jsonl.")
    pages = list(offline.read_index(index)) if index else list(offline.read_files(files or []))
    now = read_config().clock().now()
    with _progress() as progress:
        task = progress.add_task("cleaned", total=len(pages))
        rows = offline.clean_all(
            pages, now=now, jobs=jobs, done=lambda number: progress.update(task, completed=number)
        )
        output.put_lines(rows)


def score(
    stream: Annotated[Path, typer.Argument(metavar="STREAM.jsonl")],
    seed: Annotated[list[Path], typer.Option("--seed", help="JSON Lines; each line is a seed.")],
    no_learn: Annotated[
        bool, typer.Option("--no-learn", help="Don't learn from what was accepted.")
    ] = False,
) -> None:
    """Judge a stream of articles, one after the other in order of time."""
    output.put_lines(score_files.score(seed, stream, learn=not no_learn))


def dedupe(stream: Annotated[Path, typer.Argument(metavar="STREAM.jsonl")]) -> None:
    """Find copies in a file of articles."""
    output.put_lines(dedupe_files.dedupe(stream))


def _progress() -> Progress:
    return Progress(
        TextColumn("{task.description}"),
        MofNCompleteColumn(),
        TimeElapsedColumn(),
        console=output.messages,
        transient=True,
        disable=not output.messages.is_terminal,
    )
