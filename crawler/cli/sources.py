"""``followup source``: add, list, check, remove, import, export, catalogue."""

import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from crawler.cli import output
from crawler.cli.options import AsJson
from crawler.home import open_home
from crawler.services import sources
from pipelines.errors import FollowupError
from pipelines.incident import Source, SourceKind

app = typer.Typer(help="Where coverage is looked for.", no_args_is_help=True)

Language = Annotated[str | None, typer.Option(metavar="CODE", help="e.g. en")]
Country = Annotated[str | None, typer.Option(metavar="CODE", help="e.g. US")]


def add_commands(root: typer.Typer) -> None:
    """Put the verbs of this file on the root command."""
    root.add_typer(app, name="source", rich_help_panel="Follow")


class Kind(StrEnum):
    """What a source can be added as."""

    FEED = "feed"
    SITEMAP = "sitemap"
    SECTION = "section"


@app.command()
def add(
    url: Annotated[
        str, typer.Argument(metavar="URL", help="Feed, sitemap, section page or homepage.")
    ],
    kind: Annotated[
        Kind | None,
        typer.Option(metavar="KIND", help="feed, sitemap or section; it is not looked at then."),
    ] = None,
    tag: Annotated[
        list[str] | None,
        typer.Option("--tag", metavar="TAG", help="A mark of your own; repeatable."),
    ] = None,
    outlet: Annotated[str | None, typer.Option(metavar="NAME", help="Name of the outlet.")] = None,
    language: Language = None,
    country: Country = None,
    as_json: AsJson = False,
) -> None:
    """Add a source; of a homepage its feeds and news sitemaps are found."""
    wanted = SourceKind(kind) if kind else None
    with open_home() as home:
        added = sources.add(
            home,
            url,
            kind=wanted,
            tags=tuple(tag or ()),
            outlet=outlet,
            language=language,
            country=country,
        )
    if as_json:
        return output.put_json([sources.record(one.source) for one in added])
    for one in added:
        _tell_added(one, wanted)
    return None


def _tell_added(one: sources.Added, wanted: SourceKind | None) -> None:
    source = one.source
    verb = "Added" if one.is_new else "There already:"
    output.say(f"{verb} source {source.id}: {source.kind} {source.url}")
    if wanted not in (None, source.kind):
        output.say(f"To make it a {wanted}: followup source remove {source.id}, then add it again.")


@app.command("list")
def list_sources(as_json: AsJson = False) -> None:
    """All sources with their health."""
    with open_home() as home:
        found = sources.list_all(home)
    if as_json:
        return output.put_json([sources.record(source) for source in found])
    if not found:
        return output.say("No source yet. Add one: followup source add URL (a homepage is enough)")
    columns = ("id#", "kind", "health", "due", "outlet", "address", "tags", "reason")
    below = {"address": "outlet", "tags": "outlet", "reason": "outlet"}
    return output.table(None, columns, [_row(source) for source in found], below=below)


def _row(source: Source) -> tuple[object, ...]:
    return (
        source.id,
        source.kind,
        source.health,
        f"{source.due_at:%m-%d %H:%M}" if source.due_at else "now",
        source.outlet,
        source.url,
        ", ".join(source.tags),
        _reason(source),
    )


def _reason(source: Source) -> str | None:
    if source.health_reason is None or source.health_since is None:
        return source.health_reason
    return f"since {source.health_since:%Y-%m-%d}: {source.health_reason}"


@app.command()
def check(
    ids: Annotated[
        list[int] | None, typer.Argument(metavar="ID", help="Of sources; all if none.")
    ] = None,
    as_json: AsJson = False,
) -> None:
    """Look at sources now: are they still what they were added as?"""
    with open_home() as home:
        checked = sources.check(home, ids or [])
    if as_json:
        output.put_json(checked)
    else:
        columns = ("id#", "kind", "ok", "links#", "address", "reason")
        rows = [
            (one["id"], one["kind"], _yes(one["ok"]), one["links"], one["url"], one["reason"])
            for one in checked
        ]
        output.table(None, columns, rows, below={"reason": "address"})
        for one in checked:
            for url in one["instead"]:
                output.say(f"Instead of source {one['id']}: followup source add {url}")
    if not all(one["ok"] for one in checked):
        raise typer.Exit(1)


def _yes(is_so: bool) -> str:
    return "yes" if is_so else "no"


@app.command()
def remove(
    id: Annotated[int, typer.Argument(metavar="ID", help="Of the source.")],
    as_json: AsJson = False,
) -> None:
    """Poll a source no more; what was found through it stays."""
    with open_home() as home:
        source = sources.remove(home, id)
    if as_json:
        return output.put_json({"removed": sources.record(source)})
    return output.say(f"Removed source {id}: {source.url}")


@app.command("import")
def import_opml(
    file: Annotated[Path, typer.Argument(metavar="FILE.opml", help="As feed readers export it.")],
    as_json: AsJson = False,
) -> None:
    """Add the sources of an OPML file."""
    with open_home() as home:
        added, refused = sources.import_opml(home, file)
    if as_json:
        new = sum(one.is_new for one in added)
        return output.put_json({"added": new, "known": len(added) - new, "refused": refused})
    _tell_number(added)
    for problem in refused[:20]:
        output.say(f"  left: {problem}", style="yellow")
    if len(refused) > 20:
        output.say(f"  and {len(refused) - 20} more, see --json", style="yellow")
    return None


def _tell_number(added: list[sources.Added]) -> None:
    new = sum(one.is_new for one in added)
    output.say(f"{output.counted(new, 'source')} added, {len(added) - new} were there already.")


@app.command("export")
def export_opml(as_json: AsJson = False) -> None:
    """All sources as OPML on standard output."""
    with open_home() as home:
        if as_json:
            return output.put_json([sources.record(one) for one in sources.list_all(home)])
        sys.stdout.write(sources.export_opml(home).decode("utf-8"))
    return None


@app.command()
def catalogue(
    country: Country = None,
    language: Language = None,
    topic: Annotated[
        str | None, typer.Option(metavar="TOPIC", help=f"One of {', '.join(sources.TOPICS)}.")
    ] = None,
    limit: Annotated[
        int | None, typer.Option(min=1, metavar="N", help="Only the best known N.")
    ] = None,
    add_all: Annotated[bool, typer.Option("--add", metavar="", help="Add what is shown.")] = False,
    as_json: AsJson = False,
) -> None:
    """Outlets that are known, by country, language and topic, the best known first."""
    rows = sources.catalogue(country=country, language=language, topic=topic)[:limit]
    if not rows:
        raise FollowupError(
            "The catalogue has no such outlet.",
            remedy=f"Leave out --country, --language or --topic ({', '.join(sources.TOPICS)}).",
        )
    if add_all:
        with open_home() as home:
            added = sources.add_rows(home, rows)
        _tell_number(added)
    if as_json:
        output.put_json([sources.catalogue_record(row) for row in rows])
    elif not add_all:
        _draw_catalogue(rows)


def _draw_catalogue(rows: list[sources.Row]) -> None:
    columns = ("outlet", "language", "country", "topic", "kind", "address")
    cells = [(r.outlet, r.language, r.country, r.topic, r.kind, r.url) for r in rows]
    output.table(None, columns, cells, below={"address": "outlet"})
    output.say(f"{output.counted(len(rows), 'source')}. Follow them all: add --add")
