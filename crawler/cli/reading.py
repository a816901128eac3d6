"""How counts, an article, a list of them and a diff look in the terminal."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any

from rich.padding import Padding
from rich.table import Table
from rich.text import Text

from crawler.cli import output
from pipelines.outcomes import MEANINGS, Outcome

#: Summands of a score that are shown.
SHOWN_REASONS = 10
#: Room for the name of a field.
_LABEL = 16

#: Times that were not chosen, as far as they are shown.
SHOWN_TIMES = 6
#: What the page says of its price.
_FREE = {True: "yes", False: "no", None: None}

_MARKED, _INSERTED, _DELETED, _MOVED = "bold yellow", "green", "red strike", "cyan"
_FOR, _AGAINST = "green", "red"

#: How the kind of an outlet's own words reads.
_KINDS = {
    "correction": "corrected",
    "clarification": "clarified",
    "update": "update",
    "retraction": "retracted",
    "editors_note": "editor's note",
}

#: Words of a paragraph that moved away that are shown.
_MOVED_WORDS = 6

#: How a decision reads that was taken.
DECISIONS = {"keep": "kept", "dismiss": "dismissed", "star": "starred"}


def draw_counts(
    counts: Mapping[str, int],
    noun: str,
    *,
    title: str | None = None,
    total: tuple[str, int] | None = None,
) -> None:
    """Outcomes with their numbers and meanings, in the order of their list, and the sum."""
    rows = [
        (outcome, counts[str(outcome)], MEANINGS[outcome])
        for outcome in Outcome
        if counts.get(str(outcome))
    ]
    columns = ("outcome", f"{noun}#", "meaning")
    output.table(title, columns, rows, last=(*total, "") if total else None)


def draw_list(rows: list[dict[str, Any]]) -> None:
    """Articles, one row each."""
    columns = ("id#", "published", "outlet~", "score#", "verdict", "review", "title")
    is_mixed = len({row["verdict"] for row in rows}) > 1
    output.table(
        None,
        columns,
        [
            (
                row["id"],
                (row["published_at"] or "")[:10] or "unknown",
                row["outlet"],
                "" if row["score"] is None else f"{row['score']:.2f}",
                row["verdict"] if is_mixed else None,
                row["review"],
                _headline(row),
            )
            for row in rows
        ],
    )


def _headline(row: dict[str, Any]) -> Text:
    line = Text(output.plain(row["title"] or row["url"]))
    marks = []
    if row["copy_of"] is not None:
        marks.append(f"copy of {row['copy_of']}")
    if row["revisions"]:
        marks.append(f"edited {output.counted(row['revisions'], 'time')}")
    if row["partial"]:
        marks.append("teaser")
    if marks:
        line.append(f" ({', '.join(marks)})", style="dim")
    return line


def draw_article(record: dict[str, Any]) -> None:
    """Text with matched terms marked, where and when found, also at, revisions, why."""
    output.put(Text(output.plain(record["title"] or "(no headline)"), style="bold"))
    by = ", ".join(record["authors"])
    output.put(Text(output.plain(" · ".join(p for p in (record["outlet"], by) if p)), style="dim"))
    reads = output.counted(record["reads"], "time")
    draw_fields(
        ("address", record["url"]),
        ("section", record["section"]),
        ("free to read", _FREE[record["is_free"]]),
        ("published", _told_at(record, "published_at") or "unknown"),
        ("changed", _told_at(record, "modified_at")),
        ("other times", _other_times(record["dates"])),
        ("first seen", moment(record["first_seen_at"])),
        ("read last", f"{moment(record['read_at'])}, {reads} in all"),
        ("found through", record["source"]),
        ("credited to", credit_of(record)),
        ("also at", _also_at(record)),
        ("other addresses", "\n".join(record["aliases"])),
        ("versions", _versions(record)),
        ("headlines", _headlines(record)),
        ("trifles", _trifles(record)),
        ("live blog", _entries(record["entries"])),
        ("raw page", record["raw"]),
        ("taken down", moment(record["vanished_at"])),
        ("not there", _not_there(record)),
    )
    draw_fields(("copy of", _original(record)))
    for match in record["matches"]:
        _draw_match(match)
    draw_fields(("not judged", _unjudged(record)))
    output.put("")
    _draw_text(record)


def credit_of(record: dict[str, Any]) -> str | None:
    """Whose text it says it is, and where it says so."""
    return record["credit"] and f"{record['credit']} ({record['credit_found']})"


def _also_at(record: dict[str, Any]) -> str | None:
    if not record["copies"]:
        return None
    number = f"{len(record['copies'])}, {record['independent']} independent"
    lines = [f"{one['id']}: {one['outlet']} {one['url']}" for one in record["copies"]]
    return "\n".join([number, *lines])


def moment(raw: str | None) -> str | None:
    """A stored time for reading: to the minute, with the offset that the page gave."""
    if raw is None:
        return None
    when = datetime.fromisoformat(raw)
    zone = "UTC" if when.utcoffset() == UTC.utcoffset(None) else f"{when:%z}"
    return f"{when:%Y-%m-%d %H:%M} {zone}"


def _told_at(record: dict[str, Any], field: str) -> str | None:
    """A time that the page gave, and where it was read."""
    said = moment(record[field])
    source = record["provenance"].get(field)
    return said and (f"{said} ({source})" if source else said)


def _other_times(dates: list[dict[str, Any]]) -> str:
    """What the page says beside the times that were chosen."""
    lines = [_unchosen(date) for date in dates if not date["chosen"]]
    more = len(lines) - SHOWN_TIMES
    return "\n".join(lines[:SHOWN_TIMES] + ([f"and {more} more (--json)"] if more > 0 else []))


def _unchosen(date: dict[str, Any]) -> str:
    said = moment(date["at"]) or repr(date["raw"])
    why = f", {date['why_not']}" if date["why_not"] else ""
    return f"{date['role']} {said} ({date['source']}{why})"


def _entries(entries: list[dict[str, Any]]) -> str | None:
    if not entries:
        return None
    times = [entry["at"] for entry in entries if entry["at"]]
    last = f", the last of {moment(max(times, key=datetime.fromisoformat))}" if times else ""
    return f"{output.counted(len(entries), 'entry', 'entries')}{last}"


def draw_fields(*fields: tuple[str, object]) -> None:
    """Names with their values; what is unknown is left out. Addresses are not broken."""
    for label, value in fields:
        lines = [] if value is None else output.plain(str(value)).splitlines()
        for number, line in enumerate(lines):
            _draw_field("" if number else label, line)


def _draw_field(label: str, line: str) -> None:
    head = Text(f"{label:<{_LABEL}}", style="dim")
    if len(head) > _LABEL or "://" in line:
        output.put_line(head.append(f" {line}" if len(head) > _LABEL else line, style="not dim"))
        return
    _put_field(head, Text(line))


def _put_field(head: Text, said: Text) -> None:
    row = Table.grid()
    row.add_column(width=_LABEL)
    row.add_column(max_width=output.PROSE_WIDTH - _LABEL, overflow="fold")
    row.add_row(head, said)
    output.put(row)


def _original(record: dict[str, Any]) -> str | None:
    why = record["origin_reason"]
    if record["copy_of"] is None:
        return why and f"none; it is the origin: {why}"
    similarity = record["similarity"]
    same = "" if similarity is None else f", {similarity:.0%} the same"
    return f"{record['copy_of']}{same}; the origin: {why}"


def _versions(record: dict[str, Any]) -> str | None:
    versions = record["versions"]
    if len(versions) < 2:
        return None
    return "\n".join(_version(version) for version in versions)


def _version(version: dict[str, Any]) -> str:
    said = f"{version['number']}: seen {moment(version['seen_at'])}"
    if version["words_added"] is not None:
        said += f", {_came_and_went(version)}"
    if version["note"] is None:
        return said
    return f"{said}, {_KINDS[version['note_kind']]}: {version['note']}"


def _came_and_went(counts: dict[str, Any]) -> str:
    words = output.counted(counts["words_added"], "word")
    return f"{words} added, {counts['words_removed']} removed"


def _headlines(record: dict[str, Any]) -> str | None:
    told = record["headlines"]
    if len(told) < 2:
        return None
    return "\n".join(f"since {moment(one['since'])}: {one['title']}" for one in told)


def _trifles(record: dict[str, Any]) -> str | None:
    """Changes that made no version; the text is that of the version."""
    count = record["cosmetic_changes"]
    if not count:
        return None
    return f"{output.counted(count, 'change')} of dates, counters or typography; not kept"


def _not_there(record: dict[str, Any]) -> str | None:
    if not record["gone_reads"]:
        return None
    times = output.counted(record["gone_reads"], "time")
    return f"{times} in a row since {moment(record['gone_since'])}"


def _draw_match(match: dict[str, Any]) -> None:
    forced = ", taken in by hand" if match["forced"] else ""
    draw_fields(
        ("verdict", f"{match['verdict']} for {match['incident']}: {_measured(match)}{forced}"),
        ("decided", _decided(match)),
        ("outside", None if match["in_window"] else _window(match)),
        ("outdated", _OUTDATED.format(**match) if match["is_outdated"] else None),
    )
    reasons = match["reasons"][:SHOWN_REASONS]
    _draw_reasons("why", [one for one in reasons if one["weight"] >= 0], _FOR)
    _draw_reasons("against", [one for one in reasons if one["weight"] < 0], _AGAINST)
    if not reasons:
        draw_fields(("why", "too little speaks for it to be worth listing"))
    draw_fields(
        *(("note", f"{note['at'][:10]} {note['by']}: {note['note']}") for note in match["notes"])
    )


_OUTDATED = (
    "the thresholds have moved since {judged_at:.10}; what judging anew gives:"
    " followup incident learn {incident}"
)


def _measured(match: dict[str, Any]) -> str:
    return (
        f"score {match['score']:.3f}, follow-up from {match['threshold']:.3f},"
        f" candidate from {match['candidate_threshold']:.3f}"
    )


def _decided(match: dict[str, Any]) -> str | None:
    if match["review"] is None:
        return None
    done = DECISIONS[match["review"]]
    return f"{done} by {match['reviewed_by']}, {moment(match['reviewed_at'])}"


def _window(match: dict[str, Any]) -> str:
    since, until = (match[end] and match[end][:10] for end in ("since", "until"))
    return f"of the incident's window, {since or 'any time'} to {until or 'further notice'}"


def _draw_reasons(label: str, reasons: list[dict[str, Any]], style: str) -> None:
    """What a score is the sum of: what speaks for an article, or what speaks against it."""
    if not reasons:
        return
    line = Text()
    for reason in reasons:
        line.append(", " if line else "").append(output.plain(reason["term"]))
        line.append(f" {reason['weight']:+.3f}", style=style)
    _put_field(Text(f"{label:<{_LABEL}}", style="dim"), line)


def _unjudged(record: dict[str, Any]) -> str | None:
    if not record["unjudged"]:
        return None
    said = "" if record["matches"] else "no open incident has judged it yet; "
    slugs = ", ".join(record["unjudged"])
    return f"{said}not judged for {slugs} yet: followup incident learn SLUG --apply"


def _draw_text(record: dict[str, Any]) -> None:
    if record["text"] is None:
        output.say("The text was kept for its time and is gone; address and reasons remain.")
        return
    shown, at = record["text"], 0
    before, after = ("", "") if _has_colours() else ("*", "*")
    text = Text()
    for start, end in record["marks"]:
        text.append(output.plain(shown[at:start]))
        text.append(f"{before}{output.plain(shown[start:end])}{after}", style=_MARKED)
        at = end
    text.append(output.plain(shown[at:]))
    _put_prose(text)


def _has_colours() -> bool:
    """False for a file, a pipe or under NO_COLOR, where stars mark what matched."""
    return output.screen().color_system is not None


def _put_prose(text: Text) -> None:
    width = min(output.screen().width, output.PROSE_WIDTH)
    narrow = Table.grid()
    narrow.add_column(width=width)
    narrow.add_row(Padding(text, (0, 2)))
    output.put(narrow)


def draw_diff(record: dict[str, Any]) -> None:
    """The headline and the outlet's own words first, then what went and came with its context."""
    output.put(Text(output.plain(f"{record['old']['label']}  →  {record['new']['label']}"), "dim"))
    if record["headline"]:
        _put_prose(_spans(record["headline"]))
    for note in record["notes"]:
        _put_prose(Text(output.plain(f"{_KINDS[note['kind']]}: {note['text']}"), style="italic"))
    output.put("")
    if not record["changes"]:
        output.say("The text is the same.")
        return
    output.put(Text(_came_and_went(record), style="dim"))
    _put_prose(_spans(record["changes"]))


def _spans(spans: list[dict[str, Any]]) -> Text:
    line = Text()
    for span in spans:
        before, after, style = _SHOWN[span["op"]]
        said = output.plain(_shortened(span))
        line.append(f"{before}{said}{after} ", style=style)
    return line


#: What stands around a span without colours, and its style.
_SHOWN = {
    "same": ("", "", ""),
    "gap": ("", "", "dim"),
    "deleted": ("[-", "-]", _DELETED),
    "inserted": ("{+", "+}", _INSERTED),
    "moved_away": ("[~moved away: ", "~]", _MOVED),
    "moved_here": ("{~moved here: ", "~}", _MOVED),
}


def _shortened(span: dict[str, Any]) -> str:
    text: str = span["text"]
    words = text.split()
    if span["op"] == "gap":
        return "…"
    if span["op"] == "moved_away" and len(words) > _MOVED_WORDS:
        return " ".join([*words[:_MOVED_WORDS], "…"])
    return text
