"""What a page says beside its words is kept with them: markup, section, price, times, entries."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Column, Connection, MetaData, Table

from pipelines.incident import Incident, Profile
from pipelines.items import Article, Dated, Entry, Relevance
from pipelines.outcomes import Outcome, Verdict
from pipelines.store import (
    Database,
    articles,
    expiry,
    exports,
    forgetting,
    incidents,
    matches,
    open_database,
    schema,
    texts,
)
from pipelines.urls import canonical_key
from tests.pipelines.store.migrated import at_migration

NOW = datetime(2014, 12, 20, 12, tzinfo=UTC)
DAY = timedelta(days=1)
EAST = timezone(timedelta(hours=9))
URL = "https://lantern.test/network"
ARTICLE = Article(
    url=URL,
    canonical_url=URL,
    title="Network down",
    text="The studio kept its network down.\n\n- mail\n- pay",
    section="Business",
    is_free=False,
    html="<p>The studio kept its network down.</p>\n<ul>\n<li>mail</li>\n<li>pay</li></ul>",
    dates=(
        Dated(
            "published",
            "2014-11-25T09:30:00+09:00",
            "json-ld",
            datetime(2014, 11, 25, 9, 30, tzinfo=EAST),
            True,
        ),
        Dated("modified", "2051-01-01", "meta", None, False, "in the future"),
    ),
    entries=(
        Entry(datetime(2014, 11, 25, 9, 30, tzinfo=EAST), "Mail is down", "No mail."),
        Entry(None, None, "No pay."),
    ),
)


def put(conn: Connection, new: Article, *, expires_at: datetime | None = None) -> int:
    return articles.insert(
        conn,
        new,
        keys=(canonical_key(new.url),),
        outcome=Outcome.STORED,
        seen_at=NOW,
        expires_at=expires_at,
    )


def test_structure_comes_back_as_it_was_stored(database: Database) -> None:
    with database.write() as conn:
        id = put(conn, ARTICLE)
    with database.read() as conn:
        known = articles.get(conn, id)
        (version,) = texts.of_article(conn, id)
    assert (known.section, known.is_free, known.html) == ("Business", False, ARTICLE.html)
    assert (known.dates, known.entries) == (ARTICLE.dates, ARTICLE.entries)
    assert known.dates[0].at is not None
    assert known.dates[0].at.utcoffset() == timedelta(hours=9)
    assert (version.html, version.entries) == (ARTICLE.html, ARTICLE.entries)


def test_what_a_page_does_not_say_is_none(database: Database) -> None:
    with database.write() as conn:
        known = articles.get(conn, put(conn, Article(URL, URL, None, "Words.")))
    assert (known.section, known.is_free, known.html) == (None, None, None)
    assert (known.dates, known.entries) == ((), ())


def test_each_version_has_its_own_markup(database: Database) -> None:
    changed = replace(ARTICLE, text="It is up.", html="<p>It is <em>up</em>.</p>", entries=())
    with database.write() as conn:
        id = put(conn, ARTICLE)
        articles.revise(conn, id, changed, seen_at=NOW + DAY)
        versions = texts.of_article(conn, id)
        known = articles.get(conn, id)
    assert [version.html for version in versions] == [ARTICLE.html, changed.html]
    assert [version.entries for version in versions] == [ARTICLE.entries, ()]
    assert known.html == changed.html


def test_a_later_reading_that_is_silent_takes_nothing_back(database: Database) -> None:
    silent = replace(ARTICLE, text="It is up.", section=None, is_free=None, dates=())
    opened = replace(silent, text="It is up for all.", is_free=True)
    with database.write() as conn:
        id = put(conn, ARTICLE)
        articles.revise(conn, id, silent, seen_at=NOW + DAY)
        known = articles.get(conn, id)
        assert (known.section, known.is_free, known.dates) == ("Business", False, ARTICLE.dates)
        articles.revise(conn, id, opened, seen_at=NOW + DAY)
        assert articles.get(conn, id).is_free is True


def test_markup_and_entries_expire_with_the_text(database: Database, tmp_path: Path) -> None:
    with database.write() as conn:
        id = put(conn, ARTICLE, expires_at=NOW)
        articles.revise(conn, id, replace(ARTICLE, text="It is up."), seen_at=NOW)
        assert expiry.expire(conn, now=NOW, folder=tmp_path) == 1
        versions = texts.of_article(conn, id)
        known = articles.get(conn, id)
    assert [(one.text, one.html, one.entries) for one in versions] == [(None, None, ())] * 2
    assert (known.text, known.html, known.entries) == (None, None, ())
    assert (known.section, known.dates) == ("Business", ARTICLE.dates)


def test_nothing_of_a_forgotten_article_is_left(database: Database, tmp_path: Path) -> None:
    with database.write() as conn:
        id = put(conn, ARTICLE)
        forgetting.forget_article(conn, id, now=NOW, folder=tmp_path)
        assert texts.of_article(conn, id) == []


def test_an_export_holds_the_structure(database: Database) -> None:
    with database.write() as conn:
        id = put(conn, ARTICLE)
        sony = incidents.add(conn, Incident("sony", "Sony", Profile((), ("en",), 0.2, 0.1)), NOW)
        matches.save(conn, id, [Relevance(sony, 0.3, Verdict.FOLLOW_UP)], now=NOW)
        (row,) = exports.export(conn, sony)
    assert (row.html, row.section, row.is_free) == (ARTICLE.html, "Business", False)
    assert (row.dates, row.entries) == (ARTICLE.dates, ARTICLE.entries)


def test_articles_of_an_earlier_version_stay_readable(database_url: str) -> None:
    """A store that stands at migration 4 is taken to the present one with its articles."""
    id = _stored_at(database_url, "0004")
    opened = open_database(database_url)
    with opened.write() as conn:
        known = articles.get(conn, id)
        assert (known.text, known.section, known.html) == (ARTICLE.text, None, None)
        assert (known.dates, known.entries, known.credit) == ((), (), None)
        assert (known.gone_reads, known.cosmetic_changes) == (0, 0)
        articles.revise(conn, id, replace(ARTICLE, text="It is up."), seen_at=NOW)
        assert [one.html for one in texts.of_article(conn, id)] == [None, ARTICLE.html]
    opened.close()


def _stored_at(database_url: str, migration: str) -> int:
    """An article in a store that no later migration has seen."""
    with at_migration(database_url, migration) as conn:
        put_row(
            conn,
            schema.article,
            {
                "id": 1,
                "key": canonical_key(URL),
                "url": URL,
                "canonical_url": URL,
                "host": "lantern.test",
                "title": ARTICLE.title,
                "authors": [],
                "first_seen_at": NOW,
                "listed_at": NOW,
                "read_at": NOW,
                "reads": 1,
                "partial": False,
                "words": 6,
                "text_sha256": "0",
                "provenance": {},
                "outcome": "stored",
            },
        )
        version = {"article_id": 1, "number": 1, "title": ARTICLE.title, "text": ARTICLE.text}
        put_row(conn, schema.revision, version | {"seen_at": NOW, "text_sha256": "0"})
    return 1


def put_row(conn: Connection, into: Table, row: dict[str, object]) -> None:
    """One row, of the columns alone that were there then."""
    then = Table(into.name, MetaData(), *(Column(name, into.c[name].type) for name in row))
    conn.execute(then.insert().values(**row))


HOSTILE = st.text(alphabet=st.characters(codec=None, exclude_categories=()), max_size=30)


@settings(max_examples=30, deadline=None, suppress_health_check=list(HealthCheck))
@given(words=st.lists(HOSTILE, min_size=8, max_size=8))
def test_no_characters_break_the_structure(database: Database, words: list[str]) -> None:
    new = Article(
        URL,
        URL,
        None,
        "Words.",
        section=words[0],
        html=words[1],
        dates=(Dated(words[2], words[3], words[4], NOW, why_not=words[5]),),
        entries=(Entry(NOW, words[6], words[7]),),
    )
    with database.write() as conn:
        known = articles.find_by_keys(conn, [canonical_key(URL)])
        id = known.id if known else put(conn, new)
        articles.revise(conn, id, new, seen_at=NOW)
        stored = articles.get(conn, id)
    kept = [
        "".join(c for c in word if c != "\x00" and not 0xD800 <= ord(c) < 0xE000) for word in words
    ]
    one, entry = stored.dates[0], stored.entries[0]
    found = [stored.section, stored.html, one.role, one.raw, one.source, one.why_not]
    assert [*found, entry.title, entry.text] == kept
