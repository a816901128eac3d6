"""The clean fragment of a story: what a reader needs survives in it, and nothing else does."""

import re
import time
from datetime import UTC, datetime
from html.parser import HTMLParser

import pytest
from bs4 import BeautifulSoup
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.clean import clean_html
from pipelines.clean.blocks import Block, blocks, text_of
from pipelines.clean.document import TooComplex, parse
from pipelines.clean.fragment import MOST_LINKS, TAGS, base_of, html_of
from pipelines.text import squeeze

URL = "https://www.courier.example/town/bridge"


def story(markup: str) -> list[Block]:
    return blocks(BeautifulSoup(markup, "lxml"))


def fragment(markup: str, url: str = URL) -> str:
    return html_of(story(markup), url)


def text(markup: str) -> str:
    return text_of(story(markup))


class Read(HTMLParser):
    """What a browser's parser finds in a fragment, and that every element in it is closed."""

    def __init__(self, markup: str) -> None:
        super().__init__(convert_charrefs=True)
        self.tags: set[str] = set()
        self.attributes: list[tuple[str, str | None]] = []
        self.others: list[str] = []
        self.text = ""
        self._open: list[str] = []
        self.feed(markup)
        self.close()
        assert self._open == []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes += attrs
        self.text += " " if tag == "br" else "" if tag in INLINE else "\n"
        if tag != "br":
            self._open.append(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self._open.pop() == tag
        self.text += "\n" if tag not in INLINE else ""

    def handle_data(self, data: str) -> None:
        self.text += data

    def handle_comment(self, data: str) -> None:
        self.others.append(data)

    handle_decl = handle_pi = unknown_decl = handle_comment


INLINE = {"a", "em", "strong", "sub", "sup", "code"}
MARKERS = re.compile("^(?:- )+")
ADDRESS = re.compile(
    r"https?://[^\s/?\x00-\x20\x7f\"<>@\\]+(?:[/?][^\s\x00-\x20\x7f\"<>\\]*)?", re.ASCII
)


def assert_clean(markup: str, url: str = URL) -> str:
    """Holds the fragment of any markup to what is promised of it, and gives it."""
    found = story(markup)
    made = html_of(found, url)
    read = Read(made)
    assert read.tags <= TAGS
    assert read.others == []
    for name, value in read.attributes:
        assert name == "href"
        assert value is not None
        assert ADDRESS.fullmatch(value)
        assert len(value) <= 2_000
    assert unmarked(read.text) == unmarked(text_of(found))
    return made


def unmarked(text: str) -> list[str]:
    """The lines of a text, without the markers of items."""
    return [bare for line in text.split("\n") if (bare := MARKERS.sub("", squeeze(line)))]


# --------------------------------------------------------------------------------- what survives


@pytest.mark.parametrize(
    ("markup", "html", "plain"),
    [
        ("<p>One.</p><p>Two.</p>", "<p>One.</p>\n<p>Two.</p>", "One.\n\nTwo."),
        ("<h1>A</h1><h3>B</h3><p>C</p>", "<h2>A</h2>\n<h3>B</h3>\n<p>C</p>", "A\n\nB\n\nC"),
        (
            "<p>a</p><ul><li>b<li>c</ul>d",
            "<p>a</p>\n<ul>\n<li>b</li>\n<li>c</li></ul>\n<p>d</p>",
            "a\n\n- b\n- c\n\nd",
        ),
        ("<ol><li><p>b</p><li>c</ol>", "<ol>\n<li>b</li>\n<li>c</li></ol>", "- b\n- c"),
        (
            "<ul><li>a<ol><li>b</ol><li>c</ul>",
            "<ul>\n<li>a\n<ol>\n<li>b</li></ol></li>\n<li>c</li></ul>",
            "- a\n- b\n- c",
        ),
        (
            "<ul><li><p>a</p><p>b</p><li>c</ul>",
            "<ul>\n<li>\n<p>a</p>\n<p>b</p></li>\n<li>c</li></ul>",
            "a\n\nb\n\nc",
        ),
        ("<ul><ul><li>a</ul></ul>", "<ul>\n<li>\n<ul>\n<li>a</li></ul></li></ul>", "- a"),
        ("<div><li>a<li>b</div>", "<ul>\n<li>a</li>\n<li>b</li></ul>", "- a\n- b"),
        ("<ul>a<li>b</ul>", "<ul>\n<li>a</li>\n<li>b</li></ul>", "- a\n- b"),
        (
            "<blockquote>a<p>b</p></blockquote>c",
            "<blockquote>\n<p>a</p>\n<p>b</p></blockquote>\n<p>c</p>",
            "a\n\nb\n\nc",
        ),
        (
            "<blockquote>a</blockquote><blockquote>b</blockquote>",
            "<blockquote>\n<p>a</p></blockquote>\n<blockquote>\n<p>b</p></blockquote>",
            "a\n\nb",
        ),
        ("<p>a<br>b</p>", "<p>a<br>b</p>", "a b"),
        ("<p>a<br><br>b<br></p>", "<p>a</p>\n<p>b</p>", "a\n\nb"),
        (
            "<pre>\n  a  b\n\n\n\nc <b>d</b>\n</pre>",
            "<pre>  a  b\n\nc d</pre>",
            "  a  b\n\nc d",
        ),
        ("<p><b>a</b> <i>b <b>c</b></i></p>", "<p><strong>a</strong> <em>b </em>"
         "<em><strong>c</strong></em></p>", "a b c"),
        ("<p>H<sub>2</sub>O <tt>x</tt></p>", "<p>H<sub>2</sub>O <code>x</code></p>", "H2O x"),
        ("<p>5 &lt; 6 &amp; &quot;7&quot;</p>", '<p>5 &lt; 6 &amp; "7"</p>', '5 < 6 & "7"'),
        ("<dl><dt>a<dd>b</dl>", "<p>a</p>\n<p>b</p>", "a\n\nb"),
    ],
)  # fmt: skip
def test_structure_survives_in_markup_and_in_text(markup: str, html: str, plain: str) -> None:
    assert assert_clean(markup) == html
    assert text(markup) == plain


def test_rows_of_a_data_table_are_lines() -> None:
    table = (
        "<table><caption>Tides</caption><tr><th></th><th>High</th></tr>"
        "<tr><td>Mon<td><p>6 h</p></tr><tr><td>Tue<td>7 h</tr></table>"
    )
    assert text(table) == "Tides\n| High\nMon | 6 h\nTue | 7 h"
    assert assert_clean(table) == "<p>Tides<br>\n| High<br>\nMon | 6 h<br>\nTue | 7 h</p>"


@pytest.mark.parametrize(
    "table",
    [
        "<table><tr><td>a</td><td>b</td></tr></table>",
        "<table><tr><td>a<td>b<tr><td><ul><li>c</ul><td>d</table>",
        f"<table><tr><td>a<td>b<tr><td>{'long ' * 40}<td>d</table>",
        "<table><tr><td>a<td><table><tr><td>b</table><tr><td>c<td>d</table>",
        "<table role=presentation><tr><td>a<td>b<tr><td>c<td>d</table>",
    ],
)
def test_cells_that_only_lay_out_a_page_are_paragraphs(table: str) -> None:
    assert " | " not in text(table)
    assert_clean(table)


# ------------------------------------------------------------------------------------------ links


@pytest.mark.parametrize(
    ("href", "address"),
    [
        ("/a?b=1&amp;c=2", "https://www.courier.example/a?b=1&amp;c=2"),
        ("tides#now", "https://www.courier.example/town/tides"),
        ("//other.example/x", "https://other.example/x"),
        ("HTTP://Other.example", "http://other.example"),
        ("http://me:pass@other.example/x", "http://other.example/x"),
        ("/a&quot; onclick=&quot;x", "https://www.courier.example/a%22%20onclick=%22x"),
        ("/a'&lt;b&gt;", "https://www.courier.example/a&#x27;%3Cb%3E"),
        ("/a&#10;b", "https://www.courier.example/ab"),
        ("/java\x00script:x", "https://www.courier.example/java%EF%BF%BDscript:x"),
        ("/\u202etxt.exe", "https://www.courier.example/%E2%80%AEtxt.exe"),
    ],
)
def test_a_link_leads_where_a_browser_would_go(href: str, address: str) -> None:
    made = assert_clean(f'<p>See <a href="{href}" onclick="x" style="y">the tides</a> here.</p>')
    assert made == f'<p>See <a href="{address}">the tides</a> here.</p>'


@pytest.mark.parametrize(
    "href",
    [
        "javascript:alert(1)",
        " JaVaScRiPt:alert(1)",
        "java\nscript:alert(1)",
        "java&#9;script:alert(1)",
        "&#1;javascript:alert(1)",
        "data:text/html,&lt;script&gt;",
        "vbscript:x",
        "mailto:a@b.example",
        "file:///etc/passwd",
        "ftp://a.example/x",
        "http://",
        "http://a.example:99999/",
        "http://[::1",
        "#top",
        "",
        "/" + "x" * 2_001,
        "http://a.example/\ud800".encode("utf-8", "replace").decode() + "x" * 1_999,
    ],
)
def test_what_leads_nowhere_on_the_web_is_no_link(href: str) -> None:
    made = assert_clean(f'<p>See <a href="{href}">the tides</a> here.</p>')
    assert made == "<p>See the tides here.</p>"


def test_neighbouring_links_stay_apart_and_one_with_marks_stays_one() -> None:
    made = assert_clean("<p><a href=/a>x <b>y</b></a><a href=/b>z</a><a href=/c> </a>w</p>")
    host = "https://www.courier.example"
    assert made == (f'<p><a href="{host}/a">x <strong>y</strong></a><a href="{host}/b">z</a> w</p>')


def test_a_blank_before_a_link_is_outside_it() -> None:
    assert assert_clean("<p>See<a href=/a> it </a>.</p>").startswith("<p>See <a ")


def test_nested_links_are_not_nested_in_the_fragment() -> None:
    made = assert_clean("<p><a href=/a>x <span><a href=/b>y</a></span> z</a></p>")
    assert re.search(r"<a [^>]*>[^<]*<a ", made) is None


def test_links_are_relative_to_the_base_of_the_page() -> None:
    root = parse("<head><base href='/archive/'></head><body><p>x</p>")
    assert base_of(root, URL) == "https://www.courier.example/archive/"
    assert base_of(parse("<base href='javascript:x'><p>x</p>"), URL) == URL
    assert base_of(parse("<p>x</p>"), URL) == URL
    assert 'href="https://www.courier.example/archive/x"' in fragment(
        "<a href=x>y</a>", base_of(root, URL)
    )


def test_links_beyond_those_that_a_story_has_are_text() -> None:
    markup = "".join(f"<p><a href=/{n}>word {n}</a></p>" for n in range(MOST_LINKS + 5))
    made = fragment(markup)
    assert made.count("<a ") == MOST_LINKS
    assert f"<p>word {MOST_LINKS + 4}</p>" in made


# ---------------------------------------------------------------------------------------- hostile


@pytest.mark.parametrize(
    "markup",
    [
        "<p><script>alert(1)</script><style>p{}</style>x</p>",
        "<p><img src=x onerror=alert(1)>x<svg onload=y><title>t</title></svg></p>",
        "<p>&lt;script&gt;alert(1)&lt;/script&gt;</p>",
        "<p><!-- <script> -->x<!--[if IE]>y<![endif]--></p>",
        "<p>a\x00b\u202ec\u200bd\u2028e</p>",
        "<iframe src=x></iframe><math><mi>x</mi></math><template><p>t</p></template>",
        "<p style='x' class=y id=z data-a=b>x</p>",
        "<textarea></p><script>x</script></textarea>",
        "<p>]]><![CDATA[<b>]]></p>",
        "<a href='/x\"><script>alert(1)</script>'>y</a>",
    ],
)
def test_no_markup_of_the_page_passes_through(markup: str) -> None:
    made = assert_clean(markup)
    assert "\x00" not in made
    assert "\u202e" not in made
    for word in ("<script", "onerror=", "onload=", "style=", "<img", "<svg", "<iframe", "class="):
        assert word not in made


@pytest.mark.parametrize("tag", ["ul", "ol", "blockquote", "b", "a href=/x", "sub", "table", "pre"])
def test_thousands_of_nested_elements_are_flattened(tag: str) -> None:
    item = "<li>" if tag in ("ul", "ol") else ""
    made = assert_clean(f"<{tag}>{item}x" * 4_000)
    depth = 0
    for end in re.findall(r"<(/?)(?!br)", made):
        depth += -1 if end else 1
        assert depth <= 12


def test_the_builder_is_not_recursive_and_linear() -> None:
    found = story("<p>" + "<b>x</b><i> y </i>" * 5_000 + "</p>")
    began = time.process_time()
    made = html_of(found, URL)
    assert time.process_time() - began < 2
    assert made.count("<strong>") == 5_000


PIECES = st.one_of(
    st.sampled_from(
        [
            *("<p>", "</p>", "<div>", "</div>", "<ul>", "<ol>", "<li>", "</li>", "</ul>", "</ol>"),
            *("<blockquote>", "</blockquote>", "<pre>", "</pre>", "<br>", "<br/>", "<h1>", "</h1>"),
            *("<h3>", "</h3>", "<table>", "<tr>", "<td>", "<th>", "</table>", "<caption>", "<dl>"),
            *("<b>", "</b>", "<em>", "</em>", "<sub>", "</sub>", "<code>", "</code>", "<span>"),
            *("<a href='/x'>", '<a href="javascript:y">', "<a href=//[z>", "<a name=q>", "</a>"),
            *(
                "<script>",
                "</script>",
                "<!--",
                "-->",
                "<img src=x>",
                "<p onclick='z'>",
                "&lt;b&gt;",
            ),
            *("\n", "  ", " | ", "- ", "\u00a0", "\u200b", "\x00", "\u202e", "\r\n", "\u2028"),
        ]
    ),
    st.text(max_size=12),
    st.text(alphabet=" ab<>&\"'/=\t", max_size=12),
)


@pytest.mark.filterwarnings("ignore::bs4.MarkupResemblesLocatorWarning")  # "a.html" is a text, too
@settings(max_examples=200, deadline=None)
@given(pieces=st.lists(PIECES, max_size=25))
def test_whatever_goes_in_only_what_is_allowed_comes_out(pieces: list[str]) -> None:
    try:
        markup = "".join(pieces).encode("utf-8", "replace").decode()
        assert_clean(markup)
    except TooComplex:
        pass


ENTRY = (
    '<article class="liveblog-entry"><time datetime="2015-03-10T1{n}:05:00Z">1{n}:05</time>'
    "<h2>Part {n}</h2><p>The harbour master said that bearing {n} of the swing bridge is cracked,"
    " and that <a href=/b>a ferry</a> will take people over.</p></article>"
)
LIVE = (
    "<title>Bridge closes: live</title><h1>Bridge closes: live</h1><h2>The swing bridge is closed"
    " for eleven weeks, and lorries take the northern ring road until then.</h2><div>"
    + "".join(ENTRY.format(n=n) for n in range(6))
    + "</div>"
)
ONE_LONG_ENTRY = LIVE.replace("is cracked,", "is cracked, " + "and rusty, " * 300, 1)
LIST = (
    "<title>Bridge</title><article><h1>Bridge</h1><p>The harbour board voted on Tuesday to close"
    " the swing bridge for eleven weeks, it said:</p><ul><li>two bearings are cracked,<li>the"
    " county pays a third.</ul><blockquote>It could not wait any longer, <em>not a day</em>, said"
    " the harbour master on the quay.</blockquote></article>"
)


@pytest.mark.parametrize("page", [LIVE, ONE_LONG_ENTRY, LIST])
def test_an_articles_markup_says_what_its_text_says(page: str) -> None:
    now = datetime(2015, 6, 1, tzinfo=UTC)
    article = clean_html(page.encode(), URL, content_type="text/html", now=now).article
    assert article is not None
    assert article.html is not None
    assert unmarked(Read(article.html).text) == unmarked(article.text)
