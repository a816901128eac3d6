"""What an incident learns from what it took, what it left and what people decided.

Learning changes a profile, never a verdict: stored articles keep what they were judged to be until
a person asks for them to be judged anew (`judging`).
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from crawler.home import Home
from crawler.services import aliases, judging
from crawler.services.judging import Change, Seen
from pipelines import relevance
from pipelines.dates import iso
from pipelines.incident import Incident, Learned, Profile, Term
from pipelines.outcomes import Verdict
from pipelines.relevance import (
    MOST_EXAMPLES,
    Coverage,
    Example,
    Precision,
    taught,
    thresholds_of,
)
from pipelines.relevance.aliases import Alias
from pipelines.relevance.editing import with_aliases
from pipelines.relevance.features import key_of
from pipelines.stages import stored_coverage
from pipelines.store import Connection, examples, holdings, incidents
from pipelines.store.examples import Standing
from pipelines.store.matches import Decision

#: Articles that are named as worth a decision.
MOST_ASKED = 10
#: After a decision so many articles are looked at, those nearest to the threshold: a person who
#: goes through a list waits for it each time.
LOOKED_AT = 500


def relearn(
    home: Home,
    slug: str,
    edit: Callable[[Profile], Profile] = lambda p: p,
    *,
    coverage: Coverage | None = None,
) -> Incident:
    """The incident with what its articles and decisions teach, after an edit of its profile; kept
    where that is something new. `coverage`: what is stored beside its articles, where the caller
    read that already. Raises UnknownThing, and what `edit` raises."""
    while True:
        with home.database.read() as conn:
            incident = incidents.get(conn, slug)
            profile = edit(incident.profile)
            found = list(examples.standings(conn, incident.id or 0)) if profile.learns else []
            is_lone = len(incident.seeds) == 1
            scores = [one.score for one in found if is_lone and not one.is_copy]
            seen = _examples(conn, profile, found, scores)
            decided = [example for example in seen if example.by_hand]
            beside = coverage
            if decided and beside is None:
                beside = stored_coverage(conn, incident.id or 0)
        learned = replace(incident, profile=relevance.learn(profile, seen, scores))
        profile = _calibrated(learned, decided, beside)
        if profile == incident.profile:
            return incident
        with home.database.write() as conn:
            now = incidents.get(conn, slug)
            if now.profile == incident.profile:  # else somebody edited it meanwhile
                incidents.update(conn, replace(now, profile=profile))
                return replace(now, profile=profile)


def _calibrated(
    incident: Incident, decided: Sequence[Example], coverage: Coverage | None
) -> Profile:
    """With a threshold that agrees with decisions, by what judging anew makes of those articles."""
    matcher = relevance.Matcher([incident], coverage)
    scored = [(matcher.judge(each.article)[0].score, each.taken) for each in decided]
    return relevance.calibrated(incident.profile, scored)


def _examples(
    conn: Connection, profile: Profile, found: Iterable[Standing], scores: Sequence[float]
) -> list[Example]:
    """What teaches an incident, with its texts: the latest of each side.

    Who is sure enough is told by the own threshold, who came near by the one that the scores tell,
    and neither by what was learned before: the same articles teach the same, however often.
    """
    own, told = replace(profile, learned=None), relevance.learn(profile, (), scores)
    taken, left = [], []
    for one in _each_text_once(found):
        if one.is_taken:
            if one.by_hand or relevance.teaches(own, one.score):
                taken.append(one)
        elif one.by_hand or relevance.is_near(told, one.score):
            left.append(one)
    chosen = {one.article_id: one for one in (*_latest(taken), *_latest(left))}
    return [
        Example(
            str(held.id),
            held.article,
            chosen[held.id].at.replace(microsecond=0),  # as profiles keep it
            taken=chosen[held.id].is_taken,
            by_hand=chosen[held.id].by_hand,
        )
        for held in holdings.read(conn, chosen)
    ]


def _each_text_once(found: Iterable[Standing]) -> list[Standing]:
    """Of copies the one that a person decided about, else the first; only what has its text."""
    kept: list[Standing] = []
    groups: dict[int, Standing] = {}
    for one in found:
        if not one.has_text:
            continue
        if one.group is None:
            kept.append(one)
        elif (known := groups.get(one.group)) is None or _rank(one) < _rank(known):
            groups[one.group] = one
    return kept + list(groups.values())


def _rank(one: Standing) -> tuple[bool, bool, int]:
    return not one.by_hand, one.is_copy, one.article_id


def _latest(found: list[Standing]) -> list[Standing]:
    """At most `MOST_EXAMPLES`, the latest. Half of the places are for decisions by hand, so that
    these and the rest of the coverage cannot crowd each other out."""
    found.sort(key=lambda one: (one.at, one.article_id), reverse=True)
    by_hand = [one for one in found if one.by_hand]
    others = [one for one in found if not one.by_hand]
    by_hand = by_hand[: max(MOST_EXAMPLES // 2, MOST_EXAMPLES - len(others))]
    return by_hand + others[: MOST_EXAMPLES - len(by_hand)]


def after_crawl(home: Home, crawl_id: int) -> list[str]:
    """The open incidents that a crawl brought something new; those of crawls that were cut off
    since the last one that finished count in."""
    with home.database.read() as conn:
        since = examples.unlearned_since(conn, crawl_id)
        return [] if since is None else examples.has_news(conn, since)


def after_ingest(home: Home, since: datetime) -> None:
    """Let the open incidents learn that took something new since then."""
    with home.database.read() as conn:
        slugs = examples.has_news(conn, since)
    for slug in slugs:
        relearn(home, slug)


def after_decision(home: Home, slug: str) -> int:
    """Learn from a decision; gives how many verdicts would change by now, of the `LOOKED_AT`
    articles that are nearest to the threshold."""
    with home.database.read() as conn:
        coverage = stored_coverage(conn, incidents.get(conn, slug).id or 0)
    incident = relearn(home, slug, coverage=coverage)
    threshold, _ = thresholds_of(incident.profile)
    with home.database.read() as conn:
        ids = examples.nearest(conn, incident.id or 0, threshold, LOOKED_AT)
    return len(judging.would_change(home, incident, sorted(ids), coverage=coverage))


@dataclass(frozen=True, slots=True)
class Asked:
    """An article whose decision teaches much."""

    id: int
    title: str | None
    score: float


@dataclass(frozen=True, slots=True)
class Report:
    """What an incident has learned, how sure that is, and what judging anew changes; `applied`:
    it is written down. `precision` None: there is no follow-up. `aliases` are proposed only."""

    incident: Incident
    aliases: tuple[Alias, ...]
    precision: Precision | None
    ask: tuple[Asked, ...]
    changes: tuple[Change, ...]
    applied: bool

    def record(self) -> dict[str, Any]:
        """As JSON."""
        profile = self.incident.profile
        return {
            "slug": self.incident.slug,
            **_profile_record(profile),
            "aliases": [_alias_record(alias) for alias in self.aliases],
            "precision": _precision_record(self.precision),
            "ask": [
                {"id": one.id, "title": one.title, "score": round(one.score, 4)} for one in self.ask
            ],
            "changes": [change.record() for change in self.changes],
            "applied": self.applied,
        }


def learn(
    home: Home,
    slug: str,
    *,
    refuse: Sequence[str] = (),
    accept: Sequence[str] = (),
    learns: bool | None = None,
    apply: bool = False,
    seen: Seen,
) -> Report:
    """What was learned and what it would change; `apply` judges stored articles anew by it.

    Terms and proposed aliases that are refused or accepted, and whether it learns at all, hold at
    once. Raises UnknownThing or BadInput.
    """
    if refuse or accept or learns is not None:
        known = aliases.proposals(home, _incident(home, slug)) if accept else ()
        relearn(home, slug, lambda profile: _edited(profile, refuse, accept, learns, known))
    incident = _incident(home, slug)
    if apply:
        changes = judging.judge_anew(home, slug, seen=seen)
    else:
        changes = judging.would_change(home, incident, seen=seen)
    with home.database.read() as conn:
        found = list(examples.standings(conn, incident.id or 0))
    asked = _asked(incident.profile, found)
    proposed = tuple(aliases.proposals(home, incident))
    sure = _precision(incident.profile, found)
    return Report(incident, proposed, sure, asked, tuple(changes), apply)


def _incident(home: Home, slug: str) -> Incident:
    with home.database.read() as conn:
        return incidents.get(conn, slug)


def told(home: Home, incident: Incident) -> dict[str, Any]:
    """What `incident show` tells beside the incident itself, as JSON."""
    with home.database.read() as conn:
        found = list(examples.standings(conn, incident.id or 0))
    return {
        **_profile_record(incident.profile),
        "precision": _precision_record(_precision(incident.profile, found)),
    }


def _precision(profile: Profile, found: Iterable[Standing]) -> Precision | None:
    """Of what the profile took by itself; what a person let in says nothing of it."""
    own = [one for one in found if one.verdict is Verdict.FOLLOW_UP and not one.forced]
    kept = [one.score for one in own if one.decision in (Decision.KEEP, Decision.STAR)]
    dismissed = [one.score for one in own if one.decision is Decision.DISMISS]
    return relevance.precision(profile, kept, dismissed, [one.score for one in own])


def _asked(profile: Profile, found: Iterable[Standing]) -> tuple[Asked, ...]:
    undecided = {
        str(one.article_id): one for one in _each_text_once(found) if not one.by_hand and one.score
    }
    scored = [(id, one.score) for id, one in undecided.items()]
    chosen = (undecided[id] for id in relevance.to_ask(profile, scored, MOST_ASKED))
    return tuple(Asked(one.article_id, one.title, one.score) for one in chosen)


def _edited(
    profile: Profile,
    refuse: Sequence[str],
    accept: Sequence[str],
    learns: bool | None,
    proposed: Sequence[Alias],
) -> Profile:
    by_key = {key_of(alias.text): alias.text for alias in proposed}
    for text in accept:
        alias = by_key.get(key_of(text))
        profile = with_aliases(profile, [alias]) if alias else taught.accept(profile, text)
    for text in refuse:
        profile = taught.refuse(profile, text)
    return profile if learns is None else replace(profile, learns=learns)


def _profile_record(profile: Profile) -> dict[str, Any]:
    learned = profile.learned or Learned((), (), 0.0, profile.threshold, 0)
    threshold, candidate_threshold = thresholds_of(profile)
    return {
        "learns": profile.learns,
        "learned": {
            "terms": [_term_record(profile, term) for term in learned.terms],
            "against": [_term_record(profile, term) for term in learned.against],
            "share": round(learned.share, 4),
            "threshold": learned.threshold,
            "accepted": learned.accepted,
        },
        "refused": list(profile.refused),
        "now": {"threshold": threshold, "candidate_threshold": candidate_threshold},
    }


def _term_record(profile: Profile, term: Term) -> dict[str, Any]:
    """A learned term; `is_own`: the seeds, or a person, gave it as well."""
    return {
        "term": term.text,
        "kind": term.kind,
        "weight": round(term.weight, 4),
        "since": iso(term.since),
        "articles": sorted(int(id) for id in term.articles),
        "is_own": taught.is_own(profile, term),
    }


def _alias_record(alias: Alias) -> dict[str, Any]:
    """A proposed alias; `articles` are ids, or a seed's address or headline."""
    return {
        "alias": alias.text,
        "name": alias.name,
        "language": alias.language,
        "articles": list(alias.articles),
    }


def _precision_record(found: Precision | None) -> dict[str, Any] | None:
    if found is None:
        return None
    return {
        "estimate": round(found.estimate, 3),
        "low": round(found.low, 3),
        "high": round(found.high, 3),
        "decided": found.decided,
    }
