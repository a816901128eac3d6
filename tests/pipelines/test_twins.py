"""Twins of an article by their address, and addresses that look like twins and are none.

Each row is a way in which one article has several addresses: those that must have one key, and
pairs that must not.
"""

import pytest

from pipelines.urls import canonical_key, is_twin, own_key, unwrapped

A = "http://harbour.example/2021/06/crane-falls"

FOLDED = {
    "tracking": (
        f"{A}?utm_source=rss&utm_medium=feed",
        f"{A}?gad_source=1&rdt_cid=77",
        f"{A}?share=jetpack-whatsapp&rss=1",
        f"{A}?elqTrackId=8f&sfmc_id=3",
        f"{A}?like_comment=670&_wpnonce=43f5",
    ),
    "fragment": (f"{A}#", f"{A}#comments", f"{A}#:~:text=the%20crane", f"{A}/#main"),
    "port": (
        "http://harbour.example:80/2021/06/crane-falls",
        "https://harbour.example:443/2021/06/crane-falls",
        "http://harbour.example:/2021/06/crane-falls",
    ),
    "session": (
        f"{A};jsessionid=0A1B.node2",
        f"{A}%3Bjsessionid=0A1B",
        f"{A}?JSESSIONID=0A1B&sessid=9",
        f"{A}?sid=d41d8cd98f00b204e9800998ecf8427e",
        "http://harbour.example/(S(lit3py55t21z5v55vlm25s55))/2021/06/crane-falls",
        "http://harbour.example/%28S%28lit3py55%29%29/2021/06/crane-falls",
        "http://harbour.example/(A(x1)S(y2))/2021/06/crane-falls",
    ),
    "slash and index": (
        f"{A}/",
        f"{A}//",
        f"{A}/index.html",
        f"{A}/index.html?utm_source=a",
        f"{A}/Default.aspx",
        "http://harbour.example//2021//06/crane-falls",
        "http://harbour.example/./2021/x/../06/crane-falls",
    ),
    "amp in the path": (
        f"{A}/amp",
        f"{A}/tnamp/",
        f"{A}.amp",
        f"{A}_amp",
        f"{A}~amp",
        f"{A}!amp",
        "http://harbour.example/amp/2021/06/crane-falls",
        "http://harbour.example/_amp/2021/06/crane-falls",
        "http://harbour.example/platform/amp/2021/06/crane-falls",
        "http://harbour.example/2021/amp/06/crane-falls",
        "http://harbour.example/2021/06/amp/crane-falls",
        f"{A}/index.amp",
    ),
    "amp elsewhere": (
        "https://amp.harbour.example/2021/06/crane-falls",
        "https://www.amp.harbour.example/2021/06/crane-falls",
        f"{A}?amp",
        f"{A}?_amp=true",
        f"{A}?noamp=mobile",
        f"{A}?outputType=amp-type",
        f"{A}?display=amp",
    ),
    "amp caches and viewers": (
        "https://harbour-example.cdn.ampproject.org/c/s/harbour.example/2021/06/crane-falls",
        "https://harbour-example.cdn.ampproject.org/v/s/harbour.example/2021/06/crane-falls/amp?amp_js_v=0.1",
        "https://cdn.ampproject.org/c/harbour.example/2021/06/crane-falls",
        "https://www.google.co.uk/amp/s/harbour.example/2021/06/crane-falls.amp",
        "https://www.bing.com/amp/s/harbour.example/2021/06/crane-falls",
        "https://harbour-example.bing-amp.com/c/s/harbour.example/2021/06/crane-falls",
        "https://www.google.com/amp/s/amp-x.cdn.ampproject.org/c/s/harbour.example/2021/06/crane-falls",
    ),
    "mobile": (
        "http://m.harbour.example/2021/06/crane-falls",
        "http://mobile.harbour.example/2021/06/crane-falls",
        "http://pda.harbour.example/2021/06/crane-falls",
        "http://harbour.example/m/2021/06/crane-falls",
        "http://m.harbour.example/m/2021/06/crane-falls",
        "http://harbour.example/mobile/2021/06/crane-falls",
        f"{A}?m=1",
        f"{A}?view=mobile",
        f"{A}?nomobile=1",
    ),
    "print": (
        f"{A}/print",
        f"{A}/print.html",
        f"{A}/drucken/",
        f"{A}?print=1",
        f"{A}?view=print",
        f"{A}?tmpl=component&print=1&layout=print",
        f"{A},PRINT",
        "http://harbour.example/print/2021/06/crane-falls",
    ),
    "ways out that carry the address": (
        "https://www.google.com/url?rct=j&sa=t&url=http://harbour.example/2021/06/crane-falls&ct=ga",
        "https://news.google.com/news/url?sa=t&fd=R&url=http%3A%2F%2Fharbour.example%2F2021%2F06%2Fcrane-falls",
        "http://www.bing.com/news/apiclick.aspx?ref=FexRss&url=https%3a%2f%2fharbour.example%2f2021%2f06%2fcrane-falls&c=9",
        "http://us.rd.yahoo.com/dailynews/rss/world/*http://harbour.example/2021/06/crane-falls",
        "https://r.search.yahoo.com/_ylt=A/RU=https%3a%2f%2fharbour.example%2f2021%2f06%2fcrane-falls/RK=2/RS=x-",
        "https://l.facebook.com/l.php?u=https%3A%2F%2Fharbour.example%2F2021%2F06%2Fcrane-falls%3Ffbclid%3DIwA&h=AT",
        "https://out.reddit.com/t3_x?url=https%3A%2F%2Fharbour.example%2F2021%2F06%2Fcrane-falls&token=t",
        "https://news.google.com/rss/articles/CBMiKmh0dHA6Ly9oYXJib3VyLmV4YW1wbGUvMjAyMS8wNi9jcmFuZS1mYWxsc9IBAA?oc=5",
        "https://news.google.com/url?q=https://www.google.com/amp/s/harbour.example/2021/06/crane-falls",
    ),
    "scheme and spelling": (
        "https://harbour.example/2021/06/crane-falls",
        "//harbour.example/2021/06/crane-falls",
        "HTTP://WWW2.Harbour.EXAMPLE./2021/06/crane%2dfalls",
        "http://www.harbour.example/2021/06/cr%61ne-falls",
    ),
}


@pytest.mark.parametrize(
    ("kind", "twin"), [(kind, twin) for kind, twins in FOLDED.items() for twin in twins]
)
def test_twins_have_the_key_of_the_article(kind: str, twin: str) -> None:
    assert canonical_key(twin) == "harbour.example/2021/06/crane-falls", kind


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("http://bücher.example/ä-1", "http://xn--bcher-kva.example/%c3%a4-1"),
        ("http://BÜCHER.example/a-1", "http://b%C3%BCcher.example/a-1"),
        ("http://例え.example/a-1", "http://xn--r8jz45g.example/a-1"),
        ("http://harbour.example/a%c3%a9-1", "http://harbour.example/a%C3%A9-1"),
        ("http://harbour.example/a-1?q=%e4%b8%ad", "http://harbour.example/a-1?q=中"),
        ("http://harbour.example/?b=1&a=2", "http://harbour.example/index.php?a=2&b=1"),
        ("http://amp-arts.harbour.example/a-1", "http://arts.harbour.example/a-1"),
        ("http://amp--arts.harbour.example/a-1", "http://arts.harbour.example/a-1"),
        (
            "http://harbour.example/x/amp_articleshow/1.cms",
            "http://harbour.example/x/articleshow/1.cms",
        ),
        (
            "http://harbour.example/a-1-20261124-amp.html",
            "http://harbour.example/a-1-20261124.html",
        ),
        ("http://edition.cnn.com/2021/a-1", "https://amp.cnn.com/cnn/2021/a-1"),
        ("http://eu.usatoday.com/story/1", "https://www.usatoday.com/story/1"),
        (
            "http://www.asahi.com/sp/articles/A1.html?iref=x",
            "http://www.asahi.com/articles/A1.html",
        ),
    ],
)
def test_spellings_and_single_sites(one: str, other: str) -> None:
    assert canonical_key(one) == canonical_key(other)


APART = {
    "tracking": (
        ("?id=4", "?id=5"),
        ("?share=budget-2021", ""),
        ("?from=42", "?from=43"),
        ("?rss=sport", "?rss=news"),
        ("?module=4", "?module=5"),
    ),
    "fragment": (("#!/a-1", "#!/a-2"), ("#!a", ""), ("?x=%23a", "?x=%23b")),
    "port": ((":8080/a-1", "/a-1"), (":8080/a-1", ":8081/a-1"), (":0443x/a", "/a")),
    "session": (
        ("/a(S(1))-2", "/a-2"),
        ("/(S)/a-2", "/a-2"),
        ("/wiki/Fire_(2021)", "/wiki/Fire"),
        ("/a;art114,1", "/a;art114,2"),
        ("/?sid=12", "/?sid=13"),
    ),
    "slash and index": (
        ("/index-2021.html", "/"),
        ("/a-1/indexes.html", "/a-1"),
        ("/A-1", "/a-1"),
        ("/a-1%2F2", "/a-1/2"),
    ),
    "amp": (
        ("/music/guitar-amp", "/music/guitar"),
        ("/champ", "/ch"),
        ("/news/amp", "/news"),
        ("/amp/news", "/news"),
        ("/x/camp/fire-1", "/x/fire-1"),
        ("/a-1?amp=no", "/a-1"),
        ("/best-amp.html", "/best.html"),
    ),
    "mobile": (
        ("/mobile/phone-14", "/phone-14"),
        ("/m/news", "/news"),
        ("/2021/m/fire-1", "/2021/fire-1"),
        ("/?m=202111", "/"),
        ("/sp/film-1", "/film-1"),
    ),
    "print": (
        ("/print/offer-1", "/offer-1"),
        ("/news/print", "/news"),
        ("/the-fine-print", "/the-fine"),
        ("/a-1/2", "/a-1"),
        ("/a-1?layout=gallery", "/a-1"),
    ),
}


@pytest.mark.parametrize(
    ("kind", "one", "other"), [(k, a, b) for k, pairs in APART.items() for a, b in pairs]
)
def test_what_looks_like_a_twin_and_is_none_stays_apart(kind: str, one: str, other: str) -> None:
    host = "http://harbour.example"
    assert canonical_key(host + one) != canonical_key(host + other), kind


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("http://us.harbour.example/a-1", "http://harbour.example/a-1"),
        ("http://eu.harbour.example/a-1", "http://harbour.example/a-1"),
        ("http://arts.harbour.example/a-1", "http://harbour.example/a-1"),
        ("http://amp-kits.blogspot.com/a-1", "http://kits.blogspot.com/a-1"),
        ("http://amp.dev/a-1", "http://dev/a-1"),
        ("http://www.google.com/url?q=crane", "http://crane/"),
        ("http://www.google.com/search?q=http://harbour.example/a-1", "http://harbour.example/a-1"),
        ("http://thief.example/url?url=http://harbour.example/a-1", "http://harbour.example/a-1"),
        ("http://google.com.thief.example/amp/s/harbour.example/a-1", "http://harbour.example/a-1"),
        ("http://thiefcdn.ampproject.org.example/c/harbour.example/a", "http://harbour.example/a"),
        (
            "https://www.facebook.com/sharer.php?u=http://harbour.example/a",
            "http://harbour.example/a",
        ),
        ("https://news.google.com/rss/articles/CBMiAUFVX3lxTE1fQUFBQUFBQUFBQUE", "http://x/"),
    ],
)
def test_hosts_that_look_like_twins_or_ways_out_stay_apart(one: str, other: str) -> None:
    assert canonical_key(one) != canonical_key(other)


def test_what_an_address_carries_is_asked_for_as_it_stands_there() -> None:
    inner = "https://harbour.example/a-1/amp?id=3&utm_source=x"
    coded = "https%3A%2F%2Fharbour.example%2Fa-1%2Famp%3Fid%3D3%26utm_source%3Dx"
    assert unwrapped(f"https://www.google.com/url?sa=t&url={coded}&usg=9") == inner
    assert unwrapped(f"https://x.cdn.ampproject.org/c/s/{inner[8:]}") == inner
    assert unwrapped("https://harbour.example/a#b") == "https://harbour.example/a#b"
    assert unwrapped("https://www.google.com/url?q=javascript:alert(1)").startswith("https://www.g")
    assert unwrapped("https://www.google.com/url?q=http://localhost/a").startswith("https://www.g")


def test_what_answered_at_a_wrapper_has_a_key_at_the_wrappers_own_site() -> None:
    wrapper = "https://www.google.com/amp/s/harbour.example/a-1"
    assert canonical_key(wrapper) == "harbour.example/a-1"
    assert own_key(wrapper).startswith("google.com/")
    assert own_key(wrapper) != own_key(wrapper + "/b")
    assert canonical_key(own_key(wrapper)) == own_key(wrapper)
    assert own_key("https://m.harbour.example/a-1") == "harbour.example/a-1"


def test_a_twin_is_told_from_the_article_itself() -> None:
    dressed = [kind for kind in FOLDED if kind.startswith(("amp", "mobile", "print", "ways out"))]
    assert all(
        is_twin(twin) for kind in dressed for twin in FOLDED[kind] if "index.amp" not in twin
    )
    plain = [twin for kind in FOLDED if kind not in dressed for twin in FOLDED[kind]]
    views = [each for each in plain if is_twin(each)]
    assert views == [f"{A}?like_comment=670&_wpnonce=43f5"], "it opens the comments"
