"""A look at a breaker opened: the two figures that it compared, and the rule that compared them."""

from collections.abc import Mapping

import asyncpg

from services.risk_pool.domain.figure import Address, Figure, Part
from services.risk_pool.queries.parties import party_names
from shared.life_cycle import Words

_OF_A_BANK: Mapping[str, Words] = {
    "part": Words("不良在保本金", "covered principal of bad loans"),
    "whole": Words("在保本金", "covered principal"),
}
_OF_THE_POOL: Mapping[str, Words] = {
    "part": Words("可用余额", "available balance"),
    "whole": Words("累计出资", "paid in"),
}


async def look(conn: asyncpg.Connection, at: Address, bank: str | None) -> Figure:
    """A figure of the last look at a breaker up to a day: of a bank by its code, of the pool by the
    pool's. A bank opens its own. Raises NoSuchFigure."""
    pool, code, name = at.parts
    of_pool = code == pool
    words = (_OF_THE_POOL if of_pool else _OF_A_BANK).get(name)
    row = None
    if words is not None and bank in (None, code):
        row = await conn.fetchrow(
            """select month, on_day, loans, estimated, explanation_id,
                      numerator_fen as part, denominator_fen as whole
               from breaker_evaluations
               where pool_code = $1 and bank_code = $2 and ($3::date is null or on_day <= $3)
               order by on_day desc, id desc limit 1""",
            pool,
            "" if of_pool else code,
            at.on,
        )
    if row is None or words is None:
        raise at.missing()
    names = await party_names(conn, pool)
    who = Words("资金池", "the pool") if of_pool else Words(*[names.get(code, code)] * 2)
    rests_on = Words(f"{row['on_day']} 的账面余额", f"the books on {row['on_day']}")
    if not of_pool:
        rests_on = Words(
            f"{row['month']} 月报 {row['loans']} 笔，其中 {row['estimated']} 笔未报，按最近一次报送估计",
            f"the reports of {row['month']}: {row['loans']} loans, of which {row['estimated']} "
            "unreported ones by what was last known",
        )
    return Figure(
        words=Words(
            f"{who.zh}：{row['on_day']} 检查时的{words.zh}",
            f"{who.en}: {words.en} as looked at on {row['on_day']}",
        ),
        amount_fen=row[name],
        pool_code=pool,
        parts=[Part(words=rests_on, amount_fen=row[name])],
        explanation_id=row["explanation_id"],
        path=f"/pools/{pool}/breakers",
    )
