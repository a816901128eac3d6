"""What every spider of Followup shares: it belongs to one crawl row and works off its list."""

import asyncio
import logging
from collections.abc import Mapping
from typing import Any

from scrapy import Request, Spider

from crawler.answers import printable
from crawler.arguments import open_session
from crawler.session import Session
from pipelines.errors import FollowupError
from pipelines.items import Page

_log = logging.getLogger(__name__)


class RowSpider(Spider):  # type: ignore[misc]
    """A spider with a `session`, made from the crawl row that ``-a crawl=ID`` names.

    Without ``-a crawl`` a row is made of the other arguments (``-a incident=SLUG``,
    ``-a source=ID[,ID]``, ``-a url=URL``, ``-a all=1``), so that ``scrapy crawl`` by hand is a
    crawl like any other.
    """

    session: Session

    def ending(self) -> Mapping[str, Any] | None:
        """What the crawl has to say at its end besides its counts."""
        return None

    @classmethod
    def from_crawler(cls, crawler: Any, *args: Any, **kwargs: Any) -> "RowSpider":
        spider: RowSpider = super().from_crawler(crawler, *args, **kwargs)
        try:
            spider.session = open_session(kwargs, cls.name)
        except FollowupError as error:
            _log.error("not begun: %s", error)
            raise SystemExit(1) from error
        return spider

    async def wait(self, seconds: float | None) -> None:
        """Until something changed, at most so long."""
        self.session.changed.clear()
        try:
            await asyncio.wait_for(self.session.changed.wait(), seconds)
        except TimeoutError:
            return

    def page_of(self, response: Any, request: Request, **more: Any) -> Page:
        """The answer as the stages take it."""
        redirects = tuple(response.meta.get("redirect_urls", ()))
        return Page(
            url=response.url,
            requested_url=redirects[0] if redirects else request.url,
            status=response.status,
            headers=headers_of(response),
            body=response.body,
            fetched_at=self.session.now(),
            redirects=redirects,
            **more,
        )


def headers_of(response: Any) -> tuple[tuple[str, str], ...]:
    """Headers in lower case as text; controls, which only an attacker sends, become blanks."""
    return tuple(
        (name.decode("latin-1").lower(), printable(value.decode("latin-1")))
        for name, values in response.headers.items()
        for value in values
    )[:200]
