"""Members of the alliance by their agreements, and what the book knows of each in a year."""

from datetime import date

import asyncpg

from services.risk_pool.domain.agreement import HELD_ONCE, MEMBERSHIP, State
from services.risk_pool.domain.claim import State as ClaimState
from services.risk_pool.queries.lending import LENT
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
    conn: asyncpg.Connection, pool_code: str, first: date, last: date
) -> dict[str, asyncpg.Record]:
    """Party → loans, firms and fen lent on these days in which it took part (a bank as lender, others
    as the loan's party), and the claims that were filed of such loans."""
    rows = await conn.fetch(
        f"""with takes_part as (
                select loan_id, bank_code as code from coverages where pool_code = $1
                union
                select loan_id, named.value from coverages, jsonb_each_text(parties) as named
                where pool_code = $1
            ), lent as (
                select code, count(distinct loan_id) as loans,
                       count(distinct c.borrower_uscc) as firms, sum(lent.fen)::bigint as fen
                from ({LENT}) as lent join takes_part using (loan_id)
                join coverages as c using (loan_id)
                where lent.day between $2 and $3 group by code
            ), claimed as (
                select code, count(*) as claims, sum(outstanding_principal_fen)::bigint as fen
                from claims join takes_part using (loan_id)
                where pool_code = $1 and claimed_on between $2 and $3
                  and state not in ({literals(_NOT_FILED)})
                group by code
            )
            select coalesce(lent.code, claimed.code) as code, coalesce(lent.loans, 0) as loans,
                   coalesce(lent.firms, 0) as firms, coalesce(lent.fen, 0) as lent_fen,
                   coalesce(claimed.claims, 0) as claims, coalesce(claimed.fen, 0) as claimed_fen
            from lent full join claimed on lent.code = claimed.code""",
        pool_code,
        first,
        last,
    )
    return {row["code"]: row for row in rows}
