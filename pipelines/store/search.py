"""Finding articles: filters, full text, newest first.

One normal form of text is indexed and asked for on both databases: words as `pipelines.text` parts
them (unspaced scripts in overlapping pairs), case folded, Latin letters without their accents. So
the databases' own tokenizers, which differ, have nothing left to decide.

Known mistake: a word that stands in most articles costs as much as sorting all of them (2 s at a
million on SQLite); the way out is an index ordered by time.
"""

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    and_,
    column,
    false,
    func,
    literal_column,
    or_,
    select,
    table,
    text,
)

from pipelines.outcomes import Outcome, Verdict
from pipelines.store.schema import article, match, revision
from pipelines.text import words

#: Characters of a text that are indexed; PostgreSQL takes no more than a megabyte of lexemes.
INDEXED_CHARACTERS = 200_000
#: Words of a query that count; nobody types more.
QUERY_WORDS = 40

#: Combining marks on a Latin letter. Elsewhere (Indic, Hebrew) marks are part of the word.
_ACCENTS = re.compile("(?<=[a-z])[\u0300-\u036f]+")
_QUOTED = re.compile(r'"([^"]*)"?|(\S+)')


@dataclass(frozen=True, slots=True)
class Place:
    """Where a page of a list ended; the next one begins after it."""

    listed_at: datetime
    id: int


@dataclass(frozen=True, slots=True)
class Filter:
    """Which articles are wanted; what is None or empty does not narrow.

    Attributes:
        incident_id: those with a match with this incident; `verdicts` and `review` mean its own.
        verdicts: without an incident, those of any.
        review: "keep", "dismiss", "star", or "none" for those not reviewed.
        outlet: its name, in any case of letters, or its host.
        since, until: of publication, or of the first reading where that is unknown; both included.
        text: words that must all stand in it; "quoted words" must follow each other.
        limit: rows at most.
        after: the `Place` after which to go on.
    """

    incident_id: int | None = None
    verdicts: tuple[Verdict, ...] = ()
    review: str | None = None
    outlet: str | None = None
    since: datetime | None = None
    until: datetime | None = None
    text: str | None = None
    limit: int = 50
    after: Place | None = None


@dataclass(frozen=True, slots=True)
class Listed:
    """An article as a line of a list. `verdict`, `score`, `review` and `forced` are of the
    incident that was filtered by, None without one; `edits` counts its revisions after the first.
    """

    id: int
    url: str
    canonical_url: str
    title: str | None
    outlet: str | None
    language: str | None
    published_at: datetime | None
    first_seen_at: datetime
    listed_at: datetime
    outcome: Outcome
    copy_of: int | None
    group: int | None
    partial: bool
    words: int
    edits: int
    expired_at: datetime | None
    vanished_at: datetime | None
    verdict: Verdict | None
    score: float | None
    review: str | None
    forced: bool | None

    @property
    def place(self) -> Place:
        """Where a list that ends with this line goes on."""
        return Place(self.listed_at, self.id)


def find(conn: Connection, wanted: Filter) -> list[Listed]:
    """The articles that pass, the newest published first. Any text whatever is a valid query; one
    without a word in it finds nothing."""
    query = _with_match(wanted)
    for condition in _conditions(conn, wanted):
        query = query.where(condition)
    query = query.order_by(article.c.listed_at.desc(), article.c.id.desc()).limit(wanted.limit)
    return [_listed(row._mapping) for row in conn.execute(query)]


def _with_match(wanted: Filter) -> Select[Any]:
    edits = (
        select(func.count() - 1)
        .where(revision.c.article_id == article.c.id)
        .correlate(article)
        .scalar_subquery()
        .label("edits")
    )
    columns = [c for c in article.c if c.name in Listed.__dataclass_fields__]
    columns.append(article.c.group_id)
    if wanted.incident_id is None:
        return select(*columns, edits)
    judged = [match.c.verdict, match.c.score, match.c.review, match.c.forced]
    on = and_(match.c.article_id == article.c.id, match.c.incident_id == wanted.incident_id)
    return select(*columns, edits, *judged).join(match, on)


def _conditions(conn: Connection, wanted: Filter) -> Iterable[ColumnElement[bool]]:
    yield from _match_conditions(wanted)
    if wanted.outlet is not None:
        name = wanted.outlet.strip()
        yield or_(named(name), article.c.host == name.lower())
    if wanted.since is not None:
        yield article.c.listed_at >= wanted.since
    if wanted.until is not None:
        yield article.c.listed_at <= wanted.until
    if wanted.text is not None:
        yield _has_words(conn, wanted.text)
    if wanted.after is not None:
        at, id = wanted.after.listed_at, wanted.after.id
        yield or_(article.c.listed_at < at, and_(article.c.listed_at == at, article.c.id < id))


def named(outlet: str) -> ColumnElement[bool]:
    """The condition that an article's outlet has a name, in any case of ASCII letters: SQLite's
    lower() knows no others."""
    return or_(article.c.outlet == outlet, func.lower(article.c.outlet) == outlet.lower())


def _match_conditions(wanted: Filter) -> Iterable[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if wanted.verdicts:
        conditions.append(match.c.verdict.in_(wanted.verdicts))
    if wanted.review == "none":
        conditions.append(match.c.review.is_(None))
    elif wanted.review is not None:
        conditions.append(match.c.review == wanted.review)
    if wanted.incident_id is not None or not conditions:
        return conditions
    return [
        select(match.c.article_id).where(match.c.article_id == article.c.id, *conditions).exists()
    ]


def _listed(row: Any) -> Listed:
    values = dict(row)
    values["group"] = values.pop("group_id")
    values["outcome"] = Outcome(values["outcome"])
    verdict = values.get("verdict")
    values["verdict"] = None if verdict is None else Verdict(verdict)
    for name in ("score", "review", "forced"):
        values.setdefault(name, None)
    return Listed(**values)


# ------------------------------------------------------------------------------- the index itself


def add(
    conn: Connection,
    article_id: int,
    *,
    title: str | None,
    text: str,
    outlet: str | None,
    authors: Iterable[str],
) -> None:
    """Puts an article into the full-text index; what was there of it must be removed before."""
    fields = {
        "title": indexed(title or ""),
        "text": indexed(text),
        "outlet": indexed(outlet or ""),
        "authors": indexed("\n".join(authors)),
    }
    conn.execute(_INSERT[conn.dialect.name], {"id": article_id, **fields})


def remove(conn: Connection, article_ids: Iterable[int]) -> None:
    """Takes articles out of the full-text index."""
    for id in article_ids:
        conn.execute(_DELETE[conn.dialect.name], {"id": id})


def indexed(text: str) -> str:
    """The normal form that is indexed: words parted by single blanks."""
    return " ".join(_words(text[:INDEXED_CHARACTERS]))


_INSERT = {
    "sqlite": text(
        "INSERT INTO article_search (rowid, title, text, outlet, authors)"
        " VALUES (:id, :title, :text, :outlet, :authors)"
    ),
    "postgresql": text(
        "INSERT INTO article_search (article_id, document) VALUES (:id,"
        " setweight(to_tsvector('simple', :title), 'A')"
        " || setweight(to_tsvector('simple', :text), 'D')"
        " || setweight(to_tsvector('simple', :outlet), 'C')"
        " || setweight(to_tsvector('simple', :authors), 'B'))"
    ),
}
_DELETE = {
    "sqlite": text("DELETE FROM article_search WHERE rowid = :id"),
    "postgresql": text("DELETE FROM article_search WHERE article_id = :id"),
}


def _words(text: str) -> list[str]:
    return words(_ACCENTS.sub("", unicodedata.normalize("NFKD", text.casefold())))


def _phrases(query: str) -> list[list[str]]:
    """What must stand in an article: runs of words that follow each other."""
    found: list[list[str]] = []
    room = QUERY_WORDS
    for quoted, bare in _QUOTED.findall(query[:INDEXED_CHARACTERS]):
        run = _words(quoted or bare)[:room]
        room -= len(run)
        if run:
            found.append(run)
    return found


def _has_words(conn: Connection, query: str) -> ColumnElement[bool]:
    phrases = [" ".join(run) for run in _phrases(query)]
    if not phrases:
        return false()
    if conn.dialect.name == "sqlite":
        asked = " AND ".join(f'"{phrase}"' for phrase in phrases)
        return article.c.id.in_(select(_FTS5.c.rowid).where(_FTS5_ITSELF.op("MATCH")(asked)))
    holds = (_TSVECTOR.c.document.op("@@")(_tsquery(phrase)) for phrase in phrases)
    return article.c.id.in_(select(_TSVECTOR.c.article_id).where(*holds))


_FTS5 = table("article_search", column("rowid"))
_FTS5_ITSELF: ColumnElement[str] = literal_column("article_search")
_TSVECTOR = table("article_search", column("article_id"), column("document"))


def _tsquery(phrase: str) -> ColumnElement[str]:
    return func.phraseto_tsquery(literal_column("'simple'::regconfig"), phrase)
