"""When what is polled: set, cleared, paused and resumed; what comes next."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from heapq import heapify, heappop, heappush
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
    now = home.now()
    with home.database.read() as conn:
        rules = Rules.load(conn)
        chosen = _under(rules, sources.list_all(conn), of.subject(conn))
    coming: list[Coming] = []
    groups: dict[tuple[datetime, str], list[Source]] = {}
    for at, source in _polls(rules, [one for one in chosen if rules.is_wanted(one)], now):
        if len(groups) == n and (at, _words(rules, source)) not in groups:
            break
        groups.setdefault((at, _words(rules, source)), []).append(source)
    for (at, words), some in groups.items():
        names = tuple(dict.fromkeys(one.outlet or host_of(one.url) for one in some))
        coming.append(Coming(at, len(some), names[:_NAMED], words))
    return coming


def _under(rules: Rules, all_sources: list[Source], subject: Subject) -> list[Source]:
    if subject.source_id is not None:
        return [one for one in all_sources if one.id == subject.source_id]
    if subject.incident_id is None:
        return all_sources
    return [
        one
        for one in all_sources
        if any(follower.id == subject.incident_id for follower in rules.following(one))
    ]


def _polls(rules: Rules, wanted: list[Source], now: datetime) -> Iterator[tuple[datetime, Source]]:
    """The polls to come, in their order; what is overdue comes now."""
    by_id = {one.id or 0: one for one in wanted}
    waiting = [(max(one.due_at or now, now), id) for id, one in by_id.items()]
    heapify(waiting)
    while waiting:
        at, id = heappop(waiting)
        yield at, by_id[id]
        following = rules.next_due(by_id[id], at)
        if following is not None:
            heappush(waiting, (following, id))


def _words(rules: Rules, source: Source) -> str:
    return "; ".join(rule.words() for _, rule in rules.of(source)) or "adaptive"


def server_is_missing(home: Home) -> bool:
    """True where no server keeps the schedule, so that nothing is polled by it."""
    with home.database.read() as conn:
        holder = servers.holder(conn)
    return holder is None or home.clock.wall() - holder.beat_at > servers.SILENT_AFTER
