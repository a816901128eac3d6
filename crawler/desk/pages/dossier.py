"""An incident to take along: its dossier as a ZIP file."""

import logging
import os
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Annotated, BinaryIO

from fastapi import APIRouter, Query
from starlette.responses import Response, StreamingResponse

from crawler.desk import shapes
from crawler.desk.pages.articles import Slug, incident_of
from crawler.desk.room import InRoom
from crawler.services import dossier

router = APIRouter(include_in_schema=False)
_log = logging.getLogger(__name__)

_PART = 1 << 16  # bytes


class DossierAsked(shapes.Asked):
    """`full`: whole texts, else some words of each."""

    full: bool = False


@router.get("/incidents/{slug}/dossier.zip")
def dossier_of_incident(
    room: InRoom, slug: Slug, asked: Annotated[DossierAsked, Query()]
) -> Response:
    """Made anew for whoever asks; on disk it has no name any more when it is sent, so that nothing
    of it stays behind however the sending ends."""
    incident_of(room, slug)
    with TemporaryDirectory(prefix=".dossier-", dir=room.home.config.home) as beside:
        file = Path(beside) / f"{slug}-dossier.zip"
        dossier.to_zip(room.home, slug, file, full_text=asked.full, tell=_log.info)
        opened = file.open("rb")
    return StreamingResponse(
        _parts(opened),
        media_type="application/zip",
        headers={
            "Cache-Control": "no-store",
            "Content-Disposition": f'attachment; filename="{file.name}"',
            "Content-Length": str(os.fstat(opened.fileno()).st_size),
        },
    )


def _parts(opened: BinaryIO) -> Iterator[bytes]:
    with opened:
        yield from iter(partial(opened.read, _PART), b"")
