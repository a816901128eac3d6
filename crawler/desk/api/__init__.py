"""``/api/v1``: all that the desk does, for programs. Its description is at openapi.json."""

from crawler.desk.api import crawls, health, incidents, schedule, sources
from crawler.desk.api.contract import PREFIX, PROBLEMS, by
from crawler.desk.api.crawls import cancelled
from crawler.desk.api.health import problem_record

__all__ = ["PREFIX", "PROBLEMS", "ROUTERS", "by", "cancelled", "problem_record"]

ROUTERS = tuple(one.router for one in (crawls, sources, incidents, schedule, health))
