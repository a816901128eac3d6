"""``followup source``: add, list, check, remove, import, export, catalogue."""

import sys
from pathlib import Path
from typing import Annotated

import typer

from crawler.cli import output
from crawler.cli.output import AsJson
from crawler.home import open_home
from crawler.services import sources
from pipelines.errors import FollowupError
from pipelines.incident import SourceKind

app = typer.Typer(help="Where coverage is looked for.", no_args_is_help=True)


@app.command()
def add(
    url: Annotated[str, typer.Argument(help="Feed, sitemap, section page or homepage.")],
    kind: Annotated[
        SourceKind | None, typer.Option(help="What it is; it is not looked at then.")
    ] = None,
    tag: Annotated[list[str] | None, typer.Option("--tag", help="A mark of your own.")] = None,
    outlet: Annotated[str | None, typer.Option(help="Name of the outlet.")] = None,
    language: Annotated[str | None, typer.Option(help="e.g. en")] = None,
    country: Annotated[str | None, typer.Option(help="e.g. US")] = None,
    as_json: AsJson = False,
) -> None:
    """Add a source; of a homepage its feeds and news sitemaps are found."""
    with open_home() as home:
        added = sources.add(
            home,
            url,
            kind=kind,
            tags=tuple(tag or ()),
            outlet=outlet,
            language=language,
            country=country,
        )
    if as_json:
        return output.put_json([sources.record(one.source) for one in added])
    return _draw_added(added)


def _draw_added(added: list[sources.Added]) -> None:
    for one in added:
        source = one.source
        verb = "Added" if one.is_new else "There already:"
        output.say(f"{verb} source {source.id}: {source.kind} {source.url}")


@app.command("list")
def list_sources(as_json: AsJson = False) -> None:
    """All sources with their health."""
    with open_home() as home:
        found = sources.list_all(home)
    if as_json:
        return output.put_json([sources.record(source) for source in found])
    if not found:
        return output.say("No source yet. Add one: followup source add URL")
    drawn = output.table(
        None, "id#", "kind", "outlet", "health", "since", "due", "address", "reason"
    )
    for s in found:
        drawn.add_row(
            *output.cells(
                s.id,
                s.kind,
                s.outlet,
                s.health,
                f"{s.health_since:%Y-%m-%d}" if s.health_since else "",
                f"{s.due_at:%Y-%m-%d %H:%M}" if s.due_at else "now",
                s.url,
                s.health_reason,
            )
        )
    return output.put(drawn)


@app.command()
def check(
    ids: Annotated[list[int] | None, typer.Argument(metavar="[ID]...", help="All if none.")] = None,
    as_json: AsJson = False,
) -> None:
    """Look at sources now: are they still what they were added as?"""
    with open_home() as home:
        checked = sources.check(home, ids or [])
    if as_json:
        output.put_json(checked)
    else:
        drawn = output.table(None, "id#", "kind", "ok", "links#", "address", "reason")
        for row in checked:
            drawn.add_row(
                *output.cells(
                    row["id"],
                    row["kind"],
                    "yes" if row["ok"] else "no",
                    row["links"],
                    row["url"],
                    row["reason"],
                )
            )
        output.put(drawn)
        for row in checked:
            for url in row["instead"]:
                output.say(f"Instead of source {row['id']}: followup source add {url}")
    if not all(row["ok"] for row in checked):
        raise typer.Exit(1)


@app.command()
def remove(id: Annotated[int, typer.Argument(metavar="ID")]) -> None:
    """Poll a source no more; what was found through it stays."""
    with open_home() as home:
        source = sources.remove(home, id)
    output.say(f"Removed source {id}: {source.url}")


@app.command("import")
def import_opml(
    file: Annotated[Path, typer.Argument(metavar="FILE.opml")], as_json: AsJson = False
) -> None:
    """Add the feeds of an OPML file."""
    with open_home() as home:
        added, refused = sources.import_opml(home, file)
    new = sum(one.is_new for one in added)
    if as_json:
        output.put_json({"added": new, "known": len(added) - new, "refused": refused})
    else:
        output.say(f"{new} sources added, {len(added) - new} were there already.")
        for problem in refused[:20]:
            output.say(f"  left: {problem}", style="yellow")


@app.command("export")
def export_opml() -> None:
    """All sources as OPML on standard output."""
    with open_home() as home:
        sys.stdout.buffer.write(sources.export_opml(home))


@app.command()
def catalogue(
    country: Annotated[str | None, typer.Option(help="e.g. US")] = None,
    language: Annotated[str | None, typer.Option(help="e.g. en")] = None,
    topic: Annotated[str | None, typer.Option(help="e.g. news, technology")] = None,
    add_all: Annotated[bool, typer.Option("--add", help="Add what is shown.")] = False,
    as_json: AsJson = False,
) -> None:
    """Outlets that are known, by country, language and topic."""
    rows = sources.catalogue(country=country, language=language, topic=topic)
    if not rows:
        raise FollowupError(
            "The catalogue has no such outlet.",
            remedy="Leave out --topic, --country or --language.",
        )
    if add_all:
        with open_home() as home:
            added = sources.add_rows(home, rows)
        new = sum(one.is_new for one in added)
        output.say(f"{new} sources added, {len(added) - new} were there already.")
    if as_json:
        return output.put_json(
            [
                {
                    "outlet": row.outlet,
                    "kind": row.kind,
                    "url": row.url,
                    "country": row.country or None,
                    "language": row.language or None,
                    "topic": row.topic or None,
                }
                for row in rows
            ]
        )
    if add_all:
        return None
    drawn = output.table(None, "outlet", "language", "country", "topic", "kind", "address")
    for row in rows:
        drawn.add_row(
            *output.cells(row.outlet, row.language, row.country, row.topic, row.kind, row.url)
        )
    return output.put(drawn)
