"""The queue: what waits for the bureau, the most urgent first, then the longest waiting."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final
from uuid import UUID

from sqlalchemy import ColumnElement, and_, func, or_, tuple_
from sqlalchemy.orm import Mapped
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.applications.domain.life_cycle import LIFE_CYCLE, Action
from services.applications.tables.desk_rows import AbsenceRow, ConflictRow
from services.applications.tables.rows import ApplicationRow

_TO_DECIDE: Final = LIFE_CYCLE.sources_of(Action.APPROVE)
_IN_REVIEW: Final = LIFE_CYCLE.sources_of(Action.RECOMMEND)
_TO_TAKE: Final = [state for state in LIFE_CYCLE.sources_of(Action.TAKE) if state not in _IN_REVIEW]
_TO_SIGN: Final = LIFE_CYCLE.sources_of(Action.COUNTERSIGN)
_WAITING: Final = [*_TO_TAKE, *_IN_REVIEW, *_TO_DECIDE, *_TO_SIGN]


@dataclass(frozen=True, slots=True, kw_only=True)
class Watcher:
    """Whose queue it is, by what they may do."""

    subject: str
    reviews: bool
    approves: bool
    manages: bool
    roles: frozenset[str]
    """In which of them they may be asked for a further signature."""
    today: date


@dataclass(frozen=True, slots=True, kw_only=True)
class QueueFilter:
    """What of it is shown; None leaves out nothing."""

    pool_code: str | None = None
    bank_code: str | None = None
    fen: tuple[int | None, int | None] = (None, None)
    """The amount from and to, both counted in."""
    who: str | None = None
    """"me", "nobody", "signature" (mine), or the subject of somebody."""
    due: tuple[date, date] | None = None
    """From the first of these days, before the second."""
    priority: int | None = None


SORTS: Final[Mapping[str, Mapped[Any]]] = {
    "number": col(ApplicationRow.number),
    "amount": col(ApplicationRow.amount_fen),
    "since": col(ApplicationRow.state_since),
    "submitted_at": col(ApplicationRow.submitted_at),
}
"""What the queue can be ordered by: it holds only what waits. None of it is null."""


async def queue(
    session: AsyncSession,
    watcher: Watcher,
    wanted: QueueFilter,
    *,
    sort: str | None,
    after: tuple[Any, ...] | None,
    limit: int,
) -> Sequence[ApplicationRow]:
    """What a person can work on, or, of a manager, everything that waits; the most urgent first
    where `sort`, a name of `SORTS` with `-` before it downwards, says nothing else.

    A reviewer sees what nobody has taken, what they have taken, and what those have taken for whom
    they stand in today; an approver what was recommended by somebody else; whoever
    is to sign further what others have approved. What they keep out of is not there.
    """
    row = ApplicationRow
    query = select(row).where(*_waiting(watcher, wanted)).limit(limit)
    if sort is None:
        query = query.order_by(col(row.priority).desc(), col(row.state_since), col(row.id))
        return (await session.exec(query if after is None else query.where(_behind(*after)))).all()
    column, key = SORTS[sort.removeprefix("-")], col(row.id)
    place = tuple_(column, key)
    if sort.startswith("-"):
        query = query.order_by(column.desc(), key.desc())
        return (await session.exec(query if after is None else query.where(place < after))).all()
    query = query.order_by(column, key)
    return (await session.exec(query if after is None else query.where(place > after))).all()


def _behind(priority: int, since: datetime, case_id: UUID) -> ColumnElement[bool]:
    row = ApplicationRow
    return or_(
        col(row.priority) < priority,
        and_(
            col(row.priority) == priority,
            tuple_(col(row.state_since), col(row.id)) > (since, case_id),
        ),
    )


async def summed(session: AsyncSession, watcher: Watcher, wanted: QueueFilter) -> tuple[int, int]:
    """How many of these wait, and the fen that they ask for."""
    query = select(func.count(), func.coalesce(func.sum(col(ApplicationRow.amount_fen)), 0)).where(
        *_waiting(watcher, wanted)
    )
    count, fen = (await session.exec(query)).one()
    return count, int(fen)


def _waiting(watcher: Watcher, wanted: QueueFilter) -> list[ColumnElement[bool]]:
    # Said once more for all of them, so that the index of waiting cases is used.
    return [col(ApplicationRow.state).in_(_WAITING), *_conditions(watcher, wanted)]


def _conditions(watcher: Watcher, wanted: QueueFilter) -> list[ColumnElement[bool]]:
    row = ApplicationRow
    found: list[ColumnElement[bool]] = []
    if not watcher.manages:
        found += [_can_work_on(watcher), ~_keeps_out(watcher.subject)]
    if wanted.pool_code is not None:
        found.append(col(row.pool_code) == wanted.pool_code)
    if wanted.bank_code is not None:
        found.append(col(row.bank_code) == wanted.bank_code)
    least, most = wanted.fen
    if least is not None:
        found.append(col(row.amount_fen) >= least)
    if most is not None:
        found.append(col(row.amount_fen) <= most)
    if wanted.who == "signature":
        found += [_can_sign(watcher), ~_keeps_out(watcher.subject)]
    elif wanted.who == "nobody":
        found.append(col(row.state).in_(_TO_TAKE))
    elif wanted.who is not None:
        subject = watcher.subject if wanted.who == "me" else wanted.who
        found += [col(row.assigned_to) == subject, col(row.state).in_(_IN_REVIEW)]
    if wanted.due is not None:
        first, before = wanted.due
        found += [col(row.due_on) >= first, col(row.due_on) < before]
    if wanted.priority is not None:
        found.append(col(row.priority) == wanted.priority)
    return found


def _can_work_on(watcher: Watcher) -> ColumnElement[bool]:
    row, mine = ApplicationRow, list[ColumnElement[bool]]()
    state = col(row.state)
    if watcher.reviews:
        stood_in_for = select(AbsenceRow.subject).where(
            col(AbsenceRow.delegate) == watcher.subject,
            col(AbsenceRow.from_day) <= watcher.today,
            col(AbsenceRow.to_day) >= watcher.today,
            or_(col(AbsenceRow.ended_on).is_(None), col(AbsenceRow.ended_on) > watcher.today),
        )
        taken_by = col(row.assigned_to)
        theirs = or_(taken_by == watcher.subject, taken_by.in_(stood_in_for))
        mine += [state.in_(_TO_TAKE), and_(state.in_(_IN_REVIEW), theirs)]
    if watcher.approves:
        mine.append(and_(state.in_(_TO_DECIDE), col(row.recommended_by) != watcher.subject))
    mine.append(_can_sign(watcher))
    return or_(*mine)


def _can_sign(watcher: Watcher) -> ColumnElement[bool]:
    """What waits for a signature in one of their roles, and was not decided by them so far."""
    row = ApplicationRow
    return and_(
        col(row.state).in_(_TO_SIGN),
        col(row.signature_role).in_(sorted(watcher.roles)),
        col(row.recommended_by) != watcher.subject,
        col(row.approved_by) != watcher.subject,
    )


def _keeps_out(subject: str) -> ColumnElement[bool]:
    row = ApplicationRow
    return (
        select(ConflictRow.id)
        .where(
            col(ConflictRow.subject) == subject,
            col(ConflictRow.lifted_at).is_(None),
            or_(
                col(ConflictRow.application_id) == col(row.id),
                col(ConflictRow.borrower_uscc) == col(row.borrower_uscc),
            ),
        )
        .correlate(row)
        .exists()
    )
