"""The pages: what runs, what is next, the last crawls, one crawl. They work without a script.

A button is a form with a token; it answers with 303 to the page that shows what came of it. All
that was fetched is escaped by the templates, and addresses are linked only where they are http(s).
"""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query, Request
from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.responses import HTMLResponse, RedirectResponse, Response

from crawler import __version__
from crawler.desk import shapes, words
from crawler.desk.api import cancelled
from crawler.desk.forms import TOKEN, OwnForm
from crawler.desk.problems import Problem
from crawler.desk.room import From, InRoom, Room
from crawler.services import crawls, listing, schedule
from crawler.services.schedule import Coming
from crawler.wanted import Wanted
from pipelines.outcomes import MEANINGS
from pipelines.store.crawls import Crawl, CrawlState, Trigger

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
#: A page without a script loads itself again so often while something runs.
REFRESH_SECONDS = 5

router = APIRouter(include_in_schema=False)

Id = Annotated[int, Path(ge=1, le=shapes.MOST_ID)]


class HomeAsked(shapes.Asked):
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


@router.get("/")
def home(room: InRoom, asked: Annotated[HomeAsked, Query()]) -> Response:
    """What runs now, what is next, how the last crawls ended, which sources fail."""
    running = [
        listing.show(room.home, row.id, sources=0)
        for row in listing.page(room.home, limit=MOST_RUNNING, states=listing.UNENDED)
    ]
    rows = listing.page(room.home, limit=CRAWLS_A_PAGE + 1, before=asked.before)
    return _page(
        room,
        "home.html",
        running=running,
        refresh=bool(running),
        problems=room.checkup.problems(),
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
    return _page(
        room,
        "crawl.html",
        shown=shown,
        refresh=shown.crawl.state in listing.UNENDED,
        problems=(),
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


def problem_page(request: Request, problem: Problem) -> Response:
    """A problem for who looks at pages."""
    room: Room = request.app.state.room
    page = _page(room, "problem.html", problem=problem, problems=(), refresh=False)
    page.status_code = problem.status
    page.headers.update(problem.headers())
    return page


def _page(room: Room, template: str, **values: Any) -> Response:
    config, now = room.home.config, room.home.now()

    def exact(when: Any) -> str:
        return words.exact(when, config.timezone)

    html = _TEMPLATES.get_template(template).render(
        now=now,
        exact=exact,
        from_now=lambda when: words.from_now(when, now),
        version=__version__,
        token_field=TOKEN,
        form_token=room.form_token,
        refresh_seconds=REFRESH_SECONDS,
        **values,
    )
    return HTMLResponse(html, headers={"Cache-Control": "no-store"})


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


def _in_order(counts: Mapping[str, int]) -> list[tuple[str, int]]:
    """Counts in the order of the list of outcomes."""
    return [(outcome, counts[outcome]) for outcome in MEANINGS if outcome in counts]


def _end(crawl: Crawl) -> str | None:
    """Why a crawl ended, where its state does not say that."""
    return None if crawl.end_reason == str(crawl.state) else crawl.end_reason


def _is_unended(crawl: Crawl) -> bool:
    return crawl.state in listing.UNENDED


def _taken(counts: Mapping[str, int]) -> int:
    """Links that brought an article, or a new version of one."""
    return sum(counts.get(outcome, 0) for outcome in ("stored", "revised", "copy"))


def _web(url: str) -> bool:
    """True for an address that may be a link."""
    return url.lower().startswith(("http://", "https://"))


def _environment() -> Environment:
    made = Environment(
        loader=PackageLoader("crawler.desk"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters |= {
        "span": words.span,
        "counted": words.counted,
        "in_words": words.in_words,
        "short": words.short,
        "sentence": words.sentence,
        "in_order": _in_order,
        "purpose": crawls.purpose,
        "end": _end,
        "taken": _taken,
        "number": lambda number: f"{number:,}",
    }
    made.tests |= {"web": _web, "unended": _is_unended}
    made.globals["MISSED"] = CrawlState.MISSED
    return made


_TEMPLATES = _environment()
