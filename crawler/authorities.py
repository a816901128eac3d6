"""Whose certificates are believed: the platform's authorities, and those of SSL_CERT_FILE too.

OpenSSL takes SSL_CERT_FILE and SSL_CERT_DIR in place of the platform's authorities; for Followup
they are further ones, so that a proxy's or a test's authority does not shut out the rest of the
web. The certificates are read once: a context that reads the platform's file anew for each
connection takes 10 ms and half a megabyte.
"""

import os
import ssl
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from OpenSSL.crypto import FILETYPE_ASN1
from twisted.internet.ssl import Certificate, optionsForClientTLS, trustRootFromCertificates
from twisted.web.iweb import IPolicyForHTTPS
from zope.interface import implementer

from pipelines.errors import BadInput

#: Where Linux distributions and BSDs keep their authorities, as Go's crypto/x509 looks for them;
#: the wheels of `cryptography` were built elsewhere and don't know.
_BUNDLES = (
    "/etc/ssl/certs/ca-certificates.crt",
    "/etc/pki/tls/certs/ca-bundle.crt",
    "/etc/ssl/ca-bundle.pem",
    "/etc/pki/tls/cacert.pem",
    "/etc/pki/ca-trust/extracted/pem/tls-ca-bundle.pem",
    "/etc/ssl/cert.pem",
)


@implementer(IPolicyForHTTPS)
class Authorities:
    """Checks every certificate and its name, for Twisted's HTTP client."""

    def __init__(self, environment: Mapping[str, str] | None = None) -> None:
        """Raises BadInput where SSL_CERT_FILE cannot be read."""
        environment = os.environ if environment is None else environment
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        _load_platform(context)
        _load_further(context, environment)
        certificates = context.get_ca_certs(binary_form=True)
        self.count = len(certificates)
        self._root = trustRootFromCertificates(
            [Certificate.load(der, FILETYPE_ASN1) for der in certificates]
        )

    def creatorForNetloc(self, hostname: bytes, port: int) -> Any:
        """What Twisted makes a connection to this host with."""
        return optionsForClientTLS(
            hostname.decode("ascii"),
            trustRoot=self._root,
            extraCertificateOptions={"fixBrokenPeers": True},
        )


def _load_platform(context: ssl.SSLContext) -> None:
    if sys.platform == "win32":
        context.load_default_certs()
        return
    for name in (ssl.get_default_verify_paths().openssl_cafile, *_BUNDLES):
        if Path(name).is_file():
            context.load_verify_locations(name)
            return


def _load_further(context: ssl.SSLContext, environment: Mapping[str, str]) -> None:
    if name := environment.get("SSL_CERT_FILE"):
        try:
            context.load_verify_locations(name)
        except OSError as error:
            raise BadInput(
                f"SSL_CERT_FILE={name} cannot be read as certificates ({error}).",
                remedy="Name a file of certificates in PEM, or unset it.",
            ) from error
    for path in _files(environment.get("SSL_CERT_DIR", "")):
        try:
            context.load_verify_locations(path)
        except OSError:
            continue  # such folders also hold keys, lists and links that lead nowhere


def _files(folders: str) -> Iterator[Path]:
    for name in folders.split(os.pathsep):
        if name and Path(name).is_dir():
            yield from sorted(path for path in Path(name).iterdir() if path.is_file())
