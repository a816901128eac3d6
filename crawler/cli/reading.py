"""How an article, a list of them and a diff look in the terminal."""

from typing import Any

from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from crawler.cli import output

#: Summands of a score that are shown.
SHOWN_REASONS = 10

_STYLES = {"inserted": "green", "deleted": "red strike"}


def article_table(rows: list[dict[str, Any]]) -> Table:
    """A list: one line an article."""
    drawn = output.table(None, "id#", "published", "outlet", "score#", "review", "title", "")
    for row in rows:
        drawn.add_row(
            *output.cells(
                row["id"],
                (row["published_at"] or "")[:10] or "unknown",
                row["outlet"],
                "" if row["score"] is None else f"{row['score']:.2f}",
                row["review"],
                row["title"] or row["url"],
                _badges(row),
            )
        )
    return drawn


def _badges(row: dict[str, Any]) -> str:
    marks = []
    if row["copy_of"] is not None:
        marks.append(f"copy of {row['copy_of']}")
    if row["revisions"]:
        marks.append(f"edited {row['revisions']}x")
    if row["partial"]:
        marks.append("teaser")
    return ", ".join(marks)


def draw_article(record: dict[str, Any]) -> None:
    """Text with matched terms marked, where and when found, also at, revisions, why."""
    output.put(Text(output.plain(record["title"] or "(no headline)"), style="bold"))
    by = ", ".join(record["authors"])
    output.put(Text(output.plain(" · ".join(p for p in (record["outlet"], by) if p)), style="dim"))
    for label, value in (
        ("address", record["url"]),
        ("published", record["published_at"] or "unknown"),
        ("changed", record["modified_at"]),
        ("first seen", record["first_seen_at"]),
        ("read last", f"{record['read_at']} ({record['reads']} times)"),
        ("found through", record["source"]),
        ("also at", "\n".join(f"{c['id']}: {c['outlet']} {c['url']}" for c in record["copies"])),
        ("other addresses", "\n".join(record["aliases"])),
        ("versions", _versions(record)),
        ("raw page", record["raw"]),
        ("taken down", record["vanished_at"]),
    ):
        if value:
            _field(label, str(value))
    for match in record["matches"]:
        _draw_match(match)
    output.put("")
    _draw_text(record)


def _field(label: str, value: str) -> None:
    row = Table.grid(padding=(0, 1))
    row.add_column(width=15, style="dim")
    row.add_column(overflow="fold")
    row.add_row(*output.cells(label, value))
    output.put(row)


def _versions(record: dict[str, Any]) -> str | None:
    versions = record["versions"]
    if len(versions) < 2:
        return None
    return "\n".join(f"{v['number']}: seen {v['seen_at']}, {v['title']}" for v in versions)


def _draw_match(match: dict[str, Any]) -> None:
    verdict = f"{match['verdict']} for {match['incident']}"
    forced = ", taken in by hand" if match["forced"] else ""
    review = f", marked {match['review']}" if match["review"] else ""
    score = f"score {match['score']:.3f}, threshold {match['threshold']:.3f}"
    _field("verdict", f"{verdict}: {score}{forced}{review}")
    if match["reasons"]:
        shown = [f"{r['term']} {r['weight']:.3f}" for r in match["reasons"][:SHOWN_REASONS]]
        _field("why", ", ".join(shown))
    for note in match["notes"]:
        _field("note", f"{note['at'][:10]} {note['by']}: {note['note']}")


def _draw_text(record: dict[str, Any]) -> None:
    if record["text"] is None:
        output.say("The text was kept for its time and is gone; address and reasons remain.")
        return
    shown = record["text"]
    text, at = Text(), 0
    for start, end in record["marks"]:
        text.append(output.plain(shown[at:start]))
        text.append(output.plain(shown[start:end]), style="bold yellow")
        at = end
    text.append(output.plain(shown[at:]))
    output.put(Padding(text, (0, 2)))


def draw_diff(record: dict[str, Any]) -> None:
    """Words that went and came, with their context."""
    output.put(Text(output.plain(f"{record['old']['label']}  →  {record['new']['label']}"), "dim"))
    if record["old"]["title"] != record["new"]["title"]:
        output.put(Text(output.plain(record["old"]["title"] or "(none)"), style="red strike"))
        output.put(Text(output.plain(record["new"]["title"] or "(none)"), style="green"))
        output.put("")
    if not record["changes"]:
        output.say("The text is the same.")
    line = Text()
    for span in record["changes"]:
        plain = output.plain(span["text"])
        if span["op"] == "gap":
            line.append(" … ", style="dim")
        elif span["op"] == "deleted":
            line.append(f"[-{plain}-] ", style=_STYLES["deleted"])
        elif span["op"] == "inserted":
            line.append(f"{{+{plain}+}} ", style=_STYLES["inserted"])
        else:
            line.append(plain + " ")
    output.put(Padding(line, (0, 2)))
