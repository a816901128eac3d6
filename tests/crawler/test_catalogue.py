import re
from pathlib import Path
from urllib.parse import urlsplit

import pytest

from crawler import catalogue
from crawler.catalogue import TOPICS, find, gather
from pipelines.urls import canonical_key

LISTS = Path(__file__).resolve().parents[3] / "shared" / "catalogue"


def test_every_row_is_whole() -> None:
    rows = find()
    assert 1_000 < len(rows) < 6_000
    for row in rows:
        assert row.outlet
        assert row.topic in TOPICS
        assert row.kind in ("feed", "sitemap")
        assert urlsplit(row.url).scheme in ("http", "https")
        assert row.host == row.host.lower()
        assert row.country is None or re.fullmatch("[A-Z]{2}", row.country)
        assert row.language is None or re.fullmatch("[a-z]{2,3}", row.language)
        assert {*row.provenance.split("+")} <= {"fundus", "kite", "awesome-rss-feeds"}


def test_no_address_stands_twice() -> None:
    keys = [canonical_key(row.url) for row in find()]
    assert len({*keys}) == len(keys)


def test_rows_are_found_by_country_language_and_topic() -> None:
    rows = find(country="gb", language="EN", topic="news")
    assert len(rows) > 20
    assert {(row.country, row.language, row.topic) for row in rows} == {("GB", "en", "news")}
    assert find(topic="knitting") == ()


@pytest.mark.parametrize("host", ["www.theguardian.com", "theguardian.com", "News.TheGuardian.com"])
def test_an_outlet_is_found_by_any_of_its_hosts(host: str) -> None:
    assert {row.outlet for row in find(host=host)} == {"The Guardian"}


def test_an_outlet_with_two_names_is_one() -> None:
    assert find(host="www.bbc.com") == find(host="bbc.co.uk") != ()


def test_well_known_outlets_go_first_and_none_of_them_twice() -> None:
    hosts = [row.host for row in find(language="en", topic="news")[:40]]
    assert len({*hosts}) == 40
    assert "theguardian.com" in hosts[:5]


def test_the_file_is_small() -> None:
    file = Path(catalogue.__file__).with_name("outlets.csv")
    assert file.stat().st_size < 600_000


@pytest.mark.shared
@pytest.mark.skipif(not LISTS.is_dir(), reason="the lists are not beside the project")
def test_the_file_is_what_the_lists_give() -> None:
    assert tuple(gather.gather(LISTS)) == find()
