"""Tokens, the password, sessions: what opens, what opens no more, and what is kept of the keys."""

import io
import stat
from collections.abc import Iterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from crawler.clock import Clock
from crawler.home import Home
from crawler.services import access
from crawler.services.access import Scope
from pipelines.errors import BadInput, UnknownThing
from pipelines.store import Database
from tests.crawler.terminal import Terminal
from tests.desk.serving import opened

WORDS = "four words nobody joins"


class Later(Clock):
    """A clock whose real time is ahead."""

    ahead = timedelta(0)

    @classmethod
    def wall(cls):  # type: ignore[no-untyped-def, override]
        return Clock.wall() + cls.ahead


@pytest.fixture
def home(tmp_path: Path, database: Database) -> Iterator[Home]:
    """A home whose store is once SQLite and once PostgreSQL."""
    with opened(tmp_path / "home") as made:
        yield replace(made, database=database)


def test_a_key_opens_until_it_is_revoked(home: Home) -> None:
    made = access.new_token(home, "newsletter", [Scope.READ])
    found = access.token_of(home, made["key"])
    assert found is not None
    assert access.allows(found.scopes, Scope.FEED)
    assert not access.allows(found.scopes, Scope.DECIDE)
    assert access.tokens(home)[0]["used_at"] is not None
    access.revoke(home, made["id"])
    assert access.token_of(home, made["key"]) is None
    assert access.tokens(home)[0]["revoked_at"] is not None
    with pytest.raises(UnknownThing):
        access.revoke(home, 99)


def test_no_key_is_kept_or_shown_again(home: Home) -> None:
    key = access.new_token(home, "feed", ["feed"])["key"]
    with home.database.read() as conn:
        kept = str(conn.execute(text("SELECT * FROM token")).all())
    assert key not in kept
    assert key not in str(access.tokens(home))


@pytest.mark.parametrize("key", ["", "fu_", "fu_\udcff", "fu_\x00", "FU_x", "fu_" + "x" * 100_000])
def test_what_is_no_key_opens_nothing(home: Home, key: str) -> None:
    access.new_token(home, "one", ["admin"])
    assert access.token_of(home, key) is None


@pytest.mark.parametrize(("name", "scopes"), [("", ["read"]), ("x", []), ("x", ["root"])])
def test_a_token_needs_name_and_scope(home: Home, name: str, scopes: list[str]) -> None:
    with pytest.raises(BadInput):
        access.new_token(home, name, scopes)


def test_scopes_that_are_not_known_allow_nothing() -> None:
    assert not access.allows(["owner", ""], Scope.READ)
    assert access.allows(["admin"], Scope.CRAWL)
    assert not access.allows(["crawl"], Scope.ADMIN)


def test_the_password_is_kept_as_a_hash_that_only_this_user_reads(home: Home) -> None:
    assert not access.has_password(home)
    assert not access.is_password(home, "")
    access.set_password(home, WORDS)
    path = home.config.home / "password"
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert WORDS not in path.read_text()
    assert access.is_password(home, WORDS)
    assert not access.is_password(home, WORDS + " ")
    assert not access.is_password(home, "x" * 1_000_000)


@pytest.mark.parametrize("password", ["", "short", "x" * 1_001])
def test_a_poor_password_is_refused_and_the_old_one_stays(home: Home, password: str) -> None:
    access.set_password(home, WORDS)
    with pytest.raises(BadInput):
        access.set_password(home, password)
    assert access.is_password(home, WORDS)


def test_a_session_lasts_while_it_is_used_and_not_for_ever(home: Home) -> None:
    secret = access.log_in(home, "ann")
    session = access.session_of(home, secret)
    assert session is not None
    assert session.person == "ann"
    clock = Later()
    home = replace(home, clock=clock)
    for _ in range(9):  # used every six days
        Later.ahead += timedelta(days=6)
        assert access.session_of(home, secret) is not None
    Later.ahead += timedelta(days=6)
    ended = access.session_of(home, secret)
    Later.ahead = timedelta(0)
    assert ended is None


def test_logging_out_ends_a_session_and_a_new_password_all(home: Home) -> None:
    one, other, third = (access.log_in(home, "ann") for _ in range(3))
    access.log_out(home, one)
    assert access.session_of(home, one) is None
    assert access.session_of(home, other) is not None
    access.set_password(home, WORDS)
    assert access.session_of(home, third) is None


def test_the_command_line_sets_gives_out_and_takes_back(
    empty: Terminal, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.stdin", io.StringIO(f"{WORDS}\n"))
    assert empty.good("password", "set", "--json").json == {"set": True}
    monkeypatch.setattr("sys.stdin", io.StringIO("short\n"))
    assert "12 characters" in empty("password", "set").err
    made = empty.good("token", "new", "reader", "--scope", "feed", "--json").json
    assert made["key"].startswith("fu_")
    assert empty.good("token", "new", "other").out.startswith("fu_")
    assert "reader" in empty.good("token", "list").out
    empty.good("token", "revoke", made["id"])
    rows = empty.good("token", "list", "--json").json
    assert [row["revoked_at"] is None for row in rows] == [True, False]
    assert "token list" in empty("token", "revoke", 9).err
    assert empty.good("password", "remove", "--json").json == {"removed": True}
