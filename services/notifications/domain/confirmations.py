"""Whoever reads a mailbox says that notices may be sent there: by the code of one letter.

Until then a subscription by e-mail is sent that letter alone. A code ends by itself, is used once, and
is worth nothing after a few wrong tries; then a new letter has to be asked for.
"""

import hashlib
import hmac
from datetime import datetime, timedelta
from typing import Final
from uuid import UUID

from shared.refusals import Refused

CONFIRM_TYPE: Final = "mailbox.confirm.v1"

VALID_FOR: Final = timedelta(days=7)
"""From when the letter was asked for."""
LETTER_AGAIN_AFTER: Final = timedelta(minutes=10)
"""Between two letters to one address, whichever subscription they are for."""
MOST_TRIES: Final = 5
"""Tries that one letter allows, the right one among them."""


class WrongCode(Refused):
    """It is not the code of the last letter."""

    code = "confirmation-code-wrong"
    status = 422
    place = ("body", "code")


class CodeEnded(Refused):
    """The letter is too old, or its code was tried too often: a new one has to be asked for."""

    code = "confirmation-code-ended"


class AlreadyConfirmed(Refused):
    """The address is confirmed: there is nothing to confirm, and no letter to send."""

    code = "already-confirmed"


class LetterSentLately(Refused):
    """A letter went to this address a few minutes ago."""

    code = "letter-sent-lately"
    status = 429

    def __init__(self, wait: timedelta) -> None:
        seconds = max(1, -(-wait // timedelta(seconds=1)))
        super().__init__(
            f"刚向该地址发送过确认邮件，请 {-(-seconds // 60)} 分钟后再试",
            "A letter was sent to this address a moment ago; try again in "
            f"{-(-seconds // 60)} minutes.",
            retry_after=seconds,
        )
        self.headers = {"Retry-After": str(seconds)}


def hash_of(code: str) -> bytes:
    """What is kept of a code. It is long and random, so that a plain hash cannot be guessed back."""
    return hashlib.sha256(code.encode()).digest()


def is_code(tried: str, kept: bytes | None) -> bool:
    """Whether a code is the one that this hash was kept of; None: no letter has gone out yet."""
    return kept is not None and hmac.compare_digest(hash_of(tried), kept)


def page_of(subscription_id: UUID) -> str:
    """Where a letter leads: the page that confirms, without its code."""
    return f"/inbox/confirm/{subscription_id}"


def require_pause(last_asked_at: datetime | None, *, now: datetime) -> None:
    """Raises LetterSentLately where a letter to the address was asked for a moment ago."""
    if last_asked_at is not None and now < last_asked_at + LETTER_AGAIN_AFTER:
        raise LetterSentLately(last_asked_at + LETTER_AGAIN_AFTER - now)


def require_usable(*, tries: int, valid_until: datetime, now: datetime) -> None:
    """Raises CodeEnded for what is too old or was tried too often; `tries` counts this one."""
    if now >= valid_until:
        raise CodeEnded(
            "确认码已过期，请重新发送确认邮件", "The code has ended; ask for a new letter."
        )
    if tries > MOST_TRIES:
        raise CodeEnded(
            "确认码输错次数过多，已失效，请重新发送确认邮件",
            "The code was tried too often; ask for a new letter.",
        )
