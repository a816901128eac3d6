"""A stored article with its current text, as it is read from its rows."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta, timezone
from typing import Any

from sqlalchemy import Row, Select, select

from pipelines.items import Dated, DuplicateKind, Entry
from pipelines.outcomes import Outcome
from pipelines.records import dates_of, entries_of
from pipelines.store.schema import article, revision
from pipelines.store.texts import CURRENT


@dataclass(frozen=True, slots=True)
class Known:
    """A stored article with its current text.

    Attributes:
        key: of the address by which it was stored.
        published_at, modified_at: with the page's own offset.
        read_at, reads: the last reading, and how many there were.
        due_at: the next reading; None is never.
        text, html: None where it expired; `html` also where it came without markup.
        section, is_free, dates, entries: as `items.Article` has them.
        outcome: it was stored with.
        number: of its current version; it was edited one time less.
        copy_of, group: of the copy group; both None where it stands alone.
        expires_at: when its text is to go; None where it stays.
        gone_reads, gone_since: good answers without its text in a row, and the first of them.
        cosmetic_changes: differences that made no version; `cosmetic_sha256` of the last reading,
            where it had one.
        credit, credit_found: the agency it is credited to and where that stands.
    """

    id: int
    key: str
    url: str
    canonical_url: str
    host: str
    title: str | None
    text: str | None
    html: str | None
    authors: tuple[str, ...]
    published_at: datetime | None
    published_raw: str | None
    modified_at: datetime | None
    modified_raw: str | None
    first_seen_at: datetime
    listed_at: datetime
    read_at: datetime
    reads: int
    due_at: datetime | None
    language: str | None
    outlet: str | None
    section: str | None
    is_free: bool | None
    image: str | None
    partial: bool
    words: int
    text_sha256: str
    provenance: Mapping[str, str]
    dates: tuple[Dated, ...]
    entries: tuple[Entry, ...]
    source_id: int | None
    etag: str | None
    last_modified: str | None
    outcome: Outcome
    copy_of: int | None
    group: int | None
    duplicate_kind: DuplicateKind | None
    similarity: float | None
    expires_at: datetime | None
    expired_at: datetime | None
    vanished_at: datetime | None
    gone_reads: int
    gone_since: datetime | None
    cosmetic_changes: int
    cosmetic_sha256: str | None
    credit: str | None
    credit_found: str | None
    number: int

    @property
    def edits(self) -> int:
        """How often it was edited since it was first read."""
        return self.number - 1


#: Rows from which `known_of` reads.
KNOWN: Select[Any] = select(
    article, revision.c.text, revision.c.html, revision.c.entries, revision.c.number
).select_from(CURRENT)


def known_of(row: Row[Any]) -> Known:
    """A row of `KNOWN`."""
    values = dict(row._mapping)
    for name in ("published", "modified"):
        offset = values.pop(f"{name}_offset")
        at = values[f"{name}_at"]
        values[f"{name}_at"] = None if at is None else with_offset(at, offset)
    values["group"] = values.pop("group_id")
    values["authors"] = tuple(values["authors"])
    values["dates"] = dates_of(values["dates"] or ())
    values["entries"] = entries_of(values["entries"] or ())
    values["outcome"] = Outcome(values["outcome"])
    if values["duplicate_kind"] is not None:
        values["duplicate_kind"] = DuplicateKind(values["duplicate_kind"])
    return Known(**values)


def with_offset(at: datetime, minutes: int | None) -> datetime:
    """A UTC time as the page gave it, `minutes` east of UTC."""
    return at if not minutes else at.astimezone(timezone(timedelta(minutes=minutes)))
