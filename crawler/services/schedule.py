"""When what is polled: set, cleared, paused and resumed; what comes next."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from heapq import heappop, heappush
from itertools import chain, groupby, islice
from typing import Any

from crawler.home import Home
from crawler.schedule.applying import applied, wake
from crawler.schedule.effective import Rules
from crawler.schedule.rules import Rule, rule_of
from crawler.schedule.times import times
from pipelines.dates import iso
from pipelines.errors import BadInput, UnknownThing
from pipelines.incident import Source
from pipelines.store import Connection, incidents, schedules, servers, sources
from pipelines.store.schedules import Subject
from pipelines.urls import host_of

__all__ = ["applied", "wake"]

#: Next times that are shown of a rule.
SHOWN = 5
#: How far ahead times are looked for: a leap day's are eight years apart at the most.
_AHEAD = timedelta(days=366 * 50)
#: Sources of one time that are named.
_NAMED = 3


@dataclass(frozen=True, slots=True)
class Of:
    """Whose schedule a person means: an incident's, a source's, or all sources'."""

    incident: str | None = None
    source: int | None = None

    @property
    def words(self) -> str:
        """ "all", "incident sony-hack" or "source 12"."""
        if self.source is not None:
            return f"source {self.source}"
        return "all" if self.incident is None else f"incident {self.incident}"

    def subject(self, conn: Connection) -> Subject:
        """By ids. Raises UnknownThing where there is none, BadInput where two are named."""
        if self.incident is not None and self.source is not None:
            raise BadInput(
                "A schedule is that of an incident or that of a source.",
                remedy="Give --incident or --source; neither means all sources.",
            )
        if self.incident is not None:
            return Subject(incident_id=incidents.get(conn, self.incident).id)
        if self.source is not None:
            return Subject(source_id=sources.get(conn, self.source).id)
        return Subject()


ALL = Of()


@dataclass(frozen=True, slots=True)
class Line:
    """A subject, what is set for it, and when its rule comes next; nothing comes while paused."""

    of: Of
    rule: Rule | None
    paused_at: datetime | None
    next: tuple[datetime, ...]

    def record(self) -> dict[str, Any]:
        """As ``followup schedule list --json`` gives it."""
        return {
            "subject": self.of.words,
            "rule": None if self.rule is None else self.rule.record(),
            "words": None if self.rule is None else self.rule.words(),
            "paused_at": iso(self.paused_at),
            "next": [iso(at) for at in self.next],
        }


@dataclass(frozen=True, slots=True)
class Coming:
    """What is polled at a time: how many sources, the names of a few, by which rule."""

    at: datetime
    sources: int
    names: tuple[str, ...]
    words: str

    def record(self) -> dict[str, Any]:
        """As ``followup schedule next --json`` gives it."""
        return {
            "at": iso(self.at),
            "sources": self.sources,
            "names": list(self.names),
            "words": self.words,
        }


def check(home: Home, of: Of) -> None:
    """Raises UnknownThing or BadInput where nothing can be set for it."""
    with home.database.read() as conn:
        of.subject(conn)


def set_rule(home: Home, of: Of, rule: Rule, *, by: str = "command line") -> Line:
    """Keep a rule; every source under it has its next time by it at once."""
    return _changed(home, of, rule=rule.record(), by=by)


def clear(home: Home, of: Of, *, by: str = "command line") -> Line:
    """Take a rule away; the sources that were under it go by the next wider one, or adaptively."""
    line = _line(home, of)
    if line.rule is None:
        raise UnknownThing("rule of its own for", of.words, remedy="See followup schedule list.")
    return _changed(home, of, rule=None, by=by)


def pause(home: Home, of: Of, *, by: str = "command line") -> Line:
    """Poll nothing under a subject until it is resumed. Crawls that run go on."""
    line = _line(home, of)
    return line if line.paused_at else _changed(home, of, paused_at=home.now(), by=by)


def resume(home: Home, of: Of, *, by: str = "command line") -> Line:
    """End a pause; what fell into it is not made up for."""
    line = _line(home, of)
    return line if line.paused_at is None else _changed(home, of, paused_at=None, by=by)


def _changed(home: Home, of: Of, *, by: str, **values: Any) -> Line:
    now = home.now()
    with home.database.write() as conn, applied(conn, now):
        schedules.put(conn, of.subject(conn), values, by=by, now=now)
    return _line(home, of)


def preview(rule: Rule, now: datetime, n: int = SHOWN) -> tuple[datetime, ...]:
    """The next times of a rule, saved or not."""
    return tuple(times(rule, now, now + _AHEAD, limit=n))


def listing(home: Home) -> list[Line]:
    """All that is set: for all sources, for incidents, for sources."""
    with home.database.read() as conn:
        settings = schedules.list_all(conn)
    is_held = any(one.subject == Subject() and one.paused_at for one in settings)
    return [_shown(setting, home.now(), is_held=is_held) for setting in settings]


def _shown(setting: schedules.Setting, now: datetime, *, is_held: bool) -> Line:
    """`is_held`: all is paused."""
    rule = None if setting.rule is None else rule_of(setting.rule)
    coming = () if rule is None or setting.paused_at or is_held else preview(rule, now)
    of = Of(setting.slug, setting.subject.source_id)
    return Line(of, rule, setting.paused_at, coming)


def _line(home: Home, of: Of) -> Line:
    """What is set for one subject; a line without anything where nothing is."""
    check(home, of)
    return next((line for line in listing(home) if line.of == of), Line(of, None, None, ()))


def upcoming(home: Home, of: Of = ALL, *, n: int = SHOWN) -> list[Coming]:
    """What is polled next under a subject, the first `n` times. Of a source without a rule only
    the next poll is known: when it is due after that depends on what it brings."""
    found: list[Coming] = []
    with home.database.read() as conn:
        rules, now = Rules.load(conn), home.now()
        chosen = _under(rules, schedules.coming(conn, now), of.subject(conn))
        for at, some in _polls(rules, (one for one in chosen if rules.is_wanted(one)), now):
            found += _together(at, some)
            if len(found) >= n:
                break
    return found[:n]


def _under(rules: Rules, all_sources: Iterable[Source], subject: Subject) -> Iterator[Source]:
    for one in all_sources:
        if subject.source_id is not None:
            is_under = one.id == subject.source_id
        elif subject.incident_id is not None:
            is_under = any(each.id == subject.incident_id for each in rules.following(one))
        else:
            is_under = True
        if is_under:
            yield one


@dataclass(frozen=True, slots=True)
class _Batch:
    """Sources that are always polled together: by the same rules, without a delay of their own.
    `names` are the first few with the ids of their sources."""

    first: Source
    number: int
    names: tuple[tuple[int, str], ...]
    words: str


def _polls(
    rules: Rules, wanted: Iterator[Source], now: datetime
) -> Iterator[tuple[datetime, list[_Batch]]]:
    """What is polled at the times to come; what is overdue comes now. `wanted` come by their due
    times, and are taken as far as these are asked for."""
    by_time = groupby(wanted, key=lambda one: max(one.due_at or now, now))
    due = next(by_time, None)
    again: dict[datetime, list[_Batch]] = {}
    times_again: list[datetime] = []
    while due is not None or times_again:
        at = min([*times_again[:1], *([due[0]] if due is not None else [])])
        batches = []
        if times_again and times_again[0] == at:
            batches = again.pop(heappop(times_again))
        if due is not None and due[0] == at:
            batches += _batches(rules, due[1])
            due = next(by_time, None)
        yield at, batches
        for batch in batches:
            following = rules.next_due(batch.first, at)
            if following is not None:
                if following not in again:
                    heappush(times_again, following)
                again.setdefault(following, []).append(batch)


def _batches(rules: Rules, some: Iterable[Source]) -> Iterator[_Batch]:
    """Sources of one time, by id, in as few batches as they can be."""
    alike: dict[tuple[object, ...], list[Source]] = {}
    for one in some:
        held = rules.of(one)
        has_own_delay = any(rule.jitter_seconds for _, rule in held)
        alike.setdefault((held, one.id if has_own_delay else None), []).append(one)
    for these in alike.values():
        named: dict[str, int] = {}
        for one in these:
            named.setdefault(one.outlet or host_of(one.url), one.id or 0)
        names = tuple((id, name) for name, id in islice(named.items(), _NAMED))
        yield _Batch(these[0], len(these), names, _words(rules, these[0]))


def _together(at: datetime, batches: Iterable[_Batch]) -> Iterator[Coming]:
    """The batches of one time, those of which the same is said as one."""
    said: dict[str, list[_Batch]] = {}
    for batch in sorted(batches, key=lambda batch: batch.first.id or 0):
        said.setdefault(batch.words, []).append(batch)
    for words, some in said.items():
        names = dict.fromkeys(name for _, name in sorted(chain(*(one.names for one in some))))
        yield Coming(at, sum(one.number for one in some), tuple(names)[:_NAMED], words)


def _words(rules: Rules, source: Source) -> str:
    return "; ".join(rule.words() for _, rule in rules.of(source)) or "adaptive"


def server_is_missing(home: Home) -> bool:
    """True where no server keeps the schedule, so that nothing is polled by it."""
    with home.database.read() as conn:
        holder = servers.holder(conn)
    return holder is None or home.clock.wall() - holder.beat_at > servers.SILENT_AFTER
