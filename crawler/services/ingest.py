"""Articles from files, through the same stages as a crawl's; then the incidents learn from them."""

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from crawler.home import Home
from crawler.services import learning
from crawler.services.offline import read_articles, read_body
from pipelines import stages
from pipelines.clean.pool import CleaningPool
from pipelines.errors import BadInput
from pipelines.items import Cleaned, Page
from pipelines.outcomes import Outcome
from pipelines.store import incidents
from pipelines.store.pages import RawPages
from pipelines.store.warc import read_warc

#: Problems that are told one by one.
MOST_TOLD = 20


@dataclass(slots=True)
class Report:
    """What became of the pages of an ingest."""

    counts: Counter[str] = field(default_factory=Counter)
    articles: list[int] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    def record(self) -> dict[str, Any]:
        """As JSON."""
        return {
            "counts": dict(self.counts),
            "pages": sum(self.counts.values()),
            "articles": self.articles,
            "problems": self.problems,
        }


class _Session:
    """What the stages need, without a crawl."""

    def __init__(self, home: Home) -> None:
        self.database, self._home = home.database, home
        self.crawl_id: int | None = None
        self.raw = RawPages(home.config.raw_folder)
        self.keep_unused = timedelta(days=home.config.keep_unused_days)
        self.reread = home.config.reread
        self.cleaner = CleaningPool()

    def now(self) -> datetime:
        """The product's time."""
        return self._home.now()


def run(home: Home, slug: str, files: Sequence[Path], *, tell: Callable[[str], None]) -> Report:
    """Bring in .jsonl, .html and .warc(.gz) files. The problem of a file, or of a line, is told and
    does not stop the others. Raises UnknownThing or BadInput where nothing could be taken."""
    with home.database.read() as conn:
        if not incidents.get(conn, slug).is_open:
            raise BadInput(
                f"Incident {slug} is closed.", remedy=f"Open it: followup incident reopen {slug}"
            )
    session, report, began = _Session(home), Report(), home.now()
    way = _Way(session)

    def note(problem: BadInput) -> None:
        report.problems.append(str(problem))
        if len(report.problems) <= MOST_TOLD:
            tell(str(problem))

    try:
        for path in files:
            try:
                for cleaned in _read(home, path, session.cleaner, note):
                    report.counts[str(way.go(cleaned, report))] += 1
            except BadInput as problem:
                note(problem)
    finally:
        session.cleaner.close()
        session.raw.close()
    learning.after_ingest(home, began)
    if len(report.problems) > MOST_TOLD:
        tell(f"... and {len(report.problems) - MOST_TOLD} more; --json has them all.")
    return report


class _Way:
    """The stages behind the cleaner, in a row."""

    def __init__(self, session: _Session) -> None:
        self._relevance = stages.Relevance(session)
        self._dedupe = stages.Dedupe(session)
        self._store = stages.Store(session)

    def go(self, cleaned: Cleaned, report: Report) -> Outcome:
        """Judge, compare and store one page."""
        judged = self._relevance.process_item(cleaned)
        stored = self._store.store(self._dedupe.process_item(judged))
        if stored.article_id is not None:
            report.articles.append(stored.article_id)
        return stored.outcome


def _read(
    home: Home, path: Path, cleaner: CleaningPool, note: Callable[[BadInput], None]
) -> Iterator[Cleaned]:
    """The pages of a file, cleaned; articles of JSON Lines are clean already."""
    name = path.name.lower()
    if not path.is_file():
        said = "it is a folder" if path.is_dir() else "there is no such file"
        raise BadInput(f"{path} cannot be read: {said}.", remedy="Give the name of a file.")
    if name.endswith(".jsonl"):
        for _, article in read_articles(path, note):
            page = Page(article.url, article.url, 200, (), b"", home.now())
            yield Cleaned(page, article, withhold_raw="brought in as text")
    elif name.endswith((".html", ".htm", ".html.gz")):
        yield cleaner.clean_saved(read_body(path), path.absolute().as_uri(), now=home.now())
    elif name.endswith((".warc", ".warc.gz")):
        for page in read_warc(path, now=home.now()):
            yield cleaner.clean(page, now=home.now())
    else:
        raise BadInput(
            f"{path} cannot be brought in.", remedy="Give .jsonl, .html, .warc or .warc.gz files."
        )
