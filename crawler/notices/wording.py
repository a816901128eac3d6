"""What a message says: JSON for programs, a few lines for people.

Several things at once make one message. Everything fetched passes `cleaning`: as data into the
JSON, defused into the lines.
"""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from itertools import groupby
from typing import Any

from crawler.notices.cleaning import address, defused, line
from pipelines.dates import iso
from pipelines.incident import Health
from pipelines.store.notices import Event
from pipelines.store.tellings import Item

#: Items named in a message: for people, and for programs.
MOST_LINES, MOST_ITEMS = 20, 100
#: Longest headline in a title, which is a mail's subject.
_MOST_TITLE = 120
SEVERAL, TEST = "several", "test"

#: Event -> what one is called, and several.
_NAMES: dict[Event, tuple[str, str]] = {
    Event.NEW_FOLLOW_UP: ("new follow-up", "new follow-ups"),
    Event.FIRST_REPORT: ("first report by an outlet", "first reports by outlets"),
    Event.REVISION: ("revision", "revisions"),
    Event.SOURCE_SILENT: ("silent source", "silent sources"),
    Event.CRAWL_FAILED: ("failed crawl", "failed crawls"),
    Event.MISSED: ("gap in the schedule", "gaps in the schedule"),
}


@dataclass(frozen=True, slots=True)
class Row:
    """A row of crawls that one notice stands for: how many runs, from when until when."""

    runs: int
    since: datetime
    until: datetime
    reason: str | None


@dataclass(frozen=True, slots=True)
class Message:
    """One message to one target. `rows` are those of crawls, by the notice's id; `total` counts
    also the things that are not among `items`."""

    key: str
    made_at: datetime
    items: tuple[Item, ...] = ()
    total: int = 0
    rows: Mapping[int, Row] = field(default_factory=dict)

    @property
    def event(self) -> str:
        """The event of all items, "several" where they are of more than one, "test" of none."""
        events = {str(item.event) for item in self.items}
        return SEVERAL if len(events) > 1 else next(iter(events), TEST)

    @property
    def incident(self) -> str | None:
        """The incident of all items; None where they are of several or of none."""
        slugs = {item.slug for item in self.items}
        return next(iter(slugs)) if len(slugs) == 1 else None

    @property
    def title(self) -> str:
        """One line: a mail's subject."""
        if not self.items:
            return "Followup: a test"
        of = {item.incident for item in self.items}
        about = defused(next(iter(of)), _MOST_TITLE) if len(of) == 1 else None
        tail = f" · {about}" if about else ""
        if self.total == 1:
            item = self.items[0]
            return f"Followup: {_NAMES[item.event][0]}: {self._said(item, _MOST_TITLE)}{tail}"
        if self.event == SEVERAL:
            return f"Followup: {self.total} notices{tail}"
        return f"Followup: {self.total} {_NAMES[self.items[0].event][1]}{tail}"

    def text(self, room: int) -> str:
        """Lines for people, at most so many characters: as many things as fit are named."""
        if not self.items:
            return "This is a test. Notices will be told here."
        blocks = [self._lines(item) for item in _in_order(self.items)[:MOST_LINES]]
        named = len(blocks)
        while named > 1 and len(self._body(blocks[:named])) > room:
            named -= 1
        return self._body(blocks[:named])[: max(room, 1)]

    def _body(self, blocks: Sequence[tuple[str, str]]) -> str:
        parts = [
            f"{heading}\n" + "\n".join(said for _, said in of)
            for heading, of in groupby(blocks, key=lambda block: block[0])
        ]
        if self.total > len(blocks):
            parts.append(f"and {self.total - len(blocks)} more")
        return "\n\n".join(parts)

    def _lines(self, item: Item) -> tuple[str, str]:
        """The heading under which an item stands, and what it says."""
        name = _NAMES[item.event][1]
        heading = name[0].upper() + name[1:]
        if item.incident:
            heading += f" · {defused(item.incident, _MOST_TITLE)}"
        said = [f"- {self._said(item)}"]
        if item.published_at is not None:
            said[0] += f", {item.published_at.astimezone(UTC):%Y-%m-%d %H:%M} UTC"
        if url := address(item.url):
            said.append(f"  {url}")
        return heading, "\n".join(said)

    def _said(self, item: Item, most: int = 300) -> str:
        return _SAID[item.event](item, self.rows.get(item.notice_id), most)

    def json(self) -> bytes:
        """What a webhook gets, as UTF-8."""
        told = {
            "event": self.event,
            "incident": self.incident,
            "items": [_record(item, self.rows.get(item.notice_id)) for item in self.items],
            "more": self.total - len(self.items),
            "made_at": iso(self.made_at),
        }
        return json.dumps(told, ensure_ascii=False).encode("utf-8", "replace")


def _in_order(items: Sequence[Item]) -> list[Item]:
    """By event and incident, and within that as they came."""
    order = list(Event)
    return sorted(items, key=lambda item: (order.index(item.event), item.slug or ""))


def _article(item: Item, row: Row | None, most: int) -> str:
    outlet = defused(item.outlet, 80)
    return (defused(item.title, most) or "(no headline)") + (f" ({outlet})" if outlet else "")


def _revision(item: Item, row: Row | None, most: int) -> str:
    return f"{_article(item, row, most)}: {_change(item)}"


def _change(item: Item) -> str:
    if line(item.title) == line(item.old_title):
        return "the text changed, the headline did not"
    return f'its headline was "{defused(item.old_title) or "(none)"}"'


def _silence(item: Item, row: Row | None, most: int) -> str:
    name = defused(item.outlet, 80) or f"source {item.source_id}"
    since = "" if item.since is None else f" since {item.since:%Y-%m-%d %H:%M} UTC"
    if item.health in (Health.FAILING, Health.DENIED):
        return f"{name} is {item.health}{since}: {defused(item.reason, most) or 'no reason known'}"
    return f"{name} has no new links{since}, though it usually has"


def _crawls(item: Item, row: Row | None, most: int) -> str:
    name = f"crawl {item.crawl_id}" if item.crawl_id else "a crawl"
    said = f"{name}: {defused(item.reason, most) or 'no reason known'}"
    return said if row is None or row.runs < 2 else f"{said} ({row.runs} failed until now)"


def _gap(item: Item, row: Row | None, most: int) -> str:
    if row is None:
        return defused(item.reason, most) or "no reason known"
    runs = "1 run" if row.runs == 1 else f"{row.runs} runs"
    span = f"{row.since:%Y-%m-%d %H:%M}"
    if row.until != row.since:
        span += f" to {row.until:%Y-%m-%d %H:%M}"
    return f"{runs} missed, due {span} UTC: {defused(row.reason, most) or 'no reason known'}"


_SAID: dict[Event, Callable[[Item, Row | None, int], str]] = {
    Event.NEW_FOLLOW_UP: _article,
    Event.FIRST_REPORT: _article,
    Event.REVISION: _revision,
    Event.SOURCE_SILENT: _silence,
    Event.CRAWL_FAILED: _crawls,
    Event.MISSED: _gap,
}


def _record(item: Item, row: Row | None) -> dict[str, Any]:
    """An item for programs, without what its event does not have."""
    told: dict[str, Any] = {
        "event": str(item.event),
        "incident": item.slug,
        "title": line(item.title) or None,
        "url": item.url,
        "outlet": line(item.outlet),
        "published_at": iso(item.published_at),
        "at": iso(item.at),
    }
    if item.article_id is not None:
        told["article"] = item.article_id
    if item.event is Event.REVISION:
        told |= {"revision": item.number, "old_title": line(item.old_title)}
    if item.event is Event.SOURCE_SILENT:
        told |= {"source": item.source_id, "health": item.health, "since": iso(item.since)}
        told["reason"] = line(item.reason)
    if item.event in (Event.CRAWL_FAILED, Event.MISSED):
        told |= {"crawl": item.crawl_id, "reason": line(item.reason)}
    if row is not None:
        told |= {"runs": row.runs, "since": iso(row.since), "until": iso(row.until)}
    return told


def described(item: Item) -> str:
    """An item in a line of the ledger."""
    if item.event in (Event.SOURCE_SILENT, Event.CRAWL_FAILED, Event.MISSED):
        return _SAID[item.event](item, None, 300)
    return line(item.title) or "(forgotten, or without headline)"
