"""The open data folder of one process: settings, clock and store. Every service takes it first."""

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime

from crawler.clock import Clock
from crawler.config import Config, read_config
from pipelines.store.database import Database, open_database


@dataclass(frozen=True, slots=True)
class Home:
    """What a service works with. `environment` is what crawls get besides this process's own."""

    config: Config
    clock: Clock
    database: Database
    environment: Mapping[str, str] = field(default_factory=dict)

    def now(self) -> datetime:
        """The product's time."""
        return self.clock.now()


@contextmanager
def open_home(
    config: Config | None = None, environment: Mapping[str, str] | None = None
) -> Iterator[Home]:
    """Open the data folder; it is made where there is none yet.

    Raises HomeNotWritable, StoreError or BadInput, each with a remedy.
    """
    config = config or read_config()
    config.make_home()
    database = open_database(config.database_url)
    try:
        yield Home(config, config.clock(), database, environment or {})
    finally:
        database.close()
