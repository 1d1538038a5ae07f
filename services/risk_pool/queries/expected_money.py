"""What money the books know of: movements of cash that are booked, and what is expected and not
booked yet. The one place where the account's matching looks at the rest of the pool.
"""

from dataclasses import dataclass
from datetime import date
from uuid import UUID

import asyncpg

from services.risk_pool.domain.account_matching import Movement
from services.risk_pool.domain.claim import State
from services.risk_pool.domain.compensation import POOL
from shared.postgres.literals import literals

_UNPAID = frozenset({State.APPROVED, State.HELD})

_NUMBER = r"[A-Z0-9]+-[A-Z]-[0-9]{4}-[0-9]{4,}"
"""How the numbers of our cases look: DL-K-2026-0001."""

_MOVEMENTS = f"""
    with cash as (
        select seq, reference, kind, business_date,
               case when debit = 'cash' then amount_fen else -amount_fen end as amount_fen,
               case when debit = 'cash' then credit else debit end as other_account
        from transfers
        where pool_code = $1 and (debit = 'cash' or credit = 'cash')
    ), accounts_of_parties as (
        select split_part(other_account, ':', 2) as party_code,
               array_agg(distinct line.counterparty_account) as numbers
        from account_match_parts as booked
        join account_match_parts as shown
            on shown.match_id = booked.match_id and shown.line_id is not null
        join account_lines as line on line.id = shown.line_id
        join cash on cash.seq = booked.seq
        where booked.pool_code = $1 and line.counterparty_account <> ''
          and not exists (select from account_match_undos as gone
                          where gone.match_id = booked.match_id)
        group by 1
    )
    select cash.seq, cash.kind, cash.reference, cash.business_date, cash.amount_fen,
           cash.amount_fen - coalesce(tally.matched_fen, 0) as open_fen,
           coalesce((to_jsonb(entry) ->> 'value_date')::date, cash.business_date) as day,
           array_remove(array[
               substring(cash.reference from '{_NUMBER}'),
               nullif(to_jsonb(entry) ->> 'bank_reference', ''),
               nullif(claim.voucher, '')
           ], null) as known_by,
           case when split_part(other_account, ':', 2) <> '' then split_part(other_account, ':', 2)
                when other_account in ('interest', 'fees') then ''
                else '?' end as party_code,
           coalesce(party.name, from_line.counterparty_name, '') as party_name,
           coalesce(known.numbers, array_remove(array[nullif(from_line.counterparty_account, '')], null),
                    array[]::text[]) as party_accounts
    from cash
    left join account_movement_tallies as tally on tally.pool_code = $1 and tally.seq = cash.seq
    left join parties as party
        on party.pool_code = $1 and party.code = split_part(other_account, ':', 2)
    left join accounts_of_parties as known on known.party_code = party.code
    -- A cash entry has these two once it is entered by one person and released by another.
    left join cash_entries as entry
        on entry.pool_code = $1 and entry.reference = cash.reference
    left join claims as claim
        on cash.kind = 'claim-paid' and claim.number = split_part(cash.reference, ':', 2)
    left join account_bookings as suspense
        on suspense.pool_code = $1 and suspense.seq = cash.seq
    left join account_bookings as root on root.id = suspense.root_id
    left join account_lines as from_line on from_line.id = root.line_id
"""


async def open_movements(conn: asyncpg.Connection, pool_code: str) -> list[Movement]:
    """What is booked and not, or not all of it, matched with the account; the earliest first."""
    rows = await conn.fetch(
        f"{_MOVEMENTS} where cash.amount_fen <> coalesce(tally.matched_fen, 0) order by day, seq",
        pool_code,
    )
    return [_movement(row) for row in rows]


async def movements(
    conn: asyncpg.Connection, pool_code: str, seqs: list[int]
) -> dict[int, Movement]:
    """Movements by their numbers; what moves no cash is left out."""
    rows = await conn.fetch(f"{_MOVEMENTS} where cash.seq = any($2::bigint[])", pool_code, seqs)
    return {row["seq"]: _movement(row) for row in rows}


def _movement(row: asyncpg.Record) -> Movement:
    return Movement(
        seq=row["seq"],
        day=row["day"],
        amount_fen=row["amount_fen"],
        open_fen=row["open_fen"],
        kind=row["kind"],
        reference=row["reference"],
        known_by=tuple(row["known_by"]),
        party_code=row["party_code"],
        party_name=row["party_name"],
        party_accounts=tuple(row["party_accounts"]),
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Expected:
    """What is to come in (positive) or to go out (negative), and is not booked as cash yet."""

    reference: str
    party_code: str
    party_name: str
    amount_fen: int
    due_on: date | None
    claim_id: UUID | None


async def expected(conn: asyncpg.Connection, pool_code: str) -> list[Expected]:
    """Approved claims that are not paid, and what else is receivable or payable on the books."""
    rows = await conn.fetch(
        f"""with claim_due as (
                select 'claim:' || claim.number as reference, step.payee_code as party_code,
                       -claim.pool_pays_fen as amount_fen, claim.due_on, claim.id as claim_id
                from claims as claim join claim_payments as step on step.claim_id = claim.id
                where claim.pool_code = $1 and claim.state in ({literals(_UNPAID)})
                  and step.payer = '{POOL}' and claim.pool_pays_fen > 0
            ), party_due as (
                select account as reference, split_part(account, ':', 2) as party_code,
                       case when account like 'receivable:%' then debited_fen - credited_fen
                            else debited_fen - credited_fen
                                 - coalesce((select sum(amount_fen) from claim_due
                                             where party_code = split_part(account, ':', 2)), 0)
                       end::bigint as amount_fen,
                       null::date as due_on, null::uuid as claim_id
                from account_balances
                where pool_code = $1 and (account like 'receivable:%' or account like 'payable:%')
            )
            select due.*, coalesce(party.name, due.party_code) as party_name
            from (select * from claim_due union all select * from party_due) as due
            left join parties as party on party.pool_code = $1 and party.code = due.party_code
            where due.amount_fen <> 0
            order by due.due_on nulls last, due.reference""",
        pool_code,
    )
    return [Expected(**row) for row in rows]
