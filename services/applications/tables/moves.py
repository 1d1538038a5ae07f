"""How a move of a case is written down: one statement for any number of cases."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

import asyncpg

from services.applications.domain.life_cycle import HOLDS_ITS_RIGHTS, Role, Transition
from shared.auth.identity import Identity


@dataclass(frozen=True, slots=True, kw_only=True)
class Actor:
    """Who moves a case, as the history keeps it."""

    subject: str
    name: str
    role: str

    @classmethod
    def of(cls, caller: Identity, role: Role) -> "Actor":
        """A person acting in a role they have."""
        return cls(subject=caller.subject, name=caller.name, role=role)


SYSTEM: Final = Actor(subject="system", name="系统", role=Role.SYSTEM)


@dataclass(frozen=True, slots=True, kw_only=True)
class Move:
    """One case, from the version it was read at, along one row of the life cycle."""

    case_id: UUID
    bank_code: str
    version: int
    """The version the case has before the move."""
    by: Transition
    actor: Actor
    due_on: date | None = None
    reason: str = ""
    detail: Mapping[str, Any] = field(default_factory=dict)


class MovedMeanwhile(RuntimeError):
    """A case was moved without its row being locked first: a mistake of ours."""


_RECORD = """
with move as (
    select * from unnest($2::uuid[], $3::text[], $4::int[], $5::text[], $6::text[], $7::text[],
                         $8::date[], $9::text[], $10::text[], $11::text[], $12::text[],
                         $13::jsonb[], $14::boolean[])
        as move (id, bank_code, version, action, source, target,
                 due_on, subject, name, role, reason, detail, frees)
), moved as (
    update applications as a
    set state = move.target, version = move.version + 1, since = $1, due_on = move.due_on
    from move
    where a.id = move.id and a.version = move.version and a.state = move.source
    returning a.id
), freed as (
    delete from held_rights using move
    where held_rights.application_id = move.id and move.frees
), kept as (
    insert into history (application_id, version, bank_code, at, subject, name, role,
                         action, source, target, reason, detail)
    select move.id, move.version + 1, move.bank_code, $1, move.subject, move.name, move.role,
           move.action, move.source, move.target, move.reason, move.detail
    from move join moved using (id)
)
select count(*) from moved
"""


async def record(conn: asyncpg.Connection, moves: Sequence[Move], *, now: datetime) -> None:
    """Write the moves: the cases' new state, their history, the rights that become free.

    Every case stands in `moves` once, and its row has been locked. Raises MovedMeanwhile if not.
    """
    if not moves:
        return
    moved = await conn.fetchval(
        _RECORD,
        now,
        [move.case_id for move in moves],
        [move.bank_code for move in moves],
        [move.version for move in moves],
        [move.by.action for move in moves],
        [move.by.source for move in moves],
        [move.by.target for move in moves],
        [move.due_on for move in moves],
        [move.actor.subject for move in moves],
        [move.actor.name for move in moves],
        [move.actor.role for move in moves],
        [move.reason for move in moves],
        [dict(move.detail) for move in moves],
        [
            move.by.source in HOLDS_ITS_RIGHTS and move.by.target not in HOLDS_ITS_RIGHTS
            for move in moves
        ],
    )
    if moved != len(moves):
        raise MovedMeanwhile(f"{len(moves) - moved} of {len(moves)} cases had moved on")
