"""What is at a host that another crawl is asking is handed to that crawl, and nothing is lost.

ROUNDS and SEED in the environment make the race a bench:
ROUNDS=20 SEED=7 pytest tests/crawler/test_handing_over.py -k race
"""

import os
import random
import time
from pathlib import Path

from crawler.services import articles, crawls
from crawler.wanted import Wanted
from pipelines.store.crawls import CrawlState, Trigger
from tests.crawler.at_work import (
    AT,
    Paper,
    assert_nothing_is_open,
    ended,
    endings,
    opened,
    outcomes,
    row,
    source,
    start_due,
    until,
)
from tests.crawler.strange_sites import StrangeSites, served

ROUNDS = int(os.environ.get("ROUNDS", "2"))
SEED = int(os.environ.get("SEED", "1"))


def pages(strange: StrangeSites, host: str) -> list[str]:
    return [path for path in strange.paths(host) if path.count("/") > 1]


def test_a_source_at_a_host_that_is_being_asked_goes_first_in_line_there(tmp_path: Path) -> None:
    paper = Paper("paper.test", {"feed": 200, "second": 3}, seconds=0.25)
    other = Paper("other.test", {"feed": 1})
    with (
        served({"paper.test": paper, "other.test": other}) as strange,
        opened(tmp_path, strange) as home,
    ):
        one = source(home, "http://paper.test/feed")
        long, first = start_due(home, [one], AT)
        until(lambda: len(pages(strange, "paper.test")) > 2)
        two, three = (
            source(home, "http://paper.test/second"),
            source(home, "http://other.test/feed"),
        )
        asked = len(strange.paths("paper.test"))
        short, second = crawls.start(home, Wanted(sources=(two, three)))
        done = ended(home, short, second)
        assert done.state is CrawlState.FINISHED
        assert done.result == {"handed": {str(long): 1}}
        assert endings(home, short) == {"handed": 1, "polled": 1}
        # Its own host is asked by itself.
        assert outcomes(home)["http://other.test/feed/0"] in ("stored", "copy")
        until(lambda: "/second/2" in strange.paths("paper.test"))
        since = strange.paths("paper.test")[asked:]
        at = since.index("/second")
        assert since[at + 1 : at + 4] == ["/second/0", "/second/1", "/second/2"]
        taken = row(home, long)
        assert (taken.progress or {})["sources"] == 2
        assert (taken.progress or {})["remaining"] > 100
        crawls.cancel(home, long)
        ended(home, long, first)
        assert endings(home, long) == {"polled": 2}
        assert_nothing_is_open(home)


def test_a_crawl_for_everything_leaves_a_running_backlog_where_it_is(tmp_path: Path) -> None:
    paper = Paper("paper.test", {"feed": 120}, seconds=0.25)
    with served({"paper.test": paper}) as strange, opened(tmp_path, strange) as home:
        source(home, "http://paper.test/feed")
        long, first = crawls.start(home, Wanted())
        until(lambda: len(pages(strange, "paper.test")) > 2)
        again, second = crawls.start(home, Wanted())
        done = ended(home, again, second)
        # The feed went to the crawl that is asking its host, with what is to be read again, which
        # a crawl by hand does at any time. The other links were never taken.
        read = sum(outcome is not None for outcome in outcomes(home).values())
        assert (done.links_found or 0) <= read < 100
        assert done.result == {"handed": {str(long): 1 + (done.links_found or 0)}}
        crawls.cancel(home, long)
        ended(home, long, first)
        counts = row(home, long).counts or {}
        assert sum(counts.values()) == row(home, long).links_found
        assert_nothing_is_open(home)


def test_an_address_typed_by_hand_is_read_by_the_crawl_that_asks_its_host(tmp_path: Path) -> None:
    paper = Paper("paper.test", {"feed": 200}, seconds=0.25)
    with served({"paper.test": paper}) as strange, opened(tmp_path, strange) as home:
        source(home, "http://paper.test/feed")
        long, first = crawls.start(home, Wanted())
        until(lambda: len(pages(strange, "paper.test")) > 2)
        began = time.monotonic()
        short, second = crawls.start(home, Wanted(urls=("http://paper.test/by/hand",)))
        until(lambda: "/by/hand" in strange.paths("paper.test"))
        waited = time.monotonic() - began
        ended(home, short, second)
        (line,) = [
            each
            for each in articles.ledger(home, "fire", limit=1000)
            if each["url"] == "http://paper.test/by/hand"
        ]
        (end,) = crawls.report(home, short).ends
        assert end["outcome"] == "deferred"
        assert f"handed to crawl {long}" in str(end["reason"])
        assert line["outcome"] in ("stored", "copy", "deferred")
        assert waited < 20
        crawls.cancel(home, long)
        ended(home, long, first)
        assert outcomes(home)["http://paper.test/by/hand"] in ("stored", "copy")


def test_in_a_race_of_giving_and_ending_nothing_is_lost(tmp_path: Path) -> None:
    """The first crawl ends at about the moment at which the second wants its host."""
    moments = random.Random(SEED)
    feeds = {f"own{n}": 2 for n in range(ROUNDS)} | {f"given{n}": 2 for n in range(ROUNDS)}
    paper = Paper("paper.test", feeds, seconds=0.1)
    handed = 0
    with served({"paper.test": paper}) as strange, opened(tmp_path, strange) as home:
        for number in range(ROUNDS):
            own = source(home, f"http://paper.test/own{number}")
            given = source(home, f"http://paper.test/given{number}")
            first, child = start_due(home, [own], AT)
            paper.seconds = moments.uniform(0.1, 0.6)
            time.sleep(moments.uniform(0.0, 2.5))
            second, other = crawls.start(home, Wanted(sources=(given,)), trigger=Trigger.HAND)
            rows = [ended(home, first, child), ended(home, second, other)]
            assert [each.state for each in rows] == [CrawlState.FINISHED] * 2
            both = endings(home, first), endings(home, second)
            assert both in (
                ({"polled": 1}, {"polled": 1}),
                ({"polled": 2}, {"handed": 1}),
                ({"handed": 1}, {"polled": 2}),
            )
            handed += both != ({"polled": 1}, {"polled": 1})
            for each in rows:
                assert sum((each.counts or {}).values()) == each.links_found
            read = outcomes(home)
            for name in (f"own{number}", f"given{number}"):
                for page in range(2):
                    assert read[f"http://paper.test/{name}/{page}"] in ("stored", "copy")
            assert_nothing_is_open(home)
        print(f"rounds={ROUNDS} handed={handed}")
    asked = pages(strange, "paper.test")
    assert sorted(asked) == sorted(set(asked))
