"""What tests of backups share: settings of a home, and the raw pages in one."""

from pathlib import Path
from typing import Any

from sqlalchemy import select

from crawler.config import Config
from crawler.home import Home
from pipelines.store import pages
from pipelines.store.schema import article


def quiet(line: str) -> None:
    """Progress that nobody reads."""


def config_of(folder: Path, **settings_: Any) -> Config:
    database_url = settings_.pop("database_url", f"sqlite:///{folder / 'followup.db'}")
    return Config(home=folder, database_url=database_url, contact="t@example.org", **settings_)


def bodies(home: Home) -> dict[int, bytes | None]:
    """The raw pages that can be read, by article."""
    with home.database.read() as conn:
        ids = conn.execute(select(article.c.id)).scalars().all()
        return {id: pages.read(conn, home.config.raw_folder, id) for id in ids}
