"""Against the recorded web beside the project, where it is there."""

import gzip
import json
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path

import fastfeedparser
import pytest

from crawler.discovery.feeds import read_feed
from crawler.discovery.opml import read_opml
from crawler.discovery.sitemaps import read_sitemap

SHARED = Path(__file__).resolve().parents[4] / "shared"
CORPUS = SHARED / "web" / "corpus"
HOSTILE = SHARED / "web" / "hostile" / "hostile_server.py"

pytestmark = [
    pytest.mark.shared,
    pytest.mark.skipif(
        not CORPUS.is_dir(), reason="the recorded material is not beside the project"
    ),
]


def recorded(kind: str) -> Iterator[tuple[str, str, bytes]]:
    for line in (CORPUS / "index.jsonl").read_text("utf-8").splitlines():
        row = json.loads(line)
        if row["kind"] == kind:
            body = (CORPUS / row["path"]).read_bytes()
            if row.get("enc") == "gzip-file":
                body = gzip.decompress(body)
            yield row["path"], row["url"] or "https://t.example/x.xml", body


def test_no_recorded_feed_loses_an_entry() -> None:
    fewer, feeds, entries, addressed = [], 0, 0, 0
    for path, url, body in recorded("feeds"):
        feed = read_feed(body, url, None)
        try:
            known = len(fastfeedparser.parse(body).entries)
        except (ValueError, KeyError):
            known = 0
        if len(feed.entries) < known and not feed.cut:
            fewer.append(path)
        feeds += 1
        entries += len(feed.entries)
        addressed += sum(entry.url is not None for entry in feed.entries)
    assert fewer == []
    assert feeds >= 500
    # Two recorded feeds name no addresses at all, and many of one entry test something else.
    assert addressed / entries > 0.74


def test_recorded_sitemaps_and_lists_are_read() -> None:
    unread = [path for path, url, body in recorded("sitemaps") if not usable(body, url)]
    assert unread == []
    lists = [
        (path, *read_opml(body)) for path, _, body in recorded("opml") if path.endswith("opml")
    ]
    assert [path for path, outlines, problems in lists if not outlines or problems] == []


def usable(body: bytes, url: str) -> bool:
    sitemap = read_sitemap(body, url, None)
    return sitemap.is_sitemap and bool(sitemap.links or sitemap.children)


@pytest.fixture(scope="module")
def hostile() -> Iterator[urllib.request.OpenerDirector]:
    with socket.socket() as one, socket.socket() as two:
        one.bind(("127.0.0.1", 0))
        two.bind(("127.0.0.1", 0))
        port, canary = one.getsockname()[1], two.getsockname()[1]
    server = subprocess.Popen(
        [sys.executable, HOSTILE, "--port", str(port), "--canary-port", str(canary)],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    opener = urllib.request.build_opener(
        urllib.request.ProxyHandler({"http": f"http://127.0.0.1:{port}"})
    )
    try:
        for _ in range(100):
            with socket.socket() as probe:
                if probe.connect_ex(("127.0.0.1", port)) == 0:
                    break
            time.sleep(0.1)
        yield opener
    finally:
        server.kill()
        server.wait()


@pytest.mark.parametrize(
    ("case", "path"),
    [
        ("feed-100k", "/feed.xml"),
        ("feed-huge-field", "/feed.xml"),
        ("url-huge", "/feed.xml"),
        ("url-parser", "/feed.xml"),
        ("redirect-scheme", "/feed.xml"),
        ("xml-lol", "/feed.xml"),
        ("xml-quadratic", "/feed.xml"),
        ("xxe-feed", "/feed.xml"),
        ("charset-lie", "/feed.xml"),
        ("charset-lie", "/utf16.xml"),
        ("charset-lie", "/shiftjis.xml"),
        ("charset-lie", "/bogus.xml"),
        ("charset-lie", "/bom2.xml"),
        ("xss-stored", "/feed.xml"),
        ("redos", "/feed.xml"),
    ],
)
def test_hostile_feeds_give_their_plain_entry_in_time(
    hostile: urllib.request.OpenerDirector, case: str, path: str
) -> None:
    url = f"http://{case}.hostile.test{path}"
    with hostile.open(url, timeout=30) as answer:
        body, content_type = answer.read(), answer.headers["content-type"]
    started = time.perf_counter()
    feed = read_feed(body, url, content_type)
    assert time.perf_counter() - started < 5
    assert f"http://{case}.hostile.test/ok.html" in {entry.url for entry in feed.entries}
    assert "root:x:0" not in repr(feed)
