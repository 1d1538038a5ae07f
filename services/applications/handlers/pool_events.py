"""What the pool says, applied to cases: whole batches, in a few statements.

News that comes too late for its case (capacity for one that was withdrawn) changes nothing: the
life cycle has no such move, and the pool hears of the withdrawal by itself.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from typing import Any

import asyncpg

from services.applications.domain.life_cycle import Action, State, find_move
from services.applications.handlers.draw_ends import end_claimed
from services.applications.tables import cases, pools
from shared.contracts.risk_pool import CoverageDeclinedV1, SchemePublishedV1
from shared.life_cycle import SYSTEM
from shared.messaging.inbox import Received
from shared.postgres.published_schemes import keep_published
from shared.schemes.publication import Publication
from shared.transitions import Step

Told = Mapping[str, Any]


def _nothing(event: Any) -> Told:
    return {}


async def _move(
    received: Sequence[Received],
    action: Action,
    *,
    conn: asyncpg.Connection,
    now: datetime,
    detail: Callable[[Any], Told],
    changes: Callable[[Any], Told] = _nothing,
    reason: Callable[[Any], str] = lambda event: "",
    due_on: Callable[[Any], date | None] = lambda event: None,
) -> None:
    """Lock the cases of these events and move those that can be moved."""
    events = {one.event.loan_id: one.event for one in received}
    rows = await cases.locked_all(conn, list(events))

    steps = [
        Step(
            case=row,
            action=action,
            by=SYSTEM,
            reason=reason(event),
            detail=detail(event),
            changes=changes(event),
            term=lambda wait, day=due_on(event): day,  # type: ignore[misc]
        )
        for row in rows
        if find_move(State(row["state"]), action) is not None and (event := events[row["id"]])
    ]

    await cases.move_on(conn, steps, now=now)


async def capacity_reserved(
    received: Sequence[Received], *, conn: asyncpg.Connection, now: datetime
) -> None:
    """The pool holds capacity until a day: the bank may register the pledge and pay out."""
    await _move(
        received,
        Action.RESERVE,
        conn=conn,
        now=now,
        detail=lambda event: {
            "reserved_until": str(event.reserved_until),
            "scheme_version": event.scheme_version,
        },
        changes=lambda event: {
            "reserved_until": event.reserved_until,
            "scheme_version": event.scheme_version,
            "declined_limits": [],
        },
        due_on=lambda event: event.reserved_until,
    )


async def capacity_declined(
    received: Sequence[Received], *, conn: asyncpg.Connection, now: datetime
) -> None:
    """There is no room; the limits that bind are kept for everybody to see, and the place in the
    line where the case waits for room."""
    await _move(
        received,
        Action.DECLINE,
        conn=conn,
        now=now,
        detail=lambda event: {
            "limits": [limit.limit for limit in event.limits],
            "place": event.place,
        },
        changes=lambda event: {
            "declined_limits": [limit.model_dump(mode="json") for limit in event.limits]
        },
        reason=_why_declined,
        due_on=lambda event: event.waits_until,
    )


def _why_declined(event: CoverageDeclinedV1) -> str:
    limits = "；".join(limit.zh or limit.limit for limit in event.limits)
    return f"排队等候额度，第 {event.place} 位：{limits}" if event.waiting else limits


async def capacity_released(
    received: Sequence[Received], *, conn: asyncpg.Connection, now: datetime
) -> None:
    """The pool let a reservation run out: so has the approval. A claim has used the cover up: the
    loan is drawn upon no more. Other releases follow our own news."""
    ran_out = [one for one in received if one.event.reason == "expired"]
    await _move(
        ran_out, Action.EXPIRE, conn=conn, now=now, detail=lambda event: {"by": "risk_pool"}
    )
    claimed = [one.event.loan_id for one in received if one.event.reason == "claimed"]
    if claimed:
        await end_claimed(conn, claimed, now=now)


async def claim_paid(
    received: Sequence[Received], *, conn: asyncpg.Connection, now: datetime
) -> None:
    """The pool has compensated the bank."""
    await _move(
        received,
        Action.PAY_CLAIM,
        conn=conn,
        now=now,
        detail=lambda event: {
            "claim_number": event.claim_number,
            "paid_on": str(event.paid_on),
        },
    )


async def claim_escrowed(
    received: Sequence[Received], *, conn: asyncpg.Connection, now: datetime
) -> None:
    """The pool holds its part in escrow: the loan is compensated for, though its bank is paid only
    after the write-off; nothing more is reported of it month by month."""
    await _move(
        received,
        Action.PAY_CLAIM,
        conn=conn,
        now=now,
        detail=lambda event: {
            "claim_number": event.claim_number,
            "escrowed_on": str(event.escrowed_on),
        },
    )


async def scheme_published(
    received: Sequence[Received], *, conn: asyncpg.Connection, now: datetime
) -> None:
    """A version of a programme is in force from a day on: cases are judged by the same bytes.

    Parked where the bytes are not those of their hash or cannot be read here.
    """
    for one in received:
        event: SchemePublishedV1 = one.event
        await keep_published(
            conn,
            Publication(event.programme, event.text, event.common_text),
            in_force_from=event.in_force_from,
            sha256=event.sha256,
            published_on=event.published_on,
        )


async def pool_opened(
    received: Sequence[Received], *, conn: asyncpg.Connection, now: datetime
) -> None:
    """A pool stands: cases may be submitted to it."""
    await pools.open_pools(conn, [one.event for one in received])


async def pool_stopped(
    received: Sequence[Received], *, conn: asyncpg.Connection, now: datetime
) -> None:
    """A pool takes no new entries, for now or because it runs off."""
    await pools.stop_pools(conn, [one.event for one in received])


async def pool_resumed(
    received: Sequence[Received], *, conn: asyncpg.Connection, now: datetime
) -> None:
    """A pool takes entries again."""
    await pools.resume_pools(conn, [one.event.pool_code for one in received])


async def bank_suspended(
    received: Sequence[Received], *, conn: asyncpg.Connection, now: datetime
) -> None:
    """A bank may enter no new loans into a pool."""
    await pools.suspend_banks(conn, [one.event for one in received])


async def bank_resumed(
    received: Sequence[Received], *, conn: asyncpg.Connection, now: datetime
) -> None:
    """A bank may enter loans again."""
    await pools.resume_banks(conn, [one.event for one in received])


async def month_posted(
    received: Sequence[Received], *, conn: asyncpg.Connection, now: datetime
) -> None:
    """A pool has settled a month: what is reported of it from now on is a correction."""
    await pools.close_months(conn, [one.event for one in received])
