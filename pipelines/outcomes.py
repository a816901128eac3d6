"""The closed list of what can become of a link, and of what an incident makes of a page.

Every link that a crawl finds ends in exactly one `Outcome` with its reason, and the counts by
outcome add up to the links found. The outcome is the page's, the `Verdict` is the incident's.
"""

from collections.abc import Iterable
from enum import StrEnum


class Verdict(StrEnum):
    """What one incident makes of one article."""

    FOLLOW_UP = "follow_up"
    CANDIDATE = "candidate"
    OUT_OF_WINDOW = "out_of_window"
    OFF_TOPIC = "off_topic"


class Outcome(StrEnum):
    """What became of one link in one crawl."""

    STORED = "stored"
    REVISED = "revised"
    UNCHANGED = "unchanged"
    COPY = "copy"
    CANDIDATE = "candidate"
    OFF_TOPIC = "off_topic"
    OUT_OF_WINDOW = "out_of_window"
    ALREADY_KNOWN = "already_known"
    DEFERRED = "deferred"
    ROBOTS_DENIED = "robots_denied"
    BLOCKED_ADDRESS = "blocked_address"
    HTTP_ERROR = "http_error"
    NETWORK_ERROR = "network_error"
    TLS_ERROR = "tls_error"
    TIMEOUT = "timeout"
    TOO_LARGE = "too_large"
    NOT_HTML = "not_html"
    NOT_ARTICLE = "not_article"
    NO_TEXT = "no_text"
    SOFT_404 = "soft_404"
    WALL = "wall"
    VANISHED = "vanished"
    BAD_FEED = "bad_feed"
    PARSE_ERROR = "parse_error"
    BUDGET = "budget"
    CANCELLED = "cancelled"


MEANINGS: dict[Outcome, str] = {
    Outcome.STORED: "an article that an open incident takes as a follow-up",
    Outcome.REVISED: "a stored article whose text or title changed; kept as a revision",
    Outcome.UNCHANGED: "a stored article read again and found the same",
    Outcome.COPY: "the text of an article that is stored already, at another address or outlet",
    Outcome.CANDIDATE: "near the threshold of an incident; kept apart for review",
    Outcome.OFF_TOPIC: "read, and about none of the open incidents",
    Outcome.OUT_OF_WINDOW: "about an incident, but published outside its window",
    Outcome.ALREADY_KNOWN: "read in an earlier crawl, or forgotten by hand; costs no request",
    Outcome.DEFERRED: "still queued; the reason says why and until when",
    Outcome.ROBOTS_DENIED: "the site's robots.txt refuses it, or cannot be read just now",
    Outcome.BLOCKED_ADDRESS: "a scheme or an address that is never fetched",
    Outcome.HTTP_ERROR: "the site answered with an error status",
    Outcome.NETWORK_ERROR: "no whole answer: no such host, refused, reset or cut short",
    Outcome.TLS_ERROR: "the certificate or the encryption failed",
    Outcome.TIMEOUT: "no answer within the time limit",
    Outcome.TOO_LARGE: "more bytes, after unpacking, than are read of any page",
    Outcome.NOT_HTML: "a picture, film, PDF or another type that is no page",
    Outcome.NOT_ARTICLE: "a page that is no article: a front page, listing or gallery",
    Outcome.NO_TEXT: "a page without enough text to judge",
    Outcome.SOFT_404: "a page that says 'not found' with status 200",
    Outcome.WALL: "a consent, login or pay page in place of the article",
    Outcome.VANISHED: "a stored article that its outlet took down",
    Outcome.BAD_FEED: "a feed or sitemap that cannot be read as one",
    Outcome.PARSE_ERROR: "a page that broke the cleaner or took too long; the reason says which",
    Outcome.BUDGET: "left because the crawl's budget of requests was used up",
    Outcome.CANCELLED: "cut off in flight when the crawl was cancelled; queued again",
}


def page_outcome(verdicts: Iterable[Verdict]) -> Outcome:
    """The outcome of a new article from the verdicts of all open incidents."""
    given = set(verdicts)
    for verdict, outcome in (
        (Verdict.FOLLOW_UP, Outcome.STORED),
        (Verdict.CANDIDATE, Outcome.CANDIDATE),
        (Verdict.OUT_OF_WINDOW, Outcome.OUT_OF_WINDOW),
    ):
        if verdict in given:
            return outcome
    return Outcome.OFF_TOPIC
