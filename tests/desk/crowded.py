"""A home with something in every place of the desk, and hostile text wherever a stranger's words
or a person's may stand."""

from crawler.home import Home
from crawler.life import log_path
from crawler.notices import targets
from crawler.services import access, decisions, review, schedule
from crawler.services.schedule import Of
from pipelines.incident import Health, Incident, Profile, Seed, Source, SourceKind, Term
from pipelines.items import Article, Duplicate, DuplicateKind, Link
from pipelines.outcomes import Outcome
from pipelines.store import Connection, articles, copies, crawls, sources
from pipelines.store import incidents as incident_rows
from pipelines.store.copies import Group
from pipelines.store.crawls import CrawlState, Trigger
from pipelines.store.frontier import settle
from pipelines.store.matches import Decision
from pipelines.store.offers import Offered, offer
from tests.desk.addresses import Places
from tests.desk.conftest import RUNNING, SLUG
from tests.desk.stocked import HOSTILE, stock, stock_hostile

#: All of them in one line, for the places that take one text.
WORST = " ".join(text for text in HOSTILE if len(text) < 200)
BY = HOSTILE[1]


def crowd(home: Home, slug: str = SLUG) -> Places:
    """Fills a furnished home; gives what stands in the addresses of its pages."""
    plain = stock(home, 12, slug=slug)
    hostile = stock_hostile(home, slug)
    _decide(home, plain, hostile, slug)
    with home.database.write() as conn:
        _edit(home, conn, hostile[0])
        _group(home, conn, hostile[1], hostile[2])
        source = _source(home, conn)
        crawl = _crawl(home, conn)
        _incident(home, conn)
    log_path(home.config, crawl).write_text("\n".join((*HOSTILE, "\x1b[31mred\x07\x00")))
    access.new_token(home, WORST[:100], ["read", "feed"])
    targets.add(home, "https://hooks.example/<script>window.__xss=1</script>")
    schedule.pause(home, Of(source=source))
    return Places(slug, hostile[6], hostile[0], hostile[2], hostile[1], source, crawl, RUNNING)


def _decide(home: Home, plain: list[int], hostile: list[int], slug: str) -> None:
    some = (hostile[0], hostile[6], plain[0])
    decisions.decide(home, some, Decision.KEEP, by=BY, incident=slug)
    decisions.decide(home, plain[1:3], Decision.DISMISS, by=BY, incident=slug)
    decisions.label(home, some, on=[text[:60] for text in HOSTILE[:3]], by=BY, incident=slug)
    decisions.annotate(home, some, WORST, by=BY, incident=slug)
    for text in HOSTILE[:3]:
        review.save_search(home, text, f'"{text}"', {"outlet": (text,)}, by=BY, incident=slug)


def _edit(home: Home, conn: Connection, id: int) -> None:
    text = "\n\n".join((*HOSTILE[:-1], "And one more line."))
    url = "https://hostile0.example/0"
    new = Article(url, url, WORST, text, outlet=HOSTILE[0])
    articles.revise(conn, id, new, seen_at=home.now())


def _group(home: Home, conn: Connection, origin: int, copy: int) -> None:
    copies.link(conn, copy, [Duplicate(origin, DuplicateKind.NEAR, 0.9)])
    linked = copies.neighbourhood(conn, [origin]).articles.values()
    group = Group(origin, WORST, {copy: (DuplicateKind.NEAR, 0.9)})
    copies.assign(conn, list(linked), [group], now=home.now())


def _source(home: Home, conn: Connection) -> int:
    url = "https://hostile.example/feed?q=<script>window.__xss=1</script>"
    new = Source(SourceKind.FEED, url, outlet=WORST, language="en", tags=HOSTILE[:2])
    id = sources.add(conn, new, now=home.now())[0]
    for _ in range(2):
        sources.set_health(conn, id, Health.FAILING, WORST, now=home.now())
    return id


def _crawl(home: Home, conn: Connection) -> int:
    """One that ended, with links of hostile addresses, titles and reasons."""
    now = home.now()
    id = crawls.request(conn, Trigger.API, WORST, {"urls": [HOSTILE[3]]}, now=now)
    crawls.start(conn, id, pid=21, now=now, wall_now=home.clock.wall())
    urls = [f"https://hostile.example/{number}/{text[:400]}" for number, text in enumerate(HOSTILE)]
    offered = [
        Offered(Link(url, title=text), f"hostile.example/{number}", "hostile.example")
        for number, (url, text) in enumerate(zip(urls, HOSTILE, strict=True))
    ]
    for link in offer(conn, offered, id, now=now):
        settle(conn, id, link.link_id or 0, Outcome.OFF_TOPIC, WORST, now=now)
    crawls.finish(conn, id, CrawlState.FINISHED, now=now, end_reason=WORST, seconds=3.0)
    return id


def _incident(home: Home, conn: Connection) -> None:
    """A second open one, named and recognised by hostile words."""
    terms = tuple(Term(text, "name", 0.5) for text in HOSTILE[:-1])
    seed = Seed(WORST, WORST, "https://hostile.example/seed")
    profile = Profile(terms, ("en",), 0.3, 0.2)
    new = Incident(slug="worst", title=WORST, brief=WORST, profile=profile, seeds=(seed,))
    incident_rows.add(conn, new, home.now())
