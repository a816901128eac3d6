"""The rows of what people set, on both databases."""

from datetime import UTC, datetime, timedelta

import pytest

from pipelines.incident import Follows, Incident, Profile, Source, SourceKind
from pipelines.store import Connection, Database, incidents, schedules, sources
from pipelines.store.schedules import Subject

NOW = datetime(2014, 12, 20, 12, 0, 0, 5, tzinfo=UTC)
ALL = Subject()
RULE = {"every_seconds": 900, "windows": ["mon 08:00-09:00"]}


def source(conn: Connection, name: str) -> int:
    return sources.add(conn, Source(SourceKind.FEED, f"https://{name}.test/"), now=NOW)[0]


def incident(conn: Connection, slug: str, follows: Follows | None = None) -> int:
    profile = Profile((), ("en",), 0.2, 0.1)
    return incidents.add(conn, Incident(slug, slug, profile, follows=follows or Follows()), NOW)


def test_a_setting_keeps_what_is_not_named_and_goes_when_nothing_is_left(
    database: Database,
) -> None:
    later = NOW + timedelta(hours=1)
    with database.write() as conn:
        schedules.put(conn, ALL, {"rule": RULE}, by="ann", now=NOW)
        schedules.put(conn, ALL, {"paused_at": later}, by="bob", now=later)
        [kept] = schedules.list_all(conn)
        assert (kept.rule, kept.paused_at) == (RULE, later)
        assert (kept.changed_by, kept.changed_at) == ("bob", later)
        schedules.put(conn, ALL, {"rule": None}, by="bob", now=later)
        assert [one.rule for one in schedules.list_all(conn)] == [None]
        schedules.put(conn, ALL, {"paused_at": None}, by="bob", now=later)
        assert schedules.list_all(conn) == []


def test_settings_come_from_wide_to_narrow(database: Database) -> None:
    with database.write() as conn:
        ids = [source(conn, "a"), source(conn, "b")]
        ferry = incident(conn, "ferry")
        subjects = [Subject(source_id=ids[1]), Subject(incident_id=ferry), ALL]
        for subject in [*subjects, Subject(source_id=ids[0])]:
            schedules.put(conn, subject, {"rule": RULE}, by="ann", now=NOW)
        listed = schedules.list_all(conn)
        of_one = schedules.list_all(conn, source_id=ids[1])
    names = ["all", f"incident {ferry}", f"source {ids[0]}", f"source {ids[1]}"]
    assert [one.subject.name for one in listed] == names
    assert [one.subject.name for one in of_one] == [*names[:2], names[3]]
    assert [one.slug for one in listed] == [None, "ferry", None, None]


def test_a_setting_goes_with_its_incident_or_source(database: Database) -> None:
    with database.write() as conn:
        id, ferry = source(conn, "a"), incident(conn, "ferry")
        for subject in (Subject(source_id=id), Subject(incident_id=ferry)):
            schedules.put(conn, subject, {"rule": RULE}, by="ann", now=NOW)
        sources.remove(conn, id)
        incidents.delete(conn, "ferry", now=NOW)
        assert schedules.list_all(conn) == []


def test_followers_are_the_open_incidents(database: Database) -> None:
    follows = Follows(ids=(3, 4), tags=("asia",), languages=("ko",), countries=("KR",))
    with database.write() as conn:
        incident(conn, "ferry", follows)
        incident(conn, "storm")
        incidents.set_open(conn, "storm", False)
        assert [(one.slug, one.follows) for one in schedules.followers(conn)] == [
            ("ferry", follows)
        ]


def test_sources_rest_and_are_appointed_without_each_other(database: Database) -> None:
    with database.write() as conn:
        ids = [source(conn, str(number)) for number in range(1_200)]
        schedules.rest(conn, ids[:1_100])
        assert len(schedules.resting(conn)) == 1_100
        schedules.appoint(conn, dict.fromkeys(ids[:1000], NOW) | {ids[1_150]: None})
        schedules.wake(conn, ids[:1_099])
        assert [one.id for one in schedules.resting(conn)] == [ids[1_099]]
        assert sources.get(conn, ids[999]).due_at == NOW
        assert sources.get(conn, ids[1_000]).due_at is None
        schedules.appoint(conn, {})
        schedules.rest(conn, [])


def test_a_subject_is_one_thing() -> None:
    assert [one.name for one in (ALL, Subject(3), Subject(source_id=12))] == [
        "all", "incident 3", "source 12",
    ]  # fmt: skip
    with pytest.raises(AttributeError):
        ALL.incident_id = 3  # type: ignore[misc]
