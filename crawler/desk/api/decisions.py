"""``/api/v1/decisions``, ``labels``, ``notes``: what is decided at once is one batch, and undone
as one."""

from typing import Annotated

from pydantic import Field, StringConstraints
from starlette.responses import JSONResponse, Response

from crawler.desk import shapes
from crawler.desk.api.contract import by, doors
from crawler.desk.room import From, InRoom, Room
from crawler.services import review
from crawler.services.decisions import MOST_AT_ONCE
from crawler.services.review import Decided
from pipelines.store.matches import Decision

router = doors("", "decisions")

_Note = Annotated[str, StringConstraints(min_length=1, max_length=5_000)]
_Label = Annotated[str, StringConstraints(min_length=1, max_length=100)]
_Labels = Annotated[list[_Label], Field(default_factory=list, max_length=50)]


class Chosen(shapes.Taken):
    """Articles, and for which incident; without one each for that which it stands best with."""

    articles: list[shapes.Id] = Field(min_length=1, max_length=MOST_AT_ONCE)
    incident: shapes.Word | None = Field(None, description="Slug.")


class DecisionTaken(Chosen):
    """What is decided."""

    review: Annotated[Decision, Field(strict=False)] | None = Field(
        description="keep, dismiss or star; null takes the decision back."
    )
    note: _Note | None = None


class NoteTaken(Chosen):
    """A note."""

    note: _Note


class LabelsTaken(Chosen):
    """Labels to put on, and to take off."""

    on: _Labels
    off: _Labels


class UndoTaken(shapes.Taken):
    """What is taken back."""

    batch: shapes.Word


class DecidedShown(shapes.Given):
    """What was decided at once. `batch` undoes it; of `changed` articles something is new."""

    batch: str
    ids: list[int]
    changed: list[int]
    incidents: list[str] = Field(description="Those that learn from it.")
    review: str | None
    note: str | None


class UndoneShown(shapes.Given):
    """`restored` are as before; `left` were decided about again since, and stay."""

    batch: str = Field(description="Undoes the undoing.")
    restored: list[int]
    left: list[int]
    incidents: list[str]


@router.post("/decisions", response_model=DecidedShown)
def decide(room: InRoom, caller: From, taken: DecisionTaken) -> Response:
    """Keep, dismiss or star articles, or take that back."""
    with room.writing():
        made = review.decide(
            room.home,
            taken.articles,
            taken.review,
            note=taken.note,
            by=by(caller),
            incident=taken.incident,
        )
    return _decided(room, made)


@router.post("/decisions/undo", response_model=UndoneShown)
def undo(room: InRoom, caller: From, taken: UndoTaken) -> Response:
    """What was done at once is taken back at once."""
    with room.writing():
        made = review.undo(room.home, taken.batch, by=by(caller))
    room.afterthoughts.think(made.incidents)
    return JSONResponse(made.record())


@router.post("/labels", response_model=DecidedShown)
def label(room: InRoom, caller: From, taken: LabelsTaken) -> Response:
    """Put labels on articles, take labels off."""
    with room.writing():
        made = review.label(
            room.home,
            taken.articles,
            on=taken.on,
            off=taken.off,
            by=by(caller),
            incident=taken.incident,
        )
    return _decided(room, made)


@router.post("/notes", response_model=DecidedShown)
def note(room: InRoom, caller: From, taken: NoteTaken) -> Response:
    """Write a note, and decide nothing."""
    with room.writing():
        made = review.annotate(
            room.home, taken.articles, taken.note, by=by(caller), incident=taken.incident
        )
    return _decided(room, made)


def _decided(room: Room, made: Decided) -> Response:
    room.afterthoughts.think(made.incidents)
    return JSONResponse(made.record())
