"""Webhook secrets at rest: encrypted, because unlike passwords they have to be used again."""

import secrets
from base64 import b64encode
from collections.abc import Sequence
from uuid import UUID

from cryptography.fernet import Fernet, InvalidToken, MultiFernet


class SecretUnreadable(RuntimeError):
    """A secret cannot be decrypted: its key is missing from the settings, or it was moved."""


class SecretEncryption:
    """Encrypts with the first key and decrypts with any, so that keys can be changed."""

    def __init__(self, keys: Sequence[str]) -> None:
        self._fernet = MultiFernet([Fernet(key) for key in keys])

    def encrypt(self, secret: str, *, endpoint_id: UUID) -> bytes:
        """The secret as it is stored. It is good for this endpoint only."""
        return self._fernet.encrypt(f"{endpoint_id}:{secret}".encode())

    def decrypt(self, encrypted: bytes, *, endpoint_id: UUID) -> str:
        """The secret itself. Raises SecretUnreadable."""
        try:
            text = self._fernet.decrypt(encrypted).decode()
        except InvalidToken as error:
            raise SecretUnreadable(
                f"no key in the settings opens a secret of {endpoint_id}"
            ) from error
        owner, _, secret = text.partition(":")
        if owner != str(endpoint_id):
            raise SecretUnreadable(f"a secret of endpoint {owner} was found at {endpoint_id}")
        return secret


def new_secret() -> str:
    """A fresh signing secret, written as Standard Webhooks does: whsec_ and 32 bytes in base64."""
    return "whsec_" + b64encode(secrets.token_bytes(32)).decode()
