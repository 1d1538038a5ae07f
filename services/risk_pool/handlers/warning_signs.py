"""Warnings that the service raises itself: in the transaction of what it has heard, in sets.

Whoever hears of a fact that speaks for trouble hands its signs to `raise_signs`; the rule of what a
sign does is `domain/warning_signs.reaction`.
"""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import asyncpg
from uuid6 import uuid7

from services.risk_pool.domain.warning import LIFE_CYCLE, Action
from services.risk_pool.domain.warning_signs import (
    Kept,
    Reaction,
    Sign,
    following,
    latest,
    reaction,
    sign_of_maturity,
)
from services.risk_pool.queries import warnings as known
from services.risk_pool.tables import coverages
from services.risk_pool.tables import warnings as tables
from services.risk_pool.tables.ledger import lock_pool
from shared.clock import business_date
from shared.life_cycle import SYSTEM, Row
from shared.postgres.database import EVERYWHERE, Database
from shared.transitions import Step, apply_transitions


async def raise_signs(conn: asyncpg.Connection, signs: Sequence[Sign], *, now: datetime) -> None:
    """What each sign does to its warning, in a few statements whatever their number.

    Of several signs of one warning the last occurrence counts. The pools must be held.
    """
    found = latest(signs)
    if not found:
        return
    kept = await tables.kept(conn, found)
    raised: list[dict[str, Any]] = []
    again: list[tuple[Row, Sign]] = []
    noted: list[tuple[UUID, Sign]] = []
    for sign in found:
        row = kept.get(sign.key)
        what = reaction(_kept(row), sign)
        if what == Reaction.RAISE:
            raised.append(_raised(sign, now))
        elif what == Reaction.REOPEN and row is not None:
            again.append((row, sign))
        elif what == Reaction.NOTE and row is not None:
            noted.append((row["id"], following(row["level"], sign)))
    if raised:
        await tables.insert(conn, raised)
        await apply_transitions(conn, tables.CASES, [_begins(one) for one in raised], now=now)
    if again:
        steps = [_reopens(row, sign, now) for row, sign in again]
        await apply_transitions(conn, tables.CASES, steps, now=now)
    if noted:
        await tables.note(conn, noted)


def _kept(row: Row | None) -> Kept | None:
    if row is None:
        return None
    return Kept(state=row["state"], level=row["level"], seen=row["seen"])


def _raised(sign: Sign, now: datetime) -> dict[str, Any]:
    return {
        "id": uuid7(),
        "pool_code": sign.pool_code,
        "bank_code": sign.bank_code,
        "about": str(sign.loan_id or ""),
        "loan_id": sign.loan_id,
        "loan_number": sign.loan_number,
        "borrower_uscc": sign.borrower_uscc,
        "borrower_name": sign.borrower_name,
        "cause": sign.cause,
        "level": sign.level,
        "facts": dict(sign.facts),
        "text": "",
        "by_hand": False,
        "seen": sign.seen,
        "state": LIFE_CYCLE.require(None, Action.RAISE, SYSTEM).target,
        "state_since": now,
        "due_on": None,
        "raised_by": SYSTEM.subject,
        "raised_name": SYSTEM.name,
        "raised_at": now,
        "raised_on": business_date(now),
    }


def _begins(warning: dict[str, Any]) -> Step:
    return Step(
        case={**warning, "state": None, "version": 0},
        action=Action.RAISE,
        by=SYSTEM,
        facts={"by_hand": False, "raised_on": warning["raised_on"]},
    )


def _reopens(row: Row, sign: Sign, now: datetime) -> Step:
    today = business_date(now)
    return Step(
        case={**dict(row), "level": sign.level},  # type: ignore[call-overload] # a record is a row
        action=Action.REOPEN,
        by=SYSTEM,
        detail={"seen": sign.seen},
        changes={
            "level": sign.level,
            "facts": dict(sign.facts),
            "seen": sign.seen,
            "times": row["times"] + 1,
            "raised_on": today,
            "conclusion": "",
            "conclusion_reason": "",
            "claim_number": "",
            "concluded_by": None,
            "concluded_name": None,
            "concluded_on": None,
        },
        facts={"by_hand": False, "again": True, "raised_on": today},
    )


async def watch_maturities(database: Database, *, now: datetime) -> None:
    """A due job: of every loan in cover whose last day has passed a warning is raised, once."""
    today = business_date(now)
    async with database.begin(EVERYWHERE) as conn:
        late = await known.pools_with_matured(conn, today)
    for pool_code in late:
        async with database.begin(EVERYWHERE) as conn:
            await lock_pool(conn, pool_code)
            loans = await coverages.load(conn, await known.matured(conn, pool_code, today))
            await raise_signs(conn, [sign_of_maturity(one) for one in loans.values()], now=now)
