"""Writes down how attempts ended: the log, the deliveries, the health of their receivers, what
we say of it, and whom we tell that something does not work."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

import asyncpg

from services.notifications.delivery import endpoint_failure
from services.notifications.domain.audiences import bank_of
from services.notifications.domain.deliveries import Outcome
from services.notifications.domain.receivers import REASON_GONE, REASON_REFUSED, ReceiverAction
from services.notifications.domain.retries import Verdict
from services.notifications.tables import deliveries, receivers
from services.notifications.tables.deliveries import storable
from shared.contracts.envelope import Event
from shared.contracts.notifications import NotificationDeliveredV1, NotificationFailedV1
from shared.life_cycle import SYSTEM
from shared.messaging import outbox


async def record(conn: asyncpg.Connection, outcomes: Sequence[Outcome], *, now: datetime) -> None:
    """Write down attempts. Receivers are changed before deliveries, here and wherever both are."""
    if not outcomes:
        return
    await deliveries.log(conn, outcomes)
    await _note_health(conn, outcomes, now=now)
    await receivers.hold(
        conn,
        {
            o.delivery.receiver_id: o.began_at + o.duration + o.result.hold
            for o in outcomes
            if o.result.hold is not None
        },
    )
    changed = await deliveries.finish(conn, outcomes)
    gone = [o.delivery.receiver_id for o in outcomes if o.next.verdict is Verdict.GONE]
    if gone:
        await deliveries.cancel(conn, gone, why="the receiver is no more, or wants nothing more")
    given_up = {
        o.delivery.receiver_id for o in outcomes if o.next.verdict in (Verdict.FAILED, Verdict.GONE)
    }
    unwell = {o.delivery.receiver_id for o in outcomes if o.next.verdict is not Verdict.DELIVERED}
    await endpoint_failure.tell_of(conn, sorted(unwell), given_up=sorted(given_up), now=now)
    said = [_said(o) for o in outcomes if o.delivery.delivery_id in changed]
    await outbox.append(conn, [event for event in said if event is not None], now=now)


async def _note_health(
    conn: asyncpg.Connection, outcomes: Sequence[Outcome], *, now: datetime
) -> None:
    """The last attempt at a receiver says how it does."""
    last = {o.delivery.receiver_id: o for o in sorted(outcomes, key=lambda o: o.began_at)}
    well = sorted(r for r, o in last.items() if o.next.verdict is Verdict.DELIVERED)
    unwell = sorted(set(last) - set(well))
    await receivers.note_health(
        conn,
        well=well,
        unwell={r: (last[r].began_at, storable(last[r].result.error)) for r in unwell},
    )
    refused = [r for r in unwell if last[r].result.no_such_address]
    if refused:
        await receivers.move_all(
            conn, refused, ReceiverAction.PAUSE, by=SYSTEM, now=now, reason=REASON_REFUSED
        )
    gone = [r for r in unwell if last[r].next.verdict is Verdict.GONE]
    if gone:
        await receivers.move_all(
            conn, gone, ReceiverAction.DISABLE, by=SYSTEM, now=now, reason=REASON_GONE
        )


def _said(outcome: Outcome) -> Event | None:
    delivery = outcome.delivery
    fields: dict[str, Any] = {
        "message_id": delivery.message_id,
        "event_id": delivery.event_id,
        "event_type": delivery.event_type,
        "channel": delivery.channel,
        "bank_code": bank_of(delivery.institution),
        "attempts": delivery.number,
    }
    if outcome.next.verdict is Verdict.DELIVERED:
        return NotificationDeliveredV1(**fields)
    if outcome.next.verdict is Verdict.RETRY:
        return None
    return NotificationFailedV1(**fields, last_error=storable(outcome.result.error))
