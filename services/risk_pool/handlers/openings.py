"""An opening is brought in, mended, proposed, and may be taken back: nothing is booked here."""

from collections.abc import Sequence
from dataclasses import asdict, replace
from uuid import UUID

import asyncpg
from uuid6 import uuid7

from services.risk_pool.domain.opening import (
    LIFE_CYCLE,
    Action,
    OpeningBegun,
    OpeningIncomplete,
    PoolHasBookings,
)
from services.risk_pool.domain.opening_draft import Draft, is_wrong_in_itself, key_of
from services.risk_pool.domain.opening_loan import TakenLoan
from services.risk_pool.domain.opening_reconciliation import reconciled
from services.risk_pool.domain.opening_row import BookRead, SheetRow
from services.risk_pool.domain.opening_sheets import LOANS
from services.risk_pool.handlers.held_cases import hold
from services.risk_pool.handlers.opening_known import draft_of
from services.risk_pool.handlers.step_context import StepContext
from services.risk_pool.queries.month_facts import last_seq
from services.risk_pool.tables import openings
from services.risk_pool.tables.held_cases import lock_case
from services.risk_pool.tables.ledger import LockedPool, lock_pool
from services.risk_pool.tables.numbers import next_number
from shared.contracts.openings import OpeningLoanDroppedV1, OpeningLoanProposedV1, TakenRight
from shared.life_cycle import SYSTEM, Row
from shared.messaging import outbox
from shared.postgres.hung import thinks_long
from shared.transitions import Step, apply_transition


async def bring_in(
    conn: asyncpg.Connection,
    pool_code: str,
    read: BookRead,
    context: StepContext,
    *,
    file_name: str,
    sha256: str,
    completes: bool,
) -> UUID:
    """A file's rows become the draft's: of the sheets that it has they take the place of those that
    are there. With `completes` they mend the draft: they take the place of what is wrong, and of
    rows of the same key. Raises NotFound, PoolHasBookings, OpeningBegun.
    """
    await thinks_long(conn)
    pool = await lock_pool(conn, pool_code)
    await require_no_booking(conn, pool)
    opening = await openings.lock_live(conn, pool.code)
    if opening is None:
        opening = await _begun(conn, pool, context)
    elif LIFE_CYCLE.find(opening["state"], Action.BRING_IN) is None:
        raise OpeningBegun(
            f"期初接管 {opening['number']} 已提出，须先收回或退回才能再导入。",
            f"The opening {opening['number']} is proposed; it is taken back before more comes in.",
            number=opening["number"],
        )
    rows = await _rows_with(conn, pool, opening, read, completes=completes)
    draft = await draft_of(conn, pool, rows)

    await openings.replace_rows(conn, opening["id"], list(zip(rows, draft.rows, strict=True)))
    file = {
        "no": len(opening["files"]) + 1,
        "name": file_name,
        "sha256": sha256,
        "rows": len(read.rows),
        "at": context.now.isoformat(),
        "by": context.by.name,
    }
    step = Step(
        case=opening,
        action=Action.BRING_IN,
        by=context.by,
        detail={"file": file_name, "sha256": sha256, "rows": len(read.rows)},
        changes={
            "files": [*opening["files"], file],
            "lines": [line.as_data() for line in reconciled(draft)],
            "rows_count": len(rows),
            "wrong_count": len(draft.wrong),
        },
    )
    await apply_transition(conn, openings.CASES, step, now=context.now)
    return UUID(str(opening["id"]))


async def _rows_with(
    conn: asyncpg.Connection, pool: LockedPool, opening: Row, read: BookRead, *, completes: bool
) -> list[SheetRow]:
    """The rows of the draft once a file has come in."""
    number = len(opening["files"]) + 1
    new = [replace(row, file_no=number) for row in read.rows]
    before = await openings.rows_of(conn, opening["id"])
    if completes:
        judged = await draft_of(conn, pool, before)
        return [*_left_by(new, read, list(zip(before, judged.rows, strict=True))), *new]
    return [*(row for row in before if row.sheet not in read.sheets), *new]


def _left_by(
    new: Sequence[SheetRow], read: BookRead, before: Sequence[tuple[SheetRow, SheetRow]]
) -> list[SheetRow]:
    """What stays of a draft that is mended: rows with nothing wrong in themselves, where none of the
    same key comes in."""
    coming = {(row.sheet, key_of(row)) for row in new}
    return [
        row
        for row, judged in before
        if not (row.sheet in read.sheets and is_wrong_in_itself(judged))
        and (row.sheet, key_of(row)) not in coming
    ]


async def require_no_booking(conn: asyncpg.Connection, pool: LockedPool) -> None:
    """Raises PoolHasBookings."""
    booked = await last_seq(conn, pool.code)
    if booked:
        raise PoolHasBookings(
            f"资金池 {pool.code} 已有 {booked} 笔分录；期初接管须在任何记账之前办理。",
            f"The pool {pool.code} has {booked} transfers; it is taken over before anything is "
            "booked.",
            transfers=booked,
        )


async def _begun(
    conn: asyncpg.Connection, pool: LockedPool, context: StepContext
) -> asyncpg.Record:
    move = LIFE_CYCLE.require(None, Action.BEGIN, SYSTEM)
    opening = {
        "id": uuid7(),
        "number": await next_number(conn, pool.code, series="O", year=context.today.year),
        "pool_code": pool.code,
        "opened_on": pool.opened_on,
        "state": move.target,
        "state_since": context.now,
        "begun_at": context.now,
        "begun_by": context.by.subject,
        "begun_name": context.by.name,
    }
    await openings.insert(conn, opening)
    step = Step(case={**opening, "state": None, "version": 0}, action=Action.BEGIN, by=SYSTEM)
    await apply_transition(conn, openings.CASES, step, now=context.now)
    return await lock_case(conn, openings.CASES, UUID(str(opening["id"])))


async def propose(conn: asyncpg.Connection, opening_id: UUID, context: StepContext) -> None:
    """Nothing in it is wrong and every difference is nought: another person may take it over, once
    its loans are answered for. Raises OpeningIncomplete, PoolHasBookings."""
    await thinks_long(conn)
    pool, opening = await hold(conn, openings.CASES, opening_id, Action.PROPOSE, context)
    await require_no_booking(conn, pool)
    draft = await draft_of(conn, pool, await openings.rows_of(conn, opening_id))
    require_complete(draft)
    ids = {loan.place: uuid7() for loan in draft.loans}
    await openings.announce(conn, opening_id, ids, LOANS)
    told = [
        _proposed(loan, ids[loan.place], pool=pool, opening_id=opening_id) for loan in draft.loans
    ]
    step = Step(
        case=opening,
        action=Action.PROPOSE,
        by=context.by,
        detail={"loans": len(told)},
        changes={
            "lines": [line.as_data() for line in reconciled(draft)],
            "proposed_by": context.by.subject,
            "proposed_name": context.by.name,
            "proposed_on": context.today,
        },
    )
    await apply_transition(conn, openings.CASES, step, now=context.now)
    await outbox.append(conn, told, now=context.now)


def require_complete(draft: Draft) -> None:
    """Raises OpeningIncomplete with every line that differs and every row that is wrong."""
    lines = reconciled(draft)
    uneven = [line.as_data() for line in lines if not line.is_even]
    wrong = [
        {"sheet": row.sheet, "line": row.line, "findings": [one.as_data() for one in row.findings]}
        for row in draft.wrong
    ]
    if uneven or wrong or not draft.rows:
        raise OpeningIncomplete(
            f"尚不能提出：{len(wrong)} 行有误，{len(uneven)} 项未核平。",
            f"It cannot be proposed yet: {len(wrong)} rows are wrong, {len(uneven)} figures differ.",
            lines=uneven,
            rows=wrong[:100],
        )


def _proposed(
    loan: TakenLoan, loan_id: UUID, *, pool: LockedPool, opening_id: UUID
) -> OpeningLoanProposedV1:
    same = {
        name: getattr(loan, name)
        for name in OpeningLoanProposedV1.model_fields
        if hasattr(loan, name) and name != "rights"
    }
    return OpeningLoanProposedV1(
        **same,
        opening_id=opening_id,
        loan_id=loan_id,
        pool_code=pool.code,
        programme=pool.programme,
        outstanding_principal_fen=loan.outstanding_fen,
        rights=tuple(TakenRight(**asdict(right)) for right in loan.rights),
    )


async def take_back(
    conn: asyncpg.Connection, opening_id: UUID, context: StepContext, *, reason: str
) -> None:
    """Finance goes on mending what it has proposed."""
    await _back_to_draft(conn, opening_id, Action.TAKE_BACK, context, reason=reason)


async def send_back(
    conn: asyncpg.Connection, opening_id: UUID, context: StepContext, *, reason: str
) -> None:
    """Who was to take it over has found something."""
    await _back_to_draft(conn, opening_id, Action.RETURN, context, reason=reason)


async def _back_to_draft(
    conn: asyncpg.Connection,
    opening_id: UUID,
    action: Action,
    context: StepContext,
    *,
    reason: str,
) -> None:
    pool, opening = await hold(conn, openings.CASES, opening_id, action, context)
    draft = await draft_of(conn, pool, await openings.rows_of(conn, opening_id))
    ids = {
        (row["file_no"], row["line"]): row["loan_id"]
        for row in await openings.announced(conn, opening_id)
    }
    dropped = [
        OpeningLoanDroppedV1(
            opening_id=opening_id,
            loan_id=ids[loan.place],
            pool_code=pool.code,
            bank_code=loan.bank_code,
            loan_no=loan.loan_no,
            reason=reason,
        )
        for loan in draft.loans
        if loan.place in ids
    ]
    await openings.forget_announced(conn, opening_id)
    step = Step(
        case=opening,
        action=action,
        by=context.by,
        reason=reason,
        changes=dict.fromkeys(("proposed_by", "proposed_name", "proposed_on")),
    )
    await apply_transition(conn, openings.CASES, step, now=context.now)
    await outbox.append(conn, dropped, now=context.now)


async def withdraw(
    conn: asyncpg.Connection, opening_id: UUID, context: StepContext, *, reason: str
) -> None:
    """The draft is given up; another one may be begun."""
    _, opening = await hold(conn, openings.CASES, opening_id, Action.WITHDRAW, context)
    step = Step(case=opening, action=Action.WITHDRAW, by=context.by, reason=reason)
    await apply_transition(conn, openings.CASES, step, now=context.now)
