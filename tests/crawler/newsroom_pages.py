"""The newsroom's pages about the incident, read and cleaned without a network, and put through the
stages in any order."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path
from urllib.parse import urlsplit

from crawler.newsroom import DEMO_PASSES, known_answer
from crawler.newsroom.answer import Answer, seed_files
from crawler.newsroom.outlet import About, Form, outlets
from crawler.newsroom.site import Request, respond
from pipelines import stages
from pipelines.clean import clean, clean_html
from pipelines.incident import Incident, Seed
from pipelines.items import Cleaned, Page
from pipelines.polling import READ_AGAIN
from pipelines.relevance import derive
from pipelines.store import Database, addresses, articles, exports, incidents
from pipelines.store.pages import RawPages

FIRST, SECOND, LAST = DEMO_PASSES
SLUG = "sony-hack"


@dataclass(frozen=True)
class Reading:
    """One page as it stood at one time."""

    url: str
    at: datetime
    cleaned: Cleaned


class Session:
    """What the stages need of an ingest; its time is that of the page in hand."""

    def __init__(self, database: Database, folder: Path) -> None:
        self.database, self.crawl_id = database, None
        self.raw = RawPages(folder)
        self.keep_unused = timedelta(days=30)
        self.reread = READ_AGAIN
        self.at = FIRST

    def now(self) -> datetime:
        return self.at


@cache
def answer() -> Answer:
    """What is known of all pages after the demo's visits."""
    return known_answer(LAST, visited=DEMO_PASSES)


@cache
def versions() -> Mapping[str, tuple[Reading, ...]]:
    """By address, also those of AMP twins: what was read there at each visit, in order of time."""
    found: dict[str, tuple[Reading, ...]] = {}
    follow_ups = answer().follow_ups
    for outlet in outlets().values():
        for story in outlet.stories:
            if story.about is not About.INCIDENT or story.form is not Form.ARTICLE:
                continue
            if story.url not in follow_ups or story.wall is not None:
                continue
            for url in (story.url, *([story.amp_url] if story.amp else [])):
                read = tuple(_read(url, at) for at in DEMO_PASSES if story.is_out(at))
                found[url] = tuple(each for each in read if each.cleaned.article is not None)
    return {url: read for url, read in found.items() if read}


def _read(url: str, at: datetime) -> Reading:
    parts = urlsplit(url)
    reply = respond(Request("GET", parts.netloc, parts.path), at)
    headers = (("content-type", reply.content_type),)
    page = Page(url, url, reply.status, headers, reply.body, at.astimezone(UTC))
    return Reading(url, at, clean(page, now=at))


def follow(database: Database) -> None:
    """The sample incident, from its seeds."""
    seeds = []
    for file in seed_files():
        page = clean_html(file.read_bytes(), "http://seed.test/", content_type=None, now=LAST)
        assert page.article is not None
        seeds.append(Seed(page.article.text, page.article.title))
    incident = Incident(SLUG, "The attack", derive(seeds), seeds=tuple(seeds))
    with database.write() as conn:
        incidents.add(conn, incident, FIRST)


def store(database: Database, folder: Path, readings: Iterable[Reading]) -> None:
    """Put pages through relevance, dedupe and store, one after the other."""
    session = Session(database, folder)
    relevance, dedupe, last = (
        stages.Relevance(session),
        stages.Dedupe(session),
        stages.Store(session),
    )
    for each in readings:
        session.at = each.at
        last.store(dedupe.process_item(relevance.process_item(each.cleaned)))
    session.raw.close()


def known(database: Database) -> dict[str, tuple[object, ...]]:
    """What is stored, by key: text, edits, verdict, addresses and whom it shares a text with."""
    with database.read() as conn:
        rows = list(exports.export(conn, 1))
        key = {row.id: articles.get(conn, row.id).key for row in rows}
        names = {row.id: addresses.keys_of(conn, row.id) for row in rows}
    assert len(set(key.values())) == len(rows)
    return {
        key[row.id]: (
            row.title,
            row.text,
            row.revisions,
            str(row.verdict),
            names[row.id],
            frozenset(key[r.id] for r in rows if r.group is not None and r.group == row.group),
        )
        for row in rows
    }
