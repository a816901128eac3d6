"""`followup incident edit`: what is shown before an edited profile is saved, and what stays."""

import shutil
import tomllib
from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from crawler.config import read_config
from crawler.home import Home, open_home
from crawler.services import incidents
from crawler.services.incident_file import read_incident, write_incident
from pipelines.errors import BadInput
from pipelines.incident import Incident, Learned, Profile, Term
from pipelines.outcomes import Verdict
from pipelines.store import incidents as store
from tests.crawler import stolen_clock
from tests.crawler.terminal import Ended, Terminal, at_terminal, environment

SINCE = datetime(2014, 12, 4, tzinfo=UTC)
LEARNED = Learned(
    terms=(Term("Brenn", "name", 0.0812, SINCE, ("1", "3")), Term("quarry", "term", 0.05)),
    against=(Term("Wenning", "name", 0.2, SINCE, ("4",)),),
    share=0.3,
    threshold=0.2,
    accepted=6,
)
PROFILE = Profile(
    (
        Term("Quarrelton", "name", 0.52391),
        Term("clock", "term", 0.22),
        Term("2 tonnes", "number", 0.1),
    ),
    ("en",),
    threshold=0.1314,
    candidate_threshold=0.08,
    learned=LEARNED,
    refused=("Christmas",),
)
INCIDENT = Incident("clock", "The clock", PROFILE)


@pytest.fixture(scope="module")
def followed_clock(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home that follows the stolen clock and has read about it; made once."""
    folder = tmp_path_factory.mktemp("clock")
    return stolen_clock.followed(folder, "clock", stolen_clock.SEED)


@pytest.fixture
def clock(empty: Terminal, followed_clock: Path) -> Terminal:
    shutil.copytree(followed_clock, empty.home)
    empty.own.update(environment(empty.home) | stolen_clock.home_of(empty.home))
    return empty


@pytest.fixture
def stock(clock: Terminal) -> Iterator[Home]:
    with open_home(read_config(stolen_clock.home_of(clock.home))) as home:
        yield home


def edit(terminal: Terminal, *options: str) -> Ended:
    return terminal.good("incident", "edit", "clock", *options)


def changed(terminal: Terminal, folder: Path, *changes: tuple[str, str]) -> Path:
    """The incident's file, with lines that begin so replaced."""
    lines = edit(terminal, "--print").out.splitlines()
    for begins, line in changes:
        (place,) = (n for n, old in enumerate(lines) if old.startswith(begins))
        lines[place] = line
    path = folder / "edited.toml"
    path.write_text("\n".join(lines) + "\n", "utf-8")
    return path


def listed(terminal: Terminal) -> list[dict[str, Any]]:
    every = [part for verdict in Verdict for part in ("--verdict", verdict)]
    rows: list[dict[str, Any]] = terminal.good("articles", "list", *every, "--json").json
    return rows


def verdicts(terminal: Terminal) -> dict[str, str]:
    return {row["url"]: row["verdict"] for row in listed(terminal)}


def aliases(terminal: Terminal) -> dict[str, float]:
    terms = terminal.good("incident", "show", "clock", "--json").json["terms"]
    return {term["term"]: term["weight"] for term in terms if term["kind"] == "alias"}


# ------------------------------------------------------------------------- what would change


def strict(terminal: Terminal, folder: Path) -> Path:
    """An edit by which nothing but what says the most is a follow-up."""
    return changed(terminal, folder, ("threshold", "threshold = 0.99"))


def test_what_an_edit_changes_is_shown_before_it_is_saved(clock: Terminal, tmp_path: Path) -> None:
    before = verdicts(clock)
    file = str(strict(clock, tmp_path))
    shown = edit(clock, "--file", file, "--dry-run")
    gone = sum(verdict == "follow_up" for verdict in before.values())
    assert f"0 more would be taken, {gone} no longer; 0 in all" in shown.out
    assert "No follow-up then:" in shown.out
    assert shown.err == "Nothing is saved.\n"
    assert verdicts(clock) == before
    told = edit(clock, "--file", file, "--dry-run", "--json").json
    assert (told["saved"], told["now_left"]) == (False, 0)
    assert (told["back_test"]["enters"], told["back_test"]["leaves"]) == (0, gone)
    assert told["threshold"] == 0.99


def test_a_saved_edit_judges_the_stored_articles_anew(clock: Terminal, tmp_path: Path) -> None:
    before = verdicts(clock)
    saved = edit(clock, "--file", str(strict(clock, tmp_path)))
    assert "follow-ups taken out." in saved.err
    assert "follow_up" not in verdicts(clock).values()
    assert before.keys() == verdicts(clock).keys(), "nothing is lost"
    back = changed(clock, tmp_path, ("threshold", "threshold = 0.13"))
    assert "taken in" in edit(clock, "--file", str(back)).err
    url = stolen_clock.url_of("found")
    assert verdicts(clock)[url] == "follow_up"


def test_what_was_decided_by_hand_is_not_overturned(clock: Terminal, tmp_path: Path) -> None:
    ids = {row["url"]: row["id"] for row in listed(clock)}
    kept, left = stolen_clock.url_of("found"), stolen_clock.url_of("budget")
    clock.good("articles", "mark", ids[kept], "keep")
    clock.good("articles", "mark", ids[left], "keep")
    before = verdicts(clock)
    assert before[left] == "follow_up"
    shown = edit(clock, "--file", str(strict(clock, tmp_path)))
    assert "2 articles that a person decided about would stay as decided." in shown.out
    after = verdicts(clock)
    assert (after[kept], after[left]) == (before[kept], before[left])


def test_an_edit_that_changes_no_verdict_is_saved_without_a_word_of_it(
    clock: Terminal, tmp_path: Path
) -> None:
    file = changed(clock, tmp_path, ("title", 'title = "Tick"'))
    saved = edit(clock, "--file", str(file))
    assert (saved.out, saved.err) == ("", "Incident clock is saved.\n")
    told = edit(clock, "--file", str(file), "--json").json
    assert (told["back_test"], told["saved"], told["title"]) == (None, True, "Tick")


@pytest.mark.parametrize("answer", ["n", "y"])
def test_a_person_is_asked_and_what_was_typed_is_not_lost(clock: Terminal, answer: str) -> None:
    status, err = at_terminal(
        clock,
        f"{answer}\n".encode(),
        "incident", "edit", "clock",
        EDITOR="sed -i 's/^threshold.*/threshold = 0.99/'",
    )  # fmt: skip
    assert status == 0
    assert err.count("Save it? [Y/n]") == 1
    threshold = clock.good("incident", "show", "clock", "--json").json["threshold"]
    if answer == "y":
        assert threshold == 0.99
        return
    assert threshold != 0.99
    draft = err.splitlines()[-1].rpartition(" ")[2]
    assert "threshold = 0.99" in Path(draft).read_text("utf-8")


def test_a_closed_incident_is_edited_and_judges_nothing(clock: Terminal, tmp_path: Path) -> None:
    before = verdicts(clock)
    clock.good("incident", "close", "clock")
    saved = edit(clock, "--file", str(strict(clock, tmp_path)), "--json").json
    assert (saved["back_test"], saved["saved"], saved["state"]) == (None, True, "closed")
    assert verdicts(clock) == before


def test_what_was_learned_or_closed_meanwhile_stays(stock: Home) -> None:
    opened = incidents.get(stock, "clock")
    with stock.database.write() as conn:
        profile = replace(opened.profile, learned=LEARNED)
        store.update(conn, replace(opened, profile=profile, is_open=False))
    edited = replace(opened, profile=replace(opened.profile, learned=None, refused=("quarry",)))
    saved = incidents.save(stock, edited).incident
    assert not saved.is_open
    assert saved.profile.refused == ("quarry",)
    assert saved.profile.learned is not None
    assert [term.text for term in saved.profile.learned.terms] == ["Brenn"]


# ----------------------------------------------------------------------------------- aliases


KOREAN = stolen_clock.url_of("korean")


def test_an_alias_finds_what_is_written_in_another_script(clock: Terminal) -> None:
    assert verdicts(clock)[KOREAN] == "off_topic"
    edit(clock, "--alias", "쿼럴턴 시계", "--alias", "クォレルトン")
    assert aliases(clock).keys() == {"쿼럴턴 시계", "クォレルトン"}
    assert verdicts(clock)[KOREAN] in ("candidate", "follow_up")
    assert '"쿼럴턴 시계" = ' in edit(clock, "--print").out


def test_an_alias_is_taken_back(clock: Terminal) -> None:
    edit(clock, "--alias", "쿼럴턴 시계", "--alias", "Kvarrelton")
    edit(clock, "--no-alias", "쿼럴턴 시계", "--alias", "クォレルトン")
    assert aliases(clock).keys() == {"Kvarrelton", "クォレルトン"}
    refused = clock("incident", "edit", "clock", "--no-alias", "쿼럴턴 시계")
    assert refused.status == 1
    assert "'쿼럴턴 시계' is no alias" in refused.err
    assert "Kvarrelton" in refused.err


@pytest.mark.parametrize(
    ("options", "status", "said"),
    [
        (("--alias", "?"), 1, "'?' can be no alias"),
        (("--alias", "Kvarrelton", "--print"), 2, "without --file and --print"),
        (("--no-alias", "Kvarrelton", "--file", "x.toml"), 2, "without --file and --print"),
    ],
)
def test_a_wrong_use_of_aliases_is_told(
    clock: Terminal, options: tuple[str, ...], status: int, said: str
) -> None:
    refused = clock("incident", "edit", "clock", *options)
    assert refused.status == status
    assert said in " ".join(refused.err.replace("│", " ").split())
    assert aliases(clock) == {}


# ---------------------------------------------------------------------------------- the file


def test_the_file_given_back_is_the_same_incident() -> None:
    assert read_incident(write_incident(INCIDENT), INCIDENT) == INCIDENT


def test_what_was_learned_is_shown_as_comments() -> None:
    text = write_incident(INCIDENT)
    assert "# Learned from 6 accepted articles, 30% of the profile." in text
    assert "# By now a follow-up has 0.200 or more" in text
    assert '#   for "Brenn" 0.0812, since 2014-12-04, articles 1, 3' in text
    assert '#   against "Wenning" 0.2000, since 2014-12-04, articles 4' in text
    data = tomllib.loads(text)
    assert "Brenn" not in data["names"]
    assert (data["refused"], data["learns"]) == (["Christmas"], True)
    assert "Learned" not in write_incident(replace(INCIDENT, profile=bare()))


def bare() -> Profile:
    return replace(PROFILE, learned=None)


def test_a_long_list_of_learned_terms_is_cut() -> None:
    many = tuple(Term(f"Name{number}", "name", 0.1) for number in range(30))
    profile = replace(PROFILE, learned=replace(LEARNED, terms=many))
    text = write_incident(replace(INCIDENT, profile=profile))
    assert "Name23" in text
    assert "Name24" not in text
    assert "#   for 6 more" in text


def test_a_learned_name_cannot_break_out_of_its_comment() -> None:
    evil = Learned((Term('x"\nthreshold = 0.9', "name", 0.1),), (), 0.3, 0.2, 6)
    incident = replace(INCIDENT, profile=replace(PROFILE, learned=evil))
    assert read_incident(write_incident(incident), incident) == incident


def read(old: str, new: str) -> Incident:
    text = write_incident(INCIDENT)
    assert old in text
    return read_incident(text.replace(old, new, 1), INCIDENT)


def test_terms_are_edited_and_what_was_learned_is_kept() -> None:
    edited = read('"clock" = 0.2200', '"clock" = 0.6000\n"tower" = 0.1')
    assert [(term.text, term.weight) for term in edited.profile.terms] == [
        ("clock", 0.6),
        ("Quarrelton", 0.52391),
        ("2 tonnes", 0.1),
        ("tower", 0.1),
    ]
    assert edited.profile.learned == LEARNED


def test_what_is_refused_is_not_learned_any_more() -> None:
    edited = read('refused = ["Christmas"]', 'refused = ["Christmas", "Brenn", "Brenn"]')
    assert edited.profile.refused == ("Christmas", "Brenn")
    assert edited.profile.learned is not None
    assert [term.text for term in edited.profile.learned.terms] == ["quarry"]


def test_a_threshold_that_is_set_by_hand_is_not_moved_by_what_is_learned() -> None:
    edited = read("threshold = 0.1314", "threshold = 0.3")
    assert (edited.profile.threshold, edited.profile.fixed) == (0.3, True)
    assert "fixed = true" in write_incident(edited)
    assert read_incident(write_incident(edited), edited) == edited
    loose = read_incident(write_incident(edited).replace("fixed = true", "fixed = false"), edited)
    assert (loose.profile.threshold, loose.profile.fixed) == (0.3, False)


def test_learning_is_switched_off_in_the_file() -> None:
    edited = read("learns = true", "learns = false")
    assert not edited.profile.learns
    assert edited.profile.learned is None
    assert "learns = false" in write_incident(edited)


def test_a_file_of_before_refuses_nothing_and_learns() -> None:
    older = replace(INCIDENT, profile=replace(bare(), refused=()))
    lines = write_incident(older).splitlines()
    text = "\n".join(line for line in lines if not line.startswith(("learns", "refused")))
    assert read_incident(text, older) == older


@pytest.mark.parametrize(
    ("old", "new", "said", "remedy"),
    [
        ("learns = true", 'learns = "yes"', "'learns' with the value 'yes'", "true or false"),
        ("fixed = false", "fixed = 'no'", "'fixed' with the value 'no'", "true or false"),
        ("learns = true", "learns = 1", "'learns' with the value 1", "true or false"),
        (
            'refused = ["Christmas"]',
            'refused = "Christmas"',
            "'refused' with the value 'Christmas'",
            "a list",
        ),
        (
            'refused = ["Christmas"]',
            'refused = ["?"]',
            "'refused' with the value ['?']",
            "words or names",
        ),
        ('"clock" = 0.2200', '"?!" = 0.2', "'?!' with the value 0.2", "a word or a few"),
        ("[aliases]", "[aliases]\n x = '1'", "'x' with the value '1'", "In [aliases]"),
    ],
)
def test_a_wrong_key_is_named_with_its_line(old: str, new: str, said: str, remedy: str) -> None:
    with pytest.raises(BadInput) as caught:
        read(old, new)
    assert caught.value.message.startswith("Line ")
    assert said in caught.value.message
    assert remedy in (caught.value.remedy or "")


def test_the_note_on_aliases_says_what_weight_makes_a_candidate(
    clock: Terminal, tmp_path: Path
) -> None:
    edit(clock, "--alias", "Kvarrelton")
    weight = aliases(clock)["Kvarrelton"]
    data: dict[str, Any] = tomllib.loads(edit(clock, "--print").out)
    assert data["aliases"] == {"Kvarrelton": pytest.approx(weight, abs=1e-4)}
