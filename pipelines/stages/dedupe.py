"""Dedupe: what an article repeats of what is stored."""

from pipelines import dedupe
from pipelines.clean.whole import is_closed
from pipelines.items import Article, Change, Compared, Duplicate, DuplicateKind, Judged
from pipelines.outcomes import Outcome, page_outcome
from pipelines.stages import identity
from pipelines.stages.copies import StoredIndex
from pipelines.stages.session import Stage
from pipelines.stages.verdicts import is_taken
from pipelines.store import Connection, articles
from pipelines.store.known import Known


class Dedupe(Stage):
    """Judged -> Compared: the same article, a copy of another, or new."""

    def process_item(self, item: Judged) -> Compared:
        """What the article repeats of what is stored."""
        with self.session.database.read() as conn:
            return compare(conn, item)


def compare(conn: Connection, item: Judged) -> Compared:
    """What the article repeats of what the store holds in this transaction."""
    article = item.cleaned.article
    if article is None:
        return Compared(item)
    last_id = articles.last_id(conn)
    known = identity.find(conn, article, item.cleaned.page)
    if known is not None:
        return _read_again(conn, item, article, known)
    if page_outcome(j.verdict for j in item.relevance) not in _COMPARED:
        return Compared(item, last_id=last_id)
    found = dedupe.sketch(article.text, article.title)
    new = dedupe.Text(None, article.title, found)
    best = dedupe.copies_of(new, StoredIndex(conn), article.text)
    return Compared(item, best[0] if best else None, sketch=found, last_id=last_id)


#: What no incident takes is not compared: nobody counts its copies.
_COMPARED = frozenset({Outcome.STORED, Outcome.CANDIDATE})


def _read_again(conn: Connection, item: Judged, article: Article, known: Known) -> Compared:
    """A second reading of a stored article. Only its own address can revise it: an AMP twin says
    the same in other words, and would take turns with it for ever. What was read at a twin's gives
    way to what is read at its own; a twin can only complete it."""
    same = Duplicate(known.id, DuplicateKind.URL, 1.0)
    page = item.cleaned.page
    completes = known.partial and not article.partial
    is_at_home = identity.is_own(known, page) or identity.moves_home(conn, known, article, page)
    if not is_at_home and not completes:
        return Compared(item, same)
    if known.text is None:  # kept for its time; it is needed again where an incident takes it now
        found = dedupe.sketch(article.text, article.title or known.title)
        return Compared(item, same, revises=is_taken(item), sketch=found)
    change = dedupe.change_between(
        known.title,
        known.text,
        article.title,
        article.text,
        closed=not page.body or is_closed(page.body),
    )
    if article.partial and not known.partial:
        change = Change.CUT
    revises = change is Change.REVISED or completes
    new = dedupe.sketch(article.text, article.title or known.title) if revises else None
    return Compared(item, same, revises=revises, sketch=new, change=change)
