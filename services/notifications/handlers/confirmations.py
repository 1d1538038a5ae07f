"""What we do until whoever reads a mailbox has said that notices may be sent there."""

from datetime import datetime
from uuid import UUID

import asyncpg

from services.notifications.domain.confirmations import (
    CONFIRM_TYPE,
    LETTER_AGAIN_AFTER,
    VALID_FOR,
    AlreadyConfirmed,
    WrongCode,
    is_code,
    page_of,
    require_pause,
    require_usable,
)
from services.notifications.domain.receivers import EMAIL
from services.notifications.domain.refusals import nothing_here
from services.notifications.handlers.trial import send_test
from services.notifications.tables import confirmations, deliveries
from services.notifications.templates.confirm_words import confirm_text
from shared.auth.identity import Identity


async def is_known_to_read(
    conn: asyncpg.Connection, *, channel: str, address: str, caller: Identity
) -> bool:
    """Whether nobody has to be asked: it is no mailbox, the caller's own token says that it is theirs,
    or they have confirmed it for another subscription."""
    if channel != EMAIL or address.casefold() == caller.verified_email.casefold():
        return True
    return await confirmations.has_confirmed(
        conn, institution=caller.institution, subject=caller.subject, address=address
    )


async def ask(
    conn: asyncpg.Connection,
    subscription_id: UUID,
    *,
    address: str,
    caller: Identity,
    now: datetime,
) -> None:
    """Send the letter of a subscription that is not confirmed. Raises LetterSentLately."""
    institution = caller.institution
    last = await confirmations.last_asked_at(
        conn, institution=institution, address=address, since=now - LETTER_AGAIN_AFTER
    )
    require_pause(last, now=now)
    await deliveries.cancel(conn, [subscription_id], why="a newer letter was asked for")
    await confirmations.ask(
        conn, subscription_id, institution=institution, now=now, valid_until=now + VALID_FOR
    )
    await send_test(
        conn,
        subscription_id,
        institution=institution,
        event_type=CONFIRM_TYPE,
        text=confirm_text(caller.name, address),
        told={"subscription_id": str(subscription_id), "address": address},
        now=now,
        link=page_of(subscription_id),
        people=(caller.subject,),
    )


async def count_try(conn: asyncpg.Connection, subscription_id: UUID, *, caller: Identity) -> None:
    """The caller is about to try a code."""
    await confirmations.count_try(conn, subscription_id, institution=caller.institution)


async def confirm(
    conn: asyncpg.Connection, subscription_id: UUID, *, code: str, caller: Identity, now: datetime
) -> None:
    """Whoever has the letter says yes: notices go there from now on. The try was counted before, in a
    transaction of its own, or a refusal would take it back. Raises NotFound, AlreadyConfirmed,
    CodeEnded, WrongCode."""
    found = await confirmations.lock(conn, subscription_id, institution=caller.institution)
    if found is None:
        raise nothing_here("订阅", "subscription")
    if found["confirmed_at"] is not None:
        raise already_confirmed()
    require_usable(tries=found["tries"], valid_until=found["valid_until"], now=now)
    if not is_code(code, found["code_hash"]):
        raise WrongCode(
            "不是最近一封确认邮件中的确认码", "This is not the code of the last letter."
        )
    await deliveries.cancel(conn, [subscription_id], why="the address is confirmed")
    await confirmations.confirm(conn, subscription_id, by=caller.subject, now=now)


def already_confirmed() -> AlreadyConfirmed:
    """There is nothing to confirm."""
    return AlreadyConfirmed("该地址已经确认", "The address is confirmed already.")
