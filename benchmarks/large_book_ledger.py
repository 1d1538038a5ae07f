"""The transfers of the large book: copied in the order of each pool, with a chain that verifies."""

from typing import Any, Final

import asyncpg

from benchmarks.large_book_tables import NEW_POOLS
from benchmarks.settle_book import BALANCES
from services.risk_pool.domain.chain import hash_after, moment, text_of

_OF_LOANS: Final = """
select pg_temp.book_pool(t.pool_code, k) as pool_code, t.reference || ':' || k as reference,
       case when split_part(t.debit, ':', 2) = c.bank_code
            then split_part(t.debit, ':', 1) || ':' || pg_temp.book_bank(c.bank_code, k)
            else t.debit end as debit,
       case when split_part(t.credit, ':', 2) = c.bank_code
            then split_part(t.credit, ':', 1) || ':' || pg_temp.book_bank(c.bank_code, k)
            else t.credit end as credit,
       t.amount_fen, t.business_date, t.kind, t.explanation_id, pg_temp.book_id(t.loan_id, k) as loan_id,
       t.booked_at, t.seq
from transfers as t join coverages as c on c.loan_id = t.loan_id
join book_cases as b on b.id = t.loan_id cross join generate_series(1, b.copies) as k
"""
# What a pool of the demo books beside its loans, once for each pool that is modelled on it.
_OF_POOLS: Final = f"""
select t.pool_code || '_' || n, t.reference || ':' || n, t.debit, t.credit, t.amount_fen,
       t.business_date, t.kind, t.explanation_id, null::uuid, t.booked_at, t.seq
from transfers as t, generate_series(0, {NEW_POOLS - 1}) as n where t.loan_id is null
"""
_ALL: Final = f"""
select * from ({_OF_LOANS} union all {_OF_POOLS}) as copied order by pool_code, booked_at, seq, reference
"""
_COLUMNS: Final = (
    "pool_code", "seq", "reference", "debit", "credit", "amount_fen", "business_date", "kind",
    "explanation_id", "loan_id", "booked_at", "hash",
)  # fmt: skip
_AT_ONCE: Final = 100_000


async def book_transfers(conn: asyncpg.Connection) -> None:
    """Copy the transfers of loans and pools behind those that are there, and balance the accounts."""
    heads = {
        row["code"]: (row["last_seq"], row["last_hash"])
        for row in await conn.fetch("select code, last_seq, last_hash from pools")
    }
    async with conn.transaction():
        cursor = await conn.cursor(_ALL)
        while rows := await cursor.fetch(_AT_ONCE):
            await conn.copy_records_to_table(
                "transfers", records=[_next(heads, row) for row in rows], columns=list(_COLUMNS)
            )
        await conn.executemany(
            "update pools set last_seq = $2, last_hash = $3 where code = $1",
            [(code, seq, digest) for code, (seq, digest) in heads.items()],
        )
        await conn.execute(BALANCES)


def _next(heads: dict[str, tuple[int, bytes]], row: asyncpg.Record) -> tuple[Any, ...]:
    """A copied transfer as the next of its pool."""
    pool, reference, debit, credit, fen, day, kind, explanation, loan, booked_at, _ = row
    last, previous = heads[pool]
    seq = last + 1
    digest = hash_after(
        previous,
        text_of(
            pool, seq, reference=reference, debit=debit, credit=credit, amount_fen=fen,
            business_date=day.isoformat(), kind=kind, explanation_id=str(explanation or ""),
            loan_id=str(loan or ""), booked_at=moment(booked_at),
        ),
    )  # fmt: skip
    heads[pool] = seq, digest
    return pool, seq, reference, debit, credit, fen, day, kind, explanation, loan, booked_at, digest
