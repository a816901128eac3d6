"""The documents that a source is read from."""

from datetime import UTC, datetime, timedelta

from pipelines.incident import Source, SourceKind
from pipelines.store import Database, sources
from pipelines.store.validators import Validators

NOW = datetime(2014, 12, 20, tzinfo=UTC)
INDEX = "https://a.example/index.xml"
NOVEMBER, DECEMBER = "https://a.example/2014-11.xml", "https://a.example/2014-12.xml"


def test_a_file_that_an_index_named_is_known_before_it_was_read(database: Database) -> None:
    with database.write() as conn:
        id, _ = sources.add(conn, Source(SourceKind.SITEMAP, INDEX), now=NOW)
        sources.save_document(conn, id, INDEX, Validators('"1"'), now=NOW)
        sources.name_documents(conn, id, [DECEMBER, NOVEMBER], now=NOW)
    with database.read() as conn:
        assert set(sources.documents(conn, id)) == {INDEX, NOVEMBER, DECEMBER}
        assert sources.validators(conn, id, DECEMBER) == Validators()


def test_naming_a_file_again_keeps_its_validators(database: Database) -> None:
    later = NOW + timedelta(days=1)
    with database.write() as conn:
        id, _ = sources.add(conn, Source(SourceKind.SITEMAP, INDEX), now=NOW)
        sources.save_document(conn, id, DECEMBER, Validators('"2"'), now=later)
        sources.name_documents(conn, id, [NOVEMBER, DECEMBER], now=NOW)
    with database.read() as conn:
        assert sources.validators(conn, id, DECEMBER) == Validators('"2"')
        assert sources.documents(conn, id) == [DECEMBER, NOVEMBER]


def test_a_document_tells_since_when_it_was_not_modified(database: Database) -> None:
    later = NOW + timedelta(days=8)
    with database.write() as conn:
        id, _ = sources.add(conn, Source(SourceKind.FEED, INDEX), now=NOW)
        sources.save_document(conn, id, INDEX, Validators('"1"'), now=NOW)
        assert sources.unchanged_since(conn, id, INDEX) is None
        for at in (NOW, later):
            sources.mark_unchanged(conn, id, INDEX, now=at)
        assert sources.unchanged_since(conn, id, INDEX) == NOW
        sources.save_document(conn, id, INDEX, Validators('"2"'), now=later)
        assert sources.unchanged_since(conn, id, INDEX) is None
