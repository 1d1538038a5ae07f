"""What claims and recoveries read and write, and the running totals that caps count."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

import asyncpg
from uuid6 import uuid7

from services.risk_pool.domain.claim import Position
from services.risk_pool.domain.ledger import available_fen
from services.risk_pool.tables.ledger import balances
from shared.auth.identity import Identity
from shared.months import Month
from shared.schemes.decide.claims import Counters
from shared.schemes.terms import Terms


async def remember_move(
    conn: asyncpg.Connection,
    *,
    kind: str,
    case_id: UUID,
    bank_code: str,
    source: str | None,
    target: str,
    action: str,
    reason: str,
    caller: Identity,
    role: str,
    now: datetime,
) -> None:
    """Who moved a case, when, from where to where, and why."""
    await conn.execute(
        """insert into case_moves (id, case_kind, case_id, bank_code, source, target, action,
                                   reason, subject, name, role, at)
           values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)""",
        uuid7(),
        kind,
        case_id,
        bank_code,
        source,
        target,
        action,
        reason,
        caller.subject,
        caller.name,
        role,
        now,
    )


async def history(conn: asyncpg.Connection, case_id: UUID) -> list[asyncpg.Record]:
    """Every move of a case, the first one first."""
    rows: list[asyncpg.Record] = await conn.fetch(
        """select source, target, action, reason, subject, name, role, at
           from case_moves where case_id = $1 order by id""",
        case_id,
    )
    return rows


async def positions_of(conn: asyncpg.Connection, loan_id: UUID) -> list[Position]:
    """What a bank has reported about a loan, from the earliest month to the last."""
    rows = await conn.fetch(
        """select month, outstanding_principal_fen, overdue_days, risk_class
           from positions where loan_id = $1 order by month""",
        loan_id,
    )
    return [Position(**row, month_end=Month.parse(row["month"]).last) for row in rows]


async def live_claim_number(conn: asyncpg.Connection, loan_id: UUID) -> str:
    """The number of the loan's claim that has not been refused; "" if there is none."""
    number = await conn.fetchval(
        "select number from claims where loan_id = $1 and state <> 'refused'", loan_id
    )
    return number or ""


async def lock_claim(conn: asyncpg.Connection, claim_id: UUID) -> asyncpg.Record | None:
    """A claim for changing. Its pool is to be locked before."""
    return await conn.fetchrow("select * from claims where id = $1 for update", claim_id)


async def borrower_balance_fen(conn: asyncpg.Connection, claim: asyncpg.Record) -> int:
    """Principal of all the borrower's covered loans in the programme, this one as claimed; whole
    loans before the IP share, a compensated one no longer counted (programmes H.13)."""
    others = await conn.fetchval(
        """select coalesce(sum(outstanding_fen), 0)::bigint from coverages
           where pool_code = $1 and borrower_uscc = $2 and programme = $3
             and state = 'active' and loan_id <> $4""",
        claim["pool_code"],
        claim["borrower_uscc"],
        claim["programme"],
        claim["loan_id"],
    )
    return int(others) + int(claim["outstanding_principal_fen"])


_SCOPES = {
    "claim": "false",
    "loan": "c.loan_id = $3",
    "borrower": "c.borrower_uscc = $4",
    "borrower_year": "c.borrower_uscc = $4 and extract(year from c.claimed_on) = $6",
    "bank_year": "c.bank_code = $5 and extract(year from c.claimed_on) = $6",
    "programme_year": "extract(year from c.claimed_on) = $6",
    "term": "true",
    "pool_balance": "false",
}
"""Over which approved claims a cap counts. The year is that of filing; totals run on across the
versions and modes of a programme (programmes H.15)."""


async def counters(conn: asyncpg.Connection, claim: asyncpg.Record, terms: Terms) -> Counters:
    """CurrentContext totals for every cap of the terms, at this moment. The pool is to be held, so that
    no other claim is approved in between."""
    used = {}
    for cap in terms.caps:
        used[cap.code] = await _used(conn, claim, cap.per, parties=cap.parties)
    for part in terms.covered:
        used[part.code] = await _used(conn, claim, part.per, parties=None)
    return Counters(used=used, figures=await _figures(conn, claim))


async def _used(
    conn: asyncpg.Connection, claim: asyncpg.Record, per: str, *, parties: Sequence[str] | None
) -> int:
    counted = (
        "c.covered_fen"
        if parties is None
        else """(select coalesce(sum((share ->> 'amount')::numeric * 100), 0)
                 from jsonb_array_elements(c.shares) as share
                 where share ->> 'party' = any($7::text[]))"""
    )
    total = await conn.fetchval(
        f"""select coalesce(sum({counted}), 0)::bigint from claims as c
            where c.pool_code = $1 and c.programme = $2 and c.approved_on is not null
              and ({_SCOPES[per]})
              and ($3::uuid, $4::text, $5::text, $6::integer, $7::text[]) is not null""",
        claim["pool_code"],
        claim["programme"],
        claim["loan_id"],
        claim["borrower_uscc"],
        claim["bank_code"],
        claim["claimed_on"].year,
        list(parties or ()),
    )
    return int(total)


async def _figures(conn: asyncpg.Connection, claim: asyncpg.Record) -> dict[str, int]:
    """The figures that the ledger and the book of loans know; a cap that counts another one is
    refused by the engine, which names it."""
    lent = await conn.fetchrow(
        """select coalesce(sum(disbursed_fen) filter (
                      where bank_code = $2 and extract(year from disbursed_on) = $3), 0)::bigint
                      as bank_year,
                  coalesce(sum(disbursed_fen), 0)::bigint as term
           from coverages where pool_code = $1 and programme = $4""",
        claim["pool_code"],
        claim["bank_code"],
        claim["claimed_on"].year,
        claim["programme"],
    )
    return {
        "pool_available": max(available_fen(await balances(conn, claim["pool_code"])), 0),
        "bank_year_lending": lent["bank_year"],
        "term_disbursed": lent["term"],
    }


async def party_codes(conn: asyncpg.Connection, claim: asyncpg.Record) -> dict[str, str]:
    """Role → code of the party that plays it for this loan: the loan's own parties, else the
    pool's only party of that role."""
    codes = {
        row["role"]: row["code"]
        for row in await conn.fetch(
            """select role, min(code) as code from parties where pool_code = $1
               group by role having count(*) = 1""",
            claim["pool_code"],
        )
    }
    named: dict[str, str] = await conn.fetchval(
        "select parties from coverages where loan_id = $1", claim["loan_id"]
    )
    return codes | named | {"pool": claim["pool_code"], "bank": claim["bank_code"]}


async def returned_before(conn: asyncpg.Connection, claim_id: UUID) -> tuple[dict[str, int], int]:
    """Party → what recoveries of the claim have given back so far, and interest outside the base."""
    rows = await conn.fetch(
        """select share ->> 'party' as party,
                  sum((share ->> 'amount')::numeric * 100)::bigint as fen
           from recoveries cross join lateral jsonb_array_elements(shares) as share
           where claim_id = $1 and state = 'confirmed' group by 1""",
        claim_id,
    )
    interest = await conn.fetchval(
        """select coalesce(sum(to_interest_fen), 0)::bigint from recoveries
           where claim_id = $1 and state = 'confirmed'""",
        claim_id,
    )
    return {row["party"]: row["fen"] for row in rows}, int(interest)
