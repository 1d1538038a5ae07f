"""What the registers have still to enter: pledges, longer terms, ends. Nothing is kept of a duty:
it is there as long as cases and pledges stand so."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final
from uuid import UUID

import asyncpg

from services.applications.domain.life_cycle import IS_LOAN
from services.applications.domain.life_cycle import State as CaseState
from services.applications.domain.loan_change import State as ChangeState
from services.applications.domain.pledge import DEBT_IS_GONE, LIVING, Action
from shared.postgres.literals import literals

_OF: Final = """
a.id as application_id, a.number as case_number, a.bank_code, a.pool_code, a.borrower_uscc,
a.borrower_name, c.collateral_no, c.kind, c.number as right_number, c.name as right_name,
p.id as pledge_id, p.registration_no, l.loan_no
"""
_CASES: Final = """
from applications as a
join collateral as c on c.application_id = a.id and c.revision = a.revision
left join loans as l on l.application_id = a.id
left join pledge_registrations as p
    on p.application_id = a.id and p.collateral_no = c.collateral_no
"""
# No register numbers a trade secret, and none enters its pledge.
_TO_ENTER: Final = "p.id is null and c.kind <> 'trade_secret'"
_SEVERAL: Final = "[、;；,，/|]"
"""Between several owners in one cell: a joint name is no new name of one of them."""
_SAYS_A_NAME: Final = """
s.source <> 'case' and s.owner_name is not null and s.bank_code in ('*', a.bank_code)
"""
_SHANGHAI: Final = "at time zone 'Asia/Shanghai'"
_OPEN: Final = f"""
select 'register' as duty, {_OF}, (a.state_since {_SHANGHAI})::date as since,
       a.reserved_until as fixed_on, null::text as name_before, null::text as name_after
{_CASES}
where {_TO_ENTER} and a.state = '{CaseState.CAPACITY_RESERVED}'
union all
select 'register', {_OF}, coalesce((a.paid_out ->> 'signed_on')::date, l.disbursed_on), null::date, null, null
{_CASES}
where {_TO_ENTER} and a.state in ({literals(IS_LOAN)}) and l.application_id is not null
union all
select 'extend', {_OF}, longer.decided_on, null::date, null, null
{_CASES}
join lateral (
    select decided_on, min(matured_on) over () as matured_on from loan_changes as change
    where change.loan_id = a.id and change.state = '{ChangeState.APPROVED}'
      and change.matures_on > change.matured_on
    order by decided_on desc, id desc limit 1) as longer on true
where a.state in ({literals(IS_LOAN)}) and p.state in ({literals(LIVING)})
  -- Of the few loans that run longer, and below of the few rights of which others have spoken.
  and a.id in (select loan_id from loan_changes
               where state = '{ChangeState.APPROVED}' and matures_on > matured_on)
  and p.registered_on <= longer.decided_on
  and coalesce(p.term_until, longer.matured_on) < l.matures_on
union all
select 'change', {_OF}, renamed.since, null::date, own.owner_name, renamed.owner_name
{_CASES}
join lateral (
    select owner_name, owner_name_canonical from right_statements as s
    where s.application_id = a.id
      and (s.kind, s.number, s.nice_class) = (c.kind, c.number, c.nice_class)
    order by s.statement_no desc limit 1) as own on own.owner_name !~ '{_SEVERAL}'
join lateral (
    -- The last word of the register or the bureau, else of the loan's bank; of the pledgor alone.
    select last.owner_name, first.since
    from (select s.owner_name, s.owner_name_canonical from right_statements as s
          where (s.kind, s.number, s.nice_class) = (c.kind, c.number, c.nice_class)
            and s.owner_uscc = c.owner_uscc and {_SAYS_A_NAME}
          order by (s.bank_code = '*' or s.source = 'extract' and s.document_id is not null) desc,
                   s.as_of desc, s.statement_no desc limit 1) as last
    cross join lateral (
        select min(s.as_of) as since from right_statements as s
        where (s.kind, s.number, s.nice_class) = (c.kind, c.number, c.nice_class)
          and s.owner_uscc = c.owner_uscc and {_SAYS_A_NAME}
          and s.owner_name_canonical = last.owner_name_canonical
          and s.as_of > p.registered_on) as first
    where last.owner_name_canonical <> own.owner_name_canonical and last.owner_name !~ '{_SEVERAL}'
      and first.since is not null) as renamed on true
where a.state in ({literals(IS_LOAN)}) and p.state in ({literals(LIVING)})
  and (c.kind, c.number, c.nice_class) in (
      select kind, number, nice_class from right_statements
      where source <> 'case' and owner_name is not null)
  and not exists (
      select from case_moves as m
      where m.case_id = p.id and m.case_kind = 'pledge' and m.action = '{Action.CHANGE}'
        and (m.detail ->> 'on')::date >= renamed.since)
union all
select 'cancel', {_OF}, (gone.at {_SHANGHAI})::date, null::date, null, null
{_CASES}
join lateral (
    select min(m.at) as at from case_moves as m
    where m.case_id = a.id and m.target in ({literals(DEBT_IS_GONE)})
      and m.version > (select coalesce(max(version), 0) from case_moves as other
                       where other.case_id = a.id
                         and other.target not in ({literals(DEBT_IS_GONE)}))) as gone on true
where a.state in ({literals(DEBT_IS_GONE)}) and p.state in ({literals(LIVING)})
"""
_OF_CASE: Final = f"""
select * from ({_OPEN}) as open where application_id = $1 order by collateral_no, duty
"""
_WANTED: Final = """
($1::text is null or bank_code = $1) and ($2::text is null or pool_code = $2)
and ($3::text is null or duty = $3)
"""
_DAYS: Final = f"""
select distinct kind, since from ({_OPEN}) as open where {_WANTED} and fixed_on is null
"""
_PAGE: Final = f"""
select * from (
    select open.*, coalesce(fixed_on, term.due_on) as due_on
    from ({_OPEN}) as open
    left join unnest($4::text[], $5::date[], $6::date[]) as term (kind, since, due_on)
        using (kind, since)
    where {_WANTED}) as due
where due_on is not null and ($7::date is null or due_on < $7)
  and ($8::date is null
       or (due_on, application_id, collateral_no, duty) > ($8, $9::uuid, $10::bigint, $11::text))
order by due_on, application_id, collateral_no, duty limit $12
"""


@dataclass(frozen=True, kw_only=True)
class DueFilter:
    """Which duties a list shows; None leaves a question alone."""

    bank: str | None = None
    pool: str | None = None
    duty: str | None = None
    before: date | None = None
    """Due before this day."""


async def of_case(conn: asyncpg.Connection, case_id: UUID) -> list[asyncpg.Record]:
    """What the registers have still to enter for a case."""
    rows: list[asyncpg.Record] = await conn.fetch(_OF_CASE, case_id)
    return rows


async def days(conn: asyncpg.Connection, wanted: DueFilter) -> list[tuple[str, date]]:
    """From which days the terms of which kinds of rights are counted."""
    rows = await conn.fetch(_DAYS, wanted.bank, wanted.pool, wanted.duty)
    return [(row["kind"], row["since"]) for row in rows]


async def page(
    conn: asyncpg.Connection,
    wanted: DueFilter,
    *,
    terms: Sequence[tuple[str, date, date]],
    after: tuple[date, UUID, int, str] | None,
    limit: int,
) -> list[asyncpg.Record]:
    """Duties, the earliest day first. `terms`: kind of right, first and last day of each term."""
    behind: tuple[Any, ...] = after or (None, None, None, None)
    rows: list[asyncpg.Record] = await conn.fetch(
        _PAGE, wanted.bank, wanted.pool, wanted.duty,
        *([one[n] for one in terms] for n in range(3)), wanted.before, *behind, limit,
    )  # fmt: skip
    return rows
