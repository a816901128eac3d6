"""What a new incident would take of the stored articles: shown before it is saved, taken after."""

import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from crawler.config import read_config
from crawler.home import Home, open_home
from crawler.services import incidents
from pipelines.items import Article
from pipelines.outcomes import Verdict
from pipelines.store import articles, holdings, matches
from tests.crawler import stolen_clock
from tests.crawler.terminal import Ended, Terminal, at_terminal, environment

CLOCK = {stolen_clock.url_of(name) for name in ("search", "copied", "found")}
OTHER = {stolen_clock.url_of(name) for name in ("budget", "football")}
COUNTS = ("taken", "candidates", "left", "out_of_window")


@pytest.fixture(scope="module")
def flooded(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home that follows a flood, and has read what is about something else; made once."""
    folder = tmp_path_factory.mktemp("flood")
    return stolen_clock.followed(folder, "flood", stolen_clock.OTHER_SEED)


@pytest.fixture
def seed(tmp_path: Path) -> Path:
    path = tmp_path / "clock.txt"
    path.write_text(stolen_clock.SEED, "utf-8")
    return path


@pytest.fixture
def stocked(empty: Terminal, flooded: Path) -> Terminal:
    shutil.copytree(flooded, empty.home)
    empty.own.update(environment(empty.home) | stolen_clock.home_of(empty.home))
    return empty


@pytest.fixture
def stock(stocked: Terminal) -> Iterator[Home]:
    with open_home(read_config(stolen_clock.home_of(stocked.home))) as home:
        yield home


def new(terminal: Terminal, seed: Path, *options: str, slug: str = "clock") -> Ended:
    return terminal.good("incident", "new", slug, "--seed", seed, *options)


def taken(terminal: Terminal, slug: str = "clock") -> dict[str, Any]:
    rows = terminal.good("articles", "list", "--incident", slug, "--json").json
    return {row["url"]: row for row in rows if row["verdict"] == "follow_up"}


def test_what_would_be_taken_is_shown_and_nothing_saved(stocked: Terminal, seed: Path) -> None:
    shown = new(stocked, seed, "--dry-run")
    assert "Of 8 stored articles it would take" in shown.out
    assert "Taken, nearest above the threshold:" in shown.out
    assert "Quarrelton's clock found in a quarry" in shown.out
    assert "Minister defends" not in shown.out, "what has nothing in common is not near"
    assert shown.err == "Nothing is saved.\n"
    assert [row["slug"] for row in stocked.good("incident", "list", "--json").json] == ["flood"]


def test_the_back_test_as_json_adds_up(stocked: Terminal, seed: Path) -> None:
    told = new(stocked, seed, "--dry-run", "--json").json
    tested = told["back_test"]
    assert told["saved"] is False
    assert told["created_at"] is None
    assert tested["judged"] == tested["stored"] == 8
    assert sum(tested[name] for name in COUNTS) == 8
    assert tested["taken"] >= len(CLOCK)
    assert tested["left"] >= len(OTHER)
    assert tested["overlaps"] == []
    above = tested["nearest_above"]
    assert [one["score"] for one in above] == sorted(one["score"] for one in above)
    assert all(one["score"] >= told["threshold"] for one in above)
    assert all(one["score"] < told["threshold"] for one in tested["nearest_below"])
    found = next(one for one in above if one["title"].startswith("Quarrelton's clock found"))
    assert found["outlet"] == "Wenning Post"
    assert {reason["term"] for reason in found["reasons"]} >= {"Quarrelton", "Holm"}


def test_one_text_is_shown_once(stocked: Terminal, seed: Path) -> None:
    tested = new(stocked, seed, "--dry-run", "--json").json["back_test"]
    titles = [one["title"] for one in tested["nearest_above"]]
    assert titles.count("Barns searched for the clock of Quarrelton") == 1


def test_where_nothing_is_stored_there_is_no_back_test(empty: Terminal, seed: Path) -> None:
    told = new(empty, seed, "--json").json
    assert told["back_test"] is None
    assert (told["saved"], told["now_taken"]) == (True, 0)
    assert "stored article" not in new(empty, seed, "--dry-run", slug="again").out


def test_a_saved_incident_takes_in_what_is_stored(stocked: Terminal, seed: Path) -> None:
    tested = new(stocked, seed, "--dry-run", "--json").json["back_test"]
    made = new(stocked, seed)
    assert f"is saved: {tested['taken']} stored articles taken in" in made.err
    found = taken(stocked)
    assert found.keys() >= CLOCK
    assert not OTHER & found.keys()
    assert {row["outcome"] for row in found.values()} == {"stored"}
    shown = stocked.good("articles", "show", found[stolen_clock.url_of("found")]["id"], "--json")
    assert shown.json["matches"][0]["incident"] == "clock"
    assert shown.json["matches"][0]["reasons"]


def test_what_is_taken_in_stays_and_is_read_again(stock: Home, seed: Path) -> None:
    incidents.new(stock, "clock", [str(seed)])
    with stock.database.read() as conn:
        known = [articles.get(conn, id) for id in holdings.newest(conn)]
        views = {one.id: matches.of_article(conn, one.id) for one in known}
    kept = {one.url for one in known if one.expires_at is None}
    assert kept >= CLOCK
    assert not OTHER & kept
    assert all(one.due_at is not None for one in known if one.url in CLOCK)
    assert all({view.slug for view in found} == {"clock", "flood"} for found in views.values()), (
        "what was left was judged as well"
    )
    assert not any(view.forced for found in views.values() for view in found)


def test_copies_are_found_and_the_first_is_their_origin(
    stocked: Terminal, seed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("crawler.services.judging.PORTION", 1)
    new(stocked, seed)
    found = taken(stocked)
    first, copy = found[stolen_clock.url_of("search")], found[stolen_clock.url_of("copied")]
    assert first["copy_of"] is None
    assert copy["copy_of"] == first["id"]


def test_what_lies_outside_the_window_is_counted_apart(stocked: Terminal, seed: Path) -> None:
    window = ("--since", "2014-12-08")
    tested = new(stocked, seed, *window, "--dry-run", "--json").json["back_test"]
    assert tested["taken"] == 1
    assert tested["out_of_window"] >= 2
    assert "lie outside its window" in new(stocked, seed, *window).out
    assert taken(stocked).keys() == {stolen_clock.url_of("found")}


def test_an_incident_that_is_there_already_is_told_by_its_overlap(
    stocked: Terminal, seed: Path
) -> None:
    number = new(stocked, seed, "--json").json["back_test"]["taken"]
    again = new(stocked, seed, "--dry-run", slug="again")
    assert "are follow-ups of clock already; it may be the same incident as again." in again.out
    told = new(stocked, seed, "--dry-run", "--json", slug="again").json["back_test"]
    assert told["overlaps"] == [{"incident": "clock", "taken": number}]
    stocked.good("incident", "close", "clock")
    told = new(stocked, seed, "--dry-run", "--json", slug="again").json["back_test"]
    assert told["overlaps"] == [], "only open ones count"


def test_it_stops_at_the_newest_and_says_so(
    stocked: Terminal, seed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("crawler.services.backtest.MOST_JUDGED", 3)
    shown = new(stocked, seed)
    assert "Only the newest 3 were judged; 5 older ones were not." in shown.out
    assert taken(stocked).keys() & CLOCK == {stolen_clock.url_of("found")}
    told = new(stocked, seed, "--dry-run", "--json", slug="again").json["back_test"]
    assert (told["judged"], told["stored"]) == (3, 8)


def test_what_takes_long_says_how_far_it_is(
    stocked: Terminal, seed: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert "judged" not in new(stocked, seed, "--dry-run").err
    monkeypatch.setattr("crawler.cli.progress.PATIENCE_SECONDS", 0.0)
    monkeypatch.setattr("crawler.cli.progress.LINE_SECONDS", 0.0)
    monkeypatch.setattr("crawler.services.judging.PORTION", 3)
    shown = new(stocked, seed, "--dry-run")
    assert shown.err.splitlines()[:2] == [
        "stored articles judged 3 of 8",
        "stored articles judged 6 of 8",
    ]


def test_an_article_that_changed_since_the_back_test_is_judged_again(
    stock: Home, seed: Path
) -> None:
    draft = incidents.draft(stock, "clock", [str(seed)])
    tested = incidents.back_test(stock, draft)
    assert tested is not None
    with stock.database.write() as conn:
        found, budget = (_held(conn, name) for name in ("found", "budget"))
        for held, by in ((found, budget), (budget, found)):
            new = Article(held.article.url, held.article.url, by.article.title, by.article.text)
            articles.revise(conn, held.id, new, seen_at=stock.now())
    incidents.add(stock, draft, tested)
    with stock.database.read() as conn:
        verdicts = [matches.of_article(conn, held.id)[0].verdict for held in (found, budget)]
    assert verdicts == [Verdict.OFF_TOPIC, Verdict.FOLLOW_UP]


def _held(conn: Any, name: str) -> holdings.Held:
    every = holdings.read(conn, holdings.newest(conn))
    return next(held for held in every if held.article.url == stolen_clock.url_of(name))


def test_a_person_who_says_no_saves_nothing(stocked: Terminal, seed: Path) -> None:
    status, err = at_terminal(stocked, b"n\n", "incident", "new", "clock", "--seed", str(seed))
    assert status == 0
    assert "Save it? [Y/n]" in err
    assert "Nothing is saved." in err
    assert "Proposed as sources" not in err
    assert len(stocked.good("incident", "list", "--json").json) == 1


@pytest.mark.parametrize("option", ["--yes", "-y"])
def test_who_says_yes_beforehand_is_not_asked(stocked: Terminal, seed: Path, option: str) -> None:
    status, err = at_terminal(stocked, b"", "incident", "new", "clock", "--seed", str(seed), option)
    assert status == 0
    assert "[Y/n]" not in err
    assert "Incident clock is saved" in err
    assert len(stocked.good("incident", "list", "--json").json) == 2
