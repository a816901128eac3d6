"""Stored articles read again on a real store: revised, cosmetic, cut, gone, failed are parted."""

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from pipelines import stages
from pipelines.incident import Incident, Seed
from pipelines.items import Article, Cleaned, Link, Page
from pipelines.outcomes import Outcome
from pipelines.polling import READ_AGAIN, Ladder
from pipelines.relevance import derive
from pipelines.stages import Stored
from pipelines.store import Database, articles, crawls, frontier, incidents, offers, texts
from pipelines.store.crawls import Trigger
from pipelines.store.known import Known
from pipelines.store.offers import Offered
from pipelines.store.pages import RawPages
from pipelines.urls import canonical_key, host_of

NOW = datetime(2014, 12, 20, 12, tzinfo=UTC)
MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
URL = "https://lantern.test/halcyon"
TITLE = "Ferry Halcyon strikes pier in Port Aldous"
LEAD = (
    "The ferry Halcyon struck a pier in Port Aldous on Tuesday evening and forty passengers were"
    " hurt, the harbour master Ines Calder said. The ship had left Brenholm an hour before."
)
SECOND = (
    "Divers looked at the hull all night and found a tear of nine metres below the water line. The"
    " company that owns the Halcyon, Aldous Lines, said that its captain had reported a failure of"
    " the rudder two minutes before the collision."
)
THIRD = (
    "An inquiry was opened on Wednesday, and the minister of transport, Piet Orlan, asked all"
    " ferries of that class to stay in port until their rudders had been looked at."
)
TEXT = "\n\n".join([LEAD, SECOND, THIRD])
CLOSED = b"<html><body></body></html>"


class Desk:
    """What the stages need of a crawl; one article is read by it, at times of its own."""

    def __init__(
        self,
        database: Database,
        folder: Path,
        *,
        published_at: datetime | None = NOW,
        text: str = TEXT,
    ) -> None:
        self.database, self.crawl_id = database, 0
        self.raw = RawPages(folder, None)
        self.keep_unused = timedelta(days=30)
        self.reread: Ladder = READ_AGAIN
        self.at = NOW
        seed = Seed(TEXT, TITLE)
        with database.write() as conn:
            incidents.add(conn, Incident("ferry", "F", derive([seed]), seeds=(seed,)), NOW)
            self.crawl_id = crawls.request(conn, Trigger.HAND, "test", {}, now=NOW)
            offered = Offered(Link(URL), canonical_key(URL), host_of(URL))
            offers.offer(conn, [offered], self.crawl_id, now=NOW)
            ((link),) = self._take(conn)
            self.link_id = link.id
        self.id = self.read(text, published_at=published_at).article_id or 0

    def now(self) -> datetime:
        return self.at

    def _take(self, conn):
        return frontier.take(
            conn,
            self.crawl_id,
            busy_hosts=(),
            now=self.at,
            wall_now=self.at,
            lease_seconds=60,
            limit=1,
        )

    def read(
        self,
        text: str = TEXT,
        *,
        after: timedelta = timedelta(),
        title: str = TITLE,
        body: bytes = CLOSED,
        partial: bool = False,
        published_at: datetime | None = NOW,
        headers: tuple[tuple[str, str], ...] = (),
    ) -> Stored:
        self._begin(after)
        page = Page(URL, URL, 200, headers, body, self.at, link_id=self.link_id)
        article = Article(URL, URL, title, text, partial=partial, published_at=published_at)
        return self._end(Cleaned(page, article))

    def read_nothing(
        self, outcome: Outcome, *, after: timedelta = timedelta(), body: bytes = CLOSED
    ) -> Stored:
        self._begin(after)
        page = Page(URL, URL, 200, (), body, self.at, link_id=self.link_id)
        return self._end(Cleaned(page, None, outcome, "as it came"))

    def _begin(self, after: timedelta) -> None:
        self.at += after
        with self.database.write() as conn:
            if after:
                frontier.reread(conn, self.crawl_id, [self.id], now=self.at)
                self._take(conn)

    def _end(self, cleaned: Cleaned) -> Stored:
        judged = stages.Relevance(self).process_item(cleaned)
        return stages.Store(self).store(stages.Dedupe(self).process_item(judged))

    @property
    def known(self) -> Known:
        with self.database.read() as conn:
            return articles.get(conn, self.id)

    @property
    def versions(self) -> list[texts.Revision]:
        with self.database.read() as conn:
            return texts.of_article(conn, self.id)


@pytest.fixture
def desk(database: Database, tmp_path: Path) -> Desk:
    return Desk(database, tmp_path)


def test_an_edit_is_a_revision_and_is_due_as_its_age_asks_for(desk: Desk) -> None:
    assert desk.known.due_at == NOW + 15 * MINUTE
    stored = desk.read(TEXT.replace("forty", "fifty"), after=4 * HOUR)
    assert (stored.outcome, stored.reason) == (Outcome.REVISED, "version 2")
    assert desk.known.due_at == NOW + 5 * HOUR
    assert desk.read(TEXT.replace("forty", "sixty"), after=8 * DAY).reason == "version 3"
    assert desk.known.due_at == desk.at + DAY
    desk.read(after=40 * DAY)
    assert desk.known.due_at is None


def test_cosmetic_changes_make_no_version_and_each_is_counted_once(desk: Desk) -> None:
    for comments, count in ((17, 1), (17, 1), (18, 2)):
        stored = desk.read(f"{TEXT}\n\n{comments} comments", after=HOUR)
        assert stored.outcome is Outcome.UNCHANGED
        assert stored.reason == "only dates, counters or typography differ from version 1"
        assert desk.known.cosmetic_changes == count
    assert desk.read(after=HOUR).reason is None
    assert desk.known.cosmetic_changes == 2
    assert (desk.known.text, len(desk.versions)) == (TEXT, 1)


def test_a_version_has_its_outlets_own_words_and_how_much_changed(desk: Desk) -> None:
    said = "Correction: An earlier version of this article gave a wrong figure of those hurt."
    desk.read(f"{TEXT.replace('forty', 'fifty')}\n\n{said}", after=HOUR)
    first, second = desk.versions
    assert (first.note, first.note_kind, first.words_added) == (None, None, None)
    assert (second.note, second.note_kind) == (said, "correction")
    assert (second.words_added, second.words_removed) == (1 + len(said.split()), 1)
    desk.read(f"{TEXT.replace('forty', 'sixty')}\n\n{said}", after=HOUR)
    assert desk.versions[-1].note is None


def test_a_correction_can_stand_in_a_first_reading(database: Database, tmp_path: Path) -> None:
    said = "Clarification: The ship belongs to Aldous Lines."
    desk = Desk(database, tmp_path, text=f"{TEXT}\n\n{said}")
    assert [(one.note, one.note_kind) for one in desk.versions] == [(said, "clarification")]


@pytest.mark.parametrize("body", [CLOSED, b"<html><p>The ferry"])
def test_a_cut_answer_changes_nothing_and_its_validators_are_not_kept(
    desk: Desk, body: bytes
) -> None:
    desk.read(after=HOUR, headers=(("etag", '"whole"'),))
    stored = desk.read(LEAD, after=HOUR, body=body, headers=(("etag", '"cut"'),))
    assert stored.outcome is Outcome.UNCHANGED
    assert stored.reason == "only the beginning of it came; the whole text stays"
    assert (desk.known.text, desk.known.etag, desk.known.reads) == (TEXT, '"whole"', 3)


def test_a_teaser_in_place_of_the_whole_text_is_no_revision(desk: Desk) -> None:
    stored = desk.read("A teaser of other words than the text had.", after=HOUR, partial=True)
    assert stored.reason == "only the beginning of it came; the whole text stays"
    assert desk.known.text == TEXT


@pytest.mark.parametrize("outcome", [Outcome.SOFT_404, Outcome.NOT_ARTICLE, Outcome.NO_TEXT])
def test_an_article_has_vanished_after_three_good_answers_without_it(
    desk: Desk, outcome: Outcome
) -> None:
    first = desk.read_nothing(outcome, after=DAY)
    assert first.outcome is outcome
    assert first.reason == (
        "read again: as it came; its text was not there once; it counts as taken down when that"
        " lasts"
    )
    assert desk.known.due_at == desk.at + HOUR
    assert desk.read_nothing(outcome, after=HOUR).outcome is outcome
    assert desk.read_nothing(outcome, after=HOUR).outcome is outcome
    last = desk.read_nothing(outcome, after=HOUR)
    assert last.outcome is Outcome.VANISHED
    assert "4 times in a row since 2014-12-21 12:00 UTC" in str(last.reason)
    assert (desk.known.vanished_at, desk.known.text) == (desk.at, TEXT)
    assert desk.known.due_at == desk.at + DAY
    assert len(desk.versions) == 1


def test_an_article_that_comes_back_is_said_to(desk: Desk) -> None:
    for _ in range(4):
        desk.read_nothing(Outcome.SOFT_404, after=HOUR)
    back = desk.read(after=DAY)
    assert (back.outcome, desk.known.vanished_at) == (Outcome.UNCHANGED, None)
    assert back.reason == "it is back; it was taken down, as found on 2014-12-20"
    assert (desk.known.gone_reads, desk.known.gone_since) == (0, None)


def test_one_good_reading_begins_the_count_anew(desk: Desk) -> None:
    for _ in range(3):
        for _ in range(2):
            desk.read_nothing(Outcome.SOFT_404, after=3 * HOUR)
        assert desk.known.gone_reads == 2
        desk.read(after=HOUR)
    assert desk.known.vanished_at is None


def test_many_looks_within_minutes_say_nothing_sure(desk: Desk) -> None:
    for _ in range(20):
        desk.read_nothing(Outcome.SOFT_404, after=MINUTE)
    assert (desk.known.gone_reads, desk.known.vanished_at) == (20, None)


@pytest.mark.parametrize(
    ("outcome", "body"),
    [
        (Outcome.WALL, CLOSED),
        (Outcome.PARSE_ERROR, CLOSED),
        (Outcome.NOT_HTML, b"%PDF-1.7"),
        (Outcome.NO_TEXT, b""),
        (Outcome.NO_TEXT, b"<html><head><title>Ferry"),
    ],
)
def test_what_says_nothing_of_the_article_counts_nothing(
    desk: Desk, outcome: Outcome, body: bytes
) -> None:
    for _ in range(5):
        stored = desk.read_nothing(outcome, after=3 * HOUR, body=body)
        assert (stored.outcome, stored.reason) == (outcome, "read again: as it came")
    assert (desk.known.gone_reads, desk.known.vanished_at) == (0, None)
    assert desk.known.due_at == desk.at + HOUR
    assert (desk.known.text, desk.known.reads) == (TEXT, 1)


def test_a_cut_or_walled_answer_between_does_not_make_a_gone_article_there_again(
    desk: Desk,
) -> None:
    desk.read_nothing(Outcome.SOFT_404, after=HOUR)
    desk.read_nothing(Outcome.WALL, after=HOUR)
    desk.read(LEAD, after=HOUR)
    assert desk.known.gone_reads == 1


def test_with_re_reading_off_nothing_is_due(desk: Desk) -> None:
    desk.reread = ()
    desk.read(after=HOUR)
    assert desk.known.due_at is None
    desk.read_nothing(Outcome.SOFT_404, after=HOUR)
    assert desk.known.due_at is None
    desk.reread = READ_AGAIN
    desk.read(after=HOUR)
    assert desk.known.due_at == desk.at + HOUR


def test_a_story_that_was_published_long_before_it_was_found_is_not_read_again(
    database: Database, tmp_path: Path
) -> None:
    assert Desk(database, tmp_path, published_at=NOW - 90 * DAY).known.due_at is None
