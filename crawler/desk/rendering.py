"""Templates made into pages: what they may use, and what every page holds.

All that was fetched is escaped by the templates, and addresses are linked only where they are
http(s). Pages work without a script and hold none in line.
"""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from fastapi import Request
from jinja2 import Environment, PackageLoader, StrictUndefined
from starlette.responses import HTMLResponse, Response

from crawler import __version__
from crawler.desk import words
from crawler.desk.forms import TOKEN
from crawler.desk.problems import Problem
from crawler.desk.room import Room, room_of
from crawler.desk.told import STATES
from crawler.desk.views import saved_href
from crawler.services import crawls, listing
from pipelines.outcomes import MEANINGS
from pipelines.store.crawls import Crawl, CrawlState

#: The parts of the desk: name, address, the key that leads there after "g".
PLACES = (
    ("incidents", "/", "i"),
    ("articles", "/articles", "a"),
    ("sources", "/sources", "s"),
    ("crawls", "/crawls", "c"),
    ("settings", "/settings", "t"),
)
#: How the facets of a list read.
FACET_WORDS = {
    "review": "Review",
    "verdict": "Verdict",
    "outlet": "Outlet",
    "country": "Country",
    "language": "Language",
    "day": "Day",
    "source": "Source",
    "copies": "Copies",
    "changed": "Changed",
    "label": "Label",
}
#: A page without a script loads itself again so often while something runs.
REFRESH_SECONDS = 5


def page(
    room: Room, template: str, *, place: str, refresh: bool = False, **values: Any
) -> Response:
    """A template as a page. `place` is the part of the desk that it belongs to, as the navigation
    names it ("" for none); `refresh`: it shows something that runs."""
    config, now = room.home.config, room.home.now()

    def exact(when: datetime) -> str:
        return words.exact(when, config.timezone)

    def from_now(when: datetime) -> str:
        return words.from_now(when, now)

    html = _TEMPLATES.get_template(template).render(
        now=now,
        exact=exact,
        from_now=from_now,
        version=__version__,
        token_field=TOKEN,
        form_token=room.form_token,
        place=place,
        person=room.caller.name if room.caller and room.caller.session else None,
        refresh=refresh,
        refresh_seconds=REFRESH_SECONDS,
        problems=room.checkup.problems(),
        **values,
    )
    return HTMLResponse(html, headers={"Cache-Control": "no-store"})


def problem_page(request: Request, problem: Problem) -> Response:
    """A problem for who looks at pages."""
    told = page(room_of(request), "problem.html", place="", problem=problem)
    told.status_code = problem.status
    told.headers.update(problem.headers())
    return told


def _in_order(counts: Mapping[str, int]) -> list[tuple[str, int]]:
    """Counts in the order of the list of outcomes."""
    return [(outcome, counts[outcome]) for outcome in MEANINGS if outcome in counts]


def _end(crawl: Crawl) -> str | None:
    """Why a crawl ended, where its state does not say that."""
    return None if crawl.end_reason == str(crawl.state) else crawl.end_reason


def _is_unended(crawl: Crawl) -> bool:
    return crawl.state in listing.UNENDED


def _taken(counts: Mapping[str, int]) -> int:
    """Links that brought an article, or a new version of one."""
    return sum(counts.get(outcome, 0) for outcome in ("stored", "revised", "copy"))


def _web(url: str) -> bool:
    """True for an address that may be a link."""
    return url.lower().startswith(("http://", "https://"))


def _environment() -> Environment:
    made = Environment(
        loader=PackageLoader("crawler.desk"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters |= {
        "span": words.span,
        "counted": words.counted,
        "in_words": words.in_words,
        "short": words.short,
        "sentence": words.sentence,
        "in_order": _in_order,
        "purpose": crawls.purpose,
        "end": _end,
        "taken": _taken,
        "number": lambda number: f"{number:,}",
    }
    made.filters["moment"] = datetime.fromisoformat
    made.globals["FACET_WORDS"] = FACET_WORDS
    made.globals["STATES"] = STATES
    made.globals["saved_href"] = saved_href
    made.tests |= {"web": _web, "unended": _is_unended}
    made.globals["PLACES"] = PLACES
    made.globals["MISSED"] = CrawlState.MISSED
    return made


_TEMPLATES = _environment()
