"""What may be fetched at all: schemes, addresses and the spellings of them.

An address is read by one strict parser here; whatever other parsers might read differently
(backslashes, user names, numbers for hosts, odd ports) is refused instead of interpreted, so that
the address which is judged is the one that is connected to. Without a proxy `crawler.resolver`
judges the looked-up addresses too, at the moment of connecting, so a name cannot change in
between. With a proxy the target's name is judged and the proxy does the looking up.
"""

import ipaddress
import re
from collections.abc import Collection
from urllib.parse import urlsplit

#: Longer addresses are made by machines for machines (sitemaps.org allows 2,048).
MOST_URL_CHARACTERS = 2_000

_NAME = re.compile(r"(?=.{1,253}\Z)(?:[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?\.)+[a-z0-9-]{2,63}")
#: What inet_aton(3) reads as an address: decimal, octal or hexadecimal, one to four parts.
_NUMERIC = re.compile(r"(?:0x[0-9a-f]*|[0-9]+)(?:\.(?:0x[0-9a-f]*|[0-9]*))*\.?")
#: Names that never belong to a public site (RFC 6761, RFC 6762, RFC 8375, RFC 9476).
_PRIVATE_ENDINGS = ("localhost", "local", "localdomain", "internal", "intranet", "lan", "home.arpa")


class BlockedAddress(Exception):
    """An address that is never fetched; its text says why."""


def check_url(url: str, allow_private: Collection[str] = ()) -> None:
    """Raise BlockedAddress unless the address may be fetched.

    `allow_private` holds "host:port" of private sites that the user named.
    """
    if len(url) > MOST_URL_CHARACTERS:
        raise BlockedAddress(f"the address is over {MOST_URL_CHARACTERS} characters long")
    if re.search(r"[\x00-\x20\x7f-\x9f\\]", url):
        raise BlockedAddress("the address holds blanks, controls or backslashes")
    scheme, host, port = _parts(url)
    if f"{host}:{port or (443 if scheme == 'https' else 80)}" in allow_private:
        return
    _check_host(host)


def _parts(url: str) -> tuple[str, str, int | None]:
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise BlockedAddress(f"the address cannot be read: {error}") from error
    if parts.scheme not in ("http", "https"):
        raise BlockedAddress(f"only http and https are fetched, not {parts.scheme[:20] or 'this'}:")
    if "@" in parts.netloc:
        raise BlockedAddress("the address carries a user name")
    if port == 0:
        raise BlockedAddress("no site listens on port 0")
    if not parts.hostname:
        raise BlockedAddress("the address names no host")
    return parts.scheme, parts.hostname, port


def _check_host(host: str) -> None:
    if ":" in host:
        return check_address(host)
    if _NUMERIC.fullmatch(host):
        if re.fullmatch(r"(?:(?:0|[1-9]\d{0,2})\.){3}(?:0|[1-9]\d{0,2})", host):
            return check_address(host)
        raise BlockedAddress(f"{host} spells an address in an unusual way")
    name = host.removesuffix(".")
    if any(name == ending or name.endswith("." + ending) for ending in _PRIVATE_ENDINGS):
        raise BlockedAddress(f"{host} is a private name")
    try:
        ascii_name = name.encode("ascii") if name.isascii() else name.encode("idna")
    except UnicodeError as error:
        raise BlockedAddress(f"{host[:60]} is no host name") from error
    spelled = ascii_name.decode("ascii").lower()
    if _NUMERIC.fullmatch(spelled) or not _NAME.fullmatch(spelled):
        raise BlockedAddress(f"{host[:60]} is no public host name")
    return None


def check_address(address: str) -> None:
    """Raise BlockedAddress unless a looked-up or literal IP address is public."""
    try:
        ip: ipaddress.IPv4Address | ipaddress.IPv6Address = ipaddress.ip_address(address)
    except ValueError as error:
        raise BlockedAddress(f"{address[:60]} is no address") from error
    for inner in _inner_addresses(ip):
        if not inner.is_global or inner.is_multicast:
            raise BlockedAddress(f"{address} is not a public address")


def _inner_addresses(
    ip: ipaddress.IPv4Address | ipaddress.IPv6Address,
) -> list[ipaddress.IPv4Address | ipaddress.IPv6Address]:
    """The address itself and those that IPv6 forms of transition carry inside."""
    found = [ip]
    if isinstance(ip, ipaddress.IPv6Address):
        found += [inner for inner in (ip.ipv4_mapped, ip.sixtofour) if inner is not None]
        if ip.teredo is not None:
            found += list(ip.teredo)
        if ip in ipaddress.ip_network("64:ff9b::/96"):
            found.append(ipaddress.IPv4Address(int(ip) & 0xFFFFFFFF))
        if ip.ipv4_mapped is not None:
            found.remove(ip)
    return found
