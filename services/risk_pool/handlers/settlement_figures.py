"""The figures of a month: what moved, what each party is due, what the month still lacks."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

import asyncpg

from services.risk_pool.domain.ledger import CASH, DEBIT_KINDS, account_kind
from services.risk_pool.domain.settlement import (
    Due,
    Lack,
    account_months,
    cash_missing_fen,
    dues,
)
from services.risk_pool.tables import settlements as rows
from services.risk_pool.tables.ledger import LockedPool, balances
from shared.money import format_fen, group_fen, parse_fen
from shared.months import Month


async def reckon(
    conn: asyncpg.Connection, pool: LockedPool, month: Month, settlement_id: UUID
) -> None:
    """Everything a preview shows, from the state of the ledger that it has just recorded."""
    settlement = await rows.find(conn, pool.code, month)
    assert settlement is not None
    ledger_seq = settlement["ledger_seq"]
    posted_before = await conn.fetchval(
        "select id from settlements where pool_code = $1 and month = $2 and state = 'posted'",
        pool.code,
        str(month.before),
    )
    async with rows.many_rows(conn):
        await rows.write_movements(
            conn, settlement_id, pool.code, month, ledger_seq=ledger_seq, before=posted_before
        )
        loans = await rows.write_lines(conn, settlement_id, pool.code, month, ledger_seq=ledger_seq)
        classes_of = await rows.loans_by_class(conn, settlement_id)
    await conn.execute("update settlements set loans = $2 where id = $1", settlement_id, loans)
    due = await _dues(conn, pool.code, month, settlement_id, ledger_seq=ledger_seq)
    by_bank = {bank: _loans_told(classes) for bank, classes in classes_of.items()}
    by_bank[pool.code] = _loans_together(by_bank)
    await rows.write_statements(conn, settlement_id, pool.code, due, by_bank)
    lacks = [
        *await rows.missing_positions(conn, settlement_id),
        *await lacks_of(conn, pool, month, due),
    ]
    await rows.write_findings(conn, settlement_id, lacks)


async def _dues(
    conn: asyncpg.Connection, pool_code: str, month: Month, settlement_id: UUID, *, ledger_seq: int
) -> tuple[Due, ...]:
    accounts = account_months(await rows.movements(conn, settlement_id))
    assert (
        sum(_debit_balance(account, one.closing_fen) for account, one in accounts.items()) == 0
    ), "a trial balance adds up to nothing"
    parties = {
        row["code"]
        for row in await conn.fetch("select code from parties where pool_code = $1", pool_code)
    }
    named = {
        account.split(":", 1)[1]
        for account in accounts
        if account.startswith(("payable:", "receivable:"))
    }
    return dues(
        (parties | named) - {pool_code},
        {account: one.closing_fen for account, one in accounts.items()},
        awaiting_payment=await rows.awaiting_payment(conn, pool_code, month),
        settled_since=await rows.settled_since(conn, pool_code, month, ledger_seq=ledger_seq),
    )


def _debit_balance(account: str, natural_fen: int) -> int:
    return natural_fen if account_kind(account) in DEBIT_KINDS else -natural_fen


_COUNTS = ("loans", "overdue_loans", "claims", "recoveries")
_SUMS = ("outstanding_fen", "covered_fen", "overdue_fen", "claimed_fen", "recovered_fen")


def _loans_told(classes: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """A bank's loans in all and by class, as a statement keeps them: money as text."""
    told: dict[str, Any] = {name: sum(one[name] for one in classes) for name in _COUNTS}
    told |= {
        name.removesuffix("_fen"): format_fen(sum(one[name] for one in classes)) for name in _SUMS
    }
    told["by_class"] = [
        {
            "risk_class": one["risk_class"],
            "loans": one["loans"],
            "outstanding": format_fen(one["outstanding_fen"]),
            "covered": format_fen(one["covered_fen"]),
            "overdue_loans": one["overdue_loans"],
            "overdue": format_fen(one["overdue_fen"]),
        }
        for one in classes
        if one["loans"]
    ]
    return told


def _loans_together(by_bank: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    told: dict[str, Any] = {name: sum(one[name] for one in by_bank.values()) for name in _COUNTS}
    for name in _SUMS:
        key = name.removesuffix("_fen")
        told[key] = format_fen(sum(parse_fen(one[key]) for one in by_bank.values()))
    classes: dict[str, dict[str, Any]] = {}
    for one in by_bank.values():
        for part in one["by_class"]:
            kept = classes.setdefault(part["risk_class"], {"risk_class": part["risk_class"]})
            for key in ("loans", "overdue_loans"):
                kept[key] = kept.get(key, 0) + part[key]
            for key in ("outstanding", "covered", "overdue"):
                kept[key] = format_fen(parse_fen(kept.get(key, "0.00")) + parse_fen(part[key]))
    told["by_class"] = [classes[name] for name in sorted(classes)]
    return told


async def lacks_of(
    conn: asyncpg.Connection, pool: LockedPool, month: Month, due: Sequence[Due]
) -> list[Lack]:
    """What is quick to look at, and is looked at again before each step."""
    lacks = await rows.open_cases(conn, pool.code, month)
    earlier = await rows.first_open_month(conn, pool.code, month, pool.closed_until)
    if earlier is not None:
        lacks.append(
            Lack(
                code="earlier-month-open",
                blocking=True,
                zh=f"{earlier} 月尚未结账，须先结账",
                en=f"{earlier} has not been settled yet and comes first",
                numbers=(str(earlier),),
            )
        )
    cash_fen = (await balances(conn, pool.code)).get(CASH, 0)
    missing_fen = cash_missing_fen(due, cash_fen=cash_fen)
    if missing_fen:
        lacks.append(
            Lack(
                code="cash-short",
                blocking=True,
                zh=f"专户余额 {group_fen(cash_fen)} 元，收齐应收后仍缺 {group_fen(missing_fen)} 元",
                en=f"the account holds {group_fen(cash_fen)}; even after collecting it lacks "
                f"{group_fen(missing_fen)}",
                amount_fen=missing_fen,
            )
        )
    return lacks
