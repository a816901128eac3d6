"""What is taken of one document at most. Everything fetched is hostile until it was measured."""

#: Bytes of one document after unpacking. sitemaps.org allows a sitemap 50 MB; the largest honest
#: feed among 819 recorded ones has 5 MB.
DOCUMENT_BYTES = 50_000_000
#: The same of a JSON feed, which takes ten times its size in memory while it is read.
JSON_BYTES = 20_000_000
#: A page's links and feeds stand in its first megabytes; lxml takes a second for 5 MB.
PAGE_BYTES = 5_000_000
#: Codings of gzip within gzip that are opened; servers that gzip a .gz file make two.
GZIP_LAYERS = 2

#: Instructions, comments and the DOCTYPE before the first element.
DECLARATIONS = 100
#: Quotes, brackets and comments of a DOCTYPE; that of HTML 4 with all its entities has 3,000.
DTD_TOKENS = 20_000

#: Entries of one feed. The longest honest feeds (whole archives) have some thousands, and what is
#: new in one poll is far below this.
ENTRIES = 1_000
#: Entries that are looked at to find the newest.
ENTRIES_SEEN = 200_000
#: One run of text, in bytes of UTF-8; a very long article with its markup has 100 kB.
TEXT_BYTES = 200_000
#: The same where feedparser reads, which takes 1 s a megabyte.
SLOW_TEXT_BYTES = 10_000
#: One tag of HTML with its attributes: libxml2 is quadratic in their number (0.5 s for 20,000).
TAG_BYTES = 10_000
#: One entry without its over-long texts.
ENTRY_BYTES = 1_000_000
#: A person with address and page; feedparser's pattern for addresses is quadratic in it
#: (https://github.com/kurtmckee/feedparser/issues/562).
PERSON_BYTES = 600

TITLE_CHARS = 1_000
TEXT_CHARS = 50_000
NAME_CHARS = 200
#: Names and categories of one entry.
NAMES = 20

#: sitemaps.org allows 50,000 addresses in a file; newest first, these are ample for one poll.
SITEMAP_LINKS = 5_000
SITEMAP_CHILDREN = 1_000
#: Elements of a sitemap that are looked at to find the newest.
SITEMAP_ELEMENTS = 100_000

#: Links of one section page: the fullest recorded front pages lead to fewer articles.
LISTING_LINKS = 200
#: Anchors of one page that are looked at.
LISTING_ANCHORS = 10_000

#: Feeds and sitemaps that one homepage or robots.txt names.
FOUND = 50
#: RFC 9309 asks for this much of a robots.txt at least.
ROBOTS_BYTES = 512_000

#: Outlines of one OPML file; the largest public collections have some thousands.
OUTLINES = 20_000
#: Folders within folders.
OUTLINE_DEPTH = 50

#: Problems that are told of one document.
PROBLEMS = 20
