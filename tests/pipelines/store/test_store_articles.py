"""Articles: known by all their addresses, revised, read again, found, exported, expired."""

from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime, timedelta, timezone
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from kept import join
from sqlalchemy import Connection

from pipelines.errors import BadInput, UnknownThing
from pipelines.incident import (
    Follows,
    Incident,
    Learned,
    Profile,
    Seed,
    Source,
    SourceKind,
    Term,
    Window,
)
from pipelines.items import Article, Link, Reason, Relevance, Sketch
from pipelines.outcomes import Outcome, Verdict
from pipelines.polling import Missing
from pipelines.store import (
    Database,
    addresses,
    articles,
    crawls,
    expiry,
    exports,
    frontier,
    hosts,
    incidents,
    ledger,
    matches,
    offers,
    readings,
    sketches,
    sources,
    texts,
)
from pipelines.store.matches import Decision
from pipelines.store.offers import Offered
from pipelines.store.validators import Validators
from pipelines.urls import canonical_key
from tests.pipelines.store import asked

NOW = datetime(2014, 12, 20, 12, tzinfo=UTC)
DAY = timedelta(days=1)
EAST = timezone(timedelta(hours=9))
TEXT = "The studio kept its network down.\n\nNobody said for how long."


def article(name: str = "one", **changes: object) -> Article:
    url = f"https://lantern.test/{name}"
    made = Article(
        url=url,
        canonical_url=url,
        title=f"Network down, part {name}",
        text=TEXT,
        authors=("Ada Reporter",),
        published_at=datetime(2014, 11, 25, 9, 30, tzinfo=EAST),
        published_raw="2014-11-25T09:30:00+09:00",
        language="en",
        outlet="The Lantern",
        provenance={"title": "json-ld"},
    )
    return replace(made, **changes)  # type: ignore[arg-type]


def put(
    conn: Connection,
    new: Article,
    *,
    outcome: Outcome = Outcome.STORED,
    expires_at: datetime | None = None,
    due_at: datetime | None = None,
    keys: tuple[str, ...] | None = None,
) -> int:
    return articles.insert(
        conn,
        new,
        keys=keys or (canonical_key(new.url),),
        outcome=outcome,
        seen_at=NOW,
        due_at=due_at,
        expires_at=expires_at,
        validators=Validators('"v1"', None),
    )


def begin(conn: Connection, slug: str = "sony-hack") -> int:
    profile = Profile((Term("sony", "name", 0.5),), ("en",), 0.2, 0.1)
    return incidents.add(conn, Incident(slug, slug.title(), profile), NOW)


def judge(
    conn: Connection, id: int, incident_id: int, verdict: Verdict, *, forced: bool = False
) -> None:
    reasons = (Reason("sony", "name", 0.3),)
    made = Relevance(incident_id, 0.3, verdict, reasons, forced)
    matches.save(conn, id, [made], now=NOW)


def link_to(conn: Connection, id: int, url: str, outcome: Outcome = Outcome.STORED) -> int:
    crawl_id = crawls.request(conn, crawls.Trigger.HAND, "test", {}, now=NOW)
    said = Link(url, snippet="a snippet")
    wanted = Offered(said, canonical_key(url), "lantern.test", force=True)
    answer = offers.offer(conn, [wanted], crawl_id, now=NOW)[0]
    assert answer.link_id is not None
    frontier.settle(conn, crawl_id, answer.link_id, outcome, "x", now=NOW, article_id=id)
    return answer.link_id


# ------------------------------------------------------------------------------ storing, revising


def test_an_article_comes_back_as_it_was_stored(database: Database) -> None:
    new = article(modified_at=datetime(2014, 11, 26, tzinfo=UTC), image="https://lantern.test/i")
    with database.write() as conn:
        id = put(conn, new)
    with database.read() as conn:
        known = articles.get(conn, id)
    assert (known.title, known.text, known.authors) == (new.title, TEXT, ("Ada Reporter",))
    assert known.published_at == new.published_at
    assert known.published_at is not None
    assert known.published_at.utcoffset() == timedelta(hours=9)
    assert known.modified_at == new.modified_at
    assert (known.first_seen_at, known.read_at, known.reads) == (NOW, NOW, 1)
    assert (known.number, known.edits, known.partial) == (1, 0, False)
    assert known.provenance == {"title": "json-ld"}
    assert (known.etag, known.last_modified) == ('"v1"', None)
    assert known.words == 11


def test_what_is_unknown_is_none(database: Database) -> None:
    bare = Article("http://a.test/x", "http://a.test/x", None, "Words.")
    with database.write() as conn:
        known = articles.get(conn, put(conn, bare))
    assert (known.title, known.published_at, known.language, known.outlet) == (None,) * 4
    assert (known.copy_of, known.group, known.similarity, known.due_at) == (None,) * 4
    assert known.listed_at == NOW


def test_an_article_is_found_by_any_of_its_addresses(database: Database) -> None:
    new = article(aliases=("https://lantern.test/old-one",))
    keys = (canonical_key(new.url), canonical_key(new.aliases[0]))
    with database.write() as conn:
        id = put(conn, new, keys=keys)
        for key in keys:
            found = articles.find_by_keys(conn, ["lantern.test/none", key])
            assert found is not None
            assert found.id == id
        assert addresses.urls_of(conn, id) == ["https://lantern.test/old-one"]
        assert articles.find_by_keys(conn, ["lantern.test/none"]) is None
        assert articles.find_by_keys(conn, []) is None


def test_an_address_of_another_article_stays_with_it(database: Database) -> None:
    with database.write() as conn:
        first = put(conn, article("one"))
        put(conn, article("two"), keys=("lantern.test/two", "lantern.test/one"))
        found = articles.find_by_keys(conn, ["lantern.test/one"])
        assert found is not None
        assert found.id == first


def test_an_unknown_article_is_named(database: Database) -> None:
    with database.read() as conn, pytest.raises(UnknownThing):
        articles.get(conn, 99)


def test_corrected_article_becomes_a_revision(database: Database) -> None:
    with database.write() as conn:
        id = put(conn, article())
        changed = article(title="Network up", text="It is up.", published_at=None, outlet=None)
        revised = articles.revise(conn, id, changed, seen_at=NOW + DAY)
        assert revised == articles.Revised(2, completed=False)
        known = articles.get(conn, id)
        versions = texts.of_article(conn, id)
    assert (known.title, known.text, known.number, known.edits) == ("Network up", "It is up.", 2, 1)
    assert (known.outlet, known.reads, known.first_seen_at) == ("The Lantern", 2, NOW)
    assert known.published_at == article().published_at
    assert [(v.number, v.title, v.text, v.seen_at) for v in versions] == [
        (1, "Network down, part one", TEXT, NOW),
        (2, "Network up", "It is up.", NOW + DAY),
    ]


def test_a_whole_text_takes_the_place_of_a_teaser_without_a_revision(database: Database) -> None:
    with database.write() as conn:
        id = put(conn, article(text="A teaser only.", partial=True))
        assert articles.revise(conn, id, article(), seen_at=NOW) == articles.Revised(1, True)
        known = articles.get(conn, id)
        assert (known.text, known.partial, known.edits) == (TEXT, False, 0)
        assert len(texts.of_article(conn, id)) == 1


def test_a_teaser_never_revises_a_whole_text(database: Database) -> None:
    with database.write() as conn:
        id = put(conn, article())
        with pytest.raises(ValueError, match="partial"):
            articles.revise(conn, id, article(text="A teaser.", partial=True), seen_at=NOW)


def test_a_304_keeps_validators_and_a_200_brings_new_ones(database: Database) -> None:
    with database.write() as conn:
        id = put(conn, article())
        readings.mark_gone(conn, id, now=NOW - DAY, missing=Missing.WITHDRAWN)
        assert readings.mark_gone(conn, id, now=NOW, missing=Missing.WITHDRAWN).vanished_at == NOW
        readings.touch(conn, id, now=NOW + DAY, due_at=NOW + 2 * DAY)
        known = articles.get(conn, id)
        assert (known.etag, known.reads, known.due_at) == ('"v1"', 2, NOW + 2 * DAY)
        assert (known.vanished_at, known.gone_reads, known.gone_since) == (None, 0, None)
        readings.touch(conn, id, now=NOW, due_at=None, validators=Validators(None, "Sat"))
        known = articles.get(conn, id)
        assert (known.etag, known.last_modified) == (None, "Sat")


HOSTILE = st.text(alphabet=st.characters(codec=None, exclude_categories=()), max_size=30)


@settings(max_examples=40, deadline=None, suppress_health_check=list(HealthCheck))
@given(words=st.lists(HOSTILE, min_size=8, max_size=8))
def test_no_characters_break_an_article(database: Database, words: list[str]) -> None:
    url = f"https://lantern.test/{abs(hash(tuple(words)))}"
    new = Article(
        url=url,
        canonical_url=words[0],
        title=words[1],
        text=words[2],
        authors=(words[3],),
        published_raw=words[4],
        outlet=words[5],
        language=words[6],
        provenance={words[7]: words[0]},
    )
    with database.write() as conn:
        known = articles.find_by_keys(conn, [canonical_key(url)])
        id = known.id if known else put(conn, new)
        articles.revise(conn, id, new, seen_at=NOW)
        ask(conn, words[2])
        stored = articles.get(conn, id).text
    assert stored is not None
    assert stored == "".join(c for c in words[2] if c != "\x00" and not 0xD800 <= ord(c) < 0xE000)


# -------------------------------------------------------------------------------- reading again


def test_follow_ups_of_open_incidents_are_due(database: Database) -> None:
    with database.write() as conn:
        sony, other = begin(conn), begin(conn, "other")
        due, later, topic, alone, dismissed = (
            put(conn, article(name), due_at=NOW + (DAY if name == "later" else -DAY))
            for name in ("due", "later", "topic", "alone", "dismissed")
        )
        for id in (due, later, alone, dismissed):
            judge(conn, id, sony, Verdict.FOLLOW_UP)
        judge(conn, topic, sony, Verdict.OFF_TOPIC)
        for id in (due, later, topic, dismissed):
            link_to(conn, id, articles.get(conn, id).url)
        matches.decide(conn, dismissed, sony, Decision.DISMISS, by="me", now=NOW)
        assert articles.due_for_reading(conn, NOW) == [due]
        assert articles.due_for_reading(conn, NOW, by_hand=True) == [due, later]
        assert articles.due_for_reading(conn, NOW, incident_slug="other") == []
        judge(conn, due, other, Verdict.FOLLOW_UP)
        incidents.set_open(conn, "sony-hack", False)
        assert articles.due_for_reading(conn, NOW) == [due]
        assert articles.due_for_reading(conn, NOW, source_ids=[7]) == []


def test_an_article_is_read_again_through_its_link_with_its_validators(database: Database) -> None:
    with database.write() as conn:
        id, ingested = put(conn, article()), put(conn, article("two"))
        link_id = link_to(conn, id, article().url)
        crawl_id = crawls.request(conn, crawls.Trigger.HAND, "test", {}, now=NOW)
        assert frontier.reread(conn, crawl_id, [id, ingested], now=NOW) == 1
        taken = frontier.take(
            conn, crawl_id, busy_hosts=[], now=NOW, wall_now=NOW, lease_seconds=9, limit=5
        )
        assert [(q.id, q.article_id, q.etag) for q in taken] == [(link_id, id, '"v1"')]
        frontier.put_back(conn, crawl_id, link_id)
        assert crawls.counts(conn, crawl_id).open == 1
        again = frontier.take(
            conn, crawl_id, busy_hosts=[], now=NOW, wall_now=NOW, lease_seconds=9, limit=5
        )
        assert [(q.id, q.tries) for q in again] == [(link_id, 2)]


def test_an_ingested_article_is_known_to_a_crawl_and_read_by_force(database: Database) -> None:
    with database.write() as conn:
        new = article(aliases=("https://lantern.test/alias",))
        id = put(conn, new, keys=("lantern.test/one",))
        addresses.add(conn, id, new, ["lantern.test/alias"], ["lantern.test/alias"])
        crawl_id = crawls.request(conn, crawls.Trigger.HAND, "test", {}, now=NOW)
        offered = [
            Offered(Link(f"https://lantern.test/{name}"), f"lantern.test/{name}", "lantern.test")
            for name in ("one", "alias")
        ]
        answers = offers.offer(conn, offered, crawl_id, now=NOW)
        assert [a.outcome for a in answers] == [Outcome.ALREADY_KNOWN] * 2
        offers.offer(conn, [replace(offered[0], force=True)], crawl_id, now=NOW)
        taken = frontier.take(
            conn, crawl_id, busy_hosts=[], now=NOW, wall_now=NOW, lease_seconds=9, limit=5
        )
        assert [q.article_id for q in taken] == [id]


def test_an_address_that_a_page_only_named_is_asked_for_and_goes_to_its_own_article(
    database: Database,
) -> None:
    with database.write() as conn:
        id = put(conn, article(), keys=("lantern.test/one", "lantern.test/named"))
        crawl_id = crawls.request(conn, crawls.Trigger.HAND, "test", {}, now=NOW)
        link = Link("https://lantern.test/named")
        offered = [Offered(link, "lantern.test/named", "lantern.test")]
        (answer,) = offers.offer(conn, offered, crawl_id, now=NOW)
        assert answer.outcome is None
        addresses.give_up(conn, "lantern.test/named")
        other = put(conn, article("named"), keys=("lantern.test/named",))
        assert addresses.of_keys(conn, ["lantern.test/one", "lantern.test/named"]) == {
            id: {"lantern.test/one"},
            other: {"lantern.test/named"},
        }


# ------------------------------------------------------------------------------ matches, reviews


def test_a_new_judgement_leaves_the_review_and_what_was_forced(database: Database) -> None:
    with database.write() as conn:
        sony = begin(conn)
        id, forced = put(conn, article()), put(conn, article("two"))
        judge(conn, id, sony, Verdict.CANDIDATE)
        matches.decide(conn, id, sony, Decision.STAR, note="lead", by="me", now=NOW)
        judge(conn, id, sony, Verdict.OFF_TOPIC)
        judge(conn, forced, sony, Verdict.FOLLOW_UP, forced=True)
        judge(conn, forced, sony, Verdict.OFF_TOPIC)
        (first,), (second,) = matches.of_article(conn, id), matches.of_article(conn, forced)
    assert (first.verdict, first.review, first.slug) == (
        Verdict.OFF_TOPIC,
        Decision.STAR,
        "sony-hack",
    )
    assert first.reasons == (Reason("sony", "name", 0.3),)
    assert (second.verdict, second.forced) == (Verdict.FOLLOW_UP, True)


def test_every_decision_stays_in_the_history(database: Database) -> None:
    with database.write() as conn:
        sony = begin(conn)
        id = put(conn, article(), outcome=Outcome.CANDIDATE, expires_at=NOW + DAY)
        matches.decide(conn, id, sony, Decision.DISMISS, by="ann", now=NOW)
        assert articles.get(conn, id).expires_at == NOW + DAY
        matches.decide(conn, id, sony, Decision.KEEP, note="after all", by="bob", now=NOW + DAY)
        assert articles.get(conn, id).expires_at is None
        matches.decide(conn, id, sony, None, by="bob", now=NOW + DAY)
        assert [(r.decision, r.note, r.by) for r in matches.history(conn, id)] == [
            (Decision.DISMISS, None, "ann"),
            (Decision.KEEP, "after all", "bob"),
            (None, None, "bob"),
        ]
        (now,) = matches.of_article(conn, id)
        assert (now.review, now.reviewed_at) == (None, None)
        with pytest.raises(UnknownThing):
            matches.decide(conn, 99, sony, Decision.KEEP, by="me", now=NOW)


# ---------------------------------------------------------------------------------------- search


def titles(conn: Connection, query: str) -> list[str]:
    return sorted(articles.get(conn, id).url.rpartition("/")[2] for id in asked.ids(conn, query))


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("studio", ["en", "fr"]),
        ("STUDIO network", ["en"]),
        ('"network down"', ["en"]),
        ('"down network"', []),
        ("café", ["fr"]),
        ("cafe", ["fr"]),
        ("索尼", ["zh"]),
        ("尼影业", ["zh"]),
        ('"索尼影业 公司"', []),
        ("ソニー", ["ja"]),
        ("北", ["ko-none"]),
        ("don't", ["en"]),
        ("foo-bar", ["en"]),
        ("bar-foo", []),
        ("example.org/hack", ["en"]),
        ("hack", ["en"]),
        ("Lantern", ["en", "fr", "ja", "ko-none", "zh"]),
        ("reporter", ["en", "fr", "ja", "ko-none", "zh"]),
    ],
)
def test_words_are_found_in_any_script(database: Database, query: str, found: list[str]) -> None:
    said = {
        "en": "The studio: we don't know. Network down, see http://example.org/hack foo-bar.",
        "fr": "Le studio et son café.",
        "zh": "索尼影业的网络瘫痪。",
        "ja": "ソニーの映画。",
        "ko-none": "北 alone",
    }
    with database.write() as conn:
        for name, each in said.items():
            put(conn, article(name, title=None, text=each))
        assert titles(conn, query) == found


@pytest.mark.parametrize(
    "query",
    ['"', '""', "'", "*", "a*", "AND", "OR NOT", "NEAR(a b)", "title:x", "^x", "-x", "(", ")",
     "a & b | !c", ":*", "<->", "\\", "%", "\x00", "\ud800", "{a b}: c", "+", "'; DROP TABLE x",
     "a" * 5000, "word " * 3000, "", "   ", "–", "😀"],
)  # fmt: skip
def test_no_query_is_a_syntax_error(database: Database, query: str) -> None:
    with database.write() as conn:
        put(conn, article())
        ask(conn, query)


def ask(conn: Connection, query: str) -> None:
    """Asks; what cannot be asked is told in a sentence, before any database sees it."""
    with suppress(BadInput):
        asked.ids(conn, query)


@settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
@given(query=HOSTILE)
def test_no_characters_are_a_syntax_error(database: Database, query: str) -> None:
    with database.read() as conn:
        ask(conn, query)


def test_a_text_that_was_revised_is_found_by_its_new_words_only(database: Database) -> None:
    with database.write() as conn:
        id = put(conn, article())
        articles.revise(conn, id, article(text="Quite different."), seen_at=NOW)
        assert titles(conn, "nobody") == []
        assert titles(conn, "different") == ["one"]


# -------------------------------------------------------------------------- ledger, export, expiry


def test_the_ledger_shows_every_link_with_the_incidents_verdict(database: Database) -> None:
    with database.write() as conn:
        sony = begin(conn)
        feed, _ = sources.add(
            conn, Source(SourceKind.FEED, "http://lantern.test/f", outlet="The Lantern"), now=NOW
        )
        id = put(conn, article())
        judge(conn, id, sony, Verdict.FOLLOW_UP)
        stored = link_to(conn, id, article().url)
        crawl_id = crawls.request(conn, crawls.Trigger.HAND, "test", {}, now=NOW)
        waiting = Offered(
            Link("http://lantern.test/2", "Two"), "lantern.test/2", "lantern.test", feed
        )
        offers.offer(conn, [waiting], crawl_id, now=NOW + DAY)
        rows = ledger.ledger(conn, sony)
        assert [(row.url, row.outcome, row.verdict, row.source) for row in rows] == [
            ("http://lantern.test/2", Outcome.DEFERRED, None, "The Lantern"),
            (article().url, Outcome.STORED, Verdict.FOLLOW_UP, None),
        ]
        assert (rows[1].id, rows[1].title, rows[1].at) == (stored, "Network down, part one", NOW)
        assert rows[0].reason == "queued, not asked for yet"
        assert len(ledger.ledger(conn, sony, limit=1)) == 1
        only = ledger.ledger(conn, sony, outcomes=[Outcome.STORED])
        assert [row.id for row in only] == [stored]


def test_export_gives_every_article_of_the_incident_copies_too(database: Database) -> None:
    with database.write() as conn:
        sony = begin(conn)
        a = put(conn, article("a"), keys=("lantern.test/a", "lantern.test/a2"))
        b, c, d = (put(conn, article(name)) for name in "bcd")
        for id in (a, b):
            judge(conn, id, sony, Verdict.FOLLOW_UP)
        judge(conn, c, sony, Verdict.OFF_TOPIC)
        judge(conn, d, sony, Verdict.OFF_TOPIC)
        matches.decide(conn, d, sony, Decision.KEEP, by="me", now=NOW)
        group = join(conn, b, a, now=NOW)
        articles.revise(conn, a, article("a", text="New."), seen_at=NOW)
        rows = list(exports.export(conn, sony))
    assert [(row.id, row.copy_of, row.group, row.revisions) for row in rows] == [
        (a, None, group, 1),
        (b, a, group, 0),
        (d, None, None, 0),
    ]
    assert (rows[0].text, rows[0].aliases) == ("New.", ("lantern.test/a2",))
    assert rows[0].published_at is not None
    assert rows[0].published_at.utcoffset() == timedelta(hours=9)
    assert rows[0].reasons == (Reason("sony", "name", 0.3),)


def test_expired_text_goes_and_the_address_title_and_reason_remain(
    database: Database, tmp_path: Path
) -> None:
    with database.write() as conn:
        id = put(conn, article(), outcome=Outcome.OFF_TOPIC, expires_at=NOW + DAY)
        kept = put(conn, article("kept"))
        link_id = link_to(conn, id, article().url, Outcome.OFF_TOPIC)
        sketches.keep(conn, id, Sketch((1, 2), 20, 7), [1, 2])
        assert expiry.expire(conn, now=NOW, folder=tmp_path) == 0
        assert expiry.expire(conn, now=NOW + DAY, folder=tmp_path) == 1
        assert expiry.expire(conn, now=NOW + DAY, folder=tmp_path) == 0
        known = articles.get(conn, id)
        assert (known.text, known.title, known.expired_at) == (None, article().title, NOW + DAY)
        assert titles(conn, "nobody") == ["kept"]
        assert sketches.holders(conn, [1, 2]) == {}
        (entry,) = ledger.ledger(conn, 1)
        assert (entry.id, entry.url, entry.reason) == (link_id, article().url, "x")
        assert texts.text_of(conn, kept) == TEXT


def test_a_rescued_article_stays(database: Database, tmp_path: Path) -> None:
    with database.write() as conn:
        id = put(conn, article(), outcome=Outcome.CANDIDATE, expires_at=NOW)
        articles.rescue(conn, id, due_at=NOW + DAY)
        assert expiry.expire(conn, now=NOW + DAY, folder=tmp_path) == 0
        known = articles.get(conn, id)
        assert (known.outcome, known.due_at) == (Outcome.STORED, NOW + DAY)


# ------------------------------------------------------------------------------------- incidents


def test_an_incident_comes_back_as_it_was_stored(database: Database) -> None:
    told = Incident(
        slug="sony-hack",
        title="The attack on Sony Pictures",
        profile=Profile((Term("sony", "name", 0.5), Term("hack", "term", 0.1)), ("en",), 0.3, 0.2),
        brief="What happened after.",
        seeds=(
            Seed("Text one", "Title", "http://a.test/1", NOW - DAY, "en"),
            Seed("Text two"),
        ),
        window=Window(NOW - DAY, None),
        follows=Follows(ids=(1, 2), tags=("wire",)),
    )
    with database.write() as conn:
        id = incidents.add(conn, told, NOW)
        assert incidents.get(conn, "sony-hack") == replace(told, id=id, created_at=NOW)
        learned = Learned(
            terms=(Term("Pyongyang", "name", 0.2, NOW, ("4", "9")),),
            against=(Term("console", "term", 0.1),),
            share=0.4,
            threshold=0.35,
            accepted=12,
        )
        profile = replace(told.profile, learned=learned, refused=("Xbox",), learns=False)
        changed = replace(told, title="New", seeds=told.seeds[1:], window=Window(), profile=profile)
        incidents.update(conn, changed)
        assert incidents.get(conn, changed.slug) == replace(changed, id=id, created_at=NOW)
        with pytest.raises(BadInput):
            incidents.add(conn, told, NOW)
        incidents.set_open(conn, "sony-hack", False)
        assert incidents.list_all(conn, open_only=True) == []
        assert len(incidents.list_all(conn)) == 1
        with pytest.raises(UnknownThing):
            incidents.get(conn, "none")


def test_a_deleted_incident_leaves_what_another_took(database: Database, tmp_path: Path) -> None:
    with database.write() as conn:
        sony, other = begin(conn), begin(conn, "other")
        ours, both, candidate = (put(conn, article(name)) for name in "abc")
        for id in (ours, both, candidate):
            judge(conn, id, sony, Verdict.FOLLOW_UP)
        judge(conn, ours, other, Verdict.OFF_TOPIC)
        judge(conn, both, other, Verdict.FOLLOW_UP)
        judge(conn, candidate, other, Verdict.CANDIDATE)
        matches.decide(conn, ours, sony, Decision.KEEP, by="me", now=NOW)
        assert incidents.delete(conn, "sony-hack", now=NOW) == 1
        assert expiry.expire(conn, now=NOW, folder=tmp_path) == 1
        assert articles.get(conn, ours).text is None
        assert articles.get(conn, both).text == TEXT
        assert [m.incident_id for m in matches.of_article(conn, ours)] == [other]
        assert matches.history(conn, ours) == []


# --------------------------------------------------------------------- sources, hosts and crawls


def test_a_source_is_one_address(database: Database) -> None:
    told = Source(SourceKind.FEED, "http://a.test/feed", "A", "en", "gb", ("wire", "uk"))
    with database.write() as conn:
        id, is_new = sources.add(conn, told, now=NOW)
        assert is_new
        assert sources.add(conn, replace(told, outlet="B"), now=NOW) == (id, False)
        assert sources.get(conn, id) == replace(told, id=id, health_since=NOW)
        assert sources.find(conn, "http://a.test/feed") == sources.get(conn, id)
        sources.remove(conn, id)
        assert sources.list_all(conn) == []
        with pytest.raises(UnknownThing):
            sources.remove(conn, id)
        with pytest.raises(BadInput):
            sources.add(conn, replace(told, url="http://a.test/" + "é" * 2_000), now=NOW)


def test_health_moves_its_since_only_when_it_changes(database: Database) -> None:
    health = sources.Health
    with database.write() as conn:
        id, _ = sources.add(conn, Source(SourceKind.FEED, "http://a.test/feed"), now=NOW)
        for day, state, failures in (
            (1, health.FAILING, 1),
            (2, health.FAILING, 2),
            (3, health.OK, 0),
            (4, health.OK, 0),
        ):
            sources.set_health(conn, id, state, f"day {day}", now=NOW + day * DAY)
            assert sources.failures(conn).get(id, 0) == failures
        sources.mark_polled(conn, id, now=NOW, due_at=NOW + DAY)
        found = sources.get(conn, id)
        assert (found.health, found.health_reason) == (health.OK, "day 4")
        assert (found.health_since, found.due_at) == (NOW + 3 * DAY, NOW + DAY)


def test_each_document_of_a_source_has_its_validators(database: Database) -> None:
    with database.write() as conn:
        id, _ = sources.add(conn, Source(SourceKind.SITEMAP, "http://a.test/s"), now=NOW)
        assert sources.validators(conn, id, "http://a.test/s") == Validators()
        for etag in ('"1"', '"2"'):
            sources.save_document(conn, id, "http://a.test/s", Validators(etag, "Sat"), now=NOW)
        sources.save_document(conn, id, "http://a.test/s2", Validators(), now=NOW + DAY)
        assert sources.validators(conn, id, "http://a.test/s") == Validators('"2"', "Sat")
        assert sources.documents(conn, id) == ["http://a.test/s2", "http://a.test/s"]


def test_what_a_removed_source_named_stays(database: Database) -> None:
    with database.write() as conn:
        id, _ = sources.add(conn, Source(SourceKind.FEED, "http://a.test/f"), now=NOW)
        crawl_id = crawls.request(conn, crawls.Trigger.HAND, "test", {}, now=NOW)
        found = Offered(
            Link("http://a.test/1", found_in="http://a.test/f"), "a.test/1", "a.test", id
        )
        offers.offer(conn, [found], crawl_id, now=NOW)
        sources.remove(conn, id)
        assert [row.source for row in ledger.ledger(conn, 1)] == ["http://a.test/f"]


def test_robots_answers_are_kept_by_origin_and_cut_to_size(database: Database) -> None:
    with database.write() as conn:
        assert hosts.get_robots(conn, "http://a.test") is None
        hosts.put_robots(conn, "http://a.test", hosts.Robots(None, None, NOW, NOW + DAY))
        big = hosts.Robots(200, b"\x00\xff" * 300_000, NOW, NOW + DAY)
        hosts.put_robots(conn, "http://a.test", big)
        found = hosts.get_robots(conn, "http://a.test")
        assert found is not None
        assert found.body == big.body[: hosts.ROBOTS_MAX_BYTES] if big.body else None
        assert (found.status, found.until) == (200, NOW + DAY)


def test_manners_of_a_host_are_remembered(database: Database) -> None:
    with database.write() as conn:
        crawl_id = crawls.request(conn, crawls.Trigger.HAND, "test", {}, now=NOW)
        assert hosts.manners(conn, "a.test") == hosts.Manners("a.test")
        hosts.set_crawl_delay(conn, "a.test", 2.5)
        hosts.mark_requested(conn, {"a.test": NOW})
        assert hosts.lease(conn, "a.test", crawl_id, wall_now=NOW + DAY, seconds=60)
        found = hosts.manners(conn, "a.test")
        assert (found.crawl_delay, found.leased_by) == (2.5, crawl_id)
        assert hosts.release(conn, [crawl_id], names=["b.test"]) == 0
        assert hosts.release(conn, [crawl_id]) == 1
        assert hosts.manners(conn, "a.test").leased_by is None


def test_a_crawl_is_started_once_and_ends_once(database: Database) -> None:
    with database.write() as conn:
        id = crawls.request(conn, crawls.Trigger.API, "ann", {"sources": [1]}, now=NOW)
        assert crawls.start(conn, id, pid=7, now=NOW, wall_now=NOW)
        assert not crawls.start(conn, id, pid=8, now=NOW, wall_now=NOW)
        assert [row.pid for row in crawls.running(conn)] == [7]
        assert crawls.heartbeat(conn, id, wall_now=NOW, requests=3, progress={"asking": []})
        assert crawls.ask_cancel(conn, id, now=NOW) is crawls.CrawlState.RUNNING
        assert crawls.get(conn, id).cancel_requested_at == NOW
        state = crawls.CrawlState.CANCELLED
        assert crawls.finish(conn, id, state, now=NOW, end_reason="asked to", seconds=1.5)
        assert not crawls.finish(conn, id, crawls.CrawlState.FAILED, now=NOW)
        assert not crawls.heartbeat(conn, id, wall_now=NOW, requests=4)
        crawls.set_exit_status(conn, id, 0)
        crawls.set_result(conn, id, {"note": "x"})
        found = crawls.get(conn, id)
        assert (found.state, found.end_reason, found.requests) == (state, "asked to", 3)
        assert (found.counts, found.links_found, found.exit_status) == ({}, 0, 0)
        later = crawls.request(conn, crawls.Trigger.HAND, "bob", {}, now=NOW)
        assert crawls.ask_cancel(conn, later, now=NOW) is state
        assert [row.id for row in crawls.list_all(conn, limit=1)] == [later]
        with pytest.raises(UnknownThing):
            crawls.get(conn, 99)
