"""What is known of a host's manners, and of ours towards it."""

from typing import Any

from crawler.home import Home
from crawler.politeness import read_robots
from pipelines.dates import iso
from pipelines.errors import UnknownThing
from pipelines.store import hosts
from pipelines.urls import host_of


def of(home: Home, name: str) -> dict[str, Any]:
    """Gap, Crawl-delay, Retry-After, lease and robots.txt of a host that was asked before."""
    host = host_of(name if "://" in name else f"http://{name}")
    with home.database.read() as conn:
        known = hosts.manners(conn, host)
        robots = {
            origin: row
            for origin in (f"https://{host}", f"http://{host}")
            if (row := hosts.get_robots(conn, origin)) is not None
        }
    if known.last_request_at is None and not robots:
        raise UnknownThing("host", host, remedy="It was not asked for anything yet.")
    return {
        "host": host,
        "user_agent": home.config.user_agent,
        "gap_seconds": max(home.config.min_gap_seconds, known.crawl_delay or 0.0),
        "crawl_delay": known.crawl_delay,
        "not_before": iso(known.not_before),
        "leased_by_crawl": known.leased_by,
        "last_request_at": iso(known.last_request_at),
        "robots": [
            {
                "origin": origin,
                "status": row.status,
                "fetched_at": iso(row.fetched_at),
                "fresh_until": iso(row.until),
                "says": _said(row),
            }
            for origin, row in robots.items()
        ],
    }


def _said(row: hosts.Robots) -> str:
    robots = read_robots(row.status, row.body or b"")
    if robots.unreadable is not None:
        return f"cannot be read ({robots.unreadable}), so nothing is fetched for now"
    if robots.rules is None:
        return f"there is none (status {row.status}), so all may be fetched"
    text = (row.body or b"").decode("utf-8", "replace")
    lines = [line for line in text.splitlines() if line.strip()]
    return f"{len(lines)} lines, fetched {row.fetched_at:%Y-%m-%d %H:%M}"
