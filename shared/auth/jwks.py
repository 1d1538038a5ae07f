"""The public keys of a token issuer: from a URL, cached and renewed, or from a file.

A token signed with an unknown key may mean that the issuer has changed keys, so the keys are
fetched again; but not more often than a caller with invented keys should be able to make us.
"""

import asyncio
import json
import logging
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
from joserfc.errors import JoseError
from joserfc.jwk import ECKey, KeySet, RSAKey

from shared.refusals import Refused
from shared.tls import trusted_by_httpx

log = logging.getLogger(__name__)


KEEP_SECONDS = 45.0
"""A key that the issuer withdraws is refused within a minute."""


class KeysUnavailable(Refused):
    """The issuer's keys have never been fetched, so no token can be judged."""

    code = "token-keys-unavailable"
    status = 503


class Jwks:
    """A JWKS that is fetched at first need, after `keep_seconds`, and on an unknown key id.

    `place` is an http(s) URL or the path of a file. Symmetric keys in it are ignored. Times are
    by a monotonic clock.
    """

    def __init__(
        self,
        place: str,
        *,
        keep_seconds: float = KEEP_SECONDS,
        at_most_every_seconds: float = 10,
        timeout_seconds: float = 5,
        monotonic: Callable[[], float] = time.monotonic,
    ) -> None:
        self._place = place
        self._keep_seconds = keep_seconds
        self._at_most_every_seconds = at_most_every_seconds
        self._timeout_seconds = timeout_seconds
        self._monotonic = monotonic
        self._keys: KeySet | None = None
        self._tried_at = float("-inf")
        self._fetching = asyncio.Lock()

    async def current(self) -> KeySet:
        """The keys as last fetched. Raises KeysUnavailable."""
        if self._keys is None or self._monotonic() - self._tried_at > self._keep_seconds:
            await self.refreshed()
        if self._keys is None:
            raise KeysUnavailable("暂时无法校验令牌", "Tokens cannot be verified at the moment.")
        return self._keys

    async def refreshed(self) -> KeySet:
        """The keys, fetched again unless that was tried a moment ago. Raises KeysUnavailable."""
        async with self._fetching:
            if self._monotonic() - self._tried_at >= self._at_most_every_seconds:
                self._tried_at = self._monotonic()
                try:
                    self._keys = public_keys(await self._read())
                except (
                    httpx.HTTPError,
                    OSError,
                    ValueError,
                    JoseError,
                    KeyError,
                    TypeError,
                ) as error:
                    # The last known keys stay good: an issuer that restarts must not lock all out.
                    log.warning("cannot fetch the token keys from %s: %s", self._place, error)
        if self._keys is None:
            raise KeysUnavailable("暂时无法校验令牌", "Tokens cannot be verified at the moment.")
        return self._keys

    async def _read(self) -> Any:
        if not self._place.startswith(("http://", "https://")):
            return json.loads(await asyncio.to_thread(Path(self._place).read_text))
        async with httpx.AsyncClient(
            timeout=self._timeout_seconds, verify=trusted_by_httpx()
        ) as client:
            answer = await client.get(self._place)
            answer.raise_for_status()
            return answer.json()


def public_keys(jwks: Any) -> KeySet:
    """The RSA and EC keys of a JWKS that are meant for signatures. Raises ValueError if none."""
    signing = [
        key
        for key in KeySet.import_key_set(jwks).keys
        if isinstance(key, RSAKey | ECKey) and key.get("use", "sig") == "sig"
    ]
    if not signing:
        raise ValueError("the key set has no RSA or EC key for signatures")
    return KeySet(list(signing))
