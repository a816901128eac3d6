"""What passes between the stages: frozen dataclasses, and with them the glossary of the fields.

    Link -> Page -> Cleaned -> Judged -> Compared -> StoredArticle

What is missing is None, never an empty string or 0. Times are aware. A time read from a page keeps
the page's own offset; all others are UTC.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from pipelines.outcomes import Outcome, Verdict


@dataclass(frozen=True, slots=True)
class Link:
    """An address that a source named, with what the source said of it.

    Attributes:
        url: the address as it was found, made absolute; it is fetched as found.
        title: headline in the feed, sitemap or anchor.
        published_at: when the source says it was published.
        snippet: the feed's summary or content as plain text; enough of it can stand in for a page
            that is behind a wall.
        language: as the source gives it (BCP 47).
        found_in: address of the feed, sitemap or page that named it.
    """

    url: str
    title: str | None = None
    published_at: datetime | None = None
    snippet: str | None = None
    language: str | None = None
    found_in: str | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """One answer to one request, before anything was read out of it.

    Attributes:
        url: the address that answered, after redirects.
        requested_url: the address that was asked for.
        status: HTTP status.
        headers: as sent, in order, names in lower case; codings of the transport are undone.
        body: raw bytes, content codings undone, charset not.
        fetched_at: when the answer was there (the product's clock).
        link_id: the frontier's row, None for what was ingested by hand.
        link: what the source said of the address, None for what was ingested by hand.
        redirects: addresses passed on the way, the first asked for first, the last not included.
        for_incident_id: the incident that a person asked to take it into, whatever its score.
    """

    url: str
    requested_url: str
    status: int
    headers: tuple[tuple[str, str], ...]
    body: bytes
    fetched_at: datetime
    link_id: int | None = None
    link: Link | None = None
    redirects: tuple[str, ...] = ()
    for_incident_id: int | None = None

    def header(self, name: str) -> str | None:
        """The last value of a header, or None."""
        wanted = name.lower()
        values = [value for key, value in self.headers if key == wanted]
        return values[-1] if values else None


@dataclass(frozen=True, slots=True)
class Dated:
    """One time that a page gives for itself.

    Attributes:
        role: "published" or "modified", as the page means it.
        raw: the characters that it was read from.
        source: where they stand, as in `Article.provenance`.
        at: the time, with the page's own offset; None where the characters give none.
        chosen: it is the one that the article goes by.
        why_not: why it can't be ("in the future", "before the web", "no time"), None where it can.
    """

    role: str
    raw: str
    source: str
    at: datetime | None
    chosen: bool = False
    why_not: str | None = None


@dataclass(frozen=True, slots=True)
class Entry:
    """One entry of a live blog: its time with the page's own offset (None: it gives none), its
    headline (None: it has none) and its text, paragraphs parted by a blank line."""

    at: datetime | None
    title: str | None
    text: str


@dataclass(frozen=True, slots=True)
class Article:
    """A page as a reader knows it.

    Attributes:
        url: the address that was read.
        canonical_url: the address that the page gives for itself, believed only within the same
            registrable domain; else `url` without tracking parameters.
        title: headline without the outlet's name.
        text: paragraphs parted by a blank line.
        authors: names of persons or agencies, as printed, without "By".
        published_at, modified_at: with the page's own offset; None where the page does not say or
            says what cannot be.
        published_raw, modified_raw: the characters from which those were read, kept also where no
            time came of them.
        language: BCP 47 primary subtag in lower case ("en").
        outlet: name of the publication where the page gives it, else the site's host.
        image: address of the picture that the page gives for itself.
        partial: a teaser or a feed's summary, not the whole text.
        aliases: other addresses of the same article (redirects, AMP twin, og:url), same domain.
        provenance: for each field that was filled, where it was read ("json-ld", "og", "meta",
            "time", "visible", "url", "header", "link", "guess").
        section: the part of the outlet that it stands in, as the page names it ("World").
        is_free: whether it can be read without paying, as the page says; None: it doesn't say.
        html: the text as a fragment of clean HTML: paragraphs, headings, lists, quotes and links
            from the allow-list of `pipelines.clean.fragment`; None where there is no markup.
        dates: every time that the page gives for its publication or change, in the order of trust.
        entries: of a live blog, its entries in the page's order; () for any other article.
    """

    url: str
    canonical_url: str
    title: str | None
    text: str
    authors: tuple[str, ...] = ()
    published_at: datetime | None = None
    published_raw: str | None = None
    modified_at: datetime | None = None
    modified_raw: str | None = None
    language: str | None = None
    outlet: str | None = None
    image: str | None = None
    partial: bool = False
    aliases: tuple[str, ...] = ()
    provenance: Mapping[str, str] = field(default_factory=dict)
    section: str | None = None
    is_free: bool | None = None
    html: str | None = None
    dates: tuple[Dated, ...] = ()
    entries: tuple[Entry, ...] = ()


@dataclass(frozen=True, slots=True)
class Cleaned:
    """A page and what the cleaner made of it: an article, or an outcome and why.

    Exactly one of `article` and `outcome` is set. `withhold_raw` says why the raw answer must not
    be kept (noarchive, a wall), None where it may be.
    """

    page: Page
    article: Article | None
    outcome: Outcome | None = None
    reason: str | None = None
    withhold_raw: str | None = None


@dataclass(frozen=True, slots=True)
class Reason:
    """One summand of a score: `term` as a reader knows it, its `kind`, its share of the score."""

    term: str
    kind: str
    weight: float


@dataclass(frozen=True, slots=True)
class Relevance:
    """What one incident makes of one article. `score` is the sum of the weights of all reasons;
    `reasons` are the heaviest, in falling order. `forced`: a person asked for it to be taken in."""

    incident_id: int
    score: float
    verdict: Verdict
    reasons: Sequence[Reason] = ()
    forced: bool = False


@dataclass(frozen=True, slots=True)
class Judged:
    """A cleaned page with the verdicts of all open incidents; none where there is no article."""

    cleaned: Cleaned
    relevance: tuple[Relevance, ...] = ()


#: A passage that so many articles have is boilerplate. Without a cap precision falls from 1.00 to
#: .44 on pages that share a newsletter box.
COMMON_FROM = 12
#: A story of an agency stands in more articles than that. Passages in up to so many are looked at a
#: second time, with more care.
WIDESPREAD_FROM = 300


@dataclass(frozen=True, slots=True)
class Sketch:
    """What is compared of a text (`dedupe.sketch`).

    Attributes:
        samples: the kept shingles as signed 32-bit numbers, in the order of the text, each once.
        shingles: number of different shingles before sampling.
        digest: of the whole text after normalising, a signed 64-bit number.
        is_about_title: most words of the headline stand in the text.
    """

    samples: tuple[int, ...]
    shingles: int
    digest: int
    is_about_title: bool = False

    @property
    def whole(self) -> int:
        """The key, a signed 32-bit number, of texts that are the same to the word."""
        return (self.digest & 0xFFFFFFFF) - 0x80000000


class DuplicateKind(StrEnum):
    """By what two articles were found to be the same; HAND is a person's word."""

    URL = "url"
    TEXT = "text"
    NEAR = "near"
    HAND = "hand"


@dataclass(frozen=True, slots=True)
class Duplicate:
    """The stored article that a new one repeats.

    `kind` URL means the same article (a second reading of it); TEXT and NEAR mean a copy elsewhere.
    `similarity` is the larger containment of the one text's shingles in the other's, 0 to 1.
    """

    article_id: int
    kind: DuplicateKind
    similarity: float


class Change(StrEnum):
    """What became of a stored article between two readings. Only REVISED makes a revision; CUT is
    an answer that holds the beginning of the text, or none of it."""

    UNCHANGED = "unchanged"
    COSMETIC = "cosmetic"
    REVISED = "revised"
    CUT = "cut"


@dataclass(frozen=True, slots=True)
class Compared:
    """A judged page and, where there is one, the stored article that it repeats.

    Attributes:
        revises: it is a new version of that article (`duplicate` is of kind URL then).
        sketch: by which later texts are compared with this one; None where none is kept of it.
        last_id: of the articles that it was compared with; None where it repeats one by address.
        change: of that article between its version and this reading; None where it repeats none by
            address, or was read at another of its addresses.
    """

    judged: Judged
    duplicate: Duplicate | None = None
    revises: bool = False
    sketch: Sketch | None = None
    last_id: int | None = None
    change: Change | None = None


@dataclass(frozen=True, slots=True)
class StoredArticle:
    """What the last stage hands on, and what ``scrapy crawl ... -O out.jsonl`` writes."""

    id: int
    url: str
    canonical_url: str
    title: str | None
    text: str
    authors: tuple[str, ...]
    published_at: datetime | None
    modified_at: datetime | None
    first_seen_at: datetime
    outlet: str | None
    language: str | None
    outcome: Outcome
    copy_of: int | None
    verdicts: Mapping[str, str]
