"""``/api/v1/schedule``: rules set and cleared, paused and resumed; what comes next."""

from typing import Annotated

from fastapi import Query
from pydantic import Field
from starlette.responses import JSONResponse, Response

from crawler.desk import shapes
from crawler.desk.api.contract import by, doors
from crawler.desk.room import From, InRoom, Room
from crawler.schedule.rules import Rule, read_rule
from crawler.services import schedule
from crawler.services.schedule import Line, Of

router = doors("/schedule", "schedule")

#: Windows of one rule; the rule itself says which it takes.
_MOST_WINDOWS = 50


class Whose(shapes.Taken):
    """An incident's sources, one source, or, where neither is named, all."""

    incident: shapes.Word | None = Field(None, description="Slug.")
    source: shapes.Id | None = None


class WhoseAsked(shapes.Asked):
    """As `Whose`, in the address."""

    incident: shapes.Word | None = None
    source: shapes.Id | None = None


class RuleTaken(Whose):
    """A rule: `every` or `cron`."""

    every: shapes.Word | None = Field(None, description="5s, 15m, 1h30m or 1d.")
    cron: shapes.Word | None = Field(None, description="Five fields of a crontab, or @daily.")
    windows: list[shapes.Word] = Field(
        [], max_length=_MOST_WINDOWS, description='Only then: "mon-fri 08:00-20:00".'
    )
    timezone: shapes.Word | None = Field(None, description="IANA name; the server's if left out.")
    jitter: shapes.Word | None = Field(None, description="Each source up to so much later.")


class NextAsked(shapes.Asked):
    """How many of the times to come."""

    next: int = Field(10, ge=0, le=100)


class LineShown(shapes.Given):
    """What is set for a subject, and its next five times; none come while it is paused."""

    subject: str = Field(description='"all", "incident SLUG" or "source ID".')
    rule: dict[str, object] | None
    words: str | None
    paused_at: str | None
    next: list[str]


class ComingShown(shapes.Given):
    """What is polled at a time to come."""

    at: str
    sources: int
    names: list[str] = Field(description="Of a few of them.")
    words: str = Field(description='The rule, or "adaptive".')


class ScheduleShown(shapes.Given):
    """All that is set, and what comes next."""

    rules: list[LineShown]
    paused: bool = Field(description="True where all is paused.")
    next: list[ComingShown]
    problem: str | None = Field(description="Why the schedule does not tick; null: it does.")


@router.get("", response_model=ScheduleShown)
def show(room: InRoom, asked: Annotated[NextAsked, Query()]) -> Response:
    """Rules, pauses, and what is polled next."""
    lines = schedule.listing(room.home)
    coming = schedule.upcoming(room.home, n=asked.next) if asked.next else []
    told = {
        "rules": [line.record() for line in lines],
        "paused": any(line.of == schedule.ALL and line.paused_at for line in lines),
        "next": [one.record() for one in coming],
        "problem": room.pulse.problem(),
    }
    return JSONResponse(told)


@router.put("", response_model=LineShown)
def set_rule(room: InRoom, caller: From, taken: RuleTaken) -> Response:
    """Set a rule. Every source under it has its next time by it at once."""
    rule = _rule(room, taken)
    with room.writing():
        line = schedule.set_rule(room.home, _of(taken), rule, by=by(caller))
    return _changed(room, line)


@router.delete("", response_model=LineShown)
def clear(room: InRoom, caller: From, whose: Annotated[WhoseAsked, Query()]) -> Response:
    """Take a rule away; the next wider one holds then, or none."""
    with room.writing():
        line = schedule.clear(room.home, _of(whose), by=by(caller))
    return _changed(room, line)


@router.post("/preview", response_model=LineShown)
def preview(room: InRoom, taken: RuleTaken) -> Response:
    """The next five times of a rule; nothing is saved."""
    schedule.check(room.home, _of(taken))
    rule = _rule(room, taken)
    line = Line(_of(taken), rule, None, schedule.preview(rule, room.home.now()))
    return JSONResponse(line.record())


@router.post("/pause", response_model=LineShown)
def pause(room: InRoom, caller: From, whose: Whose | None = None) -> Response:
    """Poll nothing under it until it is resumed. Crawls that run go on."""
    with room.writing():
        line = schedule.pause(room.home, _of(whose), by=by(caller))
    return _changed(room, line)


@router.post("/resume", response_model=LineShown)
def resume(room: InRoom, caller: From, whose: Whose | None = None) -> Response:
    """End a pause. What fell into it is not made up for."""
    with room.writing():
        line = schedule.resume(room.home, _of(whose), by=by(caller))
    return _changed(room, line)


def _rule(room: Room, taken: RuleTaken) -> Rule:
    return read_rule(
        every=taken.every,
        cron=taken.cron,
        windows=taken.windows,
        timezone=taken.timezone or room.home.config.timezone,
        jitter=taken.jitter,
        anchor=room.home.now(),
    )


def _of(whose: Whose | WhoseAsked | None) -> Of:
    return schedule.ALL if whose is None else Of(whose.incident, whose.source)


def _changed(room: Room, line: Line) -> Response:
    room.pulse.wake()
    return JSONResponse(line.record())
