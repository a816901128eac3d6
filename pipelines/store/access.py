"""Who may come in: tokens and sessions. Of a key only its SHA-256 is kept.

Sessions run on real time; tokens bear the product's.
"""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Connection, bindparam, delete, insert, select, update

from pipelines.errors import UnknownThing
from pipelines.store.schema import session, token

#: The last use of a token is written at most so often; each request would be a write else.
_NOTED_EVERY = timedelta(hours=1)


@dataclass(frozen=True, slots=True)
class Token:
    """A key that was given out. `used_at` is known to the hour, None where it never was used;
    `revoked_at` None: it holds."""

    id: int
    name: str
    scopes: tuple[str, ...]
    created_at: datetime
    used_at: datetime | None
    revoked_at: datetime | None


@dataclass(frozen=True, slots=True)
class Session:
    """Somebody who is logged in."""

    person: str
    created_at: datetime
    expires_at: datetime


def add_token(
    conn: Connection, name: str, key: str, scopes: Sequence[str], *, now: datetime
) -> int:
    """Keeps what a new key is known by; gives its id."""
    row = {"name": name, "sha256": digest(key), "scopes": list(scopes), "created_at": now}
    return int(conn.execute(insert(token).returning(token.c.id), row).scalar_one())


def tokens(conn: Connection) -> list[Token]:
    """All that were ever given out, the newest first."""
    rows = conn.execute(select(*_TOKEN).order_by(token.c.id.desc()))
    return [_token(row) for row in rows]


def token_of(conn: Connection, key: str) -> Token | None:
    """The token that a key is; None where it is none, or was revoked."""
    row = conn.execute(_BY_KEY, {"of_key": digest(key)}).one_or_none()
    return None if row is None else _token(row)


def revoke(conn: Connection, id: int, *, now: datetime) -> None:
    """From now on its key opens nothing. Raises UnknownThing."""
    there = conn.execute(select(token.c.id).where(token.c.id == id)).scalar()
    if there is None:
        raise UnknownThing("token", id, remedy="`followup token list` shows them.")
    held = update(token).where(token.c.id == id, token.c.revoked_at.is_(None))
    conn.execute(held.values(revoked_at=now))


def is_to_be_noted(used: Token, now: datetime) -> bool:
    """True where the last use that is written down lies back long enough."""
    return used.used_at is None or now - used.used_at >= _NOTED_EVERY


def note_use(conn: Connection, id: int, *, now: datetime) -> None:
    """Its key was shown just now."""
    conn.execute(update(token).where(token.c.id == id).values(used_at=now))


def begin_session(
    conn: Connection, secret: str, person: str, *, wall_now: datetime, expires_at: datetime
) -> None:
    """Somebody logged in; sessions that are over go."""
    conn.execute(delete(session).where(session.c.expires_at <= wall_now))
    row = {"sha256": digest(secret), "person": person, "created_at": wall_now}
    conn.execute(insert(session), row | {"expires_at": expires_at})


def session_of(conn: Connection, secret: str, *, wall_now: datetime) -> Session | None:
    """The session that a cookie is; None where it is none, or is over."""
    found = {"of_secret": digest(secret), "at": wall_now}
    row = conn.execute(_BY_SECRET, found).one_or_none()
    return None if row is None else Session(*row)


def prolong_session(conn: Connection, secret: str, *, expires_at: datetime) -> None:
    """It is in use, and ends later."""
    mine = update(session).where(session.c.sha256 == digest(secret))
    conn.execute(mine.values(expires_at=expires_at))


def end_session(conn: Connection, secret: str) -> None:
    """Somebody logged out."""
    conn.execute(delete(session).where(session.c.sha256 == digest(secret)))


def end_sessions(conn: Connection, person: str | None = None) -> None:
    """Everybody is logged out, or one person everywhere."""
    gone = delete(session)
    conn.execute(gone if person is None else gone.where(session.c.person == person))


def digest(secret: str) -> str:
    """SHA-256 in hexadecimal. A key has 256 random bits: it needs no slow function, as passwords
    do."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).hexdigest()


_TOKEN = (
    token.c.id,
    token.c.name,
    token.c.scopes,
    token.c.created_at,
    token.c.used_at,
    token.c.revoked_at,
)
_BY_KEY = select(*_TOKEN).where(token.c.sha256 == bindparam("of_key"), token.c.revoked_at.is_(None))
_BY_SECRET = select(session.c.person, session.c.created_at, session.c.expires_at).where(
    session.c.sha256 == bindparam("of_secret"), session.c.expires_at > bindparam("at")
)


def _token(row: Any) -> Token:
    return Token(**{**row._mapping, "scopes": tuple(row.scopes)})
