"""Whether an answer came to its end, as far as its bytes tell.

HTML may leave its end tags out, so that a missing one proves nothing by itself; together with a
text that stops short of the one before it does. A wrong Content-Length is the network's to see.
"""

#: What stands behind the last end tag: comments of caches, scripts of counters.
_TAIL_BYTES = 65_536
_ENDS = (b"</html", b"</body")


def is_closed(body: bytes) -> bool:
    """True where a page's end tag stands near its end, in any charset that holds ASCII."""
    tail = body[-_TAIL_BYTES:].replace(b"\0", b"").lower()
    return any(end in tail for end in _ENDS)
