"""What a month's settlement reads of the ledger and the positions, while the pool is held."""

from collections.abc import Iterable
from datetime import date, datetime
from uuid import UUID

import asyncpg

from services.risk_pool.domain.claim import UNDECIDED
from services.risk_pool.domain.coverage import COMPENSATED
from services.risk_pool.domain.ledger import natural_balance, payable_to, receivable_from
from services.risk_pool.domain.month_figures import (
    DISPUTE_UPHELD,
    SETTLES_CLAIMS,
    SETTLES_MONTHS,
    Carried,
    PostedMonth,
)
from services.risk_pool.domain.month_findings import CasesFound
from services.risk_pool.domain.opening import OPENING
from services.risk_pool.domain.recovery import UNCONFIRMED
from services.risk_pool.domain.settlement import BOOKS_CLOSED
from services.risk_pool.tables import position_moves
from shared.months import Month
from shared.postgres.literals import literals


async def last_seq(conn: asyncpg.Connection, pool_code: str) -> int:
    """How far the ledger has come."""
    seq: int = await conn.fetchval("select last_seq from pools where code = $1", pool_code)
    return seq


async def posted_before(
    conn: asyncpg.Connection, pool_code: str, month: Month
) -> PostedMonth | None:
    """The last month before this one that was posted; None where there is none."""
    found = await conn.fetchrow(
        f"""select id, month from settlements
            where pool_code = $1 and month < $2 and state in ({literals(BOOKS_CLOSED)})
            order by month desc limit 1""",
        pool_code,
        str(month),
    )
    return PostedMonth(id=found["id"], month=Month.parse(found["month"])) if found else None


async def party_codes(conn: asyncpg.Connection, pool_code: str) -> set[str]:
    """Those who take part in the pool."""
    rows = await conn.fetch("select code from parties where pool_code = $1", pool_code)
    return {row["code"] for row in rows}


async def carried(
    conn: asyncpg.Connection,
    pool_code: str,
    month: Month,
    before: PostedMonth | None,
    *,
    ledger_seq: int,
) -> Carried:
    """What was awaited and settled by the month's end, and stated before it.

    `before` is the last month that was posted: what it handed on is added to what has come since. A
    month that was posted before such was kept hands nothing on; then all before it is read.
    """
    handed_on = await _handed_on(conn, before) if before is not None else None
    known = before if handed_on is not None else None
    since = known.month if known is not None else None
    claims = await _changed(conn, pool_code, since, month, SETTLES_CLAIMS, ledger_seq=ledger_seq)
    new = Carried(
        # A paid claim that is booked back is owed by its payee: that its statement does ask for.
        awaiting={name: fen for name, fen in claims.items() if name.startswith("payable:")},
        settled=await _changed(
            conn,
            pool_code,
            since,
            month,
            (*SETTLES_MONTHS, DISPUTE_UPHELD),
            ledger_seq=ledger_seq,
        ),
        stated=await _stated(conn, pool_code, known, month),
    )
    return new if handed_on is None else handed_on.with_more(new)


async def _handed_on(conn: asyncpg.Connection, before: PostedMonth) -> Carried | None:
    rows = await conn.fetch(
        """select account, awaiting_fen, settled_fen, stated_fen from settlement_carried
           where settlement_id = $1""",
        before.id,
    )
    if not rows:
        return None
    return Carried(
        awaiting={row["account"]: row["awaiting_fen"] for row in rows},
        settled={row["account"]: row["settled_fen"] for row in rows},
        stated={row["account"]: row["stated_fen"] for row in rows},
    )


async def _changed(
    conn: asyncpg.Connection,
    pool_code: str,
    since: Month | None,
    month: Month,
    kinds: Iterable[str],
    *,
    ledger_seq: int,
) -> dict[str, int]:
    """Account → how these kinds have changed it after the month `since` until the month's end."""
    rows = await conn.fetch(
        f"""select account, sum(debited)::bigint as debited, sum(credited)::bigint as credited
            from transfers
            cross join lateral (values (debit, amount_fen, 0), (credit, 0, amount_fen))
                 as side (account, debited, credited)
            where pool_code = $1 and business_date > coalesce($4::date, '-infinity')
              and business_date <= $2 and seq <= $3
              and kind in ({", ".join(f"'{kind}'" for kind in kinds)})
              and (account like 'payable:%' or account like 'receivable:%')
              -- What an upheld dispute adds to a debt is new: the next statement asks for it.
              and (kind <> '{DISPUTE_UPHELD}' or (account like 'payable:%') = (debited > 0))
            group by account""",
        pool_code,
        month.last,
        ledger_seq,
        since.last if since else None,
    )
    return {
        row["account"]: natural_balance(
            row["account"], debited_fen=row["debited"], credited_fen=row["credited"]
        )
        for row in rows
    }


async def _stated(
    conn: asyncpg.Connection, pool_code: str, before: PostedMonth | None, month: Month
) -> dict[str, int]:
    """Account → what statements have told, before netting: those of the month `before`; where there
    is none, of every posted one before this month, and what was owed when the pool was taken over,
    which is asked for already."""
    if before is not None:
        rows = await conn.fetch(
            """select party_code, payable_fen, receivable_fen from settlement_statements
               where settlement_id = $1 and party_code <> $2""",
            before.id,
            pool_code,
        )
    else:
        rows = await conn.fetch(
            f"""select party_code, sum(payable_fen)::bigint as payable_fen,
                       sum(receivable_fen)::bigint as receivable_fen
                from (
                    select party_code, payable_fen, receivable_fen
                    from settlements
                    join settlement_statements as told on told.settlement_id = settlements.id
                    where pool_code = $1 and month < $2 and state in ({literals(BOOKS_CLOSED)})
                      and party_code <> pool_code
                    union all
                    select party_code, case when direction = 'payable' then amount_fen else 0 end,
                           case when direction = 'receivable' then amount_fen else 0 end
                    from open_items
                    where pool_code = $1 and starts_with(reference, '{OPENING}')
                ) as asked_for
                group by party_code""",
            pool_code,
            str(month),
        )
    stated: dict[str, int] = {}
    for row in rows:
        stated[payable_to(row["party_code"])] = row["payable_fen"]
        stated[receivable_from(row["party_code"])] = row["receivable_fen"]
    return stated


async def positions_mark(conn: asyncpg.Connection, pool_code: str, month: Month) -> str:
    """A word that changes whenever a position of the month is reported or replaced."""
    return str(await position_moves.moves(conn, pool_code, str(month)))


async def is_stale(
    conn: asyncpg.Connection,
    pool_code: str,
    month: Month,
    *,
    ledger_seq: int,
    mark: str,
    previewed_at: datetime,
) -> bool:
    """Whether a fact of the month has come in since its figures were made, or an earlier month was
    posted, which takes out of this one what it has told."""
    booked_since = await conn.fetchval(
        """select exists (select 1 from transfers
                          where pool_code = $1 and seq > $2 and business_date <= $3)""",
        pool_code,
        ledger_seq,
        month.last,
    )
    # Months are posted in their order, so whichever was posted last is the last one.
    posted_since = await conn.fetchval(
        f"""select posted_at > $3 from settlements
            where pool_code = $1 and month < $2 and state in ({literals(BOOKS_CLOSED)})
            order by month desc limit 1""",
        pool_code,
        str(month),
        previewed_at,
    )
    moved = mark != await positions_mark(conn, pool_code, month)
    return bool(booked_since or posted_since or moved)


_FOUND = "count(*)::integer as n, (array_agg(number order by number))[1:20] as numbers"


def _cases(row: asyncpg.Record) -> CasesFound:
    return CasesFound(
        bank_code=row["bank_code"],
        count=row["n"],
        amount_fen=row["fen"],
        numbers=tuple(row["numbers"]),
    )


async def missing_positions(
    conn: asyncpg.Connection, settlement_id: UUID, month: Month
) -> list[CasesFound]:
    """Per bank, its covered loans without a position for the month, now. A loan that has been
    compensated since is no longer reported on, so it lacks nothing."""
    rows = await conn.fetch(
        f"""select bank_code, sum(amount_fen)::bigint as fen, {_FOUND}
            from settlement_lines as line
            where settlement_id = $1 and is_covered and position_version = 0
              and not exists (select from coverages as c where c.loan_id = line.loan_id
                                and c.state in ({literals(COMPENSATED)}))
              and not exists (select from positions as p
                              where p.loan_id = line.loan_id and p.month = $2)
            group by bank_code order by bank_code""",
        settlement_id,
        str(month),
    )
    return [_cases(row) for row in rows]


async def unconfirmed_recoveries(
    conn: asyncpg.Connection, pool_code: str, month: Month
) -> list[CasesFound]:
    """Per bank, recoveries received up to the month's end that wait for confirmation."""
    rows = await conn.fetch(
        f"""select bank_code, sum(gross_fen)::bigint as fen, {_FOUND}
            from recoveries
            where pool_code = $1 and state in ({literals(UNCONFIRMED)}) and received_on <= $2
            group by bank_code order by bank_code""",
        pool_code,
        month.last,
    )
    return [_cases(row) for row in rows]


async def unpaid_claims(conn: asyncpg.Connection, pool_code: str, month: Month) -> list[CasesFound]:
    """Per bank, claims approved up to the month's end and neither paid nor set aside."""
    rows = await conn.fetch(
        f"""select bank_code, sum(pool_pays_fen)::bigint as fen, {_FOUND}
            from claims where pool_code = $1 and approved_on <= $2 and paid_on is null
              and escrowed_on is null
              and (reversed_on is null or reversed_on > $2)
            group by bank_code order by bank_code""",
        pool_code,
        month.last,
    )
    return [_cases(row) for row in rows]


async def undecided_claims(
    conn: asyncpg.Connection, pool_code: str, month: Month
) -> list[CasesFound]:
    """Per bank, claims filed up to the month's end and not decided."""
    rows = await conn.fetch(
        f"""select bank_code, sum(outstanding_principal_fen)::bigint as fen, {_FOUND}
            from claims
            where pool_code = $1 and state in ({literals(UNDECIDED)}) and claimed_on <= $2
            group by bank_code order by bank_code""",
        pool_code,
        month.last,
    )
    return [_cases(row) for row in rows]


async def first_open_month(
    conn: asyncpg.Connection, pool_code: str, month: Month, closed_until: date | None
) -> Month | None:
    """The earliest month before this one that has facts and is not posted; None if there is none."""
    earliest = await conn.fetchval(
        """select min(business_date) from transfers
           where pool_code = $1 and business_date < $2
             and business_date > coalesce($3::date, '-infinity')""",
        pool_code,
        month.first,
        closed_until,
    )
    return Month.of(earliest) if earliest else None
