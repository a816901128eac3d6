"""Review in the terminal, from the list to what is exported, forgotten or brought in."""

import csv
import gzip
import io
import json
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from warcio.statusandheaders import StatusAndHeaders
from warcio.warcwriter import WARCWriter

from tests.crawler.terminal import SLUG, Demo, Terminal, has_keys

EXPORTED = (
    "id url canonical_url aliases title text authors published_at modified_at first_seen_at outlet"
    " language verdict score reasons review group copy_of revisions partial html section is_free"
    " image dates entries provenance credit"
)


def exported(terminal: Terminal) -> list[dict[str, Any]]:
    return terminal.good("export", SLUG, "--format", "jsonl").lines


def listed(terminal: Terminal, *arguments: object) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = terminal.good("articles", "list", *arguments, "--json").json
    return found


def ledger(terminal: Terminal, *arguments: object) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = terminal.good("ledger", SLUG, *arguments, "--json").json
    return rows


def test_the_demo_gives_its_summary_as_json(demo: Demo) -> None:
    assert demo.ended.status == 0
    summary = demo.ended.json
    assert has_keys(summary, "counts follow_ups copies revisions")
    wanted = "stored copy revised off_topic robots_denied wall soft_404 http_error"
    assert has_keys(summary["counts"], wanted)
    assert all(len(group) > 1 for group in summary["copies"])
    assert set(summary["revisions"]) <= set(summary["follow_ups"])


def test_a_list_is_narrowed_by_every_filter(followed: Terminal) -> None:
    every = listed(followed, "--limit", 500)
    assert {one["verdict"] for one in every} == {"follow_up"}
    assert [one["published_at"] for one in every] != []
    days = [one["published_at"] or one["first_seen_at"] for one in every]
    assert days[0][:10] >= days[-1][:10]
    assert len(listed(followed, "--limit", 3)) == 3
    told = followed.good("articles", "list", "--limit", 3)
    assert "Only the newest 3 are shown" in told.err
    window = listed(followed, "--since", "2014-12-19", "--until", "2014-12-19", "--limit", 500)
    assert window
    assert {one["published_at"][:10] for one in window} <= {"2014-12-19", "2014-12-20"}
    harbour = listed(followed, "--outlet", "the harbour post")
    assert harbour == listed(followed, "--outlet", "harbourpost.newsroom.test")
    assert {one["outlet"] for one in harbour} == {"The Harbour Post"}
    others = listed(followed, "--verdict", "candidate", "--verdict", "off_topic", "--limit", 500)
    assert {one["verdict"] for one in others} <= {"candidate", "off_topic"}
    assert {one["id"] for one in others}.isdisjoint(one["id"] for one in every)
    assert listed(followed, "--incident", SLUG, "--limit", 500) == every
    phrase = '"Guardians of Peace"'
    assert 0 < len(listed(followed, "--text", phrase)) < len(every)
    assert followed("articles", "list", "--review", "maybe").status == 2
    assert followed("articles", "list", "--since", "soon").status == 2
    assert followed("articles", "list", "--incident", "nope").status == 1


@pytest.mark.parametrize("words", ["", "AND NOT", "a* b", "%_' x", "소니", "'; DROP TABLE"])
def test_any_text_can_be_searched_for(followed: Terminal, words: str) -> None:
    found = followed.good("articles", "search", words)
    assert found.out or "No article fits" in found.err


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ('a "b', "The quotation mark at sign 3 is not closed."),
        ("OR AND NOT", "OR at sign 1 has nothing on one of its sides."),
        ("a* (b", "The parenthesis at sign 4 is not closed."),
        ("date:soon", "'soon' is no interval of time."),
    ],
)
def test_a_wrong_query_gets_a_sentence(followed: Terminal, words: str, said: str) -> None:
    refused = followed("articles", "search", words)
    assert (refused.status, said in refused.err) == (1, True)


def test_several_are_decided_about_at_once_and_taken_back(followed: Terminal) -> None:
    ids = [one["id"] for one in listed(followed)[:3]]
    before = exported(followed)
    told = followed.good("articles", "mark", *ids, "star", "--label", "lead", "--json").json
    assert told["changed"] == ids
    assert len(told["batches"]) == 2
    starred = listed(followed, "--review", "star")
    assert {(one["id"], tuple(one["labels"])) for one in starred} == {(id, ("lead",)) for id in ids}
    followed.good("articles", "undo", *told["batches"])
    assert exported(followed) == before
    again = followed("articles", "undo", told["batches"][0])
    assert (again.status, "taken back already" in again.err) == (1, True)


def test_a_search_finds_all_words_whatever_the_verdict(followed: Terminal) -> None:
    found = followed.good("articles", "search", "sony pyongyang", "--json").json
    assert found
    shown = followed.good("articles", "show", found[0]["id"], "--json").json
    assert "sony" in (shown["text"] + shown["title"]).lower()


def test_an_article_is_shown_with_what_marks_it(followed: Terminal) -> None:
    copy = next(one for one in exported(followed) if one["copy_of"] is not None)
    shown = followed.good("articles", "show", copy["id"]).out
    record = followed.good("articles", "show", copy["id"], "--json").json
    assert copy["title"] in shown
    assert copy["url"] in shown, "an address is never broken over lines"
    assert f"also at         {len(record['copies'])}, 1 independent" in shown
    assert f"{record['copies'][0]['id']}: " in shown
    assert f"score {copy['score']:.3f}, follow-up from" in shown
    start, end = record["marks"][0]
    assert f"*{record['text'][start:end]}*" in shown, "stars mark where there are no colours"
    narrow = followed.good("articles", "show", copy["id"], COLUMNS="80").out.splitlines()
    assert all(len(line) <= 80 for line in narrow if "://" not in line)


def test_what_changed_is_shown_by_word(followed: Terminal) -> None:
    edited = next(one for one in exported(followed) if one["revisions"])
    changed = followed.good("articles", "diff", edited["id"])
    assert "{+" in changed.out
    record = followed.good("articles", "diff", edited["id"], "--revisions", 1, 2, "--json").json
    assert {"inserted", "deleted", "same"} & {change["op"] for change in record["changes"]}
    copies = [one for one in exported(followed) if one["copy_of"] is not None]
    between = followed.good("articles", "diff", copies[0]["id"], "--copies", copies[0]["copy_of"])
    assert copies[0]["title"] in between.out
    missing = followed("articles", "diff", edited["id"], "--revisions", 1, 99)
    assert (missing.status, "has versions 1 to" in missing.err) == (1, True)
    unedited = next(one for one in exported(followed) if not one["revisions"])
    refused = followed("articles", "diff", unedited["id"])
    assert (refused.status, "--copies ID" in refused.err) == (1, True)


def test_a_decision_is_kept_with_its_note(followed: Terminal) -> None:
    id = listed(followed)[0]["id"]
    assert (
        "is starred for" in followed.good("articles", "mark", id, "star", "--note", "读 this").err
    )
    assert [one["id"] for one in listed(followed, "--review", "star")] == [id]
    assert "读 this" in followed.good("articles", "show", id).out
    followed.good("articles", "mark", id, "dismiss")
    assert listed(followed, "--review", "star") == []
    assert [one["id"] for one in listed(followed, "--review", "dismiss")] == [id]
    assert exported(followed)[0]["review"] in (None, "dismiss")
    assert followed("articles", "mark", id, "burn").status == 2
    assert followed("articles", "mark", 9999, "keep").status == 1


def test_a_candidate_that_is_kept_becomes_a_follow_up(followed: Terminal) -> None:
    candidates = listed(followed, "--verdict", "candidate", "--verdict", "off_topic")
    followed.good("articles", "mark", candidates[0]["id"], "keep")
    row = next(one for one in listed(followed, "--review", "keep"))
    assert (row["verdict"], row["forced"]) == ("follow_up", True)


def test_the_ledger_has_all_rows_unless_limited(followed: Terminal, demo: Demo) -> None:
    rows = ledger(followed)
    assert all(has_keys(row, "id url title source outcome verdict reason at") for row in rows)
    assert len({row["id"] for row in rows}) == len(rows) > 60
    assert ledger(followed, "--limit", 5) == rows[:5]
    walls = ledger(followed, "--outcome", "wall", "--outcome", "soft_404")
    assert {row["outcome"] for row in walls} == {"wall", "soft_404"}
    assert all(row["reason"] for row in walls)
    text = followed.good("ledger", SLUG, "--outcome", "wall").out
    assert len(text.splitlines()) == 1 + sum(row["outcome"] == "wall" for row in walls)
    narrow = followed.good("ledger", SLUG, COLUMNS="80").out.splitlines()
    assert max(map(len, narrow)) <= 80
    assert followed("ledger", SLUG, "--outcome", "eaten").status == 2
    assert followed("ledger", "nope").status == 1


def test_a_rescue_takes_a_stored_text_at_once(followed: Terminal) -> None:
    have_text = {one["canonical_url"] for one in exported(followed)}
    row = next(one for one in ledger(followed, "--outcome", "candidate") if one["url"] in have_text)
    done = followed.good("rescue", row["id"], "--json").json
    assert done["done"] is True
    shown = followed.good("articles", "show", done["article"], "--json").json
    assert (shown["matches"][0]["verdict"], shown["matches"][0]["forced"]) == ("follow_up", True)


def test_a_rescue_overrides_no_robots_and_offers_ingest(following: Terminal) -> None:
    row = ledger(following, "--outcome", "robots_denied")[0]
    refused = following("rescue", row["id"])
    assert refused.status == 1
    assert "robots_denied: robots.txt refuses it" in refused.err
    assert f"followup ingest {SLUG} page.html" in refused.err
    assert following("rescue", 99999).status == 1


def test_a_rescue_reads_again_what_is_no_longer_stored(following: Terminal) -> None:
    row = next(one for one in ledger(following, "--outcome", "off_topic") if "ferry" in one["url"])
    following.good("rescue", row["id"])
    taken = listed(following, "--text", "ferry")
    assert [one["verdict"] for one in taken] == ["follow_up"]


def bytes_of(home: Path) -> bytes:
    """Everything in a home, unpacked."""
    stored = b"".join(path.read_bytes() for path in home.glob("followup.db*"))
    return stored + b"".join(gzip.decompress(path.read_bytes()) for path in home.glob("raw/*.gz"))


def test_what_is_forgotten_is_gone_from_the_files_and_not_fetched_again(
    following: Terminal,
) -> None:
    rows = exported(following)
    follow_ups = [one for one in rows if one["verdict"] == "follow_up"]
    article = next(one for one in follow_ups if one["group"] is None)
    sentence = max(article["text"].split(". "), key=len)[:60].encode()
    assert sentence in bytes_of(following.home)
    refused = following("forget", article["id"])
    assert (refused.status, "--yes" in refused.err) == (2, True)
    assert "1 article forgotten" in following.good("forget", article["id"], "--yes").err
    assert sentence not in bytes_of(following.home)
    assert following("articles", "show", article["id"]).status == 1
    again = following.good("crawl", "--url", article["url"], "--incident", SLUG, "--json")
    assert again.json["counts"] == {"already_known": 1}
    assert again.json["requests"] == 0
    assert "forgotten by hand" in again.err
    assert article["canonical_url"] not in {one["canonical_url"] for one in exported(following)}


def test_an_address_and_an_outlet_can_be_forgotten(followed: Terminal) -> None:
    before = exported(followed)
    one = next(row for row in before if row["outlet"] != "The Harbour Post")
    assert followed.good("forget", one["url"], "--yes", "--json").json["articles"] == 1
    harbour = [row for row in before if row["outlet"] == "The Harbour Post"]
    done = followed.good("forget", "The Harbour Post", "--yes", "--json").json
    assert done["articles"] >= len(harbour) > 0
    left = {row["id"] for row in exported(followed)}
    assert left == {row["id"] for row in before} - {one["id"]} - {row["id"] for row in harbour}
    unknown = followed("forget", "The Daily Nothing", "--yes")
    assert (unknown.status, "There is no outlet" in unknown.err) == (1, True)


def test_an_export_holds_every_article_with_all_that_is_promised(followed: Terminal) -> None:
    rows = exported(followed)
    assert all(has_keys(row, EXPORTED) for row in rows)
    ids = {row["id"] for row in rows}
    copies = [row for row in rows if row["copy_of"] is not None]
    assert copies
    assert {row["copy_of"] for row in copies} <= ids
    assert all(has_keys(reason, "term kind weight") for row in rows for reason in row["reasons"])
    taken = {one["id"] for one in listed(followed, "--limit", 500)}
    assert {row["id"] for row in rows if row["verdict"] == "follow_up"} == taken
    assert followed.good("export", SLUG, "--json").lines == rows


def test_a_spreadsheet_quotes_texts_and_runs_no_formula(followed: Terminal, tmp_path: Path) -> None:
    formula = {"url": "https://example.org/f", "title": "=HYPERLINK(1)", "text": "Sony hack " * 60}
    (tmp_path / "f.jsonl").write_text(json.dumps(formula) + "\n")
    followed.good("ingest", SLUG, tmp_path / "f.jsonl")
    id = followed.good("articles", "search", "HYPERLINK", "--json").json[0]["id"]
    followed.good("articles", "mark", id, "keep")
    rows = list(csv.DictReader(io.StringIO(followed.good("export", SLUG, "--format", "csv").out)))
    assert len(rows) == len(exported(followed))
    mine = next(row for row in rows if row["url"] == formula["url"])
    assert mine["title"] == "'=HYPERLINK(1)"
    assert mine["text"] == " ".join(["Sony hack"] * 25) + " …"
    whole = followed.good("export", SLUG, "--format", "csv", "--full-text").out
    mine = next(row for row in csv.DictReader(io.StringIO(whole)) if row["url"] == formula["url"])
    text, _, whose = mine["text"].partition("\n\nText: ")
    assert (text.strip(), whose.endswith(formula["url"])) == (formula["text"].strip(), True)
    assert followed("export", SLUG, "--format", "pdf").status == 2
    assert followed("export", "nope").status == 1


def page(number: int) -> str:
    body = " ".join(
        f"The {word} of the attack on Sony Pictures told investigators of the FBI and of"
        f" North Korea about hackers called Guardians of Peace, part {number} of the story."
        for word in ("chairman", "lawyer", "engineer", "minister")
    )
    return (
        f"<!DOCTYPE html><html><head><title>Sony attack, report {number}</title>"
        f'<link rel="canonical" href="https://saved.example.org/{number}"></head>'
        f"<body><article><h1>Sony attack, report {number}</h1><p>{body}</p></article></body></html>"
    )


LIVE = """<!DOCTYPE html><html lang="en"><head><title>Sony Pictures attack: live</title>
<link rel="canonical" href="https://saved.example.org/live">
<script type="application/ld+json">{"@type": "LiveBlogPosting", "articleSection": "Business",
 "headline": "Sony Pictures attack: live", "isAccessibleForFree": true,
 "datePublished": "2014-12-19T10:00:00+09:00", "dateModified": "2051-01-01"}</script></head>
<body><main><h1>Sony Pictures attack: live</h1>
<p>We follow what comes of the <a href="/hack" onclick="x">attack on Sony Pictures</a> through the
 day, from Culver City to Pyongyang and back again to Washington.</p>
<article class="liveblog-entry"><time datetime="2014-12-19T11:05:00+09:00">11:05</time>
<h2>North Korea denies</h2><p>North Korea denies that it hacked Sony Pictures over The Interview.
 Its foreign ministry called the act a righteous deed of supporters.</p></article>
<article class="liveblog-entry"><time datetime="2014-12-19T10:05:00+09:00">10:05</time>
<h2>Mail is down</h2><p>Sony Pictures says that hackers called Guardians of Peace took down:</p>
<ul><li>mail</li><li>pay</li></ul></article></main></body></html>"""


def test_structure_of_a_page_is_told_at_every_door(followed: Terminal, tmp_path: Path) -> None:
    file = tmp_path / "live.html"
    file.write_text(LIVE)
    cleaned = followed.good("clean", file).lines[0]
    assert '<a href="https://saved.example.org/hack">attack on Sony Pictures</a>' in cleaned["html"]
    assert "<li>mail</li>\n<li>pay</li>" in cleaned["html"]
    assert "\n\n- mail\n- pay" in cleaned["text"]
    assert (cleaned["section"], cleaned["is_free"]) == ("Business", True)
    assert [one["title"] for one in cleaned["entries"]] == ["North Korea denies", "Mail is down"]
    (id,) = followed.good("ingest", SLUG, file, "--json").json["articles"]
    shown = followed.good("articles", "show", id, "--json").json
    (row,) = (one for one in exported(followed) if one["id"] == id)
    structure = "text html section is_free dates entries provenance published_at modified_at"
    for field in structure.split():
        assert shown[field] == row[field] == cleaned[field], field
    printed = followed.good("articles", "show", id).out
    for said in (
        *("Business", "free to read", "2014-12-19 10:00 +0900 (json-ld)", "in the future"),
        *("2 entries, the last of 2014-12-19 11:05 +0900", "- mail\n", "Mail is down"),
    ):
        assert said in printed


def warc(*pages: str) -> bytes:
    out = BytesIO()
    writer = WARCWriter(out, gzip=True)
    for number, text in enumerate(pages):
        head = StatusAndHeaders("200 OK", [("Content-Type", "text/html")], protocol="HTTP/1.1")
        writer.write_record(
            writer.create_warc_record(
                f"https://archived.example.org/{number}", "response",
                payload=BytesIO(text.encode()), http_headers=head,
            )
        )  # fmt: skip
    return out.getvalue()


# warcio's writer leaves the closing of its temporary files to the garbage collector.
@pytest.mark.filterwarnings("ignore:Unclosed file:ResourceWarning")
def test_files_are_brought_in_whatever_else_is_broken(followed: Terminal, tmp_path: Path) -> None:
    lines = [
        {"url": "https://lines.example.org/1", "title": "Sony hack", "text": "Sony hack. " * 40}
    ]
    files = {
        "good.jsonl": json.dumps(lines[0]).encode(),
        "half.jsonl": b'{"text": "'
        + b"Sony Pictures hack. " * 30
        + b'"}\n{"half\n{"text": ""}\n\xff\n',
        "page.html": page(1).encode(),
        "page.html.gz": gzip.compress(page(2).encode()),
        "saved.warc.gz": warc(page(3).replace("saved", "archived"), "<html></html>"),
        "broken.warc.gz": warc(page(4))[:200],
        "broken.html.gz": gzip.compress(page(5).encode())[:100],
        "empty.html": b"",
        "picture.pdf": b"%PDF-1.4",
    }
    for name, content in files.items():
        (tmp_path / name).write_bytes(content)
    before = len(exported(followed))
    done = followed("ingest", SLUG, *(tmp_path / name for name in files), "--json")
    assert done.status == 1, "something could not be taken"
    told = done.json
    assert told["pages"] == sum(told["counts"].values())
    problems = "\n".join(told["problems"])
    for said in ("half.jsonl, line 2", "half.jsonl, line 3", "half.jsonl, line 4", "picture.pdf",
                 "broken.warc.gz", "broken.html.gz"):  # fmt: skip
        assert said in problems
    urls = {one["canonical_url"] for one in exported(followed)}
    assert {"https://saved.example.org/1", "https://saved.example.org/2"} <= urls
    assert len(urls) >= before + 3
    again = followed.good("ingest", SLUG, tmp_path / "page.html", "--json").json
    assert again["counts"] == {"unchanged": 1}
    missing = followed("ingest", SLUG, tmp_path / "nowhere.html")
    assert (missing.status, "there is no such file" in missing.err) == (1, True)
    assert followed("ingest", "nope", tmp_path / "page.html").status == 1
    followed.good("incident", "close", SLUG)
    closed = followed("ingest", SLUG, tmp_path / "page.html")
    assert (closed.status, "followup incident reopen" in closed.err) == (1, True)
