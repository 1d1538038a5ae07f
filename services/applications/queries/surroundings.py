"""What is known around a submission, in one statement."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Final
from uuid import UUID

import asyncpg

from services.applications.domain.checklist import Said
from services.applications.domain.life_cycle import CLAIMS_CAPACITY, HOLDS_ITS_RIGHTS
from services.applications.domain.listed_firms import Register
from services.applications.domain.pledgor import owners_in
from services.applications.domain.rank_held import RankHeld
from services.applications.domain.renewal import rest_beside
from services.applications.domain.submission import Renewed, RightKey, Submission, Surroundings
from services.applications.queries import ranks
from services.applications.queries.listed import register_of, registers_of
from services.applications.queries.owed import OWED_ONCE, RENEWS_A_LIVE_ONE
from services.applications.queries.renewals import all_renewed, renewed
from shared.calendar import WorkingDays
from shared.clock import business_date
from shared.postgres.calendar_overrides import load_working_days

# Rights are looked up without a bank: the answer is which of the case's own are taken. Right by right, here and
# below: planned while tables are empty, a join reads all that is held until statistics are taken.
_LOOK_AROUND: Final = f"""
select exists (select from banks where code = $2) as bank_exists,
       p.name, p.programme, p.opened_on, p.stopped_on, s.suspended_on,
       array(
           select distinct asked.index
           from unnest($3::text[], $4::text[], $5::int[]) with ordinality
               as asked (kind, number, nice_class, index)
           cross join lateral (
               select h.* from held_rights as h
               where (h.kind, h.number, h.nice_class) = (asked.kind, asked.number, asked.nice_class) offset 0
           ) as held_rights
           left join lateral (
               -- Whoever stands behind the case's own rank takes nothing from it.
               select min(own.rank) as rank from held_rights as own
               where (own.kind, own.number, own.nice_class)
                     = (asked.kind, asked.number, asked.nice_class)
                 and own.application_id in ($6, $10::uuid)
           ) as mine on true
           where held_rights.application_id <> $6
             and held_rights.application_id is distinct from $10::uuid
             and held_rights.rank <= coalesce(mine.rank, held_rights.rank)
       ) as held,
       array(
           select jsonb_build_array(asked.index, said.owner_name)
           from unnest($3::text[], $4::text[], $5::int[]) with ordinality
               as asked (kind, number, nice_class, index)
           cross join lateral (
               select owner_name from right_statements as s
               where (s.kind, s.number, s.nice_class)
                     = (asked.kind, asked.number, asked.nice_class)
                 and s.bank_code in ('*', $2) and s.source <> 'case' and s.owner_name is not null
               order by s.as_of desc, s.statement_no desc limit 1
           ) as said
       ) as owners,
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
    select sum({OWED_ONCE}) as balance_fen,
           count(*) filter (where not {RENEWS_A_LIVE_ONE}) as live_cases
    from applications as a left join loans as l on l.application_id = a.id
    where a.borrower_uscc = $7 and a.pool_code = $1 and a.bank_code = $2 and a.id <> $6
      and a.id is distinct from $10::uuid and a.state = any($8)
) as firm on true
"""
_LIVE: Final = sorted(CLAIMS_CAPACITY)


_FILED_ON: Final = "select min(at) from case_moves where case_id = $1"
_LOAN_NOS_USED: Final = """
select loan_no_canonical from loans
where bank_code = $1 and loan_no_canonical = any($2::text[]) and application_id <> $3
union
select paid_out ->> 'loan_no_canonical' from applications
where bank_code = $1 and paid_out ->> 'loan_no_canonical' = any($2::text[]) and id <> $3
  and paid_out is not null and state = any($4)
"""
_HOLDS: Final = sorted(HOLDS_ITS_RIGHTS)
_NO_CASE: Final = UUID(int=0)


@dataclass(frozen=True, slots=True)
class Known:
    """What the database knows around a submission. `around` is None where there is no such pool."""

    bank_exists: bool
    programme: str
    around: Surroundings | None
    own_ranks: Mapping[RightKey, int] = field(default_factory=dict)
    """The ranks that the loan has which a new case renews; told of many alone."""


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
    held = frozenset(keys[index - 1] for index in row["held"])
    around = Surroundings(
        today=today,
        pool_name=row["name"],
        pool_opened_on=row["opened_on"],
        pool_stopped_on=row["stopped_on"],
        bank_suspended_on=row["suspended_on"],
        held_rights=held,
        earlier_ranks=await _earlier_ranks(
            conn,
            submission,
            held,
            bank_code=bank_code,
            own=[except_case, asked] if renews else [except_case],
        ),
        not_applicable=frozenset(row["not_applicable"]),
        borrower_balance_fen=row["balance_fen"]
        + (rest_beside(renews.rest_fen, submission.amount_fen) if renews else 0),
        borrower_live_cases=row["live_cases"],
        register=await register_of(conn, submission.borrower, today=today),
        co_owners=_co_owners((keys[index - 1], name) for index, name in row["owners"]),
        pledgors_held=await _pledgors_held(conn, [submission], today=today),
        renewed=renews or None,
    )
    if submission.paid_out is not None:
        around = await _around_filed(conn, around, submission, bank_code, except_case)
    return Known(row["bank_exists"], row["programme"], around)


async def _around_filed(
    conn: asyncpg.Connection, around: Surroundings, submission: Submission, bank_code: str,
    except_case: UUID,
) -> Surroundings:  # fmt: skip
    """Beside it what is asked of a loan that is paid out already."""
    assert submission.paid_out is not None, "asked of filed loans alone"
    began: datetime | None = await conn.fetchval(_FILED_ON, except_case)
    used = await _loan_nos_used(conn, [submission], bank_code=bank_code, but=except_case)
    return replace(
        around,
        filed_on=business_date(began) if began else None,
        loan_no_used=submission.paid_out.loan_no_canonical in used,
        working_days=await load_working_days(conn),
    )


async def _earlier_ranks(
    conn: asyncpg.Connection, submission: Submission, held: frozenset[RightKey], *,
    bank_code: str, own: Sequence[UUID | None],
) -> dict[RightKey, tuple[RankHeld, ...]]:  # fmt: skip
    """Of the rights that others hold, who stands before the case; looked for where there is one."""
    if not held:
        return {}
    mine = await ranks.held_by(conn, [one for one in own if one is not None])
    ours = {key: rank for holder in mine.values() for key, rank in holder.items()}
    return await ranks.before(
        conn, sorted(held), own=ours, bank_code=bank_code, uscc=submission.borrower.uscc
    )


def _co_owners(said: Iterable[tuple[RightKey, str]]) -> dict[RightKey, tuple[str, ...]]:
    """Those rights whose register's entry names several owners."""
    found = ((key, owners_in(name)) for key, name in said)
    return {key: owners for key, owners in found if len(owners) > 1}


async def _pledgors_held(
    conn: asyncpg.Connection, submissions: Sequence[Submission], *, today: date
) -> dict[str, Register]:
    """What the register of listed firms holds of firms that pledge and do not borrow."""
    firms = [pledgor for one in submissions for pledgor in one.further_pledgors if pledgor.uscc]
    if not firms:
        return {}
    found = await registers_of(conn, firms, today=today)
    return {uscc: register for (uscc, _), register in found.items()}


async def _loan_nos_used(
    conn: asyncpg.Connection,
    submissions: Sequence[Submission],
    *,
    bank_code: str,
    but: UUID = _NO_CASE,
) -> frozenset[str]:
    """Those numbers of filed loans that other loans of the bank have, or are filed with."""
    numbers = [one.paid_out.loan_no_canonical for one in submissions if one.paid_out]
    if not numbers:
        return frozenset()
    rows = await conn.fetch(_LOAN_NOS_USED, bank_code, numbers, but, _HOLDS)
    return frozenset(row["loan_no_canonical"] for row in rows)


_POOLS: Final = """
select exists (select from banks where code = $2) as bank_exists,
       p.code, p.name, p.programme, p.opened_on, p.stopped_on, s.suspended_on
from unnest($1::text[]) as wanted (code)
left join pools as p using (code)
left join bank_suspensions as s on s.pool_code = p.code and s.bank_code = $2
"""
_RIGHTS: Final = """
select asked.index, held_rights.rank, held_rights.application_id, said.owner_name
from unnest($2::text[], $3::text[], $4::int[]) with ordinality as asked (kind, number, nice_class, index)
left join lateral (
    select h.* from held_rights as h
    where (h.kind, h.number, h.nice_class) = (asked.kind, asked.number, asked.nice_class) offset 0
) as held_rights on true
left join lateral (
    select owner_name from right_statements as s
    where (s.kind, s.number, s.nice_class) = (asked.kind, asked.number, asked.nice_class)
      and s.bank_code in ('*', $1) and s.source <> 'case' and s.owner_name is not null
    order by s.as_of desc, s.statement_no desc limit 1
) as said on true
where held_rights.rank is not null or said.owner_name is not null
"""
_FIRMS: Final = f"""
select a.pool_code, a.borrower_uscc, count(*) filter (where not {RENEWS_A_LIVE_ONE}) as live_cases,
       sum({OWED_ONCE})::bigint as balance_fen
from applications as a left join loans as l on l.application_id = a.id
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
    codes = list({one.pool_code for one in submissions})
    pool_rows = await conn.fetch(_POOLS, codes, bank_code)
    exists = pool_rows[0]["bank_exists"]
    pools = {row["code"]: row for row in pool_rows if row["code"] is not None}
    keys = list({item.key for one in submissions for item in one.collateral})
    asked = ([one.kind for one in keys], [one.number for one in keys],
             [one.nice_class for one in keys])  # fmt: skip
    renews = {one.renews for one in submissions if one.renews}
    loans = await all_renewed(conn, renews, bank_code=bank_code)
    said = [(keys[row["index"] - 1], row) for row in await conn.fetch(_RIGHTS, bank_code, *asked)]
    held = _Held(said, loans)
    earlier = await held.earlier_ranks(conn, submissions, bank_code=bank_code)
    registers = await registers_of(conn, [one.borrower for one in submissions], today=today)
    usccs = list({one.borrower.uscc for one in submissions})
    firm_rows = await conn.fetch(_FIRMS, bank_code, usccs, codes, _LIVE)
    firms = {(row["pool_code"], row["borrower_uscc"]): row for row in firm_rows}
    co_owners = _co_owners((key, row["owner_name"]) for key, row in said if row["owner_name"])
    pledgors_held = await _pledgors_held(conn, submissions, today=today)
    used = await _loan_nos_used(conn, submissions, bank_code=bank_code)
    twice = Counter(one.paid_out.loan_no_canonical for one in submissions if one.paid_out)
    working_days = await load_working_days(conn) if twice else WorkingDays()

    def known(index: int, one: Submission) -> Known:
        pool = pools.get(one.pool_code)
        if pool is None:
            return Known(exists, "", None)
        loan = (one.renews and loans.get(one.renews)) or None
        firm = firms.get((one.pool_code, one.borrower.uscc))
        balance_fen, live_cases = _beside(firm, one, loan)
        around = Surroundings(
            today=today,
            pool_name=pool["name"],
            pool_opened_on=pool["opened_on"],
            pool_stopped_on=pool["stopped_on"],
            bank_suspended_on=pool["suspended_on"],
            held_rights=held.by_others(one),
            earlier_ranks=earlier.get(index, {}),
            borrower_balance_fen=balance_fen,
            borrower_live_cases=live_cases,
            register=registers[one.borrower.uscc, one.borrower.name_canonical],
            loan_no_used=(paid := one.paid_out) is not None
            and (paid.loan_no_canonical in used or twice[paid.loan_no_canonical] > 1),
            co_owners={
                item.key: co_owners[item.key] for item in one.collateral if item.key in co_owners
            },
            pledgors_held=pledgors_held,
            working_days=working_days,
            renewed=loan,
        )
        return Known(exists, pool["programme"], around, held.own(one))

    return [known(index, one) for index, one in enumerate(submissions)]


def _beside(firm: asyncpg.Record | None, case: Submission, loan: Renewed | None) -> tuple[int, int]:
    """The firm's principal, in fen, and its cases beside a new one: the loan that it renews counts for
    what is left of it above the renewal, and is no other case."""
    balance_fen, live_cases = (firm["balance_fen"], firm["live_cases"]) if firm else (0, 0)
    if loan is None:
        return balance_fen, live_cases
    same = (loan.pool_code, loan.borrower_uscc) == (case.pool_code, case.borrower.uscc)
    if same and loan.state in CLAIMS_CAPACITY:
        balance_fen, live_cases = balance_fen - loan.rest_fen, live_cases - 1
    return balance_fen + rest_beside(loan.rest_fen, case.amount_fen), live_cases


class _Held:
    """Who holds rights, and in which rank, as new cases meet it: the loan that one renews takes nothing
    from it, nor does whoever stands behind that loan's rank."""

    def __init__(
        self, rows: Sequence[tuple[RightKey, asyncpg.Record]], loans: Mapping[UUID, Renewed]
    ) -> None:
        self._holders: dict[RightKey, list[tuple[UUID, int]]] = {}
        self._loans = loans
        for key, row in rows:
            if row["rank"] is not None:
                self._holders.setdefault(key, []).append((row["application_id"], row["rank"]))

    def by_others(self, case: Submission) -> frozenset[RightKey]:
        """Those of the case's rights that others hold before it."""
        own = self.own(case)
        return frozenset(
            item.key
            for item in case.collateral
            if any(
                rank <= own.get(item.key, rank) and (item.key not in own or holder != case.renews)
                for holder, rank in self._holders.get(item.key, ())
            )
        )

    async def earlier_ranks(
        self, conn: asyncpg.Connection, cases: Sequence[Submission], *, bank_code: str
    ) -> dict[int, dict[RightKey, tuple[RankHeld, ...]]]:
        """Case → of the rights that others hold, who stands before it; read once for each firm."""
        asked: dict[str, set[RightKey]] = {}
        for one in cases:
            if held := self.by_others(one):
                asked.setdefault(one.borrower.uscc, set()).update(held)
        found = {
            uscc: await ranks.of_rights(conn, sorted(keys), bank_code=bank_code, uscc=uscc)
            for uscc, keys in asked.items()
        }
        return {
            index: ranks.earlier(
                {key: found[one.borrower.uscc].get(key, ()) for key in held}, own=self.own(one)
            )
            for index, one in enumerate(cases)
            if (held := self.by_others(one))
        }

    def own(self, case: Submission) -> dict[RightKey, int]:
        """The ranks of the loan that the case renews, where it is the bank's."""
        if case.renews not in self._loans:
            return {}
        return {
            item.key: rank
            for item in case.collateral
            for holder, rank in self._holders.get(item.key, ())
            if holder == case.renews
        }
