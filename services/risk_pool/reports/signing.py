"""The installation's signature on statements (PAdES), which any PDF reader can verify.

The key lies in a PKCS#12 file, or in an HSM that is reached by PKCS#11. Without either, outside
production, a certificate for development is made once: it shows how signing works and proves
nothing, and every statement signed with it says so.
"""

import io
import os
import threading
from collections.abc import Callable
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from functools import lru_cache
from pathlib import Path
from typing import Any

from cryptography import x509
from cryptography.hazmat.primitives import hashes
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, pkcs12
from cryptography.x509.oid import NameOID
from pyhanko.config.pkcs11 import TokenCriteria
from pyhanko.pdf_utils.incremental_writer import IncrementalPdfFileWriter
from pyhanko.sign.fields import SigSeedSubFilter
from pyhanko.sign.pkcs11 import PKCS11Signer, open_pkcs11_session
from pyhanko.sign.signers import PdfSignatureMetadata, PdfSigner, SimpleSigner

from services.risk_pool.settings import DEVELOPMENT, Settings

FIELD = "Zhidai"
"""The name of the signature's field in the PDF."""

_SIGNING = threading.Lock()
"""A session of an HSM serves one caller at a time."""


class Signing:
    """A certificate, and PDFs signed with its key."""

    def __init__(self, signer: Any) -> None:
        self._signer = signer
        self._certificate = signer.signing_cert

    @property
    def name(self) -> str:
        """Whom the certificate names."""
        return str(self._certificate.subject.native.get("common_name", ""))

    @property
    def issuer(self) -> str:
        """Who gave it out."""
        return str(self._certificate.issuer.human_friendly)

    @property
    def valid_until(self) -> datetime:
        """When it ends."""
        ends: datetime = self._certificate.not_valid_after
        return ends

    @property
    def sha256(self) -> bytes:
        """Its fingerprint."""
        return bytes(self._certificate.sha256)

    @property
    def is_development(self) -> bool:
        """Whether it was made by ourselves, and proves nothing."""
        unit = self._certificate.subject.native.get("organizational_unit_name")
        return bool(unit == DEVELOPMENT)

    @property
    def certificate(self) -> str:
        """In PEM, for a reader that is to trust it."""
        held = x509.load_der_x509_certificate(self._certificate.dump())
        return held.public_bytes(Encoding.PEM).decode()

    def sign(self, pdf: bytes, *, reason: str) -> bytes:
        """The PDF with a signature over the whole of it, and room in it for nothing else."""
        said = PdfSignatureMetadata(
            field_name=FIELD,
            md_algorithm="sha256",
            subfilter=SigSeedSubFilter.PADES,
            name=self.name,
            reason=reason,
        )
        with _SIGNING:
            signed = PdfSigner(said, signer=self._signer).sign_pdf(
                IncrementalPdfFileWriter(io.BytesIO(pdf))
            )
        return bytes(signed.getvalue())


@lru_cache(maxsize=8)
def signing_of(settings: Settings) -> Signing:
    """The installation's signature, as its settings say."""
    if settings.signing_pkcs11_module:
        return Signing(_of_hsm(settings))
    if settings.signing_pkcs12:
        passphrase = settings.signing_passphrase()
        return Signing(_of_file(Path(settings.signing_pkcs12), passphrase))
    made = _kept(Path(settings.signing_development_folder) / "development.p12", _development)
    return Signing(_of_file(made, None))


def _of_file(place: Path, passphrase: bytes | None) -> SimpleSigner:
    signer = SimpleSigner.load_pkcs12_data(place.read_bytes(), (), passphrase)
    assert isinstance(signer, SimpleSigner), "the settings have opened it"
    return signer


def _of_hsm(settings: Settings) -> PKCS11Signer:
    token = settings.signing_pkcs11_token
    session = open_pkcs11_session(
        settings.signing_pkcs11_module,
        token_criteria=TokenCriteria(label=token) if token else None,
        user_pin=settings.signing_pin(),
    )
    return PKCS11Signer(session, cert_label=settings.signing_pkcs11_label)


def _kept(place: Path, make: Callable[[], bytes]) -> Path:
    """A file made once and kept, readable by its owner only. Several processes may start at once:
    whoever links its file first has made it."""
    if not place.exists():
        place.parent.mkdir(parents=True, exist_ok=True)
        draft = place.with_suffix(f".{os.getpid()}.{threading.get_ident()}")
        with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600), "wb") as file:
            file.write(make())
        with suppress(FileExistsError):
            os.link(draft, place)
        draft.unlink()
    return place


def _development() -> bytes:
    """A key with a certificate signed by itself, for ten years."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=3072)
    name = x509.Name(
        [
            x509.NameAttribute(NameOID.COMMON_NAME, "知贷 开发证书（不具证明力）"),
            x509.NameAttribute(NameOID.ORGANIZATIONAL_UNIT_NAME, DEVELOPMENT),
        ]
    )
    now = datetime.now(UTC)
    usage = dict.fromkeys(
        ("key_encipherment", "data_encipherment", "key_agreement", "key_cert_sign", "crl_sign",
         "encipher_only", "decipher_only"), False,
    )  # fmt: skip
    certificate = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=3650))
        .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
        .add_extension(
            x509.KeyUsage(digital_signature=True, content_commitment=True, **usage), critical=True
        )
        .sign(key, hashes.SHA256())
    )
    return pkcs12.serialize_key_and_certificates(b"zhidai", key, certificate, None, NoEncryption())
