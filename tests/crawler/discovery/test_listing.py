from datetime import UTC, datetime

import pytest
from samples import SECTION

from crawler.discovery.listing import read_listing

HERE = "https://harbour.example/news"


def urls(html: str, url: str = HERE) -> list[str]:
    return [link.url for link in read_listing(html.encode(), url, "text/html; charset=utf-8")]


def test_a_section_page_gives_its_articles_and_nothing_else() -> None:
    links = read_listing(SECTION.encode(), HERE, "text/html")
    assert [(link.url, link.title) for link in links] == [
        (
            "https://harbour.example/2014/12/17/ferry-line-halts-night-sailings?utm_source=front",
            "Ferry line halts night sailings",
        ),
        (
            "https://harbour.example/news/mill-pond-drained-after-a-century",
            "Mill pond drained after a century of silt",
        ),
        ("https://harbour.example/story/48213991.html", "Council picks a new clerk tonight"),
    ]
    assert [link.published_at for link in links] == [
        datetime(2014, 12, 17, 11, 30, tzinfo=UTC),
        None,
        None,
    ]
    assert {link.found_in for link in links} == {HERE}


@pytest.mark.parametrize(
    "path",
    [
        "/2014/12/17/world/ferry/index.html",
        "/2014/1217/ferry.html",
        "/world/2014/dec/17/ferry",
        "/20141217-ferry.html",
        "/local/ferry-line-20141217.html",
        "/news/world-europe-30512032",
        "/ferry-line-stops-at-midnight/",
        "/article.php?id=48213",
        "/nachrichten/artikel/faehre-faellt-aus",
        "/社会/%E9%89%84%E9%81%93%E3%81%8C%E6%AD%A2%E3%81%BE%E3%82%8B%E5%A4%9C",
        "ferry-line-stops-at-midnight.html",
    ],
)
def test_addresses_of_articles(path: str) -> None:
    html = f'<p><a href="{path}">The ferry line stops at midnight</a></p>'
    assert len(urls(html)) == 1


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("/world/europe", "Europe"),
        ("/2014/12/", "All that happened in December"),
        ("/cal/2014/12?day=3&view=list", "Events of the third of December"),
        ("/list?sort=asc&f1=2&page=3", "Sort the whole list by its date"),
        ("/author/ada-quill-of-harbour", "All stories by Ada Quill of Harbour"),
        ("/about-us-and-our-paper", "About us and our paper today"),
        ("/subscribe-to-the-harbour-today", "Subscribe to the Harbour today"),
        ("/a/a/a/the-ferry-line-stops-today", "The ferry line stops today"),
        ("/media/the-ferry-line-stops-today.pdf", "The ferry line stops today"),
        ("javascript:openTheFerryLineToday()", "The ferry line stops today"),
        ("#the-ferry-line-stops-today", "The ferry line stops today"),
        ("https://elsewhere.example/2014/12/17/ferry-line-stops", "The ferry line stops today"),
        ("/photogallery/2014/12/17/ferry-line-stops", "The ferry line stops today"),
    ],
)
def test_addresses_of_what_is_no_article(path: str, text: str) -> None:
    assert urls(f'<p><a href="{path}">{text}</a></p>') == []


def test_a_time_belongs_to_the_only_link_beside_it() -> None:
    card = '<div><a href="/{0}/{0}-line-stops-at-midnight">The {0} line stops</a>{1}</div>'
    timed = card.format("ferry", '<p><time datetime="2014-12-17">x</time></p>')
    html = f'<div>{timed}{card.format("tram", "")}</div><time datetime="2014-01-01">page</time>'
    times = [link.published_at for link in read_listing(html.encode(), HERE, None)]
    assert times == [datetime(2014, 12, 17, tzinfo=UTC), None]


def test_a_base_element_is_obeyed_and_does_not_lead_to_other_sites() -> None:
    link = '<a href="2014/12/17/ferry-line">The ferry line stops today</a>'
    ours = f'<html><head><base href="/north/"></head><body>{link}</body></html>'
    theirs = ours.replace("/north/", "https://elsewhere.example/")
    assert urls(ours) == ["https://harbour.example/north/2014/12/17/ferry-line"]
    assert urls(theirs) == []
