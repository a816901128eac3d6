"""The address that a saved page gives for itself."""

import pytest

from pipelines.clean.saved import saved_address

HERE = "https://www.courier.example/town/bridge"


@pytest.mark.parametrize(
    "head",
    [
        f"<!-- saved from url=(0039){HERE} -->",
        f'<link rel="canonical" href="{HERE}">',
        f'<link rel="Canonical" href=" {HERE} ">',
        f'<meta property="og:url" content="{HERE}">',
        f'<meta name="twitter:url" content="{HERE}">',
        f'<link rel="canonical" href="/town/bridge"><meta property="og:url" content="{HERE}">',
    ],
)
def test_saved_page_gives_its_address(head: str) -> None:
    assert saved_address(f"<html><head>{head}</head><body>x</body></html>".encode()) == HERE


def test_mark_of_the_browser_is_believed_before_the_page() -> None:
    page = f'<!-- saved from url=(0039){HERE} --><link rel="canonical" href="https://b.example/">'
    assert saved_address(page.encode()) == HERE


@pytest.mark.parametrize(
    "page",
    [
        b"",
        b"<p>no address</p>",
        b'<link rel="canonical" href="javascript:alert(1)">',
        b'<link rel="canonical" href="file:///etc/hosts">',
        b"<!-- saved from url=(0022)about:internet -->",
        b"<div>" * 200_000,
    ],
)
def test_page_without_an_address_gives_none(page: bytes) -> None:
    assert saved_address(page) is None
