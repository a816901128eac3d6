"""A store that grows to a million articles: what looking a text up and storing it cost then.

Documents of 600 words are made from their number and a seed, so that none is kept in memory: words
by Zipf's law, one in five a copy of an earlier one. The last `MEASURED` are stored one by one by
the product's code and measured; before them come `REACH` whose rows are made of real texts in large
transactions, since those are what copies are made of. All earlier ones are stand-ins: sketches of
random samples, as many and as long as those of texts, with the same share of copies and boxes.
Looking up meets them as it would meet texts, and a million take minutes in place of hours. The
search index has the measured documents only.
"""

import json
import os
import random
import sqlite3
import statistics
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from itertools import accumulate, chain, islice
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from pipelines.dedupe import Text, copies_of, keys_of_sketch, sketch
from pipelines.items import COMMON_FROM, Article, Sketch
from pipelines.outcomes import Outcome
from pipelines.stages.copies import StoredIndex, place_sketch
from pipelines.store import articles, open_database, sketches

WORDS = 600
VOCABULARY = 50_000
#: One document in so many is a copy.
COPIES = 5
KINDS = ("exact", "headline", "cut", "excerpt", "added", "boilerplate")
#: A copy is made of one of so many documents before it.
REACH = 20_000
#: Boxes that stand under articles, and their words.
BOXES, BOX_WORDS = 20, 60
#: Documents that are measured at the end.
MEASURED = 1_000
NOW = datetime(2020, 1, 1, tzinfo=UTC)

_WEIGHTS = list(accumulate(1 / (rank + 2.7) for rank in range(VOCABULARY)))
_NAMES = [f"{'bcdfghjklmnprstvz'[n % 17]}{n:x}" for n in range(VOCABULARY)]


@dataclass(frozen=True, slots=True)
class Document:
    """One of the collection: `kind` and `source` (a number) of a copy, None of an original."""

    number: int
    title: str
    text: str
    kind: str | None
    source: int | None


def document(number: int, seed: int = 1) -> Document:
    """The document of that number."""
    chosen = random.Random(f"{seed}:{number}")
    if number == 0 or chosen.randrange(COPIES):
        return Document(number, _words(chosen, 8), _words(chosen, WORDS), None, None)
    kind = KINDS[chosen.randrange(len(KINDS))]
    if kind == "boilerplate":
        text = f"{_words(chosen, WORDS - BOX_WORDS)} {_box(chosen.randrange(BOXES), seed)}"
        return Document(number, _words(chosen, 8), text, kind, None)
    source = _original(chosen.randrange(max(0, number - REACH), number), seed)
    return _copied(source, kind, number, chosen)


def _copied(source: Document, kind: str, number: int, chosen: random.Random) -> Document:
    words = source.text.split()
    start = chosen.randrange(len(words) // 2)
    text = {
        "cut": " ".join(words[: len(words) // 2]),
        "excerpt": " ".join(words[start : start + 180]),
        "added": f"{_words(chosen, 60)} {source.text} {_words(chosen, 120)}",
    }.get(kind, source.text)
    title = source.title if kind == "exact" else _words(chosen, 8)
    return Document(number, title, text, kind, source.number)


def _original(number: int, seed: int) -> Document:
    """The nearest original at or before a number."""
    while (found := document(number, seed)).kind is not None:
        number -= 1
    return found


def _box(number: int, seed: int) -> str:
    return _words(random.Random(f"{seed}:box:{number}"), BOX_WORDS)


def _words(chosen: random.Random, count: int) -> str:
    return " ".join(chosen.choices(_NAMES, cum_weights=_WEIGHTS, k=count))


# ---------------------------------------------------------------------------------------- filling


def fill(path: Path, count: int, workers: int = 2) -> None:
    """A database with the first documents and their sketches, as if they had been stored."""
    open_database(f"sqlite:///{path}").close()
    made = chain(map(_stand_in, range(count - REACH)), _made(count, workers))
    with sqlite3.connect(path) as conn:
        for pragma in ("synchronous = OFF", "cache_size = -400000", "foreign_keys = OFF"):
            conn.execute(f"PRAGMA {pragma}")
        while portion := list(islice(made, 20_000)):
            _store(conn, portion)
            conn.commit()
        conn.execute(
            "INSERT INTO common_key SELECT key, count(*) FROM sketch_key"
            " GROUP BY key HAVING count(*) >= ?",
            (COMMON_FROM,),
        )
    conn.close()


Made = tuple[Document, Sketch, tuple[int, ...]]


def _made(count: int, workers: int) -> Iterator[Made]:
    last = range(max(0, count - REACH), count)
    if workers < 2:
        yield from map(_make, last)
        return
    with get_context("spawn").Pool(workers) as pool:
        yield from pool.imap(_make, last, chunksize=200)


def _make(number: int) -> Made:
    found = document(number)
    made = sketch(found.text, found.title)
    return found, made, keys_of_sketch(made)


def _stand_in(number: int, seed: int = 1) -> Made:
    """In place of a document from which no measured copy is made."""
    chosen = random.Random(f"{seed}:stand-in:{number}")
    source, box = number, list[int]()
    if number and not chosen.randrange(COPIES):
        if chosen.randrange(len(KINDS)):
            source = chosen.randrange(max(0, number - REACH), number)
        else:
            box = _samples(random.Random(f"{seed}:box:{chosen.randrange(BOXES)}"), BOX_WORDS)
    samples = _samples(random.Random(f"{seed}:samples:{source}"), WORDS - 8 * len(box))
    made = Sketch((*samples, *box), WORDS - 4, chosen.getrandbits(63))
    document = Document(number, "A stand-in for a document of that length", "", None, None)
    return document, made, keys_of_sketch(made)


def _samples(chosen: random.Random, words: int) -> list[int]:
    return [chosen.getrandbits(32) - 2**31 for _ in range(words // 8)]


def _store(conn: sqlite3.Connection, portion: Sequence[Made]) -> None:
    at = int(NOW.timestamp()) * 1_000_000
    rows = [(d.number + 1, url := _url(d), url, d.title, at + d.number) for d, _, _ in portion]
    conn.executemany(
        "INSERT INTO article (id, key, url, canonical_url, host, title, authors, first_seen_at,"
        " listed_at, read_at, reads, partial, words, text_sha256, provenance, outcome)"
        " VALUES (?1, substr(?2, 9), ?2, ?3, 'grown.test', ?4, '[]', ?5, ?5, ?5, 1, 0, 600,"
        " ?1, '{}', 'stored')",
        rows,
    )
    conn.executemany(
        "INSERT INTO revision (article_id, number, title, text, seen_at, text_sha256)"
        " VALUES (?1, 1, ?2, ?3, ?4, ?1)",
        [(d.number + 1, d.title, d.text, at + d.number) for d, _, _ in portion],
    )
    conn.executemany(
        "INSERT INTO sketch VALUES (?, ?, ?, ?, ?)",
        [
            (d.number + 1, s.digest, s.shingles, s.is_about_title, sketches.packed(s.samples))
            for d, s, _ in portion
        ],
    )
    keys = sorted({(key, d.number + 1) for d, _, keys in portion for key in keys})
    conn.executemany("INSERT INTO sketch_key VALUES (?, ?)", keys)


def _url(found: Document) -> str:
    return f"https://grown.test/{found.number}"


# -------------------------------------------------------------------------------------- measuring


def measure(path: Path, count: int) -> dict[str, Any]:
    """What the documents after the first `count` cost, one transaction each; CPU in ms."""
    database = open_database(f"sqlite:///{path}")
    spent: dict[str, list[float]] = {"sketch": [], "look_up": [], "insert": []}
    found, of = Counter[str](), Counter[str]()
    for number in range(count, count + MEASURED):
        new = document(number)
        kind = new.kind or "original"
        made = _timed(spent["sketch"], lambda new=new: sketch(new.text, new.title))
        with database.read() as conn:
            text, index = Text(None, new.title, made), StoredIndex(conn)
            matches = _timed(
                spent["look_up"],
                lambda text=text, index=index, new=new: copies_of(text, index, new.text),
            )
        _timed(spent["insert"], lambda new=new, made=made: _insert(database, new, made))
        ids = {match.article_id for match in matches}
        of[kind] += 1
        found[kind] += bool(ids) if new.source is None else new.source + 1 in ids
    database.close()
    return {
        "documents": count,
        **{f"{name}_ms": round(statistics.median(times), 3) for name, times in spent.items()},
        **{f"{name}_p95_ms": round(_p95(times), 3) for name, times in spent.items()},
        "index_bytes_a_document": _index_bytes(path) // (count + MEASURED),
        "rss_mb": _most_megabytes(),
        "found": {kind: f"{found[kind]}/{number}" for kind, number in sorted(of.items())},
    }


def _timed(times: list[float], act: Callable[[], Any]) -> Any:
    began = time.process_time()
    found = act()
    times.append(1000 * (time.process_time() - began))
    return found


def _p95(times: list[float]) -> float:
    return sorted(times)[len(times) * 95 // 100]


def _insert(database: Any, new: Document, made: Sketch) -> None:
    at = NOW + timedelta(microseconds=new.number)
    with database.write() as conn:
        id = articles.insert(
            conn,
            Article(_url(new), _url(new), new.title, new.text),
            keys=(_url(new)[8:],),
            outcome=Outcome.STORED,
            seen_at=at,
        )
        place_sketch(conn, id, new.title, made, now=at, is_new=True)


def _most_megabytes() -> int:
    """The most memory that this process had; getrusage would count its parent, proc(5)."""
    status = Path("/proc/self/status").read_text("ascii")
    return int(status.partition("VmHWM:")[2].split()[0]) // 1024


def _index_bytes(path: Path) -> int:
    names = ("sketch", "sketch_key", "common_key", "copy_link", "ix_copy_link_other_id")
    with sqlite3.connect(path) as conn:
        wanted = f"SELECT sum(pgsize) FROM dbstat WHERE name IN ({','.join('?' * len(names))})"
        (size,) = conn.execute(wanted, names).fetchone()
    conn.close()
    return int(size)


def grown(folder: Path, count: int) -> dict[str, Any]:
    """The figures at one size, measured in a process of its own, whose memory is its own too."""
    path = folder / f"grown-{count}.db"
    began = time.monotonic()
    if not path.exists():
        fill(path, count, workers=min(2, os.cpu_count() or 1))
    filled = time.monotonic() - began
    told = subprocess.run(
        [sys.executable, "-m", "tests.bench.copy_growth", str(path), str(count)],
        check=True,
        capture_output=True,
        text=True,
    )
    figures: dict[str, Any] = json.loads(told.stdout)
    return figures | {"filled_in_s": round(filled)}


if __name__ == "__main__":
    print(json.dumps(measure(Path(sys.argv[1]), int(sys.argv[2]))))
