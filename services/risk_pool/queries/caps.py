"""What the caps of a scheme count, read for one claim and all that were filed before it and wait.

The pool is to be held where something is decided, so that no other claim is approved in between.
However many claims wait, the number of statements is the same.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

import asyncpg

from services.risk_pool.domain.cap_order import COVERED, Place, Taken, place_of
from services.risk_pool.domain.claim import UNDECIDED, USES_CAPS
from services.risk_pool.domain.coverage import IN_COVER
from services.risk_pool.domain.ledger import available_fen
from services.risk_pool.queries.renewals import RENEWED_PART
from services.risk_pool.tables.ledger import balances
from shared.life_cycle import Row
from shared.postgres.literals import literals


async def waiting_before(conn: asyncpg.Connection, claim: Row) -> list[asyncpg.Record]:
    """Claims of the pool that were filed before this one and are not decided, in order (H.15)."""
    rows: list[asyncpg.Record] = await conn.fetch(
        f"""select * from claims
            where pool_code = $1 and state in ({literals(UNDECIDED)})
              and (filed_at, number) < ($2, $3)
            order by filed_at, number""",
        claim["pool_code"],
        *place_of(claim),
    )
    return rows


async def loans(conn: asyncpg.Connection, claims: Sequence[Row]) -> Mapping[UUID, asyncpg.Record]:
    """What the pool knows of the loans that are claimed for."""
    rows = await conn.fetch(
        "select * from coverages where loan_id = any($1::uuid[])",
        [claim["loan_id"] for claim in claims],
    )
    return {row["loan_id"]: row for row in rows}


async def taken(
    conn: asyncpg.Connection,
    claims: Sequence[Row],
    *,
    until: date | None = None,
    without: Collection[UUID] = (),
) -> list[Taken]:
    """What approved claims of the pool have taken, as far as one of these claims may ask.

    Those that were approved and filed before all of these are added up; of the others each is
    told by itself, for it may stand before one and after another. `until`: as if nothing had been
    approved after that day. `without`: as if these claims had not been.
    """
    first = min(place_of(claim) for claim in claims)
    rows = await conn.fetch(
        f"""with approved as (
                select *, case when (filed_at, number) > ($4, $5) then filed_at end as its_time,
                       case when (filed_at, number) > ($4, $5) then number end as its_number
                from claims where pool_code = $1 and state in ({literals(USES_CAPS)})
                  and ($7::date is null or approved_on <= $7) and id <> all($8::uuid[])
            ), amounts as (
                select approved.*, $6 as party, covered_fen as amount_fen from approved
                union all
                select approved.*, share.party, share.amount_fen
                from approved join claim_shares as share
                     on share.claim_id = approved.id and share.split = approved.split
            )
            select programme, bank_code, extract(year from claimed_on)::int as year,
                   case when borrower_uscc = any($2::text[]) then borrower_uscc else '' end
                       as borrower_uscc,
                   case when loan_id = any($3::uuid[]) then loan_id end as loan_id,
                   party, its_time, its_number, coalesce(sum(amount_fen), 0)::bigint as amount_fen
            from amounts group by 1, 2, 3, 4, 5, 6, 7, 8""",
        claims[0]["pool_code"],
        [claim["borrower_uscc"] for claim in claims],
        [claim["loan_id"] for claim in claims],
        *first,
        COVERED,
        until,
        list(without),
    )
    return [_taken(dict(row)) for row in rows]


def _taken(row: dict[str, Any]) -> Taken:
    its_time, its_number = row.pop("its_time"), row.pop("its_number")
    return Taken(**row, filed=None if its_time is None else (its_time, its_number))


async def available(conn: asyncpg.Connection, pool_code: str) -> int:
    """The pool's own money (programmes H.25)."""
    return available_fen(await balances(conn, pool_code))


async def figures(
    conn: asyncpg.Connection, claims: Sequence[Row]
) -> Mapping[UUID, Mapping[str, int]]:
    """By claim, the figures that the book of loans knows; a cap that counts another one is
    refused by the engine, which names it."""
    rows = await conn.fetch(
        """with lent as (
               select programme, bank_code, disbursed_on as day,
                      disbursed_fen - coalesce(later.fen, 0) as fen
               from coverages as c
               left join (
                   select loan_id, sum(amount_fen) as fen from draws
                   where pool_code = $1 and undone_on is null group by 1
               ) as later using (loan_id)
               where c.pool_code = $1 and disbursed_on is not null
               union all
               -- Each draw is lent in its own year.
               select c.programme, c.bank_code, d.drawn_on, d.amount_fen
               from draws as d join coverages as c using (loan_id)
               where d.pool_code = $1 and d.undone_on is null
           )
           select programme, bank_code, extract(year from day)::int as year,
                  sum(fen)::bigint as fen
           from lent group by 1, 2, 3""",
        claims[0]["pool_code"],
    )
    return {
        claim["id"]: {
            "bank_year_lending": sum(
                row["fen"]
                for row in rows
                if (row["programme"], row["bank_code"], row["year"])
                == (claim["programme"], claim["bank_code"], claim["claimed_on"].year)
            ),
            "term_disbursed": sum(
                row["fen"] for row in rows if row["programme"] == claim["programme"]
            ),
        }
        for claim in claims
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class Owed:
    """What a borrower owes of a loan, in cover or compensated."""

    borrower_uscc: str
    programme: str
    loan_id: UUID
    fen: int
    approved: Place | None
    """The place in line of the loan's approved claim; None where it is in cover."""


async def owed(conn: asyncpg.Connection, claims: Sequence[Row]) -> list[Owed]:
    """Principal of all loans of the borrowers: in cover as reported, compensated as claimed; a renewal
    with what it is beyond the loan that it renews."""
    rows = await conn.fetch(
        f"""select borrower_uscc, programme, loan_id, outstanding_fen - {RENEWED_PART} as fen,
                   null::timestamptz as filed_at, '' as number
            from coverages as c
            where pool_code = $1 and borrower_uscc = any($2::text[])
              and state in ({literals(IN_COVER)})
            union all
            select borrower_uscc, programme, loan_id, outstanding_principal_fen, filed_at, number
            from claims
            where pool_code = $1 and borrower_uscc = any($2::text[])
              and state in ({literals(USES_CAPS)})""",
        claims[0]["pool_code"],
        [claim["borrower_uscc"] for claim in claims],
    )
    return [
        Owed(
            borrower_uscc=row["borrower_uscc"],
            programme=row["programme"],
            loan_id=row["loan_id"],
            fen=row["fen"],
            approved=None if row["filed_at"] is None else (row["filed_at"], row["number"]),
        )
        for row in rows
    ]
