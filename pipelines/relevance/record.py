"""A profile as plain data (for JSON, TOML) and back, checked: people edit it.

`weight` of a term is its part in the score: a name in the headline and twice in the text of an
article of 300 words adds about a fifth of its weight. Derived weights end at about 0.5; an alias
given by hand can have more.
"""

import math
from collections.abc import Mapping
from typing import Any

from pipelines.errors import BadInput
from pipelines.incident import Profile, Term
from pipelines.relevance.features import key_of

KINDS = ("term", "name", "number", "alias")
#: Of terms and of a term's letters: a profile is read by people, and by every crawl.
MOST_RECORDED = 2_000
LONGEST_TERM = 200

_PROFILE_KEYS = ("threshold", "candidate_threshold", "languages", "terms")
_TERM_KEYS = ("text", "kind", "weight")


def to_record(profile: Profile) -> dict[str, Any]:
    """Numbers, strings, lists and dicts only; `from_record` gives an equal profile back."""
    return {
        "threshold": profile.threshold,
        "candidate_threshold": profile.candidate_threshold,
        "languages": list(profile.languages),
        "terms": [
            {"text": term.text, "kind": term.kind, "weight": term.weight} for term in profile.terms
        ],
    }


def from_record(record: Mapping[str, Any]) -> Profile:
    """The profile that a record describes, terms heaviest first.

    Raises BadInput that names the key ("terms[3].weight"), what stood there and what belongs there.
    """
    _known("", record, _PROFILE_KEYS)
    threshold = _number("threshold", record["threshold"], above_zero=True)
    candidate = _number("candidate_threshold", record["candidate_threshold"], above_zero=True)
    if candidate > threshold:
        raise _bad("candidate_threshold", candidate, f"a number up to the threshold, {threshold}")
    languages = _list("languages", record["languages"])
    read = [_term(f"terms[{place}]", item) for place, item in enumerate(_terms(record["terms"]))]
    return Profile(
        terms=tuple(sorted(read, key=lambda term: -term.weight)),
        languages=tuple(
            _string(f"languages[{place}]", item) for place, item in enumerate(languages)
        ),
        threshold=threshold,
        candidate_threshold=candidate,
    )


def _terms(value: object) -> list[Any]:
    terms = _list("terms", value)
    if len(terms) > MOST_RECORDED:
        raise _bad("terms", f"{len(terms)} terms", f"at most {MOST_RECORDED}")
    return terms


def _term(name: str, value: object) -> Term:
    if not isinstance(value, Mapping):
        raise _bad(name, value, "a table with text, kind and weight")
    _known(f"{name}.", value, _TERM_KEYS)
    text = _string(f"{name}.text", value["text"])
    if len(text) > LONGEST_TERM or not key_of(text):
        raise _bad(f"{name}.text", text[:LONGEST_TERM], "a word or a few")
    if value["kind"] not in KINDS:
        raise _bad(f"{name}.kind", value["kind"], "one of " + ", ".join(KINDS))
    return Term(text, value["kind"], _number(f"{name}.weight", value["weight"], above_zero=False))


def _known(prefix: str, record: Mapping[str, Any], keys: tuple[str, ...]) -> None:
    for key in record:
        if key not in keys:
            raise BadInput(
                f"There is no key {f'{prefix}{key}'!r} in a profile.",
                remedy="The keys are " + ", ".join(keys) + ".",
            )
    for key in keys:
        if key not in record:
            raise BadInput(f"The key {f'{prefix}{key}'!r} is missing.", remedy="Put it back.")


def _number(name: str, value: object, *, above_zero: bool) -> float:
    wanted = "a number above 0" if above_zero else "a number from 0 on"
    if isinstance(value, bool) or not isinstance(value, int | float) or not math.isfinite(value):
        raise _bad(name, value, wanted)
    if value < 0 or (above_zero and value == 0):
        raise _bad(name, value, wanted)
    return float(value)


def _string(name: str, value: object) -> str:
    if not isinstance(value, str) or not value.strip():
        raise _bad(name, value, "a text in quotes")
    return value


def _list(name: str, value: object) -> list[Any]:
    if not isinstance(value, list | tuple):
        raise _bad(name, value, "a list")
    return list(value)


def _bad(name: str, value: object, wanted: str) -> BadInput:
    return BadInput(f"{name} is {value!r:.80}.", remedy=f"It must be {wanted}.")
