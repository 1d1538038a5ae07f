"""Booked balance and bank's balance on a day, and what lies between them."""

from datetime import date

import asyncpg

from services.risk_pool.domain.account_reconciliation import (
    OpenLine,
    OpenMovement,
    Reconciliation,
)
from services.risk_pool.domain.ledger import CASH
from services.risk_pool.domain.pool_account import State
from services.risk_pool.tables.ledger import turnovers

_LIVE_PARTS = """
    live as (
        select part.match_id, part.line_id, part.seq, part.amount_fen,
               max(coalesce(line.booked_on, booked.business_date))
                   over (partition by part.match_id) as whole_on
        from account_match_parts as part
        left join account_lines as line on line.id = part.line_id
        left join transfers as booked
            on booked.pool_code = part.pool_code and booked.seq = part.seq
        where part.pool_code = $1 and not exists (
            select from account_match_undos as gone where gone.match_id = part.match_id)
    )
"""
"""Parts of the matches that stand; a match counts from the day on which all of it is there."""


async def on_day(conn: asyncpg.Connection, pool_code: str, day: date) -> Reconciliation:
    """The reconciliation of a pool's accounts at the end of a day."""
    held = (await turnovers(conn, pool_code, as_of=day)).get(CASH, (0, 0))
    bank = await conn.fetchrow(
        """select coalesce(sum(amount_fen) filter (where booked_on <= $2), 0)::bigint as bank_fen,
                  coalesce(sum(amount_fen), 0)::bigint as all_lines_fen,
                  coalesce((
                      select sum(last.closing_fen) from (
                          select distinct on (account_id) closing_fen from account_statements
                          where pool_code = $1 order by account_id, id desc) as last
                  ), 0)::bigint as closing_fen
           from account_lines where pool_code = $1""",
        pool_code,
        day,
    )
    return Reconciliation(
        on=day,
        booked_fen=held[0] - held[1],
        **bank,
        in_books_only=tuple(await _movements(conn, pool_code, day)),
        on_account_only=tuple(await _lines(conn, pool_code, day)),
        covered_until=await _covered_until(conn, pool_code),
    )


async def _movements(conn: asyncpg.Connection, pool_code: str, day: date) -> list[OpenMovement]:
    rows = await conn.fetch(
        f"""with {_LIVE_PARTS}, cash as (
                select seq, reference, kind, business_date as day,
                       case when debit = 'cash' then amount_fen else -amount_fen end as amount_fen,
                       split_part(case when debit = 'cash' then credit else debit end, ':', 2)
                           as party_code
                from transfers
                where pool_code = $1 and business_date <= $2 and (debit = 'cash' or credit = 'cash')
            ), opened as (
                select cash.*, cash.amount_fen - coalesce(
                           sum(live.amount_fen) filter (where whole_on <= $2), 0)::bigint as open_fen,
                       max(whole_on) filter (where whole_on > $2) as seen_on
                from cash left join live on live.seq = cash.seq
                group by cash.seq, cash.reference, cash.kind, cash.day, cash.amount_fen,
                         cash.party_code
            )
            select opened.*, coalesce(party.name, '') as party_name
            from opened left join parties as party
                on party.pool_code = $1 and party.code = opened.party_code
            where open_fen <> 0 order by day, seq""",
        pool_code,
        day,
    )
    return [OpenMovement(**row) for row in rows]


async def _lines(conn: asyncpg.Connection, pool_code: str, day: date) -> list[OpenLine]:
    rows = await conn.fetch(
        f"""with {_LIVE_PARTS}, opened as (
                select line.id, account.account_number, line.booked_on as day, line.position,
                       line.reference,
                       line.counterparty_name, line.purpose, line.is_opening, line.amount_fen,
                       line.amount_fen - coalesce(
                           sum(live.amount_fen) filter (where whole_on <= $2), 0)::bigint as open_fen,
                       max(whole_on) filter (where whole_on > $2) as booked_on
                from account_lines as line
                join pool_accounts as account on account.id = line.account_id
                left join live on live.line_id = line.id
                where line.pool_code = $1 and line.booked_on <= $2
                group by line.id, account.account_number
            )
            select id, account_number, position, day, reference, counterparty_name, purpose, is_opening, amount_fen, open_fen,
                   booked_on
            from opened where open_fen <> 0 order by day, position""",
        pool_code,
        day,
    )
    return [OpenLine(**row) for row in rows]


async def has_account(conn: asyncpg.Connection, pool_code: str) -> bool:
    """Whether the pool has a dedicated account in use, with which its books can be compared."""
    found: bool = await conn.fetchval(
        "select exists (select from pool_accounts where pool_code = $1 and state = $2)",
        pool_code,
        State.IN_USE,
    )
    return found


async def _covered_until(conn: asyncpg.Connection, pool_code: str) -> date | None:
    """Until when every account in use has statements."""
    until: date | None = await conn.fetchval(
        f"""select case when bool_and(last is not null) then min(last) end
            from (select max(statement.covers_until) as last
                  from pool_accounts as account
                  left join account_statements as statement on statement.account_id = account.id
                  where account.pool_code = $1 and account.state = '{State.IN_USE}'
                  group by account.id) as reach""",
        pool_code,
    )
    return until
