"""``followup schedule``: list, set, clear, pause, resume, next."""

import sys
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Annotated
from zoneinfo import ZoneInfo

import typer

from crawler.cli import options, output
from crawler.cli.options import AsJson, Limit, Yes
from crawler.home import Home, open_home
from crawler.schedule.rules import Rule, read_rule
from crawler.services import schedule
from crawler.services.schedule import Coming, Line, Of
from pipelines.dates import iso
from pipelines.errors import BadInput

app = typer.Typer(help="When the sources are polled.", no_args_is_help=True)

OfIncident = Annotated[
    str | None,
    typer.Option("--incident", metavar="SLUG", help="For the sources that it follows."),
]
OfSource = Annotated[int | None, typer.Option("--source", metavar="ID", help="For this source.")]
Every = Annotated[
    str | None, typer.Option(metavar="TIME", help="5s, 15m, 1h30m or 1d from one to the next.")
]
Cron = Annotated[
    str | None,
    typer.Option(metavar="FIELDS", help='As in a crontab: "0 6 * * mon-fri", or @daily.'),
]
Windows = Annotated[
    list[str] | None,
    typer.Option(
        "--window", metavar="WINDOW", help='Only then: "mon-fri 08:00-20:00"; repeatable.'
    ),
]
Timezone = Annotated[
    str | None,
    typer.Option(metavar="ZONE", help="Whose clocks --cron and --window mean: Asia/Seoul."),
]
Jitter = Annotated[
    str | None, typer.Option(metavar="TIME", help="Each source up to so much later: 30s.")
]


def add_commands(root: typer.Typer) -> None:
    """Put the verbs of this file on the root command."""
    root.add_typer(app, name="schedule", rich_help_panel="Follow")


@app.command("list")
def list_rules(as_json: AsJson = False) -> None:
    """All rules, and what is paused. Sources without one are polled adaptively."""
    with open_home() as home:
        lines = schedule.listing(home)
        is_missing = schedule.server_is_missing(home)
    if as_json:
        return output.put_json([line.record() for line in lines])
    if lines:
        columns = ("for", "rule", "state", "next")
        below = {"state": "for", "next": "rule"}
        output.table(None, columns, [_row(line) for line in lines], below=below)
    else:
        output.say("No rule is set: each source is polled as often as it brings news.")
        output.say("Set one: followup schedule set --every 15m")
    return _tell_missing(is_missing)


def _row(line: Line) -> tuple[object, ...]:
    zone = "UTC" if line.rule is None else line.rule.timezone
    return (
        line.of.words,
        None if line.rule is None else line.rule.words(),
        line.paused_at and f"paused since {_told(line.paused_at, zone)}",
        _told(line.next[0], zone) if line.next else None,
    )


@app.command("set")
def set_rule(
    every: Every = None,
    cron: Cron = None,
    window: Windows = None,
    timezone: Timezone = None,
    jitter: Jitter = None,
    incident: OfIncident = None,
    source: OfSource = None,
    dry_run: Annotated[
        bool,
        typer.Option("--dry-run", metavar="", help="Only show the times.", show_default=False),
    ] = False,
    yes: Yes = False,
    as_json: AsJson = False,
) -> None:
    """Poll all sources, an incident's or one by a rule; its next five times are shown first."""
    of = Of(incident, source)
    with open_home() as home:
        schedule.check(home, of)
        rule = _rule(home, every, cron, window or (), timezone, jitter)
        shown = Line(of, rule, None, schedule.preview(rule, home.now()))
        if not as_json:
            _draw_times(shown)
        if not (dry_run or yes or as_json) and sys.stdin.isatty():
            typer.confirm("Save this?", default=True, abort=True, err=True)
        if not dry_run:
            # It counts from the answer, not from the question.
            rule = replace(rule, anchor=home.now().replace(microsecond=0))
            shown = schedule.set_rule(home, of, rule)
        is_missing = schedule.server_is_missing(home)
    if as_json:
        return output.put_json(shown.record() | {"saved": not dry_run})
    if dry_run:
        return output.say("Nothing is saved.")
    output.say(f"Saved for {_named(of)}: {rule.words()}")
    if shown.paused_at:
        output.say(f"It is paused: followup schedule resume{_options(of)}", style="yellow")
    return _tell_missing(is_missing)


def _rule(
    home: Home,
    every: str | None,
    cron: str | None,
    windows: Sequence[str],
    timezone: str | None,
    jitter: str | None,
) -> Rule:
    """The rule of the options; a wrong one is wrong use."""
    try:
        return read_rule(
            every=every,
            cron=cron,
            windows=windows,
            timezone=timezone or home.config.timezone,
            jitter=jitter,
            anchor=home.now(),
        )
    except BadInput as error:
        given = {
            "--every": every,
            "--cron": cron,
            "--window": windows,
            "--timezone": timezone,
            "--jitter": jitter,
        }
        named = [name for name, value in given.items() if value] if every or cron else []
        raise options.wrong("' / '".join(named or ["--every", "--cron"]), error) from error


@app.command()
def clear(incident: OfIncident = None, source: OfSource = None, as_json: AsJson = False) -> None:
    """Take a rule away; the next wider one holds then, or none."""
    _change(schedule.clear, Of(incident, source), "No rule of its own any more", as_json)


@app.command()
def pause(incident: OfIncident = None, source: OfSource = None, as_json: AsJson = False) -> None:
    """Poll nothing by the schedule until it is resumed; a crawl that runs goes on."""
    _change(schedule.pause, Of(incident, source), "Paused", as_json)


@app.command()
def resume(incident: OfIncident = None, source: OfSource = None, as_json: AsJson = False) -> None:
    """End a pause; what fell into it is not made up for."""
    _change(schedule.resume, Of(incident, source), "Resumed", as_json)


def _change(verb: Callable[[Home, Of], Line], of: Of, said: str, as_json: bool) -> None:
    with open_home() as home:
        line = verb(home, of)
        is_missing = schedule.server_is_missing(home)
    if as_json:
        return output.put_json(line.record())
    output.say(f"{said}: {_named(of)}")
    return _tell_missing(is_missing)


@app.command("next")
def next_times(
    every: Every = None,
    cron: Cron = None,
    window: Windows = None,
    timezone: Timezone = None,
    jitter: Jitter = None,
    incident: OfIncident = None,
    source: OfSource = None,
    limit: Limit = schedule.SHOWN,
    as_json: AsJson = False,
) -> None:
    """What is polled next; or when a rule would come that is given here and not saved."""
    of = Of(incident, source)
    with open_home() as home:
        if every or cron:
            rule = _rule(home, every, cron, window or (), timezone, jitter)
            line = Line(of, rule, None, schedule.preview(rule, home.now(), limit))
            return output.put_json(line.record()) if as_json else _draw_times(line)
        if window or timezone or jitter:
            raise typer.BadParameter("Give --every or --cron with it.", param_hint="'--window'")
        coming = schedule.upcoming(home, of, n=limit)
        is_missing = schedule.server_is_missing(home)
        zone = home.config.timezone
    if as_json:
        return output.put_json([one.record() for one in coming])
    if coming:
        columns = ("at", "sources#", "of", "rule")
        rows = [_coming(one, zone) for one in coming]
        output.table(None, columns, rows, below={"rule": "of"})
    else:
        output.say(
            f"Nothing comes for {_named(of)}: it is paused, or no open incident follows a source."
        )
    return _tell_missing(is_missing)


def _coming(one: Coming, zone: str) -> tuple[object, ...]:
    more = one.sources - len(one.names)
    names = ", ".join(one.names) + (f" and {more} more" if more > 0 else "")
    return (_told(one.at, zone), one.sources, names, one.words)


def _draw_times(line: Line) -> None:
    """The times of a rule by its own clocks, and in UTC."""
    zone = "UTC" if line.rule is None else line.rule.timezone
    columns = ("next", "UTC") if zone != "UTC" else ("next",)
    rows = [(_told(at, zone), iso(at))[: len(columns)] for at in line.next]
    output.table(None if line.rule is None else line.rule.words(), columns, rows)


def _told(at: datetime, zone: str) -> str:
    return f"{at.astimezone(ZoneInfo(zone)):%a %Y-%m-%d %H:%M:%S} {zone}"


def _named(of: Of) -> str:
    return "all sources" if of == schedule.ALL else of.words


def _options(of: Of) -> str:
    return "" if of == schedule.ALL else f" --{of.words}"


def _tell_missing(is_missing: bool) -> None:
    if is_missing:
        output.say("No server is running, so nothing is polled by itself: followup serve")
