"""The made-up outlets of `followup demo`, which are also the web of the tests.

`Newsroom.serve(now=...)` runs them on loopback as a proxy; `known_answer` says what following the
incident through them must come to, `sources` where to begin, `seed_files` from what.
"""

from crawler.newsroom.answer import DEMO_PASSES, Answer, known_answer, seed_files, sources
from crawler.newsroom.server import Clock, Newsroom, Visit

__all__ = [
    "DEMO_PASSES",
    "Answer",
    "Clock",
    "Newsroom",
    "Visit",
    "known_answer",
    "seed_files",
    "sources",
]
