"""The limits of a pool as they stand: what a rule allows and of what, what is used, what is left."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any

import asyncpg

from services.risk_pool.domain.figure import Address, Figure, Part
from services.risk_pool.queries import figures, pools
from services.risk_pool.queries.terms import terms_on
from shared.life_cycle import Words
from shared.money import format_fen
from shared.schemes.terms import RULES, Terms

_MINIMUM = "minimum_leverage"
_OF_A_CEILING: Mapping[str, Words] = {
    "used": Words("已用", "used"),
    "room": Words("余量", "room"),
}
_OF_A_PROMISE: Mapping[str, Words] = {
    "committed": Words("约定额度合计", "agreed lines together"),
    "shortfall": Words("差额", "shortfall"),
}


async def limit(conn: asyncpg.Connection, at: Address, today: date) -> Figure:
    """A ceiling of the pool on a day, or what its banks promise to lend; what is used of it, and what
    is left. Raises NoSuchFigure."""
    pool, rule, *rest = at.parts
    if await pools.version_of(conn, pool) is None:
        raise at.missing()
    known = await figures.of_pool(conn, pool, at.on or today, as_of=at.on)
    ceiling = next((one for one in known["ceilings"] if one["limit"] == rule), None)
    found = ceiling or (known[_MINIMUM] if rule == _MINIMUM else None)
    terms = await terms_on(conn, known["programme"], at.on or today)
    if terms is None or found is None:
        raise at.missing()
    # The rule's words end with how its value is written in a scheme file, which nobody asks here.
    here = Words(RULES[rule].zh.split("（")[0], RULES[rule].en.split(" (")[0])
    whole = f"limit/{pool}/{rule}"
    day = f"@{at.on}" if at.on else ""
    if not rest:
        return _allowed(pool, rule, here, known, found, terms)
    words = (_OF_A_PROMISE if rule == _MINIMUM else _OF_A_CEILING).get(rest[0])
    if words is None:
        raise at.missing()
    parts: Sequence[Part]
    match rest[0]:
        case "used":
            parts = [
                _part("在保本金", "covered", known["covered_fen"], f"pool/{pool}/covered{day}"),
                _part("预留额度", "reserved", known["reserved_fen"], f"pool/{pool}/reserved{day}"),
                *_counted_once(known["counted_once_fen"]),
            ]
        case "room":
            parts = [
                _part(here.zh, here.en, found["allowed_fen"], whole + day),
                _part("已用", "used", -found["used_fen"], f"{whole}/used{day}"),
            ]
        case "committed":
            parts = [
                _part(one["name"], one["name"], one["line_fen"],
                      f"bank/{pool}/{one['bank_code']}/line{day}")
                for one in known["banks"] if one["line_fen"]
            ]  # fmt: skip
        case _:
            parts = [
                _part(here.zh, here.en, found["required_fen"], whole + day),
                # What goes beyond the promise makes up for nothing.
                _part("已约定（以所需为限）", "agreed, up to what is required",
                      -min(found["committed_fen"], found["required_fen"]),
                      f"{whole}/committed{day}"),
            ]  # fmt: skip
    return Figure(
        words=Words(f"{here.zh}：{words.zh}", f"{here.en}: {words.en}"),
        amount_fen=found[f"{rest[0]}_fen"],
        pool_code=pool,
        parts=parts,
        path=f"/pools/{pool}",
    )


def _counted_once(fen: int) -> list[Part]:
    if not fen:
        return []
    words = Words("续贷与被续贷款重合，只计一次", "held by loans and their renewals, counted once")
    return [Part(words=words, amount_fen=-fen)]


def _part(zh: str, en: str, fen: int, address: str) -> Part:
    return Part(words=Words(zh, en), amount_fen=fen, address=address)


def _allowed(
    pool: str, rule: str, words: Words, known: Mapping[str, Any], found: Mapping[str, Any], terms: Terms
) -> Figure:  # fmt: skip
    is_multiple = rule in (_MINIMUM, "maximum_leverage")
    amount_fen = found["required_fen" if rule == _MINIMUM else "allowed_fen"]
    inputs = {}
    if is_multiple:
        inputs = {
            "available": format_fen(known["available_fen"]),
            "times": str(getattr(terms, RULES[rule].field)),
        }
    step = {
        "rule": rule,
        "zh": words.zh,
        "en": words.en,
        "source": terms.source(rule),
        "inputs": inputs,
        "result": format_fen(amount_fen),
        "note_zh": terms.stated[rule].note if rule in terms.stated else "",
        "note_en": "",
    }
    return Figure(
        words=words,
        amount_fen=amount_fen,
        pool_code=pool,
        steps=[step],
        step=rule,
        version=terms.version,
        path=f"/pools/{pool}",
    )
