"""What becomes of what is due: decided from what is seen, without a store."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

from crawler.schedule.claims import (
    MOST_MISSED,
    Decisions,
    Due,
    Gap,
    Missed,
    Moment,
    decide,
    too_far,
)
from crawler.schedule.rules import Rule, read_rule
from crawler.schedule.times import next_time
from pipelines.incident import Source, SourceKind
from pipelines.polling import POLL_EVERY

ANCHOR = datetime(2026, 3, 1, tzinfo=UTC)
NOW = datetime(2026, 3, 2, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)
GRACE = timedelta(seconds=30)
ALWAYS = Moment(NOW, GRACE)


def rule(every: str = "10m", **more: str) -> Rule:
    return read_rule(every=every, timezone="UTC", anchor=ANCHOR, **more)  # type: ignore[arg-type]


def due(
    due_at: datetime | None, by: Rule | None = None, *, id: int = 1, now: datetime = NOW
) -> Due:
    source = Source(SourceKind.FEED, f"http://paper{id}.test/feed", due_at=due_at, id=id)
    if by is None:
        return Due(source)
    return Due(source, (("all", by),), next_time(by, now, key=id))


def at(decided: Decisions) -> list[datetime]:
    return [missed.due_at for missed in decided.missed]


def test_a_run_that_is_due_happens_for_its_time() -> None:
    decided = decide([due(NOW, rule())], ALWAYS)
    assert decided == Decisions(polls={1: NOW}, due={1: NOW + 10 * MINUTE})


def test_within_the_grace_a_run_is_on_time() -> None:
    decided = decide([due(NOW - GRACE, rule("30s"))], ALWAYS)
    assert decided.polls == {1: NOW}
    assert at(decided) == [NOW - GRACE], "the one before it is missed"
    assert not decided.caught_up


def test_a_late_run_is_missed_with_the_reason_and_caught_up_once() -> None:
    down = Gap(NOW - 35 * MINUTE, NOW, "the server was not running")
    sources = [due(NOW - 25 * MINUTE, rule(), id=id) for id in (1, 2)]
    # On the grid of ten minutes: 11:40 and 11:50 while the server was down, 12:00 is just due.
    sources = [
        replace(one, source=replace(one.source, due_at=NOW - 20 * MINUTE)) for one in sources
    ]
    decided = decide(sources, replace(ALWAYS, now=NOW + 5 * MINUTE, gaps=(down,)))
    assert decided.polls == {1: NOW, 2: NOW}
    assert decided.caught_up
    assert [row.due_at for row in decided.missed[:2]] == [NOW - 20 * MINUTE, NOW - 10 * MINUTE]
    assert {(row.subject, row.sources) for row in decided.missed} == {("all", 2)}
    assert decided.missed[0].reason == "the server was not running"


def test_a_due_time_at_the_end_of_a_gap_is_on_time() -> None:
    down = Gap(NOW - 25 * MINUTE, NOW, "down")
    decided = decide([due(NOW - 20 * MINUTE, rule())], replace(ALWAYS, gaps=(down,)))
    assert at(decided) == [NOW - 20 * MINUTE, NOW - 10 * MINUTE]
    assert (decided.polls, decided.caught_up) == ({1: NOW}, False)


def test_years_of_missed_runs_are_fifty_rows_that_add_up() -> None:
    down = Gap(ANCHOR, NOW, "down")
    later = NOW + timedelta(days=365)
    moment = Moment(later, GRACE, (replace(down, until=later),))
    decided = decide([due(NOW, rule("5m"), now=later)], moment)
    runs = timedelta(days=365) // (5 * MINUTE)
    assert len(decided.missed) == MOST_MISSED
    assert sum(1 + row.folded for row in decided.missed) == runs
    assert decided.missed[0].folded > 0
    assert all(row.folded == 0 for row in decided.missed[1:])
    assert decided.polls == {1: later}


def test_folded_runs_of_a_crontab_are_at_least_so_many() -> None:
    every_minute = read_rule(cron="* * * * *", timezone="Asia/Seoul", anchor=ANCHOR)
    later = NOW + timedelta(days=30)
    moment = Moment(later, GRACE, (Gap(NOW, later, "down"),))
    decided = decide([due(NOW, every_minute, now=later)], moment)
    assert len(decided.missed) == MOST_MISSED
    assert (decided.missed[0].folded >= 500, decided.missed[0].is_exact) == (True, False)


def test_jittered_sources_share_the_row_of_their_time() -> None:
    spread = rule("1h", jitter="10m")
    sources = [
        due(next_time(spread, NOW - 125 * MINUTE, key=id), spread, id=id) for id in range(1, 30)
    ]
    down = Gap(NOW - 130 * MINUTE, NOW, "down")
    decided = decide(sources, Moment(NOW + 30 * MINUTE, GRACE, (down,)))
    assert at(decided) == [NOW - 120 * MINUTE, NOW - 60 * MINUTE, NOW]
    assert {row.sources for row in decided.missed} == {29}
    assert len(decided.polls) == 29


def test_of_several_incidents_rules_each_has_its_missed_runs() -> None:
    one = due(NOW - 20 * MINUTE, rule("20m"))
    both = replace(one, rules=(("incident 1", rule("20m")), ("incident 2", rule("10m"))))
    decided = decide([both], replace(ALWAYS, gaps=(Gap(ANCHOR, NOW, "down"),)))
    assert decided.polls == {1: NOW}
    assert [(row.subject, row.due_at) for row in decided.missed] == [
        ("incident 1", NOW - 20 * MINUTE),
        ("incident 2", NOW - 20 * MINUTE),
        ("incident 2", NOW - 10 * MINUTE),
    ]


def test_sources_without_a_rule_share_one_row_of_a_gap() -> None:
    down = Gap(NOW - 60 * MINUTE, NOW, "down")
    sources = [due(NOW - minutes * MINUTE, id=minutes) for minutes in (20, 40, 50)]
    decided = decide(sources, replace(ALWAYS, gaps=(down,)))
    assert decided.missed == (Missed("adaptive", NOW - 50 * MINUTE, "down", 3),)
    assert decided.due == dict.fromkeys((20, 40, 50), NOW + POLL_EVERY)
    assert decided.caught_up


def test_before_the_first_server_no_adaptive_poll_was_missed() -> None:
    never = Gap(None, NOW, "no server was running")
    decided = decide([due(NOW - 60 * MINUTE)], replace(ALWAYS, gaps=(never,)))
    assert (decided.missed, decided.polls) == ((), {1: NOW - 60 * MINUTE})


def test_a_source_that_nobody_wants_goes_to_rest() -> None:
    decided = decide([replace(due(NOW, rule()), is_wanted=False)], ALWAYS)
    assert decided == Decisions(rest=(1,))
    assert decided.changes


def test_a_new_source_is_polled_at_once_and_missed_nothing() -> None:
    decided = decide([due(None, rule())], ALWAYS)
    assert (decided.polls, decided.missed) == ({1: NOW}, ())


def test_a_full_house_waits_and_says_so_afterwards() -> None:
    full = replace(ALWAYS, held_up="3 crawls were running already")
    late = due(NOW - 20 * MINUTE, rule())
    decided = decide([late], full)
    assert not decided.changes
    told = replace(late, waited=decided.waits[1])
    freed = decide([told], replace(ALWAYS, now=NOW + MINUTE))
    assert freed.polls == {1: NOW}
    assert {row.reason for row in freed.missed} == {"3 crawls were running already"}
    assert at(freed) == [NOW - 20 * MINUTE, NOW - 10 * MINUTE, NOW]


def test_what_a_crawl_has_in_hand_is_not_claimed_twice() -> None:
    busy = replace(due(NOW, rule()), in_hand_of=12)
    soon = decide([busy], ALWAYS)
    assert (soon.changes, soon.waits) == (False, {1: "crawl 12 had it still in hand"})
    late = decide([busy], replace(ALWAYS, now=NOW + MINUTE))
    assert late.polls == {}
    assert late.due == {1: NOW + 10 * MINUTE}
    assert late.missed == (Missed("all", NOW, "crawl 12 had it still in hand", 1),)


def test_a_host_that_asks_for_peace_is_left_alone() -> None:
    held = replace(due(NOW, rule()), held="paper1.test asked to be left alone until 12:40")
    waiting = decide([held], ALWAYS)
    assert (waiting.polls, waiting.changes) == ({}, False)
    free = replace(held, held=None, waited=waiting.waits[1])
    later = decide([free], replace(ALWAYS, now=NOW + MINUTE))
    assert later.polls == {1: NOW}
    assert later.missed == (
        Missed("all", NOW, "paper1.test asked to be left alone until 12:40", 1),
    )


def test_after_a_claim_what_becomes_due_is_gathered() -> None:
    just_now = replace(ALWAYS, since_claim=timedelta(seconds=2), gather=timedelta(seconds=10))
    often, seldom = due(NOW, rule("5s"), id=1), due(NOW, rule("1h"), id=2)
    assert not decide([seldom], just_now).changes
    assert not decide([often, seldom], just_now).changes
    a_moment = replace(just_now, now=NOW + timedelta(seconds=2))
    both = [
        replace(often, next_due=NOW + timedelta(seconds=5)),
        seldom,
    ]
    assert decide(both, a_moment).polls == {1: NOW, 2: NOW}, "the frequent one cannot wait"
    assert decide([seldom], replace(just_now, since_claim=timedelta(seconds=10))).changes


def test_what_a_failed_crawl_left_is_no_missed_run() -> None:
    left = due(NOW - 3 * MINUTE - timedelta(microseconds=7), rule())
    decided = decide([left], ALWAYS)
    assert (decided.polls, decided.missed) == ({1: NOW}, ())
    sooner = NOW - MINUTE
    alone = decide([replace(left, next_due=NOW)], replace(ALWAYS, now=sooner))
    assert (alone.polls, alone.missed) == ({1: left.source.due_at}, ())


def test_a_clock_set_back_is_seen_by_due_times_too_far_ahead() -> None:
    assert not too_far(due(NOW + 10 * MINUTE, rule()), NOW)
    assert too_far(due(NOW + 11 * MINUTE, rule()), NOW)
    assert not too_far(due(NOW + timedelta(hours=20)), NOW)
    assert too_far(due(NOW + timedelta(hours=25)), NOW)
    assert not too_far(due(None), NOW)
