"""Figures of cases: what a claim, a recovery or a subsidy came to, each from its stored explanation."""

from collections.abc import Mapping
from typing import Any

import asyncpg

from services.risk_pool.domain.figure import Address, Booked, Figure, Part
from shared.life_cycle import Words
from shared.money import parse_fen
from shared.schemes.vocabulary import party_name

_OF_A_CLAIM: Mapping[str, tuple[Words, str]] = {
    "ip_part": (Words("知识产权部分的本金", "principal of the IP part"), "base"),
    "base": (Words("损失基数", "loss base"), "base"),
    "uncovered": (Words("未纳入补偿的本金", "principal that does not count"), "base"),
    "interest_outside": (Words("基数之外的利息", "interest outside the base"), "base"),
}
"""Figure of a claim's explanation → what it is called, and the step that ends in it."""

_OF_A_RECOVERY: Mapping[str, tuple[Words, str]] = {
    "gross": (Words("计入的回收款", "proceeds that count"), "recovery.gross"),
    "costs": (Words("已扣费用", "costs met"), "recovery.net"),
    "net": (Words("净额", "net"), "recovery.net"),
    "to_interest": (Words("偿还基数外利息", "interest outside the base"), "recovery.interest"),
    "to_pledgor": (Words("归出质人", "to the pledgor"), "recovery.surplus"),
}


async def _case(
    own: asyncpg.Connection, at: Address, table: str
) -> tuple[asyncpg.Record, Mapping[str, Any]]:
    """A decided case by its number with its explanation, with the caller's own eyes: row-level
    security answers whose it is. Raises NoSuchFigure."""
    row = await own.fetchrow(
        f"""select c.*, e.explanation from {table} as c
            join explanations as e on e.id = c.explanation_id where c.number = $1""",
        at.parts[0],
    )
    if row is None:
        raise at.missing()
    return row, row["explanation"]


def _figure(
    at: Address, row: asyncpg.Record, words: Words, fen: int, *, path: str, **more: Any
) -> Figure:
    number = row["number"]
    return Figure(
        words=Words(f"{number} {words.zh}", f"{number} {words.en}"),
        amount_fen=fen,
        pool_code=row["pool_code"],
        booked=Booked(pool_code=row["pool_code"], explanation_id=row["explanation_id"]),
        explanation_id=row["explanation_id"],
        case_id=row["id"],
        path=f"/{path}/{row['id']}",
        **more,
    )


async def claim(own: asyncpg.Connection, at: Address) -> Figure:
    """Base, parts, a party's share, or what a cap left, of a decided claim."""
    row, said = await _case(own, at, "claims")
    _, what, *of = at.parts
    if what in _OF_A_CLAIM and not of:
        words, step = _OF_A_CLAIM[what]
        return _figure(at, row, words, parse_fen(said[what]), path="claims", step=step)
    if what == "shares" and of and of[0] in said["shares"]:
        party = of[0]
        due_fen, share_fen = parse_fen(said["due"][party]), parse_fen(said["shares"][party])
        cut = Words("上限削减或转入", "taken away or left by caps")
        parts = [Part(words=Words("上限之前的份额", "share before caps"), amount_fen=due_fen)]
        if share_fen != due_fen:
            parts.append(Part(words=cut, amount_fen=share_fen - due_fen))
        words = Words(f"{party_name(party, 'zh')}承担", f"borne by the {party_name(party, 'en')}")
        return _figure(at, row, words, share_fen, path="claims", step="shares", parts=tuple(parts))
    cap = next(
        (one for one in said["limits"] if of and what == "caps" and one["code"] == of[0]), None
    )
    if cap is None:
        raise at.missing()
    left_fen = min(parse_fen(cap["allowed"]), parse_fen(cap["due"]))
    words = Words(
        f"上限“{cap['zh'] or cap['code']}”之下可付", f"left by the cap “{cap['en'] or cap['code']}”"
    )
    prefix = "caps" if cap["parties"] else "covered"
    return _figure(at, row, words, left_fen, path="claims", step=f"{prefix}.{cap['code']}")


async def recovery(own: asyncpg.Connection, at: Address) -> Figure:
    """Gross, net, or what a party gets back of a confirmed recovery."""
    row, said = await _case(own, at, "recoveries")
    _, what, *of = at.parts
    if what in _OF_A_RECOVERY and not of:
        words, step = _OF_A_RECOVERY[what]
        return _figure(at, row, words, parse_fen(said[what]), path="recoveries", step=step)
    if what != "shares" or not of or of[0] not in said["returned"]:
        raise at.missing()
    party = of[0]
    words = Words(f"返还{party_name(party, 'zh')}", f"given back to the {party_name(party, 'en')}")
    return _figure(
        at,
        row,
        words,
        parse_fen(said["returned"][party]),
        path="recoveries",
        step="recovery.shares",
    )


async def subsidy(own: asyncpg.Connection, at: Address) -> Figure:
    """What an approved subsidy comes to."""
    row, _ = await _case(own, at, "subsidies")
    if at.parts[1] != "amount":
        raise at.missing()
    words = Words("补贴金额", "amount of the subsidy")
    return _figure(at, row, words, row["amount_fen"], path="subsidies")
