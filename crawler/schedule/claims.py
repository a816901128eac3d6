"""What the schedule does about what is due: a pure function from what is seen to decisions.

A due time of a rule is a run. It happens, in a crawl that polls the source for it, or it is missed
and stands in the list with the reason; a run that is only late is both, and of several late ones
the latest is caught up. Sources without a rule have one due time, which counts from their last
poll: a poll that comes late is told of once where nobody looked, and is no run of anybody's.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta

from crawler.schedule.rules import Rule
from crawler.schedule.times import next_time, times
from pipelines.incident import Source
from pipelines.polling import POLL_EVERY

#: Rows of missed runs that one rule gets at a time; the oldest of more are told of in one row.
MOST_MISSED = 50
#: Folded runs of a cron expression or in windows are counted up to this.
MOST_COUNTED = 500
#: A run so late is still on time: so long in the product's time, and so long in REAL seconds.
GRACE, GRACE_REAL_SECONDS = timedelta(seconds=30), 5.0
#: Starting a child costs more than a poll. After a crawl was claimed, what becomes due is gathered
#: for so long (REAL), or for this share of the time to a source's next run, whichever is shorter.
GATHER_SECONDS, GATHER_SHARE = 10.0, 0.25
#: What stands for the rule of sources that have none.
ADAPTIVE = "adaptive"
#: The step between two moments of the rules' clocks, which know whole seconds.
_SECOND = timedelta(seconds=1)

_UNKNOWN = "it was not looked at in time"


@dataclass(frozen=True, slots=True)
class Due:
    """A source that is due.

    Attributes:
        rules: those that hold for it, with their subjects' names; none: adaptive.
        next_due: its next time after now by these; None: adaptive.
        in_hand_of: the crawl that is to poll it already.
        held: why its host cannot be asked yet; None: it can.
        waited: what stood in its way when it was looked at before; None: nothing, or never looked.
    """

    source: Source
    rules: tuple[tuple[str, Rule], ...] = ()
    next_due: datetime | None = None
    is_wanted: bool = True
    in_hand_of: int | None = None
    held: str | None = None
    waited: str | None = None

    @property
    def id(self) -> int:
        """Of the source."""
        return self.source.id or 0


@dataclass(frozen=True, slots=True)
class Gap:
    """A stretch of the product's time in which nobody looked. `since` None: as far as is known."""

    since: datetime | None
    until: datetime
    reason: str

    def covers(self, due_at: datetime, grace: timedelta) -> bool:
        """True where what was due then was not looked at because of the gap."""
        return due_at < self.until and (self.since is None or due_at >= self.since - grace)


@dataclass(frozen=True, slots=True)
class Moment:
    """When is decided, and what holds for all sources.

    Attributes:
        grace: how late a run is still on time.
        gaps: the last ones, the oldest first.
        held_up: why no crawl can be started now; None: one can.
        has_room: whether it is only the number that people set which holds it up, and one more may
            start for sources that wait too long.
        since_claim, gather: time since a crawl was claimed last, and for how long is gathered then,
            both in the product's time.
    """

    now: datetime
    grace: timedelta
    gaps: tuple[Gap, ...] = ()
    held_up: str | None = None
    has_room: bool = False
    since_claim: timedelta = timedelta.max
    gather: timedelta = timedelta()


@dataclass(frozen=True, slots=True)
class Missed:
    """A run that did not happen at its time, for some sources.

    `folded` counts earlier ones that this row stands for too; `is_exact` is False where it is only
    known that they were at least so many.
    """

    subject: str
    due_at: datetime
    reason: str
    sources: int
    folded: int = 0
    is_exact: bool = True


@dataclass(frozen=True, slots=True)
class Decisions:
    """What is to be done.

    Attributes:
        polls: sources for one crawl, with the due time that each is polled for.
        due: when sources are due next.
        missed: rows to write, the oldest first.
        caught_up: whether `polls` holds a late one.
        rest: sources that nobody wants polled now.
        waits: what stands in the way of the others.
    """

    polls: Mapping[int, datetime] = field(default_factory=dict)
    due: Mapping[int, datetime] = field(default_factory=dict)
    missed: tuple[Missed, ...] = ()
    caught_up: bool = False
    rest: tuple[int, ...] = ()
    waits: Mapping[int, str] = field(default_factory=dict)

    @property
    def changes(self) -> bool:
        """False where there is nothing to write down."""
        return bool(self.due or self.rest)


def decide(found: Iterable[Due], moment: Moment) -> Decisions:
    """What becomes of the sources that are due."""
    found = list(found)
    rest, moved, ready = [], [], []
    if moment.has_room and any(_waits_too_long(due, moment.now) for due in found):
        moment = replace(moment, held_up=None)  # once there is a crawl, it polls all that is free
    waits: dict[int, str] = {}
    for due in found:
        obstacle = due.held or moment.held_up
        if not due.is_wanted:
            rest.append(due.id)
        elif due.in_hand_of is not None:
            reason = f"crawl {due.in_hand_of} had it still in hand"
            if due.rules and is_late(due, moment):
                moved.append(replace(due, waited=reason))
            else:
                waits[due.id] = reason
        elif obstacle is not None:
            waits[due.id] = due.waited or obstacle
        else:
            ready.append(due)
    if _is_gathering(ready, moment):
        waits |= {due.id: due.waited for due in ready if due.waited is not None}
        ready = []
    books = _Books(moment)
    books.move_on(moved)
    polls = books.claim(ready)
    return Decisions(
        polls,
        {due.id: due.next_due or moment.now + POLL_EVERY for due in [*moved, *ready]},
        tuple(books.rows()),
        books.caught_up,
        tuple(rest),
        waits,
    )


def unbegun(claimed: Iterable[Due], moment: Moment) -> list[Missed]:
    """The runs, each at its source's due time, of a crawl that was claimed for them and was not
    begun until now."""
    books = _Books(moment)
    for due in claimed:
        books.miss_at(due)
    return books.rows()


def too_far(due: Due, now: datetime) -> bool:
    """True where a source is due later than its rules, or polling without one, can put it: the
    clock was set back."""
    due_at = due.source.due_at
    if due_at is None or not due.rules:
        return due_at is not None and due_at > now + timedelta(days=1)
    return due.next_due is not None and due_at > due.next_due


def is_late(due: Due, moment: Moment) -> bool:
    """True where a source's due time has passed by more than what is still on time."""
    return due.source.due_at is not None and moment.now - due.source.due_at > moment.grace


def _waits_too_long(due: Due, now: datetime) -> bool:
    """True where a source could be polled and its next run has come, or the wait of one without a
    rule, since it was due."""
    at = due.source.due_at
    if at is None or not due.is_wanted or due.in_hand_of is not None or due.held is not None:
        return False
    if not due.rules:
        return now - at >= POLL_EVERY
    after = (next_time(rule, at, key=due.id) for _, rule in due.rules)
    return any(next_at is not None and next_at <= now for next_at in after)


def _is_gathering(ready: Sequence[Due], moment: Moment) -> bool:
    """True where the ready ones can wait for others to be polled with them."""
    if moment.since_claim >= moment.gather:
        return False
    return all(
        due.source.due_at is not None
        and moment.now - due.source.due_at < min(moment.gather, _share(due, moment))
        for due in ready
    )


def _share(due: Due, moment: Moment) -> timedelta:
    if due.next_due is None or due.source.due_at is None:
        return moment.gather
    return (due.next_due - due.source.due_at) * GATHER_SHARE


@dataclass(frozen=True, slots=True)
class _Run:
    """A due time of a source: by whose rule, when, and `slot`, which is that without the source's
    own delay; None where no rule names it: an earlier crawl of it, which has its row, failed."""

    subject: str
    at: datetime
    slot: datetime | None


class _Books:
    """Gathers missed runs: one row for each rule and due time, whatever the number of sources."""

    def __init__(self, moment: Moment) -> None:
        self._moment = moment
        self._missed: dict[tuple[str, str], dict[datetime, set[int]]] = {}
        self._before: dict[tuple[str, str], tuple[int, bool]] = {}
        self._late_polls: dict[str, list[Due]] = defaultdict(list)
        self._runs: dict[tuple[str, datetime], tuple[list[_Run], int, bool]] = {}
        self.caught_up = False

    def move_on(self, moved: Iterable[Due]) -> None:
        """All runs of these are missed; they are in good hands."""
        for due in moved:
            runs, before, exact = self._runs_of(due)
            for run in runs:
                self._miss(due, run, before, exact)

    def miss_at(self, due: Due) -> None:
        """The run at its due time, where a rule names that, is missed."""
        at = due.source.due_at or self._moment.now
        for subject, rule in due.rules:
            if at in times(rule, at - _SECOND, at, key=due.id, limit=2):
                self._miss(due, _Run(subject, at, _slot(rule, at)), 0, True)

    def claim(self, ready: Iterable[Due]) -> dict[int, datetime]:
        """The due time that each is polled for: the latest. Those before it are missed, and so is
        it where it is late."""
        polls = {}
        for due in ready:
            polls[due.id] = due.source.due_at or self._moment.now
            if due.source.due_at is None:
                continue
            if not due.rules:
                self._late_poll(due)
                continue
            runs, before, exact = self._runs_of(due)
            latest = polls[due.id] = runs[-1].at
            is_late = self._moment.now - latest > self._moment.grace
            self.caught_up |= is_late
            for run in runs:
                if is_late or run.at < latest:
                    self._miss(due, run, before, exact)
        return polls

    def rows(self) -> list[Missed]:
        """What is to be written down, the oldest first."""
        rows: list[Missed] = []
        for (subject, reason), by_time in self._missed.items():
            rows += self._of_rule(subject, reason, by_time)
        for reason, late in self._late_polls.items():
            first = min(due.source.due_at or self._moment.now for due in late)
            rows.append(Missed(ADAPTIVE, first, reason, len(late)))
        return sorted(rows, key=lambda row: (row.due_at, row.subject))

    def _of_rule(
        self, subject: str, reason: str, by_time: Mapping[datetime, set[int]]
    ) -> Iterable[Missed]:
        rising = sorted(by_time)
        before, exact = self._before.get((subject, reason), (0, True))
        kept = rising[-MOST_MISSED:]
        folded = len(rising) - len(kept) + before
        for number, at in enumerate(kept):
            is_first = number == 0
            yield Missed(
                subject,
                at,
                reason,
                len(by_time[at]),
                folded if is_first else 0,
                exact if is_first else True,
            )

    def _miss(self, due: Due, run: _Run, before: int, exact: bool) -> None:
        if run.slot is None:
            return
        key = (run.subject, self._reason(due, run.at) or _UNKNOWN)
        self._missed.setdefault(key, {}).setdefault(run.slot, set()).add(due.id)
        if before > self._before.get(key, (0, True))[0]:
            self._before[key] = (before, exact)

    def _late_poll(self, due: Due) -> None:
        """A source without a rule was not polled in time because nobody looked."""
        at = due.source.due_at
        if at is None or not is_late(due, self._moment):
            return
        self.caught_up = True
        gap = self._gap(at)
        if gap is not None and gap.since is not None:
            self._late_polls[gap.reason].append(due)

    def _reason(self, due: Due, at: datetime) -> str | None:
        gap = self._gap(at)
        if gap is not None:
            return gap.reason
        if due.waited is not None:
            return due.waited
        later = (gap.reason for gap in self._moment.gaps if gap.until > at)
        return next(later, None)

    def _gap(self, at: datetime) -> Gap | None:
        covering = (gap for gap in self._moment.gaps if gap.covers(at, self._moment.grace))
        return next(covering, None)

    def _runs_of(self, due: Due) -> tuple[list[_Run], int, bool]:
        """The runs of a source up to now, the last ones of too many, and how many came before."""
        since = due.source.due_at or self._moment.now
        runs: list[_Run] = []
        before, exact = 0, True
        for subject, rule in due.rules:
            some, earlier, is_exact = self._runs_by(subject, rule, since, due.id)
            runs += some
            before, exact = max(before, earlier), exact and is_exact
        runs.sort(key=lambda run: run.at)
        if not runs or (runs[0].at > since and not before):
            runs.insert(0, _Run(due.rules[0][0], since, None))
        return runs, before, exact

    def _runs_by(
        self, subject: str, rule: Rule, since: datetime, key: int
    ) -> tuple[list[_Run], int, bool]:
        if rule.jitter_seconds == 0 and (subject, since) in self._runs:
            return self._runs[subject, since]
        found, before, exact = latest(rule, since - _SECOND, self._moment.now, key)
        runs = [_Run(subject, at, _slot(rule, at)) for at in found if at >= since]
        self._runs[subject, since] = (runs, before, exact)
        return runs, before, exact


def _slot(rule: Rule, at: datetime) -> datetime:
    """The time that all sources under a rule share, without the delay of each."""
    if rule.jitter_seconds == 0:
        return at
    plain = replace(rule, jitter_seconds=0)
    return next_time(plain, at - timedelta(seconds=rule.jitter_seconds) - _SECOND) or at


def latest(
    rule: Rule, after: datetime, until: datetime, key: int
) -> tuple[list[datetime], int, bool]:
    """The last times of a rule in (after, until], and how many came before them; whether that is
    exact. They are sought backwards: years may lie between."""
    span = timedelta(seconds=(rule.every_seconds or 60) * (MOST_MISSED + 2))
    while True:
        since = max(after, until - span)
        found = times(rule, since, until, key=key, limit=span // _SECOND + 1)
        if since == after or len(found) > MOST_MISSED:
            break
        span *= 4
    kept = found[-MOST_MISSED - 1 :]
    if since == after:
        return kept, len(found) - len(kept), True
    if rule.every_seconds is not None and not rule.windows and kept:
        return kept, max((kept[0] - after) // timedelta(seconds=rule.every_seconds), 0), True
    before = times(rule, after, kept[0] - _SECOND, key=key, limit=MOST_COUNTED)
    return kept, len(before), len(before) < MOST_COUNTED
