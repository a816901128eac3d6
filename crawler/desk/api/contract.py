"""What all doors of the API share: where they lie, which problems they tell, how pages follow."""

from typing import Annotated, Any
from urllib.parse import quote, urlencode

from fastapi import APIRouter, Path, Request

from crawler.desk import shapes
from crawler.desk.identity import Caller

PREFIX = "/api/v1"

PROBLEMS: dict[int | str, dict[str, Any]] = {
    status: {
        "description": said,
        "content": {"application/problem+json": {"schema": shapes.Problem.model_json_schema()}},
    }
    for status, said in (
        (400, "The request cannot be read."),
        (401, "The token is not shown."),
        (403, "Asked under another name, by a page of another site, or with a token without this."),
        (404, "There is no such thing."),
        (409, "This cannot be done now."),
        (413, "The body is too long."),
        (415, "The body does not say that it is JSON."),
        (422, "Something given cannot be used."),
        (503, "The store is busy; ask again after Retry-After seconds."),
    )
}

Id = Annotated[int, Path(ge=1, le=shapes.MOST_ID)]
Slug = Annotated[str, Path(max_length=200, pattern=r"^[^\x00]+$", description="The incident's.")]


def doors(place: str, tag: str) -> APIRouter:
    """The doors of one thing."""
    return APIRouter(prefix=f"{PREFIX}{place}", tags=[tag], responses=PROBLEMS)


def by(caller: Caller) -> str:
    """Who acted, as it stands in lists and in the history."""
    return f"API ({caller.name})"


def next_page(request: Request, **changed: str | int) -> dict[str, str]:
    """The header Link with the address that was asked for, some of its parameters changed."""
    kept = [pair for pair in request.query_params.multi_items() if pair[0] not in changed]
    query = urlencode([*kept, *changed.items()])
    return {"Link": f'<{quote(request.url.path)}?{query}>; rel="next"'}
