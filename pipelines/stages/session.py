"""What the stages need of the crawl, or of the ingest, that they belong to."""

from datetime import datetime, timedelta
from typing import Any, Protocol, Self

from pipelines.clean.pool import CleaningPool
from pipelines.polling import Ladder
from pipelines.store import Database
from pipelines.store.pages import RawPages


class Session(Protocol):
    """One crawl, or one ingest, and what belongs to it."""

    database: Database
    crawl_id: int | None
    raw: RawPages
    keep_unused: timedelta
    reread: Ladder
    cleaner: CleaningPool

    def now(self) -> datetime:
        """The product's time."""


class Stage:
    """A stage of one session; Scrapy makes it of its crawler."""

    def __init__(self, session: Session) -> None:
        self.session = session

    @classmethod
    def from_crawler(cls, crawler: Any) -> Self:
        return cls(crawler.spider.session)
