"""A party's statement of a settled month, put together from what the settlement has stored."""

from collections.abc import Mapping, Sequence
from typing import Any

import asyncpg

from services.risk_pool.domain import ledger as accounts_of
from services.risk_pool.domain.month_figures import AccountMonth, account_months
from services.risk_pool.domain.month_loans import LoanFigures, MonthLoans, loans_together
from services.risk_pool.domain.open_items import settlement_item
from services.risk_pool.domain.pool_account import State as AccountState
from services.risk_pool.domain.settlement import LIFE_CYCLE, Action, stated_as
from services.risk_pool.domain.statement import (
    Table,
    account_words,
    kind_words,
    tables_of_party,
    tables_of_pool,
)
from services.risk_pool.queries import settlements as known
from services.risk_pool.queries import statement_entries
from shared.clock import SHANGHAI
from shared.months import Month
from shared.schemes.vocabulary import party_name
from shared.sides import as_data, net_seen_by, reader_of, seen_by


async def statement(
    conn: asyncpg.Connection, settlement: asyncpg.Record, party_code: str
) -> dict[str, Any] | None:
    """What a statement shows, as plain data with amounts in fen; None for no such party. Its entries
    and its loans are only counted: they may be many, and are read in parts (statement_entries,
    settlements.lines).

    The connection sees everything: whether the caller may see this party's statement is to be
    asked before. Nothing here is computed anew that the settlement has stored.
    """
    own = await known.statement_of(conn, settlement["id"], party_code)
    if own is None:
        return None
    pool_code, month = settlement["pool_code"], Month.parse(settlement["month"])
    pool = await conn.fetchrow("select name, programme from pools where code = $1", pool_code)
    is_pool = party_code == pool_code
    accounts = account_months(await known.movements(conn, settlement["id"]))
    tables = tables_of_pool(accounts) if is_pool else tables_of_party(party_code, accounts)
    mine = _accounts_of(party_code, accounts, is_pool=is_pool)
    rows = await known.statements(conn, settlement["id"])
    others = [one for one in rows if is_pool and one["party_code"] != pool_code]
    names = await statement_entries.names(conn, settlement)
    return {
        "pool": {"code": pool_code, "name": pool["name"], "programme": pool["programme"]},
        "month": str(month),
        "from": month.first.isoformat(),
        "to": month.last.isoformat(),
        "state": stated_as(settlement["state"]),
        "version": await _version(conn, settlement),
        "party": _party(own),
        "people": await _people(conn, settlement),
        "posted_on": settlement["posted_on"].isoformat() if settlement["posted_on"] else None,
        "ledger": await _ledger_head(conn, pool_code, settlement["ledger_seq"]),
        "due": await _due(conn, settlement, own, others, names),
        "tables": [_table(one) for one in tables],
        "accounts": [_account(accounts[name], names) for name in mine],
        "entry_count": await statement_entries.count(conn, settlement, mine),
        "loans": (await loans_of_parties(conn, settlement, [party_code]))[party_code],
        "lines": int(settlement["loans"])
        if is_pool
        else await known.count_lines(conn, settlement["id"], party_code),
        "parties": [{**_party(one), **_net(one), "side": _seen_by_pool(one)} for one in others],
    }


async def _due(
    conn: asyncpg.Connection,
    settlement: asyncpg.Record,
    own: asyncpg.Record,
    others: Sequence[asyncpg.Record],
    names: Mapping[str, str],
) -> dict[str, Any]:
    """What the month leaves the one that the statement is made for, where to pay it and by when."""
    month, party_code = Month.parse(settlement["month"]), own["party_code"]
    is_pool = party_code == settlement["pool_code"]
    return {
        "payable_fen": own["payable_fen"],
        "receivable_fen": own["receivable_fen"],
        "netted_fen": sum(_netted(one) for one in (others if is_pool else [own])),
        "net_fen": own["net_fen"],
        "awaiting_payment_fen": own["awaiting_payment_fen"],
        "earlier_fen": own["earlier_fen"],
        **_sides(own, is_pool=is_pool),
        "transfers": await statement_entries.posting(
            conn, settlement, None if is_pool else party_code, names
        ),
        "item": await _item(conn, settlement, month, party_code),
        "pay_to": [] if is_pool else await _pay_to(conn, settlement),
    }


async def loans_of_parties(
    conn: asyncpg.Connection, settlement: Mapping[str, Any], parties: Sequence[str]
) -> dict[str, dict[str, Any]]:
    """Party → its loans in all and by class: a bank's own, the pool's those of all banks; nothing
    for who lends nothing."""
    found = await known.loans(conn, settlement["id"])
    together: dict[str, dict[str, Any]] = {party: {} for party in parties}
    for party in parties:
        if party == settlement["pool_code"]:
            every = (part for parts in found.values() for part in parts)
            together[party] = loans_as_data(loans_together(every))
        elif party in found:
            together[party] = loans_as_data(loans_together(found[party]))
    return together


def loans_as_data(loans: MonthLoans) -> dict[str, Any]:
    """Loans in all and by class as plain data, amounts in fen."""

    def in_cover(figures: LoanFigures) -> dict[str, int]:
        return {
            "loans": figures.loans,
            "outstanding_fen": figures.outstanding_fen,
            "covered_fen": figures.covered_fen,
            "overdue_loans": figures.overdue_loans,
            "overdue_fen": figures.overdue_fen,
        }

    return {
        **in_cover(loans.total),
        "claims": loans.total.claims,
        "claimed_fen": loans.total.claimed_fen,
        "recoveries": loans.total.recoveries,
        "recovered_fen": loans.total.recovered_fen,
        "once_outstanding_fen": loans.total.once_outstanding_fen,
        "once_covered_fen": loans.total.once_covered_fen,
        "by_class": [
            {"risk_class": name, **in_cover(figures)} for name, figures in loans.by_class.items()
        ],
    }


def _accounts_of(party: str, accounts: Mapping[str, AccountMonth], *, is_pool: bool) -> list[str]:
    """The accounts whose every transfer the statement lists; exposure is listed loan by loan."""
    if is_pool:
        kinds = (
            "cash",
            "contribution",
            "claims",
            "recoveries",
            "interest",
            "fees",
            "subsidies",
            "suspense",
            "escrow",
        )
        return [name for name in accounts if accounts_of.account_kind(name) in kinds]
    own = (
        accounts_of.contribution_of(party),
        accounts_of.payable_to(party),
        accounts_of.receivable_from(party),
        accounts_of.escrow_for(party),
    )
    return [name for name in own if name in accounts]


def _table(one: Table) -> dict[str, Any]:
    return {
        "code": one.code,
        "zh": one.words.zh,
        "en": one.words.en,
        "opening_fen": one.opening_fen,
        "rows": [
            {
                "kind": kind,
                "zh": kind_words(kind).zh,
                "en": kind_words(kind).en,
                "amount_fen": fen,
            }
            for kind, fen in one.rows
        ],
        "closing_fen": one.closing_fen,
    }


def _account(account: AccountMonth, names: Mapping[str, str]) -> dict[str, Any]:
    words = account_words(account.account, names)
    return {
        "account": account.account,
        "zh": words.zh,
        "en": words.en,
        "opening_fen": account.opening_fen,
        "debited_fen": sum(one.debited_fen for one in account.movements),
        "credited_fen": sum(one.credited_fen for one in account.movements),
        "closing_fen": account.closing_fen,
        "transfers": sum(one.transfers for one in account.movements),
    }


async def _people(conn: asyncpg.Connection, settlement: asyncpg.Record) -> list[dict[str, Any]]:
    """Who did the steps that stand: the last of each, since the last preview."""
    moves = await conn.fetch(
        """select distinct on (action) action, subject, name, at from case_moves
           where case_id = $1 order by action, version desc""",
        settlement["id"],
    )
    last = {move["action"]: move for move in moves}
    return [
        {
            "action": step,
            "subject": last[step]["subject"],
            "name": last[step]["name"],
            "at": last[step]["at"].isoformat(),
            "local": last[step]["at"].astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M"),
        }
        for step in (
            move.action for move in LIFE_CYCLE.way(None, stated_as(settlement["state"])) or ()
        )
    ]


async def _version(conn: asyncpg.Connection, settlement: asyncpg.Record) -> int:
    """The month's version as its figures were posted; what came after does not change the statement."""
    posted: int | None = await conn.fetchval(
        "select version from case_moves where case_id = $1 and action = $2",
        settlement["id"],
        Action.POST,
    )
    return settlement["version"] if posted is None else posted


async def _ledger_head(conn: asyncpg.Connection, pool_code: str, seq: int) -> dict[str, Any]:
    """How far the ledger had come when the month was computed, and its chain's hash there."""
    digest = await conn.fetchval(
        "select encode(hash, 'hex') from transfers where pool_code = $1 and seq = $2",
        pool_code,
        seq,
    )
    return {"seq": seq, "hash": digest or "0" * 64}


async def _pay_to(conn: asyncpg.Connection, settlement: asyncpg.Record) -> list[dict[str, str]]:
    """The dedicated account in use when the month was posted, or now; more than one where the pool
    has more. One confirmed later changes no statement that stands."""
    found = await conn.fetch(
        f"""select holder, bank_name, account_number from pool_accounts
            where pool_code = $1 and state = '{AccountState.IN_USE}'
              and ($2::timestamptz is null or state_since <= $2)
            order by state_since, id""",
        settlement["pool_code"],
        settlement["posted_at"],
    )
    return [dict(row) for row in found]


async def _item(
    conn: asyncpg.Connection, settlement: asyncpg.Record, month: Month, party_code: str
) -> dict[str, str] | None:
    """What a posted month has left the party to pay or to get, and by when."""
    reference = settlement_item(settlement["pool_code"], month, party_code)
    due_on = await conn.fetchval(
        "select due_on from open_items where pool_code = $1 and reference = $2",
        settlement["pool_code"],
        reference,
    )
    return {"reference": reference, "due_on": due_on.isoformat()} if due_on else None


def _netted(statement: Mapping[str, Any]) -> int:
    """What is settled by netting alone; the pool's is the sum over the others."""
    return min(int(statement["payable_fen"]), int(statement["receivable_fen"]))


def _party(statement: Mapping[str, Any]) -> dict[str, str]:
    return {
        "code": statement["party_code"],
        "role": statement["party_role"],
        "role_zh": party_name(statement["party_role"], "zh"),
        "role_en": party_name(statement["party_role"], "en"),
        "name": statement["party_name"],
    }


def _sides(own: Mapping[str, Any], *, is_pool: bool) -> dict[str, Any]:
    """What the statement leaves, from the side of the one it is made for."""
    reader = reader_of(False, row_is_pools=is_pool)
    side = seen_by(reader, payable_fen=own["payable_fen"], receivable_fen=own["receivable_fen"])
    return {
        "side": as_data(side),
        "earlier_side": as_data(net_seen_by(reader, own["earlier_fen"])),
    }


def _seen_by_pool(row: Mapping[str, Any]) -> dict[str, Any]:
    side = seen_by("pool", payable_fen=row["payable_fen"], receivable_fen=row["receivable_fen"])
    return as_data(side)


def _net(statement: Mapping[str, Any]) -> dict[str, int]:
    amounts = (
        "payable_fen", "receivable_fen", "awaiting_payment_fen", "earlier_fen", "net_fen",
    )  # fmt: skip
    return {name: statement[name] for name in amounts}
