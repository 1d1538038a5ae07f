"""What a case holds of what the registers of pledges ask for."""

from collections.abc import Mapping
from typing import Any, Final
from uuid import UUID

import asyncpg

from services.applications.domain.right_facts import known, living
from services.applications.queries import register
from shared.refusals import NotFound

_CASE: Final = """
select a.*, l.loan_no, l.matures_on from applications as a
left join loans as l on l.application_id = a.id where a.id = $1
"""
_RIGHTS: Final = """
select c.*, v.amount_fen as value_fen
from collateral as c left join valuations as v using (application_id, revision, collateral_no)
where c.application_id = $1 and c.revision = $2 order by c.collateral_no
"""


async def case(conn: asyncpg.Connection, case_id: UUID) -> asyncpg.Record:
    """The case with its loan. Raises NotFound."""
    row = await conn.fetchrow(_CASE, case_id)
    if row is None:
        raise NotFound("没有这个申请", "There is no such application.")
    return row


async def rights(conn: asyncpg.Connection, row: asyncpg.Record) -> list[Mapping[str, Any]]:
    """Its rights, each with what the register knows of it and what lies on it."""
    offered = await conn.fetch(_RIGHTS, row["id"], row["revision"])
    said = await register.statements(conn, [register.key_of(one) for one in offered])
    return [
        {
            **dict(one),
            "known": known(said.get(register.key_of(one), [])),
            "burdens": [
                burden["burden"]
                for burden in living(await register.burdens_of(conn, register.key_of(one)))
            ],
        }
        for one in offered
    ]


async def papers(conn: asyncpg.Connection, row: asyncpg.Record) -> frozenset[str]:
    """The kinds of papers that the case has."""
    rows = await conn.fetch(
        "select distinct kind from documents where application_id = $1 and revision = $2",
        row["id"],
        row["revision"],
    )
    return frozenset(one["kind"] for one in rows)


async def bank(conn: asyncpg.Connection, code: str) -> asyncpg.Record:
    """The pledgee."""
    return await conn.fetchrow("select name, uscc from banks where code = $1", code)


async def history(
    conn: asyncpg.Connection, pledge_ids: list[UUID]
) -> dict[UUID, list[asyncpg.Record]]:
    """What happened to pledges, the first move first."""
    rows = await conn.fetch(
        """select case_id, action, target, reason, detail, name, role, at from case_moves
           where case_id = any($1::uuid[]) order by case_id, version""",
        pledge_ids,
    )
    found: dict[UUID, list[asyncpg.Record]] = {}
    for row in rows:
        found.setdefault(row["case_id"], []).append(row)
    return found
