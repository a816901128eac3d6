"""Stored articles that can be judged again."""

from datetime import UTC, datetime, timedelta

from pipelines.incident import Incident, Profile
from pipelines.items import Article, Relevance
from pipelines.outcomes import Outcome, Verdict
from pipelines.store import Connection, Database, articles, holdings, incidents, matches
from pipelines.store.matches import Decision
from pipelines.urls import canonical_key

NOW = datetime(2014, 12, 1, tzinfo=UTC)
PROFILE = Profile((), ("en",), 0.2, 0.1)


def put(
    conn: Connection,
    name: str,
    *,
    days: int = 0,
    text: str = "A lantern is lit.",
    seen_at: datetime = NOW,
) -> int:
    url = f"https://lantern.test/{name}"
    at = NOW + timedelta(days=days)
    return articles.insert(
        conn,
        Article(url, url, name, text, published_at=at, language="en", outlet="The Lantern"),
        keys=(canonical_key(url),),
        outcome=Outcome.OFF_TOPIC,
        seen_at=seen_at,
    )


def open_incident(conn: Connection, slug: str) -> int:
    return incidents.add(conn, Incident(slug, slug, PROFILE), NOW)


def judge(
    conn: Connection,
    article_id: int,
    incident_id: int,
    verdict: Verdict = Verdict.FOLLOW_UP,
    *,
    forced: bool = False,
    score: float = 0.25,
) -> None:
    made = Relevance(incident_id, score, verdict, (), forced)
    matches.save(conn, article_id, [made], now=NOW)


def test_the_newest_come_first_and_only_those_with_a_text(database: Database) -> None:
    with database.write() as conn:
        old, new = put(conn, "old", days=-3), put(conn, "new", days=2)
        gone = put(conn, "gone")
        conn.exec_driver_sql("UPDATE article SET expired_at = first_seen_at WHERE title = 'gone'")
        assert holdings.newest(conn) == [new, old]
        assert holdings.newest(conn, 1) == [new]
        assert holdings.count(conn) == 2
        read = holdings.read(conn, [new, gone, old, 999])
    assert [held.id for held in read] == [old, new]
    assert read[0].article.text == "A lantern is lit."
    assert read[0].article.published_at == NOW - timedelta(days=3)
    assert read[0].article.outlet == "The Lantern"
    assert read[0].view is None


def test_an_article_is_read_as_it_is_by_now(database: Database) -> None:
    with database.write() as conn:
        id = put(conn, "lamp")
        first = holdings.read(conn, [id])[0]
        url = first.article.url
        articles.revise(conn, id, Article(url, url, "lamp", "It went out."), seen_at=NOW)
        again = holdings.read(conn, [id])
    assert [held.article.text for held in again] == ["It went out."]
    assert again[0].text_sha256 != first.text_sha256


def test_the_view_is_that_of_the_incident_asked_for(database: Database) -> None:
    with database.write() as conn:
        fire, flood = open_incident(conn, "fire"), open_incident(conn, "flood")
        judged, kept, forced = put(conn, "a"), put(conn, "b"), put(conn, "c")
        judge(conn, judged, fire, Verdict.CANDIDATE)
        matches.decide(conn, kept, fire, Decision.KEEP, by="Ida", now=NOW)
        judge(conn, forced, fire, forced=True)
        judge(conn, judged, flood)
        views = [held.view for held in holdings.read(conn, [judged, kept, forced], fire)]
    assert views == [
        holdings.View(0.25, Verdict.CANDIDATE, by_hand=False),
        holdings.View(0.0, Verdict.OFF_TOPIC, by_hand=True),
        holdings.View(0.25, Verdict.FOLLOW_UP, by_hand=True),
    ]


def test_follow_ups_are_counted_by_open_incident(database: Database) -> None:
    with database.write() as conn:
        fire, flood = open_incident(conn, "fire"), open_incident(conn, "flood")
        shut = open_incident(conn, "shut")
        ids = [put(conn, name) for name in "abcd"]
        for id in ids:
            judge(conn, id, fire)
            judge(conn, id, shut)
            judge(conn, id, flood, Verdict.CANDIDATE)
        matches.decide(conn, ids[0], fire, Decision.DISMISS, by="Ida", now=NOW)
        matches.decide(conn, ids[1], flood, Decision.STAR, by="Ida", now=NOW)
        incidents.set_open(conn, "shut", False)
        assert holdings.followed_by(conn, ids[:3]) == {"fire": 2, "flood": 1}
        assert holdings.followed_by(conn, []) == {}


def test_beside_a_new_article_stand_the_latest_that_came_near_and_what_was_decided(
    database: Database,
) -> None:
    with database.write() as conn:
        incident, closed = open_incident(conn, "lantern"), open_incident(conn, "closed")
        near, far, dismissed, elsewhere = (put(conn, name) for name in "abcd")
        late = put(conn, "e", seen_at=NOW + timedelta(days=3))
        judge(conn, near, incident, Verdict.CANDIDATE)
        judge(conn, far, incident, Verdict.OFF_TOPIC, score=0.01)
        judge(conn, dismissed, incident, Verdict.OFF_TOPIC, score=0.01)
        judge(conn, elsewhere, closed)
        judge(conn, late, incident)
        for id, decision in ((dismissed, Decision.DISMISS), (late, Decision.KEEP)):
            matches.decide(conn, id, incident, decision, note=None, by="test", now=NOW)
        matches.decide(conn, elsewhere, closed, Decision.KEEP, note=None, by="test", now=NOW)
        incidents.set_open(conn, "closed", False)
    with database.read() as conn:
        assert holdings.beside(conn, incident, 9, least=0.02) == [near, dismissed, late]
        assert holdings.beside(conn, closed, 9, least=0.02) == [elsewhere]
        assert holdings.beside(conn, incident, 2, least=0.02) == [near, late]
        assert holdings.decided(conn, 9) == [dismissed, late]
        assert holdings.decided(conn, 1) == [late]
        decided = {dismissed: {incident: False}, late: {incident: True}}
        assert holdings.decisions(conn, [near, dismissed, late]) == decided
        assert holdings.by_hand(conn, incident) == [dismissed, late]
