"""``followup demo``: what it found, what was left and why, and what to type next."""

import shlex
import shutil
import sys
from collections import defaultdict
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Annotated

import typer
from rich.text import Text

from crawler.cli import output, reading
from crawler.cli.options import AsJson
from crawler.cli.serve import DEFAULT_HOST, DEFAULT_PORT
from crawler.config import read_config
from crawler.services import demo as service
from pipelines.outcomes import Verdict
from pipelines.store.exports import Exported

if TYPE_CHECKING:
    from crawler.server import Running

#: The longest bar, in characters; a line of 80 holds it beside a headline.
BAR_WIDTH = 20


def add_commands(root: typer.Typer) -> None:
    """Put the verb of this file on the root command."""
    root.command(rich_help_panel="Follow")(demo)


def demo(
    no_serve: Annotated[
        bool,
        typer.Option("--no-serve", metavar="", help="End after the summary; no desk is opened."),
    ] = False,
    fast: Annotated[
        bool, typer.Option("--fast", metavar="", help="Let the slow outlet be quick.")
    ] = False,
    port: Annotated[
        int, typer.Option(min=0, max=65_535, metavar="P", help="Of the desk; 0 takes a free one.")
    ] = DEFAULT_PORT,
    as_json: AsJson = False,
) -> None:
    """Follow the sample incident, the attack on Sony Pictures, through a made-up newsroom.

    In the end the review desk opens on it, until Ctrl-C; with --json or --no-serve it does not.
    """
    done = service.run(read_config(), tell=output.say, fast=fast)
    if as_json:
        return output.put_json(done.record())
    _draw_counts(done)
    _draw_timeline(done.rows)
    _draw_revisions_and_copies(done)
    _tell_next(done)
    if not no_serve:
        _open_desk(done, port)
    return None


def _open_desk(done: service.Demo, port: int) -> None:
    """The desk on what was found; the newsroom stays open, so that crawls can be triggered."""
    from crawler.server import serve  # half a second of import, and --no-serve needs none of it

    def tell(running: "Running") -> None:
        output.say(f"\nThe review desk is open at {running.url} (Ctrl-C ends it)")

    with service.open_house(done.home) as (config, environment):
        serve(config, host=DEFAULT_HOST, port=port, tell=tell, environment=environment)


def _draw_counts(done: service.Demo) -> None:
    output.put("")
    counts = done.counts
    title = "What became of every link that three visits found"
    reading.draw_counts(counts, "links", title=title, total=("links found", sum(counts.values())))


def _draw_timeline(rows: tuple[Exported, ...]) -> None:
    """Follow-ups by week as bars, with the headline that opened the week."""
    weeks: defaultdict[date, list[Exported]] = defaultdict(list)
    for row in rows:
        if row.verdict == Verdict.FOLLOW_UP and row.published_at is not None:
            day = row.published_at.date()
            weeks[day - timedelta(days=day.weekday())].append(row)
    if not weeks:
        return
    most = max(len(week) for week in weeks.values())
    output.put("")
    output.table(
        "Coverage by week: █ articles of their own, ░ copies",
        ("week of", "", "articles#", "first headline"),
        [_week(monday, weeks[monday], most) for monday in sorted(weeks)],
    )


def _week(monday: date, week: list[Exported], most: int) -> list[Text]:
    copies = sum(row.copy_of is not None for row in week)
    own = round((len(week) - copies) / most * BAR_WIDTH)
    bar = Text("█" * max(own, 1), style="cyan")
    bar.append("░" * round(copies / most * BAR_WIDTH), style="cyan")
    first = min(week, key=_moment)
    head = output.plain(first.title or "")
    head = head if len(head) <= 32 else head[:31] + "…"
    return [Text(f"{monday:%d %b %Y}"), bar, Text(str(len(week))), Text(head, style="dim")]


def _moment(row: Exported) -> datetime:
    return row.published_at or row.first_seen_at


def _draw_revisions_and_copies(done: service.Demo) -> None:
    taken = {row.canonical_url: row for row in done.rows}
    if done.revisions:
        output.put("")
        rows = [taken[url] for url in done.revisions]
        cells = [
            (row.id, row.title, row.outlet, output.counted(row.revisions, "time")) for row in rows
        ]
        columns = ("id#", "headline", "outlet~", "edited")
        output.table("Edited after they were first read", columns, cells)
    if done.copies:
        output.put("")
        groups = [(taken[group[0]].title, _outlets(group, taken)) for group in done.copies]
        title = "One text at several outlets, counted once"
        output.table(title, ("headline", "outlets"), groups)


def _outlets(group: list[str], taken: dict[str, Exported]) -> str:
    return ", ".join(sorted({str(taken[url].outlet) for url in group}))


def _tell_next(done: service.Demo) -> None:
    home, name = f"FOLLOWUP_HOME={shlex.quote(str(done.home))}", _command()
    taken = len(done.follow_ups)
    first = next((row.id for row in done.rows if row.revisions), 1)
    output.put(f"\n{taken} follow-ups are stored. Look at them:")
    for command in (
        f"articles list --incident {service.SLUG}",
        f"articles show {first}",
        f"articles diff {first}",
        f"ledger {service.SLUG} --limit 40",
        f"export {service.SLUG} --format csv",
    ):
        output.put_line(Text(f"  {home} {name} {command}"))
    output.put("\nYour own incident:")
    for command in (
        "export FOLLOWUP_CONTACT=you@example.org",
        f"{name} incident new my-incident --seed article.txt",
        f"{name} source add https://www.example.org/",
        f"{name} crawl",
    ):
        output.put_line(Text(f"  {command}"))


def _command() -> str:
    """How this command is typed here: by its name where the shell finds it."""
    return "followup" if shutil.which("followup") else shlex.quote(sys.argv[0])
