"""``/api/v1/searches``: searches that are kept."""

from typing import Annotated

from fastapi import Query
from pydantic import Field, StringConstraints, field_validator
from starlette.responses import JSONResponse, Response

from crawler.desk import shapes
from crawler.desk.api.contract import PREFIX, Id, by, doors
from crawler.desk.room import From, InRoom
from crawler.services import review
from crawler.services.review import FACETS

router = doors("/searches", "searches")

_Value = Annotated[str, StringConstraints(max_length=300, pattern=r"^[^\x00]*$")]
_Values = Annotated[list[_Value], Field(max_length=50)]


class SearchTaken(shapes.Taken):
    """A search to keep: what is typed, and what is chosen in the facets."""

    name: Annotated[str, StringConstraints(min_length=1, max_length=100)]
    query: Annotated[str, StringConstraints(max_length=1_000)] = ""
    chosen: dict[str, _Values] = Field({}, description="Facet and its values.")
    incident: shapes.Word | None = Field(None, description="Slug; null: over all articles.")

    @field_validator("chosen")
    @classmethod
    def _known(cls, chosen: dict[str, list[str]]) -> dict[str, list[str]]:
        if not set(chosen) <= set(FACETS):
            raise ValueError(f"the facets are {', '.join(FACETS)}")
        return chosen


class SearchesAsked(shapes.Asked):
    """Whose searches."""

    incident: shapes.Word | None = Field(None, description="Slug; without: over all articles.")


class Search(shapes.Given):
    """A search that was kept."""

    id: int
    incident: str | None
    name: str
    query: str
    chosen: dict[str, list[str]]
    created_by: str
    created_at: str


@router.get("", response_model=list[Search])
def list_searches(room: InRoom, asked: Annotated[SearchesAsked, Query()]) -> Response:
    """Searches by name."""
    found = review.saved_searches(room.home, asked.incident)
    return JSONResponse([one.record() for one in found])


@router.post("", status_code=201, response_model=Search)
def save_search(room: InRoom, caller: From, taken: SearchTaken) -> Response:
    """Keep a search under a name."""
    chosen = {name: tuple(values) for name, values in taken.chosen.items()}
    with room.writing():
        id = review.save_search(
            room.home, taken.name, taken.query, chosen, by=by(caller), incident=taken.incident
        )
    kept = review.saved_searches(room.home, taken.incident)
    told = next(one for one in kept if one.id == id).record()
    return JSONResponse(told, 201, headers={"Location": f"{PREFIX}/searches/{id}"})


@router.delete("/{id}", status_code=204)
def remove_search(room: InRoom, id: Id) -> Response:
    """Keep it no longer."""
    with room.writing():
        review.remove_search(room.home, id)
    return Response(status_code=204)
