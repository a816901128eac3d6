"""A changed setting applies at once: the due times of the sources under it are set anew, in the
transaction that changes it.

Runs by the old rules that are late by then (no server was running) are written down as missed:
nobody could tell of them later. They are caught up once, at once. What falls into a pause is none.
"""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import datetime, timedelta

from crawler.schedule.claims import GRACE, MOST_MISSED, latest
from crawler.schedule.effective import Rules
from crawler.schedule.rules import Rule, rule_of
from pipelines.incident import Source
from pipelines.polling import POLL_EVERY
from pipelines.store import Connection, crawls, schedules, sources

_REASON = "it had not run when the schedule was changed"


@contextmanager
def applied(conn: Connection, now: datetime) -> Iterator[None]:
    """Within it settings and incidents are changed; at its end every source of which another rule
    holds than before has its next time by it, those that nobody wants polled any more rest, and
    those that are wanted again are woken."""
    before = Rules.load(conn)
    yield
    after = Rules.load(conn)
    there = sources.list_all(conn)
    left = [one for one in there if before.is_wanted(one) and not after.is_wanted(one)]
    changed = [one for one in there if before.of(one) != after.of(one)]
    owed = {one.id: one for one in [*changed, *left] if _is_owed(before, one, now)}
    _write_missed(conn, before, owed.values(), now)
    anew = {one.id: _anew(after, one, now) for one in changed if one.id and one.id not in owed}
    late = {id: now for id, one in owed.items() if id and _is_late(one, now)}
    schedules.appoint(conn, anew | late)
    schedules.rest(conn, [one.id for one in left if one.id])
    wake(conn, now)


def wake(conn: Connection, now: datetime) -> int:
    """Sources that rest and are wanted now are polled again; how many they are.

    What fell into the rest is not missed: by a rule the next time after now counts, else at once
    what was due. A source that was never polled is due at once.
    """
    tired = schedules.resting(conn)
    if not tired:
        return 0
    rules = Rules.load(conn)
    woken = [one for one in tired if rules.is_wanted(one)]
    schedules.appoint(conn, {one.id: _rested(rules, one, now) for one in woken if one.id})
    schedules.wake(conn, [one.id for one in woken if one.id])
    return len(woken)


def clock_set_back(conn: Connection, now: datetime) -> int:
    """Rules that were set later than now, by a clock that has been set back since, hold from now
    on; how many they are. Due times are left to the caller."""
    number = 0
    for setting in schedules.list_all(conn):
        rule = None if setting.rule is None else rule_of(setting.rule)
        if rule is not None and rule.anchor > now:
            held = replace(rule, anchor=now.replace(microsecond=0)).record()
            by = setting.changed_by
            schedules.put(conn, setting.subject, {"rule": held}, by=by, now=now)
            number += 1
    return number


def _is_owed(rules: Rules, source: Source, now: datetime) -> bool:
    """True for one that is due by a rule and was not polled yet."""
    if source.due_at is None or source.due_at > now:
        return False
    return bool(rules.of(source)) and rules.is_wanted(source)


def _is_late(source: Source, now: datetime) -> bool:
    return source.due_at is not None and now - source.due_at > GRACE


def _anew(rules: Rules, source: Source, now: datetime) -> datetime | None:
    """By a rule its next time; without one the sooner of what stands and the usual wait."""
    at = rules.next_due(source, now)
    if at is not None or source.due_at is None:
        return at
    return min(source.due_at, now + POLL_EVERY)


def _rested(rules: Rules, source: Source, now: datetime) -> datetime | None:
    if source.due_at is None and source.polled_at is None:
        return None
    return rules.next_due(source, now) or max(source.due_at or now, now)


def _write_missed(conn: Connection, rules: Rules, owed: Collection[Source], now: datetime) -> None:
    """The late runs of sources by the rules that held for them, one row for each rule and time."""
    held: dict[tuple[str, Rule], list[datetime]] = {}
    for source in owed:
        for name, rule in rules.of(source):
            # The due time lies within the jitter of a time of the rule.
            since = (source.due_at or now) - timedelta(seconds=rule.jitter_seconds + 1)
            held.setdefault((name, rule), []).append(since)
    for (name, rule), sinces in held.items():
        # Times are counted once a rule, whatever the number of its sources.
        first = max(min(sinces), rule.anchor + timedelta(seconds=1))
        found, before, exact = latest(rule, first, now - GRACE, 0)
        runs = found[-MOST_MISSED:]
        folded = before + len(found) - len(runs)
        for number, at in enumerate(runs):
            request = {"schedule": name, "sources": sum(since < at for since in sinces)}
            if folded and number == 0:
                request |= {"runs": folded + 1, "exact": exact}
            crawls.miss(conn, "schedule", request, _REASON, due_at=at, now=now)
