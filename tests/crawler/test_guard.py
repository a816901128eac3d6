import pytest

from crawler.guard import BlockedAddress, check_url


@pytest.mark.parametrize(
    "url",
    [
        "http://example.com/",
        "https://www.bbc.co.uk:443/news?id=1",
        "http://93.184.216.34/story",
        "http://[2606:2800:220:1:248:1893:25c8:1946]/",
        "http://xn--bcher-kva.example.org/a",
        "http://bücher.example.org/a",
        "http://under_score.example.com/",
    ],
)
def test_public_addresses_pass(url: str) -> None:
    check_url(url)


@pytest.mark.parametrize(
    "url",
    [
        "file:///etc/passwd",
        "ftp://example.com/x",
        "data:text/html,hello",
        "gopher://example.com/",
        "javascript:alert(1)",
        "//example.com/",
        "http://localhost/",
        "http://localhost./",
        "http://a.localhost/",
        "http://printer.local/",
        "http://metadata.google.internal/",
        "http://intranet/",
        "http://127.0.0.1/",
        "http://127.1/",
        "http://2130706433/",
        "http://0x7f.1/",
        "http://0177.0.0.1/",
        "http://0/",
        "http://0.0.0.0/",
        "http://10.1.2.3/",
        "http://192.168.0.1/",
        "http://172.16.0.1/",
        "http://100.64.0.1/",
        "http://169.254.169.254/latest/meta-data",
        "http://224.0.0.1/",
        "http://[::1]/",
        "http://[::]/",
        "http://[::ffff:127.0.0.1]/",
        "http://[::ffff:7f00:1]/",
        "http://[fe80::1]/",
        "http://[fc00::1]/",
        "http://[64:ff9b::7f00:1]/",
        "http://[2002:7f00:1::]/",
        "http://[::1",
        "http://user@example.com/",
        "http://example.com:80@127.0.0.1/",
        "http://example.com\\@127.0.0.1/",
        "http://exa mple.com/",
        "http://example.com\t/",
        "http://example.com:0/",
        "http://example.com:99999/",
        "http:///path",
        "http://",
        "",
        "http://example.com/" + "a" * 2000,
        "http://１２７.０.０.１/",
        "http://127。0。0。1/",
        "http://１０.１.１.１０/",
    ],
)
def test_private_odd_and_unreadable_addresses_are_blocked(url: str) -> None:
    with pytest.raises(BlockedAddress):
        check_url(url)


def test_a_private_site_that_the_user_named_passes_on_its_port_alone() -> None:
    allowed = {"127.0.0.1:8000", "wiki.lan:443"}
    check_url("http://127.0.0.1:8000/feed", allowed)
    check_url("https://wiki.lan/feed", allowed)
    with pytest.raises(BlockedAddress):
        check_url("http://127.0.0.1:8001/feed", allowed)
