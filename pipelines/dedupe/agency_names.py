"""News agencies and services whose texts other outlets carry, and how their names are looked up.

The table is `agencies.csv`. Short forms are read with their capitals, names without. Short forms
that are words, places or other bodies as well count in the languages that `tongues` names only.
Known mistake: an agency that is no row is told by its own words alone ("... News Agency"); the way
out is a row.
"""

import csv
import unicodedata
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

from pipelines.text import squeeze

#: No agency has a longer name.
NAME_CHARS = 80


@dataclass(frozen=True, slots=True)
class Agency:
    """One row.

    Attributes:
        name: canonical, as lists show it.
        country: ISO 3166-1 alpha-2; "": of several.
        domains: registrable domains of its own sites; (): none for readers.
        short: short forms with their capitals; dots in them don't count.
        tongues: languages in which these count; (): all.
        names: full names and spellings in other scripts; capitals and blanks don't count.
        note: what it is taken for, or why it is here.
    """

    name: str
    country: str
    domains: tuple[str, ...]
    short: tuple[str, ...]
    tongues: tuple[str, ...]
    names: tuple[str, ...]
    note: str


@cache
def agencies() -> tuple[Agency, ...]:
    """All rows."""
    with files(__package__).joinpath("agencies.csv").open(encoding="utf-8") as file:
        return tuple(_row(line) for line in csv.DictReader(file))


def agency_called(name: str, language: str | None = None) -> Agency | None:
    """The agency of that whole name, short or full. `language` is that of the text it stands in;
    None for unknown: then short forms that are words elsewhere don't count."""
    bare = _plain(name)
    for one in _by_short().get(bare, ()):
        if not one.tongues or language in one.tongues:
            return one
    return _by_name().get(_squashed(bare))


def agency_at(domain: str) -> Agency | None:
    """The agency whose own site a registrable domain is."""
    return _by_domain().get(domain)


def is_ambiguous(name: str) -> bool:
    """True for a short form that is something else in other languages."""
    return any(one.tongues for one in _by_short().get(_plain(name), ()))


def _row(line: dict[str, str]) -> Agency:
    return Agency(
        name=line["name"],
        country=line["country"],
        domains=tuple(line["domains"].split()),
        short=tuple(filter(None, line["short"].split("|"))),
        tongues=tuple(line["tongues"].split()),
        names=tuple(filter(None, line["names"].split("|"))),
        note=line["note"],
    )


def _plain(name: str) -> str:
    if len(name) > NAME_CHARS:
        return ""
    line = squeeze(unicodedata.normalize("NFKC", name)).strip(" ,;:")
    undotted = line.replace(".", "")
    return undotted if undotted.isupper() and len(undotted) < 5 else line


def _squashed(name: str) -> str:
    return "".join(filter(str.isalnum, name.casefold()))


@cache
def _by_short() -> dict[str, list[Agency]]:
    found: dict[str, list[Agency]] = {}
    for one in agencies():
        for short in one.short:
            found.setdefault(short, []).append(one)
    return found


@cache
def _by_name() -> dict[str, Agency]:
    return {_squashed(_plain(name)): one for one in agencies() for name in one.names}


@cache
def _by_domain() -> dict[str, Agency]:
    return {domain: one for one in agencies() for domain in one.domains}
