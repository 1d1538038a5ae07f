"""What people have to do, looked up: the open waits, by last day."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

import asyncpg

from shared.postgres.database import EVERYWHERE
from shared.roles import party_of

NO_DAY = date(9999, 12, 31)
"""Where in the order a wait stands that has no last day."""

_MINE = """
    w.ended_at is null
    and {whose}
    and ($2::text[] is null or w.roles && $2)
    and ($3::text[] is null or w.person = '' or w.person = any ($3))
"""

_PAGE = f"""
    select w.*, coalesce(w.due_on, '{NO_DAY}'::date) as order_day
    from waits w
    where {_MINE}
      and ($4 = '' or w.case_kind = $4)
      and ($5 = '' or w.pool_code = $5)
      and ($6 = '' or w.bank_code = $6)
      and ($7::uuid is null or w.loan_id = $7 or w.case_id = $7)
      and ($8::date is null or w.due_on < $8)
      and ($9::date is null or (coalesce(w.due_on, '{NO_DAY}'::date), w.id) > ($9, $10::uuid))
    order by coalesce(w.due_on, '{NO_DAY}'::date), w.id
    limit $11
"""

_FIGURES = f"""
    select w.case_kind, count(*) as open,
           count(*) filter (where w.due_on < $4) as overdue,
           count(*) filter (where w.due_on >= $4 and w.due_on < $5) as near
    from waits w
    where {_MINE}
    group by w.case_kind order by w.case_kind
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Whose:
    """For whom is looked: an institution ("*": the bureau), roles (None: all), people (None: all;
    else what one of them has in hand, or nobody)."""

    institution: str
    roles: Sequence[str] | None
    people: Sequence[str] | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Wanted:
    """Which of them; "" and None are all."""

    kind: str = ""
    pool: str = ""
    bank: str = ""
    about: UUID | None = None
    """A loan, or a case itself."""
    due_before: date | None = None


async def page(
    conn: asyncpg.Connection,
    whose: Whose,
    wanted: Wanted,
    *,
    after: tuple[date, UUID] | None,
    limit: int,
) -> list[asyncpg.Record]:
    """The open waits, the nearest last day first, those without one at the end."""
    day, last = after or (None, None)
    rows: list[asyncpg.Record] = await conn.fetch(
        _of(whose, _PAGE), *_who(whose), wanted.kind, wanted.pool, wanted.bank, wanted.about,
        wanted.due_before, day, last, limit,
    )  # fmt: skip
    return rows


async def figures(
    conn: asyncpg.Connection, whose: Whose, *, today: date, near_before: date
) -> list[asyncpg.Record]:
    """How many wait, by kind: open, overdue, near their last day."""
    rows: list[asyncpg.Record] = await conn.fetch(
        _of(whose, _FIGURES), *_who(whose), today, near_before
    )
    return rows


def _of(whose: Whose, statement: str) -> str:
    """A statement for this asker: one that holds for all of them uses no index for any."""
    if whose.institution == EVERYWHERE:
        return statement.format(whose="$1 = '*'")
    is_party = party_of(whose.institution) is not None
    return statement.format(whose="'party:' || w.firm = $1" if is_party else "w.bank_code = $1")


def _who(whose: Whose) -> tuple[Any, ...]:
    roles = None if whose.roles is None else sorted(whose.roles)
    return whose.institution, roles, None if whose.people is None else list(whose.people)
