"""The room that a pool has before a batch of requests for capacity, in a few statements."""

from collections.abc import Collection, Iterable
from datetime import date

import asyncpg

from services.risk_pool.domain import ledger as accounts
from services.risk_pool.domain.capacity import BankLine, Room
from services.risk_pool.domain.coverage import TAKES_CAPACITY
from services.risk_pool.tables import breakers, parties
from services.risk_pool.tables.ledger import LockedPool, balances
from shared.postgres.literals import literals

# A literal, so that the index over what takes capacity is used.
_USED_BY_BORROWER = f"""
    select borrower_uscc, used_fen from unnest($2::text[]) as asked (borrower_uscc)
    cross join lateral (
        select sum(reserved_fen + covered_fen)::bigint as used_fen from coverages
        where pool_code = $1 and borrower_uscc = asked.borrower_uscc
          and state in ({literals(TAKES_CAPACITY)})
    ) as used
    where used_fen is not null
"""


async def load_room(
    conn: asyncpg.Connection,
    pool: LockedPool,
    *,
    borrowers: Iterable[str],
    days: Collection[date],
    today: date | None = None,
) -> Room:
    """A pool's running figures for these borrowers and days of approval. The pool must be held.

    `today` where it is asked for new cover: a pool in run-off gives none from its day on.
    """
    held = await balances(conn, pool.code)
    used_by_borrower = await conn.fetch(_USED_BY_BORROWER, pool.code, list(set(borrowers)))
    banks = await parties.banks_of(conn, pool.code)
    return Room(
        available_fen=accounts.available_fen(held),
        used_fen=accounts.held_fen(held, "covered") + accounts.held_fen(held, "reserved"),
        used_by_bank={
            bank: held.get(accounts.covered_of(bank), 0) + held.get(accounts.reserved_for(bank), 0)
            for bank in banks
        },
        used_by_borrower={row["borrower_uscc"]: row["used_fen"] for row in used_by_borrower},
        banks=frozenset(banks),
        suspended=await breakers.suspended_banks(conn, pool.code),
        stopped=pool.stopped,
        runs_off=today is not None and pool.run_off_from is not None and pool.run_off_from <= today,
        lines_on={
            day: {
                bank: BankLine(amount_fen=line["line_fen"], source=f"合作协议 {line['valid_from']}")
                for bank, line in (await parties.lines_on(conn, pool.code, day)).items()
            }
            for day in days
        },
    )
