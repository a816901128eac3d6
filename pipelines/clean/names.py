"""What the names in a page's markup (class, id, role, itemprop, ...) say about an element.

One table of rows, each with its reason; `container` gives such elements no worth and `strip` cuts
them out. Names are read as words: "relatedArticles", "related_articles" and "c-related-articles__x"
are all "-related-articles-" with their neighbours around them.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from string import ascii_lowercase, digits

#: Attributes whose values name what an element is.
NAMING = frozenset(
    {"class", "id", "itemprop", "role", "data-testid", "data-component", "data-module"}
)
NAME_CHARS = 400

_HUMP = re.compile(r"(?<=[a-z0-9])(?=[A-Z])")
_NOT_WORD = re.compile(r"[^a-z0-9\s]+")
#: WordPress names every post by its tags and categories: "tag-newsletter" says nothing of the part.
_PER_POST = re.compile(r"(?:tag|category|cat|post|type|status|format|has|no|with|single|page)-")

#: reason -> words of a name as a pattern; ^ and $ stand for the beginning and end of a class.
OTHER_THINGS: dict[str, str] = {
    "comments": (
        r"comments?$|"
        r"comment-(?:list|section|area|wrapper|container|thread|body|form|block|box|content)|"
        r"comments|commentlist|disqus|respond$|fb-comments|kommentare|commentaires|comentarios"
    ),
    "related": (
        r"related|relateds?|recirc\w*|recommend\w*|read-?(?:more|next|also|on)|readmore|"
        r"see-also|more-(?:stories|news|on|from|in|articles|to|posts)|up-next|next-up|"
        r"also-(?:read|like|see)|you-(?:may|might)|further-reading|similar|outbrain|taboola|"
        r"jp-relatedposts|yarpp\w*|associated|linked-stories|teasers|lire-aussi|zergnet|mgid|"
        r"revcontent|onward|crosslinks?"
    ),
    "most read": (
        r"most-?(?:read|popular|viewed|shared|recent|commented)|popular\w*|trending|"
        r"latest(?:-(?:news|stories|posts|articles))?|top-(?:stories|news|posts)|"
        r"headlines-list"
    ),
    "newsletter": (
        r"newsletters?|subscribe|subscribe-\w+|subscription-?(?:box|form|cta|banner|offer)|"
        r"sign-?up|signup|mailing-list|mc-embed\w*|email-(?:signup|capture|form)|opt-?in"
    ),
    "share": (
        r"shar(?:e|ing)(?:-?(?:bar|tools?|links?|buttons?|this|list|icons?|box|area))?|"
        r"sharedaddy|socials?|social-?\w+|addtoany\w*|addthis\w*|a2a|follow-us|jp-post-flair|"
        r"sns"
    ),
    "tags": (
        r"tags?|tag-?(?:list|cloud|links?|s)|topics?|topic-?(?:list|tags)|keywords|categories|"
        r"cat-links|entry-(?:footer|utility|tags)|post-?tags|article-?tags|breadcrumbs?|ariane"
    ),
    "cookie": (
        r"cookies?|cookie-?\w+|consent|gdpr|cmp|onetrust\w*|didomi\w*|"
        r"privacy-(?:banner|notice)"
    ),
    "advertising": (
        r"ads?|ad-?(?:slot|unit|container|wrapper|box|block|label|placeholder)|advert\w*|"
        r"sponsor\w*|dfp|promos?|promotion\w*|promo-\w+|banner\w*|cta|affiliate\w*|commercial|"
        r"marketing|adsbygoogle|werbung|anzeige|publicite|native-ad|in-?house"
    ),
    "caption": (
        r"captions?|caption-?\w+|credits?|photo-?credits?|"
        r"image-?(?:credit|caption|source|meta|desc\w*)|wp-caption\w*|"
        r"media-(?:credit|caption|info)|img-?(?:caption|credit)|galler(?:y|ies)|slideshows?|"
        r"carousels?|lightbox|photo-?(?:gallery|info|caption|desc)|legend|legende|copyright"
    ),
    "byline": (
        r"bylines?|by-?line-?\w*|"
        r"author-?(?:bio|box|info|card|details?|block|description|profile|name|meta|wrapper|"
        r"image|links?|about|section|area|footer)|authors?|about-(?:the-)?author|"
        r"post-?(?:author|meta|date|info|byline)|entry-(?:meta|date|author)|"
        r"article-?(?:meta|date|author|info|byline|timestamp)|"
        r"story-?(?:meta|date|byline|timestamp)|datelines?|timestamps?|pub-?date|"
        r"publish\w*-?(?:date|time|on)|date-?(?:time|line|published|posted)|vcard|"
        r"contributors?|meta-(?:info|data|line)|metadata|^(?:published|updated|date)$|"
        r"author-bio|reading-time|read-time|bio|biography"
    ),
    "navigation": (
        r"nav|navbar|navigation|nav-\w+|menu|menus|menu-\w+|pagination|pager|paging|"
        r"pagenav\w*|prev-?next|post-nav\w*|skip-?(?:links?|to-\w+)|toolbar|tools|toolbox|"
        r"site-?(?:header|footer|nav)|global-(?:header|footer|nav)|page-?footer|footer|"
        r"masthead|topbar|toc|table-of-contents|jump-links?|back-to-top|"
        r"search-?(?:form|box|bar)|login|log-in|breadcrumb-\w+|sitemap"
    ),
    "sidebar": (
        r"(?:\w+-)?side-?bar(?:-(?:left|right|content|inner|wrapper|widget\w*))?$|sidecol\w*|"
        r"rail|right-?(?:rail|col\w*|side\w*)|aside$|widgets?$|"
        r"widget-?(?:area|title|container)|modal|popup|pop-up|overlay|tooltip|drawer|"
        r"off-?canvas|flyout"
    ),
    "unseen": (
        r"sr-only|visually-?hidden|screen-?reader(?:-text)?|element-invisible|u-hidden|"
        r"is-hidden|^(?:hidden|d-none|print-?only|noprint|no-print|offscreen)$"
    ),
    "player": (
        r"player|video-?(?:player|container|wrapper|js|title|caption|info|desc\w*|meta)|"
        r"jwplayer|audio-?player|podcast-?player|listen|brightcove\w*|vjs\w*|text-to-speech|"
        r"trinity\w*"
    ),
    "footnote": (
        r"disclaimers?|corrections?-policy|copyright\w*|legal|terms|about-(?:us|the-company)|"
        r"boilerplate|ratings?|star-rating|votes?|voting|poll|quiz|survey|donat\w+|support-us|"
        r"membership|contact-?(?:us|info|form)|feedback|report-(?:error|typo)|tipline"
    ),
}


def _alternatives(row: str) -> list[str]:
    """The row parted at the bars that stand in no brackets."""
    parts, depth = [""], 0
    for sign in row:
        depth += (sign == "(") - (sign == ")")
        if sign == "|" and not depth:
            parts.append("")
        else:
            parts[-1] += sign
    return parts


def _group(number: int, row: str, letter: str) -> str:
    """What of a row can begin with a letter: what begins with another is left out."""
    some = [part for part in _alternatives(row) if part[0] == letter or not part[0].isalnum()]
    pattern = "|".join(some).replace("^", "(?<= -)").replace("$", "- ")
    return f"(?P<g{number}>-(?:{pattern})(?:-|(?<= )))" if some else ""


@lru_cache(maxsize=1)
def other_things() -> Callable[[str], str | None]:
    """What finds the row of `OTHER_THINGS` that a single name is of; sites share most names.

    A pattern for each letter that a word can begin with: one for all tries 250 words at each.
    """
    reasons, patterns = tuple(OTHER_THINGS), {}
    for letter in ascii_lowercase + digits:
        groups = (_group(number, row, letter) for number, row in enumerate(OTHER_THINGS.values()))
        patterns[letter] = re.compile("|".join(filter(None, groups)))

    @lru_cache(maxsize=16384)
    def reason_of(name: str) -> str | None:
        name = f" {name} "
        at = name.find("-")
        while at >= 0:
            pattern = patterns.get(name[at + 1])
            if pattern is not None and (match := pattern.match(name, at)):
                return reasons[int((match.lastgroup or "g0")[1:])]
            at = name.find("-", at + 1)
        return None

    return reason_of


#: Names of a lead that stands apart from the text, between headline and container.
LEAD = re.compile(
    r"-(?:lead|lede|leadin|stand-?first|deck?|excerpt|chapo|chapeau|intro|introduction|teaser|"
    r"sub-?title|sub-?head(?:ing|line)?|summary|abstract|vorspann|sapo|description|entradilla|"
    r"bajada|copete|catenaccio|occhiello|sommario|ingress|preamble|lid)-"
)

#: Names by which publishing systems mark the story, from the sharpest to the bluntest.
STORY = re.compile(
    r"-(?:article-?body|articlebody|story-?body|storybody|article-(?:\w+-)?(?:body|content|text)|"
    r"articlecontent|articletext|story-?(?:content|text)|post-?(?:content|body|text|entry)|"
    r"entry-?(?:content|body|text)|news-?(?:body|content|text|detail)|body-?(?:content|copy|text)|"
    r"content-?body|rich-?text|td-post-content|single-content)-"
)


@lru_cache(maxsize=8192)
def words_of(value: str) -> str:
    """A name in its normal form: "leadText  c-share__bar" is " -lead-text- -c-share-bar- "."""
    return f" {' '.join(filter(None, map(_normal, value.split())))} "


@lru_cache(maxsize=16384)
def _normal(word: str) -> str:
    """One class of a name in normal form, "" where it says nothing; a page repeats most."""
    token = _NOT_WORD.sub("-", word if word.islower() else _HUMP.sub("-", word).lower())
    return "" if _PER_POST.match(token) else f"-{token.strip('-')}-"


def name_of(attributes: Iterable[tuple[str, str | Sequence[str]]]) -> str:
    """All the names of an element as one, in normal form; "" where it has none. BeautifulSoup
    gives a class as a list."""
    values = [
        value if isinstance(value, str) else " ".join(value)
        for attribute, value in attributes
        if attribute in NAMING and value
    ]
    return words_of(" ".join(values)[:NAME_CHARS]) if values else ""


@lru_cache(maxsize=4096)
def other_thing(name: str) -> str | None:
    """Why an element of this name is no part of a story; None where it may be."""
    reason_of = other_things()
    return next((reason for part in name.split() if (reason := reason_of(part))), None)


@lru_cache(maxsize=4096)
def marks_story(name: str) -> bool:
    """True for a name by which publishing systems mark the story's text."""
    return STORY.search(name) is not None


@lru_cache(maxsize=4096)
def marks_lead(name: str) -> bool:
    """True for a name by which publishing systems mark the lead."""
    return LEAD.search(name) is not None
