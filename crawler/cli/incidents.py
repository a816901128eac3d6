"""``followup incident``: new, list, show, edit, close, reopen, delete."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from crawler.cli import editing, output
from crawler.cli.output import AsJson
from crawler.home import Home, open_home
from crawler.services import incidents, sources
from crawler.services.incident_file import read_incident, write_incident
from pipelines.dates import parse_day
from pipelines.errors import BadInput
from pipelines.incident import Incident, SourceKind

app = typer.Typer(help="What is followed.", no_args_is_help=True)

Slug = Annotated[str, typer.Argument(metavar="SLUG", help="Name of the incident.")]


@app.command()
def new(
    slug: Slug,
    seed: Annotated[
        list[str], typer.Option("--seed", help="Article: .txt, .html or URL; up to three.")
    ],
    title: Annotated[str | None, typer.Option(help="Title; else the first seed's.")] = None,
    since: Annotated[str | None, typer.Option(help="First day that counts.")] = None,
    until: Annotated[str | None, typer.Option(help="Last day that counts.")] = None,
    add_sources: Annotated[
        bool, typer.Option("--add-sources", help="Add the proposed sources without asking.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Make an incident from one to three articles about it."""
    with open_home() as home:
        incident = incidents.new(
            home,
            slug,
            seed,
            title=title,
            since=parse_day(since) if since else None,
            until=parse_day(until, end=True) if until else None,
        )
        proposals = incidents.propose(incident)
        if as_json:
            proposed = [
                {"url": p.url, "kind": p.kind, "outlet": p.outlet, "because": p.because}
                for p in proposals
            ]
            output.put_json(incidents.record(incident) | {"proposed_sources": proposed})
        else:
            _draw(incident)
        _tell_window(home, incident)
        _offer_sources(home, incident, proposals, ask=not as_json, yes=add_sources)


def _offer_sources(
    home: Home,
    incident: Incident,
    proposals: list[incidents.Proposal],
    *,
    ask: bool,
    yes: bool,
) -> None:
    """Show the proposed sources, and add them where the person says so."""
    if ask and proposals:
        drawn = output.table("Proposed sources", "outlet", "language", "country", "address", "why")
        for p in proposals:
            drawn.add_row(*output.cells(p.outlet, p.language, p.country, p.url, p.because))
        output.messages.print()
        output.messages.print(drawn)
    if proposals and not yes and ask and sys.stdin.isatty():
        yes = typer.confirm(f"Add these {len(proposals)} sources?", default=True, err=True)
    if yes:
        number = sum(_add(home, proposal) for proposal in proposals)
        output.say(f"{number} sources added. Look now: followup crawl --incident {incident.slug}")
    elif not sources.list_all(home):
        output.say(
            "No source is followed yet. Add some: followup source add URL (a homepage is enough),"
            " or: followup source catalogue --language en --add"
        )


def _add(home: Home, proposal: incidents.Proposal) -> int:
    kind = SourceKind(proposal.kind) if proposal.kind else SourceKind.SECTION
    added = sources.add(
        home,
        proposal.url,
        kind=kind,
        outlet=proposal.outlet,
        language=proposal.language,
        country=proposal.country,
    )
    return sum(one.is_new for one in added)


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
    drawn = output.table(None, "incident", "state", "since", "until", "threshold#", "title")
    for incident in found:
        since, until = incident.window.since, incident.window.until
        drawn.add_row(
            *output.cells(
                incident.slug,
                "open" if incident.is_open else "closed",
                since.date() if since else "",
                until.date() if until else "",
                f"{incident.profile.threshold:.2f}",
                incident.title,
            )
        )
    return output.put(drawn)


@app.command()
def show(slug: Slug, as_json: AsJson = False) -> None:
    """One incident with the profile that it is recognised by."""
    with open_home() as home:
        incident = incidents.get(home, slug)
        if as_json:
            return output.put_json(incidents.record(incident))
        _draw(incident)
        return _tell_window(home, incident)


def _draw(incident: Incident) -> None:
    window, profile = incident.window, incident.profile
    output.put(output.cells(f"{incident.slug}: {incident.title}")[0])
    if incident.brief:
        output.put(output.cells(incident.brief)[0])
    state = "open" if incident.is_open else "closed"
    since = window.since.date().isoformat() if window.since else "any time"
    until = window.until.date().isoformat() if window.until else "further notice"
    output.put(f"{state}, from {since} until {until}, languages {', '.join(profile.languages)}")
    output.put(
        f"follow-up from score {profile.threshold:.3f},"
        f" candidate from {profile.candidate_threshold:.3f}"
    )
    drawn = output.table(None, "recognised by", "kind", "weight#")
    for term in profile.terms[:24]:
        drawn.add_row(*output.cells(term.text, term.kind, f"{term.weight:.3f}"))
    output.put(drawn)
    if len(profile.terms) > 24:
        left = len(profile.terms) - 24
        output.say(f"... and {left} more: followup incident edit {incident.slug}")


@app.command()
def edit(
    slug: Slug,
    file: Annotated[
        Path | None,
        typer.Option("--file", help="Take this edited TOML file; '-' is standard input."),
    ] = None,
    print_only: Annotated[bool, typer.Option("--print", help="Only print the TOML file.")] = False,
    as_json: AsJson = False,
) -> None:
    """Edit an incident as TOML: in $EDITOR, or with --print and --file."""
    with open_home() as home:
        incident = incidents.get(home, slug)
        text = write_incident(incident)
        if print_only:
            sys.stdout.write(text)
            return
        edited = _edited(text, file)
        if edited is None or not edited.strip():
            return output.say("Nothing was changed.")
        try:
            saved = incidents.save(home, read_incident(edited, incident))
        except BadInput as error:
            _keep_draft(home, slug, edited)
            raise error
        if as_json:
            return output.put_json(incidents.record(saved))
        return output.say(f"Incident {slug} saved.")


def _edited(text: str, file: Path | None) -> str | None:
    if file is None:
        return editing.edit(text, suffix=".toml")
    try:
        return sys.stdin.read() if str(file) == "-" else file.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(f"{file} cannot be read: {error}.", remedy="Give a TOML file.") from error


def _keep_draft(home: Home, slug: str, edited: str) -> None:
    """What a person typed is not lost because one line of it is wrong."""
    draft = home.config.home / f"{slug}.edited.toml"
    draft.write_text(edited, "utf-8")
    output.say(f"What you wrote is kept: followup incident edit {slug} --file {draft}")


@app.command()
def close(slug: Slug) -> None:
    """Follow it no more; what was stored stays."""
    with open_home() as home:
        incidents.set_open(home, slug, False)
    output.say(f"Incident {slug} is closed.")


@app.command()
def reopen(slug: Slug) -> None:
    """Follow it again."""
    with open_home() as home:
        incidents.set_open(home, slug, True)
    output.say(f"Incident {slug} is open.")


@app.command()
def delete(
    slug: Slug,
    yes: Annotated[bool, typer.Option("--yes", help="Don't ask.")] = False,
) -> None:
    """Delete an incident with its matches and reviews."""
    with open_home() as home:
        incidents.get(home, slug)
        if not yes:
            if not sys.stdin.isatty():
                raise BadInput(
                    f"Deleting {slug} takes its matches and reviews with it.", remedy="Add --yes."
                )
            typer.confirm(f"Delete {slug} with its matches and reviews?", abort=True, err=True)
        incidents.delete(home, slug)
    output.say(f"Incident {slug} is deleted.")
