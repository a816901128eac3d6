"""``followup check``."""

import typer

from crawler.cli import output
from crawler.cli.output import AsJson
from crawler.home import open_home
from crawler.services import upkeep


def add_commands(root: typer.Typer) -> None:
    """Put the verb of this file on the root command."""
    root.command()(check)


def check(as_json: AsJson = False) -> None:
    """Is all there that a crawl needs?"""
    with open_home() as home:
        findings = upkeep.check(home)
    if as_json:
        output.put_json(
            [
                {"what": f.what, "is_well": f.is_well, "said": f.said, "remedy": f.remedy}
                for f in findings
            ]
        )
    else:
        for finding in findings:
            sign = "ok  " if finding.is_well else "look"
            output.put(output.cells(f"{sign}  {finding.what}: {finding.said}")[0])
            if finding.remedy:
                output.put(output.cells(f"        {finding.remedy}")[0])
    if not all(finding.is_well for finding in findings):
        raise typer.Exit(1)
