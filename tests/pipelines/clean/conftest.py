"""Pages made in the tests: `page` answers with status 200 and the headers that are given."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from pipelines.items import Link, Page

NOW = datetime(2015, 6, 1, 12, 0, tzinfo=UTC)
URL = "https://www.courier.example/town/bridge"
PROSE = (
    "<p>The harbour board voted on Tuesday to close the swing bridge for eleven weeks after divers "
    "found cracks in two of its four bearings, and the county is to pay a third of the cost.</p>"
    "<p>Lorries will be sent over the northern ring road. A ferry for people on foot runs every "
    "twenty minutes from six in the morning until midnight, said the harbour master.</p>"
)


@pytest.fixture
def now() -> datetime:
    return NOW


@pytest.fixture
def prose() -> str:
    return PROSE


@pytest.fixture
def page() -> Callable[..., Page]:
    def build(
        body: str | bytes,
        *,
        content_type: str | None = "text/html; charset=utf-8",
        headers: tuple[tuple[str, str], ...] = (),
        url: str = URL,
        requested_url: str | None = None,
        link: Link | None = None,
        redirects: tuple[str, ...] = (),
    ) -> Page:
        if content_type is not None:
            headers = (("content-type", content_type), *headers)
        return Page(
            url=url,
            requested_url=requested_url or url,
            status=200,
            headers=headers,
            body=body.encode("utf-8", "surrogatepass") if isinstance(body, str) else body,
            fetched_at=NOW,
            link=link,
            redirects=redirects,
        )

    return build
