"""What people have to do, looked up: the open waits, by last day."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

import asyncpg

from shared.postgres.database import EVERYWHERE
from shared.roles import BANK_ROLES, BUREAU_ROLES, party_of

_FOR_BANKS = f"array[{', '.join(repr(role) for role in sorted(BANK_ROLES))}]"
"""Written as in the index of what waits for a bank's people."""
NO_DAY = date(9999, 12, 31)
"""Where in the order a wait stands that has no last day."""

_MINE = """
    w.ended_at is null
    and {whose}
    and ($2::text[] is null or w.roles && $2)
    and ($3::text[] is null or w.person = '' or w.person = any ($3))
"""

_NARROWED = f"""
    ($4 = '' or w.case_kind = $4)
    and ($5 = '' or w.pool_code = $5)
    and ($6 = '' or w.bank_code = $6)
    and ($7::uuid is null or w.loan_id = $7 or w.case_id = $7)
    and ($8::date is null or w.due_on < $8)
    and ($9::date is null or (coalesce(w.due_on, '{NO_DAY}'::date), w.id) > ($9, $10::uuid))
"""
_ORDER = f"coalesce(w.due_on, '{NO_DAY}'::date), w.id"
_PAGE = f"""
    select w.*, coalesce(w.due_on, '{NO_DAY}'::date) as order_day
    from waits w
    where {_MINE} and {_NARROWED}
    order by {_ORDER}
    limit $11
"""
# The role stands in the text, as in the index of its waits; what others have in hand is not met with.
_OF_ROLE = f"""
    select one.id from unnest(array[''] || $3::text[]) as mine (person)
    cross join lateral (
        select w.id from waits w
        where w.ended_at is null and '{{role}}' = any (w.roles) and w.person = mine.person
          and {_NARROWED}
        order by {_ORDER} limit $11) as one
"""
_PAGE_OF_ROLES = f"""
    select w.*, coalesce(w.due_on, '{NO_DAY}'::date) as order_day
    from waits w where w.id in ({{of_roles}}) and {{whose}} and w.roles && $2
    order by {_ORDER} limit $11
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
        _page_of(whose), *_who(whose), wanted.kind, wanted.pool, wanted.bank, wanted.about,
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
        # The roles stand in the text, as in the indexes of their waits.
        of_roles = " or ".join(f"'{role}' = any (w.roles)" for role in _roles_of(whose))
        mine = "" if whose.roles is None else f" and ({of_roles})"
        return statement.format(whose=f"$1 = '*'{mine}")
    if party_of(whose.institution) is not None:
        return statement.format(whose="'party:' || w.firm = $1")
    return statement.format(whose=f"w.bank_code = $1 and w.roles && {_FOR_BANKS}")


def _page_of(whose: Whose) -> str:
    """A page's statement: of the bureau's people each role and each person by itself."""
    if whose.institution != EVERYWHERE or whose.roles is None or whose.people is None:
        return _of(whose, _PAGE)
    of_roles = " union all ".join(_OF_ROLE.format(role=role) for role in _roles_of(whose))
    return _PAGE_OF_ROLES.format(of_roles=of_roles, whose="$1 = '*'")


def _roles_of(whose: Whose) -> list[str]:
    """The roles of the bureau among the asker's; nothing waits for others there."""
    return sorted(BUREAU_ROLES.intersection(whose.roles or ())) or sorted(BUREAU_ROLES)


def _who(whose: Whose) -> tuple[Any, ...]:
    roles = None if whose.roles is None else sorted(whose.roles)
    return whose.institution, roles, None if whose.people is None else list(whose.people)
