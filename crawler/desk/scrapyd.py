"""scrapyd's manners: its addresses, its answers, its errors (scrapyd 1.6, webservice.py).

A job is a crawl, its id the crawl's. As scrapyd does, an error is told with status 200 and
``"status": "error"``. What has no meaning here (versions, settings, priorities, a job id of the
caller's own) is taken and left aside, and the answer says so. Only `follow` can be scheduled:
nobody but the server's own code is run, and spider arguments narrow it.
"""

import socket
from collections.abc import Mapping
from datetime import datetime
from typing import Any

from fastapi import APIRouter
from starlette.responses import JSONResponse, Response

from crawler.desk.api import PREFIX, by, cancelled
from crawler.desk.forms import Fields, Form
from crawler.desk.room import From, InRoom
from crawler.desk.shapes import MOST_ID, MOST_SOURCES, MOST_URLS
from crawler.services import crawls, listing
from crawler.wanted import Wanted
from pipelines.errors import BadInput, FollowupError, UnknownThing
from pipelines.store.crawls import Crawl, CrawlState, Trigger

PROJECT = "followup"
SPIDER = "follow"
#: As many ended jobs as scrapyd keeps (finished_to_keep).
MOST_FINISHED = 100
#: More crawls than these never run or wait at once.
_MOST_UNENDED = 500

_LEFT_ASIDE = ("setting", "priority", "jobid", "_version")
_ARGUMENTS = ("incident", "source", "url", "all")
_ENDED = (CrawlState.FINISHED, CrawlState.FAILED, CrawlState.CANCELLED)

router = APIRouter(include_in_schema=False)


def answer(told: Mapping[str, Any]) -> Response:
    """An answer as scrapyd gives it."""
    return JSONResponse({"node_name": socket.gethostname(), "status": "ok", **told})


def failure(error: FollowupError) -> Response:
    """An error as scrapyd gives it."""
    return answer({"status": "error", "message": str(error)})


@router.get("/daemonstatus.json")
def daemon_status(room: InRoom) -> Response:
    """How many jobs wait, run and ended."""
    jobs = _jobs(room)
    return answer({name: len(rows) for name, rows in jobs.items()})


@router.get("/listprojects.json")
def list_projects() -> Response:
    """The one project."""
    return answer({"projects": [PROJECT]})


@router.get("/listversions.json")
def list_versions(form: Form) -> Response:
    """No version: nothing is deployed to this server."""
    _required(form, "project")
    return answer({"versions": []})


@router.get("/listspiders.json")
def list_spiders(form: Form) -> Response:
    """The spiders that can be scheduled."""
    _check_project(_required(form, "project"))
    return answer({"spiders": [SPIDER]})


@router.post("/schedule.json")
def schedule(room: InRoom, caller: From, form: Form) -> Response:
    """Ask for a crawl."""
    _check_project(_required(form, "project"))
    if (spider := _required(form, "spider")) != SPIDER:
        raise BadInput(f"spider '{spider[:100]}' not found")
    wanted = _wanted(form)
    with room.writing():
        id = crawls.request(room.home, wanted, trigger=Trigger.API, by=by(caller))
    room.pulse.wake()
    aside = [name for name in _LEFT_ASIDE if name in form]
    note = {"note": f"left aside: {', '.join(aside)}"} if aside else {}
    return answer({"jobid": str(id), **note})


@router.post("/cancel.json")
def cancel(room: InRoom, form: Form) -> Response:
    """Ask for the end of a job; what it was doing before, null for one that is not there."""
    _check_project(_required(form, "project"))
    id = _job_id(_required(form, "job"))
    try:
        was = cancelled(room, id)["was"] if id is not None else None
    except UnknownThing:
        was = None
    return answer({"prevstate": {"requested": "pending", "running": "running"}.get(str(was))})


@router.get("/status.json")
def status(room: InRoom, form: Form) -> Response:
    """What a job is doing."""
    id = _job_id(_required(form, "job"))
    if "project" in form:
        _check_project(form["project"][0])
    try:
        state = crawls.get(room.home, id).state if id is not None else None
    except UnknownThing:
        state = None
    return answer({"currstate": None if state is None else _STATES.get(state)})


@router.get("/listjobs.json")
def list_jobs(room: InRoom, form: Form) -> Response:
    """Jobs that wait, run and ended."""
    if "project" in form:
        _check_project(form["project"][0])
    jobs = _jobs(room)
    return answer(
        {
            "pending": [_pending(row) for row in jobs["pending"]],
            "running": [_begun(row) | {"pid": row.pid} for row in jobs["running"]],
            "finished": [
                _begun(row) | {"end_time": _local(row.ended_at)} for row in jobs["finished"]
            ],
        }
    )


@router.post("/addversion.json")
@router.post("/delversion.json")
@router.post("/delproject.json")
def deploy() -> Response:
    """No code is taken from outside."""
    raise BadInput(
        "this server runs its own code alone",
        remedy="Install the version of Followup that you want and start the server again.",
    )


_STATES = {
    CrawlState.REQUESTED: "pending",
    CrawlState.RUNNING: "running",
    **dict.fromkeys(_ENDED, "finished"),
}


def _jobs(room: InRoom) -> dict[str, list[Crawl]]:
    unended = listing.page(room.home, limit=_MOST_UNENDED, states=listing.UNENDED)[::-1]
    ended = listing.page(room.home, limit=MOST_FINISHED, states=_ENDED)[::-1]
    return {
        "pending": [row for row in unended if row.state is CrawlState.REQUESTED],
        "running": [row for row in unended if row.state is CrawlState.RUNNING],
        "finished": ended,
    }


def _pending(row: Crawl) -> dict[str, Any]:
    return {
        "id": str(row.id),
        "project": PROJECT,
        "spider": SPIDER,
        "version": None,
        "settings": {},
        "args": {name: _argument(value) for name, value in row.request.items()},
    }


def _argument(value: Any) -> str:
    """As it would be typed: scrapyd's arguments are text."""
    return ",".join(map(str, value)) if isinstance(value, list) else str(value)


def _begun(row: Crawl) -> dict[str, Any]:
    return {
        "id": str(row.id),
        "project": PROJECT,
        "spider": SPIDER,
        "start_time": _local(row.started_at or row.requested_at),
        "log_url": f"{PREFIX}/crawls/{row.id}/log",
        "items_url": None,
    }


def _local(when: datetime | None) -> str:
    """In local time without a zone, as scrapyd has it."""
    return "" if when is None else f"{when.astimezone():%Y-%m-%d %H:%M:%S.%f}"


def _required(form: Fields, name: str) -> str:
    if name not in form:
        raise BadInput(f"'{name}' parameter is required")
    return form[name][0]


def _check_project(name: str) -> None:
    if name != PROJECT:
        raise BadInput(f"project '{name[:100]}' not found")


def _job_id(raw: str) -> int | None:
    """The crawl's id; None for what no crawl is called."""
    is_id = raw.isascii() and raw.isdecimal() and len(raw) < 20
    return int(raw) if is_id and 0 < int(raw) <= MOST_ID else None


def _wanted(form: Fields) -> Wanted:
    known = {"project", "spider", *_ARGUMENTS, *_LEFT_ASIDE}
    if unknown := sorted(set(form) - known):
        raise BadInput(
            f"there is no spider argument '{unknown[0][:100]}'",
            remedy=f"The arguments are {', '.join(_ARGUMENTS)}.",
        )
    ids = [part.strip() for raw in form.get("source", []) for part in raw.split(",")]
    sources = [_job_id(id) for id in ids if id]
    urls = [url for raw in form.get("url", []) for url in raw.split()]
    if None in sources or len(sources) > MOST_SOURCES:
        raise BadInput(f"source is invalid: give up to {MOST_SOURCES} ids, parted by commas")
    if len(urls) > MOST_URLS:
        raise BadInput(f"url is invalid: give up to {MOST_URLS} addresses")
    return Wanted(
        incident=form.get("incident", [None])[0] or None,
        sources=tuple(id for id in sources if id is not None),
        urls=tuple(urls),
        everything=form.get("all", [""])[0].lower() not in ("", "0", "false"),
    )
