"""Keeping the store in order, and saying what is wrong with a home."""

import shutil
from dataclasses import dataclass

from crawler.config import Config
from crawler.home import Home
from pipelines.incident import Health
from pipelines.store import incidents, sources

#: Under this much free space a crawl may fill the disk before it ends.
LEAST_FREE_BYTES = 200_000_000


@dataclass(frozen=True, slots=True)
class Finding:
    """One line of ``followup check``. `remedy` is None where all is well."""

    what: str
    is_well: bool
    said: str
    remedy: str | None = None


def check(home: Home) -> list[Finding]:
    """What a person should know before relying on this home."""
    return [
        _contact(home.config),
        _disk(home.config),
        *_store(home),
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
    if free < LEAST_FREE_BYTES:
        return Finding("disk", False, said, "Make room, or set FOLLOWUP_HOME to another disk.")
    return Finding("disk", True, said)


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
