"""Answers and failures of the network, read as outcomes.

What may answer better later gets another try; what is hopeless (404, a blocked address, a PDF)
costs no second request.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from OpenSSL import SSL
from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadCancelledError,
    DownloadConnectionRefusedError,
    DownloadFailedError,
    DownloadTimeoutError,
    IgnoreRequest,
    ResponseDataLossError,
    StopDownload,
    UnsupportedURLSchemeError,
)
from scrapy.http import Headers, Response
from service_identity import VerificationError
from twisted.internet.error import CertificateError, ConnectionLost
from twisted.web._newclient import ParseError
from twisted.web.http import _DataLoss

from crawler.guard import BlockedAddress
from crawler.heads import HeadTooLarge
from crawler.politeness import CrawlStopping, HostHeld
from pipelines.outcomes import Outcome
from pipelines.polling import Missing

#: Statuses that a later request may find mended (RFC 9110, 15; 522 and 524 are Cloudflare's).
PASSING_STATUSES = frozenset({408, 425, 429, 500, 502, 503, 504, 520, 522, 524})

#: What a good answer says of a page that was there (RFC 9110, 15.5.5 and 15.5.11).
_MISSING = {404: Missing.ABSENT, 410: Missing.WITHDRAWN}

_REDIRECTS = frozenset({301, 302, 303, 307, 308})

#: What no text is read from; a stream of parts (multipart) may never end.
_REFUSED_KINDS = frozenset({"image", "audio", "video", "font", "model", "multipart"})
_REFUSED_TYPES = frozenset({"application/pdf", "application/zip", "text/event-stream"})

_REMEDIES: Mapping[int, str] = {
    401: "it asks for a login",
    402: "it asks for payment",
    403: "it refuses us; perhaps a bot wall. Save the page in a browser and use 'followup ingest'",
    404: "there is no such page",
    410: "the page was taken down",
    429: "we are asked to slow down",
    451: "it is withheld for legal reasons",
}


class RobotsDenied(IgnoreRequest):  # type: ignore[misc]
    """robots.txt refuses the address."""


class RobotsUnreadable(IgnoreRequest):  # type: ignore[misc]
    """robots.txt cannot be read just now; the text says why."""


class PackedTooOften(Exception):
    """An answer with more content codings than honest ones have."""


@dataclass(frozen=True, slots=True)
class Ending:
    """How a request ended: its outcome, a reason for people, if it is worth another try, and what
    it says of an article that was at its address (None: nothing)."""

    outcome: Outcome
    reason: str
    again: bool = False
    missing: Missing | None = None


def refused_type(headers: Headers) -> str | None:
    """The content type of an answer, where that is none that text is read from."""
    label = (headers.get("Content-Type") or b"").decode("latin-1").partition(";")[0].strip().lower()
    is_refused = label.partition("/")[0] in _REFUSED_KINDS or label in _REFUSED_TYPES
    return printable(label)[:60] if is_refused else None


def ending_of_answer(response: Response) -> Ending | None:
    """The ending of an answer by its status; None for 200, which is to be read."""
    scheme, colon, _ = (response.headers.get("Location") or b"").decode("latin-1").partition(":")
    if response.status in _REDIRECTS and colon and scheme.isalnum():
        # Scrapy follows those to http and https; the others are left as they came.
        return Ending(Outcome.BLOCKED_ADDRESS, f"it leads to {scheme[:20]}:, which is not fetched")
    return ending_of_status(response.status)


def ending_of_status(status: int) -> Ending | None:
    """The ending of an answer by its status alone; None for 200, which is to be read."""
    if status == 200:
        return None
    said = _REMEDIES.get(status)
    reason = f"status {status}" + (f": {said}" if said else "")
    again, missing = status in PASSING_STATUSES, _MISSING.get(status)
    return Ending(Outcome.HTTP_ERROR, reason, again, missing)


def ending_of_failure(error: BaseException) -> Ending:
    """The ending of a request that brought no answer."""
    if isinstance(error, IgnoreRequest) and "DOWNLOAD_MAXSIZE" in str(error):
        return Ending(Outcome.TOO_LARGE, "over the size limit once unpacked")
    if isinstance(error, StopDownload):
        return _stopped(error.response)
    for kind, ending in _ENDINGS:
        if isinstance(error, kind):
            return Ending(ending.outcome, ending.reason or _said(error), ending.again)
    if isinstance(error, DownloadFailedError):
        return _failed(error)
    return Ending(Outcome.NETWORK_ERROR, _said(error), again=True)


_ENDINGS: tuple[tuple[type[BaseException], Ending], ...] = (
    (BlockedAddress, Ending(Outcome.BLOCKED_ADDRESS, "")),
    (UnsupportedURLSchemeError, Ending(Outcome.BLOCKED_ADDRESS, "only http and https are fetched")),
    (RobotsDenied, Ending(Outcome.ROBOTS_DENIED, "robots.txt refuses it")),
    (RobotsUnreadable, Ending(Outcome.ROBOTS_DENIED, "", again=True)),
    (HostHeld, Ending(Outcome.DEFERRED, "", again=True)),
    (CrawlStopping, Ending(Outcome.CANCELLED, "the crawl was cancelled", again=True)),
    (DownloadTimeoutError, Ending(Outcome.TIMEOUT, "no whole answer in time", again=True)),
    (
        DownloadConnectionRefusedError,
        Ending(Outcome.NETWORK_ERROR, "connection refused", again=True),
    ),
    (DownloadCancelledError, Ending(Outcome.TOO_LARGE, "over the size limit")),
    (PackedTooOften, Ending(Outcome.TOO_LARGE, "")),
    (ResponseDataLossError, Ending(Outcome.NETWORK_ERROR, "the answer was cut short", again=True)),
    (IgnoreRequest, Ending(Outcome.HTTP_ERROR, "")),
    # Scrapy could not make a request of a Location.
    (ValueError, Ending(Outcome.BLOCKED_ADDRESS, "it leads to what is no address")),
)


def _stopped(response: Response) -> Ending:
    """The ending of an answer that was not taken in, see `crawler.download`."""
    if (ending := ending_of_answer(response)) is not None:
        return ending
    if (label := refused_type(response.headers)) is not None:
        return Ending(Outcome.NOT_HTML, f"the content type is {label}")
    return Ending(Outcome.DEFERRED, "other large answers are being taken in just now", again=True)


def _failed(error: DownloadFailedError) -> Ending:
    for cause in _causes(error):
        if isinstance(cause, HeadTooLarge):
            return Ending(Outcome.TOO_LARGE, str(cause))
        if isinstance(cause, SSL.Error):
            return Ending(
                Outcome.TLS_ERROR, f"certificate or encryption: {_said_by_openssl(cause)}"
            )
        if isinstance(cause, VerificationError | CertificateError):
            return Ending(Outcome.TLS_ERROR, "the certificate is made out to another name")
    for cause in _causes(error):
        if isinstance(cause, _DataLoss | ConnectionLost):
            return Ending(Outcome.NETWORK_ERROR, "the answer was cut short", again=True)
        if isinstance(cause, ParseError):
            return Ending(Outcome.NETWORK_ERROR, "the answer is no HTTP", again=True)
    said = _said(_causes(error)[-1])
    return Ending(Outcome.NETWORK_ERROR, f"the answer broke off: {said}", again=True)


def _said_by_openssl(error: SSL.Error) -> str:
    """Its reasons, of which it gives a list of (library, function, reason)."""
    lines = error.args[0] if error.args and isinstance(error.args[0], list) else []
    return "; ".join(printable(str(line[-1])) for line in lines[:3]) or "it gives no reason"


def _causes(error: BaseException) -> list[BaseException]:
    """The exceptions inside Twisted's ResponseFailed, which keeps them as Failures."""
    found: list[BaseException] = []
    todo: list[BaseException | None] = [error]
    while todo and len(found) < 20:
        cause = todo.pop(0)
        if cause is None or cause in found:
            continue
        found.append(cause)
        todo.append(cause.__cause__)
        todo += [reason.value for reason in getattr(cause, "reasons", ())]
    return found


def _said(error: BaseException) -> str:
    """What an exception says, on one line of bounded length, without terminal controls."""
    if isinstance(error, CannotResolveHostError):
        return "no such host, or no network"
    return printable(str(error)).strip()[:200] or type(error).__name__


def printable(text: str) -> str:
    """Without controls of terminals, also those that turn the direction of writing."""
    return "".join(char if char.isprintable() else " " for char in text[:4_000])
