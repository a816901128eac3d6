"""``/api/v1/targets``: who is told of what is new. Addresses are given masked: they hold keys."""

from typing import Annotated

from fastapi import Query
from pydantic import Field, StringConstraints
from starlette.responses import JSONResponse, Response

from crawler.desk import shapes
from crawler.desk.api.contract import PREFIX, Id, doors
from crawler.desk.room import InRoom
from crawler.notices import targets
from pipelines.store.notices import Event

router = doors("/targets", "targets")

_Event = Annotated[Event, Field(strict=False)]


class TargetTaken(shapes.Taken):
    """Somebody to tell; without `events` of all but first reports."""

    address: shapes.Address = Field(description="A webhook's, or one of Apprise.")
    incident: shapes.Word | None = Field(None, description="Slug; null: of all.")
    events: list[_Event] = Field([], max_length=len(Event))
    digest: shapes.Word | None = Field(None, description='Once a day, "08:00"; null: at once.')
    quiet: shapes.Word | None = Field(None, description='Not then: "22:00-07:00".')
    timezone: shapes.Word | None = Field(None, description="IANA name; the server's if left out.")
    secret: Annotated[str, StringConstraints(max_length=1_000)] | None = Field(
        None, description="Signs what a webhook is sent."
    )


class ToldAsked(shapes.Asked):
    """How many lines."""

    limit: int = Field(50, ge=1, le=500)


class Target(shapes.Given):
    """Somebody who is told."""

    id: int
    address: str
    incident: str | None
    events: list[Event]
    digest: str | None
    quiet: str | None
    timezone: str
    signed: bool
    added_at: str
    told_at: str | None
    failing_since: str | None
    failing_why: str | None
    waiting: int


class Tried(shapes.Given):
    """How a test message went."""

    id: int
    address: str
    ok: bool
    reason: str | None


class Told(shapes.Given):
    """What was told to whom, or waits, or failed."""

    id: int
    target: int
    address: str
    event: Event
    incident: str | None
    what: str
    url: str | None
    happened_at: str
    state: str
    due_at: str | None
    ended_at: str | None
    tries: int
    next_try_at: str | None
    reason: str | None


@router.get("", response_model=list[Target])
def list_targets(room: InRoom) -> Response:
    """Who is told."""
    return JSONResponse(targets.list_all(room.home))


@router.post("", status_code=201, response_model=Target)
def add_target(room: InRoom, taken: TargetTaken) -> Response:
    """Tell somebody."""
    with room.writing():
        made = targets.add(
            room.home,
            taken.address,
            incident=taken.incident,
            events=taken.events,
            digest=taken.digest,
            quiet=taken.quiet,
            timezone=taken.timezone,
            secret=taken.secret,
        )
    return JSONResponse(made, 201, headers={"Location": f"{PREFIX}/targets/{made['id']}"})


@router.get("/told", response_model=list[Told])
def told(room: InRoom, asked: Annotated[ToldAsked, Query()]) -> Response:
    """What was told to whom, what waits, what failed and why; the newest first."""
    return JSONResponse(targets.ledger(room.home, limit=asked.limit))


@router.get("/{id}", response_model=Target)
def show_target(room: InRoom, id: Id) -> Response:
    """One of them."""
    return JSONResponse(targets.get(room.home, id))


@router.post("/{id}/test", response_model=Tried)
def try_target(room: InRoom, id: Id) -> Response:
    """Send a test message now, and tell how it went."""
    return JSONResponse(targets.try_out(room.home, id)[0])


@router.delete("/{id}", status_code=204)
def remove_target(room: InRoom, id: Id) -> Response:
    """Told no more."""
    with room.writing():
        targets.remove(room.home, id)
    return Response(status_code=204)
