"""Learning in the product: from what was taken and decided, shown, refused, applied, told why."""

import json
import shutil
import sqlite3
import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from crawler.config import read_config
from crawler.home import Home, open_home
from crawler.newsroom import DEMO_PASSES, Newsroom
from crawler.services import crawls, demo, incidents, ingest, judging, review
from crawler.wanted import Wanted
from pipelines.outcomes import Verdict
from pipelines.store.crawls import CrawlState
from pipelines.store.matches import Decision
from tests.crawler.terminal import SLUG, Terminal, has_keys
from tests.pipelines.relevance.invented import FOLLOW_UPS, OTHERS, SEEDS, SIBLINGS

DAM = "harwick"
#: A name that no seed has, and that four reports have.
NEW_NAME = "Karoline Wedel"
LATER = [
    (
        f"Minister {NEW_NAME} {what}",
        f"{NEW_NAME}, the minister who answers for dams, {what}. She spoke of the Harwick dam, of"
        f" Norvia Water and of the people of Lower Senning in the Orle valley, who lost their"
        f" homes when the embankment burst. Commissioner Maren Aldous {and_then}.",
    )
    for what, and_then in (
        ("visits the Orle valley", "showed her the bridge at Quist"),
        ("wants new rules for spillways", "called that overdue"),
        ("refuses to step down", "said nothing"),
        ("meets survivors of the flood", "was there too"),
    )
]
Stories = Sequence[tuple[str, str]]


def lines_of(stories: Stories, outlet: str, *, day: int = 5) -> str:
    at = datetime.fromisoformat("2031-03-01T08:00:00+00:00") + timedelta(days=day)
    return "".join(
        json.dumps(
            {
                "url": f"https://{outlet}.example/{day}/{place}",
                "title": title,
                "text": text,
                "published_at": (at + timedelta(days=place)).isoformat(),
                "language": "en",
                "outlet": outlet,
            }
        )
        + "\n"
        for place, (title, text) in enumerate(stories)
    )


@pytest.fixture(scope="module")
def dam_home(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home that follows the Harwick dam through the invented reports, made once."""
    folder = tmp_path_factory.mktemp("dam")
    seeds = []
    for place, (title, text) in enumerate(SEEDS[:2]):
        seeds.append(folder / f"{place}.txt")
        seeds[-1].write_text(f"{title}\n\n{text}", "utf-8")
    stream = folder / "stream.jsonl"
    stories = [*SEEDS[2:], *FOLLOW_UPS, *SIBLINGS, *OTHERS]
    stream.write_text(lines_of(stories, "courier"), "utf-8")
    config = read_config({"FOLLOWUP_HOME": str(folder / "home"), "FOLLOWUP_NOW": "2031-06-01"})
    with open_home(config) as home:
        since = datetime.fromisoformat("2031-03-01T00:00:00+00:00")
        incidents.new(home, DAM, [str(seed) for seed in seeds], since=since)
        ingest.run(home, DAM, [stream], tell=print)
    return folder / "home"


@pytest.fixture
def dam(empty: Terminal, dam_home: Path) -> Terminal:
    shutil.copytree(dam_home, empty.home)
    empty.own["FOLLOWUP_NOW"] = "2031-06-02"
    return empty


def shown(terminal: Terminal) -> dict[str, Any]:
    record: dict[str, Any] = terminal.good("incident", "show", DAM, "--json").json
    return record


def learned(terminal: Terminal, *options: object, slug: str = DAM) -> dict[str, Any]:
    record: dict[str, Any] = terminal.good("incident", "learn", slug, *options, "--json").json
    return record


def terms(record: dict[str, Any], side: str = "terms") -> dict[str, dict[str, Any]]:
    return {term["term"]: term for term in record["learned"][side]}


def bring(terminal: Terminal, tmp_path: Path, stories: Stories, outlet: str, day: int) -> list[int]:
    path = tmp_path / f"{outlet}.jsonl"
    path.write_text(lines_of(stories, outlet, day=day), "utf-8")
    ids: list[int] = terminal.good("ingest", DAM, path, "--json").json["articles"]
    return ids


def bring_later(terminal: Terminal, tmp_path: Path, day: int) -> list[int]:
    """Reports of two outlets, whose names and standing lines are not learned with them."""
    return [
        *bring(terminal, tmp_path, LATER[:2], "lantern", day),
        *bring(terminal, tmp_path, LATER[2:], "echo", day),
    ]


def by_title(terminal: Terminal) -> dict[str, dict[str, Any]]:
    verdicts = ("follow_up", "candidate", "off_topic", "out_of_window")
    options = [part for verdict in verdicts for part in ("--verdict", verdict)]
    rows = terminal.good("articles", "list", *options, "--limit", 500, "--json").json
    return {row["title"]: row for row in rows}


# ---------------------------------------------------------------------------------- what is learned


def test_what_was_taken_teaches_its_words_and_where_they_come_from(
    dam: Terminal, tmp_path: Path
) -> None:
    before = shown(dam)
    assert NEW_NAME not in terms(before)
    ids = bring_later(dam, tmp_path, 40)
    after = shown(dam)
    term = terms(after)[NEW_NAME]
    assert set(term["articles"]) <= set(ids)
    assert (term["since"][:10], term["is_own"], term["kind"]) == ("2031-06-02", False, "name")
    assert 0 < after["learned"]["share"] <= 0.5
    assert after["learned"]["accepted"] > before["learned"]["accepted"]
    assert after["terms"] == before["terms"], "what the seeds say stays"
    assert has_keys(after["now"], "threshold candidate_threshold")
    told = dam.good("incident", "show", DAM).out
    line = next(line for line in told.splitlines() if NEW_NAME in line)
    assert "2031-06-02" in line
    assert str(term["articles"][0]) in line


def test_bringing_in_the_same_again_teaches_nothing(dam: Terminal, tmp_path: Path) -> None:
    bring_later(dam, tmp_path, 40)
    before = shown(dam)
    bring_later(dam, tmp_path, 40)
    assert shown(dam) == before


def test_learning_again_from_the_same_changes_nothing(dam: Terminal, tmp_path: Path) -> None:
    bring_later(dam, tmp_path, 40)
    once = learned(dam, "--on")
    assert learned(dam, "--on") == once


def test_copies_of_one_text_teach_once(dam: Terminal, tmp_path: Path) -> None:
    agency = [
        (
            f"Minister {NEW_NAME} visits the Orle valley",
            " ".join(
                f"{NEW_NAME} {did} at the Harwick dam in the Orle valley, where Norvia Water let"
                f" the embankment burst over Lower Senning on day {number} of the inquiry."
                for number, did in enumerate(("stood", "spoke", "wept", "listened", "waited"))
            ),
        )
    ]
    for outlet in ("lantern", "echo", "mirror", "bugle"):
        bring(dam, tmp_path, agency, outlet, 40)
    rows = dam.good("articles", "search", f'"{NEW_NAME}"', "--json").json
    assert len(rows) == 4
    assert len({row["group"] for row in rows}) == 1
    assert NEW_NAME not in terms(shown(dam))


def test_what_is_learned_is_shown_with_what_it_is_worth(dam: Terminal, tmp_path: Path) -> None:
    bring_later(dam, tmp_path, 40)
    record = learned(dam)
    assert has_keys(record, "slug learns learned refused precision ask changes applied")
    assert (record["slug"], record["learns"], record["applied"]) == (DAM, True, False)
    precision = record["precision"]
    assert 0 <= precision["low"] <= precision["estimate"] <= precision["high"] <= 1
    assert precision["decided"] == 0
    rows = {row["id"]: row for row in by_title(dam).values()}
    assert 0 < len(record["ask"]) <= 10
    assert all(rows[one["id"]]["score"] == pytest.approx(one["score"], abs=1e-4)
               for one in record["ask"])  # fmt: skip
    told = dam.good("incident", "learn", DAM).out
    assert NEW_NAME in told
    assert "of the follow-ups, by 0 decisions" in told
    assert "followup articles mark ID keep|dismiss" in told
    assert dam("incident", "learn", "nope").status == 1


# -------------------------------------------------------------------------------- refused, accepted


def test_a_refused_term_is_learned_no_more(dam: Terminal, tmp_path: Path) -> None:
    bring_later(dam, tmp_path, 40)
    record = learned(dam, "--refuse", NEW_NAME.upper())
    assert record["refused"] == [NEW_NAME]
    assert NEW_NAME not in terms(record)
    more = [(title.replace("Minister", "Again:"), f"{text} Again.") for title, text in LATER]
    bring(dam, tmp_path, more, "echo", 60)
    assert NEW_NAME not in terms(shown(dam))
    assert learned(dam, "--refuse", NEW_NAME)["refused"] == [NEW_NAME]
    assert f"refused         {NEW_NAME}" in dam.good("incident", "show", DAM).out
    nothing = dam("incident", "learn", DAM, "--refuse", "?")
    assert (nothing.status, "'?' holds no word" in nothing.err) == (1, True)


def test_an_accepted_term_stays_when_learning_is_switched_off(
    dam: Terminal, tmp_path: Path
) -> None:
    bring_later(dam, tmp_path, 40)
    weight = terms(shown(dam))[NEW_NAME]["weight"]
    learned(dam, "--accept", NEW_NAME)
    off = learned(dam, "--off")
    assert (off["learns"], off["learned"]["terms"], off["learned"]["against"]) == (False, [], [])
    own = {term["term"]: term for term in shown(dam)["terms"]}
    assert own[NEW_NAME]["weight"] == weight
    assert "learning is switched off" in dam.good("incident", "show", DAM).out
    bring(dam, tmp_path, FOLLOW_UPS, "echo", 60)
    assert shown(dam)["learned"]["terms"] == []
    on = learned(dam, "--on")
    assert (on["learns"], on["learned"]["accepted"] > 0) == (True, True)
    assert NEW_NAME in {term["term"] for term in shown(dam)["terms"]}
    unknown = dam("incident", "learn", DAM, "--accept", "Unheard Of")
    assert unknown.status == 1
    assert "No term 'Unheard Of' was learned" in unknown.err


# -------------------------------------------------------------------------- decisions, judging anew


def dismiss_siblings(terminal: Terminal) -> dict[str, Any]:
    rows = by_title(terminal)
    done: dict[str, Any] = {}
    for title, _ in SIBLINGS:
        arguments = ("mark", rows[title]["id"], "dismiss", "--json")
        done = terminal.good("articles", *arguments).json
    return done


def test_what_was_dismissed_speaks_against_its_like(dam: Terminal, tmp_path: Path) -> None:
    dismiss_siblings(dam)
    against = terms(shown(dam), "against")
    assert {"Tolmin", "Hidrokor"} & set(against)
    (id,) = bring(
        dam,
        tmp_path,
        [("Harwick engineers at Tolmin", f"{SIBLINGS[1][1]} Hidrokor asks Harwick.")],
        "echo",
        70,
    )
    record = dam.good("articles", "show", id, "--json").json
    (match,) = record["matches"]
    assert match["verdict"] != "follow_up"
    negative = [reason for reason in match["reasons"] if reason["weight"] < 0]
    assert negative
    told = dam.good("articles", "show", id).out.splitlines()
    against_line = next(line for line in told if line.startswith("against"))
    assert f"{negative[0]['term']} {negative[0]['weight']:+.3f}" in against_line
    why = next(line for line in told if line.startswith("why"))
    assert negative[0]["term"] not in why
    assert record["marks"], "what speaks for it is marked in the text"


def raise_threshold(terminal: Terminal, to: float) -> None:
    """Give the incident other thresholds and no learning, without judging anything."""
    with sqlite3.connect(terminal.home / "followup.db") as database:
        (profile,) = database.execute("SELECT profile FROM incident").fetchone()
        changed = json.loads(profile) | {
            "threshold": to,
            "candidate_threshold": to / 2,
            "learned": None,
            "learns": False,
        }
        database.execute("UPDATE incident SET profile = ?", [json.dumps(changed)])


def median_score(terminal: Terminal) -> float:
    scores = sorted(row["score"] for row in by_title(terminal).values() if row["score"] > 0.05)
    return float(scores[len(scores) // 2])


def test_judging_anew_shows_first_and_changes_when_told_to(dam: Terminal) -> None:
    before = {row["id"]: row["verdict"] for row in by_title(dam).values()}
    raise_threshold(dam, median_score(dam) + 0.001)
    preview = learned(dam)
    assert preview["changes"]
    assert {row["id"]: row["verdict"] for row in by_title(dam).values()} == before
    done = learned(dam, "--apply")
    assert done["applied"] is True
    assert done["changes"] == preview["changes"]
    after = {row["id"]: row["verdict"] for row in by_title(dam).values()}
    changed = {one["id"]: (one["from"], one["to"]) for one in preview["changes"]}
    assert changed == {id: (before[id], after[id]) for id in before if after[id] != before[id]}
    assert learned(dam)["changes"] == []
    told = dam.good("incident", "learn", DAM, "--apply")
    assert "every article has the verdict of the profile as it is now" in told.err


def test_what_a_person_decided_is_never_overturned(dam: Terminal) -> None:
    rows = by_title(dam)
    other = rows[OTHERS[0][0]]["id"]
    kept, dismissed = rows[FOLLOW_UPS[0][0]]["id"], rows[FOLLOW_UPS[1][0]]["id"]
    for id, decision in ((kept, "keep"), (dismissed, "dismiss"), (other, "star")):
        dam.good("articles", "mark", id, decision)
    before = {id: row for row in by_title(dam).values() if (id := row["id"])}
    raise_threshold(dam, 0.99)
    preview = learned(dam)["changes"]
    changes = learned(dam, "--apply")["changes"]
    assert changes == preview
    after = {id: row for row in by_title(dam).values() if (id := row["id"])}
    for id in (kept, dismissed, other):
        told_anew = {"score": 0, "reasons": []}
        assert {**after[id], **told_anew} == {**before[id], **told_anew}
    assert {kept, dismissed, other}.isdisjoint(one["id"] for one in changes)
    taken = {row["id"] for row in after.values() if row["verdict"] == "follow_up"}
    assert {kept, other} <= taken <= {kept, other, dismissed}


def test_a_decision_taken_while_articles_are_judged_anew_counts(dam: Terminal) -> None:
    """Between reading and writing minutes may pass in which somebody reviews at the desk."""
    id = by_title(dam)[FOLLOW_UPS[0][0]]["id"]
    raise_threshold(dam, 0.99)
    with open_home(read_config(dam.own)) as home:
        incident = incidents.get(home, DAM)
        (judged,) = judging.portions(home, incident, [id], lambda done, of: None)
        assert judged[0][1].verdict is not Verdict.FOLLOW_UP
        review.decide(home, [id], Decision.KEEP, incident=DAM, by="Ida")
        review.effect(home, DAM)
        with home.database.write() as conn:
            assert judging.write_down(conn, incident, judged, home.now()) == []
    assert by_title(dam)[FOLLOW_UPS[0][0]]["verdict"] == "follow_up"


def test_nothing_is_lost_that_is_no_follow_up_any_more(dam: Terminal) -> None:
    raise_threshold(dam, 0.99)
    left = [one["id"] for one in learned(dam, "--apply")["changes"] if one["from"] == "follow_up"]
    assert left
    with sqlite3.connect(dam.home / "followup.db") as database:
        rows = database.execute("SELECT id, expires_at, outcome FROM article").fetchall()
    kept = {id: (expires_at, outcome) for id, expires_at, outcome in rows}
    assert {kept[id] for id in left} == {(None, "stored")}
    assert all(dam.good("articles", "show", id, "--json").json["text"] for id in left)
    raise_threshold(dam, 0.1)
    again = learned(dam, "--apply")["changes"]
    assert {one["id"] for one in again if one["to"] == "follow_up"} >= set(left)


def test_what_becomes_a_follow_up_is_kept_like_one(dam: Terminal) -> None:
    raise_threshold(dam, 0.02)
    changes = learned(dam, "--apply")["changes"]
    taken = [one["id"] for one in changes if one["to"] == "follow_up"]
    assert taken
    with sqlite3.connect(dam.home / "followup.db") as database:
        rows = database.execute("SELECT id, expires_at, outcome FROM article").fetchall()
        sketched = {id for (id,) in database.execute("SELECT DISTINCT article_id FROM sketch")}
        forced = database.execute('SELECT sum(forced) FROM "match"').fetchone()
    kept = {id: (expires_at, outcome) for id, expires_at, outcome in rows}
    assert {kept[id] for id in taken} == {(None, "stored")}
    assert set(taken) <= sketched
    assert forced == (0,), "the profile took them, no person"


def test_a_decision_says_what_judging_anew_would_change(dam: Terminal) -> None:
    id = by_title(dam)[SIBLINGS[0][0]]["id"]
    raise_threshold(dam, median_score(dam) + 0.001)
    wanted = [one for one in learned(dam)["changes"] if one["id"] != id]
    told = dam.good("articles", "mark", id, "dismiss", "--json").json
    assert told["would_change"][DAM] == len(wanted) > 0
    said = dam.good("articles", "mark", id, "dismiss").err
    assert "would give" in said
    assert f"followup incident learn {DAM}" in said
    learned(dam, "--apply")
    again = dam.good("articles", "mark", id, "dismiss")
    assert "would give" not in again.err
    assert dam.good("articles", "mark", id, "dismiss", "--json").json["would_change"] == {DAM: 0}


# --------------------------------------------------------------------------- why is this (not) here


def test_an_article_that_was_not_taken_says_why(dam: Terminal) -> None:
    row = by_title(dam)[SIBLINGS[0][0]]
    assert row["verdict"] != "follow_up"
    (match,) = dam.good("articles", "show", row["id"], "--json").json["matches"]
    now = shown(dam)["now"]
    assert (match["threshold"], match["candidate_threshold"]) == (
        now["threshold"],
        now["candidate_threshold"],
    )
    told = dam.good("articles", "show", row["id"]).out
    wanted = (
        f"{row['verdict']} for {DAM}: score {row['score']:.3f}, follow-up from"
        f" {now['threshold']:.3f}, candidate from {now['candidate_threshold']:.3f}"
    )
    assert wanted in " ".join(told.split())
    nothing = by_title(dam)[OTHERS[4][0]]
    assert "too little speaks for it" in dam.good("articles", "show", nothing["id"]).out
    dam.good("articles", "mark", row["id"], "dismiss")
    by = dam.good("articles", "show", row["id"], "--json").json["matches"][0]["reviewed_by"]
    assert f"dismissed by {by}, 2031-06-02" in dam.good("articles", "show", row["id"]).out


def test_what_lies_outside_the_window_or_is_a_copy_says_so(dam: Terminal, tmp_path: Path) -> None:
    (early,) = bring(dam, tmp_path, LATER[:1], "echo", -400)
    told = " ".join(dam.good("articles", "show", early).out.split())
    assert "out_of_window for harwick" in told
    assert "outside of the incident's window, 2031-03-01 to further notice" in told
    long = [(title, " ".join(f"{text} Part {part}." for part in range(3))) for title, text in LATER]
    (first,) = bring(dam, tmp_path, long[1:2], "lantern", 50)
    (copy,) = bring(dam, tmp_path, long[1:2], "mirror", 51)
    assert f"copy of {first}, 100% the same" in " ".join(
        dam.good("articles", "show", copy).out.split()
    )


def test_an_article_that_no_open_incident_judged_says_so(dam: Terminal, tmp_path: Path) -> None:
    seed = tmp_path / "seed.txt"
    seed.write_text("\n\n".join(OTHERS[1]) + " Farmers wait." * 12, "utf-8")
    dam.good("incident", "new", "rain", "--seed", seed)
    dam.good("incident", "close", "rain")
    (id,) = bring(dam, tmp_path, OTHERS[2:3], "echo", 50)
    dam.good("incident", "close", DAM)
    dam.good("incident", "reopen", "rain")
    record = dam.good("articles", "show", id, "--json").json
    assert record["unjudged"] == ["rain"]
    told = " ".join(dam.good("articles", "show", id).out.split())
    assert "not judged for rain yet: followup incident learn SLUG --apply" in told
    learned(dam, "--apply", slug="rain")
    assert dam.good("articles", "show", id, "--json").json["unjudged"] == []


def test_a_verdict_that_its_profile_outgrew_says_so(dam: Terminal) -> None:
    id = by_title(dam)[FOLLOW_UPS[0][0]]["id"]
    assert "outdated" not in dam.good("articles", "show", id).out
    raise_threshold(dam, 0.99)
    assert "the thresholds have moved since" in dam.good("articles", "show", id).out


# ------------------------------------------------------------------------------------ after a crawl


def accepted(home: Home) -> int:
    learned = incidents.get(home, SLUG).profile.learned
    return 0 if learned is None else learned.accepted


def stored(home: Home) -> int:
    with sqlite3.connect(home.config.home / "followup.db") as database:
        (number,) = database.execute("SELECT count(*) FROM article").fetchone()
    return int(number)


def test_a_crawl_that_ends_teaches_also_what_one_that_was_killed_has_read(
    tmp_path: Path,
) -> None:
    at = DEMO_PASSES[1]
    with Newsroom.serve(now=at) as room, demo.open_visit(tmp_path, room, at) as home:
        demo.set_up(home)
        _, process = crawls.start(home, Wanted())
        deadline = time.monotonic() + 60
        while stored(home) < 12 and process.poll() is None:
            assert time.monotonic() < deadline
            time.sleep(0.05)
        process.kill()
        process.wait()
        assert accepted(home) == 0, "a crawl that was killed teaches nothing"
        profile = incidents.get(home, SLUG).profile
        report = crawls.run(home, Wanted())
        assert report.state is CrawlState.FINISHED
        assert accepted(home) > 0
        after = incidents.get(home, SLUG).profile
        assert replace(after, learned=None) == profile


def test_a_name_in_another_script_is_proposed_then_taken_or_refused(
    dam: Terminal, tmp_path: Path
) -> None:
    """Two outlets give it; a person decides."""
    told = [
        (
            f"{title} at Harwick",
            f"The Harwick (하윅) dam in the Orle (오를레) valley: {text}",
        )
        for title, text in FOLLOW_UPS[:2]
    ]
    ids = [bring(dam, tmp_path, [one], outlet, 9) for one, outlet in zip(told, "XY", strict=True)]
    proposed = {one["alias"]: one for one in learned(dam)["aliases"]}
    assert proposed["하윅"]["name"] == "Harwick"
    assert proposed["하윅"]["articles"] == [str(id) for some in ids for id in some]
    assert "하윅" in dam.good("incident", "learn", DAM).out
    taken = learned(dam, "--accept", "하윅", "--refuse", "오를레")
    assert taken["aliases"] == []
    assert "오를레" in taken["refused"]
    assert "하윅" in {term["term"] for term in shown(dam)["terms"] if term["kind"] == "alias"}
    unknown = dam("incident", "learn", DAM, "--accept", "소니")
    assert unknown.status == 1
    assert "was learned" in unknown.err
