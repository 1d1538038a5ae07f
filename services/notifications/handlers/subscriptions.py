"""What we do about subscriptions (e-mail, SMS): a person's own, added and deleted."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg
from uuid6 import uuid7

from services.notifications.domain.hours import Hours, require_hours
from services.notifications.domain.month_packs import faults_of
from services.notifications.domain.receivers import (
    MOST_PER_PERSON,
    PERSONAL,
    REASON_DELETED,
    SUBSCRIBER,
    ReceiverAction,
    ReceiverState,
    TooManySubscriptions,
)
from services.notifications.domain.refusals import nothing_here
from services.notifications.domain.wishes import ChangedWishes, Wishes
from services.notifications.handlers import confirmations
from services.notifications.handlers.receivers import change as change_receiver
from services.notifications.tables import deliveries, receivers, subscriptions
from services.notifications.tables.receivers import NewReceiver
from shared.auth.identity import Identity
from shared.life_cycle import Actor
from shared.postgres.pools_seen import ALL, pools_of
from shared.refusals import FieldFault, FieldsWrong


async def add(
    conn: asyncpg.Connection,
    *,
    channel: str,
    address: str,
    language: str,
    roles: Collection[str] | None,
    wishes: Wishes,
    hours: Hours,
    digest: str,
    month_pack: bool,
    caller: Identity,
    now: datetime,
) -> UUID:
    """Write to a person about what concerns their roles, or these of them: from now on where it is known
    that they read what is sent there, else once the mailbox has said so."""
    _require_own(roles or (), caller)
    require_hours(hours)
    _require_pack(month_pack, channel, caller.roles if roles is None else roles)
    count = await receivers.count(
        conn, institution=caller.institution, channels=PERSONAL, created_by=caller.subject
    )

    if count >= MOST_PER_PERSON:
        raise TooManySubscriptions(
            f"每人最多 {MOST_PER_PERSON} 个订阅",
            f"A person has {MOST_PER_PERSON} subscriptions at most.",
        )
    subscription_id = uuid7()
    is_confirmed = await confirmations.is_known_to_read(
        conn, channel=channel, address=address, caller=caller
    )
    new = NewReceiver(
        id=subscription_id,
        institution=caller.institution,
        channel=channel,
        for_people=True,
        roles=caller.roles if roles is None else roles,
        wishes=wishes,
        hours=hours,
        digest=digest,
        month_pack=month_pack,
        is_confirmed=is_confirmed,
        seen_pools=pools_seen_by(caller),
    )

    await receivers.add(conn, new, by=_subscriber(caller), now=now)
    await subscriptions.add(
        conn,
        subscription_id,
        institution=caller.institution,
        address=address,
        language=language,
    )
    if not is_confirmed:
        await confirmations.ask(conn, subscription_id, address=address, caller=caller, now=now)
    return subscription_id


async def change(
    conn: asyncpg.Connection,
    subscription: Mapping[str, Any],
    *,
    language: str | None,
    roles: Collection[str] | None,
    wishes: ChangedWishes,
    hours: Hours | None,
    digest: str | None,
    month_pack: bool | None,
    caller: Identity,
    now: datetime,
) -> None:
    """Change a locked subscription; None leaves what is there. Another address is another one: whoever
    is written to there has asked for it themselves. The roles are of those that its owner had, or of
    the caller's own."""
    if roles is not None:
        _require_own(set(roles) - set(subscription["roles"]), caller)
    pack = subscription["month_pack"] if month_pack is None else month_pack
    _require_pack(pack, subscription["channel"], subscription["roles"] if roles is None else roles)
    await change_receiver(
        conn,
        subscription,
        wishes=wishes,
        roles=subscription["roles"] if roles is None else roles,
        hours=hours,
        digest=digest,
        state=None,
        caller=caller,
        now=now,
    )
    await subscriptions.change(conn, subscription["id"], language=language, month_pack=pack)


async def resume(
    conn: asyncpg.Connection, subscription_id: UUID, *, caller: Identity, now: datetime
) -> None:
    """Write again by a subscription that was paused; what has waited is sent. Raises NotFound."""
    found = await locked(conn, subscription_id, caller=caller)
    if found["state"] != ReceiverState.ACTIVE:
        await receivers.move(conn, found, ReceiverAction.RESUME, by=_subscriber(caller), now=now)


async def send_letter(
    conn: asyncpg.Connection, subscription_id: UUID, *, caller: Identity, now: datetime
) -> None:
    """Send the letter that asks the mailbox again. Raises NotFound, AlreadyConfirmed,
    LetterSentLately."""
    found = await locked(conn, subscription_id, caller=caller)
    if found["confirmed_at"] is not None:
        raise confirmations.already_confirmed()
    kept = await subscriptions.address_of(conn, subscription_id)
    await confirmations.ask(conn, subscription_id, address=kept, caller=caller, now=now)


async def locked(
    conn: asyncpg.Connection, subscription_id: UUID, *, caller: Identity
) -> asyncpg.Record:
    """A subscription that the caller may manage, until the transaction ends. Raises NotFound."""
    found = await receivers.lock(
        conn, subscription_id, institution=caller.institution, channels=PERSONAL
    )
    if found is None or not may_manage(caller, found["created_by"]):
        raise nothing_here("订阅", "subscription")
    return found


async def delete(
    conn: asyncpg.Connection, subscription_id: UUID, *, caller: Identity, now: datetime
) -> None:
    """Write no more by a subscription; what is waiting is not sent. Raises NotFound."""
    found = await locked(conn, subscription_id, caller=caller)
    await receivers.move(
        conn,
        found,
        ReceiverAction.DELETE,
        by=_subscriber(caller),
        now=now,
        reason=REASON_DELETED,
    )
    await deliveries.cancel(conn, [subscription_id], why="the subscription was deleted")


def _require_pack(wanted: bool, channel: str, roles: Collection[str]) -> None:
    faults = faults_of(channel=channel, roles=sorted(roles)) if wanted else []
    if faults:
        raise FieldsWrong(faults)


def _require_own(roles: Collection[str], caller: Identity) -> None:
    foreign = sorted(set(roles) - caller.roles)
    if foreign:
        raise FieldsWrong(
            [
                FieldFault(
                    ("roles",),
                    "role-of-others",
                    f"您没有这些角色：{'、'.join(foreign)}",
                    f"You do not have these roles: {', '.join(foreign)}.",
                )
            ]
        )


def pools_seen_by(caller: Identity) -> list[str] | None:
    """The pools whose messages somebody may have sent to them; None for all of them.

    As with roles, it is those they had when they set it up.
    """
    seen = pools_of(caller.institution)
    return None if seen == ALL else [one for one in seen.split(",") if one]


def may_manage(caller: Identity, owner: str) -> bool:
    """A subscription is its owner's, and an admin's of the same institution."""
    return caller.subject == owner or may_manage_all(caller)


def may_manage_all(caller: Identity) -> bool:
    """An admin stands in for everyone of their institution."""
    return "admin" in caller.roles


def _subscriber(caller: Identity) -> Actor:
    return Actor(caller.subject, caller.name, frozenset({SUBSCRIBER}))
