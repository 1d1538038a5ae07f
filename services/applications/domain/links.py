"""Links to a paper that hold for some minutes: who made one, signed, so that nobody forges one."""

import base64
import binascii
import hashlib
import hmac
import json
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from shared.refusals import Refused


class LinkNotGood(Refused):
    """The link is not ours, or its time is over."""

    code = "document-link-not-good"
    status = 403


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """Which paper, and with whose eyes it is looked at until when (seconds since 1970)."""

    document_id: UUID
    expires: int
    institution: str
    subject: str
    name: str


def signed(link: Link, secret: str) -> str:
    """The link as a token for a URL."""
    body = json.dumps(
        [link.document_id.hex, link.expires, link.institution, link.subject, link.name]
    ).encode()
    return f"{_text(body)}.{_text(_signature(body, secret))}"


def opened(token: str, secret: str, *, now: datetime) -> Link:
    """The link behind a token. Raises LinkNotGood."""
    body, _, signature = token.partition(".")
    try:
        content = _bytes(body)
        if not hmac.compare_digest(_bytes(signature), _signature(content, secret)):
            raise ValueError
        document_id, expires, institution, subject, name = json.loads(content)
    except (ValueError, binascii.Error):
        raise LinkNotGood("链接无效", "The link is not valid.") from None
    if now.timestamp() >= expires:
        raise LinkNotGood(
            "链接已过期，请重新获取", "The time of the link is over; ask for another one."
        )
    return Link(
        document_id=UUID(document_id),
        expires=expires,
        institution=institution,
        subject=subject,
        name=name,
    )


def _signature(body: bytes, secret: str) -> bytes:
    return hmac.new(secret.encode(), b"document-link:" + body, hashlib.sha256).digest()


def _text(raw: bytes) -> str:
    return base64.urlsafe_b64encode(raw).rstrip(b"=").decode()


def _bytes(text: str) -> bytes:
    return base64.b64decode(text + "=" * (-len(text) % 4), altchars=b"-_", validate=True)
