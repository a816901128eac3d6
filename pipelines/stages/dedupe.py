"""Dedupe: what an article repeats of what is stored."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from pipelines import dedupe
from pipelines.clean.whole import is_closed
from pipelines.items import Article, Change, Compared, Duplicate, DuplicateKind, Judged
from pipelines.outcomes import Outcome, page_outcome
from pipelines.stages import identity
from pipelines.stages.session import Stage
from pipelines.stages.verdicts import is_taken
from pipelines.store import Connection, articles, copies
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
    best = dedupe.copies_of(found, article.text, StoredSketches(conn))
    return Compared(item, best[0] if best else None, hashes=found.hashes, last_id=last_id)


@dataclass(frozen=True, slots=True)
class _Candidate:
    """A stored article as `dedupe` looks at it."""

    shared: int
    sampled: int
    title: str | None
    text: str | None


class StoredSketches:
    """The sketches of a store, as `dedupe` looks them up and keeps them."""

    def __init__(self, conn: Connection) -> None:
        self._conn = conn

    def shared(self, hashes: Sequence[int], cap: int) -> Mapping[int, int]:
        """See `dedupe.Sketches`."""
        return copies.shared_sketch(self._conn, hashes, cap)

    def same_text(self, text: str) -> Sequence[int]:
        """See `dedupe.Sketches`."""
        return copies.same_text(self._conn, text)

    def candidates(self, shared: Mapping[int, int]) -> Mapping[int, _Candidate]:
        """See `dedupe.Sketches`."""
        return {
            id: _Candidate(shared[id], known.sampled, known.title, known.text)
            for id, known in copies.sketched(self._conn, shared).items()
        }

    def add(self, article_id: int, hashes: Sequence[int]) -> None:
        """See `dedupe.CopyIndex`."""
        copies.sketch_add(self._conn, article_id, hashes)


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
        hashes = dedupe.sketch(article.text, article.title).hashes
        return Compared(item, same, revises=is_taken(item), hashes=hashes)
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
    hashes = dedupe.sketch(article.text, article.title).hashes if revises else ()
    return Compared(item, same, revises=revises, hashes=hashes, change=change)
