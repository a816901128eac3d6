"""``/api/v1/sources``."""

from typing import Annotated

from fastapi import Query
from starlette.responses import JSONResponse, Response

from crawler.desk import shapes
from crawler.desk.api.contract import Id, doors
from crawler.desk.room import InRoom
from crawler.services import sources

router = doors("/sources", "sources")


@router.get("", response_model=list[shapes.Source])
def list_sources(room: InRoom, asked: Annotated[shapes.SourcesAsked, Query()]) -> Response:
    """Sources by id."""
    rows = [one for one in sources.list_all(room.home) if (one.id or 0) > asked.after]
    return JSONResponse([sources.record(one) for one in rows[: asked.limit]])


@router.get("/{id}", response_model=shapes.Source)
def show_source(room: InRoom, id: Id) -> Response:
    """One source."""
    return JSONResponse(sources.record(sources.get(room.home, id)))
