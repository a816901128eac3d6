"""Addresses: what names one article, what may be asked for, and who owns a host.

An address is fetched as it was found and compared by its `canonical_key`: some servers answer 404
once a parameter is taken off, so the key is for comparing only and is never asked for.

Which parameters of a query don't count is `pipelines.parameters`, which marks of hosts and paths
`pipelines.twins`. Known mistake: a twin at another registrable domain is not folded here, its text
tells. Splitting follows the WHATWG URL standard
where browsers and RFC 3986 differ (backslashes, tabs, numbers as hosts).
"""

import re
import unicodedata
from dataclasses import dataclass
from functools import cache, lru_cache
from hashlib import blake2b
from ipaddress import IPv4Address, IPv6Address
from typing import TYPE_CHECKING
from urllib.parse import unquote, urljoin

from w3lib.url import safe_url_string

from pipelines.parameters import is_idle, unescaped
from pipelines.twins import carried, fold_label, fold_path, is_marked

if TYPE_CHECKING:
    from tldextract import TLDExtract

#: Longest address that is asked for. Servers and caches refuse more from about here.
MAX_LENGTH = 2_000
#: Wrappers around wrappers that are taken off.
MOST_WRAPPERS = 4
#: Longer addresses and keys are named by their digest, to fit an index row of any database.
MAX_KEYED = 8_000


_SCHEME = re.compile(r"([a-z][a-z0-9+.-]*):(?!\d)", re.IGNORECASE)
_WEB = re.compile(r"https?:[/\\]*|[/\\]{2,}", re.IGNORECASE)
_EDGES = "".join(map(chr, range(0x21)))
_DROPPED = re.compile("[\t\n\r]")
_AUTHORITY = re.compile(r"[^/\\?#]*")
_PORT = re.compile(r":0*(\d{0,5})$", re.ASCII)
_LABEL = re.compile(r"[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?")
_NUMBER = re.compile(r"0x[0-9a-f]*|\d+", re.ASCII)
_ESCAPE = re.compile(r"%([0-9A-Fa-f]{2})|(%)|([^!$&'()*+,\-./0-9:;=@A-Z_a-z~?|\[\]])")
_UNRESERVED = frozenset("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~")


@cache
def _suffixes() -> "TLDExtract":
    """The bundled suffix list with its private half: two blogs at one host company are two sites.

    Loaded when the first host is judged: the library brings one for HTTP with it, 0.1 s of import.
    """
    from tldextract import TLDExtract

    return TLDExtract(suffix_list_urls=(), cache_dir=None, include_psl_private_domains=True)


@dataclass(frozen=True, slots=True)
class _Parts:
    """A web address taken apart; `path` is as written, `query` and `fragment` may be empty."""

    host: str
    port: str
    path: str
    query: str
    fragment: str


def canonical_key(url: str) -> str:
    """The identity of an article's address, printable ASCII of at most `MAX_LENGTH` characters.

    Scheme, user, default port, fragment (but for #! routes), tracking and view parameters, session
    ids, index pages and the twins under www., m., amp., /amp and /print don't count; an address
    that carries another one (`unwrapped`) has the key of that. The key of a key is itself. Never
    raises: what is no web address gets a key of its own that begins with "!".
    """
    text = _clean(url)
    if len(text) > MAX_KEYED:
        return f"!{_digest(text)}"
    if text.startswith("!"):
        return _opaque(text[1:])
    parts = _split(text)
    if parts is None:
        return _opaque(_WEB.sub("", text, count=1))
    if inner := _carried(parts):
        parts = _split(inner) or parts
    key = _fold(parts)
    return key if len(key) <= MAX_LENGTH else f"{_fold_host(parts.host)}/~{_digest(key)}"


def own_key(url: str) -> str:
    """The `canonical_key` of an address by itself, also where it carries another one: for what
    answered there, which is not what the other site would have answered."""
    parts = _split(_clean(url)) if len(url) <= MAX_KEYED else None
    if parts is None or _carried(parts) is None:
        return canonical_key(url)
    return f"{_fold_host(parts.host)}/~{_digest(_fold(parts))}"


def is_twin(url: str) -> bool:
    """True for an address that shows an article in another dress (AMP, for phones, to print) or
    carries it: its key is that of the article, what is read there may be in other words."""
    parts = _split(_clean(url)) if len(url) <= MAX_KEYED else None
    if parts is None:
        return False
    domain = registrable_domain(parts.host)
    pairs = parts.query.split("&") if parts.query else []
    views = (is_idle(p, domain, view=True) and not is_idle(p, domain, view=False) for p in pairs)
    is_dressed = is_marked(parts.host, _escape(parts.path), domain) or any(views)
    return is_dressed or _carried(parts) is not None


def unwrapped(url: str) -> str:
    """The address that one of a viewer, cache or way out (`twins.WRAPPERS`) leads to; any other
    address as it is. To be asked for in its place: the wrapper's own site may refuse us."""
    parts = _split(_clean(url)) if _is_web(_clean(url)) and len(url) <= MAX_KEYED else None
    found = _carried(parts) if parts else None
    if found is None:
        return url
    return absolute("", found if _is_web(found) else f"https://{found}") or url


def absolute(base: str, href: str) -> str | None:
    """The address that a link on the page `base` leads to, ready to be asked for.

    Joined, escaped as a browser does, without user and fragment (but for #! routes none matters to
    a server). None for all but http and https, for more than `MAX_LENGTH` characters, and where the
    host or port cannot be one.
    """
    href = _clean(href)
    if len(href) > MAX_LENGTH or len(base) > MAX_KEYED:
        return None
    head, mark, query = href.partition("?")
    scheme = _SCHEME.match(href)
    if scheme is None or scheme.group(1).lower() in ("http", "https"):
        href = head.replace("\\", "/") + mark + query
    try:
        joined = href if _is_web(href) else urljoin(_clean(base), href)
        joined = joined.partition("#")[0]
        parts = _split(joined) if _is_web(joined) else None
        if parts is None:
            return None
        secure = joined[:6].lower() == "https:"
        address = _address(secure, parts)
        fetchable = safe_url_string(address)
    except ValueError:
        return None
    return fetchable if len(fetchable) <= MAX_LENGTH else None


def host_of(url: str) -> str:
    """The host in lower-case ASCII, IPv6 in brackets, numbers as dotted quads; "" where none is."""
    text = _clean(url)
    parts = _split(text) if len(text) <= MAX_KEYED else None
    return parts.host if parts else ""


def origin_of(url: str) -> str:
    """ "http://host" or "https://host:port", the default port left out; "" for no web address."""
    text = _clean(url)
    parts = _split(text) if _is_web(text) and len(text) <= MAX_KEYED else None
    if parts is None:
        return ""
    secure = text[:6].lower() == "https:"
    return _address(secure, _Parts(parts.host, parts.port, "", "", ""))


@lru_cache(maxsize=4_096)
def registrable_domain(host: str) -> str:
    """The part of a host that its owner registered ("news.bbc.co.uk" gives "bbc.co.uk").

    From the Public Suffix List that comes with tldextract, private suffixes counted; an unknown
    suffix has one label, as https://publicsuffix.org/list/ prescribes. An IP address, a single
    label and a suffix itself stand for themselves.
    """
    host = host.strip().strip(".").lower()
    if len(host) > 253 or host.startswith("[") or _looks_numeric(host):
        return host
    found = _suffixes().extract_str(host)
    if found.suffix:
        return found.top_domain_under_public_suffix or host
    return ".".join(host.split(".")[-2:])


def same_site(a_url: str, b_url: str) -> bool:
    """True where both hosts belong to one registrable domain; False where either has no host."""
    a, b = host_of(a_url), host_of(b_url)
    return bool(a and b) and registrable_domain(a) == registrable_domain(b)


def strip_tracking(url: str) -> str:
    """The address without tracking, sessions and fragment, else letter for letter as it was."""
    text = _clean(url)
    parts = _split(text) if len(text) <= MAX_KEYED else None
    if parts is None:
        return text
    head, mark, fragment = text.partition("#")
    address, _, query = head.partition("?")
    domain = registrable_domain(parts.host)
    kept = [pair for pair in query.split("&") if not is_idle(pair, domain, view=False)]
    tail = "&".join(kept)
    route = mark + fragment if fragment.startswith("!") else ""
    tidy = address + ("?" + tail if tail else "") + route
    return tidy if tidy == _clean(tidy) else text


def _clean(url: str) -> str:
    return _DROPPED.sub("", url.strip(_EDGES))


def _is_web(url: str) -> bool:
    return url[:7].lower() == "http://" or url[:8].lower() == "https://"


def _digest(text: str) -> str:
    return blake2b(text.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()


def _opaque(text: str) -> str:
    """A key for what cannot be taken apart."""
    key = "!" + _escape(text)
    return key if len(key) <= MAX_LENGTH else f"!{_digest(key)}"


def _split(text: str) -> _Parts | None:
    """A web address in its parts; None for other schemes and where host or port cannot be."""
    if web := _WEB.match(text):
        text = text[web.end() :]
    elif _SCHEME.match(text):
        return None
    match = _AUTHORITY.match(text)
    authority = match.group() if match else ""
    host, port = _host_and_port(authority.rpartition("@")[2])
    if host is None or port is None:
        return None
    rest, _, fragment = text[len(authority) :].partition("#")
    path, _, query = rest.partition("?")
    return _Parts(host, port, path.replace("\\", "/"), query, fragment)


def _host_and_port(authority: str) -> tuple[str | None, str | None]:
    if match := _PORT.search(authority):
        port = match.group(1)
        if port and int(port) > 65_535:
            return None, None
        return _host(authority[: match.start()]), port
    return _host(authority), ""


@lru_cache(maxsize=4_096)
def _host(raw: str) -> str | None:
    """A host as the WHATWG host parser gives it (IDNA 2003); None where it is none."""
    if raw.startswith("[") and raw.endswith("]"):
        try:
            return f"[{IPv6Address(raw[1:-1]).compressed}]"
        except ValueError:
            return None
    if not raw or len(raw) > 1_000:
        return None
    text = unicodedata.normalize("NFKC", unquote(raw)).replace("。", ".").lower()
    try:
        host = text.rstrip(".").encode("idna").decode("ascii").lower()
    except UnicodeError:
        return None
    if _looks_numeric(host):
        return _ipv4(host)
    labels = host.split(".")
    whole = len(host) <= 253 and all(_LABEL.fullmatch(label) for label in labels)
    return host if whole else None


def _looks_numeric(host: str) -> bool:
    return _NUMBER.fullmatch(host.rpartition(".")[2]) is not None


def _ipv4(host: str) -> str | None:
    """Dotted quad of 127.1, 0x7f000001, 0177.0.0.1 and their like: the WHATWG IPv4 parser."""
    pieces = host.split(".")
    if len(pieces) > 4 or len(host) > 60 or not all(_NUMBER.fullmatch(p) for p in pieces):
        return None
    try:
        *high, last = [_number(piece) for piece in pieces]
        if any(value > 255 for value in high) or last >= 256 ** (4 - len(high)):
            return None
    except ValueError:
        return None
    return str(IPv4Address(sum(v << 8 * (3 - i) for i, v in enumerate(high)) + last))


def _number(piece: str) -> int:
    if piece.startswith("0x"):
        return int(piece[2:] or "0", 16)
    return int(piece, 8 if piece.startswith("0") and len(piece) > 1 else 10)


def _address(secure: bool, parts: _Parts) -> str:
    default = "443" if secure else "80"
    port = f":{parts.port}" if parts.port not in ("", default) else ""
    scheme = "https" if secure else "http"
    query = f"?{parts.query}" if parts.query else ""
    return f"{scheme}://{parts.host}{port}{parts.path}{query}"


def _carried(parts: _Parts) -> str | None:
    """The address that an address carries, wrappers within wrappers taken off."""
    found = None
    for _ in range(MOST_WRAPPERS):
        text = carried(parts.host, parts.path, parts.query)
        inner = _split(_clean(text)) if text else None
        if text is None or inner is None or "." not in inner.host:
            break
        parts, found = inner, _clean(text)
    return found


def _fold(parts: _Parts) -> str:
    """The key of an address that was taken apart, wrappers not yet taken off."""
    domain = registrable_domain(parts.host)
    host = _fold_host(parts.host)
    port = f":{parts.port}" if parts.port not in ("", "80", "443") else ""
    query = _fold_query(parts.query, domain) if parts.query else ""
    route = f"#{_escape(parts.fragment)}" if parts.fragment.startswith("!") else ""
    path = fold_path(_escape(parts.path), domain)
    return f"{host}{port}/{path}{'?' + query if query else ''}{route}"


@lru_cache(maxsize=4_096)
def _fold_host(host: str) -> str:
    if host.startswith("["):
        return host
    domain = registrable_domain(host)
    labels = host.split(".")
    owned = domain.count(".") + 1
    own, above = labels[-owned:], labels[:-owned]
    if own[0] == "www" and len(own) > 2:
        own = own[1:]  # a host company's front page, its own name being a suffix (x0.com)
    return ".".join([*fold_label(above, domain), *own])


def _fold_query(query: str, domain: str) -> str:
    pairs = [pair for pair in query.split("&") if not is_idle(pair, domain, view=True)]
    folded = {_escape(unescaped(pair).replace("+", " ")).rstrip("=") for pair in pairs}
    return "&".join(sorted(folded - {""}))


def _escape(text: str) -> str:
    """Every octet in one spelling: unreserved ones bare, all others as %XX with capitals."""
    return _ESCAPE.sub(_one_escape, text)


def _one_escape(match: re.Match[str]) -> str:
    if (digits := match.group(1)) is not None:
        octet = chr(int(digits, 16))
        return octet if octet in _UNRESERVED else f"%{digits.upper()}"
    if match.group(2) is not None:
        return "%25"
    octets = match.group(3).encode("utf-8", "surrogatepass")
    return "".join(f"%{octet:02X}" for octet in octets)
