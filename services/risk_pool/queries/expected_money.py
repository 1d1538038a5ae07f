"""What money the books know of: movements of cash that are booked, entries that wait for a second
person, and what is owed and nobody has entered yet. The one place where the account's matching looks
at the rest of the pool.
"""

import asyncpg

from services.risk_pool.domain.account_matching import Movement, Owed, Waiting
from services.risk_pool.domain.cash_entry import COMES_IN as COMES_IN_BY
from services.risk_pool.domain.cash_entry import WAITING, Kind
from services.risk_pool.domain.open_items import COMES_IN
from services.risk_pool.queries import open_items
from shared.postgres.literals import literals

_NUMBER = r"[A-Z0-9]+-[A-Z]-[0-9]{4}-[0-9]{4,}"
"""How the numbers of our cases look: DL-K-2026-0001."""

_CASH = """
    cash as (
        select seq, reference, kind, business_date,
               case when debit = 'cash' then amount_fen else -amount_fen end as amount_fen,
               case when debit = 'cash' then credit else debit end as other_account
        from transfers
        where pool_code = $1 and (debit = 'cash' or credit = 'cash')
    )
"""
_ACCOUNTS_OF_PARTIES = """
    accounts_of_parties as (
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
"""
"""Under which numbers a party's money has come or gone before."""

_MOVEMENTS = f"""
    with {_CASH}, {_ACCOUNTS_OF_PARTIES}
    select cash.seq, cash.kind, cash.reference, cash.business_date, cash.amount_fen,
           cash.amount_fen - coalesce(tally.matched_fen, 0) as open_fen,
           coalesce(entry.value_date, cash.business_date) as day,
           array_remove(array[
               substring(cash.reference from '{_NUMBER}'),
               nullif(entry.bank_reference, ''),
               nullif(claim.voucher, ''),
               claim.number
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
    left join cash_entries as entry
        on entry.pool_code = $1 and entry.reference = cash.reference
    -- Before two persons were needed, a payment was booked under its claim's number. Worked out first:
    -- beneath row-level security only a plain number is looked up by its index.
    cross join lateral (
        select coalesce(
            substring(entry.item from '^claim:(.*)$'),
            case when cash.kind = 'claim-paid' then split_part(cash.reference, ':', 2) end) as number
        offset 0) as named
    left join claims as claim on claim.number = named.number
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


async def waiting(conn: asyncpg.Connection, pool_code: str) -> list[Waiting]:
    """What one person has entered and nobody has released; not what was entered from a line of the
    account, nor what takes something back: a second person looks at these."""
    rows = await conn.fetch(
        f"""with {_CASH}, {_ACCOUNTS_OF_PARTIES}
            select entry.*, claim.number as claim_number, coalesce(party.name, '') as party_name,
                   coalesce(known.numbers, array[]::text[]) as party_accounts
            from cash_entries as entry
            left join claims as claim on claim.id = entry.claim_id
            left join parties as party
                on party.pool_code = $1 and party.code = entry.party_code
            left join accounts_of_parties as known on known.party_code = entry.party_code
            where entry.pool_code = $1 and entry.state in ({literals(WAITING)})
              and entry.line_id is null and entry.kind <> '{Kind.REVERSAL}'
            order by entry.value_date, entry.id""",
        pool_code,
    )
    return [_waiting(row) for row in rows]


def _waiting(row: asyncpg.Record) -> Waiting:
    amount_fen = row["amount_fen"] if row["kind"] in COMES_IN_BY else -row["amount_fen"]
    numbers = (row["number"], row["bank_reference"], row["claim_number"])
    return Waiting(
        entry_id=row["id"],
        entered_by=row["entered_by"],
        entered_name=row["entered_name"],
        day=row["value_date"],
        amount_fen=amount_fen,
        open_fen=amount_fen,
        kind=row["kind"],
        reference=row["number"],
        known_by=tuple(number for number in numbers if number),
        party_code=row["party_code"] or "",
        party_name=row["party_name"],
        party_accounts=tuple(row["party_accounts"]),
    )


async def owed(conn: asyncpg.Connection, pool_code: str) -> list[Owed]:
    """What is owed either way and nobody has entered as paid, the earliest due first."""
    rows = await conn.fetch(
        f"""with {_CASH}, {_ACCOUNTS_OF_PARTIES}
            select party.code, party.name, coalesce(known.numbers, array[]::text[]) as numbers
            from parties as party
            left join accounts_of_parties as known on known.party_code = party.code
            where party.pool_code = $1""",
        pool_code,
    )
    parties = {row["code"]: row for row in rows}
    found = []
    for item in await open_items.of_pool(conn, pool_code):
        left_fen = item.due_fen - item.entered_fen
        if left_fen <= 0:
            continue
        signed_fen = left_fen if item.direction in COMES_IN else -left_fen
        party = parties.get(item.party_code)
        found.append(
            Owed(
                day=item.since,
                amount_fen=signed_fen,
                open_fen=signed_fen,
                kind=item.direction,
                reference=item.reference,
                known_by=(item.reference.split(":", 1)[1],) if item.claim_id else (),
                party_code=item.party_code,
                party_name=party["name"] if party else item.party_code,
                party_accounts=tuple(party["numbers"]) if party else (),
                due_on=item.due_on,
                claim_id=item.claim_id,
            )
        )
    return found
