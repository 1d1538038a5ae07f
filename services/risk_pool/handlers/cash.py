"""Cash is entered by one person, or entered to be taken back; nothing is booked before its release."""

from collections.abc import Mapping
from datetime import date
from typing import Any
from uuid import UUID

import asyncpg
from uuid6 import uuid7

from services.risk_pool.domain.cash_booking import (
    CashEntered,
    planned_for,
    require_day,
    require_no_double,
    require_party_of,
    require_reversible,
)
from services.risk_pool.domain.cash_entry import (
    LIFE_CYCLE,
    OF_AN_ITEM,
    Action,
    Kind,
)
from services.risk_pool.domain.claim import Action as ClaimAction
from services.risk_pool.domain.open_items import CLAIM, OpenItem
from services.risk_pool.domain.shown_cash import as_shown
from services.risk_pool.handlers import claim_payments
from services.risk_pool.handlers.claims import locked
from services.risk_pool.handlers.held_cases import hold_pool_of
from services.risk_pool.handlers.step_context import StepContext
from services.risk_pool.queries import account_lines, account_matches, open_items
from services.risk_pool.queries import cash_entries as known
from services.risk_pool.tables import cash_entries, parties
from services.risk_pool.tables.held_cases import lock_case
from services.risk_pool.tables.ledger import (
    LockedPool,
    lock_pool,
)
from services.risk_pool.tables.numbers import next_number
from shared.refusals import FieldsWrong, NotFound
from shared.transitions import Step, apply_transition


async def enter(
    conn: asyncpg.Connection,
    pool_code: str,
    entered: CashEntered,
    context: StepContext,
    *,
    is_ordered: bool = False,
) -> UUID:
    """One person enters what the bank's statement shows, or what the bank is ordered to pay, whose
    day may be to come. Nothing is booked yet.

    What is entered from a line of the account is entered as the line has it. Raises NotFound for a
    pool, party, item or line that is none, FieldsWrong, DateNotYet, BeforeOpening, LikelyDouble
    with the other entry, and what an item refuses to be settled by.
    """
    pool = await lock_pool(conn, pool_code)
    if wrong := entered.faults():
        raise FieldsWrong(wrong)
    entered = await _as_shown(conn, pool, entered)
    today = max(context.today, entered.value_date) if is_ordered else context.today
    require_day(entered.value_date, opened_on=pool.opened_on, today=today)
    item = await _item(conn, pool, entered)
    # A fee is the pool's own expense: its entry names no party, whoever was promised it.
    owed = item if entered.kind in OF_AN_ITEM else None
    party_code = owed.party_code if owed else entered.party_code
    if entered.kind == Kind.CONTRIBUTION:
        await _require_party(conn, pool, entered.party_code or "")
    if item is not None:
        item.require_settles(
            entered.kind,
            entered.amount_fen,
            waiting_fen=item.entered_fen,
            shown=entered.line_id is not None,
        )
    others = await known.likely_doubles(conn, pool.code, entered, party_code=party_code)
    double_of = require_no_double(entered, others)

    entry_id = uuid7()
    entry = _new(entry_id, entered, item, party_code=party_code, double_of=double_of)
    if item is not None and item.claim_id is not None:
        day = min(entered.value_date, context.today)
        await claim_payments.note_entered(conn, item.claim_id, context, day=day)
    return await _keep(conn, pool, entry_id, entry, context)


def _new(
    entry_id: UUID,
    entered: CashEntered,
    item: OpenItem | None,
    *,
    party_code: str | None,
    double_of: UUID | None,
) -> dict[str, Any]:
    return {
        "kind": entered.kind,
        "of_kind": entered.kind,
        "sign": 1,
        "root_id": entry_id,
        "reverses": None,
        "reverses_number": "",
        "party_code": party_code,
        "amount_fen": entered.amount_fen,
        "value_date": entered.value_date,
        "bank_reference": entered.bank_reference,
        "account": entered.account,
        "item": item.reference if item else "",
        "claim_id": item.claim_id if item else None,
        "loan_id": item.loan_id if item else None,
        "note": entered.note,
        "double_of": double_of,
        "line_id": entered.line_id,
    }


async def enter_claim_payment(
    conn: asyncpg.Connection,
    claim_id: UUID,
    context: StepContext,
    *,
    paid_on: date | None,
    from_account: str = "",
    voucher: str = "",
    confirm_double_of: UUID | None = None,
) -> None:
    """One person enters that a claim's payment has left the account, today if no day is named; in a
    programme with escrow it has gone into the escrow account.

    `from_account` where the pool has several dedicated accounts, `voucher` the number by which the
    payment stands on the bank's statement. A claim of which the pool bears nothing is done with at
    once: no money moves. Raises what `enter` raises, PaidBeforeApproval.
    """
    pool, claim = await locked(conn, claim_id, ClaimAction.ENTER_PAYMENT, context)
    day = paid_on or context.today
    if claim["pool_pays_fen"] == 0:
        await claim_payments.pay_nothing(conn, claim_id, context, day=day)
        return
    payment = CashEntered(
        kind=Kind.SET_ASIDE if claim["escrow"] else Kind.PAYMENT,
        amount_fen=claim["pool_pays_fen"],
        value_date=day,
        item=f"{CLAIM}{claim['number']}",
        bank_reference=voucher,
        account=from_account,
        confirm_double_of=confirm_double_of,
    )
    await enter(conn, pool.code, payment, context)


async def reverse(
    conn: asyncpg.Connection,
    entry_id: UUID,
    context: StepContext,
    *,
    reason: str,
    value_date: date | None = None,
    bank_reference: str = "",
) -> UUID:
    """One person enters that a booked entry is taken back; another releases that, too.

    Its value date is the entry's own where none is named, as for a mistake; a payment that came
    back has a day of its own. Raises NotFound, NotReleased, AlreadyReversed, DateNotYet,
    BeforeOpening.
    """
    pool = await hold_pool_of(conn, cash_entries.CASES, entry_id)
    taken_back = await lock_case(conn, cash_entries.CASES, entry_id)
    require_reversible(taken_back, reversed_by=await known.live_reversal_of(conn, taken_back["id"]))
    day = value_date or taken_back["value_date"]
    require_day(day, opened_on=taken_back["value_date"], today=context.today)
    same = (
        "of_kind",
        "root_id",
        "party_code",
        "amount_fen",
        "account",
        "item",
        "claim_id",
        "loan_id",
    )
    entry = {
        **{name: taken_back[name] for name in same},
        "kind": Kind.REVERSAL,
        "sign": -taken_back["sign"],
        "reverses": taken_back["id"],
        "reverses_number": taken_back["number"],
        "value_date": day,
        "bank_reference": bank_reference,
        "note": reason,
        "double_of": None,
        "line_id": None,
    }
    return await _keep(conn, pool, uuid7(), entry, context)


async def _keep(
    conn: asyncpg.Connection,
    pool: LockedPool,
    entry_id: UUID,
    entry: Mapping[str, Any],
    context: StepContext,
) -> UUID:
    move = LIFE_CYCLE.require(None, Action.ENTER, context.by)
    row = {
        **entry,
        "id": entry_id,
        "number": await next_number(conn, pool.code, series="K", year=context.today.year),
        "pool_code": pool.code,
        "state": move.target,
        "state_since": context.now,
        "due_on": None,
        "entered_at": context.now,
        "entered_by": context.by.subject,
        "entered_name": context.by.name,
    }
    await cash_entries.insert(conn, row)
    step = Step(
        case={**row, "state": None, "version": 0},
        action=Action.ENTER,
        by=context.by,
        reason=row["note"],
    )
    await apply_transition(conn, cash_entries.CASES, step, now=context.now)
    return entry_id


async def _as_shown(
    conn: asyncpg.Connection, pool: LockedPool, entered: CashEntered
) -> CashEntered:
    if entered.line_id is None:
        return entered
    line = await account_lines.find_line(conn, entered.line_id)
    if line is None or line["pool_code"] != pool.code:
        raise NotFound("没有该账户流水", "There is no such line.")
    proposed_fen = await account_matches.proposed_of_line(conn, entered.line_id)
    return as_shown(entered, line, proposed_fen=proposed_fen)


async def _item(
    conn: asyncpg.Connection, pool: LockedPool, entered: CashEntered
) -> OpenItem | None:
    if entered.kind == Kind.CONTRIBUTION and not entered.item:
        owed = await open_items.of_pool(conn, pool.code, party=entered.party_code)
        return planned_for(entered, [one for one in owed if one.direction == "contribution"])
    if entered.kind not in OF_AN_ITEM and not entered.item:
        return None
    item = await open_items.find(conn, pool.code, entered.item)
    if item is None:
        raise NotFound(f"没有往来款项 {entered.item}", f"There is no open item {entered.item}.")
    require_party_of(item, entered)
    return item


async def _require_party(conn: asyncpg.Connection, pool: LockedPool, party_code: str) -> None:
    if not await parties.takes_part(conn, pool.code, party_code):
        raise NotFound(
            f"{party_code} 未参加资金池 {pool.code}",
            f"{party_code} does not take part in the pool {pool.code}.",
        )
