"""``followup backup`` and ``followup restore``."""

import json
import sys
from pathlib import Path
from typing import Annotated

import typer

from crawler.cli import output
from crawler.cli.options import AsJson
from crawler.config import read_config
from crawler.home import open_home
from crawler.services import backup, restore

#: As FILE: standard output.
_STREAM = "-"


def add_commands(root: typer.Typer) -> None:
    """Put the verbs of this file on the root command."""
    root.command("backup", rich_help_panel="Look after")(make_backup)
    root.command("restore", rich_help_panel="Look after")(put_back)


def make_backup(
    file: Annotated[str, typer.Argument(metavar="FILE", help="New file, or - for a pipe.")],
    force: Annotated[
        bool, typer.Option("--force", metavar="", help="Replace FILE.", show_default=False)
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Database, raw pages, settings and logs in one file, while everything runs.

    The settings may hold passwords: keep FILE as you would keep those.
    """
    with open_home() as home:
        if file == _STREAM:
            report = backup.to_stream(home, backup.stdout_stream(), tell=output.say)
        else:
            report = backup.to_file(home, Path(file), force=force, tell=output.say)
        record = report.record()
    if as_json and file == _STREAM:
        sys.stderr.write(json.dumps(record, indent=2) + "\n")  # the pipe has the backup itself
    elif as_json:
        output.put_json(record)
    else:
        articles = output.counted(record["articles"], "article")
        raw = output.counted(record["raw_pages"], "raw page")
        size = f", {record['bytes'] / 1e6:.1f} MB" if record["bytes"] is not None else ""
        output.say(f"Backed up: {articles}, {raw}{size}.")


def put_back(
    file: Annotated[Path, typer.Argument(metavar="FILE", help="What `followup backup` made.")],
    as_json: AsJson = False,
) -> None:
    """Put a backup into an empty data folder (FOLLOWUP_HOME), and into the database of
    FOLLOWUP_DATABASE_URL if that is an empty one."""
    report = restore.from_file(read_config(), file, tell=output.say)
    if as_json:
        return output.put_json(report.record())
    articles = output.counted(report.articles, "article")
    raw = output.counted(report.raw_pages, "raw page")
    output.say(f"{report.home} is as it was on {report.made_at}: {articles}, {raw}.")
    if report.ended:
        output.say(f"{output.counted(len(report.ended), 'crawl')} that ran then stand as failed.")
    if report.lost:
        lost = output.counted(len(report.lost), "raw page")
        output.say(f"{lost} could not be read; their articles are whole.")
    for note in report.notes:
        output.say(note)
    return None
