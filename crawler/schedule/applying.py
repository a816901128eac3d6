"""A changed setting applies at once: the due times of the sources under it are set anew, in the
transaction that changes it.

What was due by a rule and had not run when the rule was changed (no server was running) stays due,
and is caught up by whoever keeps the schedule. The old rule's runs between then and now, which
nobody could count later, are written down as missed here; so is what stayed due where the source
is not wanted any more.
"""

from collections.abc import Collection, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from crawler.schedule.effective import Rules
from crawler.schedule.rules import Rule
from crawler.schedule.times import times
from pipelines.incident import Source
from pipelines.polling import POLL_EVERY
from pipelines.store import Connection, crawls, schedules, sources

#: Missed runs of one rule that are written down; the oldest stands for all before it.
MOST_MISSED = 50
#: So many are counted.
MOST_COUNTED = 5_000
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
    changed = [one for one in there if before.of(one) != after.of(one)]
    left = [one for one in there if before.is_wanted(one) and not after.is_wanted(one)]
    owed = {one.id for one in there if _is_owed(before, one, now)}
    _write_missed(conn, before, after, [one for one in [*changed, *left] if one.id in owed], now)
    anew = {one.id: _anew(after, one, now) for one in changed if one.id and one.id not in owed}
    schedules.appoint(conn, anew)
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


def _is_owed(rules: Rules, source: Source, now: datetime) -> bool:
    """True for one that is due by a rule and was not polled yet."""
    if source.due_at is None or source.due_at > now:
        return False
    return bool(rules.of(source)) and rules.is_wanted(source)


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


def _write_missed(
    conn: Connection, before: Rules, after: Rules, owed: Collection[Source], now: datetime
) -> None:
    """The runs of the old rules that nobody will see to, one row for each rule and time."""
    found: dict[tuple[str, datetime], set[int]] = {}
    for source in owed:
        for name, rule in before.of(source):
            for at in times(rule, _seen_to(rule, after, source), now, limit=MOST_COUNTED):
                found.setdefault((name, at), set()).add(source.id or 0)
    for name in {name for name, _ in found}:
        runs = sorted(at for of, at in found if of == name)
        folded = max(len(runs) - MOST_MISSED, 0)
        for number, at in enumerate(runs[folded:]):
            request = {"schedule": name, "sources": len(found[name, at])}
            if folded and number == 0:
                request["runs"] = folded + 1
            crawls.miss(conn, "schedule", request, _REASON, due_at=at, now=now)


def _seen_to(rule: Rule, after: Rules, source: Source) -> datetime:
    """Up to when somebody sees to the runs of a source: to that at its due time only where it is
    wanted still. It lies within the jitter of a time of the rule."""
    due_at = source.due_at or rule.anchor
    if after.is_wanted(source):
        return due_at
    return due_at - timedelta(seconds=rule.jitter_seconds + 1)
