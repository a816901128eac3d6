"""Pages that omit the tags which HTML 5 lets them omit, as minifiers do."""

from datetime import UTC, datetime

import pytest

from pipelines.clean import clean_html

TEXT = "".join(
    f"<p>The harbour master said on Monday that crane {i} would be taken down before the spring,"
    " and that the ships of the northern line would use the outer quay until then."
    for i in range(4)
)


@pytest.mark.parametrize(
    "page",
    [
        "<title>Cranes</title><article><h1>Cranes</h1>{}</article>",
        "<!doctype html><meta charset=utf-8><title>Cranes</title><main><h1>Cranes</h1>{}</main>",
        "<!doctype html><html lang=en><head><title>Cranes</title><header>Paper</header>{}",
        "<title>Cranes</title><section><div>{}</div></section>",
        "<title>Cranes</title>{}",
        "<html><head><title>Cranes</title></head><article>{}</article></html>",
    ],
)
def test_text_is_found_without_a_body_tag(page: str) -> None:
    body = page.format(TEXT).encode()
    now = datetime(2021, 6, 1, tzinfo=UTC)
    cleaned = clean_html(body, "http://paper.test/cranes", content_type="text/html", now=now)
    assert cleaned.article is not None, cleaned.reason
    assert cleaned.article.text.count("harbour master") == 4
    assert cleaned.article.title == "Cranes"
