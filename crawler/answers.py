"""Answers and failures of the network, read as outcomes.

What may answer better later gets another try; what is hopeless (404, a blocked address, a PDF)
costs no second request.
"""

import re
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
    UnsupportedURLSchemeError,
)
from twisted.internet.error import CertificateError, ConnectionLost
from twisted.web._newclient import ResponseNeverReceived
from twisted.web.http import _DataLoss

from crawler.guard import BlockedAddress
from crawler.politeness import CrawlStopping, HostHeld
from pipelines.outcomes import Outcome

#: Statuses that a later request may find mended (RFC 9110, 15; 522 and 524 are Cloudflare's).
PASSING_STATUSES = frozenset({408, 425, 429, 500, 502, 503, 504, 520, 522, 524})

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


@dataclass(frozen=True, slots=True)
class Ending:
    """How a request ended: its outcome, a reason for people, and if it is worth another try."""

    outcome: Outcome
    reason: str
    again: bool = False


def ending_of_status(status: int) -> Ending | None:
    """The ending of an answer by its status; None for 200, which is to be read."""
    if status == 200:
        return None
    said = _REMEDIES.get(status)
    reason = f"status {status}" + (f": {said}" if said else "")
    return Ending(Outcome.HTTP_ERROR, reason, again=status in PASSING_STATUSES)


def ending_of_failure(error: BaseException) -> Ending:
    """The ending of a request that brought no answer."""
    if isinstance(error, IgnoreRequest) and "DOWNLOAD_MAXSIZE" in str(error):
        return Ending(Outcome.TOO_LARGE, "over the size limit once unpacked")
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
    (ResponseDataLossError, Ending(Outcome.NETWORK_ERROR, "the answer was cut short", again=True)),
    (IgnoreRequest, Ending(Outcome.HTTP_ERROR, "")),
)


def _failed(error: DownloadFailedError) -> Ending:
    for cause in _causes(error):
        if isinstance(cause, SSL.Error | CertificateError) or "SSL" in type(cause).__name__:
            return Ending(
                Outcome.TLS_ERROR, f"the certificate or encryption failed: {_said(cause)}"
            )
        if (
            "CertificateError" in type(cause).__name__
            or "VerificationError" in type(cause).__name__
        ):
            return Ending(Outcome.TLS_ERROR, f"the certificate is not the site's: {_said(cause)}")
    for cause in _causes(error):
        if isinstance(cause, _DataLoss | ConnectionLost):
            return Ending(Outcome.NETWORK_ERROR, "the answer was cut short", again=True)
    return Ending(Outcome.NETWORK_ERROR, f"the answer broke off: {_said(error)}", again=True)


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
    if isinstance(error, ResponseNeverReceived):
        return "no answer"
    text = re.sub(r"[\x00-\x1f\x7f-\x9f]+", " ", str(error)).strip()[:200]
    return text or type(error).__name__
