"""Where a page that lies in a file came from, by its own word."""

import re

from pipelines.clean.decode import decode
from pipelines.clean.document import TooComplex, parse
from pipelines.urls import absolute

#: What browsers write above a page that they save ("mark of the web").
_MARK = re.compile(r"<!--\s*saved from url=\(\d+\)(\S{1,2000})\s*-->", re.IGNORECASE)
_ATTRIBUTE = (
    ("link", "rel", "canonical", "href"),
    ("meta", "property", "og:url", "content"),
    ("meta", "name", "twitter:url", "content"),
)


def saved_address(body: bytes) -> str | None:
    """The address that a saved page gives for itself; None where it gives none.

    The person who saved it vouches for the page, so its word is believed.
    """
    text = decode(body, None)
    if match := _MARK.search(text[:10_000]):
        return absolute("", match.group(1))
    try:
        root = parse(text)
    except TooComplex:
        return None
    if root is None:
        return None
    for tag, name, value, holder in _ATTRIBUTE:
        for element in root.iter(tag):
            if (element.get(name) or "").strip().lower() == value:
                found = absolute("", (element.get(holder) or "").strip())
                if found is not None:
                    return found
    return None
