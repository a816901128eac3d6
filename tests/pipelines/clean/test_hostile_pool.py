"""Hostile pages in the pool: each ends in its outcome within the limit, and the pages beside it are
cleaned. The kernel counts the seconds: a page that used too many would be lost, a parse_error."""

import random
from collections.abc import Callable, Iterator
from datetime import datetime

import pytest

from pipelines.clean.pool import LIMITS, CleaningPool
from pipelines.items import Page
from pipelines.outcomes import Outcome

DEEP = 200_000
ALL = " ".join(f"a{i}=v" for i in range(300_000))
FEW = " ".join(f"a{i}=v" for i in range(140))
LD = '<script type="application/ld+json">{"@type":"NewsArticle","headline":"x"}</script>'
PIECES = (
    *("<div>", "<p>", "<b ", "<a href='", "<table>", "<td>", "<!--x", "</p", "<script", "<li>"),
    *("text text, ", "<i>", "<font color=", "</div>", "</a>"),
)
AGAIN = "&a{};"
ENTITIES = "".join(f'<!ENTITY a{i} "{AGAIN.format(i - 1) * 10}">' for i in range(1, 100))

#: The trap, and the outcomes that it may end in; None is an article.
ANY = {Outcome.TOO_LARGE, Outcome.NO_TEXT, Outcome.NOT_ARTICLE, Outcome.NOT_HTML, None}
LARGE = {Outcome.TOO_LARGE}
TRAPS: dict[str, tuple[str | bytes, set[Outcome | None]]] = {
    **{f"nested <{tag}>": (f"<{tag}>" * DEEP, LARGE) for tag in ("div", "b", "font", "li", "q")},
    **{
        f"nested <{tag}>, fewer": (f"<{tag}>a b c. " * 40_000, ANY)
        for tag in ("div", "font", "blockquote", "ul><li", "table><tr><td", "p><i")
    },
    "300,000 attributes in one tag": (f"<p {ALL}>x</p>", {None}),
    "300,000 attributes in many tags": (f"<p {FEW}>x</p>" * 2_200, ANY),
    "a million &amp;": (f"<article>{'&amp;' * 1_000_000}</article>", ANY),
    "a million characters by number": (f"<article>{'&#x10FFFF;' * 390_000}</article>", ANY),
    "a million unknown entities": (f"<article>{'&unknown;' * 430_000}</article>", ANY),
    "entities that double": (f"<!DOCTYPE html [{ENTITIES}]><p>{'&a99;' * 1_000}", ANY),
    "entity declarations": ("<!DOCTYPE html [" + '<!ENTITY a "b">' * 100_000 + "]>", ANY),
    "nothing closed": ("".join(random.Random(1).choices(PIECES, k=200_000)), ANY),
    "nine megabytes in an attribute": (f"<p class='{'x' * 9_000_000}'>x</p>", ANY),
    "a class of 380,000 names": (f"<div class='{'comment-list related ' * 190_000}'>x</div>", ANY),
    "classes of many parts": (f'<div class="{"a-" * 190}">x y z.</div>' * 7_000, LARGE),
    "100,000 scripts of JSON-LD": (LD * 100_000, ANY),
    "100,000 links": ("".join(f"<a href='/{i}'>" for i in range(100_000)), ANY),
    "a megabyte of nested links": ("".join(f"<a href='/{i}/x'>w " for i in range(60_000)), ANY),
    "deep JSON": (f'<script type="application/ld+json">{"[" * DEEP}1{"]" * DEEP}</script>', {None}),
    "surrogates": (f"{'&#xD800;' * 300_000}\ud800", ANY),
    "NULs": ("\0" * 3_000_000 + "\0x" * 1_000_000, ANY),
    "ten megabytes of <": ("<" * 10_000_000, LARGE),
    "half tags": ("<a <b " * 70_000, ANY),
    "lines": ("<br>" * 140_000, ANY),
    "UTF-16, a byte short": (("<p>" + "x y z." * 800_000).encode("utf-16")[:-1], ANY),
    "UTF-32, bytes too many": (("<p>" + "x y z." * 400_000).encode("utf-32") + b"abc", ANY),
    "UTF-32 of nothing": (b"\xff\xfe\0\0" + b"\xff" * 9_000_001, ANY),
    "bytes of no charset": (b"<p>" + b"\x80" * 10_000_000, LARGE),
}


@pytest.fixture(scope="module")
def pool() -> Iterator[CleaningPool]:
    with CleaningPool() as made:
        yield made


@pytest.mark.parametrize("name", TRAPS)
def test_a_hostile_page_ends_in_its_outcome_and_its_neighbour_is_cleaned(
    page: Callable[..., Page], now: datetime, prose: str, pool: CleaningPool, name: str
) -> None:
    trap, expected = TRAPS[name]
    if isinstance(trap, str):
        trap = f"<html><body><h1>Swing bridge closes</h1>{trap}{prose}</body></html>"
    hostile, neighbour = page(trap), page(f"<h1>Swing bridge closes</h1>{prose}")
    ended = pool.clean(hostile, now=now)
    assert ended.outcome in expected, ended.reason
    assert (ended.article is None) == (ended.outcome is not None)
    cleaned = pool.clean(neighbour, now=now).article
    assert cleaned is not None
    assert "harbour board voted" in cleaned.text


def test_the_limit_is_within_what_is_promised() -> None:
    assert LIMITS.cpu_seconds < 5
