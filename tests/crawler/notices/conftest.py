"""A newspaper on SQLite and on PostgreSQL, and a webhook receiver on loopback."""

import warnings
from collections.abc import Iterator
from pathlib import Path

import apprise
import pytest

from pipelines.store import Database
from tests.crawler.notices.daily_paper import Newspaper
from tests.crawler.notices.receiver import Receiver


@pytest.fixture(scope="session", autouse=True)
def _plugins() -> None:
    """Apprise's plugins, loaded once: one of them imports what Python 3.13 no longer has."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        assert apprise.Apprise.instantiate("json://localhost") is not None


@pytest.fixture
def receiver(monkeypatch: pytest.MonkeyPatch) -> Iterator[Receiver]:
    for name in ("http_proxy", "HTTP_PROXY", "https_proxy", "HTTPS_PROXY"):
        monkeypatch.delenv(name, raising=False)
    with Receiver() as running:
        yield running


@pytest.fixture
def paper(tmp_path: Path, database: Database, database_url: str) -> Newspaper:
    return Newspaper(tmp_path / "home", database, database_url)
