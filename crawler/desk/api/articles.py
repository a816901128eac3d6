"""``/api/v1/articles``: lists with facets and search, one article, its text, versions, copies."""

from typing import Annotated, Any, Literal

from fastapi import Query, Request
from pydantic import Field, StringConstraints
from starlette.responses import JSONResponse, PlainTextResponse, Response

from crawler.desk import shapes
from crawler.desk.api.contract import Id, by, doors, next_page
from crawler.desk.room import From, InRoom
from crawler.services import articles, copies, raw, review, revisions
from crawler.services.review import FACETS, Order, View
from pipelines.errors import BadInput

router = doors("/articles", "articles")

_Value = Annotated[str, StringConstraints(max_length=300)]
_Values = Annotated[list[_Value], Field(default_factory=list, max_length=50)]

Reviewed = Literal["none", "keep", "dismiss", "star"]
Judged = Literal["follow_up", "candidate", "off_topic", "out_of_window", "-"]
Carried = Literal["alone", "several"]
Changed = Literal["no", "edited", "vanished"]


class ViewAsked(shapes.Asked):
    """Which list: the articles of an incident, or of all, narrowed by facets and a search."""

    incident: shapes.Word | None = Field(None, description="Slug.")
    q: Annotated[str, StringConstraints(max_length=1_000)] = Field(
        "",
        description='Words, "phrases", OR, -, parentheses, intitle:, intext:, author:, outlet:,'
        " label:, date:2014-12-19/P3D.",
    )
    review: Annotated[list[Reviewed], Field(default_factory=list, max_length=50)]
    verdict: Annotated[list[Judged], Field(default_factory=list, max_length=50)]
    outlet: _Values
    country: _Values
    language: _Values
    day: _Values = Field(description="2014-12-19, or 2014-12-19/2014-12-22.")
    source: _Values = Field(description="Ids.")
    copies: Annotated[list[Carried], Field(default_factory=list, max_length=50)]
    changed: Annotated[list[Changed], Field(default_factory=list, max_length=50)]
    label: _Values

    def view(self, order: Order = Order.PUBLISHED) -> View:
        """As the service takes it."""
        given = {name: tuple(getattr(self, name)) for name in FACETS}
        chosen = {name: values for name, values in given.items() if values}
        return View(self.incident, self.q, chosen, order)


class ListAsked(ViewAsked):
    """A page of a list."""

    order: Order = Order.PUBLISHED
    limit: int = Field(review.PAGE, ge=1, le=200)
    after: Annotated[str, StringConstraints(min_length=1, max_length=200)] | None = Field(
        None, description="`next` of the page before."
    )


class DiffAsked(shapes.Asked):
    """Two versions, `old` and `new`, or a copy; without them the last two versions."""

    old: int | None = Field(None, ge=1, le=shapes.MOST_ID)
    new: int | None = Field(None, ge=1, le=shapes.MOST_ID)
    copy_id: shapes.Id | None = Field(None, alias="copy", description="Id of a copy.")

    def versions(self) -> tuple[int, int] | None:
        """Both, or neither. Raises BadInput."""
        if self.old is None and self.new is None:
            return None
        if self.old is None or self.new is None or self.copy_id is not None:
            raise BadInput("That is half of a choice.", remedy="Give old and new, or copy alone.")
        return self.old, self.new


class Merge(shapes.Taken):
    """The other article."""

    other: shapes.Id


class Reason(shapes.Given):
    """A term that matched."""

    term: str
    kind: str
    weight: float


class Count(shapes.Given):
    """How many; `more`: at least so many."""

    n: int
    more: bool


class Line(shapes.Given):
    """An article as a line of a list; it stands for its group of copies."""

    id: int
    url: str
    title: str | None
    outlet: str | None
    language: str | None
    published_at: str | None
    first_seen_at: str
    incident: str | None = Field(description="Whose score, verdict and review these are.")
    score: float | None
    verdict: str | None
    review: str | None
    forced: bool
    reasons: list[Reason]
    group: int | None
    copies: int
    independent: int | None
    revisions: int
    labels: list[str]
    note: str | None
    partial: bool
    words: int
    vanished_at: str | None
    expired_at: str | None


class Page(shapes.Given):
    """A page of a list. `total`: articles that fit, copies too; exact to 1,000."""

    articles: list[Line]
    total: Count
    next: str | None = Field(description="Give it as `after`; null: this is the last page.")


class Choice(shapes.Given):
    """A value of a facet."""

    value: str
    said: str
    count: Count
    chosen: bool


class Facet(shapes.Given):
    """What a list can be narrowed by."""

    name: str
    choices: list[Choice]


class Article(shapes.Given):
    """One article with all that is known of it."""

    id: int
    url: str
    canonical_url: str
    title: str | None
    text: str | None = Field(description="Null: it was kept for its time, or never.")
    html: str | None
    authors: list[str]
    published_at: str | None
    published_raw: str | None
    modified_at: str | None
    language: str | None
    outlet: str | None
    section: str | None
    is_free: bool | None
    image: str | None
    partial: bool
    dates: list[dict[str, Any]]
    entries: list[dict[str, Any]]
    provenance: dict[str, str] = Field(description="Where in the page each field was found.")
    first_seen_at: str
    read_at: str | None
    reads: int
    vanished_at: str | None
    gone_reads: int
    gone_since: str | None
    cosmetic_changes: int
    source: str | None
    marks: list[tuple[int, int]] = Field(description="Stretches of the text that matched.")
    aliases: list[str]
    copies: list[dict[str, Any]]
    copy_of: int | None
    similarity: float | None
    credit: str | None
    credit_found: str | None
    origin_reason: str | None
    independent: int
    versions: list["Version"]
    headlines: list[dict[str, Any]]
    matches: list[dict[str, Any]] = Field(description="What each incident makes of it, and why.")
    unjudged: list[str] = Field(description="Open incidents that never judged it.")
    raw: str | None = Field(description="Where its page is kept.")


class Version(shapes.Given):
    """A version of an article."""

    number: int
    title: str | None
    seen_at: str
    modified_at: str | None
    words_added: int | None
    words_removed: int | None
    note: str | None = Field(description="Its outlet's own words on the text.")
    note_kind: str | None


class Side(shapes.Given):
    """One of two that are compared."""

    label: str
    title: str | None


class Span(shapes.Given):
    """Words in reading order."""

    op: str = Field(description="same, deleted, inserted, moved_away, moved_here or gap.")
    text: str


class Diff(shapes.Given):
    """What differs, word by word; no spans: nothing does."""

    old: Side
    new: Side
    headline: list[Span]
    changes: list[Span]
    words_added: int
    words_removed: int
    notes: list[dict[str, Any]]


class Group(shapes.Given):
    """The copy group of an article."""

    id: int
    group: int | None = Field(description="Null: it stands alone.")
    articles: int
    independent: int
    origin: dict[str, Any]
    carriers: list[dict[str, Any]]
    apart: list[int]


class Split(shapes.Given):
    """An article out of its group."""

    id: int
    group: int | None
    parted_from: list[int]


class Merged(shapes.Given):
    """Two groups that are one."""

    id: int
    other: int
    group: int | None
    origin: int
    articles: int


@router.get("", response_model=Page)
def list_articles(request: Request, room: InRoom, asked: Annotated[ListAsked, Query()]) -> Response:
    """A list, one line for each group of copies. The header Link names the next page."""
    found = review.page(room.home, asked.view(asked.order), after=asked.after, limit=asked.limit)
    told = {
        "articles": [line.record() for line in found.lines],
        "total": _count(found.total),
        "next": found.next,
    }
    headers = {} if found.next is None else next_page(request, after=found.next)
    return JSONResponse(told, headers=headers)


@router.get("/facets", response_model=list[Facet])
def list_facets(room: InRoom, asked: Annotated[ViewAsked, Query()]) -> Response:
    """What a list can be narrowed by, with counts: exact to 1,000."""
    return JSONResponse([_facet(one) for one in review.facets(room.home, asked.view())])


@router.get("/{id}", response_model=Article)
def show_article(room: InRoom, id: Id) -> Response:
    """One article with all that is known of it."""
    return JSONResponse(articles.show(room.home, id))


@router.get("/{id}/text", response_class=PlainTextResponse)
def article_text(room: InRoom, id: Id) -> Response:
    """The clean text alone, paragraphs parted by blank lines."""
    text = articles.show(room.home, id)["text"]
    if text is None:
        raise BadInput(
            f"The text of article {id} is not kept.", remedy="Ask for a crawl of its address."
        )
    return PlainTextResponse(text)


class Bytes(Response):
    """Bytes that no browser reads as anything."""

    media_type = "application/octet-stream"


@router.get("/{id}/raw", response_class=Bytes)
def article_raw(room: InRoom, id: Id) -> Response:
    """The page as it was fetched, byte by byte: it is a stranger's."""
    body, _ = raw.latest(room.home, id)
    return Bytes(body)


@router.get("/{id}/revisions", response_model=list[Version])
def article_revisions(room: InRoom, id: Id) -> Response:
    """Its versions, the oldest first."""
    return JSONResponse(articles.show(room.home, id)["versions"])


@router.get("/{id}/diff", response_model=Diff)
def article_diff(room: InRoom, id: Id, asked: Annotated[DiffAsked, Query()]) -> Response:
    """Two versions, or two copies, word by word."""
    return JSONResponse(
        revisions.diff(room.home, id, revisions=asked.versions(), copy=asked.copy_id)
    )


@router.get("/{id}/copies", response_model=Group)
def article_copies(room: InRoom, id: Id) -> Response:
    """Who had its text first and why, who carries it, how each differs."""
    return JSONResponse(copies.group_of(room.home, id))


@router.post("/{id}/split", response_model=Split)
def split_article(room: InRoom, caller: From, id: Id) -> Response:
    """Take it out of its group for good."""
    with room.writing():
        return JSONResponse(copies.split(room.home, id, by=by(caller)))


@router.post("/{id}/merge", response_model=Merged)
def merge_article(room: InRoom, caller: From, id: Id, taken: Merge) -> Response:
    """Put it and another, with all copies of either, into one group for good."""
    with room.writing():
        return JSONResponse(copies.merge(room.home, id, taken.other, by=by(caller)))


def _count(count: review.Count) -> dict[str, Any]:
    return {"n": count.n, "more": count.more}


def _facet(facet: review.Facet) -> dict[str, Any]:
    return {
        "name": facet.name,
        "choices": [
            {
                "value": one.value,
                "said": one.said,
                "count": _count(one.count),
                "chosen": one.is_chosen,
            }
            for one in facet.choices
        ],
    }
