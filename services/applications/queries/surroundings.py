"""What is known around a submission, in one statement."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID

import asyncpg

from services.applications.domain.checklist import Said
from services.applications.domain.life_cycle import CLAIMS_CAPACITY
from services.applications.domain.renewal import rest_beside
from services.applications.domain.submission import RightKey, Submission, Surroundings
from services.applications.queries.listed import register_of, registers_of
from services.applications.queries.renewals import renewed

# Rights are looked up without a bank: the answer is which of the case's own are taken.
_LOOK_AROUND: Final = """
select exists (select from banks where code = $2) as bank_exists,
       p.name, p.programme, p.opened_on, p.stopped_on, s.suspended_on,
       array(
           select asked.index
           from unnest($3::text[], $4::text[], $5::int[]) with ordinality
               as asked (kind, number, nice_class, index)
           join held_rights using (kind, number, nice_class)
           where held_rights.application_id <> $6
             and held_rights.application_id is distinct from $10::uuid
       ) as held,
       array(
           select kind from (
               select distinct on (kind) kind, verdict from paper_verdicts
               where application_id = $6 and document_id is null order by kind, id desc
           ) as said where verdict = $9
       ) as not_applicable,
       coalesce(firm.balance_fen, 0)::bigint as balance_fen,
       coalesce(firm.live_cases, 0) as live_cases
from (values ($1::text)) as wanted (code)
left join pools as p using (code)
left join bank_suspensions as s on s.pool_code = p.code and s.bank_code = $2
left join lateral (
    select sum(coalesce(loans.outstanding_fen + a.drawable_fen, a.amount_fen)) as balance_fen,
           count(*) as live_cases
    from applications as a left join loans on loans.application_id = a.id
    where a.borrower_uscc = $7 and a.pool_code = $1 and a.bank_code = $2 and a.id <> $6
      and a.id is distinct from $10::uuid and a.state = any($8)
) as firm on true
"""
_LIVE: Final = sorted(CLAIMS_CAPACITY)


@dataclass(frozen=True, slots=True)
class Known:
    """What the database knows around a submission. `around` is None where there is no such pool."""

    bank_exists: bool
    programme: str
    around: Surroundings | None


async def surroundings(
    conn: asyncpg.Connection,
    submission: Submission,
    *,
    bank_code: str,
    except_case: UUID,
    today: date,
) -> Known:
    """Pool, standing of the bank, the loan that the case renews, and which of its rights another
    live case holds: a renewed loan is no other one."""
    keys = [item.key for item in submission.collateral]
    asked = submission.renews
    renews = asked and await renewed(conn, asked, bank_code=bank_code, by=except_case)
    row = await conn.fetchrow(
        _LOOK_AROUND,
        submission.pool_code,
        bank_code,
        [key.kind for key in keys],
        [key.number for key in keys],
        [key.nice_class for key in keys],
        except_case,
        submission.borrower.uscc,
        _LIVE,
        Said.NOT_APPLICABLE.value,
        asked if renews else None,
    )
    if row["programme"] is None:
        return Known(row["bank_exists"], "", None)
    around = Surroundings(
        today=today,
        pool_name=row["name"],
        pool_opened_on=row["opened_on"],
        pool_stopped_on=row["stopped_on"],
        bank_suspended_on=row["suspended_on"],
        held_rights=frozenset(keys[index - 1] for index in row["held"]),
        not_applicable=frozenset(row["not_applicable"]),
        borrower_balance_fen=row["balance_fen"]
        + (rest_beside(renews.rest_fen, submission.amount_fen) if renews else 0),
        borrower_live_cases=row["live_cases"],
        register=await register_of(conn, submission.borrower, today=today),
        renewed=renews or None,
    )
    return Known(row["bank_exists"], row["programme"], around)


_POOLS: Final = """
select p.code, p.name, p.programme, p.opened_on, p.stopped_on, s.suspended_on
from pools as p
left join bank_suspensions as s on s.pool_code = p.code and s.bank_code = $2
where p.code = any($1::text[])
"""
_HELD: Final = """
select kind, number, nice_class
from unnest($1::text[], $2::text[], $3::int[]) as asked (kind, number, nice_class)
join held_rights using (kind, number, nice_class)
"""
_FIRMS: Final = """
select a.pool_code, a.borrower_uscc, count(*) as live_cases,
       sum(coalesce(loans.outstanding_fen + a.drawable_fen, a.amount_fen))::bigint as balance_fen
from applications as a left join loans on loans.application_id = a.id
where a.bank_code = $1 and a.borrower_uscc = any($2::text[]) and a.pool_code = any($3::text[])
  and a.state = any($4)
group by 1, 2
"""


async def surroundings_of_new(
    conn: asyncpg.Connection,
    submissions: Sequence[Submission],
    *,
    bank_code: str,
    today: date,
) -> list[Known]:
    """The same around many cases that begin, by one statement for each thing that is known."""
    exists = await conn.fetchval("select exists (select from banks where code = $1)", bank_code)
    codes = list({one.pool_code for one in submissions})
    pools = {row["code"]: row for row in await conn.fetch(_POOLS, codes, bank_code)}
    keys = list({item.key for one in submissions for item in one.collateral})
    held = {
        RightKey(row["kind"], row["number"], row["nice_class"])
        for row in await conn.fetch(
            _HELD,
            [key.kind for key in keys],
            [key.number for key in keys],
            [key.nice_class for key in keys],
        )
    }
    registers = await registers_of(conn, [one.borrower for one in submissions], today=today)
    firms = {
        (row["pool_code"], row["borrower_uscc"]): row
        for row in await conn.fetch(
            _FIRMS, bank_code, list({one.borrower.uscc for one in submissions}), codes, _LIVE
        )
    }

    def known(one: Submission) -> Known:
        pool = pools.get(one.pool_code)
        if pool is None:
            return Known(exists, "", None)
        firm = firms.get((one.pool_code, one.borrower.uscc))
        around = Surroundings(
            today=today,
            pool_name=pool["name"],
            pool_opened_on=pool["opened_on"],
            pool_stopped_on=pool["stopped_on"],
            bank_suspended_on=pool["suspended_on"],
            held_rights=frozenset(item.key for item in one.collateral) & held,
            borrower_balance_fen=firm["balance_fen"] if firm else 0,
            borrower_live_cases=firm["live_cases"] if firm else 0,
            register=registers[one.borrower.uscc, one.borrower.name_canonical],
        )
        return Known(exists, pool["programme"], around)

    return [known(one) for one in submissions]
