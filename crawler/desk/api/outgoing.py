"""``/api/v1/feeds``, ``dossiers``: what goes out to other programs, and to people without one."""

from typing import Annotated

from fastapi import Query
from pydantic import Field
from starlette.responses import JSONResponse, Response

from crawler.desk import sending, shapes
from crawler.desk.api.articles import ViewAsked
from crawler.desk.api.contract import Slug, doors
from crawler.desk.room import InRoom
from crawler.desk.views import FEEDS, Shown
from crawler.services import incidents
from pipelines.store.listing import Order

router = doors("", "outgoing")


class FeedsAsked(ViewAsked):
    """A list, as `/articles` takes it."""

    order: Order = Order.PUBLISHED


class FeedsShown(shapes.Given):
    """Addresses of one list, each with all that narrows it; `full=1` behind them asks for whole
    texts, `token=` and a key with the scope `feed` lets a feed reader in."""

    atom: str
    rss: str
    json_feed: str = Field(alias="json")
    csv: str


class DossierAsked(shapes.Asked):
    """`full`: whole texts, else some words of each."""

    full: bool = False


class Zip(Response):
    """A ZIP file."""

    media_type = "application/zip"


@router.get("/feeds", response_model=FeedsShown)
def feeds(room: InRoom, asked: Annotated[FeedsAsked, Query()]) -> Response:
    """Where a list is to be had as Atom, RSS, JSON Feed and CSV."""
    if asked.incident is not None:
        incidents.get(room.home, asked.incident)
    view = Shown(asked.view(asked.order), is_first=False)
    return JSONResponse({format: view.feed(format) for format in FEEDS})


@router.get("/dossiers/{slug}", response_class=Zip)
def dossier(room: InRoom, slug: Slug, asked: Annotated[DossierAsked, Query()]) -> Response:
    """All that is known of an incident as a ZIP file, which opens without this program."""
    incidents.get(room.home, slug)
    return sending.dossier_of(room.home, slug, full_text=asked.full)
