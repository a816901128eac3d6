"""A site that says of its own page that it is another site's article, in a real crawl over both."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

from crawler.config import read_config
from crawler.home import open_home
from crawler.services import articles, crawls, incidents, review
from crawler.services.review import View
from crawler.wanted import Wanted
from pipelines.incident import Source, SourceKind
from pipelines.store import sources
from tests.crawler.strange_sites import WORDS, Piece, StrangeSites, answer, feed, served

AT = datetime(2021, 6, 1, 12, tzinfo=UTC)
HOME = "http://railway.test/fire"
WHOLE = (
    f"<p>{WORDS}</p><p>Forty trains stood still, the station master said, and seven people slept in"
    " the hall. Nobody was hurt. The line opens again on Friday at noon.</p>"
)
FALSE = (
    f"<p>{WORDS}</p><p>Ninety trains burnt down, an onlooker shouted, and the fire was laid by the"
    " owner of the line. He was seen in the woods on Saturday, with a can in his hand.</p>"
)


def page(title: str, text: str, head: str = "") -> str:
    return (
        f"<html><head><title>{title}</title>{head}</head><body><article><h1>{title}</h1>{text}"
        "</article></body></html>"
    )


def railway(path: str) -> Sequence[Piece]:
    if path == "/feed":
        return [answer(feed("railway.test", ["/fire"]), "application/rss+xml")]
    if path == "/fire":
        return [answer(page("Fire at the junction stops trains", WHOLE))]
    return [answer("User-agent: *\nAllow: /\n", "text/plain")]


class Gazette:
    """Claims the article as its own in every way there is, with another text at each visit."""

    claims = {
        "/canonical": f"<link rel=canonical href='{HOME}'>",
        "/og": f"<meta property=og:url content='{HOME}'>",
        "/amp": f"<link rel=canonical href='{HOME}'><link rel=amphtml href='{HOME}'>",
        "/json": '<script type="application/ld+json">{"@type": "NewsArticle", "headline": "Fire",'
        f' "url": "{HOME}", "mainEntityOfPage": "{HOME}"}}</script>',
        "/base": f"<base href='http://railway.test/'><link rel=canonical href='{HOME}'>",
    }
    text = FALSE
    gone = False

    def __call__(self, path: str) -> Sequence[Piece]:
        if path == "/feed":
            paths = [*self.claims, "/moved"]
            return [answer(feed("gazette.test", paths), "application/rss+xml")]
        if path == "/robots.txt":
            return [answer("User-agent: *\nAllow: /\n", "text/plain")]
        if self.gone:
            return [answer("<html>Gone.</html>", status=410)]
        if path == "/moved":
            return [b"HTTP/1.1 301 Moved\r\nLocation: " + HOME.encode() + b"\r\n\r\n"]
        name = path[1:].title()
        text = f"<p>This is what {name} says of it, and {name} alone.</p>{self.text}"
        return [answer(page(f"Owner laid the fire, says {name}", text, self.claims[path]))]


def test_a_page_that_claims_another_sites_article_changes_nothing_of_it(tmp_path: Path) -> None:
    """Nor where it came first."""
    gazette = Gazette()
    with served({"railway.test": railway, "gazette.test": gazette}) as strange:
        found = crawl(tmp_path, strange, ["gazette.test"], 0)
        both = ["railway.test", "gazette.test"]
        assert crawl(tmp_path, strange, both, 1) >= found
        before = shown(tmp_path, strange, 1)
        assert "Forty trains" in str(before["text"])
        assert "Ninety" not in str(before["text"])
        gazette.text = FALSE.replace("Ninety", "All")
        crawl(tmp_path, strange, both, 2)
        gazette.gone = True
        for hour in (4, 8):
            crawl(tmp_path, strange, both, hour)
        after = shown(tmp_path, strange, 8)
        its_own = ("url", "canonical_url", "title", "text", "versions", "vanished_at", "gone_reads")
        assert {key: after[key] for key in its_own} == {key: before[key] for key in its_own}
        assert [after[key] for key in ("vanished_at", "gone_reads")] == [None, 0]
        assert len(after["versions"]) == 1
        rows = lines(tmp_path, strange)
        assert {url for url in rows if "gazette" in url} == {
            f"http://gazette.test{path}" for path in Gazette.claims
        }
        assert all("Ninety" not in title for title in rows.values())


def settings(folder: Path, strange: StrangeSites, hour: int) -> dict[str, str]:
    return {
        "FOLLOWUP_HOME": str(folder),
        "FOLLOWUP_CONTACT": "tests@followup.test",
        "FOLLOWUP_MIN_GAP_SECONDS": "0.01",
        "FOLLOWUP_NOW": (AT + timedelta(hours=hour)).isoformat(),
        "http_proxy": strange.url,
        "https_proxy": strange.url,
        "no_proxy": "",
    }


def crawl(folder: Path, strange: StrangeSites, hosts: Sequence[str], hour: int) -> set[str]:
    """Crawl so many hours after the first time; the addresses that are stored then."""
    own = settings(folder, strange, hour)
    with open_home(read_config(own), own) as home:
        if not incidents.list_all(home):
            seed = home.config.home / "seed.txt"
            seed.write_text(f"Fire at the junction\n\n{WORDS}\n\n{WORDS}\n")
            incidents.new(home, "fire", [str(seed)])
        with home.database.write() as conn:
            known = {source.url for source in sources.list_all(conn)}
            for url in (f"http://{host}/feed" for host in hosts):
                if url not in known:
                    sources.add(conn, Source(SourceKind.FEED, url), now=home.now())
        assert str(crawls.run(home, Wanted()).state) == "finished"
    return set(lines(folder, strange))


def lines(folder: Path, strange: StrangeSites) -> dict[str, str]:
    own = settings(folder, strange, 40)
    with open_home(read_config(own), own) as home:
        listed = review.page(home, View(copies=True), limit=100).lines
        return {one.url: one.title or "" for one in listed}


def shown(folder: Path, strange: StrangeSites, hour: int) -> dict[str, Any]:
    own = settings(folder, strange, hour)
    with open_home(read_config(own), own) as home:
        listed = review.page(home, View(copies=True), limit=100).lines
        return articles.show(home, next(one.id for one in listed if one.url == HOME))
