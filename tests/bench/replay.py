"""The main job on recorded real hosts: three crawls of the Sony coverage, judged.

    python tests/bench/replay.py [--hosts 100] [--keep FOLDER]

Needs the replay server beside the project (../shared). Prints a table and writes nothing into the
project. One run takes about ten minutes, most of it the gaps that politeness asks for.
"""

import argparse
import json
import os
import shutil
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections import Counter
from datetime import UTC, datetime
from hashlib import md5
from importlib.resources import files
from pathlib import Path
from typing import Any
from urllib.parse import quote, urlsplit

from protego import Protego

from crawler.discovery.opml import write_opml
from pipelines.incident import Source, SourceKind
from pipelines.urls import canonical_key

SHARED = Path(__file__).resolve().parents[3] / "shared"
FIRST, SECOND = "2014-12-20T12:00:00Z", "2015-01-15T12:00:00Z"


class Replay:
    """The replay server as a child process."""

    def __init__(self, folder: Path) -> None:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            self.port = free.getsockname()[1]
        self.log = folder / "replay.jsonl"
        command = [sys.executable, str(SHARED / "web" / "replay_server.py")]
        command += ["--port", str(self.port), "--clock", FIRST, "--log", str(self.log)]
        self.process = subprocess.Popen([*command, "--fresh-log"], stderr=subprocess.DEVNULL)
        self.url = f"http://127.0.0.1:{self.port}"
        for _ in range(200):
            try:
                self.ask("/__replay__/stats")
                return
            except OSError:
                time.sleep(0.1)
        raise RuntimeError("the replay server did not start")

    def ask(self, path: str) -> Any:
        with urllib.request.build_opener(urllib.request.ProxyHandler({})).open(
            self.url + path, timeout=30
        ) as answer:
            return json.loads(answer.read())

    def set_clock(self, when: str) -> None:
        self.ask(f"/__replay__/clock?set={quote(when)}")

    def rows(self) -> list[dict[str, Any]]:
        return [json.loads(line) for line in self.log.read_text().splitlines()]


class Product:
    """The command line on a home of its own, with the replay server as the web."""

    def __init__(self, folder: Path, replay: Replay) -> None:
        self.home = folder / "home"
        self.environment = {
            **{k: v for k, v in os.environ.items() if not k.startswith("FOLLOWUP_")},
            "FOLLOWUP_HOME": str(self.home),
            "FOLLOWUP_CONTACT": "bench@example.org",
            "SSL_CERT_FILE": str(SHARED / "web" / "ca" / "ca.pem"),
            "http_proxy": replay.url,
            "https_proxy": replay.url,
        }

    def __call__(self, *arguments: str, now: str = FIRST) -> str:
        done = subprocess.run(
            [sys.executable, "-m", "crawler", *arguments],
            env={**self.environment, "FOLLOWUP_NOW": now},
            stdout=subprocess.PIPE,
            text=True,
            check=False,
        )
        if done.returncode:
            raise RuntimeError(f"followup {' '.join(arguments)} ended with {done.returncode}")
        return done.stdout


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0] if __doc__ else None)
    parser.add_argument("--hosts", type=int, default=100, help="other hosts beside the incident's")
    parser.add_argument("--keep", type=Path, help="keep home and log in this folder")
    options = parser.parse_args()
    if not SHARED.exists():
        sys.exit("The recorded web (../shared) is missing.")
    folder = options.keep or Path(tempfile.mkdtemp(prefix="followup-replay-"))
    folder.mkdir(parents=True, exist_ok=True)
    replay = Replay(folder)
    try:
        run(folder, replay, options.hosts)
    finally:
        replay.process.terminate()
        replay.process.wait()
        if options.keep is None:
            shutil.rmtree(folder)


def run(folder: Path, replay: Replay, others: int) -> None:
    followup = Product(folder, replay)
    labels = [json.loads(line) for line in (_sony() / "index.jsonl").read_text().splitlines()]
    opml = folder / "sources.opml"
    opml.write_bytes(write_opml(_sources(replay, labels, others), "Bench", datetime.now(UTC)))
    seeds = [str(seed) for seed in sorted((files("crawler.newsroom") / "seeds").iterdir(), key=str)]
    followup("source", "import", str(opml))
    followup("incident", "new", "sony-hack", *[a for seed in seeds for a in ("--seed", seed)])
    for number, now in enumerate((FIRST, SECOND, SECOND), 1):
        replay.set_clock(now)
        before = len(replay.rows())
        report = json.loads(followup("crawl", "--json", now=now))
        rows = replay.rows()[before:]
        print(f"\ncrawl {number} at {now}")
        print(f"  {report['requests']} requests in {report['seconds']} s: {report['counts']}")
        exported = [
            json.loads(line)
            for line in followup("export", "sony-hack", "--format", "jsonl").splitlines()
        ]
        _judge_articles(exported, labels, now)
        _judge_requests(rows)
    _judge_manners(replay)


def _sony() -> Path:
    return SHARED / "web" / "corpus" / "sony2014"


def _sources(replay: Replay, labels: list[dict[str, Any]], others: int) -> list[Source]:
    mine = {urlsplit(row["url"]).hostname or "" for row in labels}
    rest = sorted(
        set(replay.ask("/__replay__/hosts")) - mine, key=lambda h: md5(h.encode()).digest()
    )
    hosts = sorted(mine) + rest[:others]
    return [Source(SourceKind.FEED, f"http://{host}/feed.xml", outlet=host) for host in hosts]


def _judge_articles(exported: list[dict[str, Any]], labels: list[dict[str, Any]], now: str) -> None:
    until = datetime.fromisoformat(now).timestamp()
    label_of = {canonical_key(row["url"]): row["label"] for row in labels}
    for row in labels:
        for variant in row["variants"]:
            label_of[canonical_key(variant)] = row["label"]
    taken = [row for row in exported if row["verdict"] == "follow_up"]
    keys = [canonical_key(row["url"]) for row in exported]
    called = Counter(label_of.get(canonical_key(row["url"]), "other") for row in taken)
    core = [row for row in labels if row["label"] == "core" and row["published"] <= until]
    allowed = [row for row in core if _is_allowed(row["url"])]
    stored = {canonical_key(row["url"]) for row in taken}
    for row in taken:
        stored |= {canonical_key(url) for url in row["aliases"]}
    missing = [row["url"] for row in allowed if canonical_key(row["url"]) not in stored]
    good = called["core"] + called["related"]
    print(f"  core stored as follow-up: {len(allowed) - len(missing)} of {len(allowed)} allowed")
    for url in missing:
        print(f"    missing {url}")
    print(
        f"  follow-ups {len(taken)}: {dict(called)}; {good / max(len(taken), 1):.3f} in the story"
    )
    print(f"  addresses stored twice: {len(keys) - len(set(keys))}")
    print(f"  articles with revisions: {sum(row['revisions'] > 0 for row in exported)}")


def _robots() -> dict[str, Path]:
    found = {}
    for line in (SHARED / "web" / "corpus" / "index.jsonl").read_text().splitlines():
        row = json.loads(line)
        if row["kind"] == "robots" and row.get("url"):
            found[urlsplit(row["url"]).hostname or ""] = SHARED / "web" / "corpus" / row["path"]
    return found


_ROBOTS = _robots() if SHARED.exists() else {}


def _is_allowed(url: str) -> bool:
    host = urlsplit(url).hostname or ""
    twin = host.removeprefix("www.") if host.startswith("www.") else f"www.{host}"
    path = _ROBOTS.get(host) or _ROBOTS.get(twin)
    if path is None:
        return True
    return bool(Protego.parse(path.read_text("utf-8", "replace")).can_fetch(url, "Followup"))


def _judge_requests(rows: list[dict[str, Any]]) -> None:
    tags = Counter(row["tag"] for row in rows)
    plain = [
        row["url"]
        for row in rows
        if row["tag"] != "robots" and not (row.get("inm") or row.get("ims"))
    ]
    often = {url: n for url, n in Counter(row["url"] for row in rows).items() if n > 1}
    print(f"  requests by kind {dict(tags)}; unconditional {len(plain)}, repeated {len(often)}")
    for url in [*plain[:3], *list(often)[:3]]:
        print(f"    {url}")


def _judge_manners(replay: Replay) -> None:
    command = [sys.executable, str(SHARED / "web" / "judge.py"), str(replay.log)]
    done = subprocess.run(
        [*command, "--agent", "Followup", "--min-gap", "1.0"],
        stdout=subprocess.PIPE,
        text=True,
        check=True,
    )
    found = json.loads(done.stdout)
    print("\nmanners")
    for name in (
        "requests",
        "max_concurrency_per_host",
        "hosts_with_gap_below",
        "median_gap",
        "robots_violations",
        "crawl_delay_violations",
        "unconditional_refetches",
        "answers_304",
        "cookies_sent",
    ):
        print(f"  {name}: {found[name]}")


if __name__ == "__main__":
    main()
