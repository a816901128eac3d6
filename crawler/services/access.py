"""Who may come in: tokens for programs and feeds, the password and the sessions of people.

A token's key is shown once, when it is made. The password is kept as Argon2id (RFC 9106) in a file
of the data folder that only this user can read.
"""

import os
import secrets
from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import StrEnum
from functools import cache
from pathlib import Path
from typing import Any

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from crawler.home import Home
from pipelines.dates import iso
from pipelines.errors import BadInput, FollowupError
from pipelines.store import access as store
from pipelines.store.access import Session, Token

#: Begins each key, so that a scanner of leaked secrets can know one.
PREFIX = "fu_"
#: A session ends so long after its last use, and so long after it began. REAL time.
IDLE, WHOLE = timedelta(days=7), timedelta(days=60)
#: Bounds of a password, in characters. Long ones would only cost time.
LEAST_PASSWORD, MOST_PASSWORD = 12, 1_000
_MOST_NAME = 100
_FILE = "password"
_HASHER = PasswordHasher()


class Scope(StrEnum):
    """What may be done with a token. ADMIN may all; DECIDE and CRAWL may read too."""

    READ = "read"
    DECIDE = "decide"
    CRAWL = "crawl"
    ADMIN = "admin"
    FEED = "feed"


_HOLDS = {
    Scope.READ: {Scope.READ, Scope.FEED},
    Scope.DECIDE: {Scope.DECIDE, Scope.READ, Scope.FEED},
    Scope.CRAWL: {Scope.CRAWL, Scope.READ, Scope.FEED},
    Scope.ADMIN: set(Scope),
    Scope.FEED: {Scope.FEED},
}


def allows(scopes: Iterable[str], wanted: Scope) -> bool:
    """Whether somebody with these scopes may do what `wanted` says."""
    return any(wanted in _HOLDS.get(scope, ()) for scope in map(_scope, scopes) if scope)


def _scope(name: str) -> Scope | None:
    return Scope(name) if name in set(Scope) else None


def new_token(home: Home, name: str, scopes: Iterable[str]) -> dict[str, Any]:
    """A new token with its key, which is shown this once. Raises BadInput."""
    name = " ".join(name.split())
    if not 0 < len(name) <= _MOST_NAME:
        raise BadInput("A token needs a name.", remedy="Say what it is for, in a few words.")
    wanted = list(dict.fromkeys(scopes))
    if not wanted or not all(map(_scope, wanted)):
        known = ", ".join(Scope)
        raise BadInput("A token needs one scope or several.", remedy=f"They are {known}.")
    key = PREFIX + secrets.token_urlsafe(32)
    with home.database.write() as conn:
        id = store.add_token(conn, name, key, wanted, now=home.now())
    return {**next(one for one in tokens(home) if one["id"] == id), "key": key}


def tokens(home: Home) -> list[dict[str, Any]]:
    """All tokens without their keys, the newest first."""
    with home.database.read() as conn:
        return [_record(one) for one in store.tokens(conn)]


def _record(token: Token) -> dict[str, Any]:
    return {
        "id": token.id,
        "name": token.name,
        "scopes": list(token.scopes),
        "created_at": iso(token.created_at),
        "used_at": iso(token.used_at),
        "revoked_at": iso(token.revoked_at),
    }


def revoke(home: Home, id: int) -> None:
    """Its key opens nothing any more. Raises UnknownThing."""
    with home.database.write() as conn:
        store.revoke(conn, id, now=home.now())


def token_of(home: Home, key: str) -> Token | None:
    """The token of a key that was shown, its use noted; None where it opens nothing."""
    if not key.startswith(PREFIX):
        return None
    with home.database.read() as conn:
        found = store.token_of(conn, key)
    if found is not None and store.is_to_be_noted(found, home.now()):
        with home.database.write() as conn:
            store.note_use(conn, found.id, now=home.now())
    return found


def has_password(home: Home) -> bool:
    """Whether people can log in."""
    return _path(home).exists()


def set_password(home: Home, password: str) -> None:
    """Set the password of the desk; everybody is logged out. Raises BadInput."""
    if not LEAST_PASSWORD <= len(password) <= MOST_PASSWORD:
        raise BadInput(
            f"A password has {LEAST_PASSWORD} characters at least and {MOST_PASSWORD} at most.",
            remedy="Some words that do not belong together are good ones.",
        )
    path = _path(home)
    fresh = path.with_suffix(".new")
    fresh.unlink(missing_ok=True)
    with os.fdopen(os.open(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
        file.write(_HASHER.hash(password))
        file.flush()
        os.fsync(file.fileno())
    fresh.replace(path)
    log_out_all(home)


def remove_password(home: Home) -> bool:
    """Nobody logs in any more; gives whether there was a password."""
    was_set = has_password(home)
    _path(home).unlink(missing_ok=True)
    log_out_all(home)
    return was_set


def is_password(home: Home, shown: str) -> bool:
    """Whether it is the password. Takes as long where none is set, and where it is wrong."""
    if len(shown) > MOST_PASSWORD:
        shown = ""
    try:
        kept = _path(home).read_text().strip()
    except FileNotFoundError:
        kept = ""
    try:
        return _HASHER.verify(kept or _nobodys(), shown) and bool(kept)
    except VerificationError:
        return False
    except InvalidHashError as error:
        raise FollowupError(
            f"The file of the password cannot be used: {_path(home)}.",
            remedy="Set it again: followup password set",
        ) from error


@cache
def _nobodys() -> str:
    """What is compared with where no password is set: the time tells nothing."""
    return _HASHER.hash(secrets.token_urlsafe())


def log_in(home: Home, person: str) -> str:
    """The secret of a new session, for the cookie."""
    secret = secrets.token_urlsafe(32)
    now = home.clock.wall()
    with home.database.write() as conn:
        store.begin_session(conn, secret, person, wall_now=now, expires_at=now + IDLE)
    return secret


def session_of(home: Home, secret: str) -> Session | None:
    """Who a cookie is of, for longer from now on; None where nobody is logged in by it."""
    now = home.clock.wall()
    with home.database.read() as conn:
        found = store.session_of(conn, secret, wall_now=now)
    if found is None:
        return None
    later = _end(found, now)
    if later - found.expires_at > IDLE / 50:
        with home.database.write() as conn:
            store.prolong_session(conn, secret, expires_at=later)
    return found


def _end(session: Session, now: datetime) -> datetime:
    return min(now + IDLE, session.created_at + WHOLE)


def log_out(home: Home, secret: str) -> None:
    """End the session of a cookie."""
    with home.database.write() as conn:
        store.end_session(conn, secret)


def log_out_all(home: Home) -> None:
    """End all sessions."""
    with home.database.write() as conn:
        store.end_sessions(conn)


def _path(home: Home) -> Path:
    return home.config.home / _FILE
