"""Where in its outlet an article stands, and whether it can be read without paying.

Section: JSON-LD's articleSection, the meta tags for it, the last step of the breadcrumbs but for
the article itself. Free: JSON-LD's isAccessibleForFree (of the article, or of a part of it, which
is then not free), article:content_tier and its kin. https://developers.google.com/search/docs/
appearance/structured-data/paywalled-content and .../breadcrumb name the fields.
"""

from collections.abc import Iterator

from pipelines.clean import jsonld
from pipelines.clean.head import Head, text_of, truth_of
from pipelines.text import squeeze

SECTION_CHARS = 80
MAX_CRUMBS = 20
_SECTION_METAS = (
    *("article:section", "section", "articlesection", "parsely-section", "og:article:section"),
    *("cxenseparse:articlesection", "sailthru.section"),
)
_HOME = frozenset({"home", "start", "startseite", "accueil", "inicio", "início", "homepage"})
_TIER_METAS = ("article:content_tier", "og:article:content_tier", "content_tier", "cxense:access")
_TIERS = {"free": True, "metered": False, "locked": False, "paid": False, "premium": False}


def section(head: Head) -> tuple[str, str] | None:
    """The section's name and where it was read; None where the page gives none."""
    for source, raw in (
        ("json-ld", text_of(head.article.get("articleSection"))),
        ("meta", head.meta(*_SECTION_METAS)),
        ("json-ld", _last_crumb(head)),
    ):
        name = squeeze(raw or "")
        if 1 < len(name) <= SECTION_CHARS and "://" not in name and name.casefold() not in _HOME:
            return name, source
    return None


def is_free(head: Head) -> tuple[bool, str] | None:
    """Whether it is free and where that was read; None where the page doesn't say."""
    own = truth_of(head.article.get("isAccessibleForFree"))
    parts = [truth_of(part.get("isAccessibleForFree")) for part in _parts(head.article)]
    if own is False or False in parts:
        return False, "json-ld"
    if own is not None:
        return own, "json-ld"
    tier = _TIERS.get((head.meta(*_TIER_METAS) or "").strip().lower())
    return None if tier is None else (tier, "meta")


def _parts(article: jsonld.Thing) -> Iterator[jsonld.Thing]:
    given = article.get("hasPart")
    for part in (given if isinstance(given, list) else [given])[:MAX_CRUMBS]:
        if isinstance(part, dict):
            yield part


def _last_crumb(head: Head) -> str | None:
    """The last step of the breadcrumbs that is not the article itself."""
    for thing in head.things:
        if "BreadcrumbList" not in jsonld.types_of(thing):
            continue
        own = {text_of(head.article.get("headline")), text_of(head.article.get("name"))}
        own.add(head.meta("og:title"))
        names = [name for name in _crumbs(thing) if name not in own]
        if own - {None} and len(names) > 1:
            return names[-1]
        return names[-2] if len(names) > 2 else None
    return None


def _crumbs(thing: jsonld.Thing) -> Iterator[str]:
    steps = thing.get("itemListElement")
    for step in (steps if isinstance(steps, list) else [])[:MAX_CRUMBS]:
        if isinstance(step, dict):
            item = step.get("item")
            named = step.get("name") or (item.get("name") if isinstance(item, dict) else None)
            if name := text_of(named):
                yield name
