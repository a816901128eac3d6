"""The floors of the house, read from the imports: which room may know which."""

import ast
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[1]
FILES = sorted([*ROOT.glob("crawler/**/*.py"), *ROOT.glob("pipelines/**/*.py")])

#: Higher floors know lower ones, never the other way; rooms of one floor don't know each other.
FLOORS = (
    {"crawler"},
    {"pipelines.stages"},
    {"pipelines.clean", "pipelines.relevance", "pipelines.dedupe", "pipelines.store"},
    {"pipelines.incident", "pipelines.items", "pipelines.polling", "pipelines.records"},
    {
        "pipelines.outcomes",
        "pipelines.errors",
        "pipelines.urls",
        "pipelines.parameters",
        "pipelines.twins",
        "pipelines.text",
        "pipelines.dates",
    },
)
#: The ground floor and the floor above it are small modules that may know their neighbours.
SOCIABLE = FLOORS[-1] | FLOORS[-2]

#: Each library has one room.
ROOMS = {
    "bs4": "pipelines/clean",
    "numpy": ("pipelines/clean", "pipelines/relevance/coverage.py"),
    "py3langid": "pipelines/clean",
    "wordfreq": "pipelines/relevance",
    "msgpack": "pipelines/relevance",
    "sqlalchemy": "pipelines/store",
    "alembic": "pipelines/store",
    "psycopg": "pipelines/store",
    "warcio": "pipelines/store",
    "tldextract": "pipelines/urls.py",
    "fastfeedparser": "crawler/discovery",
    "feedparser": "crawler/discovery",
    "protego": "crawler/politeness.py",
    "typer": "crawler/cli",
    "rich": "crawler/cli",
    "click": "crawler/cli",
    "apscheduler": "crawler/schedule",
    "fastapi": "crawler/desk",
    "starlette": "crawler/desk",
    "jinja2": "crawler/desk",
    "prometheus_client": "crawler/desk",
    "uvicorn": ("crawler/server.py", "crawler/connections.py"),
    "httpx": "crawler/notices",
    "apprise": "crawler/notices",
    "argon2": "crawler/services/access.py",
}

#: What takes long to import and is needed to crawl, to clean and to judge, not to list or to serve.
HEAVY = (
    *("scrapy", "twisted", "bs4", "py3langid", "numpy", "wordfreq"),
    *("feedparser", "fastfeedparser", "tldextract", "requests", "alembic", "apprise"),
)
#: What the server and the listing commands are made of.
READING = (
    *("crawler.home", "crawler.guard", "crawler.launcher", "crawler.life", "pipelines.store"),
    *("crawler.services.crawls", "crawler.services.sources", "crawler.services.incidents"),
    *("crawler.services.articles", "crawler.services.manners", "crawler.services.upkeep"),
    *("crawler.cli.crawls", "crawler.cli.sources", "crawler.cli.incidents"),
    *("crawler.cli.articles", "crawler.services.schedule", "crawler.desk.app", "crawler.server"),
)


def imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Import):
            yield from (name.name for name in node.names)
        elif isinstance(node, ast.ImportFrom) and node.module and node.level == 0:
            yield node.module
            yield from (f"{node.module}.{name.name}" for name in node.names)


def room_of(module: str) -> str | None:
    if module.startswith("crawler"):
        return "crawler"
    parts = module.split(".")
    return ".".join(parts[:2]) if parts[0] == "pipelines" and len(parts) > 1 else None


def module_of(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts)


def floor_of(room: str) -> int | None:
    return next((number for number, rooms in enumerate(FLOORS) if room in rooms), None)


def test_top_level_is_what_the_user_fixed() -> None:
    wanted = {"crawler", "pipelines", "tests", "docs"}
    found = {
        path.name
        for path in ROOT.iterdir()
        if path.is_dir() and not path.name.startswith(".") and path.suffix != ".egg-info"
    }
    assert found - {"build"} == wanted
    assert (ROOT / "scrapy.cfg").is_file()
    assert (ROOT / "pyproject.toml").is_file()


def test_every_room_has_a_floor() -> None:
    rooms = {room_of(module_of(path)) for path in FILES} - {None, "pipelines.__init__"}
    assert {room for room in rooms if room and floor_of(room) is None} == set()


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_a_room_knows_only_lower_floors(path: Path) -> None:
    mine = room_of(module_of(path))
    if mine is None or mine == "pipelines.__init__":
        return
    floor = floor_of(mine)
    assert floor is not None
    for module in imports(path):
        room = room_of(module)
        if room is None or room == mine:
            continue
        other = floor_of(room)
        assert other is not None, f"{path} imports {module}, which has no floor"
        if room in SOCIABLE and mine in SOCIABLE:
            continue
        assert other > floor, f"{path} imports {module}, which is not below it"


@pytest.mark.parametrize("path", FILES, ids=lambda path: str(path.relative_to(ROOT)))
def test_each_library_has_one_room(path: Path) -> None:
    place = path.relative_to(ROOT).as_posix()
    for module in imports(path):
        room = ROOMS.get(module.split(".")[0])
        assert room is None or place.startswith(room), f"{place} imports {module} of {room}"


@pytest.mark.parametrize(
    "path",
    [path for path in FILES if path.is_relative_to(ROOT / "pipelines")],
    ids=lambda path: str(path.relative_to(ROOT)),
)
def test_the_library_reads_no_clock_and_prints_nothing(path: Path) -> None:
    for node in ast.walk(ast.parse(path.read_text("utf-8"))):
        if isinstance(node, ast.Call):
            called = ast.unparse(node.func)
            assert called not in {"print", "input", "time.time", "date.today"}, called
            assert not called.endswith(("datetime.now", "datetime.utcnow")), called


def test_what_only_reads_loads_no_heavy_library() -> None:
    told = f"""
import importlib, sys
for module in {READING!r}:
    importlib.import_module(module)
    if loaded := [name for name in {HEAVY!r} if name in sys.modules]:
        sys.exit(module + " loads " + ", ".join(loaded))
"""
    done = subprocess.run([sys.executable, "-c", told], cwd=ROOT, capture_output=True, text=True)
    assert (done.returncode, done.stderr) == (0, "")


def test_no_file_holds_two_things() -> None:
    long = {
        str(path.relative_to(ROOT)): lines
        for path in FILES
        if "migrations" not in path.parts
        and (lines := len(path.read_text("utf-8").splitlines())) > 420
    }
    assert long == {}


def test_no_module_is_named_for_nothing() -> None:
    vague = {"utils", "util", "helpers", "helper", "common", "manager", "misc"}
    assert [path for path in FILES if path.stem in vague] == []


def test_python_is_new_enough() -> None:
    assert sys.version_info >= (3, 11)
