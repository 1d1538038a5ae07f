"""How a broker is spoken to: in the clear in a sandbox, else by TLS as a principal of its own."""

import ssl
from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, kw_only=True)
class KafkaSecurity:
    """By whose certificate the broker is believed, and who we say we are.

    Without a user name nothing is encrypted and nobody is asked who he is.
    """

    username: str = ""
    password: str = field(default="", repr=False)
    mechanism: str = "SCRAM-SHA-512"
    ca_file: str = ""
    """PEM of the broker's CA; empty: the system's own."""

    def client_arguments(self) -> dict[str, Any]:
        """What each client of aiokafka takes. Raises OSError where the CA cannot be read."""
        if not self.username:
            return {}
        return {
            "security_protocol": "SASL_SSL",
            "ssl_context": ssl.create_default_context(cafile=self.ca_file or None),
            "sasl_mechanism": self.mechanism,
            "sasl_plain_username": self.username,
            "sasl_plain_password": self.password,
        }


IN_THE_CLEAR = KafkaSecurity()
