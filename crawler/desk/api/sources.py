"""``/api/v1/sources``: listed, added, looked at, paused, taken away; OPML; what is known."""

import tempfile
from pathlib import Path as File
from typing import Annotated, Any

from fastapi import Query, Request
from pydantic import Field, StringConstraints
from starlette.responses import JSONResponse, Response

from crawler.desk import shapes
from crawler.desk.api.contract import Id, by, doors, next_page
from crawler.desk.room import From, InRoom
from crawler.services import schedule, sources
from crawler.services.schedule import Of
from crawler.services.sources import Added
from pipelines.incident import SourceKind

router = doors("/sources", "sources")

_Short = Annotated[str, StringConstraints(min_length=1, max_length=100)]


class SourceTaken(shapes.Taken):
    """A source to add. With `kind` nothing is asked; without, the address is looked at, and of a
    homepage its feeds are taken."""

    url: shapes.Address
    kind: Annotated[SourceKind, Field(strict=False)] | None = None
    tags: list[_Short] = Field([], max_length=50)
    outlet: shapes.Word | None = None
    language: _Short | None = None
    country: _Short | None = None


class MarksTaken(shapes.Taken):
    """What is written of a source; what is left out stays."""

    tags: list[_Short] | None = Field(None, max_length=50)
    outlet: shapes.Word | None = None
    language: _Short | None = None
    country: _Short | None = None


class OpmlTaken(shapes.Taken):
    """A file of sources."""

    opml: Annotated[str, StringConstraints(min_length=1, max_length=500_000)]


class CatalogueAsked(shapes.Asked):
    """Which outlets; `limit` of them."""

    country: _Short | None = None
    language: _Short | None = None
    topic: _Short | None = None
    limit: int = Field(100, ge=1, le=1_000)


class AddedShown(shapes.Given):
    """A source, and whether it was made now."""

    source: shapes.Source
    new: bool


class ImportedShown(shapes.Given):
    """What came of a file."""

    added: list[AddedShown]
    refused: list[str] = Field(description="What could not be taken of it, and why.")


class CheckShown(shapes.Given):
    """If a source is as it was added."""

    id: int
    url: str
    kind: str
    ok: bool
    links: int | None
    reason: str | None
    instead: list[str] = Field(description="Addresses that could be taken in its place.")


class Known(shapes.Given):
    """An outlet that is known."""

    outlet: str | None
    kind: str
    url: str
    country: str | None
    language: str | None
    topic: str | None


class PausedShown(shapes.Given):
    """Whether a source is paused."""

    subject: str
    paused_at: str | None


@router.get("", response_model=list[shapes.Source])
def list_sources(
    request: Request, room: InRoom, asked: Annotated[shapes.SourcesAsked, Query()]
) -> Response:
    """Sources by id. The header Link names the next page, where there is one."""
    rows = [one for one in sources.list_all(room.home) if (one.id or 0) > asked.after]
    shown = rows[: asked.limit]
    headers = next_page(request, after=shown[-1].id or 0) if len(rows) > len(shown) else {}
    return JSONResponse([sources.record(one) for one in shown], headers=headers)


@router.post("", response_model=list[AddedShown])
def add(room: InRoom, taken: SourceTaken) -> Response:
    """Add what is at an address. One that is there already stays as it is."""
    added = sources.add(
        room.home,
        taken.url,
        kind=taken.kind,
        tags=taken.tags,
        outlet=taken.outlet,
        language=taken.language,
        country=taken.country,
    )
    room.pulse.wake()
    return JSONResponse(_added(added))


@router.get("/catalogue", response_model=list[Known])
def catalogue(asked: Annotated[CatalogueAsked, Query()]) -> Response:
    """Outlets that are known, by country, language and topic."""
    rows = sources.catalogue(country=asked.country, language=asked.language, topic=asked.topic)
    return JSONResponse([sources.catalogue_record(row) for row in rows[: asked.limit]])


class Opml(Response):
    """A list of feeds as other readers take it."""

    media_type = "text/x-opml"


@router.get("/opml", response_class=Opml)
def export(room: InRoom) -> Response:
    """All sources as OPML 2.0."""
    return Opml(sources.export_opml(room.home))


@router.post("/opml", response_model=ImportedShown)
def take_opml(room: InRoom, taken: OpmlTaken) -> Response:
    """Add the sources of an OPML file."""
    with tempfile.TemporaryDirectory(prefix="followup-opml-") as folder, room.writing():
        path = File(folder) / "your.opml"
        path.write_text(taken.opml, "utf-8")
        added, refused = sources.import_opml(room.home, path)
    room.pulse.wake()
    return JSONResponse({"added": _added(added), "refused": refused})


@router.get("/{id}", response_model=shapes.Source)
def show_source(room: InRoom, id: Id) -> Response:
    """One source."""
    return JSONResponse(sources.record(sources.get(room.home, id)))


@router.patch("/{id}", response_model=shapes.Source)
def edit(room: InRoom, id: Id, taken: MarksTaken) -> Response:
    """Write tags, outlet, language or country of it. Incidents may follow it by these."""
    with room.writing():
        source = sources.edit(
            room.home,
            id,
            tags=taken.tags,
            outlet=taken.outlet,
            language=taken.language,
            country=taken.country,
        )
    room.pulse.wake()
    return JSONResponse(sources.record(source))


@router.post("/{id}/check", response_model=CheckShown)
def check(room: InRoom, id: Id) -> Response:
    """Look at it now, and tell if it is as it was added. Takes as long as its site."""
    return JSONResponse(sources.check(room.home, [id])[0])


@router.post("/{id}/pause", response_model=PausedShown)
def pause(room: InRoom, caller: From, id: Id) -> Response:
    """Poll it no more until it is resumed."""
    with room.writing():
        line = schedule.pause(room.home, Of(source=id), by=by(caller))
    room.pulse.wake()
    return JSONResponse(_paused(line))


@router.post("/{id}/resume", response_model=PausedShown)
def resume(room: InRoom, caller: From, id: Id) -> Response:
    """End its pause."""
    with room.writing():
        line = schedule.resume(room.home, Of(source=id), by=by(caller))
    room.pulse.wake()
    return JSONResponse(_paused(line))


@router.delete("/{id}", status_code=204)
def remove(room: InRoom, id: Id) -> Response:
    """Take it away; what was found through it stays."""
    with room.writing():
        sources.remove(room.home, id)
    return Response(status_code=204)


def _added(added: list[Added]) -> list[dict[str, Any]]:
    return [{"source": sources.record(one.source), "new": one.is_new} for one in added]


def _paused(line: schedule.Line) -> dict[str, Any]:
    told = line.record()
    return {"subject": told["subject"], "paused_at": told["paused_at"]}
