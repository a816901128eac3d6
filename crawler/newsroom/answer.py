"""The known answer: what following the incident through the made-up outlets must come to.

Derived page by page from the flags in `outlets/*.toml`, never from what a judge makes of the texts.
It depends on when the outlets were visited: an edit is a revision only for one who read the page
before, and a page taken down before the first visit was never there.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from importlib.resources import files
from importlib.resources.abc import Traversable

from crawler.newsroom.lists import Entry, entries
from crawler.newsroom.markup import plain
from crawler.newsroom.outlet import About, Feed, FeedKind, Form, Outlet, Story, Wall, outlets
from pipelines.incident import Source, SourceKind
from pipelines.outcomes import Outcome
from pipelines.polling import Missing, has_vanished
from pipelines.text import count_words

#: The visits of `followup demo`.
DEMO_PASSES = (
    datetime(2014, 12, 8, 12, tzinfo=UTC),
    datetime(2014, 12, 22, 12, tzinfo=UTC),
    datetime(2015, 2, 20, 12, tzinfo=UTC),
)
#: A teaser or a summary of fewer words is not worth keeping (DESIGN, section 3).
MIN_PARTIAL_WORDS = 40

_KINDS = {
    FeedKind.SECTION: SourceKind.SECTION,
    FeedKind.NEWS_SITEMAP: SourceKind.SITEMAP,
    FeedKind.SITEMAP_INDEX: SourceKind.SITEMAP,
}
_FORMS = {
    Form.SOFT_404: frozenset({Outcome.SOFT_404}),
    Form.MISSING: frozenset({Outcome.HTTP_ERROR}),
    Form.BROKEN: frozenset({Outcome.HTTP_ERROR}),
    Form.GALLERY: frozenset({Outcome.NOT_ARTICLE, Outcome.NO_TEXT}),
    Form.PDF: frozenset({Outcome.NOT_HTML}),
}


@dataclass(frozen=True, slots=True)
class Answer:
    """What is known after the last of some visits. Articles are named by the address that they
    give for themselves; compare by the canonical key.

    Attributes:
        follow_ups: articles about the incident, copies among them.
        candidates_ok: articles of which any verdict is right (no seed is in their language).
        off_topic: articles about something else; `siblings` of them about a similar incident.
        copies: for each agency text, the articles that carry it.
        revisions: follow-ups that were read before and after a change of title or text.
        partial: follow-ups of which only a teaser or summary can be had.
        noarchive: articles whose raw page may not be kept.
        outcomes: addresses with an outcome of their own, and which are right for them. A page that
            was there and is gone stays among the follow-ups as well.
        bad_sources: sources that cannot be read at the last visit, and why.
        twins: variants of an address that sources name or that answer, to the article's address.
    """

    follow_ups: frozenset[str]
    candidates_ok: frozenset[str]
    off_topic: frozenset[str]
    siblings: frozenset[str]
    copies: tuple[frozenset[str], ...]
    revisions: frozenset[str]
    partial: frozenset[str]
    noarchive: frozenset[str]
    outcomes: Mapping[str, frozenset[Outcome]]
    bad_sources: Mapping[str, Outcome]
    twins: Mapping[str, str]


@dataclass(slots=True)
class _Findings:
    """Stories with the time of the visit that found each, and what else was met."""

    stories: dict[str, tuple[Story, datetime]] = field(default_factory=dict)
    outcomes: dict[str, frozenset[Outcome]] = field(default_factory=dict)
    twins: dict[str, str] = field(default_factory=dict)


def sources() -> tuple[Source, ...]:
    """All that the made-up outlets offer to be followed by."""
    return tuple(
        Source(
            kind=_KINDS.get(feed.kind, SourceKind.FEED),
            url=outlet.address(feed.path),
            outlet=outlet.name,
            language=outlet.language,
            country=outlet.country,
        )
        for outlet, feed in _feeds()
    )


def seed_files() -> tuple[Traversable, ...]:
    """Three texts to start the incident from, in order of time: the attack, the attribution, the
    offer of a joint inquiry."""
    folder = files("crawler.newsroom") / "seeds"
    return tuple(sorted(folder.iterdir(), key=lambda file: file.name))


def known_answer(at: datetime, visited: Iterable[datetime] = ()) -> Answer:
    """The answer after a visit of all `sources` at `at`, and earlier ones at the times `visited`
    (those after `at` don't count)."""
    visits = sorted({at, *(when for when in visited if when < at)})
    found = _found(visits)
    for url, (story, first) in found.stories.items():
        if right := _special(story, first):
            found.outcomes[url] = right
    readable = [story for url, (story, _) in found.stories.items() if url not in found.outcomes]
    follow_ups = [story for story in readable if story.about is About.INCIDENT]
    found.outcomes.update(
        {s.url: frozenset({_gone(s, visits)}) for s in follow_ups if s.is_gone(at)}
    )
    return Answer(
        follow_ups=_urls(follow_ups),
        candidates_ok=_urls(s for s in readable if s.about is About.UNSURE),
        off_topic=_urls(s for s in readable if s.about in {About.OTHER, About.SIBLING}),
        siblings=_urls(s for s in readable if s.about is About.SIBLING),
        copies=_copies(follow_ups),
        revisions=_urls(s for s in follow_ups if _is_revised(s, found.stories[s.url][1], visits)),
        partial=_urls(s for s in follow_ups if s.wall),
        noarchive=_urls(s for s in readable if s.noarchive),
        outcomes=found.outcomes,
        bad_sources=_bad_sources(at),
        twins=found.twins,
    )


def _feeds() -> list[tuple[Outlet, Feed]]:
    return [(o, feed) for o in outlets().values() for feed in o.feeds if feed.is_source]


def _found(visits: list[datetime]) -> _Findings:
    found = _Findings()
    by_url = {story.url: story for outlet in outlets().values() for story in outlet.stories}
    for visit in visits:
        for outlet, feed in _feeds():
            if feed.fault(visit):
                continue
            for entry in entries(outlet, feed, visit):
                _note(found, entry, by_url, visit)
            for extra in feed.extras:
                if extra.outcome and extra.published <= visit:
                    found.outcomes[extra.link] = frozenset({Outcome(extra.outcome)})
    return found


def _note(found: _Findings, entry: Entry, by_url: Mapping[str, Story], visit: datetime) -> None:
    if entry.stands_for is None:
        return
    story = by_url[entry.stands_for]
    if not story.is_out(visit):
        return
    found.stories.setdefault(story.url, (story, visit))
    variants = {entry.link.strip(), story.amp_url if story.amp else story.url}
    found.twins.update({link: story.url for link in variants if link != story.url})


def _special(story: Story, first: datetime) -> frozenset[Outcome] | None:
    """The outcomes that are right for a page that can't become an article in the window."""
    if story.denied:
        return frozenset({Outcome.ROBOTS_DENIED})
    if story.form in _FORMS:
        return _FORMS[story.form]
    if story.wall and not _leaves_part(story, first):
        return frozenset({Outcome.WALL})
    if story.before_window:
        return frozenset({Outcome.OUT_OF_WINDOW, Outcome.OFF_TOPIC})
    return None


def _leaves_part(story: Story, first: datetime) -> bool:
    teaser = plain(story.shown(first)) if story.wall is Wall.PAY else ""
    return max(count_words(teaser), story.summary_words) >= MIN_PARTIAL_WORDS


def _gone(story: Story, visits: list[datetime]) -> Outcome:
    """A page that answers 410 counts as taken down once it has done so at several visits."""
    answers = [visit for visit in visits if story.is_gone(visit)]
    sure = has_vanished(len(answers), answers[-1] - answers[0], Missing.WITHDRAWN)
    return Outcome.VANISHED if sure else Outcome.HTTP_ERROR


def _is_revised(story: Story, first: datetime, visits: list[datetime]) -> bool:
    """True if a visit after the first one reads words that have changed."""
    later = [visit for visit in visits if visit > first and not story.is_gone(visit)]
    if story.wall or not later:
        return False
    return any(not edit.cosmetic and first < edit.at <= later[-1] for edit in story.edits)


def _copies(follow_ups: Iterable[Story]) -> tuple[frozenset[str], ...]:
    groups: dict[str, set[str]] = {}
    for story in follow_ups:
        if story.wire:
            groups.setdefault(story.wire, set()).add(story.url)
    return tuple(frozenset(groups[wire]) for wire in sorted(groups) if len(groups[wire]) > 1)


def _bad_sources(at: datetime) -> dict[str, Outcome]:
    bad = {}
    for outlet, feed in _feeds():
        if fault := feed.fault(at):
            outcome = Outcome.HTTP_ERROR if fault.status else Outcome.BAD_FEED
            bad[outlet.address(feed.path)] = outcome
    return bad


def _urls(stories: Iterable[Story]) -> frozenset[str]:
    return frozenset(story.url for story in stories)
