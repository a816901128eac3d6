"""A hostile archive or a full disk leaves nothing half done, neither a backup nor a home."""

import json
import shutil
import sqlite3
import stat
import subprocess
import warnings
import zipfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from crawler.home import Home, open_home
from crawler.services import backup, restore
from pipelines.errors import BadInput, FollowupError, HomeNotWritable, StoreTooNew
from pipelines.store import copying
from tests.crawler.backups import bodies, config_of, quiet

# ------------------------------------------------------------------------------- hostile archives


def rewritten(file: Path, change: Callable[[dict[str, bytes], dict[str, Any]], None]) -> None:
    """Make an archive anew whose manifest agrees with its members, but for what `change` does."""
    with zipfile.ZipFile(file) as zipped:
        members = {info.filename: zipped.read(info) for info in zipped.infolist()}
    manifest = json.loads(members.pop("manifest.json"))
    told = {member["name"]: member for member in manifest["members"]}
    change(members, manifest)
    for name, content in members.items():
        if name not in told:
            manifest["members"].append(
                {"name": name, "bytes": len(content), "sha256": sha256(content).hexdigest()}
            )
    with zipfile.ZipFile(file, "w", zipfile.ZIP_DEFLATED) as zipped:
        for name, content in members.items():
            zipped.writestr(name, content)
        zipped.writestr("manifest.json", json.dumps(manifest))


def adds(name: str) -> Callable[[dict[str, bytes], dict[str, Any]], None]:
    def change(members: dict[str, bytes], manifest: dict[str, Any]) -> None:
        members[name] = b"x"

    return change


def says(**values: Any) -> Callable[[dict[str, bytes], dict[str, Any]], None]:
    def change(members: dict[str, bytes], manifest: dict[str, Any]) -> None:
        manifest.update(values)

    return change


def drops(name: str) -> Callable[[dict[str, bytes], dict[str, Any]], None]:
    def change(members: dict[str, bytes], manifest: dict[str, Any]) -> None:
        del members[name]

    return change


def lies_about(**values: Any) -> Callable[[dict[str, bytes], dict[str, Any]], None]:
    def change(members: dict[str, bytes], manifest: dict[str, Any]) -> None:
        manifest["members"][0].update(values)

    return change


def is_swapped(members: dict[str, bytes], manifest: dict[str, Any]) -> None:
    members["followup.db"] = members["followup.db"][::-1]


HOSTILE = {
    "a path upwards": adds("../victim"),
    "a path upwards among raw pages": adds("raw/../../victim.warc.gz"),
    "an absolute path": adds("/tmp/victim"),
    "a backslash": adds("raw\\..\\victim.warc.gz"),
    "a strange member": adds("bin/sh"),
    "a hidden member": adds("raw/.x.warc.gz"),
    "a folder": adds("raw/"),
    "another database": adds("raw/followup.db"),
    "no database": drops("followup.db"),
    "a size too small": lies_about(bytes=10),
    "a size below nothing": lies_about(bytes=-1),
    "a size of words": lies_about(bytes="many"),
    "a size without end": lies_about(bytes=1 << 60),
    "another sum": lies_about(sha256="0" * 64),
    "another name": lies_about(name="raw/a.warc.gz"),
    "other bytes": is_swapped,
    "no list": says(members=None),
    "no product": says(product="other"),
    "no time": says(made_at="yesterday"),
    "a list of lists": says(members=[[[]]]),
    "twice the same in the manifest": lambda members, manifest: manifest["members"].append(
        manifest["members"][0]
    ),
}


def assert_refused(file: Path, tmp_path: Path, error: type[FollowupError] = BadInput) -> None:
    before = sorted(path for path in tmp_path.rglob("*"))
    with pytest.raises(error):
        restore.from_file(config_of(tmp_path / "new"), file, tell=quiet)
    assert sorted(path for path in tmp_path.rglob("*")) == before


@pytest.mark.parametrize("case", HOSTILE)
def test_a_hostile_archive_is_refused_and_nothing_written(
    case: str, file: Path, tmp_path: Path
) -> None:
    rewritten(file, HOSTILE[case])
    assert_refused(file, tmp_path)


def with_info(file: Path, change: Callable[[zipfile.ZipInfo], None]) -> None:
    """Make an archive anew in which the head of one member is changed."""
    with zipfile.ZipFile(file) as zipped:
        members = [(info, zipped.read(info)) for info in zipped.infolist()]
    with zipfile.ZipFile(file, "w") as zipped:
        for info, content in members:
            if info.filename == "followup.db":
                change(info)
            zipped.writestr(info, content)


def is_link(info: zipfile.ZipInfo) -> None:
    info.external_attr = (stat.S_IFLNK | 0o777) << 16


def is_device(info: zipfile.ZipInfo) -> None:
    info.external_attr = (stat.S_IFCHR | 0o666) << 16


def is_packed_strangely(info: zipfile.ZipInfo) -> None:
    info.compress_type = zipfile.ZIP_LZMA


@pytest.mark.parametrize("change", [is_link, is_device, is_packed_strangely])
def test_an_archive_with_more_than_plain_files_is_refused(
    change: Callable[[zipfile.ZipInfo], None], file: Path, tmp_path: Path
) -> None:
    with_info(file, change)
    assert_refused(file, tmp_path)


def test_a_name_that_stands_twice_is_refused(file: Path, tmp_path: Path) -> None:
    with zipfile.ZipFile(file, "a") as zipped, warnings.catch_warnings():
        warnings.simplefilter("ignore")
        zipped.writestr("followup.db", b"the other one")
    assert_refused(file, tmp_path)


def test_what_is_no_archive_is_refused(tmp_path: Path) -> None:
    for name, content in (("empty", b""), ("html", b"<html>" * 999), ("zip", b"PK\x05\x06")):
        (tmp_path / name).write_bytes(content)
        assert_refused(tmp_path / name, tmp_path)
    assert_refused(tmp_path / "nothing", tmp_path)
    assert_refused(tmp_path, tmp_path)


def test_a_newer_format_is_refused_as_newer(file: Path, tmp_path: Path) -> None:
    rewritten(file, says(format=2))
    assert_refused(file, tmp_path, StoreTooNew)


def test_a_manifest_that_needs_more_room_than_there_is_is_refused(
    file: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usage = shutil.disk_usage(tmp_path)
    monkeypatch.setattr(shutil, "disk_usage", lambda path: usage._replace(free=1000))
    assert_refused(file, tmp_path, HomeNotWritable)


def test_a_database_that_breaks_in_use_leaves_nothing(file: Path, tmp_path: Path) -> None:
    """Its sums agree, its shape too; a row of it is none that a version of ours wrote."""

    def change(members: dict[str, bytes], manifest: dict[str, Any]) -> None:
        path = tmp_path / "changed.db"
        path.write_bytes(members["followup.db"])
        with sqlite3.connect(path) as conn:
            conn.execute("UPDATE crawl SET state = 'running', trigger = 'magic'")
        conn.close()
        members["followup.db"] = path.read_bytes()
        path.unlink()
        told = manifest["members"][0]
        told["bytes"] = len(members["followup.db"])
        told["sha256"] = sha256(members["followup.db"]).hexdigest()

    rewritten(file, change)
    assert_refused(file, tmp_path)


@pytest.fixture(scope="module")
def small(tmp_path_factory: pytest.TempPathFactory) -> bytes:
    """The backup of a home in which little is."""
    folder = tmp_path_factory.mktemp("small")
    with open_home(config_of(folder / "home")) as home:
        backup.to_file(home, folder / "b.zip", force=False, tell=quiet)
    return (folder / "b.zip").read_bytes()


@settings(max_examples=100, deadline=None, suppress_health_check=list(HealthCheck))
@given(at=st.integers(0, 1 << 20), change=st.binary(max_size=8), cut=st.booleans())
def test_a_damaged_or_truncated_archive_leaves_nothing_half_restored(
    at: int, change: bytes, cut: bool, small: bytes, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("damaged")
    at %= len(small)
    damaged = small[:at] if cut else small[:at] + change + small[at + len(change) :]
    (folder / "b.zip").write_bytes(damaged)
    try:
        restore.from_file(config_of(folder / "new"), folder / "b.zip", tell=quiet)
    except FollowupError:
        assert [path.name for path in folder.iterdir()] == ["b.zip"]
    else:
        with open_home(config_of(folder / "new")) as home, home.database.read() as conn:
            assert copying.faults(conn) == []
    shutil.rmtree(folder)


# --------------------------------------------------------------------------------------- full disk


@contextmanager
def small_disk(folder: Path, megabytes: float) -> Iterator[Path]:
    folder.mkdir()
    size = f"size={int(megabytes * 1024)}k"
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", size, "tmpfs", str(folder)], capture_output=True, check=False
    )
    if mounted.returncode != 0:
        pytest.skip("no tmpfs can be mounted here, which only root may do")
    try:
        yield folder
    finally:
        subprocess.run(["umount", "-l", str(folder)], check=True)


@pytest.mark.parametrize("part_of_it", [0.05, 0.6, 0.95])
def test_a_full_disk_leaves_no_half_backup(
    part_of_it: float, full: Home, file: Path, tmp_path: Path
) -> None:
    """Whether the database's copy, the archive or its very end finds no room."""
    needed = (file.stat().st_size + (full.config.home / "followup.db").stat().st_size) / 1e6
    with small_disk(tmp_path / "disk", needed * part_of_it) as disk:
        with pytest.raises(FollowupError, match="cannot be"):
            backup.to_file(full, disk / "b.zip", force=False, tell=quiet)
        assert list(disk.iterdir()) == []


def test_a_full_disk_leaves_no_half_restored_home(file: Path, tmp_path: Path) -> None:
    with small_disk(tmp_path / "disk", file.stat().st_size / 1e6) as disk:
        with pytest.raises(HomeNotWritable):
            restore.from_file(config_of(disk / "new"), file, tell=quiet)
        assert list(disk.iterdir()) == []


def test_a_folder_that_is_a_mount_is_restored_into(file: Path, tmp_path: Path) -> None:
    """A container's data folder can neither be renamed nor replaced."""
    with small_disk(tmp_path / "disk", 50) as disk:
        report = restore.from_file(config_of(disk), file, tell=quiet)
        with open_home(config_of(disk)) as home:
            assert len(bodies(home)) == report.articles
