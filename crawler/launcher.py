"""The one path by which a crawl starts: a child process for one crawl row.

A crawl in the process of the desk or the terminal would block it for seconds and could not be
killed; a child dies when it is told to, and the store remembers the rest.
"""

import fcntl
import os
import subprocess
import sys
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path

from crawler.clock import Clock
from crawler.config import Config, read_config
from crawler.home import Home
from crawler.session import LEASE_SECONDS, LOCK_VARIABLE, Session, lock_path, take_lock
from crawler.wanted import Wanted, typed_address, wanted_of
from pipelines.errors import BadInput
from pipelines.store import crawls, expiry, frontier, incidents, pages, sources, worklists
from pipelines.store.crawls import Crawl, CrawlState, Trigger
from pipelines.store.database import Database, open_database

#: Names the process that launched a crawl. Where that was killed, nobody waits for its crawl: it
#: ends as if cancelled, and what is queued waits for the next one.
CALLER_VARIABLE = "FOLLOWUP_CALLER"


#: A crawl of another data folder whose heart did not beat for so long is dead.
SILENT_AFTER = timedelta(seconds=LEASE_SECONDS)


def launch(home: Home, crawl_id: int, wanted: Wanted) -> "subprocess.Popen[bytes]":
    """Start the child process of a requested crawl. Its output goes to the crawl's log."""
    config = home.config
    environment = {
        **os.environ,
        **home.environment,
        **home.clock.environment(),
        "FOLLOWUP_HOME": str(config.home),
        "FOLLOWUP_DATABASE_URL": config.database_url,
        "SCRAPY_SETTINGS_MODULE": "crawler.settings",
    }
    command = [sys.executable, "-m", "scrapy", "crawl", wanted.spider, "-a", f"crawl={crawl_id}"]
    with log_path(config, crawl_id).open("ab") as log, take_lock(config, crawl_id) as lock:
        return subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=log,
            env=environment
            | {LOCK_VARIABLE: str(lock.fileno()), CALLER_VARIABLE: str(os.getpid())},
            cwd=config.home,
            start_new_session=True,
            pass_fds=[lock.fileno()],
        )


def log_path(config: Config, crawl_id: int) -> Path:
    """Where a crawl's log is."""
    return config.log_folder / f"crawl-{crawl_id:06d}.log"


def open_session(arguments: Mapping[str, str], spider: str) -> Session:
    """The session of this process: of the row that ``-a crawl`` names, or of one made of the rest.

    Raises ContactMissing, UnknownThing or BadInput before anything is asked of a site.
    """
    config = read_config()
    config.require_contact()
    config.make_home()
    clock = config.clock()
    database = open_database(config.database_url)
    settle_dead(config, clock, database)
    with database.write() as conn:
        expiry.expire(conn, now=clock.now(), folder=config.raw_folder)
    crawl_id, wanted, trigger = _crawl_row(arguments, spider, clock, database)
    session = Session(config, clock, database, crawl_id, wanted, trigger)
    session.hold_lock()
    with database.write() as conn:
        now, wall = clock.now(), clock.wall()
        mine = crawls.start(conn, crawl_id, pid=os.getpid(), now=now, wall_now=wall)
    if not mine:
        raise BadInput(
            f"Crawl {crawl_id} was started or cancelled already.",
            remedy="Ask for a new one: followup crawl",
        )
    return session


def _crawl_row(
    arguments: Mapping[str, str], spider: str, clock: Clock, database: Database
) -> tuple[int, Wanted, Trigger]:
    if "crawl" in arguments:
        crawl_id = _number("crawl", arguments["crawl"])
        with database.read() as conn:
            row = crawls.get(conn, crawl_id)
        return crawl_id, wanted_of(row.request), row.trigger
    wanted = _wanted_of_arguments(arguments)
    with database.write() as conn:
        if wanted.incident is not None:
            incidents.get(conn, wanted.incident)
        for id in wanted.sources:
            sources.get(conn, id)
        by, told = f"scrapy crawl {spider}", wanted.record()
        crawl_id = crawls.request(conn, Trigger.HAND, by, told, now=clock.now())
    return crawl_id, wanted, Trigger.HAND


def _wanted_of_arguments(arguments: Mapping[str, str]) -> Wanted:
    known = {"incident", "source", "url", "all", "probe"}
    if unknown := set(arguments) - known:
        raise BadInput(
            f"There is no spider argument {sorted(unknown)[0]!r}.",
            remedy="Use -a crawl=ID, or -a incident=SLUG, source=ID[,ID], url=URL, all=1.",
        )
    ids = [part for part in arguments.get("source", "").split(",") if part.strip()]
    return Wanted(
        incident=arguments.get("incident"),
        sources=tuple(_number("source", part) for part in ids),
        urls=tuple(typed_address(raw) for raw in arguments.get("url", "").split()),
        everything=arguments.get("all", "") not in ("", "0"),
        probe=tuple(typed_address(raw) for raw in arguments.get("probe", "").split()),
    )


def _number(name: str, raw: str) -> int:
    if not raw.strip().isdecimal():
        raise BadInput(f"{name}={raw!r} is no id.", remedy=f"Give the number, e.g. {name}=12.")
    return int(raw)


def settle_dead(config: Config, clock: Clock, database: Database) -> list[int]:
    """Close the rows of crawls whose process is gone; what they had in hand is queued again.

    Gives the ids. A crawl lives while its process holds its lock file.
    """
    with database.read() as conn:
        begun = crawls.in_state(conn, CrawlState.REQUESTED) + crawls.running(conn)
    dead = [row.id for row in begun if is_dead(config, row, clock.wall())]
    if not dead:
        return []
    now = clock.now()
    with database.write() as conn:
        for crawl_id in dead:
            left = "still queued: the crawl's process ended"
            worklists.close(conn, crawl_id, left, now=now)
            said = "its process ended without a word"
            crawls.finish(conn, crawl_id, CrawlState.FAILED, now=now, end_reason=said)
        frontier.release(conn, dead)
        pages.cut_orphans(conn, config.raw_folder)
    return dead


def is_dead(config: Config, row: Crawl, wall: datetime) -> bool:
    """True where no process holds the crawl's lock.

    A crawl without a lock file is only about to be launched, or runs in another data folder on the
    same database: that one lives as long as its heart beats.
    """
    try:
        with lock_path(config, row.id).open("r") as file:
            fcntl.flock(file, fcntl.LOCK_SH | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    except FileNotFoundError:
        return row.heartbeat_at is not None and wall - row.heartbeat_at > SILENT_AFTER
    return True
