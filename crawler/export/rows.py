"""An incident's articles as rows: JSON Lines whole, CSV with the text cut unless asked for."""

from collections.abc import Iterator
from typing import Any

from crawler.export.quoting import shown
from crawler.home import Home
from pipelines.dates import iso
from pipelines.records import told
from pipelines.store import exports, incidents
from pipelines.store.exports import Exported

#: What a spreadsheet takes for the beginning of a formula, in wide letters too.
_FORMULA = tuple("=+-@\t\r\n＝＋－＠")

CSV_COLUMNS = (
    "id",
    "published_at",
    "outlet",
    "title",
    "url",
    "canonical_url",
    "authors",
    "language",
    "verdict",
    "score",
    "review",
    "copy_of",
    "revisions",
    "partial",
    "first_seen_at",
    "text",
)


def of_incident(home: Home, slug: str) -> Iterator[dict[str, Any]]:
    """A row for each article that the incident took or may take, in order of time; the text of a
    candidate is null once it was kept for its time."""
    with home.database.read() as conn:
        incident = incidents.get(conn, slug)
        for row in exports.export(conn, incident.id or 0):
            yield record(row)


def record(row: Exported) -> dict[str, Any]:
    """An article as ``followup export --format jsonl`` gives it."""
    return {
        "id": row.id,
        "url": row.url,
        "aliases": list(row.aliases),
        **told(row),
        "first_seen_at": iso(row.first_seen_at),
        "verdict": str(row.verdict),
        "score": row.score,
        "reasons": [{"term": r.term, "kind": r.kind, "weight": r.weight} for r in row.reasons],
        "review": row.review and str(row.review),
        "credit": row.credit,
        "group": row.group,
        "copy_of": row.copy_of,
        "revisions": row.revisions,
    }


def csv_row(row: dict[str, Any], *, full_text: bool) -> dict[str, str]:
    """A row for spreadsheets. A cell that a spreadsheet would run as a formula is quoted
    (OWASP, CSV injection)."""
    text = shown(row["text"], row["outlet"], row["url"], full_text=full_text)
    cells = {**row, "authors": "; ".join(row["authors"]), "text": text}
    return {name: cell(cells[name]) for name in CSV_COLUMNS}


def cell(value: object) -> str:
    """A value for a spreadsheet."""
    text = "" if value is None else str(value)
    return f"'{text}" if isinstance(value, str) and text.startswith(_FORMULA) else text
