"""What was agreed and what has come of it: planned money and contributions."""

from collections.abc import Mapping
from datetime import date

import asyncpg

from services.risk_pool.domain import ledger as accounts
from services.risk_pool.domain.agreement import FEE_KINDS
from services.risk_pool.domain.figure import Address, Figure, Part
from services.risk_pool.domain.planned_money import contributed, planned_item
from services.risk_pool.queries import agreements
from services.risk_pool.queries.parties import party_names
from shared.life_cycle import Words
from shared.money import format_fen


async def planned(conn: asyncpg.Connection, at: Address, bank: str | None) -> Figure:
    """A part of a plan: the agreement or the call that says it. Raises NoSuchFigure."""
    pool, number, position = at.parts
    row = await conn.fetchrow(
        """select plan.*, agreed.number as agreement, call.number as call,
                  call.amount_fen as call_fen
           from planned_money as plan
           left join cooperation_agreements as agreed on agreed.id = plan.agreement_id
           left join top_up_calls as call on call.id = plan.call_id
           where plan.pool_code = $1 and plan.reference = $2""",
        pool,
        planned_item(number, int(position)) if position.isdigit() else "",
    )
    if row is None or bank not in (None, row["party_code"]):
        raise at.missing()
    who = (await party_names(conn, pool)).get(row["party_code"], row["party_code"])
    fee = FEE_KINDS.get(row["fee_kind"])
    what = fee or Words("出资", "contribution")
    if row["call"]:
        says = Words(
            f"补仓通知 {row['call']} 中该方应缴部分（通知总额 {format_fen(row['call_fen'])} 元）",
            f"its part of call {row['call']} over {format_fen(row['call_fen'])} yuan",
        )
    else:
        says = Words(f"合作协议 {row['agreement']} 约定", f"by agreement {row['agreement']}")
    return Figure(
        words=Words(
            f"{who}：{row['due_on']} 应付{what.zh}", f"{who}: {what.en} due on {row['due_on']}"
        ),
        amount_fen=row["amount_fen"],
        pool_code=pool,
        parts=[
            Part(
                words=says,
                amount_fen=row["amount_fen"],
                # Of others' parts of a call a bank reads nothing.
                address=f"top-up-call/{row['call']}/amount" if row["call"] and not bank else None,
            )
        ],
        case_id=row["call_id"] or row["agreement_id"],
        path=f"/pools/{pool}/open-items",
    )


_CONTRIBUTED: Mapping[str, Words] = {
    "planned": Words("约定出资", "contributions agreed"),
    "due": Words("已到期的约定出资", "agreed and due by now"),
    "settled": Words("按约定已到账", "of it received"),
    "open": Words("约定而未到账", "agreed and not received"),
    "overdue": Words("逾期未到账", "overdue"),
    "received": Words("实缴出资", "received in all"),
}


async def contribution(
    conn: asyncpg.Connection, at: Address, bank: str | None, today: date
) -> Figure:
    """What a party was to pay in, and has, part by part of its plan. Raises NoSuchFigure."""
    pool, code, name = at.parts
    found = (
        [] if bank not in (None, code) else await agreements.contributions(conn, pool, party=code)
    )
    if not found or name not in _CONTRIBUTED:
        raise at.missing()
    party = found[0]
    if name == "received":
        account = accounts.contribution_of(code)
        parts = [
            Part(
                words=_CONTRIBUTED[name],
                amount_fen=party["received_fen"],
                address=f"balance/{pool}/{account}",
            )
        ]
    else:
        parts = [
            Part(
                words=Words(f"{row['due_on']} {row['reference'].split(':')[1]}",
                            f"{row['due_on']} {row['reference'].split(':')[1]}"),
                amount_fen=fen,
                address=_address(pool, row["reference"], name),
            )
            for row in party["plan"]
            if (fen := _of_a_part(row, name, today))
        ]  # fmt: skip
    words = _CONTRIBUTED[name]
    return Figure(
        words=Words(f"{party['name']}：{words.zh}", f"{party['name']}: {words.en}"),
        amount_fen=sum(part.amount_fen for part in parts),
        pool_code=pool,
        parts=parts,
        path=f"/pools/{pool}/contributions",
    )


def _of_a_part(row: asyncpg.Record, name: str, today: date) -> int:
    """What a part of the plan adds to a figure; the law of the figures is `contributed`."""
    one = contributed(
        [(row["amount_fen"], row["settled_fen"], row["due_on"])], received_fen=0, today=today
    )
    fen: int = getattr(one, f"{name}_fen")
    return fen


def _address(pool: str, reference: str, name: str) -> str:
    """Amounts open to the plan; what has come of them, to the open item with its entries."""
    if name in ("planned", "due"):
        return f"planned/{pool}/{'/'.join(reference.split(':')[1:])}"
    return f"open-item/{pool}/{reference}"
