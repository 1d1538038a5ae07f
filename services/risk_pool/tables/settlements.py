"""What is written of a month's settlement: its row and moves, what it lacks, what it leaves each.

Nothing here opens a transaction. Whoever writes holds the pool's lock.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

import asyncpg

from services.risk_pool.domain.month_figures import Due
from services.risk_pool.domain.month_findings import MonthFinding
from services.risk_pool.domain.settlement import LIFE_CYCLE, TO_BE_SIGNED
from services.risk_pool.tables.facts import MONTH_BEGUN, POOL
from shared.life_cycle import Row
from shared.months import Month
from shared.postgres.hung import thinks_long
from shared.postgres.literals import literals
from shared.postgres.touched import touch
from shared.transitions import CaseTable
from shared.waits.declared import CasesWait


def about(settlement: Row) -> dict[str, Any]:
    """What every event of a settlement says of it."""
    return {
        "pool_code": settlement["pool_code"],
        "settlement_id": settlement["id"],
        "month": settlement["month"],
    }


CASES = CaseTable(
    life_cycle=LIFE_CYCLE,
    kind="settlement",
    touches=dict.fromkeys(LIFE_CYCLE.states, MONTH_BEGUN),
    pool="pool_code",
    table="settlements",
    bank=None,
    columns={
        "ledger_seq": "bigint",
        "positions_mark": "text",
        "previewed_at": "timestamptz",
        "previewed_by": "text",
        "confirmed_at": "timestamptz",
        "confirmed_by": "text",
        "signed_at": "timestamptz",
        "signed_by": "text",
        "posted_at": "timestamptz",
        "posted_by": "text",
        "posted_on": "date",
        "sent_back_at": "timestamptz",
        "sent_back_by": "text",
        "sent_back_reason": "text",
        "matched_on": "date",
        "closed_at": "timestamptz",
        "closed_by": "text",
    },
    about=about,
    waits=CasesWait(
        topic="risk_pool",
        number="k.month",
        page="'/pools/' || k.pool_code || '/settlements/' || k.month",
    ),
)

_FORGET = tuple(
    f"delete from {table} where settlement_id = $1"
    for table in (
        "settlement_movements",
        "settlement_findings",
        "settlement_statements",
        "settlement_loans",
        "settlement_lines",
    )
)

_PREVIEWED = (
    "id", "pool_code", "month", "state", "state_since", "ledger_seq", "positions_mark",
    "previewed_at", "previewed_by", "due_on",
)  # fmt: skip
_INSERT = f"""
    insert into settlements ({", ".join(_PREVIEWED)}, loans)
    values ({", ".join(f"${n}" for n, _ in enumerate(_PREVIEWED, start=1))}, 0)
"""


async def lock(conn: asyncpg.Connection, pool_code: str, month: Month) -> asyncpg.Record | None:
    """The settlement of a month for changing; None where nobody has previewed it.

    What follows in this transaction is planned for the month's own values: PostgreSQL's one plan for
    any month, which it takes once a connection has asked often enough, reads all of history.
    """
    await conn.execute("set local plan_cache_mode = force_custom_plan")
    await thinks_long(conn)
    return await conn.fetchrow(
        "select * from settlements where pool_code = $1 and month = $2 for update",
        pool_code,
        str(month),
    )


async def insert(conn: asyncpg.Connection, settlement: Mapping[str, Any]) -> None:
    """Keep a month that is previewed for the first time."""
    await conn.execute(_INSERT, *(settlement[name] for name in _PREVIEWED))


async def close_pool(conn: asyncpg.Connection, pool_code: str, until: date) -> None:
    """No booking gets a business date up to this day any more."""
    await conn.execute(
        "update pools set closed_until = $2, version = version + 1 where code = $1",
        pool_code,
        until,
    )
    touch(conn, POOL, pools=[pool_code])


async def send_statements_of(conn: asyncpg.Connection, settlement_id: UUID) -> None:
    """Its statements are to be signed and told once it is posted."""
    await conn.execute("insert into statements_to_send values ($1)", settlement_id)


async def to_be_sent(conn: asyncpg.Connection) -> list[asyncpg.Record]:
    """Posted months whose signed statements are to be told and were not, the earliest first."""
    rows: list[asyncpg.Record] = await conn.fetch(
        """select s.* from statements_to_send join settlements s on s.id = settlement_id
           order by s.posted_at, s.id"""
    )
    return rows


async def are_sent(conn: asyncpg.Connection, settlement_id: UUID) -> bool:
    """They are told now. False where they were before: then nothing happens."""
    found = await conn.fetchval(
        "delete from statements_to_send where settlement_id = $1 returning true", settlement_id
    )
    return bool(found)


_NO_DAY = f"due_on is null and state in ({literals(TO_BE_SIGNED)})"


async def pools_without_days(conn: asyncpg.Connection) -> list[str]:
    """The pools with a month that is to be signed and has no last day."""
    rows = await conn.fetch(
        f"select distinct pool_code from settlements where {_NO_DAY} order by 1"
    )
    return [row["pool_code"] for row in rows]


async def without_day(conn: asyncpg.Connection, pool_code: str) -> list[asyncpg.Record]:
    """These months of a locked pool."""
    rows: list[asyncpg.Record] = await conn.fetch(
        f"select id, month from settlements where pool_code = $1 and {_NO_DAY}", pool_code
    )
    return rows


async def to_be_signed_from(conn: asyncpg.Connection, day: date) -> list[asyncpg.Record]:
    """The months that are to be signed on a day or later, with their pool's programme, locked."""
    rows: list[asyncpg.Record] = await conn.fetch(
        f"""select s.id, s.month, s.due_on, p.programme from settlements s
            join pools p on p.code = s.pool_code
            where s.due_on >= $1 and s.state in ({literals(TO_BE_SIGNED)})
            order by s.id for update of s""",
        day,
    )
    return rows


async def set_day(conn: asyncpg.Connection, settlement_id: UUID, day: date) -> None:
    """Until when it is to be signed; nothing else of the month changes."""
    await conn.execute("update settlements set due_on = $2 where id = $1", settlement_id, day)


async def forget(conn: asyncpg.Connection, settlement_id: UUID) -> None:
    """Drop the figures of an earlier preview. The database refuses it for a posted month."""
    for statement in _FORGET:
        await conn.execute(statement, settlement_id)


async def write_findings(
    conn: asyncpg.Connection, settlement_id: UUID, findings: Sequence[MonthFinding]
) -> None:
    """Keep what a month lacks beside its figures."""
    await conn.executemany(
        """insert into settlement_findings (settlement_id, code, party_code, blocking, zh, en,
                                            count, amount_fen, numbers)
           values ($1, $2, $3, $4, $5, $6, $7, $8, $9)""",
        [
            (settlement_id, one.code, one.party_code, one.blocking, one.zh, one.en, one.count,
             one.amount_fen, list(one.numbers))
            for one in findings
        ],
    )  # fmt: skip


async def write_statements(
    conn: asyncpg.Connection, settlement_id: UUID, pool_code: str, dues: Sequence[Due]
) -> None:
    """A statement for each of these parties, the pool itself among them."""
    names = {
        row["code"]: (row["role"], row["name"])
        for row in await conn.fetch(
            """select code, role, name from parties where pool_code = $1
               union all select code, 'pool', name from pools where code = $1""",
            pool_code,
        )
    }
    await conn.executemany(
        """insert into settlement_statements
               (settlement_id, party_code, party_role, party_name, payable_fen, receivable_fen,
                awaiting_payment_fen, earlier_fen, net_fen)
           values ($1, $2, $3, $4, $5, $6, $7, $8, $9)""",
        [
            (settlement_id, one.party, *names.get(one.party, ("", one.party)), one.payable_fen,
             one.receivable_fen, one.awaiting_payment_fen, one.earlier_fen, one.net_fen)
            for one in dues
        ],
    )  # fmt: skip
