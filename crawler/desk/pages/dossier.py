"""An incident to take along: its dossier as a ZIP file."""

from typing import Annotated

from fastapi import APIRouter, Query
from starlette.responses import Response

from crawler.desk import sending, shapes
from crawler.desk.pages.articles import Slug, incident_of
from crawler.desk.room import InRoom

router = APIRouter(include_in_schema=False)


class DossierAsked(shapes.Asked):
    """`full`: whole texts, else some words of each."""

    full: bool = False


@router.get("/incidents/{slug}/dossier.zip")
def dossier_of_incident(
    room: InRoom, slug: Slug, asked: Annotated[DossierAsked, Query()]
) -> Response:
    """Made anew for whoever asks."""
    incident_of(room, slug)
    return sending.dossier_of(room.home, slug, full_text=asked.full)
