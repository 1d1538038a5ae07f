"""How a broker is spoken to: in the clear in a sandbox, else by TLS as a principal of its own."""

import ssl
from dataclasses import dataclass, field
from typing import Any, Final

from shared.messaging.kafka_tokens import ClientTokens

OAUTHBEARER: Final = "OAUTHBEARER"


@dataclass(frozen=True, kw_only=True)
class KafkaSecurity:
    """By whose certificate the broker is believed, and who we say we are.

    Without a user name nothing is encrypted and nobody is asked who he is. With OAUTHBEARER user name
    and password are those of a client of the identity provider, and `token_url` is where it gives tokens.
    """

    username: str = ""
    password: str = field(default="", repr=False)
    mechanism: str = "SCRAM-SHA-512"
    ca_file: str = ""
    """PEM of the broker's CA; empty: the system's own."""
    token_url: str = ""

    def client_arguments(self) -> dict[str, Any]:
        """What each client of aiokafka takes. Raises OSError where the CA cannot be read."""
        if not self.username:
            return {}
        return {
            "security_protocol": "SASL_SSL",
            "ssl_context": ssl.create_default_context(cafile=self.ca_file or None),
            "sasl_mechanism": self.mechanism,
            **self._who_it_is(),
        }

    def _who_it_is(self) -> dict[str, Any]:
        if self.mechanism == OAUTHBEARER:
            tokens = ClientTokens(self.token_url, client_id=self.username, secret=self.password)
            return {"sasl_oauth_token_provider": tokens}
        return {"sasl_plain_username": self.username, "sasl_plain_password": self.password}


IN_THE_CLEAR = KafkaSecurity()
