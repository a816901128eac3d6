"""A store with as many articles as wanted, the same each time, for measuring the desk.

Rows go in by SQL in bulk, into the product's own tables, with what the product would have written;
what it derives from them is made by the product. Outlets, people and events are made up.
"""

import itertools
import json
import random
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from pipelines.store import open_database
from pipelines.store.folding import folded

FIRST = datetime(2014, 1, 1, tzinfo=UTC)
DAYS = 400
OUTLETS = 1_000
#: Languages with their share of the outlets, and a country for each.
LANGUAGES = (
    ("en", 46, ("US", "GB", "AU", "IN", "CA")),
    ("es", 9, ("ES", "MX", "AR")),
    ("de", 8, ("DE", "AT", "CH")),
    ("fr", 7, ("FR", "BE")),
    ("pt", 4, ("BR", "PT")),
    ("zh", 9, ("CN", "TW")),
    ("ja", 7, ("JP",)),
    ("ko", 6, ("KR",)),
    ("ru", 4, ("RU",)),
)
UNSPACED = {"zh": 0x4E00, "ja": 0x5000}
#: Slug, and the share of all articles that an incident has an opinion of but "off topic".
INCIDENTS = (("harbour-fire", 0.25), ("data-leak", 0.03), ("bridge-closed", 0.0007))
SYLLABLES = [a + b for a in "bdfgklmnprstvz" for b in ("a", "e", "i", "o", "u", "ar", "en", "ol")]
MICROSECOND = timedelta(microseconds=1)


@dataclass(frozen=True)
class Words:
    """What texts are made of: words by falling frequency."""

    latin: list[str]
    hangul: list[str]
    weights: list[float]

    def some(self, rng: random.Random, language: str, n: int) -> str:
        if language in UNSPACED:
            first = UNSPACED[language]
            picked = rng.choices(range(2_000), cum_weights=self.weights[:2_000], k=n * 2)
            return "".join(chr(first + at) for at in picked)
        words = self.hangul if language == "ko" else self.latin
        return " ".join(rng.choices(words, cum_weights=self.weights[: len(words)], k=n))


def vocabulary(size: int = 30_000) -> Words:
    rng = random.Random(7)
    latin: dict[str, None] = {}
    while len(latin) < size:
        latin["".join(rng.choices(SYLLABLES, k=rng.randint(2, 4)))] = None
    hangul = ["".join(chr(0xAC00 + rng.randrange(3_000)) for _ in range(3)) for _ in range(8_000)]
    # Zipf, flattened at the top: the commonest word stands in a third of the articles.
    weights = list(itertools.accumulate(1 / (rank + 25) for rank in range(size)))
    return Words(list(latin), hangul, weights)


@dataclass(frozen=True)
class Outlet:
    id: int
    name: str
    host: str
    language: str
    country: str


def outlets() -> list[Outlet]:
    rng = random.Random(11)
    made = []
    names = [language for language, share, _ in LANGUAGES for _ in range(share)]
    countries = {language: of for language, _, of in LANGUAGES}
    for id in range(1, OUTLETS + 1):
        language = rng.choice(names)
        word = "".join(rng.choices(SYLLABLES, k=2))
        name = f"The {word.title()} {rng.choice(('Post', 'Courier', 'Ledger', 'Gazette'))} {id}"
        made.append(Outlet(id, name, f"{word}{id}.test", language, rng.choice(countries[language])))
    return made


def _micros(at: datetime) -> int:
    return (at - datetime(1970, 1, 1, tzinfo=UTC)) // MICROSECOND


@dataclass
class Rows:
    """Rows of one portion, by table."""

    article: list[tuple[object, ...]]
    revision: list[tuple[object, ...]]
    match: list[tuple[object, ...]]
    search: list[tuple[object, ...]]
    group: list[tuple[object, ...]]
    review: list[tuple[object, ...]]
    label: list[tuple[object, ...]]


def portions(size: int, portion: int = 10_000) -> Iterator[Rows]:
    """All rows in portions. Ids rise with the time at which articles were first seen."""
    rng = random.Random(size)
    words, all_outlets = vocabulary(), outlets()
    shares = [1 / (rank + 8) for rank in range(OUTLETS)]
    group = 0
    open_groups: list[tuple[int, int, int, str]] = []  # id, origin, places left, title
    span = timedelta(days=DAYS) / size
    for first in range(1, size + 1, portion):
        rows = Rows([], [], [], [], [], [], [])
        for id in range(first, min(first + portion, size + 1)):
            seen = FIRST + span * id
            outlet = rng.choices(all_outlets, weights=None, cum_weights=_cumulated(shares))[0]
            published = None if rng.random() < 0.05 else seen - timedelta(hours=rng.expovariate(1))
            if rng.random() < 0.03 and published is not None:
                published -= timedelta(days=rng.randint(1, 60))
            title = words.some(rng, outlet.language, 8).capitalize()
            group_id = copy_of = None
            if open_groups and rng.random() < 0.18:
                at = rng.randrange(len(open_groups))
                group_id, copy_of, left, title = open_groups[at]
                open_groups[at] = (group_id, copy_of, left - 1, title)
                if left <= 1:
                    open_groups.pop(at)
            elif rng.random() < 0.04:
                group += 1
                group_id = group
                rows.group.append((group, _micros(seen), "published first"))
                open_groups.append((group, id, rng.randint(1, 12), title))
                del open_groups[:-40]
            _add(rows, rng, words, outlet, id, seen, published, title, group_id, copy_of)
        yield rows


_CUMULATED: list[float] = []


def _cumulated(shares: list[float]) -> list[float]:
    if not _CUMULATED:
        _CUMULATED.extend(itertools.accumulate(shares))
    return _CUMULATED


def _add(
    rows: Rows,
    rng: random.Random,
    words: Words,
    outlet: Outlet,
    id: int,
    seen: datetime,
    published: datetime | None,
    title: str,
    group_id: int | None,
    copy_of: int | None,
) -> None:
    at = _micros(seen)
    out = None if published is None else _micros(published)
    url = f"https://{outlet.host}/{id}"
    text = words.some(rng, outlet.language, rng.randint(60, 140))
    author = f"Ada {words.latin[rng.randrange(3_000)].title()}"
    is_gone = rng.random() < 0.004
    judged = _judged(rng, id, at)
    taken = any(row[3] == "follow_up" for row in judged)
    outcome = "copy" if copy_of else "stored" if taken else "off_topic"
    rows.article.append(
        (id, url[8:], url, url, outlet.host, title, json.dumps([author]), out, None, None, at,
         at if out is None else out, at, 1, outlet.language, outlet.name, rng.random() < 0.02,
         100, f"{id:064x}", "{}", outlet.id, outcome, copy_of, group_id,
         "near" if copy_of else None, 0.9 if copy_of else None, at if is_gone else None)
    )  # fmt: skip
    rows.revision.append((id, 1, title, text, at, f"{id:064x}"))
    if rng.random() < 0.08:
        rows.revision.append((id, 2, title, f"{text} changed", at + 3_600_000_000, f"{id:064x}"))
    rows.search.append(
        (id, folded(title), folded(text), folded(outlet.name),
         folded(author))
    )  # fmt: skip
    rows.match += judged
    for row in judged:
        if row[7] is not None:
            rows.review.append((id, row[1], row[7], None, "Ida", row[8]))
            if rng.random() < 0.1:
                rows.label.append((row[1], rng.choice(("lead", "check", "quoted")), id))


def _judged(rng: random.Random, id: int, at: int) -> list[tuple[object, ...]]:
    rows: list[tuple[object, ...]] = []
    for incident, (_, share) in enumerate(INCIDENTS, 1):
        drawn = rng.random()
        if drawn >= share and incident > 1:
            continue
        verdict = "off_topic" if drawn >= share else "follow_up" if drawn < share * 0.8 else (
            "candidate" if drawn < share * 0.95 else "out_of_window"
        )  # fmt: skip
        score = rng.random() * 0.2 + (0.0 if verdict == "off_topic" else 0.2)
        decided = verdict != "off_topic" and rng.random() < 0.03
        review = rng.choice(("keep", "keep", "dismiss", "star")) if decided else None
        reasons = json.dumps([["harbour", "name", 0.2], ["fire", "word", 0.1]])
        rows.append(
            (id, incident, score, verdict, reasons, at, False, review, at if review else None,
             at if verdict == "follow_up" or review in ("keep", "star") else None)
        )  # fmt: skip
    return rows


_INSERTS = {
    "group": "INSERT INTO copy_group (id, created_at, origin_reason) VALUES (?, ?, ?)",
    "article": "INSERT INTO article (id, key, url, canonical_url, host, title, authors,"
    " published_at, published_offset, published_raw, first_seen_at, listed_at, read_at, reads,"
    " language, outlet, partial, words, text_sha256, provenance, source_id, outcome, copy_of,"
    " group_id, duplicate_kind, similarity, vanished_at)"
    f" VALUES ({', '.join('?' * 27)})",
    "revision": "INSERT INTO revision (article_id, number, title, text, seen_at, text_sha256)"
    " VALUES (?, ?, ?, ?, ?, ?)",
    "match": 'INSERT INTO "match" (article_id, incident_id, score, verdict, reasons, judged_at,'
    f" forced, review, reviewed_at, taken_at) VALUES ({', '.join('?' * 10)})",
    "search": "INSERT INTO article_search (rowid, title, text, outlet, authors)"
    " VALUES (?, ?, ?, ?, ?)",
    "review": "INSERT INTO review (article_id, incident_id, decision, note, decided_by,"
    " decided_at) VALUES (?, ?, ?, ?, ?, ?)",
    "label": "INSERT INTO label (incident_id, name, article_id) VALUES (?, ?, ?)",
}


#: A link for each article and one in three besides, which came to nothing or waits; a correction in
#: a tenth of the second versions.
_LINKS = (
    "INSERT INTO link (key, url, host, title, found_in, source_id, state, priority, tries,"
    " found_at, changed_at, outcome, reason, article_id)"
    " SELECT key, url, host, title, 'https://' || host || '/feed', source_id, 'done', 0, 1,"
    " first_seen_at, first_seen_at, outcome, 'score 0.1', id FROM article",
    "INSERT INTO link (key, url, host, found_in, source_id, state, priority, tries, found_at,"
    " changed_at, outcome, reason) SELECT key || '/x', url || '/x', host,"
    " 'https://' || host || '/feed', source_id,"
    " CASE WHEN id % 60 = 0 THEN 'queued' WHEN id % 2 = 0 THEN 'done' ELSE 'failed' END, 0, 1,"
    " first_seen_at, first_seen_at + 1000, CASE WHEN id % 60 = 0 THEN NULL"
    " WHEN id % 2 = 0 THEN 'not_article' WHEN id % 5 = 0 THEN 'timeout' ELSE 'http_error' END,"
    " CASE WHEN id % 60 = 0 THEN NULL ELSE 'status 404' END FROM article WHERE id % 3 = 0",
    "UPDATE revision SET note = 'Correction: the day was wrong.', note_kind = 'correction'"
    " WHERE number = 2 AND article_id % 10 = 0",
)


def fill(path: Path, size: int) -> None:
    """Makes a store of so many articles at a place where there is none yet."""
    half = path.with_suffix(".part")
    half.unlink(missing_ok=True)
    open_database(f"sqlite:///{half}").close()
    begun = time.monotonic()
    with closing(sqlite3.connect(half, isolation_level=None)) as conn:
        conn.execute("PRAGMA synchronous = OFF")
        conn.execute("PRAGMA cache_size = -400000")
        _frame(conn)
        done = 0
        for rows in portions(size):
            conn.execute("BEGIN")
            for name, insert in _INSERTS.items():
                conn.executemany(insert, getattr(rows, name))
            conn.execute("COMMIT")
            done += len(rows.article)
            if done % 100_000 == 0:
                print(f"{done:,} articles in {time.monotonic() - begun:.0f} s", flush=True)
        for statement in _LINKS:
            conn.execute(statement)
        conn.execute("INSERT INTO article_search(article_search) VALUES ('optimize')")
        conn.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    with closing(open_database(f"sqlite:///{half}")) as database, database.write():
        pass  # lines and counts of all articles are made as the transaction ends
    half.rename(path)


def _frame(conn: sqlite3.Connection) -> None:
    """Incidents and sources."""
    at = _micros(FIRST)
    for id, (slug, _) in enumerate(INCIDENTS, 1):
        profile = {"terms": [], "languages": ["en"], "threshold": 0.2, "candidate_threshold": 0.1}
        follows = {"ids": [], "tags": [], "languages": [], "countries": []}
        conn.execute(
            "INSERT INTO incident (id, slug, title, profile, follows, is_open, created_at)"
            " VALUES (?, ?, ?, ?, ?, 1, ?)",
            (id, slug, slug.replace("-", " "), json.dumps(profile), json.dumps(follows), at),
        )
    for one in outlets():
        conn.execute(
            "INSERT INTO source (id, kind, url, outlet, language, country, tags, health,"
            " health_since, failures, quiet_polls, resting, added_at)"
            " VALUES (?, 'feed', ?, ?, ?, ?, '[]', 'ok', ?, 0, 0, 0, ?)",
            (one.id, f"https://{one.host}/feed", one.name, one.language, one.country, at, at),
        )
