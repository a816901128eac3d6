"""Whatever is asked of the API by its own description: no answer is a mistake of ours, and each is
as the description says (schemathesis). FOLLOWUP_FUZZ asks for more examples of each operation."""

import os

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, seed, settings
from hypothesis import strategies as st
from schemathesis.checks import not_a_server_error
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from crawler.services import copies
from tests.desk.conftest import SLUG
from tests.desk.serving import Desk
from tests.desk.stocked import stock, stock_hostile
from tests.desk.test_api import API

CHECKS = [
    not_a_server_error,
    content_type_conformance,
    response_schema_conformance,
    status_code_conformance,
]
EXAMPLES = int(os.environ.get("FOLLOWUP_FUZZ", "4"))
#: These ask other sites, which no test has.
FETCHING = {
    ("POST", f"{API}/sources"),
    ("POST", f"{API}/sources/{{id}}/check"),
    ("POST", f"{API}/targets/{{id}}/test"),
}
#: What is there; at random nobody ever names it.
THERE: dict[str, st.SearchStrategy[str | int]] = {
    "slug": st.sampled_from([SLUG, "old"]),
    "id": st.integers(1, 6),
}
#: Deletes for good what the operations behind it would ask for.
LASTING = {("DELETE", f"{API}/incidents/{{slug}}"), ("DELETE", f"{API}/sources/{{id}}")}


@pytest.mark.timeout(3600)
def test_no_answer_breaks_the_description(desk: Desk) -> None:
    one, other = stock(desk.home, 3)[:2]
    stock_hostile(desk.home)
    copies.merge(desk.home, one, other, by="a test")
    schema = schemathesis.openapi.from_url(f"{desk.url}{API}/openapi.json")
    asked = 0
    for found in schema.get_all_operations():
        operation = found.ok()
        if (operation.method.upper(), operation.path) in FETCHING:
            continue

        @seed(20141124)
        @settings(
            max_examples=EXAMPLES,
            deadline=None,
            database=None,
            phases=[Phase.explicit, Phase.generate],
            suppress_health_check=list(HealthCheck),
        )
        @given(case=operation.as_strategy(), data=st.data())
        def ask(case: schemathesis.Case, data: st.DataObject) -> None:
            if (case.method.upper(), case.path) not in LASTING and data.draw(st.booleans()):
                for name in THERE.keys() & case.path_parameters.keys():
                    case.path_parameters[name] = data.draw(THERE[name])
            case.call_and_validate(base_url=desk.url, checks=CHECKS)

        ask()
        asked += 1
    assert asked > 55
