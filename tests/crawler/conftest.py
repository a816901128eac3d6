"""The command line on the made-up newsroom.

One `followup demo` is run for all, as a child process; the tests work on copies of
the folder that it leaves, with the newsroom as the web where something is fetched.
"""

import fcntl
import json
import shutil
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from crawler.home import Home, open_home
from crawler.newsroom import Newsroom
from crawler.newsroom.answer import seed_files
from crawler.services import backup
from tests.crawler.backups import config_of, quiet
from tests.crawler.terminal import NOW, ROOT, Demo, Ended, Terminal, environment, foreign


@pytest.fixture(scope="session")
def demo(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Demo:
    if worker_id == "master":
        return _demo(tmp_path_factory.mktemp("demo"))
    # Of processes that test side by side the first makes it for all.
    folder = tmp_path_factory.getbasetemp().parent / "demo"
    with (folder.with_suffix(".lock")).open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        return _demo(folder)


def _demo(folder: Path) -> Demo:
    told = folder / "told.json"
    if not told.exists():
        folder.mkdir(exist_ok=True)
        done = subprocess.run(
            [sys.executable, "-m", "crawler", "demo", "--no-serve", "--fast", "--json"],
            env={**foreign(), "FOLLOWUP_HOME": str(folder)},
            cwd=ROOT,
            capture_output=True,
            text=True,
            check=False,
        )
        told.write_text(json.dumps([done.returncode, done.stdout, done.stderr]))
    return Demo(folder / "demo", Ended(*json.loads(told.read_text())))


@pytest.fixture(scope="session")
def newsroom() -> Iterator[Newsroom]:
    with Newsroom.serve(now=NOW, slow_seconds=0.0) as room:
        yield room


@pytest.fixture
def empty(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Terminal:
    """A home in which nothing is, without a network."""
    home = tmp_path / "home"
    return Terminal(home, capsys, monkeypatch, environment(home))


@pytest.fixture
def online(empty: Terminal, newsroom: Newsroom) -> Terminal:
    """A home in which nothing is, on the newsroom's web."""
    empty.own.update(environment(empty.home, newsroom.url))
    return empty


@pytest.fixture
def followed(demo: Demo, empty: Terminal) -> Terminal:
    """A copy of what the demo followed, without a network."""
    assert demo.ended.status == 0, demo.ended.err
    shutil.copytree(demo.home, empty.home)
    return empty


@pytest.fixture
def following(followed: Terminal, newsroom: Newsroom) -> Terminal:
    """A copy of what the demo followed, on the newsroom's web."""
    followed.own.update(environment(followed.home, newsroom.url))
    return followed


@pytest.fixture
def full(followed: Terminal) -> Iterator[Home]:
    """What the demo followed, opened."""
    with open_home(config_of(followed.home)) as home:
        yield home


@pytest.fixture
def file(full: Home, tmp_path: Path) -> Path:
    """A backup of what the demo followed."""
    path = tmp_path / "b.zip"
    backup.to_file(full, path, force=False, tell=quiet)
    return path


@pytest.fixture(scope="session")
def seeds(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """The sample incident's seeds as files."""
    folder = tmp_path_factory.mktemp("seeds")
    for seed in seed_files():
        (folder / seed.name).write_bytes(seed.read_bytes())
    return sorted(folder.iterdir())
