"""The whole of Followup on the made-up newsroom: three visits, weeks apart, in under a minute."""

import shutil
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from importlib.resources import as_file
from pathlib import Path
from typing import Any

from crawler.config import Config
from crawler.home import Home, open_home
from crawler.newsroom.answer import DEMO_PASSES, seed_files, sources
from crawler.newsroom.server import Newsroom
from crawler.services import crawls, incidents
from crawler.wanted import Wanted
from pipelines.errors import BadInput
from pipelines.outcomes import Verdict
from pipelines.store import exports
from pipelines.store import sources as source_rows
from pipelines.store.exports import Exported

SLUG = "sony-hack"
#: The day on which the studio's screens went dark.
SINCE = datetime(2014, 11, 24, tzinfo=UTC)
#: The newsroom is on this machine and asked to be quick; real sites get a second at least.
GAP_SECONDS = "0.05"
_MARK = "made-by-followup-demo"


@dataclass(frozen=True, slots=True)
class Pass:
    """One visit of the demo."""

    at: datetime
    report: crawls.Report


@dataclass(frozen=True, slots=True)
class Demo:
    """What the demo came to. `rows` are the articles that the incident took."""

    home: Path
    passes: tuple[Pass, ...]
    rows: tuple[Exported, ...]

    @property
    def counts(self) -> dict[str, int]:
        """Links by outcome over all visits."""
        total: dict[str, int] = {}
        for one in self.passes:
            for outcome, number in one.report.counts.items():
                total[outcome] = total.get(outcome, 0) + number
        return total

    @property
    def follow_ups(self) -> list[str]:
        """Addresses of the follow-ups, copies among them."""
        return sorted(row.canonical_url for row in self.rows if _is_taken(row))

    @property
    def copies(self) -> list[list[str]]:
        """Groups of follow-ups with one text."""
        groups: dict[int, list[str]] = {}
        for row in self.rows:
            if _is_taken(row) and row.group is not None:
                groups.setdefault(row.group, []).append(row.canonical_url)
        return sorted(sorted(group) for group in groups.values() if len(group) > 1)

    @property
    def revisions(self) -> list[str]:
        """Addresses of follow-ups that were edited."""
        return sorted(row.canonical_url for row in self.rows if _is_taken(row) and row.revisions)

    def record(self) -> dict[str, Any]:
        """As ``followup demo --json`` gives it."""
        return {
            "counts": self.counts,
            "follow_ups": self.follow_ups,
            "copies": self.copies,
            "revisions": self.revisions,
            "home": str(self.home),
            "passes": [{"at": one.at.isoformat(), **one.report.record()} for one in self.passes],
        }


def _is_taken(row: Exported) -> bool:
    return row.verdict == Verdict.FOLLOW_UP


def run(config: Config, *, tell: Callable[[str], None], fast: bool = False) -> Demo:
    """Follow the sample incident through the newsroom. `tell` is given a line at each step."""
    folder = _fresh_folder(config.home / "demo")
    begin = DEMO_PASSES[0]
    with Newsroom.serve(now=begin, slow_seconds=0.2 if fast else 1.0) as room:
        with open_visit(folder, room, begin) as home:
            set_up(home)
            tell(f"Incident {SLUG} from three seeds, {len(sources())} sources of made-up outlets.")
        passes = [_visit(folder, room, at, tell) for at in DEMO_PASSES]
        with open_visit(folder, room, DEMO_PASSES[-1]) as home, home.database.read() as conn:
            incident = incidents.get(home, SLUG)
            rows = tuple(exports.export(conn, incident.id or 0))
    return Demo(folder, tuple(passes), rows)


def _visit(folder: Path, room: Newsroom, at: datetime, tell: Callable[[str], None]) -> Pass:
    room.set_clock(now=at)
    with open_visit(folder, room, at) as home:
        report = crawls.run(home, Wanted(), by="followup demo")
    counts = ", ".join(f"{number} {outcome}" for outcome, number in report.counts.items())
    tell(f"{at:%d %b %Y}: {report.links_found} links found: {counts}.")
    return Pass(at, report)


@contextmanager
def open_house(folder: Path) -> Iterator[tuple[Config, Mapping[str, str]]]:
    """The newsroom for as long as a demo's desk is open: the settings of a server on the folder,
    and what its crawls need in their environment."""
    with Newsroom.serve(now=DEMO_PASSES[-1], slow_seconds=0.2) as room:
        environment = visit_environment(folder, room)
        yield _config(folder, environment, DEMO_PASSES[-1]), environment


@contextmanager
def open_visit(folder: Path, room: Newsroom, at: datetime) -> Iterator[Home]:
    """The demo's data folder at a moment, with the newsroom as the web."""
    environment = visit_environment(folder, room)
    with open_home(_config(folder, environment, at), environment) as home:
        yield home


def _config(folder: Path, environment: Mapping[str, str], at: datetime) -> Config:
    return Config(
        home=folder,
        database_url=environment["FOLLOWUP_DATABASE_URL"],
        contact=environment["FOLLOWUP_CONTACT"],
        min_gap_seconds=float(GAP_SECONDS),
        now=at,
    )


def visit_environment(folder: Path, room: Newsroom) -> Mapping[str, str]:
    """What a process needs in its environment to crawl the newsroom into a folder."""
    return {
        "FOLLOWUP_HOME": str(folder),
        "FOLLOWUP_DATABASE_URL": f"sqlite:///{folder / 'followup.db'}",
        "FOLLOWUP_CONTACT": "demo@newsroom.test",
        "FOLLOWUP_MIN_GAP_SECONDS": GAP_SECONDS,
        "http_proxy": room.url,
        "https_proxy": room.url,
        "no_proxy": "",
    }


@contextmanager
def open_demo(folder: Path) -> Iterator[Home]:
    """The data folder that a demo left, to look into."""
    config = Config(home=folder, database_url=f"sqlite:///{folder / 'followup.db'}")
    with open_home(config) as home:
        yield home


def set_up(home: Home) -> None:
    """The incident and its sources."""
    names = []
    for seed in seed_files():
        with as_file(seed) as path:
            copy = home.config.home / seed.name
            copy.write_bytes(path.read_bytes())
            names.append(str(copy))
    incidents.new(home, SLUG, names, title="The attack on Sony Pictures", since=SINCE)
    with home.database.write() as conn:
        for source in sources():
            source_rows.add(conn, replace(source, tags=("newsroom",)), now=home.now())


def _fresh_folder(folder: Path) -> Path:
    """An empty folder for the demo; an older demo's is cleared, anything else is left alone."""
    if folder.exists() and any(folder.iterdir()) and not (folder / _MARK).exists():
        raise BadInput(
            f"{folder} is there and was not made by the demo.",
            remedy="Move it away, or set FOLLOWUP_HOME to another folder.",
        )
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    (folder / _MARK).touch()
    return folder
