"""Groups in a store are those of the whole collection, whatever happened in which order.

Invented texts with a box under some of them arrive one after the other; some are revised, some
forgotten; processes die between the steps and in the middle of them. What stands in the store in
the end must be what judging every pair of the texts that are left makes of them.
"""

import random
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipelines.items import COMMON_FROM, Article
from pipelines.outcomes import Outcome
from pipelines.stages import copies as placing
from pipelines.store import Database, articles, copies, copy_decisions, forgetting, open_database
from pipelines.store.sketches import has_queued
from tests.pipelines.dedupe.memory_index import all_pairs, joined

NOW = datetime(2014, 12, 20, 12, tzinfo=UTC)
WORDS = [f"{a}{b}{c}" for a in "bdfgklmnprst" for b in "aeiou" for c in ("n", "rd", "st", "lo")]
BOXES = [" ".join(random.Random(length).choices(WORDS, k=length)) for length in (40, 90, 130)]


class Killed(Exception):
    """The process ended in the middle of a transaction."""


def text_of(story: int, cut: str, own: int, box: int | None) -> str:
    """A story, the whole, a part or nothing of it, with words of its own above and a box below."""
    told = random.Random(story)
    words = [told.choice(WORDS) for _ in range(160)]
    part = {"whole": words, "lead": words[:90], "end": words[60:], "none": []}[cut]
    mine = random.Random(f"own {own}")
    above = [mine.choice(WORDS) for _ in range(8 + own % 3 * 40)]
    return " ".join([*above, *part, *([] if box is None else [BOXES[box]])])


drafts = st.builds(
    text_of,
    st.integers(0, 3),
    st.sampled_from(["whole", "whole", "lead", "end", "none"]),
    st.integers(0, 10_000),
    st.sampled_from([None, 0, 1, 2]),
)
titles = st.sampled_from(["Studio keeps its network dark", "Ministry answers at last", None])


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty store, to be copied: making one takes longer than an example."""
    path = tmp_path_factory.mktemp("template") / "followup.db"
    open_database(f"sqlite:///{path}").close()
    return path


@contextmanager
def store(template: Path, folder: Path) -> Iterator[Database]:
    path = folder / "followup.db"
    for old in folder.glob("followup.db*"):
        old.unlink()
    shutil.copy(template, path)
    database = open_database(f"sqlite:///{path}")
    try:
        yield database
    finally:
        database.close()


class Desk:
    """A store and what should be in it, by the articles' names."""

    def __init__(self, database: Database, folder: Path) -> None:
        self.database, self.folder = database, folder
        self.ids: dict[int, int] = {}
        self.left: dict[int, tuple[str | None, str]] = {}
        self.together: set[tuple[int, int]] = set()

    def read(self, name: int, title: str | None, text: str, *, killed: bool) -> None:
        """An article arrives, or a new version of it; without a headline it keeps its own."""
        title = title or self.left.get(name, (None, ""))[0]
        if killed:
            with pytest.raises(Killed):
                self._read(name, title, text, killed=True)
        self.ids[name] = self._read(name, title, text, killed=False)
        self.left[name] = (title, text)

    def _read(self, name: int, title: str | None, text: str, *, killed: bool) -> int:
        url = f"https://lantern.test/{name}"
        new = Article(url, url, title, text)
        with self.database.write() as conn:
            id = self.ids.get(name)
            if id is None:
                key = (f"lantern.test/{name}",)
                id = articles.insert(conn, new, keys=key, outcome=Outcome.STORED, seen_at=NOW)
            else:
                articles.revise(conn, id, new, seen_at=NOW)
            placing.place(conn, id, title, text, now=NOW)
            if killed:
                raise Killed
        return id

    def forget(self, name: int) -> None:
        with self.database.write() as conn:
            forgetting.forget_article(conn, self.ids[name], now=NOW, folder=self.folder)
        del self.ids[name], self.left[name]
        self.together = {pair for pair in self.together if name not in pair}

    def join(self, one: int, other: int) -> None:
        with self.database.write() as conn:
            ids = self.ids[one], self.ids[other]
            copy_decisions.decide(conn, *ids, together=True, by="Ida", now=NOW)
            placing.regroup(conn, ids, now=NOW)
        self.together.add((one, other))

    def groups(self) -> set[frozenset[int]]:
        """The groups in the store when all of the queue is through, by the articles' names."""
        names = {id: name for name, id in self.ids.items()}
        with self.database.write() as conn:
            while placing.settle(conn, now=NOW, most=5):
                pass
            found: dict[int, set[int]] = {}
            for id, place in copies.places(conn, names).items():
                found.setdefault(place.copy_of or id, set()).add(names[id])
            for origin, members in found.items():
                known = articles.get(conn, origin)
                assert (known.copy_of, known.group is None) == (None, len(members) == 1)
        return {frozenset(group) for group in found.values()}

    def wanted(self) -> set[frozenset[int]]:
        pairs = all_pairs(self.left)
        links = [*pairs.items(), *self.together]
        found: dict[int, set[int]] = {}
        for name, lowest in joined(self.left, links).items():
            found.setdefault(lowest, set()).add(name)
        return {frozenset(group) for group in found.values()}


@settings(
    max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture]
)
@given(data=st.data())
def test_groups_are_those_of_the_whole_collection(
    data: st.DataObject, template: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(placing, "MOST_ALONG", data.draw(st.sampled_from([0, 2, 32])))
    with store(template, tmp_path) as database:
        desk = Desk(database, tmp_path)
        count = data.draw(st.integers(2, 2 * COMMON_FROM))
        for name in range(count):
            desk.read(name, data.draw(titles), data.draw(drafts), killed=data.draw(st.booleans()))
            for act in data.draw(
                st.lists(st.sampled_from(["revise", "forget", "join"]), max_size=1)
            ):
                there = st.sampled_from(sorted(desk.left))
                if act == "revise":
                    title, text = data.draw(titles), data.draw(drafts)
                    desk.read(data.draw(there), title, text, killed=data.draw(st.booleans()))
                elif act == "forget" and len(desk.left) > 1:
                    desk.forget(data.draw(there))
                elif act == "join" and (one := data.draw(there)) != (other := data.draw(there)):
                    desk.join(one, other)
        assert desk.groups() == desk.wanted()


OUTLETS = COMMON_FROM + 2


def scenario() -> list[tuple[str | None, str]]:
    """A story at more outlets than make a passage common, an excerpt of it, pages with a box under
    the text, and pages that are hardly more than a box."""
    title = "Studio keeps its network dark"
    carried = [(title, text_of(0, "whole", 3 * n, None)) for n in range(OUTLETS)]
    excerpt = [(title, text_of(0, "lead", 1, None))]
    boxed = [(f"Ministry answers {n}", text_of(10 + n, "whole", 3 * n, 1)) for n in range(14)]
    empty = [(None, text_of(0, "none", 3 * n, 2)) for n in range(14)]
    return [*carried, *excerpt, *boxed, *empty]


@pytest.mark.parametrize("seed", range(3))
def test_what_becomes_common_later_is_as_if_it_always_was(
    database: Database, tmp_path: Path, seed: int
) -> None:
    desk, told = Desk(database, tmp_path), list(enumerate(scenario()))
    random.Random(seed).shuffle(told)
    for name, (title, text) in told:
        desk.read(name, title, text, killed=False)
    groups = desk.groups()
    assert groups == desk.wanted()
    assert [group for group in groups if len(group) > 1] == [frozenset(range(OUTLETS + 1))]


def test_what_was_common_is_not_when_others_are_forgotten(
    database: Database, tmp_path: Path
) -> None:
    desk = Desk(database, tmp_path)
    for name in range(COMMON_FROM):
        desk.read(name, None, text_of(0, "none", 3 * name, 2), killed=False)
    assert all(len(group) == 1 for group in desk.groups())
    desk.forget(5)
    assert desk.groups() == desk.wanted() == {frozenset(desk.left)}


def test_a_persons_word_that_two_are_apart_holds_in_any_order(
    database: Database, tmp_path: Path
) -> None:
    desk, text = Desk(database, tmp_path), text_of(0, "whole", 0, None)
    for name in range(3):
        desk.read(name, None, text, killed=False)
    with database.write() as conn:
        copy_decisions.decide(conn, desk.ids[0], desk.ids[2], together=False, by="Ida", now=NOW)
        placing.regroup(conn, [desk.ids[0]], now=NOW)
    desk.read(3, None, text, killed=False)
    desk.read(1, None, text + " More of it.", killed=False)
    groups = desk.groups()
    assert len(groups) == 2
    assert not any({0, 2} <= group for group in groups)
    with database.read() as conn:
        assert not has_queued(conn)
