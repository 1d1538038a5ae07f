"""What the registers have still to enter: pledges, longer terms, new names, ends. A duty is there as long
as cases and pledges stand so; what is open is kept by the transactions that change one of these facts."""

from collections.abc import Sequence
from typing import Final
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
_OF_CASES: Final = f"""
select * from ({_OPEN}) as open where application_id = any($1::uuid[])
"""
_SHOWN: Final = f"""
select d.duty, {_OF}, d.since, d.is_fixed, d.due_on, d.name_before, d.name_after
from ({{duties}}) as d
join applications as a on a.id = d.application_id
join collateral as c
    on (c.application_id, c.revision, c.collateral_no) = (a.id, a.revision, d.collateral_no)
left join loans as l on l.application_id = a.id
left join pledge_registrations as p
    on p.application_id = a.id and p.collateral_no = c.collateral_no
order by {{order}}
"""
_OF_CASE: Final = _SHOWN.format(
    duties="select * from register_duties where application_id = $1",
    order="d.collateral_no, d.duty",
)
# What may be open: what is pledged or to be pledged, and what is kept as open.
_TO_COUNT: Final = f"""
select id from (
    select id from applications where state in ({literals({*IS_LOAN, CaseState.CAPACITY_RESERVED})})
        and ($1::uuid is null or id > $1)
    union
    select application_id from pledge_registrations where state in ({literals(LIVING)})
        and ($1::uuid is null or application_id > $1)
    union
    select application_id from register_duties where $1::uuid is null or application_id > $1
) as one order by id limit $2
"""


async def open_of(conn: asyncpg.Connection, case_ids: Sequence[UUID]) -> list[asyncpg.Record]:
    """What the registers have still to enter for these cases, by the facts: what is kept of it is made
    of this."""
    rows: list[asyncpg.Record] = await conn.fetch(_OF_CASES, case_ids)
    return rows


async def cases_to_count(conn: asyncpg.Connection, *, after: UUID | None, limit: int) -> list[UUID]:
    """Cases for which something may be open, or is kept as open, by id."""
    return [row["id"] for row in await conn.fetch(_TO_COUNT, after, limit)]


async def of_case(conn: asyncpg.Connection, case_id: UUID) -> list[asyncpg.Record]:
    """What the registers have still to enter for a case."""
    rows: list[asyncpg.Record] = await conn.fetch(_OF_CASE, case_id)
    return rows
