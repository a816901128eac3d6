"""Answers read as outcomes, validators that are kept, authorities that are believed."""

from pathlib import Path

import pytest
from scrapy.http import Headers, Response

from crawler.answers import ending_of_answer, printable, refused_type
from crawler.authorities import Authorities
from pipelines.errors import BadInput
from pipelines.outcomes import Outcome
from pipelines.store.validators import Validators, validators_of

NOW = "Tue, 01 Jun 2021 12:00:00 GMT"


@pytest.mark.parametrize(
    ("status", "location", "outcome"),
    [
        (200, None, None),
        (404, None, Outcome.HTTP_ERROR),
        (302, "file:///etc/hostname", Outcome.BLOCKED_ADDRESS),
        (307, "ftp://paper.test/x", Outcome.BLOCKED_ADDRESS),
        (302, None, Outcome.HTTP_ERROR),
        (304, "file:///etc/hostname", Outcome.HTTP_ERROR),
    ],
)
def test_a_status_is_read_with_its_location(
    status: int, location: str | None, outcome: Outcome | None
) -> None:
    headers = {"Location": location} if location else {}
    ending = ending_of_answer(Response("http://paper.test/", status=status, headers=headers))
    assert (ending and ending.outcome) == outcome


@pytest.mark.parametrize(
    ("label", "is_refused"),
    [
        ("text/html; charset=utf-8", False),
        ("", False),
        ("application/octet-stream", False),
        ("Video/MP4", True),
        ("multipart/x-mixed-replace; boundary=b", True),
        ("text/event-stream", True),
        ("application/pdf", True),
    ],
)
def test_types_that_no_text_is_read_from_are_known(label: str, is_refused: bool) -> None:
    assert (refused_type(Headers({"Content-Type": label})) is not None) == is_refused


def test_what_is_said_holds_no_controls() -> None:
    assert printable("a\x1b[31m\x9b\u202eb\nc") == "a [31m  b c"


@pytest.mark.parametrize(
    ("headers", "kept"),
    [
        ({"etag": '"a"', "last-modified": NOW}, Validators('"a"', NOW)),
        ({"etag": '"' + "e" * 9_000 + '"'}, Validators()),
        ({"etag": '"é"'}, Validators()),
        (
            {"last-modified": "Fri, 31 Dec 9999 23:59:59 GMT", "date": NOW, "etag": '"a"'},
            Validators('"a"'),
        ),
        ({"last-modified": NOW, "date": "Mon, 31 May 2021 20:00:00 GMT"}, Validators(None, NOW)),
        ({"last-modified": NOW}, Validators(None, NOW)),
        ({"last-modified": "soon", "date": NOW}, Validators(None, "soon")),
        ({}, Validators()),
    ],
)
def test_validators_that_would_lie_for_ever_are_not_kept(
    headers: dict[str, str], kept: Validators
) -> None:
    assert validators_of(headers) == kept


def test_ssl_cert_file_names_further_authorities(tmp_path: Path) -> None:
    platform = Authorities({})
    further = tmp_path / "further.pem"
    further.write_text(_AUTHORITY)
    assert Authorities({"SSL_CERT_FILE": str(further)}).count == platform.count + 1
    assert Authorities({"SSL_CERT_DIR": str(tmp_path)}).count == platform.count + 1


def test_an_unreadable_ssl_cert_file_is_told_with_a_remedy(tmp_path: Path) -> None:
    wrong = tmp_path / "wrong.pem"
    wrong.write_text("no certificate")
    for name in (wrong, tmp_path / "missing.pem"):
        with pytest.raises(BadInput, match="SSL_CERT_FILE"):
            Authorities({"SSL_CERT_FILE": str(name)})


_AUTHORITY = """\
-----BEGIN CERTIFICATE-----
MIIBRjCB7qADAgECAgEBMAoGCCqGSM49BAMCMCIxIDAeBgNVBAMMF0ZvbGxvd3Vw
IHRlc3QgYXV0aG9yaXR5MCAXDTIwMDEwMTAwMDAwMFoYDzIwOTkwMTAxMDAwMDAw
WjAiMSAwHgYDVQQDDBdGb2xsb3d1cCB0ZXN0IGF1dGhvcml0eTBZMBMGByqGSM49
AgEGCCqGSM49AwEHA0IABOjFvpotHkoUq06JF2uTqKDnBDT5FxTWJidOqYzn8b82
pn3/DIlhIVF4SYy9n9gRu6IR13S77uZUrTCYZeJbU2CjEzARMA8GA1UdEwEB/wQF
MAMBAf8wCgYIKoZIzj0EAwIDRwAwRAIgFFWFgyKVm+ondOV5Yvp5NHi144uYEK2F
gH8uQVVeZGwCIEvfLhu4CqFoFQFREwo9rS3t0E3HZTCAyvW89e6gdqA/
-----END CERTIFICATE-----
"""
