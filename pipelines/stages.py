"""The Scrapy item pipelines, thin: Clean, Relevance, Dedupe, Store, in this order.

Each takes what the one before gives (`pipelines.items`). `ingest` runs the same four without
Scrapy. Scrapy is known by its conventions only; nothing of it is needed but `DropItem`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any, Protocol

from pipelines import clean, dedupe, relevance
from pipelines.items import (
    Article,
    Cleaned,
    Compared,
    Duplicate,
    DuplicateKind,
    Judged,
    Page,
    StoredArticle,
)
from pipelines.items import Relevance as Judgement
from pipelines.outcomes import Outcome, Verdict, page_outcome
from pipelines.polling import next_reading
from pipelines.store import (
    Connection,
    Database,
    articles,
    copies,
    frontier,
    incidents,
    matches,
    offers,
)
from pipelines.store.known import Known
from pipelines.store.pages import RawPages, RawRecord
from pipelines.store.validators import Validators, validators_of
from pipelines.urls import canonical_key, host_of

#: Of these the raw page is kept.
TAKEN = frozenset({Outcome.STORED, Outcome.COPY, Outcome.REVISED})
#: These go on to Scrapy's feed exports.
_HANDED_ON = TAKEN | {Outcome.CANDIDATE}
#: Articles stored with these are follow-ups: they stay and are read again.
_KEPT = frozenset({Outcome.STORED, Outcome.COPY})


class Session(Protocol):
    """What the stages need of the crawl, or of the ingest, that they belong to."""

    database: Database
    crawl_id: int | None
    raw: RawPages
    keep_unused: timedelta

    def now(self) -> datetime:
        """The product's time."""


class _Stage:
    def __init__(self, session: Session) -> None:
        self.session = session

    @classmethod
    def from_crawler(cls, crawler: Any) -> "_Stage":
        return cls(crawler.spider.session)


class Clean(_Stage):
    """Page -> Cleaned."""

    def process_item(self, item: Page) -> Cleaned:
        """What the cleaner makes of a page."""
        return clean.clean(item, now=self.session.now())


class Relevance(_Stage):
    """Cleaned -> Judged, by all incidents at once that are open at that moment: a crawl may go on
    for hours."""

    def __init__(self, session: Session) -> None:
        super().__init__(session)
        self._stamp: Sequence[tuple[Any, ...]] = []
        self._matcher = relevance.Matcher([])

    def process_item(self, item: Cleaned) -> Judged:
        """The verdicts; an incident that a person named takes the article whatever its score."""
        if item.article is None:
            return Judged(item)
        self._look()
        judgements = self._matcher.judge(item.article)
        wanted = item.page.for_incident_id
        return Judged(item, tuple(_forced(j) if j.incident_id == wanted else j for j in judgements))

    def _look(self) -> None:
        """See whether people opened, closed or changed incidents."""
        with self.session.database.read() as conn:
            stamp = incidents.stamp(conn)
            if stamp != self._stamp:
                self._matcher = relevance.Matcher(incidents.list_all(conn, open_only=True))
                self._stamp = stamp


def _forced(judgement: Judgement) -> Judgement:
    return replace(judgement, verdict=Verdict.FOLLOW_UP, forced=True)


class Dedupe(_Stage):
    """Judged -> Compared: the same article, a copy of another, or new."""

    def process_item(self, item: Judged) -> Compared:
        """What the article repeats of what is stored."""
        with self.session.database.read() as conn:
            return _compare(conn, item)


def _compare(conn: Connection, item: Judged) -> Compared:
    article = item.cleaned.article
    if article is None:
        return Compared(item)
    last_id = articles.last_id(conn)
    known = articles.find_by_keys(conn, dedupe.keys_of(article, item.cleaned.page.requested_url))
    if known is not None:
        return _read_again(item, article, known)
    if page_outcome(j.verdict for j in item.relevance) not in _COMPARED:
        return Compared(item, last_id=last_id)
    found = dedupe.sketch(article.text, article.title)
    best = dedupe.copies_of(found, article.text, StoredSketches(conn))
    return Compared(item, best[0] if best else None, hashes=found.hashes, last_id=last_id)


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A stored article as `dedupe` looks at it."""

    shared: int
    sampled: int
    title: str | None
    text: str | None


class StoredSketches:
    """The sketches of a store, as `dedupe` looks them up and keeps them."""

    def __init__(self, conn: Connection) -> None:
        self._conn = conn

    def shared(self, hashes: Sequence[int], cap: int) -> Mapping[int, int]:
        """See `dedupe.Sketches`."""
        return copies.shared_sketch(self._conn, hashes, cap)

    def same_text(self, text: str) -> Sequence[int]:
        """See `dedupe.Sketches`."""
        return copies.same_text(self._conn, text)

    def candidates(self, shared: Mapping[int, int]) -> Mapping[int, _Candidate]:
        """See `dedupe.Sketches`."""
        return {
            id: _Candidate(shared[id], known.sampled, known.title, known.text)
            for id, known in copies.sketched(self._conn, shared).items()
        }

    def add(self, article_id: int, hashes: Sequence[int]) -> None:
        """See `dedupe.CopyIndex`."""
        copies.sketch_add(self._conn, article_id, hashes)


#: What no incident takes is not compared: nobody counts its copies.
_COMPARED = frozenset({Outcome.STORED, Outcome.CANDIDATE})


def _read_again(item: Judged, article: Article, known: Known) -> Compared:
    """A second reading of a stored article. Only its own address can revise it: an AMP twin says
    the same in other words, and would take turns with it for ever."""
    same = Duplicate(known.id, DuplicateKind.URL, 1.0)
    page = item.cleaned.page
    own = {canonical_key(page.requested_url), canonical_key(page.url)}
    if known.key not in own:
        return Compared(item, same)
    if known.text is None:  # kept for its time; it is needed again where an incident takes it now
        hashes = dedupe.sketch(article.text, article.title).hashes
        return Compared(item, same, revises=_is_taken(item), hashes=hashes)
    change = dedupe.change_between(known.title, known.text, article.title, article.text)
    completes = known.partial and not article.partial
    shrinks = article.partial and not known.partial
    revises = (change is dedupe.Change.REVISED and not shrinks) or completes
    hashes = dedupe.sketch(article.text, article.title).hashes if revises else ()
    return Compared(item, same, revises=revises, hashes=hashes)


@dataclass(frozen=True, slots=True)
class Stored:
    """What became of a page in the store."""

    outcome: Outcome
    reason: str | None
    article_id: int | None


class Store(_Stage):
    """Compared -> StoredArticle, one transaction an article; what is not taken is dropped, after
    its outcome was written down."""

    def process_item(self, item: Compared) -> StoredArticle:
        """Store it; Scrapy's DropItem where no open incident takes it."""
        stored = self.store(item)
        article, id = item.judged.cleaned.article, stored.article_id
        if article is None or id is None or stored.outcome not in _HANDED_ON:
            # The one thing that is needed of Scrapy; all the rest of it, half a second of import,
            # would come with it to the doors that store without a crawl.
            from scrapy.exceptions import DropItem

            raise DropItem(f"{stored.outcome}: {stored.reason or item.judged.cleaned.page.url}")
        return self._handed_on(item, article, id, stored.outcome)

    def _handed_on(
        self, item: Compared, article: Article, id: int, outcome: Outcome
    ) -> StoredArticle:
        duplicate = item.duplicate if outcome is Outcome.COPY else None
        with self.session.database.read() as conn:
            verdicts = {m.slug: str(m.verdict) for m in matches.of_article(conn, id)}
            first_seen_at = articles.get(conn, id).first_seen_at
        return StoredArticle(
            id=id,
            url=article.url,
            canonical_url=article.canonical_url,
            title=article.title,
            text=article.text,
            authors=article.authors,
            published_at=article.published_at,
            modified_at=article.modified_at,
            first_seen_at=first_seen_at,
            outlet=article.outlet,
            language=article.language,
            outcome=outcome,
            copy_of=None if duplicate is None else duplicate.article_id,
            verdicts=verdicts,
        )

    def store(self, item: Compared) -> Stored:
        """Write down what became of a page, and the article if there is one."""
        cleaned, now = item.judged.cleaned, self.session.now()
        raw = self.session.raw.append(cleaned.page) if self._keeps_raw(item) else None
        with self.session.database.write() as conn:
            stored = self._write(conn, _of_those_there(conn, item), raw)
            if cleaned.page.link_id is not None and self.session.crawl_id is not None:
                frontier.settle(
                    conn,
                    self.session.crawl_id,
                    cleaned.page.link_id,
                    stored.outcome,
                    stored.reason,
                    now=now,
                    article_id=stored.article_id,
                )
        return stored

    def _keeps_raw(self, item: Compared) -> bool:
        """True for the page of a follow-up that may be kept and was not removed by hand."""
        cleaned = item.judged.cleaned
        if cleaned.withhold_raw is not None or not cleaned.page.body:
            return False
        if _outcome(item) not in TAKEN or not _is_taken(item):
            return False
        with self.session.database.read() as conn:
            return not self._is_forgotten(conn, item)

    def _is_forgotten(self, conn: Connection, item: Compared) -> bool:
        """True for a crawled page that a person had removed, whatever address led to it."""
        cleaned = item.judged.cleaned
        if cleaned.article is None or cleaned.page.link_id is None:
            return False
        keys = dedupe.keys_of(cleaned.article, cleaned.page.requested_url)
        return offers.is_forgotten(conn, keys, host_of(cleaned.article.url))

    def _write(self, conn: Connection, item: Compared, raw: RawRecord | None) -> Stored:
        cleaned = item.judged.cleaned
        if cleaned.article is None:
            return Stored(_outcome(item), cleaned.reason, None)
        if self._is_forgotten(conn, item):
            return Stored(
                Outcome.ALREADY_KNOWN, "forgotten by hand; it is not taken in again", None
            )
        if item.last_id is not None and articles.last_id(conn) > item.last_id:
            # Another process stored articles since this one was compared.
            item = _compare(conn, item.judged)
        planned = _outcome(item)
        if item.duplicate is not None and item.duplicate.kind is DuplicateKind.URL:
            return self._again(conn, item, cleaned.article, raw)
        return self._new(conn, item, cleaned.article, planned, raw)

    def _again(
        self, conn: Connection, item: Compared, article: Article, raw: RawRecord | None
    ) -> Stored:
        """A stored article was read again, perhaps at another of its addresses."""
        id, now, page = _duplicate(item).article_id, self.session.now(), item.judged.cleaned.page
        known = articles.get(conn, id)
        articles.add_aliases(conn, id, article, dedupe.keys_of(article, page.requested_url))
        due_at = next_reading(known.first_seen_at, now) if known.due_at is not None else None
        judged = item.judged.relevance
        if not item.revises:  # what was judged before stands; a person's word counts
            news = matches.unjudged(conn, id)
            judged = tuple(each for each in judged if each.forced or each.incident_id in news)
        is_taken = any(each.verdict is Verdict.FOLLOW_UP for each in judged)
        is_kept = known.outcome in _KEPT and known.expires_at is None
        if page.for_incident_id is not None or (is_taken and not is_kept):
            due_at = due_at or next_reading(now, now)
            articles.rescue(conn, id, due_at=due_at)
            copies.sketch_add(conn, id, dedupe.sketch(article.text, article.title).hashes)
        matches.save(conn, id, judged, now=now)
        if not item.revises:
            validators = _validators(page) if canonical_key(page.url) == known.key else None
            articles.touch(conn, id, now=now, due_at=due_at, validators=validators)
            is_news = is_taken and page.for_incident_id is None
            said = "taken by an incident that had not judged it yet" if is_news else None
            return Stored(Outcome.UNCHANGED, said, id)
        revised = articles.revise(
            conn,
            id,
            article,
            seen_at=now,
            validators=_validators(page),
            due_at=due_at,
            raw=raw,
            link_id=page.link_id,
            crawl_id=self.session.crawl_id,
        )
        copies.sketch_add(conn, id, item.hashes)
        said = "its text is here again" if known.text is None else None
        if revised.completed and known.text is not None:
            said = "the whole text in place of a teaser"
        return Stored(Outcome.REVISED, said or f"version {revised.number}", id)

    def _new(
        self,
        conn: Connection,
        item: Compared,
        article: Article,
        planned: Outcome,
        raw: RawRecord | None,
    ) -> Stored:
        now, page = self.session.now(), item.judged.cleaned.page
        taken = _is_taken(item)
        id = articles.insert(
            conn,
            article,
            keys=dedupe.keys_of(article, page.requested_url),
            outcome=planned,
            seen_at=now,
            source_id=None if page.link_id is None else frontier.source_of(conn, page.link_id),
            validators=_validators(page),
            due_at=next_reading(now, now) if taken and page.link_id is not None else None,
            expires_at=None if taken else now + self.session.keep_unused,
            raw=raw,
            link_id=page.link_id,
            crawl_id=self.session.crawl_id,
        )
        matches.save(conn, id, item.judged.relevance, now=now)
        if item.hashes:
            copies.sketch_add(conn, id, item.hashes)
        if item.duplicate is not None:
            d = item.duplicate
            copies.join_group(conn, id, d.article_id, kind=d.kind, similarity=d.similarity, now=now)
        return Stored(planned, _why(item, planned), id)


def _of_those_there(conn: Connection, item: Compared) -> Compared:
    """Without the verdicts of incidents that were deleted since the page was judged."""
    judged = item.judged
    if not judged.relevance:
        return item
    there = incidents.there(conn, [each.incident_id for each in judged.relevance])
    left = tuple(each for each in judged.relevance if each.incident_id in there)
    return (
        item if left == judged.relevance else replace(item, judged=replace(judged, relevance=left))
    )


def _is_taken(item: Compared | Judged) -> bool:
    """True where an open incident calls it a follow-up."""
    judged = item.judged if isinstance(item, Compared) else item
    return any(each.verdict is Verdict.FOLLOW_UP for each in judged.relevance)


def _outcome(item: Compared) -> Outcome:
    """What becomes of a page, before it is written down."""
    cleaned, duplicate = item.judged.cleaned, item.duplicate
    if cleaned.outcome is not None:
        return cleaned.outcome
    if duplicate is not None and duplicate.kind is DuplicateKind.URL:
        return Outcome.REVISED if item.revises else Outcome.UNCHANGED
    verdicts = page_outcome(each.verdict for each in item.judged.relevance)
    return Outcome.COPY if duplicate is not None else verdicts


def _why(item: Compared, outcome: Outcome) -> str | None:
    """The reason that stands in the ledger: the highest score, or what it is a copy of."""
    if outcome is Outcome.COPY:
        duplicate = _duplicate(item)
        return f"copy of {duplicate.article_id}, {duplicate.similarity:.0%} the same"
    best = max(item.judged.relevance, key=lambda each: each.score, default=None)
    if best is None:
        return "no incident is open"
    terms = ", ".join(reason.term for reason in best.reasons[:3])
    return f"score {best.score:.3f}" + (f" ({terms})" if terms else "")


def _duplicate(item: Compared) -> Duplicate:
    if item.duplicate is None:
        raise ValueError("the article repeats nothing")
    return item.duplicate


def _validators(page: Page) -> Validators:
    return validators_of(dict(page.headers))
