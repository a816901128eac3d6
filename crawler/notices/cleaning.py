"""Fetched text on its way to other people's programs, cleaned in one place.

A headline is somebody else's: it may hold line breaks (a mail's next header), mentions that wake a
whole channel (@everyone, <!here>), markup, addresses that chats turn into links, endless length.
"""

import re
from urllib.parse import quote, urlsplit, urlunsplit

from pipelines.text import squeeze

#: Longest headline, name or reason in a message, and longest address, in characters.
MOST_TEXT, MOST_URL = 300, 2_000

#: What chats and mail readers read as mention, channel, link or markup, and its full-width twin
#: (Unicode block FF00): it looks alike and means nothing to them.
_TWINS = str.maketrans({sign: chr(ord(sign) + 0xFEE0) for sign in "@<>[]`|*_~#\\"})
#: The dot of a bare domain (evil.example) or IPv4 address, which chats turn into a link: before a
#: label of two signs or more, as a top level has. U.S. and 3.5 are left alone.
_LINKING_DOT = re.compile(r"(?<=\S)\.(?=[^\W\d_](?:[^\W_]|[^\x00-\x7f])|\d{1,3}\.\d)")
#: One dot leader: looks alike, and no linker takes it for a domain's dot.
_DOT_TWIN = "\u2024"
#: Kept as they stand in an address besides letters and digits (RFC 3986, but what chats read).
_PLAIN = "/:?&=%;,+$!.-()'"


def line(text: str | None, most: int = MOST_TEXT) -> str | None:
    """One line without controls, of bounded length: text as data, for programs."""
    if text is None:
        return None
    said = squeeze(text[: 4 * most])
    said = "".join(sign for sign in said if sign.isprintable())
    return (said if len(said) <= most else said[: most - 1] + "…") or None


def defused(text: str | None, most: int = MOST_TEXT) -> str | None:
    """The same for people's chats and mailboxes: nothing in it mentions, links or formats."""
    said = line(text, most)
    if said is None:
        return None
    return _LINKING_DOT.sub(_DOT_TWIN, said.translate(_TWINS).replace("://", "：//"))


def address(url: str | None) -> str | None:
    """An http(s) address without anything that a chat could read otherwise; None for another."""
    if url is None or len(url) > MOST_URL:
        return None
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    host = parts.netloc.rpartition("@")[2]
    if parts.scheme not in ("http", "https") or not host:
        return None
    rest = (quote(part, safe=_PLAIN) for part in (parts.path, parts.query, parts.fragment))
    return urlunsplit((parts.scheme, quote(host, safe=":[].-"), *rest))
