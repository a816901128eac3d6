"""Names become addresses here, and a name that leads to a private address becomes none.

The rules are `crawler.guard`'s; they stand apart, for who only judges an address needs no Twisted.
"""

from collections.abc import Sequence
from typing import Any
from urllib.parse import urlsplit
from urllib.request import getproxies

from scrapy.resolver import CachingThreadedResolver
from twisted.internet.defer import Deferred
from twisted.internet.error import DNSLookupError

from crawler.guard import BlockedAddress, check_address

#: Names that were looked up and led to a private address, with what was found. Twisted turns a
#: resolver's refusal into "no results", so the reason is kept here for `explain`.
_blocked_names: dict[str, str] = {}
_MOST_BLOCKED_NAMES = 10_000


def explain(host: str) -> None:
    """Raise BlockedAddress where a name was not resolved because its address is private."""
    if host in _blocked_names:
        raise BlockedAddress(_blocked_names[host])


class GuardedResolver(CachingThreadedResolver):  # type: ignore[misc]
    """Scrapy's resolver, which gives no private address unless the user named the host, or it is
    the proxy's."""

    allowed_hosts: frozenset[str] = frozenset()

    @classmethod
    def from_crawler(cls, crawler: Any, reactor: Any) -> "GuardedResolver":
        resolver: GuardedResolver = super().from_crawler(crawler, reactor)
        allowed: Sequence[str] = crawler.settings.getlist("FOLLOWUP_RESOLVE_PRIVATE")
        proxies = {urlsplit(proxy).hostname for proxy in getproxies().values()}
        resolver.allowed_hosts = frozenset(allowed) | {name for name in proxies if name}
        return resolver

    def getHostByName(self, name: str, timeout: Sequence[int] = ()) -> "Deferred[str]":
        found = super().getHostByName(name, timeout)
        if name not in self.allowed_hosts:
            found.addCallback(self._judge, name)
        return found

    @staticmethod
    def _judge(address: str, name: str) -> str:
        try:
            check_address(address)
        except BlockedAddress as error:
            if len(_blocked_names) < _MOST_BLOCKED_NAMES:
                _blocked_names[name] = f"{name} leads to a private address: {error}"
            raise DNSLookupError(str(error)) from error
        return address
