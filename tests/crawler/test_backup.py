"""A backup is made while a crawl runs, and everything of its moment is there after a restore."""

import io
import json
import os
import shutil
import subprocess
import sys
import time
import zipfile
from datetime import UTC, datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from crawler.home import Home, open_home
from crawler.newsroom import Newsroom
from crawler.services import backup, crawls, demo, restore
from crawler.services.archive import Archive
from crawler.wanted import Wanted
from pipelines.errors import BadInput, FollowupError
from pipelines.outcomes import Outcome
from pipelines.store import Database, copying, forgetting, open_database, pages, raw_lock
from pipelines.store import crawls as crawl_rows
from pipelines.store.crawls import CrawlState
from pipelines.store.schema import DERIVED, article, crawl_link, host, link, metadata
from tests.conftest import PostgresServer
from tests.crawler.backups import bodies, config_of, quiet
from tests.crawler.terminal import SLUG, Terminal

AT = datetime(2014, 12, 22, 12, tzinfo=UTC)
Rows = dict[str, dict[tuple[Any, ...], dict[str, Any]]]
#: Tables whose rows a restore may change: what ran then is ended, what was in hand is queued again.
SETTLED = {"crawl", "crawl_link", "crawl_source", "link", "host", "server", "source"}


def rows_of(database: Database) -> Rows:
    """Every row of every table by its key."""
    with database.read() as conn:
        found: Rows = {}
        for table in metadata.sorted_tables:
            if table in DERIVED:
                continue
            keys = [column.name for column in table.primary_key.columns]
            rows = [dict(row._mapping) for row in conn.execute(select(table))]
            found[table.name] = {tuple(row[key] for key in keys): row for row in rows}
        return found


def snapshot_in(file: Path, folder: Path) -> Path:
    """The database as it lies in a backup."""
    folder.mkdir(exist_ok=True)
    with zipfile.ZipFile(file) as zipped:
        return Path(zipped.extract("followup.db", folder))


@pytest.fixture(scope="module")
def made_while_running(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, Path, int]:
    """A home whose crawl has ended, a backup of its middle, and the crawl that ran then."""
    folder = tmp_path_factory.mktemp("running")
    with Newsroom.serve(now=AT) as room, demo.open_visit(folder / "home", room, AT) as home:
        (folder / "home" / "config.toml").write_text('contact = "t@example.org"\n')
        demo.set_up(home)
        id, process = crawls.start(home, Wanted())
        wait_for_articles(home, 3)
        backup.to_file(home, folder / "b.zip", force=False, tell=quiet)
        assert process.poll() is None
        process.wait(60)
        assert crawls.get(home, id).state is CrawlState.FINISHED
    return folder / "home", folder / "b.zip", id


def wait_for_articles(home: Home, number: int) -> None:
    deadline = time.monotonic() + 30
    while time.monotonic() < deadline:
        with home.database.read() as conn:
            if copying.counts(conn)["page"] >= number:
                return
        time.sleep(0.02)
    pytest.fail("no articles came")


def test_what_the_moment_of_the_backup_held_is_there(
    made_while_running: tuple[Path, Path, int], tmp_path: Path
) -> None:
    home, file, id = made_while_running
    report = restore.from_file(config_of(tmp_path / "new"), file, tell=quiet)
    assert report.ended == (id,)
    assert report.lost == ()
    assert report.raw_pages >= 3
    with copying.opened(snapshot_in(file, tmp_path / "held")) as held:
        then = rows_of(held)
    with open_home(config_of(tmp_path / "new")) as restored, open_home(config_of(home)) as lived:
        now = rows_of(restored.database)
        assert {name: rows for name, rows in now.items() if name not in SETTLED} == {
            name: rows for name, rows in then.items() if name not in SETTLED
        }
        assert {name: rows.keys() for name, rows in now.items()} == {
            name: rows.keys() for name, rows in then.items()
        }
        later = bodies(lived)
        for article_id, body in bodies(restored).items():
            assert body == later[article_id]
        assert any(bodies(restored).values())
    assert (tmp_path / "new" / "config.toml").read_text() == 'contact = "t@example.org"\n'
    assert (tmp_path / "new" / "config.toml").stat().st_mode & 0o777 == 0o600
    log = (tmp_path / "new" / "logs" / f"crawl-{id:06d}.log").read_bytes()
    assert (home / "logs" / f"crawl-{id:06d}.log").read_bytes().startswith(log)


def test_what_ran_then_has_ended_and_its_links_are_queued(
    made_while_running: tuple[Path, Path, int], tmp_path: Path
) -> None:
    _, file, id = made_while_running
    restore.from_file(config_of(tmp_path / "new"), file, tell=quiet)
    with open_home(config_of(tmp_path / "new")) as home:
        row = crawls.get(home, id)
        assert row.state is CrawlState.FAILED
        assert row.end_reason == "it was running when the backup was made"
        assert sum((row.counts or {}).values()) == row.links_found
        with home.database.read() as conn:
            open_rows = select(crawl_link.c.link_id).where(crawl_link.c.outcome.is_(None))
            assert conn.execute(open_rows).all() == []
            assert conn.execute(select(link.c.id).where(link.c.state == "fetching")).all() == []
            assert conn.execute(select(host.c.host).where(host.c.leased_by.isnot(None))).all() == []
            assert crawl_rows.running(conn) == []
            assert copying.faults(conn) == []


def test_a_crawl_goes_on_where_the_backup_was_made(
    made_while_running: tuple[Path, Path, int], tmp_path: Path
) -> None:
    """What the undisturbed crawl stored, the restored home has after one more crawl."""
    lived, file, _ = made_while_running
    restore.from_file(config_of(tmp_path / "new"), file, tell=quiet)
    with Newsroom.serve(now=AT) as room, demo.open_visit(tmp_path / "new", room, AT) as home:
        assert crawls.run(home, Wanted()).state is CrawlState.FINISHED
        with open_home(config_of(lived)) as other:
            assert urls(home) == urls(other)
        with home.database.read() as conn:
            assert list(pages.unreadable(conn, home.config.raw_folder)) == []


def urls(home: Home) -> set[str]:
    with home.database.read() as conn:
        taken = select(article.c.canonical_url).where(article.c.outcome == Outcome.STORED)
        return set(conn.execute(taken).scalars())


# ------------------------------------------------------------------------- a home that is at rest


def test_a_backup_is_for_its_owner_alone_and_says_what_it_holds(full: Home, file: Path) -> None:
    assert file.stat().st_mode & 0o777 == 0o600
    assert sorted(path.name for path in file.parent.iterdir()) == ["b.zip", "home"]
    with Archive(file) as archive, full.database.read() as conn:
        manifest = archive.manifest
        assert manifest.counts == copying.counts(conn)
        files = {f"raw/{name}" for name in copying.named_files(conn)}
        assert files
        assert files < {member.name for member in manifest.members}
        assert manifest.lacking == ()
    with zipfile.ZipFile(file) as zipped:
        told = json.loads(zipped.read("manifest.json"))
        assert (told["product"], told["format"]) == ("followup", 1)
        for member in told["members"]:
            assert sha256(zipped.read(member["name"])).hexdigest() == member["sha256"]
        packed = {info.filename: info.compress_type for info in zipped.infolist()}
    assert {packed[name] for name in files} == {zipfile.ZIP_STORED}
    assert packed["followup.db"] == zipfile.ZIP_DEFLATED


def test_a_backup_replaces_nothing_unless_told_to(full: Home, file: Path, tmp_path: Path) -> None:
    before = file.stat()
    with pytest.raises(BadInput, match="already"):
        backup.to_file(full, file, force=False, tell=quiet)
    assert file.stat() == before
    backup.to_file(full, file, force=True, tell=quiet)
    assert file.stat().st_ino != before.st_ino
    own = full.config.home / "followup.db"
    for wrong in (own, full.config.raw_folder / "b.zip", tmp_path, tmp_path / "no" / "b.zip"):
        with pytest.raises(BadInput):
            backup.to_file(full, wrong, force=True, tell=quiet)
    assert own.read_bytes()[:6] == b"SQLite"


def test_a_backup_into_a_pipe_is_the_same(full: Home, file: Path, tmp_path: Path) -> None:
    class Pipe(io.BytesIO):
        def seekable(self) -> bool:
            return False

        def seek(self, *_: Any) -> int:
            raise io.UnsupportedOperation

        tell = seek

    pipe = Pipe()
    report = backup.to_stream(full, pipe, tell=quiet)
    assert report.record()["file"] is None
    (tmp_path / "pipe.zip").write_bytes(pipe.getvalue())
    with Archive(tmp_path / "pipe.zip") as piped, Archive(file) as filed:
        piped.check()
        assert piped.manifest.members == filed.manifest.members
    assert not list(full.config.home.glob(".backup*"))


def test_a_raw_page_that_is_lost_already_does_not_stop_a_backup(full: Home, tmp_path: Path) -> None:
    first, second = sorted(full.config.raw_folder.glob("*.warc.gz"))[:2]
    first.unlink()
    os.truncate(second, second.stat().st_size - 10)
    told: list[str] = []
    report = backup.to_file(full, tmp_path / "b.zip", force=False, tell=told.append)
    assert report.record()["lacking"] == [first.name, second.name]
    assert any("2 files of raw pages are not here" in line for line in told)
    restored = restore.from_file(config_of(tmp_path / "new"), tmp_path / "b.zip", tell=quiet)
    assert restored.lost
    assert restored.articles == report.record()["articles"]


def test_forgetting_and_a_backup_wait_for_each_other(followed: Terminal, tmp_path: Path) -> None:
    raw = followed.home / "raw"
    with raw_lock.still(raw, waiting=pytest.fail):
        child = followed.child("forget", "1", "--yes")
        assert child.stderr is not None
        assert "backup" in child.stderr.readline()
        assert child.poll() is None
    child.communicate(timeout=30)
    assert child.returncode == 0
    with raw_lock.changing(raw) as may_change:
        assert may_change
        child = followed.child("backup", str(tmp_path / "b.zip"))
        assert child.stderr is not None
        assert "waits" in child.stderr.readline()
    child.communicate(timeout=30)
    assert child.returncode == 0


def test_what_was_left_at_the_end_of_a_file_is_not_backed_up(full: Home, tmp_path: Path) -> None:
    """A record whose transaction never came belongs to no row: it does not go along."""
    path = sorted(full.config.raw_folder.glob("*.warc.gz"))[0]
    size = path.stat().st_size
    with path.open("ab") as raw:
        raw.write(b"\x1f\x8bhalf a record")
    backup.to_file(full, tmp_path / "b.zip", force=False, tell=quiet)
    with zipfile.ZipFile(tmp_path / "b.zip") as zipped:
        assert zipped.getinfo(f"raw/{path.name}").file_size == size


# ------------------------------------------------------------------------------------- the doors


def test_the_commands_tell_what_they_did(followed: Terminal, tmp_path: Path) -> None:
    file, new = tmp_path / "b.zip", tmp_path / "new"
    made = followed.good("backup", file, "--json")
    assert made.json["bytes"] == file.stat().st_size
    assert made.json["articles"] > 10
    assert "Database" in made.err
    back = followed.good("restore", file, "--json", FOLLOWUP_HOME=str(new)).json
    assert (back["articles"], back["raw_pages"]) == (made.json["articles"], made.json["raw_pages"])
    assert back["raw_pages_lost"] == back["crawls_ended"] == back["notes"] == []
    exported = followed.good("export", SLUG).out
    assert followed.good("export", SLUG, FOLLOWUP_HOME=str(new)).out == exported
    again = followed("restore", file, FOLLOWUP_HOME=str(new))
    assert again.status == 1
    assert "is not empty" in again.err
    assert followed("backup", file).status == 1
    assert followed.good("backup", file, "--force").out == ""


def test_a_pipe_gets_nothing_but_the_backup(followed: Terminal, tmp_path: Path) -> None:
    child = subprocess.run(
        [sys.executable, "-m", "crawler", "backup", "-", "--json"],
        env={**os.environ, **followed.own},
        cwd=Path(__file__).resolve().parents[2],
        capture_output=True,
        check=True,
    )
    (tmp_path / "b.zip").write_bytes(child.stdout)
    with Archive(tmp_path / "b.zip") as archive:
        archive.check()
    assert b'"articles"' in child.stderr


# ----------------------------------------------------------------------------- where to restore to


def test_a_folder_that_holds_something_is_refused(file: Path, tmp_path: Path) -> None:
    for name in ("followup.db", "config.toml", "anything", "raw/x.warc.gz"):
        folder = tmp_path / "filled"
        (folder / name).parent.mkdir(parents=True)
        (folder / name).write_text("mine")
        with pytest.raises(BadInput, match="not empty"):
            restore.from_file(config_of(folder), file, tell=quiet)
        assert (folder / name).read_text() == "mine"
        shutil.rmtree(folder)
    (tmp_path / "file").write_text("mine")
    with pytest.raises(FollowupError):
        restore.from_file(config_of(tmp_path / "file"), file, tell=quiet)


def test_an_empty_folder_and_what_a_killed_restore_left_are_taken(
    file: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "new"
    for name in ("raw", "logs", ".restoring/raw"):
        (folder / name).mkdir(parents=True)
    (folder / ".restoring" / "followup.db").write_text("half")
    restore.from_file(config_of(folder), file, tell=quiet)
    names = sorted(path.name for path in folder.iterdir())
    assert names == ["followup.db", "logs", "raw"]


def test_a_database_beside_the_folder_is_restored_to_its_place(file: Path, tmp_path: Path) -> None:
    (tmp_path / "elsewhere").mkdir()
    path = tmp_path / "elsewhere" / "my.db"
    config = config_of(tmp_path / "new", database_url=f"sqlite:///{path}")
    report = restore.from_file(config, file, tell=quiet)
    assert not (tmp_path / "new" / "followup.db").exists()
    with open_home(config) as home:
        assert len(bodies(home)) == report.articles
    shutil.rmtree(tmp_path / "new")
    with pytest.raises(BadInput, match="database"):
        restore.from_file(config, file, tell=quiet)


def test_a_home_on_postgresql_goes_to_sqlite_and_back(
    full: Home, file: Path, postgres: PostgresServer, tmp_path: Path
) -> None:
    """SQLite -> PostgreSQL -> SQLite -> PostgreSQL: the same rows and raw pages each time."""
    wanted, config, place = rows_of(full.database), full.config, file
    for number, url in enumerate((postgres.fresh(), None, postgres.fresh())):
        folder = tmp_path / f"home-{number}"
        config = config_of(folder, **({"database_url": url} if url else {}))
        report = restore.from_file(config, place, tell=quiet)
        assert report.lost == ()
        assert (folder / "followup.db").exists() == (url is None)
        with open_home(config) as restored:
            assert rows_of(restored.database) == wanted
            assert bodies(restored) == bodies(full)
            place = tmp_path / f"b-{number}.zip"
            backup.to_file(restored, place, force=False, tell=quiet)


def test_a_filled_postgresql_is_refused_and_stays_as_it_is(
    full: Home, file: Path, postgres: PostgresServer, tmp_path: Path
) -> None:
    url = postgres.fresh()
    target = open_database(url)
    with target.write() as conn:
        crawl_rows.request(conn, crawl_rows.Trigger.HAND, "x", {}, now=AT)
    before = rows_of(target)
    with pytest.raises(BadInput, match="not empty"):
        restore.from_file(config_of(tmp_path / "new", database_url=url), file, tell=quiet)
    assert rows_of(target) == before
    assert not (tmp_path / "new").exists()
    target.close()


def test_settings_that_name_another_database_do_not_lead_there(full: Home, tmp_path: Path) -> None:
    (full.config.home / "config.toml").write_text(
        'contact = "t@example.org"\ndatabase_url = "postgresql://elsewhere/db"\n'
    )
    backup.to_file(full, tmp_path / "b.zip", force=False, tell=quiet)
    report = restore.from_file(config_of(tmp_path / "new"), tmp_path / "b.zip", tell=quiet)
    assert "comment" in report.notes[0]
    settings_ = (tmp_path / "new" / "config.toml").read_text()
    assert '# of where the backup was made: database_url = "postgresql' in settings_
    assert 'contact = "t@example.org"' in settings_


def test_what_is_forgotten_after_a_backup_is_not_in_the_next(full: Home, tmp_path: Path) -> None:
    with full.database.write() as conn:
        url = conn.execute(select(article.c.url).where(article.c.id == 1)).scalar_one()
        forgetting.forget_article(conn, 1, now=AT, folder=full.config.raw_folder)
    full.database.scrub()
    backup.to_file(full, tmp_path / "b.zip", force=False, tell=quiet)
    restored = restore.from_file(config_of(tmp_path / "new"), tmp_path / "b.zip", tell=quiet)
    assert restored.lost == ()
    with open_home(config_of(tmp_path / "new")) as new, new.database.read() as conn:
        assert conn.execute(select(article.c.id).where(article.c.url == url)).first() is None
