"""``/api/v1/ledger``, ``timeline``, ``news``: how an incident goes on; links rescued."""

from typing import Annotated, Any

from fastapi import Query, Request
from pydantic import Field, StringConstraints
from starlette.responses import JSONResponse, Response

from crawler.desk import shapes
from crawler.desk.api.contract import Id, Slug, by, doors, next_page
from crawler.desk.room import From, InRoom
from crawler.services import articles, crawls, review
from crawler.wanted import Wanted
from pipelines.dates import iso
from pipelines.outcomes import Outcome
from pipelines.store.crawls import Trigger

router = doors("", "developments")


class LedgerAsked(shapes.Asked):
    """A page of the ledger."""

    outcome: Outcome | None = None
    limit: int = Field(50, ge=1, le=500)
    after: Annotated[str, StringConstraints(min_length=1, max_length=200)] | None = None


class DaysAsked(shapes.Asked):
    """Which days; `as_of`: as it was known at the end of that day."""

    since: shapes.Day | None = None
    until: shapes.Day | None = None
    as_of: shapes.Day | None = None


class RescueTaken(shapes.Taken):
    """Into which incident; null: the only one that is open."""

    incident: shapes.Word | None = None


class LedgerRow(shapes.Given):
    """A link that was found and what became of it."""

    id: int
    url: str
    title: str | None
    source: str | None
    outcome: str | None
    verdict: str | None
    reason: str | None
    at: str
    article: int | None


class OutcomeCount(shapes.Given):
    """Links by outcome; `more`: at least so many."""

    outcome: Outcome
    n: int
    more: bool


class Rescued(shapes.Given):
    """`article` was taken in at once; else `crawl` looks at its address again."""

    id: int
    incident: str
    article: int | None
    crawl: int | None


class DayCount(shapes.Given):
    """Articles of a day."""

    day: str
    n: int


class OutletShown(shapes.Given):
    """How an outlet follows the incident."""

    name: str
    first_id: int
    first_at: str
    lag_seconds: float = Field(description="How far its first article was behind the first of all.")
    n: int
    days: dict[str, int]


class RevisedShown(shapes.Given):
    """A new version of a follow-up."""

    article: int
    number: int
    title: str | None
    outlet: str | None
    at: str
    kind: str | None


class TimelineShown(shapes.Given):
    """Coverage by day and outlet."""

    since: str
    until: str
    as_of: str | None
    days: list[DayCount]
    outlets: list[OutletShown]
    others: int
    revisions: list[RevisedShown]


class ToldShown(shapes.Given):
    """An article that is news."""

    id: int
    title: str | None
    outlet: str | None
    at: str
    said: str | None


class SilentShown(shapes.Given):
    """A source that says nothing any more."""

    id: int
    outlet: str | None
    url: str
    since: str
    said: str


class NewsShown(shapes.Given):
    """What is new since somebody looked; `since` null: they never did."""

    since: str | None
    new: list[ToldShown]
    new_count: int
    waiting: int
    first: list[ToldShown]
    corrected: list[ToldShown]
    silent: list[SilentShown]
    pulse: list[DayCount] = Field(description="Follow-ups of the last 30 days.")


@router.get("/ledger/{slug}", response_model=list[LedgerRow])
def ledger(
    request: Request, room: InRoom, slug: Slug, asked: Annotated[LedgerAsked, Query()]
) -> Response:
    """Every link that was found, the latest first. The header Link names the next page."""
    rows, following = review.ledger_page(
        room.home, slug, outcome=asked.outcome, after=asked.after, limit=asked.limit
    )
    headers = {} if following is None else next_page(request, after=following)
    return JSONResponse(rows, headers=headers)


@router.get("/ledger/{slug}/counts", response_model=list[OutcomeCount])
def ledger_counts(room: InRoom, slug: Slug) -> Response:
    """What became of the links, by outcome."""
    counts = review.ledger_counts(room.home, slug)
    told = [{"outcome": str(one.outcome), "n": one.n, "more": one.more} for one in counts]
    return JSONResponse(told)


@router.post("/ledger/links/{id}/rescue", response_model=Rescued)
def rescue(room: InRoom, caller: From, id: Id, taken: RescueTaken) -> Response:
    """Take a link in whatever its score: at once where its text is stored, else by a crawl that is
    asked for. What a site refuses is not forced."""
    crawl = None
    with room.writing():
        link = articles.take_link(room.home, id, incident=taken.incident)
        if link.article is None:
            wanted = Wanted(incident=link.slug, urls=(link.url,))
            crawl = crawls.request(room.home, wanted, trigger=Trigger.API, by=by(caller))
    if crawl is not None:
        room.pulse.wake()
    told = {"id": id, "incident": link.slug, "article": link.article, "crawl": crawl}
    return JSONResponse(told)


@router.get("/timeline/{slug}", response_model=TimelineShown)
def timeline(room: InRoom, slug: Slug, asked: Annotated[DaysAsked, Query()]) -> Response:
    """Coverage per day and outlet: who had it first and how far behind the others were."""
    told = review.timeline(room.home, slug, since=asked.since, until=asked.until, as_of=asked.as_of)
    return JSONResponse(_timeline(told))


@router.get("/news/{slug}", response_model=NewsShown)
def news(room: InRoom, caller: From, slug: Slug) -> Response:
    """What is new since whoever asks looked last, and what waits."""
    told = review.since_looked(room.home, slug, by(caller))
    return JSONResponse({**_news(told), "pulse": _days(review.pulse(room.home, slug))})


@router.post("/news/{slug}/looked", status_code=204)
def looked(room: InRoom, caller: From, slug: Slug) -> Response:
    """Whoever asks knows the incident up to now."""
    with room.writing():
        review.look(room.home, slug, by(caller))
    return Response(status_code=204)


def _days(days: Any) -> list[dict[str, Any]]:
    return [{"day": one.day.isoformat(), "n": one.n} for one in days]


def _timeline(told: review.Timeline) -> dict[str, Any]:
    return {
        "since": told.since.isoformat(),
        "until": told.until.isoformat(),
        "as_of": told.as_of and told.as_of.isoformat(),
        "days": _days(told.days),
        "outlets": [
            {
                "name": one.name,
                "first_id": one.first_id,
                "first_at": iso(one.first_at),
                "lag_seconds": one.lag.total_seconds(),
                "n": one.n,
                "days": {day.isoformat(): n for day, n in sorted(one.days.items())},
            }
            for one in told.outlets
        ],
        "others": told.others,
        "revisions": [
            {
                "article": one.article_id,
                "number": one.number,
                "title": one.title,
                "outlet": one.outlet,
                "at": iso(one.at),
                "kind": one.kind,
            }
            for one in told.revisions
        ],
    }


def _news(told: review.News) -> dict[str, Any]:
    return {
        "since": iso(told.since),
        "new": [_told(one) for one in told.new],
        "new_count": told.new_count,
        "waiting": told.waiting,
        "first": [_told(one) for one in told.first],
        "corrected": [_told(one) for one in told.corrected],
        "silent": [
            {
                "id": one.id,
                "outlet": one.outlet,
                "url": one.url,
                "since": iso(one.since),
                "said": one.said,
            }
            for one in told.silent
        ],
    }


def _told(one: Any) -> dict[str, Any]:
    return {
        "id": one.id,
        "title": one.title,
        "outlet": one.outlet,
        "at": iso(one.at),
        "said": one.said,
    }
