"""Letters that come back: delivery status notifications (RFC 3464), as far as they are about ours.

Which letter it was says its Message-ID, which is the delivery's (`senders/email.compose`); nobody else
knows it, and the recipient must be the one that we wrote to.
"""

import re
from dataclasses import dataclass
from email import message_from_bytes, policy
from email.message import Message
from typing import Final
from uuid import UUID

_OURS = re.compile(r"<([0-9a-f]{32})(?:\.[0-9]{1,9})?@([^<>@\s]{1,255})>")
_STATUS = re.compile(r"[245]\.[0-9]{1,3}\.[0-9]{1,3}")
_LONGEST_ERROR: Final = 400

_OF_THE_LETTER: Final = ("5.2.2", "5.2.3", "5.3.4", "5.6.", "5.7.")
"""Permanent failures that say nothing against the address (RFC 3463): the mailbox is full, the letter is
too long, its content or its sender is not wanted."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounce:
    """One letter of ours came back from one recipient."""

    delivery_id: UUID
    domain: str
    recipient: str
    status: str
    """As in 5.1.1 (RFC 3463)."""
    error: str

    @property
    def no_such_address(self) -> bool:
        """Whether nothing will ever arrive there."""
        return not self.status.startswith(_OF_THE_LETTER)


def read_bounces(raw: bytes) -> list[Bounce]:
    """The letters of ours that a message says could not be delivered, for good. What is no such
    notification, is late only, or names none of our letters, is none."""
    mail = message_from_bytes(raw, policy=policy.compat32)
    if mail.get_content_type() != "multipart/report" or not mail.is_multipart():
        return []
    ours = _message_id(mail)
    if ours is None:
        return []
    return [
        Bounce(
            delivery_id=UUID(ours[1]),
            domain=ours[2].lower(),
            recipient=_after_type(block.get("Final-Recipient") or block.get("Original-Recipient")),
            status=status,
            error=_error(status, _after_type(block.get("Diagnostic-Code"))),
        )
        for block in _blocks(mail)
        if str(block.get("Action", "")).strip().lower() == "failed"
        and (status := _status(block)).startswith("5")
    ]


def _parts(mail: Message) -> list[Message]:
    payload = mail.get_payload()
    return (
        [part for part in payload if isinstance(part, Message)] if isinstance(payload, list) else []
    )


def _blocks(mail: Message) -> list[Message]:
    """The fields of each recipient; those of the message as a whole come first, and say no action."""
    return [
        block
        for part in _parts(mail)
        if part.get_content_type() == "message/delivery-status"
        for block in _parts(part)
    ]


def _message_id(mail: Message) -> re.Match[str] | None:
    """The id of the letter that came back, whole or its head alone."""
    for part in _parts(mail):
        kind = part.get_content_type()
        if kind == "message/rfc822":
            found = [str(inner.get("Message-ID", "")) for inner in _parts(part)]
        elif kind == "text/rfc822-headers":
            payload = part.get_payload(decode=True)
            head = message_from_bytes(payload if isinstance(payload, bytes) else b"")
            found = [str(head.get("Message-ID", ""))]
        else:
            continue
        for one in found:
            if (ours := _OURS.fullmatch(one.strip())) is not None:
                return ours
    return None


def _status(block: Message) -> str:
    found = _STATUS.search(str(block.get("Status", "")))
    return found[0] if found else ""


def _after_type(value: object) -> str:
    """What stands behind the type: `rfc822; ops@bank.example.cn`, `smtp; 550 no such user`."""
    text = " ".join(str(value or "").split())
    return text.partition(";")[2].strip() if ";" in text else text


def _error(status: str, diagnostic: str) -> str:
    return f"bounced: {status} {diagnostic}".strip()[:_LONGEST_ERROR]
