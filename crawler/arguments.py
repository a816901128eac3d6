"""Spider arguments: from ``-a crawl=ID``, or ``-a incident=SLUG`` and the like, to the session of
this process. A crawl that was asked for by ``scrapy crawl`` alone gets a row like any other.
"""

import os
from collections.abc import Mapping

from crawler.clock import Clock
from crawler.config import read_config
from crawler.life import settle_dead
from crawler.session import Session
from crawler.wanted import Wanted, typed_address, wanted_of
from pipelines.errors import BadInput
from pipelines.store import crawls, expiry, incidents, sources
from pipelines.store.crawls import Trigger
from pipelines.store.database import Database, open_database


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
