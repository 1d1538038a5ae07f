"""Agreements with parties in PostgreSQL, and what they plan. Nobody changes what an agreement says; a
later version takes its place. Whoever writes holds the pool's lock."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any
from uuid import UUID

import asyncpg

from services.risk_pool.domain.agreement import LIFE_CYCLE, State
from services.risk_pool.domain.planned_money import Planned
from services.risk_pool.tables.facts import AGREEMENTS
from shared.life_cycle import Row, Words
from shared.transitions import CaseTable
from shared.waits.declared import CasesWait


def _about(agreement: Row) -> Mapping[str, Any]:
    said = ("pool_code", "bank_code", "party_code", "party_role", "number", "reference",
            "valid_from", "valid_to", "line_fen", "minimum_lending_fen", "minimum_per")  # fmt: skip
    return {name: agreement[name] for name in said} | {"agreement_id": agreement["id"]}


CASES = CaseTable(
    life_cycle=LIFE_CYCLE,
    kind="agreement",
    touches={State.IN_FORCE: AGREEMENTS},
    pool="pool_code",
    table="cooperation_agreements",
    columns={
        "edition": "int",
        "released_by": "text",
        "released_name": "text",
        "released_on": "date",
        "valid_to": "date",
        "replaced_by": "text",
    },
    about=_about,
    absent=Words("没有该合作协议", "There is no such agreement."),
    waits=CasesWait(
        topic="risk_pool",
        firm="k.party_code",
        page="'/pools/' || k.pool_code || '/agreements'",
    ),
)

_ENTERED = (
    "id", "number", "pool_code", "party_code", "party_role", "bank_code", "purpose", "valid_from",
    "valid_to", "reference", "note", "backdating_reason", "line_fen", "pool_share_fen", "minimum_lending_fen",
    "minimum_per", "contribution_share", "top_up_below_fen", "state", "state_since", "due_on",
    "entered_by", "entered_name", "entered_at",
)  # fmt: skip
_ENTER = f"""
    insert into cooperation_agreements ({", ".join(_ENTERED)})
    values ({", ".join(f"${n}" for n, _ in enumerate(_ENTERED, start=1))})
"""


async def insert(conn: asyncpg.Connection, agreement: Mapping[str, Any]) -> None:
    """Keep a version as it was entered."""
    await conn.execute(_ENTER, *(agreement[name] for name in _ENTERED))


async def in_force(
    conn: asyncpg.Connection, pool_code: str, party_code: str, purpose: str
) -> asyncpg.Record | None:
    """The party's version in force for a purpose, locked; None where there is none. The pool is
    locked."""
    return await conn.fetchrow(
        f"""select * from cooperation_agreements
            where pool_code = $1 and party_code = $2 and purpose = $3 and state = '{State.IN_FORCE}' for update""",
        pool_code,
        party_code,
        purpose,
    )


async def plan(
    conn: asyncpg.Connection, pool_code: str, planned: Sequence[Planned], *, agreement_id: UUID
) -> None:
    """Keep what an agreement plans; nothing of it is expected before the agreement is in force."""
    await conn.executemany(
        """insert into planned_money (pool_code, reference, direction, party_code, amount_fen,
                                      due_on, fee_kind, agreement_id)
           values ($1, $2, $3, $4, $5, $6, $7, $8)""",
        [
            (pool_code, one.reference, one.direction, one.party_code, one.amount_fen, one.due_on,
             one.fee_kind, agreement_id)
            for one in planned
        ],
    )  # fmt: skip


async def expect(conn: asyncpg.Connection, agreement_id: UUID, *, since: date) -> None:
    """From this day on what the agreement plans is expected."""
    await conn.execute(
        "update planned_money set since = $2 where agreement_id = $1", agreement_id, since
    )


async def drop(
    conn: asyncpg.Connection, agreement_id: UUID, *, from_day: date, by_number: str
) -> None:
    """What was planned from a day on is expected no longer: a later version says what is instead."""
    await conn.execute(
        """update planned_money set dropped_by = $3
           where agreement_id = $1 and due_on >= $2 and dropped_by = ''""",
        agreement_id,
        from_day,
        by_number,
    )
