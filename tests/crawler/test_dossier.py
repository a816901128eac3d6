"""An incident as one folder: whole, checked, the same for the same state, and harmless."""

import csv
import io
import json
import re
import shutil
import subprocess
import sys
import zipfile
from pathlib import Path

import feedparser
import pytest
from warcio.archiveiterator import ArchiveIterator

from crawler.discovery.opml import read_opml
from crawler.export import bibtex, folder
from crawler.home import Home
from crawler.services import dossier
from pipelines.store import pages
from tests.crawler.backups import quiet
from tests.crawler.terminal import Terminal

SLUG = "sony-hack"
FILES = {
    *("index.html", "articles.json", "articles.csv", "references.bib", "ledger.csv"),
    *("ledger.jsonl", "decisions.csv", "decisions.jsonl", "sources.opml", "incident.toml"),
    *("raw.warc.gz", "check.py", "MANIFEST.sha256", "articles"),
}


@pytest.fixture
def made(followed: Terminal, tmp_path: Path) -> Path:
    target = tmp_path / "dossier"
    first = followed.good("export", SLUG).lines[0]
    followed.good("articles", "mark", first["id"], "keep", "--note", "=see <b>this</b>")
    followed.good("export", SLUG, "--format", "dossier", "--to", target)
    return target


def checked(made: Path) -> tuple[int, str]:
    done = subprocess.run(
        [sys.executable, "-I", "check.py"], cwd=made, capture_output=True, text=True, check=False
    )
    return done.returncode, done.stdout


def contents(made: Path) -> dict[str, bytes]:
    return {str(p.relative_to(made)): p.read_bytes() for p in made.rglob("*") if p.is_file()}


def test_a_dossier_holds_all_that_is_promised(made: Path, followed: Terminal) -> None:
    assert {path.name for path in made.iterdir()} == FILES
    exported = followed.good("export", SLUG).lines
    told = json.loads((made / "articles.json").read_text("utf-8"))
    assert [one["id"] for one in told["articles"]] == [one["id"] for one in exported]
    assert {p.stem for p in (made / "articles").iterdir()} == {str(one["id"]) for one in exported}
    table = list(csv.DictReader(io.StringIO((made / "articles.csv").read_text("utf-8"))))
    assert [row["id"] for row in table] == [str(one["id"]) for one in exported]
    outlines, problems = read_opml((made / "sources.opml").read_bytes())
    assert (len(outlines), problems) == (len(followed.good("source", "list", "--json").json), ())
    ledger = (made / "ledger.jsonl").read_text("utf-8").splitlines()
    assert len(ledger) == len(followed.good("ledger", SLUG, "--json").json)
    (done,) = map(json.loads, (made / "decisions.jsonl").read_text("utf-8").splitlines())
    assert (done["decision"], done["note"]) == ("keep", "=see <b>this</b>")
    assert done["by"]
    assert done["at"]
    assert "'=see" in (made / "decisions.csv").read_text("utf-8")
    index = (made / "index.html").read_text("utf-8")
    assert "=see &lt;b&gt;this&lt;/b&gt;" in index
    assert told["as_of"] in index


def test_texts_are_cut_unless_asked_for(made: Path, followed: Terminal, tmp_path: Path) -> None:
    long = next(
        row for row in followed.good("export", SLUG).lines if len((row["text"] or "").split()) > 60
    )
    end = long["text"].split("\n\n")[-1][-30:]
    assert not any(
        end.encode() in body for name, body in contents(made).items() if "raw" not in name
    )
    full = tmp_path / "full"
    followed.good("export", SLUG, "--format", "dossier", "--full-text", "--to", full)
    told = {one["id"]: one for one in json.loads((full / "articles.json").read_text())["articles"]}
    assert told[long["id"]]["text"].endswith(f"Text: {long['outlet']}, {long['url']}")
    assert end in (full / "articles.csv").read_text("utf-8")


def test_the_script_passes_and_finds_each_change(made: Path) -> None:
    assert checked(made)[0] == 0
    sums = ["sha256sum", "--quiet", "-c", "MANIFEST.sha256"]
    assert subprocess.run(sums, cwd=made, check=False).returncode == 0
    victim = made / "raw.warc.gz"
    body = victim.read_bytes()
    for at in (0, len(body) // 2, len(body) - 1):
        victim.write_bytes(body[:at] + bytes([body[at] ^ 1]) + body[at + 1 :])
        assert checked(made) == (1, "changed: raw.warc.gz\n")
    assert subprocess.run(sums, cwd=made, check=False, capture_output=True).returncode == 1
    victim.unlink()
    (made / "articles" / "added.html").write_text("<script>")
    assert checked(made) == (1, "missing: raw.warc.gz\nadded: articles/added.html\n")
    victim.symlink_to("index.html")
    assert "changed: raw.warc.gz" in checked(made)[1]


def test_the_same_state_gives_the_same_bytes(full: Home, tmp_path: Path) -> None:
    for name in ("one", "two"):
        dossier.to_folder(full, SLUG, tmp_path / name, full_text=False, tell=quiet)
        dossier.to_zip(full, SLUG, tmp_path / f"{name}.zip", full_text=False, tell=quiet)
    assert contents(tmp_path / "one") == contents(tmp_path / "two")
    assert (tmp_path / "one.zip").read_bytes() == (tmp_path / "two.zip").read_bytes()
    with zipfile.ZipFile(tmp_path / "one.zip") as packed:
        packed.extractall(tmp_path / "out")
    assert contents(tmp_path / "out" / f"{SLUG}-dossier") == contents(tmp_path / "one")
    assert checked(tmp_path / "out" / f"{SLUG}-dossier")[0] == 0


def test_the_kept_pages_are_a_web_archive(made: Path, full: Home) -> None:
    with (made / "raw.warc.gz").open("rb") as file:
        records = [
            (
                one.rec_type,
                one.rec_headers.get_header("WARC-Target-URI"),
                one.content_stream().read(),
            )
            for one in ArchiveIterator(file, check_digests=True)
        ]
    assert records[0][0] == "warcinfo"
    assert all(kind == "response" for kind, _, _ in records[1:])
    ids = [one["id"] for one in json.loads((made / "articles.json").read_text())["articles"]]
    with full.database.read() as conn:
        kept = [raw.url for id in ids for raw in pages.of_article(conn, id)]
        bodies = {pages.read(conn, full.config.raw_folder, id) for id in ids}
    assert [url for _, url, _ in records[1:]] == kept != []
    assert bodies - {None} <= {body for _, _, body in records}


def test_a_damaged_page_is_left_out_and_told(full: Home, tmp_path: Path) -> None:
    first, *_ = sorted(full.config.raw_folder.glob("*.warc.gz"))
    body = bytearray(first.read_bytes())
    body[40] ^= 255
    first.write_bytes(bytes(body))
    said: list[str] = []
    report = dossier.to_folder(full, SLUG, tmp_path / "d", full_text=False, tell=said.append)
    assert len(report.lacking) == 1
    assert said == ["1 kept pages are not on disk any more and are left out."]
    with (tmp_path / "d" / "raw.warc.gz").open("rb") as file:
        assert sum(1 for _ in ArchiveIterator(file)) == report.raw_pages + 1


def test_what_breaks_off_leaves_nothing_under_the_name(
    full: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise OSError("the disk is full")

    monkeypatch.setattr(folder, "seal", fail)
    into = tmp_path / "into"
    into.mkdir()
    for write in (dossier.to_folder, dossier.to_zip):
        with pytest.raises(OSError, match="full"):
            write(full, SLUG, into / "d", full_text=False, tell=quiet)
    assert list(into.iterdir()) == []


def test_what_has_the_name_already_stays(made: Path, followed: Terminal) -> None:
    before = contents(made)
    refused = followed("export", SLUG, "--format", "dossier", "--to", made)
    assert (refused.status, "is there already" in refused.err) == (1, True)
    assert contents(made) == before
    shutil.rmtree(made)
    assert followed("export", "nope", "--format", "dossier", "--to", made).status == 1
    assert list(made.parent.glob(".*part")) == []


def test_an_incident_is_one_feed_and_one_web_archive(followed: Terminal, tmp_path: Path) -> None:
    read = feedparser.parse(followed.good("export", SLUG, "--format", "atom").out)
    assert not read.bozo
    exported = followed.good("export", SLUG).lines
    assert [one.title for one in read.entries] == [one["title"] for one in exported]
    assert len({one.id for one in read.entries}) == len(exported)
    followed.good("export", SLUG, "--format", "warc", "--to", tmp_path / "raw.warc.gz")
    with (tmp_path / "raw.warc.gz").open("rb") as file:
        assert next(iter(ArchiveIterator(file))).rec_type == "warcinfo"
    for wrong in (("--zip",), ("--to", "x"), ("--format", "warc", "--json")):
        assert followed("export", SLUG, *wrong).status == 2


# ------------------------------------------------------------------------------------- references


def parsed(text: str) -> list[dict[str, str]]:
    """A small reader of BibTeX: braces are counted as BibTeX does, behind a backslash too."""
    found, at = [], 0
    while (start := text.find("@", at)) >= 0:
        head = re.compile(r"@(\w+)\{([^,\s]+),").match(text, start)
        assert head is not None, text[start : start + 50]
        entry, at = {"key": head[2]}, head.end()
        while (field := re.compile(r"\s*(\w+) = ").match(text, at)) is not None:
            at = end_of(text, field.end())
            entry[field[1]] = text[field.end() : at].removeprefix("{").removesuffix("}")
            at += 1  # the comma
        assert text[at : at + 2] == "\n}"
        found.append(entry)
        at += 2
    return found


def end_of(text: str, at: int) -> int:
    if text[at] != "{":
        return text.index(",", at)
    depth = 0
    for position in range(at, len(text)):
        depth += {"{": 1, "}": -1}.get(text[position], 0)
        if depth == 0:
            return position + 1
    raise AssertionError("a brace is not closed")


def test_references_are_read_back(made: Path) -> None:
    told = json.loads((made / "articles.json").read_text("utf-8"))["articles"]
    read = parsed((made / "references.bib").read_text("utf-8"))
    assert [one["key"] for one in read] == [f"followup-{one['id']}" for one in told]
    assert all(one["url"].startswith("http") and one["title"] for one in read)


HOSTILE = ("}}@misc{x, title={", "{{{", "}", r"\input{/etc/passwd}", "50% & $5 #_^~", "a\n\n@b")


@pytest.mark.parametrize("text", HOSTILE)
def test_hostile_titles_stay_in_their_field(text: str) -> None:
    row = {
        "id": 1, "title": text, "authors": [text, "Ann and Bob"], "outlet": text, "language": "en",
        "published_at": "2014-12-19T10:00:00+09:00", "first_seen_at": "2014-12-20T00:00:00+00:00",
        "url": f"https://example.org/{text}",
    }  # fmt: skip
    one, other = parsed(bibtex.reference(row) + bibtex.reference({**row, "id": 2}))
    assert (one["key"], other["key"]) == ("followup-1", "followup-2")
    assert "\\input" not in one["title"]
    assert one["author"].count("} and {") == 1
    assert (one["date"], one["year"], one["month"]) == ("2014-12-19", "2014", "dec")
