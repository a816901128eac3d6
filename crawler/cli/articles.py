"""``followup articles``, ``ledger``, ``rescue``, ``forget`` and ``ingest``."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from crawler.cli import copies as copy_verbs
from crawler.cli import options, output, reading
from crawler.cli.options import AsJson, Id, Limit, OfIncident, Slug, Yes
from crawler.home import open_home
from crawler.services import articles, ingest
from crawler.services import revisions as versions
from pipelines.errors import BadInput
from pipelines.outcomes import Outcome, Verdict
from pipelines.store.matches import Decision
from pipelines.store.search import Filter

app = typer.Typer(
    help="What was stored: list, show, diff, mark, search; what copies what.", no_args_is_help=True
)


def add_commands(root: typer.Typer) -> None:
    """Put the verbs of this file on the root command."""
    copy_verbs.add_to(app)
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
    try:
        state = articles.review_filter(review)
    except BadInput as error:
        raise options.wrong("--review", error) from error
    wanted = Filter(
        verdicts=tuple(verdict or (() if review else (Verdict.FOLLOW_UP,))),
        review=state,
        outlet=outlet,
        since=options.day("--since", since),
        until=options.day("--until", until, end=True),
        text=text,
        limit=limit,
    )
    _draw_list(incident, wanted, as_json)


@app.command()
def search(
    text: Annotated[str, typer.Argument(metavar="WORDS", help='Words or "a phrase".')],
    incident: OfIncident = None,
    limit: Limit = 50,
    as_json: AsJson = False,
) -> None:
    """Articles that hold all the words, whatever the verdict."""
    _draw_list(incident, Filter(text=text, limit=limit), as_json)


def _draw_list(slug: str | None, wanted: Filter, as_json: bool) -> None:
    with open_home() as home:
        found = articles.find(home, wanted, incident=slug)
    if as_json:
        output.put_json(found)
    elif found:
        reading.draw_list(found)
        if len(found) == wanted.limit:
            output.say(f"Only the newest {wanted.limit} are shown; more: --limit N")
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


@app.command()
def mark(
    id: Id,
    decision: Annotated[Decision, typer.Argument(metavar="keep|dismiss|star")],
    note: Annotated[str | None, typer.Option(metavar="TEXT", help="Why.")] = None,
    incident: OfIncident = None,
    as_json: AsJson = False,
) -> None:
    """Decide about an article; the decision is kept with who took it and when."""
    with open_home() as home:
        record = articles.mark(home, id, decision, note=note, incident=incident, by=options.me())
    if as_json:
        return output.put_json(record)
    slug = record["incident"]
    output.say(f"Article {id} is {reading.DECISIONS[decision]} for {slug}.")
    if decision is not Decision.DISMISS and not record["has_text"]:
        output.say(
            "Its text was kept for its time and is gone. Get it again:"
            f" followup crawl --url {record['url']} --incident {slug}"
        )
    if record["would_change"]:
        number = output.counted(record["would_change"], "article")
        output.say(
            f"Judging anew would give {number} near the threshold another verdict. See which:"
            f" followup incident learn {slug}"
        )
    return None


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
