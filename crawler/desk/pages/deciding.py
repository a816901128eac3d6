"""Deciding: keep, dismiss, star, labels, notes, in bulk; undo; searches that are kept.

Each is a form. A script asks for JSON and gets what the rows are now; without one the page that it
came from is shown again and says the same.
"""

from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from fastapi import APIRouter, Request
from starlette.responses import JSONResponse, RedirectResponse, Response

from crawler.desk import shapes
from crawler.desk.forms import Fields, OwnForm
from crawler.desk.room import InRoom, Room
from crawler.desk.told import STATES, Done
from crawler.services import review, standing
from crawler.services.review import FACETS
from pipelines.errors import BadInput
from pipelines.store.matches import Decision

router = APIRouter(include_in_schema=False)

_CLEAR = "clear"


@router.post("/decisions")
def decide(request: Request, room: InRoom, form: OwnForm) -> Response:
    """A button of a row, or one for all that are chosen."""
    what, ids = _wanted(form)
    decision = None if what == _CLEAR else Decision(what)
    with room.writing():
        made = review.decide(
            room.home, ids, decision, by=room.person, incident=_one(form, "incident") or None
        )
    room.afterthoughts.think(made.incidents)
    return _answer(request, room, form, Done(what, len(made.changed), made.batch), ids)


@router.post("/decisions/undo")
def undo(request: Request, room: InRoom, form: OwnForm) -> Response:
    """What was done at once is taken back at once."""
    with room.writing():
        made = review.undo(room.home, _one(form, "batch"), by=room.person)
    room.afterthoughts.think(made.incidents)
    done = Done("undo", len(made.restored), made.batch)
    return _answer(request, room, form, done, list(made.restored))


@router.post("/labels")
def label(request: Request, room: InRoom, form: OwnForm) -> Response:
    """Labels as a line of names: those that stand in it are put on, the others taken off."""
    ids = _ids(form.get("id", []))
    names = [name for name in map(str.strip, _one(form, "labels").split(",")) if name]
    slug = _one(form, "incident")
    known = standing.of_articles(room.home, ids, slug or None) if len(ids) == 1 else {}
    had = [name for one in known.values() for name in one.labels]
    with room.writing():
        made = review.label(
            room.home,
            ids,
            on=[name for name in names if name not in had],
            off=[name for name in had if name not in names],
            by=room.person,
            incident=slug or None,
        )
    return _answer(request, room, form, Done("label", len(made.changed), made.batch), ids)


@router.post("/notes")
def note(request: Request, room: InRoom, form: OwnForm) -> Response:
    """A note, and nothing is decided."""
    ids, slug = _ids(form.get("id", [])), _one(form, "incident") or None
    with room.writing():
        made = review.annotate(room.home, ids, _one(form, "note"), by=room.person, incident=slug)
    return _answer(request, room, form, Done("note", len(made.changed), made.batch), ids)


@router.post("/searches")
def save_search(room: InRoom, form: OwnForm) -> Response:
    """Keep what is shown under a name."""
    chosen = {name: tuple(form[name]) for name in FACETS if form.get(name)}
    with room.writing():
        review.save_search(
            room.home,
            _one(form, "name"),
            _one(form, "q"),
            chosen,
            by=room.person,
            incident=_one(form, "incident") or None,
        )
    return RedirectResponse(_back(form), 303)


@router.post("/searches/remove")
def remove_search(room: InRoom, form: OwnForm) -> Response:
    """Keep it no longer."""
    with room.writing():
        review.remove_search(room.home, _ids([_one(form, "id")])[0])
    return RedirectResponse(_back(form), 303)


def _wanted(form: Fields) -> tuple[str, list[int]]:
    """What is decided, and about which articles."""
    for what in (*Decision, _CLEAR):
        if form.get(str(what)):
            return str(what), _ids(form[str(what)])
    what = _one(form, "bulk")
    if what not in (*Decision, _CLEAR):
        raise BadInput("Nothing was decided.", remedy="Press one of the buttons.")
    ids = _ids(form.get("id", []))
    if not ids:
        raise BadInput("No article is chosen.", remedy="Tick some, and press the button again.")
    return what, ids


def _ids(values: list[str]) -> list[int]:
    if not all(value.isascii() and value.isdecimal() and len(value) < 19 for value in values):
        raise BadInput("That is no article.", remedy="Go back, and load the page again.")
    return [id for id in map(int, values) if id <= shapes.MOST_ID]


def _one(form: Fields, name: str) -> str:
    return form.get(name, [""])[0]


def _answer(request: Request, room: Room, form: Fields, done: Done, ids: list[int]) -> Response:
    if "application/json" in request.headers.get("accept", ""):
        return JSONResponse(_told(room, form, done, ids))
    return RedirectResponse(_back(form, done), 303)


def _told(room: Room, form: Fields, done: Done, ids: list[int]) -> dict[str, Any]:
    slug = _one(form, "incident") or None
    states = standing.of_articles(room.home, ids, slug)
    return {
        "said": done.said,
        "batch": done.batch,
        "articles": {
            str(id): {
                "review": state.review,
                "review_words": STATES[state.review],
                "labels": list(state.labels),
            }
            for id, state in states.items()
        },
    }


def _back(form: Fields, done: Done | None = None) -> str:
    """The page that a form came from; it says what was done."""
    try:
        parts = urlsplit(_one(form, "back"))
    except ValueError:  # "//[" is no address
        parts = urlsplit("/")
    own = parts.path.startswith(("/incidents/", "/articles")) and not parts.netloc
    kept = [pair for pair in parse_qsl(parts.query) if pair[0] != "done"] if own else []
    more = [] if done is None else [("done", done.code)]
    query = urlencode([*kept, *more])
    return (parts.path if own else "/") + (f"?{query}" if query else "")
