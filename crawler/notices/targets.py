"""Targets: added, listed, tried out, taken away, and the ledger of what they were told.

What is given back here is masked: no password or token of an address leaves this room.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any
from uuid import uuid4

from crawler.home import Home
from crawler.notices import addresses
from crawler.notices.answers import Fate
from crawler.notices.hours import read_hours
from crawler.notices.sending import Parcel, deliver_all
from crawler.notices.wording import Message, described
from pipelines.dates import iso
from pipelines.errors import BadInput, FollowupError
from pipelines.store import Connection, incidents, notices, tellings
from pipelines.store.notices import Event, Target
from pipelines.store.tellings import Told

#: Events of a target that names none: a first report is a new follow-up too.
USUAL = tuple(event for event in Event if event is not Event.FIRST_REPORT)
_MOST_SECRET, _LEAST_SECRET = 1_000, 8


def add(
    home: Home,
    address: str,
    *,
    incident: str | None = None,
    events: Sequence[Event] = (),
    digest: str | None = None,
    quiet: str | None = None,
    timezone: str | None = None,
    secret: str | None = None,
) -> dict[str, Any]:
    """Keep a target; gives it as it is shown. Raises BadInput or UnknownThing."""
    zone = timezone or home.config.timezone
    read_hours(digest, quiet, zone)
    new = Target(
        address=addresses.check(address),
        events=tuple(dict.fromkeys(events)) or USUAL,
        timezone=zone,
        secret=_checked(address, secret),
        digest=digest,
        quiet=quiet,
    )
    with home.database.write() as conn:
        of = None if incident is None else incidents.get(conn, incident).id
        new = replace(new, incident_id=of)
        _check_new(conn, new)
        id = notices.add_target(conn, new, now=home.now())
    return get(home, id)


def _check_new(conn: Connection, new: Target) -> None:
    """Raises BadInput where a target would be told all things twice."""
    for one in notices.targets(conn):
        if _asked(one) == _asked(new):
            raise BadInput(
                f"Target {one.id} is told just that already.",
                remedy=f"Name other events, or take it away: followup notify remove {one.id}",
            )


def _asked(target: Target) -> tuple[object, ...]:
    """What a person asked for, but for the secret."""
    of = (target.address, target.incident_id, frozenset(target.events))
    return (*of, target.digest, target.quiet, target.timezone)


def _checked(address: str, secret: str | None) -> str | None:
    if secret is None:
        return None
    if not addresses.is_webhook(address):
        raise BadInput("Only a webhook's messages are signed.", remedy="Leave the secret out.")
    if not _LEAST_SECRET <= len(secret) <= _MOST_SECRET:
        raise BadInput(
            "The secret is too short or too long.",
            remedy=f"Give {_LEAST_SECRET} to {_MOST_SECRET:,} signs, e.g. of: openssl rand -hex 32",
        )
    return secret


def get(home: Home, id: int) -> dict[str, Any]:
    """One target as it is shown. Raises UnknownThing."""
    with home.database.read() as conn:
        target = notices.get_target(conn, id)
        return _record(target, _slugs(home), tellings.waiting(conn))


def list_all(home: Home) -> list[dict[str, Any]]:
    """All targets as they are shown."""
    with home.database.read() as conn:
        targets, waiting = notices.targets(conn), tellings.waiting(conn)
    slugs = _slugs(home)
    return [_record(target, slugs, waiting) for target in targets]


def remove(home: Home, id: int) -> dict[str, Any]:
    """Tell a target nothing more; gives it as it was shown. Raises UnknownThing."""
    gone = get(home, id)
    with home.database.write() as conn:
        notices.remove_target(conn, id)
    return gone


def try_out(home: Home, id: int | None = None) -> list[dict[str, Any]]:
    """Tell a test to every target now, or to one, also in quiet hours; says how each went."""
    with home.database.read() as conn:
        chosen = notices.targets(conn) if id is None else [notices.get_target(conn, id)]
    if not chosen:
        raise FollowupError(
            "Nobody is to be told anything yet.",
            remedy="Add a target: followup notify add https://… or an address of Apprise.",
        )
    parcels = (Parcel(one.id, one, Message(uuid4().hex, home.now())) for one in chosen)
    agent = home.config.user_agent
    answers = {
        parcel.what: answer
        for parcel, answer in deliver_all(parcels, wall=home.clock.wall, user_agent=agent)
    }
    return [
        {
            "id": one.id,
            "address": addresses.masked(one.address),
            "ok": answers[one.id].fate is Fate.TOLD,
            "reason": answers[one.id].reason,
        }
        for one in chosen
    ]


def ledger(home: Home, *, limit: int) -> list[dict[str, Any]]:
    """What was told to whom and when, what waits, what failed and why; the newest first."""
    with home.database.read() as conn:
        return [_line(told) for told in tellings.ledger(conn, limit=limit)]


def _line(told: Told) -> dict[str, Any]:
    item = told.item
    return {
        "id": item.notice_id,
        "target": told.target.id,
        "address": addresses.masked(told.target.address),
        "event": str(item.event),
        "incident": item.slug,
        "what": described(item),
        "url": item.url,
        "happened_at": iso(item.at),
        "state": told.state,
        "due_at": iso(told.due_at),
        "ended_at": iso(told.at),
        "tries": told.tries,
        "next_try_at": iso(told.next_try_at),
        "reason": told.reason,
    }


def _slugs(home: Home) -> Mapping[int, str]:
    with home.database.read() as conn:
        return {one.id: one.slug for one in incidents.list_all(conn) if one.id is not None}


def _record(target: Target, slugs: Mapping[int, str], waiting: Mapping[int, int]) -> dict[str, Any]:
    return {
        "id": target.id,
        "address": addresses.masked(target.address),
        "incident": None if target.incident_id is None else slugs.get(target.incident_id),
        "events": [str(event) for event in target.events],
        "digest": target.digest,
        "quiet": target.quiet,
        "timezone": target.timezone,
        "signed": target.secret is not None,
        "added_at": iso(target.added_at),
        "told_at": iso(target.told_at),
        "failing_since": iso(target.failing_since),
        "failing_why": target.failing_why,
        "waiting": waiting.get(target.id, 0),
    }
