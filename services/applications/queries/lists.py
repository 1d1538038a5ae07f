"""What the big lists can be ordered by, narrowed by, and what they come to.

Each column has an index of its own, or its list is of few; none is null, so that paging is right.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time, timedelta
from typing import Any, Final
from uuid import UUID

import asyncpg

from services.applications.domain.life_cycle import RUNS_OUT, State
from shared.clock import SHANGHAI
from shared.postgres.conditions import between
from shared.postgres.database import EVERYWHERE
from shared.postgres.grids import Grid, Sortable
from shared.postgres.literals import literals

DUE: Final = f"(case when state in ({literals(RUNS_OUT)}) then reserved_until else due_on end)"
"""The day that a list shows as the end of the wait."""

CASES: Final = Grid(
    rows="applications",
    key=(Sortable("id", UUID),),
    sorts={
        "number": Sortable("number", str),
        "amount": Sortable("amount_fen", int),
        "submitted_at": Sortable("submitted_at", datetime),
        "due_on": Sortable(f"coalesce({DUE}, date '1900-01-01')", date),
    },
    sums={"amount": "amount_fen"},
)
# As a query of its own, so that nobody plans for who happens to look first: a plan that suits the bank with most
# rights, kept and used again for one with none, would walk past all there are.
_LOOKS: Final = "(select current_setting('zhidai.institution', true))"
RIGHTS: Final = Grid(
    rows="rights as r",
    columns="""r.id, r.kind, r.number, r.nice_class, r.first_seen_at,
        exists (select from held_rights as h
                where (h.kind, h.number, h.nice_class) = (r.kind, r.number, r.nice_class)
                offset 0) as pledged""",
    key=(Sortable("r.kind", str), Sortable("r.number", str), Sortable("r.nice_class", int)),
    descends=False,
    sorts={"first_seen_at": Sortable("r.first_seen_at", datetime)},
    most_counted=20_000,
)
# A bank meets rights in the order of what it may know: in that of all rights it would pass by those of others.
RIGHTS_OF_BANK: Final = replace(
    RIGHTS,
    rows=f"""(
        select one.id, known.kind, known.number, known.nice_class, one.first_seen_at
        from (
            select kind, number, nice_class from right_statements where bank_code = {_LOOKS}
            union
            select kind, number, nice_class from right_statements where bank_code = '{EVERYWHERE}'
        ) as known
        cross join lateral (
            select * from rights as its
            where (its.kind, its.number, its.nice_class)
                = (known.kind, known.number, known.nice_class) offset 0
        ) as one
    ) as r""",
)
_BY_CODE: Final = (
    "select uscc from borrowers",
    "select owner_uscc as uscc from right_statements"
    " where owner_uscc is not null and owner_name is not null",
)
_OF_BANK: Final = (
    f"select uscc from borrowers where bank_code = {_LOOKS}",
    *(
        f"{_BY_CODE[1]} and bank_code = {whose} and {_LOOKS} <> '{EVERYWHERE}'"
        for whose in (_LOOKS, f"'{EVERYWHERE}'")
    ),
)
FIRMS: Final = Grid(
    rows="""(
        select key.uscc, max(said.name) as name, bool_or(said.borrows) as borrows,
               count(distinct said.right_said) as rights
        from unnest({keys}::text[]) as key (uscc)
        cross join lateral (
            select name, true as borrows, null as right_said
            from borrowers as b where b.uscc = key.uscc
            union all
            select owner_name, false, concat_ws(':', kind, number, nice_class)
            from right_statements as s where s.owner_uscc = key.uscc
        ) as said group by key.uscc
    ) as firm""",
    # Each is of one asker, and comes in the order of the codes.
    parts=(
        *(
            f"(select * from ({one}) as all_said where {_LOOKS} = '{EVERYWHERE}')"
            for one in _BY_CODE
        ),
        *(f"({one})" for one in _OF_BANK),
    ),
    columns="uscc, name, borrows, rights",
    key=(Sortable("uscc", str),),
    descends=False,
    sorts={"uscc": Sortable("uscc", str)},
)


@dataclass(frozen=True, kw_only=True)
class CaseFilter:
    """Which cases a list shows; None leaves a column alone. Bounds are counted in."""

    own: str | None
    """The bank that asks; None for the bureau."""
    state: Sequence[State] = ()
    pool_code: str | None = None
    bank_code: str | None = None
    mode: str | None = None
    purpose: str | None = None
    area: str | None = None
    """The beginning of a code of the administrative divisions."""
    assigned_to: str | None = None
    priority: int | None = None
    fen: tuple[int | None, int | None] = (None, None)
    submitted: tuple[date | None, date | None] = (None, None)
    due: tuple[date | None, date | None] = (None, None)
    lit: tuple[date, date] | None = None
    """What a lamp shows is due from the first of these days, before the second."""


def conditions_of(wanted: CaseFilter) -> Mapping[str, Any]:
    """The filter as conditions of `CASES`."""
    first, last = wanted.submitted
    return {
        "{} = bank_code": wanted.own,
        "state = any({}::text[])": list(wanted.state) or None,
        "pool_code = {}": wanted.pool_code,
        "bank_code = {}": wanted.bank_code,
        "mode = {}": wanted.mode,
        "purpose = {}": wanted.purpose,
        "borrower_region_code like {} || '%'": wanted.area,
        "assigned_to = {}": wanted.assigned_to,
        "priority = {}": wanted.priority,
        **between("amount_fen", wanted.fen),
        "submitted_at >= {}": None if first is None else _begins(first),
        "submitted_at < {}": None if last is None else _begins(last + timedelta(days=1)),
        **between(DUE, wanted.due),
        f"({DUE} >= {{}} and {DUE} < {{}})": wanted.lit,
    }


def _begins(day: date) -> datetime:
    return datetime.combine(day, time(), SHANGHAI)


@dataclass(frozen=True, kw_only=True)
class RightFilter:
    """Which rights a list shows; None leaves a question alone."""

    own: str | None
    """The bank that asks; None for the bureau."""
    kind: str | None = None
    legal_status: str | None = None
    owner: str | None = None
    """A credit code."""
    pledged: bool | None = None


_OF_RIGHT: Final = "(s.kind, s.number, s.nice_class) = (r.kind, r.number, r.nice_class)"
_STATUS: Final = """(select legal_status from right_statements as last
    where (last.kind, last.number, last.nice_class) = (r.kind, r.number, r.nice_class)
      and last.legal_status is not null
    order by as_of desc, statement_no desc limit 1)"""
# Asked right by right: without `offset 0` all rights that are held would be hashed for a page.
_PLEDGED: Final = """exists (select from held_rights as h
    where (h.kind, h.number, h.nice_class) = (r.kind, r.number, r.nice_class) offset 0)"""


def conditions_of_rights(wanted: RightFilter) -> Mapping[str, Any]:
    """The filter as conditions of `RIGHTS`; of what nobody has said anything the reader may know
    there is none."""
    said: list[str] = []
    values: list[Any] = []
    if wanted.owner is not None:
        said.append("and s.owner_uscc = {}")
        values.append(wanted.owner)
    # Asked right by right, in the order of the page: as a join all that was ever said would be read.
    known = (
        f"exists (select from right_statements as s where {_OF_RIGHT} {' '.join(said)} offset 0)"
    )
    if wanted.own is not None:
        # Of a bank's few the whole are sooner gathered than met with on the way through all.
        known = f"""(r.kind, r.number, r.nice_class) in (
            select s.kind, s.number, s.nice_class from right_statements as s
            where s.bank_code = any({{}}::text[]) {" ".join(said)})"""
        values.insert(0, [wanted.own, EVERYWHERE])
    return {
        # What a bank may know are the rows of its grid.
        known: tuple(values) if said or wanted.own is None else None,
        "r.kind = {}": wanted.kind,
        f"{_STATUS} = {{}}": wanted.legal_status,
        f"{_PLEDGED} = {{}}::boolean": wanted.pledged,
    }


async def names(conn: asyncpg.Connection) -> Mapping[str, str]:
    """What pools and banks are called, by code, as far as the caller may know."""
    rows = await conn.fetch("select code, name from banks union select code, name from pools")
    return {row["code"]: row["name"] for row in rows}
