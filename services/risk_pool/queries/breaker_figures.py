"""What breakers are looked at by: which months are whole, and how bad a bank's loans stand."""

from collections.abc import Mapping
from datetime import date
from uuid import UUID

import asyncpg

from services.risk_pool.domain.breakers import LIFTED_BY_FIGURES
from services.risk_pool.domain.coverage import IN_COVER
from services.risk_pool.domain.silence import BEST, BankFigures, LastKnown, estimate
from shared.months import Month
from shared.postgres.literals import literals
from shared.risk_classes import NON_PERFORMING

# A literal, so that the index over what is in cover is used.
_IS_IN_COVER = f"c.state in ({literals(IN_COVER)})"

_FROM = "greatest(c.disbursed_on, c.approved_on)"
"""A loan that was filed after it was paid out is the pool's business from its approval on."""

_NEXT_REPORTED = """
    select min(month) from positions where pool_code = $1 and bank_code = $2 and month > $3
"""
# Asked after every batch, so it must not look at all loans: the youngest that lacks its position
# is found at once as long as banks report the older ones first.
_ONE_MISSING = f"""
    select c.loan_id from coverages c
    where c.pool_code = $1 and c.bank_code = $2 and {_IS_IN_COVER}
      and to_char({_FROM}, 'YYYY-MM') <= $3
      and not exists (select from positions p where p.loan_id = c.loan_id and p.month = $3)
    order by c.loan_id desc limit 1
"""
_PAID_OUT_BY = f"""
    select exists (select from coverages c
                   where c.pool_code = $1 and c.bank_code = $2 and {_IS_IN_COVER}
                     and to_char({_FROM}, 'YYYY-MM') <= $3)
"""
_REPORTED = f"""
    select count(*)::integer as loans,
           coalesce(sum(p.covered_principal_fen), 0)::bigint as covered_fen,
           coalesce(sum(p.covered_principal_fen)
                    filter (where p.risk_class = any($4::text[])), 0)::bigint as bad_fen
    from positions p join coverages c using (loan_id)
    where c.pool_code = $1 and c.bank_code = $2 and p.month = $3 and {_IS_IN_COVER}
"""
# What was last known of each loan that lacks the month, as it was before that month.
_UNREPORTED = f"""
    select c.loan_id, last.month, {_FROM} as covered_from, c.matures_on,
           last.risk_class,
           coalesce(last.overdue_days, 0) as overdue_days,
           least(coalesce(last.covered_principal_fen, c.activated_fen - drawn.all_fen)
                 + drawn.by_then_fen, c.activated_fen) as covered_fen
    from coverages c
    left join lateral (
        select month, risk_class, overdue_days, covered_principal_fen from positions p
        where p.loan_id = c.loan_id and p.month < $3 order by p.month desc limit 1
    ) as last on true
    -- What was drawn since then, by the month's end, is owed as well.
    cross join lateral (
        select coalesce(sum(d.covered_fen), 0)::bigint as all_fen,
               coalesce(sum(d.covered_fen) filter (
                   where to_char(d.drawn_on, 'YYYY-MM') > coalesce(last.month, '')
                     and to_char(d.drawn_on, 'YYYY-MM') <= $3), 0)::bigint as by_then_fen
        from draws d where d.loan_id = c.loan_id and d.undone_on is null
    ) as drawn
    where c.pool_code = $1 and c.bank_code = $2 and {_IS_IN_COVER}
      and to_char({_FROM}, 'YYYY-MM') <= $3
      and not exists (select from positions p where p.loan_id = c.loan_id and p.month = $3)
"""
# Loans and their renewals that are both in cover at the month's end, with what is reported of either.
_RENEWED = f"""
    select c.loan_id as renewal, old.loan_id as renewed,
           of_c.covered_principal_fen as renewal_fen, of_c.risk_class = any($4::text[]) as renewal_is_bad,
           of_old.covered_principal_fen as renewed_fen,
           of_old.risk_class = any($4::text[]) as renewed_is_bad
    from coverages c join coverages old on old.loan_id = c.renews and old.pool_code = c.pool_code
    left join positions of_c on of_c.loan_id = c.loan_id and of_c.month = $3
    left join positions of_old on of_old.loan_id = old.loan_id and of_old.month = $3
    where c.pool_code = $1 and c.bank_code = $2 and old.bank_code = $2 and c.renews is not null
      and {_IS_IN_COVER} and old.state in ({literals(IN_COVER)})
"""
_FIRST_DISBURSED = f"""
    select min({_FROM}) from coverages c
    where c.pool_code = $1 and c.bank_code = $2 and {_IS_IN_COVER}
"""
_NOT_LOOKED_AT = f"""
    select bank.code from (
        select distinct c.bank_code as code from coverages c
        where c.pool_code = $1 and {_IS_IN_COVER} and {_FROM} <= $2
    ) as bank
    left join breakers b on b.pool_code = $1 and b.bank_code = bank.code
    where coalesce(b.month, '') < $3
    order by bank.code
"""
_ANY_IN_COVER = f"""
    select exists (select from coverages c
                   where c.pool_code = $1 and c.bank_code = $2 and {_IS_IN_COVER})
"""
_TRIPPED_AND_IDLE = f"""
    select pool_code, bank_code from breakers b
    where bank_code <> '' and state = any($1::text[]) and month is not null
      and not exists (select from coverages c
                      where c.pool_code = b.pool_code and c.bank_code = b.bank_code
                        and {_IS_IN_COVER})
    order by pool_code, bank_code
"""


async def whole_months(
    conn: asyncpg.Connection, pool_code: str, bank: str, *, after: str | None
) -> list[str]:
    """Months later than the last look for which no loan in cover lacks its position."""
    whole = []
    month: str | None = after or ""
    while month := await conn.fetchval(_NEXT_REPORTED, pool_code, bank, month):
        missing = await conn.fetchval(_ONE_MISSING, pool_code, bank, month)
        if missing is None and await conn.fetchval(_PAID_OUT_BY, pool_code, bank, month):
            whole.append(month)
    return whole


async def bank_figures(
    conn: asyncpg.Connection, pool_code: str, bank: str, month: str
) -> BankFigures:
    """A bank's covered principal of a month's end: what of it is bad (次级及以下), and all.

    Reported loans count as reported, the others by what was last known of them. A loan and its renewal
    are one debt, as large as the larger (docs/decisions/0020), and bad as far as either is.
    """
    told = await conn.fetchrow(_REPORTED, pool_code, bank, month, list(NON_PERFORMING))
    silent = await conn.fetch(_UNREPORTED, pool_code, bank, month)
    end = Month.parse(month).last
    estimated = {row["loan_id"]: (row["covered_fen"], _is_bad(row, end)) for row in silent}
    bad_fen = sum(fen for fen, is_bad in estimated.values() if is_bad)
    renewed = await conn.fetch(_RENEWED, pool_code, bank, month, list(NON_PERFORMING))
    once = [_both(row, estimated) for row in renewed]
    return BankFigures(
        bad_fen=told["bad_fen"] + bad_fen - sum(fen for fen, both_bad in once if both_bad),
        covered_fen=told["covered_fen"]
        + sum(fen for fen, _ in estimated.values())
        - sum(fen for fen, _ in once),
        loans=told["loans"] + len(silent),
        estimated=len(silent),
    )


def _both(row: asyncpg.Record, estimated: Mapping[UUID, tuple[int, bool]]) -> tuple[int, bool]:
    """What of a loan and its renewal is one debt, in fen, and whether both are bad: where one is, what
    is counted once is taken off the other, so that nothing bad is hidden behind a renewal."""
    sides = []
    for name in ("renewal", "renewed"):
        fen = row[f"{name}_fen"]
        if fen is not None:
            sides.append((fen, row[f"{name}_is_bad"]))
        else:
            # Neither reported nor in cover by then: nothing to count.
            sides.append(estimated.get(row[name], (0, False)))
    return min(fen for fen, _ in sides), all(is_bad for _, is_bad in sides)


def _is_bad(row: asyncpg.Record, month_end: date) -> bool:
    known_on = Month.parse(row["month"]).last if row["month"] else row["covered_from"]
    last = LastKnown(
        known_on=known_on,
        risk_class=row["risk_class"] or BEST,
        overdue_days=row["overdue_days"],
        matures_on=row["matures_on"],
    )
    return estimate(last, month_end).risk_class in NON_PERFORMING


async def first_disbursed_on(conn: asyncpg.Connection, pool_code: str, bank: str) -> date | None:
    """From when on the first of the bank's loans is in cover."""
    day: date | None = await conn.fetchval(_FIRST_DISBURSED, pool_code, bank)
    return day


async def banks_not_looked_at(conn: asyncpg.Connection, pool_code: str, month: Month) -> list[str]:
    """The banks with loans in cover at a month's end whose breaker has not come so far."""
    rows = await conn.fetch(_NOT_LOOKED_AT, pool_code, month.last, str(month))
    return [row["code"] for row in rows]


async def any_in_cover(conn: asyncpg.Connection, pool_code: str, bank: str) -> bool:
    """Whether the bank has a loan in cover."""
    return bool(await conn.fetchval(_ANY_IN_COVER, pool_code, bank))


async def tripped_and_idle(conn: asyncpg.Connection) -> list[tuple[str, str]]:
    """(pool, bank) of the banks that figures have warned or suspended and that have no loan in
    cover."""
    rows = await conn.fetch(_TRIPPED_AND_IDLE, list(LIFTED_BY_FIGURES))
    return [(row["pool_code"], row["bank_code"]) for row in rows]
