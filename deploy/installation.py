"""What a first installation in production needs beside an identity provider: secrets and certificates.

`zhidai init-production` writes it: `.env`, which Docker Compose reads, and `certificates/` with a folder
for each container that mounts one. A container sees its own folder only; the authority's key is in none
of them. Each secret is made here and stands in no other place.
"""

import os
import secrets
import shutil
from base64 import urlsafe_b64encode
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.hazmat.primitives.serialization import (
    BestAvailableEncryption,
    load_pem_private_key,
    pkcs12,
)

from deploy.certificates import Authority
from deploy.kafka.broker import of_every_broker, written
from deploy.kafka.guarded import ADMIN, Guard
from deploy.keycloak import realm
from deploy.secret_files import keep

HERE: Final = Path(__file__).parent
MOUNTED: Final = Path("/certificates")
"""Where each container finds its folder."""
SERVICES: Final = ("applications", "risk_pool", "notifications")
DATABASES: Final = (*SERVICES, "console")
HEAD: Final = (
    "# Made by `zhidai init-production`. Keep it secret, and keep a copy: who loses it loses all.\n"
)
OWNERS: Final = {"house": 10001, "rights": 10001, "postgres": 999, "kafka": 1000}
"""Who reads a folder: the users of our image and of the two others."""


class AlreadyThere(FileExistsError):
    """Secrets were made here before: new ones would lock everybody out of what the old ones guard."""


@dataclass(frozen=True, kw_only=True)
class Installation:
    """Where people reach the console, and who says who they are."""

    public_url: str
    """https, without the last slash."""
    issuer: str
    """The identity provider's address, as its tokens name it."""
    keys: str
    """Where the provider's public keys are."""


def make(folder: Path, installation: Installation) -> Path:
    """Write everything into a folder that has none of it; the path of `.env`.

    Raises AlreadyThere, having written nothing.
    """
    places = [folder / ".env", folder / "certificates"]
    there = [place for place in places if place.exists()]
    if there:
        raise AlreadyThere(", ".join(map(str, there)))
    # Made beside, then moved: whoever is interrupted has written nothing.
    with TemporaryDirectory(dir=folder, prefix=".zhidai-") as temporary:
        begun = Path(temporary)
        _make(begun, begun / "certificates", installation)
        for place in reversed(places):
            (begun / place.name).rename(place)
    return places[0]


def _make(folder: Path, certificates: Path, installation: Installation) -> None:
    authority = Authority(certificates / "authority")
    for name in OWNERS:
        (certificates / name).mkdir(mode=0o750)
    client_secret = _secret()
    passwords = _broker(certificates, authority)
    _database(certificates / "postgres", authority)
    _house(certificates / "house", authority, installation)
    realm.write(certificates / "keycloak", public_url=installation.public_url, secret=client_secret)
    variables = _variables(installation, passwords, client_secret=client_secret)
    keep(folder / ".env", HEAD + "".join(f"{name}={value}\n" for name, value in variables.items()))


def _variables(
    installation: Installation, kafka: Mapping[str, str], *, client_secret: str
) -> dict[str, str]:
    return {
        "COMPOSE_FILE": "docker-compose.yml:docker-compose.production.yml",
        "ENVIRONMENT": "production",
        "CERTIFICATES": "./certificates/house",
        "TLS_CERTIFICATE_FILE": f"{MOUNTED}/house.pem",
        "TLS_KEY_FILE": f"{MOUNTED}/house.key",
        "POSTGRES_PASSWORD": _secret(),
        "POSTGRES_TLS": f"?sslmode=verify-full&sslrootcert={MOUNTED}/ca.pem",
        **{f"{name.upper()}_OWNER_PASSWORD": _secret() for name in DATABASES},
        **{f"{name.upper()}_PASSWORD": _secret() for name in DATABASES},
        "KAFKA_CLUSTER_ID": _cluster_id(),
        "KAFKA_SECURITY": "sasl_ssl",
        "KAFKA_CA_FILE": f"{MOUNTED}/ca.pem",
        **{f"{name.upper()}_KAFKA_PASSWORD": kafka[name] for name in SERVICES},
        "TOKEN_ISSUER": installation.issuer,
        "TOKEN_KEYS": installation.keys,
        "DOCUMENT_LINK_SECRET": _secret(),
        "NOTIFICATIONS_ENCRYPTION_KEYS": urlsafe_b64encode(secrets.token_bytes(32)).decode(),
        "SIGNING_PKCS12": f"{MOUNTED}/signing.p12",
        "SIGNING_PASSPHRASE_FILE": f"{MOUNTED}/signing.passphrase",
        "APPLICATIONS_URL": "https://applications:8000",
        "RISK_POOL_URL": "https://risk-pool:8000",
        "NOTIFICATIONS_URL": "https://notifications:8000",
        "CONSOLE_CA_FILE": f"{MOUNTED}/ca.pem",
        "CONSOLE_SESSION_SECRET": _secret(),
        # As long as the realm's own sessions (deploy/keycloak/realm.py).
        "CONSOLE_SESSION_IDLE_MINUTES": "30",
        "CONSOLE_SESSION_HOURS": "10",
        "CONSOLE_SECURE_COOKIES": "true",
        "CONSOLE_ISSUER_DIR": "",
        "CONSOLE_OIDC_ISSUER": installation.issuer,
        "CONSOLE_OIDC_CLIENT_SECRET": client_secret,
        "CONSOLE_PUBLIC_URL": installation.public_url,
    }


def _broker(certificates: Path, authority: Authority) -> Mapping[str, str]:
    """The broker's folder, and the one of whoever gives rights on it; the services' passwords."""
    folder = certificates / "kafka"
    made = certificates / "authority" / "kafka"
    guard = Guard(made, SERVICES, authority=authority.folder)
    settings = {
        "node.id": 1,
        "controller.quorum.bootstrap.servers": "kafka:9093",
        "listeners": "CLIENTS://:9092,CONTROLLER://:9093",
        "advertised.listeners": "CLIENTS://kafka:9092,CONTROLLER://kafka:9093",
        "log.dirs": "/var/lib/kafka/data",
        **of_every_broker(1),
        **guard.properties("kafka"),
    }
    own = guard.of(ADMIN)
    client = {
        "security.protocol": "SASL_SSL",
        "sasl.mechanism": own.mechanism,
        "sasl.jaas.config": (
            "org.apache.kafka.common.security.scram.ScramLoginModule required "
            f'username="{own.username}" password="{own.password}";'
        ),
        "ssl.truststore.type": "PEM",
        "ssl.truststore.location": MOUNTED / "ca.pem",
    }
    inside = written(settings).replace(str(made), str(MOUNTED))
    keep(folder / "server.properties", inside.replace(str(authority.folder), str(MOUNTED)))
    keep(folder / "client.properties", written(client))
    keep(folder / "users", "\n".join(guard.users()))
    keep(folder / "keystore.pem", (made / "keystore.pem").read_text())
    keep(certificates / "rights" / "admin.password", own.password)
    shutil.copy(HERE / "production" / "kafka.sh", folder / "start.sh")
    for name in ("kafka", "rights"):
        shutil.copy(authority.certificate_file, certificates / name / "ca.pem")
    passwords = {name: guard.of(name).password for name in SERVICES}
    shutil.rmtree(made)
    return passwords


def _database(folder: Path, authority: Authority) -> None:
    certificate, key = authority.issue("postgres", ["postgres", "localhost", "127.0.0.1"])
    keep(folder / "server.pem", certificate.read_text())
    keep(folder / "server.key", key.read_text())
    shutil.copy(HERE / "production" / "pg_hba.conf", folder / "pg_hba.conf")


def _house(folder: Path, authority: Authority, installation: Installation) -> None:
    """What our own processes show each other, and the certificate that signs statements."""
    host = installation.public_url.removeprefix("https://").partition("/")[0].partition(":")[0]
    names = [name.replace("_", "-") for name in SERVICES]
    certificate, key = authority.issue("house", [*names, "console", "localhost", "127.0.0.1", host])
    keep(folder / "house.pem", certificate.read_text())
    keep(folder / "house.key", key.read_text())
    shutil.copy(authority.certificate_file, folder / "ca.pem")
    signed_by, signs_with = authority.issue("signing", [host])
    passphrase = _secret()
    keep(folder / "signing.passphrase", passphrase)
    keep(folder / "signing.p12", _bundle(signed_by, signs_with, passphrase))


def _bundle(certificate: Path, key: Path, passphrase: str) -> bytes:
    private = load_pem_private_key(key.read_bytes(), password=None)
    assert isinstance(private, ec.EllipticCurvePrivateKey)
    return pkcs12.serialize_key_and_certificates(
        b"statements",
        private,
        x509.load_pem_x509_certificate(certificate.read_bytes()),
        None,
        BestAvailableEncryption(passphrase.encode()),
    )


def give_to_their_readers(certificates: Path) -> str:
    """To the users of the containers, which root alone can do; else what root has to run for it."""
    if os.geteuid() != 0:
        return " && ".join(
            f"chown -R {user}:{user} {certificates / name}" for name, user in OWNERS.items()
        )
    for name, user in OWNERS.items():
        for place in (certificates / name, *(certificates / name).iterdir()):
            os.chown(place, user, user)
    return ""


def _secret() -> str:
    # Safe in a URL, in YAML and in a shell: it stands in all of them.
    return secrets.token_urlsafe(32)


def _cluster_id() -> str:
    while (made := secrets.token_urlsafe(16)).startswith("-"):
        """Kafka refuses one that looks like an option."""
    return made
