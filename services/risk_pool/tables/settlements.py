"""The rows of a month's settlement, written and read by sets: no loan is ever an object here.

Nothing here opens a transaction. Whoever writes holds the pool's lock.
"""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import date
from typing import Any
from uuid import UUID

import asyncpg

from services.risk_pool.domain.ledger import natural_balance
from services.risk_pool.domain.settlement import (
    COLLECTED,
    NETTED,
    PAID,
    Due,
    Lack,
    Movement,
)
from shared.months import Month

_FORGET = (
    "delete from settlement_movements where settlement_id = $1",
    "delete from settlement_findings where settlement_id = $1",
    "delete from settlement_statements where settlement_id = $1",
    "delete from settlement_lines where settlement_id = $1",
)

_PARTY = "case when strpos(account, ':') > 0 then split_part(account, ':', 2) else '' end"

_WRITE_MOVEMENTS = f"""
with moved as materialized (
    select debit, credit, kind, sum(amount_fen)::bigint as fen, count(*)::integer as n
    from transfers
    where pool_code = $2 and business_date between $3 and $4 and seq <= $5
    group by debit, credit, kind
), within as (
    select account, kind, sum(debited)::bigint as debited, sum(credited)::bigint as credited,
           sum(n)::integer as n
    from moved
    cross join lateral (values (debit, fen, 0), (credit, 0, fen))
         as side (account, debited, credited)
    group by account, kind
), before as (
    -- A posted month never changes, so what it left behind is what this one finds.
    select account, sum(debited_fen)::bigint as debited, sum(credited_fen)::bigint as credited
    from settlement_movements where settlement_id = $6 group by account
    union all
    select account, sum(debited)::bigint, sum(credited)::bigint
    from (
        select debit, credit, sum(amount_fen)::bigint as fen from transfers
        where $6::uuid is null and pool_code = $2 and business_date < $3 and seq <= $5
        group by debit, credit
    ) as early
    cross join lateral (values (debit, fen, 0), (credit, 0, fen))
         as side (account, debited, credited)
    group by account
)
insert into settlement_movements
    (settlement_id, account, kind, party_code, debited_fen, credited_fen, transfers)
select $1::uuid, account, 'opening', {_PARTY}, debited, credited, 0 from before
union all
select $1::uuid, account, kind, {_PARTY}, debited, credited, n from within
"""

_WRITE_LINES = """
insert into settlement_lines
    (settlement_id, bank_code, number, loan_id, loan_no, borrower_name, is_covered, amount_fen,
     outstanding_fen, covered_fen, overdue_days, risk_class, position_version, claimed_fen,
     recovered_fen)
select $1::uuid, c.bank_code, c.number, c.loan_id, c.loan_no, c.borrower_name,
       c.released_on is null or c.released_on > $4,
       c.amount_fen,
       coalesce(p.outstanding_principal_fen, c.outstanding_fen),
       coalesce(p.covered_principal_fen, c.covered_fen),
       coalesce(p.overdue_days, c.overdue_days),
       coalesce(p.risk_class, c.risk_class),
       coalesce(p.version, 0),
       coalesce(moved.claimed_fen, 0), coalesce(moved.recovered_fen, 0)
from coverages as c
left join positions as p on p.loan_id = c.loan_id and p.month = $6
left join (
    select loan_id, coalesce(sum(amount_fen) filter (where debit = 'claims'), 0)
                    - coalesce(sum(amount_fen) filter (where credit = 'claims'), 0) as claimed_fen,
           coalesce(sum(amount_fen) filter (where credit = 'recoveries'), 0) as recovered_fen
    from transfers
    where pool_code = $2 and business_date between $3 and $4 and seq <= $5
      and (debit = 'claims' or credit in ('claims', 'recoveries'))
    group by loan_id
) as moved on moved.loan_id = c.loan_id
where c.pool_code = $2 and c.disbursed_on <= $4
  and (c.released_on is null or c.released_on >= $3 or moved.loan_id is not null)
"""


async def find(
    conn: asyncpg.Connection, pool_code: str, month: Month, *, lock: bool = False
) -> asyncpg.Record | None:
    """The settlement of a month; None where nobody has previewed it."""
    return await conn.fetchrow(
        f"""select * from settlements where pool_code = $1 and month = $2
            {"for update" if lock else ""}""",
        pool_code,
        str(month),
    )


@asynccontextmanager
async def many_rows(conn: asyncpg.Connection) -> AsyncIterator[None]:
    """Have the planner count on as many rows as there are loans.

    It takes the filters of row-level security for choosy ones and would look up each loan by
    itself, at three times the cost.
    """
    plans = {"enable_nestloop": "off", "enable_sort": "off", "work_mem": "64MB"}
    for name, value in plans.items():
        await conn.execute(f"set local {name} = '{value}'")
    yield
    for name in plans:
        await conn.execute(f"set local {name} to default")


async def forget(conn: asyncpg.Connection, settlement_id: UUID) -> None:
    """Drop the figures of an earlier preview. The database refuses it for a posted month."""
    for statement in _FORGET:
        await conn.execute(statement, settlement_id)


async def write_movements(
    conn: asyncpg.Connection,
    settlement_id: UUID,
    pool_code: str,
    month: Month,
    *,
    ledger_seq: int,
    before: UUID | None,
) -> None:
    """What moved in the month by account and kind, and what stood before; up to `ledger_seq`.

    `before` is the posted settlement of the month before, whose closing is this opening; without
    one the opening is added up from the ledger.
    """
    await conn.execute(
        _WRITE_MOVEMENTS, settlement_id, pool_code, month.first, month.last, ledger_seq, before
    )


async def write_lines(
    conn: asyncpg.Connection,
    settlement_id: UUID,
    pool_code: str,
    month: Month,
    *,
    ledger_seq: int,
) -> int:
    """A line for each loan that was covered in the month or that money moved for; how many."""
    done = await conn.execute(
        _WRITE_LINES, settlement_id, pool_code, month.first, month.last, ledger_seq, str(month)
    )
    return int(done.rsplit(" ", 1)[1])


async def movements(conn: asyncpg.Connection, settlement_id: UUID) -> list[Movement]:
    """The stored movements, as far as the caller's institution may see them."""
    rows = await conn.fetch(
        """select account, kind, debited_fen, credited_fen, transfers
           from settlement_movements where settlement_id = $1 order by account, kind""",
        settlement_id,
    )
    return [Movement(**row) for row in rows]


async def awaiting_payment(
    conn: asyncpg.Connection, pool_code: str, month: Month
) -> dict[str, int]:
    """Payee → the pool's share of claims that were approved but not paid at the month's end."""
    rows = await conn.fetch(
        """select step ->> 'payee_code' as payee,
                  sum((step ->> 'amount')::numeric * 100)::bigint as fen
           from claims cross join lateral jsonb_array_elements(money_path) as step
           where pool_code = $1 and approved_on <= $2 and (paid_on is null or paid_on > $2)
             and step ->> 'payer' = 'pool'
           group by 1""",
        pool_code,
        month.last,
    )
    return {row["payee"]: row["fen"] for row in rows}


async def settled_since(
    conn: asyncpg.Connection, pool_code: str, month: Month, *, ledger_seq: int
) -> dict[str, int]:
    """Account → change (in its own direction) by earlier months that were posted after this one
    had ended: what they settled is not due again."""
    rows = await conn.fetch(
        """select account, sum(debited)::bigint as debited, sum(credited)::bigint as credited
           from transfers
           cross join lateral (values (debit, amount_fen, 0), (credit, 0, amount_fen))
                as side (account, debited, credited)
           where pool_code = $1 and business_date > $2 and seq <= $3 and kind = any($4::text[])
           group by account""",
        pool_code,
        month.last,
        ledger_seq,
        [NETTED, COLLECTED, PAID],
    )
    return {
        row["account"]: natural_balance(
            row["account"], debited_fen=row["debited"], credited_fen=row["credited"]
        )
        for row in rows
    }


async def loans_by_class(
    conn: asyncpg.Connection, settlement_id: UUID
) -> dict[str, list[dict[str, Any]]]:
    """Bank → its covered loans at the month's end by risk class, counted and added up."""
    rows = await conn.fetch(
        """select bank_code, coalesce(risk_class, '') as risk_class,
                  count(*) filter (where is_covered)::integer as loans,
                  coalesce(sum(outstanding_fen) filter (where is_covered), 0)::bigint
                      as outstanding_fen,
                  coalesce(sum(covered_fen) filter (where is_covered), 0)::bigint as covered_fen,
                  count(*) filter (where is_covered and overdue_days > 0)::integer as overdue_loans,
                  coalesce(sum(outstanding_fen) filter (where is_covered and overdue_days > 0), 0)
                      ::bigint as overdue_fen,
                  count(*) filter (where claimed_fen > 0)::integer as claims,
                  sum(claimed_fen)::bigint as claimed_fen,
                  count(*) filter (where recovered_fen > 0)::integer as recoveries,
                  sum(recovered_fen)::bigint as recovered_fen
           from settlement_lines where settlement_id = $1
           group by bank_code, 2 order by bank_code, 2""",
        settlement_id,
    )
    found: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        found.setdefault(row["bank_code"], []).append(dict(row))
    return found


async def positions_mark(conn: asyncpg.Connection, pool_code: str, month: Month) -> str:
    """A word that changes whenever a position of the month is reported or replaced."""
    mark: str = await conn.fetchval(
        """select count(*) || '/' || coalesce(sum(version), 0) from positions
           where pool_code = $1 and month = $2
             and bank_code = any(array(select code from parties where pool_code = $1))""",
        pool_code,
        str(month),
    )
    return mark


async def is_stale(
    conn: asyncpg.Connection,
    pool_code: str,
    month: Month,
    *,
    ledger_seq: int,
    mark: str,
) -> bool:
    """Whether a fact of the month has come in since its figures were made."""
    booked_since = await conn.fetchval(
        """select exists (select 1 from transfers
                          where pool_code = $1 and seq > $2 and business_date <= $3)""",
        pool_code,
        ledger_seq,
        month.last,
    )
    return booked_since or mark != await positions_mark(conn, pool_code, month)


async def missing_positions(conn: asyncpg.Connection, settlement_id: UUID) -> list[Lack]:
    """Per bank, its covered loans without a position for the month."""
    rows = await conn.fetch(
        """select bank_code, count(*)::integer as n, sum(amount_fen)::bigint as fen,
                  (array_agg(number order by number))[1:20] as numbers
           from settlement_lines
           where settlement_id = $1 and is_covered and position_version = 0
           group by bank_code order by bank_code""",
        settlement_id,
    )
    return [
        Lack(
            code="position-missing",
            blocking=True,
            zh=f"{row['n']} 笔在保贷款缺少当月余额报告",
            en=f"{row['n']} covered loans have no position for the month",
            party_code=row["bank_code"],
            count=row["n"],
            amount_fen=row["fen"],
            numbers=tuple(row["numbers"]),
        )
        for row in rows
    ]


async def open_cases(conn: asyncpg.Connection, pool_code: str, month: Month) -> list[Lack]:
    """Recoveries that wait for confirmation (blocking), and claims not decided or not paid."""
    recoveries = await conn.fetch(
        """select bank_code, count(*)::integer as n, sum(gross_fen)::bigint as fen,
                  (array_agg(number order by number))[1:20] as numbers
           from recoveries where pool_code = $1 and state = 'reported' and received_on <= $2
           group by bank_code order by bank_code""",
        pool_code,
        month.last,
    )
    claims = await conn.fetch(
        """select bank_code, approved_on is not null as is_approved, count(*)::integer as n,
                  sum(case when approved_on is not null then pool_pays_fen
                           else outstanding_principal_fen end)::bigint as fen,
                  (array_agg(number order by number))[1:20] as numbers
           from claims
           where pool_code = $1
             and ((approved_on <= $2 and paid_on is null)
                  or (state in ('submitted', 'reviewed') and claimed_on <= $2))
           group by bank_code, 2 order by bank_code, 2""",
        pool_code,
        month.last,
    )
    found = [
        Lack(
            code="recovery-unconfirmed",
            blocking=True,
            zh=f"{row['n']} 笔已报告的追偿回款尚未确认",
            en=f"{row['n']} reported recoveries wait for confirmation",
            party_code=row["bank_code"],
            count=row["n"],
            amount_fen=row["fen"],
            numbers=tuple(row["numbers"]),
        )
        for row in recoveries
    ]
    for row in claims:
        approved = row["is_approved"]
        found.append(
            Lack(
                code="claim-unpaid" if approved else "claim-undecided",
                blocking=False,
                zh=f"{row['n']} 笔补偿{'已批准未拨付' if approved else '尚未审批'}",
                en=f"{row['n']} claims are {'approved and unpaid' if approved else 'undecided'}",
                party_code=row["bank_code"],
                count=row["n"],
                amount_fen=row["fen"],
                numbers=tuple(row["numbers"]),
            )
        )
    return found


async def first_open_month(
    conn: asyncpg.Connection, pool_code: str, month: Month, closed_until: date | None
) -> Month | None:
    """The earliest month before this one that has facts and is not posted; None if there is none."""
    earliest = await conn.fetchval(
        """select min(business_date) from transfers
           where pool_code = $1 and business_date < $2 and ($3::date is null or business_date > $3)
        """,
        pool_code,
        month.first,
        closed_until,
    )
    return Month.of(earliest) if earliest else None


async def write_findings(
    conn: asyncpg.Connection, settlement_id: UUID, lacks: Sequence[Lack]
) -> None:
    """Keep what a month lacks beside its figures."""
    await conn.executemany(
        """insert into settlement_findings (settlement_id, code, party_code, blocking, zh, en,
                                            count, amount_fen, numbers)
           values ($1, $2, $3, $4, $5, $6, $7, $8, $9)""",
        [
            (
                settlement_id,
                lack.code,
                lack.party_code,
                lack.blocking,
                lack.zh,
                lack.en,
                lack.count,
                lack.amount_fen,
                list(lack.numbers),
            )
            for lack in lacks
        ],
    )


async def findings(conn: asyncpg.Connection, settlement_id: UUID) -> list[Lack]:
    """What the month lacked when it was previewed, as far as the institution may see it."""
    rows = await conn.fetch(
        """select code, blocking, zh, en, party_code, count, amount_fen, numbers
           from settlement_findings where settlement_id = $1
           order by blocking desc, code, party_code""",
        settlement_id,
    )
    return [Lack(**{**dict(row), "numbers": tuple(row["numbers"])}) for row in rows]


async def write_statements(
    conn: asyncpg.Connection,
    settlement_id: UUID,
    pool_code: str,
    due: Sequence[Due],
    loans: dict[str, dict[str, Any]],
) -> None:
    """A statement for each party, and one for the pool itself with the opposite of all nets."""
    names = {
        row["code"]: (row["role"], row["name"])
        for row in await conn.fetch(
            "select code, role, name from parties where pool_code = $1", pool_code
        )
    }
    names[pool_code] = (
        "pool",
        await conn.fetchval("select name from pools where code = $1", pool_code),
    )
    pool = Due(
        party=pool_code,
        payable_fen=sum(one.receivable_fen for one in due),
        receivable_fen=sum(one.payable_fen for one in due),
        awaiting_payment_fen=sum(one.awaiting_payment_fen for one in due),
    )
    await conn.executemany(
        """insert into settlement_statements
               (settlement_id, party_code, party_role, party_name, payable_fen, receivable_fen,
                awaiting_payment_fen, net_fen, loans)
           values ($1, $2, $3, $4, $5, $6, $7, $8, $9)""",
        [
            (
                settlement_id,
                one.party,
                *names.get(one.party, ("", one.party)),
                one.payable_fen,
                one.receivable_fen,
                one.awaiting_payment_fen,
                one.net_fen,
                loans.get(one.party, {}),
            )
            for one in (pool, *due)
        ],
    )
