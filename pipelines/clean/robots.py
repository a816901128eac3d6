"""Whether a page forbids that its raw answer is kept.

https://developers.google.com/search/docs/crawling-indexing/robots-meta-tag: X-Robots-Tag may name a
robot before its rules, a meta tag has the robot's name as its own; "none" and "noarchive" forbid.
"""

import re
from collections.abc import Iterator

from pipelines.clean.head import Head
from pipelines.items import Page

AGENT = "followup"
_FORBID = frozenset({"noarchive", "none"})
_AGENT_RULE = re.compile(r"\s*([a-z0-9_.-]{1,60})\s*:\s*(.*)", re.IGNORECASE | re.DOTALL)
#: Rules with a value of their own, which look like a robot's name before its rules.
_VALUED = frozenset({"unavailable_after", "max-snippet", "max-image-preview", "max-video-preview"})


def withhold_raw(page: Page, head: Head) -> str | None:
    """ "noarchive" where the header or a meta tag forbids keeping the raw page, else None."""
    rules = {
        rule for raw in _rules(page, head) for rule in re.split(r"[\s,]+", raw.lower()[:1_000])
    }
    return "noarchive" if rules & _FORBID else None


def _rules(page: Page, head: Head) -> Iterator[str]:
    for name, value in page.headers:
        if name.lower() == "x-robots-tag":
            match = _AGENT_RULE.fullmatch(value[:1_000])
            if match is None or match.group(1).lower() in _VALUED:
                yield value
            elif match.group(1).lower() == AGENT:
                yield match.group(2)
    yield from head.all("robots", AGENT)
