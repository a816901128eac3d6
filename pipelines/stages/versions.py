"""What is written down of a version of an article beside its text: its outlet's own words on it,
and how much changed."""

from pipelines import dedupe
from pipelines.items import Article
from pipelines.store import Connection, texts
from pipelines.store.articles import Revised
from pipelines.store.known import Known


def note_first(conn: Connection, id: int, article: Article) -> None:
    """Of a new article: a correction can stand in it when it is first read."""
    if (note := _told(article.text, None)) is not None:
        texts.annotate(conn, id, 1, note=note, words=None)


def note_version(
    conn: Connection, id: int, known: Known, article: Article, revised: Revised
) -> None:
    """Of a version that took the place of `known`'s, or came after it."""
    if revised.completed or known.text is None:
        texts.annotate(conn, id, revised.number, note=_told(article.text, None), words=None)
        return
    words = dedupe.changed_words(dedupe.diff(known.text, article.text))
    note = _told(article.text, known.text)
    texts.annotate(conn, id, revised.number, note=note, words=words)


def _told(text: str, before: str | None) -> tuple[str, str] | None:
    note = dedupe.note_in(text, before)
    return None if note is None else (note.text, str(note.kind))
