"""Top-up calls opened: the agreed line, what was called, what may be called, and who is asked."""

from collections.abc import Sequence
from datetime import date

import asyncpg

from services.risk_pool.domain.figure import Address, Figure, Part
from services.risk_pool.domain.top_up import Situation, shared_by
from services.risk_pool.queries import agreements, top_ups
from services.risk_pool.queries.parties import party_names
from shared.life_cycle import Words
from shared.ratios import percent


async def standing(conn: asyncpg.Connection, at: Address, today: date) -> Figure:
    """Where the pool stands against the line under which it is topped up. Raises NoSuchFigure."""
    pool, name, *of = at.parts
    stands = await top_ups.situation(conn, pool, today)
    is_known = name == "part" if of else name in ("line", "called", "most")
    if stands.line_fen is None or not is_known:
        raise at.missing()
    parts: Sequence[Part]
    match name:
        case "line":
            words = Words("补足线（各方约定中最高的）", "line of topping up, the highest agreed")
            parts = await _line(conn, pool, stands.line_fen, today)
        case "called":
            words = Words("已通知而未到账", "called and not received")
            parts = await _called(conn, pool)
        case "part":
            words = Words(*[(await party_names(conn, pool)).get(of[0], of[0])] * 2)
            parts = _part_of(pool, stands, of[0])
        case _:
            words = Words("最多可通知补足", "the most that may be called")
            parts = _most(pool, stands, stands.line_fen) if stands.is_below else ()
    return Figure(
        words=words,
        amount_fen=sum(part.amount_fen for part in parts),
        pool_code=pool,
        parts=[part for part in parts if part.amount_fen],
        path=f"/pools/{pool}/top-up",
    )


async def _line(conn: asyncpg.Connection, pool: str, line_fen: int, today: date) -> list[Part]:
    rows = await agreements.contributors_on(conn, pool, today)
    highest = next(row for row in rows if row["top_up_below_fen"] == line_fen)
    names = await party_names(conn, pool)
    who = names.get(highest["party_code"], highest["party_code"])
    return [
        Part(
            words=Words(f"{who}：{highest['number']}", f"{who}: {highest['number']}"),
            amount_fen=line_fen,
            address=f"agreement/{highest['number']}/top_up_below",
        )
    ]


async def _called(conn: asyncpg.Connection, pool: str) -> list[Part]:
    names = await party_names(conn, pool)
    rows = await conn.fetch(
        f"""{agreements.PLANNED} where plan.pool_code = $1 and plan.call_id is not null
              and plan.since is not null and plan.dropped_by = ''
            order by plan.due_on, plan.reference""",
        pool,
    )
    return [
        Part(
            words=Words(
                *[f"{names.get(row['party_code'], row['party_code'])} {row['due_on']}"] * 2
            ),
            amount_fen=row["amount_fen"] - row["settled_fen"],
            address=f"open-item/{pool}/{row['reference']}",
        )
        for row in rows
    ]


def _part_of(pool: str, stands: Situation, party: str) -> list[Part]:
    """One contributor's part of the most that may be called, to the fen by largest remainder."""
    bound = stands.bound if stands.is_below else ()
    shares = shared_by(bound, stands.most_fen) if bound else []
    return [
        Part(
            words=Words(
                f"最多可通知补足额中按约定份额 {percent(one.share)} 分摊",
                f"its agreed part, {percent(one.share)}, of the most that may be called",
            ),
            amount_fen=fen,
            address=f"top-up/{pool}/most",
        )
        for one, fen in zip(bound, shares, strict=True)
        if one.party_code == party
    ]


def _most(pool: str, stands: Situation, line_fen: int) -> list[Part]:
    """Back to what was paid in, or to the line where that is more."""
    up_to = Part(
        words=Words("累计出资", "paid in"),
        amount_fen=stands.paid_in_fen,
        address=f"pool/{pool}/paid_in",
    )
    if line_fen > stands.paid_in_fen:
        up_to = Part(
            words=Words("补足线", "line of topping up"),
            amount_fen=line_fen,
            address=f"top-up/{pool}/line",
        )
    return [
        up_to,
        Part(
            words=Words("可用余额", "available balance"),
            amount_fen=-stands.available_fen,
            address=f"pool/{pool}/available",
        ),
        Part(
            words=Words("已通知而未到账", "called and not received"),
            amount_fen=-stands.called_fen,
            address=f"top-up/{pool}/called",
        ),
    ]


async def call(conn: asyncpg.Connection, at: Address) -> Figure:
    """What a call asks in all, party by party. Raises NoSuchFigure."""
    number, name = at.parts
    row = await conn.fetchrow("select * from top_up_calls where number = $1", number)
    if row is None or name != "amount":
        raise at.missing()
    pool = row["pool_code"]
    names = await party_names(conn, pool)
    asked = (await top_ups.parts_of(conn, [row["id"]])).get(row["id"], [])
    return Figure(
        words=Words(f"补仓通知 {number}", f"top-up call {number}"),
        amount_fen=row["amount_fen"],
        pool_code=pool,
        parts=[
            Part(
                words=Words(*[names.get(one["party_code"], one["party_code"])] * 2),
                amount_fen=one["amount_fen"],
                address=f"planned/{pool}/{'/'.join(one['reference'].split(':')[1:])}",
            )
            for one in asked
        ],
        case_id=row["id"],
        path=f"/pools/{pool}/top-ups",
    )
