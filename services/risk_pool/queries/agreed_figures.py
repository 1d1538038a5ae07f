"""Agreed figures as they are answered, and what the registers say for claims that are decided."""

from collections.abc import Mapping, Sequence
from datetime import date
from uuid import UUID

import asyncpg

from services.risk_pool.domain.agreed_figures import HELD_ONCE, State
from services.risk_pool.domain.claim_details import costs_of, receipts_used
from services.risk_pool.domain.claim_facts import Registers
from services.risk_pool.domain.registers import Fee, registers_of
from services.risk_pool.queries import counted_costs
from shared.life_cycle import Row
from shared.postgres.conditions import conditions
from shared.postgres.literals import literals


async def registers_for(
    conn: asyncpg.Connection, claims: Sequence[Row]
) -> Mapping[UUID, Registers]:
    """By claim, what the registers say for it. All claims are of one pool; however many there are,
    the number of statements is the same."""
    pool_code = claims[0]["pool_code"]
    loan_ids = [claim["loan_id"] for claim in claims]
    figures = await conn.fetch(
        f"""select * from agreed_figures
            where pool_code = $1 and kind <> 'guarantee_fee' and state in ({literals(HELD_ONCE)})
              and (loan_id is null or loan_id = any($2::uuid[]))
            order by released_on, id""",
        pool_code,
        loan_ids,
    )
    fees = await conn.fetch(
        f"""with receipts as (
                -- One that is entered in both ways counts once, by the loan.
                select distinct on (fee.loan_id, fee.bank_code, fee.reference_canonical)
                       coalesce(loans.programme, pools.programme) as programme, fee.subject,
                       fee.paid_on, fee.amount_fen
                from agreed_figures as fee join pools on pools.code = fee.pool_code
                     left join coverages as loans using (loan_id)
                where fee.pool_code = $1 and fee.kind = 'guarantee_fee'
                  and fee.state = '{State.IN_FORCE}'
                order by fee.loan_id, fee.bank_code, fee.reference_canonical, fee.subject desc
            )
            select programme, subject, paid_on, sum(amount_fen)::bigint as amount_fen
            from receipts group by 1, 2, 3""",
        pool_code,
    )
    counted = await counted_costs.of_loans(conn, loan_ids)
    disbursed = await conn.fetch(
        "select loan_id, disbursed_on from coverages where loan_id = any($1::uuid[])", loan_ids
    )
    paid_out = {row["loan_id"]: row["disbursed_on"] for row in disbursed}
    return {
        claim["id"]: registers_of(
            claim,
            figures,
            [
                Fee(fee["subject"], fee["paid_on"], fee["amount_fen"])
                for fee in fees
                if fee["programme"] == claim["programme"]
            ],
            receipts_used(
                costs_of(claim),
                frozenset(
                    reference
                    for reference, claim_id in counted.get(claim["loan_id"], ())
                    if claim_id != claim["id"]
                ),
            ),
            paid_out.get(claim["loan_id"]),
        )
        for claim in claims
    }


async def find(conn: asyncpg.Connection, figure_id: UUID) -> asyncpg.Record | None:
    """A figure; None where the caller may know of none."""
    return await conn.fetchrow("select * from agreed_figures where id = $1", figure_id)


async def page(
    conn: asyncpg.Connection,
    *,
    pool: str,
    kind: str | None,
    state: str | None,
    bank: str | None,
    loan_id: UUID | None,
    on: date | None,
    before: UUID | None,
    limit: int,
) -> list[asyncpg.Record]:
    """Figures of a pool, the newest first."""
    where, arguments = conditions(
        {
            "pool_code = {}": pool,
            "kind = {}": kind,
            "state = {}": state,
            "bank_code = {}": bank,
            "loan_id = {}": loan_id,
            "{} between valid_from and coalesce(valid_to, 'infinity'::date)": on,
            "id < {}": before,
        }
    )
    rows: list[asyncpg.Record] = await conn.fetch(
        f"select * from agreed_figures where {where} order by id desc limit {int(limit)}",
        *arguments,
    )
    return rows


async def in_force(conn: asyncpg.Connection, pool_code: str, kind: str) -> list[asyncpg.Record]:
    """The pool's figures of a kind that are in force, locked. The pool is held."""
    rows: list[asyncpg.Record] = await conn.fetch(
        f"""select * from agreed_figures
            where pool_code = $1 and kind = $2 and state = '{State.IN_FORCE}'
            order by id for update""",
        pool_code,
        kind,
    )
    return rows
