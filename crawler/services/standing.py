"""How articles stand with an incident now: review, labels, and what people did to them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from crawler.home import Home
from pipelines.store import incidents, labels, matches
from pipelines.store.matches import Review


@dataclass(frozen=True, slots=True)
class Standing:
    """`review` None: nobody decided; `history` is what was decided and noted, the latest first."""

    review: str | None
    labels: tuple[str, ...]
    history: tuple[Review, ...]


def of_articles(home: Home, ids: Sequence[int], slug: str | None) -> Mapping[int, Standing]:
    """The named articles by id; without `slug` for the incident that each stands best with. One
    that no incident judged is left out. Raises UnknownThing for an incident that is not there."""
    with home.database.read() as conn:
        of = None if slug is None else incidents.get(conn, slug).id
        found = {}
        for id in ids:
            judged = [one for one in matches.of_article(conn, id) if of in (None, one.incident_id)]
            if not judged:
                continue
            one = judged[0]
            put_on = labels.of_articles(conn, one.incident_id, [id])
            done = [r for r in matches.history(conn, id) if r.incident_id == one.incident_id]
            state = None if one.review is None else str(one.review)
            found[id] = Standing(state, put_on.get(id, ()), tuple(reversed(done)))
        return found
