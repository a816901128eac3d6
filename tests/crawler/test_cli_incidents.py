"""`followup incident`, as a newcomer types it."""

import shutil
from datetime import UTC, datetime
from pathlib import Path

import pytest

from crawler.config import read_config
from crawler.home import open_home
from crawler.services import incidents
from tests.crawler.terminal import Terminal, has_keys

STORY = (
    "Thieves in Quarrelton stole the town clock on Friday night\n\n"
    "The clock of Quarrelton was taken from its tower on Friday night, the mayor, Ida Holm, said."
    " Police found a rope, a ladder and the tracks of a lorry. The clock, which weighs two tonnes,"
    " had told the town its time since 1871. A reward of a year's free beer is offered.\n"
)
#: Each with what is said of it.
BAD_SEEDS = {
    "nowhere.txt": "nowhere.txt cannot be read (No such file or directory)",
    "notes.pdf": "notes.pdf is no seed",
    "short.txt": "has 2 words of text",
    "binary.txt": "is no text: its bytes are those of a binary file",
    "binary.html": "No article was found in",
    "folder.txt": "folder.txt cannot be read (Is a directory)",
    "http://[bad": "is no address on the web",
}


@pytest.fixture
def story(tmp_path: Path) -> Path:
    path = tmp_path / "story.txt"
    path.write_text(STORY, "utf-8")
    return path


def edited(terminal: Terminal, tmp_path: Path, old: str, new: str) -> tuple[Path, str]:
    """The incident's file with one change."""
    text = terminal.good("incident", "edit", "clock", "--print").out
    assert old in text
    path = tmp_path / "edited.toml"
    path.write_text(text.replace(old, new, 1), "utf-8")
    return path, text


@pytest.fixture(scope="module")
def clock_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home that follows the theft of a clock, made once."""
    folder = tmp_path_factory.mktemp("clock")
    (folder / "story.txt").write_text(STORY, "utf-8")
    with open_home(read_config({"FOLLOWUP_HOME": str(folder / "home")})) as home:
        since = datetime(2014, 11, 1, tzinfo=UTC)
        incidents.new(home, "clock", [str(folder / "story.txt")], since=since)
    return folder / "home"


@pytest.fixture
def clock(empty: Terminal, clock_home: Path) -> Terminal:
    shutil.copytree(clock_home, empty.home)
    return empty


def test_a_new_incident_shows_what_it_is_recognised_by(empty: Terminal, story: Path) -> None:
    made = empty.good("incident", "new", "clock", "--seed", story)
    assert "Thieves in Quarrelton" in made.out
    assert "Quarrelton 0." in made.out
    assert "Proposed as sources" in made.err
    assert "No source is followed yet" in made.err
    assert "[Y/n]" not in made.err


def test_an_incident_as_json_holds_profile_and_proposals(
    empty: Terminal, seeds: list[Path]
) -> None:
    given = [part for seed in seeds for part in ("--seed", seed)]
    made = empty.good("incident", "new", "sony", *given, "--title", "The hack", "--json").json
    assert made["slug"] == "sony"
    assert made["title"] == "The hack"
    assert made["languages"] == ["en"]
    assert made["threshold"] > made["candidate_threshold"] > 0
    assert any(term["term"] == "Sony" for term in made["terms"])
    assert len(made["seeds"]) == 3
    assert all(has_keys(one, "url kind outlet because") for one in made["proposed_sources"])
    assert len(made["proposed_sources"]) == 20
    (listed,) = empty.good("incident", "list", "--json").json
    assert listed.items() <= made.items()
    assert listed.items() <= empty.good("incident", "show", "sony", "--json").json.items()


def test_one_option_adds_the_proposed_sources(empty: Terminal, story: Path) -> None:
    made = empty.good("incident", "new", "clock", "--seed", story, "--add-sources")
    assert "20 sources added" in made.err
    assert len(empty.good("source", "list", "--json").json) == 20


@pytest.mark.parametrize(("seed", "said"), BAD_SEEDS.items())
def test_a_bad_seed_makes_no_incident(
    empty: Terminal, tmp_path: Path, seed: str, said: str
) -> None:
    (tmp_path / "notes.pdf").write_text(STORY)
    (tmp_path / "short.txt").write_text("Two words.")
    (tmp_path / "binary.txt").write_bytes(b"\x89PNG\r\n\0\0" + bytes(range(256)) * 20)
    (tmp_path / "binary.html").write_bytes(b"\x89PNG\r\n\0\0" + bytes(range(256)) * 20)
    (tmp_path / "folder.txt").mkdir()
    given = seed if "://" in seed else tmp_path / seed
    refused = empty("incident", "new", "clock", "--seed", given)
    assert refused.status == 1
    assert said in refused.err
    assert len(refused.err.splitlines()) == 2, "a sentence and a remedy"
    assert refused.out == ""
    assert empty.good("incident", "list", "--json").json == []


def test_more_than_three_seeds_and_odd_names_are_refused(empty: Terminal, story: Path) -> None:
    four = empty("incident", "new", "clock", *["--seed", story] * 4)
    assert (four.status, "one to 3 seeds" in four.err) == (1, True)
    odd = empty("incident", "new", "The Clock", "--seed", story)
    assert (odd.status, "small letters" in odd.err) == (1, True)


def test_a_name_is_taken_once(clock: Terminal, story: Path) -> None:
    again = clock("incident", "new", "clock", "--seed", story)
    assert again.status == 1
    assert "There is an incident 'clock' already." in again.err


@pytest.mark.parametrize("encoding", ["utf-16", "cp1252", "utf-8-sig"])
def test_a_seed_may_come_from_any_editor(empty: Terminal, tmp_path: Path, encoding: str) -> None:
    path = tmp_path / "story.txt"
    path.write_bytes(STORY.replace("Ida Holm", "Zoë Müller").encode(encoding))
    terms = empty.good("incident", "new", "clock", "--seed", path, "--json").json["terms"]
    assert "Müller" in {term["term"] for term in terms}


def test_a_seed_from_the_web_is_asked_for_and_its_outlet_proposed(online: Terminal) -> None:
    url = "http://harbourpost.newsroom.test/entertainment/2014/12/05/sony-employees-threatened"
    made = online.good("incident", "new", "sony", "--seed", url, "--json").json
    assert made["seeds"][0]["url"] == url
    assert made["seeds"][0]["published_at"].startswith("2014-12-06T02:45")
    assert made["since"].startswith("2014-11-06"), "a window opens a month before its seed"
    assert made["proposed_sources"][0]["url"] == "http://harbourpost.newsroom.test/"


def test_a_front_page_is_no_seed(online: Terminal) -> None:
    refused = online("incident", "new", "sony", "--seed", "http://harbourpost.newsroom.test/")
    assert refused.status == 1
    assert "No article came from http://harbourpost.newsroom.test/" in refused.err


@pytest.mark.parametrize("option", ["--since", "--until"])
def test_a_date_that_is_none_is_wrong_use(empty: Terminal, story: Path, option: str) -> None:
    refused = empty("incident", "new", "clock", "--seed", story, option, "yesterday")
    assert refused.status == 2
    assert option in refused.err
    assert "2014-11-24" in refused.err


def test_a_window_that_is_past_is_told_plainly(empty: Terminal, story: Path) -> None:
    window = ("--since", "2014-11-01", "--until", "2014-12-01")
    made = empty.good("incident", "new", "clock", "--seed", story, *window)
    assert "feeds no longer carry it" in made.err
    assert "followup ingest clock FILE" in made.err
    shown = empty.good("incident", "show", "clock", "--json").json
    assert shown["since"] == "2014-11-01T00:00:00+00:00"
    assert shown["until"] == "2014-12-01T23:59:59+00:00"


def test_what_is_printed_can_be_given_back_unchanged(clock: Terminal, tmp_path: Path) -> None:
    path, text = edited(clock, tmp_path, 'title = "', 'title = "Lost: ')
    assert (
        clock.good("incident", "edit", "clock", "--file", path).err == "Incident clock is saved.\n"
    )
    after = clock.good("incident", "edit", "clock", "--print").out
    assert after == text.replace('title = "', 'title = "Lost: ', 1)


@pytest.mark.parametrize(
    ("old", "new", "said", "remedy"),
    [
        ("threshold = 0.1", "threshold = 7.1", "'threshold' with the value 7.1", "above 0 and up"),
        ("threshold =", "treshold =", "'treshold' with the value 0.1", "The keys are aliases"),
        ("[names]", "[namen]", "the key 'namen' is wrong", "The keys are aliases"),
        ('"Quarrelton" = 0', '"Quarrelton" = "x" #', "'Quarrelton' with the value 'x'", "a weight"),
        ("ids = []", 'ids = ["one"]', "'ids' with the value ['one']", "followup source list"),
        ("since = 2014", 'since = "soon" # ', "'since' with the value 'soon'", "2014-11-24"),
        ("languages", "until = 2014-01-01\nlanguages", "value 2014-01-01", "lie after since"),
        ('title = "', 'title = "\n', "Line 6, 'title = \"', is not valid TOML", "double quotes"),
        ("tags = [", "tags = ", "is not valid TOML", "double quotes"),
    ],
)
def test_a_wrong_key_is_refused_with_its_line_and_nothing_is_saved(
    clock: Terminal, tmp_path: Path, old: str, new: str, said: str, remedy: str
) -> None:
    path, text = edited(clock, tmp_path, old, new)
    refused = clock("incident", "edit", "clock", "--file", path)
    assert refused.status == 1
    sentence, cure = refused.err.splitlines()
    assert sentence.startswith("followup: Line ")
    assert said in sentence
    assert remedy in cure
    line = int(sentence.split()[2].strip(":,"))
    assert new.splitlines()[0] in path.read_text("utf-8").splitlines()[line - 1]
    assert clock.good("incident", "edit", "clock", "--print").out == text


def test_the_editor_of_the_person_is_used_and_a_draft_survives_a_mistake(clock: Terminal) -> None:
    untouched = clock.good("incident", "edit", "clock", EDITOR="true")
    assert "Nothing was changed" in untouched.err
    saved = clock.good("incident", "edit", "clock", EDITOR="sed -i 's/^brief.*/brief = \"B\"/'")
    assert "is saved" in saved.err
    assert clock.good("incident", "show", "clock", "--json").json["brief"] == "B"
    refused = clock("incident", "edit", "clock", EDITOR="sed -i s/^brief.*/brief=x/")
    assert refused.status == 1
    draft = refused.err.splitlines()[0].rpartition(" ")[2]
    assert "brief=x" in Path(draft).read_text("utf-8")


@pytest.mark.parametrize(
    ("editor", "said"),
    [
        ("no-such-editor", "cannot be started (No such file"),
        ("false", "ended with status 1; nothing is saved"),
        ("", "There is no terminal to edit in."),
    ],
)
def test_an_editor_that_fails_is_told(clock: Terminal, editor: str, said: str) -> None:
    refused = clock("incident", "edit", "clock", EDITOR=editor, VISUAL="")
    assert refused.status == 1
    assert said in refused.err
    assert "--print" in refused.err


def test_a_closed_incident_is_kept_and_can_be_opened_again(clock: Terminal) -> None:
    clock.good("incident", "close", "clock")
    assert clock.good("incident", "list", "--json").json[0]["state"] == "closed"
    refused = clock("crawl", "--incident", "clock")
    assert (refused.status, "followup incident reopen clock" in refused.err) == (1, True)
    assert clock.good("incident", "reopen", "clock", "--json").json["state"] == "open"


def test_deleting_asks_and_nobody_there_needs_yes(clock: Terminal) -> None:
    refused = clock("incident", "delete", "clock")
    assert (refused.status, "--yes" in refused.err) == (2, True)
    clock.good("incident", "show", "clock")
    clock.good("incident", "delete", "clock", "--yes")
    assert clock.good("incident", "list").err.startswith("No incident yet.")


@pytest.mark.parametrize(
    "command", ["show nope", "edit nope --print", "close nope", "reopen nope", "delete nope --yes"]
)
def test_an_unknown_incident_is_told_with_a_remedy(empty: Terminal, command: str) -> None:
    refused = empty("incident", *command.split())
    assert refused.status == 1
    assert "There is no incident 'nope'." in refused.err
    assert "followup incident list" in refused.err
