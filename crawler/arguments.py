"""Spider arguments: from ``-a crawl=ID``, or ``-a incident=SLUG`` and the like, to the session of
this process. A crawl that was asked for by ``scrapy crawl`` alone gets a row like any other.
"""

import os
from collections.abc import Mapping

from crawler.answers import printable
from crawler.clock import Clock
from crawler.config import Config, read_config
from crawler.life import settle_dead, take_lock
from crawler.session import Session
from crawler.wanted import Wanted, typed_address, wanted_of
from pipelines.errors import BadInput
from pipelines.store import crawls, expiry, incidents, sources
from pipelines.store.crawls import Trigger
from pipelines.store.database import Database, open_database

#: What scrapyd names its job in, to every spider (scrapyd.readthedocs.io, "Spider arguments").
_SCRAPYD_JOB = "_job"


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
    if "crawl" in arguments:
        session = _of_row(_number("crawl", arguments["crawl"]), config, clock, database)
    else:
        session = _of_new_row(arguments, spider, config, clock, database)
    session.hold_lock()
    with database.write() as conn:
        now, wall = clock.now(), clock.wall()
        mine = crawls.start(conn, session.crawl_id, pid=os.getpid(), now=now, wall_now=wall)
    if not mine:
        raise BadInput(
            f"Crawl {session.crawl_id} was started or cancelled already.",
            remedy="Ask for a new one: followup crawl",
        )
    return session


def _of_row(crawl_id: int, config: Config, clock: Clock, database: Database) -> Session:
    """The session of a crawl that was asked for already."""
    with database.read() as conn:
        row = crawls.get(conn, crawl_id)
    return Session(config, clock, database, crawl_id, wanted_of(row.request), row.trigger)


def _of_new_row(
    arguments: Mapping[str, str], spider: str, config: Config, clock: Clock, database: Database
) -> Session:
    """The session of a row that is made here; nobody sees it before its lock is held."""
    wanted = _wanted_of_arguments(arguments)
    job = arguments.get(_SCRAPYD_JOB)
    by = f"scrapy crawl {spider}" if job is None else f"scrapyd job {printable(job)[:60]}"
    with database.write() as conn:
        if wanted.incident is not None:
            incidents.get(conn, wanted.incident)
        for id in wanted.sources:
            sources.get(conn, id)
        crawl_id = crawls.request(conn, Trigger.HAND, by, wanted.record(), now=clock.now())
        lock = take_lock(config, crawl_id)
    return Session(config, clock, database, crawl_id, wanted, Trigger.HAND, lock)


def _wanted_of_arguments(arguments: Mapping[str, str]) -> Wanted:
    known = {"incident", "source", "url", "all", "probe", _SCRAPYD_JOB}
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
