"""Which of the times that a page gives is chosen, and what becomes of the others."""

import json
from datetime import UTC, datetime, timedelta, timezone

import pytest

from pipelines.clean.document import parse
from pipelines.clean.head import read_head
from pipelines.clean.times import Times, read_times
from pipelines.clean.written import first_date

NOW = datetime(2015, 6, 1, 12, 0, tzinfo=UTC)
URL = "https://www.courier.example/town/bridge"


def times_of(body: str, *, url: str = URL, language: str | None = "en") -> Times:
    body = f"<html><body>{body}</body></html>"
    return read_times(read_head(parse(body), body, url), language, NOW)


def said(**fields: object) -> str:
    thing = {"@type": "NewsArticle", "headline": "Bridge shut", **fields}
    return f'<script type="application/ld+json">{json.dumps(thing)}</script>'


def day(body: str, **how: str) -> str | None:
    published = times_of(body, **how).published
    return published.at.date().isoformat() if published and published.at else None


def test_all_times_are_kept_in_order_of_trust_and_one_is_chosen() -> None:
    found = times_of(
        '<meta property="article:published_time" content="2015-03-11T09:00:00+01:00">'
        '<time datetime="2015-03-12">12 March</time>'
        + said(datePublished="2015-03-10T08:00:00+01:00", dateModified="2015-03-13T08:00:00Z"),
        url="https://www.courier.example/2015/03/14/bridge",
    )
    assert [(one.role, one.source, one.chosen) for one in found.dates] == [
        ("published", "json-ld", True),
        ("published", "meta", False),
        ("published", "time", False),
        ("published", "url", False),
        ("modified", "json-ld", True),
    ]
    assert found.published is not None
    assert found.published.at == datetime(2015, 3, 10, 8, tzinfo=timezone(timedelta(hours=1)))


@pytest.mark.parametrize(
    ("raw", "why_not"),
    [
        ("2031-01-01T00:00:00Z", "in the future"),
        ("1815-06-18", "before the web"),
        ("0000-00-00T00:00:00", "no time"),
        ("0001-01-01T00:00:00Z", "before the web"),
        ("soon", "no time"),
        ("99999999999999999999", "no time"),
        ("4294967296", "in the future"),
    ],
)
def test_impossible_time_becomes_null_and_keeps_its_raw_text(raw: str, why_not: str) -> None:
    found = times_of(said(datePublished=raw))
    assert found.published is not None
    assert (found.published.at, found.published.raw) == (None, raw)
    assert [one.why_not for one in found.dates] == [why_not]
    assert not any(one.chosen for one in found.dates)


def test_next_source_is_believed_where_the_first_is_impossible() -> None:
    found = times_of(said(datePublished="2031-01-01") + "<time datetime=2015-03-09>x</time>")
    assert found.published is not None
    assert (found.published.raw, found.published.source) == ("2015-03-09", "time")
    assert [(one.raw, one.chosen) for one in found.dates] == [
        ("2031-01-01", False),
        ("2015-03-09", True),
    ]


@pytest.mark.parametrize("field", [float("nan"), 10**30, {"a": 1}, [[]], True, None])
def test_what_is_no_text_is_no_time(field: object) -> None:
    assert times_of(said(datePublished=field)).published is None


def test_change_before_publication_is_left_out_with_its_reason() -> None:
    found = times_of(
        said(datePublished="2015-03-10T08:00:00Z", dateModified="2015-03-09T08:00:00Z")
    )
    assert found.modified is not None
    assert (found.modified.at, found.modified.raw) == (None, "2015-03-09T08:00:00Z")
    assert found.dates[-1].why_not == "before publication"


def test_change_on_the_day_of_a_publication_without_hour_counts() -> None:
    found = times_of(said(datePublished="2015-03-10", dateModified="2015-03-10T00:00:00+02:00"))
    assert found.modified is not None
    assert found.modified.at is not None


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        ("<h1>Bridge</h1><p class=date>Jan 5, 2015</p>", "2015-01-05"),
        ("<h1>Bridge</h1><p>Published 5 January 2015 at 10:15</p>", "2015-01-05"),
        ("<p>27.1.2015 - The board voted on the bridge and " + "more " * 60 + "</p>", "2015-01-27"),
        (
            "<h1>Bridge</h1><p class=date>Published 5 Jan 2015</p>"
            "<p class=date>Updated 7 Jan 2015</p>",
            "2015-01-05",
        ),
        (
            "<h1>Bridge</h1><div class=related><p class=date>1 Jan 2015</p></div>"
            "<p class=date>5 Jan 2015</p>",
            "2015-01-05",
        ),
        (
            "<h1>Bridge</h1><nav><p class=date>5 January 2015</p></nav><p>On 6 January 2015</p>",
            "2015-01-06",
        ),
        ("<h1>Bridge</h1><p>© 5 January 2015</p>", None),
        ("<p>It was on 5 January 2015 that " + "the board met again " * 20 + "</p>", None),
    ],
)
def test_date_in_sight_is_the_one_beside_the_headline(body: str, expected: str | None) -> None:
    assert day(body) == expected


def test_date_in_sight_is_not_looked_for_where_the_page_names_one() -> None:
    body = said(datePublished="2031-01-01") + "<h1>Bridge</h1><p class=date>5 Jan 2015</p>"
    assert day(body) is None


@pytest.mark.parametrize(
    ("url", "expected"),
    [
        ("https://a.example/2015/03/09/bridge", "2015-03-09"),
        ("https://a.example/town/2015/mar/09/bridge", "2015-03-09"),
        ("https://a.example/2015/13/09/bridge", None),
    ],
)
def test_address_gives_a_day(url: str, expected: str | None) -> None:
    assert day("<p>text</p>", url=url) == expected


@pytest.mark.parametrize(
    ("text", "language", "expected"),
    [
        ("Jan 5, 2015", None, "2015-01-05T00:00"),
        ("5th of January 2015, 3:07 pm", None, "2015-01-05T15:07"),
        ("Montag, 5. März 2015 um 10:15 Uhr", "de", "2015-03-05T10:15"),
        ("le 5 août 2014 à 18h30", "fr", "2014-08-05T18:30"),
        ("5 de enero de 2015", "es", "2015-01-05T00:00"),
        ("5 stycznia 2015", "pl", "2015-01-05T00:00"),
        ("5 января 2015 г.", "ru", "2015-01-05T00:00"),
        ("5 Ocak 2015", "tr", "2015-01-05T00:00"),
        ("2015. március 5.", "hu", "2015-03-05T00:00"),
        ("5 Ιανουαρίου 2015", "el", "2015-01-05T00:00"),
        ("2015年1月5日", "ja", "2015-01-05T00:00"),
        ("2015년 1월 5일", "ko", "2015-01-05T00:00"),
        ("٥ يناير ٢٠١٥", "ar", "2015-01-05T00:00"),
        ("5 जनवरी 2015", "hi", "2015-01-05T00:00"),
        ("5 มกราคม 2558", "th", "2015-01-05T00:00"),
        ("05.01.2015", "de", "2015-01-05T00:00"),
        ("05/01/2015", "en-GB", "2015-01-05T00:00"),
        ("01/05/2015", "en-US", "2015-01-05T00:00"),
        ("13/01/2015", "en-US", "2015-01-13T00:00"),
        ("2015 01 05 10:15:00", None, "2015-01-05T10:15"),
        ("January 5, 201510:30 AM", "en", "2015-01-05T10:30"),
        ("5.1.15", "de", "2015-01-05T00:00"),
        ("31 February 2015", None, None),
        ("5 Foo 2015", None, None),
        ("99/99/9999", None, None),
        ("version 1.2.3.4", None, None),
        ("9" * 5_000, None, None),
    ],
)
def test_written_date_is_read(text: str, language: str | None, expected: str | None) -> None:
    found = first_date(text, language)
    assert (found and found.at.isoformat(timespec="minutes")[:16]) == expected
