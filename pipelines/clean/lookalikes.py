"""What looks like an article and is none: walls, "not found" with status 200, listings.

Each rule needs two signs, one of words and one of size or structure, because real articles are
written about cookies, missing pages and paywalls too. Known mistake: a rule knows the phrases of
about ten languages; elsewhere only structure speaks. Way out: a phrase in its table.
"""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from urllib.parse import urlsplit

from pipelines.clean import jsonld
from pipelines.clean.body import Body
from pipelines.clean.container import Outline, Story
from pipelines.clean.head import Head, text_of
from pipelines.outcomes import Outcome
from pipelines.text import count_words

#: Fewer words are no text to judge.
MIN_WORDS = 25
#: A teaser of at least this many words stands for the article behind a paywall.
TEASER_WORDS = 40
#: An error page explains itself in fewer words; an article about one is longer.
SOFT_404_WORDS = 150
#: Titles that name an error or a wall are short.
LOOKALIKE_TITLE_WORDS = 9
#: A consent page that quotes its whole policy is longer than an error page.
CONSENT_WORDS = 600
BOT_CHECK_WORDS = 120
LOGIN_WORDS = 90
#: Marked as not free, a shorter text is taken for its teaser, and one that a line about
#: subscribers breaks off, too.
TEASER_AT_MOST = 200
BROKEN_OFF_AT_MOST = 450
#: A listing without any mark of an article: so many headlines that are links, and so much more
#: text in links than in the longest story.
LISTING_HEADLINES = 8
LISTING_LINK_SHARE = 1.5
LISTING_STORY_WORDS = 250
GALLERY_WORDS = 60

_NOT_FOUND = re.compile(
    r"\b404\b|(?:page|story|article|file|content|url)(?: (?:is|was|could|can|has|you)\b.{0,40})? "
    r"(?:not found|unavailable|no longer (?:available|exists?)|cannot be found|not be found|"
    r"(?:does not|doesn['’]t) exist|missing|removed)|not found$|^(?:oops|sorry)\b.{0,60}"
    r"(?:not|can['’]t|couldn['’]t|gone|wrong)|nothing (?:was )?found|we can['’]t find|"
    r"seite (?:wurde )?nicht gefunden|nicht (?:mehr )?(?:gefunden|verfügbar)|"
    r"page (?:introuvable|non trouvée)|n['’]existe (?:pas|plus)|introuvable|"
    r"p[aá]gina no (?:encontrada|existe|disponible)|no (?:se )?encontrad[oa]|"
    r"p[aá]gina n[aã]o (?:encontrada|existe)|n[aã]o encontrad[oa]|pagina non trovata|"
    r"(?:pagina )?niet gevonden|sidan (?:kunde inte hittas|hittades inte)|"
    r"siden (?:ble |blev )?ikke funnet|"
    r"siden (?:blev )?ikke fundet|sivua ei löyty|nie znaleziono|страница не найдена|не найден[ао]?|"
    r"сторінку не знайдено|sayfa bulunamadı|"
    r"页面不存在|找不到(?:该|此)?(?:页面|網頁|网页)|頁面不存在|"
    r"ページが見つかりません|お探しのページ|페이지를 찾을 수 없|الصفحة غير موجودة",
    re.IGNORECASE,
)
_CONSENT_TITLE = re.compile(
    r"privacy (?:choices|settings|preferences|center|centre)|your (?:privacy|data|choices)|"
    r"cookie (?:consent|settings|policy|wall|notice|preferences)|before you continue|"
    r"(?:we|wir) (?:value|schätzen|respect) (?:your|ihre)|datenschutz-?einstellungen|"
    r"zustimmung|einwilligung|cookies? (?:akzeptieren|zustimmen)|"
    r"consent|gestion des cookies|votre vie privée|tu privacidad|consentimiento|"
    r"privacyinstellingen",
    re.IGNORECASE,
)
_CONSENT_PHRASES = (
    re.compile(
        r"\bour (?:\d[\d,.]* )?(?:\w+ )?partners\b|unsere (?:\d+ )?partner|nos partenaires|"
        r"nuestros socios|i nostri partner|onze partners",
        re.IGNORECASE,
    ),
    re.compile(
        r"store and/?(?:or)? ?access information|(?:speichern|zugriff auf) .{0,40}informationen|"
        r"stocker et/?ou accéder|information on (?:a|your) device",
        re.IGNORECASE,
    ),
    re.compile(
        r"accept all|agree and (?:continue|close)|alle(?:s)? (?:akzeptieren|zustimmen)|"
        r"tout accepter|aceptar todo|accetta tutt|reject all|manage (?:options|preferences)|"
        r"i accept|zustimmen und weiter",
        re.IGNORECASE,
    ),
    re.compile(r"\bcookies?\b|similar technologies|tracking", re.IGNORECASE),
    re.compile(
        r"personali[sz]ed (?:ads|advertising|content)|legitimate interest|withdraw your consent|"
        r"personalisierte (?:anzeigen|werbung)|privacy policy|datenschutzerklärung",
        re.IGNORECASE,
    ),
)
_BOT_TITLE = re.compile(
    r"just a moment|attention required|access (?:to this page has been )?denied|"
    r"are you (?:a robot|human)|robot check|security check|verify(?:ing)? (?:that )?you are|"
    r"pardon our interruption|checking your browser|please wait|request blocked|403 forbidden|"
    r"human verification|bot (?:check|detection)|captcha|one more step|unusual traffic",
    re.IGNORECASE,
)
_BOT_TEXT = re.compile(
    r"enable javascript and cookies|checking (?:if the site connection is secure|your browser)|"
    r"verify(?:ing)? (?:that )?you(?:['’]re| are) (?:a )?(?:human|not a (?:ro)?bot)|"
    r"cloudflare ray id|"
    r"complete the (?:security check|captcha)|unusual (?:traffic|activity) from your",
    re.IGNORECASE,
)
_LOGIN_TITLE = re.compile(
    r"^(?:please )?(?:log ?in|sign ?in|register|subscribe|anmelden|einloggen|connexion|"
    r"se connecter|iniciar sesi[oó]n|accedi|inloggen|logga in|log ind|subscriber login|"
    r"create (?:an |your )?account|abonnement|subscription)\b",
    re.IGNORECASE,
)
_LIST_TYPES = frozenset(
    {
        "CollectionPage",
        "SearchResultsPage",
        "ItemList",
        "ProfilePage",
        "Blog",
        "ImageGallery",
        "MediaGallery",
        "VideoGallery",
        "ContactPage",
        "AboutPage",
    }
)
_MEDIA_TYPES = frozenset({"VideoObject", "ImageGallery", "MediaGallery", "AudioObject"})
_FRONT_PATH = re.compile(r"/?(?:index\.\w{2,5}|home/?|[a-z]{2}(?:[-_][a-z]{2})?/?)?", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Finding:
    """What a page is in place of an article, and why it is thought so.

    `own_metadata` is true where the page still speaks of the article (a paywall), false where it
    speaks of itself (a consent page).
    """

    outcome: Outcome
    reason: str
    own_metadata: bool = False


def lookalike(head: Head, story: Story | None, body: Body, titles: Iterable[str]) -> Finding | None:
    """What the page is where it is no article; None where it is one."""
    titles = [title for title in titles if count_words(title) <= LOOKALIKE_TITLE_WORDS]
    return (
        _soft_404(head, titles, body.words)
        or _wall(head, titles, body)
        or _listing(head, story, body.words)
        or _too_little(head, body)
    )


def _too_little(head: Head, body: Body) -> Finding | None:
    size = body.words
    if size < TEASER_WORDS and is_teaser(head, body):
        return Finding(Outcome.WALL, f"a paywall after {size} words", own_metadata=True)
    return Finding(Outcome.NO_TEXT, f"{size} words of text") if size < MIN_WORDS else None


def _soft_404(head: Head, titles: list[str], size: int) -> Finding | None:
    if size > SOFT_404_WORDS or _is_dated_article(head):
        return None
    said = next((title for title in titles if _NOT_FOUND.search(title)), None)
    return Finding(Outcome.SOFT_404, f"the title says {said[:80]!r}") if said else None


def _wall(head: Head, titles: list[str], body: Body) -> Finding | None:
    text, size = body.text, body.words
    if size <= BOT_CHECK_WORDS and (
        any(_BOT_TITLE.match(title) for title in titles) or _BOT_TEXT.search(text)
    ):
        return Finding(Outcome.WALL, "a check for robots stands in place of the page")
    if size <= CONSENT_WORDS and not _is_dated_article(head):
        phrases = sum(1 for phrase in _CONSENT_PHRASES if phrase.search(text))
        titled = any(_CONSENT_TITLE.search(title) for title in titles)
        if phrases >= (2 if titled else 4) or (titled and phrases and size <= MIN_WORDS):
            return Finding(Outcome.WALL, "a consent page stands in place of the story")
    if size <= LOGIN_WORDS and any(_LOGIN_TITLE.match(title) for title in titles):
        return Finding(Outcome.WALL, "a login page stands in place of the story")
    return None


def _listing(head: Head, story: Story | None, size: int) -> Finding | None:
    if _is_marked_article(head):
        if size < GALLERY_WORDS and _is_media(head):
            return Finding(Outcome.NOT_ARTICLE, "a film or gallery with little text")
        return None
    kinds = {kind for thing in head.things for kind in jsonld.types_of(thing)}
    links = story.outline if story else None
    headlines = links.linked_headlines if links else 0
    if _is_front(head.url) and (headlines >= LISTING_HEADLINES // 2 or size < TEASER_WORDS):
        return Finding(Outcome.NOT_ARTICLE, "a front page")
    if kinds & _LIST_TYPES and size < LISTING_STORY_WORDS and headlines >= LISTING_HEADLINES // 2:
        return Finding(Outcome.NOT_ARTICLE, "the page calls itself a collection")
    if size < GALLERY_WORDS and _is_media(head):
        return Finding(Outcome.NOT_ARTICLE, "a film or gallery with little text")
    if links and headlines >= LISTING_HEADLINES and size < LISTING_STORY_WORDS:
        return _by_links(links)
    return None


def _by_links(links: Outline) -> Finding | None:
    if links.link_chars <= LISTING_LINK_SHARE * links.prose_chars:
        return None
    reason = f"{links.linked_headlines} headlines that are links, little text"
    return Finding(Outcome.NOT_ARTICLE, reason)


def _is_dated_article(head: Head) -> bool:
    return bool(head.article.get("datePublished") or head.meta("article:published_time"))


def _is_marked_article(head: Head) -> bool:
    kind = (head.meta("og:type") or "").lower()
    return bool(head.article) or kind in ("article", "newsarticle") or _is_dated_article(head)


def _is_media(head: Head) -> bool:
    kinds = {kind for thing in head.things for kind in jsonld.types_of(thing)}
    return bool(kinds & _MEDIA_TYPES) or (head.meta("og:type") or "").lower().startswith("video")


def _is_front(url: str) -> bool:
    parts = urlsplit(url)
    return not parts.query and _FRONT_PATH.fullmatch(parts.path) is not None


def is_teaser(head: Head, body: Body) -> bool:
    """True where the text is only the beginning of an article that must be paid for."""
    if body.broken_off:
        return body.words <= BROKEN_OFF_AT_MOST
    return body.words <= TEASER_AT_MOST and _must_be_paid(head)


def _must_be_paid(head: Head) -> bool:
    if (head.meta("article:content_tier") or "").lower() in ("locked", "metered"):
        return True
    free = head.article.get("isAccessibleForFree")
    return free is False or (text_of(free) or "").lower() in ("false", "no")
