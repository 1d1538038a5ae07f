"""Which certificate signs: a file's or an HSM's; in production one of them must be named."""

from datetime import UTC, datetime, timedelta

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import BestAvailableEncryption, pkcs12
from cryptography.x509.oid import NameOID
from pydantic import ValidationError

from services.risk_pool.reports.signing import signing_of
from services.risk_pool.settings import DEVELOPMENT, Settings
from tests.production import COMMON

PASSPHRASE = b"correct horse"


def settings(environment="production", **more):
    return Settings(
        **COMMON | {"environment": environment},
        **{name: str(value) for name, value in more.items()},
    )


def written(folder, *, unit="Finance", days=365):
    """A PKCS#12 file and the file with its passphrase, as an operator puts them there."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name(
        [
            x509.NameAttribute(NameOID.COMMON_NAME, "天津市东丽区财政局"),
            x509.NameAttribute(NameOID.ORGANIZATIONAL_UNIT_NAME, unit),
        ]
    )
    ends = datetime.now(UTC) + timedelta(days=days)
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(ends - timedelta(days=1000))
        .not_valid_after(ends)
        .sign(key, hashes.SHA256())
    )
    place, said = folder / "pool.p12", folder / "passphrase"
    place.write_bytes(
        pkcs12.serialize_key_and_certificates(
            b"pool", key, certificate, None, BestAvailableEncryption(PASSPHRASE)
        )
    )
    said.write_bytes(PASSPHRASE + b"\n")
    return {"signing_pkcs12": place, "signing_passphrase_file": said}


def test_production_without_a_certificate_is_refused():
    with pytest.raises(ValidationError, match="signing_pkcs12 or signing_pkcs11_module is needed"):
        settings()


def test_production_with_a_certificate_for_development_is_refused(tmp_path):
    with pytest.raises(ValidationError, match="certificate for development; it proves nothing"):
        settings(**written(tmp_path, unit=DEVELOPMENT))


def test_a_wrong_passphrase_or_an_expired_certificate_stops_the_start(tmp_path):
    with pytest.raises(ValidationError, match="has expired"):
        settings(**written(tmp_path, days=-1))
    named = written(tmp_path)
    named["signing_passphrase_file"].write_bytes(b"wrong\n")
    with pytest.raises(ValidationError, match="cannot be opened"):
        settings(**named)


def test_an_hsm_needs_the_label_of_its_key_and_excludes_a_file(tmp_path):
    with pytest.raises(ValidationError, match="signing_pkcs11_label is needed"):
        settings(signing_pkcs11_module="/usr/lib/hsm.so")
    with pytest.raises(ValidationError, match="exclude one another"):
        settings(
            **written(tmp_path),
            signing_pkcs11_module="/usr/lib/hsm.so",
            signing_pkcs11_label="pool",
        )


def test_the_certificate_of_the_named_file_signs(tmp_path):
    signing = signing_of(settings(**written(tmp_path)))

    assert (signing.name, signing.is_development) == ("天津市东丽区财政局", False)


def test_a_certificate_for_development_is_made_once_and_kept_to_its_owner(tmp_path):
    folder = tmp_path / "signing"
    first = signing_of(settings("sandbox", signing_development_folder=folder))
    signing_of.cache_clear()
    again = signing_of(settings("sandbox", signing_development_folder=folder))

    assert first.is_development
    assert first.sha256 == again.sha256
    (file,) = folder.iterdir()
    assert file.stat().st_mode & 0o777 == 0o600
