"""The recorded pages beside the project and their scorer: what the cleaner is measured on.

Nothing of either is copied; where the folder is missing, `Missing` says so.
"""

import gzip
import importlib.util
import json
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from types import ModuleType
from typing import Any

from pipelines.urls import host_of, registrable_domain

PAGES = Path(__file__).resolve().parents[3] / "shared" / "pages"
SETS = ("np4k_dataset", "fundus_tests", "wcxb_article_dev", "traf")
#: One recorded page has no address.
UNKNOWN_URL = "https://unknown.example/x"

Truth = dict[str, Any]


class Missing(Exception):
    """The recorded pages, or one of their sets, are not beside the project."""


@dataclass(frozen=True, slots=True)
class Recorded:
    """Where one page lies and what is known of it, as its set's `truth.jsonl` has it."""

    set: str
    id: str
    url: str
    path: Path
    truth: Truth

    @property
    def site(self) -> str:
        """What no two folds of a cross-validation share."""
        return site_of(self.url)

    def body(self) -> bytes:
        """The bytes as they were served."""
        return gzip.decompress(self.path.read_bytes())


def recorded(name: str, most: int | None = None, *, folder: Path = PAGES) -> list[Recorded]:
    """The pages of a set in its order; with `most`, at most so many, spread over the set."""
    listing = folder / name / "truth.jsonl"
    if not listing.is_file():
        raise Missing(
            f"the recorded pages of {name} are not beside the project, at ../shared/pages"
        )
    rows = [json.loads(line) for line in listing.read_text("utf-8").splitlines()]
    step = -(-len(rows) // most) if most else 1
    return [
        Recorded(name, row["id"], row.get("url") or UNKNOWN_URL, listing.parent / row["path"], row)
        for row in rows[::step]
    ]


def site_of(url: str) -> str:
    """The registrable domain, else the host."""
    host = host_of(url)
    return registrable_domain(host) or host


@cache
def scorer(folder: Path = PAGES) -> ModuleType:
    """`score.py`, which lies with the pages."""
    spec = importlib.util.spec_from_file_location("page_scorer", folder / "score.py")
    if spec is None or spec.loader is None or not (folder / "score.py").is_file():
        raise Missing("the scorer is not beside the project, at ../shared/pages/score.py")
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module
