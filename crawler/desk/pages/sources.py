"""Sources: how they do and since when, what is due next; added, looked at, paused, taken away."""

import tempfile
from dataclasses import dataclass
from pathlib import Path as File
from typing import Annotated

from fastapi import APIRouter, Path, Query
from pydantic import StringConstraints
from starlette.responses import RedirectResponse, Response

from crawler.catalogue import Row
from crawler.desk import shapes
from crawler.desk.forms import Fields, OwnForm
from crawler.desk.rendering import page
from crawler.desk.room import InRoom, Room
from crawler.schedule.rules import read_rule
from crawler.services import crawls, schedule, sources
from crawler.services.schedule import Of
from crawler.services.sources import Added
from crawler.wanted import Wanted
from pipelines.errors import BadInput, FollowupError
from pipelines.incident import Health, Source
from pipelines.store.crawls import Trigger

router = APIRouter(include_in_schema=False)

Id = Annotated[int, Path(ge=1, le=shapes.MOST_ID)]
Short = Annotated[str, StringConstraints(max_length=100)]
#: Sources on one page, and rows of the catalogue that are shown.
A_PAGE, MOST_ROWS = 200, 60


class SourcesAsked(shapes.Asked):
    """Which sources; what of the catalogue is looked for; how many were just added."""

    health: Health | None = None
    after: int = 0
    country: Short = ""
    language: Short = ""
    topic: Short = ""
    added: int | None = None


@dataclass(frozen=True, slots=True)
class Shown:
    """A source and why it is due when it is due."""

    source: Source
    is_paused: bool


@router.get("/sources")
def list_sources(room: InRoom, asked: Annotated[SourcesAsked, Query()]) -> Response:
    """All of them, those that fail first; and the catalogue, where something of it is asked for."""
    return _list(room, asked)


def _list(room: Room, asked: SourcesAsked, said: str | None = None) -> Response:
    every = sources.list_all(room.home)
    found = [one for one in every if asked.health in (None, one.health)]
    found.sort(key=lambda one: (one.health not in _BAD, (one.outlet or one.url).casefold()))
    paused = {line.of.source for line in schedule.listing(room.home) if line.paused_at}
    answer = page(
        room,
        "sources.html",
        place="sources",
        rows=[Shown(one, one.id in paused) for one in found[asked.after : asked.after + A_PAGE]],
        counts={health: sum(one.health is health for one in every) for health in Health},
        asked=asked,
        following=asked.after + A_PAGE if len(found) > asked.after + A_PAGE else None,
        catalogue=_catalogue(asked),
        said=said,
    )
    if said:
        answer.status_code = 422
    return answer


_BAD = (Health.FAILING, Health.DENIED)


def _catalogue(asked: SourcesAsked) -> list[Row] | None:
    if not (asked.country or asked.language or asked.topic):
        return None
    found = sources.catalogue(
        country=asked.country or None,
        language=asked.language or None,
        topic=asked.topic or None,
    )
    return found[:MOST_ROWS]


@router.get("/sources/{id}")
def show_source(room: InRoom, id: Id) -> Response:
    """One source: its rule, when it is due and why then, how it does."""
    source = sources.get(room.home, id)
    lines = {line.of.words: line for line in schedule.listing(room.home)}
    return page(
        room,
        "source.html",
        place="sources",
        source=source,
        line=lines.get(Of(source=id).words),
        upcoming=schedule.upcoming(room.home, Of(source=id), n=5),
        said=None,
    )


@router.post("/sources")
def add_source(room: InRoom, form: OwnForm) -> Response:
    """An address (a homepage is enough), an OPML file's text, or rows of the catalogue."""
    try:
        added = _added(room, form)
    except FollowupError as error:
        said = " ".join(filter(None, (error.message, error.remedy)))
        return _list(room, SourcesAsked(), said)
    room.pulse.wake()
    return RedirectResponse(f"/sources?added={sum(one.is_new for one in added)}", 303)


def _added(room: Room, form: Fields) -> list[Added]:
    if opml := _one(form, "opml").strip():
        with tempfile.TemporaryDirectory(prefix="followup-opml-") as folder:
            path = File(folder) / "your.opml"
            path.write_text(opml, "utf-8", errors="replace")
            return sources.import_opml(room.home, path)[0]
    if rows := form.get("row"):
        wanted = set(rows)
        known = [row for row in sources.catalogue() if row.url in wanted]
        return sources.add_rows(room.home, known)
    address = _one(form, "address").strip()
    if not address:
        raise BadInput("Nothing was given.", remedy="Give the address of a site or of a feed.")
    tags = [tag.strip() for tag in _one(form, "tags").split(",") if tag.strip()]
    return sources.add(room.home, address, tags=tags)


@router.post("/sources/{id}/poll")
def poll(room: InRoom, id: Id, form: OwnForm) -> Response:
    """Look at it now."""
    sources.get(room.home, id)
    with room.writing():
        crawl = crawls.request(
            room.home, Wanted(sources=(id,)), trigger=Trigger.HAND, by=room.person
        )
    room.pulse.wake()
    return RedirectResponse(f"/crawls/{crawl}", 303)


@router.post("/sources/{id}/schedule")
def set_schedule(room: InRoom, id: Id, form: OwnForm) -> Response:
    """Pause it, resume it, give it a rule of its own or take that away."""
    change_schedule(room, Of(source=id), form)
    return RedirectResponse(f"/sources/{id}", 303)


def change_schedule(room: Room, of: Of, form: Fields) -> None:
    """What a form of a schedule asks for. Raises BadInput or UnknownThing."""
    does = _one(form, "does")
    with room.writing():
        if does == "pause":
            schedule.pause(room.home, of, by=room.person)
        elif does == "resume":
            schedule.resume(room.home, of, by=room.person)
        elif does == "clear":
            schedule.clear(room.home, of, by=room.person)
        elif does == "set":
            rule = read_rule(
                every=_one(form, "every").strip() or None,
                cron=_one(form, "cron").strip() or None,
                timezone=room.home.config.timezone,
                anchor=room.home.now(),
            )
            schedule.set_rule(room.home, of, rule, by=room.person)
        else:
            raise BadInput("Nothing was asked for.", remedy="Press one of the buttons.")
    room.pulse.wake()


@router.post("/sources/{id}/remove")
def remove(room: InRoom, id: Id, form: OwnForm) -> Response:
    """Take it away; what was found through it stays."""
    with room.writing():
        sources.remove(room.home, id)
    return RedirectResponse("/sources", 303)


@router.get("/sources.opml")
def export(room: InRoom) -> Response:
    """All sources for another feed reader."""
    headers = {"Content-Disposition": 'attachment; filename="followup.opml"'}
    return Response(sources.export_opml(room.home), media_type="text/x-opml", headers=headers)


def _one(form: Fields, name: str) -> str:
    return form.get(name, [""])[0]
