"""Clean: the first stage, in a process of its own, so that the crawl goes on meanwhile."""

from pipelines.clean.pool import Closed
from pipelines.items import Cleaned, Page
from pipelines.stages.session import Stage


class Clean(Stage):
    """Page -> Cleaned."""

    async def process_item(self, item: Page) -> Cleaned:
        """What the cleaner makes of a page; Scrapy's DropItem where the crawl ends before it does:
        the link keeps its place in the queue."""
        try:
            return await self.session.cleaner.clean_soon(item, now=self.session.now())
        except Closed:
            from scrapy.exceptions import DropItem

            raise DropItem(f"the crawl ended before it was cleaned: {item.url}") from None
