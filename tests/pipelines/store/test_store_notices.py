"""The ledger of notices: unique, claimed by one, cheap where nothing is new."""

from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import Connection, event

from pipelines.errors import UnknownThing
from pipelines.incident import Incident, Profile
from pipelines.items import Article, Relevance
from pipelines.outcomes import Outcome, Verdict
from pipelines.store import (
    Database,
    articles,
    deliveries,
    happenings,
    incidents,
    matches,
    notices,
    tellings,
)
from pipelines.store.crawls import CrawlState
from pipelines.store.matches import Decision
from pipelines.store.notices import Event, Notice, Target

NOW = datetime(2014, 12, 20, 12, tzinfo=UTC)
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


def begin(conn: Connection, slug: str = "sony-hack") -> int:
    return incidents.add(conn, Incident(slug, slug, Profile((), ("en",), 0.2, 0.1)), NOW)


def put(conn: Connection, name: str, incident_id: int, verdict: Verdict, at: datetime) -> int:
    url = f"https://lantern.test/{name}"
    new = Article(url=url, canonical_url=url, title=name, text="The network is down.")
    id = articles.insert(conn, new, keys=(url,), outcome=Outcome.STORED, seen_at=at)
    matches.save(conn, id, [Relevance(incident_id, 0.3, verdict)], now=at)
    return id


def target(conn: Connection) -> int:
    new = Target("https://example.org/hook", (Event.NEW_FOLLOW_UP,), "UTC", secret="0123456789")
    return notices.add_target(conn, new, now=NOW)


def tell(conn: Connection, target_id: int, subject: str, due_at: datetime = NOW) -> int:
    id = notices.note(conn, Notice(Event.MISSED, subject, NOW))
    assert id is not None
    notices.tell(conn, id, {target_id: due_at})
    return id


def claim(
    conn: Connection, target_id: int, key: str, at: datetime = NOW
) -> deliveries.Claimed | None:
    return deliveries.claim(conn, target_id, key=key, now=at, wall=at, most=10)


def test_a_notice_is_written_once(database: Database) -> None:
    with database.write() as conn:
        first = notices.note(conn, Notice(Event.MISSED, "crawl 1", NOW))
        again = notices.note(conn, Notice(Event.MISSED, "crawl 1", NOW + HOUR))
        other = notices.note(conn, Notice(Event.CRAWL_FAILED, "crawl 1", NOW))
    assert first is not None
    assert again is None
    assert other not in (None, first)


def test_a_message_is_claimed_by_one(database: Database) -> None:
    with database.write() as conn:
        id = target(conn)
        tell(conn, id, "one")
        tell(conn, id, "two", NOW + HOUR)
        claimed = claim(conn, id, "a")
        assert claimed is not None
        assert claimed.total == 2
        assert claim(conn, id, "b") is None
        assert deliveries.due(conn, now=NOW + HOUR, wall=NOW + HOUR) == []
        tell(conn, id, "three")
        assert claim(conn, id, "c", NOW + HOUR) is None
        deliveries.told(conn, claimed, now=NOW)
        rest = claim(conn, id, "d", NOW + HOUR)
        assert rest is not None
        assert rest.total == 1


def test_what_is_not_due_is_not_claimed(database: Database) -> None:
    with database.write() as conn:
        id = target(conn)
        tell(conn, id, "one", NOW + HOUR)
        assert claim(conn, id, "a") is None
        assert claim(conn, id, "b", NOW + HOUR) is not None


def test_a_late_refusal_does_not_reopen_what_is_unsure(database: Database) -> None:
    with database.write() as conn:
        id = target(conn)
        tell(conn, id, "one")
        claimed = claim(conn, id, "a")
        assert claimed is not None
        assert deliveries.settle_dead(conn, before=NOW + MINUTE, now=NOW) == 1
        deliveries.put_off(conn, claimed, "refused", next_try_at=NOW + MINUTE, now=NOW)
        assert [told.state for told in tellings.ledger(conn, limit=5)] == ["unsure"]
        assert deliveries.told(conn, claimed, now=NOW)  # it did arrive, as its process knows now
        assert [told.state for told in tellings.ledger(conn, limit=5)] == ["told"]


def test_a_target_goes_with_its_tellings_and_never_shows_its_secret(database: Database) -> None:
    with database.write() as conn:
        id = target(conn)
        tell(conn, id, "one")
        assert claim(conn, id, "a") is not None
        assert "example" not in repr(notices.get_target(conn, id))
        notices.remove_target(conn, id)
        assert tellings.ledger(conn, limit=5) == []
        with pytest.raises(UnknownThing):
            notices.remove_target(conn, id)


def test_an_article_is_taken_once_for_all(database: Database) -> None:
    with database.write() as conn:
        incident = begin(conn)
        id = put(conn, "a", incident, Verdict.CANDIDATE, NOW)
        assert happenings.taken(conn, NOW, limit=9) == []
        matches.decide(conn, id, incident, Decision.KEEP, by="test", now=NOW + MINUTE)
        later = [Relevance(incident, 0.5, Verdict.FOLLOW_UP)]
        matches.save(conn, id, later, now=NOW + HOUR)
        matches.decide(conn, id, incident, Decision.DISMISS, by="test", now=NOW + 2 * HOUR)
        found = happenings.taken(conn, NOW, limit=9)
    assert [(one.article_id, one.at, one.is_taken) for one in found] == [(id, NOW + MINUTE, False)]


def test_looking_for_news_goes_by_indexes(database: Database) -> None:
    """No look reads a whole table, however many articles, links and crawls there are."""
    with database.write() as conn:
        incident = begin(conn)
        for number in range(300):
            put(conn, f"old {number}", incident, Verdict.FOLLOW_UP, NOW - HOUR)
        target(conn)
    with database.write() as conn:
        if conn.dialect.name == "postgresql":
            conn.exec_driver_sql("SET LOCAL enable_seqscan = off")  # the tables here are small
        plans = "\n".join(_plans(conn))
        is_sqlite = conn.dialect.name == "sqlite"
    looked_up = ("ix_match_taken", "ix_revision_edited", "ix_crawl_ended", "ix_link_source")
    assert [name for name in looked_up if name not in plans] == []
    assert "ix_notice_telling_waiting" in plans
    if is_sqlite:  # its plans say what is read whole; targets are few, open messages too
        whole = {line for line in plans.splitlines() if line.startswith("SCAN")}
        few = {"SCAN notice_target", "SCAN notice_delivery USING INDEX ix_notice_delivery_open"}
        assert whole <= few


def _plans(conn: Connection) -> list[str]:
    """How the database goes about each statement of a look that finds nothing."""
    said: list[tuple[str, object]] = []

    def hear(_c: object, _k: object, statement: str, parameters: object, *_: object) -> None:
        said.append((statement, parameters))

    event.listen(conn, "before_cursor_execute", hear)
    happenings.taken(conn, NOW, limit=200)
    happenings.edited(conn, NOW, limit=200)
    happenings.ended(conn, CrawlState.FAILED, NOW, limit=200)
    happenings.first_missed(conn, NOW, MINUTE)
    happenings.news_times(conn, 1, limit=30)
    deliveries.due(conn, now=NOW, wall=NOW)
    deliveries.has_dead(conn, before=NOW)
    event.remove(conn, "before_cursor_execute", hear)
    word = "EXPLAIN QUERY PLAN" if conn.dialect.name == "sqlite" else "EXPLAIN"
    plans = []
    for statement, parameters in said:
        rows = conn.exec_driver_sql(f"{word} {statement}", parameters)  # type: ignore[arg-type]
        plans.append("\n".join(str(row[-1]) for row in rows))
    return plans
