"""One article by its addresses, and no page that takes over another's."""

from pipelines.dedupe import keys_of, same_article
from pipelines.items import Article

TEXT = "The studio said that its network would stay down until the weekend."


def article(url: str, canonical: str | None = None, *aliases: str) -> Article:
    return Article(url, canonical or url, "Network down", TEXT, aliases=aliases)


def test_twin_and_canonical_are_one_article() -> None:
    page = article("https://www.example.com/a-1?utm_source=x", None, "https://m.example.com/a-2")
    assert keys_of(page) == ("example.com/a-1", "example.com/a-2")
    assert same_article(page, article("http://example.com/a-2/amp"))
    assert not same_article(page, article("http://example.com/a-3"))


def test_page_cannot_take_over_another_sites_article() -> None:
    thief = article("https://thief.test/x", "https://example.com/a-1", "https://example.com/a-2")
    assert keys_of(thief) == ("thief.test/x",)
    assert not same_article(thief, article("https://example.com/a-1"))


def test_blogs_at_one_host_company_cannot_take_over_each_other() -> None:
    thief = article("https://one.blogspot.com/x", "https://two.blogspot.com/a-1")
    assert keys_of(thief) == ("one.blogspot.com/x",)


def test_front_page_and_section_name_no_article() -> None:
    page = article(
        "https://example.com/news/a-1", "https://example.com/", "http://example.com/news"
    )
    assert keys_of(page) == ("example.com/news/a-1",)


def test_article_above_a_page_of_it_names_both() -> None:
    page = article("https://example.com/a-1/2", "https://example.com/a-1")
    assert keys_of(page) == ("example.com/a-1/2", "example.com/a-1")


def test_address_that_was_asked_for_counts_within_the_site() -> None:
    page = article("https://example.com/a-1")
    assert keys_of(page, "https://example.com/?p=9") == ("example.com/a-1", "example.com/?p=9")
    assert keys_of(page, "https://short.test/9") == ("example.com/a-1",)


def test_number_of_aliases_is_bounded() -> None:
    aliases = [f"https://example.com/a-{n}" for n in range(5_000)]
    assert len(keys_of(article("https://example.com/x-1", None, *aliases))) <= 25
