"""The machine's trust: every store of certificates that its programs read holds our authority alone, in this namespace."""

import ssl
import subprocess
import tempfile
from collections.abc import Iterable
from pathlib import Path

import botocore
import requests.certs

from signoff.judge.installed import digest_as_recorded

SYSTEM = Path("/etc/ssl/certs/ca-certificates.crt")
VARIABLES = (
    "SSL_CERT_FILE",
    "SSL_CERT_DIR",
    "REQUESTS_CA_BUNDLE",
    "CURL_CA_BUNDLE",
    "AWS_CA_BUNDLE",
)
"""Variables that lead a program to another store; no machine of this world sets them."""


def stores() -> tuple[Path, ...]:
    """Return the files that OpenSSL, requests and botocore verify by, as far as they exist."""
    asked = (
        SYSTEM,
        Path(ssl.get_default_verify_paths().openssl_cafile),
        Path(requests.certs.where()),
        Path(botocore.__file__).with_name("cacert.pem"),
    )
    return tuple(sorted({file.resolve() for file in asked if file.exists()}))


def trust_only(bundle: Path, files: Iterable[Path]) -> None:
    """Show this bundle in place of each of the files, to every process of the mount namespace.

    Packages list it as theirs: production's judge names what differs from their RECORD.
    """
    for file in files:
        for record in file.parent.parent.glob("*.dist-info/RECORD"):
            _list_as_installed(f"{file.parent.name}/{file.name}", bundle, record)
        show(bundle, file)


def _list_as_installed(name: str, bundle: Path, record: Path) -> None:
    lines = record.read_text("utf-8").splitlines()
    listed = f"{name},{digest_as_recorded(bundle)},{bundle.stat().st_size}"
    amended = [listed if line.startswith(f"{name},") else line for line in lines]
    if amended != lines:
        copy = Path(tempfile.mkdtemp(dir=bundle.parent)) / record.name
        copy.write_text("\n".join(amended), encoding="utf-8")
        show(copy, record)


def show(source: Path, at: Path) -> None:
    """Bind a file or folder to another path of this mount namespace."""
    subprocess.run(["mount", "--bind", str(source), str(at)], check=True)  # noqa: S607 - our own paths
