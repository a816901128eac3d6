"""Who may ask, and for what: the one gate before every door.

On loopback no login is asked for, so the gate keeps out what only seems to come from the user. A
page of another site whose name is made to point here (DNS rebinding) names itself in Host: only
loopback names, addresses and this machine's own name are answered. A page of another site that
sends a form or a request here says so in Origin or Sec-Fetch-Site, and browsers let no page lie
about these. Where a token is set, every request but /healthz must show it, and then any Host is
good: behind a proxy a server has names that it does not know.
"""

import base64
import hmac
import ipaddress
import socket
from dataclasses import dataclass
from urllib.parse import urlsplit

from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import ClientDisconnect
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from crawler.desk.problems import Problem

#: No answer to any door needs a longer body: a thousand ids and some hundred addresses fit.
MOST_BODY_BYTES = 512_000

#: Referrer-Policy is not "no-referrer": with that, browsers send "Origin: null" with the desk's own
#: forms (Fetch, 3.2). "same-origin" tells other sites just as little.
SECURITY_HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; style-src 'self'; script-src 'self'; img-src 'self';"
        " connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
}

_LOOPBACK = frozenset({"localhost", "localhost.localdomain", "ip6-localhost", "ip6-loopback"})
_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
_FORWARDED = ("forwarded", "x-forwarded-for", "x-real-ip")
_PORTS = {"http": "80", "https": "443"}


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks, as `request.state.caller`.

    Attributes:
        is_trusted: may see everything; always so but for a stranger at /healthz.
        is_near: came in at a loopback address and not through a proxy.
        name: the user's name where a login gives one, else the address.
    """

    is_trusted: bool
    is_near: bool
    name: str


class Gate:
    """Lets requests through to `app`, or answers itself why not."""

    def __init__(self, app: ASGIApp, token: str | None) -> None:
        self._app = app
        self._token = token
        self._names = _LOOPBACK | {socket.gethostname().lower()}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        send = _with_headers(send)
        headers = Headers(scope=scope)
        user, shown = _credentials(headers.get("authorization", ""))
        caller = Caller(
            is_trusted=self._token is None or _equal(shown, self._token),
            is_near=_is_loopback(scope) and not any(name in headers for name in _FORWARDED),
            name=user or str((scope.get("client") or ("unknown",))[0]),
        )
        scope.setdefault("state", {})["caller"] = caller
        refused = self._refused(scope, headers, caller)
        try:
            body = b"" if refused else await _body(headers, receive)
        except ClientDisconnect:
            return  # what it asked for is not known, and nobody is there to be answered
        if body is None:
            refused = _TOO_LONG
        if refused is not None:
            await refused.response()(scope, receive, send)
        else:
            await self._app(scope, _replayed(body or b"", receive), send)

    def _refused(self, scope: Scope, headers: Headers, caller: Caller) -> Problem | None:
        if scope["path"] == "/healthz" and scope["method"] in _SAFE_METHODS:
            return None
        if not caller.is_trusted:
            return _UNKNOWN_CALLER
        if self._token is None and not self._is_own(headers):
            return _OTHER_NAME
        if scope["method"] not in _SAFE_METHODS and _is_foreign(headers):
            return _OTHER_SITE
        return None

    def _is_own(self, headers: Headers) -> bool:
        """True where every Host is a name of this server. Programs of old (HTTP/1.0) send none."""
        return all(self._is_name(host) for host in headers.getlist("host"))

    def _is_name(self, host: str) -> bool:
        name = _without_port(host.strip().lower()).rstrip(".")
        if name in self._names or name.endswith(".localhost"):
            return True
        try:
            ipaddress.ip_address(name.strip("[]"))
        except ValueError:
            return False
        return True  # a page that was loaded from an address is no other site's


_UNKNOWN_CALLER = Problem(
    401,
    "token-needed",
    "Who are you?",
    "This server answers only those who show its token.",
    "Send it as 'Authorization: Bearer TOKEN', or as the password in the browser (any name).",
)
_OTHER_NAME = Problem(
    403,
    "other-name",
    "Not under this name",
    "This server was asked under a name that is not its own.",
    "Ask it as localhost or by its address, or set FOLLOWUP_TOKEN to be asked by other names.",
)
_OTHER_SITE = Problem(
    403,
    "other-site",
    "Not from another site",
    "This would change something, and it was asked for by a page of another site.",
    "Use the desk's own pages, or a program that sends no Origin.",
)
_TOO_LONG = Problem(
    413,
    "too-long",
    "Too much at once",
    f"The body is longer than {MOST_BODY_BYTES} bytes.",
    "Ask in several requests.",
)


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
    return _on_a_line(user)[:60] or None, password if colon else None


def _on_a_line(name: str) -> str:
    return " ".join("".join(char if char.isprintable() else " " for char in name).split())


def _equal(shown: str | None, token: str) -> bool:
    return shown is not None and hmac.compare_digest(shown.encode(), token.encode())


def _is_loopback(scope: Scope) -> bool:
    """True where the connection came in at a loopback address of this machine."""
    try:
        return ipaddress.ip_address((scope.get("server") or ("",))[0]).is_loopback
    except ValueError:
        return False


def _is_foreign(headers: Headers) -> bool:
    """True where a browser says that a page of another site asks."""
    if (site := headers.get("sec-fetch-site")) is not None:
        return site not in ("same-origin", "none")
    if (origin := headers.get("origin")) is None:
        return False
    try:
        parts = urlsplit(origin)
    except ValueError:
        return True
    port = _PORTS.get(parts.scheme, "")
    asked = headers.get("host", "").lower()
    return parts.netloc.lower().removesuffix(f":{port}") != asked.removesuffix(f":{port}")


def _without_port(host: str) -> str:
    if host.startswith("["):
        return host.partition("]")[0] + "]"
    return host.partition(":")[0]


async def _body(headers: Headers, receive: Receive) -> bytes | None:
    """The whole body; None where it is too long. Raises ClientDisconnect where it was cut off."""
    length = headers.get("content-length", "0")
    if length.isdecimal() and int(length) > MOST_BODY_BYTES:
        return None
    body = bytearray()
    while True:
        message = await receive()
        if message["type"] != "http.request":
            raise ClientDisconnect
        body += message.get("body", b"")
        if len(body) > MOST_BODY_BYTES:
            return None
        if not message.get("more_body", False):
            return bytes(body)


def _replayed(body: bytes, receive: Receive) -> Receive:
    """Gives the body that was read already, then what the server says."""
    waiting: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def replay() -> Message:
        return waiting.pop() if waiting else await receive()

    return replay


def _with_headers(send: Send) -> Send:
    async def sending(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in SECURITY_HEADERS.items():
                headers.setdefault(name, value)
        await send(message)

    return sending
