"""Figures of the ledger: a transfer, a balance, what the pool has, and what is booked behind each."""

from collections.abc import Mapping
from typing import Any

import asyncpg

from services.risk_pool.domain import ledger as accounts
from services.risk_pool.domain.figure import Address, Booked, Figure, Part
from services.risk_pool.domain.statement import account_words, kind_words
from services.risk_pool.queries.ledger import find_transfer
from services.risk_pool.queries.parties import party_names
from services.risk_pool.tables.ledger import turnovers
from shared.life_cycle import Words

MOST = 100
"""How many transfers are listed; how many there are, and what they come to, is told of all."""

_WHERE = """
    t.pool_code = $1
    and ($2::text[] is null or t.debit = any($2) or t.credit = any($2))
    and ($3::text is null or t.kind = $3) and ($4::bigint is null or t.seq = $4)
    and ($5::uuid is null or t.explanation_id = $5)
    and ($6::date is null or t.business_date >= $6)
    and ($7::date is null or t.business_date <= $7)
    and ($8::bigint is null or t.seq <= $8)
    and ($9::text is null or t.debit like '%:' || $9 or t.credit like '%:' || $9)
"""


async def transfers_behind(
    conn: asyncpg.Connection, booked: Booked, bank: str | None
) -> tuple[list[asyncpg.Record], int]:
    """The newest transfers of a figure and how many there are; a bank's are those on its accounts."""
    arguments = (
        booked.pool_code,
        list(booked.accounts) if booked.accounts is not None else None,
        booked.kind,
        booked.seq,
        booked.explanation_id,
        booked.from_day,
        booked.to_day,
        booked.up_to_seq,
        bank,
    )
    rows = await conn.fetch(
        f"""select t.seq, t.reference, t.kind, t.debit, t.credit, t.amount_fen, t.business_date,
                   t.booked_at, t.loan_id, t.explanation_id, encode(t.hash, 'hex') as hash
            from transfers t where {_WHERE} order by t.seq desc limit {MOST}""",
        *arguments,
    )
    count: int = await conn.fetchval(f"select count(*) from transfers t where {_WHERE}", *arguments)
    return rows, count


def is_own(account: str, bank: str | None) -> bool:
    """Whether somebody may see an account: the bureau every one, a bank those of its own code."""
    return bank is None or account.endswith(f":{bank}")


async def transfer(conn: asyncpg.Connection, at: Address, bank: str | None) -> Figure:
    """One transfer."""
    pool, seq = at.parts
    row = await find_transfer(conn, pool, int(seq)) if seq.isdigit() else None
    if row is None or not (is_own(row["debit"], bank) or is_own(row["credit"], bank)):
        raise at.missing()
    words = kind_words(row["kind"])
    return Figure(
        words=Words(f"第 {seq} 笔：{words.zh}", f"Transfer {seq}: {words.en}"),
        amount_fen=row["amount_fen"],
        pool_code=pool,
        booked=Booked(pool_code=pool, seq=int(seq)),
        explanation_id=row["explanation_id"],
        path=f"/pools/{pool}/transfers/{seq}",
    )


async def balance(conn: asyncpg.Connection, at: Address, bank: str | None) -> Figure:
    """An account's balance as of a business day, by kind of fact."""
    pool, account = at.parts
    try:
        kind = accounts.account_kind(account)
    except ValueError:
        raise at.missing() from None
    if not is_own(account, bank) or not await _is_pool(conn, pool):
        raise at.missing()
    moved = await conn.fetch(
        """select kind, sum(case when debit = $2 then amount_fen else 0 end)::bigint as debited_fen,
                  sum(case when credit = $2 then amount_fen else 0 end)::bigint as credited_fen
           from transfers where pool_code = $1 and (debit = $2 or credit = $2)
             and ($3::date is null or business_date <= $3)
           group by kind order by min(seq)""",
        pool,
        account,
        at.on,
    )
    parts = [
        Part(
            words=kind_words(row["kind"]),
            amount_fen=accounts.natural_balance(
                account, debited_fen=row["debited_fen"], credited_fen=row["credited_fen"]
            ),
        )
        for row in moved
    ]
    words = account_words(account, await party_names(conn, pool))
    way = ("借方减贷方", "debits less credits")
    if kind in accounts.CREDIT_KINDS:
        way = ("贷方减借方", "credits less debits")
    day = (f"截至 {at.on}", f"as of {at.on}") if at.on else ("目前", "now")
    return Figure(
        words=Words(f"{words.zh}（{day[0]}，{way[0]}）", f"{words.en} ({day[1]}, {way[1]})"),
        amount_fen=sum(part.amount_fen for part in parts),
        pool_code=pool,
        parts=parts,
        booked=Booked(pool_code=pool, accounts=[account], to_day=at.on),
        path=f"/pools/{pool}/balances",
    )


_POOL: Mapping[str, Words] = {
    "available": Words("可用余额", "available balance"),
    "paid_in": Words("累计出资", "paid in"),
    "cash": Words("专户现金", "cash of the account"),
    "payable": Words("应付各方", "payable to parties"),
    "receivable": Words("应收各方", "receivable from parties"),
    "covered": Words("在保本金", "covered principal"),
    "reserved": Words("预留额度", "reserved"),
    "escrow": Words("保证金", "in escrow"),
    "earmarked": Words("专项留存", "earmarked"),
}

_SIGNS: Mapping[str, Mapping[str, int]] = {
    "available": {
        "contribution": 1,
        accounts.INTEREST: 1,
        accounts.RECOVERIES: 1,
        accounts.CLAIMS: -1,
        accounts.FEES: -1,
        accounts.SUBSIDIES: -1,
    },
    "paid_in": {"contribution": 1},
}
"""Which kinds of account a figure of the pool adds and takes away; else its own kind."""


async def pool_figure(conn: asyncpg.Connection, at: Address) -> Figure:
    """A figure of the pool's page: which accounts it adds up."""
    pool, name = at.parts
    if name not in _POOL or not await _is_pool(conn, pool):
        raise at.missing()
    signs = _SIGNS.get(name, {name: 1})
    day = f"@{at.on}" if at.on else ""
    names = await party_names(conn, pool)
    parts = []
    for account, two in (await turnovers(conn, pool, as_of=at.on)).items():
        sign = signs.get(accounts.account_kind(account), 0)
        held_fen = accounts.natural_balance(account, debited_fen=two[0], credited_fen=two[1])
        if sign and held_fen:
            parts.append(
                Part(
                    words=account_words(account, names),
                    amount_fen=sign * held_fen,
                    address=f"balance/{pool}/{account}{day}",
                )
            )
    return Figure(
        words=_POOL[name],
        amount_fen=sum(part.amount_fen for part in parts),
        pool_code=pool,
        parts=parts,
        path=f"/pools/{pool}",
    )


async def _is_pool(conn: asyncpg.Connection, pool: str) -> bool:
    found: Any = await conn.fetchval("select 1 from pools where code = $1", pool)
    return found is not None
