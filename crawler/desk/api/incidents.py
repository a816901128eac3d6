"""``/api/v1/incidents``."""

from starlette.responses import JSONResponse, Response

from crawler.desk import shapes
from crawler.desk.api.contract import doors
from crawler.desk.room import InRoom
from crawler.services import listing

router = doors("/incidents", "incidents")


@router.get("", response_model=list[shapes.Incident])
def list_incidents(room: InRoom) -> Response:
    """Incidents by id."""
    rows = listing.incidents(room.home)
    told = [
        {"id": row.id, "slug": row.slug, "title": row.title, "open": row.is_open} for row in rows
    ]
    return JSONResponse(told)
