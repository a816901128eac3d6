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
from pipelines.relevance.features import key_of
from pipelines.relevance.matching import thresholds_of
from pipelines.relevance.record import LONGEST_TERM, is_recordable

#: What an alias of two words adds to the score of an article, for each 1 of its weight, where it
#: stands in the headline and nowhere else: the median of 400 reports of 500 words (.085 of reports
#: of 240 words, .05 of those of 700; a single word adds twice as much).
HEADLINE_SHARE = 0.067


def alias_weight(profile: Profile) -> float:
    """The weight of an alias that is given without one: that of the heaviest term, and at least so
    much that an article of usual length with the alias in its headline is a candidate."""
    _, candidate = thresholds_of(profile)
    own = 1.0 - profile.learned.share if profile.learned else 1.0
    heaviest = max((term.weight for term in profile.terms if term.kind != "alias"), default=0.0)
    return math.ceil(max(heaviest, candidate / HEADLINE_SHARE / own) * 1000) / 1000


def with_aliases(profile: Profile, texts: Iterable[str]) -> Profile:
    """The profile with further aliases; one that it has keeps its weight. Raises BadInput for a
    text that holds no word."""
    weight, there = alias_weight(profile), {key_of(term.text) for term in aliases_of(profile)}
    new: dict[str, Term] = {}
    for text in texts:
        text = " ".join(text.split())
        if not is_recordable(text):
            raise BadInput(
                f"{text[:LONGEST_TERM]!r} can be no alias.",
                remedy="Give a name of a word or a few, e.g. --alias '소니 픽처스'.",
            )
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
