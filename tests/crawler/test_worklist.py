"""Which requests of a crawl's worklist are conditional."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from crawler.clock import Clock
from crawler.config import Config
from crawler.documents import Document
from crawler.session import Session
from crawler.wanted import Wanted
from crawler.worklist import Worklist
from pipelines.incident import Incident, Profile, Source, SourceKind
from pipelines.items import Article, Link, Relevance
from pipelines.outcomes import Outcome, Verdict
from pipelines.store import Connection, Database, articles, incidents, matches
from pipelines.store.crawls import Trigger
from pipelines.store.frontier import QueuedLink
from pipelines.store.validators import Validators

NOW = datetime(2014, 12, 20, tzinfo=UTC)
URL = "http://a.test/1"


def follow(conn: Connection, slug: str) -> int:
    return incidents.add(conn, Incident(slug, slug, Profile((), (), 0.25, 0.15)), NOW)


def reading(article_id: int) -> QueuedLink:
    return QueuedLink(
        1, Link(URL), "a.test/1", "a.test", None, 0, 1, NOW, None, article_id, '"e"', None
    )


def test_an_article_that_an_open_incident_never_judged_is_asked_for_whole(
    database: Database, tmp_path: Path
) -> None:
    with database.write() as conn:
        article = Article(URL, URL, "A title", "A text of some words.")
        id = articles.insert(conn, article, keys=["a.test/1"], outcome=Outcome.STORED, seen_at=NOW)
        verdict = Relevance(follow(conn, "one"), 0.5, Verdict.FOLLOW_UP)
        matches.save(conn, id, [verdict], now=NOW)
    config = Config(home=tmp_path, database_url="", contact="tests@followup.test")
    session = Session(config, Clock(NOW, 1.0), database, 1, Wanted(), Trigger.HAND)
    work = Worklist(session, frozenset(SourceKind))
    assert work.validators_of(reading(id)) == Validators('"e"', None)
    with database.write() as conn:
        other = follow(conn, "two")
    assert work.validators_of(reading(id)) == Validators()
    with database.write() as conn:
        matches.save(conn, id, [replace(verdict, incident_id=other)], now=NOW)
    assert work.validators_of(reading(id)) == Validators('"e"', None)


def test_what_a_way_out_carries_is_asked_for_in_its_place(
    database: Database, tmp_path: Path
) -> None:
    config = Config(home=tmp_path, database_url="", contact="tests@followup.test")
    work = Worklist(
        Session(config, Clock(NOW, 1.0), database, 1, Wanted(), Trigger.HAND), frozenset(SourceKind)
    )
    document = Document(Source(SourceKind.FEED, "http://thief.test/feed"), "http://thief.test/feed")
    links = [Link(f"https://www.google.com/url?sa=t&url={URL}"), Link(URL), Link("http://a.test/2")]
    found = work.fresh(links, document)
    assert [(each.link.url, each.key, each.host) for each in found] == [
        (URL, "a.test/1", "a.test"),
        ("http://a.test/2", "a.test/2", "a.test"),
    ]
