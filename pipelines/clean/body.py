"""The story's text: the container's markup -> BeautifulSoup -> blocks -> text and clean HTML.

What names and tags put beside the story is cut out first (`strip`); then blocks that are links,
that say what they are ("Read more:") or that repeat the headline are left out, and headings that
nothing follows. A paywall's own line is left out and remembered.
"""

from collections.abc import Iterable
from dataclasses import dataclass

from bs4 import BeautifulSoup
from lxml import etree

from pipelines.clean.blocks import HEADINGS, Block, blocks, paragraph, text_of
from pipelines.clean.document import TooComplex
from pipelines.clean.fragment import html_of
from pipelines.clean.phrases import notices
from pipelines.clean.soup import soup_of
from pipelines.clean.story import Story
from pipelines.clean.strip import cut_other_things, is_dateline, line_reason
from pipelines.text import count_words, squeeze

#: BeautifulSoup needs about 25 ms for 100,000 characters and 1,000 elements.
MAX_STORY_CHARS = 2_000_000
MAX_STORY_ELEMENTS = 20_000
#: A block with more of its characters than this in links is a list of links, up to this length.
LINKS_SHARE = 0.6
LINKS_CHARS = 300
#: A line about subscribers that so many words of story follow breaks nothing off.
REST_WORDS = 30


@dataclass(frozen=True, slots=True)
class Body:
    """Text as paragraphs parted by a blank line; `broken_off` where a line says that the rest is
    for subscribers. `html` is the same as `pipelines.clean.fragment` writes it, None where the
    text came without markup."""

    text: str
    words: int
    broken_off: bool = False
    html: str | None = None


def read_body(story: Story, url: str, titles: Iterable[str] = ()) -> Body:
    """The story's text. `url` is what its links are relative to, `titles` are headlines; the first
    heading that repeats one is left out.

    Raises TooComplex where the container has more markup than BeautifulSoup reads in good time.
    """
    is_judged = story.kept is not None
    soup = _soup(story)
    if not is_judged:
        cut_other_things(soup)
    wanted = {key for title in titles if (key := _key(title))}
    found = [(block, text) for block in blocks(soup) if (text := block.text)]
    pay_lines = notices(text for _, text in found)
    kept: list[Block] = []
    broken_off: int | None = None
    for block, text in found:
        if text in pay_lines:
            broken_off = len(kept) if pay_lines[text] == "rest" else broken_off
        elif _is_links(block, text) and not (is_judged and block.tag in HEADINGS):
            continue
        elif wanted and block.tag != "p" and _is_headline(block, _key(text), wanted):
            wanted.clear()
        elif not (line_reason(text) or (is_judged and not kept and is_dateline(text))):
            kept.append(block)
    rest = None if broken_off is None else sum(count_words(b.text) for b in kept[broken_off:])
    kept = _with_lead(story.lead, _without_loose_headings(kept))
    return body_of(text_of(kept), rest is not None and rest < REST_WORDS, html_of(kept, url))


def body_of(text: str, broken_off: bool = False, html: str | None = None) -> Body:
    """A body of a text that is paragraphs already."""
    return Body(text, count_words(text), broken_off, html or None)


def _soup(story: Story) -> BeautifulSoup:
    container = story.container if story.kept is None else story.kept
    elements = sum(1 for _ in container.iter())
    if elements > MAX_STORY_ELEMENTS:
        raise TooComplex(f"{elements} elements in the story, more than {MAX_STORY_ELEMENTS}")
    markup = etree.tostring(container, encoding="unicode", method="html", with_tail=False)
    if len(markup) > MAX_STORY_CHARS:
        raise TooComplex(f"{len(markup)} characters of story, more than {MAX_STORY_CHARS}")
    return BeautifulSoup(markup, "lxml") if story.kept is None else soup_of(story.kept)


def _is_links(block: Block, text: str) -> bool:
    return block.link_chars > LINKS_SHARE * len(text) and len(text) < LINKS_CHARS


def _without_loose_headings(kept: list[Block]) -> list[Block]:
    while kept and kept[-1].tag in HEADINGS:
        kept = kept[:-1]
    return kept


def _is_headline(block: Block, key: str, wanted: set[str]) -> bool:
    """True for what repeats a title and is no paragraph; an <h1> may say the section's name before
    it."""
    if block.tag == "h1" and any(key.endswith(title) for title in wanted):
        return True
    return key in wanted


def _with_lead(lead: tuple[str, ...], kept: list[Block]) -> list[Block]:
    known = {_key(block.text) for block in kept[:4]}
    wanted = [line for line in lead if _key(line) not in known and not line_reason(line)]
    return [paragraph(line) for line in wanted] + kept


def _key(text: str) -> str:
    return squeeze(text).casefold()
