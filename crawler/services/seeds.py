"""Seeds of an incident: from files, from addresses, from what was pasted."""

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from crawler.home import Home
from crawler.services import crawls
from crawler.wanted import Wanted
from pipelines.clean.language import guessed
from pipelines.clean.pool import CleaningPool
from pipelines.dates import parse_time, to_utc
from pipelines.errors import BadInput, SeedWithoutText
from pipelines.incident import Seed
from pipelines.text import count_words, paragraphs

#: Fewer words than this tell no incident from another.
LEAST_SEED_WORDS = 30
#: One to three seeds: three instead of one raise F1 by .03 to .05, more hardly add (FINDINGS).
MOST_SEEDS = 3


def read(home: Home, given: Sequence[str]) -> list[Seed]:
    """Seeds from .txt and .html files and from URLs, in the order they were given."""
    _check_number(given)
    urls = [seed for seed in given if _is_url(seed)]
    fetched = _fetch(home, urls) if urls else {}
    with CleaningPool() as cleaner:
        seeds = [fetched.get(seed) or _from_file(home, seed, cleaner) for seed in given]
    _check_length(given, seeds)
    return seeds


def read_typed(home: Home, typed: Sequence[str]) -> list[Seed]:
    """Seeds from what was typed or pasted: addresses, and else texts; never names of files."""
    wanted = [text.strip() for text in typed if text.strip()]
    _check_number(wanted)
    urls = [text for text in wanted if _is_url(text) and len(text.split()) == 1]
    fetched = _fetch(home, urls) if urls else {}
    seeds = [fetched.get(text) or _from_text(text) for text in wanted]
    _check_length([text if text in fetched else "that was pasted" for text in wanted], seeds)
    return seeds


def _check_number(given: Sequence[str]) -> None:
    if not 1 <= len(given) <= MOST_SEEDS:
        raise BadInput(
            f"An incident is derived from one to {MOST_SEEDS} seeds, not {len(given)}.",
            remedy="Give --seed with an article, up to three times.",
        )


def _check_length(names: Sequence[str], seeds: Sequence[Seed]) -> None:
    for name, seed in zip(names, seeds, strict=True):
        if count_words(seed.text) < LEAST_SEED_WORDS:
            raise SeedWithoutText(
                f"The seed {name} has {count_words(seed.text)} words of text;"
                f" {LEAST_SEED_WORDS} are the least that tell an incident from another.",
                remedy="Give an article about the incident, or save its text as a .txt file.",
            )


def _is_url(given: str) -> bool:
    return given.lower().startswith(("http://", "https://"))


def _from_file(home: Home, name: str, cleaner: CleaningPool) -> Seed:
    path = Path(name).expanduser()
    try:
        body = path.read_bytes()
    except OSError as error:
        raise BadInput(
            f"The seed {name} cannot be read ({error.strerror}).",
            remedy="Give a .txt or .html file, or a URL that begins with http.",
        ) from error
    if path.suffix.lower() == ".txt":
        return _from_text(_decoded(name, body))
    if path.suffix.lower() in (".html", ".htm"):
        cleaned = cleaner.clean_saved(body, path.absolute().as_uri(), now=home.now())
        article = cleaned.article
        if article is None:
            raise SeedWithoutText(
                f"No article was found in {name}: {cleaned.reason}.",
                remedy="Save its text as a .txt file, the headline in the first line.",
            )
        when = article.published_at
        source = article.canonical_url if _is_url(article.canonical_url) else None
        return Seed(
            article.text, article.title, source, when and to_utc(when), language=article.language
        )
    raise BadInput(f"{name} is no seed.", remedy="Seeds are .txt or .html files, or URLs.")


def _decoded(name: str, body: bytes) -> str:
    """Text as editors save it: UTF-8, UTF-16 with its mark, or what Windows wrote before."""
    if body.startswith((b"\xff\xfe", b"\xfe\xff")):
        return body.decode("utf-16", "replace")
    if b"\0" in body[:4_000]:
        raise SeedWithoutText(
            f"The seed {name} is no text: its bytes are those of a binary file.",
            remedy="Save the article's text as a .txt file.",
        )
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError:
        return body.decode("cp1252", "replace")


def _from_text(text: str) -> Seed:
    """A text file; its first line is the headline where a blank line follows it."""
    text = paragraphs(text)
    head, _, rest = text.partition("\n\n")
    if rest and count_words(head) <= 30:
        return Seed(rest, title=head, language=guessed(rest))
    return Seed(text, language=guessed(text))


def _fetch(home: Home, urls: list[str]) -> dict[str, Seed]:
    """Seeds by URL, asked for as politely as anything else."""
    report = crawls.run(home, Wanted(probe=tuple(urls)))
    found = {row["asked_for"]: row for row in reversed(report.result.get("found", []))}
    seeds = {}
    for url in urls:
        row = found.get(url, {"reason": report.end_reason or "no answer"})
        if not row.get("article"):
            raise SeedWithoutText(
                f"No article came from {url}: {row.get('reason') or 'it is no article'}.",
                remedy="Save the page or its text and give the file as --seed.",
            )
        seeds[url] = _seed_of(row["article"])
    return seeds


def _seed_of(article: dict[str, Any]) -> Seed:
    when = parse_time(article["published_at"]) if article["published_at"] else None
    return Seed(
        article["text"],
        article["title"],
        article["url"],
        to_utc(when) if when else None,
        article["language"],
    )
