"""`followup crawl`, `crawls` and `manners`: from asking to what became of every link."""

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from crawler.home import open_home
from pipelines.store import crawls as rows
from pipelines.store.crawls import Trigger
from tests.crawler.backups import config_of
from tests.crawler.terminal import NOW, ROOT, SLUG, Terminal, foreign, has_keys

HARBOUR = "http://harbourpost.newsroom.test"
#: About something else altogether, by the newsroom's own word.
FERRY = f"{HARBOUR}/news/2014/11/26/ferry-timetable-winter"


def ledger(terminal: Terminal) -> dict[str, dict[str, str]]:
    return {row["url"]: row for row in terminal.good("ledger", SLUG, "--json").json}


def running(terminal: Terminal) -> int:
    """The id of the crawl that runs, once it has asked for something."""
    deadline = time.monotonic() + 60
    while time.monotonic() < deadline:
        for row in terminal.good("crawls", "list", "--json").json:
            assert row["state"] in ("requested", "running", "cancelled"), row
            if row["state"] == "running" and row["requests"]:
                return int(row["id"])
        time.sleep(0.1)
    raise AssertionError("no crawl began")


def test_a_crawl_is_refused_where_nothing_could_come_of_it(
    empty: Terminal, seeds: list[Path]
) -> None:
    def said(*arguments: object, **settings: str) -> str:
        refused = empty("crawl", *arguments, **settings)
        assert refused.status == 1
        assert len(refused.err.splitlines()) == 2, "a sentence and a remedy"
        return refused.err

    assert "FOLLOWUP_CONTACT" in said(FOLLOWUP_CONTACT="")
    assert "followup incident new" in said()
    empty.good("incident", "new", "hack", "--seed", seeds[0])
    assert "followup source add" in said()
    empty.good("source", "add", "https://example.org/feed", "--kind", "feed")
    assert "There is no incident 'nope'" in said("--incident", "nope")
    assert "There is no source '9'" in said("--source", 9)
    assert "is no address on the web" in said("--url", "http://[bad")
    text = empty.good("incident", "edit", "hack", "--print").out
    file = empty.home / "hack.toml"
    file.write_text(text.replace("tags = []", 'tags = ["asia"]'), "utf-8")
    empty.good("incident", "edit", "hack", "--file", file)
    assert "None of the 1 sources is followed by hack" in said()
    assert empty.good("crawls", "list", "--json").json == []


def test_a_first_crawl_and_a_second(online: Terminal, seeds: list[Path]) -> None:
    given = [part for seed in seeds for part in ("--seed", seed)]
    online.good("incident", "new", SLUG, *given)
    for path in ("harbourpost.newsroom.test/feed.xml", "patchbay.newsroom.test/feed.json"):
        online.good("source", "add", f"http://{path}", "--kind", "feed")
    first = online.good("crawl", "--json").json
    assert has_keys(first, "id state counts links_found requests seconds")
    assert first["state"] == "finished"
    assert first["counts"]["stored"] > 5
    assert sum(first["counts"].values()) == first["links_found"]
    assert len(online.good("ledger", SLUG, "--json").json) == first["links_found"]
    second = online.good("crawl", "--incident", SLUG, "--json").json
    assert set(second["counts"]) <= {"unchanged", "already_known"}
    assert sum(second["counts"].values()) == second["links_found"]
    assert second["requests"] < first["requests"]
    table = online.good("crawls", "show", second["id"]).out
    assert ["links", "found", str(second["links_found"])] in [
        row.split() for row in table.splitlines()
    ]
    rows = online.good("crawls", "list", "--json").json
    keys = "id trigger state requested_by requested_at started_at ended_at counts"
    assert all(has_keys(row, keys) for row in rows)
    assert rows[0]["counts"] == second["counts"]
    assert "Spider closed (finished)" in online.good("crawls", "log", second["id"]).out
    assert "finished already" in online.good("crawls", "cancel", second["id"]).err
    manners = online.good("manners", "harbourpost.newsroom.test", "--json").json
    assert manners["robots"][0]["status"] == 200
    assert "robots.txt" in online.good("manners", HARBOUR).out


def test_an_address_is_taken_into_an_incident_whatever_its_score(following: Terminal) -> None:
    assert ledger(following)[FERRY]["verdict"] == "off_topic"
    done = following.good("crawl", "--url", FERRY, "--incident", SLUG, "--json").json
    assert done["addresses"][0]["url"] == FERRY
    assert ledger(following)[FERRY]["verdict"] == "follow_up"
    taken = following.good("articles", "list", "--text", "ferry", "--json").json
    assert [one["forced"] for one in taken] == [True]


def test_how_each_address_ended_is_told_and_refusals_offer_ingest(following: Terminal) -> None:
    members = f"{HARBOUR}/members/2014/12/12/briefing-inside-the-studio"
    private = "http://192.168.1.20/press"
    done = following.good("crawl", "--url", members, "--url", private, "--url", "harbourpost")
    assert "robots_denied: robots.txt refuses it" in done.out
    assert "blocked_address: 192.168.1.20 is not a public address" in done.out
    assert "blocked_address: harbourpost is no public host name" in done.out
    assert "followup ingest SLUG page.html" in done.err


def test_a_source_by_its_id_is_polled_alone(following: Terminal) -> None:
    sources = following.good("source", "list", "--json").json
    patchbay = next(one for one in sources if "patchbay" in one["url"])
    done = following.good("crawl", "--source", patchbay["id"], "--json").json
    rows = ledger(following)
    assert done["links_found"] == sum(done["counts"].values()) > 0
    asked = {url for url, row in rows.items() if row["source"] == patchbay["outlet"]}
    assert done["links_found"] <= len(asked) + 1
    log = following.good("crawls", "log", done["id"]).out
    assert "'downloader/request_count'" in log


@pytest.fixture
def slow(online: Terminal, seeds: list[Path]) -> Terminal:
    """A home that follows the whole newsroom, with a second between requests."""
    online.own["FOLLOWUP_MIN_GAP_SECONDS"] = "1"
    online.good("incident", "new", SLUG, "--seed", seeds[0])
    for path in ("harbourpost.newsroom.test/feed.xml", "patchbay.newsroom.test/feed.json"):
        online.good("source", "add", f"http://{path}", "--kind", "feed")
    return online


def test_ctrl_c_ends_politely_and_says_what_remains(slow: Terminal) -> None:
    crawl = slow.child("crawl", "--json")
    id = running(slow)
    crawl.send_signal(signal.SIGINT)
    out, err = crawl.communicate(timeout=30)
    assert crawl.returncode == 1
    shown = slow.good("crawls", "show", id, "--json").json
    assert (shown["state"], shown["end_reason"]) == ("cancelled", "cancelled")
    assert f'"id": {id}' in out
    assert sum(shown["counts"].values()) == shown["links_found"]
    left = shown["counts"].get("deferred", 0) + shown["counts"].get("cancelled", 0)
    assert "Ending politely" in err
    assert (f"{left} link" if left else "No link is queued") in err
    assert "Traceback" not in err


def test_a_killed_command_takes_its_crawl_along(slow: Terminal) -> None:
    crawl = slow.child("crawl")
    id = running(slow)
    crawl.kill()
    crawl.communicate(timeout=30)
    deadline = time.monotonic() + 20
    while slow.good("crawls", "show", id, "--json").json["state"] == "running":
        assert time.monotonic() < deadline
        time.sleep(0.2)
    ended = slow.good("crawls", "show", id, "--json").json
    assert ended["end_reason"] == "the process that launched it was killed"


def test_a_plain_kill_is_polite_and_a_ctrl_c_after_it_ends_at_once(slow: Terminal) -> None:
    crawl = slow.child("crawl")
    id = running(slow)
    crawl.terminate()
    time.sleep(0.3)
    crawl.send_signal(signal.SIGINT)
    began = time.monotonic()
    _, err = crawl.communicate(timeout=30)
    assert time.monotonic() - began < 8
    assert "Ending politely" in err
    assert "Traceback" not in err
    assert slow.good("crawls", "show", id, "--json").json["state"] in ("failed", "cancelled")


def test_a_crawl_is_cancelled_from_another_terminal(slow: Terminal) -> None:
    crawl = slow.child("crawl")
    id = running(slow)
    assert slow.good("crawls", "cancel", id, "--json").json["was"] == "running"
    crawl.communicate(timeout=30)
    assert crawl.returncode == 1
    assert slow.good("crawls", "show", id, "--json").json["state"] == "cancelled"


def scrapy(terminal: Terminal, *arguments: object) -> "subprocess.CompletedProcess[str]":
    """Plain Scrapy in the project's folder."""
    return subprocess.run(
        [sys.executable, "-m", "scrapy", *map(str, arguments)],
        env={**foreign(), **terminal.own},
        cwd=ROOT,
        capture_output=True,
        text=True,
        check=False,
    )


def test_plain_scrapy_crawls_and_writes_a_feed(following: Terminal, tmp_path: Path) -> None:
    spiders = scrapy(following, "list").stdout.split()
    assert {"follow", "feeds", "sitemaps", "sections", "pages"} <= set(spiders)
    out = tmp_path / "out.jsonl"
    done = scrapy(
        following, "crawl", "pages", "-a", f"url={FERRY}", "-a", f"incident={SLUG}",
        "-O", out, "-s", "LOG_LEVEL=ERROR",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    row = following.good("crawls", "list", "--json").json[0]
    assert (row["requested_by"], row["state"]) == ("scrapy crawl pages", "finished")
    assert sum(row["counts"].values()) == row["links_found"] == 1
    assert out.exists()


@pytest.mark.parametrize(
    ("argument", "said"),
    [
        ("incidents=x", "There is no spider argument 'incidents'"),
        ("incident=nope", "There is no incident 'nope'"),
    ],
)
def test_a_wrong_spider_argument_ends_with_a_sentence(
    empty: Terminal, argument: str, said: str
) -> None:
    refused = scrapy(empty, "crawl", "feeds", "-a", argument, "-s", "LOG_LEVEL=ERROR")
    assert refused.returncode != 0
    assert said in refused.stderr.strip().splitlines()[-1]
    assert "Traceback" not in refused.stderr


def test_a_crawl_that_was_cancelled_before_it_began_says_so_in_its_log(
    empty: Terminal,
) -> None:
    with open_home(config_of(empty.home)) as home, home.database.write() as conn:
        id = rows.request(conn, Trigger.API, "ann", {"probe": [FERRY]}, now=NOW)
        rows.ask_cancel(conn, id, now=NOW)
    ended = scrapy(empty, "crawl", "probe", "-a", f"crawl={id}", "-s", "LOG_LEVEL=ERROR")
    assert ended.returncode == 1
    (line,) = ended.stderr.splitlines()
    assert f"Crawl {id} was started or cancelled already." in line


@pytest.mark.parametrize("command", ["show 99", "log 99", "cancel 99"])
def test_an_unknown_crawl_is_told(empty: Terminal, command: str) -> None:
    refused = empty("crawls", *command.split())
    assert (refused.status, "followup crawls list" in refused.err) == (1, True)
    assert empty("manners", "nowhere.example.org").status == 1
