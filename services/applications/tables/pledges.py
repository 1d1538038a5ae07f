"""Pledges as they stand in their registers: how they are locked and moved on."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any, Final
from uuid import UUID

import asyncpg

from services.applications.domain.loan_change import State as ChangeState
from services.applications.domain.pledge import LIFE_CYCLE
from services.applications.tables.cases import move_up
from services.applications.tables.facts import REGISTER_ENTRIES
from shared.life_cycle import Row
from shared.postgres.touched import touch
from shared.transitions import CaseTable


def _about(pledge: Row) -> Mapping[str, Any]:
    """What every event of a pledge says of it and of its case."""
    return {
        "loan_id": pledge["application_id"],
        **{name: pledge[name] for name in ("number", "bank_code", "pool_code")},
        **{name: pledge[name] for name in ("borrower_uscc", "borrower_name")},
        "right_kind": pledge["kind"],
        "right_number": pledge["right_number"],
        "right_name": pledge["right_name"],
        "registry": pledge["register_name"],
        "registration_number": pledge["registration_no"],
    }


PLEDGES: Final = CaseTable(
    life_cycle=LIFE_CYCLE,
    kind="pledge",
    table="pledge_registrations",
    columns={"term_until": "date", "ended_on": "date", "cover_confirmed_by": "text"},
    about=_about,
)

# A pledge without a term of its own was entered for the maturity of that day: a longer maturity since
# is for the register to enter.
_WITH_ITS_RIGHT: Final = f"""
select p.*, a.number, a.pool_code, a.borrower_uscc, a.borrower_name, a.state as case_state,
       c.kind, c.number as right_number, c.nice_class, c.name as right_name, c.owner_name,
       c.expires_on, l.matures_on, coalesce(p.term_until, (
           select min(change.matured_on) from loan_changes as change
           where change.loan_id = a.id and change.state = '{ChangeState.APPROVED}'
             and change.matures_on > change.matured_on and change.decided_on >= p.registered_on
       ), l.matures_on) as entered_until
from pledge_registrations as p
join applications as a on a.id = p.application_id
join collateral as c
    on (c.application_id, c.revision, c.collateral_no) = (p.application_id, a.revision, p.collateral_no)
left join loans as l on l.application_id = a.id
"""


async def case_of(conn: asyncpg.Connection, pledge_id: UUID) -> UUID | None:
    """The case of a pledge; it is locked before the pledge is."""
    found: UUID | None = await conn.fetchval(
        "select application_id from pledge_registrations where id = $1", pledge_id
    )
    return found


async def locked(conn: asyncpg.Connection, pledge_id: UUID) -> asyncpg.Record:
    """The pledge's row with what its case and its right say, locked."""
    return await conn.fetchrow(f"{_WITH_ITS_RIGHT} where p.id = $1 for update of p", pledge_id)


async def of_case(conn: asyncpg.Connection, case_id: UUID) -> list[asyncpg.Record]:
    """The pledges of a case."""
    rows: list[asyncpg.Record] = await conn.fetch(
        f"{_WITH_ITS_RIGHT} where p.application_id = $1 order by p.collateral_no", case_id
    )
    return rows


async def standing(conn: asyncpg.Connection, case_ids: Sequence[UUID]) -> list[asyncpg.Record]:
    """The pledges of cases, those of one case together, in the order of its rights."""
    rows: list[asyncpg.Record] = await conn.fetch(
        f"""{_WITH_ITS_RIGHT} where p.application_id = any($1::uuid[])
            order by p.application_id, p.collateral_no""",
        case_ids,
    )
    return rows


def entered(conn: asyncpg.Connection, case_ids: Collection[UUID]) -> None:
    """Registers have entered something of these cases' pledges."""
    touch(conn, REGISTER_ENTRIES, loans=case_ids)


async def let_go(conn: asyncpg.Connection, pledge: Row, *, now: datetime) -> None:
    """The right may be pledged in another case."""
    freed = await conn.fetch(
        """delete from held_rights where application_id = $1
           and (kind, number, nice_class) = ($2, $3, $4)
           returning kind, number, nice_class, place, rank""",
        pledge["application_id"], pledge["kind"], pledge["right_number"], pledge["nice_class"],
    )  # fmt: skip
    await move_up(conn, freed, now=now)


async def earlier_pledges(conn: asyncpg.Connection, pledges: Sequence[Row]) -> dict[UUID, int]:
    """Of each pledge, how many living ones of others were entered before it on its right."""
    rows = await conn.fetch(
        """select asked.id, count(b.id) as earlier
           from unnest($1::uuid[], $2::text[], $3::text[], $4::int[], $5::date[])
               as asked (id, kind, number, nice_class, registered_on)
           join right_burdens as b
               on (b.kind, b.number, b.nice_class) = (asked.kind, asked.number, asked.nice_class)
              and b.burden = 'pledge' and b.began_on <= asked.registered_on
           left join right_burden_ends as e on e.burden_id = b.id
           where e.burden_id is null
           group by asked.id""",
        *([one[name] for one in pledges]
          for name in ("id", "kind", "right_number", "nice_class", "registered_on")),
    )  # fmt: skip
    return {row["id"]: row["earlier"] for row in rows}
