"""Addresses that people want to be told at: which kind they are, and how they are shown.

They hold passwords and tokens at any place: path, host, user. Nothing but scheme and, where it is
known to be no token, the host is ever shown.
"""

import base64
import re
from collections.abc import Iterator
from urllib.parse import SplitResult, quote, quote_plus, unquote, unquote_plus, urlsplit

from crawler.notices import chat
from pipelines.errors import BadInput

_WEBHOOK = ("http", "https")
#: Apprise schemes whose host is a machine, no token (github.com/caronc/apprise/wiki).
_HOSTED = frozenset(
    {"form", "gotify", "json", "mailto", "matrix", "mmost", "rocket", "xml"}
    | {"forms", "gotifys", "jsons", "mailtos", "matrixs", "mmosts", "rockets", "xmls"}
)
_REMEDY = (
    "Give an https address, or one as Apprise has them, e.g. mailto://USER:PASSWORD@example.org"
    " or slack://TOKEN (https://github.com/caronc/apprise/wiki)."
)
_PARTING = re.compile(r"[:/@?&=#,;]+")
#: Parts of an address shorter than this are no secrets, but for those of its user: a short password
#: is taken out where it stands alone, not where it is a piece of a word.
_LEAST_SECRET = 4


def is_webhook(address: str) -> bool:
    """True for a plain webhook, False for an address of Apprise."""
    return address.partition("://")[0].lower() in _WEBHOOK


def check(address: str) -> str:
    """The address itself where something can be sent there. Raises BadInput that does not repeat
    it, FollowupError where Apprise is needed and not installed."""
    address = address.strip()
    if any(ord(sign) <= 32 or ord(sign) == 127 for sign in address) or len(address) > 4_000:
        raise BadInput("A target's address has no blanks and at most 4,000 signs.", remedy=_REMEDY)
    if is_webhook(address):
        try:
            is_good = bool(_split(address).hostname)
        except ValueError:
            is_good = False
    else:
        is_good = "://" in address and chat.is_known(address)
    if not is_good:
        raise BadInput(f"Nothing can be sent to {masked(address)}.", remedy=_REMEDY)
    return address


def _split(address: str) -> SplitResult:
    parts = urlsplit(address)
    if parts.port == 0:
        raise ValueError("port 0")
    return parts


def masked(address: str) -> str:
    """The address as it may be shown: https://hooks.example.org/…, mailto://…@example.org."""
    scheme = address.partition("://")[0].lower()
    if "://" not in address or not re.fullmatch(r"[a-z0-9+.-]{1,20}", scheme):
        return "…"
    if scheme not in _HOSTED and scheme not in _WEBHOOK:
        return f"{scheme}://…"
    try:
        parts = urlsplit(address)
        host, port = parts.hostname or "", parts.port
    except ValueError:
        return f"{scheme}://…"
    user = "…@" if "@" in parts.netloc else ""
    rest = "/…" if parts.path.strip("/") or parts.query else ""
    shown = f"[{host}]" if ":" in host else host
    return f"{scheme}://{user}{shown}{f':{port}' if port else ''}{rest}"


def without(address: str, text: str) -> str:
    """A text from which everything is taken out that stands in the address and is not shown: as it
    stands there, decoded, percent-encoded, and as Basic credentials (RFC 7617)."""
    shown = masked(address).lower()
    rest = address.partition("://")[2]
    forms = {address} | {form for part in _PARTING.split(rest) for form in _spelled(part)}
    hidden = {form for form in forms if len(form) >= _LEAST_SECRET and form.lower() not in shown}
    hidden |= set(_credentials(rest))
    pattern = "|".join(map(_taken_out, sorted(hidden, key=len, reverse=True)))
    return re.sub(pattern, "…", text, flags=re.IGNORECASE) if pattern else text


def _spelled(part: str) -> Iterator[str]:
    """A part as it stands, and as programs may write it."""
    for plain in {part, unquote(part), unquote_plus(part)}:
        yield from (plain, quote(plain), quote(plain, safe=""), quote_plus(plain))


def _credentials(rest: str) -> Iterator[str]:
    """User and password in all spellings, together and each, as long as they are not empty."""
    given = re.split(r"[/?#]", rest, maxsplit=1)[0].rpartition("@")[0]
    user, _, password = given.partition(":")
    for part in (given, user, password):
        yield from filter(None, _spelled(part))
    if given:
        plain = f"{unquote(user)}:{unquote(password)}"
        for encoding in ("utf-8", "latin-1"):
            raw = plain.encode(encoding, "replace")
            yield base64.b64encode(raw).decode().rstrip("=")
            yield base64.urlsafe_b64encode(raw).decode().rstrip("=")


def _taken_out(form: str) -> str:
    pattern = re.escape(form)
    return pattern if len(form) >= _LEAST_SECRET else rf"(?<!\w){pattern}(?!\w)"
