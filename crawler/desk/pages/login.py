"""Logging in and out. Without a password there is nothing to log in to."""

from typing import Annotated

from fastapi import APIRouter, Query, Request
from starlette.responses import RedirectResponse, Response

from crawler.desk import shapes
from crawler.desk.forms import OwnForm
from crawler.desk.gate import LOGIN
from crawler.desk.identity import COOKIES, on_a_line
from crawler.desk.rendering import page
from crawler.desk.room import From, InRoom, Room
from crawler.services import access

router = APIRouter(include_in_schema=False)

_MOST_NAME = 60


class LoginAsked(shapes.Asked):
    """Where to go after it."""

    next: str = "/"


@router.get(LOGIN)
def login_page(room: InRoom, asked: Annotated[LoginAsked, Query()]) -> Response:
    """The form."""
    if not access.has_password(room.home):
        return RedirectResponse("/", 303)
    return _form(room, next=asked.next)


@router.post(LOGIN)
def log_in(request: Request, room: InRoom, form: OwnForm) -> Response:
    """A name, which is only written down, and the password."""
    name = on_a_line(form.get("name", [""])[0])[:_MOST_NAME]
    wanted = form.get("next", ["/"])[0]
    address = request.client.host if request.client else "unknown"
    if (wait := room.tries.wait_seconds(address)) > 0:
        said = f"Too many wrong passwords. Try again in {int(wait / 60) + 1} minutes."
        return _form(room, next=wanted, said=said, name=name, status=429, wait=wait)
    room.tries.note(address)
    with room.tries.looking:
        is_right = access.is_password(room.home, form.get("password", [""])[0])
    if not is_right:
        return _form(room, next=wanted, said="That is not the password.", name=name, status=403)
    room.tries.forgive(address)
    if room.caller is not None and room.caller.session:
        access.log_out(room.home, room.caller.session)
    secret = access.log_in(room.home, name or "the desk")
    answer = RedirectResponse(_own(wanted), 303)
    _set_cookie(answer, secret, is_secure=_is_secure(request))
    return answer


@router.post("/logout")
def log_out(room: InRoom, caller: From, form: OwnForm) -> Response:
    """This session's end, or that of all."""
    if form.get("everywhere", [""])[0]:
        access.log_out_all(room.home)
    elif caller.session:
        access.log_out(room.home, caller.session)
    answer = RedirectResponse(LOGIN, 303)
    for name in COOKIES:
        answer.delete_cookie(name, secure=name.startswith("__Host-"), httponly=True)
    return answer


def _form(
    room: Room,
    *,
    next: str,
    said: str | None = None,
    name: str = "",
    status: int = 200,
    wait: float = 0.0,
) -> Response:
    answer = page(room, "login.html", place="login", next=_own(next), said=said, name=name)
    answer.status_code = status
    if wait:
        answer.headers["Retry-After"] = str(int(wait) + 1)
    return answer


def _own(address: str) -> str:
    """An address of this desk, the first page where it is none: browsers read "//" and "/\\" as
    another site's."""
    is_own = address.startswith("/") and not address.startswith(("//", "/\\"))
    return address if is_own and address.isprintable() else "/"


def _is_secure(request: Request) -> bool:
    """Whether the browser is behind https; it says so in the Origin of a form it sends."""
    return request.headers.get("origin", "").lower().startswith("https://")


def _set_cookie(answer: Response, secret: str, *, is_secure: bool) -> None:
    # Lax, not Strict: who follows a link in a notice would have to log in again.
    answer.set_cookie(
        COOKIES[0] if is_secure else COOKIES[1],
        secret,
        max_age=int(access.WHOLE.total_seconds()),
        secure=is_secure,
        httponly=True,
        samesite="lax",
    )
