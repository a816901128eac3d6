"""The whole way of a page, from seeds to reviewed articles, on the made-up newsroom.

The demo's three visits are followed once, as child processes over real sockets; the known answer is
asserted page by page.
"""

import json
from dataclasses import dataclass
from pathlib import Path

import pytest

from crawler.config import read_config
from crawler.newsroom.answer import DEMO_PASSES, Answer, known_answer
from crawler.services import articles, demo
from pipelines.outcomes import Outcome, Verdict
from pipelines.urls import canonical_key


@dataclass(frozen=True)
class Followed:
    """The demo's end, the known answer, and the ledger by canonical key."""

    demo: demo.Demo
    answer: Answer
    ledger: dict[str, dict[str, object]]


def keys(urls: object) -> set[str]:
    return {canonical_key(str(url)) for url in urls}  # type: ignore[attr-defined]


@pytest.fixture(scope="module")
def followed(tmp_path_factory: pytest.TempPathFactory) -> Followed:
    home = tmp_path_factory.mktemp("home")
    config = read_config({"FOLLOWUP_HOME": str(home)})
    done = demo.run(config, tell=lambda _line: None, fast=True)
    answer = known_answer(DEMO_PASSES[-1], visited=DEMO_PASSES)
    with demo.open_demo(done.home) as opened:
        rows = articles.ledger(opened, demo.SLUG)
    return Followed(done, answer, {canonical_key(str(row["url"])): row for row in rows})


def test_every_follow_up_is_found_and_nothing_else(followed: Followed) -> None:
    unsure = keys(followed.answer.candidates_ok)
    found = keys(followed.demo.follow_ups) - unsure
    assert found == keys(followed.answer.follow_ups) - unsure


def test_copies_are_grouped_as_known(followed: Followed) -> None:
    found = {frozenset(keys(group)) for group in followed.demo.copies}
    assert found == {frozenset(keys(group)) for group in followed.answer.copies}


def test_edited_articles_are_revisions_and_cosmetic_edits_are_not(followed: Followed) -> None:
    assert keys(followed.demo.revisions) == keys(followed.answer.revisions)


def test_what_is_off_topic_is_left_and_the_sibling_incident_with_it(followed: Followed) -> None:
    verdicts = {key: followed.ledger[key]["verdict"] for key in keys(followed.answer.off_topic)}
    assert {key for key, verdict in verdicts.items() if verdict == Verdict.FOLLOW_UP} == set()
    assert keys(followed.answer.siblings) <= set(verdicts)


def test_every_special_page_ends_in_its_outcome(followed: Followed) -> None:
    wrong = {
        url: followed.ledger.get(canonical_key(url), {}).get("outcome")
        for url, right in followed.answer.outcomes.items()
        if followed.ledger.get(canonical_key(url), {}).get("outcome") not in right
    }
    assert wrong == {}


def test_each_kind_of_outcome_is_met(followed: Followed) -> None:
    wanted = {
        Outcome.STORED,
        Outcome.COPY,
        Outcome.REVISED,
        Outcome.OFF_TOPIC,
        Outcome.ROBOTS_DENIED,
        Outcome.WALL,
        Outcome.SOFT_404,
        Outcome.HTTP_ERROR,
    }
    assert wanted <= set(followed.demo.counts)


def test_counts_add_up_to_the_links_found(followed: Followed) -> None:
    for one in followed.demo.passes:
        assert sum(one.report.counts.values()) == one.report.links_found
        assert one.report.state == "finished"


def test_no_article_is_stored_twice(followed: Followed) -> None:
    stored = [canonical_key(row.canonical_url) for row in followed.demo.rows]
    assert len(stored) == len(set(stored))
    aliases = [key for row in followed.demo.rows for key in keys(row.aliases)]
    assert not set(stored) & set(aliases)


def test_raw_pages_of_follow_ups_are_kept_and_noarchive_is_obeyed(followed: Followed) -> None:
    noarchive, partial = keys(followed.answer.noarchive), keys(followed.answer.partial)
    with demo.open_demo(followed.demo.home) as opened:
        for row in followed.demo.rows:
            key = canonical_key(row.canonical_url)
            if row.verdict is Verdict.FOLLOW_UP and key not in partial:
                raw = articles.show(opened, row.id)["raw"]
                assert (raw is None) == (key in noarchive), row.url


def test_teasers_are_marked_partial(followed: Followed) -> None:
    found = {row.canonical_url for row in followed.demo.rows if row.partial}
    assert keys(found) == keys(followed.answer.partial)


def test_the_summary_is_json(followed: Followed) -> None:
    record = json.loads(json.dumps(followed.demo.record()))
    assert {"counts", "follow_ups", "copies", "revisions"} <= set(record)


def test_the_demo_leaves_foreign_folders_alone(tmp_path: Path) -> None:
    (tmp_path / "demo").mkdir()
    (tmp_path / "demo" / "mine.txt").write_text("mine")
    config = read_config({"FOLLOWUP_HOME": str(tmp_path)})
    with pytest.raises(demo.BadInput, match="Move it away"):
        demo.run(config, tell=lambda _line: None)
    assert (tmp_path / "demo" / "mine.txt").read_text() == "mine"
