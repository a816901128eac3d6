"""/metrics: Prometheus reads it, the figures add up, and looking is cheap."""

from datetime import timedelta
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from crawler.desk import metrics
from crawler.home import Home
from pipelines.store import crawls, sources
from pipelines.store.crawls import CrawlState, Trigger
from tests.desk.conftest import RUNNING
from tests.desk.serving import Beat, Desk, opened, serve

Figures = dict[tuple[str, ...], float]


def figures(text: str) -> Figures:
    return {
        (sample.name, *sorted(sample.labels.values())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def test_prometheus_reads_the_figures(desk: Desk) -> None:
    answer = desk.get("/metrics")
    assert answer.headers["content-type"].startswith("text/plain; version=")
    told = figures(answer.text)
    assert told["followup_crawls_total", "finished", "hand"] == 1
    assert told["followup_crawls_total", "missed", "schedule"] == 1
    assert told["followup_crawls_unended", "api", "requested"] == 1
    assert told["followup_crawls_running",] == 1
    assert told["followup_requests_total",] == 4
    assert told["followup_sources", "failing"] == 1
    assert told["followup_sources", "new"] == 3
    assert told["followup_sources_due",] == 0
    assert told["followup_schedule_ticking",] == 1
    assert told["process_resident_memory_bytes",] > 1_000_000
    assert told["process_cpu_seconds_total",] > 0


def test_a_schedule_that_does_not_tick_shows(desk: Desk) -> None:
    desk.pulse.why = "it stands"
    assert figures(desk.get("/metrics").text)["followup_schedule_ticking",] == 0


def test_a_crawl_is_counted_once_when_it_ended(home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(metrics, "HOLDS_SECONDS", 0.0)
    registry = metrics.registry(home, Beat())

    def told() -> Figures:
        found = figures(metrics.generate_latest(registry).decode())
        return {key: value for key, value in found.items() if key[0].startswith("followup")}

    before = told()
    with home.database.write() as conn:
        crawls.finish(conn, RUNNING, CrawlState.FINISHED, now=home.now(), requests=10)
        late = crawls.request(conn, Trigger.HAND, "test", {}, now=home.now())
    after = told()
    assert told() == after
    assert after["followup_crawls_total", "finished", "hand"] == 2
    assert after["followup_requests_total",] == before["followup_requests_total",] + 6
    links = {key: value for key, value in after.items() if key[0] == "followup_links_total"}
    assert links["followup_links_total", "off_topic"] == 1
    assert after["followup_crawls_running",] == 0
    with home.database.write() as conn:
        crawls.finish(conn, late, CrawlState.CANCELLED, now=home.now())
    assert told()["followup_crawls_total", "cancelled", "hand"] == 1


def test_a_due_source_shows_how_late_it_is(home: Home) -> None:
    with home.database.write() as conn:
        sources.set_due(conn, 1, None)
        sources.set_due(conn, 2, home.now() - timedelta(seconds=90))
    told = figures(metrics.generate_latest(metrics.registry(home, Beat())).decode())
    assert told["followup_sources_due",] == 2
    assert told["followup_sources_lateness_seconds",] == pytest.approx(90, abs=1)


def test_the_database_is_looked_at_once_for_all_who_ask(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = figures(desk.get("/metrics").text)
    desk.send("POST", "/api/v1/crawls", 202, json={})
    second = figures(desk.get("/metrics").text)
    asked = "followup_crawls_unended", "api", "requested"
    assert second[asked] == first[asked]


@pytest.mark.parametrize(("is_public", "status"), [(False, 403), (True, 200)])
def test_beyond_loopback_figures_are_shown_when_that_is_wanted(
    tmp_path: Path, is_public: bool, status: int
) -> None:
    settings = {"token": "t", "metrics_public": is_public}
    with opened(tmp_path / "home", **settings) as home, serve(home) as desk:
        proxied = {"X-Forwarded-For": "192.0.2.1"}
        desk.get("/metrics", status, headers=proxied, auth=("me", "t"))
        desk.get("/metrics", auth=("me", "t"))
        desk.get("/metrics", 401, headers=proxied)
