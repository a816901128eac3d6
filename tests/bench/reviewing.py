"""What ten answers of a reviewer are worth: ``following.py --review``.

For every story an incident is made of its earliest articles in a home that holds the whole set. The
product names articles to ask about, all at once or one after the other as it learns; their true
answers are given as decisions by hand; it learns, and judges what is stored anew. F1 at its own
verdict is measured before and after on the same articles, those that were not asked about, over the
stories that have one among them.
"""

import json
import tempfile
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from unittest import mock

from crawler.config import read_config
from crawler.home import Home, open_home
from crawler.services import incidents, ingest, judging, learning
from crawler.services.taking import is_follow_up, take_in
from pipelines.dates import iso
from pipelines.incident import Incident, Seed
from pipelines.items import Article
from pipelines.outcomes import Verdict
from pipelines.relevance import derive, features
from pipelines.store import holdings, matches
from pipelines.store import incidents as store
from pipelines.store.matches import Decision

ASKED = 10


@dataclass(frozen=True)
class Reviewed:
    """A story before and after its review: F1, and how many of the answers were yes."""

    before: float
    after: float
    kept: int


@contextmanager
def holding(articles: Sequence[tuple[str, Article]]) -> Iterator[tuple[Home, list[int]]]:
    """A home with the articles, which an incident of another story brought in; with their ids."""
    with ExitStack() as stack:
        # Texts are read again and again, by the same rules.
        remembered = lru_cache(maxsize=None)(features.read_features)
        for room in ("matching", "learning"):
            patch = mock.patch(f"pipelines.relevance.{room}.read_features", remembered)
            stack.enter_context(patch)
        stack.enter_context(mock.patch("pipelines.relevance.read_features", remembered))
        folder = Path(stack.enter_context(tempfile.TemporaryDirectory()))
        home = stack.enter_context(open_home(read_config({"FOLLOWUP_HOME": str(folder)})))
        stored = folder / "articles.jsonl"
        stored.write_text("".join(_line(n, article) for n, (_, article) in enumerate(articles)))
        incidents.add(home, _incident("first", [articles[0][1]]))
        report = ingest.run(home, "first", [stored], tell=print)
        incidents.set_open(home, "first", False)
        if len(report.articles) != len(articles):
            raise ValueError(f"{len(articles)} articles, {len(report.articles)} stored")
        yield home, report.articles


def _line(number: int, article: Article) -> str:
    row = {
        "id": str(number),
        "url": f"https://wire.example/{number}",
        "title": article.title,
        "text": article.text,
        "published_at": iso(article.published_at),
        "language": article.language,
    }
    return json.dumps(row) + "\n"


def _incident(slug: str, seeds: Sequence[Article]) -> Incident:
    given = tuple(Seed(seed.text, title=seed.title, language=seed.language) for seed in seeds)
    return Incident(slug, slug, derive(given), seeds=given)


def review(
    home: Home, ids: Sequence[int], articles: Sequence[tuple[str, Article]], story: str,
    seeds: int, *, one_by_one: bool,
) -> Reviewed | None:  # fmt: skip
    """One story; None where all of its articles were asked about."""
    its_own = [place for place, (name, _) in enumerate(articles) if name == story]
    slug = f"story-{its_own[0]}-{seeds}-{int(one_by_one)}"
    made = _incident(slug, [articles[place][1] for place in its_own[:seeds]])
    incidents.add(home, made, incidents.back_test(home, made))
    true = {id: name == story for id, (name, _) in zip(ids, articles, strict=True)}
    first = {ids[place] for place in its_own[:seeds]}
    before = _taken(home, slug, ids)
    answers: dict[int, bool] = {}
    while len(answers) < ASKED:
        asked = [one.id for one in learning.learn(home, slug, seen=incidents.silent).ask]
        new = [id for id in asked if id not in first][: 1 if one_by_one else ASKED]
        if not new:
            break
        for id in new:
            _decide(home, slug, id, true[id])
        answers.update((id, true[id]) for id in new)
        learning.relearn(home, slug)
        judging.judge_anew(home, slug)
        if not one_by_one:
            break
    after = _taken(home, slug, ids)
    incidents.set_open(home, slug, False)
    rest = [id for id in ids if id not in answers and id not in first]
    right = [true[id] for id in rest]
    if not any(right):
        return None
    return Reviewed(
        _f1([id in before for id in rest], right),
        _f1([id in after for id in rest], right),
        sum(answers.values()),
    )


def _decide(home: Home, slug: str, id: int, is_right: bool) -> None:
    """As `articles mark` does, without learning from each."""
    decision = Decision.KEEP if is_right else Decision.DISMISS
    with home.database.write() as conn:
        chosen = store.get(conn, slug)
        matches.decide(
            conn, id, chosen.id or 0, decision, note=None, by="bench", now=home.now()
        )  # fmt: skip
        if is_right and not is_follow_up(conn, id, chosen):
            take_in(conn, id, chosen, home.now())


def _taken(home: Home, slug: str, ids: Sequence[int]) -> set[int]:
    """The follow-ups as the product judges; what was decided is not asked for."""
    with home.database.read() as conn:
        held = holdings.read(conn, ids, store.get(conn, slug).id)
    return {each.id for each in held if each.view and each.view.verdict is Verdict.FOLLOW_UP}


def _f1(taken: Sequence[bool], right: Sequence[bool]) -> float:
    hits = sum(one and other for one, other in zip(taken, right, strict=True))
    return 2 * hits / ((sum(taken) + sum(right)) or 1)


def line(
    home: Home, ids: Sequence[int], articles: Sequence[tuple[str, Article]],
    stories: Sequence[str], seeds: int, *, one_by_one: bool,
) -> str:  # fmt: skip
    """One line of the table: means over the stories."""
    every = [review(home, ids, articles, each, seeds, one_by_one=one_by_one) for each in stories]
    found = [one for one in every if one is not None]
    before = sum(one.before for one in found) / len(found)
    after = sum(one.after for one in found) / len(found)
    kept = sum(one.kept for one in found) / len(found)
    return f"{before:.3f}  {after:.3f}  {after - before:+.3f}  {kept:4.1f}  {len(found):3}"
