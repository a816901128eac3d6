"""The main way on PostgreSQL: FOLLOWUP_DATABASE_URL is all that changes."""

from pathlib import Path
from typing import Any

from tests.crawler.terminal import SLUG, Terminal


def test_an_incident_is_followed_on_postgresql(
    postgres: Any, online: Terminal, seeds: list[Path], tmp_path: Path
) -> None:
    online.own["FOLLOWUP_DATABASE_URL"] = postgres.fresh()
    given = [part for seed in seeds for part in ("--seed", seed)]
    online.good("incident", "new", SLUG, *given)
    for path in ("harbourpost.newsroom.test/feed.xml", "eaststrait.newsroom.test/rss/news.xml"):
        online.good("source", "add", f"http://{path}", "--kind", "feed")
    first = online.good("crawl", "--json").json
    assert first["state"] == "finished"
    assert first["counts"]["stored"] > 5
    assert sum(first["counts"].values()) == first["links_found"]
    follow_ups = online.good("articles", "list", "--json").json
    exported = online.good("export", SLUG).lines
    assert {one["id"] for one in follow_ups} <= {one["id"] for one in exported}
    assert online.good("articles", "search", '"North Korea"', "--json").json
    id = follow_ups[0]["id"]
    online.good("articles", "mark", id, "star", "--note", "read this")
    assert "read this" in online.good("articles", "show", id).out
    lines = tmp_path / "more.jsonl"
    lines.write_text('{"url": "https://example.org/1", "text": "' + "Sony hack. " * 40 + '"}\n')
    online.good("ingest", SLUG, lines)
    online.good("forget", id, "--yes")
    assert online("articles", "show", id).status == 1
    assert len(online.good("ledger", SLUG, "--json").json) >= first["links_found"]
    assert [row["state"] for row in online.good("crawls", "list", "--json").json] == ["finished"]
    assert not (online.home / "followup.db").exists()
