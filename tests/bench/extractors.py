"""The cleaner and its peers behind one shape, each in a process of its own.

    python -m tests.bench.extractors TOOL [FOLDS]

reads a JSON line for each page, `{"set","id","url","path"}`, and answers each with what the tool
took, `{"set","id","title","body","date","authors","ms"}`: the line that the scorer reads, CPU time
with it. All are handed the bytes; readability-lxml and newspaper4k want text, so our decoding is
in their time. What a tool raises is an empty answer with `error`. No tool may reach the network.
With a folder of FOLDS the cleaner judges each page by trees that never saw its site (`folds`).
"""

import gzip
import json
import logging
import re
import resource
import socket
import sys
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from functools import partial
from pathlib import Path
from typing import Any, NoReturn

#: Later than any recorded page.
NOW = datetime(2026, 9, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Taken:
    """What a tool took from a page; `date` begins with YYYY-MM-DD."""

    title: str | None = None
    body: str | None = None
    date: str | None = None
    authors: tuple[str, ...] = ()


Take = Callable[[bytes, str], Taken]


@dataclass(frozen=True, slots=True)
class Tool:
    """A tool in one of its modes; `package` is what must be installed for it."""

    name: str
    mode: str
    package: str
    load: Callable[[], Take]

    @property
    def key(self) -> str:
        return f"{self.name}:{self.mode}" if self.mode else self.name

    @property
    def title(self) -> str:
        return f"{self.name}, {self.mode}" if self.mode else self.name


def load_own() -> Take:
    from pipelines.clean import clean_html

    def take(body: bytes, url: str) -> Taken:
        article = clean_html(body, url, content_type="text/html", now=NOW).article
        if article is None:
            return Taken()
        published = article.published_at and article.published_at.isoformat()
        return Taken(article.title, article.text, published, tuple(article.authors))

    return take


def load_trafilatura(**mode: bool) -> Take:
    from trafilatura import bare_extraction

    def take(body: bytes, url: str) -> Taken:
        found = bare_extraction(body, url=url, include_comments=False, with_metadata=True, **mode)
        if found is None:
            return Taken()
        authors = tuple(found.author.split("; ")) if found.author else ()
        return Taken(found.title, found.text, found.date, authors)

    return take


def load_readability() -> Take:
    from lxml.etree import Comment, strip_tags
    from lxml.html import fromstring
    from readability import Document

    from pipelines.clean import decode

    def take(body: bytes, url: str) -> Taken:
        document = Document(decode(body, "text/html"), url=url)
        story = fromstring(document.summary())
        strip_tags(story, *INLINE, Comment)
        author = document.author()
        authors = () if author == "[no-author]" else (author,)
        return Taken(document.short_title(), "\n".join(story.itertext()), None, authors)

    return take


#: What readability gives is markup; the text of these runs on within a line.
INLINE = (
    *("a", "abbr", "b", "bdi", "bdo", "cite", "code", "em", "font", "i", "mark", "q", "s", "small"),
    *("span", "strong", "sub", "sup", "u"),
)


def load_newspaper() -> Take:
    from newspaper import Article

    from pipelines.clean import decode

    def take(body: bytes, url: str) -> Taken:
        text = decode(body, "text/html")
        # Its images and films would be asked for at their addresses.
        article = Article(url, fetch_images=False).download(input_html=text).parse()
        day = article.publish_date
        published = day.isoformat() if isinstance(day, date) else None
        return Taken(article.title, article.text, published, tuple(article.authors))

    return take


TOOLS = (
    Tool("followup", "", "pipelines", load_own),
    Tool("trafilatura", "", "trafilatura", load_trafilatura),
    Tool(
        "trafilatura", "precision", "trafilatura", partial(load_trafilatura, favor_precision=True)
    ),
    Tool("trafilatura", "recall", "trafilatura", partial(load_trafilatura, favor_recall=True)),
    Tool("trafilatura", "fast", "trafilatura", partial(load_trafilatura, fast=True)),
    Tool("readability-lxml", "", "readability", load_readability),
    Tool("newspaper4k", "", "newspaper", load_newspaper),
)


#: What holds while the page at an address is read.
During = Callable[[str], AbstractContextManager[None]]


def by_folds(folder: str) -> During:
    from tests.bench.folds import read

    return read(Path(folder)).judging


def answer(take: Take, row: dict[str, str], during: During) -> dict[str, Any]:
    """The scorer's line for one page."""
    body = gzip.decompress(Path(row["path"]).read_bytes())
    with during(row["url"]):
        error, began = None, time.process_time()
        try:
            taken = take(body, row["url"])
        except Exception as raised:  # noqa: BLE001 - a peer's own: a counted empty answer
            taken, error = Taken(), f"{type(raised).__name__}: {raised}"[:200]
        ms = 1_000 * (time.process_time() - began)
    line = {"set": row["set"], "id": row["id"], "ms": ms} | asdict(taken)
    return line | ({"error": error} if error else {})


def peak_mb() -> float:
    """The most memory this process ever held; getrusage's would be its parent's after a fork."""
    status = Path("/proc/self/status")
    if status.is_file():
        return int(re.search(r"VmHWM:\s+(\d+)", status.read_text())[1]) / 1_000
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1_000


def no_network(*_: object) -> NoReturn:
    raise OSError("a tool that is measured reaches for the network")


def main() -> None:
    """Answers until its standard input ends; the last line is `{"peak_mb"}`."""
    logging.disable(logging.CRITICAL)
    socket.socket.connect = no_network  # type: ignore[method-assign]
    take = next(tool for tool in TOOLS if tool.key == sys.argv[1]).load()
    during = by_folds(sys.argv[2]) if sys.argv[2:] else lambda url: nullcontext()
    for line in sys.stdin:
        print(json.dumps(answer(take, json.loads(line), during)), flush=True)
    print(json.dumps({"peak_mb": peak_mb()}), flush=True)


if __name__ == "__main__":
    main()
