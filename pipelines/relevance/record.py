"""A profile as plain data (for JSON, TOML) and back, checked: people edit it.

`weight` of a term is its part in the score: a name in the headline and twice in the text of an
article of 300 words adds about a fifth of its weight. Derived weights end at about 0.5; an alias
given by hand can have more. `refused`, `learns`, `fixed` and `learned` may be missing: older
records have none of them.
"""

import math
from collections.abc import Mapping
from typing import Any

from pipelines.dates import iso, parse_time
from pipelines.errors import BadInput
from pipelines.incident import Learned, Profile, Term
from pipelines.relevance.features import key_of

KINDS = ("term", "name", "number", "alias")
#: Of terms and of a term's letters: a profile is read by people, and by every crawl.
MOST_RECORDED = 2_000
LONGEST_TERM = 200

_PROFILE_KEYS = ("threshold", "candidate_threshold", "languages", "terms")
_LATER_KEYS = ("refused", "learns", "fixed", "learned")
_TERM_KEYS = ("text", "kind", "weight")
_TAUGHT_KEYS = ("since", "articles")
_LEARNED_KEYS = ("terms", "against", "share", "threshold", "accepted")


def to_record(profile: Profile) -> dict[str, Any]:
    """Numbers, strings, lists and dicts only, a text for a time; `from_record` gives an equal
    profile back. Without `learned` where nothing was learned: TOML has no null."""
    learned = profile.learned
    return {
        "threshold": profile.threshold,
        "candidate_threshold": profile.candidate_threshold,
        "languages": list(profile.languages),
        "terms": [_term_record(term) for term in profile.terms],
        "refused": list(profile.refused),
        "learns": profile.learns,
        "fixed": profile.fixed,
        **({"learned": _learned_record(learned)} if learned else {}),
    }


def _term_record(term: Term) -> dict[str, Any]:
    return {
        "text": term.text,
        "kind": term.kind,
        "weight": term.weight,
        **({"since": iso(term.since)} if term.since else {}),
        **({"articles": list(term.articles)} if term.articles else {}),
    }


def _learned_record(learned: Learned) -> dict[str, Any]:
    return {
        "terms": [_term_record(term) for term in learned.terms],
        "against": [_term_record(term) for term in learned.against],
        "share": learned.share,
        "threshold": learned.threshold,
        "accepted": learned.accepted,
    }


def from_record(record: Mapping[str, Any]) -> Profile:
    """The profile that a record describes, terms heaviest first.

    Raises BadInput that names the key ("terms[3].weight"), what stood there and what belongs there.
    """
    _known("", record, _PROFILE_KEYS, _LATER_KEYS)
    threshold = _number("threshold", record["threshold"], above_zero=True)
    candidate = _number("candidate_threshold", record["candidate_threshold"], above_zero=True)
    if candidate > threshold:
        raise _bad("candidate_threshold", candidate, f"a number up to the threshold, {threshold}")
    learned = record.get("learned")
    return Profile(
        terms=tuple(sorted(_terms("terms", record["terms"]), key=lambda term: -term.weight)),
        languages=_strings("languages", record["languages"]),
        threshold=threshold,
        candidate_threshold=candidate,
        learned=None if learned is None else _learned("learned", learned),
        refused=_words("refused", record.get("refused", ())),
        learns=_truth("learns", record.get("learns", True)),
        fixed=_truth("fixed", record.get("fixed", False)),
    )


def _learned(name: str, value: object) -> Learned:
    if not isinstance(value, Mapping):
        raise _bad(name, value, "a table with " + ", ".join(_LEARNED_KEYS))
    _known(f"{name}.", value, _LEARNED_KEYS)
    share = _number(f"{name}.share", value["share"], above_zero=False)
    if share > 1:
        raise _bad(f"{name}.share", share, "a number from 0 to 1")
    accepted = value["accepted"]
    if type(accepted) is not int or accepted < 0:
        raise _bad(f"{name}.accepted", accepted, "a whole number from 0 on")
    return Learned(
        terms=tuple(_terms(f"{name}.terms", value["terms"])),
        against=tuple(_terms(f"{name}.against", value["against"])),
        share=share,
        threshold=_number(f"{name}.threshold", value["threshold"], above_zero=False),
        accepted=accepted,
    )


def _terms(name: str, value: object) -> list[Term]:
    terms = _list(name, value)
    if len(terms) > MOST_RECORDED:
        raise _bad(name, f"{len(terms)} terms", f"at most {MOST_RECORDED}")
    return [_term(f"{name}[{place}]", item) for place, item in enumerate(terms)]


def _term(name: str, value: object) -> Term:
    if not isinstance(value, Mapping):
        raise _bad(name, value, "a table with text, kind and weight")
    _known(f"{name}.", value, _TERM_KEYS, _TAUGHT_KEYS)
    text = _word(f"{name}.text", value["text"])
    if value["kind"] not in KINDS:
        raise _bad(f"{name}.kind", value["kind"], "one of " + ", ".join(KINDS))
    since = value.get("since")
    at = None if since is None else parse_time(_string(f"{name}.since", since))
    if since is not None and at is None:
        raise _bad(f"{name}.since", since, "a time as 2014-11-24T18:00:00+00:00")
    return Term(
        text,
        value["kind"],
        _number(f"{name}.weight", value["weight"], above_zero=False),
        at,
        _strings(f"{name}.articles", value.get("articles", ())),
    )


def _known(
    prefix: str, record: Mapping[str, Any], keys: tuple[str, ...], later: tuple[str, ...] = ()
) -> None:
    for key in record:
        if key not in keys and key not in later:
            raise BadInput(
                f"There is no key {f'{prefix}{key}'!r} in a profile.",
                remedy="The keys are " + ", ".join([*keys, *later]) + ".",
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


def _truth(name: str, value: object) -> bool:
    if not isinstance(value, bool):
        raise _bad(name, value, "true or false")
    return value


def _string(name: str, value: object) -> str:
    if not isinstance(value, str) or not value.strip():
        raise _bad(name, value, "a text in quotes")
    return value


def _word(name: str, value: object) -> str:
    text = _string(name, value)
    if not is_recordable(text):
        raise _bad(name, text[:LONGEST_TERM], "a word or a few")
    return text


def is_recordable(text: str) -> bool:
    """True for a text that can be a term: not too long, with a word in it."""
    return len(text) <= LONGEST_TERM and key_of(text) != ""


def _strings(name: str, value: object) -> tuple[str, ...]:
    return tuple(_string(f"{name}[{place}]", item) for place, item in enumerate(_list(name, value)))


def _words(name: str, value: object) -> tuple[str, ...]:
    return tuple(_word(f"{name}[{place}]", item) for place, item in enumerate(_list(name, value)))


def _list(name: str, value: object) -> list[Any]:
    if not isinstance(value, list | tuple):
        raise _bad(name, value, "a list")
    return list(value)


def _bad(name: str, value: object, wanted: str) -> BadInput:
    return BadInput(f"{name} is {value!r:.80}.", remedy=f"It must be {wanted}.")
