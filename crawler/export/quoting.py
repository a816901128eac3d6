"""What may be said of an article elsewhere: a few words, or all with whose text it is."""

import re

from pipelines.text import count_words, squeeze

#: What a quotation may hold without being a reprint.
QUOTED_WORDS = 50
_MORE = " …"


def quoted(text: str | None) -> str:
    """The beginning of a text on one line; "" for none. Scripts without blanks are counted too."""
    words = squeeze(text or "").split(maxsplit=QUOTED_WORDS)
    kept = " ".join(words[:QUOTED_WORDS])
    if count_words(kept) > QUOTED_WORDS:
        return _cut(kept) + _MORE
    return kept + _MORE if len(words) > QUOTED_WORDS else kept


def _cut(text: str) -> str:
    """As many characters as hold no more words than may be quoted."""
    low, high = 0, len(text)
    while low < high:
        middle = (low + high + 1) // 2
        if count_words(text[:middle]) <= QUOTED_WORDS:
            low = middle
        else:
            high = middle - 1
    return text[:low].rstrip()


def whole(text: str | None, outlet: str | None, url: str) -> str:
    """All of a text, and whose it is; "" for none."""
    if not text:
        return ""
    return f"{text}\n\nText: {', '.join(filter(None, (outlet, url)))}"


def shown(text: str | None, outlet: str | None, url: str, *, full_text: bool) -> str:
    """What is given of a text: some words, or all where that was asked for."""
    return whole(text, outlet, url) if full_text else quoted(text)


#: What XML 1.0 (2.2) cannot hold, and what turns the direction of the text behind it.
_UNWRITABLE = re.compile(
    "[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]|[\u202a-\u202e\u2066-\u2069]"
)


def writable(text: str) -> str:
    """Without characters that a file of text or XML cannot hold."""
    return _UNWRITABLE.sub("", text)


def is_web(url: str) -> bool:
    """Whether an address may be a link."""
    return url.lower().startswith(("http://", "https://"))
