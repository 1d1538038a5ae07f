"""The rows behind each measure of a bank's data, and how many there are.

A measure is one statement over rows that exist: each row says of which case, on which day, what, and
whether it counts. Every one is asked for one bank.
"""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Final

import asyncpg

from services.applications.domain.data_quality import SHORTEST_NUMBER, Figure, Measure
from services.applications.domain.life_cycle import Action
from shared.life_cycle import SYSTEM_ROLE


def _within(at: str) -> str:
    """That a moment lies on a day of the period, written so that an index of moments is used."""
    return (
        f"{at} >= $2::date::timestamp at time zone 'Asia/Shanghai'"
        f" and {at} < ($3::date + 1)::timestamp at time zone 'Asia/Shanghai'"
    )


_DAY: Final = "(m.at at time zone 'Asia/Shanghai')::date"
_OF_CASE: Final = """
m.case_id, a.number, a.borrower_name, '' as loan_no, m.case_id::text || ':' || m.version as key
"""
_MOVES: Final = f"""
from case_moves as m join applications as a on a.id = m.case_id
where m.case_kind = 'application' and m.bank_code = $1 and a.bank_code = $1
  and {_within("m.at")}
"""
_BY_PEOPLE: Final = f"m.role <> '{SYSTEM_ROLE}'"
# What the machine made of a submission is the case's next move.
_SUBMISSIONS: Final = f"""
select {_OF_CASE}, {_DAY} as at,
       coalesce((select string_agg(f.code, ', ' order by f.place)
                 from jsonb_array_elements_text(next.detail -> 'findings')
                     with ordinality as f (code, place)), '') as what,
       next.action = '{Action.RETURN}' as counts
from case_moves as m
join applications as a on a.id = m.case_id
join case_moves as next on next.case_id = m.case_id and next.version = m.version + 1
where m.case_kind = 'application' and m.bank_code = $1 and a.bank_code = $1
  and {_within("m.at")}
  and m.action in ('{Action.SUBMIT}', '{Action.RESUBMIT}')
"""
_REVIEWS: Final = f"""
select {_OF_CASE}, {_DAY} as at, m.reason as what, m.action = '{Action.RETURN}' as counts
{_MOVES}
  and {_BY_PEOPLE}
  and m.action in ('{Action.RETURN}', '{Action.RECOMMEND}', '{Action.REJECT}')
"""
_RETURNS: Final = f"""
select {_OF_CASE}, {_DAY} as at, m.reason as what,
       exists (select from case_moves as b
               where b.case_id = m.case_id and b.version < m.version
                 and b.action = '{Action.RETURN}' and b.role <> '{SYSTEM_ROLE}') as counts
{_MOVES}
  and {_BY_PEOPLE} and m.action = '{Action.RETURN}'
"""
_PAID: Final = f"""
select {_OF_CASE}, {_DAY} as at, m.reason as what,
       exists (select from case_moves as u
               where u.case_id = m.case_id and u.version > m.version
                 and ((m.action = '{Action.DISBURSE}' and u.action = '{Action.UNDO_DISBURSEMENT}'
                       and not exists (
                           select from case_moves as d
                           where d.case_id = m.case_id and d.action = '{Action.DISBURSE}'
                             and d.version > m.version and d.version < u.version))
                   or (m.action = '{Action.DRAW}' and u.action = '{Action.UNDO_DRAW}'
                       and u.detail -> 'draw_no' = m.detail -> 'draw_no'))) as counts
{_MOVES}
  and m.action in ('{Action.DISBURSE}', '{Action.DRAW}')
"""
_REPORTED: Final = "(p.reported_at at time zone 'Asia/Shanghai')::date"
_OF_LOAN: Final = f"""
p.loan_id as case_id, a.number, a.borrower_name, l.loan_no,
p.loan_id::text || ':' || p.month || ':' || p.version as key, {_REPORTED} as at
"""
_REPORTS: Final = f"""
from positions as p
join loans as l on l.application_id = p.loan_id
join applications as a on a.id = p.loan_id
where p.bank_code = $1 and {_within("p.reported_at")}
"""
_CORRECTED: Final = f"""
select {_OF_LOAN}, p.month || case when p.reason = '' then '' else ': ' || p.reason end as what,
       p.version > 1 as counts
{_REPORTS}
"""
_CONFIRMED: Final = f"""
select {_OF_LOAN}, p.month || ': ' || array_to_string(p.confirmed, ', ') as what,
       cardinality(p.confirmed) > 0 as counts
{_REPORTS}
"""
# A loan's month counts once: by its first report.
_LATE: Final = f"""
select {_OF_LOAN}, p.month || ' ≤ ' || due.due_on as what, {_REPORTED} > due.due_on as counts
from positions as p
join loans as l on l.application_id = p.loan_id
join applications as a on a.id = p.loan_id
join unnest($4::text[], $5::text[], $6::text[], $7::date[])
    as due (programme, mode, month, due_on)
    on (due.programme, due.mode, due.month) = (a.programme, a.mode, p.month)
where p.bank_code = $1 and p.version = 1 and {_within("p.reported_at")}
"""
_REGISTERED: Final = f"""
select l.application_id as case_id, a.number, a.borrower_name, l.loan_no,
       l.application_id::text || ':' || c.collateral_no as key, l.disbursed_on as at,
       c.number || ': ' || coalesce(p.registration_no, '—') as what,
       p.registration_no is null or p.registration_no !~ '[0-9]'
           or length(p.registration_no_canonical) < {SHORTEST_NUMBER}
           or exists (
               select from pledge_registrations as other
               where other.bank_code = $1
                 and other.registration_no_canonical = p.registration_no_canonical
                 and other.application_id <> p.application_id) as counts
from loans as l
join applications as a on a.id = l.application_id
join collateral as c on c.application_id = a.id and c.revision = a.revision
left join pledge_registrations as p
    on p.application_id = a.id and p.collateral_no = c.collateral_no
where l.bank_code = $1 and l.disbursed_on between $2 and $3
"""
_STATEMENTS: Final[Mapping[Measure, str]] = {
    "submissions_with_findings": _SUBMISSIONS,
    "returns_for_gaps": _REVIEWS,
    "second_returns": _RETURNS,
    "late_positions": _LATE,
    "corrected_positions": _CORRECTED,
    "confirmed_positions": _CONFIRMED,
    "odd_registration_numbers": _REGISTERED,
    "undone_payments": _PAID,
}

Due = tuple[Sequence[str], Sequence[str], Sequence[str], Sequence[date]]
"""By when the reports of a programme's mode are due for a month, column by column."""


async def reported_months(
    conn: asyncpg.Connection, bank_code: str, *, first: date, last: date
) -> list[asyncpg.Record]:
    """The programmes, modes and months that a bank has reported on in a period."""
    rows: list[asyncpg.Record] = await conn.fetch(
        f"select distinct a.programme, a.mode, p.month {_REPORTS}", bank_code, first, last
    )
    return rows


async def figure(
    conn: asyncpg.Connection, measure: Measure, bank_code: str, *, first: date, last: date, due: Due
) -> Figure:
    """How many rows of a measure count, of how many."""
    row = await conn.fetchrow(
        f"select count(*) filter (where r.counts) as count, count(*) as all"
        f" from ({_STATEMENTS[measure]}) as r",
        *_arguments(measure, bank_code, first, last, due),
    )
    return Figure(measure=measure, count=row["count"], of=row["all"])


async def rows_behind(
    conn: asyncpg.Connection,
    measure: Measure,
    bank_code: str,
    *,
    first: date,
    last: date,
    due: Due,
    after: tuple[date, str] | None,
    limit: int,
) -> list[asyncpg.Record]:
    """The rows that count, the youngest first, behind `after`."""
    arguments = _arguments(measure, bank_code, first, last, due)
    n = len(arguments)
    at, key = after or (None, None)
    rows: list[asyncpg.Record] = await conn.fetch(
        f"select r.* from ({_STATEMENTS[measure]}) as r"
        f" where r.counts and (${n + 1}::date is null or (r.at, r.key) < (${n + 1}, ${n + 2}::text))"
        f" order by r.at desc, r.key desc limit ${n + 3}",
        *arguments, at, key, limit,
    )  # fmt: skip
    return rows


def _arguments(measure: Measure, bank_code: str, first: date, last: date, due: Due) -> list[Any]:
    return [bank_code, first, last, *(due if measure == "late_positions" else ())]
