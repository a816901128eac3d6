"""Identity: which stored article a page is, by its addresses and its text.

The address that answered decides by itself where an article was stored by it. All other addresses,
those that led there and those that the page names, only say where to look: they count where the
texts are the same or near (`dedupe.is_one_article`). So no page takes an article over by naming it,
nor an address by being the first to name it.
"""

from collections.abc import Iterator

from pipelines import dedupe
from pipelines.dedupe import Home
from pipelines.items import Article, Page
from pipelines.store import Connection, addresses, articles, merging
from pipelines.store.known import Known
from pipelines.urls import canonical_key, is_twin, own_key, same_site


def read_keys(page: Page) -> frozenset[str]:
    """The keys of the addresses that were asked for and that answered."""
    return frozenset(map(own_key, (page.url, page.requested_url, *page.redirects)))


def find(conn: Connection, article: Article, page: Page) -> Known | None:
    """The stored article that a page is, the oldest where it shows that several are one."""
    return next(_same(conn, article, page), None)


def join(conn: Connection, article: Article, page: Page) -> bool:
    """Makes one of the stored articles that a page shows to be one, and takes its own address from
    one that had only named it. True where anything changed."""
    own = dedupe.keys_of(article, page.requested_url)[0]
    same = list(_same(conn, article, page))
    ids = {known.id for known in same}
    wrong = [id for id, keys in addresses.of_keys(conn, [own]).items() if id not in ids]
    if wrong:
        addresses.give_up(conn, own)
    merged = False
    for other in same[1:]:
        if not merging.kept_apart(conn, same[0].id, other.id):
            first = articles.get(conn, same[0].id)
            main = _main(conn, first, other, article)
            merging.merge(conn, first.id, other.id, versions_of=main)
            merged = True
    return merged or bool(wrong)


def is_own(known: Known, page: Page) -> bool:
    """True where a page was read at the address of a stored article, not at a twin's: an AMP page
    says the same in other words, and would take turns with it for ever."""
    return known.key in read_keys(page) and (is_twin(known.url) or not is_twin(page.url))


def moves_home(conn: Connection, known: Known, article: Article, page: Page) -> bool:
    """True where a stored article was read at a twin's address so far, and now at its own."""
    if known.key == own_key(page.url):
        return is_twin(known.url) and not is_twin(page.url)
    if known.key in read_keys(page):
        return False
    keys = dedupe.keys_of(article, page.requested_url)
    return dedupe.moves_home(_home(conn, known), Home(keys[0], _canonical(article), keys[1:]))


def _same(conn: Connection, article: Article, page: Page) -> Iterator[Known]:
    """The stored articles that a page is, the oldest first."""
    keys = dedupe.keys_of(article, page.requested_url)
    for id in addresses.of_keys(conn, keys):
        known = articles.get(conn, id)
        if known.key == keys[0] or dedupe.is_one_article(
            known.title, known.text, article.title, article.text
        ):
            yield known


def _main(conn: Connection, first: Known, other: Known, article: Article) -> int:
    """Which of two rows was read at the address at which the article is at home, or knows it."""
    at_home, read_at = _canonical(article), own_key(article.url)
    for key, home in ((at_home, None), (read_at, None), (None, at_home)):
        for known in (first, other):
            if known.key == key or canonical_key(known.canonical_url) == home:
                return known.id
    moves = dedupe.moves_home(_home(conn, first), _home(conn, other))
    return other.id if moves else first.id


def _home(conn: Connection, known: Known) -> Home:
    canonical = canonical_key(known.canonical_url)
    return Home(known.key, canonical, addresses.keys_of(conn, known.id))


def _canonical(article: Article) -> str:
    """The key of the address that a page gives for itself, where that is believed."""
    if same_site(article.canonical_url, article.url):
        return canonical_key(article.canonical_url)
    return own_key(article.url)
