"""The Scrapy item pipelines, thin: Clean, Relevance, Dedupe, Store, in this order.

Each takes what the one before gives (`pipelines.items`). `ingest` runs the same four without
Scrapy. Scrapy is known by its conventions only; nothing of it is needed but `DropItem`.
"""

from pipelines.stages.clean import Clean
from pipelines.stages.copies import MOST_ALONG, place, regroup, settle
from pipelines.stages.coverage import decided_coverage, stored_coverage
from pipelines.stages.dedupe import Dedupe
from pipelines.stages.relevance import Relevance
from pipelines.stages.session import Session
from pipelines.stages.store import Store, Stored

__all__ = [
    "MOST_ALONG",
    "Clean",
    "Dedupe",
    "Relevance",
    "Session",
    "Store",
    "Stored",
    "decided_coverage",
    "place",
    "regroup",
    "settle",
    "stored_coverage",
]
