"""Sources and the documents they are read from, with their validators."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, delete, func, select, update

from pipelines.errors import BadInput, UnknownThing
from pipelines.incident import Health, Source, SourceKind
from pipelines.store.database import chunks, insert_into
from pipelines.store.schema import document, source
from pipelines.store.validators import Validators

#: Longest address of a source, in bytes; a longer one fits no index row of PostgreSQL.
MAX_URL_BYTES = 2_000


def add(conn: Connection, new: Source, *, now: datetime) -> tuple[int, bool]:
    """The source's id, and whether it was made now: an address is a source only once.

    Marks of a source that is there already are left as they are.
    """
    if len(new.url.encode(errors="replace")) > MAX_URL_BYTES:
        raise BadInput(f"The address {new.url[:80]!r}… is too long.", remedy="Shorten it.")
    made = conn.execute(
        insert_into(conn, source)
        .values(
            kind=new.kind,
            url=new.url,
            outlet=new.outlet,
            language=new.language,
            country=new.country,
            tags=list(new.tags),
            health=new.health,
            health_reason=new.health_reason,
            health_since=new.health_since or now,
            failures=0,
            quiet_polls=0,
            resting=False,
            due_at=new.due_at,
            polled_at=new.polled_at,
            added_at=now,
        )
        .on_conflict_do_nothing(index_elements=[source.c.url])
        .returning(source.c.id)
    ).scalar()
    if made is not None:
        return int(made), True
    known = conn.execute(select(source.c.id).where(source.c.url == new.url)).scalar_one()
    return int(known), False


def get(conn: Connection, id: int) -> Source:
    """Raises UnknownThing where there is none of that id."""
    row = conn.execute(select(source).where(source.c.id == id)).one_or_none()
    if row is None:
        raise UnknownThing("source", id, remedy="`followup source list` shows them.")
    return read(row)


def find(conn: Connection, url: str) -> Source | None:
    """The source at an address."""
    row = conn.execute(select(source).where(source.c.url == url)).one_or_none()
    return None if row is None else read(row)


def list_all(conn: Connection) -> list[Source]:
    """All sources by id. Which of them an incident follows is for `Follows.takes` to say."""
    return [read(row) for row in conn.execute(select(source).order_by(source.c.id))]


def listed(conn: Connection, ids: Iterable[int]) -> list[Source]:
    """Those of the sources that are there, by id."""
    found: list[Source] = []
    for some in chunks(sorted(set(ids))):
        rows = conn.execute(select(source).where(source.c.id.in_(some)).order_by(source.c.id))
        found += [read(row) for row in rows]
    return found


def failures(conn: Connection) -> Mapping[int, int]:
    """Polls that failed in a row, by source; those without are left out."""
    rows = conn.execute(select(source.c.id, source.c.failures).where(source.c.failures > 0))
    return dict(rows.all())


def remove(conn: Connection, id: int) -> None:
    """Takes a source away with its documents. What was found through it stays."""
    if conn.execute(delete(source).where(source.c.id == id)).rowcount == 0:
        raise UnknownThing("source", id, remedy="`followup source list` shows them.")


def set_health(
    conn: Connection, id: int, health: Health, reason: str | None, *, now: datetime
) -> None:
    """What the last poll told. `health_since` moves only when the health changes; failures in a
    row are counted until it is OK again."""
    conn.execute(
        update(source)
        .where(source.c.id == id, source.c.health != health)
        .values(health=health, health_since=now)
    )
    count = 0 if health is Health.OK else source.c.failures + 1
    conn.execute(
        update(source).where(source.c.id == id).values(health_reason=reason, failures=count)
    )


def mark_polled(
    conn: Connection,
    id: int,
    *,
    now: datetime,
    due_at: datetime | None,
    quiet_polls: int | None = None,
) -> None:
    """The source was asked, whatever came of it; `quiet_polls` None leaves their count."""
    values: dict[str, Any] = {"polled_at": now, "due_at": due_at}
    if quiet_polls is not None:
        values["quiet_polls"] = quiet_polls
    conn.execute(update(source).where(source.c.id == id).values(**values))


def quiet_polls(conn: Connection, id: int) -> int:
    """Polls in a row that brought no new link."""
    return conn.execute(select(source.c.quiet_polls).where(source.c.id == id)).scalar() or 0


def set_marks(
    conn: Connection,
    id: int,
    *,
    outlet: str | None,
    language: str | None,
    country: str | None,
    tags: tuple[str, ...],
) -> None:
    """Writes what is known of a source besides its address."""
    marks = {"outlet": outlet, "language": language, "country": country, "tags": list(tags)}
    conn.execute(update(source).where(source.c.id == id).values(**marks))


def name_unnamed(conn: Connection, id: int, *, outlet: str | None, language: str | None) -> None:
    """What a source says of itself, where nobody has written it yet: a poll may have begun before
    somebody did."""
    told = {
        "outlet": func.coalesce(source.c.outlet, outlet),
        "language": func.coalesce(source.c.language, language),
    }
    conn.execute(update(source).where(source.c.id == id).values(**told))


def set_due(conn: Connection, id: int, due_at: datetime | None) -> None:
    """When it is to be polled next; None is at once."""
    conn.execute(update(source).where(source.c.id == id).values(due_at=due_at))


def validators(conn: Connection, source_id: int, url: str) -> Validators:
    """What the last whole answer of a document carried; empty for one never read."""
    row = conn.execute(
        select(document.c.etag, document.c.last_modified).where(
            document.c.source_id == source_id, document.c.url == url
        )
    ).one_or_none()
    return Validators() if row is None else Validators(row.etag, row.last_modified)


def unchanged_since(conn: Connection, source_id: int, url: str) -> datetime | None:
    """Since when a document was answered "not modified" only; None where it was read whole last."""
    when: datetime | None = conn.execute(
        select(document.c.unchanged_since).where(
            document.c.source_id == source_id, document.c.url == url
        )
    ).scalar()
    return when


def mark_unchanged(conn: Connection, source_id: int, url: str, *, now: datetime) -> None:
    """A document was answered "not modified"."""
    conn.execute(
        update(document)
        .where(document.c.source_id == source_id, document.c.url == url)
        .where(document.c.unchanged_since.is_(None))
        .values(unchanged_since=now)
    )


def documents(conn: Connection, source_id: int) -> list[str]:
    """The addresses that a source is read from, those named or read last first."""
    wanted = select(document.c.url).where(document.c.source_id == source_id)
    last_first = wanted.order_by(document.c.polled_at.desc(), document.c.url.desc())
    return list(conn.execute(last_first).scalars())


def name_documents(conn: Connection, source_id: int, urls: Iterable[str], *, now: datetime) -> None:
    """Keeps further documents of a source that one of them named, to be read yet. Belongs into the
    transaction that keeps the validators of the one that named them: its next 304 hides them."""
    for url in urls:
        conn.execute(
            insert_into(conn, document)
            .values(source_id=source_id, url=url, etag=None, last_modified=None, polled_at=now)
            .on_conflict_do_nothing(index_elements=[document.c.source_id, document.c.url])
        )


def save_document(
    conn: Connection, source_id: int, url: str, validators: Validators, *, now: datetime
) -> None:
    """Keeps a document's validators. Belongs into the transaction that offers its links: saved
    before them, a crash between the two loses what the next 304 hides."""
    values = {
        "etag": validators.etag,
        "last_modified": validators.last_modified,
        "polled_at": now,
        "unchanged_since": None,
    }
    conn.execute(
        insert_into(conn, document)
        .values(source_id=source_id, url=url, **values)
        .on_conflict_do_update(index_elements=[document.c.source_id, document.c.url], set_=values)
    )


def read(row: Row[Any]) -> Source:
    """A row of the table as a source."""
    return Source(
        kind=SourceKind(row.kind),
        url=row.url,
        outlet=row.outlet,
        language=row.language,
        country=row.country,
        tags=tuple(row.tags),
        health=Health(row.health),
        health_reason=row.health_reason,
        health_since=row.health_since,
        due_at=row.due_at,
        polled_at=row.polled_at,
        id=row.id,
    )
