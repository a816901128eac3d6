"""Incidents: derived from seeds, shown, edited, closed."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from crawler.catalogue import Row, find
from crawler.home import Home
from crawler.services import backtest, learning, schedule, seeds, sources
from crawler.services.backtest import BackTest, Written
from crawler.services.judging import Seen
from crawler.services.sources import Added
from pipelines.dates import iso
from pipelines.incident import Incident, Profile, Seed, SourceKind, check_slug, window_of
from pipelines.relevance import derive, editing
from pipelines.store import incidents as store
from pipelines.urls import host_of, origin_of, registrable_domain

#: Sources that are proposed by language; more than people read through at once help nobody.
MOST_PROPOSED = 20


@dataclass(frozen=True, slots=True)
class Proposal:
    """A source that a new incident could follow, and why it is proposed."""

    url: str
    kind: str | None
    outlet: str | None
    language: str | None
    country: str | None
    because: str

    def record(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "url": self.url,
            "kind": self.kind,
            "outlet": self.outlet,
            "language": self.language,
            "country": self.country,
            "because": self.because,
        }


@dataclass(frozen=True, slots=True)
class Saved:
    """An incident as it is stored, and what of the stored articles changed with it."""

    incident: Incident
    written: Written


def silent(done: int, of: int) -> None:
    """For callers that show nobody how far it is."""


def draft(
    home: Home,
    slug: str,
    given: Sequence[str],
    *,
    title: str | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
) -> Incident:
    """Derive an incident from seeds (files or URLs); it is not stored.

    Raises BadInput or SeedWithoutText where no profile can come of them.
    """
    _check_new(home, slug)
    return drafted(slug, seeds.read(home, given), title=title, since=since, until=until)


def _check_new(home: Home, slug: str) -> None:
    check_slug(slug)
    with home.database.read() as conn:
        store.check_free(conn, slug)


def draft_of(
    home: Home,
    slug: str,
    typed: Sequence[str],
    *,
    title: str | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
) -> Incident:
    """As `draft`, from what was typed or pasted: addresses, and else texts; never names of files.

    Raises as `draft`.
    """
    _check_new(home, slug)
    return drafted(slug, seeds.read_typed(home, typed), title=title, since=since, until=until)


def drafted(
    slug: str,
    given: Sequence[Seed],
    *,
    title: str | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
) -> Incident:
    """An incident derived from seeds; it is not stored. Raises BadInput where no profile can come
    of them."""
    return Incident(
        slug=slug,
        title=title or next((seed.title for seed in given if seed.title), slug),
        profile=derive(given),
        seeds=tuple(given),
        window=window_of(tuple(given), since, until),
    )


def back_test(home: Home, incident: Incident, *, seen: Seen = silent) -> BackTest | None:
    """What an incident, new or edited, would make of the stored articles; None where nothing would
    change: nothing is stored, it is closed, or it is recognised as before."""
    if incident.id is not None:
        old = get(home, incident.slug)
        if not incident.is_open or _is_recognised_as(incident, old):
            return None
    return backtest.run(home, incident, seen=seen)


def _is_recognised_as(one: Incident, other: Incident) -> bool:
    return (one.profile, one.window) == (other.profile, other.window)


def add(
    home: Home, incident: Incident, tested: BackTest | None = None, *, seen: Seen = silent
) -> Saved:
    """Store a new incident, and let in what it takes of the stored articles. `tested`: what its
    back-test has judged already."""
    with home.database.write() as conn, schedule.applied(conn, home.now()):
        store.add(conn, incident, home.now())
        stored = store.get(conn, incident.slug)
    return _written(home, stored, tested, seen)


def _written(home: Home, stored: Incident, tested: BackTest | None, seen: Seen) -> Saved:
    """Judge the stored articles, and let the incident learn from what it takes of them."""
    written = backtest.write(home, stored, tested, seen=seen)
    return Saved(learning.relearn(home, stored.slug), written)


def new(
    home: Home,
    slug: str,
    given: Sequence[str],
    *,
    title: str | None = None,
    since: datetime | None = None,
    until: datetime | None = None,
) -> Incident:
    """`draft` and `add` in one, for whom nobody asks."""
    made = draft(home, slug, given, title=title, since=since, until=until)
    return add(home, made).incident


def propose(incident: Incident) -> list[Proposal]:
    """Sources worth following: the seeds' outlets first, then what is known for news in their
    languages, that of the outlets' countries before that of others."""
    proposals: dict[str, Proposal] = {}
    countries: set[str | None] = set()
    for seed in incident.seeds:
        if seed.url is None:
            continue
        host = host_of(seed.url)
        rows = find(host=host) or find(host=registrable_domain(host))
        countries.update(row.country for row in rows if row.country)
        for row in rows[:3]:
            proposals.setdefault(row.url, _proposal(row, "outlet of a seed"))
        if not rows:
            home_page = origin_of(seed.url) + "/"
            proposals.setdefault(
                home_page, Proposal(home_page, None, host, None, None, "outlet of a seed")
            )
    for language in incident.profile.languages:
        known = find(language=language, topic="news")
        for row in sorted(known, key=lambda row: row.country not in countries)[:MOST_PROPOSED]:
            proposals.setdefault(row.url, _proposal(row, f"known for news in {language!r}"))
    return list(proposals.values())[:MOST_PROPOSED]


def _proposal(row: Row, because: str) -> Proposal:
    return Proposal(
        row.url, row.kind, row.outlet, row.language or None, row.country or None, because
    )


def add_proposal(home: Home, proposal: Proposal) -> list[Added]:
    """Follow a proposed source; of an outlet's homepage its feeds are found.

    Raises FollowupError where nothing came of the homepage.
    """
    return sources.add(
        home,
        proposal.url,
        kind=SourceKind(proposal.kind) if proposal.kind else None,
        outlet=proposal.outlet,
        language=proposal.language,
        country=proposal.country,
    )


def get(home: Home, slug: str) -> Incident:
    """One incident; UnknownThing where there is none of that name."""
    with home.database.read() as conn:
        return store.get(conn, slug)


def list_all(home: Home) -> list[Incident]:
    """All incidents, open and closed."""
    with home.database.read() as conn:
        return store.list_all(conn)


def save(
    home: Home, edited: Incident, tested: BackTest | None = None, *, seen: Seen = silent
) -> Saved:
    """Keep an edited incident, and judge the stored articles by it where it is recognised by other
    terms than before. What was learned or decided while it was edited stays."""
    with home.database.write() as conn, schedule.applied(conn, home.now()):
        old = store.get(conn, edited.slug)
        learned = editing.still_learned(old.profile.learned, edited.profile)
        profile = replace(edited.profile, learned=learned)
        store.update(conn, replace(edited, profile=profile, is_open=old.is_open))
        stored = store.get(conn, edited.slug)
    if not stored.is_open or _is_recognised_as(stored, old):
        return Saved(stored, Written())
    known = tested if _is_recognised_as(stored, edited) else None
    return _written(home, stored, known, seen)


def with_aliases(incident: Incident, given: Sequence[str], taken: Sequence[str]) -> Incident:
    """The incident with further aliases, and without others; not saved. Raises BadInput."""
    profile = editing.with_aliases(editing.without_aliases(incident.profile, taken), given)
    return replace(incident, profile=profile)


def set_open(home: Home, slug: str, is_open: bool) -> Incident:
    """Close an incident (nothing new is matched with it) or open it again."""
    with home.database.write() as conn, schedule.applied(conn, home.now()):
        store.set_open(conn, slug, is_open)
        return store.get(conn, slug)


def delete(home: Home, slug: str) -> None:
    """Delete an incident with its matches and reviews. Articles stay as long as unused ones do."""
    with home.database.write() as conn, schedule.applied(conn, home.now()):
        store.delete(conn, slug, now=home.now())


def window_is_past(incident: Incident, now: datetime) -> bool:
    """True where feeds of today no longer carry what the incident waits for."""
    return incident.window.until is not None and incident.window.until < now


def record(incident: Incident) -> dict[str, Any]:
    """An incident as JSON."""
    profile: Profile = incident.profile
    return {
        "slug": incident.slug,
        "title": incident.title,
        "brief": incident.brief,
        "state": "open" if incident.is_open else "closed",
        "since": iso(incident.window.since),
        "until": iso(incident.window.until),
        "threshold": profile.threshold,
        "candidate_threshold": profile.candidate_threshold,
        "languages": list(profile.languages),
        "terms": [
            {"term": term.text, "kind": term.kind, "weight": round(term.weight, 4)}
            for term in profile.terms
        ],
        "follows": {
            "ids": list(incident.follows.ids),
            "tags": list(incident.follows.tags),
            "languages": list(incident.follows.languages),
            "countries": list(incident.follows.countries),
        },
        "seeds": [
            {"title": seed.title, "url": seed.url, "published_at": iso(seed.published_at)}
            for seed in incident.seeds
        ],
        "created_at": iso(incident.created_at),
    }
