"""Money paid into or out of the dedicated account by hand: contributions, interest, fees."""

from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal
from uuid import UUID

import asyncpg
from uuid6 import uuid7

from services.risk_pool.domain import ledger as accounts
from services.risk_pool.domain.cash import require_cash
from services.risk_pool.domain.ledger import Transfer
from services.risk_pool.handlers.breakers import watch_pool
from services.risk_pool.tables.ledger import LockedPool, balances, book, store_explanation
from services.risk_pool.tables.numbers import next_number
from shared.auth.identity import Identity
from shared.money import format_fen
from shared.refusals import NotFound, Refused

Kind = Literal["contribution", "interest", "fee"]


class DateNotYet(Refused):
    """Money was booked for a day to come."""

    code = "date-not-yet"
    status = 422


class BeforeOpening(Refused):
    """Money was booked for a day before the pool was opened."""

    code = "before-opening"
    status = 422


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What was booked."""

    id: UUID
    number: str
    reference: str
    seq: int
    available_fen: int
    cash_fen: int


async def enter(
    conn: asyncpg.Connection,
    pool: LockedPool,
    *,
    kind: Kind,
    amount_fen: int,
    day: date,
    note: str,
    by: Identity,
    today: date,
    now: datetime,
    party_code: str | None = None,
) -> Entry:
    """Book money in or out under a number of its own. Where it moves the pool's breaker, that is told.

    Raises NotFound for a party that does not take part, DateNotYet, BeforeOpening, CashShort,
    MonthClosed.
    """
    _require_day(pool, day, today)
    if kind == "contribution":
        await _require_party(conn, pool, party_code)
    if kind == "fee":
        held_fen = (await balances(conn, pool.code)).get(accounts.CASH, 0)
        require_cash(held_fen=held_fen, due_fen=amount_fen)
    number = await next_number(conn, pool.code, series="K", year=day.year)
    people = {"recorded_by": {"subject": by.subject, "name": by.name, "role": "finance_maker"}}
    explanation = {
        "decision": kind,
        "number": number,
        "amount": format_fen(amount_fen),
        "party_code": party_code or "",
        "day": day.isoformat(),
        "note": note,
    }
    explanation_id = await store_explanation(conn, pool.code, kind, explanation, people, now)
    transfer = _transfer(kind, number, amount_fen, day, party_code, explanation_id)
    await book(conn, pool, (transfer,), now=now)
    entry_id = uuid7()
    await conn.execute(
        """insert into cash_entries (id, number, pool_code, kind, party_code, amount_fen,
               booked_on, note, reference, created_at, created_by, created_by_name)
           values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12)""",
        entry_id,
        number,
        pool.code,
        kind,
        party_code,
        amount_fen,
        day,
        note,
        transfer.reference,
        now,
        by.subject,
        by.name,
    )
    await watch_pool(conn, pool, day=day, now=now)
    held = await balances(conn, pool.code)
    return Entry(
        id=entry_id,
        number=number,
        reference=transfer.reference,
        seq=await conn.fetchval("select last_seq from pools where code = $1", pool.code),
        available_fen=accounts.available_fen(held),
        cash_fen=held.get(accounts.CASH, 0),
    )


def _transfer(
    kind: Kind,
    number: str,
    amount_fen: int,
    day: date,
    party_code: str | None,
    explanation_id: UUID,
) -> Transfer:
    debit, credit = {
        "contribution": (accounts.CASH, accounts.contribution_of(party_code or "-")),
        "interest": (accounts.CASH, accounts.INTEREST),
        "fee": (accounts.FEES, accounts.CASH),
    }[kind]
    return Transfer(
        reference=f"{kind}:{number}",
        debit=debit,
        credit=credit,
        amount_fen=amount_fen,
        business_date=day,
        kind=kind,
        explanation_id=explanation_id,
    )


def _require_day(pool: LockedPool, day: date, today: date) -> None:
    if day > today:
        raise DateNotYet(f"{day} 尚未到来", f"{day} is still to come.", day=day.isoformat())
    if day < pool.opened_on:
        raise BeforeOpening(
            f"资金池于 {pool.opened_on} 设立,不能记 {day} 的款项",
            f"The pool was opened on {pool.opened_on}; nothing can be booked for {day}.",
            opened_on=pool.opened_on.isoformat(),
        )


async def _require_party(
    conn: asyncpg.Connection, pool: LockedPool, party_code: str | None
) -> None:
    known = await conn.fetchval(
        "select exists (select from parties where pool_code = $1 and code = $2)",
        pool.code,
        party_code,
    )
    if not known:
        raise NotFound(
            f"{party_code} 未参加资金池 {pool.code}",
            f"{party_code} does not take part in the pool {pool.code}.",
        )
