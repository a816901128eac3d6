"""A rule: when something is to be polled, as a person set it. Read, kept, and told in words.

Either every so often or at the times of a cron expression; in windows of the week, if any, by the
clocks of a time zone. When its times are is for `times` to say.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from difflib import get_close_matches
from typing import Any
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError, available_timezones

from crawler.schedule import windows as week
from crawler.schedule.crontab import read_crontab
from pipelines.errors import BadInput

LEAST_SECONDS, MOST_SECONDS = 1, 366 * 86_400

_UNITS = (("d", 86_400), ("h", 3_600), ("m", 60), ("s", 1))
_EVERY = re.compile(r"(?:(\d{1,8})d)?(?:(\d{1,8})h)?(?:(\d{1,8})m)?(?:(\d{1,8})s)?", re.ASCII)
_EVERY_REMEDY = "Write it as 5s, 15m, 1h30m or 1d; one second is the least, 366d the most."


@dataclass(frozen=True, slots=True)
class Rule:
    """When to poll: `every_seconds` or `cron`, never both.

    Attributes:
        windows: parts of the week outside which nothing runs; none: at any time.
        timezone: IANA name; by its clocks go `cron` and `windows`.
        jitter_seconds: each source runs up to so much later, each by another amount.
        anchor: aware UTC, whole seconds: when the rule was set. Nothing is due up to then, and
            intervals outside windows are counted from then.
    """

    every_seconds: int | None
    cron: str | None
    windows: tuple[str, ...]
    timezone: str
    jitter_seconds: int
    anchor: datetime

    def record(self) -> dict[str, Any]:
        """As JSON, for `rule_of`."""
        return {
            "every_seconds": self.every_seconds,
            "cron": self.cron,
            "windows": list(self.windows),
            "timezone": self.timezone,
            "jitter_seconds": self.jitter_seconds,
            "anchor": self.anchor.isoformat(),
        }

    def words(self) -> str:
        """For people: "every 15 min, mon-fri 08:00-20:00 Asia/Seoul"."""
        when = f'cron "{self.cron}"' if self.cron else f"every {in_words(self.every_seconds or 0)}"
        parts = [when, *self.windows]
        if self.cron or self.windows:
            parts[-1] += f" {self.timezone}"
        if self.jitter_seconds:
            parts.append(f"up to {in_words(self.jitter_seconds)} later")
        return ", ".join(parts)


def in_words(seconds: int) -> str:
    """ "1 h 30 min", "15 min", "day", "2 days"."""
    days, rest = divmod(seconds, 86_400)
    parts = [f"{days} days" if days > 1 else "1 day" if rest else "day"] if days else []
    for unit, length in (("h", 3_600), ("min", 60), ("s", 1)):
        number, rest = divmod(rest, length)
        if number:
            parts.append(f"{number} {unit}")
    return " ".join(parts)


def rule_of(record: Mapping[str, Any]) -> Rule:
    """The rule of a `Rule.record`."""
    return Rule(
        every_seconds=record["every_seconds"],
        cron=record["cron"],
        windows=tuple(record["windows"]),
        timezone=record["timezone"],
        jitter_seconds=record["jitter_seconds"],
        anchor=datetime.fromisoformat(record["anchor"]),
    )


def read_rule(
    *,
    every: str | None = None,
    cron: str | None = None,
    windows: Sequence[str] = (),
    timezone: str,
    jitter: str | None = None,
    anchor: datetime,
) -> Rule:
    """The rule that a person typed. Raises BadInput, with the right form, for what is none, and
    for one that would never come or come otherwise than it says."""
    if (every is None) == (cron is None):
        raise BadInput(
            "A rule says how often, or when.",
            remedy='Give either --every 15m or --cron "0 6 * * mon-fri".',
        )
    if len(windows) > week.MOST_WINDOWS:
        raise BadInput(f"{len(windows)} windows are too many.", remedy="Join some of them.")
    rule = Rule(
        every_seconds=None if every is None else _seconds(every, "an interval"),
        cron=None if cron is None else " ".join(cron.lower().split()),
        windows=tuple(dict.fromkeys(week.plain_window(window) for window in windows)),
        timezone=_zone(timezone),
        jitter_seconds=0 if jitter is None else _seconds(jitter, "a jitter"),
        anchor=anchor.replace(microsecond=0),
    )
    _check_windows(rule)
    _check_jitter(rule)
    return rule


def _seconds(text: str, what: str) -> int:
    match = _EVERY.fullmatch(text.strip().lower())
    if match is None or not any(match.groups()):
        raise BadInput(f"{text[:40]!r} is no {what.partition(' ')[2]}.", remedy=_EVERY_REMEDY)
    seconds = sum(
        int(number) * length
        for number, (_, length) in zip(match.groups(), _UNITS, strict=True)
        if number
    )
    if not LEAST_SECONDS <= seconds <= MOST_SECONDS:
        raise BadInput(f"{text[:40]!r} is too short or too long for {what}.", remedy=_EVERY_REMEDY)
    return seconds


def _zone(name: str) -> str:
    try:
        ZoneInfo(name)
    except (ZoneInfoNotFoundError, ValueError, OSError) as error:
        near = get_close_matches(name, available_timezones(), n=3, cutoff=0.5)
        like = " or ".join(near) or "Europe/Berlin or Asia/Seoul"
        raise BadInput(
            f"There is no time zone {name[:60]!r}.", remedy=f"Give a name such as {like}."
        ) from error
    return name


def _check_windows(rule: Rule) -> None:
    spans = week.spans_of(rule.windows)
    if rule.cron is not None:
        read = read_crontab(rule.cron)
        minutes = (
            (day - 1) % 7 * week.DAY + hour * 60 + minute  # Monday is 0 there, 1 in a crontab
            for day in read.possible_weekdays
            for hour in read.hours
            for minute in read.minutes
        )
        if not any(week.holds(spans, minute) for minute in minutes):
            raise BadInput(
                f"{rule.cron!r} never comes within {', '.join(rule.windows)}.",
                remedy="Widen the window, or leave --window out: the cron expression says when.",
            )
    elif spans and (rule.every_seconds or 0) > 60 * week.least_between_openings(spans):
        raise BadInput(
            f"Every {in_words(rule.every_seconds or 0)} is longer than from one window's opening"
            " to the next, from which it is counted.",
            remedy='Say when with --cron, e.g. "0 8 * * mon", or give a shorter interval.',
        )


def _check_jitter(rule: Rule) -> None:
    every = read_crontab(rule.cron).least_gap_seconds if rule.cron else rule.every_seconds or 0
    if rule.jitter_seconds >= every:
        raise BadInput(
            f"A jitter of {in_words(rule.jitter_seconds)} is as long as the"
            f" {in_words(every)} between two times, or longer.",
            remedy="Give a shorter one, e.g. --jitter 30s, or a longer interval.",
        )
