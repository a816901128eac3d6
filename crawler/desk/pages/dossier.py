"""An incident to take along: its dossier as a ZIP file."""

import logging
import shutil
from pathlib import Path
from tempfile import mkdtemp
from typing import Annotated

from fastapi import APIRouter, Query
from starlette.background import BackgroundTask
from starlette.responses import FileResponse, Response

from crawler.desk import shapes
from crawler.desk.pages.articles import Slug, incident_of
from crawler.desk.room import InRoom
from crawler.services import dossier

router = APIRouter(include_in_schema=False)
_log = logging.getLogger(__name__)


class DossierAsked(shapes.Asked):
    """`full`: whole texts, else some words of each."""

    full: bool = False


@router.get("/incidents/{slug}/dossier.zip")
def dossier_of_incident(
    room: InRoom, slug: Slug, asked: Annotated[DossierAsked, Query()]
) -> Response:
    """Made anew for whoever asks, on disk, and gone from there once it was sent."""
    incident_of(room, slug)
    beside = Path(mkdtemp(prefix=".dossier-", dir=room.home.config.home))
    file = beside / f"{slug}-dossier.zip"
    try:
        dossier.to_zip(room.home, slug, file, full_text=asked.full, tell=_log.info)
    except BaseException:
        shutil.rmtree(beside, ignore_errors=True)
        raise
    return FileResponse(
        file,
        media_type="application/zip",
        filename=file.name,
        headers={"Cache-Control": "no-store"},
        background=BackgroundTask(shutil.rmtree, beside, ignore_errors=True),
    )
