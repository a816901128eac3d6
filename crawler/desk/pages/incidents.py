"""The first page: what is followed."""

from fastapi import APIRouter
from starlette.responses import Response

from crawler.desk.rendering import page
from crawler.desk.room import InRoom
from crawler.services import listing

router = APIRouter(include_in_schema=False)


@router.get("/")
def home(room: InRoom) -> Response:
    """All incidents, the open ones first."""
    rows = listing.incidents(room.home)
    return page(
        room,
        "incidents.html",
        place="incidents",
        incidents=sorted(rows, key=lambda row: (not row.is_open, row.title.casefold())),
    )
