"""The room that a pool has before a batch of requests for capacity, in a few statements."""

from collections import Counter
from collections.abc import Collection, Iterable
from datetime import date
from uuid import UUID

import asyncpg

from services.risk_pool.domain import ledger as accounts
from services.risk_pool.domain.capacity import BankLine, Room
from services.risk_pool.domain.coverage import TAKES_CAPACITY
from services.risk_pool.queries import renewals
from services.risk_pool.tables import breakers, parties
from services.risk_pool.tables.ledger import LockedPool, balances
from shared.life_cycle import Row
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
    renewed: Collection[UUID] = (),
    today: date | None = None,
) -> Room:
    """A pool's running figures for these borrowers and days of approval. The pool must be held.

    `renewed`: loans that are to be renewed. What a loan and its renewal hold together is used once.
    `today` where it is asked for new cover: a pool in run-off gives none from its day on.
    """
    held = await balances(conn, pool.code)
    used_by_borrower = await conn.fetch(_USED_BY_BORROWER, pool.code, list(set(borrowers)))
    banks = await parties.banks_of(conn, pool.code)
    once = await renewals.counted_once(conn, pool.code)
    of_bank, of_borrower = _once(once, "bank_code"), _once(once, "borrower_uscc")
    return Room(
        available_fen=accounts.available_fen(held),
        used_fen=accounts.held_fen(held, "covered")
        + accounts.held_fen(held, "reserved")
        - sum(of_bank.values()),
        used_by_bank={
            bank: held.get(accounts.covered_of(bank), 0)
            + held.get(accounts.reserved_for(bank), 0)
            - of_bank[bank]
            for bank in banks
        },
        used_by_borrower={
            row["borrower_uscc"]: row["used_fen"] - of_borrower[row["borrower_uscc"]]
            for row in used_by_borrower
        },
        renewed=await renewals.rests(conn, pool.code, renewed, once),
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


def _once(once: Iterable[Row], name: str) -> Counter[str]:
    """What is counted once, by bank or by borrower."""
    found: Counter[str] = Counter()
    for one in once:
        found[one[name]] += one["once_fen"]
    return found
