"""Cases of applications: how their rows are locked, and how they are moved on."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

import asyncpg

from services.applications.domain.life_cycle import (
    IS_SERVED,
    LIFE_CYCLE,
    RUNS_OUT,
    State,
    frees_its_rights,
)
from services.applications.tables.desk import STANDING
from services.applications.tables.facts import (
    CAPACITY_RESERVED,
    CASE_OVER,
    LOAN_CLAIMED,
    LOAN_SERVED,
    UNDO_ASKED,
)
from services.applications.tables.ranks import close_gaps
from shared.contracts.envelope import Event
from shared.life_cycle import Row
from shared.postgres.literals import literals
from shared.postgres.touched import touch
from shared.transitions import CaseTable, Step, Transition, apply_transitions
from shared.waits.declared import CasesWait

_ABOUT: Final = ("number", "bank_code", "pool_code", "borrower_uscc", "borrower_name")


def about(case: Row) -> Mapping[str, Any]:
    """What every event of a case says of it."""
    return {"loan_id": case["id"], **{name: case[name] for name in _ABOUT}}


_FACTS: Final[Mapping[str | None, str]] = {
    **dict.fromkeys(LIFE_CYCLE.final, CASE_OVER),
    **dict.fromkeys(IS_SERVED, LOAN_SERVED),
    State.CLAIMED: LOAN_CLAIMED,
    State.CAPACITY_RESERVED: CAPACITY_RESERVED,
}

APPLICATIONS: Final = CaseTable(
    touches=_FACTS,
    loan="id",
    life_cycle=LIFE_CYCLE,
    kind="application",
    table="applications",
    columns={
        "findings": "jsonb",
        "assigned_to": "text",
        "assigned_name": "text",
        "recommended_by": "text",
        "approved_by": "text",
        "approved_on": "date",
        "signature_role": "text",
        "reserved_until": "date",
        "scheme_version": "text",
        "declined_limits": "jsonb",
        "stated_facts": "jsonb",
        "undo_asked_by": "text",
        "undo_reason": "text",
        "undo_draw_no": "integer",
        "drawable_fen": "bigint",
        "draws_until": "date",
        "amount_fen": "bigint",
        "ip_amount_fen": "bigint",
        "applied_fen": "bigint",
        "amount_reason": "text",
    },
    about=about,
    waits=CasesWait(
        topic="applications",
        loan="k.id",
        person=f"case when k.state = '{State.UNDER_REVIEW}' then k.assigned_to end",
        person_name=f"case when k.state = '{State.UNDER_REVIEW}' then k.assigned_name end",
        roles=(
            f"case when k.state = '{State.TO_COUNTERSIGN}' and k.signature_role is not null"
            " then array[k.signature_role] else w.roles end"
        ),
        due=f"case when k.state in ({literals(RUNS_OUT)}) then k.reserved_until else k.due_on end",
        firm="k.borrower_name",
        amount="k.amount_fen",
        page="'/cases/' || k.id",
    ),
)

# The states stand as literals, so that the index of just these cases is used.
_RUN_OUT: Final = f"""
select id from applications
where state in ({literals(RUNS_OUT)}) and reserved_until < $1
  and ($2::uuid is null or id > $2)
order by id limit $3
"""


_WITH_DESK: Final = f"""
select a.*, {STANDING.format(today="$2::date")}
from applications as a where a.id = any($1::uuid[]) order by a.id
"""

_FREE: Final = """
delete from held_rights where application_id = any($1::uuid[])
returning kind, number, nice_class, place, rank
"""
# A statement of its own: by now nobody has the first place, and whoever came meanwhile is seen.
_MOVE_UP: Final = """
update held_rights as held set place = 0
from (
    select other.kind, other.number, other.nice_class, other.rank
    from unnest($1::text[], $2::text[], $3::int[], $4::int[])
        as freed (kind, number, nice_class, rank)
    join held_rights as other using (kind, number, nice_class, rank)
    where other.place = 1
    order by kind, number, nice_class for update of other
) as next
where (held.kind, held.number, held.nice_class, held.rank)
    = (next.kind, next.number, next.nice_class, next.rank)
"""


async def locked(conn: asyncpg.Connection, case_id: UUID, *, today: date) -> asyncpg.Record | None:
    """The case's row, locked, with what the desk knows of it today; None where there is none, or
    it is another bank's."""
    found = await locked_with_desk(conn, [case_id], today=today)
    return found[0] if found else None


async def locked_with_desk(
    conn: asyncpg.Connection, case_ids: Sequence[UUID], *, today: date
) -> list[asyncpg.Record]:
    """As `locked`, of several cases, in the order of ids; those that are not there are left out."""
    await conn.execute(
        "select from applications where id = any($1::uuid[]) order by id for update", case_ids
    )
    # Read after the lock, so that what others have just declared or confirmed is seen.
    rows: list[asyncpg.Record] = await conn.fetch(_WITH_DESK, case_ids, today)
    return rows


async def locked_all(conn: asyncpg.Connection, case_ids: Sequence[UUID]) -> list[asyncpg.Record]:
    """The rows of these cases, as far as they are known, locked in the order of ids."""
    rows: list[asyncpg.Record] = await conn.fetch(
        "select * from applications where id = any($1::uuid[]) order by id for update", case_ids
    )
    return rows


async def whose_capacity_has_run_out(
    conn: asyncpg.Connection, *, today: date, after: UUID | None, limit: int
) -> list[UUID]:
    """Cases that were not paid out by the day their capacity was held until, in the order of ids,
    above the id `after`."""
    return [row["id"] for row in await conn.fetch(_RUN_OUT, today, after, limit)]


async def ask_to_undo(
    conn: asyncpg.Connection, case: Row, *, by: str, reason: str, draw_no: int | None = None
) -> None:
    """Keep that a locked case's disbursement, or a draw of it, is said to be a mistake, by whom and
    why. The last word counts."""
    await conn.execute(
        """update applications set undo_asked_by = $2, undo_reason = $3, undo_draw_no = $4
           where id = $1""",
        case["id"],
        by,
        reason,
        draw_no,
    )
    touch(conn, UNDO_ASKED, loans=[case["id"]])


# The other case of the chain, which has the first place by now, keeps it while this is done.
_HOLD_RENEWALS: Final = """
select from held_rights as held join applications as a on a.id = held.application_id
where a.renews = any($1::uuid[])
   or a.id in (select own.renews from applications as own where own.id = any($1::uuid[]))
order by held.kind, held.number, held.nice_class for update of held
"""
_HOLD_AGAIN: Final = """
with own as (
    select distinct c.kind, c.number, c.nice_class, a.id, a.renews
    from applications as a
    join collateral as c on c.application_id = a.id and c.revision = a.revision
    where a.id = any($1::uuid[])
), taken as (
    -- In the order of the key, so that two cases with the same rights wait and never deadlock.
    insert into held_rights (kind, number, nice_class, rank, place, application_id)
    select kind, number, nice_class, coalesce(chain.rank, behind.rank, 1),
           (chain.rank is not null)::int::smallint, id
    from own
    left join lateral (
        select held.rank from held_rights as held join applications as a on a.id = held.application_id
        where (a.renews = own.id or a.id = own.renews)
          and (held.kind, held.number, held.nice_class) = (own.kind, own.number, own.nice_class)
        limit 1
    ) as chain on true
    left join lateral (
        -- Who stood behind others stands behind them again.
        select max(held.rank) + 1 as rank from held_rights as held
        where (held.kind, held.number, held.nice_class) = (own.kind, own.number, own.nice_class)
          and exists (select from held_rank_changes as had
                      where had.application_id = own.id and had.from_rank is null
                        and (had.kind, had.number, had.nice_class)
                            = (own.kind, own.number, own.nice_class))
    ) as behind on true
    order by kind, number, nice_class
    on conflict do nothing
    returning application_id
)
select id from (select id, count(*) as rights from own group by id) as wanted
where rights = (select count(*) from taken where application_id = wanted.id)
"""


async def hold_again(
    conn: asyncpg.Connection, case_ids: Sequence[UUID], *, now: datetime
) -> set[UUID]:
    """Take the rights of locked cases that had let them go, each case all of them or none.

    The answer: those cases that hold theirs.
    """
    await conn.execute(_HOLD_RENEWALS, case_ids)
    held = {row["id"] for row in await conn.fetch(_HOLD_AGAIN, case_ids)}
    free = [one for one in case_ids if one not in held]
    if free:
        await free_rights(conn, free, now=now)
    return held


async def free_rights(
    conn: asyncpg.Connection, case_ids: Sequence[UUID], *, now: datetime
) -> None:  # fmt: skip
    """Let go of the rights of locked cases; others may pledge them once this is committed."""
    await move_up(conn, await conn.fetch(_FREE, case_ids), now=now)


async def move_up(conn: asyncpg.Connection, freed: Sequence[Row], *, now: datetime) -> None:
    """Of a chain of renewals, whoever had the second place of these rights has the first now; where
    nobody has a rank any more, those behind it have it."""
    firsts = [one for one in freed if one["place"] == 0]
    if firsts:
        names = ("kind", "number", "nice_class", "rank")
        await conn.execute(_MOVE_UP, *([one[name] for one in firsts] for name in names))
        await close_gaps(conn, firsts, now=now)


async def move_on(
    conn: asyncpg.Connection, steps: Sequence[Step], *, now: datetime, also: Sequence[Event] = ()
) -> list[Transition]:
    """Move cases on, and free the rights of those that no longer hold them.

    `also` is told in front of what the move of the same case tells. Raises what
    `apply_transitions` raises.
    """
    done = await apply_transitions(conn, APPLICATIONS, steps, now=now, also=also)
    free = [one.case_id for one in done if frees_its_rights(one.move)]
    if free:
        await free_rights(conn, free, now=now)
    return done
