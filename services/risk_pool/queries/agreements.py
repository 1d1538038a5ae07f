"""Agreements as they are read: their versions, what they plan and what has come of it, and how much
a bank has lent against its floor."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

import asyncpg

from services.risk_pool.domain.agreement import HELD_ONCE
from services.risk_pool.domain.cash_entry import BOOKED
from services.risk_pool.tables.lending import LENT
from shared.postgres.conditions import conditions
from shared.postgres.literals import literals

_AGREEMENT = """
    select agreement.*, party.name as party_name
    from cooperation_agreements as agreement
    join parties as party using (pool_code)
    where party.code = agreement.party_code
"""


async def find(conn: asyncpg.Connection, agreement_id: UUID) -> asyncpg.Record | None:
    """A version; None where the caller may know of none."""
    return await conn.fetchrow(f"{_AGREEMENT} and agreement.id = $1", agreement_id)


async def page(
    conn: asyncpg.Connection,
    *,
    pool: str,
    party: str | None,
    state: str | None,
    before: UUID | None,
    limit: int,
) -> list[asyncpg.Record]:
    """Versions of a pool, the newest first."""
    where, arguments = conditions(
        {
            "agreement.pool_code = {}": pool,
            "agreement.party_code = {}": party,
            "agreement.state = {}": state,
            "agreement.id < {}": before,
        }
    )
    rows: list[asyncpg.Record] = await conn.fetch(
        f"{_AGREEMENT} and {where} order by agreement.id desc limit {int(limit)}", *arguments
    )
    return rows


async def editions(conn: asyncpg.Connection, pool_code: str, party_code: str, purpose: str) -> int:
    """How many versions for a purpose have come into force so far."""
    count: int = await conn.fetchval(
        f"""select count(*) from cooperation_agreements
            where pool_code = $1 and party_code = $2 and purpose = $3
              and state in ({literals(HELD_ONCE)})""",
        pool_code,
        party_code,
        purpose,
    )
    return count


async def contributors_on(
    conn: asyncpg.Connection, pool_code: str, day: date
) -> list[asyncpg.Record]:
    """Who has agreed on a day to which part of what is topped up, and under which balance."""
    rows: list[asyncpg.Record] = await conn.fetch(
        f"""select party_code, bank_code, number, contribution_share, top_up_below_fen
            from cooperation_agreements
            where pool_code = $1 and state in ({literals(HELD_ONCE)})
              and contribution_share is not null
              and $2 between valid_from and coalesce(valid_to, 'infinity'::date)
            order by party_code""",
        pool_code,
        day,
    )
    return rows


PLANNED = f"""
    select plan.*, coalesce(cash.settled_fen, 0)::bigint as settled_fen
    from planned_money as plan
    cross join lateral (
        select sum(sign * amount_fen) as settled_fen from cash_entries as entry
        where entry.pool_code = plan.pool_code and entry.item = plan.reference
          and entry.item <> '' and entry.state in ({literals(BOOKED)})
    ) as cash
"""
"""Whoever asks sees everything: cash entries are the bureau's own."""


async def planned_of(
    conn: asyncpg.Connection, agreement_ids: Sequence[UUID]
) -> dict[UUID, list[asyncpg.Record]]:
    """By agreement, what it plans and how much of each part released entries have settled."""
    rows = await conn.fetch(
        f"{PLANNED} where plan.agreement_id = any($1::uuid[]) order by plan.due_on, plan.reference",
        list(agreement_ids),
    )
    found: dict[UUID, list[asyncpg.Record]] = {}
    for row in rows:
        found.setdefault(row["agreement_id"], []).append(row)
    return found


async def contributions(
    conn: asyncpg.Connection, pool_code: str, *, party: str | None = None
) -> list[dict[str, Any]]:
    """Of every party, or one: role, name, what it was to pay in, and what it has. Whoever asks sees
    everything."""
    parties = await conn.fetch(
        """select party.code, party.role, party.name,
                  coalesce(balance.credited_fen - balance.debited_fen, 0)::bigint as received_fen
           from parties as party
           left join account_balances as balance on balance.pool_code = party.pool_code
                and balance.account = 'contribution:' || party.code
           where party.pool_code = $1 and ($2::text is null or party.code = $2)
           order by party.code""",
        pool_code,
        party,
    )
    plans = await conn.fetch(
        f"""{PLANNED}
            where plan.pool_code = $1 and plan.direction = 'contribution'
              and plan.since is not null
              and (plan.dropped_by = '' or cash.settled_fen > 0)
            order by plan.due_on, plan.reference""",
        pool_code,
    )
    return [
        {**party, "plan": [one for one in plans if one["party_code"] == party["code"]]}
        for party in parties
    ]


async def lent_fen(
    conn: asyncpg.Connection, pool_code: str, bank_code: str, first_day: date, last_day: date
) -> int:
    """What a bank has lent on these days in loans under the pool's cover; both days count."""
    fen: int = await conn.fetchval(
        f"""select coalesce(sum(lent.fen), 0)::bigint
            from ({LENT}) as lent join coverages as loan using (loan_id)
            where loan.bank_code = $2 and lent.day between $3 and $4""",
        pool_code,
        bank_code,
        first_day,
        last_day,
    )
    return fen
