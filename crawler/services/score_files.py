"""``followup score``: a stream of articles on disk, judged in order of time."""

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

from crawler.services.offline import read_articles, seeds_of
from pipelines.relevance import follow


def score(seeds: Sequence[Path], stream: Path, *, learn: bool) -> Iterator[dict[str, Any]]:
    """A line for each article in the order of the file, though they are judged in that of time."""
    articles = list(read_articles(stream, headline_suffices=True))
    for judged in follow(seeds_of(seeds), articles, learns=learn):
        yield {
            "id": judged.id,
            "score": round(judged.score, 6),
            "verdict": str(judged.verdict),
            "reasons": [
                {"term": r.term, "kind": r.kind, "weight": round(r.weight, 6)}
                for r in judged.reasons
            ],
        }
