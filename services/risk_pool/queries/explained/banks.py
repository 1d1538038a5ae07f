"""Where a bank stands in a pool: its line and who agreed to it, what it uses, what is left."""

from collections.abc import Mapping
from datetime import date

import asyncpg

from services.risk_pool.domain import ledger as accounts
from services.risk_pool.domain.figure import Address, Figure, Part
from services.risk_pool.domain.parties import BANK
from services.risk_pool.queries.renewals import counted_once_by_bank
from services.risk_pool.tables import parties
from services.risk_pool.tables.ledger import balances
from shared.life_cycle import Words

_WORDS: Mapping[str, Words] = {
    "line": Words("约定额度", "agreed line"),
    "covered": Words("在保本金", "covered principal"),
    "reserved": Words("预留额度", "reserved"),
    "room": Words("额度余量", "room of the line"),
}

_ONCE = Words("续贷与被续贷款重合，只计一次", "held by loans and their renewals, counted once")


async def standing(conn: asyncpg.Connection, at: Address, bank: str | None, today: date) -> Figure:
    """A figure of where a bank stands; a bank opens its own. Raises NoSuchFigure."""
    pool, code, name = at.parts
    is_told = bank in (None, code) and name in _WORDS
    if not is_told or await parties.role_of(conn, pool, code) != BANK:
        raise at.missing()
    line = (await parties.lines_on(conn, pool, at.on or today, (code,))).get(code)
    if line is None and name in ("line", "room"):
        raise at.missing()
    held = await balances(conn, pool, as_of=at.on)
    day = f"@{at.on}" if at.on else ""
    using = [
        Part(words=_WORDS[kind], amount_fen=held.get(account, 0), address=f"balance/{pool}/{account}{day}")
        for kind, account in (
            ("covered", accounts.covered_of(code)),
            ("reserved", accounts.reserved_for(code)),
        )
    ]  # fmt: skip
    case_id = None
    match name:
        case "line":
            assert line is not None
            agreed = await _agreement(conn, pool, code, line["valid_from"])
            case_id = agreed["id"] if agreed else None
            parts = [_line_part(line, agreed)]
        case "room":
            assert line is not None
            once = (await counted_once_by_bank(conn, pool, as_of=at.on)).get(code, 0)
            parts = [
                Part(
                    words=_WORDS["line"],
                    amount_fen=line["line_fen"],
                    address=f"bank/{pool}/{code}/line{day}",
                ),
                *(Part(words=one.words, amount_fen=-one.amount_fen, address=one.address)
                  for one in using),
                *([Part(words=_ONCE, amount_fen=once)] if once else []),
            ]  # fmt: skip
        case _:
            parts = [using[0] if name == "covered" else using[1]]
    who = await parties.name_of(conn, pool, code)
    words = _WORDS[name]
    return Figure(
        words=Words(f"{who}：{words.zh}", f"{who}: {words.en}"),
        amount_fen=sum(part.amount_fen for part in parts),
        pool_code=pool,
        parts=parts,
        case_id=case_id,
        path=f"/pools/{pool}",
    )


async def _agreement(
    conn: asyncpg.Connection, pool: str, code: str, valid_from: date
) -> asyncpg.Record | None:
    """The agreement that a line stands on; None of one from when the pool was set up."""
    return await conn.fetchrow(
        """select agreed.id, agreed.number from agreements as line
           join cooperation_agreements as agreed on agreed.id = line.agreement_id
           where line.pool_code = $1 and line.bank_code = $2 and line.valid_from = $3""",
        pool,
        code,
        valid_from,
    )


def _line_part(line: asyncpg.Record, agreed: asyncpg.Record | None) -> Part:
    until_zh, until_en = line["valid_to"] or "另有约定", line["valid_to"] or "replaced"
    number = agreed["number"] if agreed else None
    zh = f"合作协议 {number}" if number else "设立资金池时约定"
    en = f"agreement {number}" if number else "agreed when the pool was set up"
    return Part(
        words=Words(
            f"{zh}（{line['valid_from']} 至{until_zh}）",
            f"{en} ({line['valid_from']} until {until_en})",
        ),
        amount_fen=line["line_fen"],
        address=f"agreement/{number}/line" if number else None,
    )
