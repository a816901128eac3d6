"""Settings: the schedule of all, tokens, who is told, who is logged in."""

from typing import Any

from fastapi import APIRouter
from starlette.responses import RedirectResponse, Response

from crawler.desk.forms import Fields, OwnForm
from crawler.desk.identity import is_guarded
from crawler.desk.pages.sources import change_schedule
from crawler.desk.rendering import page
from crawler.desk.room import InRoom, Room
from crawler.notices import targets
from crawler.services import access, schedule
from crawler.services.access import Scope
from crawler.services.schedule import ALL
from pipelines.errors import BadInput, FollowupError

router = APIRouter(include_in_schema=False)


@router.get("/settings")
def settings(room: InRoom) -> Response:
    """All that can be set at the desk."""
    return _shown(room)


def _shown(
    room: Room, *, made: dict[str, Any] | None = None, told: Any = None, said: str | None = None
) -> Response:
    lines = schedule.listing(room.home)
    answer = page(
        room,
        "settings.html",
        place="settings",
        line=next((line for line in lines if line.of == ALL), None),
        lines=[line for line in lines if line.of != ALL],
        tokens=access.tokens(room.home),
        scopes=list(Scope),
        targets=targets.list_all(room.home),
        made=made,
        told=told,
        said=said,
        is_guarded=is_guarded(room.home),
        has_password=access.has_password(room.home),
    )
    if said:
        answer.status_code = 422
    return answer


@router.post("/settings/schedule")
def set_schedule(room: InRoom, form: OwnForm) -> Response:
    """The rule of all sources that have none of their own, or a pause of all."""
    try:
        change_schedule(room, ALL, form)
    except BadInput as error:
        return _shown(room, said=_said(error))
    return RedirectResponse("/settings", 303)


@router.post("/settings/tokens")
def new_token(room: InRoom, form: OwnForm) -> Response:
    """A new token; its key is shown on this one page."""
    try:
        with room.writing():
            made = access.new_token(room.home, _one(form, "name"), form.get("scope", []))
    except BadInput as error:
        return _shown(room, said=_said(error))
    return _shown(room, made=made)


@router.post("/settings/tokens/revoke")
def revoke_token(room: InRoom, form: OwnForm) -> Response:
    """Its key opens nothing any more."""
    with room.writing():
        access.revoke(room.home, _id(form))
    return RedirectResponse("/settings#tokens", 303)


@router.post("/settings/targets")
def add_target(room: InRoom, form: OwnForm) -> Response:
    """Somebody who is told."""
    try:
        with room.writing():
            targets.add(room.home, _one(form, "address").strip())
    except FollowupError as error:
        return _shown(room, said=_said(error))
    return RedirectResponse("/settings#notices", 303)


@router.post("/settings/targets/remove")
def remove_target(room: InRoom, form: OwnForm) -> Response:
    """Told no more."""
    with room.writing():
        targets.remove(room.home, _id(form))
    return RedirectResponse("/settings#notices", 303)


@router.post("/settings/targets/test")
def try_target(room: InRoom, form: OwnForm) -> Response:
    """A test message now; says how it went."""
    try:
        return _shown(room, told=targets.try_out(room.home, _id(form)))
    except FollowupError as error:
        return _shown(room, said=_said(error))


def _id(form: Fields) -> int:
    raw = _one(form, "id")
    if not (raw.isascii() and raw.isdecimal() and len(raw) < 19):
        raise BadInput("That is none.", remedy="Go back, and load the page again.")
    return int(raw)


def _one(form: Fields, name: str) -> str:
    return form.get(name, [""])[0]


def _said(error: FollowupError) -> str:
    return " ".join(filter(None, (error.message, error.remedy)))
