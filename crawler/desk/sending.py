"""An incident's dossier as an answer: made anew for whoever asks, nothing of it stays behind."""

import logging
import os
from collections.abc import Iterator
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import BinaryIO

from starlette.responses import Response, StreamingResponse

from crawler.home import Home
from crawler.services import dossier

_log = logging.getLogger(__name__)

_PART = 1 << 16  # bytes


def dossier_of(home: Home, slug: str, *, full_text: bool) -> Response:
    """The ZIP file. On disk it has no name any more when it is sent, so that nothing of it stays
    however the sending ends. Raises UnknownThing."""
    with TemporaryDirectory(prefix=dossier.SENT, dir=home.config.home) as beside:
        file = Path(beside) / f"{slug}-dossier.zip"
        dossier.to_zip(home, slug, file, full_text=full_text, tell=_log.info)
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
