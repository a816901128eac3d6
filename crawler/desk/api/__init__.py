"""``/api/v1``: all that the desk does, for programs. Its description is at openapi.json."""

from crawler.desk.api import (
    articles,
    crawls,
    decisions,
    developments,
    health,
    incidents,
    outgoing,
    schedule,
    searches,
    sources,
    targets,
    tokens,
)
from crawler.desk.api.contract import PREFIX, PROBLEMS, by
from crawler.desk.api.crawls import cancelled
from crawler.desk.api.health import problem_record

__all__ = ["PREFIX", "PROBLEMS", "ROUTERS", "by", "cancelled", "problem_record"]

_ROOMS = (
    *(incidents, articles, decisions, searches, developments, outgoing),
    *(sources, crawls, schedule, targets, tokens, health),
)
ROUTERS = tuple(one.router for one in _ROOMS)
