"""Incident, Profile and Source: their rules, not their rows.

A `Profile` is what an incident is recognised by. `pipelines.relevance` derives it from seeds and
scores with it; people read and edit it; the store keeps it as JSON.
"""

import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from pipelines.errors import BadInput

#: A window opens this long before the earliest dated seed: the first seed that people have at hand
#: is seldom the first report. Coverage of the Sony attack began 25 days before the attribution.
WINDOW_LEAD = timedelta(days=30)

_SLUG = re.compile(r"[a-z0-9][a-z0-9-]{0,62}")


class SourceKind(StrEnum):
    """How links are read out of a source."""

    FEED = "feed"
    SITEMAP = "sitemap"
    SECTION = "section"
    SEARCH = "search"
    ARCHIVE = "archive"


class Health(StrEnum):
    """How a source does. The store keeps a reason and since when beside it."""

    NEW = "new"
    OK = "ok"
    FAILING = "failing"
    DENIED = "denied"


@dataclass(frozen=True, slots=True)
class Window:
    """When coverage must have been published to count. None leaves that end open."""

    since: datetime | None = None
    until: datetime | None = None

    def holds(self, published_at: datetime | None) -> bool:
        """True within the window; an unknown time is never held against an article."""
        if published_at is None:
            return True
        if self.since is not None and published_at < self.since:
            return False
        return self.until is None or published_at <= self.until


@dataclass(frozen=True, slots=True)
class Term:
    """A feature of a profile. `text` is its key and is shown; `kind` is "term" (a word, by its
    prefix), "name" (capitalised words), "number" (with the word beside it) or "alias" (given by
    hand); `weight` is not negative. Of a learned one `since` is when the first of the articles that
    taught it was accepted, `articles` are their ids."""

    text: str
    kind: str
    weight: float
    since: datetime | None = None
    articles: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Learned:
    """What coverage has taught about an incident since its seeds.

    Attributes:
        terms: what the accepted coverage says beside the own terms, heaviest first.
        against: what the coverage of other incidents says that came near, heaviest first; their
            weights count against an article.
        share: how heavy `terms` are together beside the own ones, one half at most.
        threshold: score from which an article is a follow-up, in place of the own one.
        accepted: how many articles taught it.
    """

    terms: tuple[Term, ...]
    against: tuple[Term, ...]
    share: float
    threshold: float
    accepted: int


@dataclass(frozen=True, slots=True)
class Profile:
    """What an incident is recognised by.

    Attributes:
        terms: features and weights, heaviest first: of the seeds, and as people edited them.
        languages: of the seeds.
        threshold: score from which an article is a follow-up.
        candidate_threshold: score from which it is kept apart for review.
        fixed: a person set the thresholds; what was learned doesn't move them.
        learned: what coverage has added; None where nothing has yet.
        refused: terms that a person does not want learned, as written.
        learns: whether coverage and decisions change `learned`.
    """

    terms: tuple[Term, ...]
    languages: tuple[str, ...]
    threshold: float
    candidate_threshold: float
    learned: Learned | None = None
    refused: tuple[str, ...] = ()
    learns: bool = True
    fixed: bool = False


@dataclass(frozen=True, slots=True)
class Seed:
    """An article that says what the incident is."""

    text: str
    title: str | None = None
    url: str | None = None
    published_at: datetime | None = None
    language: str | None = None


@dataclass(frozen=True, slots=True)
class Follows:
    """Which sources an incident follows: all of them while every tuple is empty, else those that
    it names by id, tag, language or country."""

    ids: tuple[int, ...] = ()
    tags: tuple[str, ...] = ()
    languages: tuple[str, ...] = ()
    countries: tuple[str, ...] = ()

    def takes(
        self, id: int, tags: tuple[str, ...], language: str | None, country: str | None
    ) -> bool:
        """True if a source with these marks is followed."""
        if not (self.ids or self.tags or self.languages or self.countries):
            return True
        return (
            id in self.ids
            or any(tag in self.tags for tag in tags)
            or (language is not None and language in self.languages)
            or (country is not None and country in self.countries)
        )


@dataclass(frozen=True, slots=True)
class Incident:
    """Something that happened and is followed. `id` and `created_at` are None until stored."""

    slug: str
    title: str
    profile: Profile
    brief: str | None = None
    seeds: tuple[Seed, ...] = ()
    window: Window = field(default_factory=Window)
    follows: Follows = field(default_factory=Follows)
    is_open: bool = True
    id: int | None = None
    created_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Source:
    """A place that names links. `id` is None until stored."""

    kind: SourceKind
    url: str
    outlet: str | None = None
    language: str | None = None
    country: str | None = None
    tags: tuple[str, ...] = ()
    health: Health = Health.NEW
    health_reason: str | None = None
    health_since: datetime | None = None
    due_at: datetime | None = None
    polled_at: datetime | None = None
    id: int | None = None


def check_slug(slug: str) -> str:
    """The slug itself, or BadInput that says what one looks like."""
    if not _SLUG.fullmatch(slug):
        raise BadInput(
            f"{slug!r} cannot name an incident.",
            remedy="Use small letters, digits and hyphens, e.g. sony-hack.",
        )
    return slug


def window_of(
    seeds: tuple[Seed, ...], since: datetime | None = None, until: datetime | None = None
) -> Window:
    """The window that was asked for, or one that opens `WINDOW_LEAD` before the earliest seed.

    Raises BadInput where the window would end before it begins.
    """
    if since is not None and until is not None and until < since:
        raise BadInput("The window ends before it begins.", remedy="Swap --since and --until.")
    if since is None:
        dated = [seed.published_at for seed in seeds if seed.published_at is not None]
        since = min(dated) - WINDOW_LEAD if dated else None
        if since is not None and until is not None and since > until:
            since = None
    return Window(since, until)
