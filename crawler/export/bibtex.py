"""Articles as references for BibTeX: one @misc each.

What TeX reads as a command is written out. Braces are never given as such: BibTeX counts them even
behind a backslash, and one too many would swallow the entries behind it.
"""

from collections.abc import Mapping
from typing import Any

from crawler.export.quoting import is_web, writable
from pipelines.text import squeeze

_WRITTEN = str.maketrans(
    {
        "\\": r"\textbackslash{}",
        "{": r"\textbraceleft{}",
        "}": r"\textbraceright{}",
        "~": r"\textasciitilde{}",
        "^": r"\textasciicircum{}",
        **{sign: f"\\{sign}" for sign in "&%$#_"},
    }
)
#: An address is set as it stands, so what would end its field is written as RFC 3986 has it.
_IN_ADDRESS = str.maketrans({"{": "%7B", "}": "%7D", "\\": "%5C", '"': "%22", " ": "%20"})
_MONTHS = ("jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec")


def reference(row: Mapping[str, Any]) -> str:
    """An article as `rows.record` gives it, as an entry with a blank line behind it."""
    day = (row["published_at"] or "")[:10]
    fields = {
        "title": f"{{{_text(row['title'] or row['url'])}}}",
        "author": " and ".join(f"{{{_text(name)}}}" for name in row["authors"]),
        "howpublished": _text(row["outlet"] or ""),
        "year": day[:4],
        "date": day,
        "url": squeeze(writable(row["url"])).translate(_IN_ADDRESS) if is_web(row["url"]) else "",
        "urldate": (row["first_seen_at"] or "")[:10],
        "language": _text(row["language"] or ""),
    }
    lines = [f"  {name} = {{{value}}}," for name, value in fields.items() if value]
    if day:
        lines.append(f"  month = {_MONTHS[int(day[5:7]) - 1]},")
    return "\n".join([f"@misc{{followup-{row['id']},", *lines, "}", "", ""])


def _text(text: str) -> str:
    return squeeze(writable(text)).translate(_WRITTEN)
