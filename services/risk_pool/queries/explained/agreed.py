"""Agreements opened: what the signed paper says, and what a bank has lent against its floor."""

from collections.abc import Mapping
from datetime import date

import asyncpg

from services.risk_pool.domain.figure import Address, Figure, Part
from services.risk_pool.domain.minimum_lending import days_of
from services.risk_pool.tables.lending import LENT
from shared.life_cycle import Words

_MOST = 100
"""How many loans are parts of their own; the earlier of them are told as one."""

_AGREED: Mapping[str, tuple[str, Words]] = {
    "line": ("line_fen", Words("银行额度", "line of the bank")),
    "pool_share": ("pool_share_fen", Words("该行对应的资金池份额", "the bank's part of the pool")),
    "minimum": ("minimum_lending_fen", Words("最低放款", "minimum lending")),
    "top_up_below": ("top_up_below_fen", Words("补足线", "line of topping up")),
}
"""Figure of an agreement → its column, and what it is called."""


async def agreement(conn: asyncpg.Connection, at: Address, bank: str | None, today: date) -> Figure:
    """A figure of an agreement, as two persons put it in force; or what a bank has lent against its
    floor, loan by loan. Raises NoSuchFigure."""
    number, name = at.parts
    row = await conn.fetchrow("select * from cooperation_agreements where number = $1", number)
    if row is None or bank not in (None, row["party_code"]):
        raise at.missing()
    if name in ("lent", "short", "beyond") and row["minimum_lending_fen"] is not None:
        return await _lending(conn, row, name, today)
    column, words = _AGREED.get(name, ("", Words("", "")))
    if not column or row[column] is None:
        raise at.missing()
    paper = row["reference"] or "—"
    return Figure(
        words=Words(f"{number}：{words.zh}", f"{number}: {words.en}"),
        amount_fen=row[column],
        pool_code=row["pool_code"],
        parts=[
            Part(
                words=Words(
                    f"双方签署的文件 {paper}，{row['valid_from']} 起",
                    f"the signed paper {paper}, from {row['valid_from']}",
                ),
                amount_fen=row[column],
            )
        ],
        case_id=row["id"],
        path=f"/agreements/{row['id']}",
    )


async def _lending(conn: asyncpg.Connection, row: asyncpg.Record, name: str, today: date) -> Figure:
    first, last = days_of(
        row["minimum_per"], valid_from=row["valid_from"], valid_to=row["valid_to"], today=today
    )
    lent = await conn.fetch(
        f"""select loan.number, loan.borrower_name, lent.day, lent.fen::bigint as fen
            from ({LENT}) as lent join coverages as loan using (loan_id)
            where loan.bank_code = $2 and lent.day between $3 and $4
            order by lent.day, loan.number""",
        row["pool_code"],
        row["party_code"],
        first,
        last,
    )
    number = row["number"]
    if name == "lent":
        parts = _loans(lent)
        words = Words(f"{first} 至 {last} 已放款", f"lent from {first} to {last}")
    else:
        lent_fen = sum(one["fen"] for one in lent)
        parts = _against_the_floor(number, name, row["minimum_lending_fen"], lent_fen)
        words = Words("尚差", "short") if name == "short" else Words("超出部分", "beyond")
    return Figure(
        words=Words(f"{number}：{words.zh}", f"{number}: {words.en}"),
        amount_fen=sum(part.amount_fen for part in parts),
        pool_code=row["pool_code"],
        parts=[part for part in parts if part.amount_fen],
        case_id=row["id"],
        path=f"/agreements/{row['id']}",
    )


def _loans(lent: list[asyncpg.Record]) -> list[Part]:
    """What was lent, loan by loan; the earlier of many are told as one."""
    earlier = lent[:-_MOST]
    return [
        Part(
            words=Words(f"更早的 {len(earlier)} 笔放款", f"{len(earlier)} earlier ones"),
            amount_fen=sum(one["fen"] for one in earlier),
        ),
        *(
            Part(
                words=Words(*[f"{one['day']} {one['number']} {one['borrower_name']}"] * 2),
                amount_fen=one["fen"],
            )
            for one in lent[-_MOST:]
        ),
    ]


def _against_the_floor(number: str, name: str, minimum_fen: int, lent_fen: int) -> list[Part]:
    """What is short of the floor, or beyond it; nothing is short of one that is reached."""
    sign = 1 if name == "short" else -1
    if sign * (minimum_fen - lent_fen) < 0:
        return []
    return [
        Part(
            words=_AGREED["minimum"][1],
            amount_fen=sign * minimum_fen,
            address=f"agreement/{number}/minimum",
        ),
        Part(
            words=Words("已放款", "lent"),
            amount_fen=-sign * lent_fen,
            address=f"agreement/{number}/lent",
        ),
    ]
