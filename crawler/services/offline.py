"""One stage each over files, for people with pages or articles on disk and for measuring."""

import gzip
import json
import zlib
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, NoReturn

from pipelines.clean import clean_html, clean_saved
from pipelines.clean.pool import CleaningPool
from pipelines.clean.sniff import MAX_PAGE_BYTES
from pipelines.dates import parse_time, to_utc
from pipelines.errors import BadInput
from pipelines.incident import Seed
from pipelines.items import Article, Cleaned, Page
from pipelines.outcomes import Outcome
from pipelines.records import told


@dataclass(frozen=True, slots=True)
class Saved:
    """A page on disk: how it is named in the answer, where it lies and where it came from; `url`
    is None where only the page itself can tell."""

    id: str
    path: Path
    url: str | None


def _stop(problem: BadInput) -> NoReturn:
    raise problem


def read_index(path: Path, skip: Callable[[BadInput], None] = _stop) -> Iterator[Saved]:
    """The pages of an index: a line each ``{"id", "path", "url"}``, paths relative to the index.
    Bad lines as in `read_lines`."""
    for number, row in read_lines(path, skip):
        try:
            yield _saved(path, number, row)
        except BadInput as problem:
            skip(problem)


def _saved(index: Path, number: int, row: Mapping[str, Any]) -> Saved:
    for name in ("id", "path", "url"):
        if row.get(name) in (None, ""):
            raise BadInput(
                f"{index}, line {number}: {name!r} is missing.",
                remedy='Each line is {"id": ..., "path": ..., "url": ...}.',
            )
    return Saved(str(row["id"]), index.parent / str(row["path"]), str(row["url"]))


def count_lines(path: Path) -> int | None:
    """Lines of a file that hold something; None where it cannot be read twice."""
    if not path.is_file():
        return None
    with path.open("rb") as lines:
        return sum(1 for line in lines if line.strip())


def read_files(paths: Iterable[Path]) -> Iterator[Saved]:
    """Pages named one by one; their address is the one that they give for themselves."""
    for path in paths:
        yield Saved(str(path), path, None)


def read_lines(
    path: Path, skip: Callable[[BadInput], None] = _stop
) -> Iterator[tuple[int, dict[str, Any]]]:
    """The objects of a JSON Lines file with their line numbers. A bad line is handed to `skip`;
    without it BadInput is raised, as it is for a file that cannot be read."""
    try:
        with path.open("rb") as lines:
            for number, line in enumerate(lines, 1):
                if not line.strip():
                    continue
                try:
                    row = _object(path, number, line)
                except BadInput as problem:
                    skip(problem)
                    continue
                yield number, row
    except OSError as error:
        raise _unreadable(path, error, "Give a JSON Lines file.") from error


def _unreadable(path: Path, error: Exception, remedy: str) -> BadInput:
    said = error.strerror if isinstance(error, OSError) and error.strerror else error
    return BadInput(f"{path} cannot be read ({said}).", remedy=remedy)


def _object(path: Path, number: int, line: bytes) -> dict[str, Any]:
    try:
        row = json.loads(line.decode("utf-8-sig"))
    except UnicodeDecodeError as error:
        raise BadInput(
            f"{path}, line {number}: not UTF-8.", remedy="Save the file in UTF-8."
        ) from error
    except (ValueError, RecursionError) as error:
        raise BadInput(
            f"{path}, line {number}: not JSON ({error}).", remedy="Mend that line."
        ) from error
    if not isinstance(row, dict):
        raise BadInput(
            f"{path}, line {number}: not an object.", remedy='Each line is {"id": ..., ...}.'
        )
    return row


def clean_all(pages: Iterable[Saved], *, now: datetime, jobs: int = 1) -> Iterator[dict[str, Any]]:
    """Clean pages on disk, in their order, in so many processes. A page that cannot be read, or
    that breaks the cleaner, is a line too, with the outcome parse_error and why."""
    with CleaningPool(jobs) as pool:
        yield from pool.each(_clean_one, ((page, now) for page in pages), lost=_unread)


def _clean_one(item: tuple[Saved, datetime]) -> dict[str, Any]:
    """In the cleaner's process: no page is ever in this one."""
    page, now = item
    try:
        body = read_body(page.path)
    except BadInput as error:
        return _unread(item, error.message)
    if page.url is None:
        cleaned = clean_saved(body, page.path.absolute().as_uri(), now=now)
    else:
        cleaned = clean_html(body, page.url, content_type=None, now=now)
    return cleaned_record(page.id, cleaned)


def _unread(item: tuple[Saved, datetime], reason: str) -> dict[str, Any]:
    page, now = item
    url = page.url or page.path.absolute().as_uri()
    lost = Page(url, url, 0, (), b"", now)
    return cleaned_record(page.id, Cleaned(lost, None, Outcome.PARSE_ERROR, reason))


def read_body(path: Path) -> bytes:
    """The bytes of a saved page, unpacked where its name ends in .gz; of one that is too large only
    so many that the cleaner sees that it is."""
    try:
        if path.suffix == ".gz":
            with gzip.open(path) as packed:
                return packed.read(MAX_PAGE_BYTES + 1)
        with path.open("rb") as plain:
            return plain.read(MAX_PAGE_BYTES + 1)
    except (OSError, EOFError, zlib.error) as error:
        raise _unreadable(path, error, "Give a saved page.") from error


def cleaned_record(id: str, cleaned: Cleaned) -> dict[str, Any]:
    """A cleaned page as ``followup clean`` gives it: what it is, and all that was read of it."""
    known = _NOTHING if cleaned.article is None else told(cleaned.article)
    return {
        "id": id,
        "url": cleaned.page.url,
        **known,
        "outlet": known["outlet"] or None,  # a file has no host that could stand for one
        "outcome": cleaned.outcome and str(cleaned.outcome),
        "reason": cleaned.reason,
    }


#: Of a page that is no article nothing is known.
_NOTHING = told(Article("", "", None, "")) | {"canonical_url": None, "text": None}


def article_of(
    path: Path, number: int, row: dict[str, Any], *, headline_suffices: bool = False
) -> tuple[str, Article]:
    """An article of a JSON Lines file, with its id; its text may be empty where a headline is
    enough and it has one. BadInput names line and field."""

    def text(name: str, *, wanted: bool = False) -> str | None:
        value = row.get(name)
        if (value is None or value == "") and not wanted:
            return None
        if not isinstance(value, str) or not value:
            raise BadInput(
                f"{path}, line {number}: {name!r} is {value!r}.",
                remedy='Each line is {"id", "url", "title", "text", "published_at", "outlet",'
                ' "language"}; text must not be empty.',
            )
        return value

    when = text("published_at")
    url = text("url") or f"urn:followup:{row.get('id', number)}"
    authors = row.get("authors") or ()
    article = Article(
        url=url,
        canonical_url=text("canonical_url") or url,
        title=text("title"),
        text=text("text", wanted=not (headline_suffices and row.get("title"))) or "",
        authors=tuple(str(name) for name in authors) if isinstance(authors, list) else (),
        published_at=parse_time(when) if when else None,
        published_raw=when,
        language=text("language"),
        outlet=text("outlet"),
        provenance={name: "file" for name in ("title", "text", "published_at") if row.get(name)},
    )
    return str(row.get("id", number)), article


def read_articles(
    path: Path, skip: Callable[[BadInput], None] = _stop, *, headline_suffices: bool = False
) -> Iterator[tuple[str, Article]]:
    """The articles of a JSON Lines file with their ids; bad lines as in `read_lines`, an empty text
    as in `article_of`."""
    for number, row in read_lines(path, skip):
        try:
            article = article_of(path, number, row, headline_suffices=headline_suffices)
        except BadInput as problem:
            skip(problem)
            continue
        yield article


def seeds_of(paths: Iterable[Path]) -> list[Seed]:
    """Seeds for ``followup score``: every line of every file is one."""
    seeds = []
    for path in paths:
        for _, article in read_articles(path, headline_suffices=True):
            when = article.published_at
            seeds.append(
                Seed(
                    article.text,
                    article.title,
                    None if article.url.startswith("urn:") else article.url,
                    to_utc(when) if when else None,
                    article.language,
                )
            )
    if not seeds:
        raise BadInput("The seed files hold no article.", remedy="Give at least one line.")
    return seeds
