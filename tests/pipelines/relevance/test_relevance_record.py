import json
import math
import tomllib
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from invented import SEEDS

from pipelines.errors import BadInput
from pipelines.incident import Learned, Seed, Term
from pipelines.relevance import derive, from_record, to_record

PROFILE = derive([Seed(text, title=title, language="en") for title, text in SEEDS])
SINCE = datetime(2014, 12, 18, 9, 30, tzinfo=UTC)
LEARNED = Learned(
    terms=(Term("Bredow", "name", 0.0812, SINCE, ("12", "15")), Term("sluice", "term", 0.05)),
    against=(Term("Norvik", "name", 0.2, SINCE, ("9",)),),
    share=0.3,
    threshold=0.154,
    accepted=6,
)
TAUGHT = replace(PROFILE, learned=LEARNED, refused=("Christmas", "crew"), fixed=True)


def record(**changes: Any) -> dict[str, Any]:
    made: dict[str, Any] = {
        "threshold": 0.2,
        "candidate_threshold": 0.1,
        "languages": ["en"],
        "terms": [{"text": "dam", "kind": "term", "weight": 0.3}],
    }
    return made | changes


def term(**changes: Any) -> list[dict[str, Any]]:
    made: dict[str, Any] = {"text": "dam", "kind": "term", "weight": 0.3}
    return [made | changes]


def learned(**changes: Any) -> dict[str, Any]:
    return to_record(TAUGHT)["learned"] | changes


def test_a_profile_survives_json_and_toml() -> None:
    written = to_record(PROFILE)
    assert from_record(json.loads(json.dumps(written))) == PROFILE
    # A number and a string of JSON are the same in TOML.
    lines = [
        f"threshold = {written['threshold']}",
        f"candidate_threshold = {written['candidate_threshold']}",
        f"languages = {json.dumps(written['languages'])}",
        f"refused = {json.dumps(written['refused'])}",
        f"learns = {json.dumps(written['learns'])}",
        f"fixed = {json.dumps(written['fixed'])}",
    ]
    for item in written["terms"]:
        lines += ["[[terms]]", *(f"{key} = {json.dumps(item[key])}" for key in item)]
    assert from_record(tomllib.loads("\n".join(lines))) == PROFILE


def test_what_was_learned_and_refused_is_never_lost() -> None:
    assert from_record(json.loads(json.dumps(to_record(TAUGHT)))) == TAUGHT
    off = replace(TAUGHT, learned=None, learns=False)
    assert from_record(json.loads(json.dumps(to_record(off)))) == off


def test_an_older_record_learns_and_refuses_nothing() -> None:
    older = from_record(record())
    assert (older.learned, older.refused, older.learns, older.fixed) == (None, (), True, False)


def test_edited_terms_are_ordered_anew() -> None:
    terms = [*term(), *term(text="Orle", kind="name", weight=2)]
    assert [item.text for item in from_record(record(terms=terms)).terms] == ["Orle", "dam"]


@pytest.mark.parametrize(
    ("wrong", "key"),
    [
        (record(threshhold=1), "threshhold"),
        ({"threshold": 0.2, "candidate_threshold": 0.1, "languages": []}, "terms"),
        (record(threshold="high"), "threshold"),
        (record(threshold=True), "threshold"),
        (record(threshold=math.nan), "threshold"),
        (record(threshold=0), "threshold"),
        (record(candidate_threshold=0.3), "candidate_threshold"),
        (record(languages="en"), "languages"),
        (record(languages=["en", 3]), "languages[1]"),
        (record(terms={}), "terms"),
        (record(terms=["dam"]), "terms[0]"),
        (record(terms=term(wieght=1)), "terms[0].wieght"),
        (record(terms=[{"text": "dam", "kind": "term"}]), "terms[0].weight"),
        (record(terms=term(weight=-1)), "terms[0].weight"),
        (record(terms=term(text="?")), "terms[0].text"),
        (record(terms=term(text="x" * 201)), "terms[0].text"),
        (record(terms=term(kind="noun")), "terms[0].kind"),
        (record(terms=term(kind=["term"])), "terms[0].kind"),
        (record(terms=term() * 2001), "terms"),
        (record(terms=term(since="soon")), "terms[0].since"),
        (record(terms=term(articles="12")), "terms[0].articles"),
        (record(refused="dam"), "refused"),
        (record(refused=["dam", "?"]), "refused[1]"),
        (record(refused=[3]), "refused[0]"),
        (record(learns="yes"), "learns"),
        (record(learns=1), "learns"),
        (record(fixed="no"), "fixed"),
        (record(learned=[]), "learned"),
        (record(learned=learned(shares=1)), "learned.shares"),
        (record(learned=learned(share=1.5)), "learned.share"),
        (record(learned=learned(accepted=2.5)), "learned.accepted"),
        (record(learned=learned(against=[3])), "learned.against[0]"),
        (record(learned={"terms": []}), "learned.against"),
    ],
)
def test_a_wrong_key_or_value_is_named(wrong: dict[str, Any], key: str) -> None:
    with pytest.raises(BadInput) as caught:
        from_record(wrong)
    assert key in caught.value.message
    assert caught.value.remedy
    assert len(str(caught.value)) < 300
