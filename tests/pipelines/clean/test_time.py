"""Pages made to keep the cleaner busy, each just within its bounds: none takes more than seconds.

A crawl cleans in its own process, and renews its leases and sees a cancellation in between.
"""

import time
from datetime import UTC, datetime

import pytest

from pipelines.clean import clean_html

PAGES = {
    "unclosed noscripts": "<body>" + "<noscript>" * 140_000,
    "unclosed textareas": "<body>" + ("<textarea>" + "x" * 18) * 140_000,
    "long names": "".join(
        f'<div class="comment related share-{i} {"promo " * 20}" id="side-{i}">a</div>'
        for i in range(19_000)
    ),
    "one word": f"<p>{'A' * 1_900_000}</p>",
    "an endless author": f'<meta name="author" content="{"Ann Field, " * 340_000}"><p>a</p>',
    "scripts": "<script>x</script>" * 200_000 + "<p>a</p>",
    "bold and italic": "<b><i>t" * 70_000,
    "nested deep": ("<div>" * 240 + "text of this part." + "</div>" * 240) * 300,
}


@pytest.mark.parametrize("name", PAGES)
def test_no_page_keeps_the_cleaner_for_long(name: str) -> None:
    began = time.process_time()
    clean_html(
        PAGES[name].encode(),
        "http://paper.test/x",
        content_type="text/html",
        now=datetime(2021, 6, 1, tzinfo=UTC),
    )
    assert time.process_time() - began < 5
