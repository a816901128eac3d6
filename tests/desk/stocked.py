"""Articles to review, hostile ones among them."""

from datetime import timedelta

from crawler.home import Home
from pipelines.items import Article, Reason, Relevance
from pipelines.outcomes import Outcome, Verdict
from pipelines.store import articles, incidents, matches
from pipelines.urls import canonical_key
from tests.desk.conftest import SLUG

#: What runs where it is taken for markup.
HOSTILE = (
    "<script>window.__xss=1</script>",
    "<img src=x onerror=window.__xss=1>",
    '"><svg onload=window.__xss=1>',
    "javascript:window.__xss=1",
    "'-window.__xss=1-'",
    "{{ 7*7 }}{% raw %}",
    "</textarea></title></style><script>window.__xss=1</script>",
    "\u202egnp.exe\u2066",
    "&lt;script&gt;window.__xss=1&lt;/script&gt;",
    "x" * 3_000,
)


def stock(home: Home, count: int, *, slug: str = SLUG, said: str = "Report") -> list[int]:
    """So many follow-ups of an incident, the first of them the newest; gives their ids."""
    made = []
    with home.database.write() as conn:
        of = incidents.get(conn, slug).id or 0
        for number in range(count):
            at = home.now() - timedelta(hours=number + 1)
            url = f"https://outlet{number % 7}.example/{said.lower()}-{number}"
            new = Article(
                url,
                url,
                f"{said} {number} on the attack",
                f"Sony Pictures said on day {number} that mail is down.\n\n- one\n- two\n\nEnd.",
                outlet=f"Outlet {number % 7}",
                language="en",
                published_at=at,
                authors=("Ann Author",),
            )
            made.append(_put(home, conn, new, of, score=0.9 - number / 1_000))
    return made


def stock_hostile(home: Home, slug: str = SLUG) -> list[int]:
    """An article for each hostile text, which stands in all of its fields."""
    made = []
    with home.database.write() as conn:
        of = incidents.get(conn, slug).id or 0
        for number, text in enumerate(HOSTILE):
            url = f"https://hostile{number}.example/{number}"
            new = Article(
                url,
                text if number == 3 else url,
                text,
                f"{text}\n\n- {text}\n\nSony {text}",
                outlet=text,
                language="en",
                section=text,
                authors=(text, "Ann"),
                html=text,
                published_raw=text,
                provenance={"title": text, "authors": text},
            )
            made.append(_put(home, conn, new, of, score=0.8, term=text))
    return made


def _put(  # type: ignore[no-untyped-def]
    home: Home, conn, new: Article, incident_id: int, *, score: float, term: str = "sony"
) -> int:
    now = home.now()
    id = articles.insert(
        conn, new, keys=(canonical_key(new.url),), outcome=Outcome.STORED, seen_at=now
    )
    reasons = (Reason(term, "name", score), Reason("weather", "against", -0.01))
    judged = Relevance(incident_id, score, Verdict.FOLLOW_UP, reasons)
    matches.save(conn, id, [judged], now=now)
    return id
