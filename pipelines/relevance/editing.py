"""What people change of a profile: aliases given and taken back, what must not be learned.

An alias is another name of the same thing, most often in another script, which no seed holds. It
is given with a weight by which an article that has it in its headline is looked at, for it is all
that such an article may have in common with the profile.
"""

import math
from collections.abc import Iterable
from dataclasses import replace

from pipelines.errors import BadInput
from pipelines.incident import Learned, Profile, Term
from pipelines.relevance.features import key_of, read_features
from pipelines.relevance.matching import thresholds_of
from pipelines.relevance.numbers import TITLE_COUNTS, USUAL_LENGTH
from pipelines.relevance.record import LONGEST_TERM, is_recordable


def alias_weight(profile: Profile, text: str) -> float:
    """The weight of an alias that is given without one: that of the heaviest term, and at least so
    much that an article of usual length with the alias in its headline, and nothing else that the
    profile knows, is a candidate. Raises BadInput for a text that says nothing."""
    features = read_features(text, "", None)
    counts = features.weight(key_of(text), TITLE_COUNTS) * features.length
    if not (is_recordable(text) and counts):
        raise BadInput(
            f"{text[:LONGEST_TERM]!r} can be no alias.",
            remedy="Give a name of a word or a few, e.g. --alias '소니 픽처스'.",
        )
    _, candidate = thresholds_of(profile)
    own = 1.0 - profile.learned.share if profile.learned else 1.0
    heaviest = max((term.weight for term in profile.terms if term.kind != "alias"), default=0.0)
    return math.ceil(max(heaviest, candidate * USUAL_LENGTH / counts / own) * 1000) / 1000


def with_aliases(profile: Profile, texts: Iterable[str]) -> Profile:
    """The profile with further aliases; one that it has keeps its weight. Raises BadInput for a
    text that says nothing: that holds no word, or one that stands in every other article."""
    there = {key_of(term.text) for term in aliases_of(profile)}
    new: dict[str, Term] = {}
    for given in texts:
        text = " ".join(given.split())
        weight = alias_weight(profile, text)
        if key_of(text) not in there:
            new.setdefault(key_of(text), Term(text, "alias", weight))
    terms = sorted([*profile.terms, *new.values()], key=lambda term: -term.weight)
    return replace(profile, terms=tuple(terms))


def without_aliases(profile: Profile, texts: Iterable[str]) -> Profile:
    """The profile without these aliases. Raises BadInput where it has no such alias."""
    gone = set()
    for text in texts:
        if key_of(text) not in {key_of(term.text) for term in aliases_of(profile)}:
            known = ", ".join(term.text for term in aliases_of(profile)) or "none yet"
            raise BadInput(f"{text!r} is no alias.", remedy=f"The aliases are: {known}.")
        gone.add(key_of(text))
    terms = (t for t in profile.terms if t.kind != "alias" or key_of(t.text) not in gone)
    return replace(profile, terms=tuple(terms))


def aliases_of(profile: Profile) -> list[Term]:
    """Its aliases, heaviest first."""
    return [term for term in profile.terms if term.kind == "alias"]


def still_learned(learned: Learned | None, profile: Profile) -> Learned | None:
    """What remains of what was learned under an edited profile: nothing where it does not learn,
    none of the terms that it refuses."""
    if learned is None or not profile.learns:
        return None
    refused = {key_of(text) for text in profile.refused}
    return replace(
        learned,
        terms=tuple(term for term in learned.terms if key_of(term.text) not in refused),
        against=tuple(term for term in learned.against if key_of(term.text) not in refused),
    )
