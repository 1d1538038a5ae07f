"""Figures of a disposal opened: its value, prices, costs and proceeds, and what of these recoveries
have named."""

from collections.abc import Mapping, Sequence
from typing import Final

import asyncpg

from services.risk_pool.domain.disposal import WAYS
from services.risk_pool.domain.figure import Address, Figure, Part
from services.risk_pool.domain.recovery import COUNTS, State
from services.risk_pool.queries import disposals as known
from shared.life_cycle import Words

_WORDS: Final[Mapping[str, Words]] = {
    "appraisal": Words("评估值", "what the rights were valued at"),
    "price": Words("本轮价格", "price of the round that is on"),
    "proceeds": Words("处置所得", "proceeds"),
    "costs": Words("处置费用", "costs"),
    "reported": Words("已报回款", "reported as recoveries"),
    "confirmed": Words("已确认回款", "confirmed as recoveries"),
    "left": Words("回款尚可报告", "what recoveries may still name"),
}


async def figure(own: asyncpg.Connection, at: Address, bank: str | None) -> Figure:
    """A figure of a disposal by its number; `price/2` is that of its second round. A bank opens its
    own. Raises NoSuchFigure."""
    number, what, *of = at.parts
    row = await own.fetchrow(
        "select * from disposals where number = $1 and ($2::text is null or bank_code = $2)",
        number,
        bank,
    )
    if row is None or what not in _WORDS or (of and what != "price"):
        raise at.missing()
    words, parts = _WORDS[what], await _parts(own, row, what)
    if of:
        parts = [part for nth, part in enumerate(parts, start=1) if of[0] == str(nth)]
        words = Words(f"第 {of[0]} 轮价格", f"price of round {of[0]}")
    elif what == "price":
        parts = parts[-1:] if row["price_fen"] is not None else []
    if what in ("appraisal", "price", "proceeds") and not parts:
        raise at.missing()
    return Figure(
        words=Words(f"{number} {words.zh}", f"{number} {words.en}"),
        amount_fen=sum(one.amount_fen for one in parts),
        pool_code=row["pool_code"],
        parts=parts,
        case_id=row["id"],
        path=f"/disposals/{row['id']}",
    )


async def _parts(own: asyncpg.Connection, row: asyncpg.Record, what: str) -> Sequence[Part]:
    kept = await known.parts(own, row["id"])
    match what:
        case "appraisal":
            return _valued(row)
        case "price":
            return [_round(one) for one in kept.rounds]
        case "proceeds":
            return _sold(row, kept.rounds)
        case "costs":
            return [_cost(one) for one in kept.costs]
        case "left":
            named = [_recovery(one, -1) for one in kept.recoveries if one["state"] in COUNTS]
            address = f"disposal/{row['number']}/proceeds" if row["sold_on"] else None
            return [
                Part(words=_WORDS["proceeds"], amount_fen=row["proceeds_fen"], address=address),
                *named,
            ]
        case _:
            counted = COUNTS if what == "reported" else {State.CONFIRMED}
            return [_recovery(one, 1) for one in kept.recoveries if one["state"] in counted]


def _valued(row: asyncpg.Record) -> Sequence[Part]:
    if row["appraisal_fen"] is None:
        return []
    said = f"{row['appraised_on']} {row['appraiser']}"
    return [Part(words=Words(said, said), amount_fen=row["appraisal_fen"])]


def _round(one: asyncpg.Record) -> Part:
    way = WAYS[one["way"]]
    words = Words(
        f"第 {one['round']} 轮：{one['offered_on']} {way.zh}，{one['venue']}",
        f"round {one['round']}: {one['offered_on']} {way.en}, {one['venue']}",
    )
    return Part(words=words, amount_fen=one["price_fen"])


def _sold(row: asyncpg.Record, rounds: Sequence[asyncpg.Record]) -> Sequence[Part]:
    """The price of the last round, and what was paid beyond or below it."""
    if row["sold_on"] is None:
        return []
    last = rounds[-1]
    asked = Part(
        words=_round(last).words,
        amount_fen=last["price_fen"],
        address=f"disposal/{row['number']}/price/{last['round']}",
    )
    beyond_fen = row["proceeds_fen"] - last["price_fen"]
    said = Words(
        f"{row['sold_on']} {row['buyer']}成交，与该价之差",
        f"{row['sold_on']} taken by {row['buyer']}: the difference from it",
    )
    return [asked, Part(words=said, amount_fen=beyond_fen)] if beyond_fen else [asked]


def _cost(one: asyncpg.Record) -> Part:
    said = f"{one['paid_on']} {one['reference']}"
    return Part(words=Words(said, said), amount_fen=one["amount_fen"])


def _recovery(one: asyncpg.Record, sign: int) -> Part:
    """One that is confirmed opens in turn."""
    is_confirmed = one["state"] == State.CONFIRMED
    return Part(
        words=Words(
            f"{one['received_on']} 回款 {one['number']}",
            f"{one['received_on']} recovery {one['number']}",
        ),
        amount_fen=sign * one["gross_fen"],
        address=f"recovery/{one['number']}/gross" if is_confirmed else None,
    )
