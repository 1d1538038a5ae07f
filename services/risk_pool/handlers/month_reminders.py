"""Finance reminds the banks of what a month lacks from them: kept, told, and not twice a day."""

from collections.abc import Sequence
from datetime import datetime
from itertools import groupby

import asyncpg

from services.risk_pool.domain.month_findings import (
    REMINDED_OF,
    MonthFinding,
    named,
    positions_missing,
)
from services.risk_pool.domain.parties import BANK
from services.risk_pool.domain.settlement import BOOKS_CLOSED
from services.risk_pool.handlers.month_after_posting import lacks
from services.risk_pool.handlers.settlements import NotPreviewed
from services.risk_pool.queries import month_facts
from services.risk_pool.queries import month_reminders as known
from services.risk_pool.queries import settlements as known_months
from services.risk_pool.queries.parties import list_parties
from services.risk_pool.tables import month_reminders
from services.risk_pool.tables.ledger import lock_pool
from shared.clock import business_date
from shared.contracts.months import MissingOfMonth, SettlementReminderV1
from shared.life_cycle import Person
from shared.messaging import outbox
from shared.months import Month
from shared.refusals import Refused
from shared.said_numbers import month_said


class NothingToRemind(Refused):
    """No bank, or not this one, lacks anything that it could mend."""

    code = "nothing-to-remind"


class RemindedToday(Refused):
    """They were reminded of the same today."""

    code = "reminded-today"


async def remind(
    conn: asyncpg.Connection,
    pool_code: str,
    month: Month,
    *,
    party: str | None,
    caller: Person,
    now: datetime,
) -> list[MonthFinding]:
    """Remind every bank that lacks something for the month, or one; the answer is of what.

    Raises NotPreviewed, NothingToRemind, RemindedToday.
    """
    pool = await lock_pool(conn, pool_code)
    settlement = await known_months.find(conn, pool.code, month)
    if settlement is None:
        raise NotPreviewed(
            f"{month_said(month, 'zh')}尚未预览，请先预览。",
            f"{month} has not been previewed yet; begin there.",
        )
    today = business_date(now)
    missing = [
        one
        for one in await _missing(conn, settlement, month)
        if party is None or one.party_code == party
    ]
    if not missing:
        raise NothingToRemind(
            f"{month_said(month, 'zh')}没有需要{party or '各行'}补齐的事项。",
            f"{month} lacks nothing that {party or 'a bank'} could mend.",
        )
    reminded = await known.of_month(conn, pool.code, month)
    fresh = [
        one
        for one in missing
        if not any(
            row["reminded_on"] == today for row in reminded.get((one.party_code, one.code), ())
        )
    ]
    if not fresh:
        raise RemindedToday(
            "今天已就同一事项提醒过，请明天再提醒。",
            "They were reminded of the same today; remind them tomorrow.",
        )
    await month_reminders.insert(conn, pool.code, month, fresh, by=caller, today=today, now=now)
    await outbox.append(conn, _told(pool.code, month, fresh, by=caller), now=now)
    return fresh


def _told(
    pool_code: str, month: Month, findings: Sequence[MonthFinding], *, by: Person
) -> list[SettlementReminderV1]:
    """One message to each bank, of all that it lacks."""
    return [
        SettlementReminderV1(
            pool_code=pool_code,
            month=str(month),
            bank_code=code,
            party_code=code,
            party_name=ones[0].party_name,
            missing=tuple(
                MissingOfMonth(
                    code=one.code, zh=one.zh, en=one.en, count=one.count, numbers=one.numbers
                )
                for one in ones
            ),
            reminded_by=by.name,
        )
        for code, group in groupby(findings, key=lambda one: one.party_code)
        if (ones := list(group))
    ]


async def _missing(
    conn: asyncpg.Connection, settlement: asyncpg.Record, month: Month
) -> list[MonthFinding]:
    """What banks lack now, bank by bank: reports before the month is posted, money after it."""
    pool_code = settlement["pool_code"]
    if settlement["state"] in BOOKS_CLOSED:
        found = await lacks(conn, pool_code, month)
    else:
        missing = await month_facts.missing_positions(conn, settlement["id"], month)
        found = [positions_missing(one) for one in missing]
    banks = {
        one["code"]: one["name"]
        for one in await list_parties(conn, pool_code)
        if one["role"] == BANK
    }
    mended_by_banks = [one for one in found if one.code in REMINDED_OF and one.party_code in banks]
    return sorted(named(mended_by_banks, banks), key=lambda one: (one.party_code, one.code))
