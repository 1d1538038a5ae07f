"""Tokens that were verified a moment ago, so that a caller's next request pays for no signature.

A token is known until it expires, and only as long as the keys that judged it are the newest: whatever
the issuer publishes next (`Jwks`, within a minute) all are judged anew, so a withdrawn key ends them.
Logins that an administrator ended are asked for after this, at every request.
"""

from collections import OrderedDict
from collections.abc import Callable
from hashlib import sha256
from typing import Generic, TypeVar

from joserfc.jwk import KeySet

Known = TypeVar("Known")

MOST = 4096
"""So many are kept; the one that was not seen for longest goes first."""


class KnownTokens(Generic[Known]):
    """What verified tokens stand for, by the SHA-256 of each: no token is kept.

    `now` gives seconds since 1970.
    """

    def __init__(self, *, now: Callable[[], float], most: int = MOST) -> None:
        self._now = now
        self._most = most
        self._keys: KeySet | None = None
        self._by_digest: OrderedDict[bytes, tuple[float, Known]] = OrderedDict()

    def find(self, token: str, keys: KeySet) -> Known | None:
        """What the token stands for; None where it is not known, has expired, or other keys judge."""
        if keys is not self._keys:
            self._by_digest.clear()
            self._keys = keys
            return None
        digest = _digest(token)
        kept = self._by_digest.get(digest)
        if kept is None:
            return None
        expires_at, known = kept
        if self._now() >= expires_at:
            del self._by_digest[digest]
            return None
        self._by_digest.move_to_end(digest)
        return known

    def keep(self, token: str, known: Known, *, expires_at: float, keys: KeySet) -> None:
        """Remember a token that these keys have judged; nothing where newer ones have come meanwhile."""
        if keys is not self._keys:
            return
        self._by_digest[_digest(token)] = (expires_at, known)
        if len(self._by_digest) > self._most:
            self._by_digest.popitem(last=False)

    def __len__(self) -> int:
        return len(self._by_digest)


def _digest(token: str) -> bytes:
    return sha256(token.encode("utf-8", "surrogatepass")).digest()
