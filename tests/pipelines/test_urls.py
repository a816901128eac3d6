"""What counts as one address, what may be asked for, and whose a host is."""

import json
import time
from collections import defaultdict
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.urls import (
    MAX_LENGTH,
    absolute,
    canonical_key,
    host_of,
    origin_of,
    registrable_domain,
    same_site,
    strip_tracking,
)

SHARED = Path(__file__).resolve().parents[3] / "shared"
STORY = "example.com/news/2014/sony-attack"

hosts = st.from_regex(
    r"[a-z][a-z0-9]{0,8}(\.[a-z][a-z0-9]{0,8}){0,2}\.(com|co\.uk|de)", fullmatch=True
)
paths = st.lists(st.text("abAB01-_.%~;=é ", max_size=8), max_size=4).map("/".join)
queries = st.lists(
    st.tuples(st.sampled_from(["id", "p", "q", "story", "x"]), st.text("ab01/%+", max_size=4)),
    max_size=3,
).map(lambda pairs: "&".join(f"{name}={value}" for name, value in pairs))
addresses = st.builds(lambda h, p, q: f"{h}/{p}?{q}", hosts, paths, queries)
noise = st.text(
    st.sampled_from(list("htps:/\\.@[]?#&=;%~!+ \t\n\0am2wpx019。．é\ud800")), max_size=60
)


@pytest.mark.parametrize(
    "twin",
    [
        "http://example.com/news/2014/sony-attack",
        "https://example.com/news/2014/sony-attack/",
        "HTTPS://WWW.Example.COM:443/news/2014/sony-attack",
        "http://example.com:80//news/./2014/x/../sony-attack",
        "http://user:secret@example.com/news/2014/sony-attack",
        "http://m.example.com/news/2014/sony-attack",
        "http://www.mobile.example.com/news/2014/sony-attack",
        "https://amp.example.com/news/2014/sony-attack",
        "https://example.com./news/2014/sony-attack#comments",
        "https://example.com/news/2014/sony-attack/amp",
        "https://example.com/news/2014/sony-attack/amp/",
        "https://example.com/amp/news/2014/sony-attack",
        "https://example.com/news/2014/sony-attack.amp",
        "https://example.com/news/2014/sony-attack?amp",
        "https://example.com/news/2014/sony-attack?amp=1",
        "https://example.com/news/2014/sony-attack?output=amp",
        "https://example.com/news/2014/sony-attack?outputType=amp",
        "https://example.com/news/2014/sony-attack/print",
        "https://example.com/news/2014/sony-attack?print=true",
        "https://example.com/news/2014/sony-attack/index.html",
        "https://example.com/news/2014/sony-attack/Index.PHP",
        "https://example.com/news/2014/sony%2Dattack",
        "https://example.com/news/2014/sony-attack;jsessionid=0A1B2C",
        "https://example.com/news/2014/sony-attack?PHPSESSID=d41d8cd98f00b204e9800998ecf8427e",
        "https://example.com/news/2014/sony-attack?sid=d41d8cd98f00b204e9800998ecf8427e",
        "https://example.com/news/2014/sony-attack?utm_source=x&UTM_Medium=y&amp;utm_term=z",
        "https://example.com/news/2014/sony-attack?fbclid=a&gclid=b&ref=rss&at_medium=RSS",
        "https://example.com/news/2014/sony-attack?r=rss&cmp=rss",
        "https://example.com/news/2014/sony-attack?",
        "http:\\\\example.com\\news\\2014\\sony-attack",
        "ht\ntp://exam\tple.com/news/2014/sony-attack ",
        "https://example-com.cdn.ampproject.org/c/s/example.com/news/2014/sony-attack",
        "https://www.google.com/amp/s/example.com/news/2014/sony-attack",
        "https://ｅｘａｍｐｌｅ．com/news/2014/sony-attack",
    ],
)
def test_twins_of_one_article_have_one_key(twin: str) -> None:
    assert canonical_key(twin) == STORY


@pytest.mark.parametrize(
    ("a", "b"),
    [
        ("http://example.com/?p=12", "http://example.com/?p=13"),
        ("http://example.com/?id=12", "http://example.com/"),
        ("http://example.com/?q=content/one", "http://example.com/?q=content/two"),
        ("http://example.com/article.php?sid=123", "http://example.com/article.php?sid=124"),
        ("http://example.com/?story=a", "http://example.com/?story=b"),
        (
            "http://example.com/?s=2012-04-28-breakpoints-css",
            "http://example.com/?s=2012-05-12-menu",
        ),
        ("http://example.com/?s=facebook-buys-whatsapp", "http://example.com/"),
        ("http://example.com/?feed=rss2", "http://example.com/"),
        ("http://example.com/?f=4", "http://example.com/?f=5"),
        ("http://example.com/?mod=viewthread", "http://example.com/?mod=forum"),
        ("http://example.com/a?lang=en", "http://example.com/a?lang=de"),
        ("http://example.com/A", "http://example.com/a"),
        ("http://example.com/a%2Fb", "http://example.com/a/b"),
        ("http://example.com/#!/a", "http://example.com/#!/b"),
        ("http://example.com:8080/a", "http://example.com/a"),
        ("http://news.example.com/a", "http://example.com/a"),
        ("http://example.com/news/print", "http://example.com/news"),
        ("http://example.com/a?page=2", "http://example.com/a?page=3"),
        ("http://amp.dev/a-1", "http://dev/a-1"),
        ("http://m.co.uk/a-1", "http://co.uk/a-1"),
        ("http://one.blogspot.com/a", "http://blogspot.com/a"),
    ],
)
def test_what_names_an_article_stays_in_its_key(a: str, b: str) -> None:
    assert canonical_key(a) != canonical_key(b)


def test_order_and_spelling_of_parameters_do_not_matter() -> None:
    assert canonical_key("http://example.com/?b=%7e&a=x+y") == "example.com/?a=x%20y&b=~"


def test_front_page_of_a_host_company_has_its_www_folded() -> None:
    assert canonical_key("http://www.blogspot.com/a") == canonical_key("http://blogspot.com/a")
    assert canonical_key("http://m.github.io/a") != canonical_key("http://github.io/a")


def test_language_editions_of_a_mobile_site_stay_apart() -> None:
    assert canonical_key("https://en.m.wikipedia.org/wiki/Sony") == "en.wikipedia.org/wiki/Sony"


@pytest.mark.parametrize(
    "hostile",
    [
        "",
        "http://",
        "http://[::1",
        "http://[::1]:99999/",
        "http://example.com:99999/a",
        "http://example.com:port/a",
        "http://a..b/",
        "http://" + "a" * 64_000,
        "http://example.com/" + "%" * 64_000,
        "http://example.com/" + "/amp" * 16_000,
        "http://example.com/?" + "&amp;" * 12_000,
        "http://www.example.com/" + "a-" * 2_000,
        "http://www.google.com/url?q=http://www.google.com/url?q=" + "http://" * 900,
        "http://cdn.ampproject.org" + "/c/s/cdn.ampproject.org" * 300,
        "http://example.com/" + "(S(" * 2_000,
        "https://news.google.com/articles/CBM" + "A" * 1_400,
        "http://" + "xn--" * 60 + ".com/",
        "http://" + "ü" * 900 + ".com/",
        "http://" + "1" * 900 + "/",
        "http://4294967296/",
        "javascript:alert(1)",
        "http://\ud800.com/\udfff",
        "!" * 3_000,
    ],
)
def test_hostile_addresses_have_a_stable_key(hostile: str) -> None:
    started = time.process_time()
    key = canonical_key(hostile)
    assert key == canonical_key(hostile) == canonical_key(key)
    assert key.isascii()
    assert len(key) <= MAX_LENGTH
    assert host_of(hostile) == host_of(hostile).lower()
    strip_tracking(hostile)
    absolute("http://example.com/", hostile)
    assert time.process_time() - started < 1.0


@given(st.one_of(noise, st.text(), addresses, st.builds("http://{}".format, noise)))
def test_key_of_a_key_is_the_key(url: str) -> None:
    key = canonical_key(url)
    assert key.isascii()
    assert canonical_key(key) == key


@given(addresses, st.sampled_from(["utm_source=a", "fbclid=b", "ref=c", "at_campaign=d"]))
def test_scheme_tracking_and_fragment_do_not_matter(address: str, tracking: str) -> None:
    key = canonical_key(f"http://{address}")
    assert canonical_key(f"https://{address}&{tracking}#part") == key
    assert canonical_key(f"https://www.{address}") == key


@given(st.one_of(addresses, noise), st.one_of(noise, paths))
def test_what_is_absolute_stays_so_and_can_be_asked_for(base: str, href: str) -> None:
    found = absolute(f"http://{base}", href)
    if found is not None:
        assert found.startswith(("http://", "https://"))
        assert len(found) <= MAX_LENGTH
        assert "#" not in found
        assert host_of(found)
        assert absolute(found, found) == found


@given(st.one_of(addresses, noise))
def test_tidy_address_keeps_the_key(url: str) -> None:
    tidy = strip_tracking(f"http://{url}")
    assert canonical_key(tidy) == canonical_key(f"http://{url}")
    assert strip_tracking(tidy) == tidy


@pytest.mark.parametrize(
    ("href", "expected"),
    [
        ("/b", "http://example.com/b"),
        ("c?x=1#top", "http://example.com/a/c?x=1"),
        ("//other.org/d", "http://other.org/d"),
        (" \n/e\tf ", "http://example.com/ef"),
        ("\\g", "http://example.com/g"),
        ("https://Example.org:443/h i", "https://example.org/h%20i"),
        ("https://example.org:8443/", "https://example.org:8443/"),
        ("http://user:pw@example.org/", "http://example.org/"),
        ("http://0x7f.1/", "http://127.0.0.1/"),
        ("?amp=1&utm_source=x", "http://example.com/a/b?amp=1&utm_source=x"),
        ("mailto:desk@example.com", None),
        ("javascript:void(0)", None),
        ("data:text/html,hi", None),
        ("file:///etc/hosts", None),
        ("http://[::1", None),
        ("http://example.com:99999/", None),
        ("http:///", None),
        ("/" + "x" * 2_000, None),
    ],
)
def test_links_become_addresses_that_can_be_asked_for(href: str, expected: str | None) -> None:
    assert absolute("http://example.com/a/b", href) == expected


def test_link_on_a_page_without_an_address_needs_its_own() -> None:
    assert absolute("", "/a") is None
    assert absolute("http://[", "/a") is None
    assert absolute("http://[", "http://example.com/a") == "http://example.com/a"


def test_hosts_are_told_in_one_spelling() -> None:
    assert host_of("https://user@BÜCHER.example:8080/x") == "xn--bcher-kva.example"
    assert host_of("http://[0:0::1]/") == "[::1]"
    assert host_of("http://2130706433/") == "127.0.0.1"
    assert host_of("http://017700000001/") == "127.0.0.1"
    assert host_of("http://127。0。0。1/") == "127.0.0.1"
    assert host_of("mailto:a@b.example") == ""


def test_origin_leaves_the_default_port_out() -> None:
    assert origin_of("https://Example.com:443/a?b") == "https://example.com"
    assert origin_of("http://example.com:8080/a") == "http://example.com:8080"
    assert origin_of("/a") == ""


@pytest.mark.parametrize(
    ("host", "domain"),
    [
        ("news.bbc.co.uk", "bbc.co.uk"),
        ("bbc.co.uk", "bbc.co.uk"),
        ("co.uk", "co.uk"),
        ("a.b.github.io", "b.github.io"),
        ("github.io", "github.io"),
        ("daily.newsroom.test", "newsroom.test"),
        ("127.0.0.1", "127.0.0.1"),
        ("[::1]", "[::1]"),
        ("localhost", "localhost"),
        ("", ""),
    ],
)
def test_registrable_domain_follows_the_suffix_list(host: str, domain: str) -> None:
    assert registrable_domain(host) == domain


def test_two_blogs_of_one_host_company_are_two_sites() -> None:
    assert same_site("http://news.bbc.co.uk/1", "https://www.bbc.co.uk/2")
    assert not same_site("http://a.blogspot.com/", "http://b.blogspot.com/")
    assert not same_site("mailto:a", "mailto:a")


def test_tidy_address_keeps_what_the_server_needs() -> None:
    dirty = "https://Example.com/a/?id=3&utm_source=rss&b=%7E&amp=1&fbclid=x#top"
    assert strip_tracking(dirty) == "https://Example.com/a/?id=3&b=%7E&amp=1"


def _recorded() -> list[dict[str, object]]:
    corpus = SHARED / "web" / "corpus"
    rows: list[dict[str, object]] = []
    for name in ("index.jsonl", "sony2014/index.jsonl"):
        if not (corpus / name).exists():
            pytest.skip("the recorded web is not beside the project")
        rows += map(json.loads, (corpus / name).read_text(encoding="utf-8").splitlines())
    return [row for row in rows if row["kind"] in ("articles", "sony2014")]


@pytest.mark.shared
def test_recorded_variants_share_a_key_and_articles_do_not() -> None:
    by_key: dict[str, set[str]] = defaultdict(set)
    apart = []
    for row in _recorded():
        url = str(row["url"])
        by_key[canonical_key(url)].add(url)
        variants = row.get("variants") or []
        assert isinstance(variants, list)
        apart += [(url, v) for v in variants if canonical_key(v) != canonical_key(url)]
    assert apart == []
    assert [urls for urls in by_key.values() if len(urls) > 1] == []
