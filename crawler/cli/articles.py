"""``followup articles``, ``ledger``, ``rescue``, ``forget`` and ``ingest``."""

import sys
from dataclasses import replace
from pathlib import Path
from typing import Annotated

import typer

from crawler.cli import copies as copy_verbs
from crawler.cli import deciding, options, output, reading
from crawler.cli.options import AsJson, Id, Limit, OfIncident, Slug, Yes
from crawler.home import open_home
from crawler.services import articles, ingest
from crawler.services import review as lists
from crawler.services import revisions as versions
from crawler.services.review import View, checked, narrowed
from pipelines.errors import BadInput
from pipelines.outcomes import Outcome, Verdict

app = typer.Typer(
    help="What was stored: list, show, diff, mark, search; what copies what.", no_args_is_help=True
)


def add_commands(root: typer.Typer) -> None:
    """Put the verbs of this file on the root command."""
    copy_verbs.add_to(app)
    deciding.add_to(app)
    root.add_typer(app, name="articles", rich_help_panel="Review")
    for command in (ledger, rescue, forget):
        root.command(rich_help_panel="Review")(command)
    root.command("ingest", rich_help_panel="Review")(ingest_files)


@app.command("list")
def list_articles(
    incident: OfIncident = None,
    verdict: Annotated[
        list[Verdict] | None,
        typer.Option(metavar="VERDICT", help=f"{', '.join(Verdict)}; repeatable."),
    ] = None,
    review: Annotated[
        str | None, typer.Option(metavar="STATE", help="keep, dismiss, star or none.")
    ] = None,
    outlet: Annotated[
        str | None, typer.Option(metavar="NAME", help="Name or host of an outlet.")
    ] = None,
    since: Annotated[
        str | None, typer.Option(metavar="DATE", help="Published since this day.")
    ] = None,
    until: Annotated[
        str | None, typer.Option(metavar="DATE", help="Published until this day.")
    ] = None,
    text: Annotated[
        str | None, typer.Option(metavar="WORDS", help='Words or "a phrase" in it.')
    ] = None,
    limit: Limit = 50,
    as_json: AsJson = False,
) -> None:
    """Articles, newest first; without --verdict and --review the follow-ups."""
    verdicts = tuple(map(str, verdict or (() if review else (Verdict.FOLLOW_UP,))))
    chosen = {"verdict": verdicts, "review": (review,) if review else ()}
    try:
        checked(chosen)
    except BadInput as error:
        raise options.wrong("--review", error) from error
    begin, end = options.day("--since", since), options.day("--until", until, end=True)
    query = narrowed(text, outlet, begin, end)
    _draw_list(View(incident, query, chosen, copies=True), limit, as_json)


@app.command()
def search(
    text: Annotated[
        str,
        typer.Argument(
            metavar="WORDS",
            help='Words, "a phrase", OR, -word, ( ), intitle:, intext:, author:, outlet:, label:,'
            " date:2014-12-19/P3D.",
        ),
    ],
    incident: OfIncident = None,
    limit: Limit = 50,
    as_json: AsJson = False,
) -> None:
    """Articles that fit a query, whatever the verdict."""
    every = {"verdict": tuple(map(str, Verdict))}
    _draw_list(View(incident, text, every, copies=True), limit, as_json)


def _draw_list(view: View, limit: int, as_json: bool) -> None:
    with open_home() as home:
        view = replace(view, incident=view.incident or lists.only_incident(home))
        found = [line.record() for line in lists.page(home, view, limit=limit).lines]
    if as_json:
        output.put_json(found)
    elif found:
        reading.draw_list(found)
        if len(found) == limit:
            output.say(f"Only the newest {limit} are shown; more: --limit N")
    else:
        output.say("No article fits. See what was left and why: followup ledger SLUG")


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
        tuple[int, int] | None,
        typer.Option(metavar="A B", help="Versions to compare; the first is 1."),
    ] = None,
    copies: Annotated[
        int | None, typer.Option(metavar="ID", help="Compare with this copy.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """What changed by word: between the last two versions, two named ones, or two copies."""
    with open_home() as home:
        record = versions.diff(home, id, revisions=revisions, copy=copies)
    if as_json:
        return output.put_json(record)
    return reading.draw_diff(record)


def ledger(
    slug: Slug,
    outcome: Annotated[
        list[Outcome] | None,
        typer.Option("--outcome", metavar="OUTCOME", help="Only these; repeatable."),
    ] = None,
    limit: Annotated[
        int | None, typer.Option(min=1, metavar="N", help="How many; all if not given.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Every link that was found and what became of it, newest first."""
    with open_home() as home:
        rows = articles.ledger(home, slug, limit=limit, outcomes=outcome)
    if as_json:
        return output.put_json(rows)
    if not rows:
        return output.say("Nothing was found yet. Look for follow-ups: followup crawl")
    output.table(
        None,
        ("id#", "outcome", "verdict", "title or address", "reason"),
        [
            (row["id"], row["outcome"], row["verdict"], row["title"] or row["url"], row["reason"])
            for row in rows
        ],
        below={"reason": "title or address"},
    )
    return output.say("Take one in after all: followup rescue ID")


def rescue(
    id: Annotated[int, typer.Argument(metavar="ID", help="Of the link, as the ledger shows it.")],
    incident: OfIncident = None,
    as_json: AsJson = False,
) -> None:
    """Take a link of the ledger into an incident whatever its score."""
    with open_home() as home:
        record = articles.rescue(home, id, incident=incident, by=options.me())
    if as_json:
        output.put_json(record)
    else:
        output.say(record["said"])
    if not record["done"]:
        raise typer.Exit(1)


def forget(
    what: Annotated[
        str,
        typer.Argument(metavar="ARTICLE|URL|OUTLET", help="Id, address, or name or host."),
    ],
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """Remove text, versions and raw pages for good; only a tombstone stays."""
    with open_home() as home:
        is_terminal = sys.stdin.isatty()
        options.confirm(f"Forget {what} for good?", yes=yes, is_terminal=is_terminal)
        record = articles.forget(home, what, waiting=_wait_for_backup)
    if as_json:
        return output.put_json(record)
    number = output.counted(record["articles"], "article")
    return output.say(f"{number} forgotten. What is forgotten is not fetched again.")


def _wait_for_backup() -> None:
    output.say("A backup is being made; waiting for its end.")


def ingest_files(
    slug: Slug,
    files: Annotated[list[Path], typer.Argument(metavar="FILE", help="One or several.")],
    as_json: AsJson = False,
) -> None:
    """Bring in articles from files (.jsonl, .html, .warc, .warc.gz): the same stages as a crawl."""
    with open_home() as home:
        report = ingest.run(home, slug, files, tell=output.say)
    if as_json:
        output.put_json(report.record())
    elif report.counts:
        reading.draw_counts(report.counts, "pages")
        if report.counts[Outcome.OFF_TOPIC] or report.counts[Outcome.CANDIDATE]:
            output.say("Take one in whatever its score: followup articles mark ID keep")
    if report.problems:
        raise typer.Exit(1)
