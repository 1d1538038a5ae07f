"""What a look ahead starts from beside the book: claims that wait, ceilings used, running figures."""

from collections.abc import Mapping
from datetime import date
from uuid import UUID

import asyncpg

from services.risk_pool.domain.agreed_figures import State as FigureState
from services.risk_pool.domain.cap_order import COVERED, Taken
from services.risk_pool.domain.claim import UNDECIDED, USES_CAPS
from services.risk_pool.domain.coverage import State as CoverageState
from services.risk_pool.domain.ledger import available_fen
from services.risk_pool.queries.programmes import version
from services.risk_pool.tables.ledger import balances
from services.risk_pool.tables.lending import LENT
from shared.postgres.literals import literals
from shared.schemes.publication import Publication, scheme_of
from shared.schemes.scheme import Scheme

_IN_COVER = (CoverageState.ACTIVE, CoverageState.CLAIMED)


async def loans_in_cover(conn: asyncpg.Connection, pool_code: str, *, most: int) -> int:
    """How many loans of the pool may still cost it something; `most` where they are no fewer."""
    count: int = await conn.fetchval(
        f"""select count(*) from (
                select from coverages where pool_code = $1 and state in ({literals(_IN_COVER)})
                limit $2) as found""",
        pool_code,
        most,
    )
    return count


async def firms_in_cover(conn: asyncpg.Connection, pool_code: str) -> int:
    """How many firms these loans are of."""
    count: int = await conn.fetchval(
        f"""select count(distinct borrower_uscc) from coverages
            where pool_code = $1 and state in ({literals(_IN_COVER)})""",
        pool_code,
    )
    return count


async def loans_claimed_for(conn: asyncpg.Connection, pool_code: str) -> frozenset[UUID]:
    """Loans with a claim that is filed and not decided."""
    rows = await conn.fetch(
        f"""select loan_id from claims
            where pool_code = $1 and state in ({literals(UNDECIDED)})""",
        pool_code,
    )
    return frozenset(row["loan_id"] for row in rows)


async def taken_so_far(conn: asyncpg.Connection, pool_code: str) -> list[Taken]:
    """What approved claims of the pool have used of ceilings, by everything that a ceiling may
    count by."""
    rows = await conn.fetch(
        f"""with approved as (
                select * from claims where pool_code = $1 and state in ({literals(USES_CAPS)})
            ), amounts as (
                select approved.*, $2 as party, covered_fen as amount_fen from approved
                union all
                select approved.*, share.party, share.amount_fen
                from approved join claim_shares as share
                     on share.claim_id = approved.id and share.split = approved.split
            )
            select programme, bank_code, extract(year from claimed_on)::int as year,
                   borrower_uscc, loan_id, party, sum(amount_fen)::bigint as amount_fen
            from amounts where amount_fen <> 0 group by 1, 2, 3, 4, 5, 6""",
        pool_code,
        COVERED,
    )
    return [Taken(**row, filed=None) for row in rows]


async def running_figures(
    conn: asyncpg.Connection, pool_code: str, day: date
) -> Mapping[tuple[str, str, str], int]:
    """(figure, programme, bank or "") → fen. A bank's lending of a year is the larger of this year's
    and the last's, for a year that has just begun says little."""
    found: dict[tuple[str, str, str], int] = {}
    lent = await conn.fetch(
        f"""select programme, bank_code, extract(year from day)::int as year,
                   sum(fen)::bigint as fen
            from ({LENT}) as lent join coverages using (loan_id)
            where day <= $2 group by 1, 2, 3""",
        pool_code,
        day,
    )
    for row in lent:
        if row["year"] >= day.year - 1:
            of_bank = ("bank_year_lending", row["programme"], row["bank_code"])
            found[of_bank] = max(found.get(of_bank, 0), row["fen"])
        of_all = ("term_disbursed", row["programme"], "")
        found[of_all] = found.get(of_all, 0) + row["fen"]
    agreed = await conn.fetch(
        f"""select kind, pools.programme, coalesce(bank_code, '') as bank_code, amount_fen
            from agreed_figures join pools on pools.code = pool_code
            where pool_code = $1 and kind in ('year_budget', 'bank_year_ceiling') and year = $2
              and agreed_figures.state = '{FigureState.IN_FORCE}'
            order by released_on, id""",
        pool_code,
        day.year,
    )
    for row in agreed:
        found[row["kind"], row["programme"], row["bank_code"]] = row["amount_fen"]
    return found


async def available_now(conn: asyncpg.Connection, pool_code: str) -> int:
    """The pool's own money that it is free to use."""
    return available_fen(await balances(conn, pool_code))


async def programme_of(conn: asyncpg.Connection, pool_code: str) -> str:
    """The programme of a pool that is there."""
    programme: str = await conn.fetchval("select programme from pools where code = $1", pool_code)
    return programme


async def scheme_of_version(
    conn: asyncpg.Connection, programme: str, number: int
) -> tuple[Scheme, date]:
    """A version of a programme, published or only proposed, and its first day. Raises NotFound."""
    row = await version(conn, programme, number)
    publication = Publication(programme, row["text"], row["common_text"])
    return scheme_of(publication, row["sha256"]), row["in_force_from"]
