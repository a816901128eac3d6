"""Times, spans and numbers as people read them."""

from datetime import datetime
from zoneinfo import ZoneInfo

#: Of an address that is shown beside a name.
MOST_SIGNS = 60

_UNITS = (("day", 86_400), ("h", 3_600), ("min", 60), ("s", 1))


def span(seconds: float) -> str:
    """The two largest units, the second only where the first is small: "1 h 20 min", "12 days"."""
    whole = int(abs(seconds))
    for place, (unit, length) in enumerate(_UNITS):
        number, rest = divmod(whole, length)
        if number:
            said = _number(number, unit)
            if number < 10 and place + 1 < len(_UNITS):
                smaller, small_length = _UNITS[place + 1]
                more = rest // small_length
                said += f" {_number(more, smaller)}" if more else ""
            return said
    return "0 s"


def _number(number: int, unit: str) -> str:
    return f"{number} {unit}{'s' if unit == 'day' and number != 1 else ''}"


def from_now(when: datetime, now: datetime) -> str:
    """ "in 4 min", "3 h ago", "now"."""
    seconds = (when - now).total_seconds()
    if abs(seconds) < 1:
        return "now"
    return f"in {span(seconds)}" if seconds > 0 else f"{span(seconds)} ago"


def exact(when: datetime, zone: str) -> str:
    """The minute, in a time zone that it names: "16 Dec 2014, 09:30 CET"."""
    return f"{when.astimezone(ZoneInfo(zone)):%-d %b %Y, %H:%M %Z}"


def counted(number: int, noun: str) -> str:
    """ "1 page", "2,400 pages"."""
    return f"{number:,} {noun}{'' if number == 1 else 's'}"


def in_words(name: str) -> str:
    """A name for programs as words: "off_topic" is "off topic"."""
    return name.replace("_", " ")


def sentence(said: str) -> str:
    """What another part said, as a sentence of its own."""
    said = said.strip()
    return said[:1].upper() + said[1:] + ("" if said.endswith((".", "!", "?")) else ".")


def short(url: str) -> str:
    """An address without its scheme, of a length that fits a line."""
    rest = url.partition("://")[2] or url
    return rest if len(rest) <= MOST_SIGNS else rest[: MOST_SIGNS - 1] + "…"
