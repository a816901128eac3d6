"""Odd things in the way of a backup or a restore: strays, a live store as target, bogus rows."""

import hashlib
import json
import os
import sqlite3
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from crawler.config import Config
from crawler.home import Home, open_home
from crawler.services import archive, backup, restore
from crawler.services.archive import Archive, Writer
from pipelines.errors import BadInput, FollowupError, StoreError
from pipelines.store import pages
from tests.crawler.backups import config_of, quiet

Change = Callable[[dict[str, Any]], Any]
FOREVER = "9" * 30


def backed_up(home: Home, file: Path) -> Path:
    backup.to_file(home, file, force=False, tell=quiet)
    return file


@pytest.fixture
def home(tmp_path: Path) -> Iterator[Home]:
    with open_home(config_of(tmp_path / "home")) as opened:
        yield opened


def altered(file: Path, *, manifest: Change | None = None, sql: str = "") -> Path:
    """The backup with another manifest or database, its sums made right again."""
    other, database = file.with_name("altered.zip"), file.with_name("altered.db")
    with zipfile.ZipFile(file) as source, zipfile.ZipFile(other, "w") as target:
        content = {name: source.read(name) for name in source.namelist()}
        database.write_bytes(content["followup.db"])
        copy = sqlite3.connect(database)
        copy.executescript(sql)
        copy.close()
        content["followup.db"] = database.read_bytes()
        told = json.loads(content.pop("manifest.json"))
        for member in told["members"]:
            data = content[member["name"]]
            member.update(bytes=len(data), sha256=hashlib.sha256(data).hexdigest())
        if manifest is not None:
            manifest(told)
        for name, data in {**content, "manifest.json": json.dumps(told).encode()}.items():
            target.writestr(name, data)
    return other


# -------------------------------------------------------------------------------------- the backup


def test_strays_among_the_logs_stop_neither_backup_nor_restore(home: Home, tmp_path: Path) -> None:
    logs = home.config.log_folder
    (logs / "crawl-1.log").write_text("mine")
    (logs / "my notes.log").write_text("not mine")
    (logs / "folder.log").mkdir()
    os.mkfifo(logs / "pipe.log")
    os.mkfifo(home.config.home / "config.toml")
    told: list[str] = []
    backup.to_file(home, tmp_path / "b.zip", force=False, tell=told.append)
    assert any("3 files among the logs" in line for line in told)
    restore.from_file(config_of(tmp_path / "new"), tmp_path / "b.zip", tell=quiet)
    assert [path.name for path in (tmp_path / "new" / "logs").iterdir()] == ["crawl-1.log"]


def test_a_raw_file_that_is_a_pipe_is_lacking(full: Home, tmp_path: Path) -> None:
    raw = sorted(full.config.raw_folder.glob("*.warc.gz"))[0]
    raw.unlink()
    os.mkfifo(raw)
    report = backup.to_file(full, tmp_path / "b.zip", force=False, tell=quiet)
    assert report.manifest.lacking == (raw.name,)


def test_no_member_is_written_that_could_not_be_restored(tmp_path: Path) -> None:
    with (
        (tmp_path / "b.zip").open("wb") as stream,
        (tmp_path / "b.zip").open("rb") as source,
        pytest.raises(FollowupError, match="belongs into no backup"),
        Writer(stream) as writer,
    ):
        writer.add("logs/../x.log", source, packed=False)


@pytest.mark.parametrize(
    "name",
    ["followup.db", "followup.db-wal", "followup.db-shm", "followup.db-journal", "serve.lock"],
)
@pytest.mark.parametrize("is_there", [False, True])
def test_a_live_store_is_never_a_backups_target(home: Home, name: str, is_there: bool) -> None:
    target = home.config.home / name
    if is_there and not target.exists():
        target.write_bytes(b"PK of its own")
    before = target.read_bytes() if target.exists() else None
    with pytest.raises(BadInput, match="a file of the data folder itself"):
        backup.to_file(home, target, force=True, tell=quiet)
    assert (target.read_bytes() if target.exists() else None) == before


def test_a_store_beside_the_data_folder_is_no_target_either(tmp_path: Path) -> None:
    elsewhere = tmp_path / "elsewhere.db"
    config = Config(home=tmp_path / "home", database_url=f"sqlite:///{elsewhere}")
    with open_home(config) as home, pytest.raises(BadInput, match="data folder itself"):
        backup.to_file(home, elsewhere, force=True, tell=quiet)


def test_force_replaces_a_backup_and_nothing_else(home: Home, tmp_path: Path) -> None:
    thesis, old = tmp_path / "thesis.odt", tmp_path / "b.zip"
    thesis.write_text("years of work")
    old.write_bytes(b"PK an older backup")
    with pytest.raises(BadInput, match="no backup, so it is not replaced"):
        backup.to_file(home, thesis, force=True, tell=quiet)
    assert thesis.read_text() == "years of work"
    backup.to_file(home, old, force=True, tell=quiet)
    Archive(old).__exit__(None, None, None)


def test_two_backups_into_one_file_do_not_mix(
    home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file, make = tmp_path / "b.zip", backup._make
    nested: list[backup.Report] = []

    def both(*given: Any) -> Any:
        monkeypatch.setattr(backup, "_make", make)
        nested.append(backup.to_file(home, file, force=False, tell=quiet))
        return make(*given)

    monkeypatch.setattr(backup, "_make", both)
    with pytest.raises(BadInput, match="is there already"):
        backup.to_file(home, file, force=False, tell=quiet)
    with Archive(file) as whole:
        whole.check()
        assert whole.manifest.members == nested[0].manifest.members
    assert sorted(path.name for path in tmp_path.iterdir()) == ["b.zip", "home"]


def test_what_failed_is_told_where_its_rest_cannot_be_removed_either(
    home: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*given: Any) -> Any:
        for part in tmp_path.glob("*.part"):
            part.unlink()  # so that the backup's own removal fails
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(backup, "_make", fail)
    with pytest.raises(FollowupError, match="No space left"):
        backup.to_file(home, tmp_path / "b.zip", force=False, tell=quiet)


# ------------------------------------------------------------------------------------- the restore


@pytest.mark.parametrize(
    "change",
    [
        lambda told: told.update(counts=[]),
        lambda told: told["counts"].update(article=float("inf")),
        lambda told: told.update(counts={"article": None}),
        lambda told: told.update(members={"a": 1}),
        lambda told: told.update(lacking=5),
    ],
)
def test_a_strange_manifest_is_refused(home: Home, tmp_path: Path, change: Change) -> None:
    file = altered(backed_up(home, tmp_path / "b.zip"), manifest=change)
    with pytest.raises(BadInput, match="cannot be restored"):
        restore.from_file(config_of(tmp_path / "new"), file, tell=quiet)
    assert not (tmp_path / "new").exists()


@pytest.mark.parametrize("name", ["raw", "logs", ".restoring"])
def test_a_file_in_the_place_of_a_folder_is_refused(home: Home, tmp_path: Path, name: str) -> None:
    file = backed_up(home, tmp_path / "b.zip")
    place = tmp_path / "new" / name
    place.parent.mkdir()
    place.write_text("mine")
    with pytest.raises(BadInput, match=f"is not empty: it has {name}"):
        restore.from_file(config_of(tmp_path / "new"), file, tell=quiet)
    assert place.read_text() == "mine"


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE crawl SET state = 'dreaming'",
        "UPDATE crawl SET requested_at = 'yesterday'",
        f"UPDATE crawl SET requested_at = {FOREVER}",
        "UPDATE source SET added_at = 'yesterday'",
        "UPDATE page SET warc_offset = -1 WHERE id = 1",
        "UPDATE page SET warc_length = 0 WHERE id = 1",
        "UPDATE page SET warc_length = 1 << 50 WHERE id = 1",
        "UPDATE page SET warc_offset = 'here' WHERE id = 1",
    ],
)
def test_rows_that_no_version_wrote_are_refused(full: Home, tmp_path: Path, sql: str) -> None:
    file = altered(backed_up(full, tmp_path / "b.zip"), sql=sql)
    with pytest.raises(BadInput, match="its rows cannot be read"):
        restore.from_file(config_of(tmp_path / "new"), file, tell=quiet)
    assert not (tmp_path / "new").exists()


def test_a_sound_backup_passes_the_same_way(full: Home, tmp_path: Path) -> None:
    file = altered(backed_up(full, tmp_path / "b.zip"))
    report = restore.from_file(config_of(tmp_path / "new"), file, tell=quiet)
    assert report.articles
    assert not report.lost
    assert (tmp_path / "new").stat().st_mode & 0o777 == 0o700
    assert (tmp_path / "new" / archive.DATABASE).stat().st_mode & 0o777 == 0o600


def test_a_raw_page_damaged_at_any_byte_is_lost_or_whole_and_no_crash(full: Home) -> None:
    raw, lost = full.config.raw_folder, 0
    with full.database.read() as conn:
        record, body = pages.of_article(conn, 1)[-1], pages.read(conn, raw, 1)
        file, end = raw / record.warc_file, record.warc_offset + record.warc_length
        whole = file.read_bytes()
        for zeros in range(1, record.warc_length, 17):
            file.write_bytes(whole[: end - zeros] + b"\0" * zeros + whole[end:])
            try:
                assert pages.read(conn, raw, 1) == body
            except StoreError:
                lost += 1
        assert lost > 10
        file.write_bytes(whole[: end - 1])
        with pytest.raises(StoreError, match=r"not in .* any more"):
            pages.read(conn, raw, 1)
