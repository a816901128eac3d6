"""What happened since the last look becomes notices, and each notice a telling for every target
that wants it, in one transaction.

Writers take their time before their transaction commits, so each look goes back over a while; what
stands among the notices already is passed over. A target is told nothing from before it was added.
"""

import time
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import TypeVar

from crawler.home import Home
from crawler.notices.hours import hours_of
from crawler.notices.silence import LEAST_QUIET_POLLS, MOST_NEWS, Silence, silence_of
from pipelines.errors import UnknownThing
from pipelines.incident import Health, Incident
from pipelines.store import Connection, happenings, incidents, notices
from pipelines.store.crawls import CrawlState
from pipelines.store.happenings import EndedCrawl, Polled, Taken
from pipelines.store.notices import Event, Notice, Target

T = TypeVar("T")

#: A write may wait 30 s for another process's, and a transaction may take its time (REAL).
LOOK_BACK = timedelta(minutes=10)
#: Sources are looked at no more often than this (product's time).
LOOK_AT_SOURCES = timedelta(minutes=10)
#: Failures that follow a told one within this time belong to it: one notice, not one per run.
FAILURES_ARE_ONE = timedelta(hours=6)
#: Missed runs that were noticed within this time are of one gap.
GAP_IS_ONE = timedelta(minutes=5)
#: Notices made in one transaction, and REAL seconds after which the rest is left to the next look.
_AT_ONCE, _SECONDS = 200, 5.0
#: Crawls are processes: no more can fail in the time that a look goes back.
_MOST_FAILURES = 5_000


@dataclass(frozen=True, slots=True)
class Look:
    """One look: who may be told, what time it is, how far it goes back, and when it must end."""

    home: Home
    targets: tuple[Target, ...]
    now: datetime
    back: timedelta
    cursors: Mapping[str, datetime]
    deadline: float
    dues: dict[int, datetime] = field(default_factory=dict)

    def due(self, target: Target) -> datetime:
        """From when on a target is told of what is found in this look."""
        if target.id not in self.dues:
            self.dues[target.id] = hours_of(target).due(self.now)
        return self.dues[target.id]

    def wanting(self, *events: Event) -> list[Target]:
        """Targets that want to be told of one of these."""
        return [target for target in self.targets if set(events) & set(target.events)]

    def since(self, what: str, wanting: Sequence[Target]) -> datetime:
        """From when on is looked for something."""
        first = min(target.added_at or self.now for target in wanting)
        cursor = self.cursors.get(what)
        return first if cursor is None else max(first, min(cursor, self.now) - self.back)

    def moved(self, what: str, *, after: timedelta | None = None) -> bool:
        """True where the last look for something is so long ago that the cursor is to move."""
        cursor = self.cursors.get(what)
        return cursor is None or abs(self.now - cursor) >= (after or self.back / 2)


def collect(home: Home, targets: Sequence[Target]) -> int:
    """Writes down what there is to tell; gives how many notices are new. Cheap where none is."""
    with home.database.read() as conn:
        cursors = notices.cursors(conn)
    back = LOOK_BACK * max(home.config.speed, 1.0)
    deadline = time.monotonic() + _SECONDS
    look = Look(home, tuple(targets), home.now(), back, cursors, deadline)
    return _follow_ups(look) + _revisions(look) + _failures(look) + _gaps(look) + _sources(look)


def _follow_ups(look: Look) -> int:
    wanting = look.wanting(Event.NEW_FOLLOW_UP, Event.FIRST_REPORT)
    if not wanting:
        return 0
    since = look.since("follow_ups", wanting)

    def some(conn: Connection) -> list[Taken]:
        return happenings.taken(conn, since, limit=_AT_ONCE)

    return _in_steps(look, "follow_ups", some, _follow_up)


def _follow_up(look: Look, conn: Connection, one: Taken) -> int:
    """Every follow-up is noted, so that it is passed over from then on; a copy of one that is noted
    already is told to nobody, except as its outlet's first report."""
    is_copy = happenings.is_group_noted(conn, one)
    subject = f"incident {one.incident_id} article {one.article_id}"
    new = Notice(Event.NEW_FOLLOW_UP, subject, one.at, one.incident_id, one.article_id)
    told = one.is_taken and not is_copy
    if not _note(look, conn, new, look.wanting(Event.NEW_FOLLOW_UP) if told else ()):
        return 0
    firsts = look.wanting(Event.FIRST_REPORT) if one.is_taken else []
    subject = f"incident {one.incident_id} outlet {(one.outlet or one.host)[:200]}"
    # Asked first: to find that an outlet is new to a long incident takes a look at all of it.
    if not firsts or notices.is_noted(conn, Event.FIRST_REPORT, subject):
        return 1
    if not happenings.is_first_of_outlet(conn, one):
        return 1
    first = Notice(Event.FIRST_REPORT, subject, one.at, one.incident_id, one.article_id)
    return 1 + _note(look, conn, first, firsts)


def _revisions(look: Look) -> int:
    wanting = look.wanting(Event.REVISION)
    if not wanting:
        return 0
    since = look.since("revisions", wanting)

    def some(conn: Connection) -> list[happenings.Edited]:
        return happenings.edited(conn, since, limit=_AT_ONCE)

    def revision(look: Look, conn: Connection, one: happenings.Edited) -> int:
        subject = f"incident {one.incident_id} article {one.article_id} version {one.number}"
        new = Notice(Event.REVISION, subject, one.at, one.incident_id, one.article_id, one.number)
        return _note(look, conn, new, wanting)

    return _in_steps(look, "revisions", some, revision)


def _failures(look: Look) -> int:
    wanting = look.wanting(Event.CRAWL_FAILED)
    if not wanting:
        return 0
    since = look.since("failures", wanting)

    def some(conn: Connection) -> list[EndedCrawl]:
        found = happenings.ended(conn, CrawlState.FAILED, since, limit=_MOST_FAILURES)
        return [one for one in found if not _is_of_a_row(conn, one)]

    def failure(look: Look, conn: Connection, one: EndedCrawl) -> int:
        if _is_of_a_row(conn, one):  # of one that was written a moment ago
            return 0
        of = incident_of(conn, one)
        new = Notice(Event.CRAWL_FAILED, f"crawl {one.id}", one.ended_at, of, crawl_id=one.id)
        return _note(look, conn, new, wanting)

    return _in_steps(look, "failures", some, failure)


def _is_of_a_row(conn: Connection, one: EndedCrawl) -> bool:
    """True where a notice stands for it already: its own, or that of the first of its row."""
    since, of = one.ended_at - FAILURES_ARE_ONE, incident_of(conn, one)
    return notices.stands_since(conn, Event.CRAWL_FAILED, since, one.ended_at, of)


def incident_of(conn: Connection, one: EndedCrawl) -> int | None:
    """The incident that a crawl was for alone; None for one of several."""
    slug = one.request.get("incident")
    if slug is None:
        return None
    try:
        return incidents.get(conn, slug).id
    except UnknownThing:
        return None


def _gaps(look: Look) -> int:
    wanting = look.wanting(Event.MISSED)
    if not wanting:
        return 0
    since = look.since("gaps", wanting)

    def first(conn: Connection) -> list[EndedCrawl]:
        found = happenings.first_missed(conn, since, GAP_IS_ONE)
        return [] if found is None else [found]

    def gap(look: Look, conn: Connection, one: EndedCrawl) -> int:
        new = Notice(Event.MISSED, f"crawl {one.id}", one.ended_at, crawl_id=one.id)
        return _note(look, conn, new, wanting)

    return _in_steps(look, "gaps", first, gap, at_once=1)


def _sources(look: Look) -> int:
    wanting = look.wanting(Event.SOURCE_SILENT)
    if not wanting or not look.moved("sources", after=LOOK_AT_SOURCES):
        return 0
    with look.home.database.read() as conn:
        known = notices.silences(conn)
        followed = incidents.list_all(conn, open_only=True)
        silent = dict(_silent(conn, known, look.now))
    spoke = [known[id] for id in sorted(set(known) - {polled.id for polled in silent})]
    number = 0
    with look.home.database.write() as conn:
        notices.end_silences(conn, spoke, now=look.now)
        for polled, silence in silent.items():
            if silence is not None:
                subject = f"source {polled.id} since {silence.since.isoformat()}"
                at = silence.told_from
                new = Notice(Event.SOURCE_SILENT, subject, at, source_id=polled.id)
                number += _note(look, conn, new, _concerned(wanting, polled, followed))
        notices.set_cursor(conn, "sources", look.now)
    return number


def _silent(
    conn: Connection, known: Mapping[int, int], now: datetime
) -> Iterator[tuple[Polled, Silence | None]]:
    """Sources that are silent; None beside those that were silent before and did not speak since:
    one is told of again only after it spoke."""
    for polled in happenings.polled(conn, least_quiet_polls=LEAST_QUIET_POLLS):
        is_well = polled.health not in (Health.FAILING, Health.DENIED)
        if not is_well and polled.id in known:
            yield polled, None
            continue
        news = happenings.news_times(conn, polled.id, limit=MOST_NEWS) if is_well else ()
        silence = silence_of(polled, news, now)
        if silence is not None:
            yield polled, None if polled.id in known else silence


def _concerned(
    wanting: Iterable[Target], polled: Polled, followed: Sequence[Incident]
) -> list[Target]:
    """Targets of the incidents that follow a source, and those of all."""
    of = {
        incident.id
        for incident in followed
        if incident.follows.takes(polled.id, polled.tags, polled.language, polled.country)
    }
    return [t for t in wanting if of and (t.incident_id is None or t.incident_id in of)]


def _in_steps(
    look: Look,
    what: str,
    some: Callable[[Connection], Sequence[T]],
    write: Callable[[Look, Connection, T], int],
    *,
    at_once: int = _AT_ONCE,
) -> int:
    """Reads and writes down some after some, until nothing is new or the time is up."""
    number = 0
    while True:
        with look.home.database.read() as conn:
            found = some(conn)
        is_all = len(found) < at_once
        if found or look.moved(what):
            with look.home.database.write() as conn:
                number += sum(write(look, conn, one) for one in found)
                if is_all and look.moved(what):
                    notices.set_cursor(conn, what, look.now)
        if is_all or time.monotonic() > look.deadline:
            return number


def _note(look: Look, conn: Connection, new: Notice, wanting: Iterable[Target]) -> int:
    """A notice, and a telling of it for each target that it concerns; 1 where it is new."""
    id = notices.note(conn, new)
    if id is None:
        return 0
    concerned = [
        target
        for target in wanting
        if target.incident_id is None or new.incident_id in (None, target.incident_id)
        if target.added_at is None or target.added_at <= new.at
    ]
    notices.tell(conn, id, {target.id: look.due(target) for target in concerned})
    return 1
