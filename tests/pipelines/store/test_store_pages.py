"""Raw pages: on disk before their row, cut off without one, gone when forgotten."""

import gzip
import os
import signal
import subprocess
import sys
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from kept import join
from sqlalchemy import Connection
from warcio.archiveiterator import ArchiveIterator

from pipelines.errors import StoreError, UnknownThing
from pipelines.items import Article, Link, Page, Sketch
from pipelines.outcomes import Outcome
from pipelines.store import (
    Database,
    articles,
    crawls,
    forgetting,
    frontier,
    offers,
    open_database,
    pages,
    sketches,
)
from pipelines.store.offers import Offered
from pipelines.store.pages import RawPages
from pipelines.store.schema import alias, link, match, page, revision, sketch, tombstone
from pipelines.urls import canonical_key, host_of
from tests.pipelines.store import asked

NOW = datetime(2014, 12, 20, 12, tzinfo=UTC)


def answer(url: str, body: bytes = b"<p>Words</p>", **headers: str) -> Page:
    given_headers = tuple(headers.items()) or (("content-type", "text/html"),)
    return Page(url, url, 200, given_headers, body, NOW)


def put(
    conn: Connection,
    raw: RawPages | None,
    name: str,
    *,
    outlet: str | None = "The Lantern",
    host: str = "lantern.test",
) -> int:
    url = f"https://{host}/{name}"
    body = f"<p>CANARY-{name}</p>".encode() * 50
    kept = None if raw is None else raw.append(answer(url, body))
    words = f"The canary text of {name}."
    return articles.insert(
        conn,
        Article(url, url, f"Headline {name}", words, outlet=outlet, published_at=NOW),
        keys=(canonical_key(url), f"{host}/{name}-alias"),
        outcome=Outcome.STORED,
        seen_at=NOW,
        raw=kept,
    )


def bodies(folder: Path) -> list[bytes]:
    """What WARC's own reader finds in all files, in order."""
    found = []
    for path in sorted(folder.glob("*.warc.gz")):
        with path.open("rb") as file:
            found += [
                record.content_stream().read()
                for record in ArchiveIterator(file)
                if record.rec_type == "response"
            ]
    return found


def test_an_answer_comes_back_as_it_was_sent(database: Database, tmp_path: Path) -> None:
    raw = RawPages(tmp_path, 12)
    body = bytes(range(256)) * 20
    with database.write() as conn:
        id = put(conn, None, "one")
        kept = raw.append(answer("https://lantern.test/one", body))
        crawl_id = crawls.request(conn, crawls.Trigger.HAND, "x", {}, now=NOW)
        pages.record(conn, kept, article_id=id, crawl_id=crawl_id)
        assert pages.read(conn, tmp_path, id) == body
        assert pages.of_article(conn, id) == [kept]
    raw.close()
    assert [path.name for path in tmp_path.glob("*.gz")] == ["crawl-000012.warc.gz"]
    with (tmp_path / "crawl-000012.warc.gz").open("rb") as file:
        (record,) = [r for r in ArchiveIterator(file) if r.content_stream().read() == body]
        headers = record.rec_headers
        assert headers.get_header("WARC-Target-URI") == "https://lantern.test/one"
        assert headers.get_header("WARC-Date") == "2014-12-20T12:00:00Z"
        assert record.http_headers.get_statuscode() == "200"


def test_an_article_without_a_raw_answer_has_none(database: Database, tmp_path: Path) -> None:
    with database.write() as conn:
        id = put(conn, None, "one")
        assert pages.read(conn, tmp_path, id) is None


def test_a_lost_file_is_told(database: Database, tmp_path: Path) -> None:
    raw = RawPages(tmp_path, 1)
    with database.write() as conn:
        id = put(conn, raw, "one")
        raw.close()
        (tmp_path / "crawl-000001.warc.gz").unlink()
        with pytest.raises(StoreError):
            pages.read(conn, tmp_path, id)


HOSTILE = st.text(alphabet=st.characters(codec=None, exclude_categories=()), max_size=20)


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(url=HOSTILE, headers=st.lists(st.tuples(HOSTILE, HOSTILE), max_size=4), body=st.binary())
def test_no_header_breaks_a_file(
    tmp_path: Path, url: str, headers: list[tuple[str, str]], body: bytes
) -> None:
    folder = tmp_path / "raw"
    for path in folder.glob("*"):
        path.unlink()
    raw = RawPages(folder, 1)
    url = f"http://a.test/{url}"
    given_headers = (*headers, ("content-encoding", "gzip"), ("transfer-encoding", "chunked"))
    raw.append(Page(url, url, 200, given_headers, body, NOW))
    raw.append(answer("https://lantern.test/after", b"after"))
    raw.close()
    assert bodies(folder) == [body, b"after"]


def test_a_file_in_other_hands_is_passed_over(tmp_path: Path) -> None:
    one, two = RawPages(tmp_path), RawPages(tmp_path)
    first, second = one.append(answer("http://a.test/")), two.append(answer("http://a.test/"))
    assert first.warc_file != second.warc_file
    assert (first.warc_offset, second.warc_offset) == (0, 0)
    one.close()
    two.close()


def test_records_without_a_row_are_cut_off(database: Database, tmp_path: Path) -> None:
    raw, other = RawPages(tmp_path, 1), RawPages(tmp_path, 2)
    with database.write() as conn:
        put(conn, raw, "one")
        raw.append(answer("https://lantern.test/failed", b"CANARY-failed"))
        put(conn, raw, "two")
        raw.append(answer("https://lantern.test/tail", b"CANARY-tail"))
        other.append(answer("https://lantern.test/only", b"CANARY-only"))
    with database.write() as conn:
        assert pages.cut_orphans(conn, tmp_path) == 0, "a living process has both files open"
    raw.close()
    other.close()
    with (tmp_path / "crawl-000001.warc.gz").open("ab") as file:
        file.write(b"\x1f\x8b half a member")
    with database.write() as conn:
        assert pages.cut_orphans(conn, tmp_path) > 0
        assert pages.cut_orphans(conn, tmp_path) == 0
        assert pages.read(conn, tmp_path, 2) == b"<p>CANARY-two</p>" * 50
    assert bodies(tmp_path) == [b"<p>CANARY-one</p>" * 50, b"<p>CANARY-two</p>" * 50]
    assert [path.name for path in tmp_path.glob("*.gz")] == ["crawl-000001.warc.gz"]


_KILLED = """
import os, signal, sys
from datetime import UTC, datetime
from pathlib import Path
from pipelines.items import Article, Page
from pipelines.outcomes import Outcome
from pipelines.store import articles, open_database
from pipelines.store.pages import RawPages

url, folder, point = sys.argv[1], Path(sys.argv[2]), sys.argv[3]
now = datetime(2014, 12, 20, 12, tzinfo=UTC)
database, raw = open_database(url), RawPages(folder, 1)

def die(where):
    if where == point:
        os.kill(os.getpid(), signal.SIGKILL)

for n in range(4):
    address = f"https://lantern.test/{n}"
    kept = raw.append(Page(address, address, 200, (), b"page %d" % n, now))
    if n == 3:
        die("appended")
    with database.write() as conn:
        read = Article(address, address, f"Headline {n}", "Words.")
        key = f"lantern.test/{n}"
        articles.insert(conn, read, keys=(key,), outcome=Outcome.STORED, seen_at=now, raw=kept)
        if n == 3:
            die("inserted")
    if n == 3:
        die("committed")
"""


@pytest.mark.parametrize(("point", "left"), [("appended", 3), ("inserted", 3), ("committed", 4)])
def test_a_kill_leaves_rows_and_records_in_step(
    database_url: str, tmp_path: Path, point: str, left: int
) -> None:
    folder = tmp_path / "raw"
    command = [sys.executable, "-c", _KILLED, database_url, str(folder), point]
    assert subprocess.run(command, check=False).returncode == -signal.SIGKILL
    database = open_database(database_url)
    with database.write() as conn:
        pages.cut_orphans(conn, folder)
        ids = asked.ids(conn)
        assert len(ids) == left
        assert sorted(pages.read(conn, folder, id) or b"" for id in ids) == bodies(folder)
    database.close()
    assert len(bodies(folder)) == left


# -------------------------------------------------------------------------------------- forgetting


def everything(folder: Path) -> bytes:
    """All bytes of all files under a folder, gzip members unpacked."""
    found = b""
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            data = path.read_bytes()
            found += data + (gzip.decompress(data) if path.suffix == ".gz" else b"")
    return found


def test_a_forgotten_article_leaves_no_trace_but_its_tombstone(
    database: Database, tmp_path: Path
) -> None:
    raw = RawPages(tmp_path, 1)
    with database.write() as conn:
        first, second, third = (put(conn, raw, name) for name in ("one", "two", "three"))
        sketches.keep(conn, second, Sketch((1, 2), 20, 7), [1, 2])
        join(conn, third, second, now=NOW)
        assert articles.get(conn, second).copy_of == third
        crawl_id = crawls.request(conn, crawls.Trigger.HAND, "x", {}, now=NOW)
        url = "https://lantern.test/two"
        said = Link(url, title="CANARY headline", snippet="CANARY snippet")
        wanted = Offered(said, canonical_key(url), "lantern.test", force=True)
        link_id = offers.offer(conn, [wanted], crawl_id, now=NOW)[0].link_id
        assert link_id is not None
        frontier.settle(conn, crawl_id, link_id, Outcome.STORED, None, now=NOW, article_id=second)
        counts = crawls.counts(conn, crawl_id)
    with database.write() as conn:
        gone = forgetting.forget_article(conn, second, now=NOW, folder=tmp_path)
        assert gone == forgetting.Forgotten((second,), 1)
    # A record is still appended by the crawl that has the file open.
    with database.write() as conn:
        fourth = put(conn, raw, "four")
    raw.close()
    database.scrub()
    with database.read() as conn:
        for table in (alias, revision, sketch, match, page):
            assert [row for row in conn.execute(table.select()) if row.article_id == second] == []
        assert {row.value for row in conn.execute(tombstone.select())} == {
            "lantern.test/two",
            "lantern.test/two-alias",
        }
        (row,) = conn.execute(link.select()).all()
        assert (row.title, row.snippet, row.article_id) == (None, None, None)
        assert crawls.counts(conn, crawl_id) == counts
        assert articles.get(conn, third).copy_of is None
        assert sketches.holders(conn, [1, 2]) == {}
        for id, name in ((first, b"one"), (third, b"three"), (fourth, b"four")):
            assert (
                pages.read(conn, tmp_path, id)
                == b"<p>CANARY-" + name + b"</p>" * 1 + (b"<p>CANARY-" + name + b"</p>") * 49
            )
        assert asked.ids(conn, "canary two") == []
        assert len(asked.ids(conn, "canary")) == 3
        with pytest.raises(UnknownThing):
            articles.get(conn, second)
    assert [body[:20] for body in bodies(tmp_path)] == [
        b"<p>CANARY-one</p><p>",
        b"<p>CANARY-three</p><",
        b"<p>CANARY-four</p><p",
    ]
    assert b"CANARY-two" not in everything(tmp_path)
    with database.write() as conn:
        assert pages.cut_orphans(conn, tmp_path) == 0


def test_a_scrubbed_sqlite_file_holds_no_word_of_what_was_forgotten(tmp_path: Path) -> None:
    database = open_database(f"sqlite:///{tmp_path / 'followup.db'}")
    with database.write() as conn:
        kept, gone = (
            articles.insert(
                conn,
                Article(f"http://a.test/{n}", f"http://a.test/{n}", None, words),
                keys=(f"a.test/{n}",),
                outcome=Outcome.STORED,
                seen_at=NOW,
            )
            for n, words in enumerate(("Ordinary words.", "Zyxwvut qponmlk " * 300))
        )
    assert b"zyxwvut" in everything(tmp_path).lower()
    with database.write() as conn:
        forgetting.forget_article(conn, gone, now=NOW, folder=tmp_path)
    database.scrub()
    left = everything(tmp_path).lower()
    assert b"zyxwvut" not in left
    assert b"qponmlk" not in left
    with database.read() as conn:
        assert asked.ids(conn, "ordinary") == [kept]
    database.close()


def test_forgetting_again_after_a_crash_between_disk_and_row_ends_it(
    database: Database, tmp_path: Path
) -> None:
    raw = RawPages(tmp_path, 1)
    with database.write() as conn:
        ids = [put(conn, raw, name) for name in ("one", "two")]
    raw.close()

    def crash() -> None:
        with database.write() as conn:
            forgetting.forget_article(conn, ids[0], now=NOW, folder=tmp_path)
            raise RuntimeError

    with pytest.raises(RuntimeError):
        crash()
    assert len(bodies(tmp_path)) == 1
    with database.write() as conn:
        assert articles.get(conn, ids[0]).text is not None
        forgetting.forget_article(conn, ids[0], now=NOW, folder=tmp_path)
        assert pages.read(conn, tmp_path, ids[1]) is not None


def test_a_forgotten_address_is_never_fetched_again(database: Database, tmp_path: Path) -> None:
    with database.write() as conn:
        id = put(conn, None, "one")
        crawl_id = crawls.request(conn, crawls.Trigger.HAND, "x", {}, now=NOW)
        url = "http://www.lantern.test/two?utm_source=x"
        wanted = Offered(Link(url), canonical_key(url), host_of(url))
        offers.offer(conn, [wanted], crawl_id, now=NOW)
        gone = forgetting.forget_url(conn, "https://lantern.test/two", now=NOW, folder=tmp_path)
        assert gone.articles == ()
        by_alias = forgetting.forget_url(
            conn, "https://lantern.test/one-alias", now=NOW, folder=tmp_path
        )
        assert by_alias.articles == (id,)
        counts = crawls.counts(conn, crawl_id)
        assert counts == crawls.Counts({Outcome.ALREADY_KNOWN: 1}, 0)
        again = [
            Offered(Link(f"https://{key}"), key, "lantern.test", force=True)
            for key in ("lantern.test/two", "lantern.test/one", "lantern.test/one-alias")
        ]
        second = crawls.request(conn, crawls.Trigger.HAND, "x", {}, now=NOW)
        answers = offers.offer(conn, again, second, now=NOW)
        assert [each.outcome for each in answers] == [Outcome.ALREADY_KNOWN] * 3


def test_a_forgotten_outlet_is_barred_by_its_host_but_not_a_portals(
    database: Database, tmp_path: Path
) -> None:
    with database.write() as conn:
        own = put(conn, None, "one")
        also = put(conn, None, "two", host="portal.test")
        other = put(conn, None, "three", host="portal.test", outlet="The Wire")
        gone = forgetting.forget_outlet(conn, " the LANTERN", now=NOW, folder=tmp_path)
        assert gone.articles == (own, also)
        assert gone.hosts == ("lantern.test",)
        assert articles.get(conn, other).outlet == "The Wire"
        crawl_id = crawls.request(conn, crawls.Trigger.HAND, "x", {}, now=NOW)
        found = [
            Offered(Link(f"https://{host}/new"), f"{host}/new", host)
            for host in ("lantern.test", "uk.lantern.test", "portal.test", "notlantern.test")
        ]
        answers = offers.offer(conn, found, crawl_id, now=NOW)
        known = Outcome.ALREADY_KNOWN
        assert [each.outcome for each in answers] == [known, known, None, None]
        with pytest.raises(UnknownThing):
            forgetting.forget_outlet(conn, "nobody", now=NOW, folder=tmp_path)
        met = forgetting.forget_outlet(conn, "notlantern.test", now=NOW, folder=tmp_path)
        assert (met.articles, met.hosts) == ((), ("notlantern.test",))


def test_a_folder_that_cannot_be_written_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(StoreError) as caught:
        RawPages(tmp_path / "file" / "raw", 1).append(answer("http://a.test/"))
    assert caught.value.remedy
    assert os.listdir(tmp_path) == ["file"]
