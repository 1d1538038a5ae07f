"""Firms in groups: said, and ended once. Nothing else of them is changed."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Final
from uuid import UUID

import asyncpg

from services.applications.domain.related_firms import Basis
from shared import canonical
from shared.life_cycle import Person

_SAY: Final = """
insert into related_firms (id, group_name, group_canonical, uscc, name, name_canonical, basis,
                           reason, from_day, said_by, said_name, said_at)
values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)
"""
_END: Final = """
update related_firms
set ended_on = $2, ended_reason = $3, ended_by = $4, ended_name = $5, ended_at = $6
where id = $1
"""


@dataclass(frozen=True, kw_only=True, slots=True)
class Membership:
    """A firm in a group from a day on, and why."""

    group_name: str
    uscc: str
    name: str
    basis: Basis
    reason: str
    from_day: date


async def say(
    conn: asyncpg.Connection, id_: UUID, said: Membership, *, by: Person, now: datetime
) -> None:
    """Keep that a firm belongs to a group."""
    await conn.execute(
        _SAY, id_, said.group_name, canonical.name(said.group_name), said.uscc, said.name,
        canonical.name(said.name), said.basis, said.reason, said.from_day, by.subject, by.name,
        now,
    )  # fmt: skip


async def locked(conn: asyncpg.Connection, id_: UUID) -> asyncpg.Record | None:
    """One of them, its row locked."""
    return await conn.fetchrow("select * from related_firms where id = $1 for update", id_)


async def end(
    conn: asyncpg.Connection, id_: UUID, *, on: date, reason: str, by: Person, now: datetime
) -> None:
    """It belongs to the group until this day."""
    await conn.execute(_END, id_, on, reason, by.subject, by.name, now)
