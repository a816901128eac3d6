"""The days of an incident: who had what when, who had it first, what was edited."""

from typing import Annotated

from fastapi import APIRouter, Query
from starlette.responses import Response

from crawler.desk import pictures, shapes
from crawler.desk.pages.articles import Slug, incident_of
from crawler.desk.rendering import page
from crawler.desk.room import InRoom
from crawler.services import review

router = APIRouter(include_in_schema=False)


class DaysAsked(shapes.Asked):
    """Which days; `as_of`: as it was known at the end of that day."""

    since: shapes.Day | None = None
    until: shapes.Day | None = None
    as_of: shapes.Day | None = None


@router.get("/incidents/{slug}/days")
def days(room: InRoom, slug: Slug, asked: Annotated[DaysAsked, Query()]) -> Response:
    """Coverage per day and outlet as a picture that one can click into."""
    incident = incident_of(room, slug)
    told = review.timeline(room.home, slug, since=asked.since, until=asked.until, as_of=asked.as_of)
    whole = pictures.whole(told)
    return page(
        room,
        "days.html",
        place="incidents",
        tab="days",
        incident=incident,
        told=told,
        bars=pictures.bars(whole, width=pictures.WIDTH, height=120.0),
        most=max((one.n for one in whole), default=0),
        ticks={one.name: pictures.ticks(told, dict(one.days)) for one in told.outlets},
        labels=pictures.labels(told),
        width=pictures.WIDTH,
        tick=pictures.TICK,
        lane=pictures.LANE,
    )
