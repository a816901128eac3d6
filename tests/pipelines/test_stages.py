"""The stages over a real store, where more than one process works on it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from pipelines import stages
from pipelines.incident import Incident, Seed
from pipelines.items import Article, Cleaned, Link, Page
from pipelines.outcomes import Outcome
from pipelines.polling import READ_AGAIN
from pipelines.relevance import derive
from pipelines.store import (
    Database,
    articles,
    crawls,
    forgetting,
    frontier,
    incidents,
    matches,
    offers,
)
from pipelines.store.crawls import Trigger
from pipelines.store.offers import Offered
from pipelines.store.pages import RawPages
from pipelines.urls import canonical_key, host_of

NOW = datetime(2014, 12, 20, 12, tzinfo=UTC)
TEXT = (
    "The ferry Halcyon struck a pier in Port Aldous on Tuesday evening and forty passengers were"
    " hurt, the harbour master Ines Calder said. The ship had left Brenholm an hour before. Divers"
    " looked at the hull all night and found a tear of nine metres below the water line. The"
    " company that owns the Halcyon, Aldous Lines, said that its captain had reported a failure of"
    " the rudder two minutes before the collision. An inquiry was opened on Wednesday, and the"
    " minister of transport, Piet Orlan, asked all ferries of that class to stay in port until"
    " their rudders had been looked at. Passengers told of a bang and of darkness on all decks."
    " The hospital in Brenholm said that six of them were still in its care on Thursday morning."
)


class Session:
    """What the stages need of a crawl."""

    def __init__(self, database: Database, folder: Path, crawl_id: int | None) -> None:
        self.database, self.crawl_id = database, crawl_id
        self.raw = RawPages(folder, crawl_id)
        self.keep_unused = timedelta(days=30)
        self.reread = READ_AGAIN

    def now(self) -> datetime:
        return NOW


@pytest.fixture
def followed(database: Database) -> Database:
    seed = Seed(TEXT, "Ferry Halcyon strikes pier in Port Aldous")
    incident = Incident("ferry", "The ferry", derive([seed]), seeds=(seed,))
    with database.write() as conn:
        incidents.add(conn, incident, NOW)
    return database


def judged(session: Session, url: str, *, link_id: int | None = None, text: str = TEXT):
    page = Page(url, url, 200, (), b"<html>", NOW, link_id=link_id)
    article = Article(url, url, "Ferry Halcyon strikes pier", text)
    cleaned = Cleaned(page, article)
    return stages.Relevance(session).process_item(cleaned)


def begun(session: Session, url: str) -> int:
    """A crawl of the session that fetches an address; gives the link's id."""
    with session.database.write() as conn:
        id = crawls.request(conn, Trigger.HAND, "test", {}, now=NOW)
        session.crawl_id = id
        offered = Offered(Link(url), canonical_key(url), host_of(url))
        (answer,) = offers.offer(conn, [offered], id, now=NOW)
        frontier.take(conn, id, busy_hosts=(), now=NOW, wall_now=NOW, lease_seconds=60, limit=1)
    assert answer.link_id is not None
    return answer.link_id


def test_one_article_read_by_two_processes_at_once_is_stored_once(
    followed: Database, tmp_path: Path
) -> None:
    session = Session(followed, tmp_path, None)
    item = judged(session, "http://a.test/halcyon")
    dedupe, store = stages.Dedupe(session), stages.Store(session)
    first, second = dedupe.process_item(item), dedupe.process_item(item)
    assert store.store(first).outcome is Outcome.STORED
    assert store.store(second).outcome is Outcome.UNCHANGED


def test_copies_stored_by_two_processes_at_once_are_grouped(
    followed: Database, tmp_path: Path
) -> None:
    session = Session(followed, tmp_path, None)
    dedupe, store = stages.Dedupe(session), stages.Store(session)
    first = dedupe.process_item(judged(session, "http://a.test/halcyon"))
    second = dedupe.process_item(judged(session, "http://b.test/ferry"))
    assert store.store(first).outcome is Outcome.STORED
    assert store.store(second).outcome is Outcome.COPY


def ferry() -> Incident:
    seed = Seed(TEXT, "Ferry Halcyon strikes pier in Port Aldous")
    return Incident("ferry", "The ferry", derive([seed]), seeds=(seed,))


def test_an_incident_opened_while_a_crawl_runs_takes_its_pages(
    database: Database, tmp_path: Path
) -> None:
    session = Session(database, tmp_path, None)
    stage, dedupe, store = stages.Relevance(session), stages.Dedupe(session), stages.Store(session)

    def read(url: str) -> Outcome:
        page = Page(url, url, 200, (), b"<html>", NOW)
        cleaned = Cleaned(page, Article(url, url, "Ferry Halcyon strikes pier", TEXT))
        return store.store(dedupe.process_item(stage.process_item(cleaned))).outcome

    assert read("http://a.test/1") is Outcome.OFF_TOPIC
    with database.write() as conn:
        incidents.add(conn, ferry(), NOW)
    assert read("http://b.test/2") is Outcome.STORED
    with database.write() as conn:
        incidents.set_open(conn, "ferry", False)
    assert read("http://c.test/3") is Outcome.OFF_TOPIC


def test_an_incident_deleted_after_it_judged_a_page_costs_the_page_nothing(
    followed: Database, tmp_path: Path
) -> None:
    session = Session(followed, tmp_path, None)
    with followed.write() as conn:
        incidents.add(conn, replace(ferry(), slug="other"), NOW)
    compared = stages.Dedupe(session).process_item(judged(session, "http://a.test/halcyon"))
    with followed.write() as conn:
        incidents.delete(conn, "ferry", now=NOW)
    stored = stages.Store(session).store(compared)
    assert stored.outcome is Outcome.STORED
    with followed.read() as conn:
        assert [m.slug for m in matches.of_article(conn, stored.article_id or 0)] == ["other"]


def test_an_unchanged_article_is_taken_by_an_incident_that_never_judged_it(
    database: Database, tmp_path: Path
) -> None:
    session = Session(database, tmp_path, None)
    dedupe, store = stages.Dedupe(session), stages.Store(session)
    first = store.store(dedupe.process_item(judged(session, "http://a.test/halcyon")))
    assert first.outcome is Outcome.OFF_TOPIC
    id = first.article_id or 0
    with database.write() as conn:
        number = incidents.add(conn, ferry(), NOW)
        assert matches.unjudged(conn, id) == {number}
    again = store.store(dedupe.process_item(judged(session, "http://a.test/halcyon")))
    assert (again.outcome, again.article_id) == (Outcome.UNCHANGED, id)
    with database.read() as conn:
        assert [str(m.verdict) for m in matches.of_article(conn, id)] == ["follow_up"]
        assert matches.unjudged(conn, id) == frozenset()
        known = articles.get(conn, id)
        assert (known.outcome, known.expires_at) == (Outcome.STORED, None)
        assert known.due_at is not None
    copy = store.store(dedupe.process_item(judged(session, "http://b.test/ferry")))
    assert copy.outcome is Outcome.COPY


def test_what_was_forgotten_is_not_taken_in_again_through_another_address(
    followed: Database, tmp_path: Path
) -> None:
    session = Session(followed, tmp_path, None)
    dedupe, store = stages.Dedupe(session), stages.Store(session)
    taken = store.store(dedupe.process_item(judged(session, "http://a.test/halcyon")))
    with followed.write() as conn:
        forgetting.forget_article(conn, taken.article_id or 0, now=NOW, folder=tmp_path)
    link_id = begun(session, "http://a.test/old-address")
    again = judged(session, "http://a.test/halcyon", link_id=link_id)
    stored = store.store(dedupe.process_item(again))
    assert stored.outcome is Outcome.ALREADY_KNOWN
    assert stored.article_id is None
    assert not list(tmp_path.glob("crawl-*.warc.gz"))
