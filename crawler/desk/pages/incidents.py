"""The first page: what is followed, what is new, what waits for a person."""

from dataclasses import dataclass
from datetime import datetime

from fastapi import APIRouter
from starlette.responses import RedirectResponse, Response

from crawler.desk import pictures
from crawler.desk.forms import OwnForm
from crawler.desk.pages.articles import Slug, incident_of
from crawler.desk.rendering import page
from crawler.desk.room import InRoom, Room
from crawler.services import incidents, listing, review, schedule
from crawler.services.schedule import Of
from pipelines.store.overview import Followed

router = APIRouter(include_in_schema=False)

#: Days of the small picture, and its size.
PULSE_DAYS, PULSE_WIDTH, PULSE_HEIGHT = 30, 180.0, 36.0


@dataclass(frozen=True, slots=True)
class Card:
    """An open incident as the first page shows it."""

    incident: Followed
    brief: str | None
    news: review.News
    days: list[review.Day]
    bars: list[pictures.Bar]
    next_at: datetime | None


@router.get("/")
def home(room: InRoom) -> Response:
    """All incidents, the open ones first."""
    rows = sorted(listing.incidents(room.home), key=lambda row: row.title.casefold())
    return page(
        room,
        "incidents.html",
        place="incidents",
        cards=[_card(room, row) for row in rows if row.is_open],
        closed=[row for row in rows if not row.is_open],
        running=listing.page(room.home, limit=5, states=listing.UNENDED),
        size=(PULSE_WIDTH, PULSE_HEIGHT),
    )


def _card(room: Room, row: Followed) -> Card:
    days = review.pulse(room.home, row.slug, PULSE_DAYS)
    coming = schedule.upcoming(room.home, Of(incident=row.slug), n=1)
    return Card(
        row,
        incidents.get(room.home, row.slug).brief,
        review.since_looked(room.home, row.slug, room.person),
        days,
        pictures.bars(days, width=PULSE_WIDTH, height=PULSE_HEIGHT),
        coming[0].at if coming else None,
    )


@router.post("/incidents/{slug}/looked")
def looked(room: InRoom, slug: Slug, form: OwnForm) -> Response:
    """Whoever pressed it knows the incident up to now."""
    with room.writing():
        review.look(room.home, slug, room.person)
    return RedirectResponse("/", 303)


@router.post("/incidents/{slug}/close")
def close(room: InRoom, slug: Slug, form: OwnForm) -> Response:
    """Nothing new is matched with it."""
    incident_of(room, slug)
    with room.writing():
        incidents.set_open(room.home, slug, False)
    return RedirectResponse("/", 303)


@router.post("/incidents/{slug}/reopen")
def reopen(room: InRoom, slug: Slug, form: OwnForm) -> Response:
    """It is followed again."""
    incident_of(room, slug)
    with room.writing():
        incidents.set_open(room.home, slug, True)
    return RedirectResponse("/", 303)
