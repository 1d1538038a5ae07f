"""The figures of a month: what moved, what each party is due, what the month still lacks."""

from collections.abc import Sequence
from uuid import UUID

import asyncpg

from services.risk_pool.domain import month_findings
from services.risk_pool.domain.ledger import CASH
from services.risk_pool.domain.month_figures import (
    Carried,
    Due,
    account_months,
    cash_missing_fen,
    due_of_pool,
    dues,
    parties_of,
    require_balanced,
)
from services.risk_pool.domain.month_findings import MonthFinding
from services.risk_pool.handlers.month_heard import not_heard
from services.risk_pool.queries import month_facts
from services.risk_pool.queries import settlements as known
from services.risk_pool.tables import month_figures, settlements
from services.risk_pool.tables.ledger import LockedPool, balances
from shared.months import Month


async def compute(
    conn: asyncpg.Connection,
    pool: LockedPool,
    month: Month,
    settlement_id: UUID,
    *,
    ledger_seq: int,
) -> None:
    """Everything a preview shows, from the state of the ledger that it has just recorded."""
    before = await month_facts.posted_before(conn, pool.code, month)
    async with month_figures.many_rows(conn):
        await month_figures.write_movements(
            conn, settlement_id, pool.code, month, ledger_seq=ledger_seq, before=before
        )
        loans = await month_figures.write_lines(
            conn, settlement_id, pool.code, month, ledger_seq=ledger_seq
        )
        await month_figures.write_loans(conn, settlement_id, loans)
    carried = await month_facts.carried(conn, pool.code, month, before, ledger_seq=ledger_seq)
    await month_figures.write_carried(conn, settlement_id, carried)
    due = await _dues(conn, pool.code, settlement_id, carried)
    everybody = (due_of_pool(pool.code, due), *due)
    await settlements.write_statements(conn, settlement_id, pool.code, everybody)
    missing = await month_facts.missing_positions(conn, settlement_id, month)
    findings = [
        *(month_findings.positions_missing(found) for found in missing),
        *await findings_of(conn, pool, month, due),
    ]
    await settlements.write_findings(conn, settlement_id, findings)


async def _dues(
    conn: asyncpg.Connection, pool_code: str, settlement_id: UUID, carried: Carried
) -> tuple[Due, ...]:
    accounts = account_months(await known.movements(conn, settlement_id))
    require_balanced(accounts)
    parties = await month_facts.party_codes(conn, pool_code) | parties_of(accounts)
    return dues(
        parties - {pool_code},
        {account: one.closing_fen for account, one in accounts.items()},
        awaiting_payment=carried.awaiting,
        settled=carried.settled,
        stated=carried.stated,
    )


async def findings_of(
    conn: asyncpg.Connection, pool: LockedPool, month: Month, due: Sequence[Due]
) -> list[MonthFinding]:
    """What is quick to look at, and is looked at again before each step."""
    unconfirmed = await month_facts.unconfirmed_recoveries(conn, pool.code, month)
    unpaid = await month_facts.unpaid_claims(conn, pool.code, month)
    undecided = await month_facts.undecided_claims(conn, pool.code, month)
    earlier = await month_facts.first_open_month(conn, pool.code, month, pool.closed_until)
    cash_fen = (await balances(conn, pool.code)).get(CASH, 0)

    findings = [
        *(month_findings.recoveries_unconfirmed(found) for found in unconfirmed),
        *(month_findings.claims_unpaid(found) for found in unpaid),
        *(month_findings.claims_undecided(found) for found in undecided),
    ]
    findings += await not_heard(conn, pool.code, month)
    if earlier is not None:
        findings.append(month_findings.earlier_month_open(earlier))
    if missing_fen := cash_missing_fen(due, cash_fen=cash_fen):
        findings.append(month_findings.cash_short(cash_fen=cash_fen, missing_fen=missing_fen))
    return findings
