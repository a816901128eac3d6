"""A profile from seeds: what the incident is recognised by, and from which score on.

Each seed becomes a vector of rarity times repetition (see features.py) of length one; their sum,
flattened and brought to length one again, is the profile. The threshold comes from how well the
seed that the others know least is recognised by a profile of them; one seed alone gets the number
that was measured to lose least. Known mistakes: seeds of one day make a threshold that is high for
what follows weeks later; a lone seed cannot tell a short incident from a long crisis. The way out
is a second and third seed of another day, or editing the threshold.
"""

import math
from collections import Counter, defaultdict
from collections.abc import Container, Iterable, Mapping, Sequence

from pipelines.errors import BadInput, SeedWithoutText
from pipelines.incident import Profile, Seed, Term
from pipelines.relevance.background import language_of_script
from pipelines.relevance.features import Features, is_counted, read_features, unit
from pipelines.relevance.matching import Index
from pipelines.relevance.numbers import (
    CANDIDATE_SHARE,
    FLATTEN_POWER,
    LEAST_THRESHOLD,
    LEAST_WEIGHT,
    LONE_THRESHOLD,
    MOST_TERMS,
    MOST_THRESHOLD,
    THRESHOLD_BASE,
    THRESHOLD_SHARE,
)


def derive(seeds: Sequence[Seed]) -> Profile:
    """The profile of an incident, the same in whatever order the seeds come.

    `Term.text` of kind "term" is the first six letters of a word, and matches every word that
    begins with them: "hacker" matches hackers, "sancti" sanctions and sanctioned. Of kind "name" it
    is the name as the seeds write it: "Pyongyang" (matched by its first six letters as well),
    "Guardians of Peace" (matched as these words in a row, in capitals or not). Of kind "number" it
    is a number with the word beside it, in whatever order: "24 November". Weights are rounded to
    four digits, their squares add up to about 1.

    Raises BadInput without a seed, SeedWithoutText where one holds no word that says anything.
    """
    if not seeds:
        raise BadInput("An incident needs a seed.", remedy="Give one to three articles about it.")
    read = read_seeds(seeds)
    threshold = threshold_of(read)
    return Profile(
        terms=terms_of(total(features.weights for features in read), read),
        languages=_languages(seeds),
        threshold=round(threshold, 3),
        candidate_threshold=round(threshold * CANDIDATE_SHARE, 3),
    )


def read_seeds(seeds: Iterable[Seed]) -> list[Features]:
    """The features of each seed; raises SeedWithoutText."""
    return [_read(seed) for seed in seeds]


def _read(seed: Seed) -> Features:
    features = read_features(seed.title, seed.text, seed.language)
    if not features.weights:
        raise SeedWithoutText(
            f"The seed {seed.url or seed.title or seed.text[:40]!r} holds no text to go by.",
            remedy="Give the article's text, a paragraph at the least.",
        )
    return features


def _languages(seeds: Sequence[Seed]) -> tuple[str, ...]:
    named = {
        seed.language.split("-")[0].casefold() if seed.language else language_of_script(seed.text)
        for seed in seeds
    }
    return tuple(sorted(named))


def total(vectors: Iterable[Mapping[str, float]]) -> dict[str, float]:
    """The sum of vectors of length one; of length one again."""
    shares: defaultdict[str, list[float]] = defaultdict(list)
    for vector in vectors:
        for key, weight in vector.items():
            shares[key].append(weight)
    # fsum gives the same sum in whatever order the seeds come.
    return unit({key: math.fsum(share) for key, share in shares.items()})


def terms_of(vector: Mapping[str, float], read: Iterable[Features]) -> tuple[Term, ...]:
    """The heaviest features of a vector as terms, flattened, and written as in the texts read."""
    spellings = spellings_of(read)
    terms = (term_of(key, weight, spellings) for key, weight in flattened(vector))
    return tuple(term for term in terms if term.weight >= LEAST_WEIGHT)


def flattened(vector: Mapping[str, float]) -> list[tuple[str, float]]:
    """The heaviest features of a vector, flattened and brought to length one, heaviest first."""
    weights = unit({key: weight**FLATTEN_POWER for key, weight in vector.items()})
    heaviest = sorted(weights, key=lambda key: (-round(weights[key], 4), key))[:MOST_TERMS]
    return [(key, weights[key]) for key in heaviest]


def term_of(key: str, weight: float, spellings: Mapping[str, str]) -> Term:
    """A feature as people read it; its weight rounded to four digits."""
    kind = "number" if is_counted(key) else "name" if key in spellings else "term"
    return Term(spellings.get(key, key), kind, round(weight, 4))


def spellings_of(read: Iterable[Features], keys: Container[str] | None = None) -> dict[str, str]:
    """How the names in the texts are written, the commonest spelling of each, by key; of all, or of
    those given."""
    counts: Counter[tuple[str, str]] = Counter()
    for features in read:
        counts.update(
            features.spellings
            if keys is None
            else [spelling for spelling in features.spellings if spelling[0] in keys]
        )
    ordered = sorted(counts, key=lambda named: (counts[named], named))
    return dict(ordered)


def threshold_of(read: Sequence[Features]) -> float:
    """From how the seed that the others know least scores against them."""
    if len(read) < 2:
        return LONE_THRESHOLD
    weakest = min(_score_by_others(place, read) for place in range(len(read)))
    return min(MOST_THRESHOLD, max(LEAST_THRESHOLD, THRESHOLD_BASE + THRESHOLD_SHARE * weakest))


def _score_by_others(place: int, read: Sequence[Features]) -> float:
    others = [features for other, features in enumerate(read) if other != place]
    terms = terms_of(total(features.weights for features in others), others)
    index = Index([terms])
    shares, length = index.shares(read[place])
    return index.scores(shares, length)[0] * length
