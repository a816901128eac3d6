"""Stored articles are read again by real crawls: each page of one outlet changes in its own way."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from crawler.config import read_config
from crawler.home import Home, open_home
from crawler.services import articles, crawls, incidents, review, revisions
from crawler.services.review import View
from crawler.wanted import Wanted
from pipelines.incident import Source, SourceKind
from pipelines.store import sources
from pipelines.store.crawls import Trigger
from tests.crawler.strange_sites import WORDS, Piece, StrangeSites, answer, feed, served

AT = datetime(2021, 6, 1, 12, tzinfo=UTC)
HOUR = timedelta(hours=1)
PATHS = ("/edited", "/trifle", "/same", "/moved", "/taken", "/refused", "/failing", "/cut", "/wall")
#: How quotations are marked, at one hour so and at another otherwise.
MARKS = ("‘’", "“”", "„“", "«»")
NOTE = "Correction: An earlier version of this article gave a wrong number of trains."
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\n"
CONSENT = (
    "<html><head><title>Before you continue</title></head><body><h1>We value your privacy</h1>"
    "<p>We and our partners use cookies. Accept all cookies to continue.</p>"
    "<button>Accept all</button></body></html>"
)
LISTING = (
    "<html><head><title>Railway</title></head><body><h1>Railway</h1><ul>"
    + "".join(f"<li><a href='/r/{n}'>Trains stood still, part {n}</a></li>" for n in range(30))
    + "</ul></body></html>"
)


def page(path: str, *, trains: int = 40, marks: str = '""', note: str = "") -> str:
    """A plain article about one of three trains, closed as it should be."""
    title = f"Fire at the junction stops trains to {path[1:].title()}"
    name = path[1:].title()
    text = (
        f"<p>{WORDS}</p><p>{trains} trains to {name} stood still, the station master of {name}"
        f" said, and {len(path) * 7} people slept in the hall of {name}.</p>"
        f"<p>Nobody in {name} was hurt. The line to {name} opens again on Friday at noon, with an"
        f" old engine that the museum of {name} has lent to the railway.</p>"
    )
    text += f"<p>{marks[0]}We saw the smoke from {name},{marks[1]} a driver said.</p>"
    text += f"<p>{note}</p>" if note else ""
    return (
        f"<html><head><title>{title}</title></head><body><article><h1>{title}</h1>{text}"
        "</article></body></html>"
    )


@dataclass
class Outlet:
    """One host; at `hour` its pages are as they are then."""

    hour: int = 0

    def __call__(self, path: str) -> Sequence[Piece]:
        if path == "/robots.txt":
            return [answer("User-agent: *\nAllow: /\n", "text/plain")]
        if path == "/feed":
            return [answer(feed("railway.test", PATHS), "application/rss+xml")]
        return self._first(path) if self.hour == 0 else self._later(path)

    def _first(self, path: str) -> Sequence[Piece]:
        return [answer(page(path), ETag=f'"{path}"')]

    def _later(self, path: str) -> Sequence[Piece]:
        back = self.hour > 20
        whole = page(path).encode()
        answers: dict[str, Piece] = {
            "/edited": answer(page(path, trains=44, note=NOTE)),
            "/trifle": answer(page(path, marks=MARKS[self.hour % len(MARKS)])),
            "/same": b"HTTP/1.1 304 Not Modified\r\n\r\n",
            "/moved": answer(page(path)) if back else answer("<html>No.</html>", status=404),
            "/taken": answer("<html>Gone.</html>", status=410),
            "/refused": answer(LISTING),
            "/failing": answer("<html>Sorry.</html>", status=500),
            "/cut": HEAD + b'ETag: "half"\r\n\r\n' + whole[: whole.index(b"Nobody")],
            "/wall": answer(CONSENT),
        }
        return [answers[path]]


@dataclass
class Railway:
    """The outlet, and the home that follows it."""

    folder: Path
    outlet: Outlet
    strange: StrangeSites

    @contextmanager
    def home(self) -> Iterator[Home]:
        environment = {
            "FOLLOWUP_HOME": str(self.folder),
            "FOLLOWUP_CONTACT": "tests@followup.test",
            "FOLLOWUP_MIN_GAP_SECONDS": "0.01",
            "FOLLOWUP_NOW": (AT + self.outlet.hour * HOUR).isoformat(),
            "http_proxy": self.strange.url,
            "https_proxy": self.strange.url,
            "no_proxy": "",
        }
        with open_home(read_config(environment), environment) as home:
            yield home

    def crawl(self, hour: int, *, trigger: Trigger = Trigger.HAND) -> dict[str, tuple[str, str]]:
        """Crawl so many hours after the first time; outcome and reason by path."""
        self.outlet.hour = hour
        del self.strange.asked[:]
        wanted = Wanted(due=True) if trigger is Trigger.SCHEDULE else Wanted()
        with self.home() as home:
            id, child = crawls.start(home, wanted, trigger=trigger)
            child.wait()
            assert str(crawls.get(home, id).state) == "finished"
            rows = articles.ledger(home, "fire", limit=1_000)
        return {str(row["url"])[19:]: (str(row["outcome"]), str(row["reason"])) for row in rows}

    def shown(self, path: str) -> dict[str, object]:
        with self.home() as home:
            rows = articles.ledger(home, "fire", limit=1_000)
            urls = {f"http://railway.test{path}"}
            listed = review.page(home, View(copies=True), limit=100).lines
            assert urls <= {str(row["url"]) for row in rows}
            return articles.show(home, next(one.id for one in listed if one.url in urls))


@pytest.fixture(scope="module")
def railway(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Railway]:
    outlet = Outlet()
    with served({"railway.test": outlet}) as strange:
        made = Railway(tmp_path_factory.mktemp("railway"), outlet, strange)
        with made.home() as home:
            seed = home.config.home / "seed.txt"
            seed.write_text(f"Fire at the junction\n\n{WORDS}\n\n{WORDS}\n")
            incidents.new(home, "fire", [str(seed)])
            with home.database.write() as conn:
                sources.add(conn, Source(SourceKind.FEED, "http://railway.test/feed"), now=AT)
        first = made.crawl(0)
        assert set(first) == set(PATHS)
        assert {outcome for outcome, _ in first.values()} <= {"stored", "copy"}
        yield made


def test_each_page_is_told_by_what_became_of_it_over_a_day(railway: Railway) -> None:
    second = railway.crawl(1, trigger=Trigger.SCHEDULE)
    assert set(railway.strange.paths("railway.test")) == set(PATHS)
    assert {path: outcome for path, (outcome, _) in second.items()} == {
        "/edited": "revised",
        "/trifle": "unchanged",
        "/same": "unchanged",
        "/moved": "http_error",
        "/taken": "http_error",
        "/refused": "no_text",
        "/failing": "http_error",
        "/cut": "unchanged",
        "/wall": "wall",
    }
    assert second["/same"][1] == "not modified (304)"
    assert second["/trifle"][1].startswith("only dates, counters or typography")
    assert second["/cut"][1].startswith("only the beginning of it came")
    assert "its text was not there once" in second["/moved"][1]
    assert "not there" not in second["/failing"][1] + second["/wall"][1]

    third = railway.crawl(3)
    assert third["/taken"][0] == "vanished"
    assert third["/moved"][0] == "http_error"
    fourth = railway.crawl(5)
    assert [fourth[path][0] for path in ("/moved", "/refused")] == ["vanished", "vanished"]
    assert [fourth[path][0] for path in ("/failing", "/cut", "/wall")] == [
        "http_error",
        "unchanged",
        "wall",
    ]

    fifth = railway.crawl(32)
    assert fifth["/moved"][0] == "unchanged"
    assert "it is back" in fifth["/moved"][1]

    edited, trifle = railway.shown("/edited"), railway.shown("/trifle")
    assert [one["note_kind"] for one in edited["versions"]] == [None, "correction"]
    assert (trifle["cosmetic_changes"], len(trifle["versions"])) == (4, 1)
    assert railway.shown("/taken")["vanished_at"] is not None
    for path in ("/failing", "/cut", "/wall", "/moved"):
        record = railway.shown(path)
        assert (record["vanished_at"], record["gone_reads"]) == (None, 0), path
        assert len(record["versions"]) == 1
        assert "opens again on Friday" in str(record["text"])
    with railway.home() as home:
        changed = revisions.diff(home, edited["id"])
    assert [one["text"] for one in changed["notes"]] == [NOTE]
    assert {"op": "deleted", "text": "40"} in changed["changes"]


def test_after_a_week_and_after_a_month_only_what_is_due_is_asked_for(railway: Railway) -> None:
    railway.crawl(8 * 24)
    railway.crawl(8 * 24 + 4, trigger=Trigger.SCHEDULE)
    assert "/edited" not in railway.strange.paths("railway.test")
    railway.crawl(9 * 24 + 1, trigger=Trigger.SCHEDULE)
    assert "/edited" in railway.strange.paths("railway.test")
    railway.crawl(40 * 24, trigger=Trigger.SCHEDULE)
    railway.crawl(80 * 24, trigger=Trigger.SCHEDULE)
    assert "/edited" not in railway.strange.paths("railway.test")
    railway.crawl(81 * 24)
    assert "/edited" in railway.strange.paths("railway.test")
