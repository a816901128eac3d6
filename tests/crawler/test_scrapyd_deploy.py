"""The project on a scrapyd that has the libraries and not the project: deployed by scrapyd-deploy,
asked over HTTP, run from the egg.
"""

import json
import shutil
import socket
import subprocess
import sys
import time
import venv
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any
from urllib.parse import urlencode
from urllib.request import ProxyHandler, build_opener

import pytest

from crawler.home import Home
from crawler.newsroom import DEMO_PASSES, Newsroom
from crawler.newsroom.answer import known_answer
from crawler.services import demo
from pipelines.store import crawls, exports
from tests.crawler.terminal import ROOT, foreign

AT = DEMO_PASSES[0]
PATIENCE_SECONDS = 120
DEPLOYED = ("crawler", "pipelines", "pyproject.toml", "scrapy.cfg", "README.md", "LICENSE")
CONF = """
[scrapyd]
bind_address = 127.0.0.1
http_port = {port}
poll_interval = 0.2
max_proc = 2
"""

pytest.importorskip("scrapyd", reason="scrapyd is not installed")
pytest.importorskip("scrapyd_client", reason="scrapyd-client is not installed")


@dataclass(frozen=True)
class Host:
    """A machine with the libraries, and a folder for what is deployed there."""

    folder: Path
    port: int

    @property
    def python(self) -> str:
        return str(self.folder / "venv" / "bin" / "python")

    @property
    def egg(self) -> Path:
        return next(self.folder.glob("eggs/followup/*.egg"))

    def ask(self, what: str, **sent: str) -> dict[str, Any]:
        """An answer of scrapyd's API; with arguments they are posted."""
        body = urlencode(sent).encode() if sent else None
        url = f"http://127.0.0.1:{self.port}/{what}"
        with build_opener(ProxyHandler({})).open(url, body, timeout=60) as answer:
            return dict(json.load(answer))

    def run(self, *command: str, home: Path) -> subprocess.CompletedProcess[str]:
        """The command `followup`, out of the egg."""
        return subprocess.run(
            [self.python, "-m", "crawler", *command],
            env={**foreign(), "PYTHONPATH": str(self.egg), "FOLLOWUP_HOME": str(home)},
            cwd=self.folder,
            capture_output=True,
            text=True,
        )

    def wait_for(self, job: str) -> None:
        deadline = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < deadline:
            if job in [one["id"] for one in self.ask("listjobs.json?project=followup")["finished"]]:
                return
            time.sleep(0.2)
        pytest.fail(f"job {job} did not end: {self.ask('listjobs.json?project=followup')}")

    def log(self, job: str) -> str:
        return (self.folder / "logs" / "followup" / "follow" / f"{job}.log").read_text("utf-8")


@pytest.fixture(scope="module")
def room() -> Iterator[Newsroom]:
    with Newsroom.serve(now=AT, slow_seconds=0.0) as served:
        yield served


@pytest.fixture(scope="module")
def home(tmp_path_factory: pytest.TempPathFactory, room: Newsroom) -> Path:
    """A data folder with the incident and its sources, on which no crawl ran yet."""
    folder = tmp_path_factory.mktemp("home")
    with demo.open_visit(folder, room, AT) as opened:
        demo.set_up(opened)
    return folder


@pytest.fixture(scope="module")
def host(tmp_path_factory: pytest.TempPathFactory, room: Newsroom, home: Path) -> Iterator[Host]:
    """A running scrapyd to which the project was deployed."""
    folder = tmp_path_factory.mktemp("host")
    host = Host(folder, _free_port())
    _make_python(folder / "venv")
    (folder / "scrapyd.conf").write_text(CONF.format(port=host.port))
    own = {**demo.visit_environment(home, room), "FOLLOWUP_NOW": AT.isoformat()}
    with (folder / "scrapyd.log").open("wb") as log:
        server = subprocess.Popen(
            [host.python, "-m", "scrapyd"],
            env={**foreign(), **own},
            cwd=folder,
            stdout=log,
            stderr=log,
        )
    try:
        _wait_for_server(host, server)
        _deploy(tmp_path_factory.mktemp("project"), host)
        yield host
    finally:
        server.terminate()
        server.wait(30)


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _make_python(folder: Path) -> None:
    """A Python with all libraries of this one but not the project."""
    venv.create(folder, symlinks=True)
    theirs = next(folder.glob("lib/python*/site-packages"))
    ours = Path(pytest.__file__).parents[1]
    for entry in ours.iterdir():
        if "followup" not in entry.name and not (theirs / entry.name).exists():
            (theirs / entry.name).symlink_to(entry)


def _wait_for_server(host: Host, server: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline and server.poll() is None:
        try:
            assert host.ask("daemonstatus.json")["status"] == "ok"
        except OSError:
            time.sleep(0.1)
        else:
            return
    pytest.fail((host.folder / "scrapyd.log").read_text("utf-8"))


def _deploy(folder: Path, host: Host) -> None:
    """scrapyd-deploy as a person types it, in a copy: it leaves a setup.py and a build folder."""
    for name in DEPLOYED:
        copy = shutil.copytree if (ROOT / name).is_dir() else shutil.copy
        copy(ROOT / name, folder / name)
    config = (folder / "scrapy.cfg").read_text("utf-8")
    assert config.count(":6800/") == 1
    (folder / "scrapy.cfg").write_text(config.replace(":6800/", f":{host.port}/"))
    done = subprocess.run(
        [Path(sys.executable).with_name("scrapyd-deploy"), "--debug"],
        env={**foreign(), "no_proxy": "127.0.0.1"},
        cwd=folder,
        capture_output=True,
        text=True,
    )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]


def test_a_scrapyd_lists_the_spiders_of_the_egg(host: Host) -> None:
    listed = host.ask("listspiders.json?project=followup")
    assert {"follow", "feeds", "sitemaps", "probe"} <= set(listed["spiders"])


def test_a_scheduled_spider_follows_the_incident_into_the_store(
    host: Host, home: Path, room: Newsroom
) -> None:
    asked = host.ask("schedule.json", project="followup", spider="follow", incident=demo.SLUG)
    assert asked["status"] == "ok"
    host.wait_for(asked["jobid"])
    with demo.open_visit(home, room, AT) as opened, opened.database.read() as conn:
        rows = crawls.list_all(conn)
        stored = [row for row in exports.export(conn, 1) if row.verdict == "follow_up"]
    assert [(row.state, row.request) for row in rows] == [("finished", {"incident": demo.SLUG})], (
        host.log(asked["jobid"])[-3000:]
    )
    assert {row.canonical_url for row in stored} == known_answer(AT).follow_ups


def test_the_host_knows_the_project_by_its_egg_alone(host: Host) -> None:
    command = [host.python, "-c", "import crawler; print(crawler.__file__)"]
    for path, found in ((str(host.egg), str(host.egg / "crawler" / "__init__.py")), ("", "")):
        env = {**foreign(), "PYTHONPATH": path}
        done = subprocess.run(command, env=env, cwd=host.folder, capture_output=True, text=True)
        assert done.stdout.strip() == found, done.stderr


def test_an_address_is_a_spider_argument_too(host: Host, home: Path, room: Newsroom) -> None:
    url = min(known_answer(AT).follow_ups)
    asked = host.ask("schedule.json", project="followup", spider="follow", url=url)
    host.wait_for(asked["jobid"])
    with demo.open_visit(home, room, AT) as opened, opened.database.read() as conn:
        newest = crawls.list_all(conn)[0]
    assert newest.request == {"urls": [url]}, host.log(asked["jobid"])[-3000:]
    assert newest.links_found == 1


def test_a_job_that_scrapyd_cancels_is_a_cancelled_crawl(
    host: Host, home: Path, room: Newsroom
) -> None:
    asked = host.ask("schedule.json", project="followup", spider="follow", all="1")
    with demo.open_visit(home, room, AT) as opened:
        _wait_for_requests(opened)
        host.ask("cancel.json", project="followup", job=asked["jobid"])
        host.wait_for(asked["jobid"])
        with opened.database.read() as conn:
            newest = crawls.list_all(conn)[0]
    assert newest.state == "cancelled", host.log(asked["jobid"])[-3000:]


def _wait_for_requests(home: Home) -> None:
    deadline = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < deadline:
        with home.database.read() as conn:
            newest = crawls.list_all(conn)[:1]
        if any(row.state == "running" and row.requests > 0 for row in newest):
            return
        time.sleep(0.05)
    pytest.fail("the crawl asked for nothing")


def test_a_fresh_home_is_made_out_of_the_egg(host: Host, tmp_path: Path) -> None:
    listed = host.run("incident", "list", "--json", home=tmp_path / "fresh")
    assert (listed.returncode, listed.stdout.strip()) == (0, "[]"), listed.stderr
    known = host.run("source", "catalogue", "--country", "KR", "--json", home=tmp_path / "fresh")
    assert (known.returncode, bool(json.loads(known.stdout))) == (0, True), known.stderr


def test_a_wrong_argument_is_refused_in_the_jobs_log(host: Host) -> None:
    asked = host.ask("schedule.json", project="followup", spider="follow", incident="no-such-one")
    host.wait_for(asked["jobid"])
    assert "There is no incident 'no-such-one'" in host.log(asked["jobid"])
