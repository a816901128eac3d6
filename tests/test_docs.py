"""The README cannot drift: its commands run, its tables are the code's."""

import re
import shlex
from collections.abc import Iterator
from dataclasses import fields
from pathlib import Path

import pytest

from crawler.config import Config
from crawler.newsroom import Newsroom
from pipelines.outcomes import MEANINGS
from tests.crawler.conftest import empty, newsroom, online, seeds  # noqa: F401
from tests.crawler.notices.receiver import Receiver
from tests.crawler.serving import Serving
from tests.crawler.terminal import ROOT, Terminal

README = (ROOT / "README.md").read_text("utf-8")
#: What stands for something of the reader's own, and what it is here.
HOMEPAGE = "http://harbourpost.newsroom.test/"


def table(heading: str) -> list[list[str]]:
    """The rows of the first table after a heading."""
    rows = []
    for line in README.partition(f"## {heading}\n")[2].splitlines():
        if line.startswith("|"):
            rows.append([cell.strip() for cell in line.strip("|").split("|")])
        elif rows:
            break
    return rows[2:]


def blocks() -> list[str]:
    """The lines of all shell blocks."""
    found = re.findall(r"```sh\n(.*?)```", README, re.DOTALL)
    return [line for block in found for line in block.splitlines()]


def commands() -> list[str]:
    """Every `followup …` in the text, in its order; of a choice in a table the first."""
    spans = re.findall(r"`(followup [^`]+)`", README)
    return [line for line in [*blocks(), *spans] if line.startswith("followup ")]


def test_outcomes_are_those_of_the_code() -> None:
    listed = [(name.strip("`"), meaning) for name, meaning in table("How it decides")]
    assert listed == [(str(outcome), meaning) for outcome, meaning in MEANINGS.items()]


def test_settings_are_those_of_the_code() -> None:
    listed = {
        name: default for names, _, default in table("Settings") for name in names.split(", ")
    }
    known = {f"`FOLLOWUP_{field.name.upper()}`": field for field in fields(Config)}
    others = {"`SSL_CERT_FILE`", "`http_proxy`", "`https_proxy`"}
    assert set(listed) == set(known) | others
    for name, field in known.items():
        if type(field.default) in (int, float) and field.name != "speed":
            assert float(listed[name]) == field.default, name


def test_what_it_keeps_is_what_the_settings_say() -> None:
    days = next(field.default for field in fields(Config) if field.name == "keep_unused_days")
    assert f"{days} days (`keep_unused_days`)" in README


def test_the_two_commands_of_a_stranger_are_made() -> None:
    targets = re.findall(r"^([a-z-]+):", (ROOT / "Makefile").read_text("utf-8"), re.MULTILINE)
    wanted = [line.removeprefix("make ") for line in blocks() if line.startswith("make ")]
    assert wanted == ["demo", "test"]
    assert set(wanted) <= set(targets)


def test_what_it_points_to_is_there() -> None:
    for target in re.findall(r"\]\(([^)#]+)\)", README):
        assert "://" in target or (ROOT / target).exists(), target


@pytest.fixture
def reader(online: Terminal, seeds: list[Path], tmp_path: Path) -> dict[str, str]:  # noqa: F811
    """What a reader has at hand in place of the README's placeholders."""
    saved = tmp_path / "saved.html"
    saved.write_bytes(seeds[1].read_bytes())
    text = re.sub(r"<[^>]+>", " ", seeds[0].read_text("utf-8").partition("<body>")[2])
    (tmp_path / "article.txt").write_text(re.sub(r"\s+", " ", text), "utf-8")
    return {
        "article.txt": str(tmp_path / "article.txt"),
        "https://www.example.org/": HOMEPAGE,
        "FILE.opml": str(tmp_path / "feeds.opml"),
        "FILE": str(saved),
        "HOST": "harbourpost.newsroom.test",
    }


@pytest.fixture
def receiver() -> Iterator[Receiver]:
    with Receiver() as one:
        yield one


@pytest.fixture
def serving(online: Terminal) -> Iterator[Serving]:  # noqa: F811
    one = Serving(online.own)
    yield one
    if one.process is not None and one.process.poll() is None:
        one.kill()


def test_its_commands_run_in_their_order(
    online: Terminal,  # noqa: F811
    newsroom: Newsroom,  # noqa: F811
    reader: dict[str, str],
    receiver: Receiver,
    serving: Serving,
) -> None:
    ran = []
    for command in commands():
        words, settings = shlex.split(command)[1:], {"EDITOR": "true"}
        if words == ["serve"]:
            serving.start()
            continue
        if "ID" in words or "URL" in words:
            rows = online.good("articles", "list", "--limit", 500, "--json").json
            edited = [row for row in rows if row["revisions"]]
            one = (edited or rows)[0]
            other = next(row["id"] for row in reversed(rows) if row["id"] != one["id"])
            reader |= {"ID": str(one["id"]), "URL": one["url"], "OTHER": str(other)}
        if words[0] == "rescue":
            candidates = online.good("ledger", "my-incident", "--json").json
            reader["ID"] = str(next(r["id"] for r in candidates if r["verdict"] == "off_topic"))
        if words[:2] == ["source", "import"]:
            Path(reader["FILE.opml"]).write_text(online.good("source", "export").out, "utf-8")
        if words[:2] == ["notify", "add"]:
            reader["URL"] = f"http://127.0.0.1:{receiver.port}/"
        if words[0] in ("backup", "restore"):
            reader["FILE"] = str(online.home.parent / "copy.zip")
        if words[0] == "restore":
            settings |= {"FOLLOWUP_HOME": str(online.home.parent / "restored")}
        words = [reader.get(word, word) for word in words]
        if words[:2] == ["articles", "mark"]:
            words += [] if "keep" in words else ["keep"]
        done = online(*words, *(["--yes"] if words[0] == "forget" else []), **settings)
        is_unedited = words[:2] == ["articles", "diff"] and "was not edited" in done.err
        assert done.status == 0 or is_unedited, f"{command}: {done.err}"
        ran.append(command.split()[1])
    assert serving.stop() == 0
    assert {
        *("incident", "source", "crawl", "articles", "ledger", "rescue", "ingest", "export"),
        *("schedule", "notify", "backup", "restore"),
    } <= set(ran)
