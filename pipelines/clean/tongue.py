"""The form of a row of `tongues`."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Tongue:
    """One language's phrases.

    Attributes:
        missing: titles and first lines of error pages.
        consent: titles of consent pages.
        privacy: text of consent pages; several of them make one, numbers in them are left out.
        login: titles of pages for logging in or subscribing.
        rest: lines that say that the rest of this text is for subscribers.
        offer: lines of a box that offers a subscription, on whole articles too.
    """

    missing: str
    consent: str = ""
    privacy: str = ""
    login: str = ""
    rest: str = ""
    offer: str = ""
