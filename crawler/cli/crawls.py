"""``followup crawl``, ``followup crawls`` and ``followup manners``."""

import sys
from typing import Annotated, Any

import typer
from rich.live import Live
from rich.table import Table
from rich.text import Text

from crawler.cli import output
from crawler.cli.output import AsJson
from crawler.home import Home, open_home
from crawler.services import crawls, manners
from crawler.wanted import Wanted
from pipelines.outcomes import MEANINGS, Outcome
from pipelines.store.crawls import Crawl, CrawlState

app = typer.Typer(help="Crawls: what ran, how it went.", no_args_is_help=True)

Id = Annotated[int, typer.Argument(metavar="ID")]


def add_commands(root: typer.Typer) -> None:
    """Put the verbs of this file on the root command."""
    root.command()(crawl)
    root.command("manners")(show_manners)


def crawl(
    incident: Annotated[str | None, typer.Option(help="Only what this incident follows.")] = None,
    source: Annotated[
        list[int] | None, typer.Option("--source", help="Only this source (id); repeatable.")
    ] = None,
    url: Annotated[
        list[str] | None,
        typer.Option("--url", help="Look at this address, known or not; repeatable."),
    ] = None,
    everything: Annotated[
        bool, typer.Option("--all", help="Also sources that no open incident follows.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Look for follow-ups now, whether anything is due or not."""
    wanted = Wanted(incident, tuple(source or ()), tuple(url or ()), everything)
    with open_home() as home:
        report = _watched(home, wanted)
        if as_json:
            output.put_json(report.record())
        else:
            draw_report(report)
        _tell_rest(report, wanted)
    if report.state is not CrawlState.FINISHED:
        raise typer.Exit(1)


def _watched(home: Home, wanted: Wanted) -> crawls.Report:
    """Run a crawl with live progress on a terminal, else with a line now and then."""
    if not output.messages.is_terminal:
        return crawls.run(home, wanted, watch=_Lines())
    with Live(console=output.messages, transient=True, refresh_per_second=5) as live:
        return crawls.run(home, wanted, watch=lambda row: live.update(progress_view(home, row)))


class _Lines:
    """Progress as lines for logs: one whenever the number of pages has grown by 25."""

    def __init__(self) -> None:
        self._told = 0

    def __call__(self, row: Crawl) -> None:
        pages = int((row.progress or {}).get("pages", 0))
        if pages >= self._told + 25:
            self._told = pages
            output.say(f"crawl {row.id}: {_progress_line(row)}")


def _progress_line(row: Crawl) -> str:
    progress: Any = row.progress or {}
    return (
        f"{progress.get('sources_read', 0)} of {progress.get('sources', 0)} sources read,"
        f" {progress.get('pages', 0)} pages, {row.requests} requests"
    )


def progress_view(home: Home, row: Crawl) -> Table:
    """What a running crawl does, as a few lines."""
    report = crawls.report(home, row.id)
    progress: Any = row.progress or {}
    seconds = (home.now() - row.started_at).total_seconds() if row.started_at else 0.0
    rate = row.requests / (seconds / home.config.speed) if seconds > 1 else 0.0
    lines = Table.grid()
    lines.add_row(Text(f"crawl {row.id}: {_progress_line(row)}, {rate:.1f} a second"))
    shown = [f"{name} {count}" for name, count in report.counts.items()]
    lines.add_row(Text("  " + (", ".join(shown) or "no page read yet"), style="dim"))
    if asking := progress.get("asking"):
        lines.add_row(Text("  asking " + ", ".join(asking[:4]), style="dim"))
    if waiting := progress.get("waiting"):
        held = [f"{host} {seconds:.0f} s" for host, seconds in list(waiting.items())[:4]]
        lines.add_row(Text("  waiting for " + ", ".join(held), style="dim"))
    return lines


def draw_report(report: crawls.Report) -> None:
    """A crawl's end as a table of outcomes that adds up to the links found."""
    drawn = output.table(None, "outcome", "links#", "meaning")
    for outcome in Outcome:
        if count := report.counts.get(str(outcome)):
            drawn.add_row(*output.cells(outcome, count, MEANINGS[outcome]))
    drawn.add_section()
    drawn.add_row(*output.cells("links found", report.links_found, ""))
    output.put(drawn)
    output.put(
        f"Crawl {report.id} {report.state}: {report.requests} requests in {report.seconds:.1f} s."
    )


def _tell_rest(report: crawls.Report, wanted: Wanted) -> None:
    """What remains, and what a person can do about it."""
    if report.state is CrawlState.FAILED:
        output.say(f"The crawl failed: {report.end_reason}. See: followup crawls log {report.id}")
    left = report.counts.get("deferred", 0) + report.counts.get("cancelled", 0)
    if left:
        output.say(f"{left} links stay queued; 'followup crawl' goes on with them.")
    failed = report.counts.get("network_error", 0)
    if failed and failed == report.links_found:
        output.say("Nothing could be reached at all. Is there a network, or a proxy to set?")
    if wanted.urls and any(report.counts.get(o) for o in ("robots_denied", "http_error", "wall")):
        output.say(
            "What a site refuses is not forced. Save the page in your browser and bring it in:"
            " followup ingest SLUG page.html"
        )


@app.command("list")
def list_crawls(
    limit: Annotated[int, typer.Option(help="How many, newest first.")] = 20,
    as_json: AsJson = False,
) -> None:
    """Crawls, newest first."""
    with open_home() as home:
        rows = crawls.list_all(home, limit=None if as_json else limit)
    if as_json:
        return output.put_json([crawls.record(row) for row in rows])
    drawn = output.table(
        None, "id#", "state", "asked", "by", "links#", "requests#", "seconds#", "what came of it"
    )
    for row in rows:
        counts = ", ".join(f"{name} {count}" for name, count in (row.counts or {}).items())
        drawn.add_row(
            *output.cells(
                row.id,
                row.state,
                f"{row.requested_at:%Y-%m-%d %H:%M}",
                f"{row.trigger}: {row.requested_by}",
                row.links_found,
                row.requests,
                None if row.seconds is None else f"{row.seconds:.1f}",
                counts or row.end_reason,
            )
        )
    return output.put(drawn)


@app.command()
def show(id: Id, as_json: AsJson = False) -> None:
    """One crawl."""
    with open_home() as home:
        row = crawls.get(home, id)
        report = crawls.report(home, id)
    if as_json:
        return output.put_json(crawls.record(row) | {"counts": dict(report.counts)})
    if row.end_reason:
        output.say(f"ended: {row.end_reason}")
    return draw_report(report)


@app.command()
def cancel(id: Id) -> None:
    """Ask a running crawl to end; what is queued stays queued."""
    with open_home() as home:
        state = crawls.cancel(home, id)
    output.say(
        f"Crawl {id} was asked to end." if state is CrawlState.RUNNING else f"Crawl {id}: {state}."
    )


@app.command()
def log(id: Id) -> None:
    """The log of a crawl."""
    with open_home() as home:
        sys.stdout.write(output.plain(crawls.log(home, id)))


def show_manners(
    host: Annotated[str, typer.Argument(metavar="HOST")], as_json: AsJson = False
) -> None:
    """What a host asks of crawlers, and how it is asked by us."""
    with open_home() as home:
        known = manners.of(home, host)
    if as_json:
        return output.put_json(known)
    for name, value in known.items():
        if name != "robots":
            output.put(
                output.cells(f"{name.replace('_', ' ')}: {value if value is not None else '-'}")[0]
            )
    for robots in known["robots"]:
        output.put(output.cells(f"{robots['origin']}/robots.txt: {robots['says']}")[0])
    return None
