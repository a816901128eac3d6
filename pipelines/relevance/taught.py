"""What people make of learned terms: accepted as the profile's own, or refused for good."""

from collections.abc import Iterable
from dataclasses import replace

from pipelines.errors import BadInput
from pipelines.incident import Profile, Term
from pipelines.relevance.features import key_of


def accept(profile: Profile, text: str) -> Profile:
    """A learned term becomes one of the own, with the weight that it has now; it stays when
    learning is switched off. Raises BadInput where no such term was learned."""
    key, learned = _key(text), profile.learned
    term = _found(key, learned.terms if learned else ())
    if learned is None or term is None:
        raise BadInput(
            f"No term {text!r} was learned.",
            remedy="Without options, 'followup incident learn' shows what was.",
        )
    own = _found(key, profile.terms) or Term(term.text, term.kind, 0.0)
    weight = max(own.weight, (1.0 - learned.share) * own.weight + term.weight)
    others = (other for other in profile.terms if other is not own)
    terms = [*others, replace(own, weight=round(weight, 4))]
    return replace(profile, terms=tuple(sorted(terms, key=lambda each: -each.weight)))


def refuse(profile: Profile, text: str) -> Profile:
    """A term is learned no more, for or against; own terms stay. Raises BadInput where the text
    holds no word."""
    key, learned = _key(text), profile.learned
    if any(key_of(known) == key for known in profile.refused):
        return profile
    term = _found(key, (*learned.terms, *learned.against) if learned else ())
    written = " ".join(text.split()) if term is None else term.text
    return replace(profile, refused=(*profile.refused, written))


def is_own(profile: Profile, term: Term) -> bool:
    """True where the seeds, or a person, gave a learned term as well."""
    return _found(key_of(term.text), profile.terms) is not None


def _key(text: str) -> str:
    key = key_of(text)
    if not key:
        raise BadInput(f"{text!r} holds no word.", remedy="Give a term as it is shown.")
    return key


def _found(key: str, terms: Iterable[Term]) -> Term | None:
    return next((term for term in terms if key_of(term.text) == key), None)
