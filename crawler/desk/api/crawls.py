"""``/api/v1/crawls``: asked for, listed, shown, cancelled; logs."""

from typing import Annotated, Any

from fastapi import Query, Request
from starlette.responses import JSONResponse, PlainTextResponse, Response

from crawler.desk import shapes
from crawler.desk.api.contract import PREFIX, Id, by, doors, next_page
from crawler.desk.room import From, InRoom
from crawler.services import crawls, listing
from crawler.wanted import Wanted
from pipelines.store.crawls import CrawlState, Trigger

router = doors("/crawls", "crawls")


@router.post("", status_code=202, response_model=shapes.Requested)
def request_crawl(room: InRoom, caller: From, wanted: shapes.CrawlWanted) -> Response:
    """Ask for a crawl. It starts at once; the answer does not wait for that."""
    asked = Wanted(wanted.incident, tuple(wanted.sources), tuple(wanted.urls), wanted.all)
    with room.writing():
        id = crawls.request(room.home, asked, trigger=Trigger.API, by=by(caller))
    room.pulse.wake()
    told = crawls.record(crawls.get(room.home, id))
    return JSONResponse(told, 202, headers={"Location": f"{PREFIX}/crawls/{id}"})


@router.get("", response_model=list[shapes.Crawl])
def list_crawls(
    request: Request, room: InRoom, asked: Annotated[shapes.CrawlsAsked, Query()]
) -> Response:
    """Crawls, the newest first. The header Link names the next page, where there is one."""
    states = () if asked.state is None else (asked.state,)
    rows = listing.page(room.home, limit=asked.limit, before=asked.before, states=states)
    headers = {}
    if len(rows) == asked.limit:
        headers = next_page(request, before=rows[-1].id)
    return JSONResponse([crawls.record(row) for row in rows], headers=headers)


@router.get("/{id}", response_model=shapes.CrawlShown)
def show_crawl(room: InRoom, id: Id) -> Response:
    """One crawl as it is now: counts, progress, its sources and how they ended."""
    return JSONResponse(listing.show(room.home, id).record())


@router.post("/{id}/cancel", response_model=shapes.Cancelled)
def cancel_crawl(room: InRoom, id: Id) -> Response:
    """Ask a crawl to end. What it has is kept, what is queued stays queued."""
    return JSONResponse(cancelled(room, id))


@router.get(
    "/{id}/log",
    response_class=PlainTextResponse,
)
def crawl_log(room: InRoom, id: Id, asked: Annotated[shapes.LogAsked, Query()]) -> Response:
    """The end of a crawl's log."""
    return PlainTextResponse(listing.log_tail(room.home, id, asked.lines))


def cancelled(room: InRoom, id: int) -> dict[str, Any]:
    """Ask for a crawl's end; what it was and is. Raises UnknownThing."""
    was = crawls.get(room.home, id).state
    if was not in listing.UNENDED:
        return {"id": id, "was": str(was), "state": str(was)}
    with room.writing():
        state: CrawlState = crawls.cancel(room.home, id)
    room.pulse.wake()
    return {"id": id, "was": str(was), "state": str(state)}
