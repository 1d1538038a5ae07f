"""The hot path's SQL: one statement keeps a whole submission, a new one or a mended one.

Which columns are written, with what types and whence is derived once: the columns from the row
classes, each value from the attribute of the same name. So a field of a submission is named in
its value and in its row, and here not at all. State and history are what the life cycle's moves
say (`shared.transitions.checked`); no state is decided here.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from operator import attrgetter
from typing import Any, Final
from uuid import UUID

import asyncpg
from sqlmodel import SQLModel

from services.applications.domain.life_cycle import HOLDS_ITS_RIGHTS
from services.applications.domain.rank_held import FIRST
from services.applications.domain.submission import (
    Borrower,
    Collateral,
    Submission,
    SubmittedDocument,
    Valuation,
)
from services.applications.tables import rows
from services.applications.tables.cases import APPLICATIONS
from services.applications.tables.ranks import began
from services.applications.tables.rows import types_of
from shared.clock import business_date
from shared.postgres.known_names import kept
from shared.schemes.decide.findings import Finding
from shared.transitions import (
    HISTORY,
    HISTORY_ARRAYS,
    HISTORY_COLUMNS,
    Step,
    Transition,
    history_arrays,
)

Read = Callable[[Any], Any]


@dataclass(frozen=True, slots=True, kw_only=True)
class FiledCase:
    """A submission, what its case is known by, and where its two moves lead it.

    The moves are the bank's and then the machine's, each with what `checked` made of it.
    """

    submission: Submission
    id: UUID
    number: str
    bank_code: str
    programme: str
    revision: int
    reasons: Sequence[Finding]
    submitted_by: str
    submitted_at: datetime
    stated_facts: Sequence[Mapping[str, Any]]
    """The facts with who stated them; see `domain.stated.witnessed`."""
    moves: Sequence[tuple[Step, Transition]]
    ranks: Sequence[int] = ()
    """The rank that each right takes, in their order; empty: the first of each."""

    @property
    def state(self) -> str:
        """After both moves."""
        return self.moves[-1][1].state

    @property
    def version(self) -> int:
        """After both moves."""
        return self.moves[-1][1].version

    @property
    def due_on(self) -> date | None:
        """Until when the case waits where it is now."""
        return self.moves[-1][1].due_on

    @property
    def state_since(self) -> datetime:
        """Both moves are made in the moment of the submission."""
        return self.submitted_at

    @property
    def submitted_on(self) -> date:
        """The business day of which the case speaks."""
        return business_date(self.submitted_at)

    @property
    def paid_out(self) -> Mapping[str, Any] | None:
        """The loan that is filed after it was paid out, as it is kept."""
        paid = self.submission.paid_out
        return paid.as_data() if paid else None

    @property
    def findings(self) -> list[dict[str, Any]]:
        """The reasons, as they are kept."""
        return [finding.as_data() for finding in self.reasons]


def _where_it_is(column: str) -> Read | None:
    """Where a filed case has the value of a column; None for a column that others write."""
    firms = column.removeprefix("borrower_")
    if hasattr(FiledCase, column):
        return attrgetter(column)
    if hasattr(Submission, column):
        return attrgetter(f"submission.{column}")
    if firms != column and hasattr(Borrower, firms):
        return attrgetter(f"submission.borrower.{firms}")
    return None


def _named(row: type[SQLModel], value: type) -> dict[str, str]:
    """The columns of a row that a value has under the same names, with their types."""
    return {name: kind for name, kind in types_of(row).items() if hasattr(value, name)}


CASE: Final = {
    name: kind
    for name, kind in types_of(rows.ApplicationRow).items()
    if _where_it_is(name) is not None
}
CASE_READS: Final[Sequence[Read]] = [read for name in CASE if (read := _where_it_is(name))]
FIRM: Final = tuple(_named(rows.BorrowerRow, Borrower))
_OF_A_RIGHT: Final = _named(rows.CollateralRow, Collateral)
RIGHT: Final = {name: kind for name, kind in _OF_A_RIGHT.items() if kind != "jsonb"}
"""What is said of a right itself, as its register has it."""
OFFERED: Final = {name: kind for name, kind in _OF_A_RIGHT.items() if kind == "jsonb"}
"""What this case says beside it of the pledge. A JSON value travels inside an object: a list among
the values of an array would be its dimension."""
WORTH: Final = _named(rows.ValuationRow, Valuation)
SPELLED: Final = dict.fromkeys(("name_canonical", "owner_name_canonical"), "text")
"""By which the register of rights finds a right and its owner."""
DOCUMENT: Final = _named(rows.DocumentRow, SubmittedDocument)
_HOLDS: Final = len(HISTORY) + 1
_CASE_FROM: Final = _HOLDS + 1
_RIGHTS_FROM: Final = _CASE_FROM + len(CASE)
_ITEM: Final = RIGHT | WORTH | SPELLED | OFFERED
_DOCUMENTS_FROM: Final = _RIGHTS_FROM + len(_ITEM)
_SAID_BY: Final = _DOCUMENTS_FROM + len(DOCUMENT)
_AT: Final = {name: f"${n}::{kind}" for n, (name, kind) in enumerate(CASE.items(), _CASE_FROM)}


def _arrays(columns: Mapping[str, str], first: int) -> str:
    """The parameters that hold these columns of many rows, from number `first` on."""
    return _and(f"${n}::{kind}[]" for n, kind in enumerate(columns.values(), first))


def _and(parts: Iterable[str]) -> str:
    return ", ".join(parts)


_INSERT_CASE: Final = f"insert into applications ({_and(CASE)}) values ({_and(_AT.values())})"
_FIXED: Final = ("bank_code", "number", "pool_code", "programme")
_REPLACE_CASE: Final = (
    "update applications set assigned_to = null, assigned_name = null, recommended_by = null, "
    + _and(f"{name} = {at}" for name, at in _AT.items() if name not in ("id", *_FIXED))
    + f" where id = {_AT['id']} and version = {_AT['version']} - 2"
    # A parameter that is not used has no type, so the fixed ones are compared.
    + "".join(f" and {name} = {_AT[name]}" for name in _FIXED)
)

_NAMES: Final = f"""
    select {_AT["borrower_name_canonical"]} as name
    union all select owner_name_canonical from item union all select name_canonical from item
"""
_ALL_BUT_THE_CASE: Final = f"""
), item as (
    select *
    from unnest({_arrays(_ITEM, _RIGHTS_FROM)}) with ordinality
        as item ({_and(_ITEM)}, collateral_no)
), firm as (
    insert into borrowers as known (bank_code, {_and(FIRM)}, first_seen_at, changed_at)
    select {_AT["bank_code"]}, {_and(_AT[f"borrower_{name}"] for name in FIRM)},
           {_AT["submitted_at"]}, {_AT["submitted_at"]}
    -- Looked for first: on conflict would lock the row, and a firm's cases wait for each other.
    where not exists (
        select from borrowers as same
        where same.bank_code = {_AT["bank_code"]} and same.uscc = {_AT["borrower_uscc"]}
          and ({_and(f"same.{name}" for name in FIRM)})
              is not distinct from ({_and(_AT[f"borrower_{name}"] for name in FIRM)})
    )
    on conflict (bank_code, uscc) do update
        set {_and(f"{name} = excluded.{name}" for name in FIRM)}, changed_at = excluded.changed_at
), offered as (
    insert into collateral
        (application_id, revision, collateral_no, bank_code, {_and(RIGHT)}, {_and(OFFERED)})
    select {_AT["id"]}, {_AT["revision"]}, collateral_no, {_AT["bank_code"]}, {_and(RIGHT)},
           {_and(f"nullif({name} -> 'value', 'null'::jsonb)" for name in OFFERED)}
    from item
), valued as (
    insert into valuations (application_id, revision, collateral_no, bank_code, {_and(WORTH)})
    select {_AT["id"]}, {_AT["revision"]}, collateral_no, {_AT["bank_code"]}, {_and(WORTH)}
    from item
), papers as (
    insert into documents (application_id, revision, document_no, bank_code, {_and(DOCUMENT)})
    select {_AT["id"]}, {_AT["revision"]}, document_no, {_AT["bank_code"]}, {_and(DOCUMENT)}
    from unnest({_arrays(DOCUMENT, _DOCUMENTS_FROM)}) with ordinality
        as paper ({_and(DOCUMENT)}, document_no)
), moved as (
    insert into case_moves ({HISTORY_COLUMNS}) select * from unnest({HISTORY_ARRAYS})
), registered as (
    insert into rights (kind, number, nice_class, first_seen_at)
    select kind, number, nice_class, {_AT["submitted_at"]} from item
    where not exists (select from rights as same
                      where (same.kind, same.number, same.nice_class)
                          = (item.kind, item.number, item.nice_class))
    order by kind, number, nice_class
    on conflict do nothing
), said as (
    -- What the case says of its rights, as the register keeps it: with who said it and when.
    insert into right_statements ({_and(RIGHT | SPELLED)}, bank_code, source, reference,
                                  application_id, as_of, said_by, said_by_name, said_at)
    select {_and(RIGHT | SPELLED)}, {_AT["bank_code"]}, 'case', {_AT["number"]}, {_AT["id"]},
           ${_SAID_BY + 1}::date, {_AT["submitted_by"]}, ${_SAID_BY}::text, {_AT["submitted_at"]}
    from item order by kind, number, nice_class
), named as (
    {kept(_NAMES)}
), wanted as (
    -- The renewed loan has the first place of its rights, as long as it has them.
    select item.kind, item.number, item.nice_class, coalesce(renewed.rank, ranked.rank) as rank,
           renewed.rank is not null as renews
    from item
    join unnest(${_SAID_BY + 2}::smallint[]) with ordinality as ranked (rank, collateral_no)
        using (collateral_no)
    left join held_rights as renewed
        on renewed.application_id = {_AT["renews"]}
       and (renewed.kind, renewed.number, renewed.nice_class)
           = (item.kind, item.number, item.nice_class)
    where ${_HOLDS}::boolean
), ahead as (
    -- Who stands before a later rank stays until this is committed, or it is looked at again.
    select before.kind, before.number, before.nice_class
    from wanted join held_rights as before using (kind, number, nice_class)
    where before.rank = wanted.rank - 1 and before.place = 0
    order by 1, 2, 3 for key share of before
), held as (
    -- In the order of the key, so that two cases with the same rights wait and never deadlock.
    insert into held_rights (kind, number, nice_class, rank, place, application_id)
    select kind, number, nice_class, rank, renews::int::smallint, {_AT["id"]}
    from wanted
    where rank = 1 or (kind, number, nice_class) in (select * from ahead)
    order by kind, number, nice_class
    on conflict do nothing
    returning true
)
select count(*) from held
"""
_INSERT: Final = f"with the_case as ({_INSERT_CASE}{_ALL_BUT_THE_CASE}"
_REPLACE: Final = f"with the_case as ({_REPLACE_CASE}{_ALL_BUT_THE_CASE}"


async def keep(conn: asyncpg.Connection, filed: FiledCase) -> bool:
    """Keep a case with all that belongs to it; earlier revisions of it stay as they were.

    False where another case has taken one of its rights since they were looked at: then the
    transaction is to be given up.
    """
    begins = filed.moves[0][1].move.source is None
    holds = filed.state in HOLDS_ITS_RIGHTS
    rights = filed.submission.collateral
    taken = await conn.fetchval(
        _INSERT if begins else _REPLACE,
        *history_arrays(APPLICATIONS, filed.moves, filed.submitted_at),
        holds,
        *(read(filed) for read in CASE_READS),
        *([getattr(item, name) for item in rights] for name in RIGHT),
        *([getattr(item.valuation, name) for item in rights] for name in WORTH),
        *([getattr(item, name) for item in rights] for name in SPELLED),
        *([{"value": getattr(item, name)} for item in rights] for name in OFFERED),
        *([getattr(one, name) for one in filed.submission.documents] for name in DOCUMENT),
        filed.moves[0][0].by.name,
        filed.submitted_on,
        filed.ranks or [FIRST] * len(rights),
    )
    if holds and any(rank > FIRST for rank in filed.ranks):
        await began(conn, filed.id, filed.bank_code, rights, filed.ranks, now=filed.submitted_at)
    return bool(taken == (len(rights) if holds else 0))
