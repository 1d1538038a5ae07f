"""The limits of a pool as they stand: what a rule allows, of what it is taken, and what is used."""

from datetime import date

import asyncpg

from services.risk_pool.domain.figure import Address, Figure, Part
from services.risk_pool.queries import figures, pools
from services.risk_pool.queries.terms import terms_on
from shared.life_cycle import Words
from shared.money import format_fen
from shared.schemes.terms import RULES

_MINIMUM = "minimum_leverage"


async def limit(conn: asyncpg.Connection, at: Address, today: date) -> Figure:
    """A ceiling of the pool on a day, or what its banks promise to lend."""
    pool, rule = at.parts
    if await pools.version_of(conn, pool) is None:
        raise at.missing()
    day = at.on or today
    known = await figures.of_pool(conn, pool, day)
    terms = await terms_on(conn, known["programme"], day)
    ceiling = next((one for one in known["ceilings"] if one["limit"] == rule), None)
    promise = known[_MINIMUM] if rule == _MINIMUM else None
    if terms is None or (ceiling is None and promise is None):
        raise at.missing()
    inputs = {"available": format_fen(known["available_fen"])}
    if ceiling is not None:
        amount_fen = ceiling["allowed_fen"]
        parts = [
            Part(words=Words("已用", "used"), amount_fen=ceiling["used_fen"]),
            Part(words=Words("余量", "room"), amount_fen=ceiling["room_fen"]),
        ]
    else:
        assert promise is not None
        amount_fen = promise["required_fen"]
        met_fen = amount_fen - promise["shortfall_fen"]
        parts = [
            Part(words=Words("银行已承诺", "promised by the banks"), amount_fen=met_fen),
            Part(words=Words("差额", "shortfall"), amount_fen=promise["shortfall_fen"]),
        ]
    if rule in (_MINIMUM, "maximum_leverage"):
        multiple = getattr(terms, RULES[rule].field)
        inputs["times"] = str(multiple)
    else:
        inputs = {}
    words = Words(RULES[rule].zh, RULES[rule].en)
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
        parts=parts,
        steps=[step],
        step=rule,
        version=terms.version,
        path=f"/pools/{pool}",
    )
