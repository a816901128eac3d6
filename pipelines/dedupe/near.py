"""Which stored texts a new one repeats: exactly, or nearly.

Method: containment, the share of the shorter text's sampled shingles that stand in the other. It
finds an excerpt in a whole where resemblance (Jaccard, simhash) does not. Shingles that stand in
many articles are boilerplate and don't count; without that, every page of a site is a copy.

Known mistakes: two reports written from the same agency text are joined where most of their words
are the agency's; a story at `COMMON_FROM` outlets or more is found under other headlines only where
it is the same to the word; a short item that was cut and given a new headline is missed. The way
out is a cap that counts groups in place of articles, and joining and parting by hand.
"""

from collections.abc import Mapping
from typing import Protocol

from pipelines.dedupe.sketch import KEPT_IN, Sketch, digest, numbers
from pipelines.items import Duplicate, DuplicateKind
from pipelines.text import words

#: A hash that stands in so many articles is boilerplate. Without a cap precision falls from 1.00
#: to .44 on pages that share a newsletter box.
COMMON_FROM = 12
#: A story of an agency stands in more articles than that. Hashes in up to so many are looked at a
#: second time; then both texts must be long, titles agree and containment be sure: a box is not
#: most of an article.
WIDESPREAD_FROM = 300
#: Shorter texts are never compared: two teasers share their phrases by chance.
SHORTEST_SHINGLES = 20
#: Up to here a page's own words may be outweighed by its box ("sign up for our newsletter", 30
#: shingles; consent notices, 60 to 100): titles or numbers must agree as well.
SURE_SHINGLES = 100
#: Fewer hashes in common say nothing: one in eight is sampled, so this is a run of about 24 words.
LEAST_SHARED = 3
#: From here a text is a copy where titles or numbers agree. Own reports of one event that quote
#: the same speech reach .38 with the same headline.
NEAR_CONTAINMENT = 0.4
#: From here it is one whatever its headline. Bond issues and match reports, made from a template,
#: stay below.
SURE_CONTAINMENT = 0.6
#: Titles agree when so much of the shorter one's words stand in the other ...
TITLE_AGREEMENT = 0.6
#: ... and it has so many: "Live updates" is no headline.
LEAST_TITLE_WORDS = 3
#: Numbers agree when so much of the smaller set stands in the other ...
NUMBER_AGREEMENT = 0.5
#: ... and it has so many: a year alone is in every article.
LEAST_NUMBERS = 2
#: Stored articles that are looked at for one new text, those with the most hashes in common.
MOST_CANDIDATES = 64


class Candidate(Protocol):
    """A stored article that has something in common with a new one, as the store tells of it.

    Attributes:
        shared: hashes in common, those in too many articles left out; 0 where it was found by the
            whole text.
        sampled: all hashes that are stored for it.
        title: its headline.
        text: its text, None where it is gone.
    """

    @property
    def shared(self) -> int: ...

    @property
    def sampled(self) -> int: ...

    @property
    def title(self) -> str | None: ...

    @property
    def text(self) -> str | None: ...


def worth_comparing(shared: Mapping[int, int]) -> list[int]:
    """The ids of `shared` (article id to hashes in common) that `compare` can make something of,
    at most `MOST_CANDIDATES`, most in common first."""
    ids = [id for id, count in shared.items() if count >= LEAST_SHARED]
    return sorted(ids, key=lambda id: (-shared[id], id))[:MOST_CANDIDATES]


def compare(new: Sketch, candidates: Mapping[int, Candidate]) -> Duplicate | None:
    """The stored article that a new text repeats best, by article id; None where it repeats none.

    The same text comes before a near one, the more similar before the less, the older id before
    the newer. The new article itself must not be among the candidates.
    """
    return next(iter(matches(new, candidates)), None)


def matches(
    new: Sketch, candidates: Mapping[int, Candidate], *, widespread: bool = False
) -> list[Duplicate]:
    """All stored articles that a new text repeats, best first as `compare` has it.

    With `widespread` the candidates were found by hashes up to `WIDESPREAD_FROM`, boilerplate
    among them: both must be long, titles agree and containment be sure.
    """
    if new.shingles < SHORTEST_SHINGLES:
        return []
    found = [match for id, known in candidates.items() if (match := _match(new, id, known))]
    if widespread:
        found = [
            match
            for match in found
            if match.similarity >= SURE_CONTAINMENT
            and _is_long(new, candidates[match.article_id])
            and _titles_agree(new, candidates[match.article_id])
        ]
    return sorted(found, key=lambda d: (d.kind != DuplicateKind.TEXT, -d.similarity, d.article_id))


def _match(new: Sketch, id: int, known: Candidate) -> Duplicate | None:
    sure = _is_long(new, known)
    if _is_same_text(new, known):
        kept = sure or _agree(new, known)
        return Duplicate(id, DuplicateKind.TEXT, 1.0) if kept else None
    containment = _containment(new, known)
    if known.shared < LEAST_SHARED or containment < NEAR_CONTAINMENT:
        return None
    if (sure and containment >= SURE_CONTAINMENT) or _agree(new, known):
        return Duplicate(id, DuplicateKind.NEAR, containment)
    return None


def _is_long(new: Sketch, known: Candidate) -> bool:
    return min(new.shingles, known.sampled * KEPT_IN) >= SURE_SHINGLES


def _is_same_text(new: Sketch, known: Candidate) -> bool:
    """Equal counts come first: they are known, and the digest must be made."""
    same_size = known.sampled == len(new.hashes) and known.text is not None
    return same_size and digest(known.text or "") == new.digest


def _containment(new: Sketch, known: Candidate) -> float:
    smaller = min(len(new.hashes), known.sampled)
    return min(known.shared / smaller, 1.0) if smaller else 0.0


def _agree(new: Sketch, known: Candidate) -> bool:
    if _titles_agree(new, known):
        return True
    theirs = numbers(known.title, known.text or "")
    return _overlap(new.numbers, theirs, LEAST_NUMBERS) >= NUMBER_AGREEMENT


def _titles_agree(new: Sketch, known: Candidate) -> bool:
    mine, theirs = _title_words(new.title), _title_words(known.title)
    return _overlap(mine, theirs, LEAST_TITLE_WORDS) >= TITLE_AGREEMENT


def _title_words(title: str | None) -> frozenset[str]:
    return frozenset(words(title[:500])) if title else frozenset()


def _overlap(a: frozenset[str], b: frozenset[str], least: int) -> float:
    """Share of the smaller set that stands in the other; 0 where it has fewer than `least`."""
    smaller = min(len(a), len(b))
    return len(a & b) / smaller if smaller >= least else 0.0
