"""Whether two pages are one article by their addresses alone.

What a page says of its own address is believed within its own registrable domain only: a page must
not take over another site's article. Some sites name their front page or a section as the canonical
address of every article; such a name is left aside.
"""

from pipelines.items import Article
from pipelines.urls import canonical_key, own_key, same_site

#: Addresses of one article that are looked at; a page can name any number.
MOST_ALIASES = 20


def keys_of(article: Article, requested_url: str | None = None) -> tuple[str, ...]:
    """All keys by which an article is known, each once, that of its own address first.

    `requested_url` is the address that was asked for; like all others it is believed only within
    the site that answered, so a redirect to another site gives no alias there.
    """
    own = own_key(article.url)
    claimed = [requested_url, article.canonical_url, *article.aliases[:MOST_ALIASES]]
    keys = [own]
    for url in claimed:
        if url is not None and same_site(url, article.url):
            key = canonical_key(url)
            if key not in keys and not _is_front(key, own):
                keys.append(key)
    return tuple(keys)


def same_article(one: Article, other: Article) -> bool:
    """True where the two share an address."""
    return not set(keys_of(one)).isdisjoint(keys_of(other))


def _is_front(key: str, own: str) -> bool:
    """True for a front page or section that `own` lies below: it names no article."""
    _host, _, path = key.partition("/")
    if not path:
        return own != key
    name = path.rpartition("/")[2]
    return own.startswith(key + "/") and not any(mark in "-_.0123456789?" for mark in name)
