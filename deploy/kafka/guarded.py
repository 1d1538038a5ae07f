"""A broker that asks everybody who he is: TLS, SCRAM, and no right that was not given."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Final

from deploy.certificates import Authority
from shared.messaging.kafka_security import KafkaSecurity

ADMIN: Final = "broker"
"""The brokers' own principal; it may do everything, also give rights to others."""

_MECHANISM: Final = "SCRAM-SHA-512"


@dataclass(frozen=True)
class Guard:
    """The certificates and passwords of a cluster, kept in a folder of its own.

    The brokers speak to each other, and the controllers too, by the same means as everybody else.
    """

    folder: Path
    principals: Sequence[str]
    authority: Path | None = None
    """Where the authority lies that vouches for the brokers; in the same folder where nothing is said."""

    def of(self, principal: str) -> KafkaSecurity:
        """How this principal speaks to the cluster."""
        return KafkaSecurity(
            username=principal,
            password=self._password(principal),
            mechanism=_MECHANISM,
            ca_file=str(self._authority().certificate_file),
        )

    def users(self) -> list[str]:
        """Everybody's first password, as arguments of Kafka's storage tool."""
        return [
            word
            for principal in (ADMIN, *self.principals)
            for word in (
                "--add-scram",
                f"{_MECHANISM}=[name={principal},password={self._password(principal)}]",
            )
        ]

    def properties(self, host: str) -> dict[str, object]:
        """What server.properties says beside addresses."""
        certificate, key = self._authority().issue(ADMIN, [host, "localhost"])
        store = self.folder / "keystore.pem"
        if not store.exists():
            self.folder.mkdir(parents=True, exist_ok=True)
            store.touch(mode=0o600)
            store.write_bytes(key.read_bytes() + certificate.read_bytes())
        own = self.of(ADMIN)
        return {
            "listener.security.protocol.map": "CLIENTS:SASL_SSL,CONTROLLER:SSL",
            "inter.broker.listener.name": "CLIENTS",
            "sasl.enabled.mechanisms": _MECHANISM,
            "sasl.mechanism.inter.broker.protocol": _MECHANISM,
            f"listener.name.clients.{_MECHANISM.lower()}.sasl.jaas.config": (
                "org.apache.kafka.common.security.scram.ScramLoginModule required "
                f'username="{own.username}" password="{own.password}";'
            ),
            "listener.name.controller.ssl.client.auth": "required",
            "ssl.keystore.type": "PEM",
            "ssl.keystore.location": store,
            "ssl.truststore.type": "PEM",
            "ssl.truststore.location": self._authority().certificate_file,
            "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
            "super.users": f"User:{ADMIN};User:CN={ADMIN}",
            "allow.everyone.if.no.acl.found": "false",
        }

    def _authority(self) -> Authority:
        return Authority(self.authority or self.folder)

    def _password(self, principal: str) -> str:
        place = self.folder / f"{principal}.password"
        if not place.exists():
            self.folder.mkdir(parents=True, exist_ok=True)
            place.touch(mode=0o600)
            place.write_text(secrets.token_urlsafe(32))
        return place.read_text()
