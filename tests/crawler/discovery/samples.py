"""Documents in the formats that outlets publish, with invented news."""

RSS = """<?xml version="1.0" encoding="UTF-8"?>
<rss version="2.0" xmlns:dc="http://purl.org/dc/elements/1.1/"
  xmlns:content="http://purl.org/rss/1.0/modules/content/" xmlns:atom="http://www.w3.org/2005/Atom">
<channel><title>Harbour &amp; Hill</title><link>https://harbour.example/</link>
<language>en-gb</language><ttl>15</ttl>
<atom:link rel="self" href="https://harbour.example/feed.xml"/>
<item><title>Ferry line &lt;b&gt;halts&lt;/b&gt; night sailings</title>
  <link>https://harbour.example/2014/12/17/ferry-line-halts-night-sailings</link>
  <guid isPermaLink="false">hh-1</guid><pubDate>Wed, 17 Dec 2014 12:30:00 +0100</pubDate>
  <dc:creator>Ada Quill</dc:creator><category>Transport</category>
  <description>&lt;p&gt;The line stops at midnight.&lt;/p&gt;
  &lt;p&gt;Buses run.&lt;/p&gt;</description>
  <content:encoded><![CDATA[<p>The line stops at midnight.</p><p>Buses run until two, the council
  said, and the ferry will be back in spring.</p>]]></content:encoded></item>
<item><title>Mill pond drained</title><link>/2014/12/16/mill-pond-drained</link>
  <pubDate>Tue, 16 Dec 2014 08:00:00 GMT</pubDate><author>desk@harbour.example (Bo Tern)</author>
  <description>Workers found a bicycle and a safe.</description></item>
</channel></rss>
"""

ATOM = """<?xml version="1.0" encoding="utf-8"?>
<feed xmlns="http://www.w3.org/2005/Atom" xml:lang="de">
<title>Blatt am Fluss</title><link rel="self" href="https://fluss.example/atom.xml"/>
<link href="https://fluss.example/"/><id>tag:fluss.example,2014:feed</id>
<updated>2014-12-17T10:00:00Z</updated>
<entry><title type="html">Br&amp;uuml;cke gesperrt</title>
  <link rel="self" href="https://fluss.example/api/7"/><link href="https://fluss.example/bruecke"/>
  <id>tag:fluss.example,2014:7</id><published>2014-12-17T09:00:00+01:00</published>
  <updated>2014-12-17T10:00:00Z</updated><author><name>Uwe Strom</name></author>
  <category term="Verkehr"/><summary>Die Br\u00fccke bleibt bis Montag zu.</summary></entry>
<entry><title>Markt verlegt</title><id>https://fluss.example/markt-verlegt</id>
  <updated>2014-12-16T07:00:00Z</updated></entry>
</feed>
"""

RDF = """<?xml version="1.0" encoding="UTF-8"?>
<rdf:RDF xmlns:rdf="http://www.w3.org/1999/02/22-rdf-syntax-ns#" xmlns="http://purl.org/rss/1.0/"
  xmlns:dc="http://purl.org/dc/elements/1.1/">
<channel rdf:about="https://tower.example/"><title>Tower Notes</title>
<link>https://tower.example/</link><items><rdf:Seq><rdf:li rdf:resource="x"/></rdf:Seq></items>
</channel>
<item rdf:about="https://tower.example/bell"><title>Bell cast anew</title>
<link>https://tower.example/bell</link><dc:date>2014-12-15T18:00:00+09:00</dc:date></item>
</rdf:RDF>
"""

JSON = """{"version": "https://jsonfeed.org/version/1.1", "title": "Lane Wire",
"home_page_url": "https://lane.example/", "language": "en", "items": [
{"id": "1", "url": "https://lane.example/bakery", "title": "Bakery reopens",
 "content_html": "<p>Bread is back.</p>", "date_published": "2014-12-17T06:00:00Z",
 "authors": [{"name": "Cy Rill"}, {"name": "Di Ale"}], "tags": ["Food"]},
{"id": 2, "external_url": "https://lane.example/fair", "content_text": "Rides for 2 < 3 coins",
 "author": {"name": "Ed Oak"}}]}
"""

NEWS_SITEMAP = """<?xml version="1.0" encoding="UTF-8"?>
<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9"
  xmlns:news="http://www.google.com/schemas/sitemap-news/0.9"
  xmlns:image="http://www.google.com/schemas/sitemap-image/1.1">
<url><loc>https://harbour.example/old</loc><news:news><news:publication><news:name>H</news:name>
<news:language>en</news:language></news:publication>
<news:publication_date>2014-12-15T10:00:00Z</news:publication_date>
<news:title>Old &amp; grey</news:title></news:news></url>
<url><loc>https://harbour.example/new</loc><lastmod>2014-12-18</lastmod>
<image:image><image:loc>https://harbour.example/p.jpg</image:loc></image:image>
<news:news><news:publication_date>2014-12-17T10:00:00+01:00</news:publication_date>
<news:title>New ferry</news:title></news:news></url>
</urlset>
"""

SITEMAP_INDEX = """<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">
<sitemap><loc>https://harbour.example/sitemap-2013.xml</loc><lastmod>2013-12-31</lastmod></sitemap>
<sitemap><loc>https://harbour.example/sitemap-2014.xml.gz</loc><lastmod>2014-12-17</lastmod></sitemap>
</sitemapindex>
"""

SECTION = """<!DOCTYPE html><html lang="en"><head><meta charset="utf-8"><title>Harbour</title>
<link rel="alternate" type="application/rss+xml" title="All news" href="/feed.xml">
<link rel="alternate" type="application/rss+xml" title="Comments" href="/comments/feed/">
<link rel="alternate" type="application/json+oembed" href="/oembed?format=json"></head><body>
<nav><a href="/news/the-longest-menu-entry-of-all">The longest menu entry of all</a></nav>
<div class="card"><a href="/2014/12/17/ferry-line-halts-night-sailings?utm_source=front"><img
  src="f.jpg"></a><h2><a href="/2014/12/17/ferry-line-halts-night-sailings">Ferry line halts night
  sailings</a></h2><time datetime="2014-12-17T11:30:00Z">noon</time></div>
<div class="card"><h3><a href="/news/mill-pond-drained-after-a-century">Mill pond drained after a
  century of silt</a></h3><span>Tuesday</span></div>
<div class="card"><a href="/story/48213991.html"><h3>Council picks a new clerk tonight</h3>
  <p>After nine rounds of voting.</p></a></div>
<ul><li><a href="/tag/ferries">Everything about ferries and their captains</a></li>
<li><a href="/author/ada-quill">More from our reporter Ada Quill</a></li>
<li><a href="/video/2014/12/17/ferry-line-halts-in-pictures">The line halts in pictures</a></li>
<li><a href="/2014/12/">Everything that happened in December 2014</a></li>
<li><a href="/world">World</a></li><li><a href="mailto:desk@harbour.example">Write to the desk</a>
</li><li><a href="https://elsewhere.example/2014/12/17/a-story-of-another-paper">A story of another
  paper entirely</a></li><li><a href="/a/b/a/b/2014/12/17/loop-of-a-trap">Loop of a trap is this</a>
</li><li><a href="/list?sort=asc&amp;page=2&amp;view=grid&amp;x=9">Sort the whole list by date</a>
</li></ul><footer><a href="/rss/world.xml">RSS</a><a href="/sitemap.xml">Map</a></footer>
</body></html>
"""

OPML = """<?xml version="1.0" encoding="UTF-8"?>
<opml version="2.0"><head><title>Papers</title></head><body>
<outline text="Coast"><outline text="Ferries">
<outline type="rss" text="Harbour &amp; Hill" xmlUrl="https://harbour.example/feed.xml"
  htmlUrl="https://harbour.example/" language="en" category="/News/Local,boats"/>
</outline></outline>
<outline text="Fluss" xmlurl="https://fluss.example/atom.xml?a=1&b=2"/>
<outline text="broken" xmlUrl="feed:nowhere"/>
</body></opml>
"""

ALL = (RSS, ATOM, RDF, JSON, NEWS_SITEMAP, SITEMAP_INDEX, SECTION, OPML)


def rss(*items: str, head: str = "", before: str = "") -> bytes:
    """An RSS feed of these items, whose document begins with `before`."""
    return (
        f"{before}<rss version='2.0'><channel><title>T</title><link>https://t.example/</link>{head}"
        f"{''.join(items)}</channel></rss>"
    ).encode()


def item(number: int, title: str = "A title", date: str = "", more: str = "") -> str:
    """One RSS item at https://t.example/NUMBER."""
    dated = f"<pubDate>{date}</pubDate>" if date else ""
    link = f"<link>https://t.example/{number}</link>"
    return f"<item><title>{title}</title>{link}{dated}{more}</item>"
