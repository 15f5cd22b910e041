"""A certificate authority of our own, which also issues certificates that a client has to refuse."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Authority:
    """Signs for any name. ``certificate`` is what a machine has to trust."""

    key: ec.EllipticCurvePrivateKey
    certificate: x509.Certificate

    @classmethod
    def founded(cls, name: str) -> "Authority":
        """Make a new one, which no machine trusts yet."""
        key = ec.generate_private_key(ec.SECP256R1())
        subject = _named(name)
        unsigned = _certificate(subject, subject, key.public_key(), _now() - DAY, _now() + 30 * DAY)
        only = x509.BasicConstraints(ca=True, path_length=0)
        signs = _usage(signs=True)
        unsigned = unsigned.add_extension(only, critical=True).add_extension(signs, critical=True)
        return cls(key, unsigned.sign(key, hashes.SHA256()))

    @property
    def pem(self) -> bytes:
        return self.certificate.public_bytes(Encoding.PEM)

    def issue(
        self,
        names: Sequence[str],
        file: Path,
        *,
        begins: datetime | None = None,
        ends: datetime | None = None,
    ) -> Path:
        """Write a certificate for these names and its key into a file; by default it is valid for ten days."""
        key = ec.generate_private_key(ec.SECP256R1())
        unsigned = _certificate(
            _named(names[0]),
            self.certificate.subject,
            key.public_key(),
            begins or _now() - DAY,
            ends or _now() + 10 * DAY,
        )
        for extension in (
            x509.SubjectAlternativeName([x509.DNSName(name) for name in names]),
            x509.BasicConstraints(ca=False, path_length=None),
            x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]),
            x509.AuthorityKeyIdentifier.from_issuer_public_key(self.key.public_key()),
        ):
            unsigned = unsigned.add_extension(extension, critical=False)
        signed = unsigned.sign(self.key, hashes.SHA256())
        form = PrivateFormat.PKCS8
        private = key.private_bytes(Encoding.PEM, form, NoEncryption())
        file.write_bytes(private + signed.public_bytes(Encoding.PEM))
        return file


def _certificate(
    subject: x509.Name,
    issuer: x509.Name,
    key: ec.EllipticCurvePublicKey,
    begins: datetime,
    ends: datetime,
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key)
        .serial_number(x509.random_serial_number())
        .not_valid_before(begins)
        .not_valid_after(ends)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key), critical=False)
    )


def _usage(*, signs: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=True,
        key_cert_sign=signs,
        crl_sign=signs,
        content_commitment=False,
        key_encipherment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _named(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name[:64])])


def _now() -> datetime:
    return datetime.now(UTC)
