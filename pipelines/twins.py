"""Marks of an address that show an article in another dress, and addresses that carry another one:
tables with reasons, and how they are read.

A mark in a path is taken off only where a name of an article stays: two articles are folded into
one only where a site has one at both addresses, with and without the mark.
"""

import re
from base64 import urlsafe_b64decode
from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache
from urllib.parse import unquote, unquote_plus


class Place(StrEnum):
    """Where in an address a mark stands."""

    LABEL = "label"  # of the host, in front of what its owner registered
    FIRST = "first"  # segment of the path
    DEEP = "deep"  # first segment of a path of three at least
    INNER = "inner"  # segment, neither first nor last
    LAST = "last"  # segment, behind one that names an article


@dataclass(frozen=True, slots=True)
class Mark:
    """Labels or segments, in lower case and parted by blanks, that stand for a twin.

    Attributes:
        reason: who writes them.
        domains: only at these registrable domains; empty for all.
    """

    place: Place
    names: str
    reason: str
    domains: tuple[str, ...] = ()


MARKS: tuple[Mark, ...] = (
    Mark(Place.LABEL, "m mobile mobil wap touch pda", "for phones"),
    Mark(Place.LABEL, "amp", "AMP twin"),
    Mark(Place.LABEL, "edition lite us", "CNN abroad, as text, at home", ("cnn.com",)),
    Mark(Place.LABEL, "sp", "for phones (Japan)", ("nikkei.com", "yomiuri.co.jp", "mainichi.jp")),
    Mark(
        Place.LABEL,
        "eu",
        "Gannett's papers for readers in Europe",
        domains=(
            "azcentral.com",
            "cincinnati.com",
            "courier-journal.com",
            "delawareonline.com",
            "democratandchronicle.com",
            "desmoinesregister.com",
            "detroitnews.com",
            "dispatch.com",
            "freep.com",
            "indystar.com",
            "jsonline.com",
            "northjersey.com",
            "providencejournal.com",
            "statesman.com",
            "telegram.com",
            "tennessean.com",
            "usatoday.com",
        ),
    ),
    Mark(Place.FIRST, "amp amphtml _amp google-amp", "AMP twin"),
    Mark(Place.FIRST, "cnn", "of AMP twins at amp.cnn.com", ("cnn.com",)),
    Mark(Place.FIRST, "m _mobile", "for phones"),
    Mark(Place.FIRST, "sp", "for phones (Japan)", ("asahi.com",)),
    # /mobile/iphone-14 and /print/offer-1 are sections of that name.
    Mark(Place.DEEP, "mobile", "for phones"),
    Mark(Place.DEEP, "print", "to print"),
    Mark(Place.INNER, "amp _amp", "AMP twin (Sky, PBS, Daily Mail, New York Magazine)"),
    Mark(Place.LAST, "amp amphtml amp.html tnamp", "AMP twin"),
    Mark(Place.LAST, "print print.html printable printview print-view", "to print"),
    Mark(Place.LAST, "drucken druckversion imprimer imprimir stampa drukuj tisk", "to print"),
    Mark(Place.LAST, "komplettansicht", "all on one page (Zeit)"),
)

#: One of several servers.
_SERVER = re.compile(r"www\d{0,2}|ww\d")
#: Host companies of AMP twins write the outlet's host behind it: amp-madame.example.com.
_AMP_LABEL = re.compile(r"\Aamp-{1,2}(?=[^-])")
#: What a twin's last segment ends in. Of a hyphen only where a number stands before it: others may
#: be words of a headline.
_ENDING = re.compile(
    r"(?:\.amp|(?:[_~!,]|(?<=\d)-)(?:amp|print|druck))(?=(?:\.s?html?)?$)", re.IGNORECASE
)
_INDEX = re.compile(
    r"(?:index|default)\.(?:[sp]?html?|php\d?|aspx?|jspx?|cfm|do|cgi|pl|amp)", re.IGNORECASE
)
#: A session in a path: ;jsessionid=... of Java's servers, /(S(...))/ of ASP.NET.
_SESSION = re.compile(
    r"(?:;|%3B)(?:jsessionid|phpsessid|sid|sessionid)=[^/;]*"
    r"|(?<=/)(?:\(|%28)(?:[A-Z](?:\(|%28)[\w-]{0,99}(?:\)|%29))+(?:\)|%29)(?=/|$)",
    re.IGNORECASE,
)
_SESSION_BEGINS = re.compile(r";|\(|%3B|%28")
#: "/platform/amp/" is Vox Media's, "/amp_articleshow/" the Times of India's.
_PLATFORM = re.compile(r"/platform(?=/amp/)|(?<=/)amp_(?=articleshow/)")


@dataclass(frozen=True, slots=True)
class Wrapper:
    """Addresses that lead to the address which they carry.

    Attributes:
        hosts: of the wrapper.
        path: of the wrapper; what its group "target" holds is the address, "coded" the same in
            base64 with other things around it.
        names: parameters that hold the address; () where the path does.
        reason: who writes them.
    """

    hosts: re.Pattern[str]
    path: re.Pattern[str]
    names: tuple[str, ...]
    reason: str


_GOOGLE = r"google\.[a-z]{2,3}(?:\.[a-z]{2})?"
_SITE = r"(?P<target>[^/]+\.[^/]+/.*)"

WRAPPERS: tuple[Wrapper, ...] = (
    Wrapper(
        re.compile(r"(?:.*\.)?cdn\.ampproject\.org|.*\.bing-amp\.com"),
        re.compile(rf"/(?:[a-z]{{1,2}}/)?(?:s/)?{_SITE}"),
        (),
        "caches of AMP pages",
    ),
    Wrapper(
        re.compile(rf"(?:www\.)?(?:{_GOOGLE}|bing\.com)"),
        re.compile(rf"/amp/(?:s/)?{_SITE}"),
        (),
        "viewers of AMP pages",
    ),
    Wrapper(
        re.compile(rf"(?:(?:www|news)\.)?{_GOOGLE}"),
        re.compile(r"/(?:news/)?url"),
        ("url", "q"),
        "Google's results, alerts and feeds until 2019",
    ),
    Wrapper(
        re.compile(r"news\.google\.com"),
        re.compile(r"/(?:__i/)?(?:rss/)?articles/(?P<coded>CBM[\w-]{20,1500})/?"),
        (),
        "Google News until 2024; later ones hold no address",
    ),
    Wrapper(
        re.compile(r"(?:www\.)?bing\.com"),
        re.compile(r"/news/apiclick\.aspx", re.IGNORECASE),
        ("url",),
        "Bing News and its feeds, also those of MSN",
    ),
    Wrapper(
        re.compile(r"(?:[a-z]{1,3}\.)?(?:rd|news|search|r\.search|finance)\.yahoo\.com"),
        re.compile(r"/.*(?:/\*{1,2}|/RU=)(?P<target>https?(?::|%3a).*?)(?:/RK=.*)?", re.IGNORECASE),
        (),
        "Yahoo's feeds and results",
    ),
    Wrapper(
        re.compile(r"(?:(?:www|l|lm|m)\.)?(?:facebook|instagram)\.com"),
        re.compile(r"/(?:l\.php)?"),
        ("u",),
        "the way out of Facebook",
    ),
    Wrapper(re.compile(r"out\.reddit\.com"), re.compile(r"/.*"), ("url",), "the way out of Reddit"),
    Wrapper(
        re.compile(r"t\.umblr\.com|(?:www\.)?youtube\.com|(?:www\.)?getpocket\.com"),
        re.compile(r"/redirect"),
        ("z", "q", "url"),
        "the ways out of Tumblr, YouTube and Pocket",
    ),
    Wrapper(
        re.compile(r"(?:(?:www|m|away)\.)?vk\.com"),
        re.compile(r"/away(?:\.php)?"),
        ("to",),
        "the way out of VK",
    ),
    Wrapper(
        re.compile(r"(?:www\.)?linkedin\.com"),
        re.compile(r"/(?:redir/redirect|safety/go)/?"),
        ("url",),
        "the way out of LinkedIn",
    ),
)

_WEB = re.compile(r"https?://", re.IGNORECASE)
_CODED = re.compile(rb"https?://[\x21-\x7e]+")


def carried(host: str, path: str, query: str) -> str | None:
    """The address that an address carries and leads to; None where it carries none.

    `host` in lower case; `path` and `query` as they stand. Known mistake: what shortens addresses,
    and feed proxies (feedproxy's ~r), carry none; only asking them tells.
    """
    for row in _wrappers_at(host):
        found = row.path.fullmatch(path)
        if found is not None and (target := _target(row, found, query)) is not None:
            return target
    return None


@lru_cache(maxsize=4_096)
def _wrappers_at(host: str) -> tuple[Wrapper, ...]:
    return tuple(row for row in WRAPPERS if row.hosts.fullmatch(host))


def is_marked(host: str, path: str, domain: str) -> bool:
    """True where an address bears the mark of a twin in its host or its (escaped) path."""
    above = host.split(".")[: -(domain.count(".") + 1)]
    if any(_stands(Place.LABEL, each, domain) or _AMP_LABEL.match(each) for each in above):
        return True
    plain = _segments(path)
    while plain and _INDEX.fullmatch(plain[-1]):
        plain.pop()
    return fold_path(path, domain) != "/".join(plain)


def fold_label(labels: Sequence[str], domain: str) -> list[str]:
    """The labels in front of a registrable `domain` without those that stand for a twin."""
    return [
        _AMP_LABEL.sub("", label, count=1)
        for label in labels
        if not _SERVER.fullmatch(label) and not _stands(Place.LABEL, label, domain)
    ]


def fold_path(path: str, domain: str) -> str:
    """An escaped path without the marks of twins, index pages, sessions and empty segments; no
    slash at either end."""
    segments = _segments(_PLATFORM.sub("", path) if "/amp" in path else path)
    while segments and _fold_segment(segments, domain):
        pass
    return "/".join(segments)


def _segments(path: str) -> list[str]:
    """The segments of a path, sessions, empty ones and dots left out."""
    if _SESSION_BEGINS.search(path):
        path = _SESSION.sub("", path)
    segments: list[str] = []
    for segment in path.split("/"):
        if segment == "..":
            del segments[-1:]
        elif segment not in ("", "."):
            segments.append(segment)
    return segments


def _fold_segment(segments: list[str], domain: str) -> bool:
    """Take one mark off the path; False where none is left."""
    last = segments[-1]
    if _INDEX.fullmatch(last):
        segments.pop()
        return True
    if (plain := _ENDING.sub("", last)) not in (last, ""):
        segments[-1] = plain
        return True
    if len(segments) < 2:
        return False
    if _stands(Place.LAST, last, domain) and _names_article(segments[-2]):
        segments.pop()
        return True
    place = _marked(segments, domain) if _names_article(last) else None
    if place is not None:
        del segments[place]
    return place is not None


def _marked(segments: list[str], domain: str) -> int | None:
    """Which segment before the last is a mark."""
    first = segments[0]
    if _stands(Place.FIRST, first, domain):
        return 0
    if len(segments) > 2 and _stands(Place.DEEP, first, domain):
        return 0
    inner = range(1, len(segments) - 1)
    return next((i for i in inner if _stands(Place.INNER, segments[i], domain)), None)


def _names_article(segment: str) -> bool:
    """/news/print may be a section of the printed paper; /news/oil-price-falls/print is none."""
    return any(mark in "-_.0123456789" for mark in segment)


def _stands(place: Place, name: str, domain: str) -> bool:
    domains = _BY_NAME.get((place, name.lower()))
    return domains is not None and (not domains or domain in domains)


def _target(row: Wrapper, found: re.Match[str], query: str) -> str | None:
    if row.names:
        pairs = [pair.partition("=") for pair in query.replace("&amp;", "&").split("&")]
        values = {name: unquote_plus(value) for name, _, value in reversed(pairs)}
        return next((v for n in row.names if _WEB.match(v := values.get(n, ""))), None)
    if "coded" in row.path.groupindex:
        return _decoded(found["coded"])
    target = found["target"]
    if "%3a" in target[:9].lower():
        return unquote(target)
    return f"{target}?{query}" if query else target


def _decoded(coded: str) -> str | None:
    """The first web address in a message that is written in base64 (protocol buffers)."""
    try:
        message = urlsafe_b64decode(coded + "=" * (-len(coded) % 4))
    except ValueError:
        return None
    found = _CODED.search(message)
    return found.group().decode("ascii") if found else None


def _by_name() -> dict[tuple[Place, str], tuple[str, ...]]:
    return {(row.place, name): row.domains for row in MARKS for name in row.names.split()}


_BY_NAME = _by_name()
