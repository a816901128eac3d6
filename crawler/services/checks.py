"""What a person should know before relying on a data folder: ``followup check``."""

import shutil
from dataclasses import dataclass

from crawler.config import Config
from crawler.home import Home
from pipelines.incident import Health
from pipelines.store import copying, incidents, pages, servers, sources

_MEGA = 1_000_000
#: Raw pages that are named where some cannot be read.
_SHOWN = 3


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of ``followup check``. `remedy` is None where all is well."""

    what: str
    is_well: bool
    said: str
    remedy: str | None = None


def check(home: Home, *, deep: bool = False) -> list[Finding]:
    """What is well and what is amiss. `deep`: every page of the database and every raw page is
    read, which takes minutes for a large store."""
    return [
        _contact(home.config),
        _disk(home.config),
        _server(home),
        *_store(home),
        *(_depths(home) if deep else ()),
    ]


def _contact(config: Config) -> Finding:
    if config.contact is None:
        return Finding(
            "contact",
            False,
            "none is set, so no site can be asked",
            "Set FOLLOWUP_CONTACT to a mail address or a web page of yours.",
        )
    return Finding("contact", True, f"sites see {config.user_agent}")


def _disk(config: Config) -> Finding:
    free = shutil.disk_usage(config.home).free
    said = f"{config.home} has {free / 1e9:.1f} GB free"
    if free < config.min_free_megabytes * _MEGA:
        return Finding("disk", False, said, "Make room, or set FOLLOWUP_HOME to another disk.")
    return Finding("disk", True, said)


def _server(home: Home) -> Finding:
    """Whether a server keeps the schedule; none is no fault, a silent one is."""
    with home.database.read() as conn:
        held = servers.holder(conn)
    if held is None:
        return Finding("server", True, "none runs: crawls are asked for by hand")
    said = f"process {held.pid} on {held.machine} keeps the schedule, its desk is {held.url}"
    if home.clock.wall() - held.beat_at <= servers.SILENT_AFTER:
        return Finding("server", True, said)
    silent = f"silent since {held.beat_at:%Y-%m-%d %H:%M}Z: process {held.pid} on {held.machine}"
    return Finding("server", False, silent, "Start it again: followup serve")


def _depths(home: Home) -> list[Finding]:
    remedy = "Restore a backup into a new FOLLOWUP_HOME."
    with home.database.read() as conn:
        faults = copying.faults(conn)
        lost = [raw.url for raw in pages.unreadable(conn, home.config.raw_folder)]
    sound = Finding("database", True, "sound")
    if faults:
        sound = Finding("database", False, "; ".join(faults)[:300], remedy)
    if not lost:
        return [sound, Finding("raw pages", True, "all can be read")]
    said = f"{len(lost)} cannot be read: {', '.join(lost[:_SHOWN])}"
    return [sound, Finding("raw pages", False, said, "Their articles are whole. " + remedy)]


def _store(home: Home) -> list[Finding]:
    with home.database.read() as conn:
        followed = incidents.list_all(conn, open_only=True)
        found = sources.list_all(conn)
    with home.database.write() as conn:
        sources.set_due(conn, -1, None)  # of no source: a store that can't be written says so here
    failing = [source for source in found if source.health in (Health.FAILING, Health.DENIED)]
    open_ones = Finding("incidents", True, f"{len(followed)} open")
    if not followed:
        open_ones = Finding(
            "incidents",
            False,
            "none is open",
            "Make one: followup incident new SLUG --seed ARTICLE.txt",
        )
    said = f"{len(found)} sources, {len(failing)} of them failing"
    if not found:
        return [open_ones, Finding("sources", False, "none", "Add one: followup source add URL")]
    remedy = "See why: followup source list; then followup source check" if failing else None
    return [open_ones, Finding("sources", not failing, said, remedy)]
