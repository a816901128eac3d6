"""A home with a clock that is moved by hand, and what may happen in it."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count
from pathlib import Path
from typing import Any

from sqlalchemy import update

from crawler.config import Config
from crawler.home import Home
from crawler.notices import targets, tell_due
from pipelines.incident import Health, Incident, Profile, Source, SourceKind, Term
from pipelines.items import Article, Duplicate, DuplicateKind, Relevance
from pipelines.outcomes import Outcome, Verdict
from pipelines.stages import regroup
from pipelines.store import Database, articles, copies, crawls, incidents, matches, sources
from pipelines.store.crawls import CrawlState, Trigger
from pipelines.store.matches import Decision
from pipelines.store.schema import link, source
from pipelines.urls import canonical_key

NOW = datetime(2014, 12, 20, 12, tzinfo=UTC)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)


@dataclass
class HandClock:
    """The product's time and real time, each moved by hand."""

    at: datetime = NOW
    real: datetime = field(default_factory=lambda: datetime.now(UTC))

    def now(self) -> datetime:
        return self.at

    def wall(self) -> datetime:
        return self.real


class Newspaper:
    """What happens, in few words; each thing a minute after the one before."""

    def __init__(self, folder: Path, database: Database, url: str) -> None:
        config = Config(home=folder, database_url=url, contact="tests@example.org")
        config.make_home()
        self.clock = HandClock()
        self.home = Home(config, self.clock, database)  # type: ignore[arg-type]
        self.numbers = count(1)

    def passes(self, span: timedelta) -> None:
        self.clock.at += span
        self.clock.real += span

    def target(self, url: str, **wanted: Any) -> dict[str, Any]:
        """A target, a minute after what came before and a minute before what comes."""
        self.passes(MINUTE)
        added = targets.add(self.home, url, **wanted)
        self.passes(MINUTE)
        return added

    def tell(self) -> int:
        return tell_due(self.home)

    def states(self) -> list[tuple[str, str]]:
        """(event, state) of the ledger, the oldest first."""
        lines = targets.ledger(self.home, limit=1000)
        return [(line["event"], line["state"]) for line in reversed(lines)]

    def incident(self, slug: str = "sony-hack") -> int:
        profile = Profile((Term("sony", "name", 0.5),), ("en",), 0.2, 0.1)
        with self.home.database.write() as conn:
            return incidents.add(conn, Incident(slug, slug.title(), profile), self.clock.at)

    def article(
        self,
        incident_id: int,
        title: str | None = None,
        *,
        outlet: str | None = "The Lantern",
        verdict: Verdict = Verdict.FOLLOW_UP,
        copy_of: int | None = None,
        url: str | None = None,
    ) -> int:
        self.passes(MINUTE)
        number = next(self.numbers)
        url = url or f"https://lantern.test/{number}"
        new = Article(
            url=url,
            canonical_url=url,
            title=title or f"Part {number}",
            text=f"The studio kept its network down, day {number}.",
            published_at=self.clock.at - HOUR,
            language="en",
            outlet=outlet,
        )
        with self.home.database.write() as conn:
            id = articles.insert(
                conn, new, keys=(canonical_key(url),), outcome=Outcome.STORED, seen_at=self.clock.at
            )
            matches.save(conn, id, [Relevance(incident_id, 0.3, verdict)], now=self.clock.at)
            if copy_of is not None:
                copies.link(conn, id, [Duplicate(copy_of, DuplicateKind.NEAR, 0.9)])
                regroup(conn, [id], now=self.clock.at)
        return id

    def decides(self, id: int, incident_id: int, decision: Decision | None) -> None:
        self.passes(MINUTE)
        with self.home.database.write() as conn:
            matches.decide(conn, id, incident_id, decision, by="test", now=self.clock.at)

    def revises(self, id: int, title: str, text: str) -> None:
        self.passes(MINUTE)
        with self.home.database.write() as conn:
            known = articles.get(conn, id)
            new = Article(url=known.url, canonical_url=known.url, title=title, text=text)
            articles.revise(conn, id, new, seen_at=self.clock.at)

    def source(self, url: str = "https://lantern.test/feed", **marks: Any) -> int:
        with self.home.database.write() as conn:
            new = Source(SourceKind.FEED, url, outlet="The Lantern", **marks)
            return sources.add(conn, new, now=self.clock.at)[0]

    def polls(self, id: int, health: Health = Health.OK, *, links: int = 0) -> None:
        """One poll: how it went, and how many new links it brought."""
        with self.home.database.write() as conn:
            sources.set_health(conn, id, health, f"{health}: said so", now=self.clock.at)
            sources.mark_polled(conn, id, now=self.clock.at, due_at=None)
            quiet = 0 if links else source.c.quiet_polls + 1
            conn.execute(update(source).where(source.c.id == id).values(quiet_polls=quiet))
            for number in range(links):
                url = f"https://lantern.test/{id}/{self.clock.at.timestamp()}/{number}"
                row = {"key": url, "url": url, "host": "lantern.test", "source_id": id}
                row |= {"state": "done", "priority": 0, "tries": 1}
                row |= {"found_at": self.clock.at, "changed_at": self.clock.at}
                conn.execute(link.insert().values(**row))

    def crawl_fails(
        self, *, trigger: Trigger = Trigger.SCHEDULE, incident: str | None = None
    ) -> int:
        request = {"incident": incident} if incident else {"due": True}
        with self.home.database.write() as conn:
            id = crawls.request(conn, trigger, "test", request, now=self.clock.at)
            said = "its process ended without a word"
            crawls.finish(conn, id, CrawlState.FAILED, now=self.clock.at, end_reason=said)
        return id

    def misses(self, due: Sequence[datetime], *, runs: int | None = None) -> None:
        request: dict[str, Any] = {"schedule": "all", "sources": 3}
        if runs is not None:
            request["runs"] = runs
        with self.home.database.write() as conn:
            for at in due:
                said = "the server was down"
                crawls.miss(conn, "schedule", request, said, due_at=at, now=self.clock.at)
