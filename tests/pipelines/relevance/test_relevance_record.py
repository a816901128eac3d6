import json
import math
import tomllib
from typing import Any

import pytest
from invented import SEEDS

from pipelines.errors import BadInput
from pipelines.incident import Seed
from pipelines.relevance import derive, from_record, to_record

PROFILE = derive([Seed(text, title=title, language="en") for title, text in SEEDS])


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


def test_a_profile_survives_json_and_toml() -> None:
    written = to_record(PROFILE)
    assert from_record(json.loads(json.dumps(written))) == PROFILE
    # A number and a string of JSON are the same in TOML.
    lines = [
        f"threshold = {written['threshold']}",
        f"candidate_threshold = {written['candidate_threshold']}",
        f"languages = {json.dumps(written['languages'])}",
    ]
    for item in written["terms"]:
        lines += ["[[terms]]", *(f"{key} = {json.dumps(item[key])}" for key in item)]
    assert from_record(tomllib.loads("\n".join(lines))) == PROFILE


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
    ],
)
def test_a_wrong_key_or_value_is_named(wrong: dict[str, Any], key: str) -> None:
    with pytest.raises(BadInput) as caught:
        from_record(wrong)
    assert key in caught.value.message
    assert caught.value.remedy
    assert len(str(caught.value)) < 300
