"""kill -9 of a crawl between any two steps of a page's way: what is stored in the end, and what
the ledger says, is what an undisturbed crawl leaves. ALL_STEPS=1 kills at more of them.
"""

import os
import signal
import sqlite3
from datetime import datetime
from pathlib import Path

import pytest

from crawler.home import Home
from crawler.newsroom import DEMO_PASSES, Newsroom
from crawler.services import crawls, demo
from crawler.wanted import Wanted
from pipelines.store.crawls import CrawlState
from tests.crawler import deadly_steps
from tests.crawler.test_kill import assert_whole, followed

FIRST, SECOND, _ = DEMO_PASSES
#: Two at the first visit, where all is new, and two at the second, where much is read again: a page
#: over which more than two crawls broke off is suspected, and waits.
STEPS = (
    (("fetched", "committed"), ("read again", "verdicts saved")),
    (("compared", "inserted"), ("raw written", "revised")),
    (("judged", "settled"), ("compared", "settled")),
    (("raw written", "verdicts saved"), ("fetched", "committed")),
)[: None if os.environ.get("ALL_STEPS") else 1]
_STORED = """
    SELECT key, article.title, text, number, partial FROM article JOIN revision ON article_id = id
    WHERE number = (SELECT max(number) FROM revision WHERE article_id = article.id)
"""
_LEDGER = """
    SELECT url, CASE WHEN article_id IS NULL THEN outcome ELSE 'an article' END FROM link
"""


def left(home: Home) -> dict[str, object]:
    """All that is stored and told in the end."""
    with sqlite3.connect(home.config.home / "followup.db") as database:
        stored = set(database.execute(_STORED))
        ledger = dict(database.execute(_LEDGER))
    return {"stored": stored, "ledger": ledger, "followed": followed(home)}


def visited(room: Newsroom, folder: Path, at: datetime, steps: tuple[str, ...]) -> None:
    """One visit, whose crawls are killed at some steps before one comes to its end."""
    room.set_clock(now=at)
    with demo.open_visit(folder, room, at) as home, pytest.MonkeyPatch.context() as patch:
        if at == FIRST:
            demo.set_up(home)
        patch.setenv("PYTHONPATH", deadly_steps.write(folder / "first"))
        for number, step in enumerate(steps):
            patch.setenv("DIE_AT", step)
            patch.setenv("DIE_COUNT", str(2 + number))
            _, process = crawls.start(home, Wanted())
            assert process.wait(timeout=120) == -signal.SIGKILL, step
        patch.delenv("DIE_AT", raising=False)
        report = crawls.run(home, Wanted())
        assert report.state is CrawlState.FINISHED
        assert sum(report.counts.values()) == report.links_found


def both_visits(folder: Path, first: tuple[str, ...], second: tuple[str, ...]) -> dict[str, object]:
    with Newsroom.serve(now=FIRST, slow_seconds=0.0) as room:
        visited(room, folder, FIRST, first)
        visited(room, folder, SECOND, second)
        with demo.open_visit(folder, room, SECOND) as home:
            return left(home)


@pytest.fixture(scope="module")
def undisturbed(tmp_path_factory: pytest.TempPathFactory) -> dict[str, object]:
    return both_visits(tmp_path_factory.mktemp("undisturbed"), (), ())


@pytest.mark.parametrize(("first", "second"), STEPS, ids=lambda steps: "-".join(steps))
def test_a_crawl_killed_between_any_two_steps_leaves_what_an_undisturbed_one_does(
    tmp_path: Path, undisturbed: dict[str, object], first: tuple[str, ...], second: tuple[str, ...]
) -> None:
    found = both_visits(tmp_path, first, second)
    for what, right in undisturbed.items():
        assert found[what] == right, what
    assert any(row[3] > 1 for row in found["stored"]), "the second visit finds revisions"  # type: ignore[attr-defined]
    assert any(row[5] for row in found["followed"].values()), "and copies"  # type: ignore[attr-defined]
    assert_whole(tmp_path)
