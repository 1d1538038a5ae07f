"""What is known around a submission, in one statement."""

from dataclasses import dataclass
from datetime import date
from typing import Final
from uuid import UUID

import asyncpg

from services.applications.domain.checklist import Said
from services.applications.domain.life_cycle import CLAIMS_CAPACITY
from services.applications.domain.submission import Submission, Surroundings

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
      and a.state = any($8)
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
    """Pool, standing of the bank, and which of the case's rights another live case holds."""
    keys = [item.key for item in submission.collateral]
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
        borrower_balance_fen=row["balance_fen"],
        borrower_live_cases=row["live_cases"],
    )
    return Known(row["bank_exists"], row["programme"], around)
