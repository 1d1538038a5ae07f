"""A party's statement of a settled month, put together from what the settlement has stored."""

from collections.abc import AsyncIterator, Mapping
from typing import Any

import asyncpg

from services.risk_pool.domain import ledger as accounts_of
from services.risk_pool.domain.settlement import AccountMonth, account_months
from services.risk_pool.domain.statement import (
    Table,
    account_words,
    kind_words,
    tables_of_party,
    tables_of_pool,
)
from services.risk_pool.tables import settlements as rows
from shared.clock import SHANGHAI
from shared.money import format_fen
from shared.months import Month
from shared.schemes.vocabulary import party_name

LINE_COLUMNS = (
    "number",
    "loan_no",
    "borrower_name",
    "bank_code",
    "is_covered",
    "amount_fen",
    "outstanding_fen",
    "covered_fen",
    "overdue_days",
    "risk_class",
    "claimed_fen",
    "recovered_fen",
)


async def statement(
    conn: asyncpg.Connection, settlement: asyncpg.Record, party_code: str
) -> dict[str, Any] | None:
    """Everything a statement shows, as plain data with amounts as text; None for no such party.

    The connection sees everything: whether the caller may see this party's statement is to be
    asked before. Nothing here is reckoned anew that the settlement has stored.
    """
    kept = await conn.fetchrow(
        "select * from settlement_statements where settlement_id = $1 and party_code = $2",
        settlement["id"],
        party_code,
    )
    if kept is None:
        return None
    pool_code, month = settlement["pool_code"], Month.parse(settlement["month"])
    pool = await conn.fetchrow("select name, programme from pools where code = $1", pool_code)
    is_pool = party_code == pool_code
    accounts = account_months(await rows.movements(conn, settlement["id"]))
    tables = tables_of_pool(accounts) if is_pool else tables_of_party(party_code, accounts)
    mine = _accounts_of(party_code, accounts, is_pool=is_pool)
    nets = await _others(conn, settlement) if is_pool else []
    return {
        "pool": {"code": pool_code, "name": pool["name"], "programme": pool["programme"]},
        "month": str(month),
        "from": month.first.isoformat(),
        "to": month.last.isoformat(),
        "state": settlement["state"],
        "version": settlement["version"],
        "party": {
            "code": party_code,
            "role": kept["party_role"],
            "role_zh": party_name(kept["party_role"], "zh"),
            "role_en": party_name(kept["party_role"], "en"),
            "name": kept["party_name"],
        },
        "people": await _people(conn, settlement),
        "posted_on": settlement["posted_on"].isoformat() if settlement["posted_on"] else None,
        "ledger": await _ledger_head(conn, pool_code, settlement["ledger_seq"]),
        "due": {
            "payable": format_fen(kept["payable_fen"]),
            "receivable": format_fen(kept["receivable_fen"]),
            "netted": format_fen(sum(_netted(one) for one in (nets if is_pool else [kept]))),
            "net": format_fen(kept["net_fen"]),
            "awaiting_payment": format_fen(kept["awaiting_payment_fen"]),
            "transfers": await _posting(conn, settlement, month, party_code, is_pool=is_pool),
        },
        "tables": [_told(one) for one in tables],
        "accounts": [_account_told(accounts[name]) for name in mine],
        "entries": await _entries(conn, pool_code, month, settlement["ledger_seq"], mine),
        "loans": kept["loans"],
        "lines": await _line_count(conn, settlement, None if is_pool else party_code),
        "parties": [_net_told(one) for one in nets] if is_pool else [],
    }


def _accounts_of(party: str, accounts: Mapping[str, AccountMonth], *, is_pool: bool) -> list[str]:
    """The accounts whose every transfer the statement lists; exposure is listed loan by loan."""
    if is_pool:
        kinds = ("cash", "contribution", "claims", "recoveries", "interest", "fees", "subsidies")
        return [name for name in accounts if accounts_of.account_kind(name) in kinds]
    own = (
        accounts_of.contribution_of(party),
        accounts_of.payable_to(party),
        accounts_of.receivable_from(party),
    )
    return [name for name in own if name in accounts]


def _told(one: Table) -> dict[str, Any]:
    return {
        "code": one.code,
        "zh": one.words.zh,
        "en": one.words.en,
        "opening": format_fen(one.opening_fen),
        "rows": [
            {
                "kind": kind,
                "zh": kind_words(kind).zh,
                "en": kind_words(kind).en,
                "amount": format_fen(fen),
            }
            for kind, fen in one.rows
        ],
        "closing": format_fen(one.closing_fen),
    }


def _account_told(account: AccountMonth) -> dict[str, Any]:
    words = account_words(account.account)
    return {
        "account": account.account,
        "zh": words.zh,
        "en": words.en,
        "opening": format_fen(account.opening_fen),
        "debited": format_fen(sum(one.debited_fen for one in account.movements)),
        "credited": format_fen(sum(one.credited_fen for one in account.movements)),
        "closing": format_fen(account.closing_fen),
        "transfers": sum(one.transfers for one in account.movements),
    }


async def _people(conn: asyncpg.Connection, settlement: asyncpg.Record) -> list[dict[str, Any]]:
    """Who did the steps that stand: the last of each, since the last preview."""
    moves = await conn.fetch(
        """select distinct on (action) action, subject, name, at from case_moves
           where case_id = $1 order by action, id desc""",
        settlement["id"],
    )
    order = ("preview", "confirm", "sign", "post")
    standing = {"preview", *(step for step in order[1:] if settlement[f"{_DONE[step]}_at"])}
    return [
        {
            "action": move["action"],
            "subject": move["subject"],
            "name": move["name"],
            "at": move["at"].isoformat(),
            "local": move["at"].astimezone(SHANGHAI).strftime("%Y-%m-%d %H:%M"),
        }
        for move in sorted(moves, key=lambda move: order.index(move["action"]))
        if move["action"] in standing
    ]


_DONE = {"confirm": "confirmed", "sign": "signed", "post": "posted"}


async def _ledger_head(conn: asyncpg.Connection, pool_code: str, seq: int) -> dict[str, Any]:
    """How far the ledger had come when the month was reckoned, and its chain's hash there."""
    digest = await conn.fetchval(
        "select encode(hash, 'hex') from transfers where pool_code = $1 and seq = $2",
        pool_code,
        seq,
    )
    return {"seq": seq, "hash": digest or "0" * 64}


_ENTRY = """
    select t.seq, t.business_date, t.reference, t.kind, t.debit, t.credit, t.amount_fen,
           t.explanation_id, c.number as loan_number
    from transfers as t left join coverages as c on c.loan_id = t.loan_id
"""


async def _entries(
    conn: asyncpg.Connection, pool_code: str, month: Month, ledger_seq: int, mine: list[str]
) -> list[dict[str, Any]]:
    found = await conn.fetch(
        f"""{_ENTRY}
            where t.pool_code = $1 and t.business_date between $2 and $3 and t.seq <= $4
              and (t.debit = any($5::text[]) or t.credit = any($5::text[]))
            order by t.business_date, t.seq""",
        pool_code,
        month.first,
        month.last,
        ledger_seq,
        mine,
    )
    return [_entry(row) for row in found]


async def _posting(
    conn: asyncpg.Connection,
    settlement: asyncpg.Record,
    month: Month,
    party_code: str,
    *,
    is_pool: bool,
) -> list[dict[str, Any]]:
    """The transfers by which a posted month was settled: the party's, or for the pool all."""
    prefix = f"settlement:{settlement['pool_code']}:{month}:"
    if not is_pool:
        prefix += f"{party_code}:"
    found = await conn.fetch(
        f"{_ENTRY} where t.pool_code = $1 and starts_with(t.reference, $2) order by t.seq",
        settlement["pool_code"],
        prefix,
    )
    return [_entry(row) for row in found]


def _entry(row: Mapping[str, Any]) -> dict[str, Any]:
    words = kind_words(row["kind"])
    return {
        "seq": row["seq"],
        "date": row["business_date"].isoformat(),
        "reference": row["reference"],
        "kind": row["kind"],
        "zh": words.zh,
        "en": words.en,
        "debit": row["debit"],
        "credit": row["credit"],
        "amount": format_fen(row["amount_fen"]),
        "loan_number": row["loan_number"],
        "explanation_id": str(row["explanation_id"]) if row["explanation_id"] else None,
    }


async def _line_count(
    conn: asyncpg.Connection, settlement: asyncpg.Record, bank: str | None
) -> int:
    if bank is None:
        return int(settlement["loans"])
    return int(
        await conn.fetchval(
            "select count(*) from settlement_lines where settlement_id = $1 and bank_code = $2",
            settlement["id"],
            bank,
        )
    )


async def _others(conn: asyncpg.Connection, settlement: asyncpg.Record) -> list[asyncpg.Record]:
    """The statements of everybody but the pool."""
    found: list[asyncpg.Record] = await conn.fetch(
        """select party_code, party_role, party_name, payable_fen, receivable_fen,
                  awaiting_payment_fen, net_fen
           from settlement_statements where settlement_id = $1 and party_code <> $2
           order by party_code""",
        settlement["id"],
        settlement["pool_code"],
    )
    return found


def _netted(kept: asyncpg.Record) -> int:
    """What is settled by netting alone; the pool's is the sum over the others."""
    return min(int(kept["payable_fen"]), int(kept["receivable_fen"]))


def _net_told(kept: asyncpg.Record) -> dict[str, Any]:
    return {
        "code": kept["party_code"],
        "role": kept["party_role"],
        "role_zh": party_name(kept["party_role"], "zh"),
        "role_en": party_name(kept["party_role"], "en"),
        "name": kept["party_name"],
        "payable": format_fen(kept["payable_fen"]),
        "receivable": format_fen(kept["receivable_fen"]),
        "awaiting_payment": format_fen(kept["awaiting_payment_fen"]),
        "net": format_fen(kept["net_fen"]),
    }


async def lines(
    conn: asyncpg.Connection,
    settlement: asyncpg.Record,
    bank: str | None,
    *,
    most: int | None = None,
) -> AsyncIterator[asyncpg.Record]:
    """The lines of a bank, or of all, in the order of bank and number; read in parts. The
    connection is in a transaction."""
    where = "settlement_id = $1" + ("" if bank is None else " and bank_code = $2")
    arguments = (settlement["id"],) if bank is None else (settlement["id"], bank)
    query = (
        f"select {', '.join(LINE_COLUMNS)} from settlement_lines where {where} "
        f"order by bank_code, number {'' if most is None else f'limit {most}'}"
    )
    async for row in conn.cursor(query, *arguments, prefetch=2000):
        yield row
