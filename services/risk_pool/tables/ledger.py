"""The ledger in PostgreSQL: lock the pool, book transfers, ask for balances.

Nothing here opens a transaction. A pool is locked before anything about it is read that a
decision will lean on; whoever needs several locks them in the order of their codes.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

import asyncpg

from services.risk_pool.domain.chain import chain, explanation_id
from services.risk_pool.domain.ledger import Transfer, natural_balance, same_fact, turnover
from shared.life_cycle import SYSTEM, SYSTEM_ROLE
from shared.refusals import NotFound, Refused

DECIDED_BY_SYSTEM = {
    "decided_by": {"subject": SYSTEM.subject, "name": SYSTEM.name, "role": SYSTEM_ROLE}
}
"""The people behind an explanation where rules alone decided."""


class MonthClosed(Refused):
    """A settled month never changes; a correction is a new entry in an open month."""

    code = "month-closed"


class ReferenceTaken(Refused):
    """The business fact has been booked before, and differently."""

    code = "reference-taken"


@dataclass(frozen=True, slots=True, kw_only=True)
class LockedPool:
    """A pool that this transaction holds. The chain's head is read when booking, not kept."""

    code: str
    name: str
    programme: str
    opened_on: date
    stopped: bool
    """It takes no new entries."""
    closed_until: date | None
    """The last day of the last settled month."""
    run_off_from: date | None = None
    """The first day on which it takes nothing new, for it is wound up."""

    def open_day(self, day: date) -> date:
        """The day itself, or the first open day where its month is settled already: what
        reaches us late is booked in the open month, never refused."""
        if self.closed_until is None or day > self.closed_until:
            return day
        return date.fromordinal(self.closed_until.toordinal() + 1)


async def lock_pool(conn: asyncpg.Connection, pool_code: str) -> LockedPool:
    """Hold a pool until the transaction ends. Raises NotFound."""
    pools = await lock_pools(conn, (pool_code,))
    if pool_code not in pools:
        raise NotFound(f"没有资金池 {pool_code}", f"There is no pool {pool_code}.")
    return pools[pool_code]


async def lock_pools(conn: asyncpg.Connection, codes: Iterable[str]) -> dict[str, LockedPool]:
    """Hold several pools, locked in the order of their codes; unknown ones are left out."""
    rows = await conn.fetch(
        """select code, name, programme, opened_on, stopped, closed_until, run_off_from
           from pools where code = any($1::text[]) order by code for update""",
        sorted(set(codes)),
    )
    return {row["code"]: LockedPool(**row) for row in rows}


async def book(
    conn: asyncpg.Connection, pool: LockedPool, transfers: Sequence[Transfer], *, now: datetime
) -> tuple[Transfer, ...]:
    """Book transfers in their order and return those that are new.

    A reference that is booked already is passed over if it says the same, so a job may run
    again. Raises ReferenceTaken if it says something else, MonthClosed for a day in a settled
    month. The pool must be held by this transaction, which sees everything ("*").
    """
    new = await _not_booked_yet(conn, pool, transfers)
    if not new:
        return ()
    head = await conn.fetchrow(
        "select last_seq, last_hash, closed_until from pools where code = $1", pool.code
    )
    _refuse_closed(new, head["closed_until"])
    hashes = chain(head["last_hash"], pool.code, head["last_seq"], new, now)
    await _write(conn, pool.code, head["last_seq"], new, hashes, now)
    return tuple(new)


async def _not_booked_yet(
    conn: asyncpg.Connection, pool: LockedPool, transfers: Sequence[Transfer]
) -> list[Transfer]:
    known: dict[str, Transfer] = {
        row["reference"]: Transfer(**row)
        for row in await conn.fetch(
            # Lateral with a limit, so that each reference is one look into its unique index. On
            # tables that were never analysed, `= any` and a join read the whole pool instead.
            """select t.* from unnest($2::text[]) as asked (reference)
               cross join lateral (
                   select reference, debit, credit, amount_fen, business_date, kind,
                          explanation_id, loan_id
                   from transfers where pool_code = $1 and reference = asked.reference limit 1
               ) as t""",
            pool.code,
            [transfer.reference for transfer in transfers],
        )
    }
    new = []
    for transfer in transfers:
        before = known.setdefault(transfer.reference, transfer)
        if before is transfer:
            new.append(transfer)
        elif not same_fact(before, transfer):
            raise ReferenceTaken(
                f"{transfer.reference} 已记账,内容不同",
                f"{transfer.reference} has been booked before, and differently.",
                reference=transfer.reference,
            )
    return new


def _refuse_closed(transfers: Sequence[Transfer], closed_until: date | None) -> None:
    earliest = min(transfer.business_date for transfer in transfers)
    if closed_until is not None and earliest <= closed_until:
        raise MonthClosed(
            f"{earliest} 所在月份已结账(截至 {closed_until}),请记入未结月份",
            f"{earliest} lies in a settled month (closed until {closed_until}); "
            "book it in an open one.",
            closed_until=closed_until.isoformat(),
        )


async def _write(
    conn: asyncpg.Connection,
    pool_code: str,
    last_seq: int,
    transfers: Sequence[Transfer],
    hashes: Sequence[bytes],
    now: datetime,
) -> None:
    # Arrays rather than COPY: PostgreSQL refuses COPY into a table with row-level security.
    await conn.execute(
        """insert into transfers (pool_code, seq, reference, debit, credit, amount_fen,
                                  business_date, kind, explanation_id, loan_id, booked_at, hash)
           select $1, $2::bigint + t.n, t.reference, t.debit, t.credit, t.amount_fen,
                  t.business_date, t.kind, t.explanation_id, t.loan_id, $3, t.hash
           from unnest($4::text[], $5::text[], $6::text[], $7::bigint[], $8::date[], $9::text[],
                       $10::uuid[], $11::uuid[], $12::bytea[]) with ordinality
                as t (reference, debit, credit, amount_fen, business_date, kind,
                      explanation_id, loan_id, hash, n)
           order by t.n""",
        pool_code,
        last_seq,
        now,
        [transfer.reference for transfer in transfers],
        [transfer.debit for transfer in transfers],
        [transfer.credit for transfer in transfers],
        [transfer.amount_fen for transfer in transfers],
        [transfer.business_date for transfer in transfers],
        [transfer.kind for transfer in transfers],
        [transfer.explanation_id for transfer in transfers],
        [transfer.loan_id for transfer in transfers],
        hashes,
    )
    moved = turnover(transfers)
    await conn.execute(
        """insert into account_balances as held (pool_code, account, debited_fen, credited_fen)
           select $1, account, debited_fen, credited_fen
           from unnest($2::text[], $3::bigint[], $4::bigint[])
                as moved (account, debited_fen, credited_fen)
           on conflict (pool_code, account) do update
           set debited_fen = held.debited_fen + excluded.debited_fen,
               credited_fen = held.credited_fen + excluded.credited_fen""",
        pool_code,
        list(moved),
        [debited for debited, _ in moved.values()],
        [credited for _, credited in moved.values()],
    )
    await conn.execute(
        "update pools set last_seq = $2, last_hash = $3 where code = $1",
        pool_code,
        last_seq + len(transfers),
        hashes[-1],
    )


async def store_explanation(
    conn: asyncpg.Connection,
    pool_code: str,
    kind: str,
    explanation: Mapping[str, Any],
    people: Mapping[str, Any],
    now: datetime,
    *,
    bank_code: str = "",
) -> UUID:
    """Keep why a decision came out as it did, and who took it; returns its id.

    Both are plain JSON (amounts as decimal strings, no floats). `bank_code` lets that bank see
    it, too. The same content at the same moment is stored once.
    """
    made = explanation_id(
        pool_code=pool_code,
        bank_code=bank_code,
        kind=kind,
        explanation=explanation,
        people=people,
        stored_at=now,
    )
    await conn.execute(
        """insert into explanations (id, pool_code, bank_code, kind, explanation, people, stored_at)
           values ($1, $2, $3, $4, $5, $6, $7) on conflict (id) do nothing""",
        made,
        pool_code,
        bank_code,
        kind,
        explanation,
        people,
        now,
    )
    return made


async def store_explanations(
    conn: asyncpg.Connection,
    rows: Sequence[tuple[str, str, str, Mapping[str, Any], Mapping[str, Any]]],
    now: datetime,
) -> list[UUID]:
    """Many at once: (pool, bank, kind, explanation, people) each; the ids in the same order."""
    made = [
        explanation_id(
            pool_code=pool,
            bank_code=bank,
            kind=kind,
            explanation=explanation,
            people=people,
            stored_at=now,
        )
        for pool, bank, kind, explanation, people in rows
    ]
    await conn.execute(
        """insert into explanations (id, pool_code, bank_code, kind, explanation, people, stored_at)
           select id, pool_code, bank_code, kind, explanation, people, $1
           from unnest($2::uuid[], $3::text[], $4::text[], $5::text[], $6::jsonb[], $7::jsonb[])
                as told (id, pool_code, bank_code, kind, explanation, people)
           on conflict (id) do nothing""",
        now,
        made,
        [row[0] for row in rows],
        [row[1] for row in rows],
        [row[2] for row in rows],
        [row[3] for row in rows],
        [row[4] for row in rows],
    )
    return made


async def balances(
    conn: asyncpg.Connection,
    pool_code: str,
    *,
    as_of: date | None = None,
    booked_by: datetime | None = None,
) -> dict[str, int]:
    """Account → balance in fen, in the account's own direction.

    Debits minus credits for cash, claims, fees, subsidies, receivable, reserved, covered;
    credits minus debits for contribution, recoveries, interest, payable, capacity. `as_of` takes
    business dates up to that day, `booked_by` what was booked up to that moment, both included;
    with neither, the running balances.
    """
    totals = await turnovers(conn, pool_code, as_of=as_of, booked_by=booked_by)
    return {
        account: natural_balance(account, debited_fen=debited, credited_fen=credited)
        for account, (debited, credited) in totals.items()
    }


async def turnovers(
    conn: asyncpg.Connection,
    pool_code: str,
    *,
    as_of: date | None = None,
    booked_by: datetime | None = None,
) -> dict[str, tuple[int, int]]:
    """Account → (debited, credited) fen, the trial balance; both columns have the same sum."""
    if as_of is None and booked_by is None:
        rows = await conn.fetch(
            """select account, debited_fen, credited_fen from account_balances
               where pool_code = $1 order by account""",
            pool_code,
        )
    elif booked_by is None:
        # From where it stands now, less what came later: few days lie behind a day that is asked for.
        rows = await conn.fetch(
            """select account, sum(debited)::bigint as debited_fen, sum(credited)::bigint as credited_fen
               from (
                   select account, debited_fen as debited, credited_fen as credited
                   from account_balances where pool_code = $1
                   union all
                   select side.account, -side.debited, -side.credited from transfers
                   cross join lateral (values (debit, amount_fen, 0), (credit, 0, amount_fen))
                        as side (account, debited, credited)
                   where pool_code = $1 and business_date > $2
               ) as moved
               group by account having sum(debited) > 0 or sum(credited) > 0 order by account""",
            pool_code,
            as_of,
        )
    else:
        rows = await conn.fetch(
            """select account, sum(debited)::bigint as debited_fen,
                      sum(credited)::bigint as credited_fen
               from transfers
               cross join lateral (values (debit, amount_fen, 0), (credit, 0, amount_fen))
                    as side (account, debited, credited)
               where pool_code = $1 and ($2::date is null or business_date <= $2)
                 and ($3::timestamptz is null or booked_at <= $3)
               group by account order by account""",
            pool_code,
            as_of,
            booked_by,
        )
    return {row["account"]: (row["debited_fen"], row["credited_fen"]) for row in rows}
