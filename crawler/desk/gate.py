"""Who may ask, and for what: the one gate before every door.

On loopback no login is asked for, so the gate keeps out what only seems to come from the user. A
page of another site whose name is made to point here (DNS rebinding) names itself in Host: only
loopback names, addresses and this machine's own name are answered. A page of another site that
sends a form or a request here says so in Origin or Sec-Fetch-Site, and browsers let no page lie
about these. Where a password, a token or a proxy's header is set (`identity`), every request but
/healthz must show something, and then any Host is good: behind a proxy a server has names that it
does not know.
"""

import ipaddress
import socket
from urllib.parse import quote, urlsplit

from starlette.concurrency import run_in_threadpool
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import ClientDisconnect
from starlette.responses import RedirectResponse, Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from crawler.desk.identity import Caller, caller_of, is_feed, is_guarded
from crawler.desk.problems import Problem
from crawler.home import Home
from crawler.services import access
from crawler.services.access import Scope as Access

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
#: Where people log in.
LOGIN = "/login"
_PORTS = {"http": "80", "https": "443"}


class Gate:
    """Lets requests through to `app`, or answers itself why not."""

    def __init__(self, app: ASGIApp, home: Home) -> None:
        self._app = app
        self._home = home
        self._names = _LOOPBACK | {socket.gethostname().lower()}

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        send = _with_headers(send)
        headers = Headers(scope=scope)
        if is_guarded(self._home) and scope["path"] != "/healthz":
            caller, refused = await run_in_threadpool(self._looked_at, scope, headers)
        else:  # the store is not asked, and so nothing is waited for
            caller, refused = self._looked_at(scope, headers)
        scope.setdefault("state", {})["caller"] = caller
        try:
            body = b"" if refused else await _body(headers, receive)
        except ClientDisconnect:
            return  # what it asked for is not known, and nobody is there to be answered
        if body is None:
            refused = _TOO_LONG.response()
        if refused is not None:
            await refused(scope, receive, send)
        else:
            await self._app(scope, _replayed(body or b"", receive), send)

    def _looked_at(self, scope: Scope, headers: Headers) -> tuple[Caller, Response | None]:
        caller = caller_of(self._home, scope, headers)
        return caller, self._refused(scope, headers, caller)

    def _refused(self, scope: Scope, headers: Headers, caller: Caller) -> Response | None:
        path, method = scope["path"], scope["method"]
        if path == "/healthz" and method in _SAFE_METHODS:
            return None
        if not is_guarded(self._home) and not self._is_own(headers):
            return _OTHER_NAME.response()
        if method not in _SAFE_METHODS and _is_foreign(headers):
            return _OTHER_SITE.response()
        if not caller.may(wanted_scope(method, path)):
            return self._unknown(scope, headers, caller)
        return None

    def _unknown(self, scope: Scope, headers: Headers, caller: Caller) -> Response | None:
        """What somebody gets who may not: the page to log in where there is one."""
        if caller.is_trusted:
            return _NOT_ALLOWED.response()
        if not access.has_password(self._home):
            return _UNKNOWN_CALLER.response()
        path = scope["path"]
        if path == LOGIN or path.startswith("/static/"):
            return None
        if scope["method"] in _SAFE_METHODS and "text/html" in headers.get("accept", ""):
            query = scope.get("query_string", b"").decode("latin-1")
            wanted = quote(path + (f"?{query}" if query else ""), safe="/")
            return RedirectResponse(f"{LOGIN}?next={wanted}", 303)
        return _UNKNOWN_CALLER.response()

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


def wanted_scope(method: str, path: str) -> Access:
    """What has to be allowed for a request: reading for what changes nothing, else what the table
    says, and all where it says nothing."""
    if is_feed(path):
        return Access.FEED
    for begins, methods, scope in SCOPES:
        if path.startswith(begins) and (method in _SAFE_METHODS) == (methods == "read"):
            return scope
    return Access.READ if method in _SAFE_METHODS else Access.ADMIN


#: How an address begins, whether reading or changing there, and what it takes.
SCOPES: tuple[tuple[str, str, Access], ...] = (
    ("/settings", "read", Access.ADMIN),
    ("/api/v1/tokens", "read", Access.ADMIN),
    ("/api/v1/targets", "read", Access.ADMIN),
    ("/api/v1/crawls", "change", Access.CRAWL),
    ("/schedule.json", "change", Access.CRAWL),
    ("/cancel.json", "change", Access.CRAWL),
    ("/api/v1/decisions", "change", Access.DECIDE),
    ("/api/v1/labels", "change", Access.DECIDE),
    ("/api/v1/notes", "change", Access.DECIDE),
    ("/api/v1/searches", "change", Access.DECIDE),
    ("/api/v1/articles", "change", Access.DECIDE),
    ("/api/v1/ledger", "change", Access.DECIDE),
    ("/api/v1/news", "change", Access.DECIDE),
)

_UNKNOWN_CALLER = Problem(
    401,
    "token-needed",
    "Who are you?",
    "This server answers only those who show a token or have logged in.",
    "Send a token as 'Authorization: Bearer TOKEN', or as the password in the browser (any name).",
)
_NOT_ALLOWED = Problem(
    403,
    "not-allowed",
    "Not with this token",
    "This token does not allow that.",
    "Make one with the scope that it takes: followup token new NAME --scope SCOPE",
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
