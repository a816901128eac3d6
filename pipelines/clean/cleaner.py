"""A page -> its article, or what it is in place of one and why.

Order: what the bytes are, decode, parse within bounds, metadata, prune, container, body, then what
the page looks like. Nothing that a page holds makes it raise: what breaks it becomes PARSE_ERROR
with the error in its reason.
"""

import gc
import logging
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime

from pipelines.clean import live, lookalikes, robots, sniff, teasers
from pipelines.clean.body import MAX_STORY_CHARS, Body, body_of, read_body
from pipelines.clean.container import prune
from pipelines.clean.decode import text_and_utf8
from pipelines.clean.document import TooComplex, parse_utf8
from pipelines.clean.fragment import base_of
from pipelines.clean.head import Head, read_head
from pipelines.clean.metadata import (
    Metadata,
    fill_from_link,
    fill_from_text,
    metadata_of_link,
    read_metadata,
)
from pipelines.clean.sniff import MAX_PAGE_BYTES
from pipelines.clean.story import Story, find_story
from pipelines.clean.titles import titles_of
from pipelines.items import Article, Cleaned, Page
from pipelines.outcomes import Outcome
from pipelines.text import count_words, paragraphs

_log = logging.getLogger(__name__)


def clean(page: Page, *, now: datetime) -> Cleaned:
    """What became of one answer with status 200. Deterministic; `now` must be aware."""
    try:
        with _collector_at_rest():
            return _clean(page, now)
    except TooComplex as refused:
        return Cleaned(page, None, Outcome.TOO_LARGE, str(refused))
    except Exception as error:  # noqa: BLE001 - the edge of the stage: one page, one outcome
        _log.exception("clean failed url=%s", page.url[:500])
        return Cleaned(page, None, Outcome.PARSE_ERROR, f"{type(error).__name__}: {error}"[:300])


@contextmanager
def _collector_at_rest() -> Iterator[None]:
    """A page makes some ten thousand objects that are all gone when it is through: the collector
    would look at them a dozen times meanwhile, for a quarter of the CPU time."""
    was_enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_enabled:
            gc.enable()


def clean_html(body: bytes, url: str, *, content_type: str | None, now: datetime) -> Cleaned:
    """The same for a page that lies in a file."""
    headers = (("content-type", content_type),) if content_type else ()
    fetched_at = now.astimezone(UTC)
    return clean(Page(url, url, 200, headers, body, fetched_at), now=now)


def _clean(page: Page, now: datetime) -> Cleaned:
    content_type = page.header("content-type")
    if len(page.body) > MAX_PAGE_BYTES:
        raise TooComplex(f"{len(page.body)} bytes, more than {MAX_PAGE_BYTES}")
    if reason := sniff.why_not_html(page.body, content_type):
        return Cleaned(page, None, Outcome.NOT_HTML, reason)
    text, utf8 = text_and_utf8(page.body, content_type)
    root = parse_utf8(utf8)
    if root is None:
        return Cleaned(page, None, Outcome.NO_TEXT, "the page is empty")
    head = read_head(root, text, page.url)
    return _judge(page, head, now)


def _judge(page: Page, head: Head, now: datetime) -> Cleaned:
    found = read_metadata(head, page, now)
    names = titles_of(head, found.title)
    base_url = base_of(head.root, page.url)
    prune(head.root)
    story = find_story(head, names)
    dated = (found.published_at, found.modified_at)
    blog = (
        live.read_live(head, story, base_url, names, *dated)
        if live.is_suspect(head, story.names if story else ())
        else None
    )
    body = blog.body if blog else _body(story, base_url, names, head)
    withhold = robots.withhold_raw(page, head)
    finding = lookalikes.lookalike(head, story, body, names)
    if finding is not None and finding.outcome is not Outcome.WALL:
        return Cleaned(page, None, finding.outcome, finding.reason, withhold)
    if finding is not None and not finding.own_metadata:
        found = metadata_of_link(page)
    fill_from_link(found, page, now)
    if finding is not None:
        return _behind_wall(page, found, finding.reason, withhold)
    partial = teasers.is_teaser(head, body)
    if partial and found.is_free is not False:
        found.is_free, found.provenance["is_free"] = False, "visible"
    article = _article(page, found, body, partial)
    if blog is not None:
        article = replace(article, entries=blog.entries)
    return Cleaned(page, article, withhold_raw=withhold)


def _body(story: Story | None, base_url: str, names: list[str], head: Head) -> Body:
    """The story's text, or what JSON-LD gives where the markup holds none (it is written by a
    script)."""
    body = read_body(story, base_url, names) if story else body_of("")
    given = head.article.get("articleBody")
    if body.words >= lookalikes.MIN_WORDS or not isinstance(given, str):
        return body
    text = paragraphs(given[:MAX_STORY_CHARS])
    return body if "</" in text or len(text) <= len(body.text) else body_of(text, body.broken_off)


def _behind_wall(page: Page, found: Metadata, reason: str, withhold: str | None) -> Cleaned:
    """What the source said of a walled page as a partial article, if that is enough text."""
    withhold = withhold or "wall"
    snippet = paragraphs(page.link.snippet or "") if page.link else ""
    if count_words(snippet) < lookalikes.TEASER_WORDS:
        return Cleaned(page, None, Outcome.WALL, reason, withhold)
    found.provenance["text"] = "link"
    return Cleaned(page, _article(page, found, body_of(snippet), True), withhold_raw=withhold)


def _article(page: Page, found: Metadata, body: Body, partial: bool) -> Article:
    fill_from_text(found, body.text)
    return Article(
        url=page.url,
        canonical_url=found.canonical_url,
        title=found.title,
        text=body.text,
        authors=found.authors,
        published_at=found.published_at,
        published_raw=found.published_raw,
        modified_at=found.modified_at,
        modified_raw=found.modified_raw,
        language=found.language,
        outlet=found.outlet,
        image=found.image,
        partial=partial,
        aliases=found.aliases,
        provenance=found.provenance,
        section=found.section,
        is_free=found.is_free,
        html=body.html,
        dates=found.dates,
    )
