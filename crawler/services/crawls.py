"""Crawls: asked for, started, watched, cancelled."""

import subprocess
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any

from crawler import launcher
from crawler.home import Home
from crawler.wanted import Wanted
from pipelines.dates import iso
from pipelines.errors import BadInput, FollowupError
from pipelines.store import crawls as store
from pipelines.store import incidents, sources
from pipelines.store.crawls import Crawl, CrawlState, Trigger

#: How often a watched crawl's row is looked at.
WATCH_SECONDS = 0.2
#: A cancelled crawl ends by itself within a few seconds; then it is told with force.
FORCE_AFTER_SECONDS = 8.0


@dataclass(frozen=True, slots=True)
class Report:
    """How a crawl went."""

    id: int
    state: CrawlState
    counts: Mapping[str, int]
    links_found: int
    requests: int
    seconds: float
    end_reason: str | None
    result: Mapping[str, Any]

    def record(self) -> dict[str, Any]:
        """As ``followup crawl --json`` gives it."""
        return {
            "id": self.id,
            "state": str(self.state),
            "counts": dict(self.counts),
            "links_found": self.links_found,
            "requests": self.requests,
            "seconds": round(self.seconds, 2),
            "end_reason": self.end_reason,
        }


def check_wanted(home: Home, wanted: Wanted) -> None:
    """Raise BadInput or UnknownThing where nothing could come of a crawl."""
    home.config.require_contact()
    with home.database.read() as conn:
        if wanted.incident is not None:
            incidents.get(conn, wanted.incident)
        for id in wanted.sources:
            sources.get(conn, id)
        if wanted.is_narrow or wanted.probe:
            return
        followed = [incident for incident in incidents.list_all(conn) if incident.is_open]
        all_sources = sources.list_all(conn)
    if not followed and not wanted.everything:
        raise BadInput(
            "No incident is open, so nothing would be looked for.",
            remedy="Make one: followup incident new SLUG --seed ARTICLE.txt",
        )
    if not all_sources:
        raise BadInput(
            "There is no source to look in.",
            remedy="Add one: followup source add URL (a homepage is enough),"
            " or see 'followup source catalogue --language en'.",
        )


def start(
    home: Home, wanted: Wanted, *, trigger: Trigger = Trigger.HAND, by: str = "command line"
) -> tuple[int, "subprocess.Popen[bytes]"]:
    """Ask for a crawl and start its process; gives its id and the process."""
    check_wanted(home, wanted)
    launcher.settle_dead(home.config, home.clock, home.database)
    with home.database.write() as conn:
        id = store.request(conn, trigger, by, wanted.record(), now=home.now())
    return id, launcher.launch(home, id, wanted)


def run(
    home: Home,
    wanted: Wanted,
    *,
    watch: Callable[[Crawl], None] | None = None,
    by: str = "command line",
) -> Report:
    """Start a crawl and wait for its end; KeyboardInterrupt once cancels it politely.

    `watch` is called with the row a few times a second.
    """
    id, process = start(home, wanted, by=by)
    try:
        _wait(home, id, process, watch)
    except KeyboardInterrupt:
        cancel(home, id)
        _end(home, id, process, watch)
    return _ended(home, id, process)


def _wait(
    home: Home,
    id: int,
    process: "subprocess.Popen[bytes]",
    watch: Callable[[Crawl], None] | None,
    deadline: float | None = None,
) -> None:
    while process.poll() is None and (deadline is None or time.monotonic() < deadline):
        if watch is not None:
            watch(get(home, id))
        time.sleep(WATCH_SECONDS)


def _end(
    home: Home,
    id: int,
    process: "subprocess.Popen[bytes]",
    watch: Callable[[Crawl], None] | None,
) -> None:
    """Give a cancelled crawl its time, then end it with force; a second Ctrl-C does so at once."""
    try:
        _wait(home, id, process, watch, time.monotonic() + FORCE_AFTER_SECONDS)
    except KeyboardInterrupt:
        pass
    finally:
        if process.poll() is None:
            process.kill()
        process.wait()


def _ended(home: Home, id: int, process: "subprocess.Popen[bytes]") -> Report:
    status = process.wait()
    launcher.settle_dead(home.config, home.clock, home.database)
    with home.database.write() as conn:
        row = store.get(conn, id)
        if row.state is CrawlState.REQUESTED:
            reason = _last_words(launcher.log_path(home.config, id))
            store.finish(conn, id, CrawlState.FAILED, now=home.now(), end_reason=reason)
        store.set_exit_status(conn, id, status)
    return report(home, id)


def _last_words(log: Path) -> str:
    """The last line of a log that says something: why a process could not begin."""
    try:
        lines = log.read_text("utf-8", "replace").splitlines()
    except OSError as error:
        return f"it could not be started ({error.strerror})"
    return next((line.strip()[:300] for line in reversed(lines) if line.strip()), "it never began")


def report(home: Home, id: int) -> Report:
    """How a crawl went, or how far it is."""
    row = get(home, id)
    with home.database.read() as conn:
        totals = store.counts(conn, id)
    return Report(
        id=row.id,
        state=row.state,
        counts={str(outcome): count for outcome, count in totals.by_outcome.items()},
        links_found=totals.links_found,
        requests=row.requests,
        seconds=row.seconds or 0.0,
        end_reason=row.end_reason,
        result=row.result or {},
    )


def get(home: Home, id: int) -> Crawl:
    """One crawl's row."""
    with home.database.read() as conn:
        return store.get(conn, id)


def list_all(home: Home, *, limit: int | None = None) -> list[Crawl]:
    """Crawls, newest first; those whose process is gone are settled before."""
    launcher.settle_dead(home.config, home.clock, home.database)
    with home.database.read() as conn:
        return store.list_all(conn, limit=limit)


def cancel(home: Home, id: int) -> CrawlState:
    """Ask a crawl to end; what is queued stays queued."""
    with home.database.write() as conn:
        return store.ask_cancel(conn, id, now=home.now())


def log(home: Home, id: int) -> str:
    """The log of a crawl."""
    get(home, id)
    path = launcher.log_path(home.config, id)
    try:
        return path.read_text("utf-8", "replace")
    except FileNotFoundError as error:
        raise FollowupError(
            f"Crawl {id} has no log here.", remedy="It ran on another machine, or never began."
        ) from error


def record(crawl: Crawl) -> dict[str, Any]:
    """A crawl as ``followup crawls list --json`` gives it."""
    return {
        "id": crawl.id,
        "trigger": str(crawl.trigger),
        "state": str(crawl.state),
        "requested_by": crawl.requested_by,
        "request": dict(crawl.request),
        "requested_at": iso(crawl.requested_at),
        "started_at": iso(crawl.started_at),
        "ended_at": iso(crawl.ended_at),
        "end_reason": crawl.end_reason,
        "counts": dict(crawl.counts or {}),
        "links_found": crawl.links_found,
        "requests": crawl.requests,
        "seconds": crawl.seconds,
        "progress": crawl.progress,
    }


def age_of(when: datetime, now: datetime) -> str:
    """How long ago, in the largest unit that fits."""
    seconds = max(int((now - when).total_seconds()), 0)
    for unit, size in (("d", 86_400), ("h", 3_600), ("min", 60)):
        if seconds >= size:
            return f"{seconds // size} {unit}"
    return f"{seconds} s"
