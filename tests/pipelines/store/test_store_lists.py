"""Lists: what a query finds, every line exactly once, counts as counting gives them."""

from collections import Counter
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from itertools import count
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import Connection

from pipelines.errors import BadInput
from pipelines.incident import Incident, Profile, Source, SourceKind
from pipelines.items import Article, Relevance
from pipelines.outcomes import Outcome, Verdict
from pipelines.store import (
    Database,
    articles,
    deeds,
    facets,
    incidents,
    listing,
    matches,
    relisting,
    sources,
)
from pipelines.store.listing import Order
from pipelines.store.matches import Decision
from pipelines.store.narrowing import Selection, checked
from pipelines.store.query import parse_query
from pipelines.store.schema import article as article_table
from pipelines.store.schema import copy_group, revision
from pipelines.store.schema import match as match_table
from pipelines.urls import canonical_key
from tests.pipelines.store import asked

NOW = datetime(2014, 12, 20, 12, tzinfo=UTC)
DAY = timedelta(days=1)


def put(conn: Connection, name: str, said: str = "Nothing much.", **told: object) -> int:
    url = f"https://{told.pop('host', 'lantern.test')}/{name}"
    source_id = told.pop("source_id", None)
    seen_at = told.pop("seen_at", NOW)
    new = Article(url, url, text=said, **{"title": name, **told})  # type: ignore[arg-type]
    return articles.insert(
        conn, new, keys=(canonical_key(url),), outcome=Outcome.STORED,
        seen_at=seen_at, source_id=source_id,
    )  # type: ignore[arg-type]  # fmt: skip


def begin(conn: Connection, slug: str = "harbour-fire") -> int:
    profile = Profile(terms=(), languages=("en",), threshold=0.2, candidate_threshold=0.1)
    return incidents.add(conn, Incident(slug, slug, profile), NOW)


def judge(
    conn: Connection, id: int, incident_id: int, verdict: Verdict, score: float = 0.3
) -> None:
    matches.save(conn, id, [Relevance(incident_id, score, verdict)], now=NOW)


def group(conn: Connection, origin: int, *copies: int) -> None:
    made = copy_group.insert().values(created_at=NOW).returning(copy_group.c.id)
    group_id = conn.execute(made).scalar_one()
    for id in (origin, *copies):
        of = None if id == origin else origin
        values = {"group_id": group_id, "copy_of": of}
        conn.execute(article_table.update().where(article_table.c.id == id).values(**values))


def vanish(conn: Connection, id: int) -> None:
    gone = article_table.update().where(article_table.c.id == id)
    conn.execute(gone.values(vanished_at=NOW))


# ------------------------------------------------------------------------------------------ queries

#: Article, title, text, author, outlet, day of December.
SHELF = (
    ("fire", "Fire at the harbour", "Cranes burned. Don't panic, said Ms Lee.", "Ada Lee",
     "The Lantern", 17),
    ("talks", "Talks go on", "The harbour fire was talked about over café crème.", "Bo Kim",
     "Evening Bulletin", 18),
    ("zh", "索尼影业遭到攻击", "网络瘫痪，公司没有评论。", "王小明", "东岸评论", 19),
    ("ja", "ソニーの映画が中止", "東京で発表された。", "山田花子", "東海新聞", 19),
    ("ko", "소니 영화 개봉 취소", "북한은 부인했다. harbour", "김민수", "한강일보", 21),
    ("ru", "Пожар в порту", "Ёлка и порт. Причина неизвестна.", "Иван Петров", "Маяк", 22),
)  # fmt: skip

QUERIES = (
    ("harbour", "fire ko talks"),
    ("HARBOUR fire", "fire talks"),
    ('"harbour fire"', "talks"),
    ('"fire harbour"', ""),
    ("“harbour fire”", "talks"),
    ('"fire cranes"', ""),  # a phrase runs from no field into the next
    ('"harbour cranes"', ""),
    ("fire OR 索尼", "fire talks zh"),
    ("harbour -fire", "ko"),
    ("harbour !fire", "ko"),
    ("-harbour", "ja ru zh"),
    ("-(harbour OR 索尼)", "ja ru"),
    ("harbour -(fire OR 북한)", ""),
    ("intitle:fire", "fire"),
    ("intext:fire", "talks"),
    ('intitle:"the harbour"', "fire"),
    ("-intitle:fire harbour", "ko talks"),
    ("author:lee", "fire"),
    ("author:'ada lee'", "fire"),
    ('author:"lee ada"', ""),
    ("intext:lee", "fire"),
    ("outlet:lantern", "fire"),
    ("outlet:'evening bulletin'", "talks"),
    ("outlet:lantern.test", "fire ja ko ru talks"),
    ("outlet:east.test", "zh"),
    ("cafe", "talks"),
    ("CAFÉ", "talks"),
    ("don't", "fire"),
    ("don’t", "fire"),
    ("索尼影业", "zh"),
    ("影业遭到", "zh"),
    ('"网络 公司"', ""),
    ("没有评论 索尼", "zh"),
    ("intitle:网络", ""),
    ("author:王小明", "zh"),
    ("outlet:東海", "ja"),
    ("ソニー", "ja"),
    ("映画 -中止", ""),
    ("소니", "ko"),
    ("(소니 OR ソニー OR 索尼)", "ja ko zh"),
    ("（소니 OR ソニー）", "ja ko"),
    ("intext:북한", "ko"),
    ("ёлка", "ru"),
    ("порту", "ru"),
    ("date:2014-12-19", "ja zh"),
    ("date:2014-12-18/2014-12-19", "ja talks zh"),
    ("date:2014-12-18/19", "ja talks zh"),
    ("date:2014-12-21/", "ko ru"),
    ("date:/2014-12-17", "fire"),
    ("date:2014-12-17/P2D", "fire talks"),
    ("date:P2D/2014-12-18", "fire talks"),
    ("date:P1D", "ko ru"),
    ("-date:2014-12-19", "fire ko ru talks"),
    ("harbour date:2014-12-17", "fire"),
    ("harbour OR date:2014-12-22", "fire ko ru talks"),
    ("seen:2014-12-20", "fire ja ko ru talks zh"),
    ("label:lead", "fire zh"),
    ('label:"read this"', "ja"),
    ("label:lead harbour", "fire"),
    ("harbour -label:lead", "ko talks"),
    ("label:lead OR 소니", "fire ko zh"),
    ("label:nothing", ""),
    ("", "fire ja ko ru talks zh"),
)


def shelve(conn: Connection) -> dict[int, str]:
    of = begin(conn)
    names = {}
    for name, title, said, author, outlet, day in SHELF:
        at = datetime(2014, 12, day, 10, tzinfo=UTC)
        host = "east.test" if name == "zh" else "lantern.test"
        id = put(conn, name, said, title=title, authors=(author,), outlet=outlet,
                 published_at=at, host=host)  # fmt: skip
        names[id] = name
        for label, labelled in (("lead", ("fire", "zh")), ("read this", ("ja",))):
            if name in labelled:
                deeds.put_on(conn, id, of, label)
    return names


def test_queries_find_the_same_on_every_database(database: Database) -> None:
    with database.write() as conn:
        names = shelve(conn)
    with database.read() as conn:
        found = {query: " ".join(sorted(names[id] for id in asked.ids(conn, query)))
                 for query, _ in QUERIES}  # fmt: skip
    assert found == dict(QUERIES)


@pytest.mark.parametrize(
    ("query", "said"),
    [
        ("(a", "The parenthesis at sign 1 is not closed."),
        ("a )", "The parenthesis at sign 3 closes none."),
        ("OR a", "OR at sign 1 has nothing on one of its sides."),
        ("a OR", "OR at sign 3 has nothing on one of its sides."),
        ("a (b OR)", "OR at sign 6 has nothing on one of its sides."),
        ('ab "c', "The quotation mark at sign 4 is not closed."),
        ("a intitle:", "After intitle: at sign 3 something is missing."),
        ("label: x", "After label: at sign 1 something is missing."),
        ("date:yesterday", "date: at sign 1: 'yesterday' is no interval of time."),
        ("date:2014-12-22/2014-12-19", "'2014-12-22/2014-12-19' is no interval of time."),
        ("date:2014-02-30", "'2014-02-30' is no interval of time."),
        ("–", "There is no word in '–' to look for."),
        ("()", "There is no word in '()' to look for."),
        ("intext:–", "There is no word in '–' at sign 1 to look for."),
        ("(" * 30 + "a" + ")" * 30, "20 deep"),
        ("a " * 65, "at most 64 words"),
        ("a" * 2_001, "at most 2,000 signs"),
    ],
)
def test_a_wrong_query_says_what_and_where(query: str, said: str) -> None:
    with pytest.raises(BadInput) as refused:
        parse_query(query, NOW)
    assert said in refused.value.message


@settings(max_examples=300, deadline=None)
@given(st.text(alphabet='ab"()-! ORdatelb:/P1,索“', max_size=30))
def test_any_query_is_read_or_refused(query: str) -> None:
    with suppress(BadInput):
        parse_query(query, NOW)


def test_a_common_word_is_asked_as_a_rare_one_is(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Both ways to a list give the same, and so does each of their steps."""
    with database.write() as conn:
        names = shelve(conn)
        (of,) = [one.id for one in incidents.list_all(conn)]
        for id in names:
            judge(conn, id, of or 0, Verdict.FOLLOW_UP)
    queries = [query for query, _ in QUERIES]
    with database.read() as conn:
        rare = [asked.ids(conn, query, incident_id=of, limit=4) for query in queries]
        narrow = [asked.ids(conn, q, incident_id=of, verdict=["follow_up"]) for q in queries]
        for sorted_most, steps in ((0, (1, 2)), (0, (500,)), (1, ()), (2, (3,))):
            monkeypatch.setattr(listing, "MOST_SORTED", sorted_most)
            monkeypatch.setattr(listing, "MOST_ALIKE", sorted_most)
            monkeypatch.setattr(listing, "ASKED", steps or (1,))
            assert [asked.ids(conn, q, incident_id=of, limit=4) for q in queries] == rare
            found = [asked.ids(conn, q, incident_id=of, verdict=["follow_up"]) for q in queries]
            assert found == narrow


# -------------------------------------------------------------------------------------------- pages


def stock(conn: Connection, number: int, seed: int) -> tuple[int, list[int]]:
    """Articles of some outlets, verdicts, groups, reviews; several of one moment."""
    rng = Random(seed)
    of = begin(conn)
    feeds = [
        sources.add(
            conn,
            Source(SourceKind.FEED, f"https://o{n}.test/f", outlet=f"O{n}", country=country),
            now=NOW,
        )[0]
        for n, country in enumerate(("KR", "US", None))
    ]
    ids = []
    for n in range(number):
        published = None if rng.random() < 0.1 else NOW - rng.randint(0, 9) * DAY
        feed = rng.randrange(4)
        ids.append(
            put(conn, f"n{seed}-{n}", rng.choice(("One fire.", "Two ships.", "A fire, ships.")),
                outlet=f"O{feed}", language=rng.choice(("en", "ko", None)), published_at=published,
                source_id=feeds[feed] if feed < 3 else None, seen_at=NOW - rng.randint(0, 3) * DAY)
        )  # fmt: skip
        judge(conn, ids[-1], of, rng.choice(list(Verdict)), rng.choice((0.1, 0.2, 0.3)))
        if rng.random() < 0.2:
            decision = rng.choice(list(Decision))
            matches.decide(conn, ids[-1], of, decision, by="Ida", now=NOW)
        if rng.random() < 0.2:
            deeds.put_on(conn, ids[-1], of, rng.choice(("lead", "check")))
        if rng.random() < 0.1:
            vanish(conn, ids[-1])
    rest = rng.sample(ids, k=number // 2)
    while len(rest) > 4:
        group(conn, *(rest.pop() for _ in range(rng.randint(2, 4))))
    return of, ids


@pytest.mark.parametrize("order", list(Order))
@pytest.mark.parametrize("copies", [True, False])
def test_every_line_comes_once_whatever_comes_in_between(
    database: Database, order: Order, copies: bool
) -> None:
    with database.write() as conn:
        of, ids = stock(conn, 60, seed=3)
    numbers = count()
    for incident_id, query in ((None, ""), (of, ""), (of, "fire"), (None, "-fire")):
        wanted = Selection(incident_id, parse_query(query, NOW))
        with database.read() as conn:
            whole = listing.page(conn, wanted, order, limit=500, copies=copies)
        seen: list[int] = []
        place = None
        while True:
            with database.write() as conn:  # somebody stores an article after each page
                page = listing.page(conn, wanted, order, after=place, limit=7, copies=copies)
                new = put(conn, f"new{next(numbers)}", "A fire?")
                judge(conn, new, of, Verdict.FOLLOW_UP, 0.25)
            seen += [spot.id for spot in page if spot.id in ids]
            if len(page) < 7:
                break
            place = page[-1].place
        assert seen == [spot.id for spot in whole if spot.id in ids]
        assert len(seen) == len(set(seen))


def test_pages_go_back_the_way_they_came(database: Database) -> None:
    with database.write() as conn:
        of, _ = stock(conn, 40, seed=5)
    with database.read() as conn:
        for order in Order:
            wanted = Selection(of)
            whole = listing.page(conn, wanted, order, limit=500)
            middle = whole[len(whole) // 2]
            assert listing.place_of(conn, wanted, order, middle.id) == middle.place
            back = listing.page(conn, wanted, order, after=middle.place, limit=500, backwards=True)
            assert back[::-1] == whole[: whole.index(middle)]


def test_a_group_has_one_line(database: Database) -> None:
    with database.write() as conn:
        of = begin(conn)
        origin = put(conn, "origin", language="en", published_at=NOW)
        early = put(conn, "early", language="ko", published_at=NOW - DAY)
        late = put(conn, "late", language="ko", published_at=NOW + DAY)
        group(conn, origin, early, late)
        assert asked.ids(conn, one_of_group=True) == [origin]
        assert asked.ids(conn, one_of_group=True, language=["ko"]) == [early]
        assert asked.ids(conn, "date:2014-12-21", one_of_group=True) == [late]
        judge(conn, late, of, Verdict.FOLLOW_UP)
        assert asked.ids(conn, incident_id=of, one_of_group=True) == [late]
        assert asked.ids(conn) == [late, origin, early]


def test_an_incident_lists_what_it_has_an_opinion_of(database: Database) -> None:
    with database.write() as conn:
        one, other = begin(conn), begin(conn, "data-leak")
        ids = [put(conn, str(n), published_at=NOW - n * DAY) for n in range(5)]
        for id, verdict in zip(ids, Verdict, strict=False):
            judge(conn, id, one, verdict)
        judge(conn, ids[3], other, Verdict.CANDIDATE, 0.9)
        assert asked.ids(conn, incident_id=one) == ids[:3]
        assert asked.ids(conn, incident_id=other) == [ids[3]]
        assert asked.ids(conn) == ids
        matches.decide(conn, ids[3], one, Decision.DISMISS, by="Ida", now=NOW)
        assert asked.ids(conn, incident_id=one) == ids[:4]
        assert asked.ids(conn, incident_id=one, review=["none"]) == ids[:3]
        assert asked.ids(conn, incident_id=one, verdict=["off_topic"]) == [ids[3]]
        assert asked.ids(conn, incident_id=one, verdict=list(Verdict), review=["none"]) == ids[:3]
        spots = {s.id: s.of_incident_id for s in listing.page(
            conn, Selection(), Order.PUBLISHED, limit=9)}  # fmt: skip
        assert spots == {ids[0]: one, ids[1]: one, ids[2]: one, ids[3]: other, ids[4]: None}


@pytest.mark.parametrize(
    "chosen",
    [{"mood": ["good"]}, {"review": ["maybe"]}, {"source": ["x"]}, {"day": ["soon"]},
     {"day": ["P3D"]}, {"outlet": ["x"] * 51}, {"label": ["x" * 301]}],
)  # fmt: skip
def test_what_cannot_be_chosen_is_refused(chosen: dict[str, list[str]]) -> None:
    with pytest.raises(BadInput):
        checked(chosen)


# ------------------------------------------------------------------------------------------- facets


@pytest.mark.parametrize(
    ("query", "chosen"),
    [
        ("", {}),
        ("", {"language": ["ko"]}),
        ("", {"language": ["-", "en"], "review": ["none"]}),
        ("", {"country": ["KR", "-"], "copies": ["several"]}),
        ("", {"source": ["-"]}),
        ("", {"verdict": ["follow_up"], "day": ["2014-12-15/2014-12-18"]}),
        ("fire", {}),
        ("fire", {"outlet": ["O1", "O3"], "changed": ["no"]}),
        ("-fire OR ships", {"label": ["lead"]}),
    ],
)
@pytest.mark.parametrize("of_all", [True, False])
def test_facets_count_as_counting_does(
    database: Database, query: str, chosen: dict[str, list[str]], of_all: bool
) -> None:
    with database.write() as conn:
        of, _ = stock(conn, 60, seed=11)
    incident_id = None if of_all else of
    tree = parse_query(query, NOW)
    with database.read() as conn:
        found = facets.of_list(conn, Selection(incident_id, tree, chosen))
        for name, counted in found.items():
            rest = {key: each for key, each in chosen.items() if key != name}
            wanted = set(asked.ids(conn, query, incident_id=incident_id, **rest))
            by_hand = Counter[str]()
            for one in facets.of_list(conn, Selection(incident_id))[name]:
                having = asked.ids(conn, incident_id=incident_id, **{name: [one.value]})
                by_hand[one.value] = len(wanted.intersection(having))
            assert {one.value: one.n for one in counted} == {v: n for v, n in by_hand.items() if n}
            assert not any(one.more for one in counted)


def test_counts_end_at_a_thousand_under_a_filter(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(facets, "EXACT_TO", 3)
    with database.write() as conn:
        begin(conn)
        for n in range(5):
            put(conn, str(n), "A fire.", language="en" if n else "ko")
    with database.read() as conn:
        whole = facets.of_list(conn, Selection())["language"]
        assert [(one.value, one.n, one.more) for one in whole] == [
            ("en", 4, False),
            ("ko", 1, False),
        ]
        some = facets.of_list(conn, Selection(tree=parse_query("fire", NOW)))["language"]
        assert [(one.value, one.n, one.more) for one in some] == [("en", 3, True), ("ko", 1, False)]


# ------------------------------------------------------------------------------------------ in step


def change(conn: Connection, rng: Random, of: int, ids: list[int]) -> None:
    """Something that people or crawls do, or somebody by hand."""
    id = rng.choice(ids)
    match rng.randrange(9):
        case 0:
            judge(conn, id, of, rng.choice(list(Verdict)), rng.random())
        case 1:
            decision = rng.choice([None, *Decision])
            matches.decide(conn, id, of, decision, by="Ida", now=NOW)
        case 2:
            vanish(conn, id)
        case 3:
            group(conn, *rng.sample(ids, k=3))
        case 4:
            moved = {"outlet": "Other", "listed_at": article_table.c.first_seen_at}
            conn.execute(article_table.update().where(article_table.c.id == id).values(**moved))
        case 5:
            number = rng.randint(2, 2**30)
            row = {"article_id": id, "number": number, "seen_at": NOW, "text_sha256": "x"}
            conn.execute(revision.insert().values(**row))
        case 6:
            conn.exec_driver_sql("DELETE FROM source")
        case 7:
            conn.execute(match_table.delete().where(match_table.c.article_id == id))
        case 8:  # what is undone leaves nothing behind
            conn.exec_driver_sql("SAVEPOINT wrong")
            conn.exec_driver_sql('DELETE FROM "match"')
            conn.exec_driver_sql("ROLLBACK TO SAVEPOINT wrong")


@settings(max_examples=12, deadline=None, suppress_health_check=list(HealthCheck))
@given(seed=st.integers(0, 2**32))
def test_lists_are_never_behind(database: Database, seed: int) -> None:
    """Whatever is written, by whom, in whatever order."""
    rng = Random(seed)
    with database.write() as conn:
        for table in ("article", "incident", "source", "copy_group"):
            conn.exec_driver_sql(f"DELETE FROM {table}")
        of, ids = stock(conn, 12, seed=7)
    for _ in range(10):
        with database.write() as conn:
            change(conn, rng, of, ids)
        with database.read() as conn:
            assert relisting.differences(conn) == 0
    with database.write() as conn:
        conn.exec_driver_sql("UPDATE article SET copy_of = NULL, group_id = NULL")
        conn.execute(article_table.delete().where(article_table.c.id == ids[0]))
        conn.exec_driver_sql("DELETE FROM incident")
    with database.read() as conn:
        assert relisting.differences(conn) == 0
        assert asked.ids(conn, verdict=["follow_up"]) == []
        assert len(asked.ids(conn)) == len(ids) - 1


def test_what_is_out_of_step_is_found_and_made_anew(database: Database) -> None:
    with database.write() as conn:
        stock(conn, 10, seed=2)
    with database.write() as conn:
        conn.exec_driver_sql("UPDATE facet_count SET n = n + 1 WHERE incident_id = 0")
        conn.exec_driver_sql("DELETE FROM listed WHERE article_id IN (SELECT min(id) FROM article)")
        assert relisting.differences(conn) > 0
        relisting.make_anew(conn)
        assert relisting.differences(conn) == 0
