"""The ledger of an incident: every link that was found and what became of it; rescue."""

from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Query
from pydantic import StringConstraints
from starlette.responses import RedirectResponse, Response

from crawler.desk import shapes
from crawler.desk.forms import OwnForm
from crawler.desk.pages.articles import Slug, incident_of
from crawler.desk.rendering import page
from crawler.desk.room import InRoom
from crawler.services import articles, crawls, review
from crawler.wanted import Wanted
from pipelines.errors import BadInput
from pipelines.outcomes import MEANINGS, Outcome
from pipelines.store.crawls import Trigger

router = APIRouter(include_in_schema=False)


class LedgerAsked(shapes.Asked):
    """Which part of it; `done`: a link that was just rescued."""

    outcome: Outcome | None = None
    after: Annotated[str, StringConstraints(max_length=200)] | None = None
    done: shapes.Id | None = None


@router.get("/incidents/{slug}/ledger")
def ledger(room: InRoom, slug: Slug, asked: Annotated[LedgerAsked, Query()]) -> Response:
    """By outcome, with counts and reasons, the latest first."""
    incident = incident_of(room, slug)
    rows, following = review.ledger_page(room.home, slug, outcome=asked.outcome, after=asked.after)
    return page(
        room,
        "ledger.html",
        place="incidents",
        tab="ledger",
        incident=incident,
        rows=rows,
        following=following,
        counts=review.ledger_counts(room.home, slug),
        outcome=asked.outcome,
        is_later=asked.after is not None,
        meanings=MEANINGS,
        done=asked.done,
    )


@router.post("/incidents/{slug}/ledger/rescue")
def rescue(room: InRoom, slug: Slug, form: OwnForm) -> Response:
    """Take a link in whatever its score: at once where its text is stored, else by a crawl that
    looks at it again."""
    link = form.get("id", [""])[0]
    if not (link.isascii() and link.isdecimal() and len(link) < 19):
        raise BadInput("That is no link.", remedy="Go back, and load the page again.")
    with room.writing():
        taken = articles.take_link(room.home, int(link), incident=slug)
        if taken.article is None:
            wanted = Wanted(incident=slug, urls=(taken.url,))
            crawl = crawls.request(room.home, wanted, trigger=Trigger.HAND, by=room.person)
    if taken.article is not None:
        return RedirectResponse(f"/articles/{taken.article}?in={quote(slug)}", 303)
    room.pulse.wake()
    return RedirectResponse(f"/crawls/{crawl}", 303)
