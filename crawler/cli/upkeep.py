"""``followup check``."""

from typing import Annotated

import typer
from rich.text import Text

from crawler.cli import output
from crawler.cli.options import AsJson
from crawler.home import open_home
from crawler.services import checks


def add_commands(root: typer.Typer) -> None:
    """Put the verb of this file on the root command."""
    root.command(rich_help_panel="Look after")(check)


def check(
    deep: Annotated[
        bool,
        typer.Option(
            "--deep",
            metavar="",
            help="Read database and raw pages.",
            show_default=False,
        ),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Is all there that a crawl needs?"""
    with open_home() as home:
        findings = checks.check(home, deep=deep)
    if as_json:
        output.put_json(
            [
                {"what": f.what, "is_well": f.is_well, "said": f.said, "remedy": f.remedy}
                for f in findings
            ]
        )
    else:
        for finding in findings:
            sign = Text("ok    " if finding.is_well else "amiss ")
            sign.stylize("green" if finding.is_well else "yellow")
            said = output.plain(f"{finding.what}: {finding.said}")
            output.put(sign.append(said, style="default"))
            if finding.remedy:
                output.put(f"      {finding.remedy}")
    if not all(finding.is_well for finding in findings):
        raise typer.Exit(1)
