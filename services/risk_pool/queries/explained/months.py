"""Figures of a settled month: what moved, what it left to a party, and the lines of a statement."""

from collections.abc import Mapping
from dataclasses import replace

import asyncpg

from services.risk_pool.domain.figure import Address, Booked, Figure, Part
from services.risk_pool.domain.ledger import payable_to, receivable_from
from services.risk_pool.domain.month_figures import (
    OPENING,
    AccountMonth,
    account_months,
)
from services.risk_pool.domain.statement import (
    account_words,
    kind_words,
    tables_of_party,
    tables_of_pool,
)
from services.risk_pool.queries import settlements as known
from services.risk_pool.queries.explained.ledger import is_own
from services.risk_pool.queries.parties import party_names
from shared.life_cycle import Words
from shared.months import Month

_FIELDS = {
    "net": Words("净额（正数为收，负数为付）", "net (positive: to receive, negative: to pay)"),
    "payable": Words("应付给该方", "payable to the party"),
    "receivable": Words("应向该方收取", "receivable from the party"),
    "awaiting_payment": Words(
        "已批准、由各自拨付的补偿", "approved claims that their own payment will pay"
    ),
    "earlier": Words(
        "以前月份对账单已列、月末尚未结清的（正数为应付该方）",
        "asked for by earlier statements and open at the month's end (positive: owed to the party)",
    ),
}


async def _settlement(
    conn: asyncpg.Connection, at: Address, pool: str, month: str
) -> asyncpg.Record:
    try:
        found = await known.find(conn, pool, Month.parse(month))
    except ValueError:
        found = None
    if found is None:
        raise at.missing()
    return found


async def movement(conn: asyncpg.Connection, at: Address, bank: str | None) -> Figure:
    """What one kind of fact moved on an account in a month; `opening`: all before it."""
    pool, month, account, kind = at.parts
    settlement = await _settlement(conn, at, pool, month)
    moved = next(
        (
            one
            for one in await known.movements(conn, settlement["id"])
            if (one.account, one.kind) == (account, kind)
        ),
        None,
    )
    if moved is None or not is_own(account, bank):
        raise at.missing()
    months, opening = Month.parse(month), kind == OPENING
    account_said = account_words(account, await party_names(conn, pool))
    said = Words("月初余额", "opening") if opening else kind_words(kind)
    return Figure(
        words=Words(
            f"{month} {account_said.zh}：{said.zh}", f"{month} {account_said.en}: {said.en}"
        ),
        amount_fen=moved.natural_fen,
        pool_code=pool,
        booked=Booked(
            pool_code=pool,
            accounts=[account],
            kind=None if opening else kind,
            from_day=None if opening else months.first,
            to_day=months.before.last if opening else months.last,
            up_to_seq=settlement["ledger_seq"],
        ),
        case_id=settlement["id"],
        path=f"/pools/{pool}/settlements/{month}",
    )


async def statement(conn: asyncpg.Connection, at: Address, bank: str | None) -> Figure:
    """What a month leaves a party: net = payable − receivable; each from the balance it stands on."""
    pool, month, party, field = at.parts
    settlement = await _settlement(conn, at, pool, month)
    own = await known.statement_of(conn, settlement["id"], party)
    if own is None or field not in _FIELDS or bank not in (None, party):
        raise at.missing()
    where = f"statement/{pool}/{month}"
    if field == "net":
        parts = [
            Part(words=_FIELDS["payable"], amount_fen=own["payable_fen"],
                 address=f"{where}/{party}/payable"),
            Part(words=_FIELDS["receivable"], amount_fen=-own["receivable_fen"],
                 address=f"{where}/{party}/receivable"),
        ]  # fmt: skip
    elif party == pool:
        # The pool owes what the others are owed: its statement is theirs turned round.
        of = {"payable": "receivable", "receivable": "payable"}.get(field, field)
        sign = -1 if field == "earlier" else 1
        parts = [
            Part(words=Words(one["party_name"], one["party_name"]),
                 amount_fen=sign * one[f"{of}_fen"],
                 address=f"{where}/{one['party_code']}/{of}")
            for one in await known.statements(conn, settlement["id"])
            if one["party_code"] != pool and one[f"{of}_fen"]
        ]  # fmt: skip
    else:
        parts = await _of_balance(conn, settlement, own, pool, month, party, field)
    name = own["party_name"]
    return Figure(
        words=Words(f"{month} {name}：{_FIELDS[field].zh}", f"{month} {name}: {_FIELDS[field].en}"),
        amount_fen=own[f"{field}_fen"],
        pool_code=pool,
        parts=parts,
        case_id=settlement["id"],
        path=f"/pools/{pool}/settlements/{month}",
    )


async def _of_balance(
    conn: asyncpg.Connection,
    settlement: asyncpg.Record,
    own: asyncpg.Record,
    pool: str,
    month: str,
    party: str,
    field: str,
) -> list[Part]:
    """A due from the balance at the month's end, less what is paid otherwise or was settled since."""
    if field == "awaiting_payment":
        return []
    if field == "earlier":
        return await _of_earlier(conn, settlement, own, pool, month, party)
    account = payable_to(party) if field == "payable" else receivable_from(party)
    accounts = account_months(await known.movements(conn, settlement["id"]))
    closing_fen = accounts[account].closing_fen if account in accounts else 0
    words = account_words(account, {party: own["party_name"]})
    last = Month.parse(month).last
    parts = [
        Part(
            words=Words(f"{words.zh}，{last} 余额", f"{words.en} at the end of {last}"),
            amount_fen=closing_fen,
            address=f"balance/{pool}/{account}@{last}" if account in accounts else None,
        )
    ]
    awaiting_fen = own["awaiting_payment_fen"] if field == "payable" else 0
    if awaiting_fen:
        parts.append(Part(words=_FIELDS["awaiting_payment"], amount_fen=-awaiting_fen))
    if since_fen := own[f"{field}_fen"] - closing_fen + awaiting_fen:
        said = Words(
            "以前月份对账单已列、不再重复计入的",
            "asked for by earlier statements, and not asked for again",
        )
        parts.append(Part(words=said, amount_fen=since_fen))
    return parts


async def _of_earlier(
    conn: asyncpg.Connection,
    settlement: asyncpg.Record,
    own: asyncpg.Record,
    pool: str,
    month: str,
    party: str,
) -> list[Part]:
    """What of both balances at the month's end this statement does not ask for, being asked for
    already: theirs less ours."""
    parts = []
    for field, sign in (("payable", 1), ("receivable", -1)):
        balance, *left_out = await _of_balance(conn, settlement, own, pool, month, party, field)
        parts.append(replace(balance, amount_fen=sign * balance.amount_fen))
        parts += [
            replace(part, amount_fen=sign * part.amount_fen)
            for part in left_out
            if part.words == _FIELDS["awaiting_payment"]
        ]
        asked = Words(f"本月：{_FIELDS[field].zh}", f"this month: {_FIELDS[field].en}")
        address = f"statement/{pool}/{month}/{party}/{field}"
        parts.append(Part(words=asked, amount_fen=-sign * own[f"{field}_fen"], address=address))
    return [part for part in parts if part.amount_fen]


async def line(conn: asyncpg.Connection, at: Address, bank: str | None) -> Figure:
    """A line of a statement's table: an opening, a closing, or what one kind of fact changed."""
    pool, month, party, code, row = at.parts
    settlement = await _settlement(conn, at, pool, month)
    own = await known.statement_of(conn, settlement["id"], party)
    if own is None or bank not in (None, party):
        raise at.missing()
    accounts = account_months(await known.movements(conn, settlement["id"]))
    tables = tables_of_pool(accounts) if party == pool else tables_of_party(party, accounts)
    table = next((one for one in tables if one.code == code), None)
    amounts = (
        {"opening": table.opening_fen, **dict(table.rows), "closing": table.closing_fen}
        if table is not None
        else {}
    )
    if table is None or row not in amounts:
        raise at.missing()
    said = {"opening": Words("期初", "opening"), "closing": Words("期末", "closing")}.get(
        row, kind_words(row)
    )
    words = Words(
        f"{month} {own['party_name']}，{table.words.zh}：{said.zh}",
        f"{month} {own['party_name']}, {table.words.en}: {said.en}",
    )
    return Figure(
        words=words,
        amount_fen=amounts[row],
        pool_code=pool,
        parts=_parts(accounts, table.signs, pool, month, row, await party_names(conn, pool)),
        case_id=settlement["id"],
        path=f"/pools/{pool}/settlements/{month}",
    )


def _parts(
    accounts: dict[str, AccountMonth],
    signs: Mapping[str, int],
    pool: str,
    month: str,
    row: str,
    names: Mapping[str, str],
) -> list[Part]:
    """The accounts that a line adds up, each with its sign."""
    months = Month.parse(month)
    found = []
    for name, sign in signs.items():
        account = accounts.get(name)
        if account is None:
            continue
        if row == "opening":
            fen, address = account.opening_fen, f"balance/{pool}/{name}@{months.before.last}"
        elif row == "closing":
            fen, address = account.closing_fen, f"balance/{pool}/{name}@{months.last}"
        else:
            fen = sum(one.natural_fen for one in account.movements if one.kind == row)
            address = f"month/{pool}/{month}/{name}/{row}"
        if fen:
            found.append(
                Part(words=account_words(name, names), amount_fen=sign * fen, address=address)
            )
    return found
