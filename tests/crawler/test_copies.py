"""Groups of copies as people see them: the origin and why, who carries it, parted and joined."""

import json
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from crawler.clock import Clock
from crawler.config import read_config
from crawler.home import Home
from crawler.services import copies
from pipelines import stages
from pipelines.errors import BadInput, UnknownThing
from pipelines.incident import Incident, Seed
from pipelines.items import Article, Cleaned, Page
from pipelines.outcomes import Outcome
from pipelines.polling import READ_AGAIN
from pipelines.relevance import derive
from pipelines.store import Database, articles, copy_decisions, incidents, matches, spread
from pipelines.store.matches import Decision
from pipelines.store.pages import RawPages
from tests.crawler.terminal import SLUG, Terminal

NOON = datetime(2014, 12, 19, 12, tzinfo=UTC)
PARTS = [
    "The ferry Halcyon struck a pier in Port Aldous on Tuesday evening and forty passengers were"
    " hurt, the harbour master Ines Calder said. The ship had left Brenholm an hour before.",
    "Divers looked at the hull all night and found a tear of nine metres below the water line. The"
    " company that owns the Halcyon, Aldous Lines, said that its captain had reported a failure of"
    " the rudder two minutes before the collision.",
    "An inquiry was opened on Wednesday, and the minister of transport, Piet Orlan, asked all"
    " ferries of that class to stay in port until their rudders had been looked at.",
    "Passengers told of a bang and of darkness on all decks. The hospital in Brenholm said that six"
    " of them were still in its care on Thursday morning.",
]
TEXT = "\n\n".join(PARTS)
OWN = (
    "Forty passengers of the ferry Halcyon, hurt as she struck the pier, told this paper what the"
    " harbour master of Port Aldous, Ines Calder, would not. The lights had gone before the"
    " collision, said a teacher from Brenholm, and nobody on the bridge had an answer.\n\nAldous"
    " Lines says that its captain lost the rudder. Its own log, which we have seen, has nothing of"
    " that. Divers found the tear; the minister of transport, Piet Orlan, wants all such ferries"
    " kept in port. An inquiry will hear the passengers, and the hospital keeps six of them."
)
TITLE = "Ferry Halcyon strikes pier in Port Aldous"


class Session:
    """What the stages need of an ingest."""

    def __init__(self, home: Home, folder: Path) -> None:
        self.database, self.crawl_id, self._home = home.database, None, home
        self.raw = RawPages(folder, None)
        self.keep_unused = timedelta(days=30)
        self.reread = READ_AGAIN

    def now(self) -> datetime:
        return self._home.now()


class Desk:
    """An incident in a real store, and articles brought in through the stages."""

    def __init__(self, home: Home, folder: Path) -> None:
        self.home = home
        self.session = Session(home, folder)

    def read(
        self, site: str, text: str = TEXT, *, minutes: int | None = None, **told: Any
    ) -> tuple[int, Outcome]:
        """One article, `minutes` after noon; gives its id and what became of it."""
        url = f"https://www.{site}.example/{told.pop('path', 'ferry')}"
        published = None if minutes is None else NOON + timedelta(minutes=minutes)
        article = Article(
            url,
            url,
            told.pop("title", TITLE),
            text,
            outlet=site.replace("-", " ").title(),
            language="en",
            published_at=published,
            **told,
        )
        cleaned = Cleaned(Page(url, url, 200, (), b"", self.session.now()), article)
        judged = stages.Relevance(self.session).process_item(cleaned)
        done = stages.Store(self.session).store(stages.Dedupe(self.session).process_item(judged))
        assert done.article_id is not None, done.reason
        return done.article_id, done.outcome

    def group(self, id: int) -> set[int]:
        with self.home.database.read() as conn:
            return {one.id for one in spread.carriers(conn, id)}


@pytest.fixture
def desk(database: Database, tmp_path: Path) -> Desk:
    home = Home(read_config({"FOLLOWUP_HOME": str(tmp_path / "home")}), Clock(NOON), database)
    seed = Seed(TEXT, TITLE)
    with database.write() as conn:
        found = Incident("ferry", "The ferry", derive([seed]), seeds=(seed,))
        incidents.add(conn, found, NOON)
    return Desk(home, tmp_path)


def test_credit_is_stored_and_follows_a_revision(desk: Desk) -> None:
    id, _ = desk.read("quay", f"PORT ALDOUS (AP) — {TEXT}")
    with desk.home.database.read() as conn:
        known = articles.get(conn, id)
    assert (known.credit, known.credit_found) == ("AP", "dateline")
    _, outcome = desk.read(
        "quay", f"{TEXT}\n\nThe captain, Bo Tarn, was heard on Friday for hours."
    )
    assert outcome is Outcome.REVISED
    with desk.home.database.read() as conn:
        assert articles.get(conn, id).credit is None


def test_group_tells_its_carriers_and_how_they_differ(desk: Desk) -> None:
    first, _ = desk.read("quay", minutes=0)
    cut, _ = desk.read(
        "mole", "\n\n".join(PARTS[:3]), minutes=60, title="Ferry Halcyon hits a pier in Port Aldous"
    )
    whole, _ = desk.read("pier", minutes=90)
    found = copies.group_of(desk.home, cut)
    assert (found["articles"], found["independent"]) == (3, 1)
    assert found["origin"]["id"] == first
    assert found["origin"]["reason"] == "published first, 2014-12-19 12:00 UTC"
    by_id = {one["id"]: one for one in found["carriers"]}
    assert by_id.keys() == {cut, whole}
    assert by_id[cut]["difference"]["said"] == "another headline, 21% cut at the end"
    assert by_id[whole]["difference"]["said"] == "the same"
    assert by_id[whole]["since"] == desk.home.now().isoformat(timespec="seconds")
    assert by_id[whole]["similarity"] == 1.0


def test_article_that_stands_alone_is_its_own_origin(desk: Desk) -> None:
    id, _ = desk.read("quay")
    found = copies.group_of(desk.home, id)
    assert found["group"] is None
    assert (found["articles"], found["independent"], found["carriers"]) == (1, 1, [])
    assert found["origin"]["reason"] is None
    with pytest.raises(UnknownThing):
        copies.group_of(desk.home, id + 1)


def test_sources_are_counted_apart_from_articles(desk: Desk) -> None:
    wired = [desk.read(site, f"PORT ALDOUS (AP) — {TEXT}")[0] for site in ("quay", "mole", "pier")]
    desk.read("sands", OWN)
    counted = copies.spread_of_incident(desk.home, "ferry")
    assert counted.articles == 4
    assert counted.independent == 2
    with desk.home.database.write() as conn:
        incident = incidents.get(conn, "ferry").id or 0
        matches.decide(conn, wired[0], incident, Decision.DISMISS, note=None, by="x", now=NOON)
        group = articles.get(conn, wired[0]).group
        assert group is not None
        groups = copies.spread_of_groups(conn, [group, 999])
    assert groups == {group: copies.Spread(3, 1)}
    assert copies.spread_of_incident(desk.home, "ferry") == copies.Spread(3, 2)


def test_split_sticks_through_what_comes_later(desk: Desk) -> None:
    ids = [desk.read(site, minutes=place)[0] for place, site in enumerate(("quay", "mole", "pier"))]
    done = copies.split(desk.home, ids[1], by="ada")
    assert done == {"id": ids[1], "group": None, "parted_from": [ids[0], ids[2]]}
    later, outcome = desk.read("sands", minutes=9)
    assert outcome is Outcome.COPY
    desk.read("mole", minutes=1)
    groups = [desk.group(id) for id in ids]
    assert ids[1] not in groups[0]
    assert groups[0] == groups[2]
    assert later in groups[0] | groups[1], "a later copy belongs to either"
    assert groups[0].isdisjoint(groups[1])


def test_split_of_the_origin_leaves_the_others_together(desk: Desk) -> None:
    ids = [desk.read(site, minutes=place)[0] for place, site in enumerate(("quay", "mole", "pier"))]
    copies.split(desk.home, ids[0], by="ada")
    found = copies.group_of(desk.home, ids[2])
    assert found["origin"]["id"] == ids[1]
    assert desk.group(ids[0]) == {ids[0]}
    assert copies.group_of(desk.home, ids[0])["apart"] == sorted(ids[1:])


def test_merge_after_split_restores_the_group(desk: Desk) -> None:
    ids = [desk.read(site, minutes=place)[0] for place, site in enumerate(("quay", "mole", "pier"))]
    before = copies.group_of(desk.home, ids[0])
    copies.split(desk.home, ids[2], by="ada")
    done = copies.merge(desk.home, ids[2], ids[1], by="ada")
    assert (done["articles"], done["origin"]) == (3, ids[0])
    after = copies.group_of(desk.home, ids[0])
    assert after["origin"]["id"] == before["origin"]["id"]
    assert desk.group(ids[0]) == set(ids)
    assert copies.group_of(desk.home, ids[2])["apart"] == []
    with desk.home.database.read() as conn:
        decided = copy_decisions.of_article(conn, ids[2])
    assert [(one.other_id, one.together, one.by) for one in decided] == [(ids[2], True, "ada")]


def test_texts_that_differ_are_joined_by_hand_and_parted_again(desk: Desk) -> None:
    one, _ = desk.read("quay", minutes=0)
    copy, _ = desk.read("mole", minutes=1)
    other, _ = desk.read("sands", OWN, minutes=2)
    assert desk.group(other) == {other}, "the texts are to differ"
    done = copies.merge(desk.home, other, one, by="ada")
    assert done["articles"] == 3
    assert desk.group(other) == {one, copy, other}
    (told,) = [each for each in copies.group_of(desk.home, one)["carriers"] if each["id"] == other]
    assert told["decided"] == "together"
    desk.read("pier", minutes=9)
    assert other in desk.group(one), "a later copy changes nothing of it"
    copies.split(desk.home, other, by="ada")
    assert desk.group(other) == {other}
    assert copy in desk.group(one)


def test_what_cannot_be_parted_or_joined_is_refused(desk: Desk) -> None:
    id, _ = desk.read("quay")
    with pytest.raises(BadInput, match="in no group"):
        copies.split(desk.home, id, by="ada")
    with pytest.raises(BadInput, match="one article"):
        copies.merge(desk.home, id, id, by="ada")
    for call in (lambda: copies.merge(desk.home, id, 99, by="ada"),
                 lambda: copies.split(desk.home, 99, by="ada")):  # fmt: skip
        with pytest.raises(UnknownThing):
            call()


# --- at the terminal -------------------------------------------------------------------------


def grouped(terminal: Terminal) -> dict[str, Any]:
    """The demo's largest group."""
    rows = terminal.good("export", SLUG).lines
    copy = max(
        (row for row in rows if row["copy_of"] is not None),
        key=lambda row: sum(other["group"] == row["group"] for other in rows),
    )
    found: dict[str, Any] = terminal.good("articles", "copies", copy["id"], "--json").json
    return found


def test_copies_are_shown_with_origin_reason_and_differences(followed: Terminal) -> None:
    record = grouped(followed)
    origin = record["origin"]
    assert record["articles"] == len(record["carriers"]) + 1 > 2
    assert record["independent"] == 1, "the demo's agency is one source"
    assert origin["credit"] == "Meridian Press Agency"
    ended = followed.good("articles", "copies", origin["id"])
    assert f"{record['articles']} articles, 1 independent" in ended.out
    assert origin["reason"] in ended.out
    for one in record["carriers"]:
        assert one["difference"]["said"] in ended.out


def test_show_and_export_tell_the_credit_and_the_origin(followed: Terminal) -> None:
    record = grouped(followed)
    copy = record["carriers"][0]["id"]
    shown = followed.good("articles", "show", copy).out
    assert "credited to     Meridian Press Agency (byline)" in shown
    assert f"also at         {len(record['carriers'])}, 1 independent" in shown
    assert f"{record['origin']['id']}, " in shown
    assert record["origin"]["reason"] in shown
    rows = {row["id"]: row for row in followed.good("export", SLUG).lines}
    assert rows[copy]["credit"] == "Meridian Press Agency"


def test_split_and_merge_at_the_terminal(followed: Terminal) -> None:
    record = grouped(followed)
    copy, origin = record["carriers"][0]["id"], record["origin"]["id"]
    ended = followed.good("articles", "split", copy)
    assert f"followup articles merge {copy}" in ended.err
    alone = followed.good("articles", "copies", copy)
    assert "No copy of article" in alone.err
    assert "Parted by hand from" in alone.err
    assert followed("articles", "split", copy).status == 1
    done = followed.good("articles", "merge", copy, origin, "--json").json
    assert done["articles"] == record["articles"]
    assert grouped(followed)["articles"] == record["articles"]
    assert followed("articles", "merge", copy, copy).status == 1
    assert followed("articles", "copies", 99_999).status == 1


def test_split_stands_after_the_same_pages_come_again(followed: Terminal, tmp_path: Path) -> None:
    record = grouped(followed)
    copy, origin = record["carriers"][0], record["origin"]
    followed.good("articles", "split", copy["id"])
    rows = {row["id"]: row for row in followed.good("export", SLUG).lines}
    file = tmp_path / "again.jsonl"
    again = [rows[copy["id"]], rows[origin["id"]]]
    strange = {**rows[copy["id"]], "url": "https://third.example.org/carried", "aliases": []}
    strange["canonical_url"] = strange["url"]
    file.write_text("".join(json.dumps(row) + "\n" for row in [*again, strange]))
    followed.good("ingest", SLUG, file)
    found = followed.good("articles", "copies", copy["id"], "--json").json
    members = {found["origin"]["id"], *(one["id"] for one in found["carriers"])}
    assert origin["id"] not in members
