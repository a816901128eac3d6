"""What a page is: every row of the tables that say so has a page that fails without it."""

import json
from collections.abc import Callable, Iterator, MutableMapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from pipelines.clean import clean, live, lookalikes, phrases, teasers, tongues
from pipelines.dates import iso
from pipelines.items import Cleaned, Page
from pipelines.outcomes import Outcome
from pipelines.text import count_words

PAGES = Path(__file__).resolve().parents[2] / "pages"
NOW = datetime(2015, 6, 1, 12, 0, tzinfo=UTC)
Build = Callable[..., Page]
TABLES: dict[str, MutableMapping[str, Any]] = {
    "lookalikes": lookalikes.RULES,
    "teasers": teasers.TEASERS,
    "live": live.ENTRY_NAMES,
    "tongues": tongues.TONGUES,
}
ROWS = [(table, row) for table, rows in TABLES.items() for row in rows]


def pages() -> Iterator[tuple[dict[str, Any], Page]]:
    for folder in sorted(PAGES.iterdir()):
        if not (folder / "page.html").is_file():
            continue
        wanted = json.loads((folder / "expected.json").read_text("utf-8"))
        headers = (("content-type", wanted.get("content_type", "text/html; charset=utf-8")),)
        body = (folder / "page.html").read_bytes()
        yield wanted, Page(wanted["url"], wanted["url"], 200, headers, body, NOW)


def is_as_wanted(wanted: dict[str, Any], got: Cleaned) -> bool:
    """By outcome, and of an article by what tells its kind."""
    if got.outcome != wanted.get("outcome"):
        return False
    article = got.article
    if article is None:
        return True
    entries = [{"at": iso(it.at), "title": it.title, "text": it.text} for it in article.entries]
    found = {"partial": article.partial, "entries": entries}
    return all(found[key] == wanted[key] for key in found if key in wanted)


@pytest.fixture(scope="module")
def told() -> list[tuple[dict[str, Any], Page]]:
    """The pages whose expectation tells what kind they are of."""
    kinds = {"outcome", "partial", "entries"}
    return [(wanted, page) for wanted, page in pages() if kinds & wanted.keys()]


@pytest.mark.parametrize(("table", "row"), ROWS, ids=[f"{table}: {row}" for table, row in ROWS])
def test_every_row_has_a_page_that_fails_without_it(
    table: str, row: str, told: list[tuple[dict[str, Any], Page]]
) -> None:
    rows = TABLES[table]
    whole = dict(rows)
    del rows[row]
    phrases.spoken.cache_clear()
    try:
        fallen = any(not is_as_wanted(wanted, clean(page, now=NOW)) for wanted, page in told)
    finally:
        rows.clear()
        rows.update(whole)  # in their order: the first row that finds something decides
        phrases.spoken.cache_clear()
    assert fallen


def test_lengths_are_fair_to_scripts_that_part_no_words(page: Build, now: datetime) -> None:
    text = "港务委员会星期二决定把旋转桥关闭十一个星期，因为潜水员在轴承上发现了裂缝。" * 3
    assert count_words(text) >= lookalikes.TEASER_WORDS
    assert clean(page(f"<article><p>{text}</p></article>"), now=now).article is not None


@pytest.mark.parametrize(
    ("lead", "url"),
    [
        ("<h1>Salle introuvable : le théâtre cherche un toit</h1>", "https://a.example/salle"),
        ("<h1>找不到的桥</h1>", "https://a.example/town/bridge"),
        ("<h1>Log in or stay out: the harbour and its card</h1>", "https://a.example/town/card"),
        ("<h1>In search of a harbour master</h1>", "https://a.example/search/harbour-master"),
    ],
)
def test_article_with_the_words_of_a_lookalike_is_an_article(
    page: Build, now: datetime, prose: str, lead: str, url: str
) -> None:
    body = f"<title>The Courier</title><article>{lead}{prose * 2}</article>"
    assert clean(page(body, url=url), now=now).article is not None


def test_consent_page_is_a_wall_though_it_carries_the_articles_metadata(
    page: Build, now: datetime
) -> None:
    data = {"@type": "NewsArticle", "headline": "Bridge", "datePublished": "2015-03-10"}
    body = (
        f'<script type="application/ld+json">{json.dumps(data)}</script><main><p>We and our 90 '
        "partners store and access information on your device with cookies, for personalised "
        "ads. You can withdraw your consent in our privacy policy. Accept all, reject all or "
        "manage options.</p></main>"
    )
    assert clean(page(body), now=now).outcome is Outcome.WALL


def test_robot_check_is_a_wall(page: Build, now: datetime) -> None:
    body = "<title>Just a moment...</title><h1>a.example</h1><p>Verifying you are human.</p>"
    assert clean(page(body), now=now).outcome is Outcome.WALL


def test_live_blog_loses_no_entry_and_keeps_their_order(page: Build, now: datetime) -> None:
    rows = "".join(
        f'<div class="liveblog-post"><time datetime="2015-03-10T{23 - i // 4:02}:{59 - i % 4:02}'
        f':00+02:00"></time><h3>Turn {i}</h3><p>The span was turned for the ship of number {i}, '
        "said the harbour master.</p></div>"
        for i in range(60)
    )
    article = clean(page(f"<main><h1>Live</h1>{rows}</main>"), now=now).article
    assert article is not None
    assert [entry.title for entry in article.entries] == [f"Turn {i}" for i in range(60)]
    assert all(f"ship of number {i}," in article.text for i in range(60))
    times = [entry.at for entry in article.entries]
    assert times == sorted((at for at in times if at), reverse=True)
    assert iso(times[0]) == "2015-03-10T23:59:00+02:00"


def test_clocks_of_a_live_blog_pass_midnight(page: Build, now: datetime) -> None:
    data = {
        "@type": "LiveBlogPosting",
        "headline": "x",
        "datePublished": "2015-03-10T20:00:00+01:00",
    }
    rows = "".join(
        f'<li><b class="timestamp">{clock}</b><p>The span was turned for a ship at this hour, '
        "said the harbour master of the town.</p></li>"
        for clock in ("9.30 pm", "11.50 pm", "0.20", "1.05")
    )
    body = f'<script type="application/ld+json">{json.dumps(data)}</script><ul>{rows}</ul>'
    article = clean(page(body), now=now).article
    assert article is not None
    assert [iso(entry.at) for entry in article.entries] == [
        "2015-03-10T21:30:00+01:00",
        "2015-03-10T23:50:00+01:00",
        "2015-03-11T00:20:00+01:00",
        "2015-03-11T01:05:00+01:00",
    ]


def test_promotion_of_a_live_blog_beside_a_story_makes_no_live_blog(
    page: Build, now: datetime, prose: str
) -> None:
    promo = "".join(
        f'<div class="live-update-card"><time datetime="2015-03-10T1{i}:00Z"></time><a href="/{i}">'
        "More from the flood</a></div>"
        for i in range(5)
    )
    article = clean(page(f"<article>{prose}</article><div>{promo}</div>"), now=now).article
    assert article is not None
    assert article.entries == ()
