"""What the pool says, applied to cases: whole batches, in a few statements.

News that comes too late for its case (capacity for one that was withdrawn) changes nothing: the
life cycle has no such move, and the pool hears of the withdrawal by itself.
"""

from collections.abc import Callable, Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

import asyncpg

from services.applications.domain.life_cycle import Action, State, find_move
from services.applications.handlers.decisions import about
from services.applications.tables.moves import SYSTEM, Move, record
from shared.case_numbers import prefix_of
from shared.contracts.applications import ApplicationExpiredV1
from shared.contracts.risk_pool import (
    BankResumedV1,
    BankSuspendedV1,
    PoolOpenedV1,
    PoolStoppedV1,
)
from shared.messaging import outbox
from shared.messaging.inbox import Received

_LOCK: Final = "select * from applications where id = any($1::uuid[]) order by id for update"
_RESERVED: Final = """
update applications as a
set reserved_until = told.reserved_until, scheme_version = told.scheme_version
from unnest($1::uuid[], $2::date[], $3::text[]) as told (id, reserved_until, scheme_version)
where a.id = told.id
"""
_DECLINED: Final = """
update applications as a set declined_limits = told.detail -> 'limits'
from unnest($1::uuid[], $2::jsonb[]) as told (id, detail)
where a.id = told.id
"""


async def _moved(
    received: Sequence[Received],
    action: Action,
    *,
    conn: asyncpg.Connection,
    now: datetime,
    detail: Callable[[Any], Mapping[str, Any]],
    reason: Callable[[Any], str] = lambda event: "",
    due_on: Callable[[Any], date | None] = lambda event: None,
) -> list[tuple[asyncpg.Record, Any]]:
    """Lock the cases of these events and move those that can be moved; the answer is these."""
    events = {one.event.loan_id: one.event for one in received}
    rows = await conn.fetch(_LOCK, list(events))

    able = [
        (row, events[row["id"]], by)
        for row in rows
        if (by := find_move(State(row["state"]), action)) is not None
    ]
    moves = [
        Move(
            case_id=row["id"],
            bank_code=row["bank_code"],
            version=row["version"],
            by=by,
            actor=SYSTEM,
            due_on=due_on(event),
            reason=reason(event),
            detail=detail(event),
        )
        for row, event, by in able
    ]

    await record(conn, moves, now=now)
    return [(row, event) for row, event, _ in able]


async def capacity_reserved(
    received: Sequence[Received], *, conn: asyncpg.Connection, now: datetime
) -> None:
    """The pool holds capacity until a day: the bank may register the pledge and pay out."""
    moved = await _moved(
        received,
        Action.RESERVE,
        conn=conn,
        now=now,
        detail=lambda event: {
            "reserved_until": str(event.reserved_until),
            "scheme_version": event.scheme_version,
        },
        due_on=lambda event: event.reserved_until,
    )
    if moved:
        await conn.execute(
            _RESERVED,
            [row["id"] for row, _ in moved],
            [event.reserved_until for _, event in moved],
            [event.scheme_version for _, event in moved],
        )


async def capacity_declined(
    received: Sequence[Received], *, conn: asyncpg.Connection, now: datetime
) -> None:
    """There is no room; the limits that bind are kept for everybody to see."""
    moved = await _moved(
        received,
        Action.DECLINE,
        conn=conn,
        now=now,
        detail=lambda event: {"limits": [limit.limit for limit in event.limits]},
        reason=lambda event: "；".join(limit.zh or limit.limit for limit in event.limits),
    )
    if moved:
        await conn.execute(
            _DECLINED,
            [row["id"] for row, _ in moved],
            [event.model_dump(mode="json", include={"limits"}) for _, event in moved],
        )


async def capacity_released(
    received: Sequence[Received], *, conn: asyncpg.Connection, now: datetime
) -> None:
    """The pool let a reservation run out: so has the approval. Other releases follow our own news."""
    ran_out = [one for one in received if one.event.reason == "expired"]
    moved = await _moved(
        ran_out, Action.EXPIRE, conn=conn, now=now, detail=lambda event: {"by": "risk_pool"}
    )
    says = [ApplicationExpiredV1(**about(row)) for row, _ in moved]
    await outbox.append(conn, says, now=now)


async def claim_paid(
    received: Sequence[Received], *, conn: asyncpg.Connection, now: datetime
) -> None:
    """The pool has compensated the bank."""
    await _moved(
        received,
        Action.PAY_CLAIM,
        conn=conn,
        now=now,
        detail=lambda event: {
            "claim_number": event.claim_number,
            "paid_on": str(event.paid_on),
        },
    )


async def pool_opened(
    received: Sequence[Received], *, conn: asyncpg.Connection, now: datetime
) -> None:
    """A pool stands: cases may be submitted to it."""
    pools: list[PoolOpenedV1] = [one.event for one in received]
    await conn.execute(
        """
        insert into pools (code, prefix, name, programme, opened_on)
        select * from unnest($1::text[], $2::text[], $3::text[], $4::text[], $5::date[])
        on conflict (code) do update
            set name = excluded.name, programme = excluded.programme,
                opened_on = excluded.opened_on
        """,
        [pool.pool_code for pool in pools],
        [prefix_of(pool.pool_code) for pool in pools],
        [pool.name for pool in pools],
        [pool.programme for pool in pools],
        [pool.opened_on for pool in pools],
    )


async def pool_stopped(
    received: Sequence[Received], *, conn: asyncpg.Connection, now: datetime
) -> None:
    """A pool takes no new entries."""
    stops: list[PoolStoppedV1] = [one.event for one in received]
    await conn.execute(
        """
        update pools set stopped_on = told.day
        from unnest($1::text[], $2::date[]) as told (code, day)
        where pools.code = told.code
        """,
        [stop.pool_code for stop in stops],
        [stop.on for stop in stops],
    )


async def pool_resumed(
    received: Sequence[Received], *, conn: asyncpg.Connection, now: datetime
) -> None:
    """A pool takes entries again."""
    codes = [one.event.pool_code for one in received]
    await conn.execute("update pools set stopped_on = null where code = any($1::text[])", codes)


async def bank_suspended(
    received: Sequence[Received], *, conn: asyncpg.Connection, now: datetime
) -> None:
    """A bank may enter no new loans into a pool."""
    told: list[BankSuspendedV1] = [one.event for one in received]
    await conn.execute(
        """
        insert into bank_suspensions (pool_code, bank_code, suspended_on)
        select * from unnest($1::text[], $2::text[], $3::date[])
        on conflict (pool_code, bank_code) do nothing
        """,
        [event.pool_code for event in told],
        [event.bank_code for event in told],
        [event.on for event in told],
    )


async def bank_resumed(
    received: Sequence[Received], *, conn: asyncpg.Connection, now: datetime
) -> None:
    """A bank may enter loans again."""
    told: list[BankResumedV1] = [one.event for one in received]
    await conn.execute(
        """
        delete from bank_suspensions
        using unnest($1::text[], $2::text[]) as told (pool_code, bank_code)
        where bank_suspensions.pool_code = told.pool_code
          and bank_suspensions.bank_code = told.bank_code
        """,
        [event.pool_code for event in told],
        [event.bank_code for event in told],
    )


async def expire(
    conn: asyncpg.Connection, case_ids: Sequence[UUID], *, now: datetime
) -> list[asyncpg.Record]:
    """Let approvals run out whose capacity is no longer held; the answer is those that did."""
    rows = await conn.fetch(_LOCK, case_ids)

    able = [(row, by) for row in rows if (by := find_move(State(row["state"]), Action.EXPIRE))]
    moves = [
        Move(
            case_id=row["id"],
            bank_code=row["bank_code"],
            version=row["version"],
            by=by,
            actor=SYSTEM,
            reason=f"预留额度于 {row['reserved_until']} 到期",
            detail={"reserved_until": str(row["reserved_until"])},
        )
        for row, by in able
    ]

    await record(conn, moves, now=now)
    says = [ApplicationExpiredV1(**about(row)) for row, _ in able]
    await outbox.append(conn, says, now=now)
    return [row for row, _ in able]
