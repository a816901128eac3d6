"""``followup articles copies``, ``split`` and ``merge``."""

from typing import Annotated, Any

import typer

from crawler.cli import output, reading
from crawler.cli.options import AsJson, Id, me
from crawler.home import open_home
from crawler.services import copies

Other = Annotated[int, typer.Argument(metavar="OTHER", help="An article of the other group.")]


def add_to(app: typer.Typer) -> None:
    """Put the verbs of this file under `followup articles`."""
    app.command("copies")(list_copies)
    for command in (split, merge):
        app.command()(command)


def list_copies(id: Id, as_json: AsJson = False) -> None:
    """Who had a text first and why, who carries it since when, and how each differs."""
    with open_home() as home:
        record = copies.group_of(home, id)
    if as_json:
        return output.put_json(record)
    if record["group"] is None:
        output.say(f"No copy of article {id} is stored.")
    else:
        _draw(record)
    if record["apart"]:
        output.say(f"Parted by hand from {_listed(record['apart'])}.")
    return None


def split(id: Id, as_json: AsJson = False) -> None:
    """This article is no copy: take it out of its group, whatever later crawls find."""
    with open_home() as home:
        record = copies.split(home, id, by=me())
    if as_json:
        return output.put_json(record)
    other = record["parted_from"][0]
    output.say(f"Article {id} is parted from {_listed(record['parted_from'])}.")
    return output.say(f"Take it back: followup articles merge {id} {other}")


def merge(id: Id, other: Other, as_json: AsJson = False) -> None:
    """These two are one text: join them and their copies, whatever their texts read like."""
    with open_home() as home:
        record = copies.merge(home, id, other, by=me())
    if as_json:
        return output.put_json(record)
    output.say(
        f"Articles {id} and {other} are in one group of {record['articles']} now;"
        f" the origin is {record['origin']}."
    )
    return output.say(f"Take it back: followup articles split {id}")


def _draw(record: dict[str, Any]) -> None:
    origin = record["origin"]
    number = output.counted(record["articles"], "article")
    reading.draw_fields(
        ("text", f"{number}, {record['independent']} independent"),
        ("origin", f"{origin['id']}: {origin['outlet']}, {origin['reason']}"),
        ("address", origin["url"]),
        ("headline", origin["title"]),
        ("credited to", reading.credit_of(origin)),
    )
    output.put("")
    output.table(None, _COLUMNS, [_row(one, origin) for one in record["carriers"]])


_COLUMNS = ("id#", "published", "seen", "outlet~", "same#", "credited to~", "differs", "headline")


def _row(one: dict[str, Any], origin: dict[str, Any]) -> tuple[object, ...]:
    found = one["difference"]
    same = "" if one["similarity"] is None else f"{one['similarity']:.0%}"
    return (
        one["id"],
        (reading.moment(one["published_at"]) or "unknown")[:16],
        (reading.moment(one["since"]) or "")[:16],
        one["outlet"],
        "by hand" if one["decided"] == "together" else same,
        one["credit"],
        None if found is None else found["said"],
        one["title"] if one["title"] != origin["title"] else None,
    )


def _listed(ids: list[int]) -> str:
    shown = ", ".join(map(str, ids[:_SHOWN]))
    more = len(ids) - _SHOWN
    return f"{shown} and {more} more" if more > 0 else shown


#: Ids that a message names.
_SHOWN = 10
