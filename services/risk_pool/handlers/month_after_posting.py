"""A posted month goes on: money settles what it left (matched), and a person closes it.

Its figures never change by any of that.
"""

from datetime import datetime

import asyncpg

from services.risk_pool.domain.month_closing import account_off, disputed, items_open
from services.risk_pool.domain.month_findings import MonthFinding, named
from services.risk_pool.domain.settlement import BOOKS_CLOSED, LIFE_CYCLE, Action, is_done
from services.risk_pool.queries import account_reconciliation, disputes, open_items
from services.risk_pool.queries.parties import party_names
from services.risk_pool.tables import settlements
from services.risk_pool.tables.ledger import lock_pool
from shared.clock import business_date
from shared.life_cycle import SYSTEM, Person
from shared.months import Month
from shared.refusals import NotFound, Refused
from shared.said_numbers import month_said
from shared.transitions import Step, apply_transition


class NotClosable(Refused):
    """Something that the month left is open, or its account does not agree; everything is named."""

    code = "month-not-closable"


async def follow(conn: asyncpg.Connection, pool_code: str, month: Month, *, now: datetime) -> None:
    """Something may have been settled of what a month left, or taken back: the month follows.

    The pool is locked. Whatever changes an item of a month calls this in its transaction.
    """
    settlement = await settlements.lock(conn, pool_code, month)
    if settlement is None:
        return
    items = await open_items.of_month(conn, pool_code, month)
    left = [item for item in items if item.open_fen]
    action = Action.UNMATCH if left else Action.MATCH
    if LIFE_CYCLE.find(settlement["state"], action) is None:
        return
    if left:
        names = await party_names(conn, pool_code)
        first = left[0]
        step = Step(
            case=settlement,
            action=action,
            by=SYSTEM,
            reason=first.reference,
            changes={"matched_on": None, "closed_at": None, "closed_by": None},
            facts={
                "item": first.reference,
                "party_name": names.get(first.party_code, first.party_code),
            },
        )
    else:
        today = business_date(now)
        step = Step(
            case=settlement,
            action=action,
            by=SYSTEM,
            changes={"matched_on": today},
            facts={"matched_on": today},
        )
    await apply_transition(conn, settlements.CASES, step, now=now)


async def close(
    conn: asyncpg.Connection, pool_code: str, month: Month, *, caller: Person, now: datetime
) -> None:
    """Finance closes a month that money has settled and with which the account agrees.

    Raises NotFound, NotClosable, NotPossibleNow, RoleMissing.
    """
    await lock_pool(conn, pool_code)
    settlement = await settlements.lock(conn, pool_code, month)
    if settlement is None:
        raise NotFound(
            f"{month_said(month, 'zh')}尚未预览。", f"{month} has not been previewed yet."
        )
    if is_done(settlement["state"], Action.CLOSE):
        return
    is_posted = settlement["state"] in BOOKS_CLOSED
    if is_posted and (lacking := await lacks(conn, pool_code, month)):
        raise NotClosable(
            "该月尚不能结清：" + "；".join(one.line_zh for one in lacking),
            "The month cannot be closed yet: " + "; ".join(one.line_en for one in lacking),
            findings=[one.as_data() for one in lacking],
        )
    today = business_date(now)
    step = Step(
        case=settlement,
        action=Action.CLOSE,
        by=caller,
        changes={"closed_at": now, "closed_by": caller.subject},
        facts={"closed_on": today},
    )
    await apply_transition(conn, settlements.CASES, step, now=now)


async def lacks(conn: asyncpg.Connection, pool_code: str, month: Month) -> list[MonthFinding]:
    """What a posted month lacks before it can be closed. The connection sees everything."""
    names = await party_names(conn, pool_code)
    findings = items_open(await open_items.of_month(conn, pool_code, month))
    findings += disputed(await disputes.open_of_month(conn, pool_code, month))
    if await account_reconciliation.has_account(conn, pool_code):
        findings += account_off(await account_reconciliation.on_day(conn, pool_code, month.last))
    return named(findings, names)
