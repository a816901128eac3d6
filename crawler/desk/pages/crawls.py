"""What runs, what is next, the last crawls, one crawl."""

from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Path, Query
from starlette.responses import RedirectResponse, Response

from crawler.desk import shapes
from crawler.desk.api import cancelled
from crawler.desk.forms import OwnForm
from crawler.desk.rendering import page
from crawler.desk.room import From, InRoom
from crawler.services import crawls, listing, schedule
from crawler.services.schedule import Coming
from crawler.wanted import Wanted
from pipelines.outcomes import MEANINGS
from pipelines.store.crawls import Trigger

#: Rows of the list of crawls on one page.
CRAWLS_A_PAGE = 20
#: Crawls that run or wait, due times and failing sources that are shown one by one.
MOST_RUNNING, MOST_NEXT, MOST_FAILING = 20, 6, 30
#: Times to come that are read for these: with a jitter, each source has its own within a minute.
TIMES_READ = 100
#: Sources of one minute that are named, and further times of the same ones.
MOST_NAMED, MOST_AGAIN = 4, 2
#: Of a crawl's log, on its page.
LOG_LINES = 60

router = APIRouter(include_in_schema=False)

Id = Annotated[int, Path(ge=1, le=shapes.MOST_ID)]


class CrawlsAsked(shapes.Asked):
    """Which crawls the page begins with."""

    before: shapes.Id | None = None


@dataclass(slots=True)
class Polls:
    """What is polled in one minute by one rule; `names` are of a few sources, `again` are the next
    minutes in which it is the same."""

    at: datetime
    words: str
    polls: int
    names: list[str]
    has_more: bool
    again: list[datetime] = field(default_factory=list)

    def is_same(self, other: "Polls") -> bool:
        """True for the same polls at another time."""
        return (self.words, self.polls, self.names) == (other.words, other.polls, other.names)


@router.get("/crawls")
def list_crawls(room: InRoom, asked: Annotated[CrawlsAsked, Query()]) -> Response:
    """What runs now, what is next, how the last crawls ended, which sources fail."""
    running = [
        listing.show(room.home, row.id, sources=0)
        for row in listing.page(room.home, limit=MOST_RUNNING, states=listing.UNENDED)
    ]
    rows = listing.page(room.home, limit=CRAWLS_A_PAGE + 1, before=asked.before)
    return page(
        room,
        "crawls.html",
        place="crawls",
        running=running,
        refresh=bool(running),
        upcoming=_polls(schedule.upcoming(room.home, n=TIMES_READ)),
        paused=[line for line in schedule.listing(room.home) if line.paused_at],
        incidents=[row for row in listing.incidents(room.home) if row.is_open],
        crawls=rows[:CRAWLS_A_PAGE],
        earlier=rows[CRAWLS_A_PAGE - 1].id if len(rows) > CRAWLS_A_PAGE else None,
        before=asked.before,
        failing=listing.failing(room.home, limit=MOST_FAILING),
        healths=listing.healths(room.home),
    )


@router.get("/crawls/{id}")
def show_crawl(room: InRoom, id: Id) -> Response:
    """One crawl: counts, progress, its sources and how they ended, the end of its log."""
    shown = listing.show(room.home, id)
    return page(
        room,
        "crawl.html",
        place="crawls",
        shown=shown,
        refresh=shown.crawl.state in listing.UNENDED,
        meanings={str(outcome): said for outcome, said in MEANINGS.items()},
        log=listing.log_tail_or_none(room.home, id, LOG_LINES),
        log_lines=LOG_LINES,
    )


@router.post("/crawls")
def crawl_now(room: InRoom, caller: From, form: OwnForm) -> Response:
    """The button: all that is followed, or what one incident follows."""
    incident = form.get("incident", [""])[0] or None
    by = "the desk" if caller.is_near else f"the desk ({caller.name})"
    with room.writing():
        id = crawls.request(room.home, Wanted(incident=incident), trigger=Trigger.HAND, by=by)
    room.pulse.wake()
    return RedirectResponse(f"/crawls/{id}", 303)


@router.post("/crawls/{id}/cancel")
def cancel_crawl(room: InRoom, id: Id, form: OwnForm) -> Response:
    """The other button."""
    cancelled(room, id)
    return RedirectResponse(f"/crawls/{id}", 303)


def _polls(coming: list[Coming]) -> list[Polls]:
    """The times to come by the minute; what comes again and again has one line."""
    minutes: dict[tuple[datetime, str], Polls] = {}
    for one in coming:
        at = one.at.replace(second=0, microsecond=0)
        line = minutes.setdefault((at, one.words), Polls(one.at, one.words, 0, [], False))
        new = [name for name in one.names if name not in line.names]
        line.polls += one.sources
        line.has_more |= one.sources > len(one.names) or len(line.names + new) > MOST_NAMED
        line.names = (line.names + new)[:MOST_NAMED]
    lines: list[Polls] = []
    for line in minutes.values():
        before = next((shown for shown in lines if shown.is_same(line)), None)
        if before is None:
            lines.append(line)
        elif len(before.again) < MOST_AGAIN:
            before.again.append(line.at)
    return lines[:MOST_NEXT]
