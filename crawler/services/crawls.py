"""Crawls: asked for, started, watched, cancelled."""

import subprocess
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from typing import IO, Any

from crawler import children, life
from crawler.children import Child, End
from crawler.home import Home
from crawler.wanted import Wanted, typed_address, wanted_of
from pipelines.dates import iso
from pipelines.errors import BadInput, FollowupError
from pipelines.incident import Incident, Source
from pipelines.store import crawls as store
from pipelines.store import incidents, ledger, sources
from pipelines.store.crawls import Crawl, CrawlState, Trigger

#: What stands for a rule in a missed run's request where the sources had none.
ADAPTIVE = "adaptive"
#: How often a watched crawl's row is looked at.
WATCH_SECONDS = 0.2
#: Addresses typed by hand of which it is told how each ended.
MOST_ENDS = 50


@dataclass(frozen=True, slots=True)
class Report:
    """How a crawl went. `ends` says how each address ended that was asked for by hand."""

    id: int
    state: CrawlState
    counts: Mapping[str, int]
    links_found: int
    requests: int
    seconds: float
    end_reason: str | None
    result: Mapping[str, Any]
    ends: tuple[Mapping[str, Any], ...] = ()

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
            **({"addresses": [dict(end) for end in self.ends]} if self.ends else {}),
        }


def check_wanted(home: Home, wanted: Wanted) -> Wanted:
    """What is wanted, with whole addresses. Raises ContactMissing, BadInput or UnknownThing where
    nothing could come of a crawl."""
    home.config.require_contact()
    urls = tuple(dict.fromkeys(typed_address(url) for url in wanted.urls))
    for url in wanted.probe:
        typed_address(url)
    wanted = replace(wanted, urls=urls)
    with home.database.read() as conn:
        if wanted.incident is not None:
            _check_open(incidents.get(conn, wanted.incident))
        for id in wanted.sources:
            sources.get(conn, id)
        if not (wanted.is_narrow or wanted.probe):
            _check_followed(
                wanted, incidents.list_all(conn, open_only=True), sources.list_all(conn)
            )
    return wanted


def _check_open(incident: Incident) -> None:
    if not incident.is_open:
        raise BadInput(
            f"Incident {incident.slug} is closed.",
            remedy=f"Open it: followup incident reopen {incident.slug}",
        )


def _check_followed(wanted: Wanted, followed: list[Incident], all_sources: list[Source]) -> None:
    """Raise BadInput where no source is followed by what the crawl is for."""
    if not followed and not wanted.everything:
        raise BadInput(
            "No incident is open, so nothing would be looked for.",
            remedy="Make one: followup incident new SLUG --seed ARTICLE.txt",
        )
    if not all_sources:
        raise BadInput(
            "There is no source to look in.",
            remedy="Add one: followup source add URL (a homepage is enough),"
            " or see 'followup source catalogue --language en --topic news --limit 20'.",
        )
    following = [one for one in followed if wanted.incident in (None, one.slug)]
    if not wanted.everything and not any(
        one.follows.takes(source.id or 0, source.tags, source.language, source.country)
        for one in following
        for source in all_sources
    ):
        slugs = ", ".join(one.slug for one in following)
        raise BadInput(
            f"None of the {len(all_sources)} sources is followed by {slugs}.",
            remedy=f"See [follows]: followup incident edit {following[0].slug}; or add --all.",
        )


def request(
    home: Home, wanted: Wanted, *, trigger: Trigger = Trigger.API, by: str = "someone"
) -> int:
    """Ask for a crawl, which the running server starts at its next look; gives its id."""
    wanted = check_wanted(home, wanted)
    with home.database.write() as conn:
        return life.request(home.config, conn, trigger, by, wanted.record(), now=home.now())


def start(
    home: Home, wanted: Wanted, *, trigger: Trigger = Trigger.HAND, by: str = "command line"
) -> tuple[int, "subprocess.Popen[bytes]"]:
    """Ask for a crawl and start its process; gives its id and the process.

    Its lock is held before others see its row: no server takes it for one to launch.
    """
    wanted = check_wanted(home, wanted)
    life.settle_dead(home.config, home.clock, home.database)
    with ExitStack() as held:
        with home.database.write() as conn:
            id = store.request(conn, trigger, by, wanted.record(), now=home.now())
            lock = held.enter_context(_locked(home, id))
        return id, children.launch(home, id, wanted, lock).process


@contextmanager
def _locked(home: Home, id: int) -> Iterator[IO[str]]:
    try:
        lock = life.take_lock(home.config, id)
    except OSError as error:
        said = f"its lock cannot be made ({error.strerror})"
        raise children.cannot_start(id, said) from error
    with lock:
        yield lock


def run(
    home: Home,
    wanted: Wanted,
    *,
    watch: Callable[[Crawl], None] | None = None,
    cancelling: Callable[[], None] = lambda: None,
    by: str = "command line",
) -> Report:
    """Start a crawl and wait for its end; KeyboardInterrupt once cancels it politely.

    `watch` is called with the row a few times a second, `cancelling` when it is being cancelled.
    """
    id, process = start(home, wanted, by=by)
    child = children.child_of(id, process)
    try:
        _wait(home, child, watch)
    except KeyboardInterrupt:
        cancel(home, id)
        cancelling()
        _end(home, child, watch)
    children.settle(home, child)
    return report(home, id)


def _wait(home: Home, child: Child, watch: Callable[[Crawl], None] | None) -> None:
    while child.is_alive:
        row = get(home, child.id)
        if watch is not None:
            watch(row)
        children.look_after(home, child, row)
        time.sleep(WATCH_SECONDS)


def _end(home: Home, child: Child, watch: Callable[[Crawl], None] | None) -> None:
    """Give a cancelled crawl its time; a second Ctrl-C ends it with force at once."""
    try:
        _wait(home, child, watch)
    except KeyboardInterrupt:
        children.end_with_force(home, child, End(CrawlState.CANCELLED, "cancelled"))


def report(home: Home, id: int) -> Report:
    """How a crawl went, or how far it is."""
    row = get(home, id)
    with home.database.read() as conn:
        totals = store.counts(conn, id)
        ends = ledger.of_crawl(conn, id, limit=MOST_ENDS) if row.request.get("urls") else []
    return Report(
        id=row.id,
        state=row.state,
        counts={str(outcome): count for outcome, count in totals.by_outcome.items()},
        links_found=totals.links_found,
        requests=row.requests,
        seconds=row.seconds or 0.0,
        end_reason=row.end_reason,
        result=row.result or {},
        ends=tuple(
            {"url": end.url, "outcome": str(end.outcome), "reason": end.reason} for end in ends
        ),
    )


def get(home: Home, id: int) -> Crawl:
    """One crawl's row."""
    with home.database.read() as conn:
        return store.get(conn, id)


def list_all(home: Home, *, limit: int | None = None) -> list[Crawl]:
    """Crawls, newest first; those whose process is gone are settled before."""
    life.settle_dead(home.config, home.clock, home.database)
    with home.database.read() as conn:
        return store.list_all(conn, limit=limit)


def cancel(home: Home, id: int) -> CrawlState:
    """Ask a crawl to end; what is queued stays queued."""
    with home.database.write() as conn:
        return store.ask_cancel(conn, id, now=home.now())


def log(home: Home, id: int) -> str:
    """The log of a crawl."""
    get(home, id)
    path = life.log_path(home.config, id)
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


def purpose(crawl: Crawl) -> str:
    """What a crawl was asked to do, in words."""
    if crawl.state is CrawlState.MISSED:
        return _missed(crawl.request)
    wanted = wanted_of(crawl.request)
    if wanted.probe:
        return "what is at " + ", ".join(wanted.probe)
    if wanted.due:
        return _due(crawl)
    parts = [f"incident {wanted.incident}"] if wanted.incident else []
    if wanted.sources:
        parts.append("sources " + ", ".join(map(str, wanted.sources)))
    parts += wanted.urls
    return ", ".join(parts) or ("all sources" if wanted.everything else "what is followed")


def _due(crawl: Crawl) -> str:
    polls = crawl.request.get("polls", 0)
    if not polls:
        return "what is to be read again"
    late = ", caught up" if crawl.request.get("caught_up") else ""
    return f"{polls} source{'' if polls == 1 else 's'} due{late}"


def _missed(request: Mapping[str, Any]) -> str:
    sources, subject = request.get("sources", 0), request.get("schedule")
    parts = [f"{sources} source{'' if sources == 1 else 's'}"]
    if subject not in (None, "all", ADAPTIVE):
        parts.append(f"by the schedule of {subject}")
    if folded := request.get("runs", 1) - 1:
        parts.append(f"and {folded}{'' if request.get('exact', True) else ' or more'} runs before")
    return " ".join(parts)


@dataclass(frozen=True, slots=True)
class Handed:
    """What a crawl gave to another one that is asking its hosts."""

    crawl_id: int
    sources: int
    links: int


def handed(home: Home, crawl: Crawl) -> list[Handed]:
    """What a crawl gave to others, so far where it runs."""
    told = (crawl.result or {}).get("handed") or (crawl.progress or {}).get("handed") or {}
    if not told:
        return []
    with home.database.read() as conn:
        sources = store.given_sources(conn, crawl.id)
    given = []
    for id, total in sorted((int(id), int(total)) for id, total in told.items()):
        of_these = min(sources.get(id, 0), total)
        given.append(Handed(id, of_these, total - of_these))
    return given
