"""Keeps what lists are made of in step with the articles: lines, and counts of lines.

Triggers (migration 0012) note each article of which something changed that lists show or narrow by,
whoever changed it; `settle` makes its lines anew before the transaction ends. So the counts are
right after kill -9 at any moment, and no writer needs to know of lists. An article's lines are one
in the list of all and one for each incident that it is not off topic for.

Cost: one look at an empty table for a transaction that changed none; about half a millisecond for
one that stores an article.
"""

from sqlalchemy import Connection, TextClause, text

#: Under which lock PostgreSQL's transactions count, one after the other.
_COUNTING_LOCK = 0x466F6C6C6F774C73
#: The score of a line that no incident has an opinion of; it stands behind all others.
NO_SCORE = -1_000_000.0

_OWN = "(m.verdict <> 'off_topic' OR m.review IS NOT NULL OR m.forced)"
_TAKEN = "(f.review IN ('keep', 'star') OR (f.review = '' AND f.verdict = 'follow_up'))"
_OUTDATED = "article_id IN (SELECT article_id FROM to_list)"

#: What of an article, of a match m, tells which lines it is alike with.
_KEYS = {
    "source_id": "coalesce(a.source_id, 0)",
    "outlet": "coalesce(a.outlet, '')",
    "language": "coalesce(a.language, '')",
    "verdict": "coalesce(m.verdict, 'off_topic')",
    "review": "coalesce(m.review, '')",
    "copied": "a.group_id IS NOT NULL",
    "changed": "CASE WHEN a.vanished_at IS NOT NULL THEN 'vanished' WHEN EXISTS (SELECT 1 FROM"
    " revision r WHERE r.article_id = a.id AND r.number > 1) THEN 'edited' ELSE 'no' END",
}
#: The lists' own opinion, and that of the incident with which an article stands best.
_OF_INCIDENT = f'article a JOIN "match" m ON m.article_id = a.id AND {_OWN}'
_OF_ALL = f"""article a LEFT JOIN "match" m ON m.article_id = a.id AND m.incident_id = (
    SELECT m.incident_id FROM "match" m WHERE m.article_id = a.id AND {_OWN}
    ORDER BY CASE WHEN m.review IN ('keep', 'star') THEN 0 WHEN m.review = 'dismiss' THEN 4
        WHEN m.verdict = 'follow_up' THEN 1 WHEN m.verdict = 'candidate' THEN 2
        WHEN m.verdict = 'out_of_window' THEN 3 ELSE 5 END, m.score DESC, m.incident_id
    LIMIT 1)"""
_DAY = {
    # Shifted by ten million days, as SQLite's division cuts off towards zero.
    "sqlite": "((l.{} + 864000000000000000) / 86400000000 - 10000000)",
    "postgresql": "CAST(floor(extract(epoch FROM l.{}) / 86400) AS INTEGER)",
}


def settle(conn: Connection) -> None:
    """Brings lists up to date with what this transaction changed so far."""
    if conn.exec_driver_sql("SELECT 1 FROM to_list LIMIT 1").first() is None:
        return
    if conn.dialect.name == "postgresql":
        conn.exec_driver_sql(f"SELECT pg_advisory_xact_lock({_COUNTING_LOCK})")
    for statement in _SETTLE[conn.dialect.name]:
        conn.execute(statement)


def make_anew(conn: Connection) -> None:
    """Throws all lines and counts away and makes them again; minutes for millions of articles."""
    for table in ("listed", "facet_count", *_BY_DAY, "to_list"):
        conn.exec_driver_sql(f"DELETE FROM {table}")
    conn.exec_driver_sql("INSERT INTO to_list (article_id) SELECT id FROM article")
    settle(conn)


def _count(sign: str, dialect: str) -> list[str]:
    """Adds the lines of the outdated articles to the counts, or takes them off."""
    day, seen_day = (_DAY[dialect].format(name) for name in ("listed_at", "first_seen_at"))
    lines = "listed l JOIN facet_count f ON f.id = l.facet_id"
    return [
        f"UPDATE facet_count SET n = facet_count.n {sign} d.n FROM"
        f" (SELECT facet_id, count(*) AS n FROM listed WHERE {_OUTDATED} GROUP BY facet_id) AS d"
        " WHERE d.facet_id = facet_count.id",
        "INSERT INTO day_count (incident_id, day, verdict, review, n)"
        f" SELECT l.incident_id, {day}, f.verdict, f.review, {sign}count(*) FROM {lines}"
        f" WHERE l.{_OUTDATED} GROUP BY 1, 2, 3, 4 ON CONFLICT"
        " (incident_id, day, verdict, review) DO UPDATE SET n = day_count.n + excluded.n",
        "INSERT INTO coverage_count (incident_id, outlet, day, seen_day, n)"
        f" SELECT l.incident_id, f.outlet, {day}, {seen_day}, {sign}count(*) FROM {lines}"
        f" WHERE l.{_OUTDATED} AND l.incident_id <> 0 AND {_TAKEN} GROUP BY 1, 2, 3, 4 ON CONFLICT"
        " (incident_id, outlet, day, seen_day) DO UPDATE SET n = coverage_count.n + excluded.n",
        "INSERT INTO known_count (incident_id, day, seen_day, n)"
        f" SELECT l.incident_id, {day}, {seen_day}, {sign}count(*) FROM {lines}"
        f" WHERE l.{_OUTDATED} AND l.incident_id <> 0 AND {_TAKEN} GROUP BY 1, 2, 3 ON CONFLICT"
        " (incident_id, day, seen_day) DO UPDATE SET n = known_count.n + excluded.n",
    ]


def _list(incident: str, of_incident: str, rows: str) -> list[str]:
    """Writes the lines of the outdated articles, and of what kind they are where that is new."""
    names, values = ", ".join(_KEYS), ", ".join(_KEYS.values())
    same = " AND ".join(f"f.{name} = ({value})" for name, value in _KEYS.items())
    return [
        f"INSERT INTO facet_count (incident_id, {names}, n) SELECT DISTINCT {incident}, {values}, 0"
        f" FROM {rows} WHERE a.id IN (SELECT article_id FROM to_list) ON CONFLICT DO NOTHING",
        "INSERT INTO listed (article_id, incident_id, of_incident_id, facet_id, listed_at,"
        " first_seen_at, score, group_id, is_copy)"
        f" SELECT a.id, {incident}, {of_incident}, f.id, a.listed_at, a.first_seen_at,"
        f" coalesce(m.score, {NO_SCORE}), a.group_id, a.copy_of IS NOT NULL"
        f" FROM {rows} JOIN facet_count f ON f.incident_id = {incident} AND {same}"
        " WHERE a.id IN (SELECT article_id FROM to_list)",
    ]


def _settle(dialect: str) -> list[TextClause]:
    steps = [
        *_count("-", dialect),
        f"DELETE FROM listed WHERE {_OUTDATED}",
        *_list("m.incident_id", "m.incident_id", _OF_INCIDENT),
        *_list("0", "m.incident_id", _OF_ALL),
        *_count("+", dialect),
        *(f"DELETE FROM {name} WHERE n = 0" for name in ("facet_count", *_BY_DAY)),
        "DELETE FROM to_list",
    ]
    return [text(step) for step in steps]


_BY_DAY = ("day_count", "coverage_count", "known_count")
_SETTLE = {dialect: _settle(dialect) for dialect in ("sqlite", "postgresql")}


# ----------------------------------------------------------------------------- are they in step?


def differences(conn: Connection) -> int:
    """How many lines and counts are not as the articles say; 0 unless something is broken. Reads
    everything: minutes for millions of articles."""
    return sum(int(conn.execute(each).scalar_one()) for each in _DIFFERENCES[conn.dialect.name])


def _apart(one: str, other: str) -> str:
    """Counts rows that only one of two queries gives."""
    return (
        f"SELECT (SELECT count(*) FROM ({one} EXCEPT {other}) AS e)"
        f" + (SELECT count(*) FROM ({other} EXCEPT {one}) AS e)"
    )


def _checks(dialect: str) -> list[TextClause]:
    names, values = ", ".join(_KEYS), ", ".join(_KEYS.values())
    own = (
        "a.id, {0}, m.incident_id, a.listed_at, a.first_seen_at, a.group_id, a.copy_of IS NOT NULL"
    )
    wanted = " UNION ALL ".join(
        f"SELECT {own.format(incident)}, coalesce(m.score, {NO_SCORE}), {values} FROM {rows}"
        for incident, rows in (("m.incident_id", _OF_INCIDENT), ("0", _OF_ALL))
    )
    # A source that was removed leaves its number behind.
    kinds = names.replace("source_id", "coalesce((SELECT id FROM source WHERE id = source_id), 0)")
    found = (
        "SELECT l.article_id, l.incident_id, l.of_incident_id, l.listed_at, l.first_seen_at,"
        f" l.group_id, l.is_copy, l.score, {kinds}"
        " FROM listed l JOIN facet_count f ON f.id = l.facet_id AND f.incident_id = l.incident_id"
    )
    day, seen_day = (_DAY[dialect].format(name) for name in ("listed_at", "first_seen_at"))
    lines = "FROM listed l JOIN facet_count f ON f.id = l.facet_id"
    counts = (
        ("SELECT id, n FROM facet_count", "SELECT facet_id, count(*) FROM listed GROUP BY 1"),
        (
            "SELECT incident_id, day, verdict, review, n FROM day_count",
            f"SELECT l.incident_id, {day}, f.verdict, f.review, count(*) {lines}"
            " GROUP BY 1, 2, 3, 4",
        ),
        (
            "SELECT incident_id, outlet, day, seen_day, n FROM coverage_count",
            f"SELECT l.incident_id, f.outlet, {day}, {seen_day}, count(*) {lines}"
            f" WHERE l.incident_id <> 0 AND {_TAKEN} GROUP BY 1, 2, 3, 4",
        ),
        (
            "SELECT incident_id, day, seen_day, n FROM known_count",
            f"SELECT l.incident_id, {day}, {seen_day}, count(*) {lines}"
            f" WHERE l.incident_id <> 0 AND {_TAKEN} GROUP BY 1, 2, 3",
        ),
    )
    wanted = f"SELECT * FROM ({wanted}) AS w"
    return [text(_apart(one, other)) for one, other in ((wanted, found), *counts)]


_DIFFERENCES = {dialect: _checks(dialect) for dialect in ("sqlite", "postgresql")}
