"""Store: what becomes of a page is written down, with its article where there is one."""

from dataclasses import dataclass, replace
from datetime import datetime

from pipelines import dedupe
from pipelines.items import Article, Change, Compared, DuplicateKind, Page, StoredArticle
from pipelines.outcomes import Outcome, Verdict
from pipelines.polling import appeared_at, next_reading
from pipelines.stages import identity, versions
from pipelines.stages.copies import MOST_ALONG, place, place_sketch, settle
from pipelines.stages.dedupe import compare
from pipelines.stages.rereading import came_back, due_again, missing_of, without_text
from pipelines.stages.session import Stage
from pipelines.stages.verdicts import duplicate_of, is_taken, outcome_of, why
from pipelines.store import (
    Connection,
    addresses,
    articles,
    frontier,
    incidents,
    matches,
    offers,
    readings,
    sketches,
)
from pipelines.store.pages import RawRecord
from pipelines.store.validators import Validators, validators_of
from pipelines.urls import host_of

#: Of these the raw page is kept.
TAKEN = frozenset({Outcome.STORED, Outcome.COPY, Outcome.REVISED})
#: These go on to Scrapy's feed exports.
_HANDED_ON = TAKEN | {Outcome.CANDIDATE}
#: Articles stored with these are follow-ups: they stay and are read again.
_KEPT = frozenset({Outcome.STORED, Outcome.COPY})
#: These are compared with others.
_COMPARED = _KEPT | {Outcome.CANDIDATE}


#: What the ledger says of a second reading that made no version.
_CUT = "only the beginning of it came; the whole text stays"
_WHOLE = "the whole text in place of a teaser"
_COSMETIC = "only dates, counters or typography differ from version {}"


@dataclass(frozen=True, slots=True)
class Stored:
    """What became of a page in the store."""

    outcome: Outcome
    reason: str | None
    article_id: int | None


class Store(Stage):
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
        if outcome_of(item) not in TAKEN or not is_taken(item):
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
            return self._without_article(conn, item)
        sketches.lock(conn)
        if self._is_forgotten(conn, item):
            return Stored(
                Outcome.ALREADY_KNOWN, "forgotten by hand; it is not taken in again", None
            )
        is_joined = identity.join(conn, cleaned.article, cleaned.page)
        if is_joined:
            settle(conn, now=self.session.now(), most=MOST_ALONG)
        if is_joined or self._is_outdated(conn, item):
            item = compare(conn, item.judged)
        planned = outcome_of(item)
        if item.duplicate is not None and item.duplicate.kind is DuplicateKind.URL:
            return self._again(conn, item, cleaned.article, raw)
        return self._new(conn, item, cleaned.article, planned, raw)

    def _is_outdated(self, conn: Connection, item: Compared) -> bool:
        """True where another process changed since what the article was compared with."""
        if item.duplicate is not None and not articles.is_there(conn, item.duplicate.article_id):
            return True
        return item.last_id is not None and articles.last_id(conn) > item.last_id

    def _without_article(self, conn: Connection, item: Compared) -> Stored:
        """No article came; where one was read at this address before, it may be gone."""
        cleaned, outcome = item.judged.cleaned, outcome_of(item)
        link_id = cleaned.page.link_id
        id = None if link_id is None else frontier.article_of(conn, link_id)
        if id is None:
            return Stored(outcome, cleaned.reason, None)
        told = without_text(
            conn,
            id,
            outcome,
            cleaned.reason,
            missing_of(cleaned),
            asked=cleaned.page.requested_url,
            now=self.session.now(),
            ladder=self.session.reread,
        )
        return Stored(*told, id)

    def _again(
        self, conn: Connection, item: Compared, article: Article, raw: RawRecord | None
    ) -> Stored:
        """A stored article was read again, perhaps at another of its addresses."""
        id, now, page = duplicate_of(item).article_id, self.session.now(), item.judged.cleaned.page
        known = articles.get(conn, id)
        keys = dedupe.keys_of(article, page.requested_url)
        moves = identity.moves_home(conn, known, article, page)
        addresses.add(conn, id, article, keys, identity.read_keys(page))
        if moves:
            addresses.move_home(conn, id, keys[0], article)
        is_kept = known.outcome in _KEPT and known.expires_at is None
        due_at = None
        if known.due_at is not None or (is_kept and page.link_id is not None):
            due_at = due_again(known, now, self.session.reread)
        judged = item.judged.relevance
        if not item.revises:  # what was judged before stands; a person's word counts
            news = matches.unjudged(conn, id)
            judged = tuple(each for each in judged if each.forced or each.incident_id in news)
        is_taken = any(each.verdict is Verdict.FOLLOW_UP for each in judged)
        is_let_in = page.for_incident_id is not None or (is_taken and not is_kept)
        if is_let_in:
            due_at = due_at or due_again(known, now, self.session.reread)
            articles.rescue(conn, id, due_at=due_at)
            if not item.revises and known.text is not None:
                place(conn, id, known.title, known.text, now=now)
        matches.save(conn, id, judged, now=now)
        if not item.revises:
            if item.change is Change.CUT:
                readings.glimpse(conn, id, now=now, due_at=due_at)
                return Stored(Outcome.UNCHANGED, _CUT, id)
            is_own = moves or identity.is_own(known, page)
            validators = _validators(page) if is_own else None
            is_cosmetic = item.change is Change.COSMETIC
            readings.touch(
                conn,
                id,
                now=now,
                due_at=due_at,
                validators=validators,
                cosmetic=readings.cosmetic_digest(article.title, article.text)
                if is_cosmetic
                else None,
            )
            is_news = is_taken and page.for_incident_id is None
            said = "taken by an incident that had not judged it yet" if is_news else None
            said = said or (_COSMETIC.format(known.number) if is_cosmetic else None)
            return Stored(Outcome.UNCHANGED, came_back(said, known), id)
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
            in_place=moves,
            credit=_credit(article),
        )
        if item.sketch is not None and (is_let_in or known.outcome in _COMPARED):
            place_sketch(conn, id, article.title or known.title, item.sketch, now=now)
        versions.note_version(conn, id, known, article, revised)
        said = "its text is here again" if known.text is None else None
        if revised.completed and known.text is not None:
            said = f"read at its own address in place of {known.url}" if moves else _WHOLE
        return Stored(Outcome.REVISED, came_back(said or f"version {revised.number}", known), id)

    def _new(
        self,
        conn: Connection,
        item: Compared,
        article: Article,
        planned: Outcome,
        raw: RawRecord | None,
    ) -> Stored:
        now, page = self.session.now(), item.judged.cleaned.page
        taken = is_taken(item)
        id = articles.insert(
            conn,
            article,
            keys=dedupe.keys_of(article, page.requested_url),
            read=identity.read_keys(page),
            outcome=planned,
            seen_at=now,
            source_id=None if page.link_id is None else frontier.source_of(conn, page.link_id),
            validators=_validators(page),
            due_at=self._first_due(article) if taken and page.link_id is not None else None,
            expires_at=None if taken else now + self.session.keep_unused,
            raw=raw,
            link_id=page.link_id,
            crawl_id=self.session.crawl_id,
            credit=_credit(article),
        )
        versions.note_first(conn, id, article)
        matches.save(conn, id, item.judged.relevance, now=now)
        if item.sketch is not None:
            place_sketch(conn, id, article.title, item.sketch, now=now, is_new=True)
        return Stored(planned, why(item, planned), id)

    def _first_due(self, article: Article) -> datetime | None:
        now = self.session.now()
        return next_reading(appeared_at(article.published_at, now), now, self.session.reread)


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


def _validators(page: Page) -> Validators:
    return validators_of(dict(page.headers))


def _credit(article: Article) -> tuple[str, str] | None:
    found = dedupe.credit_of(article)
    return None if found is None else (found.agency, str(found.found_in))
