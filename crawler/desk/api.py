"""``/api/v1``: crawls, sources, incidents, health. Its description is at openapi.json."""

from typing import Annotated, Any

from fastapi import APIRouter, Path, Query
from starlette.responses import JSONResponse, PlainTextResponse, Response

from crawler import __version__
from crawler.desk import shapes
from crawler.desk.identity import Caller
from crawler.desk.room import From, InRoom
from crawler.services import crawls, listing, sources
from crawler.services.health import Problem
from crawler.wanted import Wanted
from pipelines.dates import iso
from pipelines.store.crawls import CrawlState, Trigger

PREFIX = "/api/v1"

PROBLEMS: dict[int | str, dict[str, Any]] = {
    status: {
        "description": said,
        "content": {"application/problem+json": {"schema": shapes.Problem.model_json_schema()}},
    }
    for status, said in (
        (401, "The token is not shown."),
        (403, "Asked under another name, or by a page of another site."),
        (404, "There is no such thing."),
        (409, "This cannot be done now."),
        (413, "The body is too long."),
        (415, "The body does not say that it is JSON."),
        (422, "Something given cannot be used."),
        (503, "The store is busy; ask again after Retry-After seconds."),
    )
}

router = APIRouter(prefix=PREFIX, responses=PROBLEMS)

Id = Annotated[int, Path(ge=1, le=shapes.MOST_ID)]


@router.post("/crawls", status_code=202, response_model=shapes.Requested, tags=["crawls"])
def request_crawl(room: InRoom, caller: From, wanted: shapes.CrawlWanted) -> Response:
    """Ask for a crawl. It starts at once; the answer does not wait for that."""
    asked = Wanted(wanted.incident, tuple(wanted.sources), tuple(wanted.urls), wanted.all)
    with room.writing():
        id = crawls.request(room.home, asked, trigger=Trigger.API, by=by(caller))
    room.pulse.wake()
    told = crawls.record(crawls.get(room.home, id))
    return JSONResponse(told, 202, headers={"Location": f"{PREFIX}/crawls/{id}"})


@router.get("/crawls", response_model=list[shapes.Crawl], tags=["crawls"])
def list_crawls(room: InRoom, asked: Annotated[shapes.CrawlsAsked, Query()]) -> Response:
    """Crawls, the newest first. The header Link names the next page, where there is one."""
    states = () if asked.state is None else (asked.state,)
    rows = listing.page(room.home, limit=asked.limit, before=asked.before, states=states)
    headers = {}
    if len(rows) == asked.limit:
        state = "" if asked.state is None else f"&state={asked.state}"
        next_page = f"{PREFIX}/crawls?limit={asked.limit}&before={rows[-1].id}{state}"
        headers["Link"] = f'<{next_page}>; rel="next"'
    return JSONResponse([crawls.record(row) for row in rows], headers=headers)


@router.get("/crawls/{id}", response_model=shapes.CrawlShown, tags=["crawls"])
def show_crawl(room: InRoom, id: Id) -> Response:
    """One crawl as it is now: counts, progress, its sources and how they ended."""
    return JSONResponse(listing.show(room.home, id).record())


@router.post("/crawls/{id}/cancel", response_model=shapes.Cancelled, tags=["crawls"])
def cancel_crawl(room: InRoom, id: Id) -> Response:
    """Ask a crawl to end. What it has is kept, what is queued stays queued."""
    return JSONResponse(cancelled(room, id))


@router.get(
    "/crawls/{id}/log",
    response_class=PlainTextResponse,
    tags=["crawls"],
)
def crawl_log(room: InRoom, id: Id, asked: Annotated[shapes.LogAsked, Query()]) -> Response:
    """The end of a crawl's log."""
    return PlainTextResponse(listing.log_tail(room.home, id, asked.lines))


@router.get("/sources", response_model=list[shapes.Source], tags=["sources"])
def list_sources(room: InRoom, asked: Annotated[shapes.SourcesAsked, Query()]) -> Response:
    """Sources by id."""
    rows = [one for one in sources.list_all(room.home) if (one.id or 0) > asked.after]
    return JSONResponse([sources.record(one) for one in rows[: asked.limit]])


@router.get("/sources/{id}", response_model=shapes.Source, tags=["sources"])
def show_source(room: InRoom, id: Id) -> Response:
    """One source."""
    return JSONResponse(sources.record(sources.get(room.home, id)))


@router.get("/incidents", response_model=list[shapes.Incident], tags=["incidents"])
def list_incidents(room: InRoom) -> Response:
    """Incidents by id."""
    rows = listing.incidents(room.home)
    told = [
        {"id": row.id, "slug": row.slug, "title": row.title, "open": row.is_open} for row in rows
    ]
    return JSONResponse(told)


@router.get("/health", response_model=shapes.Health, tags=["health"])
def health(room: InRoom) -> Response:
    """How the server does, with status 503 where it does not do well."""
    problems = room.checkup.problems()
    told = {
        "status": "failing" if problems else "ok",
        "problems": [problem_record(problem) for problem in problems],
        "version": __version__,
        "now": iso(room.home.now()),
    }
    return JSONResponse(told, 503 if problems else 200, headers={"Cache-Control": "no-store"})


def problem_record(problem: Problem) -> dict[str, str | None]:
    """A problem of the server's health as JSON."""
    return {
        "part": problem.part,
        "said": problem.said,
        "detail": problem.detail,
        "remedy": problem.remedy,
    }


def cancelled(room: InRoom, id: int) -> dict[str, Any]:
    """Ask for a crawl's end; what it was and is. Raises UnknownThing."""
    was = crawls.get(room.home, id).state
    if was not in listing.UNENDED:
        return {"id": id, "was": str(was), "state": str(was)}
    with room.writing():
        state: CrawlState = crawls.cancel(room.home, id)
    room.pulse.wake()
    return {"id": id, "was": str(was), "state": str(state)}


def by(caller: Caller) -> str:
    """Who asked for a crawl, as it stands in the list."""
    return f"API ({caller.name})"
