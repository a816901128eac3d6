"""A dossier: all that is known of an incident, as one folder that can be read, kept and checked
without this program.

It is read in one state of the store and is the same, byte by byte, while that state is the same;
"as of" in it is when that was last changed. Articles and raw pages pass through one by one.
"""

import csv
import json
import shutil
from collections import defaultdict
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from datetime import UTC, datetime
from itertools import chain
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import IO, Any

from crawler.config import Config
from crawler.discovery.opml import write_opml
from crawler.export import bibtex, folder, pages, rows
from crawler.export.quoting import quoted, shown
from crawler.export.warc import Copied, write_warc
from crawler.home import Home
from crawler.services.incident_file import write_incident
from pipelines.dates import iso
from pipelines.incident import Incident
from pipelines.store import Connection, exports, incidents, raw_lock, sources
from pipelines.store import ledger as ledger_rows
from pipelines.store import pages as raw_pages
from pipelines.store.pages import RawRecord

Tell = Callable[[str], None]
#: Begins the name of a folder in which a dossier is made that is sent away.
SENT = ".sent-dossier-"
_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LEDGER = ("id", "at", "outcome", "verdict", "source", "title", "url", "reason", "article_id")
_DONE = ("article_id", "at", "by", "decision", "label", "labelled", "note")
_WAITING = "A backup is being made; waiting for its end."


@dataclass(frozen=True, slots=True)
class Report:
    """What was written. `lacking`: addresses whose kept page is not on disk any more."""

    path: Path
    as_of: datetime
    articles: int
    raw_pages: int
    lacking: tuple[str, ...]

    def record(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "path": str(self.path),
            "as_of": iso(self.as_of),
            "articles": self.articles,
            "raw_pages": self.raw_pages,
            "lacking": list(self.lacking),
        }


def to_folder(home: Home, slug: str, target: Path, *, full_text: bool, tell: Tell) -> Report:
    """Write a dossier; the folder is there when it is whole. Raises UnknownThing, BadInput where
    something has that name."""
    with folder.new_folder(target) as part:
        return _written(home, slug, part, target, full_text=full_text, tell=tell)


def to_zip(home: Home, slug: str, target: Path, *, full_text: bool, tell: Tell) -> Report:
    """The same as one ZIP file."""
    with (
        folder.new_file(target) as part,
        TemporaryDirectory(prefix=".dossier-", dir=target.parent) as beside,
    ):
        report = _written(home, slug, Path(beside), target, full_text=full_text, tell=tell)
        folder.pack(Path(beside), part, f"{slug}-dossier", report.as_of)
    return report


def clear_away(config: Config) -> int:
    """Removes what was left of dossiers that were being made when the desk was killed; how many.
    Only for whoever holds the data folder's lock: another desk may be making some."""
    left = [path for path in config.home.glob(f"{SENT}*") if not path.is_symlink()]
    for path in left:
        shutil.rmtree(path)
    return len(left)


def raw_to_stream(home: Home, slug: str, target: IO[bytes], *, tell: Tell) -> Copied:
    """The kept raw pages of an incident as one WARC file, packed. Raises UnknownThing."""
    with _reading(home, slug, tell) as state:
        found = exports.export(state.conn, state.incident.id or 0)
        records = _records(state.conn, (row.id for row in found))
        return _warc(home, target, records, state)


def _written(
    home: Home, slug: str, part: Path, target: Path, *, full_text: bool, tell: Tell
) -> Report:
    with _reading(home, slug, tell) as state:
        ids = _write_articles(state, part, full_text=full_text)
        _write_lists(state, part)
        with (part / "raw.warc.gz").open("wb") as stream:
            copied = _warc(home, stream, _records(state.conn, iter(ids)), state)
    folder.seal(part)
    if copied.lacking:
        tell(f"{len(copied.lacking)} kept pages are not on disk any more and are left out.")
    return Report(target, state.as_of, len(ids), copied.pages, tuple(copied.lacking))


# ---------------------------------------------------------------------------------- what it is of


@dataclass(frozen=True, slots=True)
class _State:
    """One state of the store, open for reading."""

    conn: Connection
    incident: Incident
    as_of: datetime

    @property
    def said(self) -> str:
        return iso(self.as_of) or ""


@contextmanager
def _reading(home: Home, slug: str, tell: Tell) -> Iterator[_State]:
    """An incident in one state of the store, in which nobody takes raw pages off the disk."""
    folder_of_raw = home.config.raw_folder
    with (
        raw_lock.still(folder_of_raw, waiting=lambda: tell(_WAITING)),
        home.database.read() as conn,
    ):
        exports.hold_state(conn)
        incident = incidents.get(conn, slug)
        changed = exports.last_change(conn, incident.id or 0)
        yield _State(conn, incident, changed or incident.created_at or _EPOCH)


def _records(conn: Connection, ids: Iterator[int]) -> Iterator[RawRecord]:
    return chain.from_iterable(raw_pages.of_article(conn, id) for id in ids)


def _warc(home: Home, target: IO[bytes], records: Iterator[RawRecord], state: _State) -> Copied:
    return write_warc(target, home.config.raw_folder, records, state.incident.title, state.as_of)


# ------------------------------------------------------------------------------------ its articles


def _write_articles(state: _State, part: Path, *, full_text: bool) -> list[int]:
    """All files that hold articles, in one pass over them; gives their ids."""
    conn, incident_id = state.conn, state.incident.id or 0
    done = _done_by_article(conn, incident_id)
    (part / "articles").mkdir()
    ids = []
    with ExitStack() as stack:
        files = [stack.enter_context(_text(part / name)) for name in _OF_ARTICLES]
        book = _Book(state, *files, full_text=full_text)
        for exported in exports.export(conn, incident_id):
            row = rows.record(exported)
            book.add(row, done.get(exported.id, []))
            with _text(part / "articles" / f"{exported.id}.html") as page:
                page.writelines(pages.article_page(row, done.get(exported.id, []), state.said))
            ids.append(exported.id)
        book.close()
    return ids


_OF_ARTICLES = ("index.html", "articles.json", "articles.csv", "references.bib")


class _Book:
    """The files that tell of all articles, written one article after the other."""

    def __init__(
        self,
        state: _State,
        index: IO[str],
        told: IO[str],
        table: IO[str],
        references: IO[str],
        *,
        full_text: bool,
    ) -> None:
        self._index, self._told, self._references = index, told, references
        self._said, self._full_text = state.said, full_text
        self._table = csv.DictWriter(table, rows.CSV_COLUMNS)
        self._table.writeheader()
        self._day, self._between = "", "\n"
        index.write(pages.begin(state.incident.title))
        if state.incident.brief:
            index.write(f'<p dir="auto">{pages.said(state.incident.brief)}</p>\n')
        head = json.dumps({"incident": state.incident.slug, "as_of": state.said})
        told.write(f'{head[:-1]}, "articles": [')

    def add(self, row: dict[str, Any], done: list[dict[str, Any]]) -> None:
        """Write an article; its texts in `row` become what may be given of them."""
        self._table.writerow(rows.csv_row(row, full_text=self._full_text))
        self._references.write(bibtex.reference(row))
        row["quoted"] = quoted(row["text"])
        row["shown"] = shown(row["text"], row["outlet"], row["url"], full_text=self._full_text)
        self._told.write(self._between + _json(_record(row, full_text=self._full_text)))
        self._between = ",\n"
        if (day := (row["published_at"] or row["first_seen_at"])[:10]) != self._day:
            self._index.write(pages.day_heading(day))
            self._day = day
        self._index.write(pages.timeline_entry(row, done))

    def close(self) -> None:
        """Write what closes the files."""
        self._told.write("\n]}\n")
        self._index.write(pages.end(self._said))


#: Markup of strangers, and what stands in an article's record only for this module's pages.
_LEFT_OUT = ("html", "quoted", "shown")


def _record(row: dict[str, Any], *, full_text: bool) -> dict[str, Any]:
    told = {name: value for name, value in row.items() if name not in _LEFT_OUT}
    return {**told, "text": row["shown"], "entries": row["entries"] if full_text else []}


def _done_by_article(conn: Connection, incident_id: int) -> dict[int, list[dict[str, Any]]]:
    found: defaultdict[int, list[dict[str, Any]]] = defaultdict(list)
    for one in exports.decisions(conn, incident_id):
        found[one.article_id].append({**asdict(one), "at": iso(one.at)})
    return found


# --------------------------------------------------------------------------------------- its lists


def _write_lists(state: _State, part: Path) -> None:
    """Ledger, decisions, sources, and the incident itself as a file."""
    conn, incident = state.conn, state.incident
    ledger = (
        {**asdict(one), "at": iso(one.at)} for one in ledger_rows.ledger(conn, incident.id or 0)
    )
    _write_table(part / "ledger", _LEDGER, ledger)
    done = ({**asdict(one), "at": iso(one.at)} for one in exports.decisions(conn, incident.id or 0))
    _write_table(part / "decisions", _DONE, done)
    followed = [
        one
        for one in sources.list_all(conn)
        if incident.follows.takes(one.id or 0, one.tags, one.language, one.country)
    ]
    opml = write_opml(followed, f"Sources of: {incident.title}", state.as_of)
    (part / "sources.opml").write_bytes(opml)
    with _text(part / "incident.toml") as file:
        file.write(write_incident(incident))


def _write_table(path: Path, columns: tuple[str, ...], found: Iterator[dict[str, Any]]) -> None:
    """The same rows as JSON Lines and for spreadsheets."""
    with _text(path.with_suffix(".csv")) as table, _text(path.with_suffix(".jsonl")) as lines:
        writer = csv.DictWriter(table, columns)
        writer.writeheader()
        for row in found:
            writer.writerow({name: rows.cell(row[name]) for name in columns})
            lines.write(_json({name: row[name] for name in columns}) + "\n")


def _json(row: dict[str, Any]) -> str:
    return json.dumps(row, ensure_ascii=False)


def _text(path: Path) -> IO[str]:
    """A new text file; half a surrogate pair, which UTF-8 cannot hold, is written out."""
    return path.open("x", encoding="utf-8", errors="backslashreplace", newline="")
