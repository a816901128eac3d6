"""What looks like an article and is none: walls, "not found" with status 200, listings, films.

Method: `RULES`, tried in order; the first that holds names the outcome. Each needs two signs, one
of words (`tongues`) or marks and one of size or structure, because real articles are written about
cookies, missing pages and paywalls too. Lengths are of `count_words`, which is fair to scripts that
part no words. Whether an article is whole is for `teasers`.

Known mistake: a text of 25 words in which no rule sees anything is taken for an article, so the
menu of a page whose story a script writes can be. Way out: a row.
"""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from urllib.parse import urlsplit

from pipelines.clean import jsonld, phrases
from pipelines.clean.body import Body
from pipelines.clean.head import Head, line_of
from pipelines.clean.names import name_of, other_thing
from pipelines.clean.story import Story
from pipelines.clean.teasers import is_teaser
from pipelines.outcomes import Outcome
from pipelines.text import count_words, squeeze

#: Fewer words are no text to judge.
MIN_WORDS = 25
#: A teaser of at least this many words stands for the article behind a paywall.
TEASER_WORDS = 40
#: An error page explains itself in fewer words; an article about one is longer.
SOFT_404_WORDS = 150
#: An error page that is named by its first line alone says little more.
ERROR_LINE_WORDS = 60
#: Titles that name an error or a wall are short.
LOOKALIKE_TITLE_WORDS = 9
#: A consent page that quotes its whole policy is longer than an error page.
CONSENT_WORDS = 600
#: Phrases of consent in its text: with a title that speaks of it, without, and on a page that has
#: the article's date and so may be the article.
CONSENT_PHRASES = (2, 5, 6)
DATED_CONSENT_WORDS = 120
BOT_CHECK_WORDS = 120
LOGIN_WORDS = 90
LOGIN_TITLE_WORDS = 5
#: A listing without any mark of an article: so many headlines that are links, and so much more
#: text in links than in the longest story.
LISTING_HEADLINES = 8
LISTING_LINK_SHARE = 1.5
LISTING_STORY_WORDS = 250
#: A link of so many words is a headline wherever it stands.
HEADLINE_WORDS = 5
#: A page made for one film or gallery has a line about it.
GALLERY_WORDS = 60
#: So many articles that JSON-LD describes side by side are a list.
LISTED_ARTICLES = 4
VISIBLE_CHARS = 4_000
MAX_ANCHORS = 3_000

_BOT_TITLE = re.compile(
    r"just a moment|attention required|access (?:to this page has been )?denied|"
    r"are you (?:a robot|human)|robot check|security check|verify(?:ing)? (?:that )?you are|"
    r"pardon our interruption|checking your browser|please wait|request blocked|403 forbidden|"
    r"human verification|bot (?:check|detection)|captcha|one more step|unusual traffic|"
    r"ddos-guard|vercel security checkpoint|client challenge|un instant|einen moment",
    re.IGNORECASE,
)
_BOT_TEXT = re.compile(
    r"enable javascript and cookies|checking (?:if the site connection is secure|your browser)|"
    r"verify(?:ing)? (?:that )?you(?:['’]re| are) (?:a )?(?:human|not a (?:ro)?bot)|"
    r"cloudflare ray id|"
    r"complete the (?:security check|captcha)|unusual (?:traffic|activity) from your",
    re.IGNORECASE,
)
_LIST_TYPES = frozenset(
    {
        *("CollectionPage", "SearchResultsPage", "ItemList", "ProfilePage", "Blog"),
        *("ContactPage", "AboutPage"),
    }
)
_MEDIA_TYPES = frozenset(
    {"VideoObject", "ImageGallery", "MediaGallery", "VideoGallery", "AudioObject"}
)
_FRONT_PATH = re.compile(r"/?(?:index\.\w{2,5}|home/?|[a-z]{2}(?:[-_][a-z]{2})?/?)?", re.IGNORECASE)
_LIST_PATH = re.compile(
    r"/(?:tags?|topics?|thema|themen|temas?|tema|categor\w+|kategori\w*|rubri\w+|sections?|"
    r"authors?|autor\w*|archives?|archiv\w*|search|suche|page/\d+)(?:/|$)",
    re.IGNORECASE,
)
_MEDIA_PATH = re.compile(
    r"/(?:videos?|mediathek|watch|galler(?:y|ies)|galer[ií]as?|fotos?|photos?|slideshows?|"
    r"diaporamas?|bildergalerie\w*|fotostrecke\w*|pictures|in-pictures)(?:/|$)",
    re.IGNORECASE,
)
_ERROR_PATH = re.compile(
    r"/(?:error[/_-]?)?(?:404|page-?not-?found|not-?found)(?:\.\w{2,5})?/?$", re.IGNORECASE
)
_ERROR_NAME = re.compile(r"-(?:error-?404|page-?404|404-?page|page-not-found)-")
_CONSENT_ADDRESS = re.compile(
    r"//(?:consent|guce|cmp|privacy-?gate)\.|/(?:consent|cookiewall)(?:/|\?|$)"
)


@dataclass(frozen=True, slots=True)
class Finding:
    """What a page is in place of an article, and why it is thought so.

    `own_metadata` is true where the page still speaks of the article (a paywall), false where it
    speaks of itself (a consent page).
    """

    outcome: Outcome
    reason: str
    own_metadata: bool = False


@dataclass(frozen=True, slots=True)
class Look:
    """What a page is judged by; `titles` are those short enough to name an error or a wall."""

    head: Head
    story: Story | None
    body: Body
    titles: list[str]

    @property
    def size(self) -> int:
        return self.body.words

    @property
    def linked_headlines(self) -> int:
        return self.story.outline.linked_headlines if self.story else 0

    @property
    def kinds(self) -> set[str]:
        """The types of all that JSON-LD describes."""
        return {kind for thing in self.head.things for kind in jsonld.types_of(thing)}

    @property
    def is_dated(self) -> bool:
        """True where the page gives an article's date."""
        head = self.head
        return bool(head.article.get("datePublished") or head.meta("article:published_time"))

    @property
    def is_marked(self) -> bool:
        """True where the page calls itself an article."""
        kind = (self.head.meta("og:type") or "").lower()
        return bool(self.head.article) or kind in ("article", "newsarticle") or self.is_dated

    def text(self) -> str:
        """The story's text, or what stands on the page where there is none to speak of."""
        if self.size >= MIN_WORDS:
            return self.body.text
        return squeeze(" ".join(self.head.root.itertext())[:VISIBLE_CHARS])


@dataclass(frozen=True, slots=True)
class Rule:
    """A row: `finds` gives the reason why a page is of this outcome, or None."""

    outcome: Outcome
    finds: Callable[[Look], str | None]
    own_metadata: bool = False


def lookalike(head: Head, story: Story | None, body: Body, titles: Iterable[str]) -> Finding | None:
    """What the page is where it is no article; None where it is one."""
    short = [title for title in titles if count_words(title) <= LOOKALIKE_TITLE_WORDS]
    look = Look(head, story, body, short)
    for rule in RULES.values():
        if reason := rule.finds(look):
            return Finding(rule.outcome, reason, rule.own_metadata)
    return None


def _error_mark(look: Look) -> str | None:
    if look.size > SOFT_404_WORDS or look.is_dated:
        return None
    if (status := look.head.meta("prerender-status-code")) in ("404", "410"):
        return f"the page gives its status as {status}"
    for body in look.head.root.iter("body"):
        if _ERROR_NAME.search(name_of(body.items())):
            return "the page is named an error page"
    return None


def _error_address(look: Look) -> str | None:
    if look.size > SOFT_404_WORDS or look.is_dated:
        return None
    given = (look.head.url, look.head.meta("og:url"), *look.head.links.get("canonical", ())[:1])
    named = next((url for url in given if url and _ERROR_PATH.search(urlsplit(url).path)), None)
    return f"the address is an error page's: {named[:200]}" if named else None


def _error_title(look: Look) -> str | None:
    if look.size > SOFT_404_WORDS or look.is_dated:
        return None
    said = phrases.titled("missing", look.titles)
    return f"the title says {said[:80]!r}" if said else None


def _error_line(look: Look) -> str | None:
    if look.size > ERROR_LINE_WORDS or look.is_marked:
        return None
    headings = [line_of(element) for element in look.head.root.iter("h1", "h2")][:3]
    first = look.body.text.split("\n\n", 1)[0]
    lines = [line for line in (*headings, first) if count_words(line) <= 2 * LOOKALIKE_TITLE_WORDS]
    said = phrases.titled("missing", lines)
    return f"the page says {said[:80]!r}" if said else None


def _robot_check(look: Look) -> str | None:
    if look.size > BOT_CHECK_WORDS:
        return None
    titled = any(_BOT_TITLE.match(title) for title in look.titles)
    if titled or _BOT_TEXT.search(look.text()):
        return "a check for robots stands in place of the page"
    return None


def _consent(look: Look) -> str | None:
    most = DATED_CONSENT_WORDS if look.is_dated else CONSENT_WORDS
    if look.size > most:
        return None
    said = phrases.most_said("privacy", look.text())
    titled = phrases.titled("consent", look.titles) is not None
    least = CONSENT_PHRASES[2 if look.is_dated else 0 if titled else 1]
    if said >= least or (titled and said and look.size <= MIN_WORDS and not look.is_dated):
        return "a consent page stands in place of the story"
    return None


def _consent_address(look: Look) -> str | None:
    if look.size > CONSENT_WORDS or not _CONSENT_ADDRESS.search(look.head.url):
        return None
    said = phrases.most_said("privacy", look.text())
    return "the address is a consent page's" if said or look.size < MIN_WORDS else None


def _login(look: Look) -> str | None:
    if look.size > LOGIN_WORDS or look.is_dated:
        return None
    for title in look.titles:
        if count_words(title) <= LOGIN_TITLE_WORDS and phrases.begins("login", title):
            return "a login page stands in place of the story"
    return None


def _paywall(look: Look) -> str | None:
    if look.size < TEASER_WORDS and is_teaser(look.head, look.body):
        return f"a paywall after {look.size} words"
    return None


def _film(look: Look) -> str | None:
    most = TEASER_WORDS if jsonld.is_article(look.head.article) else GALLERY_WORDS
    kind = (look.head.meta("og:type") or "").lower()
    if look.size < most and (look.kinds & _MEDIA_TYPES or kind.startswith("video")):
        return f"a film or gallery with {look.size} words of text"
    return None


def _film_address(look: Look) -> str | None:
    most = MIN_WORDS if look.is_marked else GALLERY_WORDS
    if look.size < most and _MEDIA_PATH.search(urlsplit(look.head.url).path):
        return f"the address of a film or gallery, {look.size} words of text"
    return None


def _front_page(look: Look) -> str | None:
    parts = urlsplit(look.head.url)
    if parts.query or not _FRONT_PATH.fullmatch(parts.path):
        return None
    if look.size < TEASER_WORDS:
        return "a front page"
    if look.linked_headlines < LISTING_HEADLINES // 2 or look.story is None:
        return None
    outline = look.story.outline
    told = look.size >= LISTING_STORY_WORDS and outline.prose_chars > outline.link_chars
    few = outline.linked_headlines < LISTING_HEADLINES
    return None if told and few else "a front page"


def _many_articles(look: Look) -> str | None:
    if look.size >= LISTING_STORY_WORDS:
        return None
    headlines = {
        headline
        for thing in look.head.things
        if jsonld.is_article(thing) and isinstance(headline := thing.get("headline"), str)
    }
    shown = [line_of(element) for element in look.head.root.iter("title", "h1")]
    own = " ".join((*shown, look.head.meta("og:title") or ""))
    if len(headlines) < LISTED_ARTICLES or any(line and line in own for line in headlines):
        return None
    return f"the page describes {len(headlines)} articles"


def _collection(look: Look) -> str | None:
    if look.is_marked or look.size >= LISTING_STORY_WORDS or not look.kinds & _LIST_TYPES:
        return None
    if max(look.linked_headlines, _long_links(look)) < LISTING_HEADLINES // 2:
        return None
    return "the page calls itself a collection"


def _listing(look: Look) -> str | None:
    if look.is_marked or look.size >= LISTING_STORY_WORDS or look.story is None:
        return None
    outline = look.story.outline
    if outline.linked_headlines < LISTING_HEADLINES:
        return None
    if outline.link_chars <= LISTING_LINK_SHARE * outline.prose_chars:
        return None
    return f"{outline.linked_headlines} headlines that are links, little text"


def _listing_address(look: Look) -> str | None:
    if look.is_marked or look.size >= LISTING_STORY_WORDS:
        return None
    if not _LIST_PATH.search(urlsplit(look.head.url).path):
        return None
    links = _long_links(look)
    return f"the address of a listing, {links} links" if links >= LISTING_HEADLINES else None


def _long_links(look: Look) -> int:
    """Links of a headline's length that no name puts beside the story."""
    found: set[str] = set()
    for count, element in enumerate(look.head.root.iter("a")):
        if count >= MAX_ANCHORS:
            break
        href = element.get("href")
        if href and count_words(line_of(element)) >= HEADLINE_WORDS:
            around = (name_of(above.items()) for above in element.iterancestors())
            if not any(other_thing(name) for name in around if name):
                found.add(href)
    return len(found)


def _too_little(look: Look) -> str | None:
    return f"{look.size} words of text" if look.size < MIN_WORDS else None


#: name -> row, in the order of trial; what the page says of itself comes before how it is built.
RULES: dict[str, Rule] = {
    # Applications that answer 200 for all give the status in a meta tag; WordPress and others name
    # the body: https://developer.wordpress.org/reference/functions/body_class/
    "error mark": Rule(Outcome.SOFT_404, _error_mark),
    # Missing addresses are redirected to a page for all of them.
    "error address": Rule(Outcome.SOFT_404, _error_address),
    # "Page not found | The Courier"
    "error title": Rule(Outcome.SOFT_404, _error_title),
    # The title is the outlet's name, and only the heading says it.
    "error line": Rule(Outcome.SOFT_404, _error_line),
    # Cloudflare, DataDome and their kin, mostly in English everywhere.
    "robot check": Rule(Outcome.WALL, _robot_check),
    # A page of a consent platform, its text and title in the reader's language.
    "consent page": Rule(Outcome.WALL, _consent),
    # consent.yahoo.com, consent.google.com: an address of its own, whatever the language.
    "consent address": Rule(Outcome.WALL, _consent_address),
    # "Log in | The Courier", a form and a sentence.
    "login page": Rule(Outcome.WALL, _login),
    # Less than a teaser, then a wall: only what a feed said can stand for it.
    "paywall": Rule(Outcome.WALL, _paywall, own_metadata=True),
    # JSON-LD or Open Graph call it a film or a gallery, and there is a line of text.
    "film or gallery": Rule(Outcome.NOT_ARTICLE, _film),
    # Nothing is marked, but it stands under /video/ or /gallery/.
    "address of films": Rule(Outcome.NOT_ARTICLE, _film_address),
    # The address of a home page, with headlines or no text.
    "front page": Rule(Outcome.NOT_ARTICLE, _front_page),
    # Each teaser of a section is described as an article of its own.
    "many articles": Rule(Outcome.NOT_ARTICLE, _many_articles),
    # CollectionPage, ItemList and the like with some headlines.
    "collection": Rule(Outcome.NOT_ARTICLE, _collection),
    # Nothing says what it is, but it is made of headlines that are links.
    "listing": Rule(Outcome.NOT_ARTICLE, _listing),
    # /tag/…, /author/…, /search with links of a headline's length.
    "address of a listing": Rule(Outcome.NOT_ARTICLE, _listing_address),
    # Nothing is said, and nothing is there.
    "too little text": Rule(Outcome.NO_TEXT, _too_little),
}
