"""Which article a page is: twins in any order of arrival, claims that are believed and that are
not, and rows that turn out to be one. Real stages over a real store."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import permutations
from pathlib import Path

import pytest
from sqlalchemy import select

from pipelines import stages
from pipelines.incident import Incident, Seed
from pipelines.items import Article, Cleaned, Page
from pipelines.outcomes import Outcome
from pipelines.polling import READ_AGAIN, Missing
from pipelines.relevance import derive
from pipelines.stages.rereading import without_text
from pipelines.store import (
    Database,
    addresses,
    articles,
    copies,
    exports,
    incidents,
    matches,
    merging,
    texts,
)
from pipelines.store.matches import Decision
from pipelines.store.pages import RawPages
from pipelines.store.schema import article as article_table
from pipelines.store.schema import copy_decision, label

NOW = datetime(2021, 6, 1, 12, tzinfo=UTC)
TITLE = "Crane falls on the quay at Port Aldous"
TEXT = (
    "A harbour crane fell on the quay of Port Aldous on Tuesday morning and buried two empty"
    " wagons, the harbour master Ines Calder said. Nobody was hurt. The crane had been looked at"
    " in March, and a crack in its foot was known since then. Divers are to see whether its arm"
    " lies in the fairway, which stays closed for ships of more than nine metres. The company that"
    " owns the crane, Aldous Lifting, said that it had ordered a new foot in April and was still"
    " waiting for it. The minister of transport, Piet Orlan, asked for a report by Friday."
)
#: The same at a twin's address, with other words in places.
TWIN = TEXT.replace("Divers are to see", "Divers will find out") + " Read the whole report online."
OTHER_TITLE = "Fishermen of Brenholm vote for a shorter season"
OTHER = (
    "The fishermen of Brenholm voted on Monday to end the herring season three weeks early. Of 214"
    " boats 180 took part, more than ever before, the cooperative said in the evening. Stocks have"
    " halved since the warm winter, and the young fish need the time. Shops in Port Aldous expect"
    " higher prices by August, though the crane on its quay will unload frozen fish from abroad."
)
HOST = "http://harbour.example"
MAIN, AMP, PRINT = f"{HOST}/2021/crane-falls", f"{HOST}/a/9001", f"{HOST}/paper?item=9001"


class Session:
    """What the stages need of a crawl; an hour passes with each page."""

    def __init__(self, database: Database, folder: Path) -> None:
        self.database, self.crawl_id = database, None
        self.raw = RawPages(folder)
        self.keep_unused = timedelta(days=30)
        self.reread = READ_AGAIN
        self.at = NOW

    def now(self) -> datetime:
        return self.at


@dataclass
class Desk:
    """A store and the stages over it."""

    session: Session

    def read(
        self,
        url: str,
        text: str = TEXT,
        *,
        title: str = TITLE,
        canonical: str | None = None,
        names: tuple[str, ...] = (),
        asked: str | None = None,
        partial: bool = False,
    ) -> stages.Stored:
        self.session.at += timedelta(hours=1)
        page = Page(url, asked or url, 200, (), b"<html>", self.session.at)
        article = Article(url, canonical or url, title, text, aliases=names, partial=partial)
        judged = stages.Relevance(self.session).process_item(Cleaned(page, article))
        compared = stages.Dedupe(self.session).process_item(judged)
        return stages.Store(self.session).store(compared)

    def state(self) -> list[tuple[object, ...]]:
        """All that is stored and must not depend on the order in which it came."""
        with self.session.database.read() as conn:
            return sorted(
                (
                    row.canonical_url,
                    articles.get(conn, row.id).key,
                    frozenset((*addresses.keys_of(conn, row.id), articles.get(conn, row.id).key)),
                    row.title,
                    row.text,
                    row.revisions,
                    row.partial,
                    str(row.verdict),
                    row.copy_of is not None,
                )
                for row in exports.export(conn, 1)
            )


@pytest.fixture
def desk(database: Database, tmp_path: Path) -> Iterator[Desk]:
    return begun(database, tmp_path)


def begun(database: Database, folder: Path) -> Desk:
    seed = Seed(TEXT, TITLE)
    fish = Seed(OTHER, OTHER_TITLE)
    with database.write() as conn:
        incidents.add(conn, Incident("crane", "Crane", derive([seed]), seeds=(seed,)), NOW)
        incidents.add(conn, Incident("fish", "Fish", derive([fish]), seeds=(fish,)), NOW)
    return Desk(Session(database, folder))


# ------------------------------------------------------------------------------------------ twins

READINGS = {
    "main": {"url": MAIN, "names": (AMP, PRINT)},
    "amp": {"url": AMP, "text": TWIN, "canonical": MAIN},
    "print": {"url": PRINT, "text": TEXT},
}


@pytest.mark.parametrize("order", list(permutations(READINGS)), ids="-".join)
def test_twins_are_one_article_whatever_came_first(desk: Desk, order: tuple[str, ...]) -> None:
    for name in order:
        desk.read(**READINGS[name])  # type: ignore[arg-type]
    desk.read(**READINGS["main"])  # type: ignore[arg-type]
    key = "harbour.example/2021/crane-falls"
    known = frozenset((key, "harbour.example/a/9001", "harbour.example/paper?item=9001"))
    assert desk.state() == [(MAIN, key, known, TITLE, TEXT, 0, False, "follow_up", False)]


@pytest.mark.parametrize("order", list(permutations(["main", "amp"])), ids="-".join)
@pytest.mark.parametrize("named_by", ["main", "amp", "both"])
def test_it_does_not_matter_which_of_two_names_the_other(
    desk: Desk, order: tuple[str, ...], named_by: str
) -> None:
    said = {
        "main": {"url": MAIN, "names": (AMP,) if named_by in ("main", "both") else ()},
        "amp": {"url": AMP, "text": TWIN, "canonical": MAIN if named_by != "main" else None},
    }
    for name in order:
        desk.read(**said[name])  # type: ignore[arg-type]
    ((canonical, key, _, _, text, revisions, *_),) = desk.state()
    assert (canonical, key, revisions) == (MAIN, "harbour.example/2021/crane-falls", 0)
    assert text == TEXT


@pytest.mark.parametrize("order", list(permutations(["main", "amp"])), ids="-".join)
def test_a_twin_whose_address_has_the_same_key_does_not_revise(
    desk: Desk, order: tuple[str, ...]
) -> None:
    for _ in range(2):
        for name in order:
            if name == "main":
                desk.read(MAIN)
            else:
                desk.read(f"{MAIN}/amp", TWIN)
    ((canonical, *_, text, revisions, _, _, _),) = desk.state()
    assert (canonical, text, revisions) == (MAIN, TEXT, 0)


def test_an_edit_after_a_twin_was_read_is_one_revision(desk: Desk) -> None:
    desk.read(AMP, TWIN, canonical=MAIN)
    desk.read(MAIN)
    desk.read(AMP, TWIN, canonical=MAIN)
    again = desk.read(MAIN, TEXT.replace("Nobody was hurt", "One man was hurt"))
    assert again.outcome is Outcome.REVISED
    ((*_, revisions, _, _, _),) = desk.state()
    assert revisions == 1


def test_a_whole_text_at_a_twin_completes_a_teaser_at_home(desk: Desk) -> None:
    teaser = " ".join(TEXT.split()[:60])
    orders = []
    for number, order in enumerate((("home", "twin"), ("twin", "home"))):
        main, twin = f"{MAIN}-{number}", f"{AMP}{number}"
        for name in order:
            if name == "home":
                desk.read(main, teaser, names=(twin,), partial=True)
            else:
                desk.read(twin, TWIN, canonical=main)
        with desk.session.database.read() as conn:
            known = articles.find_by_keys(conn, [f"harbour.example/2021/crane-falls-{number}"])
        assert known is not None
        orders.append((known.key[:-2], known.text, known.partial, known.edits))
    assert orders[0] == orders[1]
    assert orders[0][1:] == (TWIN, False, 0)


# ----------------------------------------------------------------------------------------- belief


@pytest.mark.parametrize("first", ["victim", "thief"])
def test_a_page_that_claims_another_sites_article_changes_nothing_of_it(
    desk: Desk, tmp_path: Path, first: str
) -> None:
    def victim() -> stages.Stored:
        return desk.read(MAIN, names=(AMP,))

    def thief() -> stages.Stored:
        return desk.read("http://thief.example/x", OTHER, canonical=MAIN, names=(AMP, MAIN),
                         title=OTHER_TITLE)  # fmt: skip

    for read in (victim, thief) if first == "victim" else (thief, victim):
        assert read().outcome is Outcome.STORED
    with desk.session.database.read() as conn:
        known = articles.find_by_keys(conn, ["harbour.example/2021/crane-falls"])
        stolen = articles.find_by_keys(conn, ["thief.example/x"])
        assert known is not None
        assert stolen is not None
        assert (known.text, known.title, known.edits, known.copy_of) == (TEXT, TITLE, 0, None)
        assert addresses.keys_of(conn, known.id) == {"harbour.example/a/9001"}
        assert addresses.keys_of(conn, stolen.id) == frozenset()
    assert victim().outcome is Outcome.UNCHANGED
    assert thief().outcome is Outcome.UNCHANGED


def test_a_copy_that_claims_another_sites_article_is_a_copy_and_no_reading_of_it(
    desk: Desk,
) -> None:
    assert desk.read(MAIN).outcome is Outcome.STORED
    taken = desk.read("http://thief.example/x", TEXT, canonical=MAIN)
    assert taken.outcome is Outcome.COPY
    with desk.session.database.read() as conn:
        known = articles.find_by_keys(conn, ["harbour.example/2021/crane-falls"])
        assert known is not None
        assert (known.reads, known.copy_of, known.url) == (1, None, MAIN)
        assert addresses.keys_of(conn, known.id) == frozenset()


@pytest.mark.parametrize("order", list(permutations(["own", "one", "two"])), ids="-".join)
def test_a_template_that_names_one_canonical_address_for_all_joins_nothing(
    desk: Desk, order: tuple[str, ...]
) -> None:
    pages = {
        "own": (MAIN, TEXT, TITLE),
        "one": (f"{HOST}/2021/herring-1", OTHER, OTHER_TITLE),
        "two": (f"{HOST}/2021/pier-2", TEXT.replace("crane", "pier").replace(" on ", " at ")[::-1],
                "Pier gives way"),
    }  # fmt: skip
    for _ in range(2):
        for name in order:
            url, text, title = pages[name]
            desk.read(url, text, title=title, canonical=MAIN, names=(MAIN,))
    with desk.session.database.read() as conn:
        for url, text, title in pages.values():
            known = articles.find_by_keys(conn, [url.removeprefix("http://")])
            assert known is not None
            assert (known.key, known.title, known.text, known.edits, known.reads) == (
                url.removeprefix("http://"), title, text, 0, 2,
            )  # fmt: skip


def test_a_redirect_to_another_article_makes_no_revision(desk: Desk) -> None:
    desk.read(MAIN)
    moved = desk.read(f"{HOST}/2021/herring-1", OTHER, title=OTHER_TITLE, asked=MAIN)
    assert moved.outcome is Outcome.STORED
    with desk.session.database.read() as conn:
        known = articles.find_by_keys(conn, ["harbour.example/2021/crane-falls"])
        assert known is not None
        assert (known.text, known.edits) == (TEXT, 0)


def test_an_article_that_moved_and_was_edited_is_revised(desk: Desk) -> None:
    first = desk.read(MAIN)
    edited = TEXT.replace("Nobody was hurt", "One man was hurt")
    moved = desk.read(f"{HOST}/2021/crane-kills", edited, asked=MAIN)
    assert (moved.outcome, moved.article_id) == (Outcome.REVISED, first.article_id)


def test_a_cache_that_answers_itself_does_not_speak_for_the_site(desk: Desk) -> None:
    desk.read(MAIN)
    cached = desk.read("https://www.google.com/amp/s/harbour.example/2021/crane-falls", OTHER,
                       title=OTHER_TITLE)  # fmt: skip
    assert cached.outcome is Outcome.STORED
    with desk.session.database.read() as conn:
        known = articles.find_by_keys(conn, ["harbour.example/2021/crane-falls"])
        assert known is not None
        assert (known.text, known.reads) == (TEXT, 1)


@pytest.mark.parametrize(
    ("asked", "gone"), [("http://short.example/x", False), (f"{HOST}/?p=9", True)]
)
def test_a_link_at_another_site_cannot_say_that_an_article_is_gone(
    desk: Desk, asked: str, gone: bool
) -> None:
    id = desk.read(MAIN, asked=asked).article_id or 0
    with desk.session.database.write() as conn:
        for day in range(1, 9):
            outcome, _ = without_text(
                conn, id, Outcome.HTTP_ERROR, "status 410", Missing.WITHDRAWN, asked=asked,
                now=NOW + timedelta(days=day), ladder=READ_AGAIN,
            )  # fmt: skip
        known = articles.get(conn, id)
        assert (known.vanished_at is not None, outcome is Outcome.VANISHED) == (gone, gone)


# ---------------------------------------------------------------------------------------- merging


def test_every_column_that_names_an_article_is_looked_after() -> None:
    assert merging.handled() == merging.naming()


@pytest.mark.parametrize("reviewed", ["older", "newer"])
def test_nothing_that_a_person_decided_is_lost(desk: Desk, reviewed: str) -> None:
    one, two = desk.read(AMP, TWIN), desk.read(PRINT)
    third = desk.read(f"{HOST}/2021/herring-1", OTHER, title=OTHER_TITLE)
    ids = [each.article_id or 0 for each in (one, two, third)]
    chosen = ids[0] if reviewed == "older" else ids[1]
    with desk.session.database.write() as conn:
        matches.decide(conn, chosen, 1, Decision.STAR, note="lead", by="me", now=NOW)
        conn.execute(label.insert().values(incident_id=1, name="port", article_id=chosen))
        pair = {"article_id": min(chosen, ids[2]), "other_id": max(chosen, ids[2])}
        said = {"together": False, "decided_by": "me", "decided_at": NOW}
        conn.execute(copy_decision.insert().values(**pair, **said))
    main = desk.read(MAIN, names=(AMP, PRINT))
    assert main.article_id == ids[0]
    with desk.session.database.read() as conn:
        (match, *_) = [m for m in matches.of_article(conn, ids[0]) if m.incident_id == 1]
        assert match.review is Decision.STAR
        assert [(r.note, r.by) for r in matches.history(conn, ids[0])] == [("lead", "me")]
        assert conn.execute(select(label.c.article_id)).scalars().all() == [ids[0]]
        rows = conn.execute(select(copy_decision.c.article_id, copy_decision.c.other_id)).all()
        assert [tuple(row) for row in rows] == [(ids[0], ids[2])]
        left = conn.execute(select(article_table.c.id).order_by(article_table.c.id)).scalars()
        assert list(left) == [ids[0], ids[2]]
        assert [v.text for v in texts.of_article(conn, ids[0])] == [TEXT]


def test_the_copies_of_a_row_that_goes_are_copies_of_the_one_that_stays(desk: Desk) -> None:
    one, two = desk.read(AMP, TWIN), desk.read(PRINT)
    copy = desk.read("http://bulletin.example/crane", TEXT)
    assert (two.outcome, copy.outcome) == (Outcome.COPY, Outcome.COPY)
    desk.read(MAIN, names=(AMP, PRINT))
    with desk.session.database.read() as conn:
        known = articles.get(conn, one.article_id or 0)
        assert known.group is not None
        members = {member.article_id for member in copies.members(conn, known.group)}
        assert members == {one.article_id, copy.article_id}


def test_what_a_person_kept_apart_is_not_merged(desk: Desk) -> None:
    one, two = desk.read(AMP, TWIN), desk.read(PRINT)
    with desk.session.database.write() as conn:
        conn.execute(
            copy_decision.insert().values(
                article_id=one.article_id,
                other_id=two.article_id,
                together=False,
                decided_by="me",
                decided_at=NOW,
            )
        )
    desk.read(MAIN, names=(AMP, PRINT))
    with desk.session.database.read() as conn:
        assert articles.is_there(conn, two.article_id or 0)


def test_a_reading_of_a_row_that_was_merged_meanwhile_is_stored(desk: Desk) -> None:
    desk.read(AMP, TWIN)
    desk.read(PRINT)
    session = desk.session
    page = Page(PRINT, PRINT, 200, (), b"<html>", NOW)
    judged = stages.Relevance(session).process_item(
        Cleaned(page, Article(PRINT, PRINT, TITLE, TEXT))
    )
    compared = stages.Dedupe(session).process_item(judged)
    assert compared.duplicate is not None
    desk.read(MAIN, names=(AMP, PRINT))
    assert stages.Store(session).store(compared).outcome is Outcome.UNCHANGED
