"""A crawl as it goes, by server-sent events: each says that something has changed since the last.

What has changed the page itself fetches, as it would without this. A stream ends with its crawl; a
browser that finds no place looks by itself every few seconds.
"""

import asyncio
import json
from collections.abc import AsyncIterator

from fastapi import APIRouter, Request
from starlette.concurrency import run_in_threadpool
from starlette.responses import JSONResponse, Response, StreamingResponse

from crawler.desk.pages.crawls import Id
from crawler.desk.room import InRoom, Room
from crawler.services import listing

router = APIRouter(include_in_schema=False)

#: REAL seconds between two looks, and between two lines that only keep the connection alive.
LOOK_SECONDS, ALIVE_SECONDS = 1.0, 15.0


@router.get("/crawls/{id}/events")
async def events(request: Request, room: InRoom, id: Id) -> Response:
    """Progress of one crawl. Raises UnknownThing."""
    first = await run_in_threadpool(_told, room, id)
    if not room.streams.acquire(blocking=False):
        told = {"detail": "Too many are watching.", "status": 503}
        return JSONResponse(told, 503, headers={"Retry-After": "5"})
    return StreamingResponse(
        _stream(request, room, id, first),
        media_type="text/event-stream",
        headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"},
    )


async def _stream(request: Request, room: Room, id: int, told: str) -> AsyncIterator[str]:
    try:
        yield _event(told)
        silent = 0.0
        while not _is_over(told) and not await request.is_disconnected():
            await asyncio.sleep(LOOK_SECONDS)
            silent += LOOK_SECONDS
            if (now := await run_in_threadpool(_told, room, id)) != told:
                told, silent = now, 0.0
                yield _event(told)
            elif silent >= ALIVE_SECONDS:
                silent = 0.0
                yield ": alive\n\n"
    finally:
        room.streams.release()


def _told(room: Room, id: int) -> str:
    shown = listing.show(room.home, id, sources=0)
    return json.dumps(
        {
            "state": str(shown.crawl.state),
            "over": shown.crawl.state not in listing.UNENDED,
            "requests": shown.crawl.requests,
            "counts": dict(shown.counts),
            "open": shown.open,
            "progress": shown.crawl.progress,
        },
        sort_keys=True,
    )


def _is_over(told: str) -> bool:
    return bool(json.loads(told)["over"])


def _event(told: str) -> str:
    return f"event: {'over' if _is_over(told) else 'changed'}\ndata: {told}\n\n"
