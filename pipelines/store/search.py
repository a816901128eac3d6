"""The full-text index: what goes in, and the conditions by which a query asks it.

One normal form of text is indexed and asked for on both databases (`folding`), so both find the
same articles. SQLite has one FTS5 table with a column for each field, PostgreSQL one tsvector with
a weight for each.
"""

from collections.abc import Iterable, Sequence
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Select,
    and_,
    column,
    func,
    literal,
    literal_column,
    not_,
    or_,
    select,
    table,
    text,
)

from pipelines.store.folding import folded
from pipelines.store.query import All, Either, Field, Not, Tree, Words
from pipelines.store.schema import article


def add(
    conn: Connection,
    article_id: int,
    *,
    title: str | None,
    text: str,
    outlet: str | None,
    authors: Iterable[str],
) -> None:
    """Puts an article into the full-text index; what was there of it must be removed before."""
    fields = {
        "title": folded(title or ""),
        "text": folded(text),
        "outlet": folded(outlet or ""),
        "authors": folded("\n".join(authors)),
    }
    conn.execute(_INSERT[conn.dialect.name], {"id": article_id, **fields})


def remove(conn: Connection, article_ids: Iterable[int]) -> None:
    """Takes articles out of the full-text index."""
    for id in article_ids:
        conn.execute(_DELETE[conn.dialect.name], {"id": id})


_INSERT = {
    "sqlite": text(
        "INSERT INTO article_search (rowid, title, text, outlet, authors)"
        " VALUES (:id, :title, :text, :outlet, :authors)"
    ),
    "postgresql": text(
        "INSERT INTO article_search (article_id, document) VALUES (:id,"
        " setweight(to_tsvector('simple', :title), 'A')"
        " || setweight(to_tsvector('simple', :text), 'D')"
        " || setweight(to_tsvector('simple', :outlet), 'C')"
        " || setweight(to_tsvector('simple', :authors), 'B'))"
    ),
}
_DELETE = {
    "sqlite": text("DELETE FROM article_search WHERE rowid = :id"),
    "postgresql": text("DELETE FROM article_search WHERE article_id = :id"),
}


def named(outlet: str) -> ColumnElement[bool]:
    """The condition that an article's outlet has a name, in any case of ASCII letters: SQLite's
    lower() knows no others."""
    return or_(article.c.outlet == outlet, func.lower(article.c.outlet) == outlet.lower())


# ------------------------------------------------------------------------------------------- asking


def is_words(tree: Tree) -> bool:
    """True for a tree of words alone, which the index can be asked for at once: something must
    stand in an article, whatever else must not."""
    match tree:
        case Words():
            return True
        case Either(parts):
            return all(map(is_words, parts))
        case All(parts):
            wanted = [part for part in parts if not isinstance(part, Not)]
            unwanted = [part.part for part in parts if isinstance(part, Not)]
            return bool(wanted) and all(map(is_words, (*wanted, *unwanted)))
        case _:
            return False


def holding(dialect: str, tree: Tree) -> Select[Any]:
    """Ids of the articles that hold the words of such a tree."""
    if dialect == "sqlite":
        return select(_FTS5.c.rowid).where(_FTS5_ITSELF.op("MATCH")(_expression(tree)))
    return select(_TSVECTOR.c.article_id).where(_condition(tree))


def is_among(dialect: str, tree: Tree, id: ColumnElement[int]) -> ColumnElement[bool]:
    """The condition that an article is one that holds them, to be asked of many: all that hold
    them are gathered first."""
    return id.in_(holding(dialect, tree))


def holds(dialect: str, tree: Tree, id: ColumnElement[int]) -> ColumnElement[bool]:
    """The condition that one article holds them, to be asked of a few."""
    key = _FTS5.c.rowid if dialect == "sqlite" else _TSVECTOR.c.article_id
    return holding(dialect, tree).where(key == id).correlate_except(_FTS5, _TSVECTOR).exists()


_FTS5 = table("article_search", column("rowid"))
_FTS5_ITSELF: ColumnElement[str] = literal_column("article_search")
_TSVECTOR = table("article_search", column("article_id"), column("document"))


def _expression(tree: Tree) -> str:
    """A tree of words in the language of FTS5 (fts5.html, 3)."""
    match tree:
        case Words(words, field):
            phrase = f'"{" ".join(words)}"'
            return phrase if field is None else f"{field} : {phrase}"
        case Either(parts):
            return "(" + " OR ".join(map(_expression, parts)) + ")"
        case All(parts):
            wanted = [_expression(part) for part in parts if not isinstance(part, Not)]
            unwanted = [_expression(part.part) for part in parts if isinstance(part, Not)]
            found = " AND ".join(wanted)
            return f"(({found}) NOT ({' OR '.join(unwanted)}))" if unwanted else f"({found})"
    raise TypeError(f"{tree!r} is not of words")


def _condition(tree: Tree) -> ColumnElement[bool]:
    """A tree of words as a condition on a tsvector."""
    match tree:
        case Words(words, None) if len(words) == 1 and "'" not in words[0]:
            return _is_in(_TSVECTOR.c.document, words)
        case Words(words, None):
            # The fields follow each other in one vector; a phrase must not run from one into the
            # next.
            fields = or_(*(_is_in(_of_weight(weight), words) for weight in _WEIGHTS.values()))
            return and_(_is_in(_TSVECTOR.c.document, words), fields)
        case Words(words, Field() as field):
            filtered = _of_weight(_WEIGHTS[field])
            return and_(_is_in(_TSVECTOR.c.document, words), _is_in(filtered, words))
        case Either(parts):
            return or_(*map(_condition, parts))
        case All(parts):
            return and_(*map(_condition, parts))
        case Not(part):
            return not_(_condition(part))
    raise TypeError(f"{tree!r} is not of words")


_WEIGHTS = {Field.TITLE: "a", Field.AUTHORS: "b", Field.OUTLET: "c", Field.TEXT: "d"}


def _of_weight(weight: str) -> ColumnElement[Any]:
    return func.ts_filter(_TSVECTOR.c.document, literal_column(f"'{{{weight}}}'::\"char\"[]"))


def _is_in(document: ColumnElement[Any], words: Sequence[str]) -> ColumnElement[bool]:
    asked = func.phraseto_tsquery(literal_column("'simple'::regconfig"), literal(" ".join(words)))
    return document.op("@@")(asked)
