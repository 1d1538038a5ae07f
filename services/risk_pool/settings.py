"""What the environment decides for the risk pool: RISK_POOL_DATABASE_URL and so on."""

from datetime import UTC, datetime
from ipaddress import ip_network
from pathlib import Path

from cryptography.hazmat.primitives.serialization import pkcs12
from cryptography.x509.oid import NameOID
from pydantic import Field, ValidationInfo, field_validator
from pydantic_settings import SettingsConfigDict

from shared.production import is_production
from shared.settings import ServiceSettings

DEVELOPMENT = "development certificate, proves nothing"
"""The organizational unit in certificates that we make ourselves."""


class Settings(ServiceSettings):
    """The settings that all services share, under this service's prefix, how long papers are waited
    for, and the certificate that signs statements: a PKCS#12 file, or an HSM by PKCS#11."""

    model_config = SettingsConfigDict(env_prefix="RISK_POOL_", frozen=True, extra="ignore")

    signing_passphrase_file: str = Field(
        default="", description="Path of a file with the passphrase of the PKCS#12 file."
    )
    signing_pkcs11_module: str = Field(
        default="", description="Path of the HSM's PKCS#11 library, instead of a PKCS#12 file."
    )
    signing_pkcs11_token: str = Field(default="", description="The token's label.")
    signing_pkcs11_label: str = Field(
        default="", description="The label of certificate and key on the token."
    )
    signing_pkcs11_pin_file: str = Field(default="", description="Path of a file with the PIN.")
    signing_pkcs12: str = Field(
        default="", description="Path of a PKCS#12 file with the certificate and its key."
    )
    signing_development_folder: str = Field(
        default=".zhidai/signing",
        description="Where a certificate for development is made where no other is named; never in "
        "production.",
    )
    paper_wait_seconds: float = Field(
        default=3,
        ge=0,
        description="How long a request waits for a paper that was stored a moment ago and has not "
        "been heard of yet.",
    )

    sends_statements: bool = Field(
        default=False,
        description="Sign the statements of a month as soon as it is posted and tell them to "
        "`notifications`, so that packs by mail enclose them. Otherwise they are signed when they are "
        "first fetched, and packs have a workbook alone.",
    )

    forwarding_networks: tuple[str, ...] = Field(
        default=(
            "127.0.0.0/8", "::1/128", "10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "fc00::/7",
        ),
        description="Who stands in these networks (the console, a proxy) says by X-Forwarded-For whose "
        "request it hands on; by that address objections to public notices are counted.",
    )  # fmt: skip

    @field_validator("forwarding_networks")
    @classmethod
    def _networks(cls, networks: tuple[str, ...]) -> tuple[str, ...]:
        for one in networks:
            ip_network(one)
        return networks

    def signing_passphrase(self) -> bytes | None:
        """The passphrase of the PKCS#12 file, without the line's end."""
        return _first_line(self.signing_passphrase_file)

    def signing_pin(self) -> str | None:
        """The PIN of the token, without the line's end."""
        pin = _first_line(self.signing_pkcs11_pin_file)
        return None if pin is None else pin.decode()

    @field_validator("signing_pkcs12")
    @classmethod
    def _signs(cls, place: str, info: ValidationInfo) -> str:
        module = info.data.get("signing_pkcs11_module", "")
        if place and module:
            raise ValueError("signing_pkcs12 and signing_pkcs11_module exclude one another")
        if module and not info.data.get("signing_pkcs11_label"):
            raise ValueError("signing_pkcs11_label is needed when signing_pkcs11_module is given")
        if place:
            passphrase = _first_line(info.data.get("signing_passphrase_file", ""))
            _require_opens(place, passphrase, production=is_production(info))
        elif is_production(info) and not module:
            raise ValueError(
                "signing_pkcs12 or signing_pkcs11_module is needed in production: statements are "
                "signed, and a certificate for development proves nothing"
            )
        return place


def _require_opens(place: str, passphrase: bytes | None, *, production: bool) -> None:
    try:
        content = Path(place).read_bytes()
        _, certificate, _ = pkcs12.load_key_and_certificates(content, passphrase)
    except (OSError, ValueError) as error:
        raise ValueError(f"signing_pkcs12 cannot be opened: {error}") from None
    if certificate is None:
        raise ValueError("signing_pkcs12 holds no certificate")
    if certificate.not_valid_after_utc < datetime.now(UTC):
        raise ValueError(f"signing_pkcs12 has expired: {certificate.not_valid_after_utc}")
    units = certificate.subject.get_attributes_for_oid(NameOID.ORGANIZATIONAL_UNIT_NAME)
    if production and any(unit.value == DEVELOPMENT for unit in units):
        raise ValueError("signing_pkcs12 is a certificate for development; it proves nothing")


def _first_line(place: str) -> bytes | None:
    return Path(place).read_bytes().rstrip(b"\r\n") if place else None
