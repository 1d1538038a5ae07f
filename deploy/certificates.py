"""Certificates of a house of our own: one authority, and what it says of each machine.

For the broker without Docker, for tests, and for a first installation; where there is a public key
infrastructure already, its certificates are used instead.
"""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    NoEncryption,
    PrivateFormat,
    load_pem_private_key,
)
from cryptography.x509.oid import NameOID

_YEARS: Final = 10
_DAYS: Final = 825
"""Longer ones are not believed by every client."""


class Authority:
    """A certificate authority in a folder: `ca.pem`, which may be shown, and `ca.key`, which may not."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.certificate_file = folder / "ca.pem"
        self._key_file = folder / "ca.key"
        folder.mkdir(parents=True, exist_ok=True)
        if not self.certificate_file.exists():
            self._make()
        self._certificate = x509.load_pem_x509_certificate(self.certificate_file.read_bytes())
        key = load_pem_private_key(self._key_file.read_bytes(), password=None)
        assert isinstance(key, ec.EllipticCurvePrivateKey)
        self._key = key

    def issue(self, name: str, hosts: Sequence[str]) -> tuple[Path, Path]:
        """A certificate for a process by these names and addresses, and its key: paths of PEM files
        `<name>.pem` and `<name>.key`. One that is there already is kept."""
        certificate_file, key_file = self.folder / f"{name}.pem", self.folder / f"{name}.key"
        if certificate_file.exists() and key_file.exists():
            return certificate_file, key_file
        key = ec.generate_private_key(ec.SECP256R1())
        certificate = (
            _begun(name, self._certificate.subject, key, timedelta(days=_DAYS))
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(
                x509.SubjectAlternativeName([_alternative(host) for host in hosts]), critical=False
            )
            .sign(self._key, hashes.SHA256())
        )
        _write_key(key_file, key)
        certificate_file.write_bytes(certificate.public_bytes(Encoding.PEM))
        return certificate_file, key_file

    def _make(self) -> None:
        key = ec.generate_private_key(ec.SECP256R1())
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "zhidai")])
        certificate = (
            _begun("zhidai", name, key, timedelta(days=365 * _YEARS))
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .add_extension(
                x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False
            )
            .sign(key, hashes.SHA256())
        )
        _write_key(self._key_file, key)
        self.certificate_file.write_bytes(certificate.public_bytes(Encoding.PEM))


def _begun(
    subject: str, issuer: x509.Name, key: ec.EllipticCurvePrivateKey, lasts: timedelta
) -> x509.CertificateBuilder:
    now = datetime.now(UTC)
    return (
        x509.CertificateBuilder()
        .subject_name(x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, subject)]))
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        # A clock that is a little behind must not refuse what was made this minute.
        .not_valid_before(now - timedelta(minutes=5))
        .not_valid_after(now + lasts)
    )


def _alternative(host: str) -> x509.GeneralName:
    try:
        return x509.IPAddress(ip_address(host))
    except ValueError:
        return x509.DNSName(host)


def _write_key(place: Path, key: ec.EllipticCurvePrivateKey) -> None:
    place.touch(mode=0o600)
    place.write_bytes(key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()))
