"""What the API takes and gives, field by field, as its OpenAPI shows it.

What comes in is checked here, and what is not known is refused. What goes out is made by the
services; `extra` there says that later versions may add fields.
"""

from datetime import date
from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, field_validator

from pipelines.store.crawls import CrawlState

#: Most that one request names; more is asked for in several.
MOST_SOURCES = 1_000
MOST_URLS = 200
#: Highest id that the store can hold.
MOST_ID = 2**63 - 1

Address = Annotated[str, StringConstraints(min_length=1, max_length=2_000)]
Word = Annotated[str, StringConstraints(min_length=1, max_length=200)]
Id = Annotated[int, Field(ge=1, le=MOST_ID)]
#: A day of the calendar on which there can be news.
Day = Annotated[date, Field(ge=date(1900, 1, 1), le=date(2200, 12, 31), strict=False)]


def _without_nul(given: Any) -> Any:
    """As given. No text of a person has the character NUL, and PostgreSQL stores none."""
    for text in given if isinstance(given, list) else (given,):
        if isinstance(text, str) and "\0" in text:
            raise ValueError("it has a NUL character")
    return given


class Taken(BaseModel):
    """A body; unknown fields are refused, and nothing is converted silently."""

    model_config = ConfigDict(extra="forbid", strict=True)

    _without_nul = field_validator("*", mode="before")(_without_nul)


class Asked(BaseModel):
    """Parameters of an address; unknown ones are refused."""

    model_config = ConfigDict(extra="forbid")

    _without_nul = field_validator("*", mode="before")(_without_nul)


class Given(BaseModel):
    """An answer."""

    model_config = ConfigDict(extra="allow")


class CrawlWanted(Taken):
    """What a crawl is to do. Empty: all that open incidents follow."""

    incident: Word | None = Field(None, description="Slug; only what this incident follows.")
    sources: list[Id] = Field([], max_length=MOST_SOURCES, description="Only these sources.")
    urls: list[Address] = Field(
        [], max_length=MOST_URLS, description="These addresses, known or not."
    )
    all: bool = Field(False, description="Also sources that no open incident follows.")


class CrawlsAsked(Asked):
    """Which crawls are listed."""

    limit: int = Field(50, ge=1, le=500)
    before: Id | None = Field(None, description="Only crawls with a lower id: the next page.")
    state: CrawlState | None = None


class LogAsked(Asked):
    """How much of a log."""

    lines: int = Field(200, ge=1, le=5_000, description="Of its end.")


class SourcesAsked(Asked):
    """Which sources are listed."""

    limit: int = Field(10_000, ge=1, le=100_000)
    after: int = Field(0, ge=0, le=MOST_ID, description="Only sources with a higher id.")


class Crawl(Given):
    """A crawl. Times are ISO 8601 in UTC on the product's clock; null is unknown or not yet."""

    id: int
    trigger: str
    state: CrawlState
    requested_by: str
    request: dict[str, Any] = Field(description="What it is for.")
    requested_at: str
    started_at: str | None
    ended_at: str | None
    end_reason: str | None
    counts: dict[str, int] = Field(description="Links by outcome; empty until it ended.")
    links_found: int | None
    requests: int
    seconds: float | None = Field(description="Real seconds from start to end.")
    progress: dict[str, Any] | None = Field(
        description="Sources and pages read so far, hosts that are asked and waited for."
    )


class Polled(Given):
    """A source on a crawl's list."""

    id: int
    url: str
    outlet: str | None
    due_at: str | None
    given_by: int | None = Field(description="The crawl that handed it over; null: its own.")
    ending: str | None = Field(description="polled, failed, left or handed; null: still open.")
    reason: str | None
    links: int | None = Field(description="New links that it brought.")
    at: str


class CrawlShown(Crawl):
    """One crawl; its counts are as they are now, while it runs too."""

    links_found: int
    open: int = Field(description="Links without an outcome; 0 once it ended.")
    cancel_requested_at: str | None
    result: dict[str, Any]
    endings: dict[str, int] = Field(description="Its sources by ending.")
    sources: list[Polled] = Field(description="The first 500, the open ones first.")


class Requested(Crawl):
    """A crawl that was just asked for."""


class Cancelled(Given):
    """What a crawl was, and what it is now that its end was asked for."""

    id: int
    was: CrawlState
    state: CrawlState


class Source(Given):
    """A source as `followup source list --json` gives it."""

    id: int
    kind: str
    url: str
    outlet: str | None
    language: str | None
    country: str | None
    tags: list[str]
    health: str
    reason: str | None
    since: str | None
    due_at: str | None
    polled_at: str | None


class Incident(Given):
    """An incident's name."""

    id: int
    slug: str
    title: str
    open: bool


class HealthProblem(Given):
    """Why the server is not healthy."""

    part: str = Field(description="schedule, database or disk")
    said: str
    detail: str | None
    remedy: str | None


class Health(Given):
    """How the server does."""

    status: str = Field(description="ok or failing")
    problems: list[HealthProblem]
    version: str
    now: str = Field(description="The product's time.")


class Problem(Given):
    """Problem details (RFC 9457)."""

    type: str
    title: str
    status: int
    detail: str
    remedy: str | None = None
    errors: list[dict[str, str]] = []
