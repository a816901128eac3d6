"""``followup export``: an incident as rows, a feed, a web archive, or a whole dossier."""

import csv
import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from crawler.cli import output
from crawler.cli.options import AsJson, Slug
from crawler.export import folder
from crawler.export import rows as export_rows
from crawler.home import Home, open_home
from crawler.services import dossier
from crawler.services import export as exporting
from pipelines.errors import BadInput


class Format(StrEnum):
    """What an incident can be exported as."""

    JSONL = "jsonl"
    CSV = "csv"
    ATOM = "atom"
    WARC = "warc"
    DOSSIER = "dossier"


def add_commands(root: typer.Typer) -> None:
    """Put the verb of this file on the root command."""
    root.command(rich_help_panel="Review")(export)


def export(
    slug: Slug,
    format: Annotated[
        Format | None,
        typer.Option(metavar="FORMAT", help="jsonl (as without it), csv, atom, warc, dossier."),
    ] = None,
    full_text: Annotated[
        bool, typer.Option("--full-text", metavar="", help="Whole texts, not 50 words of each.")
    ] = False,
    to: Annotated[
        Path | None,
        typer.Option("--to", metavar="PATH", help="WARC: the file. Dossier: the folder, or ZIP."),
    ] = None,
    zipped: Annotated[
        bool, typer.Option("--zip", metavar="", help="Dossier: as one ZIP file.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Follow-ups, candidates and what lay outside the window; copies are lines too."""
    form = format or Format.JSONL
    _check_options(form, to, zipped, as_json)
    with open_home() as home:
        if form is Format.JSONL:
            output.put_lines(export_rows.of_incident(home, slug))
        elif form is Format.CSV:
            _put_csv(home, slug, full_text)
        elif form is Format.ATOM:
            for piece in exporting.atom_of_incident(home, slug, full_text=full_text):
                sys.stdout.buffer.write(piece)
        elif form is Format.WARC:
            _put_warc(home, slug, to)
        else:
            _put_dossier(home, slug, to, full_text, zipped, as_json)


def _check_options(form: Format, to: Path | None, zipped: bool, as_json: bool) -> None:
    if as_json and form not in (Format.JSONL, Format.DOSSIER):
        said = f"{form} is no JSON. Leave out one of both."
        raise typer.BadParameter(said, param_hint="'--json'")
    if to is not None and form not in (Format.WARC, Format.DOSSIER):
        said = f"{form} goes to standard output: > PATH"
        raise typer.BadParameter(said, param_hint="'--to'")
    if zipped and form is not Format.DOSSIER:
        raise typer.BadParameter("Only a dossier is packed.", param_hint="'--zip'")


def _put_csv(home: Home, slug: str, full_text: bool) -> None:
    writer = csv.DictWriter(sys.stdout, export_rows.CSV_COLUMNS, lineterminator="\n")
    writer.writeheader()
    for record in export_rows.of_incident(home, slug):
        writer.writerow(export_rows.csv_row(record, full_text=full_text))


def _put_warc(home: Home, slug: str, to: Path | None) -> None:
    if to is None and sys.stdout.isatty():
        raise BadInput("A WARC file is no text for a terminal.", remedy="Name a file: --to FILE")
    if to is None:
        copied = dossier.raw_to_stream(home, slug, sys.stdout.buffer, tell=output.say)
    else:
        with folder.new_file(to.expanduser().absolute()) as part, part.open("wb") as stream:
            copied = dossier.raw_to_stream(home, slug, stream, tell=output.say)
    output.say(f"{output.counted(copied.pages, 'raw page')} written.")
    if copied.lacking:
        output.say(f"{len(copied.lacking)} kept pages are not on disk any more and are left out.")


def _put_dossier(
    home: Home, slug: str, to: Path | None, full_text: bool, zipped: bool, as_json: bool
) -> None:
    target = (to or Path(f"{slug}-dossier{'.zip' if zipped else ''}")).expanduser().absolute()
    write = dossier.to_zip if zipped else dossier.to_folder
    report = write(home, slug, target, full_text=full_text, tell=output.say)
    if as_json:
        return output.put_json(report.record())
    articles, raw = output.counted(report.articles, "article"), report.raw_pages
    output.say(f"{articles} and {output.counted(raw, 'raw page')} are in {report.path}")
    return output.say(
        "Unpack it, then check it: python3 check.py"
        if zipped
        else f"Check it: python3 {target}/check.py"
    )
