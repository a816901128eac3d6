"""Makes `outlets.csv` from lists of outlets: `python -m crawler.catalogue.gather FOLDER`.

For maintainers; the folder holds the lists as PROVENANCE.md names them. A list's categories become
countries and topics by the tables below, what is no outlet of news is left out, and an outlet that
several lists know goes first.
"""

import csv
import re
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import astuple, dataclass, fields, replace
from pathlib import Path

from crawler.catalogue import Row
from pipelines.urls import absolute, canonical_key, host_of, registrable_domain

#: Sources of one outlet for one topic, and rows for the places that have only local news.
_PER_OUTLET = 2
_PER_PLACE = 8
_PER_OTHER = 60

#: Hosts that carry others' work, or anybody's; and those whose feeds ended long ago.
_NO_OUTLETS = re.compile(
    r"(?:^|\.)(?:google\.\w+|reddit\.com|feedburner\.com|nitter\.net|youtube\.com|github\.(?:com|io)"
    r"|steamcommunity\.com|steampowered\.com|twitter\.com|facebook\.com|instagram\.com|tumblr\.com"
    r"|blogspot\.[\w.]+|blogger\.com|wordpress\.com|substack\.com|medium\.com|livejournal\.com"
    r"|wor\.jp|rss\.app|rsshub\.app|feedly\.com|politepaul\.com|fetchrss\.com|openrss\.org"
    r"|podbean\.com|megaphone\.fm|simplecast\.com|libsyn\.com|anchor\.fm|acast\.com|buzzsprout\.com"
    r"|soundcloud\.com|art19\.com|omny\.fm|transistor\.fm|vimeo\.com|bsky\.app|baidu\.com"
    r"|allsides\.com|pinterest\.com|flickr\.com|wikipedia\.org|stackexchange\.com|mastodon\.social"
    r"|feedspot\.com|ycombinator\.com|lobste\.rs|hnrss\.org|slashdot\.org|digg\.com|yahoo\.com)$"
)
#: Feeds of a paper that are about something else.
_ASIDE = re.compile(
    r"sports?|deporte|fu(?:ss|ß)ball|f[uú]tbol|football|soccer|cricket|hockey|racing|lifestyle|horosc"
    r"|recipe|food|essen|travel|reise|viaje|podcast|videos?\b|celebrit|fashion|moda|garden|comics?\b"
    r"|cartoon|crossword|puzzle|obituar|anzeigen|weather|wetter|real-?estate|immobil|auto(?:s|motive)?\b"
    r"|motor|comments?|classified|jobs|kultur|culture|cultura|gaming|games|k-?pop|wellness|gesundheit"
    r"|saude|salud|edu(?:cation|class)|astrolog|photo|gallery",
    re.IGNORECASE,
)
_FEED_LABELS = re.compile(
    r"^(?:feeds?|rss\d?|rssfeeds?|assets|api|data|xml|www\d?|content|servicios)\."
)

_COUNTRIES = {
    "Albania": "AL", "Algeria": "DZ", "Argentina": "AR", "Australia": "AU", "Austria": "AT",
    "Bangladesh": "BD", "Belgium": "BE", "Bosnia and Herzegovina": "BA", "Brazil": "BR",
    "Bulgaria": "BG", "Cambodia": "KH", "Canada": "CA", "Chile": "CL", "China": "CN",
    "Colombia": "CO", "Costa Rica": "CR", "Croatia": "HR", "Czech Republic": "CZ", "DR Congo": "CD",
    "Denmark": "DK", "Dominican Republic": "DO", "Estonia": "EE", "Ethiopia": "ET", "Finland": "FI",
    "France": "FR", "Georgia": "GE", "Germany": "DE", "Ghana": "GH", "Greece": "GR",
    "Hong Kong": "HK", "Hong Kong SAR China": "HK", "Hungary": "HU", "Iceland": "IS", "India": "IN",
    "Indonesia": "ID", "Iran": "IR", "Ireland": "IE", "Israel": "IL", "Italy": "IT", "Japan": "JP",
    "Kenya": "KE", "Kosovo": "XK", "Latvia": "LV", "Lithuania": "LT", "Macau": "MO",
    "Malaysia": "MY", "Malta": "MT", "Mexico": "MX", "Moldova": "MD", "Montenegro": "ME",
    "Morocco": "MA", "Myanmar": "MM", "Myanmar (Burma)": "MM", "New Zealand": "NZ", "Nigeria": "NG",
    "North Macedonia": "MK", "Norway": "NO", "Pakistan": "PK", "Palestine": "PS",
    "Philippines": "PH", "Poland": "PL", "Portugal": "PT", "Romania": "RO", "Russia": "RU",
    "Rwanda": "RW", "Serbia": "RS", "Singapore": "SG", "Slovakia": "SK", "Slovenia": "SI",
    "South Africa": "ZA", "South Korea": "KR", "Spain": "ES", "Sweden": "SE",
    "Switzerland (DE)": "CH", "Switzerland (FR)": "CH", "Switzerland (IT)": "CH", "Taiwan": "TW",
    "Tanzania": "TZ", "Thailand": "TH", "The Netherlands": "NL", "Turkey": "TR", "UK": "GB",
    "USA": "US", "Ukraine": "UA", "United Kingdom": "GB", "United States": "US", "Venezuela": "VE",
    "Vietnam": "VN", "North Carolina": "US", "Madeira Island": "PT",
}  # fmt: skip
_TOPICS = {
    "World": "world", "Africa": "world", "Asia": "world", "Europe": "world",
    "Middle East": "world", "Caribbean": "world", "News": "world",
    "Diplomacy": "politics",
    "Business": "business", "Economy": "business", "Business & Economy": "business",
    "Technology": "technology", "Tech": "technology", "AI": "technology",
    "Cloud Computing": "technology", "Microsoft": "technology",
    "Cybersecurity": "security", "Privacy": "security",
    "Defense": "defense",
    "Science": "science",
    "Entertainment": "entertainment", "Movies": "entertainment", "Television": "entertainment",
    "Celebs and Movies": "entertainment",
    "North Carolina": "local", "Madeira Island": "local",
}  # fmt: skip
#: Languages as kite codes them, where BCP 47's primary subtag is another.
_LANGUAGES = {"gr": "el", "arq": "ar", "cnr": "sr"}
#: Language of a country's outlets in the list that gives none; left open where there are several.
_SPOKEN = {
    "AU": "en", "BD": "bn", "BR": "pt", "CA": "en", "DE": "de", "ES": "es", "FR": "fr", "GB": "en",
    "ID": "id", "IE": "en", "IN": "en", "IT": "it", "JP": "ja", "MX": "es", "NG": "en", "PH": "en",
    "PK": "en", "PL": "pl", "RU": "ru", "US": "en", "ZA": "en",
}  # fmt: skip
_FUNDUS_COUNTRIES = {"UK": "GB", "ISL": "IS", "IND": "IN"}
#: Suffixes under which a list of English outlets by region may mean another language.
_ENGLISH_SUFFIXES = re.compile(
    r"com|org|net|info|eu|int|news|media|uk|us|au|nz|ie|in|pk|za|ng|ke|gh|sg|my|ph|lk|bd|np|hk|mv|mt"
    r"|africa|asia|world|today|tv|co|io|ai|gov|edu|mil|network|press"
)


@dataclass(frozen=True, slots=True)
class _Place:
    """A row, and the group whose size is limited."""

    row: Row
    group: str


def gather(folder: Path) -> list[Row]:
    """The catalogue's rows from the lists in a folder, in the file's order."""
    names = _names(folder)
    places = [*_fundus(folder), *_awesome(folder), *_kite(folder)]
    lists: dict[str, set[str]] = defaultdict(set)
    mentions: Counter[str] = Counter()
    for place in places:
        domain = registrable_domain(place.row.host)
        lists[domain].add(place.row.provenance)
        mentions[domain] += 1
    weight = {domain: 5 * len(lists[domain]) + min(mentions[domain], 20) for domain in lists}
    merged = _merged(places)
    merged.sort(
        key=lambda each: (
            -weight[registrable_domain(each.row.host)],
            len(each.row.url),
            each.row.url,
        )
    )
    chosen = list(_within_limits(merged))
    rows = [
        (rank, replace(row, outlet=names.get(registrable_domain(row.host), row.outlet)))
        for rank, row in chosen
    ]
    rows.sort(key=lambda each: (each[0], -weight[registrable_domain(each[1].host)], each[1].url))
    return [row for _, row in rows]


def _read(folder: Path, name: str) -> list[dict[str, str]]:
    with (folder / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def _names(folder: Path) -> dict[str, str]:
    """Names of outlets by registrable domain: fundus's, then titles of feeds that name the site."""
    names: dict[str, str] = {}
    for line in _read(folder, "fundus_publishers.csv"):
        name = line["name"].partition(" (")[0]
        names.setdefault(registrable_domain(host_of(line["homepage"])), name)
    for line in _read(folder, "awesome_rss_feeds.csv"):
        title = re.split(r"\s+[-|–—:»>]+\s+|: ", line["title"])[0].strip()
        domain = registrable_domain(line["host"])
        label = domain.partition(".")[0].replace("-", "")
        plain = re.sub(r"[^a-z0-9]", "", title.lower())
        if len(title) <= 40 and len(plain) >= 3 and (plain in label or label in plain):
            names.setdefault(domain, title)
    return names


def _place(url: str, provenance: str, group: str, **known: str | None) -> Iterator[_Place]:
    """One place where the address is an outlet's; none where it isn't."""
    address = absolute("", url.replace("&amp;", "&"))
    host = _FEED_LABELS.sub("", host_of(known.pop("homepage", None) or url))
    if address is None or not host or _NO_OUTLETS.search(host_of(address)) or "sport" in host:
        return
    topic = known.get("topic") or "news"
    if topic != "entertainment" and _ASIDE.search(address.partition("//")[2].partition("/")[2]):
        return
    kind = known.get("kind") or "feed"
    row = Row(
        host, host, known.get("country"), known.get("language"), topic, kind, address, provenance
    )
    yield _Place(row, group)


def _fundus(folder: Path) -> Iterator[_Place]:
    lines = [line for line in _read(folder, "fundus_sources.csv") if line["deprecated"] == "0"]
    quick = {line["name"] for line in lines if line["kind"] != "sitemap"}
    for line in lines:
        if line["kind"] == "sitemap" and line["name"] in quick:
            continue
        yield from _place(
            line["url"],
            "fundus",
            "news",
            homepage=line["homepage"],
            country=_FUNDUS_COUNTRIES.get(line["country"], line["country"]),
            language=line["language"].lower() if len(line["language"]) == 2 else None,
            kind="feed" if line["kind"] == "rss" else "sitemap",
        )


def _awesome(folder: Path) -> Iterator[_Place]:
    for line in _read(folder, "awesome_rss_feeds.csv"):
        category = line["country_or_topic"]
        country = _COUNTRIES.get(category)
        topic = _TOPICS.get(category)
        if country or topic:
            language = _SPOKEN.get(country) if country else "en"
            group = "news" if country else f"other {topic}"
            yield from _place(
                line["feed_url"],
                "awesome-rss-feeds",
                group,
                country=country,
                topic=topic,
                language=language,
            )


def _kite(folder: Path) -> Iterator[_Place]:
    for line in _read(folder, "kite_feeds.csv"):
        whole, _, part = line["category"].partition(" | ")
        country, topic = _COUNTRIES.get(whole), _TOPICS.get(whole)
        if whole in ("Ecology", "Healthcare") or not (country or topic):
            continue
        topic = "local" if part or topic == "local" else topic
        if topic is None:
            group = "news"
        else:
            group = f"place {line['category']}" if topic == "local" else f"other {topic}"
        yield from _place(
            line["feed_url"], "kite", group, country=country, topic=topic, language=_language(line)
        )


def _language(line: dict[str, str]) -> str | None:
    """Kite's language; open where a list of a region's English outlets names one of elsewhere."""
    if line["language"] in ("", "en") and line["category"] not in _COUNTRIES:
        suffix = line["host"].rpartition(".")[2]
        return "en" if _ENGLISH_SUFFIXES.fullmatch(suffix) else None
    written = line["language"].partition("-")[0].lower() or "en"
    return _LANGUAGES.get(written, written)


def _merged(places: Iterable[_Place]) -> list[_Place]:
    """Each address once; the first list to name it says what it is, all of them stand by it."""
    kept: dict[str, _Place] = {}
    for place in places:
        key = canonical_key(place.row.url)
        known = kept.get(key)
        if known is None:
            kept[key] = place
            continue
        by = known.row.provenance.split("+")
        if place.row.provenance not in by:
            row = replace(known.row, provenance="+".join([*by, place.row.provenance]))
            kept[key] = replace(known, row=row)
    return list(kept.values())


def _within_limits(places: Iterable[_Place]) -> Iterator[tuple[int, Row]]:
    """Rows with their number within their outlet, those over a limit left out."""
    per_outlet: Counter[tuple[str, str]] = Counter()
    per_group: Counter[str] = Counter()
    for place in places:
        row = place.row
        outlet = (registrable_domain(row.host), row.topic)
        most = {"place": _PER_PLACE, "other": 5 * _PER_OTHER}.get(place.group.split()[0], 10_000)
        if per_outlet[outlet] < _PER_OUTLET and per_group[place.group] < most:
            yield per_outlet[outlet], row
            per_outlet[outlet] += 1
            per_group[place.group] += 1


def main() -> int:
    """Write `outlets.csv` beside this file. Exit status 2 without a folder."""
    if len(sys.argv) != 2:
        sys.stderr.write("use: python -m crawler.catalogue.gather FOLDER\n")
        return 2
    rows = gather(Path(sys.argv[1]))
    target = Path(__file__).with_name("outlets.csv")
    with target.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(field.name for field in fields(Row))
        writer.writerows([value or "" for value in astuple(row)] for row in rows)
    sys.stderr.write(f"{len(rows)} rows\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
