"""``/metrics`` for Prometheus: crawls, sources and the schedule, on a registry of its own.

The database is looked at once in `HOLDS_SECONDS`, whoever asks. Ended crawls never change, so they
are added up once; later looks read those that are new or were not ended the last time.
"""

import threading
import time
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field

from fastapi import APIRouter
from prometheus_client import CollectorRegistry, ProcessCollector, generate_latest
from prometheus_client.core import (
    CounterMetricFamily,
    GaugeMetricFamily,
    InfoMetricFamily,
    Metric,
)
from prometheus_client.registry import Collector
from starlette.responses import Response

from crawler import __version__
from crawler.desk.problems import Problem
from crawler.desk.pulse import Pulse
from crawler.desk.room import From, InRoom
from crawler.home import Home
from crawler.services.listing import UNENDED
from pipelines.store import Connection, overview, servers
from pipelines.store.overview import Tally

#: How long a look at the database holds; scrapers ask every 15 s or so. REAL seconds.
HOLDS_SECONDS = 10.0
CONTENT_TYPE = "text/plain; version=0.0.4; charset=utf-8"

router = APIRouter(include_in_schema=False)

_NOT_HERE = Problem(
    403,
    "not-here",
    "Not at this address",
    "Figures are served at loopback addresses alone.",
    "Set FOLLOWUP_METRICS_PUBLIC=true to serve them here too.",
)


@dataclass(slots=True)
class _Ended:
    """What ended crawls add up to, up to the crawl `last`; `open` are those that were not ended."""

    last: int = 0
    open: set[int] = field(default_factory=set)
    crawls: Counter[tuple[str, ...]] = field(default_factory=Counter)
    links: Counter[str] = field(default_factory=Counter)
    requests: int = 0
    last_article: int = 0
    articles: int = 0

    def look(self, conn: Connection) -> list[Tally]:
        """Add what ended since the last look; gives the crawls that are not ended."""
        unended: list[Tally] = []
        for row in overview.tallies(conn, self.last, sorted(self.open)):
            self.last = max(self.last, row.id)
            if row.state in UNENDED:
                unended.append(row)
                self.open.add(row.id)
            else:
                self._add(row)
                self.open.discard(row.id)
        more, self.last_article = overview.articles_since(conn, self.last_article)
        self.articles += more
        return unended

    def _add(self, row: Tally) -> None:
        self.crawls[row.state, row.trigger] += 1
        self.links.update(row.counts or {})
        self.requests += row.requests


class Figures(Collector):
    """All figures but those of the process; a look holds for `HOLDS_SECONDS`."""

    def __init__(self, home: Home, pulse: Pulse) -> None:
        self._home = home
        self._pulse = pulse
        self._lock = threading.Lock()
        self._ended = _Ended()
        self._looked_at = float("-inf")
        self._found: tuple[Metric, ...] = ()

    def collect(self) -> Iterable[Metric]:
        """Raises StoreError where the database cannot be read."""
        with self._lock:
            if time.monotonic() - self._looked_at >= HOLDS_SECONDS:
                with self._home.database.read() as conn:
                    self._found = tuple(self._look(conn))
                self._looked_at = time.monotonic()
            found = self._found
        ticks = self._pulse.problem() is None
        yield GaugeMetricFamily(
            "followup_schedule_ticking", "1 while the schedule does its work.", float(ticks)
        )
        yield from found

    def _look(self, conn: Connection) -> Iterator[Metric]:
        unended = self._ended.look(conn)
        yield InfoMetricFamily("followup", "This program.", {"version": __version__})
        yield from self._of_crawls(unended)
        yield from self._of_sources(conn)

    def _of_crawls(self, unended: list[Tally]) -> Iterator[Metric]:
        ended = self._ended
        now: Counter[tuple[str, ...]] = Counter((row.state, row.trigger) for row in unended)
        running = sum(row.is_begun for row in unended)
        names = ("state", "trigger")
        yield _counter("followup_crawls", "Crawls that ended or were missed.", names, ended.crawls)
        yield _gauge("followup_crawls_unended", "Crawls that wait or run.", names, now)
        yield GaugeMetricFamily("followup_crawls_running", "Crawls that run.", running)
        yield _counter(
            "followup_links",
            "Links of ended crawls by outcome.",
            ("outcome",),
            {(outcome,): count for outcome, count in ended.links.items()},
        )
        yield CounterMetricFamily(
            "followup_requests",
            "Requests sent to sites.",
            ended.requests + sum(row.requests for row in unended),
        )
        yield CounterMetricFamily(
            "followup_articles", "Articles stored, whatever incidents made of them.", ended.articles
        )

    def _of_sources(self, conn: Connection) -> Iterator[Metric]:
        now = self._home.now()
        healths: dict[tuple[str, ...], int] = {
            (health,): count for health, count in overview.healths(conn).items()
        }
        due = overview.due(conn, now=now)
        late = 0.0 if due.oldest is None else (now - due.oldest).total_seconds()
        yield _gauge("followup_sources", "Sources by health.", ("health",), healths)
        yield GaugeMetricFamily("followup_sources_due", "Sources due and not at rest.", due.count)
        yield GaugeMetricFamily(
            "followup_sources_lateness_seconds",
            "How long the source that is due for longest has been, on the product's clock.",
            max(late, 0.0),
        )
        if (signs := servers.holder(conn)) is not None:
            age = (self._home.clock.wall() - signs.beat_at).total_seconds()
            yield GaugeMetricFamily(
                "followup_schedule_sign_age_seconds",
                "Since the last sign of life of whoever keeps the schedule.",
                max(age, 0.0),
            )
        if signs is not None and signs.ticked_at is not None:
            yield GaugeMetricFamily(
                "followup_schedule_tick_timestamp_seconds",
                "Up to when the schedule was looked after, on the product's clock.",
                signs.ticked_at.timestamp(),
            )


def registry(home: Home, pulse: Pulse) -> CollectorRegistry:
    """The figures of this home, and memory and time of this process."""
    made = CollectorRegistry(auto_describe=False)
    made.register(Figures(home, pulse))
    ProcessCollector(registry=made)
    return made


@router.get("/metrics")
def metrics(room: InRoom, caller: From) -> Response:
    """The figures, in Prometheus' text format."""
    if not (caller.is_near or room.home.config.metrics_public):
        return _NOT_HERE.response()
    headers = {"Cache-Control": "no-store"}
    return Response(generate_latest(room.registry), media_type=CONTENT_TYPE, headers=headers)


def _counter(
    name: str, said: str, labels: tuple[str, ...], values: Mapping[tuple[str, ...], int]
) -> Metric:
    made = CounterMetricFamily(name, said, labels=labels)
    for key, value in sorted(values.items()):
        made.add_metric(key, value)
    return made


def _gauge(
    name: str, said: str, labels: tuple[str, ...], values: Mapping[tuple[str, ...], int]
) -> Metric:
    made = GaugeMetricFamily(name, said, labels=labels)
    for key, value in sorted(values.items()):
        made.add_metric(key, value)
    return made
