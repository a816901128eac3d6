"""``followup crawl``, ``followup crawls`` and ``followup manners``."""

import sys
from dataclasses import asdict
from typing import Annotated, Any

import typer
from rich.live import Live
from rich.table import Table
from rich.text import Text

from crawler.cli import output, reading
from crawler.cli.options import AsJson, Limit
from crawler.home import Home, open_home
from crawler.services import crawls, manners, sources
from crawler.wanted import Wanted
from pipelines.incident import Health
from pipelines.outcomes import Outcome
from pipelines.store.crawls import Crawl, CrawlState

app = typer.Typer(help="Crawls: what ran, how it went.", no_args_is_help=True)

Id = Annotated[int, typer.Argument(metavar="ID", help="Of the crawl.")]

#: Outcomes that bring an article, or a new version of one.
_TAKEN = (Outcome.STORED, Outcome.REVISED, Outcome.COPY)
#: What is asked for in vain, though a person may see it in the browser: by outcome and reason.
_REFUSALS = ("robots_denied", "wall", "http_error: status 401", "http_error: status 403")

_CANCELLING = "Ending politely; Ctrl-C once more ends it at once."


def add_commands(root: typer.Typer) -> None:
    """Put the verbs of this file on the root command."""
    root.add_typer(app, name="crawls", rich_help_panel="Look after")
    root.command(rich_help_panel="Follow")(crawl)
    root.command("manners", rich_help_panel="Look after")(show_manners)


def crawl(
    incident: Annotated[
        str | None, typer.Option(metavar="SLUG", help="Only what this incident follows.")
    ] = None,
    source: Annotated[
        list[int] | None,
        typer.Option("--source", metavar="ID", help="Only this source; repeatable."),
    ] = None,
    url: Annotated[
        list[str] | None,
        typer.Option("--url", metavar="URL", help="This address, known or not; repeatable."),
    ] = None,
    everything: Annotated[
        bool,
        typer.Option("--all", metavar="", help="Also sources that no open incident follows."),
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Look for follow-ups now, whether anything is due or not.

    With --url and --incident a page is taken in whatever its score.
    Ctrl-C ends a crawl politely; what is queued waits for the next one.
    """
    wanted = Wanted(incident, tuple(source or ()), tuple(url or ()), everything)
    with open_home() as home:
        report = _watched(home, wanted)
        if as_json:
            output.put_json(report.record())
        else:
            draw_report(report)
        _tell_rest(home, report, wanted)
    if report.state is not CrawlState.FINISHED:
        raise typer.Exit(1)


def _watched(home: Home, wanted: Wanted) -> crawls.Report:
    """Run a crawl with live progress on a terminal, else with a line now and then."""
    console = output.messages()
    if not console.is_terminal:
        return crawls.run(home, wanted, watch=_Lines(), cancelling=_tell_cancelling)
    with Live(console=console, transient=True, refresh_per_second=5) as live:

        def watch(row: Crawl) -> None:
            live.update(progress_view(home, row))

        def tell() -> None:
            live.console.print(_CANCELLING)

        return crawls.run(home, wanted, watch=watch, cancelling=tell)


def _tell_cancelling() -> None:
    output.say(_CANCELLING)


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
    parts = [
        f"{progress.get('sources_read', 0)} of {progress.get('sources', 0)} sources read",
        output.counted(progress.get("pages", 0), "page"),
        output.counted(row.requests, "request"),
    ]
    if "rate" in progress:
        parts.append(f"{progress['rate']:.1f} pages a second")
    if "remaining" in progress:
        parts.append(f"{progress['remaining']} to do")
    return ", ".join(parts)


def progress_view(home: Home, row: Crawl) -> Table:
    """What a running crawl does, as a few lines."""
    report = crawls.report(home, row.id)
    progress: Any = row.progress or {}
    lines = Table.grid()
    if row.started_at is None:
        lines.add_row(Text(f"crawl {row.id}: starting"))
        return lines
    lines.add_row(Text(f"crawl {row.id}: {_progress_line(row)}"))
    shown = [f"{name} {count}" for name, count in report.counts.items()]
    lines.add_row(Text("  " + (", ".join(shown) or "no page read yet"), style="dim"))
    if asking := progress.get("asking"):
        lines.add_row(Text("  asking " + ", ".join(asking[:4]), style="dim"))
    if waiting := progress.get("waiting"):
        held = [f"{host} {seconds:.0f} s" for host, seconds in list(waiting.items())[:4]]
        lines.add_row(Text("  waiting for " + ", ".join(held), style="dim"))
    for given in crawls.handed(home, row):
        lines.add_row(Text("  " + _handed(given), style="dim"))
    return lines


def _handed(given: crawls.Handed) -> str:
    counts = ((given.sources, "source"), (given.links, "link"))
    what = " and ".join(output.counted(number, one) for number, one in counts if number)
    were = "was" if given.sources + given.links == 1 else "were"
    return (
        f"{what} {were} handed to crawl {given.crawl_id}, which is asking their hosts just now:"
        f" followup crawls show {given.crawl_id}"
    )


def draw_report(report: crawls.Report) -> None:
    """A crawl's end as a table of outcomes that adds up to the links found."""
    reading.draw_counts(report.counts, "links", total=("links found", report.links_found))
    for end in report.ends:
        output.put(f"{end['url']}\n  {end['outcome']}: {end['reason'] or 'no reason given'}")
    requests = output.counted(report.requests, "request")
    output.put(f"Crawl {report.id} {report.state}: {requests} in {report.seconds:.1f} s.")


def _tell_rest(home: Home, report: crawls.Report, wanted: Wanted) -> None:
    """What remains, and what a person can do about it."""
    if report.state is CrawlState.FAILED:
        output.say(f"The crawl failed: {report.end_reason}. See: followup crawls log {report.id}")
    given = crawls.handed(home, crawls.get(home, report.id))
    for one in given:
        output.say(_handed(one))
    left = report.counts.get(Outcome.DEFERRED, 0) + report.counts.get(Outcome.CANCELLED, 0)
    left -= sum(one.links for one in given)
    if left > 0:
        output.say(
            f"{output.counted(left, 'link')} still queued, why is in the ledger;"
            " 'followup crawl' goes on with them."
        )
    elif report.state is CrawlState.CANCELLED:
        output.say("No link is queued. Sources that were not read yet are read by the next crawl.")
    failed = report.counts.get(Outcome.NETWORK_ERROR, 0)
    if failed and failed == report.links_found:
        output.say("Nothing could be reached at all. Is there a network, or a proxy to set?")
    if wanted.urls:
        _tell_addresses(report)
    else:
        _tell_sources(home)


def _tell_addresses(report: crawls.Report) -> None:
    if report.counts.get(Outcome.ALREADY_KNOWN):
        output.say("What was forgotten by hand is not fetched again.")
    if any(f"{end['outcome']}: {end['reason']}".startswith(_REFUSALS) for end in report.ends):
        output.say(
            "What a site refuses is not forced. Save the page in your browser and bring it in:"
            " followup ingest SLUG page.html"
        )


def _tell_sources(home: Home) -> None:
    every = sources.list_all(home)
    failing = sum(source.health in (Health.FAILING, Health.DENIED) for source in every)
    if failing:
        output.say(f"{failing} of {len(every)} sources cannot be read. Why: followup source list")


@app.command("list")
def list_crawls(limit: Limit = 20, as_json: AsJson = False) -> None:
    """Crawls, newest first."""
    with open_home() as home:
        rows = crawls.list_all(home, limit=None if as_json else limit)
    if as_json:
        return output.put_json([crawls.record(row) for row in rows])
    if not rows:
        return output.say("Nothing was crawled yet. Look for follow-ups: followup crawl")
    columns = ("id#", "state", "asked", "for", "ended", "links#", "taken#", "requests#", "seconds#")
    below = {"for": "asked", "ended": "asked"}
    return output.table(None, columns, [_row(row) for row in rows], below=below)


def _row(row: Crawl) -> tuple[object, ...]:
    counts = row.counts or {}
    return (
        row.id,
        row.state,
        f"{row.requested_at:%Y-%m-%d %H:%M} {row.trigger}",
        crawls.purpose(row),
        _end(row),
        row.links_found,
        sum(counts.get(str(outcome), 0) for outcome in _TAKEN),
        row.requests,
        None if row.seconds is None else f"{row.seconds:.1f}",
    )


def _end(row: Crawl) -> str | None:
    """Why a crawl ended, where its state doesn't say that."""
    return None if row.end_reason == str(row.state) else row.end_reason


@app.command()
def show(id: Id, as_json: AsJson = False) -> None:
    """One crawl: what it was for, and what became of each link."""
    with open_home() as home:
        row = crawls.get(home, id)
        report = crawls.report(home, id)
        seen, given = progress_view(home, row), crawls.handed(home, row)
    if as_json:
        told = [asdict(one) for one in given]
        return output.put_json(crawls.record(row) | {"counts": dict(report.counts), "handed": told})
    output.put(
        f"Asked for at {row.requested_at:%Y-%m-%d %H:%M} UTC by {row.requested_by}"
        f" ({row.trigger}): {crawls.purpose(row)}"
    )
    if row.state is CrawlState.MISSED:
        return output.put(f"It was due then and did not happen: {row.end_reason}")
    draw_report(report)
    if reason := _end(row):
        output.put(f"Why: {reason}")
    if row.state is CrawlState.RUNNING:
        output.put(seen)
    return None


@app.command()
def cancel(id: Id, as_json: AsJson = False) -> None:
    """Ask a running crawl to end; what is queued stays queued."""
    with open_home() as home:
        was, now = crawls.get(home, id).state, crawls.cancel(home, id)
    if as_json:
        output.put_json({"id": id, "was": str(was), "state": str(now)})
    elif now is CrawlState.RUNNING:
        output.say(f"Crawl {id} was asked to end.")
    else:
        output.say(f"Crawl {id} is {now}{' already' if was is now else ''}.")


@app.command()
def log(id: Id, as_json: AsJson = False) -> None:
    """The log of a crawl."""
    with open_home() as home:
        text = output.plain(crawls.log(home, id))
    if as_json:
        output.put_json({"id": id, "log": text})
    else:
        sys.stdout.write(text)


def show_manners(
    host: Annotated[str, typer.Argument(metavar="HOST", help="e.g. www.example.org")],
    as_json: AsJson = False,
) -> None:
    """What a host asks of crawlers, and how it is asked by us."""
    with open_home() as home:
        known = manners.of(home, host)
    if as_json:
        return output.put_json(known)
    reading.draw_fields(
        ("host", known["host"]),
        ("is asked as", known["user_agent"]),
        ("at most once in", f"{known['gap_seconds']:g} s"),
        ("its Crawl-delay", _seconds(known["crawl_delay"])),
        ("last asked", reading.moment(known["last_request_at"])),
        ("left alone until", reading.moment(known["not_before"])),
        ("just now asked by", known["leased_by_crawl"] and f"crawl {known['leased_by_crawl']}"),
        *((f"{robots['origin']}/robots.txt", robots["says"]) for robots in known["robots"]),
    )
    return None


def _seconds(value: float | None) -> str | None:
    return None if value is None else f"{value:g} s"
