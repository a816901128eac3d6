"""Who asks, by what they show: a token, the session of a login, or a proxy's word.

Where none of these is set up, everybody who reaches the server is its user: it listens on loopback
only then. Once a password, FOLLOWUP_TOKEN or a proxy's header is set, everybody has to show
something, also on this machine: behind a proxy, all requests come from there.
"""

import base64
import hmac
import ipaddress
from collections.abc import Mapping
from dataclasses import dataclass, field
from http.cookies import CookieError, SimpleCookie
from urllib.parse import parse_qs

from starlette.datastructures import Headers
from starlette.types import Scope as Request

from crawler.config import Config
from crawler.home import Home
from crawler.services import access
from crawler.services.access import Scope

#: Cookies of a session; the first only behind https, where no other host can set it.
COOKIES = ("__Host-followup", "followup")
_FORWARDED = ("forwarded", "x-forwarded-for", "x-real-ip")
_ALL = (str(Scope.ADMIN),)
_MOST_COOKIE = 8_000


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks, as `request.state.caller`.

    Attributes:
        is_near: came in at a loopback address and not through a proxy.
        name: the user's name where a login gives one, else the address.
        scopes: what may be done; () for a stranger.
        session: the secret of the session, None without a login.
        is_unnamed: nobody had to show anything, and nobody said a name.
        key_in_address: came by a token in the address, as feed readers do.
    """

    is_near: bool
    name: str
    scopes: tuple[str, ...] = ()
    session: str | None = field(default=None, repr=False)
    key_in_address: bool = False
    is_unnamed: bool = False

    @property
    def is_trusted(self) -> bool:
        """Whether they showed anything at all."""
        return bool(self.scopes)

    def may(self, wanted: Scope) -> bool:
        """Whether they may do what a scope says."""
        return access.allows(self.scopes, wanted)


def is_guarded(home: Home) -> bool:
    """Whether something has to be shown at all."""
    return (
        home.config.token is not None
        or home.config.proxy_user_header is not None
        or access.has_password(home)
    )


def caller_of(home: Home, scope: Request, headers: Headers) -> Caller:
    """Who sends a request. But for /healthz it may ask the store: call it in a thread where the
    desk is guarded."""
    peer = str((scope.get("client") or ("unknown",))[0])
    near = _is_loopback(scope) and not any(name in headers for name in _FORWARDED)
    user, shown = _credentials(headers.get("authorization", ""))
    stranger = Caller(near, user or peer)
    if not is_guarded(home):
        return Caller(near, user or peer, _ALL, is_unnamed=user is None)
    if shown is not None and _equal(shown, home.config.token):
        return Caller(near, user or peer, _ALL)
    if scope["path"] == "/healthz":  # answered though the store waits
        return stranger
    if shown is not None:
        return _of_key(home, stranger, shown)
    if (person := _proxied(home.config, headers, peer)) is not None:
        return Caller(near, person, _ALL)
    if (key := _key_in_address(scope)) is not None:
        return _of_feed_key(home, stranger, key)
    return _of_session(home, stranger, headers)


def _of_key(home: Home, stranger: Caller, shown: str) -> Caller:
    token = access.token_of(home, shown)
    if token is None:
        return stranger
    return Caller(stranger.is_near, token.name, token.scopes)


def _equal(shown: str, token: str | None) -> bool:
    return token is not None and hmac.compare_digest(shown.encode(), token.encode())


def _of_feed_key(home: Home, stranger: Caller, shown: str) -> Caller:
    token = access.token_of(home, shown)
    if token is None or not access.allows(token.scopes, Scope.FEED):
        return stranger
    return Caller(stranger.is_near, token.name, (str(Scope.FEED),), key_in_address=True)


def _of_session(home: Home, stranger: Caller, headers: Headers) -> Caller:
    for secret in _cookies(headers):
        session = access.session_of(home, secret)
        if session is not None:
            return Caller(stranger.is_near, session.person, _ALL, secret)
    return stranger


def _cookies(headers: Headers) -> list[str]:
    given = headers.get("cookie", "")
    if len(given) > _MOST_COOKIE:
        return []
    try:
        cookies: Mapping[str, object] = SimpleCookie(given)
    except CookieError:
        return []
    return [str(getattr(cookies[name], "value", "")) for name in COOKIES if name in cookies]


def _key_in_address(scope: Request) -> str | None:
    """A token that stands in the address of a feed; nowhere else one is looked for."""
    if not is_feed(scope["path"]):
        return None
    query = scope.get("query_string", b"").decode("latin-1")
    try:
        shown = parse_qs(query, max_num_fields=100).get("token")
    except ValueError:
        return None
    return shown[0] if shown else None


def is_feed(path: str) -> bool:
    """Whether an address is that of a feed."""
    return path.startswith("/feeds/")


def _proxied(config: Config, headers: Headers, peer: str) -> str | None:
    """The person that a trusted proxy names; from anybody else the header says nothing."""
    if config.proxy_user_header is None or not _is_proxy(config, peer):
        return None
    named = headers.getlist(config.proxy_user_header)
    if len(named) != 1:
        return None
    return on_a_line(named[0].encode("latin-1", "replace").decode(errors="replace"))[:60] or None


def _is_proxy(config: Config, peer: str) -> bool:
    try:
        address = ipaddress.ip_address(peer)
    except ValueError:
        return False
    return any(address in ipaddress.ip_network(proxy) for proxy in config.proxies)


def _credentials(header: str) -> tuple[str | None, str | None]:
    """User name (None: none) and token of an Authorization header."""
    scheme, _, rest = header.partition(" ")
    if scheme.lower() == "bearer":
        return None, rest.strip().encode("latin-1").decode(errors="replace")
    if scheme.lower() != "basic":
        return None, None
    try:
        user, colon, password = base64.b64decode(rest, validate=True).decode().partition(":")
    except ValueError:  # no ASCII, no Base64, no UTF-8
        return None, None
    return on_a_line(user)[:60] or None, password if colon else None


def on_a_line(name: str) -> str:
    """Without what breaks a line or turns its direction."""
    return " ".join("".join(char if char.isprintable() else " " for char in name).split())


def _is_loopback(scope: Request) -> bool:
    """True where the connection came in at a loopback address of this machine."""
    try:
        return ipaddress.ip_address((scope.get("server") or ("",))[0]).is_loopback
    except ValueError:
        return False
