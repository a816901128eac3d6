"""``followup articles``, ``ledger``, ``rescue``, ``forget``, ``export`` and ``ingest``."""

import csv
import getpass
import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from crawler.cli import output, reading
from crawler.cli.output import AsJson
from crawler.export import rows as export_rows
from crawler.home import open_home
from crawler.services import articles, ingest
from pipelines.dates import parse_day
from pipelines.errors import BadInput
from pipelines.outcomes import Outcome, Verdict
from pipelines.store.matches import Decision
from pipelines.store.search import Filter

app = typer.Typer(help="Review what was stored.", no_args_is_help=True)

Id = Annotated[int, typer.Argument(metavar="ID")]
IncidentOption = Annotated[str | None, typer.Option("--incident", help="Slug of an incident.")]


class Format(StrEnum):
    """What an incident can be exported as."""

    JSONL = "jsonl"
    CSV = "csv"


def add_commands(root: typer.Typer) -> None:
    """Put the verbs of this file on the root command."""
    for command in (ledger, rescue, forget, export):
        root.command()(command)
    root.command("ingest")(ingest_files)


@app.command("list")
def list_articles(
    incident: IncidentOption = None,
    verdict: Annotated[list[Verdict] | None, typer.Option(help="Repeatable.")] = None,
    review: Annotated[str | None, typer.Option(help="keep, dismiss, star or none.")] = None,
    outlet: Annotated[str | None, typer.Option(help="Name or host of an outlet.")] = None,
    since: Annotated[str | None, typer.Option(help="Published since this day.")] = None,
    until: Annotated[str | None, typer.Option(help="Published until this day.")] = None,
    text: Annotated[str | None, typer.Option(help='Words or "a phrase" in it.')] = None,
    limit: Annotated[int, typer.Option(min=1, help="How many.")] = 50,
    as_json: AsJson = False,
) -> None:
    """Articles, newest first; without --verdict the follow-ups."""
    _list(incident, verdict, review, outlet, since, until, text, limit, as_json)


@app.command()
def search(
    text: Annotated[str, typer.Argument(help='Words or "a phrase".')],
    incident: IncidentOption = None,
    limit: Annotated[int, typer.Option(min=1, help="How many.")] = 50,
    as_json: AsJson = False,
) -> None:
    """Articles that hold all the words, whatever the verdict."""
    _list(incident, list(Verdict), None, None, None, None, text, limit, as_json)


def _list(
    incident: str | None,
    verdicts: list[Verdict] | None,
    review: str | None,
    outlet: str | None,
    since: str | None,
    until: str | None,
    text: str | None,
    limit: int,
    as_json: bool,
) -> None:
    with open_home() as home:
        wanted = Filter(
            incident_id=articles.incident_id(home, incident),
            verdicts=tuple(verdicts or (Verdict.FOLLOW_UP,)),
            review=articles.review_filter(review),
            outlet=outlet,
            since=parse_day(since) if since else None,
            until=parse_day(until, end=True) if until else None,
            text=text,
            limit=limit,
        )
        found = articles.find(home, wanted)
    if as_json:
        output.put_json(found)
    elif found:
        output.put(reading.article_table(found))
    else:
        output.say("No article fits. See what was left: followup ledger SLUG")


@app.command()
def show(id: Id, as_json: AsJson = False) -> None:
    """One article: its text with the matched terms marked, and why it is here."""
    with open_home() as home:
        record = articles.show(home, id)
    if as_json:
        return output.put_json(record)
    return reading.draw_article(record)


@app.command()
def diff(
    id: Id,
    revisions: Annotated[
        tuple[int, int] | None, typer.Option(metavar="A B", help="Versions to compare.")
    ] = None,
    copies: Annotated[int | None, typer.Option(help="Compare with this copy (id).")] = None,
    as_json: AsJson = False,
) -> None:
    """What changed by word: between the last two versions, two named ones, or two copies."""
    with open_home() as home:
        record = articles.diff(home, id, revisions=revisions, copy=copies)
    if as_json:
        return output.put_json(record)
    return reading.draw_diff(record)


@app.command()
def mark(
    id: Id,
    decision: Annotated[Decision, typer.Argument(help="keep, dismiss or star.")],
    note: Annotated[str | None, typer.Option(help="Why.")] = None,
    incident: IncidentOption = None,
    as_json: AsJson = False,
) -> None:
    """Decide about an article; the decision is kept with who took it and when."""
    with open_home() as home:
        record = articles.mark(home, id, decision, note=note, incident=incident, by=_me())
    if as_json:
        return output.put_json(record)
    return output.say(f"Article {id}: {decision} for {record['incident']}.")


def ledger(
    slug: Annotated[str, typer.Argument(metavar="SLUG")],
    outcome: Annotated[
        list[Outcome] | None, typer.Option("--outcome", help="Only these; repeatable.")
    ] = None,
    limit: Annotated[int | None, typer.Option(min=1, help="How many; all if not given.")] = None,
    as_json: AsJson = False,
) -> None:
    """Every link that was found and what became of it, newest first."""
    with open_home() as home:
        rows = articles.ledger(home, slug, limit=limit, outcomes=outcome)
    if as_json:
        return output.put_json(rows)
    drawn = output.table(None, "id#", "outcome", "verdict", "title or address", "reason")
    for row in rows:
        drawn.add_row(
            *output.cells(
                row["id"],
                row["outcome"] or "queued",
                row["verdict"],
                row["title"] or row["url"],
                row["reason"],
            )
        )
    output.put(drawn)
    if rows:
        output.say("Take one in after all: followup rescue ID")
    return None


def rescue(id: Id, incident: IncidentOption = None, as_json: AsJson = False) -> None:
    """Take a link of the ledger into an incident whatever its score."""
    with open_home() as home:
        record = articles.rescue(home, id, incident=incident, by=_me())
    if as_json:
        output.put_json(record)
    else:
        output.say(record["said"])
    if not record["done"]:
        raise typer.Exit(1)


def forget(
    what: Annotated[str, typer.Argument(metavar="ARTICLE|URL|OUTLET")],
    yes: Annotated[bool, typer.Option("--yes", help="Don't ask.")] = False,
    as_json: AsJson = False,
) -> None:
    """Remove text, versions and raw pages for good; only a tombstone stays."""
    with open_home() as home:
        if not yes:
            if not sys.stdin.isatty():
                raise BadInput("Forgetting cannot be undone.", remedy="Add --yes.")
            typer.confirm(f"Forget {what} for good?", abort=True, err=True)
        record = articles.forget(home, what)
    if as_json:
        return output.put_json(record)
    return output.say(f"{record['articles']} articles forgotten; they are not fetched again.")


def export(
    slug: Annotated[str, typer.Argument(metavar="SLUG")],
    format: Annotated[Format, typer.Option(help="jsonl or csv.")] = Format.JSONL,
    full_text: Annotated[
        bool, typer.Option("--full-text", help="CSV: the whole text, not 50 words.")
    ] = False,
) -> None:
    """Everything that an incident took, on standard output; copies are lines too."""
    with open_home() as home:
        records = export_rows.of_incident(home, slug)
        if format is Format.JSONL:
            output.put_lines(records)
            return
        writer = csv.DictWriter(sys.stdout, export_rows.CSV_COLUMNS, lineterminator="\n")
        writer.writeheader()
        for record in records:
            writer.writerow(export_rows.csv_row(record, full_text=full_text))


def ingest_files(
    slug: Annotated[str, typer.Argument(metavar="SLUG")],
    files: Annotated[list[Path], typer.Argument(metavar="FILE...")],
    as_json: AsJson = False,
) -> None:
    """Bring in articles from files (.jsonl, .html, .warc, .warc.gz): the same stages as a crawl."""
    with open_home() as home:
        report = ingest.run(home, slug, files, tell=output.say)
    if as_json:
        output.put_json(report.record())
    else:
        drawn = output.table(None, "outcome", "pages#")
        for outcome, number in report.counts.items():
            drawn.add_row(*output.cells(outcome, number))
        output.put(drawn)
    if report.problems:
        raise typer.Exit(1)


def _me() -> str:
    """Who decides: the name of the person's account."""
    try:
        return getpass.getuser()
    except (OSError, KeyError):
        return "someone"
