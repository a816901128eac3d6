"""The addresses of all pages of the desk, by the routes that give them.

A route that is in neither table fails a test: no page is forgotten that is looked over, drawn or
tried with hostile texts.
"""

from dataclasses import dataclass

from fastapi.routing import APIRoute

from crawler.desk import pages

#: Route -> addresses that show it in its states.
PAGES: dict[str, tuple[str, ...]] = {
    "/": ("/",),
    "/incidents/new": ("/incidents/new",),
    "/incidents/{slug}": (
        "/incidents/{slug}",
        "/incidents/{slug}?all=1&order=score",
        "/incidents/{slug}?verdict=follow_up&q=attack",
        "/incidents/{slug}?q=date:someday",
        "/incidents/{slug}?q=nowhereatall",
    ),
    "/incidents/{slug}/days": ("/incidents/{slug}/days", "/incidents/{slug}/days?as_of=2010-01-01"),
    "/incidents/{slug}/ledger": ("/incidents/{slug}/ledger",),
    "/incidents/{slug}/profile": ("/incidents/{slug}/profile?changes=1",),
    "/articles": ("/articles",),
    "/articles/{id}": ("/articles/{article}?in={slug}", "/articles/{copied}"),
    "/articles/{id}/changes": (
        "/articles/{edited}/changes",
        "/articles/{copied}/changes?copy={copy}",
    ),
    "/crawls": ("/crawls",),
    "/crawls/{id}": ("/crawls/{crawl}", "/crawls/{running}"),
    "/sources": ("/sources", "/sources?language=ko"),
    "/sources/{id}": ("/sources/{source}",),
    "/settings": ("/settings",),
    "/login": ("/login",),
}
#: What is not a page of ours: files, feeds, a stream, a page as it was fetched.
OTHERS = {
    "/articles/{id}/raw",
    "/crawls/{id}/events",
    "/feeds/articles.{format}",
    "/feeds/incidents/{slug}/articles.{format}",
    "/incidents/{slug}/dossier.zip",
    "/sources.opml",
}
#: Pages that say what is wrong.
PROBLEMS = ("/nowhere", "/articles/999999", "/incidents/none/days", "/articles?after=%00")


@dataclass(frozen=True, slots=True)
class Places:
    """What stands in the addresses of one home."""

    slug: str
    article: int
    edited: int
    copied: int
    copy: int
    source: int
    crawl: int
    running: int

    def of(self, route: str) -> tuple[str, ...]:
        """The addresses of a route."""
        values = {name: getattr(self, name) for name in self.__slots__}
        return tuple(address.format(**values) for address in PAGES[route])

    def all(self) -> tuple[str, ...]:
        """Those of every page that needs no password."""
        return tuple(one for route in PAGES if route != "/login" for one in self.of(route))


def routes(method: str) -> set[str]:
    """The paths of the desk's own doors for a method."""
    return {
        route.path
        for router in pages.ROUTERS
        for route in router.routes
        if isinstance(route, APIRoute) and method in route.methods
    }
