"""Heads of answers within bounds: a server may send header lines for as long as it likes.

Twisted bounds one line (16 KiB) but not their number, nor the interim answers (1xx) before the
real one; both are counted here together, as browsers do.
"""

from typing import Any, NoReturn

from scrapy.core.downloader.handlers.http11 import (
    _LenientHTTP11ClientFactory,
    _LenientHTTP11ClientProtocol,
    _LenientHTTPClientParser,
)

#: Bytes of all header lines of one answer. Chromium takes 256 KiB; honest heads have 2.
MOST_HEAD_BYTES = 256 * 1024


class HeadTooLarge(Exception):
    """An answer with more header lines than any honest one."""

    def __init__(self) -> None:
        super().__init__(f"its headers have over {MOST_HEAD_BYTES} bytes")


class _BoundedParser(_LenientHTTPClientParser):  # type: ignore[misc]
    _head_bytes = 0

    def lineReceived(self, line: bytes) -> None:
        self._head_bytes += len(line) + 1
        if self._head_bytes > MOST_HEAD_BYTES:
            raise HeadTooLarge
        super().lineReceived(line)

    def lineLengthExceeded(self, line: bytes) -> NoReturn:
        raise HeadTooLarge


class _BoundedProtocol(_LenientHTTP11ClientProtocol):  # type: ignore[misc]
    def request(self, request: Any) -> Any:
        answer = super().request(request)
        # As Scrapy does it: the class is the only part of Twisted's parser that can be changed.
        self._parser.__class__ = _BoundedParser
        return answer


class BoundedHeads(_LenientHTTP11ClientFactory):  # type: ignore[misc]
    """Makes connections whose answers fail with HeadTooLarge; for an HTTPConnectionPool."""

    def buildProtocol(self, addr: Any) -> _BoundedProtocol:
        return _BoundedProtocol(self._quiescentCallback)
