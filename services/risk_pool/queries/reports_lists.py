"""Lists that reports show as they are: overdue loans, claims of a period, the largest exposures."""

from collections.abc import Sequence

import asyncpg

from services.risk_pool.domain.agreed_figures import State as FigureState
from services.risk_pool.domain.claim import State as ClaimState
from services.risk_pool.domain.ledger import RECOVERIES
from services.risk_pool.domain.report_period import Period
from shared.postgres.literals import literals

_OF_YEAR = ("year_budget", "year_target")
_NOT_FILED = (ClaimState.DRAFT, ClaimState.WITHDRAWN)


async def claims_filed(
    conn: asyncpg.Connection, pool_code: str, period: Period, *, limit: int
) -> Sequence[asyncpg.Record]:
    """Claims filed in the period with what the ledger says of each loan up to the period's end."""
    rows: Sequence[asyncpg.Record] = await conn.fetch(
        f"""select id, number, bank_code, borrower_name, state, claimed_on,
                   outstanding_principal_fen, pool_pays_fen, paid_fen,
                   coalesce((select sum(case when credit = '{RECOVERIES}' then amount_fen
                                             else -amount_fen end)
                             from transfers t
                             where t.loan_id = claims.loan_id and t.business_date <= $3
                               and '{RECOVERIES}' in (t.debit, t.credit)), 0)::bigint
                       as recovered_fen
            from claims
            where pool_code = $1 and claimed_on between $2 and $3
              and state not in ({literals(_NOT_FILED)})
            order by claimed_on, number limit {int(limit)}""",
        pool_code,
        period.first,
        period.last,
    )
    return rows


async def names_of_parties(conn: asyncpg.Connection, pool_code: str) -> dict[str, str]:
    """Code → name of everybody who takes part in the pool."""
    rows = await conn.fetch("select code, name from parties where pool_code = $1", pool_code)
    return {row["code"]: row["name"] for row in rows}


async def names_of_banks(
    conn: asyncpg.Connection, banks: Sequence[str], *, pools: Sequence[str] = ()
) -> dict[str, str]:
    """Code → name of these banks, as the newest of the pools calls each. `pools`: of these alone; none: of any."""
    rows = await conn.fetch(
        """select asked.code, named.name from unnest($1::text[]) as asked (code)
           cross join lateral (
               select name from parties
               where code = asked.code and role = 'bank'
                 and (cardinality($2::text[]) = 0 or pool_code = any($2))
               order by joined_on desc, pool_code limit 1) as named""",
        list(banks),
        list(pools),
    )
    return {row["code"]: row["name"] for row in rows}


async def names_of_borrowers(
    conn: asyncpg.Connection, pool_code: str, usccs: Sequence[str]
) -> dict[str, str]:
    """USCC → name, as its newest loan has it."""
    rows = await conn.fetch(
        """select distinct on (borrower_uscc) borrower_uscc, borrower_name from coverages
           where pool_code = $1 and borrower_uscc = any($2::text[])
           order by borrower_uscc, loan_id desc""",
        pool_code,
        list(usccs),
    )
    return {row["borrower_uscc"]: row["borrower_name"] for row in rows}


async def pools_with_targets(
    conn: asyncpg.Connection, pools: Sequence[str], kinds: Sequence[str]
) -> set[str]:
    """Those of these pools for which two persons have put figures of such kinds in force."""
    rows = await conn.fetch(
        f"""select distinct pool_code from agreed_figures
            where pool_code = any($1::text[]) and kind = any($2::text[])
              and state = '{FigureState.IN_FORCE}'""",
        list(pools),
        [*kinds, *_OF_YEAR],
    )
    return {row["pool_code"] for row in rows}


async def targets_of_year(conn: asyncpg.Connection, pool_code: str, year: int) -> dict[str, int]:
    """Measure → what two persons entered for a year: what is to be reached, and of compensation
    the budget that is not to be passed."""
    rows = await conn.fetch(
        f"""select kind, subject, amount_fen from agreed_figures
            where pool_code = $1 and kind in ({literals(_OF_YEAR)}) and year = $2
              and state = '{FigureState.IN_FORCE}'
            order by released_on, id""",
        pool_code,
        year,
    )
    return {row["subject"] or "compensated": row["amount_fen"] for row in rows}


async def figures_of_indicators(
    conn: asyncpg.Connection, pool_code: str, kinds: Sequence[str]
) -> Sequence[asyncpg.Record]:
    """Targets of indicators, or stated figures of them, that two persons have put in force."""
    rows: Sequence[asyncpg.Record] = await conn.fetch(
        f"""select id, number, kind, subject, year, since_year, amount_fen, count, ratio, reference
            from agreed_figures
            where pool_code = $1 and kind = any($2::text[]) and state = '{FigureState.IN_FORCE}'
            order by released_on, id""",
        pool_code,
        list(kinds),
    )
    return rows


async def first_year_of(conn: asyncpg.Connection, pool_code: str) -> int:
    """The year in which the book of a pool began."""
    year: int = await conn.fetchval(
        "select extract(year from opened_on)::int from pools where code = $1", pool_code
    )
    return year


async def pool_named(conn: asyncpg.Connection, pool_code: str) -> tuple[str, str]:
    """The name and the programme of a pool that is there."""
    row = await conn.fetchrow("select name, programme from pools where code = $1", pool_code)
    assert row is not None
    return row["name"], row["programme"]
