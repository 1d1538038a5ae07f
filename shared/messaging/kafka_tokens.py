"""Who a service is to the broker by a token of the identity provider (SASL OAUTHBEARER, RFC 7628).

The token is got by the client's own name and secret (RFC 6749, 4.4) and used until shortly before it
ends: each connection asks for one, and the provider is asked about once per life of a token.
"""

import asyncio
import time
from collections.abc import Callable

import httpx
from aiokafka.abc import AbstractTokenProvider
from aiokafka.errors import KafkaConnectionError

EARLY_SECONDS = 30.0
"""So long before its end a token is replaced."""
UNSTATED_SECONDS = 60.0
"""How long a token is good whose end the provider does not say."""


class ClientTokens(AbstractTokenProvider):  # type: ignore[misc]
    """Tokens of one client of the identity provider. `monotonic` gives seconds."""

    def __init__(
        self,
        url: str,
        *,
        client_id: str,
        secret: str,
        timeout_seconds: float = 5,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._url = url
        self._client = (client_id, secret)
        self._timeout_seconds = timeout_seconds
        self._monotonic = monotonic
        self._asking = asyncio.Lock()
        self._token = ""
        self._until = float("-inf")

    async def token(self) -> str:
        """A token that is good for a while yet. Raises KafkaConnectionError, which clients wait out."""
        async with self._asking:
            if self._monotonic() >= self._until:
                asked_at = self._monotonic()
                self._token, good_for = await self._ask()
                self._until = asked_at + max(good_for - EARLY_SECONDS, good_for / 2)
        return self._token

    async def _ask(self) -> tuple[str, float]:
        try:
            async with httpx.AsyncClient(timeout=self._timeout_seconds) as client:
                answer = await client.post(
                    self._url, data={"grant_type": "client_credentials"}, auth=self._client
                )
                answer.raise_for_status()
                said = answer.json()
                return str(said["access_token"]), float(said.get("expires_in") or UNSTATED_SECONDS)
        except (httpx.HTTPError, ValueError, KeyError, TypeError, AttributeError) as error:
            # Of the answer nothing is told: a token might stand in it.
            raise KafkaConnectionError(
                f"no token for the broker from {self._url}: {type(error).__name__}"
            ) from error
