"""Figures of a collection opened: what came back and what has not, what was agreed, and which
recoveries have met which instalment."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

import asyncpg

from services.risk_pool.domain.collection import Instalment
from services.risk_pool.domain.figure import Address, Figure, Part
from services.risk_pool.domain.recovery import State
from services.risk_pool.queries import collections as known
from shared.life_cycle import Words
from shared.schemes.vocabulary import party_name

_WORDS: Final[Mapping[str, Words]] = {
    "recovered": Words("已确认回款", "confirmed recoveries"),
    "open": Words("各方尚未收回", "what the parties have not got back"),
    "agreed": Words("约定还款", "agreed instalments"),
    "met": Words("已到账", "met by recoveries"),
    "left": Words("尚未到账", "not met yet"),
}
_OF_AN_INSTALMENT: Final = ("agreed", "met", "left")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Money:
    """A confirmed recovery since the agreement, of which instalments take in order."""

    number: str
    received_on: date
    fen: int


async def figure(own: asyncpg.Connection, at: Address, bank: str | None) -> Figure:
    """A figure of a collection by its claim's number: the whole (`met`) or of the instalment of a day
    (`met/2026-06-01`). A bank opens its own. Raises NoSuchFigure."""
    number, what, *of = at.parts
    row = await own.fetchrow(
        """select * from collections
           where claim_number = $1 and ($2::text is null or bank_code = $2)""",
        number,
        bank,
    )
    if row is None or what not in _WORDS or (of and what not in _OF_AN_INSTALMENT):
        raise at.missing()
    words = _WORDS[what]
    parts: Sequence[Part]
    if what == "recovered":
        parts = [_came(one, one.fen) for one in await _money(own, row["claim_id"], None)]
    elif what == "open":
        parts = await _open(own, row)
    else:
        parts = await _instalments(own, row, at)
    if of:
        words = Words(f"{of[0]} 一期{words.zh}", f"instalment of {of[0]}, {words.en}")
    return Figure(
        words=Words(f"{number} 追偿：{words.zh}", f"collection of {number}: {words.en}"),
        amount_fen=sum(one.amount_fen for one in parts),
        pool_code=row["pool_code"],
        parts=parts,
        case_id=row["id"],
        path=f"/collections/{row['id']}",
    )


async def _money(own: asyncpg.Connection, claim_id: object, since: date | None) -> Sequence[_Money]:
    rows = await own.fetch(
        f"""select number, received_on, gross_fen as fen from recoveries
            where claim_id = $1 and state = '{State.CONFIRMED}'
              and ($2::date is null or received_on >= $2)
            order by received_on, number""",
        claim_id,
        since,
    )
    return [_Money(**row) for row in rows]


def _came(one: _Money, fen: int) -> Part:
    return Part(
        words=Words(
            f"{one.received_on} 回款 {one.number}", f"{one.received_on} recovery {one.number}"
        ),
        amount_fen=fen,
        address=f"recovery/{one.number}/gross",
    )


async def _open(own: asyncpg.Connection, row: asyncpg.Record) -> Sequence[Part]:
    """What each party bore, less what it got back; what was passed on again since stands beside."""
    borne = await own.fetch(
        """select share.party, share.borne_fen from claim_shares as share
           join claims on claims.id = share.claim_id and claims.split = share.split
           where claims.id = $1 order by share.place""",
        row["claim_id"],
    )
    back = await own.fetch(
        """select recovery.number, share.party, share.amount_fen from recovery_shares as share
           join recoveries as recovery on recovery.id = share.recovery_id
           where share.claim_id = $1 order by recovery.number, share.place""",
        row["claim_id"],
    )
    parts = [
        Part(
            words=_party(one["party"], "承担", "bore"),
            amount_fen=one["borne_fen"],
            address=f"claim/{row['claim_number']}/shares/{one['party']}",
        )
        for one in borne
    ]
    parts += [
        Part(
            words=_party(one["party"], f"收回 {one['number']}", f"got back by {one['number']}"),
            amount_fen=-one["amount_fen"],
            address=f"recovery/{one['number']}/shares/{one['party']}",
        )
        for one in back
    ]
    rest_fen = max(await known.open_fen(own, row["claim_id"]), 0) - sum(
        one.amount_fen for one in parts
    )
    again = Words("此后转付或多收", "passed on again since, or got back beyond what was borne")
    return [*parts, Part(words=again, amount_fen=rest_fen)] if rest_fen else parts


def _party(party: str, zh: str, en: str) -> Words:
    return Words(f"{party_name(party, 'zh')}{zh}", f"{party_name(party, 'en')}: {en}")


async def _instalments(own: asyncpg.Connection, row: asyncpg.Record, at: Address) -> Sequence[Part]:
    number, what, *of = at.parts
    agreed = await known.instalments(own, row["id"], row["agreement"])
    if not agreed or (of and of[0] not in {str(one.due_on) for one in agreed}):
        raise at.missing()
    money = await _money(own, row["claim_id"], row["agreed_on"])
    parts: list[Part] = []
    for one, met in zip(agreed, meeting(agreed, money), strict=True):
        day = str(one.due_on)
        if of and day == of[0]:
            return _of_one(one, met, what, number=number)
        if not of:
            fen = sum(part.amount_fen for part in _of_one(one, met, what, number=number))
            address = f"collection/{number}/{what}/{day}"
            parts.append(Part(words=_day(one.due_on), amount_fen=fen, address=address))
    return parts


def _of_one(one: Instalment, met: Sequence[Part], what: str, *, number: str) -> Sequence[Part]:
    if what == "met":
        return met
    agreed = Part(words=_day(one.due_on), amount_fen=one.amount_fen)
    if what == "agreed":
        return [agreed]
    less = [Part(words=part.words, amount_fen=-part.amount_fen, address=part.address)
            for part in met]  # fmt: skip
    whole = f"collection/{number}/agreed/{one.due_on}"
    return [Part(words=agreed.words, amount_fen=one.amount_fen, address=whole), *less]


def _day(due_on: date) -> Words:
    return Words(f"{due_on} 一期", f"instalment of {due_on}")


def meeting(agreed: Sequence[Instalment], money: Sequence[_Money]) -> list[list[Part]]:
    """Of each instalment, in the order of their days, which recovery has met how much of it: money
    is taken in the order in which it came."""
    found: list[list[Part]] = []
    begin_fen = 0
    for instalment in sorted(agreed, key=lambda one: one.due_on):
        end_fen = begin_fen + instalment.amount_fen
        parts, came_fen = [], 0
        for one in money:
            taken = min(came_fen + one.fen, end_fen) - max(came_fen, begin_fen)
            came_fen += one.fen
            parts += [_came(one, taken)] if taken > 0 else []
        found.append(parts)
        begin_fen = end_fen
    return found
