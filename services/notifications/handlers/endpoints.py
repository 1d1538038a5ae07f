"""What we do about endpoints: keep them, change them, try them, call them no longer."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg
from uuid6 import uuid7

from services.notifications.domain.messages import MessageText
from services.notifications.domain.receivers import (
    MOST_ENDPOINTS,
    REASON_DELETED,
    WEBHOOK,
    EndpointUnconfirmed,
    NothingToConfirm,
    ReceiverAction,
    TooManyEndpoints,
)
from services.notifications.domain.refusals import nothing_here
from services.notifications.domain.wishes import ChangedWishes, Wishes
from services.notifications.handlers import secrets
from services.notifications.handlers.receivers import change as change_receiver
from services.notifications.handlers.trial import send_test
from services.notifications.senders.secret_encryption import SecretEncryption
from services.notifications.tables import deliveries, endpoints, receivers
from services.notifications.tables.receivers import NewReceiver
from shared.auth.identity import Identity
from shared.life_cycle import another_person_than

TEST_TYPE = "webhook.test.v1"
_ANOTHER = another_person_than("asked_by", zh="回调地址的确认", en="confirming an endpoint")


async def add(
    conn: asyncpg.Connection,
    encryption: SecretEncryption,
    *,
    url: str,
    description: str,
    wishes: Wishes,
    caller: Identity,
    by_two: bool,
    now: datetime,
) -> tuple[UUID, str]:
    """Call an institution about events, from now on or (`by_two`) from a second person's word on. The
    endpoint, and the secret that signs."""
    await receivers.lock_adding(conn, institution=caller.institution)
    count = await receivers.count(conn, institution=caller.institution, channels=[WEBHOOK])

    if count >= MOST_ENDPOINTS:
        raise TooManyEndpoints(
            f"每个机构最多 {MOST_ENDPOINTS} 个回调地址",
            f"An institution has {MOST_ENDPOINTS} endpoints at most.",
        )
    endpoint_id = uuid7()
    new = NewReceiver(
        id=endpoint_id,
        institution=caller.institution,
        channel=WEBHOOK,
        for_people=False,
        roles=(),
        wishes=wishes,
        is_confirmed=not by_two,
    )

    await receivers.add(conn, new, by=caller, now=now)
    await endpoints.add(
        conn, endpoint_id, institution=caller.institution, url=url, description=description
    )
    secret = await secrets.add(conn, encryption, endpoint_id, caller=caller, by_two=by_two, now=now)
    return endpoint_id, secret


async def locked(
    conn: asyncpg.Connection, endpoint_id: UUID, *, institution: str
) -> asyncpg.Record:
    """An endpoint of the institution's own, whatever else it may see. Raises NotFound."""
    found = await receivers.lock(conn, endpoint_id, institution=institution, channels=[WEBHOOK])
    if found is None:
        raise nothing_here("回调地址", "endpoint")
    return found


async def change(
    conn: asyncpg.Connection,
    endpoint: Mapping[str, Any],
    *,
    url: str | None,
    description: str | None,
    wishes: ChangedWishes,
    state: str | None,
    caller: Identity,
    by_two: bool,
    now: datetime,
) -> None:
    """Change a locked endpoint; None leaves what is there. `by_two`: another address waits for a second
    person, and until then the one that is there is called."""
    await change_receiver(
        conn,
        endpoint,
        wishes=wishes,
        roles=endpoint["roles"],
        state=state,
        caller=caller,
        now=now,
    )
    waits = by_two and url is not None
    await endpoints.change(
        conn, endpoint["id"], url=None if waits else url, description=description
    )
    if waits and url is not None:
        await endpoints.propose(conn, endpoint["id"], url=url, by=caller.subject)


async def locked_for_confirming(
    conn: asyncpg.Connection, endpoint_id: UUID, *, caller: Identity
) -> asyncpg.Record:
    """An endpoint of the caller's institution, for the bureau's admin of any. Raises NotFound."""
    if caller.bank is not None:
        return await locked(conn, endpoint_id, institution=caller.institution)
    institution = await endpoints.institution_of(conn, endpoint_id)
    if institution is None:
        raise nothing_here("回调地址", "endpoint")
    return await locked(conn, endpoint_id, institution=institution)


async def confirm(
    conn: asyncpg.Connection, endpoint: Mapping[str, Any], *, caller: Identity, now: datetime
) -> None:
    """A second person confirms what waits of a locked endpoint: its address, another one, a secret.

    Raises NothingToConfirm, and SecondPersonRequired for who has asked for any of it himself.
    """
    waiting = await endpoints.lock_waiting(conn, endpoint["id"])
    if not waiting:
        raise NothingToConfirm(
            "没有等待确认的内容", "Nothing of this endpoint waits for a second person."
        )
    for one in waiting:
        if (refusal := _ANOTHER(one, caller)) is not None:
            raise refusal
    await endpoints.confirm(
        conn, endpoint["id"], institution=endpoint["institution"], waiting=waiting,
        by=caller.subject, now=now,
    )  # fmt: skip


async def delete(
    conn: asyncpg.Connection, endpoint: Mapping[str, Any], *, caller: Identity, now: datetime
) -> None:
    """Send nothing there any more; what was sent stays in the log."""
    await receivers.move(
        conn, endpoint, ReceiverAction.DELETE, by=caller, now=now, reason=REASON_DELETED
    )
    await endpoints.retire_all_secrets(conn, endpoint["id"], now=now)
    await deliveries.cancel(conn, [endpoint["id"]], why="the endpoint was deleted")


async def send_test_webhook(
    conn: asyncpg.Connection, endpoint: Mapping[str, Any], *, institution: str, now: datetime
) -> UUID:
    """Put a message on its way to a locked endpoint, so that an integrator sees whether it works. Raises
    EndpointUnconfirmed."""
    if endpoint["confirmed_at"] is None:
        raise EndpointUnconfirmed(
            "该回调地址尚待另一人确认，确认前不发送任何内容",
            "A second person has not confirmed this endpoint: nothing is sent before.",
        )
    endpoint_id: UUID = endpoint["id"]
    return await send_test(
        conn,
        endpoint_id,
        institution=institution,
        event_type=TEST_TYPE,
        text=MessageText(title_zh="回调测试", text_zh="", title_en="Webhook test", text_en=""),
        told={"endpoint_id": endpoint_id, "amount_fen": 100_000_000},
        now=now,
    )
