"""``followup incident``: new, list, show, edit, close, reopen, delete."""

import sys
from itertools import groupby
from pathlib import Path
from typing import Annotated

import typer
from rich.table import Table
from rich.text import Text

from crawler.cli import backtests, editing, options, output
from crawler.cli.learning import draw_learned, learn
from crawler.cli.options import AsJson, DryRun, Slug, Yes
from crawler.cli.progress import progress
from crawler.home import Home, open_home
from crawler.services import incidents, learning, sources
from crawler.services.backtest import BackTest
from crawler.services.incident_file import read_incident, write_incident
from pipelines.errors import BadInput, FollowupError
from pipelines.incident import Incident, Term

app = typer.Typer(help="What is followed.", no_args_is_help=True)

#: Terms of a kind that are shown; the lighter ones hardly matter.
SHOWN_TERMS = 24

app.command()(learn)


def add_commands(root: typer.Typer) -> None:
    """Put the verbs of this file on the root command."""
    root.add_typer(app, name="incident", rich_help_panel="Follow")


@app.command()
def new(
    slug: Slug,
    seed: Annotated[
        list[str],
        typer.Option("--seed", metavar="FILE|URL", help="Article about it; up to three times."),
    ],
    title: Annotated[
        str | None, typer.Option(metavar="TEXT", help="Title; else the first seed's.")
    ] = None,
    since: Annotated[
        str | None, typer.Option(metavar="DATE", help="First day that counts.")
    ] = None,
    until: Annotated[str | None, typer.Option(metavar="DATE", help="Last day that counts.")] = None,
    add_sources: Annotated[
        bool,
        typer.Option("--add-sources", metavar="", help="Add the proposed sources without asking."),
    ] = False,
    yes: Yes = False,
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Make an incident from one to three articles about it (.txt, .html or URL).

    Before it is saved, what it would take of the articles that are stored already is shown.
    """
    begin, end = options.day("--since", since), options.day("--until", until, end=True)
    may_ask = not (yes or as_json) and sys.stdin.isatty()
    with open_home() as home:
        incident = incidents.draft(home, slug, seed, title=title, since=begin, until=end)
        proposals = incidents.propose(incident)
        if not as_json:
            _draw(incident)
        tested = _tested(home, incident, draw=not as_json)
        saved = None
        if _may_save(ask=may_ask, dry_run=dry_run):
            with progress("taken in") as seen:
                saved = incidents.add(home, incident, tested, seen=seen)
            incident = saved.incident
        if as_json:
            proposed = [proposal.record() for proposal in proposals]
            told = incidents.record(incident) | {"proposed_sources": proposed}
            output.put_json(told | backtests.record(tested, saved))
        _tell_window(home, incident)
        if saved is None:
            return output.say("Nothing is saved.")
        if not as_json:
            backtests.tell_saved(saved)
        return _offer_sources(
            home, incident, proposals, show=not as_json, ask=may_ask, add=add_sources
        )


def _tested(home: Home, incident: Incident, *, draw: bool) -> BackTest | None:
    """What the incident would make of the stored articles, drawn where there are any."""
    with progress("stored articles judged") as seen:
        tested = incidents.back_test(home, incident, seen=seen)
    if draw and tested is not None:
        backtests.draw(tested, incident.slug)
    return tested


def _may_save(*, ask: bool, dry_run: bool) -> bool:
    if dry_run:
        return False
    return not ask or typer.confirm("Save it?", default=True, err=True)


def _offer_sources(
    home: Home,
    incident: Incident,
    proposals: list[incidents.Proposal],
    *,
    show: bool,
    ask: bool,
    add: bool,
) -> None:
    """Show the proposed sources, and add them where the person says so."""
    if show and proposals:
        _draw_proposals(proposals)
    if proposals and ask and not add:
        number = output.counted(len(proposals), "source")
        add = typer.confirm(f"Add these {number}?", default=True, err=True)
    if add:
        number = output.counted(_add(home, proposals), "source")
        output.say(f"{number} added. Look now: followup crawl --incident {incident.slug}")
    elif not sources.list_all(home):
        language = next(iter(incident.profile.languages), "en")
        output.say(
            "No source is followed yet. Add some: followup source add URL (a homepage is enough),"
            f" or: followup source catalogue --language {language} --topic news --limit 20 --add"
        )


def _draw_proposals(proposals: list[incidents.Proposal]) -> None:
    columns = ("outlet", "language", "country", "address")
    for because, some in groupby(proposals, key=lambda proposal: proposal.because):
        output.say(f"\nProposed as sources, {because}:")
        rows = [(p.outlet, p.language, p.country, p.url) for p in some]
        output.table(None, columns, rows, below={"address": "outlet"}, to=output.messages())


def _add(home: Home, proposals: list[incidents.Proposal]) -> int:
    """Add proposals; gives how many are new. One that leads nowhere doesn't stop the others."""
    number = 0
    for proposal in proposals:
        try:
            added = incidents.add_proposal(home, proposal)
        except FollowupError as error:
            output.say(f"  left: {error.message}", style="yellow")
            continue
        number += sum(one.is_new for one in added)
    return number


def _tell_window(home: Home, incident: Incident) -> None:
    if incidents.window_is_past(incident, home.now()):
        output.say(
            "The window of this incident is past: feeds no longer carry it. Bring in what you have"
            f" with: followup ingest {incident.slug} FILE (.jsonl, .html, .warc)",
            style="yellow",
        )


@app.command("list")
def list_incidents(as_json: AsJson = False) -> None:
    """All incidents, open and closed."""
    with open_home() as home:
        found = incidents.list_all(home)
    if as_json:
        return output.put_json([incidents.record(incident) for incident in found])
    if not found:
        return output.say(
            "No incident yet. Make one: followup incident new SLUG --seed ARTICLE.txt"
        )
    columns = ("incident", "state", "since", "until", "threshold#", "title")
    return output.table(None, columns, [_row(incident) for incident in found])


def _row(incident: Incident) -> tuple[object, ...]:
    since, until = incident.window.since, incident.window.until
    return (
        incident.slug,
        "open" if incident.is_open else "closed",
        since and since.date(),
        until and until.date(),
        f"{incident.profile.threshold:.3f}",
        incident.title,
    )


@app.command()
def show(slug: Slug, as_json: AsJson = False) -> None:
    """One incident with the profile that it is recognised by."""
    with open_home() as home:
        incident = incidents.get(home, slug)
        learned = learning.told(home, incident)
        if as_json:
            return output.put_json(incidents.record(incident) | learned)
        _draw(incident)
        draw_learned(learned)
        output.say(f"Change what it is recognised by: followup incident edit {slug}")
        return _tell_window(home, incident)


def _draw(incident: Incident) -> None:
    window, profile = incident.window, incident.profile
    state = "open" if incident.is_open else "closed"
    since = window.since.date().isoformat() if window.since else "any time"
    until = window.until.date().isoformat() if window.until else "further notice"
    names = [term for term in profile.terms if term.kind != "term"]
    words = [term for term in profile.terms if term.kind == "term"]
    output.put(Text(output.plain(f"{incident.slug}: {incident.title}"), style="bold"))
    if incident.brief:
        output.put(incident.brief)
    grid = Table.grid(padding=(0, 2))
    grid.add_column(style="dim", no_wrap=True)
    grid.add_column(max_width=output.PROSE_WIDTH)
    for label, value in (
        ("state", f"{state}, from {since} until {until}"),
        ("languages", ", ".join(profile.languages)),
        ("follow-up from", f"score {profile.threshold:.3f}"),
        ("candidate from", f"score {profile.candidate_threshold:.3f}"),
        ("names", _weights(names)),
        ("words (as begun)", _weights(words)),
    ):
        grid.add_row(label, Text(output.plain(value)))
    output.put(grid)


def _weights(terms: list[Term]) -> str:
    shown = ", ".join(f"{term.text} {term.weight:.3f}" for term in terms[:SHOWN_TERMS])
    more = len(terms) - SHOWN_TERMS
    return f"{shown} and {more} more" if more > 0 else shown or "none"


@app.command()
def edit(
    slug: Slug,
    file: Annotated[
        Path | None,
        typer.Option(
            "--file", metavar="FILE", help="Take this edited TOML file; '-' is standard input."
        ),
    ] = None,
    print_only: Annotated[
        bool, typer.Option("--print", metavar="", help="Only print the TOML file.")
    ] = False,
    alias: Annotated[
        list[str] | None,
        typer.Option("--alias", metavar="TEXT", help="Further name, in any script; repeatable."),
    ] = None,
    no_alias: Annotated[
        list[str] | None,
        typer.Option("--no-alias", metavar="TEXT", help="Alias to take back; repeatable."),
    ] = None,
    yes: Yes = False,
    dry_run: DryRun = False,
    as_json: AsJson = False,
) -> None:
    """Edit an incident as TOML: in $EDITOR, or with --print and --file. --alias and --no-alias give
    and take back further names without an editor.

    Before it is saved, what would change among the stored articles is shown.
    """
    if (alias or no_alias) and (file or print_only):
        raise typer.BadParameter(
            "Aliases are given and taken back without --file and --print.", param_hint="'--alias'"
        )
    with open_home() as home:
        incident = incidents.get(home, slug)
        text = write_incident(incident)
        if print_only:
            return output.put_json({"toml": text}) if as_json else _print(text)
        may_ask = not (yes or as_json) and sys.stdin.isatty()

        def save(edited: Incident) -> bool:
            return _save(home, edited, ask=may_ask, dry_run=dry_run, as_json=as_json)

        if alias or no_alias:
            save(incidents.with_aliases(incident, alias or (), no_alias or ()))
            return None
        written = _edited(text, file)
        if written is None or not written.strip():
            return output.say("Nothing was changed.")
        is_saved = False
        try:
            is_saved = save(read_incident(written, incident))
        finally:
            if file is None and not is_saved:
                _keep_draft(home, slug, written)


def _save(home: Home, edited: Incident, *, ask: bool, dry_run: bool, as_json: bool) -> bool:
    """Show what an edited incident would change, and save it; false where it was not."""
    tested = _tested(home, edited, draw=not as_json)
    saved = None
    if _may_save(ask=ask and tested is not None, dry_run=dry_run):
        with progress("judged anew") as seen:
            saved = incidents.save(home, edited, tested, seen=seen)
    if as_json:
        told = incidents.record(saved.incident if saved else edited)
        output.put_json(told | backtests.record(tested, saved))
    elif saved is None:
        output.say("Nothing is saved.")
    else:
        backtests.tell_saved(saved)
    return saved is not None


def _print(text: str) -> None:
    sys.stdout.write(text)


def _edited(text: str, file: Path | None) -> str | None:
    if file is None:
        return editing.edit(text, suffix=".toml")
    try:
        return sys.stdin.read() if str(file) == "-" else file.read_text("utf-8-sig")
    except UnicodeDecodeError as error:
        raise BadInput(f"{file} is no text in UTF-8.", remedy="Give a TOML file.") from error
    except OSError as error:
        raise BadInput(
            f"{file} cannot be read ({error.strerror}).", remedy="Give a TOML file."
        ) from error


def _keep_draft(home: Home, slug: str, edited: str) -> None:
    """What a person typed is not lost because one line of it is wrong."""
    draft = home.config.home / f"{slug}.edited.toml"
    draft.write_text(edited, "utf-8")
    output.say(f"What you wrote is kept: followup incident edit {slug} --file {draft}")


@app.command()
def close(slug: Slug, as_json: AsJson = False) -> None:
    """Follow it no more; what was stored stays."""
    _set_open(slug, False, as_json)


@app.command()
def reopen(slug: Slug, as_json: AsJson = False) -> None:
    """Follow it again."""
    _set_open(slug, True, as_json)


def _set_open(slug: str, is_open: bool, as_json: bool) -> None:
    with open_home() as home:
        incident = incidents.set_open(home, slug, is_open)
    if as_json:
        return output.put_json(incidents.record(incident))
    return output.say(f"Incident {slug} is {'open' if is_open else 'closed'}.")


@app.command()
def delete(slug: Slug, yes: Yes = False, as_json: AsJson = False) -> None:
    """Delete an incident with its matches and reviews."""
    with open_home() as home:
        incidents.get(home, slug)
        question = f"Delete {slug} with its matches and reviews?"
        options.confirm(question, yes=yes, is_terminal=sys.stdin.isatty())
        incidents.delete(home, slug)
    if as_json:
        return output.put_json({"deleted": slug})
    return output.say(f"Incident {slug} is deleted.")
