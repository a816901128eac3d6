"""How many sources stand behind a number of articles: "12 articles, 4 independent".

An article counts for the agency that it is credited to; a copy for what its group's origin counts
for; one that names another outlet for that; any other for its own outlet, which is its registrable
domain. So ten papers that print one agency's text are one source, and so are two texts of one
agency. That an agency contributed is no credit: such an article counts for its outlet.
"""

from collections.abc import Collection, Mapping
from functools import cache
from typing import Protocol

from pipelines.dedupe.agency_names import agencies, agency_at
from pipelines.dedupe.origin import forms
from pipelines.urls import registrable_domain


class Counted(Protocol):
    """An article as it is counted, or several that are alike in all of this.

    `host` is of its address, `credit` whom it is credited to (None: nobody); `origin_host` and
    `origin_credit` are the same of its group's origin, both None where it is no copy.
    """

    @property
    def host(self) -> str: ...
    @property
    def credit(self) -> str | None: ...
    @property
    def origin_host(self) -> str | None: ...
    @property
    def origin_credit(self) -> str | None: ...


def independent(articles: Collection[Counted]) -> int:
    """The number of different sources of these articles."""
    sites = _sites(articles)
    return len({_source(one, sites) for one in articles})


def _source(article: Counted, sites: Mapping[str, str]) -> str:
    if article.credit in _canonical():
        return _named(article.credit or "", sites)
    if article.origin_host is not None:
        if article.origin_credit is not None:
            return _named(article.origin_credit, sites)
        return _own(article.origin_host)
    return _named(article.credit, sites) if article.credit is not None else _own(article.host)


def _named(credit: str, sites: Mapping[str, str]) -> str:
    """An agency by its name; another outlet by its site where that is among those counted."""
    if credit in _canonical():
        return credit
    return next((sites[form] for form in sorted(forms(credit)) if form in sites), credit.casefold())


def _own(host: str) -> str:
    domain = registrable_domain(host)
    agency = agency_at(domain)
    return domain if agency is None else agency.name


def _sites(articles: Collection[Counted]) -> Mapping[str, str]:
    """The names that sites have in their addresses, and the sites."""
    hosts = {host for one in articles for host in (one.host, one.origin_host) if host}
    domains = sorted({registrable_domain(host) for host in hosts}, reverse=True)
    return {form: _own(name) for name in domains for form in forms(name.partition(".")[0])}


@cache
def _canonical() -> frozenset[str]:
    return frozenset(one.name for one in agencies())
