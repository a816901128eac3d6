"""Articles: the lists of an incident and of all, one article, its changes, its raw page."""

import re
from dataclasses import dataclass
from typing import Annotated, Any

from fastapi import APIRouter, Path, Query
from pydantic import Field
from starlette.responses import Response

from crawler.desk import shapes
from crawler.desk.reading import SHOWN_REASONS, blocks_of, summed
from crawler.desk.rendering import page
from crawler.desk.room import InRoom, Room
from crawler.desk.told import read_done
from crawler.desk.views import Listed, Shown, Within, shown
from crawler.services import articles, listing, raw, review, revisions, standing
from pipelines.clean import decode
from pipelines.errors import BadInput, UnknownThing
from pipelines.store.overview import Followed

router = APIRouter(include_in_schema=False)

Id = Annotated[int, Path(ge=1, le=shapes.MOST_ID)]
Slug = Annotated[str, Path(max_length=200)]

#: Values of a facet that stand open; the rest unfolds.
SHOWN_VALUES = 8
#: What the kept raw page may do in the browser: nothing. It is a stranger's.
SANDBOX = (
    "sandbox; default-src 'none'; style-src 'unsafe-inline'; form-action 'none'; base-uri 'none'"
)


class ChangesAsked(shapes.Asked):
    """Which two texts are compared: versions `a` and `b`, or a copy."""

    a: shapes.Id | None = None
    b: shapes.Id | None = None
    beside: shapes.Id | None = Field(None, alias="copy")


_UNJUDGED = standing.Standing(None, (), ())


@dataclass(frozen=True, slots=True)
class _Read:
    """A list that was read; `said` is why it could not be."""

    page: review.Page
    facets: tuple[review.Facet, ...]
    said: str | None = None


@router.get("/articles")
def list_articles(room: InRoom, asked: Listed) -> Response:
    """The articles of all incidents."""
    return _list(room, shown(asked, None), asked, None)


@router.get("/incidents/{slug}")
def list_of_incident(room: InRoom, slug: Slug, asked: Listed) -> Response:
    """An incident begins with what waits for a person."""
    incident = incident_of(room, slug)
    return _list(room, shown(asked, slug), asked, incident)


def incident_of(room: Room, slug: str) -> Followed:
    """The incident of that name. Raises UnknownThing."""
    for one in listing.incidents(room.home):
        if one.slug == slug:
            return one
    raise UnknownThing("incident", slug, remedy="The first page has all of them.")


def _list(room: Room, view: Shown, asked: Any, incident: Followed | None) -> Response:
    read = _read(room, view, asked.after)
    told = page(
        room,
        "articles.html",
        place="articles" if incident is None else "incidents",
        tab="review" if view.is_first else "all",
        incident=incident,
        incidents={one.slug: one for one in listing.incidents(room.home)},
        view=view,
        found=read.page,
        facets=read.facets,
        shown_values=SHOWN_VALUES,
        said=read.said,
        is_later=asked.after is not None,
        saved=review.saved_searches(room.home, view.view.incident),
        done=read_done(asked.done),
        effect=room.afterthoughts.of(view.view.incident) if view.view.incident else None,
    )
    if read.said:
        told.status_code = 422
    return told


def _read(room: Room, view: Shown, after: str | None) -> _Read:
    """A list; where the query cannot be read, none, and why."""
    try:
        found = review.page(room.home, view.view, after=after)
        return _Read(found, review.facets(room.home, view.view))
    except UnknownThing:
        raise
    except BadInput as error:
        said = " ".join(filter(None, (error.message, error.remedy)))
        return _Read(review.Page((), None, review.Count(0)), (), said)


@router.get("/articles/{id}")
def show_article(room: InRoom, id: Id, asked: Within) -> Response:
    """One article: its text, why it is here, where it came from, who else has it."""
    record = articles.show(room.home, id)
    view = shown(asked, asked.within)
    slug = asked.within or next((match["incident"] for match in record["matches"]), None)
    match = next((one for one in record["matches"] if one["incident"] == slug), None)
    before, after = _neighbours(room, view, id)
    return page(
        room,
        "article.html",
        place="articles" if slug is None else "incidents",
        article=record,
        view=view,
        match=match,
        others=[one for one in record["matches"] if one is not match],
        incident=next((one for one in listing.incidents(room.home) if one.slug == slug), None),
        blocks=blocks_of(record["text"], record["marks"]),
        reasons=summed(match["reasons"]) if match else (),
        standing=standing.of_articles(room.home, [id], slug).get(id, _UNJUDGED),
        shown_reasons=SHOWN_REASONS,
        before=before,
        after=after,
        done=read_done(asked.done),
    )


def _neighbours(room: Room, view: Shown, id: int) -> tuple[int | None, int | None]:
    try:
        return review.neighbours(room.home, view.view, id)
    except BadInput:
        return None, None


@router.get("/articles/{id}/changes")
def show_changes(room: InRoom, id: Id, asked: Annotated[ChangesAsked, Query()]) -> Response:
    """What changed between two versions, or between two copies, by word."""
    record = articles.show(room.home, id)
    versions = (asked.a, asked.b) if asked.a is not None and asked.b is not None else None
    told, said = None, None
    try:
        told = revisions.diff(room.home, id, revisions=versions, copy=asked.beside)
    except BadInput as error:
        said = " ".join(filter(None, (error.message, error.remedy)))
    return page(
        room,
        "changes.html",
        place="incidents",
        article=record,
        told=told,
        said=said,
        versions=versions,
        copy=asked.beside,
    )


@router.get("/articles/{id}/raw")
def raw_page(room: InRoom, id: Id) -> Response:
    """The page as it was fetched: sandboxed where it is markup, else plain characters. It runs
    nothing, loads nothing, connects to nobody and is never the desk's own."""
    body, kind = raw.latest(room.home, id)
    text = decode(body, kind)
    is_markup = (kind or _HTML).partition(";")[0].strip().lower() in _MARKUP
    return Response(
        _LOADING.sub(r"\1x-", text) if is_markup else text,
        headers={
            "Content-Type": f"{_HTML if is_markup else 'text/plain'}; charset=utf-8",
            "Content-Security-Policy": SANDBOX,
            "Cache-Control": "no-store",
        },
    )


_HTML = "text/html"
_MARKUP = frozenset({_HTML, "application/xhtml+xml"})
#: A policy stops what these would fetch, but not in every browser that it connects to the address.
_LOADING = re.compile(r"(</?)(?=(?:link|i?frame|object|embed)[\s/>])", re.IGNORECASE)
