"""Members of the alliance by their agreements, and what the book knows of each in a year."""

from datetime import date

import asyncpg

from services.risk_pool.domain.agreement import HELD_ONCE, MEMBERSHIP, State
from services.risk_pool.domain.claim import State as ClaimState
from shared.postgres.literals import literals

_NOT_FILED = (ClaimState.DRAFT, ClaimState.WITHDRAWN)


async def members(
    conn: asyncpg.Connection, pool_code: str, *, only: str | None
) -> list[asyncpg.Record]:
    """Every party with a membership that holds or held once: when it joined, the last day that was
    agreed (none: it is open), its version in force, how many versions there were. `only` is a bank
    that sees no other member's."""
    rows: list[asyncpg.Record] = await conn.fetch(
        f"""select party.code as party_code, party.role, party.name as party_name,
                   min(a.valid_from) as joined_on,
                   (array_agg(a.valid_to order by a.valid_from desc))[1] as last_day,
                   (array_agg(a.id order by a.valid_from desc))[1] as agreement_id,
                   (array_agg(a.number order by a.valid_from desc))[1] as number,
                   count(*) as editions,
                   bool_or(a.state = '{State.IN_FORCE}') as has_version
            from cooperation_agreements as a
            join parties as party on (party.pool_code, party.code) = (a.pool_code, a.party_code)
            where a.pool_code = $1 and a.purpose = '{MEMBERSHIP}'
              and a.state in ({literals(HELD_ONCE)})
              and ($2::text is null or a.party_code = $2)
            group by 1, 2, 3 order by party.role, party.code""",
        pool_code,
        only,
    )
    return rows


async def scores(
    conn: asyncpg.Connection, pool_code: str, first: date, last: date, *, only: str | None
) -> dict[str, asyncpg.Record]:
    """Party → loans, firms and fen lent on these days in which it took part (a bank as lender, others
    as the loan's party), and the claims that were filed of such loans. `only`: of this bank alone."""
    own = "" if only is None else "and bank_code = $4"
    rows = await conn.fetch(
        f"""with lent as (
                select loan_id, disbursed_fen - coalesce((
                           select sum(amount_fen) from draws
                           where draws.loan_id = c.loan_id and undone_on is null), 0) as fen
                from coverages as c
                where pool_code = $1 and disbursed_on between $2 and $3 {own}
                union all
                select loan_id, amount_fen from draws
                where pool_code = $1 and undone_on is null and drawn_on between $2 and $3
                  and ($4::text is null or loan_id in (
                      select loan_id from coverages where bank_code = $4))
            ), filed as (
                select loan_id, outstanding_principal_fen as fen from claims
                where pool_code = $1 and claimed_on between $2 and $3
                  and state not in ({literals(_NOT_FILED)}) {own}
            ), takes_part as (
                -- Of the loans of these days alone, each party once.
                select loan_id, borrower_uscc, part.code from coverages as c
                cross join lateral (
                    select c.bank_code as code
                    union
                    select named.value from jsonb_each_text(c.parties) as named) as part
                where loan_id in (select loan_id from lent union select loan_id from filed)
                  and ($4::text is null or part.code = $4)
            ), lending as (
                select code, count(distinct loan_id) as loans,
                       count(distinct borrower_uscc) as firms, sum(fen)::bigint as fen
                from lent join takes_part using (loan_id) group by code
            ), claimed as (
                select code, count(*) as claims, sum(fen)::bigint as fen
                from filed join takes_part using (loan_id) group by code
            )
            select coalesce(lending.code, claimed.code) as code,
                   coalesce(lending.loans, 0) as loans, coalesce(lending.firms, 0) as firms,
                   coalesce(lending.fen, 0) as lent_fen, coalesce(claimed.claims, 0) as claims,
                   coalesce(claimed.fen, 0) as claimed_fen
            from lending full join claimed on lending.code = claimed.code""",
        pool_code,
        first,
        last,
        only,
    )
    return {row["code"]: row for row in rows}
