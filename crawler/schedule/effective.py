"""Whose rule holds for a source, and whether it is to be polled at all.

A source's own rule goes before those of the open incidents that follow it (of several the soonest
holds), these before the one for all; under none it is polled adaptively. A paused incident has no
say: neither its rule counts nor its following.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from crawler.schedule.rules import Rule, rule_of
from crawler.schedule.times import next_time
from pipelines.incident import Source
from pipelines.store import Connection, schedules
from pipelines.store.schedules import Follower, Subject


@dataclass(frozen=True, slots=True)
class Rules:
    """What is set, as it stood when it was loaded. Asking for a source costs as many steps as
    there are open incidents; nothing is worked out before.

    `rules` and `paused` are by the subjects' names.
    """

    rules: Mapping[str, Rule]
    paused: Mapping[str, datetime]
    followers: tuple[Follower, ...]

    @classmethod
    def load(cls, conn: Connection, *, of: Source | None = None) -> "Rules":
        """What is set now; with `of` without what is set for other sources, to ask for that one."""
        settings = schedules.list_all(conn, source_id=None if of is None else of.id)
        return cls(
            {one.subject.name: rule_of(one.rule) for one in settings if one.rule is not None},
            {one.subject.name: one.paused_at for one in settings if one.paused_at is not None},
            tuple(schedules.followers(conn)),
        )

    def of(self, source: Source) -> tuple[tuple[str, Rule], ...]:
        """The rules that hold for a source with the names of their subjects; () is adaptive."""
        own = Subject(source_id=source.id).name
        if own in self.rules:
            return ((own, self.rules[own]),)
        names = (Subject(incident_id=one.id).name for one in self._active(source))
        found = tuple((name, self.rules[name]) for name in names if name in self.rules)
        if not found and "all" in self.rules:
            return (("all", self.rules["all"]),)
        return found

    def is_wanted(self, source: Source) -> bool:
        """True where an open incident that is not paused follows it, and nothing pauses it."""
        if "all" in self.paused or Subject(source_id=source.id).name in self.paused:
            return False
        return bool(self._active(source))

    def next_due(self, source: Source, after: datetime) -> datetime | None:
        """The next time strictly after `after` by its rules; None: it is polled adaptively."""
        found = (next_time(rule, after, key=source.id or 0) for _, rule in self.of(source))
        return min((at for at in found if at is not None), default=None)

    def following(self, source: Source) -> list[Follower]:
        """The open incidents that follow a source, paused or not."""
        marks = (source.id or 0, source.tags, source.language, source.country)
        return [one for one in self.followers if one.follows.takes(*marks)]

    def _active(self, source: Source) -> list[Follower]:
        paused = self.paused
        return [
            one for one in self.following(source) if Subject(incident_id=one.id).name not in paused
        ]
