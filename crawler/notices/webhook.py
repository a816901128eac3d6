"""Sending to a plain webhook: one POST of JSON, signed as GitHub and Stripe do it.

    X-Followup-Delivery: KEY        the same at every try of one message
    X-Followup-Timestamp: SECONDS   since 1970, when this try was made
    X-Followup-Signature: sha256=HMAC-SHA256(secret, SECONDS + "." + body) in hex

A redirect is not followed, and nothing is read of an answer but its head. The address is the
user's own, so it may be a private one; to this machine itself no proxy is asked.

httpx bounds each step, not the whole: a receiver that drips would be listened to for ever. So a
request runs as a task, which can be broken off at any step, its connection with it.
"""

import asyncio
import hashlib
import hmac
import ipaddress
import logging
import os
import ssl
from email.utils import parsedate_to_datetime
from functools import lru_cache
from typing import TYPE_CHECKING
from urllib.parse import urlsplit

from crawler.notices.answers import Answer, Fate
from crawler.notices.wording import Message

if TYPE_CHECKING:
    import httpx

#: An exchange is broken off after this time (REAL).
SECONDS = 10.0
#: A receiver that asks for more patience than this is asked again anyway.
_MOST_WAIT_SECONDS = 86_400.0


def send(
    address: str, message: Message, *, secret: str | None, timestamp: int, user_agent: str
) -> Answer:
    """Posts a message; any 2xx is taken for told."""
    import httpx

    # It logs each address in full at INFO.
    logging.getLogger("httpx").setLevel(logging.WARNING)
    logging.getLogger("httpcore").setLevel(logging.WARNING)
    body = message.json()
    headers = {
        "Content-Type": "application/json; charset=utf-8",
        "User-Agent": user_agent,
        "X-Followup-Delivery": message.key,
        "X-Followup-Timestamp": str(timestamp),
    }
    if secret is not None:
        headers["X-Followup-Signature"] = signature(secret, timestamp, body)
    try:
        return asyncio.run(_posted(address, body, headers, timestamp))
    except TimeoutError:
        return Answer(Fate.REFUSED, f"no answer within {SECONDS:.0f} s")
    except (httpx.HTTPError, httpx.InvalidURL, OSError, ValueError) as error:
        return Answer(Fate.REFUSED, f"no answer: {error or type(error).__name__}")


async def _posted(address: str, body: bytes, headers: dict[str, str], now: int) -> Answer:
    """What the receiver's head says. Raises TimeoutError, and what httpx does."""
    import httpx

    async with (
        asyncio.timeout(SECONDS),
        httpx.AsyncClient(
            timeout=None,
            follow_redirects=False,
            trust_env=not _is_here(address),
            verify=_authorities(os.environ.get("SSL_CERT_FILE")),
        ) as client,
        client.stream("POST", address, content=body, headers=headers) as response,
    ):
        return _judged(response, now)


def signature(secret: str, timestamp: int, body: bytes) -> str:
    """What X-Followup-Signature says."""
    signed = str(timestamp).encode() + b"." + body
    return "sha256=" + hmac.new(secret.encode(), signed, hashlib.sha256).hexdigest()


def _judged(response: "httpx.Response", now: int) -> Answer:
    if response.is_success:
        return Answer(Fate.TOLD)
    if response.is_redirect or 300 <= response.status_code < 400:
        said = f"it answered {response.status_code}, a redirect; these are not followed"
        return Answer(Fate.REFUSED, said)
    wait = _seconds(response.headers.get("retry-after"), now)
    return Answer(Fate.REFUSED, f"it answered {response.status_code}", wait)


def _seconds(raw: str | None, now: int) -> float | None:
    """Retry-After in seconds (RFC 9110, 10.2.3); None where there is none to be read."""
    if raw is None:
        return None
    if raw.strip().isdecimal() and len(raw) < 12:
        wait = float(raw)
    else:
        try:
            wait = parsedate_to_datetime(raw[:60]).timestamp() - now
        except (ValueError, TypeError, OverflowError):
            return None
    return min(max(wait, 0.0), _MOST_WAIT_SECONDS)


def _is_here(address: str) -> bool:
    host = urlsplit(address).hostname or ""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


@lru_cache(maxsize=4)
def _authorities(further: str | None) -> ssl.SSLContext:
    """The usual authorities, and those of SSL_CERT_FILE too, as for all that Followup asks."""
    import httpx

    context = httpx.create_ssl_context(trust_env=False)
    if further:
        context.load_verify_locations(further)
    return context
