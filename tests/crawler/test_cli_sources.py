"""`followup source`: from a homepage's address to a list that is carried to another machine."""

from pathlib import Path

import pytest

from tests.crawler.terminal import Terminal, has_keys

EAST = "http://eaststrait.newsroom.test/"
HARBOUR = "http://harbourpost.newsroom.test/"
SECTION = "http://northgate-gazette.newsroom.test/world.html"
SITEMAP = "http://capitaldispatch.newsroom.test/sitemap_index.xml"


def kinds(terminal: Terminal) -> list[tuple[str, str]]:
    return [(one["kind"], one["url"]) for one in terminal.good("source", "list", "--json").json]


def test_of_a_homepage_its_feed_is_found(online: Terminal) -> None:
    added = online.good("source", "add", EAST, "--tag", "asia", "--tag", "desk", "--json").json
    assert [one["url"] for one in added] == [f"{EAST}rss/news.xml"]
    assert has_keys(added[0], "id kind url outlet tags health reason since due_at")
    assert (added[0]["kind"], added[0]["outlet"]) == ("feed", "East Strait Review")
    assert added[0]["tags"] == ["asia", "desk"]
    again = online.good("source", "add", f"{EAST}rss/news.xml", "--kind", "feed")
    assert "There already: source 1" in again.err
    assert len(kinds(online)) == 1


def test_sources_are_checked_for_what_they_were_added_as(online: Terminal) -> None:
    online.good("source", "add", SECTION, "--kind", "section")
    online.good("source", "add", SITEMAP, "--kind", "sitemap")
    online.good("source", "add", SECTION.replace("world", "arts"), "--kind", "feed")
    checked = online("source", "check", "--json")
    assert checked.status == 1, "one of them is no feed"
    assert [one["ok"] for one in checked.json] == [True, True, False]
    assert checked.json[2]["reason"] == "it is a section now, no feed"


def test_an_address_where_nothing_is_gets_a_sentence_and_a_remedy(online: Terminal) -> None:
    missing = online("source", "add", f"{HARBOUR}nothing-here")
    assert missing.status == 1
    assert "404" in missing.err
    assert "--kind" in missing.err
    assert kinds(online) == []


@pytest.mark.parametrize(
    ("url", "said"),
    [
        ("ftp://files.example.org/", "is no address on the web"),
        ("http://192.168.1.20/feed", "192.168.1.20 is not a public address"),
        ("http://[bad/feed", "is no address on the web"),
        ("localhost:8000", "localhost"),
    ],
)
def test_what_is_never_fetched_cannot_be_a_source(empty: Terminal, url: str, said: str) -> None:
    for kind in ((), ("--kind", "feed")):
        refused = empty("source", "add", url, *kind)
        assert refused.status == 1
        assert said in refused.err
        assert len(refused.err.splitlines()) == 2
    assert kinds(empty) == []


def test_with_a_kind_nothing_is_asked(empty: Terminal) -> None:
    empty.good("source", "add", "example.org/feed", "--kind", "feed", "--outlet", "Example")
    assert kinds(empty) == [("feed", "https://example.org/feed")]
    other = empty.good("source", "add", "https://example.org/feed", "--kind", "section")
    assert "followup source remove 1" in other.err, "a source has one kind"
    assert empty("source", "add", "https://example.org/s", "--kind", "search").status == 2


def test_a_list_in_a_pipe_has_a_line_for_each_source(followed: Terminal) -> None:
    listed = followed.good("source", "list").out.splitlines()
    every = followed.good("source", "list", "--json").json
    assert len(listed) == len(every) + 1
    assert all(any(one["url"] in line for line in listed) for one in every)
    assert max(map(len, followed.good("source", "list", COLUMNS="80").out.splitlines())) <= 80


def test_a_removed_source_is_gone_and_an_unknown_one_told(followed: Terminal) -> None:
    assert "Removed source 1" in followed.good("source", "remove", 1).err
    gone = followed("source", "remove", 1)
    assert (gone.status, "followup source list" in gone.err) == (1, True)
    assert followed("source", "check", 1).status == 1


def test_opml_carries_kind_tags_language_and_country_over(
    followed: Terminal, tmp_path: Path
) -> None:
    followed.good("source", "add", "https://example.org/news", "--kind", "section", "--tag", "a b")
    before = followed.good("source", "list", "--json").json
    file = tmp_path / "sources.opml"
    file.write_text(followed.good("source", "export").out, "utf-8")
    followed.own["FOLLOWUP_HOME"] = str(tmp_path / "other")
    told = followed.good("source", "import", file, "--json").json
    assert told == {"added": len(before), "known": 0, "refused": []}
    after = followed.good("source", "list", "--json").json
    for key in ("kind", "url", "outlet", "language", "country", "tags"):
        assert [one[key] for one in after] == [one[key] for one in before], key
    again = followed.good("source", "import", file)
    assert again.err == f"0 sources added, {len(before)} were there already.\n"


def test_what_a_list_holds_that_cannot_be_followed_is_told(empty: Terminal, tmp_path: Path) -> None:
    file = tmp_path / "mixed.opml"
    file.write_text(
        '<opml version="2.0"><body><outline text="A" xmlUrl="https://example.org/a"/>'
        '<outline text="B" xmlUrl="http://10.0.0.1/b"/></body></opml>'
    )
    told = empty.good("source", "import", file)
    assert "1 source added" in told.err
    assert "left: http://10.0.0.1/b" in told.err
    file.write_text("<html>no list</html>")
    refused = empty("source", "import", file)
    assert (refused.status, "names no source: not an OPML file" in refused.err) == (1, True)


def test_the_catalogue_is_narrowed_and_added(empty: Terminal) -> None:
    found = empty.good("source", "catalogue", "--language", "de", "--topic", "news", "--json").json
    assert found
    assert {one["language"] for one in found} == {"de"}
    few = ("source", "catalogue", "--language", "de", "--topic", "news", "--limit", 5)
    assert "5 sources. Follow them all" in empty.good(*few).err
    assert empty.good(*few, "--add").err == "5 sources added, 0 were there already.\n"
    listed = empty.good("source", "list", "--json").json
    assert [one["url"] for one in listed] == [one["url"] for one in found[:5]]
    assert listed[0]["tags"] == ["news"]
    by_country = empty.good("source", "catalogue", "--country", "kr", "--json").json
    assert {one["country"] for one in by_country} == {"KR"}
    nothing = empty("source", "catalogue", "--topic", "gardening")
    assert (nothing.status, "technology" in nothing.err) == (1, True)
